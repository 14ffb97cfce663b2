"""What a proof, the smallest counterexample and a walk through the engine say together of each property."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from ..engine import Engine, model
from ..engine.tracefile import Given, steps
from .cache import Cache
from .concrete import spelled
from .crew import Crew
from .enabled import impossible
from .outcome import Outcome, Walked
from .prove import Progress, Proof, prove
from .smallest import MOST, smallest
from .story import Teller
from .verdict import PROVED, Story, Verdict, VerdictWord
from .walk import Broken, Transition, Walker, shortened
from .workshop import Failure, Workshop

WALK = 8_000
"""Steps of the walk that looks for witnesses."""
HUNT = 30_000
"""Steps of the walk that looks for a way to a counterexample."""


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
    names: Collection[str] | None,
    progress: Progress | None,
    cache: Cache,
    known: Walked | None,
    *,
    jobs: int,
    seconds: float,
) -> tuple[list[Verdict], Walked]:
    """Prove what the cache does not know, walk beside it if no walk is known, and judge."""
    with Crew(system, jobs, seconds) as crew:
        walking = None if known else crew.submit(walked, names)
        proof = prove(system, names, progress, cache=cache, crew=crew)
        if progress and walking and not walking.done():
            progress("walking through the engine", 1, 1)
        found = walking.result() if walking else known
    assert found is not None
    judge = Judge(proof, found)
    asked = [o for name, o in proof.outcomes.items() if names is None or name in names]
    judge.hunt(outcome.owner.name for outcome in asked if not outcome.proved)
    return [judge.of(outcome) for outcome in asked], found


class Judge:
    """Gives the verdicts of one proof."""

    def __init__(self, proof: Proof, walked: Walked) -> None:
        self.proof = proof
        self.walked = walked
        self.engine: Engine[Any] = Engine(proof.workshop.system)
        self._teller: Teller | None = None
        self.broken = dict(walked.broken)

    def hunt(self, names: Iterable[str]) -> None:
        """Look for ways to counterexamples."""
        declared = [name for name in names if self.proof.outcomes[name].owner.declared]
        if declared and not set(declared) <= set(self.broken):
            self.broken |= Walker(self.engine).walk(HUNT, hunted=declared).broken

    def of(self, outcome: Outcome) -> Verdict:
        """The verdict of one property."""
        begin = time.perf_counter()
        broken = self.broken.get(outcome.owner.name)
        if broken and outcome.owner.declared:
            story = self._told(shortened(self.engine, broken), outcome)
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
        for failure in sorted(self.proof.failures(outcome), key=_transitions_taken):
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
        return self._verdict(
            outcome, "unknown", (), begin, f"the solver has no answer within {self.proof.workshop.seconds:g} s"
        )

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
        return Verdict.of(outcome, word, stories, note, size, time.perf_counter() - begin)

    def _told(self, broken: Broken, outcome: Outcome) -> Story:
        """The way from the empty system."""
        system = self.engine.system
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
        p = outcome.owner
        given = [Given(event, now) for event, now in broken.inputs]
        trace = steps(self.engine, self.engine.start(broken.config), given)
        return Story(f"{p.name}: {p.label}", p.where, tuple(lines), True, tuple(trace))
