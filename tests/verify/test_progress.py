"""That something comes to pass: the station's waits end, and each way in which they may not is noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from statewatt.engine import Birth, EngineFault, Event, Step, load
from statewatt.engine.reading import read
from statewatt.models.station import ChargingStation
from statewatt.verify import Verdict, verify
from statewatt.verify.progress import Prospects, prospects
from statewatt.verify.prove import prove
from statewatt.verify.workshop import Workshop
from tests.verify.examples import office


def comes(system: Any) -> Prospects:
    found = read(system)
    unproved = frozenset(o.owner.name for o in prove(found).outcomes.values() if not o.proved)
    return prospects(Workshop(found), None, unproved)


def verdicts(system: Any) -> dict[str, Verdict]:
    return {verdict.name: verdict for verdict in comes(system).verdicts}


@pytest.fixture(scope="module")
def station() -> Prospects:
    return prospects(Workshop(read(ChargingStation)), None, frozenset())


def test_everything_that_waits_in_the_station_ends(station: Prospects) -> None:
    found = {verdict.name: verdict for verdict in station.verdicts}
    assert {"urgent_events_end", "waiting_ends:Authorization", "nobody_is_stuck:Authorization"} <= set(found)
    assert [verdict.name for verdict in found.values() if not verdict.holds] == []
    assert found["urgent_events_end"].note.startswith("however time passes")


def test_the_waits_of_a_presentation_always_have_a_deadline(station: Prospects) -> None:
    always, sometimes = station.remarks
    assert always == "Time ends these waits in any case: Authorization in selecting, granted, withdrawing."
    assert "Reservation in offered, placed" in sometimes


def test_a_sound_office() -> None:
    report = verify(read(office.Office))
    assert report.holds
    names = {verdict.name for verdict in report.verdicts}
    assert names >= {"urgent_events_end", "waiting_ends:Ticket", "nobody_is_stuck:Ticket"}
    assert report.remarks == ("Time ends these waits in any case: Ticket in called.",)


def test_what_comes_to_pass_is_kept(tmp_path: Path) -> None:
    reports = [verify(read(office.Office), cache=tmp_path) for _ in range(2)]
    (proved, _), (known, again) = [
        [v for v in report.verdicts if v.name in ("waiting_ends:Ticket", "urgent_events_end")] for report in reports
    ]
    assert (proved.verdict, proved.note, proved.goals) == (known.verdict, known.note, known.goals)
    assert (proved.cached, known.cached, again.cached) == (0, known.goals, again.goals)
    assert reports[0].remarks == reports[1].remarks


def test_one_of_them_alone() -> None:
    (verdict,) = verify(read(office.OfficeThatLooksAway), ["waiting_ends:QuietTicket"]).verdicts
    assert verdict.name == "waiting_ends:QuietTicket"
    assert not verdict.holds


def test_a_waiting_state_without_a_deadline() -> None:
    found = verdicts(office.OfficeThatForgets)
    stuck = found["nobody_is_stuck:ForgottenTicket"]
    assert stuck.verdict == "not inductive"
    assert "ForgottenTicket 1 is called" in stuck.stories[0].text
    assert found["waiting_ends:ForgottenTicket"].holds
    remarks = comes(office.OfficeThatForgets).remarks
    assert remarks == ("Time ends these waits only where there is a deadline: ForgottenTicket in called.",)


def test_a_deadline_after_which_nothing_follows() -> None:
    name = "waiting_ends:QuietTicket"
    found = verdicts(office.OfficeThatLooksAway)[name]
    assert found.verdict == "not inductive"
    assert "loud = True" in found.stories[0].text


def test_a_deadline_that_is_served_late() -> None:
    name = "waiting_ends:LateTicket"
    found = verdicts(office.OfficeThatIsLate)[name]
    assert found.holds
    assert found.note == "not at the deadline, but at any time after it: called by deadline"
    engine = load(office.OfficeThatIsLate)
    state = engine.start(office.Rules(5), [Birth("LateTicket", {"loud": False})])
    called = engine.step(state, Event("LateTicket", "call", 1), 0)
    assert isinstance(called, Step)
    at = engine.step(called.state, None, 5)
    assert isinstance(at, Step)
    assert at.path == ()
    after = engine.step(at.state, None, 6)
    assert isinstance(after, Step)
    assert len(after.path) == 1


def test_a_time_out_that_comes_again_and_again() -> None:
    found = verdicts(office.PatientOffice)
    waiting, urgent = found["waiting_ends:PatientTicket"], found["urgent_events_end"]
    assert (waiting.verdict, urgent.verdict) == ("unknown", "unknown")
    assert "PatientTicket.call_again (called → called)" in waiting.note


def test_two_urgent_events_that_undo_each_other() -> None:
    found = verdicts(office.FlickeringHouse)["urgent_events_end"]
    assert found.verdict == "unknown"
    assert "FlickeringLamp.light (dark → lit); FlickeringLamp.darken (lit → dark)" in found.note
    with pytest.raises(EngineFault, match="has no end"):
        load(office.FlickeringHouse).start(office.Rules(0), [Birth("FlickeringLamp")])


def test_guards_may_keep_two_urgent_events_from_undoing_each_other() -> None:
    found = verdicts(office.House)["urgent_events_end"]
    assert found.holds
    assert "Lamp in dark for which light waits" in found.note
