"""Frozen dataclasses written out as plain classes: importing ``dataclasses`` takes longer than starting a station.

Written out is what comes to the same. What does not, as a field with a ``default_factory``, stays a dataclass.
"""

from __future__ import annotations

import ast
import dataclasses
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .origins import Defined, Module
from .pieces import NameOf, Piece, is_docstring
from .scopes import bound

KEYWORDS = {"frozen", "slots"}
OPTIONS = {"default", "compare", "repr", "hash"}
OWN = {"__init__", "__new__", "__setattr__", "__delattr__", "__slots__", "__reduce__", "__getstate__", "__match_args__"}
"""What a written out class has of its own."""
OPEN = {"cached_property", "__dict__", "vars", "__setattr__"}
"""Who uses these may want more room than the fields."""

SUPPORT = '''\
_put = object.__setattr__


def _keep(self, name, value):
    """Values never change."""
    raise AttributeError(f"cannot assign to field {name!r}")


def _keep_all(self, name):
    """Values never change."""
    raise AttributeError(f"cannot delete field {name!r}")
'''
"""What the written out classes use."""
SUPPORTING = ("_put", "_keep", "_keep_all")


@dataclass(frozen=True)
class ValueField:
    """A field as it is declared."""

    name: str
    node: ast.AnnAssign
    default: ast.expr | None
    compared: bool
    shown: bool


def value_fields(cls: Any, node: ast.ClassDef) -> tuple[ValueField, ...] | None:
    """The fields of a frozen dataclass that can be written out; ``None`` for every other class."""
    if not _is_simple(cls, node):
        return None
    declared = {f.name: f for f in dataclasses.fields(cls)}
    found: list[ValueField] = []
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.target.id in declared:
            field_ = declared[each.target.id]
            default = _default(each.value, cls)
            if not _is_plain(field_) or default is _UNKNOWN:
                return None
            found.append(ValueField(field_.name, each, default, field_.compare, field_.repr))
    names = {each.name for each in found}
    if len(found) != len(declared) or names & {"self", "other"} or names & _names_of_the_class(node):
        return None
    return tuple(found)


class Value(Piece):
    """A frozen dataclass as a plain class."""

    def __init__(self, module: Module, node: ast.ClassDef, fields: tuple[ValueField, ...]) -> None:
        super().__init__(module, node, without=node.decorator_list)
        self.fields = fields
        self.open = not OPEN.isdisjoint(_words(node))
        """It may need more room than its fields."""
        self._class = node
        declared = {id(each.node) for each in fields}
        self._rest = [each for each in node.body if id(each) not in declared and not is_docstring(each)]

    def nodes(self) -> Iterable[ast.AST]:
        """The class without its decorator and the calls of ``field``."""
        defaults = [each.default for each in self.fields if each.default]
        return [*self._class.bases, *defaults, ast.ClassDef("", [], [], self._rest, [])]

    def text(self, name_of: NameOf) -> str:
        """The class written out."""
        return "\n".join(self._lines(name_of)).rstrip()

    def _lines(self, name_of: NameOf) -> Iterator[str]:
        bases = ", ".join(self.expression(base, name_of) for base in self._class.bases)
        yield f"class {self.name(name_of)}{f'({bases})' if bases else ''}:"
        documentation = ast.get_docstring(self._class, clean=False)
        if documentation is not None:
            yield self.written([self._class.body[0]], name_of, 4)
            yield ""
        names = [each.name for each in self.fields]
        if not self.open:
            yield f"    __slots__ = {_tuple(map(repr, names))}"
        yield f"    __match_args__ = {_tuple(map(repr, names))}"
        yield ""
        yield from self._making(name_of)
        yield from self._comparing()
        yield "    __setattr__, __delattr__ = _keep, _keep_all"
        for each in self._rest:
            yield ""
            yield self.written([each], name_of, 4)

    def name(self, name_of: NameOf) -> str:
        """Its name in the bundled module."""
        return name_of(self.symbol or Defined(self.module.name, self._class.name))

    def _making(self, name_of: NameOf) -> Iterator[str]:
        given: list[str] = []
        for each in self.fields:
            annotation = ast.get_source_segment(self.module.source.text, each.node.annotation) or "object"
            default = f" = {self.expression(each.default, name_of)}" if each.default else ""
            given.append(f"{each.name}: {' '.join(annotation.split())}{default}")
        yield f"    def __init__({', '.join(['self', *given])}) -> None:"
        for each in self.fields:
            yield f"        _put(self, {each.name!r}, {each.name})"
        after = "__post_init__" in self._methods
        if after:
            yield "        self.__post_init__()"
        elif not self.fields:
            yield "        pass"
        yield ""

    def _comparing(self) -> Iterator[str]:
        compared = [each.name for each in self.fields if each.compared]
        if "__eq__" not in self._methods:
            yield "    def __eq__(self, other: object) -> bool:"
            yield "        if other.__class__ is not self.__class__:"
            yield "            return NotImplemented"
            yield f"        return {_tuple(f'self.{n}' for n in compared)} == {_tuple(f'other.{n}' for n in compared)}"
            yield ""
        if "__hash__" not in self._methods:
            yield "    def __hash__(self) -> int:"
            yield f"        return hash({_tuple(f'self.{name}' for name in compared)})"
            yield ""
        if "__repr__" not in self._methods:
            shown = ", ".join(f"{each.name}={{self.{each.name}!r}}" for each in self.fields if each.shown)
            yield "    def __repr__(self) -> str:"
            yield f'        return f"{{self.__class__.__qualname__}}({shown})"'
            yield ""
        yield "    def __reduce__(self) -> object:"
        yield f"        return self.__class__, {_tuple(f'self.{each.name}' for each in self.fields)}"
        yield ""

    @property
    def _methods(self) -> set[str]:
        return {each.name for each in self._rest if isinstance(each, ast.FunctionDef)}


