"""What a proof, the smallest counterexample and a walk through the engine say together of each property."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

from ..engine import Engine, model
from .cache import Cache
from .concrete import Concrete
from .crew import Crew
from .duties import duties
from .enabled import impossible
from .inferring.excluding import Excluder
from .outcome import Outcome, Walked
from .progress import Prospects, prospects
from .prove import Progress, Proof, prove
from .search import Goal, way_to
from .smallest import MOST, Small, smallest
from .story import Teller
from .telling import WayTeller
from .verdict import PROVED, Missing, Story, Verdict, VerdictWord
from .walk import Broken, Transition, Walker, shortened
from .workshop import Failure, Workshop

WALK = 8_000
"""Steps of the walk that looks for witnesses."""
HUNTS = (16_000, 24_000)
"""Steps of the walks that look for a way to a counterexample, before a search and after it."""


def walked(workshop: Workshop, names: Collection[str] | None) -> Walked:
    """Walk through the engine; what was not met is asked of the solver."""
    walker = Walker(Engine(workshop.system), names=names)
    walker.walk(WALK)
    missing = walker.missing()
    return Walked(
        steps=walker.seen.steps,
        without_witness=tuple(walker.without_witness()),
        not_taken=_told(missing),
        cannot_happen=_told(impossible(workshop, missing)) if missing else (),
        doubts=tuple(walker.believed.doubts.values()),
        broken=walker.seen.broken,
    )


def _transitions_taken(failure: Failure) -> int:
    """The shorter the way, the easier to tell."""
    goal = failure.goal
    return 0 if goal.step is None or goal.way is None else len(goal.step.ways[goal.way].taken)


def _told(transitions: Iterable[Transition]) -> tuple[str, ...]:
    return tuple(sorted(f"{m}: {s} → {t}" + (f" ({e})" if e else "") for m, e, s, t in transitions))


def judged(
    system: model.System,
    names: frozenset[str] | None,
    progress: Progress | None,
    cache: Cache,
    known: Walked | None,
    *,
    ending: frozenset[str],
    jobs: int,
    seconds: float,
) -> tuple[list[Verdict], Walked, Prospects]:
    """Prove what the cache does not know, walk beside it if no walk is known, and judge; ``ending``: what is to be
    shown to come to an end."""
    with Crew(system, jobs, seconds) as crew:
        walking = None if known else crew.submit(walked, names)
        proof = prove(system, None if names is None else names - ending, progress, cache=cache, crew=crew)
        future = crew.submit(prospects, ending, _unproved(proof, cache, crew)) if ending else None
        if progress and walking and not walking.done():
            progress("walking through the engine", 1, 1)
        found = walking.result() if walking else known
        comes = future.result() if future else Prospects()
    assert found is not None
    judge = Judge(proof, found)
    asked = [o for name, o in proof.outcomes.items() if names is None or name in names]
    judge.hunt(outcome.owner.name for outcome in asked if not outcome.proved)
    return [judge.of(outcome) for outcome in asked], found, comes


def _unproved(proof: Proof, cache: Cache, crew: Crew) -> frozenset[str]:
    """The invariants that were not proved; all of them are asked for, whatever else was."""
    system = proof.workshop.system
    outcomes = proof.outcomes
    if any(duty.about == "state" and duty.name not in outcomes for duty in duties(system)):
        outcomes = prove(system, (), cache=cache, crew=crew).outcomes
    return frozenset(name for name, o in outcomes.items() if o.owner.about == "state" and not o.proved)


class Judge:
    """Gives the verdicts of one proof."""

    def __init__(self, proof: Proof, walked: Walked) -> None:
        self.proof = proof
        self.walked = walked
        self.engine: Engine[Any] = Engine(proof.workshop.system)
        self.broken = dict(walked.broken)
        self._searches: dict[str, Broken | None] = {}
        self._small: dict[tuple[int, int], tuple[Failure, Small | str]] = {}

    @cached_property
    def teller(self) -> Teller:
        """Tells the counterexamples."""
        return Teller(self.proof.problem)

    def hunt(self, names: Iterable[str]) -> None:
        """Look for ways to counterexamples: at random, then led by these counterexamples, then at random again."""
        declared = (name for name in names if self.proof.outcomes[name].owner.declared)
        open_: list[str] = [name for name in declared if name not in self.broken]
        walker = Walker(self.engine)
        for hunt in HUNTS:
            if open_:
                self.broken |= walker.walk(hunt, hunted=open_).broken
                open_ = [name for name in open_ if name not in self.broken and not self._searched(name)]

    def _searched(self, name: str) -> bool:
        """Whether a search that is led by counterexamples finds a way; one search for each property."""
        if name not in self._searches:
            failures = self.proof.failures(self.proof.outcomes[name])
            goals = (self._goal(failure) for failure in failures)
            self._searches[name] = way_to(self.engine, name, (goal for goal in goals if goal))
            if found := self._searches[name]:
                self.broken[name] = found
        return self._searches[name] is not None

    def _goal(self, failure: Failure) -> Goal | None:
        step, small = failure.goal.step, self._smallest(failure, 1)
        if step is None or isinstance(small, str):
            return None
        concrete = Concrete(self.proof.problem, small)
        after = step.ways[failure.goal.way].world if failure.goal.way is not None else self.proof.problem.world
        return Goal(concrete.content(self.proof.problem.world), concrete.input(step, after))

    def _smallest(self, failure: Failure, least: int) -> Small | str:
        known = (id(failure.goal.claim), least)
        if known not in self._small:
            self._small[known] = failure, smallest(self.proof.problem, failure, least)
        return self._small[known][1]

    def of(self, outcome: Outcome) -> Verdict:
        """The verdict of one property."""
        begin = time.perf_counter()
        broken = self.broken.get(outcome.owner.name)
        if broken and outcome.owner.declared:
            story = WayTeller(self.teller).tell(shortened(self.engine, broken), outcome.owner)
            return self._verdict(outcome, "violated", (story,), begin)
        if outcome.proved:
            return self._verdict(outcome, PROVED, (), begin)
        if outcome.needs:
            note = f"proved only if these hold, which are not proved: {', '.join(outcome.needs)}"
            return self._verdict(outcome, "not inductive", (), begin, note)
        return self._not_proved(outcome, begin)

    def _not_proved(self, outcome: Outcome, begin: float) -> Verdict:
        found: list[tuple[Story, Failure, Small]] = []
        answers: set[str] = set()
        for failure in sorted(self.proof.failures(outcome), key=_transitions_taken):
            story = self._story(failure, larger=not found)
            if isinstance(story, str):
                answers.add(story)
                continue
            found.append((story[0], failure, story[1]))
            if story[0].confirmed:
                break
        found.sort(key=lambda each: not each[0].confirmed)
        if found:
            stories, note = [story for story, _, _ in found], ""
            if all(story.confirmed is False for story in stories):
                trusted = ", ".join(sorted(self.proof.problem.trusted.used))
                note = (
                    f"the engine itself does otherwise: in a proof, trusted functions may answer anything ({trusted})"
                )
            missing = self._missing(outcome, *found[0][1:])
            return self._verdict(outcome, "not inductive", stories, begin, note, missing=missing)
        if answers == {"unsat"}:
            return self._verdict(outcome, "checked up to n", (), begin, f"n = {MOST}", MOST)
        return self._verdict(
            outcome, "unknown", (), begin, f"the solver has no answer within {self.proof.workshop.seconds:g} s"
        )

    def _story(self, failure: Failure, larger: bool) -> tuple[Story, Small] | str:
        """The smallest counterexample, or (if that is wanted) a larger one where only that is the engine's too."""
        found: tuple[Story, Small] | None = None
        for least in (1, 2) if larger else (1,):
            small = self._smallest(failure, least)
            if isinstance(small, str):
                return found or small
            story = self.teller.tell(failure, small)
            if story.confirmed is not False:
                return story, small
            found = found or (story, small)
        assert found is not None
        return found

    @cached_property
    def _excluder(self) -> Excluder:
        outcomes = self.proof.outcomes.items()
        unproved = (name for name, o in outcomes if o.owner.about == "state" and not o.proved)
        return Excluder(self.proof.workshop.system, unproved)

    def _missing(self, outcome: Outcome, failure: Failure, small: Small) -> Missing | None:
        """What would exclude the state of a counterexample; nothing can exclude the first state."""
        if failure.goal.step is None:
            return None
        content = Concrete(self.proof.problem, small).content(self.proof.problem.world)
        return self._excluder.exclude(outcome.owner.name, content)

    def _verdict(
        self,
        outcome: Outcome,
        word: VerdictWord,
        stories: Sequence[Story],
        begin: float,
        note: str = "",
        size: int = 0,
        missing: Missing | None = None,
    ) -> Verdict:
        return Verdict.of(outcome, word, stories, note, size, time.perf_counter() - begin, missing)
