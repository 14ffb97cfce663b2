"""Types: from annotations, of Python classes, and which fits which."""

from __future__ import annotations

import ast
import dataclasses
import sys
from collections.abc import Iterator
from enum import Enum
from typing import cast

from ..language import Command, Deadline, Machine, System
from ..model import (
    BOOL,
    INT,
    NOTHING,
    TEXT,
    Enumeration,
    Maybe,
    Nothing,
    Plain,
    Ref,
    SetOf,
    Station,
    Type,
    Value,
    Where,
)
from ..model import Deadline as DeadlineType
from .errors import ModelError, nearest
from .source import Source, Sources

PLAIN: dict[object, Type] = {bool: BOOL, int: INT, str: TEXT}
SETS = ("set", "Set", "AbstractSet", "FrozenSet", "list", "List", "tuple", "Tuple", "dict", "Dict", "Sequence")
ALLOWED = "bool, int, str, Deadline, an Enum, a frozen dataclass, a machine, frozenset[machine], each of them or None"


class Kinds:
    """The classes of one system: its machines by lineage, its enumerations and values."""

    def __init__(self, system: type[System], sources: Sources) -> None:
        self.system = system
        self.sources = sources
        self.machines: dict[str, type[Machine]] = {}
        self.classes: dict[str, type] = {}

    def add(self, machine: type[Machine], where: Where) -> None:
        """Make the machine one of the system's."""
        known = self.machines.setdefault(machine.__name__, machine)
        if known is not machine:
            raise ModelError(f"two machines are named {machine.__name__}", where, "Give one of them another name.")

    def machine_of(self, cls: object) -> str | None:
        """The system's machine that is this class or derives from it."""
        if isinstance(cls, type):
            for name, machine in self.machines.items():
                if issubclass(machine, cls) and cls is not Machine and issubclass(cls, Machine):
                    return name
        return None

    def resolve(self, name: str, source: Source) -> object:
        """What a name means in a module, or else a machine or the system of that name; ``KeyError`` if nothing."""
        try:
            return source.named(name)
        except KeyError:
            for cls in (*self.machines.values(), self.system):
                for base in cls.__mro__:
                    if base.__name__ == name and issubclass(base, Machine | System):
                        return base
            raise

    def found(self, name: str, source: Source) -> object:
        """As ``resolve``, but ``None`` for what means nothing."""
        try:
            return self.resolve(name, source)
        except KeyError:
            return None

    def type_of(self, node: ast.expr, source: Source) -> Type:
        """The type that an annotation means."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return self._quoted(node, node.value, source)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._optional(node, source)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            return self._subscripted(node, node.value.id, source)
        if isinstance(node, ast.Constant) and node.value is None:
            return NOTHING
        if isinstance(node, ast.Name):
            try:
                found = self.resolve(node.id, source)
            except KeyError:
                raise ModelError(
                    f'unknown type "{node.id}"',
                    source.where(node),
                    nearest(node.id, ["bool", "int", "str", *self.machines, *_classes_of(source)]),
                ) from None
            if node.id == "Deadline" and found is Deadline:
                return DeadlineType()
            return self.of_class(found, source.where(node))
        raise ModelError("this type is not modelled", source.where(node), f"There are {ALLOWED}.")

    def _quoted(self, node: ast.Constant, text: str, source: Source) -> Type:
        try:
            inner = ast.parse(text, mode="eval").body
        except SyntaxError:
            hint = f"There are {ALLOWED}."
            raise ModelError("this is no type", source.where(node), hint) from None
        place_at(inner, source.where(node))
        return self.type_of(inner, source)

    def _optional(self, node: ast.BinOp, source: Source) -> Type:
        sides = [self.type_of(node.left, source), self.type_of(node.right, source)]
        if NOTHING not in sides:
            raise ModelError("a union of types is not modelled", source.where(node), 'Only "… | None" is.')
        of = sides[1] if sides[0] == NOTHING else sides[0]
        if isinstance(of, SetOf | Nothing | Maybe):
            raise ModelError("this optional type is not modelled", source.where(node), "An empty set says as much.")
        return Maybe(of)

    def _subscripted(self, node: ast.Subscript, name: str, source: Source) -> Type:
        if name == "Optional":
            of = self.type_of(node.slice, source)
            return of if isinstance(of, Maybe) else Maybe(of)
        if name == "frozenset":
            of = self.type_of(node.slice, source)
            if isinstance(of, Ref):
                return SetOf(of.machine)
            raise ModelError(
                "a set of anything but things is not modelled", source.where(node), f"There are {ALLOWED}."
            )
        if name in SETS:
            hint = "Write frozenset[…] of things; order and repetition carry no meaning."
            raise ModelError(f"{name}[…] is not modelled", source.where(node), hint)
        if name == "Each":
            hint = "Each[…] is a field of the system or of a machine; write frozenset[…] here."
            raise ModelError("Each[…] has no meaning here", source.where(node), hint)
        raise ModelError(f"{name}[…] is not modelled", source.where(node), f"There are {ALLOWED}.")

    def of_class(self, cls: object, where: Where) -> Type:
        """The type that a Python class means."""
        if not isinstance(cls, type):
            raise ModelError(f"{cls!r} is no type", where, f"There are {ALLOWED}.")
        return self._of_class(cast("type[object]", cls), where)

    def _of_class(self, cls: type[object], where: Where) -> Type:
        if cls in PLAIN:
            return PLAIN[cls]
        machine = self.machine_of(cls)
        if machine:
            return Ref(machine)
        if issubclass(cls, System) and issubclass(self.system, cls):
            return Station()
        if issubclass(cls, Machine):
            hint = f"Give {self.system.__name__} a field of type Each[{cls.__name__}], or name one of its machines."
            raise ModelError(f"{cls.__name__} is no machine of {self.system.__name__}", where, hint)
        if issubclass(cls, Enum):
            self.classes[python_name(cls)] = cls
            return Enumeration(python_name(cls), tuple(member.name for member in cls))
        if issubclass(cls, Command):
            raise ModelError("a command is no value", where, "Emit it; keep what it says in fields of their own.")
        if is_frozen(cls):
            self.classes[python_name(cls)] = cls
            return Value(python_name(cls))
        if dataclasses.is_dataclass(cls):
            hint = f"Declare it with @dataclass(frozen=True): values of {cls.__name__} are shared between states."
            raise ModelError(f"{cls.__name__} can be changed", where, hint)
        raise ModelError(f"{cls.__name__} is not modelled", where, f"There are {ALLOWED}.")

    def parts_of(self, cls: type, where: Where) -> Iterator[tuple[dataclasses.Field[object], ast.expr, Source]]:
        """The fields of a dataclass, with their annotations and the module that these are written in."""
        for field in dataclasses.fields(cls):
            owner = next((b for b in cls.__mro__ if field.name in vars(b).get("__annotations__", {})), cls)
            text = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", str(field.type))
            node = ast.parse(text, mode="eval").body
            place_at(node, where)
            yield field, node, self.sources.of(owner)


def place_at(node: ast.expr, where: Where) -> None:
    """Make an expression that is not in the source seem to stand at a place."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.expr):
            inner.lineno, inner.col_offset = where.line, where.column
            inner.end_lineno, inner.end_col_offset = where.end_line, where.end_column


