"""Whether states keep the invariants, and moves the laws."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from . import model
from .compiling import Compiled
from .state import State


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant or a law that does not hold; ``fault`` says why it has no answer at all, if it has none."""

    name: str
    label: str
    where: model.Where
    fault: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.label}" + (f" ({self.fault})" if self.fault else "")


class Laws:
    """The invariants and laws of a system, as functions; ``names``: these alone."""

    def __init__(self, compiled: Compiled, names: Collection[str] | None = None) -> None:
        system = compiled.system
        self._compiled = compiled
        self._invariants = [
            (p, compiled.predicate(system.name, p.name)) for p in system.invariants if names is None or p.name in names
        ]
        self._laws = [
            (p, compiled.predicate(system.name, p.name)) for p in system.laws if names is None or p.name in names
        ]

    def violations(self, before: State, commands: tuple[object, ...], after: State) -> tuple[Violation, ...]:
        """The invariants that do not hold after a move, and the laws that it breaks."""
        return self.invariants(after) + self.laws(before, commands, after)

    def invariants(self, state: State) -> tuple[Violation, ...]:
        """The invariants that do not hold in a state, in the order of the model."""
        found: list[Violation] = []
        for predicate, function in self._invariants:
            try:
                if not function(state):
                    found.append(_violation(predicate))
            except Exception as error:
                found.append(_violation(predicate, str(self._compiled.fault(error))))
        return tuple(found)

    def laws(self, before: State, commands: tuple[object, ...], after: State) -> tuple[Violation, ...]:
        """The laws that a move breaks, in the order of the model."""
        found: list[Violation] = []
        for predicate, function in self._laws:
            try:
                if not function(after, before, commands):
                    found.append(_violation(predicate))
            except Exception as error:
                found.append(_violation(predicate, str(self._compiled.fault(error))))
        return tuple(found)


def _violation(predicate: model.Predicate, fault: str = "") -> Violation:
    return Violation(predicate.name, predicate.label, predicate.where, fault)
