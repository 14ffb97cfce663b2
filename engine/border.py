"""Whether what comes from outside is what the model declares: types, names, keys.

What is wrong is said in one line, as an ``InputError``. A thing that has ended and was dropped is not unknown: the
event that names it is refused, since the world outside may not have heard of the end.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from . import model
from .compiling import Objects, bare
from .state import InputError, State

Check = Callable[[object, State], str | None]
"""What is wrong with a value, if anything: ``is no int``."""


class GoneError(Exception):
    """A thing that has ended and was dropped."""

    def __init__(self, machine: str, key: int) -> None:
        super().__init__(f"{machine} {key} has ended")
        self.machine = machine
        self.key = key


def unknown(what: str, name: object, known: Iterable[str], having: str) -> InputError:
    """The error for a name that is not there, with the nearest ones, or all."""
    names = list(known)
    near = difflib.get_close_matches(name, names, 1) if isinstance(name, str) else []
    hint = f"did you mean {near[0]}?" if near else f"{having} {', '.join(names)}" if names else f"{having} none"
    return InputError(f"there is no {what} {name!r}; {hint}")


def check_of(type_: model.Type, objects: Objects) -> Check:
    """The check of a type: things must be in the state."""
    if isinstance(type_, model.Maybe):
        inner = check_of(type_.of, objects)
        return lambda value, state: None if value is None else inner(value, state)
    if isinstance(type_, model.Ref):
        return _thing_check(type_.machine)
    if isinstance(type_, model.SetOf):
        return _set_check(type_.machine)
    if isinstance(type_, (model.Enumeration, model.Value)):
        return _class_check(objects.get(type_.python), hashed=isinstance(type_, model.Value))
    if isinstance(type_, model.Deadline):
        return _class_check(int)
    if isinstance(type_, model.Plain):
        return _class_check({"bool": bool, "int": int, "str": str}[type_.name])
    raise TypeError(f"nothing of type {type_} comes from outside")


def _class_check(wanted: type[Any], hashed: bool = False) -> Check:
    def check(value: object, state: State) -> str | None:
        if type(value) is not wanted:
            return f"is {_told(value)}, not {_article(wanted.__name__)}"
        if hashed:
            try:
                hash(value)
            except TypeError as error:
                return f"cannot be compared by value: {error}"
        return None

    return check


def _thing_check(machine: str) -> Check:
    def check(value: object, state: State) -> str | None:
        if type(value) is not int:
            return f"is {_told(value)}, not the key of {_article(machine)}"
        if value not in getattr(state, machine):
            if 0 < value < getattr(state, f"next_{machine}"):
                raise GoneError(machine, value)
            return f"is {value}, and there is no {machine} {value}"
        return None

    return check


def _set_check(machine: str) -> Check:
    one = _thing_check(machine)

    def check(value: object, state: State) -> str | None:
        if not isinstance(value, frozenset):
            return f"is {_told(value)}, not a frozenset of keys of {machine}"
        for key in cast("frozenset[object]", value):
            wrong = one(key, state)
            if wrong:
                return f"holds what {wrong}"
        return None

    return check


def _told(value: object) -> str:
    if value is None:
        return "None"
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


class Fields:
    """Named values with types: the arguments of an event, the fields of a birth, settings."""

    def __init__(
        self,
        owner: str,
        kind: str,
        required: Mapping[str, model.Type],
        optional: Mapping[str, model.Type],
        objects: Objects,
    ) -> None:
        self.owner = owner
        self.kind = kind
        self.required = tuple(required)
        self.optional = frozenset(optional)
        self.checks = {name: check_of(type_, objects) for name, type_ in {**required, **optional}.items()}

    def check(self, given: object, state: State, owner: str = "") -> None:
        """``InputError`` for a missing, an extra or a wrong one; ``GoneError`` for a thing that is no more."""
        if type(given) is not dict and not isinstance(given, Mapping):
            raise InputError(f"{self.owner} takes its {self.kind}s as a mapping, not {_told(given)}")
        for name in self.required:
            if name not in given:
                raise InputError(f"{self.owner} needs the {self.kind} {name!r}")
        checks = self.checks
        gone: GoneError | None = None
        for key, value in cast("Mapping[object, object]", given).items():
            check = checks.get(key) if isinstance(key, str) else None
            if check is None:
                raise unknown(self.kind, key, checks, f"{self.owner} has")
            try:
                wrong = check(value, state)
            except GoneError as error:
                gone = gone or error
                continue
            if wrong:
                raise InputError(f"{owner or self.owner}: the {self.kind} {key!r} {wrong}")
        if gone:
            raise gone


def typed(items: Iterable[model.Parameter] | Iterable[model.Attribute]) -> dict[str, model.Type]:
    """Types by name."""
    return {item.name: item.type for item in items}


def is_reference(type_: model.Type) -> bool:
    """A thing or a set of things."""
    return isinstance(bare(type_), (model.Ref, model.SetOf))
