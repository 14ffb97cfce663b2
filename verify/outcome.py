"""What comes of duties, as data that processes can hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .duties import Duty
from .happenings import Happening

if TYPE_CHECKING:
    from .walk import Broken

SHOWN_AT_MOST = 3
"""How many failures of one duty are looked for."""
SECONDS = 10.0
"""How long the solver thinks about one question."""


@dataclass
class Answer:
    """What came of one duty at one happening; ``failures`` are numbers of goals, each with what the solver said.

    What was not ``asked`` is only counted: there are failures enough at what happens before.
    """

    duty: str
    asked: bool
    conditions: int = 0
    seconds: float = 0.0
    failures: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])


@dataclass(frozen=True)
class Gap:
    """A goal that was not proved, by its number among those of its duty there, and what the solver said of it."""

    happening: Happening
    number: int
    answer: str


@dataclass
class Outcome:
    """What came of one duty; ``cached``: so many of its conditions were known to be proved."""

    owner: Duty
    seconds: float = 0.0
    goals: int = 0
    cached: int = 0
    failures: list[Gap] = field(default_factory=list[Gap])
    without: frozenset[str] = frozenset()
    """The invariants that may not be assumed, where there are failures."""
    needs: tuple[str, ...] = ()
    """Unproved invariants with whose help it would be proved."""

    @property
    def proved(self) -> bool:
        """Every goal was proved."""
        return not self.failures


@dataclass(frozen=True)
class Walked:
    """What a walk through the engine has met, what it has not, and which of that cannot happen at all.

    ``broken`` has, by property, the inputs that lead to where it does not hold; under the name ``""``, to where the
    engine stops with a fault. ``doubts`` are about trusted functions.
    """

    steps: int
    without_witness: tuple[str, ...]
    not_taken: tuple[str, ...]
    cannot_happen: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    broken: Mapping[str, Broken] = field(default_factory=dict[str, "Broken"])

    @property
    def fault(self) -> str:
        """The fault with which the engine stopped, if it did."""
        return self.broken[""].fault if "" in self.broken else ""
