"""What comes from outside: wrong input is one clear error, whatever it is, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.engine import Birth, Configure, EngineFault, Event, InputError, Refusal, Row, Step
from tests.engine.examples.garage import Customer, Kind, Rules
from tests.engine.states import states
from tests.engine.workshop import ANN, ENGINE, RULES, done, job, of_job, opened

STATE = done(opened(lifts=0), job()).state


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Event("Jop", "hurry", 1), "there is no machine 'Jop'; did you mean Job?"),
        (Event("Job", "hury", 1), "there is no event 'hury'; did you mean hurry?"),
        (Event("Job", "nonsense", 1), "there is no event 'nonsense'; from outside Job takes finish, hurry, wait_until"),
        (Event("Lift", "nonsense", 1), "there is no event 'nonsense'; from outside Lift takes none"),
        (Event("Job", "begin", 1), "Job.begin is taken by the engine itself, it does not come from outside"),
        (Event("Lift", "raised", 1), "Lift.raised is sent by the station itself, it does not come from outside"),
        (of_job("hurry", 7, customer=ANN), "there is no Job 7"),
        (of_job("hurry", 0, customer=ANN), "there is no Job 0"),
        (of_job("hurry", True, customer=ANN), "there is no Job True"),
        (of_job("hurry"), "Job.hurry needs the argument 'customer'"),
        (of_job("hurry", customer="Ann"), "Job.hurry: the argument 'customer' is 'Ann' (str), not a Customer"),
        (of_job("hurry", customer=None), "Job.hurry: the argument 'customer' is None, not a Customer"),
        (of_job("hurry", customer=ANN, at=1), "there is no argument 'at'; Job.hurry has customer"),
        (of_job("wait_until", at=True), "Job.wait_until: the argument 'at' is True (bool), not an int"),
        (of_job("wait_until", at=1.0), "Job.wait_until: the argument 'at' is 1.0 (float), not an int"),
        (Event("Bell", "wind", 1, {"now": 1}), "there is no argument 'now'; Bell.wind has none"),
        (Event("Job", "hurry", 1, 5), "Job.hurry takes its arguments as a mapping, not 5 (int)"),  # type: ignore[arg-type]
        (Birth("Note", {}), "a Note is made by the station itself, not from outside"),
        (Birth("Job", {}), "a Job needs the field 'customer'"),
        (job(lift=1), "lift of a Job is not given from outside: it begins with its default"),
        (job(previous=2), "a Job: the field 'previous' is 2, and there is no Job 2"),
        (job(previous="x"), "a Job: the field 'previous' is 'x' (str), not the key of a Job"),
        (job(tools={1}), "a Job: the field 'tools' is {1} (set), not a frozenset of keys of Tool"),
        (job(tools=frozenset({9})), "a Job: the field 'tools' holds what is 9, and there is no Tool 9"),
        (job(kind="REPAIR"), "a Job: the field 'kind' is 'REPAIR' (str), not a Kind"),
        (job(Customer([])), "a Job: the field 'customer' cannot be compared by value: unhashable type: 'list'"),  # type: ignore[arg-type]
        (Configure({"patience": None}), "the configuration: the setting 'patience' is None, not an int"),
        (Configure({"patients": 1}), "there is no setting 'patients'; did you mean patience?"),
        ("hurry", "an event is an Event, a Birth, a Configure, or None for time alone, not 'hurry'"),
    ],
)
def test_wrong_input_is_told_in_one_line(event: Any, text: str) -> None:
    before = STATE.key()
    with pytest.raises(InputError) as caught:
        ENGINE.step(STATE, event, 0)
    assert str(caught.value).startswith(text)
    assert "\n" not in str(caught.value)
    assert STATE.key() == before


def test_now_is_an_int() -> None:
    for wrong in (1.5, True, None, "1"):
        with pytest.raises(InputError, match="now is a point in time in milliseconds, an int, not"):
            ENGINE.step(STATE, None, wrong)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="now is a point in time"):
            ENGINE.start(RULES, now=wrong)  # type: ignore[arg-type]


def test_the_configuration_is_checked() -> None:
    with pytest.raises(InputError, match="the configuration is a Rules, not 5"):
        ENGINE.start(5)
    with pytest.raises(InputError, match="the configuration: the setting 'patience' is '1' "):
        ENGINE.start(Rules(patience="1"))  # type: ignore[arg-type]


def test_births_at_the_start_are_checked() -> None:
    with pytest.raises(InputError, match="there is no Job 1"):
        ENGINE.start(RULES, [job(previous=1)])


def test_the_systems_own_fields_can_be_given_at_the_start() -> None:
    assert ENGINE.view(ENGINE.start(RULES, fields={"raisings": 3})).raisings == 3
    with pytest.raises(InputError, match="there is no field 'raising'"):
        ENGINE.start(RULES, fields={"raising": 3})


# --- any state -------------------------------------------------------------------------------------------------------


def built(things: Mapping[str, Mapping[int, Row]], **options: Any) -> Any:
    return ENGINE.state(RULES, things, **options)


def test_a_state_can_be_built_from_its_content() -> None:
    for state in (STATE, done(opened(bells=1), Event("Bell", "wind", 1), 3).state, done(opened(), job()).state):
        machines = [machine.name for machine in ENGINE.system.machines]
        again = ENGINE.state(
            state.config,
            {name: {key: state.row(name, key) for key in state.keys(name)} for name in machines},
            fields={"raisings": ENGINE.view(state).raisings},
            now=state.now,
            next_keys={name: getattr(state, f"next_{name}") for name in machines},
        )
        assert (again, again.deadline) == (state, state.deadline)
        assert hash(again) == hash(state)


@pytest.mark.parametrize(
    ("things", "options", "text"),
    [
        ({"Lift": {1: Row({"number": 1}, ("sideways",))}}, {}, "there is no resting state of Lift 1 'sideways'"),
        ({"Job": {1: Row({"customer": ANN}, ("arrived",))}}, {}, "there is no resting state of Job 1 'arrived'"),
        ({"Lift": {1: Row({"number": 1}, ())}}, {}, "Lift 1 has 1 regions, not 0"),
        ({"Lift": {1: Row({}, ("up",))}}, {}, "Lift 1 needs the field 'number'"),
        ({"Lift": {1: Row({"number": 1, "height": 2}, ("up",))}}, {}, "there is no field 'height'"),
        ({"Lift": {1: Row({"number": None}, ("up",))}}, {}, "Lift 1: the field 'number' is None, not an int"),
        ({"Lift": {0: Row({"number": 1}, ("up",))}}, {}, "the key of a Lift is an int from 1, not 0"),
        ({"Left": {}}, {}, "there is no machine 'Left'; did you mean Lift?"),
        (
            {"Lift": {2: Row({"number": 1}, ("up",))}},
            {"next_keys": {"Lift": 2}},
            "the next key of Lift is an int after",
        ),
        ({}, {"fields": {"last_job": 1}}, "Garage: the field 'last_job' is 1, and there is no Job 1"),
        ({}, {"fields": {"last_job": 1}, "next_keys": {"Job": 5}}, "Garage refers to Job 1, which is not there"),
    ],
)
def test_content_that_is_not_well_typed_is_an_error(things: Any, options: Any, text: str) -> None:
    with pytest.raises(InputError) as caught:
        built(things, **options)
    assert str(caught.value).startswith(text)


# --- anything --------------------------------------------------------------------------------------------------------

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 3) | st.floats() | st.text(max_size=3) | st.sampled_from([ANN, *Kind]),
    lambda inner: st.lists(inner, max_size=2) | st.frozensets(st.integers(0, 3)) | st.dictionaries(st.text(), inner),
    max_leaves=3,
)
MACHINES = st.sampled_from([m.name for m in ENGINE.system.machines]) | JUNK
EVENTS = st.sampled_from([e.name for m in ENGINE.system.machines for e in m.events]) | JUNK
NAMES = st.sampled_from(["customer", "at", "now", "lift", "tool", "number", "previous", "tools", "kind", "deadline"])
MAPPINGS = st.dictionaries(NAMES | JUNK.filter(lambda x: isinstance(x, (str, int))), JUNK, max_size=3) | JUNK
ANYTHING = (
    st.builds(Event, MACHINES, EVENTS, st.integers(1, 3) | JUNK, MAPPINGS)
    | st.builds(Birth, MACHINES, MAPPINGS)
    | st.builds(Configure, MAPPINGS)
    | JUNK
)


@settings(max_examples=200, deadline=None)
@given(state=states(ENGINE), event=ANYTHING)
def test_no_input_raises_anything_else_or_changes_the_state(state: Any, event: Any) -> None:
    before = state.key()
    records = {name: dict(getattr(state, name)) for name in state.machines}
    try:
        result = ENGINE.take(state, event, 0) if isinstance(event, Configure) else ENGINE.step(state, event, state.now)
    except (InputError, EngineFault):  # the garage has events that a proof would not allow
        pass
    else:
        assert isinstance(result, (Step, Refusal))
        assert str(result)
    state._key = None
    for name in state.machines:
        for record in getattr(state, name).values():
            record._tuple = None
        assert getattr(state, name) == records[name]
    assert state.key() == before


@pytest.mark.parametrize("wrong", [None, {}, "state"])
def test_a_state_is_a_state(wrong: Any) -> None:
    for ask in (ENGINE.step, ENGINE.trace, ENGINE.take):
        with pytest.raises(InputError, match="a state of Garage comes from start, state or step, not"):
            ask(wrong, of_job("hurry", customer=ANN), 0)