_UNKNOWN = ast.Constant(...)


def _is_simple(cls: Any, node: ast.ClassDef) -> bool:
    """A frozen dataclass that is made of its own fields alone, and does nothing about them by itself."""
    parameters: Any = vars(cls).get("__dataclass_params__") if isinstance(cls, type) else None
    if parameters is None or len(node.decorator_list) != 1 or node.keywords or OWN & bound(node.body):
        return False
    decorator = node.decorator_list[0]
    if not isinstance(decorator, ast.Call) or _called(decorator.func, cls) is not dataclasses.dataclass:
        return False
    inherits = any(hasattr(base, "__dataclass_params__") for base in cls.__mro__[1:])
    return parameters.frozen and {each.arg for each in decorator.keywords} <= KEYWORDS and not inherits


def _called(function: ast.expr, cls: type) -> object:
    """What a name, or an attribute of one, means in the module of a class."""
    if isinstance(function, ast.Attribute):
        return getattr(_called(function.value, cls), function.attr, None)
    return vars(sys.modules[cls.__module__]).get(function.id) if isinstance(function, ast.Name) else None


def _is_plain(field_: dataclasses.Field[Any]) -> bool:
    return (
        field_.init
        and not field_.kw_only
        and field_.default_factory is dataclasses.MISSING
        and field_.hash in (None, field_.compare)
    )


def _default(value: ast.expr | None, cls: type) -> ast.expr | None:
    """The expression that makes the default."""
    if isinstance(value, ast.Call) and _called(value.func, cls) is dataclasses.field:
        if value.args or not {each.arg for each in value.keywords} <= OPTIONS:
            return _UNKNOWN
        return next((each.value for each in value.keywords if each.arg == "default"), None)
    return value


def _names_of_the_class(node: ast.ClassDef) -> set[str]:
    """The names that are read in the body of the class itself, where a default would be found."""
    inner = [each for each in node.body if not isinstance(each, ast.FunctionDef)]
    values = [each.value if isinstance(each, ast.AnnAssign) else each for each in inner]
    heads = [part for each in node.body if isinstance(each, ast.FunctionDef) for part in _head(each)]
    return {n.id for part in (*values, *heads) if part for n in ast.walk(part) if isinstance(n, ast.Name)}


def _head(node: ast.FunctionDef) -> list[ast.expr]:
    return [*node.decorator_list, *node.args.defaults, *(each for each in node.args.kw_defaults if each)]


def _words(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            yield each.attr


def _tuple(items: Iterable[str]) -> str:
    every = [*items]
    return f"({', '.join(every)}{',' if len(every) == 1 else ''})"
