"""Proofs: each property of a system, for any number of things and any settings, by induction over steps.

The first state keeps every invariant; every step from a state that keeps them leads to one that does, keeps every law
and owes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import TypeAlias

from ..engine import model
from .cache import Cache
from .crew import Crew
from .duties import duties
from .happenings import Happening, happenings
from .outcome import SHOWN_AT_MOST, Answer, Gap, Outcome
from .properties import Problem
from .workshop import Failure, Workshop

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told what is proved next, how many steps are done, and of how many."""


@dataclass
class Proof:
    """All of it: one outcome for each property that was asked for, and the formulas, if somebody wants them."""

    workshop: Workshop
    outcomes: dict[str, Outcome]
    seconds: float = 0.0

    @property
    def problem(self) -> Problem:
        """The system as formulas."""
        return self.workshop.problem

    def failures(self, outcome: Outcome) -> Iterator[Failure]:
        """The goals that were not proved."""
        return (self.workshop.failure(outcome, gap) for gap in outcome.failures)


def prove(
    system: model.System,
    names: Iterable[str] | None = None,
    progress: Progress | None = None,
    *,
    cache: Cache | None = None,
    crew: Crew | None = None,
) -> Proof:
    """Prove the properties of a system (``names``: these, and all invariants if one of these is proved)."""
    begin = time.perf_counter()
    workers = crew or Crew(system)
    induction = Induction(system, cache or Cache(system), workers, progress)
    induction.prove(names)
    return Proof(workers.workshop, induction.outcomes, time.perf_counter() - begin)


class Induction:
    """One proof by induction: every duty at every happening, as far as it is not known."""

    def __init__(self, system: model.System, cache: Cache, crew: Crew, progress: Progress | None) -> None:
        self.happenings = list(happenings(system))
        self.duties = {duty.name: duty for duty in duties(system)}
        self.outcomes: dict[str, Outcome] = {}
        self.cache = cache
        self.crew = crew
        self.progress = progress

    def prove(self, names: Iterable[str] | None) -> None:
        """Prove the duties of these names; what is proved rests on the invariants, so these then as well."""
        wanted = set(self.duties if names is None else names)
        helping = {name for name, duty in self.duties.items() if duty.about != "step"} - wanted
        self._prove(wanted)
        if not wanted or any(self.outcomes[name].proved for name in wanted):
            self._prove(helping)
            self._without_the_unproved()

    def _prove(self, names: Iterable[str]) -> None:
        fresh = {name: Outcome(self.duties[name]) for name in self.duties if name in names}
        self._round(fresh, frozenset())
        self.outcomes |= fresh

    def _without_the_unproved(self) -> None:
        """What was proved with the help of an invariant that is not proved itself has to do without it."""
        unproved: frozenset[str] = frozenset()
        while True:
            failed = frozenset(
                o.owner.name for o in self.outcomes.values() if o.owner.about == "state" and not o.proved
            )
            if failed == unproved:
                return
            unproved = failed
            again = {name: Outcome(o.owner) for name, o in self.outcomes.items() if o.proved}
            self._round(again, unproved)
            for name, outcome in again.items():
                self.outcomes[name].seconds += outcome.seconds
                if not outcome.proved:
                    self.outcomes[name].failures = outcome.failures
                    self.outcomes[name].without = unproved
                    self.outcomes[name].needs = tuple(sorted(unproved))

    # --- one round ---------------------------------------------------------------------------------------------------

    def _round(self, outcomes: Mapping[str, Outcome], unproved: frozenset[str]) -> None:
        """Decide all duties at all happenings, assuming every invariant but those that are unproved."""
        asked: dict[int, list[str]] = {}
        for number, happening in enumerate(self.happenings):
            for outcome in outcomes.values():
                known = self.cache.known(happening, outcome.owner, unproved)
                if known is None:
                    asked.setdefault(number, []).append(outcome.owner.name)
                else:
                    outcome.goals += known
                    outcome.cached += known
        answers = self._answers(asked, unproved)
        for number in sorted(answers):
            happening = self.happenings[number]
            for answer in answers[number]:
                self._take(outcomes[answer.duty], happening, answer, unproved)

    def _take(self, outcome: Outcome, happening: Happening, answer: Answer, unproved: frozenset[str]) -> None:
        outcome.goals += answer.conditions
        outcome.seconds += answer.seconds
        if answer.asked and not answer.failures:
            self.cache.note(happening, outcome.owner, unproved, answer.conditions)
        room = SHOWN_AT_MOST - len(outcome.failures)
        outcome.failures += [Gap(happening, goal, said) for goal, said in answer.failures[:room]]

    def _answers(self, asked: Mapping[int, list[str]], unproved: frozenset[str]) -> dict[int, list[Answer]]:
        """What the crew says, by happening; whatever comes first, the same in the end."""
        found: dict[int, list[Answer]] = {}
        at_work: dict[Future[list[Answer]], int] = {}
        waiting = sorted(asked)
        while waiting or at_work:
            while waiting and len(at_work) < self.crew.room:
                number = waiting.pop(0)
                if self.progress:
                    self.progress(self.happenings[number].text, len(found), len(asked))
                tired = _tired(found, number)
                task = self.crew.submit(Workshop.answers, self.happenings[number], asked[number], unproved, tired)
                at_work[task] = number
            for task in wait(at_work, return_when=FIRST_COMPLETED).done:
                found[at_work.pop(task)] = task.result()
        return found


def _tired(found: Mapping[int, list[Answer]], number: int) -> frozenset[str]:
    """The duties with failures enough at what comes before: whatever fails here, it would not be shown."""
    failures: dict[str, int] = {}
    for earlier, answers in found.items():
        if earlier < number:
            for answer in answers:
                failures[answer.duty] = failures.get(answer.duty, 0) + len(answer.failures)
    return frozenset(name for name, count in failures.items() if count >= SHOWN_AT_MOST)
