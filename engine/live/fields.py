"""Whether what comes from outside is what a model declares: types, names, keys. The standard library only."""

from __future__ import annotations

from ..state import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any


class GoneError(Exception):
    """A thing that has ended and was dropped."""


Kind = "Callable[[object, Any], Any]"
"""What a value from outside has to be: gives what stands for it inside, or raises ``ValueError`` with what is wrong."""


def _told(value: object) -> str:
    if value is None:
        return "None"
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def a(wanted: type, hashed: bool = False) -> Callable[[object, Any], Any]:
    """A value of this very class; ``hashed``: one that compares by value."""

    def check(value: object, station: Any) -> object:
        if type(value) is not wanted:
            raise ValueError(f"is {_told(value)}, not {_article(wanted.__name__)}")
        if hashed:
            try:
                hash(value)
            except TypeError as error:
                raise ValueError(f"cannot be compared by value: {error}") from None
        return value

    return check


def maybe(inner: Callable[[object, Any], Any]) -> Callable[[object, Any], Any]:
    """Or ``None``."""
    return lambda value, station: None if value is None else inner(value, station)


def thing(machine: str) -> Callable[[object, Any], Any]:
    """The key of a thing that is there."""
    things, following = f"_{machine}", f"_next_{machine}"

    def check(value: object, station: Any) -> Any:
        if type(value) is not int:
            raise ValueError(f"is {_told(value)}, not the key of {_article(machine)}")
        found = getattr(station, things).get(value)
        if found is None:
            if 0 < value < getattr(station, following):
                raise GoneError(f"{machine} {value} has ended")
            raise ValueError(f"is {value}, and there is no {machine} {value}")
        return found

    return check


def things(machine: str) -> Callable[[object, Any], Any]:
    """A frozen set of keys of things that are there."""
    one = thing(machine)

    def check(value: object, station: Any) -> Any:
        keys: Any = value
        if not isinstance(value, frozenset):
            raise ValueError(f"is {_told(value)}, not a frozenset of keys of {machine}")
        try:
            return frozenset([one(key, station) for key in keys])
        except ValueError as error:
            raise ValueError(f"holds what {error}") from None

    return check


def unknown(what: str, name: object, known: Iterable[str], having: str) -> InputError:
    """The error for a name that is not there, with the nearest one, or all."""
    from difflib import get_close_matches

    names = list(known)
    near = get_close_matches(name, names, 1) if isinstance(name, str) else []
    hint = f"did you mean {near[0]}?" if near else f"{having} {', '.join(names)}" if names else f"{having} none"
    return InputError(f"there is no {what} {name!r}; {hint}")


class Fields:
    """Named values with kinds: the arguments of an event, the fields of a birth, settings."""

    __slots__ = ("inside", "kind", "kinds", "owner", "required")

    def __init__(
        self,
        owner: str,
        kind: str,
        required: Iterable[str],
        kinds: Mapping[str, Any],
        inside: Mapping[str, str] | None = None,
    ) -> None:
        """``inside`` are the names that differ where the values are taken."""
        self.owner = owner
        self.kind = kind
        self.required = tuple(required)
        self.kinds = kinds
        self.inside = inside or {}

    def taken(self, given: Any, station: Any, owner: str = "") -> dict[str, Any]:
        """What stands for the values inside; ``InputError`` for a missing, an extra or a wrong one."""
        if not hasattr(given, "items"):
            raise InputError(f"{self.owner} takes its {self.kind}s as a mapping, not {_told(given)}")
        for name in self.required:
            if name not in given:
                raise InputError(f"{self.owner} needs the {self.kind} {name!r}")
        found: dict[str, Any] = {}
        gone: GoneError | None = None
        for name, value in given.items():
            kind = self.kinds.get(name) if isinstance(name, str) else None
            if kind is None:
                raise unknown(self.kind, name, self.kinds, f"{self.owner} has")
            try:
                found[self.inside.get(name, name)] = kind(value, station)
            except GoneError as error:
                gone = gone or error
            except ValueError as error:
                raise InputError(f"{owner or self.owner}: the {self.kind} {name!r} {error}") from None
        if gone:
            raise gone
        return found
