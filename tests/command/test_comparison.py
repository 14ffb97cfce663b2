"""What counts as the same, and what is named where it is not."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from statewatt.engine.command.comparison import NOTHING, Difference, differences, out_differences, state_differences

Message = dict[str, Any]

MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["authorize_response", "token_result", "result"]), "value": st.integers(0, 2)},
        optional={"evse_id": st.sampled_from([1, 2, 3, None]), "id_token": st.sampled_from(["A", "a", "B", None])},
    ),
    max_size=8,
)


def owners(message: Message) -> set[str]:
    """Whose order the message belongs to, said in another way than in the comparison."""
    found = {f"{k}{str(message[k]).lower()}" for k in ("evse_id", "id_token") if message.get(k) is not None}
    return found or {"neither"}


@given(MESSAGES)
def test_whatever_happened_agrees_with_itself(out: list[Message]) -> None:
    assert out_differences(out, copy.deepcopy(out)) == []


@given(MESSAGES, st.data())
def test_neighbours_of_different_evses_and_tokens_may_change_places(out: list[Message], data: st.DataObject) -> None:
    free = [i for i in range(len(out) - 1) if not owners(out[i]) & owners(out[i + 1])]
    assume(free)
    i = data.draw(st.sampled_from(free))
    assert out_differences(out, [*out[:i], out[i + 1], out[i], *out[i + 2 :]]) == []


@given(MESSAGES, st.data())
def test_neighbours_of_one_evse_or_one_token_may_not(out: list[Message], data: st.DataObject) -> None:
    def bound(i: int) -> bool:
        return bool(owners(out[i]) & owners(out[i + 1])) and out_differences([out[i]], [out[i + 1]]) != []

    places = [i for i in range(len(out) - 1) if bound(i)]
    assume(places)
    i = data.draw(st.sampled_from(places))
    assert out_differences(out, [*out[:i], out[i + 1], out[i], *out[i + 2 :]]) != []


@given(MESSAGES, st.data())
def test_a_message_too_few_or_too_many_is_found(out: list[Message], data: st.DataObject) -> None:
    assume(out)
    i = data.draw(st.integers(0, len(out) - 1))
    fewer = out[:i] + out[i + 1 :]
    assert out_differences(out, fewer)
    assert out_differences(fewer, out)


@given(MESSAGES)
def test_a_field_that_is_missing_is_one_that_is_null(out: list[Message]) -> None:
    full = [{"evse_id": None, "id_token": None, "reservation_id": None, **message} for message in out]
    assert out_differences(out, full) == []
    assert out_differences(full, out) == []


def test_a_message_of_several_orders_is_named_once_with_what_differs_in_it() -> None:
    expected = {"type": "authorize_response", "evse_id": 1, "id_token": "RED", "authorization_status": "Accepted"}
    got = {**expected, "authorization_status": "Invalid", "parent_id_token": "GROUP"}
    assert out_differences([expected], [got]) == [
        Difference(
            "out: message 1 of EVSE 1 (authorize_response)",
            {"authorization_status": "Accepted", "parent_id_token": None},
            {"authorization_status": "Invalid", "parent_id_token": "GROUP"},
        )
    ]


def test_what_is_not_there_is_nothing() -> None:
    result = {"type": "result", "of": "reserve", "value": "Accepted"}
    assert out_differences([], [result]) == [Difference("out: message 1 of the station", NOTHING, result)]
    assert out_differences([result], []) == [Difference("out: message 1 of the station", result, NOTHING)]


def test_messages_of_different_types_are_named_whole() -> None:
    expected, got = {"type": "stop_transaction", "evse_id": 1}, {"type": "withdraw_authorization", "evse_id": 1}
    assert out_differences([expected], [got]) == [Difference("out: message 1 of EVSE 1", expected, got)]


def test_the_place_in_the_state_is_named() -> None:
    expected = {"evses": [{"evse_id": 1, "plugged_in": False, "connectors": {"1": "AVAILABLE"}}]}
    got = {"evses": [{"evse_id": 1, "plugged_in": True, "connectors": {"1": "OCCUPIED"}}]}
    assert state_differences(expected, got) == [
        Difference("state.evses[0].plugged_in", False, True),
        Difference("state.evses[0].connectors.1", "AVAILABLE", "OCCUPIED"),
    ]


def test_lists_of_different_lengths_differ_as_a_whole() -> None:
    assert state_differences({"global_reservations": [5]}, {"global_reservations": []}) == [
        Difference("state.global_reservations", [5], [])
    ]


def test_inner_bookkeeping_of_the_recording_is_not_compared() -> None:
    assert state_differences({"plug_in_queue": [2], "evses": []}, {"evses": []}) == []


def test_what_was_observed_and_not_recorded_differs() -> None:
    assert state_differences({}, {"evses": [], "parent": None}) == [Difference("state.evses", None, [])]


@pytest.mark.parametrize(
    ("expected", "got"), [(True, 1), (0, False), ("1", 1), ([1], [True]), ({"a": 0}, {"a": False})]
)
def test_equal_for_python_is_not_enough(expected: object, got: object) -> None:
    assert state_differences({"value": expected}, {"value": got})
    assert out_differences([{"type": "x", "value": expected}], [{"type": "x", "value": got}])


def test_what_was_not_recorded_is_not_compared() -> None:
    assert differences(None, [{"type": "result"}], None, {"evses": []}) == []
    assert len(differences([], [{"type": "result"}], {"evses": [1]}, {"evses": []})) == 2
