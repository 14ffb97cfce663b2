"""The prover's steps are the engine's: on arbitrary states, with any arguments, every event comes to the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from statewatt.engine import Birth, Configure, Engine, EngineFault, Event, Refusal, StationState, Step, load
from statewatt.engine import model as m
from statewatt.engine.compiling.records import stored
from statewatt.engine.state import Input
from statewatt.models.station import ChargingStation
from statewatt.verify.facts import Obligation
from statewatt.verify.properties import Problem, problem
from statewatt.verify.steps import Step as Formula
from statewatt.verify.steps import Steps
from statewatt.verify.terms import Optional, Term, both, z3
from statewatt.verify.vocabulary import Vocabulary
from statewatt.verify.world import unknown_world
from tests.strategies import STATION, Arbitrary, Seeded
from tests.verify.grounding import Ground

ENGINE = load(ChargingStation)


@cache
def formulas(engine: Engine[Any]) -> tuple[Problem, tuple[Formula, ...]]:
    vocabulary = Vocabulary(engine.system)
    world = unknown_world(vocabulary)
    found = problem(engine.system, vocabulary, world)
    return found, tuple(Steps(vocabulary, found.trusted, world).all())


def steps_for(engine: Engine[Any], event: Input) -> list[Formula]:
    found = formulas(engine)[1]
    if isinstance(event, Birth):
        return [s for s in found if s.kind == "birth" and s.machine == event.machine]
    if isinstance(event, Configure):
        return [s for s in found if s.kind == "configure"]
    return [s for s in found if s.kind in ("event", "urgent") and (s.machine, s.name) == (event.machine, event.name)]


class Case:
    """One state and one event, as the engine and as the prover see them."""

    def __init__(self, engine: Engine[Any], state: StationState, event: Input, now: int) -> None:
        self.problem = formulas(engine)[0]
        self.engine, self.state, self.event, self.now = engine, state, event, now
        self.result: Step | Refusal | EngineFault
        try:
            self.result = engine.take(state, event, now)
        except EngineFault as fault:
            self.result = fault
        # At most one thing of a machine is made by a step.
        sizes = {machine.name: state.next_key(machine.name) for machine in engine.system.machines}
        self.ground = Ground(engine, self.problem.vocabulary, sizes)
        self.before = self.ground.equations(self.problem.world, state)
        self.solver = z3.Solver()

    def check(self) -> None:
        steps = steps_for(self.engine, self.event)
        assert steps
        givens = [self._given(step) for step in steps]
        afters = [[self._after(way) for way in step.ways] for step in steps]
        self.solver.add(*self.before, *self._trusted(), *self.ground.parts(), *self.ground.domain())
        assert self._is("sat"), "the state has no model"
        met = 0
        for step, given, after in zip(steps, givens, afters, strict=True):
            for way, same in zip(step.ways, after, strict=True):
                there = [*given, *way.premises, *step.facts.axioms, *self._made(way)]
                exact = not any("next" in str(t) for t in step.facts.axioms) and self._is_exact(way.premises)
                if isinstance(self.result, Step):
                    path = [
                        (t.machine, t.transition.source, t.transition.target or t.transition.source) for t in way.taken
                    ]
                    met += bool(self._matches(path) and self._is("sat", *there, both(same)))
                    if exact:
                        assert self._is("unsat", *there, z3.Not(both(same))), (step.text, self.event)
                elif isinstance(self.result, Refusal) and exact:
                    assert self._is("unsat", *there), (step.text, self.event)
        if isinstance(self.result, EngineFault):
            owed = [o for s, g in zip(steps, givens, strict=True) for o in self._owed(s, g)]
            assert owed, (self.event, self.result)
        assert met or not isinstance(self.result, Step), (self.event, self.result.path)

    def _made(self, way: Any) -> list[Term]:
        """What is made gets the next keys."""
        return [thing == self.ground.elements[machine][-1] for machine, thing in way.made]

    def _owed(self, step: Formula, given: list[Term]) -> Iterator[Obligation]:
        """The obligations that this state does not meet."""
        for o in step.facts.obligations:
            if self._is("sat", *given, *step.facts.axioms, *o.premises, z3.Not(o.claim)):
                yield o

    def _matches(self, path: list[tuple[str, str, str]]) -> bool:
        """What is left in place may be told by another of its transitions, what happens in a loop not at all."""
        assert isinstance(self.result, Step)
        moved = iter([(machine, s, t) for machine, _, _, s, t in self.result.path if s != t])
        return all(move in moved for move in path if move[1] != move[2])

    def _is_exact(self, premises: tuple[Term, ...]) -> bool:
        """The functions in the premises are those of the state before, whose answers are known."""
        pre = {str(symbol) for symbol in self._symbols}
        names = {str(d) for premise in premises for d in _functions(premise)}
        return not any(n.split("!")[0] in self._trusted_names and n not in pre for n in names)

    def _is(self, answer: str, *formulas: Term) -> bool:
        self.solver.push()
        self.solver.add(*formulas)
        found = str(self.solver.check())
        self.solver.pop()
        assert found != "unknown"
        return found == answer

    def _given(self, step: Formula) -> list[Term]:
        ground, event, found = self.ground, self.event, [step.now == self.now]
        if isinstance(event, Event):
            assert step.thing is not None
            assert event.target is not None
            found.append(step.thing == ground.elements[event.machine][event.target - 1])
            types = {p.name: p.type for p in self.engine.system.machine(event.machine).event(event.name).parameters}
            values = event.arguments
        elif isinstance(event, Birth):
            types = {a.name: a.type for a in stored(self.engine.system.machine(event.machine))}
            values = event.fields
        else:
            return found
        for name, value in step.given.items():
            if name != "now":
                found.append(ground.same(value, ground.term(types[name], values[name])))
        return found

    def _after(self, way: Any) -> list[Term]:
        if not isinstance(self.result, Step):
            return []
        return self.ground.equations(way.world, self.result.state) + self.ground.sent(way.world, self.result.commands)

    # --- trusted functions ---

    def _trusted(self) -> list[Term]:
        """What they say in the state before."""
        found: list[Term] = []
        self._symbols: list[Term] = []
        self._trusted_names = {f.name for f in self.engine.system.trusted}
        view = self.engine.view(self.state)
        for function in self.engine.system.trusted:
            symbol = self.problem.trusted.symbol_in(self.problem.world, function)
            if symbol is None:
                continue
            self._symbols.append(symbol)
            for keys in itertools.product(*[self._keys(p.type) for p in function.parameters]):
                things = [
                    None if k is None else self.engine._views.thing(self.state, _of(p.type), k)
                    for p, k in zip(function.parameters, keys, strict=True)
                ]
                answer = getattr(view, function.name)(*things)
                terms = [self._fitted(p.type, k) for p, k in zip(function.parameters, keys, strict=True)]
                found.append(self.problem.trusted.applied(symbol, terms, function.where) == z3.BoolVal(answer))
        return found

    def _fitted(self, type_: m.Type, key: int | None) -> Any:
        if isinstance(type_, m.Maybe) and key is None:
            return Optional(z3.BoolVal(False), self.problem.vocabulary.anything(type_.of))
        return self.ground.term(type_, key)

    def _keys(self, type_: m.Type) -> list[int | None]:
        keys: list[int | None] = list(self.state.keys(_of(type_)))
        return [None, *keys] if isinstance(type_, m.Maybe) else keys


def _of(type_: m.Type) -> str:
    inner = type_.of if isinstance(type_, m.Maybe) else type_
    assert isinstance(inner, m.Ref)
    return inner.machine


def _functions(term: Term) -> Iterator[Term]:
    seen: set[int] = set()
    pending = [term]
    while pending:
        each = pending.pop()
        if each.get_id() in seen:
            continue
        seen.add(each.get_id())
        if z3.is_quantifier(each):
            pending.append(each.body())
        elif z3.is_app(each):
            yield each.decl()
            pending += each.children()


def cases(seed: int) -> Iterator[Case]:
    """For every event of every machine, one state."""
    arbitrary = Arbitrary(ENGINE, STATION, Seeded(seed), most=2)
    for machine in ENGINE.system.machines:
        for event in machine.events:
            if event.inner:
                continue
            sources = list(dict.fromkeys(t.source for t in machine.transitions if t.event == event.name))
            first = {machine.name: arbitrary.chooser.choose(sources)}
            state = arbitrary.state(first=first)
            given = arbitrary.event(state, machine.name, event.name, 1)
            if given is not None:
                yield Case(ENGINE, state, given, state.now + arbitrary.chooser.choose((0, 1)))


@pytest.mark.parametrize("seed", range(3))
def test_events(seed: int) -> None:
    for case in cases(seed):
        case.check()


@pytest.mark.parametrize("machine", ["Connector", "Evse", "Authorization", "Reservation"])
@pytest.mark.parametrize("seed", range(4))
def test_births(machine: str, seed: int) -> None:
    arbitrary = Arbitrary(ENGINE, STATION, Seeded(100 + seed), most=2)
    state = arbitrary.state()
    declared = ENGINE.system.machine(machine)
    given = arbitrary.birth(state, machine)
    if given is None:
        return
    required = {a.name for a in stored(declared) if not a.has_default}
    fields = {name: value for name, value in given.fields.items() if name in required}
    Case(ENGINE, state, Birth(machine, fields), state.now).check()
