"""Fixed series of arbitrary states, each with an event for it, and engines that lack one guard."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from statewatt.engine import Engine, Event
from statewatt.engine import model as m
from statewatt.engine.state import Input, State
from tests.conformance.reference import Outcome, Reference, compiled_outcome
from tests.strategies import Arbitrary, Seeded, Vocabulary, configurations


class Case(NamedTuple):
    """A state, and what happens in it."""

    state: State
    event: Input
    now: int


class Way(NamedTuple):
    """Something that can happen: an event in a state that does not refuse it outright, or a birth (no event)."""

    machine: str
    event: str | None
    source: str


def ways(system: m.System) -> list[Way]:
    """Every way of every machine, and the births; those whose thing goes through choices at once come several times."""
    found: list[Way] = []
    for machine in system.machines:
        for transition in machine.transitions:
            if transition.event is not None and not transition.refused:
                choice = transition.target is not None and machine.state(transition.target).choice
                weight = 2 ** len(transition.guards) + 6 * choice
                found += [Way(machine.name, transition.event, transition.source)] * weight
        choices = sum(2 ** len(t.guards) for t in machine.transitions if t.event is None)
        found += [Way(machine.name, None, "")] * (1 + choices)
    return found


def series(engine: Engine[Any], vocabulary: Vocabulary, number: int, *, each: int = 5, seed: int = 1) -> Iterator[Case]:
    """So many states with ``each`` events each, the same ones every time: all ways in turn, under any configuration."""
    chooser = Seeded(seed)
    arbitrary = Arbitrary(engine, vocabulary, chooser)
    turns = ways(engine.system)
    configs = configurations(engine, vocabulary)
    for index in range(number):
        way = turns[index % len(turns)]
        state = arbitrary.state(chooser.choose(configs), first={way.machine: way.source} if way.event else None)
        for _ in range(each):
            if way.event is None:
                event: Input | None = arbitrary.birth(state, way.machine)
            else:
                target = chooser.choose((1, 1, 1, chooser.choose(state.keys(way.machine)), None))
                event = arbitrary.event(state, way.machine, way.event, target)
            yield Case(state, event or arbitrary.any_event(state), chooser.choose(vocabulary.integers))


@dataclass(frozen=True)
class Mutant:
    """A guard that is missing."""

    machine: str
    transition: m.Transition
    guard: int

    def __str__(self) -> str:
        event = self.transition.event or "choice"
        label = self.transition.guards[self.guard].label.rstrip(".")
        return f"{self.machine}.{event}: {self.transition.source} → {self.transition.target} without “{label}”"

    def system(self, system: m.System) -> m.System:
        """The system in which the guard always holds."""
        guards = list(self.transition.guards)
        where = guards[self.guard].condition.where
        guards[self.guard] = dataclasses.replace(guards[self.guard], condition=m.Literal(m.BOOL, where, True))
        changed = dataclasses.replace(self.transition, guards=tuple(guards))
        machine = system.machine(self.machine)
        transitions = tuple(changed if t == self.transition else t for t in machine.transitions)
        machines = (
            dataclasses.replace(other, transitions=transitions) if other is machine else other
            for other in system.machines
        )
        return dataclasses.replace(system, machines=tuple(machines))


def mutants(system: m.System) -> list[Mutant]:
    """Every guard of every transition, dropped."""
    return [
        Mutant(machine.name, transition, index)
        for machine in system.machines
        for transition in machine.transitions
        if not transition.refused
        for index in range(len(transition.guards))
    ]


class Hunt:
    """Compares engines that lack a guard with the classes, on one fixed series.

    The classes are a hundred times slower: they are asked where the two compiled sides differ, and only there.
    """

    def __init__(self, engine: Engine[Any], reference: Reference, cases: list[Case]) -> None:
        self.engine = engine
        self.reference = reference
        self.cases = cases
        self._compiled: dict[int, Outcome] = {}
        self._references: dict[int, Outcome] = {}

    def difference(self, mutant: Mutant) -> Case | None:
        """The first case in which the classes and the mutant differ."""
        changed: Engine[Any] = Engine(mutant.system(self.engine.system))
        for index in self._order(mutant):
            case = self.cases[index]
            theirs = compiled_outcome(changed, self._moved(changed, case.state), case.event, case.now)
            if theirs != self._expected(index) and theirs != self._by_the_classes(index):
                return case
        return None

    def _order(self, mutant: Mutant) -> list[int]:
        """First those in which the transition may be the first to be taken."""
        event, machine = mutant.transition.event, mutant.machine

        def later(index: int) -> bool:
            sent = self.cases[index].event
            if isinstance(sent, Event):
                return sent.machine != machine or (event is not None and sent.name != event)
            return event is not None or getattr(sent, "machine", "") != machine

        return sorted(range(len(self.cases)), key=later)

    def _moved(self, changed: Engine[Any], state: State) -> State:
        """The state as another engine has it, with the same records."""
        moved: State = changed.compiled.function("empty")(state.config, state.system)
        for name in type(state).machines:
            for attribute in (name, f"next_{name}"):
                setattr(moved, attribute, getattr(state, attribute))
        moved.now, moved.deadline, moved._ended = state.now, state.deadline, state._ended
        return moved

    def _expected(self, index: int) -> Outcome:
        if index not in self._compiled:
            self._compiled[index] = compiled_outcome(self.engine, *self.cases[index])
        return self._compiled[index]

    def _by_the_classes(self, index: int) -> Outcome:
        if index not in self._references:
            self._references[index] = self.reference.take(*self.cases[index])
        return self._references[index]
