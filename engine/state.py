"""States of a station, what happens to them, and what can go wrong.

A ``State`` is never changed once a step has returned it. Its content is read through ``Engine.view``; the records in
it belong to the engine.
"""

# Fields of a model have any public name, so what a record knows itself is private, also to its neighbours here.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from .model import Where

Taken = tuple[str, int, str | None, str, str]
"""A transition taken: machine, key of the thing, event (none at a choice), source and target; an event that was
handled in place, or ignored on purpose, has the source as its target."""


class InputError(ValueError):
    """What was handed to the engine is not what the model declares; nothing was changed."""


class EngineFault(RuntimeError):  # noqa: N818 - the fault is the model's
    """The model did what must not happen, and what a proof would have excluded; nothing was changed.

    An action sent an event that its receiver refuses, an assertion does not hold, an optional reference was read that
    is ``None``, or urgent events never come to an end. ``where`` is the line of the model, if one is to blame.
    """

    def __init__(self, reason: str, where: Where | None = None) -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.reason = reason
        self.where = where


class PolicyError(ValueError):
    """A policy picked what it was not offered; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event for one thing, or (``target`` is ``None``) for each thing of the machine, in order of creation.

    Things in the arguments are keys, sets of things are frozen sets of keys. ``now`` is not given: the step passes it.
    """

    machine: str
    name: str
    target: int | None = None
    arguments: Mapping[str, object] = field(default_factory=dict[str, object])

    def __str__(self) -> str:
        thing = self.machine if self.target is None else f"{self.machine} {self.target}"
        return f"{self.name} of {thing}"


@dataclass(frozen=True, slots=True)
class Birth:
    """A new thing of a machine whose things are not made by actions; fields with a default begin with it."""

    machine: str
    fields: Mapping[str, object] = field(default_factory=dict[str, object])

    def __str__(self) -> str:
        return f"birth of {self.machine}"


@dataclass(frozen=True, slots=True)
class Configure:
    """New values for some settings."""

    settings: Mapping[str, object]

    def __str__(self) -> str:
        return "change of settings"


Input = Event | Birth | Configure


@dataclass(frozen=True, slots=True)
class Row:
    """A thing written out: its fields by name, and for each region the name of the state it is in."""

    fields: Mapping[str, object]
    states: tuple[str, ...]


class Record:
    """The fields of one thing, as attributes, and its state in each region; made by generated classes.

    Belongs to one state or to many; only a step that copied it writes to it.
    """

    __slots__ = ("_tuple",)
    _tuple: tuple[object, ...] | None
    _fields: ClassVar[tuple[str, ...]]
    _regions: ClassVar[tuple[str, ...]]


def as_tuple(record: Record) -> tuple[object, ...]:
    """Every field, then every state; made once for each record."""
    found = record._tuple
    if found is None:
        cls = type(record)
        found = record._tuple = tuple([getattr(record, name) for name in cls._fields + cls._regions])
    return found


def as_row(record: Record) -> Row:
    """The record written out."""
    cls = type(record)
    fields = {name: getattr(record, name) for name in cls._fields}
    return Row(fields, tuple([getattr(record, name) for name in cls._regions]))


class State:
    """All things of a station, its own fields, its settings, and the time of its last step.

    States compare by value and can be elements of sets. Deadlines and ``now`` are points in time, in milliseconds.
    """

    __slots__ = ("_answers", "_ended", "_key", "_memo", "_views", "config", "deadline", "now", "system")
    config: Any
    now: int
    deadline: int | None
    """The earliest deadline after ``now``."""
    system: Any
    _ended: tuple[tuple[str, int], ...]
    _key: tuple[object, ...] | None
    _views: dict[Any, Any] | None
    _memo: dict[Any, Any] | None
    _answers: dict[Any, Any] | None
    """Those of trusted functions, while what they read is as it is; shared by the states in which it is."""
    machines: ClassVar[tuple[str, ...]]

    def keys(self, machine: str) -> tuple[int, ...]:
        """The keys of a machine's things, in order of creation."""
        return tuple(getattr(self, machine))

    def next_key(self, machine: str) -> int:
        """The key that the next thing of a machine gets."""
        number: int = getattr(self, f"next_{machine}")
        return number

    def row(self, machine: str, key: int) -> Row:
        """One thing written out; ``KeyError`` if there is none."""
        return as_row(getattr(self, machine)[key])

    def key(self) -> tuple[object, ...]:
        """The whole content as nested tuples: equal exactly if the states are."""
        if self._key is None:
            self._key = (
                self.now,
                self.config,
                as_tuple(self.system),
                *[
                    (getattr(self, f"next_{m}"), tuple([(k, as_tuple(r)) for k, r in getattr(self, m).items()]))
                    for m in type(self).machines
                ],
            )
        return self._key

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return type(self) is type(other) and isinstance(other, State) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def __repr__(self) -> str:
        things = ", ".join(f"{len(getattr(self, m))} {m}" for m in type(self).machines)
        return f"<State at {self.now}: {things}>"


Make = Callable[[State, int], Input | None]
"""Gives an input for the state and the time at which it is its turn; ``None`` for time alone."""


def always(event: Input | None) -> Make:
    """An input that is known already."""
    return lambda state, now: event
