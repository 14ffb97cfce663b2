"""Reservations: what is answered to a request, who is matched, how one ends, and what survives a restart."""

from __future__ import annotations

from typing import Any

import pytest

from statewatt.engine import Birth, Refusal
from statewatt.models.commands import AnswerReservation
from tests.models.driving import Station, granted, no_connector

ACCEPTED, REJECTED, OCCUPIED = ["reserve: Accepted"], ["reserve: Rejected"], ["reserve: Occupied"]
FAULTED, UNAVAILABLE = ["reserve: Faulted"], ["reserve: Unavailable"]
TWO_KINDS = [["cCCS2"], ["cType2"]]


def faulted(station: Station, evse: int, connector: int = 1) -> list[str]:
    """A connector has a fault."""
    return station.do("fault_raised", evse_id=evse, connector_id=connector)


# --- what is answered ---


@pytest.mark.parametrize("evse", [None, 1])
def test_in_the_past(evse: int | None) -> None:
    station = Station()
    station.reserve(7, "R", 2)
    assert station.reserve(7, "R", evse, expires_in_s=-1) == REJECTED
    assert station.reservations() == {"2": 7, "station": []}, "the old one is untouched"


def test_replaced() -> None:
    station = Station(3)
    assert station.reserve(7, "R", 1) == ["EVSE 1: reserved 7", *ACCEPTED]
    assert station.reserve(7, "Q", 1) == ["EVSE 1: reserved 7", *ACCEPTED], "its EVSE stays reserved"
    assert station.reserve(7, "Q", 2) == ["EVSE 2: reserved 7", "EVSE 1: end of 7, Cancelled", *ACCEPTED]
    assert station.reserve(7, "Q") == ["station: reserved 7", "EVSE 2: end of 7, Cancelled", *ACCEPTED]
    assert station.reservations() == {"station": [7]}
    assert station.token("R", 1)[:5] == granted("R", 1), "the old one is not used up"


def test_replaced_takes_no_place_of_its_own() -> None:
    station = Station(1)
    station.reserve(7, "R")
    assert station.reserve(7, "Q")[-1:] == ACCEPTED
    assert station.token("R", 1) == no_connector("R")
    assert station.token("Q", 1)[:3] == granted("Q", 1, 7)[:3]


def test_specific_reserved_already() -> None:
    station = Station()
    station.reserve(7, "R", 1)
    assert station.reserve(8, "Q", 1) == OCCUPIED
    assert station.reserve(8, "Q", 1, connector_type="cType2") == OCCUPIED, "before its type is looked at"


def test_specific_no_such_evse() -> None:
    assert Station().reserve(7, "R", 9) == REJECTED


def test_no_such_connector() -> None:
    station = Station()
    assert station.reserve(7, "R", 1, connector_type="cType2") == REJECTED
    assert station.reserve(7, "R", connector_type="cType2") == REJECTED
    assert Station(types=[["Unknown"]]).reserve(7, "R", 1, connector_type="cType2")[-1:] == ACCEPTED
    assert station.reserve(7, "R", 1, connector_type="Unknown")[-1:] == ACCEPTED


def test_specific_plugged_in() -> None:
    station = Station()
    station.plug_in(1)
    assert station.reserve(7, "R", 1) == OCCUPIED


def test_specific_in_use() -> None:
    station = Station()
    station.event(1, "TransactionStarted")
    assert station.reserve(7, "R", 1) == OCCUPIED


def test_specific_granted() -> None:
    station = Station()
    station.token("A", 1)
    assert station.reserve(7, "R", 1) == OCCUPIED


def test_specific_by_the_connectors_states() -> None:
    station = Station(types=[["cCCS2", "cType2"]])
    faulted(station, 1, 1)
    assert station.reserve(7, "R", 1, connector_type="cCCS2") == FAULTED
    station.event(1, "Disabled", connector_id=2)
    assert station.reserve(7, "R", 1, connector_type="cType2") == UNAVAILABLE
    assert station.reserve(7, "R", 1) == FAULTED, "Faulted before Unavailable"


def test_specific_against_global() -> None:
    station = Station()
    station.reserve(7, "R")
    assert ACCEPTED[0] in station.reserve(8, "Q", 1)
    assert station.reserve(9, "P", 2) == OCCUPIED


def test_global_too_many() -> None:
    station = Station()
    assert station.reserve(7, "R")[-1:] == ACCEPTED
    assert ACCEPTED[0] in station.reserve(8, "Q")
    assert station.reserve(9, "P") == OCCUPIED


