"""The way of a token, subject by subject: validators, stopping, selection, timers, withdrawal, updates."""

from __future__ import annotations

from typing import Any

import pytest

from statewatt.engine import InputError, Refusal, load
from statewatt.engine.model import And, Ask, Expression, Not
from statewatt.engine.state import Input
from statewatt.models.commands import Conclude
from statewatt.models.station import ChargingStation
from statewatt.models.values import TokenHandlingResult
from tests.models.driving import Station, granted, no_connector, stopped, taken, timed_out, waiting

LONG_AGO = "AuthorizationNotFound"


def answer(status: str = "Accepted", parent: str | None = None, evses: list[int] | None = None) -> dict[str, Any]:
    """What a validator says."""
    given = {"authorization_status": status, "parent_id_token": parent, "evse_ids": evses}
    return {key: value for key, value in given.items() if value is not None}


def asked(token: str, *evses: int, answers: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
    """The command that presents a token to validators."""
    return {"id_token": token, "connectors": list(evses), "validation_results": answers, **options}


def withdrawn(answer: str = "Accepted") -> str:
    """The answer to a withdrawal."""
    return f"withdraw_authorization: {answer}"


# --- 1 already in process ---


@pytest.mark.parametrize("again", ["A", "a"])
def test_in_process_while_validated_waiting_and_granted(again: str) -> None:
    station = Station(selection_algorithm="PlugEvents")
    station.token("A", validation_results=[answer()], validation_delay_s=5)
    assert station.token(again) == [f"{again} ALREADY_IN_PROCESS"]
    station.advance(5)
    assert station.token(again) == [f"{again} ALREADY_IN_PROCESS"]
    station.plug_in(1)
    assert station.token(again) == [f"{again} ALREADY_IN_PROCESS"]
    station.withdraw()
    assert station.token(again) == [f"{again} ALREADY_IN_PROCESS"], "still bound until the EVSE lets go"


def test_free_again_after_each_end() -> None:
    station = Station(1)
    for end in ("Deauthorized", "SessionFinished", "TransactionFinished"):
        assert station.token("A", 1) == granted("A", 1)
        station.event(1, end)
        assert station.holder(1) is None


# --- 2 own transaction ---


def test_a_card_stops_its_transaction() -> None:
    station = Station()
    station.charge("A", 1)
    assert station.token("a", 1, 2) == stopped("a", 1)
    assert station.holder(1) == "A", "until the EVSE says so"


def test_a_card_is_not_heard_where_it_does_not_refer_to() -> None:
    station = Station()
    station.charge("A", 1)
    assert station.token("A", 2)[-1] == "A REJECTED"


def test_reswipe_reauthorizes() -> None:
    station = Station(stop_transaction_on_reswipe=False)
    station.charge("A", 1)
    assert station.token("A", 1) == ["A Processing", "A UsedToReauthorize", "A USED_TO_REAUTHORIZE"]


@pytest.mark.parametrize("kind", ["OCPP", "Autocharge", "PlugAndCharge", "BankCard"])
def test_only_cards_stop_by_themselves(kind: str) -> None:
    station = Station()
    station.charge("A", 1)
    told = station.token("A", 1, 2, authorization_type=kind)
    assert told[-1] == "A REJECTED"
    assert not any("stop" in line for line in told)


# --- 3 worth validating ---


def test_nothing_is_asked_where_nothing_is_free() -> None:
    station = Station(1)
    station.charge("A", 1)
    assert station.token("B", 1, validation_results=[answer()]) == no_connector("B")


def test_asked_where_a_group_could_stop() -> None:
    station = Station(1)
    station.charge("A", 1, parent_id_token="G")
    told = station.token("B", 1, validation_results=[answer(parent="H")])
    assert told == ["B Processing", "validate B", "B Rejected", "B NO_CONNECTOR_AVAILABLE"]


def test_asked_where_a_master_pass_could_stop() -> None:
    station = Station(1, master_pass_group_id="MASTER")
    station.charge("A", 1)
    assert station.token("B", 1, validation_results=[answer()])[1] == "validate B"


def test_disabled_evses_are_not_referred_to() -> None:
    station = Station()
    station.event(1, "Disabled")
    assert station.token("A", 1) == no_connector("A")
    assert station.token("B") == granted("B", 2)


# --- 4 validators ---


def test_every_validator_is_heard() -> None:
    station = Station()
    answers = [answer("Invalid"), answer("Accepted")]
    told = station.token("A", 1, validation_results=answers, validation_delay_s=5)
    assert told == ["A Processing", "validate A"]
    assert station.advance(5) == ["A Accepted", *taken("A", 1)]


def test_a_validator_that_fails() -> None:
    told = Station().token("A", 1, 2, validation_results=[answer("Unknown")])
    assert told[2:] == ["EVSE 1: Unknown A", "EVSE 2: Unknown A", "A Rejected", "A REJECTED"]


def test_nobody_to_ask() -> None:
    assert Station().token("A", 1, validation_results=[])[2:] == ["A Rejected", "A REJECTED"]


def test_others_go_on_meanwhile() -> None:
    station = Station(1)
    station.token("A", 1, validation_results=[answer()], validation_delay_s=5)
    assert station.token("B", 1) == granted("B", 1)
    assert station.advance(5) == ["A Rejected", "A NO_CONNECTOR_AVAILABLE"]


class Asked:
    """A presentation that waits for two validators, at the engine itself."""

    def __init__(self) -> None:
        self.station = Station(1)
        self.engine, self.requests = self.station.engine, self.station.recording.requests
        self.state = self.station.recording.state
        self.take(self.requests.present("A", validators=2))

    def take(self, event: Input, now: int = 0) -> list[TokenHandlingResult]:
        """The results that follow; the event is taken."""
        step = self.engine.step(self.state, event, now)
        assert not isinstance(step, Refusal), str(step)
        self.state = step.state
        assert self.engine.broken == []
        return [c.result for c in step.commands if isinstance(c, Conclude)]

    def refuses(self, event: Input, now: int = 0) -> bool:
        """Whether the event is refused; nothing has changed then."""
        return isinstance(self.engine.step(self.state, event, now), Refusal)


def test_an_answer_twice_or_from_nobody() -> None:
    asked = Asked()
    assert asked.take(asked.requests.answer(1, 2, "Invalid")) == []
    assert asked.refuses(asked.requests.answer(1, 2, "Accepted"))
    assert asked.refuses(asked.requests.abstain(1, 2))
    assert asked.refuses(asked.requests.answer(1, 3, "Accepted"))
    assert asked.take(asked.requests.answer(1, 1, "Accepted")) == [TokenHandlingResult.USED_TO_START_TRANSACTION]


def test_an_answer_that_comes_late() -> None:
    asked = Asked()
    asked.take(asked.requests.answer(1, 1, "Accepted"))
    assert asked.take(asked.requests.withdraw()) == [TokenHandlingResult.WITHDRAWN]
    assert asked.refuses(asked.requests.answer(1, 2, "Accepted"))
    asked.take(asked.requests.present("B", prevalidated=True))
    assert asked.refuses(asked.requests.answer(2, 1, "Accepted"))


def test_an_answer_that_never_comes() -> None:
    asked = Asked()
    asked.take(asked.requests.answer(1, 1, "Accepted"))
    step = asked.engine.step(asked.state, None, 10**9)
    assert not isinstance(step, Refusal)
    assert step.commands == ()
    assert asked.take(asked.requests.abstain(1, 2), 10**9) == [TokenHandlingResult.USED_TO_START_TRANSACTION]


def test_the_time_to_select_begins_after_the_validation() -> None:
    station = Station(selection_algorithm="PlugEvents")
    station.token("A", validation_results=[answer()], validation_delay_s=20)
    assert station.advance(49.999) == ["A Accepted"]
    assert station.advance(0.001) == ["A TimedOut", "A TIMEOUT"]


# --- 5 stop or start ---


def test_a_group_stops_where_nothing_is_free() -> None:
    station = Station(1)
    station.charge("A", 1, parent_id_token="G")
    assert station.token("B", 1, parent_id_token="g") == stopped("B", 1)


@pytest.mark.parametrize("prioritize", [True, False])
def test_a_group_stops_or_starts(prioritize: bool) -> None:
    station = Station(2, prioritize_authorization_over_stopping_transaction=prioritize)
    station.charge("A", 1, parent_id_token="G")
    assert station.token("B", parent_id_token="G") == (granted("B", 2) if prioritize else stopped("B", 1))


def test_a_group_needs_an_accepting_answer() -> None:
    station = Station(1)
    station.charge("A", 1, parent_id_token="G")
    told = station.token("B", 1, validation_results=[answer("Invalid", "G")])
    assert told[-1] == "B NO_CONNECTOR_AVAILABLE"


def test_a_group_reauthorizes() -> None:
    station = Station(1, stop_transaction_on_reswipe=False)
    station.charge("A", 1, parent_id_token="G")
    told = station.token("B", 1, parent_id_token="G")
    assert told == ["B Processing", "B UsedToReauthorize", "B USED_TO_REAUTHORIZE"]


def test_a_group_that_is_granted() -> None:
    station = Station(1)
    station.token("A", 1, parent_id_token="G")
    assert station.token("B", 1, parent_id_token="G") == ["B Processing", "B ALREADY_IN_PROCESS"]


def test_the_parent_token_itself_is_the_group() -> None:
    station = Station(1)
    station.charge("G", 1, parent_id_token="X")
    assert station.token("B", 1, parent_id_token="g") == stopped("B", 1)


def test_a_master_pass_stops_everything() -> None:
    station = Station(3, master_pass_group_id="MASTER", prioritize_authorization_over_stopping_transaction=False)
    station.charge("A", 1)
    station.charge("B", 2)
    stops = ["EVSE 1: stop, MasterPass", "EVSE 2: stop, MasterPass"]
    ends = ["M UsedToStop", "M USED_TO_STOP_TRANSACTION"]
    assert station.token("M", parent_id_token="master") == ["M Processing", *stops, *ends]
    assert station.token("N", 2, parent_id_token="MASTER") == [
        "N Processing",
        stops[1],
        "N UsedToStop",
        f"N {ends[1][2:]}",
    ]


def test_a_master_pass_never_starts() -> None:
    station = Station(2, master_pass_group_id="MASTER")
    station.charge("A", 1)
    assert station.token("M", parent_id_token="MASTER") == ["M Processing", "M Rejected", "M REJECTED"]
    assert station.token("N", 2, validation_results=[answer(parent="MASTER")])[-1] == "N REJECTED"


@pytest.mark.parametrize("group", ["MASTER", "G"])
def test_a_transaction_on_a_disabled_evse_is_stopped(group: str) -> None:
    station = Station(1, master_pass_group_id="MASTER")
    station.plug_in(1)
    station.token("A", 1, parent_id_token="G")
    station.event(1, "Disabled")
    station.event(1, "TransactionStarted")
    assert station.token("B", 1, parent_id_token=group)[-1] == "B USED_TO_STOP_TRANSACTION"


# --- 7 selection ---


def test_find_first_prefers_the_first_plugged_in() -> None:
    station = Station(3)
    station.plug_in(3)
    station.plug_in(2)
    assert station.token("A") == granted("A", 3)
    assert station.token("B") == granted("B", 2)
    assert station.token("C") == granted("C", 1)


def test_find_first_takes_the_order_of_the_token() -> None:
    assert Station(3).token("A", 3, 1, 2) == granted("A", 3)
    assert Station(3).token("A") == granted("A", 1)


@pytest.mark.parametrize(("algorithm", "first"), [("PlugEvents", 3), ("PlugEventsLIFO", 2)])
def test_plug_events(algorithm: str, first: int) -> None:
    station = Station(3, selection_algorithm=algorithm)
    station.plug_in(3)
    station.plug_in(2)
    assert station.token("A") == granted("A", first)
    assert station.token("B") == granted("B", 5 - first)
    assert station.token("C") == granted("C", 1), "the only one that is left"


@pytest.mark.parametrize("algorithm", ["PlugEvents", "PlugEventsLIFO"])
def test_plug_events_waits(algorithm: str) -> None:
    station = Station(2, selection_algorithm=algorithm)
    assert station.token("A") == waiting("A")
    assert station.advance(29.999) == []
    assert station.advance(0.001) == ["A TimedOut", "A TIMEOUT"]
    assert station.plug_in(1) == []


@pytest.mark.parametrize("algorithm", ["FindFirst", "PlugEvents", "PlugEventsLIFO", "UserInput"])
def test_the_only_one_is_taken_at_once(algorithm: str) -> None:
    station = Station(2, selection_algorithm=algorithm)
    assert station.token("A", 2) == granted("A", 2)
    assert station.token("B", 1, 2) == granted("B", 1)


def test_a_place_in_the_queue_ends_with_the_session() -> None:
    station = Station(2, selection_algorithm="PlugEvents")
    station.plug_in(2)
    station.event(2, "SessionFinished")
    station.plug_in(1)
    station.plug_in(2)
    assert station.token("A") == granted("A", 1)


def test_user_input() -> None:
    station = Station(3, selection_algorithm="UserInput")
    assert station.token("A") == [*waiting("A"), "choose for A"]
    assert station.do("choose", id_token="A", evse_id=3) == taken("A", 3)
    with pytest.raises(InputError, match="'A'"):
        station.do("choose", id_token="A", evse_id=2)


def test_user_input_of_what_is_not_allowed() -> None:
    station = Station(3, selection_algorithm="UserInput")
    station.event(3, "Disabled")
    station.token("A")
    assert station.do("choose", id_token="A", evse_id=3) == []
    assert station.do("choose", id_token="A", evse_id=2) == taken("A", 2)


def test_user_input_that_never_comes() -> None:
    station = Station(2, selection_algorithm="UserInput")
    station.token("A")
    assert station.advance(30) == ["A TimedOut", "A TIMEOUT"]


def test_user_input_beside_a_reservation() -> None:
    station = Station(2, selection_algorithm="UserInput")
    station.reserve(7, "R", 2)
    station.token("R")
    assert station.do("choose", id_token="R", evse_id=1) == taken("R", 1)


def test_the_validators_list_of_evses() -> None:
    station = Station(3)
    assert station.token("A", validation_results=[answer(evses=[3])])[3:] == taken("A", 3)
    told = station.token("B", 1, 2, validation_results=[answer(evses=[3])])
    assert told[3:] == [*(f"EVSE {e}: NotAtThisLocation B" for e in (1, 2)), "B Rejected", "B REJECTED"]


def test_the_next_accepting_answer() -> None:
    station = Station(2)
    told = station.token("A", validation_results=[answer(evses=[9]), answer("Blocked"), answer(evses=[2])])
    assert told == ["A Processing", "validate A", "A Accepted", "A Accepted", *taken("A", 2)]


def test_plug_and_charge_is_told() -> None:
    told = Station().token("A", 1, authorization_type="PlugAndCharge", validation_results=[answer("Expired")])
    assert told[2:] == ["EVSE 1: Expired A", "A Rejected", "A REJECTED"]


def test_the_reason_is_the_location() -> None:
    station = Station()
    station.do("fault_raised", evse_id=2)
    told = station.token("A", 1, 2, validation_results=[answer(evses=[2])])
    assert "EVSE 2: NotAtThisTime A" not in told


# --- timers ---


def test_a_grant_without_a_transaction() -> None:
    station = Station()
    station.token("A", 1)
    assert station.advance(29.999) == []
    assert station.advance(0.001) == timed_out("A", 1)
    assert station.evse(1)["available"] is True


def test_a_changed_time_counts_for_what_comes() -> None:
    station = Station(2)
    station.token("A", 1)
    station.do("set", connection_timeout=10)
    station.token("B", 2)
    assert station.advance(10) == timed_out("B", 2)
    assert station.advance(20) == timed_out("A", 1)


def test_a_plug_in_without_a_token() -> None:
    station = Station(2, plug_in_timeout_enabled=True)
    station.plug_in(1)
    assert station.advance(30) == ["EVSE 1: withdrawn"]
    assert station.token("A", 1) == no_connector("A")
    assert station.event(1, "Deauthorized") == []
    assert station.token("A", 1) == no_connector("A")
    station.event(1, "SessionFinished")
    station.plug_in(1)
    assert station.token("A", 1) == granted("A", 1)


@pytest.mark.parametrize(("evses", "enabled"), [(1, True), (2, False)])
def test_no_plug_in_timer(evses: int, enabled: bool) -> None:
    station = Station(evses, plug_in_timeout_enabled=enabled)
    station.plug_in(1)
    assert station.advance(1000) == []
    assert station.token("A", 1) == granted("A", 1)


@pytest.mark.parametrize("event", ["TransactionStarted", "SessionFinished"])
def test_a_plug_in_timer_is_disarmed(event: str) -> None:
    station = Station(2, plug_in_timeout_enabled=True)
    station.plug_in(1)
    station.event(1, event)
    assert station.advance(1000) == []


@pytest.mark.parametrize("event", ["TransactionStarted", "SessionFinished", "Deauthorized"])
def test_a_grant_timer_is_disarmed(event: str) -> None:
    station = Station()
    station.token("A", 1)
    station.event(1, event)
    assert station.advance(1000) == []


# --- session events ---


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ({"cmd": "session_event", "evse_id": 9, "event": "Enabled"}, "no EVSE 9"),
        ({"cmd": "session_event", "evse_id": 1, "event": "Enabled", "connector_id": 9}, "no connector 9"),
        ({"cmd": "session_event", "evse_id": 1, "event": "Exploded"}, "Exploded"),
        ({"cmd": "fault_raised", "evse_id": 1, "connector_id": 0}, "no connector 0"),
        ({"cmd": "token", "id_token": ""}, "id_token"),
        ({"cmd": "token", "id_token": "x" * 37}, "id_token"),
        ({"cmd": "token", "id_token": "a\n"}, "id_token"),
        ({"cmd": "set", "connection_timeout": -1}, "connection_timeout"),
        ({"cmd": "validation_result_update", "evse_id": 3, "authorization_status": "Accepted"}, "no EVSE 3"),
    ],
)
def test_what_is_wrong_is_an_error(command: dict[str, Any], told: str) -> None:
    station = Station()
    before = station.recording.state
    with pytest.raises(InputError, match=told):
        station.recording.handle(command)
    assert station.recording.state == before


