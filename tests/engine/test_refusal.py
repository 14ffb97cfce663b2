"""A refusal says which guard said no, and what it saw."""

from __future__ import annotations

from statewatt.engine import Birth, Event, Refusal, load
from statewatt.engine.state import State
from tests.engine.examples.garage import Customer, Kind
from tests.engine.workshop import ANN, BOB, ENGINE, done, job, of_job, opened, refused
from tests.language.examples import station


def test_the_first_guard_that_fails_is_named_with_what_it_read() -> None:
    state = done(opened(lifts=0), job()).state
    refusal = refused(state, of_job("hurry", customer=BOB))
    customer = "Customer(name='Ann', spelling='')"
    assert str(refusal) == f"Job 1 refused hurry: it is this customer's job (customer is {customer})"
    (attempt,) = refusal.attempts
    assert (attempt.machine, attempt.key, attempt.state, attempt.event) == ("Job", 1, "waiting", "hurry")
    (reason,) = attempt.reasons
    assert (reason.transition.source, reason.transition.target) == ("waiting", "given_up")


def test_every_transition_that_was_tried_has_a_reason() -> None:
    state = done(opened(), job()).state
    refusal = refused(state, of_job("finish", customer=BOB))
    assert [reason.transition.target for reason in refusal.attempts[0].reasons] == ["done", "waiting"]


def test_a_state_that_refuses_says_so() -> None:
    state = done(opened(lifts=0), job()).state
    assert str(refused(state, of_job("finish", customer=ANN))) == "Job 1 refused finish: it is refused in state waiting"


def test_values_are_told_by_name() -> None:
    state = done(opened(lifts=1), job()).state
    state = done(state, job(BOB, kind=Kind.CHECK)).state
    refusal = ENGINE.take(state, of_job("begin", 2, lift=1, tool=1), 0)
    assert str(refusal) == "Job 2 refused begin: the lift is down (lift is in state up)"
    down = done(state, of_job("finish", customer=ANN), assign=lambda *_: None).state
    refusal = ENGINE.take(down, of_job("begin", 2, lift=1, tool=2), 0)
    facts = "tool is in state shelved, tool.kind is REPAIR, kind is CHECK"
    assert str(refusal) == f"Job 2 refused begin: the tool is on its shelf, and for this work ({facts})"


# --- who decided -----------------------------------------------------------------------------------------------------

STATION = load(station.ChargingStation)


def charging_station() -> State:
    births = [Birth("Evse", {"number": 1}), Birth("Connector", {"evse": 1, "number": 1})]
    births += [Birth("Connector", {"evse": 1, "number": 2})]
    return STATION.start(station.Config(connection_timeout=1000), births)


def test_a_guard_about_all_things_names_the_one_that_decided() -> None:
    plugged = STATION.step(charging_station(), Event("Connector", "occupied", 1), 0)
    assert not isinstance(plugged, Refusal)
    refusal = STATION.step(plugged.state, Event("Connector", "occupied", 2), 0)
    assert str(refusal) == (
        "Connector 2 refused occupied: no other connector of the EVSE is in use "
        "(evse is Evse 1, Connector 1 is in state in_use)"
    )


def test_a_guard_that_reads_what_is_not_there_says_so() -> None:
    state = done(opened(lifts=0), job(Customer("Eve"))).state
    refusal = Refusal(ENGINE.compiled, of_job("peek"), state)
    assert "an optional reference is read that is None" in str(refusal)