def test_global_with_a_vehicle() -> None:
    station = Station(1)
    station.plug_in(1)
    assert station.reserve(7, "R") == OCCUPIED


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        ("Disabled", "Disabled", UNAVAILABLE),
        ("fault", "Disabled", FAULTED),
        ("Disabled", "fault", FAULTED),
        ("fault", "fault", FAULTED),
    ],
)
def test_global_by_the_connectors_states(first: str, second: str, answer: list[str]) -> None:
    station = Station()
    for evse, what in ((1, first), (2, second)):
        station.event(evse, what) if what == "Disabled" else faulted(station, evse)
    assert station.reserve(7, "R") == answer


def test_global_granted() -> None:
    station = Station(1)
    station.token("A", 1)
    assert station.reserve(7, "R") == OCCUPIED


def test_global_of_a_type() -> None:
    station = Station(types=TWO_KINDS)
    assert ACCEPTED[0] in station.reserve(7, "R", connector_type="cType2")
    assert station.reserve(8, "Q", connector_type="cType2") == OCCUPIED
    assert ACCEPTED[0] in station.reserve(8, "Q", connector_type="cCCS2")


def test_the_promise_is_adversarial() -> None:
    """The holder of the untyped one could take the only place of the other."""
    station = Station(types=TWO_KINDS)
    station.reserve(7, "R", connector_type="cType2")
    assert station.reserve(8, "Q") == OCCUPIED


def test_an_evse_that_refuses() -> None:
    station = Station()
    station.do("evse_manager_refuses_reservation", evse_id=1)
    assert station.reserve(7, "R", 1) == ["EVSE 1: reserved 7, refused", *REJECTED]
    assert station.reservations() == {"station": []}


def test_the_bare_booking() -> None:
    station = Station()
    assert station.reserve(7, "R", 1, notify=False) == ACCEPTED
    assert station.reservations() == {"1": 7, "station": []}


# --- who is matched ---


def test_a_specific_one_is_for_its_token() -> None:
    station = Station(1)
    station.reserve(7, "R", 1)
    assert station.token("X", 1) == no_connector("X")
    assert station.token("r", 1) == granted("r", 1, 7)
    assert station.reservations() == {"station": []}


def test_a_specific_one_is_for_its_group() -> None:
    station = Station(1)
    station.reserve(7, "R", 1, parent_id_token="G")
    assert station.token("X", 1, parent_id_token="H")[-1] == "X REJECTED"
    assert station.token("Y", 1, parent_id_token="g") == granted("Y", 1, 7)


def test_the_group_of_the_answer_counts() -> None:
    station = Station(1)
    station.reserve(7, "R", 1, parent_id_token="G")
    answers = [{"authorization_status": "Accepted", "parent_id_token": "G"}]
    assert station.token("X", 1, validation_results=answers)[3:] == granted("X", 1, 7)[2:]


def test_a_global_one_is_used_up_at_a_free_evse() -> None:
    station = Station()
    station.reserve(7, "R")
    assert station.token("R", 2)[:5] == granted("R", 2, 7)
    assert station.reservations() == {"station": []}


def test_a_global_one_does_not_open_a_reserved_evse() -> None:
    station = Station()
    station.reserve(7, "Q", 1)
    station.reserve(8, "R")
    assert station.token("R", 1) == no_connector("R")
    assert station.token("R", 1, 2)[:5] == granted("R", 2, 8)


def test_a_stranger_where_there_is_slack() -> None:
    station = Station()
    station.reserve(7, "R")
    assert station.token("X", 1)[:5] == granted("X", 1)
    assert station.token("Y", 2) == no_connector("Y")


@pytest.mark.parametrize("unusable", ["fault", "Disabled"])
def test_a_reservation_is_used_at_a_place_of_its_type(unusable: str) -> None:
    """EVSE 2 can only serve T; R has its place at EVSE 1."""
    station = Station(types=[["cCCS2"], ["cCCS2", "cType2"]])
    faulted(station, 2, 1) if unusable == "fault" else station.event(2, "Disabled", connector_id=1)
    station.reserve(1, "R", connector_type="cCCS2")
    station.reserve(2, "T", connector_type="cType2")
    assert station.token("R", 2)[-1] == "R REJECTED"
    assert station.token("T", 2)[:5] == granted("T", 2, 2)


def test_the_reservation_that_allows_the_grant_is_used_up() -> None:
    station = Station(types=TWO_KINDS)
    station.reserve(1, "R", connector_type="cCCS2")
    station.reserve(2, "R", connector_type="cType2")
    assert station.token("R", 2)[:5] == granted("R", 2, 2)
    assert station.reservations() == {"station": [1]}


def test_no_validator_is_asked_where_all_is_reserved() -> None:
    station = Station(1)
    station.reserve(7, "R", 1)
    answers = [{"authorization_status": "Accepted"}]
    assert "validate X" not in station.token("X", 1, validation_results=answers)
    station.reserve(7, "R", 1, parent_id_token="G")
    assert "validate X" in station.token("X", 1, validation_results=answers), "its group could be the one"