def test_authorized_is_no_plug_in() -> None:
    station = Station(selection_algorithm="PlugEvents")
    station.event(1, "SessionStarted", reason="Authorized")
    assert station.evse(1)["plugged_in"] is False


def test_a_transaction_ends_with_its_session() -> None:
    station = Station()
    station.charge("A", 1)
    station.event(1, "SessionFinished")
    assert station.holder(1) is None
    assert station.evse(1)["available"] is True


def test_the_evse_is_taken_until_the_session_ends() -> None:
    station = Station(1)
    station.charge("A", 1)
    station.event(1, "TransactionFinished")
    assert station.holder(1) is None
    assert station.token("B", 1) == no_connector("B")
    station.event(1, "SessionFinished")
    assert station.token("B", 1) == granted("B", 1)


# --- withdrawal ---


@pytest.mark.parametrize(
    ("evse", "token", "found"),
    [
        (None, None, True),
        (1, None, True),
        (2, None, True),
        (3, None, False),
        (None, "a", True),
        (None, "B", False),
        (1, "A", True),
        (1, "B", False),
        (3, "A", False),
    ],
)
def test_a_waiting_token_is_withdrawn(evse: int | None, token: str | None, found: bool) -> None:
    station = Station(3, selection_algorithm="PlugEvents")
    station.token("A", 1, 2)
    ends = ["A Withdrawn", "A WITHDRAWN", withdrawn()]
    assert station.withdraw(evse, token) == (ends if found else [withdrawn(LONG_AGO)])
    assert station.plug_in(1) == ([] if found else taken("A", 1))


