"""Things as objects, and how they are shown to policies and trusted functions. The standard library only."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from typing import Any


class Fault(Exception):  # noqa: N818 - the fault is the model's
    """What generated code raises where an obligation fails."""


class Thing:
    """A thing of a machine: its key, its station, its fields and states."""

    __slots__ = ("_system", "key")
    _fields: tuple[str, ...]
    _regions: tuple[str, ...]
    _references: frozenset[str]
    _system: Any
    key: int

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key}>"

    def _write(self, field: str, value: object) -> None:
        """Write a field, noting what was there."""
        self._system._undo.append((self, field, getattr(self, field)))
        setattr(self, field, value)
        self._system._answers.clear()


class StateView:
    """A state of a thing: ``is_active``."""

    __slots__ = ("is_active", "name")

    def __init__(self, name: str, is_active: bool) -> None:
        self.name = name
        self.is_active = is_active

    def __repr__(self) -> str:
        return f"<State {self.name}{' (active)' if self.is_active else ''}>"


class RegionView:
    """A group of states: the states and groups in it, as attributes."""

    __slots__ = ("_parts", "_thing")

    def __init__(self, thing: Thing, parts: Mapping[str, Any]) -> None:
        self._thing = thing
        self._parts = parts

    def __getattr__(self, name: str) -> Any:
        if name not in self._parts:
            raise AttributeError(f"there is no state {name!r}; there are {', '.join(self._parts)}")
        return _shown(self._thing, self._parts[name])


def _shown(thing: Thing, part: Any) -> Any:
    if hasattr(part, "items"):
        return RegionView(thing, part)
    slot, name = part
    return StateView(name, getattr(thing, slot) == name)


def state_view(part: Any) -> Any:
    """The attribute that shows a state (slot and name), or a group of states (by name)."""
    return property(lambda thing: _shown(thing, part))


class Things:
    """All things of a machine, in order of creation."""

    __slots__ = ("_things",)

    def __init__(self, things: dict[int, Any]) -> None:
        self._things = things

    def __len__(self) -> int:
        return len(self._things)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._things.values())

    def __reversed__(self) -> Iterator[Any]:
        return reversed(self._things.values())

    def __contains__(self, thing: object) -> bool:
        return isinstance(thing, Thing) and self._things.get(thing.key) is thing

    def __getitem__(self, index: Any) -> Any:
        return tuple(self._things.values())[index]

    def __repr__(self) -> str:
        return repr(tuple(self))


def by_key(thing: Any) -> int:
    """Things in order of creation."""
    key: int = thing.key
    return key


def key_of(thing: Any) -> int | None:
    """The key of a thing, if there is one."""
    return None if thing is None else thing.key


def keys_of(things: Any) -> frozenset[int] | None:
    """The keys of things."""
    return None if things is None else frozenset([thing.key for thing in things])


def first(things: Iterable[Any]) -> Any:
    """The first of them; there must be one."""
    for thing in things:
        return thing
    raise Fault("there is no such thing")


def among(found: Collection[Any], things: Collection[Any]) -> Collection[Any]:
    """Things in order of creation, with all that were found among them; one by one those, if they are few."""
    return sorted(found, key=by_key) if len(found) < len(things) else things


def insert(things: dict[Any, list[Any]] | list[Any], thing: Any) -> None:
    """Add a thing to a list, in order of creation."""
    assert isinstance(things, list)
    things.append(thing)
    if len(things) > 1 and things[-2].key > thing.key:
        things.sort(key=by_key)


class Candidates:
    """What a policy picks from: the things that the guards accept, in order of creation; tuples of things where the
    event has several. The guards are asked about one when somebody needs to know, and once."""

    __slots__ = ("_accepts", "_found", "_known", "_possible", "_rest", "_single", "fault")

    def __init__(self, accepts: Callable[..., bool | None], *possible: Collection[Any]) -> None:
        self._accepts = accepts
        self._possible = possible
        self._single = len(possible) == 1
        self._known: dict[Any, bool | None] = {}
        self._found: list[Any] = []
        self._rest = self._among(possible)
        self.fault: Exception | None = None

    def _among(self, possible: Iterable[Iterable[Any]]) -> Iterator[Any]:
        if self._single:
            (choices,) = possible
        else:
            from itertools import product

            choices = product(*possible)
        for one in choices:
            answer = self._asked(one)
            if answer:
                yield one
            elif answer is None:
                return

    def _asked(self, one: Any) -> bool | None:
        if one not in self._known:
            try:
                self._known[one] = self._accepts(one) if self._single else self._accepts(*one)
            except Exception as error:
                self.fault = error
                raise
        return self._known[one]

    def _has(self, place: int) -> bool:
        while len(self._found) <= place:
            for one in self._rest:
                self._found.append(one)
                break
            else:
                return False
        return True

    def close(self) -> None:
        """The station goes on: what was not asked until now will not be."""
        self._accepts = _too_late

    def __bool__(self) -> bool:
        return self._has(0)

    def __iter__(self) -> Iterator[Any]:
        place = 0
        while self._has(place):
            yield self._found[place]
            place += 1

    def __reversed__(self) -> Iterator[Any]:
        return self._among([list(things)[::-1] for things in self._possible])

    def __contains__(self, one: object) -> bool:
        parts: Any = (one,) if self._single else one
        try:
            there = [part in things for part, things in zip(parts, self._possible, strict=True)]
        except (TypeError, ValueError):  # not so many things
            return False
        return all(there) and bool(self._asked(one))

    def __len__(self) -> int:
        self._found.extend(self._rest)
        return len(self._found)

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, int) or index < 0 or not self._has(index):
            self._found.extend(self._rest)
        return tuple(self._found[index]) if isinstance(index, slice) else self._found[index]

    def __eq__(self, other: object) -> bool:
        shown: Any = other
        return isinstance(other, (tuple, Candidates)) and tuple(self) == tuple(shown)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))


def _too_late(*_: object) -> bool:
    raise RuntimeError("the candidates are asked for when the policy has answered: ask before")