@pytest.mark.parametrize(
    ("token", "group", "answer"),
    [
        ("R", None, "ReservedForToken"),
        ("r", "H", "ReservedForToken"),
        ("X", "g", "ReservedForToken"),
        ("X", "H", "ReservedForOtherToken"),
        ("X", None, "ReservedForOtherTokenAndHasParentToken"),
    ],
)
def test_exists(token: str, group: str | None, answer: str) -> None:
    station = Station()
    station.reserve(7, "R", 2, parent_id_token="G")
    asked: dict[str, Any] = {"id_token": token, **({} if group is None else {"group_id_token": group})}
    assert station.do("reservation_exists", evse_id=2, **asked) == [f"reservation_exists: {answer}"]
    assert station.do("reservation_exists", evse_id=1, **asked) == ["reservation_exists: NotReserved"]


def test_exists_without_an_evse() -> None:
    station = Station()
    station.reserve(7, "R", parent_id_token="G")
    assert station.do("reservation_exists", id_token="R") == ["reservation_exists: ReservedForToken"]
    assert station.do("reservation_exists", id_token="X", group_id_token="G") == [
        "reservation_exists: ReservedForToken"
    ]
    assert station.do("reservation_exists", id_token="X") == ["reservation_exists: NotReserved"]


# --- how one ends ---


def test_cancelled() -> None:
    station = Station()
    station.reserve(7, "R", 1)
    assert station.do("cancel_reservation", reservation_id=7) == [
        "EVSE 1: end of 7, Cancelled",
        "cancel_reservation: True",
    ]
    assert station.do("cancel_reservation", reservation_id=7) == ["cancel_reservation: False"]
    assert station.do("cancel_reservation", reservation_id=8) == ["cancel_reservation: False"]


@pytest.mark.parametrize(("evse", "who"), [(1, "EVSE 1"), (None, "station")])
def test_expired(evse: int | None, who: str) -> None:
    station = Station()
    station.reserve(7, "R", evse, expires_in_s=10)
    assert station.advance(9.999) == []
    assert station.advance(0.001) == [f"{who}: end of 7, Expired, update"]
    assert station.reservations() == {"station": []}


def test_a_connector_that_it_does_not_need() -> None:
    station = Station(types=[["cCCS2", "cType2"]])
    station.reserve(7, "R", 1, connector_type="cCCS2")
    assert faulted(station, 1, 2) == []
    assert faulted(station, 1, 1) == ["EVSE 1: end of 7, Cancelled, update"]


def test_an_untyped_one_needs_some_connector() -> None:
    station = Station(types=[["cCCS2", "cType2"]])
    station.reserve(7, "R", 1)
    assert faulted(station, 1, 2) == []
    assert station.event(1, "Disabled", connector_id=1) == ["EVSE 1: end of 7, Cancelled, update"]


def test_the_newest_global_one_goes_first() -> None:
    station = Station(3)
    for number in (3, 1, 2):
        station.reserve(number, f"R{number}")
    assert "station: end of 2, Cancelled, update" in faulted(station, 1)
    assert station.reservations() == {"station": [3, 1]}
    assert "station: end of 1, Cancelled, update" in station.event(2, "Disabled")
    assert station.reservations() == {"station": [3]}


def test_a_fault_that_does_not_count_ends_nothing() -> None:
    station = Station(1, ignore_connector_faults=True)
    station.reserve(7, "R", 1)
    assert faulted(station, 1) == []
    assert station.reservations() == {"1": 7, "station": []}


def test_the_evse_ends_it() -> None:
    station = Station()
    station.reserve(7, "R", 1)
    assert station.event(1, "ReservationEnd") == ["EVSE 1: end of 7, Cancelled, update"]
    assert station.event(1, "ReservationEnd") == []


def test_holds_follow_the_slack() -> None:
    station = Station(types=[["cCCS2"], ["cCCS2"], ["cType2"]])
    assert station.reserve(7, "R", connector_type="cCCS2") == ["station: reserved 7", *ACCEPTED]
    assert station.plug_in(1) == ["EVSE 2: reserved -1"]
    assert station.event(1, "SessionFinished") == ["EVSE 2: end of -1, GlobalReservationRequirementDropped"]
    assert station.plug_in(3) == []


def test_a_hold_is_not_told_for_a_reservation_that_ends() -> None:
    station = Station(types=TWO_KINDS)
    station.reserve(7, "R", connector_type="cCCS2")
    assert sorted(faulted(station, 1)) == [
        "EVSE 1: end of -1, GlobalReservationRequirementDropped",
        "station: end of 7, Cancelled, update",
    ]


def test_a_hold_is_for_an_evse_of_some_wanted_type() -> None:
    station = Station(types=TWO_KINDS)
    station.reserve(7, "R", connector_type="cCCS2")
    assert "EVSE 2: reserved -1" not in station.plug_in(1)


