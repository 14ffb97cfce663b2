"""The interpreter of expressions and the compiled functions say the same, on arbitrary states."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.engine import Engine, EngineFault, Event, Refusal, load
from statewatt.engine import model as m
from statewatt.engine.evaluate import Evaluator, Frame, NoAnswerError
from statewatt.engine.state import State
from tests.engine.examples.garage import Garage
from tests.engine.states import states, values
from tests.language.examples.station import ChargingStation

ENGINES: list[Engine[Any]] = [load(Garage), load(ChargingStation)]
NO_ANSWER = "no answer"


def evaluator(engine: Engine[Any], state: State, before: State | None = None, commands: Any = ()) -> Evaluator:
    def trust(function: str, state: State, values: list[Any]) -> Any:
        return engine.compiled.function(f"{engine.system.name}__{function}")(state, *values)

    return Evaluator(engine.system, engine.compiled.objects, state, trust=trust, before=before, commands=commands)


def interpreted(engine: Engine[Any], state: State, predicate: m.Predicate, frame: Frame, *more: Any) -> object:
    try:
        return evaluator(engine, state, *more).answer(predicate, frame)
    except NoAnswerError:
        return NO_ANSWER


def compiled(engine: Engine[Any], owner: str, name: str, *arguments: Any) -> object:
    try:
        return engine.compiled.predicate(owner, name)(*arguments)
    except Exception as error:
        return NO_ANSWER if engine.compiled.fault(error).where else error


@pytest.mark.parametrize("engine", ENGINES, ids=lambda e: e.system.name)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_predicates_of_things(engine: Engine[Any], data: st.DataObject) -> None:
    state = data.draw(states(engine))
    counts = {machine.name: len(state.keys(machine.name)) for machine in engine.system.machines}
    for machine in engine.system.machines:
        for predicate in machine.predicates:
            refs = [p.type for p in predicate.parameters if isinstance(p.type, m.Ref)]
            if any(not counts[ref.machine] for ref in refs):
                continue
            for key in state.keys(machine.name):
                given_ = {p.name: data.draw(values(engine, p.type, counts)) for p in predicate.parameters}
                frame = Frame({"self": key, **given_})
                expected = interpreted(engine, state, predicate, frame)
                assert compiled(engine, machine.name, predicate.name, state, key, *given_.values()) == expected


@pytest.mark.parametrize("engine", ENGINES, ids=lambda e: e.system.name)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_urgent_events_are_those_that_are_accepted(engine: Engine[Any], data: st.DataObject) -> None:
    state = data.draw(states(engine))
    expected: list[Event] = []
    for machine in engine.system.machines:
        for key in state.keys(machine.name):
            for event in (e for e in machine.events if e.urgent):
                things = [(p.name, p.type) for p in event.parameters if isinstance(p.type, m.Ref)]
                for keys in product(*(state.keys(of.machine) for _, of in things)):
                    arguments = {name: k for (name, _), k in zip(things, keys, strict=True)}
                    expected.append(Event(machine.name, event.name, key, arguments))
    assert list(engine.urgent(state, state.now)) == [e for e in expected if accepts(engine, state, e)]


def accepts(engine: Engine[Any], state: State, event: Event) -> bool:
    """The event alone is taken, or fails on the way."""
    try:
        return not isinstance(engine.take(state, event, state.now), Refusal)
    except EngineFault:
        return True


@pytest.mark.parametrize("engine", ENGINES, ids=lambda e: e.system.name)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_predicates_and_laws_of_the_system(engine: Engine[Any], data: st.DataObject) -> None:
    state, before = data.draw(states(engine)), data.draw(states(engine))
    system = engine.system
    counts = {machine.name: len(state.keys(machine.name)) for machine in system.machines}
    for predicate in (*system.predicates, *system.invariants):
        refs = [p.type for p in predicate.parameters if isinstance(p.type, m.Ref)]
        if any(not counts[ref.machine] for ref in refs):
            continue
        given_ = {p.name: data.draw(values(engine, p.type, counts)) for p in predicate.parameters}
        expected = interpreted(engine, state, predicate, Frame({"self": None, **given_}))
        assert compiled(engine, system.name, predicate.name, state, *given_.values()) == expected
    for law in system.laws:
        expected = interpreted(engine, state, law, Frame({"self": None}), before, ())
        assert compiled(engine, system.name, law.name, state, before, ()) == expected
