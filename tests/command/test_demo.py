"""``statewatt demo``: whatever it tells follows from what the engine did."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from statewatt.diagrams import elk
from statewatt.engine import Engine, load
from statewatt.engine.command import demo
from statewatt.engine.command.evening import Moment, Scene, play, story
from statewatt.engine.command.kept import KeptStation
from statewatt.engine.reading import read
from statewatt.engine.state import Input
from statewatt.models.explanation import explain
from statewatt.models.recording import Recording
from statewatt.models.station import ChargingStation
from statewatt.verify import verify
from tests.broken import reservation_overlooked
from tests.command.commands import EVENING, Commands, process
from tests.command.examples import reswipe


@cache
def played(engine: Engine[Any] | None = None, scenes: tuple[Scene, ...] | None = None) -> list[Moment]:
    return list(play(scenes or story(), engine or load(ChargingStation), Recording, explain))


def shown(moments: Sequence[Moment], **options: Any) -> tuple[int, str]:
    """The exit status and the text of an evening."""
    out = io.StringIO()
    console = Console(file=out, soft_wrap=True, highlight=False, markup=False, **options)
    return demo.Show(console).run(iter(moments)), out.getvalue()


# --- the whole ---


def test_an_evening_in_a_pipe_is_plain_and_always_the_same() -> None:
    first = process("demo", code=EVENING)
    second = process("demo", code=EVENING, environment={"PYTHONHASHSEED": "7"})
    assert (first.returncode, first.stderr) == (0, b"")
    assert first.stdout == second.stdout
    text = first.stdout.decode()
    assert "\x1b" not in text
    assert "events, and no invariant and no law was broken." in text
    for scene in story():
        assert scene.caption in text


def test_the_evening_ends_with_what_to_try_next(command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "GROUP", "nothing before")
    _, out, _ = command("demo")
    assert out.endswith(f"{demo.TRY_NEXT}\n")


def test_what_is_to_be_tried_next_works(command: Commands, tmp_path: Path) -> None:
    status, out, err = command("demo", "--json")
    assert (status, err) == (0, "")
    path = tmp_path / "evening.jsonl"
    path.write_text(out, encoding="utf-8")
    assert command("replay", path)[0] == 0
    assert command("replay", "--expect", path) == (0, "1 of 1 file agrees\n", "")


def test_the_evening_has_all_that_a_newcomer_should_see() -> None:
    commands = [scene.command["cmd"] for scene in story() if scene.command]
    assert {"token", "reserve", "fault_raised", "fault_cleared", "session_event"} <= set(commands)
    assert sum(scene.power_cut for scene in story()) == 1
    results = {m["result"] for moment in played() for m in moment.out if m["type"] == "token_result"}
    assert {"USED_TO_START_TRANSACTION", "USED_TO_STOP_TRANSACTION", "REJECTED", "NO_CONNECTOR_AVAILABLE"} <= results
    reasons = {m["reason"] for moment in played() for m in moment.out if m["type"] == "stop_transaction"}
    assert reasons == {"Local", "MasterPass"}


# --- before the evening ---


def before(monkeypatch: pytest.MonkeyPatch, **points: str) -> None:
    """These are the entry points of what is shown before the evening."""
    found = [EntryPoint(name, value, demo.GROUP) for name, value in points.items()]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: found if group == demo.GROUP else ())


def test_the_proofs_come_first(command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    before(monkeypatch, verify="statewatt.verify.command:demonstrate")
    report = verify(read(ChargingStation), ["a_transaction_is_never_timed_out"])
    monkeypatch.setattr("statewatt.verify.target.verify", lambda *_, **__: report)
    status, out, err = command("demo")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("What is proved of the station")
    assert re.match(r"proved for any size +\d+\.\d\d s  a_transaction_is_never_timed_out: L7 ", lines[2])
    assert lines[4].startswith("1 of 1 properties proved for any size: ")
    assert story()[0].caption in lines[6]


def test_the_pictures_are_drawn_into_a_new_directory(
    command: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before(monkeypatch, draw="statewatt.diagrams.command:demonstrate")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(elk, "lay_out", None)  # what is shipped says how they are laid out
    status, out, err = command("demo")
    assert (status, err) == (0, "")
    [directory] = tmp_path.iterdir()
    head, empty, *lines = out.partition("\n\n" + "18:")[0].splitlines()
    assert (head, empty) == (f"Its pictures, drawn from the same declarations, in {directory}", "")
    assert {line.split()[0] for line in lines} == {path.name for path in directory.iterdir()}
    shipped = Path(__file__).parents[2] / "docs" / "pictures"
    assert {path.name for path in directory.iterdir()} == {path.name for path in shipped.iterdir()}


def test_what_is_broken_before_the_evening_is_a_finding(command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    before(monkeypatch, verify="tests.command.test_demo:broken", draw="tests.command.test_demo:well")
    assert command("demo")[0] == 1


def broken() -> int:
    """Something that finds a fault."""
    return 1


def well() -> int:
    """Something that finds none."""
    return 0


def test_what_is_not_installed_is_said(command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    before(monkeypatch, verify="a_solver_that_is_not_there:demonstrate")
    status, out, err = command("demo")
    assert (status, err) == (0, "")
    said = "statewatt verify is not shown, it needs a_solver_that_is_not_there: pip install 'statewatt[all]'\n\n"
    assert out.startswith(said)
    assert story()[0].caption in out


# --- each line ---


def test_what_is_told_is_what_a_station_without_power_cut_does() -> None:
    recording = Recording()
    for moment in played():
        if moment.scene.command is None:
            assert moment.recorded is None
        else:
            out = recording.handle(moment.scene.command)
            assert moment.recorded == {"in": moment.scene.command, "out": out, "state": recording.observed()}
        _, text = shown([moment])
        told = re.sub(r"\s+", " ", text)
        for message in moment.out:
            assert demo.brief(message) in told


def test_each_evse_is_told_as_it_stands_whenever_that_changes() -> None:
    before: dict[str, dict[str, str]] = {}
    for moment in played():
        after = demo.standing(moment.state)
        lines = [str(line) for line in demo.body(moment, before, after) if str(line).startswith("now")]
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        assert {re.match(r"now   (.*?):", line)[1] for line in lines} == changed  # type: ignore[index]  # each line fits
        for evse in moment.state["evses"]:
            columns = after[f"EVSE {evse['evse_id']}"]
            assert (columns["vehicle"] == "plugged in") == evse["plugged_in"]
            assert (columns["transaction"] == "charging") == evse["transaction_active"]
            assert (columns["token"] or None) == (
                f"holds {evse['authorized_id_token']}" if evse["authorized_id_token"] else None
            )
            assert all(state.lower() in columns["connectors"] for state in evse["connectors"].values())
        before = after


def test_the_reasons_are_labels_of_the_model() -> None:
    system = load(ChargingStation).system
    labels = {g.label.rstrip(".") for m in system.machines for t in m.transitions for g in t.guards}
    questions = {s.label for m in system.machines for s in m.states}
    told = [(moment, decision) for moment in played() for decision in moment.decisions]
    assert len(told) > 8
    for moment, decision in told:
        assert {decision.question, decision.answer} <= questions
        assert {checked.label for checked in (*decision.because, *decision.against)} <= labels
        assert all(checked.holds for checked in decision.because)
        assert not any(checked.holds for checked in decision.against)
        assert f"{decision.question} -> {decision.answer}" in shown([moment])[1]


def test_who_gets_no_evse_learns_why() -> None:
    explained = [moment for moment in played() if moment.explanation is not None]
    assert len(explained) == 2
    for moment in explained:
        assert not moment.explanation.granted
        assert moment.explanation.result in {m["result"] for m in moment.out if m["type"] == "token_result"}
        for place in moment.explanation.places:
            assert f"EVSE {place.evse} may not be granted" in shown([moment])[1]


def test_what_is_refused_is_told_with_the_guard_and_what_it_has_read() -> None:
    [refused] = [moment for moment in played() if moment.refusals]
    _, text = shown([refused])
    for line in str(refused.refusals[0]).splitlines():
        assert f"why   {line}" in text
    assert "refused cancel" in text
    assert "number is 7" in text


# --- another model, another story ---


def test_a_changed_guard_changes_the_story() -> None:
    ours, changed = shown(played()), shown(played(Engine(read(reswipe.ChargingStation))))
    assert (ours[0], changed[0]) == (0, 0)
    assert "2 own transaction? -> USED_TO_STOP_TRANSACTION" in ours[1]
    assert "2 own transaction? -> USED_TO_STOP_TRANSACTION" not in changed[1]
    assert "2 own transaction? -> USED_TO_REAUTHORIZE" in changed[1]


def test_a_broken_law_is_a_finding(command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = read(reservation_overlooked.ChargingStation)
    status, text = shown(played(Engine(broken)))
    assert status == 1
    assert "BROKEN promised_places_stay" in text
    assert re.search(r"events, and \d+ times a law was broken\.", text)
    monkeypatch.setattr("statewatt.engine.command.demo.load", lambda _: Engine(broken))
    assert command("demo", "--json")[0] == 1


# --- the power cut ---


def test_the_station_goes_on_from_what_is_on_the_disk() -> None:
    [moment] = [moment for moment in played() if moment.scene.power_cut]
    assert not moment.lost
    assert re.fullmatch(
        r"the station's process was killed \(kill -9\); its journal, \d\d entries in statewatt-evening\.journal, "
        r"opened with a new engine: the state is equal to the one before",
        moment.note,
    )


def test_a_journal_that_says_something_else_makes_another_evening(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(KeptStation):
        """Does not tell its process of the last input."""

        def take(self, event: Input | None, now: int) -> None:
            if now < 2_000_000:
                super().take(event, now)

    ours = played()
    monkeypatch.setattr("statewatt.engine.command.evening.KeptStation", Forgetful)
    other = played.__wrapped__()
    [cut] = [moment for moment in other if moment.scene.power_cut]
    assert cut.lost
    assert "another than before" in cut.note
    assert shown(ours)[0] == 0
    assert shown(other)[0] == 1


# --- a live table ---


def test_a_terminal_gets_a_live_table(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    status, text = shown(played(), force_terminal=True, width=120, color_system=None)
    assert status == 0
    assert "┃ EVSE" in text
    assert "holds RED" in text
    assert 5 < sum(slept) < 16
