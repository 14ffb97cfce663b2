"""Views look like the classes of the model, and change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from statewatt.engine import Birth, load
from tests.engine.examples.garage import Kind
from tests.engine.workshop import ANN, ENGINE, RULES, done, job, opened
from tests.language.examples import station

VIEW = ENGINE.view(done(opened(), job()).state)


def test_fields_references_sets_and_collections() -> None:
    (it,) = VIEW.jobs
    assert (it.customer, it.kind, it.previous) == (ANN, Kind.REPAIR, None)
    assert it.lift is not None
    assert it.lift == VIEW.lifts[1]
    assert it.lift != VIEW.lifts[0]
    assert it.tools == frozenset({VIEW.tools[0]})
    assert it.garage.config is RULES
    assert VIEW.last_job is None
    assert [lift.number for lift in VIEW.lifts] == [1, 2]


def test_a_thing_has_one_view() -> None:
    (it,) = VIEW.jobs
    assert it.lift is VIEW.lifts[1]
    assert it.garage is VIEW
    assert VIEW.lifts[1].jobs[0] is it
    other = ENGINE.view(done(opened(), job()).state)
    assert other.lifts[1] is not it.lift
    assert other.lifts[1] == it.lift


def test_collections_are_sequences_equal_to_tuples() -> None:
    first, second = VIEW.lifts
    lifts: Any = VIEW.lifts
    assert lifts == (first, second) == VIEW.lifts
    assert lifts != (first,)
    assert lifts != [first, second]
    assert (len(lifts), lifts[-1], lifts[1:], [*reversed(lifts)]) == (2, second, (second,), [second, first])
    assert repr(lifts) == "(<Lift 1>, <Lift 2>)"
    assert first in lifts
    assert ENGINE.view(opened()).lifts[0] in lifts
    others: list[object] = [1, None, VIEW.tools[0], VIEW]
    assert not any(other in lifts for other in others)
    with pytest.raises(IndexError):
        _ = lifts[2]


def test_things_that_refer_back() -> None:
    assert list(VIEW.lifts[1].jobs) == list(VIEW.jobs)
    assert list(VIEW.lifts[0].jobs) == []


def test_states_and_predicates() -> None:
    (it,) = VIEW.jobs
    assert it.working.is_active
    assert not it.waiting.is_active
    assert it.is_customer(ANN)
    assert it.is_customer(customer=ANN)
    assert not it.lift_is_free(VIEW.lifts[1])
    assert VIEW.who_works_has_a_lift()
    with pytest.raises(TypeError, match=r"Job.is_customer\(\) missing 1 required positional argument: 'customer'"):
        it.is_customer()  # type: ignore[call-arg]


def test_states_in_regions() -> None:
    engine = load(station.ChargingStation)
    births = [Birth("Evse", {"number": 1}), Birth("Connector", {"evse": 1, "number": 1})]
    view = engine.view(engine.start(station.Config(connection_timeout=1), births))
    (connector,) = view.evses[0].connectors
    assert connector.facts.usage.free.is_active
    assert not connector.facts.health.broken.is_active
    assert view.evses[0].main_connector() == connector


def test_helpers_that_the_engine_does_not_read_work_too() -> None:
    assert VIEW.stays_down(VIEW.lifts[0])
    assert VIEW.assign(VIEW.jobs[0], [(VIEW.lifts[0], VIEW.tools[0])], 0) == (VIEW.lifts[0], VIEW.tools[0])


def test_a_view_is_read_only_and_knows_its_thing() -> None:
    with pytest.raises(AttributeError, match="read-only"):
        VIEW.jobs[0].deadline = 3
    with pytest.raises(AttributeError, match="read-only"):
        VIEW.raisings = 3
    with pytest.raises(AttributeError, match="Job has no 'lfit'"):
        _ = VIEW.jobs[0].lfit  # type: ignore[attr-defined]
    assert (repr(VIEW.jobs[0]), VIEW.jobs[0].key) == ("<Job 1>", 1)
    assert len({VIEW.jobs[0], VIEW.lifts[0], VIEW.tools[0]}) == 3
