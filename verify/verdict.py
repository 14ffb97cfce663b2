"""Verdicts: what a proof, the smallest counterexample and a walk through the engine say together of each property."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..engine import Engine, model
from ..engine.tracefile import Given, steps
from .concrete import spelled
from .enabled import impossible
from .prove import PROVED, Failure, Outcome, Progress, Proof, VerdictWord, prove
from .smallest import MOST, smallest
from .story import Story, Teller
from .walk import Broken, Transition, Walker, shortened

WALK = 8_000
"""Steps of the walk that looks for witnesses."""
HUNT = 30_000
"""Steps of the walk that looks for a way to a counterexample."""


@dataclass(frozen=True)
class Verdict:
    """One line of the report. ``size`` is the n of ``checked up to n``."""

    name: str
    label: str
    where: model.Where
    verdict: VerdictWord
    seconds: float
    goals: int
    declared: bool
    stories: tuple[Story, ...] = ()
    note: str = ""
    size: int = 0

    @property
    def holds(self) -> bool:
        """Only a proof for any size counts."""
        return self.verdict == PROVED


@dataclass(frozen=True)
class Report:
    """Everything that one run has found; ``trusted`` are the functions that the proofs rest on."""

    system: str
    verdicts: tuple[Verdict, ...]
    trusted: tuple[str, ...]
    without_witness: tuple[str, ...]
    not_taken: tuple[str, ...]
    cannot_happen: tuple[str, ...]
    fault: str
    doubts: tuple[str, ...]
    steps_walked: int
    seconds: float
    where: model.Where
    remarks: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Every property was proved, every transition can happen, and the walk has found no fault and no doubt."""
        found = self.cannot_happen or self.fault or self.doubts
        return all(verdict.holds for verdict in self.verdicts) and not found


def verify(system: model.System, names: Iterable[str] | None = None, progress: Progress | None = None) -> Report:
    """Prove, look for counterexamples, and walk; ``names``: these properties only."""
    begin = time.perf_counter()
    proof = prove(system, names, progress)
    engine: Engine[Any] = Engine(system)
    walker = Walker(engine)
    if progress:
        progress("walking through the engine", len(proof.steps), len(proof.steps))
    walker.walk(WALK)
    names = None if names is None else set(names)
    failed = [n for n, outcome in proof.outcomes.items() if not outcome.proved and (names is None or n in names)]
    declared = [name for name in failed if proof.outcomes[name].owner.declared]
    if declared and not set(declared) <= set(walker.seen.broken):
        walker.walk(HUNT, hunted=declared)
    judge = Judge(proof, walker)
    asked = set(proof.outcomes) if names is None else set(names)
    missing = walker.missing() if names is None else set[Transition]()
    verdicts = tuple(judge.of(outcome) for name, outcome in proof.outcomes.items() if name in asked)
    return Report(
        system=system.python,
        verdicts=verdicts,
        trusted=tuple(sorted(proof.problem.trusted.used)),
        without_witness=tuple(name for name in walker.without_witness() if name in asked),
        not_taken=_told(missing),
        cannot_happen=_told(impossible(proof, missing)),
        fault=walker.seen.broken[""].fault if "" in walker.seen.broken else "",
        doubts=tuple(walker.believed.doubts.values()),
        steps_walked=walker.seen.steps,
        seconds=time.perf_counter() - begin,
        where=system.where,
    )


def _transitions_taken(failure: Failure) -> int:
    """The shorter the way, the easier to tell."""
    goal = failure.goal
    return 0 if goal.step is None or goal.way is None else len(goal.step.ways[goal.way].taken)


def _told(transitions: Iterable[Transition]) -> tuple[str, ...]:
    return tuple(sorted(f"{m}: {s} → {t}" + (f" ({e})" if e else "") for m, e, s, t in transitions))


