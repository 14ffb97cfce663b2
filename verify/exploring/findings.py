"""What an exploration says of each property: verdicts, as a report."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from ...engine import Engine, model
from ..verdict import Report, Verdict, VerdictWord
from ..walk import transitions
from .liveness import check
from .options import STATES
from .scope import Scope
from .search import Explored, Progress, explore
from .telling import Narrator

UNFINISHED = "not finished"

OWED = {
    "the_model_does_not_fail": "No event fails: none that is sent is refused, no assertion is broken, no None is read",
    "no_deadlock": "Something can happen as long as not everything has ended",
    "urgent_events_end": "Urgent events come to an end",
    "waiting_ends": "Whatever has a deadline gets out of its state by time alone",
}
"""What is checked of every system, beside its invariants and laws."""


@dataclass(frozen=True)
class ScopedVerdict(Verdict):
    """The verdict of a scope: what was checked up to it holds as far as was asked."""

    @property
    def holds(self) -> bool:
        """It was checked in all that there is at the scope."""
        return self.verdict == "checked up to n"


@dataclass(frozen=True)
class ScopedReport(Report):
    """The report of an exploration: what holds, holds at its scope."""

    not_reached: tuple[str, ...] = ()
    """Transitions and states that are not reached at the scope."""
    states: int = 0
    steps: int = 0
    beyond: tuple[str, ...] = ()
    """The machines of which the model would make more things than the scope has room for."""

    @property
    def holds(self) -> bool:
        """Everything that was asked for was checked, and nothing fails."""
        return all(verdict.holds for verdict in self.verdicts)


def explored(
    engine: Engine[Any],
    scope: Scope,
    names: Collection[str] | None = None,
    states: int = STATES,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[ScopedReport, Explored]:
    """Explore, and judge (``names``: these properties only)."""
    begin = time.perf_counter()
    found = explore(engine, scope, states, progress)
    judge = Judge(found)
    verdicts = tuple(v for v in judge.verdicts() if names is None or v.name in names)
    system = engine.system
    report = ScopedReport(
        system=system.python,
        verdicts=verdicts,
        seconds=time.perf_counter() - begin,
        where=system.where,
        not_reached=tuple(judge.not_reached()) if names is None else (),
        states=len(found.parents),
        steps=found.steps,
        beyond=tuple(sorted(found.explorer.moves.beyond)),
    )
    return report, found


class Judge:
    """Gives the verdicts of one exploration."""

    def __init__(self, found: Explored) -> None:
        self.found = found
        self.system = found.explorer.system
        self.narrator = Narrator(found)
        self.note = found.explorer.scope.text if found.finished else f"{UNFINISHED}: {len(found.parents)} states"

    def verdicts(self) -> Iterator[Verdict]:
        """One for each property, then those that every system owes."""
        for predicate in (*self.system.invariants, *self.system.laws):
            yield self._verdict(predicate.name, predicate.label, predicate.where, declared=True)
        yield self._verdict("the_model_does_not_fail", OWED["the_model_does_not_fail"], self.system.where, of="")
        yield self._deadlock()
        yield from self._liveness()

    def not_reached(self) -> Iterator[str]:
        """The transitions that no step takes, and the states that no thing comes to, of machines that the scope has."""
        taken = {*self.found.transitions, *self.found.explorer.checks.ignored}
        there = {name for name, size in self.found.explorer.scope.things.items() if size}
        reached = {(machine, state) for machine, _, source, target in taken for state in (source, target)}
        every = dict.fromkeys(transitions(self.system))
        for each in self.system.machines:
            if each.name in there:
                for machine, event, source, target in every:
                    if machine == each.name and (machine, event, source, target) not in taken:
                        yield f"{machine}: {source} → {target}" + (f" ({event})" if event else "")
                for state in each.states:
                    if (each.name, state.name) not in reached and not state.initial:
                        yield f"{each.name}: {state.name}"

    def _verdict(
        self, name: str, label: str, where: model.Where, declared: bool = False, of: str | None = None
    ) -> Verdict:
        broken = self.found.broken.get(name if of is None else of)
        if broken is None:
            return self._kept(name, label, where, declared)
        story = self.narrator.broken(broken, label, where)
        return ScopedVerdict(name, label, where, "violated", 0.0, 0, declared, (story,), "")

    def _kept(self, name: str, label: str, where: model.Where, declared: bool = False) -> Verdict:
        word: VerdictWord = "checked up to n" if self.found.finished else "unknown"
        size = max(self.found.explorer.scope.things.values(), default=0) if self.found.finished else 0
        return ScopedVerdict(name, label, where, word, 0.0, 0, declared, (), self.note, size)

    def _deadlock(self) -> Verdict:
        name, where = "no_deadlock", self.system.where
        state = self.found.deadlock
        if state is None:
            return self._kept(name, OWED[name], where)
        return self._stuck(name, state, "nothing can happen any more")

    def _liveness(self) -> Iterator[Verdict]:
        found = check(self.found)
        if found.endless is None:
            yield self._kept("urgent_events_end", OWED["urgent_events_end"], self.system.where)
        else:
            end = "urgent events go round from here without an end"
            yield self._stuck("urgent_events_end", found.endless, end, endless=True)
        if found.waiting is None:
            yield self._kept("waiting_ends", OWED["waiting_ends"], self.system.where)
        else:
            who = f"{found.waiting.machine} {found.waiting.key}"
            yield self._stuck("waiting_ends", found.waiting.state, f"{who} waits for ever: its deadline leads nowhere")

    def _stuck(self, name: str, state: int, end: str, endless: bool = False) -> Verdict:
        where = self.system.where
        story = self.narrator.to(state, f"{name}: {OWED[name]}", where, end, endless)
        return ScopedVerdict(name, OWED[name], where, "violated", 0.0, 0, False, (story,), "")
