"""Measures that show that steps of a kind come to an end: numbers of things, in the order in which they count.

A measure is the number of things of which something holds. A way through a step keeps it if no thing joins them, and
lowers it if one of them leaves as well. If each way of a kind lowers a measure and keeps those that count more, such
steps come to an end whatever the number of things: every measure is a natural number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..engine import model
from ..engine.compiling.records import stored
from .execution import Executor
from .facts import Facts
from .happenings import exits, timed
from .properties import Problem
from .steps import Step, exists
from .terms import Optional, Term, Value, both, either, implied, negated, same_term, some, z3
from .ways import Way
from .world import Key, World, state_of, there

SECONDS = 3.0
"""How long the solver thinks about one question."""

Holds = Callable[[World, Term, Term, Facts], Term]
"""(world, thing, now, facts) gives the formula."""


@dataclass(frozen=True)
class Measure:
    """The number of things of a machine of which something holds; ``timed``: it may rise as time passes.

    No two measures have the same ``name``; ``text`` is for people.
    """

    machine: str
    name: str
    holds: Holds
    text: str = ""
    timed: bool = False

    def __str__(self) -> str:
        return self.text or self.name


@dataclass(frozen=True)
class Path:
    """A way through a step."""

    step: Step
    way: Way

    @property
    def text(self) -> str:
        """The event and the transitions, for people."""
        taken = ", then ".join(f"{t.source} → {t.target or t.source}" for t in self.own)
        return f"{self.step.machine}.{self.step.name} ({taken})"

    @property
    def own(self) -> Iterator[model.Transition]:
        """The transitions of the thing that the event is about."""
        return (t.transition for t in self.way.taken if t.thing is self.step.thing)


# --- what may be measured --------------------------------------------------------------------------------------------


def measures(problem: Problem, paths: Sequence[Path]) -> Iterator[Measure]:
    """What these ways could lower: things before a state, fields that are set, urgent events that wait."""
    for machine in problem.system.machines:
        for region in range(len(machine.regions)):
            yield from _before_states(problem, machine, region, paths)
    changed = {key for path in paths for key in path.way.world.changed_since(problem.world)}
    for machine in problem.system.machines:
        for attribute in stored(machine):
            if (machine.name, attribute.name) in changed:
                yield from _field(machine, attribute)
    for machine in problem.system.machines:
        for event in machine.events:
            if event.urgent:
                for transition in {t.source: t for t in machine.transitions if t.event == event.name}.values():
                    for each in exits(machine, transition.source, event.name):
                        yield waiting(problem, machine, event, each)


def _before_states(problem: Problem, machine: model.Machine, region: int, paths: Sequence[Path]) -> Iterator[Measure]:
    """For each state that is left: the things from which it can still be reached."""
    edges: set[tuple[str, str]] = set()
    for path in paths:
        for taken in path.way.taken:
            t = taken.transition
            if taken.machine == machine.name and t.target and machine.state(t.source).region == region:
                edges.add((t.source, t.target))
    found: set[frozenset[str]] = set()
    for source in dict.fromkeys(s.name for s in machine.states if any(edge[0] == s.name for edge in edges)):
        names = _ancestors(source, edges)
        if names not in found:
            found.add(names)
            resting = [s.name for s in machine.states if s.name in names and not s.choice]
            if resting:
                yield Measure(machine.name, f"{machine.name} in {' or '.join(resting)}", _in(problem, machine, resting))


def _ancestors(state: str, edges: set[tuple[str, str]]) -> frozenset[str]:
    found = {state}
    while more := {source for source, target in edges if target in found} - found:
        found |= more
    return frozenset(found)


def _in(problem: Problem, machine: model.Machine, names: Sequence[str]) -> Holds:
    region = machine.state(names[0]).region
    states = [problem.vocabulary.state(machine.name, name) for name in names]

    def holds(world: World, x: Term, now: Term, facts: Facts) -> Term:
        current = world.read(state_of(machine.name, region), x)
        return either(same_term(current, state) for state in states)

    return holds


def _field(machine: model.Machine, attribute: model.Attribute) -> Iterator[Measure]:
    """Of an optional field whether it is given, of a truth value which."""
    key = (machine.name, attribute.name)
    name = f"{machine.name} whose {attribute.name} is"
    if isinstance(attribute.type, model.Maybe):
        yield Measure(machine.name, f"{name} not None", lambda world, x, now, facts: world.read(key, x).there)
    elif attribute.type == model.BOOL:
        yield Measure(machine.name, f"{name} True", lambda world, x, now, facts: world.read(key, x))
        yield Measure(machine.name, f"{name} False", lambda world, x, now, facts: negated(world.read(key, x)))


def waiting(problem: Problem, machine: model.Machine, event: model.Event, transition: model.Transition) -> Measure:
    """The things for which a transition of an event can be taken, with some arguments."""
    holds = accepting(problem, machine, event, transition)
    text = f"{machine.name} in {transition.source} for which {event.name} waits"
    return Measure(machine.name, f"{text}: {transition}", holds, text, timed(transition))


def accepting(problem: Problem, machine: model.Machine, event: model.Event, transition: model.Transition) -> Holds:
    """That a thing takes a transition for an event, with some arguments."""

    def holds(world: World, x: Term, now: Term, facts: Facts) -> Term:
        return either(_accepts(world, x, now, facts, nothing) for nothing in (True, False))

    def _accepts(world: World, x: Term, now: Term, facts: Facts, nothing: bool) -> Term:
        """Optional arguments are ``None``, or all are given."""
        executor = Executor(problem.vocabulary, problem.trusted, facts, now)
        given: dict[str, Value] = {}
        variables: list[Term] = []
        way = Way(world)
        for parameter in event.parameters:
            type_ = parameter.type
            if parameter.name == "now":
                given["now"] = now
            elif nothing and isinstance(type_, model.Maybe):
                given[parameter.name] = problem.vocabulary.literal(type_, None)
            else:
                value = problem.vocabulary.unknown(
                    type_.of if isinstance(type_, model.Maybe) else type_, parameter.name
                )
                given[parameter.name] = Optional(z3.BoolVal(True), value) if isinstance(type_, model.Maybe) else value
                way = way.given(exists(problem.vocabulary, world, given[parameter.name], type_))
                if isinstance(value, z3.ExprRef):
                    variables.append(value)
        way = executor.in_state(machine, x, transition.source, way)
        for each in exits(machine, transition.source, event.name):
            passed, way = executor.tried(x, each, given, way)
            if each is transition:
                return some(variables, both(passed.premises))
        raise LookupError(transition)

    return holds


# --- which ways lower which ------------------------------------------------------------------------------------------


class Descent:
    """Looks for measures in an order in which they show that ways come to an end."""

    def __init__(self, problem: Problem, hypotheses: Sequence[Term]) -> None:
        self.problem = problem
        self.questions = 0
        self._solver = z3.Solver()
        self._solver.set("timeout", round(SECONDS * 1000))
        self._solver.add(*hypotheses)
        self._known: dict[tuple[int, str], str] = {}

    def find(self, paths: Sequence[Path], at_one_time: bool) -> tuple[list[Measure], list[Path]]:
        """Measures, the one that counts most first, and the ways that none of them shows to end.

        Unless only ``at_one_time``, measures that the passing of time may raise are left out: they would show nothing.
        """
        left = list(paths)
        found: list[Measure] = []
        while left:
            for measure in measures(self.problem, left):
                lowered = [] if measure.timed and not at_one_time else self._lowered(measure, left)
                if lowered:
                    found.append(measure)
                    left = [path for path in left if path not in lowered]
                    break
            else:
                break
        return found, left

    def _lowered(self, measure: Measure, paths: Sequence[Path]) -> list[Path]:
        """The ways that lower it, if all of them keep it."""
        answers: list[Path] = []
        for path in paths:
            key = (id(path), measure.name)
            if key not in self._known:
                self._known[key] = self._effect(measure, path)
            if self._known[key] == "raised":
                return []
            if self._known[key] == "lowered":
                answers.append(path)
        return answers

    def _effect(self, measure: Measure, path: Path) -> str:
        """``lowered``, ``kept``, or ``raised`` where the solver does not show either."""
        world, now = self.problem.world, path.step.now
        reads: set[Key] = set()
        facts = Facts()
        x = self.problem.vocabulary.thing(measure.machine)
        before = self._counts(measure, world.watched(reads), x, now, facts)
        if not reads & path.way.world.changed_since(world):
            return "kept"
        after = self._counts(measure, path.way.world, x, now, facts)
        premises = [*path.way.premises, *path.step.facts.axioms, *facts.axioms]
        self._solver.push()
        self._solver.add(*premises)
        joined = self._ask(both([after, negated(before)]))
        stayed = "" if joined != "unsat" else self._ask(z3.ForAll([x], implied([before], after)))
        self._solver.pop()
        if joined != "unsat":
            return "raised"
        return "lowered" if stayed == "unsat" else "kept"

    def _counts(self, measure: Measure, world: World, x: Term, now: Term, facts: Facts) -> Term:
        return both([world.read(there(measure.machine), x), measure.holds(world, x, now, facts)])

    def _ask(self, formula: Term) -> str:
        self.questions += 1
        self._solver.push()
        self._solver.add(formula)
        answer = str(self._solver.check())
        self._solver.pop()
        return answer