class Judge:
    """Gives the verdicts of one proof."""

    def __init__(self, proof: Proof, walker: Walker) -> None:
        self.proof = proof
        self.walker = walker
        self._teller: Teller | None = None

    def of(self, outcome: Outcome) -> Verdict:
        """The verdict of one property."""
        begin = time.perf_counter()
        broken = self.walker.seen.broken.get(outcome.owner.name)
        if broken and outcome.owner.declared:
            story = self._told(shortened(self.walker.engine, broken), outcome)
            return self._verdict(outcome, "violated", (story,), begin)
        if outcome.proved:
            return self._verdict(outcome, PROVED, (), begin)
        if outcome.needs:
            note = f"proved only if these hold, which are not proved: {', '.join(outcome.needs)}"
            return self._verdict(outcome, "not inductive", (), begin, note)
        return self._not_proved(outcome, begin)

    def _not_proved(self, outcome: Outcome, begin: float) -> Verdict:
        stories: list[Story] = []
        answers: set[str] = set()
        for failure in sorted(outcome.failures, key=_transitions_taken):
            story = self._story(failure, larger=not stories)
            if isinstance(story, str):
                answers.add(story)
                continue
            stories.append(story)
            if story.confirmed:
                break
        stories.sort(key=lambda story: not story.confirmed)
        if any(story.confirmed is not False for story in stories):
            return self._verdict(outcome, "not inductive", stories, begin)
        if stories:
            trusted = ", ".join(sorted(self.proof.problem.trusted.used))
            note = f"the engine itself does otherwise: in a proof, trusted functions may answer anything ({trusted})"
            return self._verdict(outcome, "not inductive", stories, begin, note)
        if answers == {"unsat"}:
            return self._verdict(outcome, "checked up to n", (), begin, f"n = {MOST}", MOST)
        return self._verdict(outcome, "unknown", (), begin, "the solver has no answer in time")

    def _story(self, failure: Failure, larger: bool) -> Story | str:
        """The smallest counterexample, or (if that is wanted) a larger one where only that is the engine's too."""
        found: Story | None = None
        for least in (1, 2) if larger else (1,):
            small = smallest(self.proof.problem, failure, least)
            if isinstance(small, str):
                return found or small
            if self._teller is None:
                self._teller = Teller(self.proof.problem)
            story = self._teller.tell(failure, small)
            if story.confirmed is not False:
                return story
            found = found or story
        assert found is not None
        return found

    def _verdict(
        self, outcome: Outcome, word: VerdictWord, stories: Sequence[Story], begin: float, note: str = "", size: int = 0
    ) -> Verdict:
        p = outcome.owner
        seconds = outcome.seconds + time.perf_counter() - begin
        return Verdict(p.name, p.label, p.where, word, seconds, outcome.goals, p.declared, tuple(stories), note, size)

    def _told(self, broken: Broken, outcome: Outcome) -> Story:
        """The way from the empty system."""
        system = self.proof.problem.system
        defaults = {s.name: s.initial for s in system.settings if s.has_default}
        lines = ["from a system without things:"]
        for setting in system.settings:
            value = getattr(broken.config, setting.name)
            plain = getattr(value, "name", value)
            if setting.name not in defaults or plain != defaults[setting.name]:
                lines.append(f"  setting {setting.name} = {spelled(value)}")
        for event, now in broken.inputs:
            given = getattr(event, "fields", getattr(event, "arguments", getattr(event, "settings", {})))
            shown = ", ".join(f"{name} = {spelled(value)}" for name, value in given.items())
            what = "time passes" if event is None else str(event)
            lines.append(f"  at {now}: {what}" + (f" ({shown})" if shown else ""))
        lines.append(f"the engine stops here: {broken.fault}" if broken.fault else "the last step breaks it")
        p, engine = outcome.owner, self.walker.engine
        trace = steps(engine, engine.start(broken.config), [Given(event, now) for event, now in broken.inputs])
        return Story(f"{p.name}: {p.label}", p.where, tuple(lines), True, tuple(trace))