def python_name(cls: type) -> str:
    """``module:qualified name``."""
    return f"{cls.__module__}:{cls.__qualname__}"


def class_named(python: str) -> type:
    """The class of that name, in a module that is imported."""
    module, _, path = python.partition(":")
    found: object = sys.modules[module]
    for part in path.split("."):
        found = getattr(found, part)
    assert isinstance(found, type)
    return found


def is_frozen(cls: type) -> bool:
    """Whether the class is a frozen dataclass that compares by value."""
    parameters = getattr(cls, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen) and bool(parameters.eq)


def bare(kind: Type) -> Type:
    """The type without ``| None``; a deadline is an ``int``."""
    of = kind.of if isinstance(kind, Maybe) else kind
    return INT if isinstance(of, DeadlineType) else of


def fits(kind: Type, wanted: Type) -> bool:
    """Whether a value of the first type may stand where the second is wanted.

    An optional one may stand where there must be something: that there is, is an obligation.
    """
    if isinstance(kind, Nothing):
        return isinstance(wanted, Maybe | Nothing)
    return bare(kind) == bare(wanted)


def common(left: Type, right: Type) -> Type | None:
    """The type of ``left if … else right``; ``None`` if there is none."""
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        of = right if isinstance(left, Nothing) else left
        return of if isinstance(of, Maybe | Nothing) else Maybe(of)
    if bare(left) != bare(right):
        return None
    if isinstance(left, Maybe) or isinstance(right, Maybe):
        return Maybe(bare(left))
    return left if left == right else bare(left)


def spelled(kind: Type) -> str:
    """The type as it is written in Python."""
    if isinstance(kind, Plain):
        return kind.name
    if isinstance(kind, Ref):
        return kind.machine
    if isinstance(kind, Value | Enumeration):
        return kind.python.rpartition(":")[2]
    if isinstance(kind, SetOf):
        return f"frozenset[{kind.machine}]"
    if isinstance(kind, Maybe):
        return f"{spelled(kind.of)} | None"
    return {"Deadline": "Deadline", "Station": "the system", "Nothing": "None"}[type(kind).__name__]


def _classes_of(source: Source) -> list[str]:
    """The names of the module's enumerations and values."""
    found: list[str] = []
    for name, value in vars(source.module).items():
        if isinstance(value, type) and value is not Enum:
            cls = cast("type[object]", value)
            if issubclass(cls, Enum) or (is_frozen(cls) and not issubclass(cls, Command)):
                found.append(name)
    return found
