"""The decisions that are told are those that the step took, and their guards say what they said then."""

from __future__ import annotations

import pytest

from statewatt.engine import load
from statewatt.engine.command.evening import Watched
from statewatt.engine.decisions import Checked, Decisions
from statewatt.models.recording import Recording
from statewatt.models.station import ChargingStation
from tests.models.days import days

ENGINE = load(ChargingStation)
TELLERS = {name: Decisions(ENGINE, name) for name in ("Authorization", "Reservation")}


@pytest.mark.parametrize("name", [*sorted(days("agree"))[::12], *sorted(days("questionable"))[::12]])
def test_the_decisions_of_a_recorded_day_are_its_transitions(name: str) -> None:
    folder = "agree" if name in days("agree") else "questionable"
    watched = Watched(ENGINE)
    recording = Recording(watched)  # type: ignore[arg-type]  # it is an engine in all but name
    for step in days(folder)[name]:
        watched.forget()
        recording.handle(step.command)
        for move in watched.moves:
            machine = getattr(move.event, "machine", "")
            if machine in TELLERS:
                told = TELLERS[machine].of([move])
                taken = [t for t in move.path if t[0] == machine]
                assert [(d.machine, d.key, d.event, d.source, d.target) for d in told] == taken
                assert all(checked.holds for d in told for checked in d.because)
                assert not any(checked.holds for d in told for checked in d.against)


def test_what_happens_to_other_machines_is_none_of_theirs() -> None:
    watched = Watched(ENGINE)
    recording = Recording(watched)  # type: ignore[arg-type]  # it is an engine in all but name
    recording.handle(
        {"cmd": "configure", "connection_timeout": 5, "evses": [{"evse_id": 1, "connectors": [{"connector_id": 1}]}]}
    )
    watched.forget()
    recording.handle({"cmd": "fault_raised", "evse_id": 1})
    assert watched.moves
    assert TELLERS["Authorization"].of(watched.moves) == ()


@pytest.mark.parametrize(
    ("label", "holds", "said"),
    [
        ("It is free", True, "yes: It is free"),
        ("It is free", False, "no: It is free"),
        ("not: It is free", True, "no: It is free"),
        ("not: It is free", False, "yes: It is free"),
    ],
)
def test_a_guard_that_denies_is_said_of_what_it_denies(label: str, holds: bool, said: str) -> None:
    assert str(Checked(label, holds, ("x is None",))) == said
