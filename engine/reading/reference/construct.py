"""What a construct of the language is here: a fact, an example that is read, and examples that are refused."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent
from typing import Literal

Place = Literal["module", "field", "lifecycle", "transition", "method", "guard", "action", "system", "law"]


@dataclass(frozen=True, slots=True)
class Refused:
    """An example that is refused; ``at`` is the piece that is underlined."""

    place: Place
    text: str
    at: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Construct:
    """One thing that can be said."""

    title: str
    fact: str
    place: Place
    accepted: str
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """Constructs of one kind."""

    title: str
    fact: str
    constructs: tuple[Construct, ...]


INDENTED: dict[Place, int] = {
    "module": 0,
    "field": 4,
    "lifecycle": 4,
    "transition": 4,
    "method": 4,
    "guard": 8,
    "action": 8,
    "system": 4,
    "law": 8,
}

DEFAULTS: dict[Place, str] = {
    "lifecycle": """\
idle = State(initial=True)
busy = State()
ended = State(final=True)

begin = idle.to(busy, cond="may_begin", on="act") | ignored(busy)
settle = busy.to(busy, on="note") | ignored(idle)
end = busy.to(ended) | refused(idle)""",
    "guard": "return other.holder is None",
    "action": "self.evse = other",
    "law": "return all(before(x).number == x.number for x in self.evses if not is_new(x))",
}

MODEL = '''\
"""A small model around an example."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from statemachine import Event, HistoryState, StateChart
from statewatt.engine import (
    Command, Deadline, Each, Machine, State, System, before, ignored, invariant, is_new, law, policy, refused, sent,
    trusted, urgent,
)

LIMIT = 3


@dataclass(frozen=True)
class IdToken:
    """What a user shows."""

    value: str


class Kind(Enum):
    """Of an EVSE."""

    AC = "alternating"
    DC = "direct"


@dataclass
class Loose:
    """Can be changed."""

    text: str


@dataclass(frozen=True)
class Config:
    """The settings."""

    timeout: int = 60_000
    free_of_charge: bool = False


@dataclass(frozen=True)
class Unlock(Command):
    """Let the vehicle go."""

    evse: Evse
    token: IdToken | None = None


class Odd(StateChart):
    """A chart that is no machine."""

    here = State(initial=True, final=True)


@{module}@


class Evse(Machine):
    """A place for one vehicle."""

    station: Site
    number: int
    kind: Kind = Kind.AC
    holder: Session | None = None

    free = State(initial=True)
    taken = State()

    take = free.to(taken, cond="is_open", on="note") | ignored(taken)
    leave = taken.to(free) | ignored(free)

    def is_open(self) -> bool:
        """It has no holder."""
        return self.holder is None

    def note(self, now: int) -> None:
        """It is counted."""
        self.station.served += 1
        self.emit(Unlock(self))


class Door(Machine):
    """A door of an EVSE's cabinet."""

    station: Site
    evse: Evse

    class parts(State.Parallel):
        class leaf(State.Compound):
            shut = State(initial=True)
            open = State()

        class lock(State.Compound):
            locked = State(initial=True)
            unlocked = State()

    opened = parts.leaf.shut.to(parts.leaf.open) | ignored(parts.leaf.open)
    closed = parts.leaf.open.to(parts.leaf.shut) | ignored(parts.leaf.shut)
    unlock = parts.lock.locked.to(parts.lock.unlocked) | ignored(parts.lock.unlocked)


class Session(Machine):
    """A visit."""

    station: Site
    token: IdToken
    wanted: frozenset[Evse]
    evse: Evse | None = None
    deadline: Deadline | None = None
    doors: int = 0
@{field}@

@{lifecycle}@
@{transition}@

    def may_begin(self, other: Evse, now: int) -> bool:
        """The EVSE has no holder."""
@{guard}@

    def act(self, other: Evse, now: int) -> None:
        """The visit has an EVSE."""
@{action}@

    def note(self, other: Evse, now: int) -> None:
        """The visit is timed."""
        self.evse = other
        self.deadline = now

    def is_timed(self) -> bool:
        """It has a deadline."""
        return self.deadline is not None

@{method}@


class Receipt(Machine):
    """What a visit cost."""

    station: Site
    session: Session
    total: int = 0

    open = State(initial=True)
    paid = State(final=True)

    pay = open.to(paid)


class Site(System):
    """The station."""

    evses: Each[Evse]
    doors: Each[Door]
    sessions: Each[Session]
    receipts: Each[Receipt]
    config: Config
    served: int = 0

    def is_known(self, token: IdToken) -> bool:
        """A visit has the token."""
        return any(s.token == token for s in self.sessions)

    @trusted("Evse.holder")
    def is_fair(self, evse: Evse) -> bool:
        """It is this EVSE's turn."""
        return True

    @policy
    def choose(self, session: Session, candidates: Sequence[Evse], now: int) -> Evse | None:
        """The first."""
        return candidates[0]

    @law
    def stays(self) -> bool:
        """Something stays."""
@{law}@

@{system}@
'''


def model(place: Place, text: str) -> str:
    """The source of a small model that holds an example."""
    found = MODEL
    for each, depth in INDENTED.items():
        piece = text if each == place else DEFAULTS.get(each, "")
        found = found.replace(f"@{{{each}}}@", indent(piece, " " * depth))
    return found
