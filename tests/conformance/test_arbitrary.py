"""python-statemachine running the classes and the compiled step agree on arbitrary well-typed states.

The states need be neither reachable nor lawful: a guard that a lawful state never needs is compared too. The long form
(``-m slow``) draws many times more of them.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.engine import Engine, Event
from statewatt.engine import model as m
from statewatt.engine.evaluate import Evaluator, Frame, NoAnswerError
from statewatt.engine.state import State
from tests.conformance.cases import series
from tests.conformance.conftest import Pair
from tests.conformance.exploring import compare_pick
from tests.conformance.reference import Kind, Reference, compiled_outcome
from tests.strategies import Arbitrary, Seeded, configurations, events, states

NO_ANSWER = "no answer"


def agree(pair: Pair, number: int, seed: int) -> Counter[Kind]:
    """How so many states with five events each ended, after both sides were compared in each."""
    kinds: Counter[Kind] = Counter()
    for case in series(pair.engine, pair.vocabulary, number, seed=seed):
        expected = pair.reference.take(*case)
        assert compiled_outcome(pair.engine, *case) == expected, (case.event, case.state.key())
        kinds[expected.kind] += 1
    return kinds


def test_events(pair: Pair) -> None:
    kinds = agree(pair, {"shipped": 800, "small": 600}[pair.name], seed=7)
    assert set(kinds) == set(Kind), kinds
    assert kinds[Kind.TAKEN] > sum(kinds.values()) / 3, kinds


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_events_at_length(pair: Pair, seed: int) -> None:
    agree(pair, 5000, seed)


def test_every_configuration_is_met(pair: Pair) -> None:
    met = {case.state.config for case in series(pair.engine, pair.vocabulary, 5000, each=1)}
    assert met == set(configurations(pair.engine, pair.vocabulary))


@pytest.mark.parametrize("name", ["shipped", "small"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_events_as_hypothesis_draws_them(name: str, request: pytest.FixtureRequest, data: st.DataObject) -> None:
    pair: Pair = request.getfixturevalue(name)
    state = data.draw(states(pair.engine, pair.vocabulary))
    event = data.draw(events(pair.engine, pair.vocabulary, state))
    assert compiled_outcome(pair.engine, state, event, 2) == pair.reference.take(state, event, 2)


# --- policies --------------------------------------------------------------------------------------------------------


def test_policies_pick_the_same(pair: Pair) -> None:
    """Any candidates will do, those that no guard accepts too."""
    arbitrary = Arbitrary(pair.engine, pair.vocabulary, Seeded(4))
    for _ in range(300):
        state = arbitrary.state(first={"Authorization": "selecting", "Evse": ""})
        candidates = [Event("Authorization", "grant", 1, {"evse": key}) for key in state.keys("Evse")]
        compare_pick(pair.engine, pair.reference, state, "select_evse", "Authorization", 1, candidates)


# --- guard by guard --------------------------------------------------------------------------------------------------


def test_predicates(pair: Pair) -> None:
    number = 300
    assert compare_predicates(pair, number, seed=3) > 10 * number


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 24))
def test_predicates_at_length(pair: Pair, seed: int) -> None:
    compare_predicates(pair, 2000, seed)


def compare_predicates(pair: Pair, number: int, seed: int) -> int:
    """How many answers were compared: of each predicate of each thing and of the system, and each trusted function.

    Each is asked three times: the class, the compiled predicate through a view, and the interpreter. Where it has no
    answer, none of them may have one; that is not counted.
    """
    arbitrary = Arbitrary(pair.engine, pair.vocabulary, Seeded(seed))
    system = pair.engine.system
    compared = 0
    for _ in range(number):
        state = arbitrary.state()
        pair.reference.load(state)
        for machine in system.machines:
            for key in state.keys(machine.name):
                for predicate in machine.predicates:
                    compared += _compare(pair, arbitrary, state, machine.name, predicate, key)
        questions: list[m.Predicate | m.Trusted] = [*system.predicates, *system.invariants, *system.trusted]
        for asked in questions:
            compared += _compare(pair, arbitrary, state, system.name, asked, None)
    return compared


def _compare(
    pair: Pair, arbitrary: Arbitrary, state: State, owner: str, asked: m.Predicate | m.Trusted, key: int | None
) -> int:
    keys = {machine: state.keys(machine) for machine in type(state).machines}
    if any(isinstance(p.type, m.Ref) and not keys[p.type.machine] for p in asked.parameters):
        return 0
    given_ = {p.name: arbitrary.value(p.name, p.type, keys) for p in asked.parameters}
    expected = by_the_class(pair.reference, owner, asked, key, given_)
    where = (owner, key, asked.name, given_, state.key())
    assert through_a_view(pair.engine, state, owner, asked.name, key, given_) == expected, where
    if isinstance(asked, m.Predicate):
        assert interpreted(pair.engine, state, asked, key, given_) == expected, where
    return 0 if expected == NO_ANSWER else 1


def by_the_class(
    reference: Reference, owner: str, asked: m.Predicate | m.Trusted, key: int | None, given_: dict[str, Any]
) -> object:
    """The answer of the method itself, in the state that was loaded."""
    of = reference.system if key is None else reference.thing(owner, key)
    arguments = [reference.seen(p.type, given_[p.name]) for p in asked.parameters]
    try:
        return reference.plain(getattr(of, asked.name)(*arguments))
    except Exception:
        return NO_ANSWER


def through_a_view(
    engine: Engine[Any], state: State, owner: str, name: str, key: int | None, given_: dict[str, Any]
) -> object:
    """The answer of the compiled function; a trusted one is found by its name in the generated module."""
    thing = () if key is None else (key,)
    try:
        if key is None and name in {trusted.name for trusted in engine.system.trusted}:
            return engine.compiled.function(f"{owner}__{name}")(state, *given_.values())
        of: Any = engine.view(state) if key is None else _shown(engine, state, owner, *thing)
        return _keys(getattr(of, name)(*given_.values()))
    except Exception:
        return NO_ANSWER


def _shown(engine: Engine[Any], state: State, owner: str, key: int) -> Any:
    things = getattr(engine.view(state), engine.system.machine(owner).collection)
    return next(thing for thing in things if thing.key == key)


def _keys(answer: Any) -> object:
    if isinstance(answer, frozenset):
        return frozenset(thing.key for thing in answer)
    return getattr(answer, "key", answer)


def interpreted(
    engine: Engine[Any], state: State, predicate: m.Predicate, key: int | None, given_: dict[str, Any]
) -> object:
    """The answer of the interpreter."""

    def trust(function: str, state: State, values: list[Any]) -> Any:
        return engine.compiled.function(f"{engine.system.name}__{function}")(state, *values)

    evaluator = Evaluator(engine.system, engine.compiled.objects, state, trust=trust)
    try:
        return evaluator.answer(predicate, Frame({"self": key, **given_}))
    except NoAnswerError:
        return NO_ANSWER
