"""Reading what all classes have: names, fields with defaults, and the signatures of methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum
from types import FunctionType

from ..model import Attribute, Maybe, Parameter, SetOf, Type, Where
from .errors import ModelError
from .kinds import Kinds, fits, spelled
from .source import Source, Sources
from .tables import Method, label_of

DECORATIONS = ("invariant", "law", "policy", "trusted")
FLAGS = (
    "allow_event_without_transition",
    "enable_self_transition_entries",
    "atomic_configuration_update",
    "catch_errors_as_events",
)
BETTER_NAMES = {"id": "number", "name": "label", "model": "type_of", "states": "conditions", "events": "happenings"}
CALLBACK_PREFIXES = ("on_", "before_", "after_", "done_state_", "done_invoke_", "error_", "prepare_event")
RESERVED_PARAMETERS = ("event", "model", "transition", "state", "source", "target", "event_data", "machine")


def bodies(cls: type, root: type, sources: Sources) -> Iterator[tuple[Source, ast.ClassDef, type]]:
    """The class statements that make up a machine or a system, and the classes they make, oldest base first."""
    for base in reversed(cls.__mro__):
        if base is root or base.__module__.partition(".")[0] in ("statemachine", "typing", "builtins"):
            continue
        if not issubclass(base, root):
            if base in root.__mro__:
                continue
            source, owner = sources.of(cls), sources.of(cls).class_of(cls)
            hint = f"Derive from {root.__name__}, or from a class that does."
            raise ModelError(f"{base.__name__} is no {root.__name__}", source.where(owner), hint)
        source = sources.of(base)
        source.check_future()
        yield source, source.class_of(base), base


def each_of(node: ast.expr) -> ast.expr | None:
    """``X`` of ``Each[X]``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("Each["):
        node = ast.parse(node.value, mode="eval").body
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Each":
        return node.slice
    return None


# --- fields ----------------------------------------------------------------------------------------------------------


def check_name(name: str, root: type, where: Where) -> None:
    """Refuse a name that python-statemachine or the system uses itself."""
    if name in FLAGS:
        hint = "The flags of a machine are pinned: the compiled step and python-statemachine agree only so."
        raise ModelError(f'"{name}" changes how python-statemachine runs', where, hint)
    if hasattr(root, name) or name in ("model", "state_field", "emitted", "current_state"):
        better = BETTER_NAMES.get(name)
        hint = f'Write "{better}", or what it is in the words of the field.' if better else "Give it another name."
        raise ModelError(f'the name "{name}" is taken by {root.__name__}', where, hint)
    if name.startswith("__") or name == "_things":
        raise ModelError(f'the name "{name}" is not modelled', where, "Give it another name.")


def read_field(node: ast.AnnAssign, kind: Type, source: Source, kinds: Kinds) -> Attribute:
    """A stored field and its default."""
    assert isinstance(node.target, ast.Name)
    if node.value is None:
        return Attribute(node.target.id, kind, has_default=False, initial=None, where=source.where(node))
    initial = _default(node.value, kind, source, kinds)
    return Attribute(node.target.id, kind, has_default=True, initial=initial, where=source.where(node))


def _default(node: ast.expr, kind: Type, source: Source, kinds: Kinds) -> bool | int | str | None:
    found: object = ...
    if isinstance(node, ast.Constant):
        found = node.value
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        found = -node.operand.value if isinstance(node.operand.value, int) else ...
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "frozenset":
        if not node.args and not node.keywords and isinstance(kind, SetOf):
            return None
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        found = getattr(kinds.found(node.value.id, source), node.attr, ...)
    if found is ...:
        hint = "A default is a literal, None, an enumeration's member or frozenset()."
        raise ModelError("this default is not modelled", source.where(node), hint)
    return plain_default(found, kind, source.where(node), kinds)


def plain_default(found: object, kind: Type, where: Where, kinds: Kinds) -> bool | int | str | None:
    """A default as data; the type must fit."""
    kind_found = kinds.of_class(type(found), where) if found is not None else None
    if kind_found is None:
        if not isinstance(kind, Maybe):
            raise ModelError(f"None is no {spelled(kind)}", where, f"Annotate it with {spelled(kind)} | None.")
        return None
    if not fits(kind_found, kind):
        message = f"a default of type {spelled(kind_found)} is no {spelled(kind)}"
        raise ModelError(message, where, f"Write one of type {spelled(kind)}.")
    if isinstance(found, Enum):
        return found.name
    return found if isinstance(found, bool | int | str) else None


def only_name(node: ast.AnnAssign, source: Source) -> str:
    """The name that a class body annotates."""
    if isinstance(node.target, ast.Name):
        return node.target.id
    raise ModelError("this is no field", source.where(node), "Write name: type.")


# --- methods ---------------------------------------------------------------------------------------------------------


def read_method(node: ast.FunctionDef, owner: str, cls: type, source: Source, kinds: Kinds) -> Method:
    """A method's signature; decorations are looked at by the caller."""
    where = source.where(node)
    function = vars(cls).get(node.name)
    if isinstance(function, FunctionType):
        source.check_unedited(function, node)
    else:
        raise ModelError(f'"{node.name}" is no plain method', where, "Write def name(self, …) without decorations.")
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.posonlyargs:
        raise ModelError("*, ** and / are not modelled in a signature", where, "Name every parameter.")
    if arguments.defaults or any(arguments.kw_defaults):
        raise ModelError("a parameter has no default", where, "Give it at every call, or write two methods.")
    names = [*arguments.args, *arguments.kwonlyargs]
    if not names or names[0].arg != "self":
        raise ModelError("a method's first parameter is self", where, f"Write def {node.name}(self, …).")
    parameters = tuple(_parameter(each, source, kinds) for each in names[1:])
    if node.returns is None:
        hint = "Write -> bool for a guard, -> None for an action."
        raise ModelError(f'"{node.name}" does not say what it returns', where, hint)
    nothing = isinstance(node.returns, ast.Constant) and node.returns.value is None
    result = None if nothing else kinds.type_of(node.returns, source)
    return Method(owner, node.name, node, source, parameters, result, label_of(node))


def _parameter(node: ast.arg, source: Source, kinds: Kinds) -> Parameter:
    where = source.where(node)
    if node.annotation is None:
        raise ModelError(f'the parameter "{node.arg}" has no type', where, f"Write {node.arg}: type.")
    if node.arg in RESERVED_PARAMETERS:
        hint = "python-statemachine gives a parameter of that name a meaning of its own: choose another."
        raise ModelError(f'a parameter cannot be named "{node.arg}"', where, hint)
    return Parameter(node.arg, kinds.type_of(node.annotation, source))


def decoration(node: ast.FunctionDef, source: Source) -> tuple[str, ast.expr | None]:
    """The one decoration of a system's method."""
    if not node.decorator_list:
        return "", None
    first = node.decorator_list[0]
    name = first.func if isinstance(first, ast.Call) else first
    if len(node.decorator_list) > 1 or not isinstance(name, ast.Name) or name.id not in DECORATIONS:
        hint = f"A system's methods are plain, or one of {', '.join('@' + each for each in DECORATIONS)}."
        raise ModelError("this decoration is not modelled", source.where(node.decorator_list[-1]), hint)
    return name.id, first
