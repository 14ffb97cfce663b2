"""That something comes to pass: urgent events end, waits that have a deadline end, and nobody is stuck.

Time passes, and the engine takes what is urgent: nothing else is believed. A policy may decline for ever.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..engine import model
from ..engine.compiling import bare
from ..engine.compiling.records import deadlines
from .duties import Duty, ends
from .facts import Facts
from .happenings import exits, time_outs, timed
from .measures import SECONDS, Descent, Measure, Path, accepting
from .outcome import Outcome
from .properties import Goal, Problem, property_of
from .smallest import MOST, smallest
from .steps import Step
from .story import Teller
from .terms import TRUE, Optional, Term, both, either, negated, same_term, z3
from .verdict import PROVED, Story, Verdict
from .workshop import Failure, Workshop
from .world import state_of, there


@dataclass(frozen=True)
class Prospects:
    """What comes to pass: a verdict for each duty, and remarks on waits."""

    verdicts: tuple[Verdict, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass
class End:
    """What came of one duty. ``open``: the steps of which nothing shows that they end."""

    outcome: Outcome
    note: str = ""
    open: tuple[str, ...] = ()
    failures: list[Failure] = field(default_factory=list[Failure])


@dataclass
class Wait:
    """A state in which time may end a wait: the deadlines that do so, and whether there always is one."""

    machine: model.Machine
    state: str
    fields: list[str]
    always: bool = False


def prospects(workshop: Workshop, names: Collection[str] | None, unproved: frozenset[str]) -> Prospects:
    """Prove what is to come to an end (``names``: of that only these), from all invariants but the unproved."""
    prover = Prover(workshop.problem, [step for step in workshop.steps() if step.kind == "urgent"], unproved)
    found: list[Verdict] = []
    for duty in ends(workshop.system):
        if names is None or duty.name in names:
            begin = time.perf_counter()
            end = prover.end(duty)
            verdict = _judged(workshop.problem, end)
            end.outcome.seconds = time.perf_counter() - begin
            found.append(verdict)
    return Prospects(tuple(found), tuple(_remarks(prover.waits)))


def _judged(problem: Problem, end: End) -> Verdict:
    """The verdict, with a state from which nothing goes on, if there is one."""
    if end.open:
        note = f"no number of things falls with each of these, and nothing shows that they end: {'; '.join(end.open)}"
        return Verdict.of(end.outcome, "unknown", (), note)
    answers: set[str] = set()
    for failure in end.failures:
        small = smallest(problem, failure)
        if not isinstance(small, str):
            story: Story = Teller(problem).tell(failure, small)
            return Verdict.of(end.outcome, "not inductive", (story,))
        answers.add(small)
    if answers == {"unsat"}:
        return Verdict.of(end.outcome, "checked up to n", (), f"n = {MOST}", MOST)
    return Verdict.of(end.outcome, "unknown" if end.failures else PROVED, (), end.note)


def _remarks(waits: Sequence[Wait]) -> Iterator[str]:
    """Which waits end by time in any case, and which need not."""
    always, sometimes = (_listed(wait for wait in waits if wait.always is each) for each in (True, False))
    if always:
        yield f"Time ends these waits in any case: {always}."
    if sometimes:
        yield f"Time ends these waits only where there is a deadline: {sometimes}."


def _listed(waits: Iterable[Wait]) -> str:
    names: dict[str, list[str]] = {}
    for wait in waits:
        names.setdefault(wait.machine.name, []).append(wait.state)
    return "; ".join(f"{machine} in {', '.join(states)}" for machine, states in names.items())


class Prover:
    """Asks about any state that keeps the invariants."""

    def __init__(self, problem: Problem, urgent: Iterable[Step], unproved: frozenset[str]) -> None:
        self.problem = problem
        claims, axioms = problem.assumed(unproved)
        self.hypotheses = (*claims, *axioms, *problem.vocabulary.text_axioms())
        self.paths = [Path(step, way) for step in urgent for way in step.ways]
        self.descent = Descent(problem, self.hypotheses)
        self.waits: list[Wait] = []

    def end(self, duty: Duty) -> End:
        """What comes of one duty."""
        outcome = Outcome(duty)
        asked = self.descent.questions
        if duty.machine is None:
            end = self._urgent(outcome)
        elif duty.kind == "wait":
            end = self._waits(duty.machine, outcome)
        else:
            end = self._stuck(duty.machine, outcome)
        outcome.goals += self.descent.questions - asked
        return end

    @cached_property
    def for_ever(self) -> tuple[list[Measure], list[Path]]:
        """The measures that show that urgent events end however time passes, and the ways of which they do not."""
        return self.descent.find(self.paths, at_one_time=False)

    # --- urgent events -----------------------------------------------------------------------------------------------

    def _urgent(self, outcome: Outcome) -> End:
        """Urgent events end, however time passes; or at least those of one point in time."""
        found, left = self.for_ever
        if not left:
            return End(outcome, f"however time passes, for these numbers fall, the first counts most: {_texts(found)}")
        found, left_now = self.descent.find(self.paths, at_one_time=True)
        note = f"at each point in time, for these numbers fall, the first counts most: {_texts(found)}"
        return End(outcome, note if not left_now else "", _open(left_now))

    # --- waits -------------------------------------------------------------------------------------------------------

    def _waits(self, machine: model.Machine, outcome: Outcome) -> End:
        """When the deadline of a wait is past, an urgent event ends it; and no time-out comes again and again."""
        end, late = End(outcome), list[str]()
        for state in dict.fromkeys(t.source for t in time_outs(machine)):
            wait = Wait(machine, state, self._deadlines_of(machine, state))
            wait.always = self._is_armed(wait)
            self.waits.append(wait)
            for name in wait.fields:
                if self._stays(machine, state, name, at=True):
                    late.append(f"{state} by {name}")
                    stays = self._stays(machine, state, name, at=False)
                    end.failures += [self._failure(outcome, *stays)] if stays else []
        left = [
            p for p in self.for_ever[1] if p.step.machine == machine.name and p.step.transition in time_outs(machine)
        ]
        end.note = f"not at the deadline, but at any time after it: {', '.join(late)}" if late else ""
        end.open = _open(left)
        return end

    def _is_armed(self, wait: Wait) -> bool:
        """Whether who waits there always has a deadline."""
        x = self._thing(wait.machine)
        given = either(_given(self.problem.world.read((wait.machine.name, name), x)) for name in wait.fields)
        return self._answer(self._here(wait.machine, wait.state, x), given) == "unsat"

    def _deadlines_of(self, machine: model.Machine, state: str) -> list[str]:
        """The deadlines that decide whether time ends the wait in a state."""
        x, now = self._thing(machine), self._now()
        reads = set[tuple[str, str]]()
        for transition in time_outs(machine):
            if transition.source == state:
                assert transition.event is not None
                event = machine.event(transition.event)
                accepting(self.problem, machine, event, transition)(self.problem.world.watched(reads), x, now, Facts())
        return [name for name in deadlines(machine) if (machine.name, name) in reads]

    def _stays(
        self, machine: model.Machine, state: str, name: str, at: bool
    ) -> tuple[str, tuple[Term, ...], Term] | None:
        """What keeps a thing in a state although a deadline has come (or is past): no urgent event is accepted that
        no policy can decline."""
        x, now = self._thing(machine), self._now()
        deadline = self.problem.world.read((machine.name, name), x)
        moment = deadline.value if isinstance(deadline, Optional) else deadline
        facts = Facts()
        leaves = either(
            accepting(self.problem, machine, event, transition)(self.problem.world, x, now, facts)
            for event in machine.events
            if event.urgent and not event.pick
            for transition in exits(machine, state, event.name)
        )
        premises = (
            *self._here(machine, state, x),
            _given(deadline),
            moment <= now if at else moment < now,
            *facts.axioms,
        )
        answer = self._answer(premises, leaves)
        return None if answer == "unsat" else (answer, premises, leaves)

    # --- nobody is stuck ---------------------------------------------------------------------------------------------

    def _stuck(self, machine: model.Machine, outcome: Outcome) -> End:
        """An event from outside is accepted, there is a deadline, or it waits for other things: for what they do, or
        for one that will do as an argument."""
        x, now, facts = self._thing(machine), self._now(), Facts()
        moving = [t for t in machine.transitions if t.event and not t.refused and (t.actions or t.target)]
        left = {transition.source for transition in moving}
        ended = both(
            either(self._is_in(machine, s.name, x) for s in machine.states if s.region == region and s.name not in left)
            for region in range(len(machine.regions))
        )
        goes_on = either([ended, *(self._goes_on(machine, transition, x, now, facts) for transition in moving)])
        premises = (self.problem.world.read(there(machine.name), x), *facts.axioms)
        answer = self._answer(premises, goes_on)
        return End(outcome, failures=[] if answer == "unsat" else [self._failure(outcome, answer, premises, goes_on)])

    def _goes_on(self, machine: model.Machine, transition: model.Transition, x: Term, now: Term, facts: Facts) -> Term:
        """That a transition may still be taken."""
        assert transition.event is not None
        event = machine.event(transition.event)
        if not (event.inner or event.urgent or _names_things(event)):
            return accepting(self.problem, machine, event, transition)(self.problem.world, x, now, facts)
        here = self._is_in(machine, transition.source, x)
        if not (event.urgent and timed(transition)):
            return here
        fields = self._deadlines_of(machine, transition.source)
        return both([here, either(_given(self.problem.world.read((machine.name, name), x)) for name in fields)])

    # --- questions ---------------------------------------------------------------------------------------------------

    def _thing(self, machine: model.Machine) -> Term:
        return self.problem.vocabulary.thing(machine.name)

    def _now(self) -> Term:
        return self.problem.vocabulary.unknown(model.INT, "now")

    def _is_in(self, machine: model.Machine, state: str, x: Term) -> Term:
        current = self.problem.world.read(state_of(machine.name, machine.state(state).region), x)
        return same_term(current, self.problem.vocabulary.state(machine.name, state))

    def _here(self, machine: model.Machine, state: str, x: Term) -> tuple[Term, ...]:
        return self.problem.world.read(there(machine.name), x), self._is_in(machine, state, x)

    def _answer(self, premises: Sequence[Term], claim: Term) -> str:
        self.descent.questions += 1
        solver = z3.Solver()
        solver.set("timeout", round(SECONDS * 1000))
        solver.add(*self.hypotheses, *premises, negated(claim))
        return str(solver.check())

    def _failure(self, outcome: Outcome, answer: str, premises: Sequence[Term], claim: Term) -> Failure:
        owner = property_of(self.problem.vocabulary, self.problem.trusted, outcome.owner)
        return Failure(Goal(owner, None, None, tuple(premises), claim), answer, (*self.hypotheses, *premises))


def _names_things(event: model.Event) -> bool:
    return any(isinstance(bare(parameter.type), model.Ref | model.SetOf) for parameter in event.parameters)


def _given(value: object) -> Term:
    return value.there if isinstance(value, Optional) else TRUE


def _texts(measures: Iterable[Measure]) -> str:
    return ", ".join(str(measure) for measure in measures)


def _open(paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path.text for path in paths))