@pytest.mark.parametrize("state", ["granted", "charging"])
@pytest.mark.parametrize(
    ("evse", "token", "found"),
    [
        (None, None, True),
        (1, None, True),
        (2, None, False),
        (None, "a", True),
        (None, "B", False),
        (1, "A", True),
        (1, "B", False),
        (2, "A", False),
    ],
)
def test_a_held_evse_is_withdrawn(state: str, evse: int | None, token: str | None, found: bool) -> None:
    station = Station(3)
    station.token("A", 1)
    told = ["EVSE 1: withdrawn", "A Withdrawn"]
    if state == "charging":
        station.event(1, "TransactionStarted")
        told = ["EVSE 1: stop, DeAuthorized"]
    assert station.withdraw(evse, token) == ([*told, withdrawn()] if found else [withdrawn(LONG_AGO)])
    assert station.holder(1) == "A", "until the EVSE says so"


@pytest.mark.parametrize("end", ["Deauthorized", "SessionFinished"])
def test_a_withdrawn_evse_lets_go(end: str) -> None:
    station = Station()
    station.token("A", 1)
    station.withdraw()
    assert station.event(1, end) == []
    assert station.holder(1) is None
    assert station.advance(100) == []


def test_everything_is_withdrawn() -> None:
    station = Station(4, selection_algorithm="PlugEvents")
    station.charge("A", 1)
    station.token("B", 2)
    station.token("C")
    station.token("D", validation_results=[answer()], validation_delay_s=5)
    assert station.withdraw() == [
        *("EVSE 1: stop, DeAuthorized", "EVSE 2: withdrawn", "B Withdrawn"),
        *("C Withdrawn", "C WITHDRAWN", "D Withdrawn", "D WITHDRAWN", withdrawn()),
    ]
    assert station.advance(5) == []


