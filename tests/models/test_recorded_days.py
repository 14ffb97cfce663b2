"""Recorded days of the reference, replayed: the same where the reference is right, the laws everywhere."""

from __future__ import annotations

import json

import pytest

from statewatt.models.recording import Recording
from tests.models.days import TRACES, Watched, compared, days, is_about_a_hold, tags

HOLD_RELEASED = "k2: an EVSE that is no longer free is no longer shown as held"
HOLD_MADE = "k2: the EVSE that is left is held when the other is plugged in, not when its transaction starts"
HOLD_NOT_REPEATED = "k2: the hold was told when it was made"
WITHDRAWN_AT_ONCE = "j21: a withdrawal during validation takes effect at once, not after the validation"
USE_SEEN = "e2: a transaction that starts on a faulted connector is seen"
LOST = "g4: an untyped reservation whose last place is disabled ends, without an EVSE as well"
NOT_IN_THE_WAY = "g4: the reservation that has ended keeps nobody away"

Exceptions = dict[tuple[int, str], str]

EXCEPTIONS: dict[str, Exceptions] = {
    "scenario_00072": {(44, "out: message 1 of EVSE 1"): HOLD_RELEASED},
    "scenario_00159": {
        (28, "out: message 1 of EVSE 2"): HOLD_MADE,
        (30, "out: message 1 of EVSE 2"): HOLD_RELEASED,
        (37, "out: message 1 of EVSE 2"): HOLD_MADE,
        (42, "out: message 1 of EVSE 2"): HOLD_NOT_REPEATED,
        (44, "out: message 1 of EVSE 2"): HOLD_RELEASED,
    },
    "scenario_00210": {
        (3, "out: message 1 of EVSE 1"): HOLD_MADE,
        (9, "out: message 1 of EVSE 1"): HOLD_RELEASED,
    },
    "scenario_00827": {
        **{
            (22, f"out: message 1 of {who}"): WITHDRAWN_AT_ONCE
            for who in ("EVSE 2", "EVSE 1", "token fleet_a", "token card_3", "the station")
        },
        **{
            (23, f"out: message 1 of {who}"): WITHDRAWN_AT_ONCE
            for who in ("EVSE 2", "EVSE 1", "token fleet_a", "token card_3", "the station")
        },
    },
    "scenario_01598": {
        (29, "out: message 1 of EVSE 2"): HOLD_RELEASED,
        (29, "out: message 1 of the station"): LOST,
        (30, "out: message 2 of EVSE 1"): LOST,
        **{(step, "state.global_reservations"): LOST for step in range(29, 46)},
        (44, "out: message 2 of token card_1 (token_validation_status)"): NOT_IN_THE_WAY,
        (44, "out: message 1 of EVSE 1"): NOT_IN_THE_WAY,
        **{
            (step, f"state.evses[0].{what}"): NOT_IN_THE_WAY
            for step in (44, 45)
            for what in ("authorized_id_token", "authorized_parent_id_token", "available")
        },
    },
    "scenario_02264": {
        (24, "out: message 1 of EVSE 1"): HOLD_MADE,
        (26, "out: message 1 of EVSE 1"): HOLD_RELEASED,
        (45, "state.evses[3].connectors.1"): USE_SEEN,
    },
    "scenario_02288": {
        (38, "out: message 1 of EVSE 2"): HOLD_MADE,
        (42, "out: message 1 of EVSE 2"): HOLD_NOT_REPEATED,
    },
    "scenario_02468": {(40, "out: message 1 of EVSE 2"): HOLD_RELEASED},
}
"""The days of ``agree`` on which the reference shows a defect of the casebook all the same: each step and place."""

REVIEWED = json.loads((TRACES / "reviewed.json").read_text())

ROWS = set(
    "a1 b1 b2 b6 c1 e1 e2 e3 e5 e6 g1 g4 h1 h2 h4 h5 i1 i5 i6 i7 j2 j3 j21 k2 k6 k8 session".split()  # noqa: SIM905
)


@pytest.mark.parametrize("day", days("agree"))
def test_the_day_goes_as_recorded(day: str) -> None:
    engine = Watched()
    recording = Recording(engine)
    steps = days("agree")[day]
    found = [(number, d) for number, step in enumerate(steps) for d in compared(recording, step)]
    explained = {(number, where.casefold()) for number, where in EXCEPTIONS.get(day, {})}
    assert [(n, d) for n, d in found if (n, d.where.casefold()) not in explained] == []
    assert {(n, d.where.casefold()) for n, d in found} == explained, "an exception that is none any more"
    assert engine.broken == []


def test_exceptions_are_few() -> None:
    assert EXCEPTIONS.keys() <= days("agree").keys()
    assert len(EXCEPTIONS) <= 8


@pytest.mark.parametrize("day", days("questionable"))
def test_the_laws_hold_on_a_questionable_day(day: str) -> None:
    engine = Watched()
    recording = Recording(engine)
    for number, step in enumerate(days("questionable")[day]):
        recording.handle(step.command)
        assert engine.broken == [], f"at step {number}, {step.command}"


@pytest.mark.parametrize("day", days("questionable"))
def test_a_questionable_day_goes_as_recorded_until_a_defect(day: str) -> None:
    recording = Recording()
    first = tags()[day]["first_step"]
    holds: list[int] = []
    differs: int | None = None
    for number, step in enumerate(days("questionable")[day][:first]):
        found = compared(recording, step)
        if not all(map(is_about_a_hold, found)):
            differs = number
            break
        if found:
            holds.append(number)
    assert {"holds": holds, "step": differs} == {key: REVIEWED[day][key] for key in ("holds", "step")}


def test_every_questionable_day_is_reviewed() -> None:
    assert REVIEWED.keys() == days("questionable").keys() == tags().keys()
    for about in REVIEWED.values():
        assert (about["row"] in ROWS) if about["step"] is not None else (about["row"] is None)