def test_a_connector_of_another_type_ends_nothing() -> None:
    """Its holder has plugged in and not presented the token yet."""
    station = Station(types=TWO_KINDS)
    station.reserve(7, "R", connector_type="cCCS2")
    station.plug_in(1)
    station.event(2, "Disabled")
    assert station.reservations() == {"station": [7]}


def test_a_request_is_answered_whatever_comes() -> None:
    station = Station()
    engine, requests, state = station.engine, station.recording.requests, station.recording.state
    asked = engine.step(state, requests.reserve(7, "R", evse_id=1, expiry_time=1000, now=0), 0)
    assert not isinstance(asked, Refusal)
    cancelled = engine.step(asked.state, requests.cancel_reservation(7), 1)
    assert not isinstance(cancelled, Refusal)
    assert any(isinstance(c, AnswerReservation) for c in cancelled.commands)


# --- restart ---


@pytest.mark.parametrize("use_store", [True, False])
def test_a_restart(use_store: bool) -> None:
    station = Station(3, use_store=use_store)
    station.reserve(1, "Q", 1, expires_in_s=50)
    station.reserve(2, "R", expires_in_s=60)
    station.reserve(3, "S", 3)
    station.do("cancel_reservation", reservation_id=3)
    before = station.reservations()
    told = station.do("restart")
    assert station.reservations() == (before if use_store else {"station": []})
    assert ("EVSE 1: reserved 1" in told) is use_store
    if use_store:
        assert station.advance(100)[0] == "EVSE 1: end of 1, Expired, update"
        assert station.reservations() == {"station": []}
        assert station.do("restart") == []


def restored(station: Station, **changed: object) -> Birth:
    """A reservation for EVSE 1 that was placed before a restart."""
    birth = station.recording.requests.reserve(7, "R", evse_id=1, expiry_time=1000, now=0)
    return Birth("Reservation", {**birth.fields, "restored": True, **changed})


def test_restored_twice() -> None:
    station = Station()
    first = station.engine.step(station.recording.state, restored(station), 0)
    assert not isinstance(first, Refusal)
    second = station.engine.step(first.state, restored(station), 0)
    assert not isinstance(second, Refusal)
    assert [r.number for r in station.engine.view(second.state).reservations if r.is_placed()] == [7]


def test_restored_where_no_connector_can_serve() -> None:
    station = Station()
    station.event(1, "Disabled")
    step = station.engine.step(station.recording.state, restored(station), 0)
    assert not isinstance(step, Refusal)
    assert not any(r.is_placed() for r in station.engine.view(step.state).reservations)


@pytest.mark.parametrize("evse", [1, 2])
def test_a_replacement_that_its_evse_declines_leaves_the_old_one(evse: int) -> None:
    station = Station(2)
    station.reserve(7, "R", 1)
    station.do("evse_manager_refuses_reservation", evse_id=evse)
    told = station.reserve(7, "R", evse)
    assert told[-1] == "reserve: Rejected"
    assert not [line for line in told if "end of" in line]
    assert station.recording.observed()["evse_reservations"] == {"1": 7}
    assert station.token("R", 1)[-1] == "R USED_TO_START_TRANSACTION"


def test_an_offer_that_its_evse_never_answers_promises_nothing_and_ends_when_it_expires() -> None:
    station = Station(1)
    recording = station.recording
    offer = recording.requests.reserve(7, "R", evse_id=1, expiry_time=10_000, now=0)
    offered = recording.engine.step(recording.state, offer, 0)
    assert not isinstance(offered, Refusal)
    assert not recording.engine.view(offered.state).reservations[0].is_placed()
    assert offered.deadline == 10_000
    late = recording.engine.step(offered.state, None, offered.deadline)
    assert not isinstance(late, Refusal)
    answers = [c.result.value for c in late.commands if isinstance(c, AnswerReservation)]
    assert answers == ["Rejected"]
    assert late.state.keys("Reservation") == ()


def test_an_evse_that_is_taken_before_it_answers_is_not_reserved() -> None:
    station = Station(1)
    recording = station.recording
    offer = recording.requests.reserve(7, "R", evse_id=1, expiry_time=10_000, now=0)
    offered = recording.engine.step(recording.state, offer, 0)
    assert not isinstance(offered, Refusal)
    taken = recording.engine.step(offered.state, recording.requests.present("A", prevalidated=True), 1)
    assert not isinstance(taken, Refusal)
    answered = recording.engine.step(taken.state, recording.requests.answer_offer(1, True), 2)
    assert not isinstance(answered, Refusal)
    assert [type(c).__name__ for c in answered.commands] == ["AnswerReservation", "ReservationEnded"]
    assert answered.commands[0].result.value == "Rejected"