def test_withdrawal_at_no_evse() -> None:
    assert Station().withdraw(9) == [withdrawn("EvseNotFound")]
    assert Station().withdraw() == [withdrawn(LONG_AGO)]


# --- validation update ---


@pytest.mark.parametrize(("status", "published"), [("Accepted", "Accepted"), ("Blocked", "Rejected")])
@pytest.mark.parametrize("charging", [True, False])
def test_an_update(status: str, published: str, charging: bool) -> None:
    station = Station()
    station.token("A", 1, parent_id_token="G")
    if charging:
        station.event(1, "TransactionStarted")
    told = station.do("validation_result_update", evse_id=1, authorization_status=status, parent_id_token="H")
    assert told == [f"A {published}"]
    assert station.evse(1)["authorized_parent_id_token"] == "H"


def test_an_update_for_nobody() -> None:
    station = Station()
    requests = station.recording.requests
    assert isinstance(
        station.engine.step(station.recording.state, requests.update_validation(1, "Accepted"), 0), Refusal
    )


def test_an_updated_group_stops() -> None:
    station = Station(1)
    station.charge("A", 1)
    station.do("validation_result_update", evse_id=1, authorization_status="Accepted", parent_id_token="G")
    assert station.token("B", 1, parent_id_token="G") == stopped("B", 1)


def test_the_guards_of_the_grant_are_those_of_the_question() -> None:
    machine = load(ChargingStation).system.machine("Authorization")
    [grant] = [t for t in machine.transitions if t.event == "grant"]
    asked = machine.predicate("may_be_granted").body
    assert isinstance(asked, And)
    assert [_asked(guard.condition) for guard in grant.guards] == [_asked(part) for part in asked.parts]


def _asked(condition: Expression) -> str:
    """The predicate's name, with a mark if it is negated."""
    if isinstance(condition, Not):
        return f"not {_asked(condition.of)}"
    assert isinstance(condition, Ask)
    return condition.predicate
