"""Why a token would be granted an EVSE, or would not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from statewatt.engine import InputError, Step
from statewatt.models.explanation import Explanation, explain
from statewatt.models.recording import Recording
from tests.models.days import days

CONFIGURE = {
    "cmd": "configure",
    "connection_timeout": 30,
    "evses": [
        {"evse_id": 11, "connectors": [{"connector_id": 1, "type": "cCCS2"}]},
        {"evse_id": 22, "connectors": [{"connector_id": 1, "type": "cType2"}]},
    ],
}


def station(*commands: dict[str, Any], **settings: Any) -> Recording:
    recording = Recording()
    for command in ({**CONFIGURE, **settings}, *commands):
        recording.handle(command)
    return recording


def present(token: str, **options: Any) -> dict[str, Any]:
    return {"cmd": "token", "id_token": token, "prevalidated": True, **options}


def explained(recording: Recording, token: str, **options: Any) -> Explanation:
    return explain(recording.engine, recording.state, recording.requests, token, **options)


def denied(explanation: Explanation) -> dict[int, list[str]]:
    """For each EVSE the laws that do not hold."""
    return {p.evse: [law.label for law in p.laws if not law.holds] for p in explanation.places}


START = {"cmd": "session_event", "evse_id": 11, "event": "TransactionStarted"}


# --- the result ---


def test_a_token_with_room_is_granted_an_evse() -> None:
    found = explained(station(), "RED")
    assert (found.granted, found.result, found.evse) == (True, "USED_TO_START_TRANSACTION", 11)
    assert denied(found) == {11: [], 22: []}
    assert [q.question[:1] for q in found.way] == ["1", "2", "3", "4", "4", "4", "5", "6", "7", "7", "7"]
    assert all(checked.holds for checked in found.way[-1].because)


def test_a_token_that_an_evse_holds_is_in_process() -> None:
    found = explained(station(present("RED", connectors=[11])), "RED")
    assert (found.granted, found.result, found.evse) == (False, "ALREADY_IN_PROCESS", None)
    assert len(found.way) == 1
    assert denied(found) == {11: ["The EVSE is available", "No EVSE holds the token"], 22: ["No EVSE holds the token"]}


def test_its_own_transaction_is_stopped() -> None:
    found = explained(station(present("RED", connectors=[11]), START), "RED")
    assert found.result == "USED_TO_STOP_TRANSACTION"
    assert [q.question for q in found.way][-1] == "2 own transaction?"
    assert all(checked.holds for checked in found.way[-1].because)


def test_a_reservation_of_another_stands_against_it() -> None:
    reserve = {"cmd": "reserve", "reservation_id": 7, "id_token": "GREEN"}
    recording = station(present("RED", connectors=[11]), reserve)
    law = "A reservation of its own admits it to the EVSE, or those of others can be kept without it"
    found = explained(recording, "BLUE")
    assert found.result == "REJECTED"
    assert denied(found)[22] == [law]
    assert explained(recording, "GREEN").evse == 22


def test_a_faulted_connector_is_named() -> None:
    found = explained(station({"cmd": "fault_raised", "evse_id": 22}), "BLUE", connectors=[22])
    assert found.result == "NO_CONNECTOR_AVAILABLE"
    [place] = [p for p in found.places if p.evse == 22]
    [law] = [law for law in place.laws if not law.holds]
    assert law.facts == ("no: One of its connectors is neither disabled nor faulted",)


def test_validators_decide_with_what_they_say() -> None:
    blocked = {"authorization_status": "Blocked"}
    elsewhere = {"authorization_status": "Accepted", "evse_ids": [22]}
    assert explained(station(), "RED", answers=[blocked]).result == "REJECTED"
    found = explained(station(), "RED", answers=[blocked, elsewhere])
    assert found.evse == 22
    assert denied(found)[11] == ["The validator allows the EVSE"]
    assert explained(station(), "RED", answers=[]).result == "REJECTED"


def test_a_token_that_waits_has_no_result() -> None:
    found = explained(station(selection_algorithm="PlugEvents"), "RED")
    assert (found.granted, found.result, found.evse) == (False, None, None)
    assert found.outcome == "7 selecting an EVSE"
    assert denied(found) == {11: [], 22: []}
    assert str(found).splitlines()[0] == "RED: waits: 7 selecting an EVSE, by PlugEvents"


def test_time_passes_before_it_is_presented() -> None:
    recording = station(present("RED", connectors=[11]))
    assert explained(recording, "BLUE", connectors=[11]).result == "NO_CONNECTOR_AVAILABLE"
    assert explained(recording, "BLUE", connectors=[11], now=30_000).evse == 11


def test_what_is_wrong_is_an_error() -> None:
    with pytest.raises(InputError, match="id_token"):
        explained(station(), "")
    with pytest.raises(InputError, match="authorization_status"):
        explained(station(), "RED", answers=[{"authorization_status": "Maybe"}])


# --- in words and as data ---


def test_the_text_names_things_as_people_do() -> None:
    text = str(explained(station(present("RED", connectors=[11])), "RED"))
    assert "- no: The EVSE is available (evse.holder is token RED)" in text
    assert "IdToken(" not in text
    assert "Evse " not in text


def test_the_data_is_json() -> None:
    found = explained(station(), "RED")
    data = json.loads(json.dumps(found.as_data()))
    assert data["granted"] is True
    assert data["evse"] == 11
    assert data["way"][0]["question"] == "1 already in process?"
    law = data["places"][0]["laws"][1]
    assert (law["label"], law["holds"]) == ("The EVSE is available", True)


# --- agreement with what really happens ---


LEFT_OUT = ("cmd", "id_token", "validation_results", "validation_delay_s")


@pytest.mark.parametrize("name", sorted(days("agree"))[::6])
def test_it_foretells_what_becomes_of_each_token_of_a_recorded_day(name: str) -> None:
    recording, now = Recording(), 0
    for step in days("agree")[name]:
        command = step.command
        if command["cmd"] == "advance":
            now += round(command["seconds"] * 1000)
        if command["cmd"] != "token" or command.get("validation_delay_s"):
            recording.handle(command)
            continue
        options = {key: value for key, value in command.items() if key not in LEFT_OUT}
        answers = command.get("validation_results", ())
        before = recording.state.key()
        found = explained(recording, command["id_token"], answers=answers, now=now, **options)
        assert recording.state.key() == before
        out = recording.handle(command)
        mine = [m for m in out if m["type"] == "token_result" and m["id_token"] == command["id_token"]]
        assert found.result == (mine[-1]["result"] if mine else None)
        granted = [m["evse_id"] for m in out if m["type"] == "authorize_response" and "connectors" in m]
        assert not found.granted or found.evse in granted
        assert all(place.allowed for place in found.places if place.evse == found.evse)


def test_an_evse_is_allowed_exactly_if_the_user_may_choose_it() -> None:
    chosen: list[bool] = []
    for name in sorted(days("agree"))[::24]:
        recording = Recording()
        for step in days("agree")[name]:
            waits = {"selection_algorithm": "UserInput"} if step.command["cmd"] == "configure" else {}
            recording.handle({**step.command, **waits})
            found = explained(recording, "STRANGER", prevalidated=True)
            presented = recording.requests.present("STRANGER", prevalidated=True)
            waiting = recording.engine.step(recording.state, presented, 0)
            assert isinstance(waiting, Step)
            if found.outcome != "7 selecting an EVSE":
                assert found.granted or not any(place.allowed for place in found.places)
                continue
            number: int = recording.engine.view(waiting.state).authorizations[-1].key
            for place in found.places:
                choice = recording.requests.choose(number, place.evse)
                taken = isinstance(recording.engine.step(waiting.state, choice, 0), Step)
                assert taken == place.allowed
                chosen.append(taken)
    assert {True, False} == set(chosen)
