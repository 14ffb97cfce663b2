"""``statewatt journal``: shown, checked, exported and explained, also while a station writes to it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from statewatt.engine.journal import Journal
from tests.command.commands import Commands, process
from tests.journal.stations import content, fill, opened

LINES = [
    {"cmd": "reserve", "reservation_id": 1, "id_token": "BLUE", "evse_id": 1},
    {"cmd": "reserve", "reservation_id": 2, "id_token": "BLUE", "evse_id": 2},
    {"cmd": "token", "id_token": "DEADBEEF"},
    {"cmd": "token", "id_token": "RED", "validation_results": [{"authorization_status": "Invalid"}]},
    {"cmd": "withdraw_authorization", "evse_id": 1},
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("journal") / "j"
    done = process("run", "--journal", path, stdin="".join(f"{json.dumps(line)}\n" for line in LINES).encode())
    assert done.returncode == 0
    return path


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Journal]:
    journal = opened(tmp_path / "running")
    fill(journal, 30)
    yield journal
    journal.close()


def test_each_entry_is_a_line(made: Path, command: Commands) -> None:
    status, out, err = command("journal", made)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert re.match(r" +1  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  reserve reservation_id=1 id_token=BLUE", lines[0])
    assert "->  reserved evse_id=1 reservation_id=1" in lines[0]
    status, out, _ = command("journal", made, "--json")
    entries = [json.loads(line) for line in out.splitlines()]
    assert [each["entry"] for each in entries] == list(range(1, len(lines) + 1))
    assert entries[-1]["mark"] == len(LINES)


def test_check_runs_everything_again(made: Path, command: Commands, running: Journal) -> None:
    status, out, _ = command("journal", made, "--check")
    assert status == 0
    assert "every law holds at every step" in out
    status, out, _ = command("journal", running.path, "--check")
    assert (status, "in order: 30 entries up to 30" in out) == (0, True)


def test_check_finds_damage(made: Path, command: Commands, tmp_path: Path) -> None:
    path = tmp_path / "bad"
    path.write_bytes(made.read_bytes())
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE entries SET now = now + 1 WHERE number = 3")
    connection.close()
    before = content(path)
    status, out, err = command("journal", path, "--check")
    assert (status, err) == (1, "")
    assert "entry 3 does not match its checksum" in out
    assert command("journal", path)[0] == 2
    assert content(path) == before


def test_what_is_no_journal_is_told_in_a_line(command: Commands, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no journal " * 200, encoding="utf-8")
    for path, told in ((tmp_path / "text", "is no journal"), (tmp_path / "none", "there is no journal")):
        for options in ([], ["--check"], ["--explain", "RED"]):
            status, out, err = command("journal", path, *options)
            assert (status, out, err.count("\n")) == (2, "", 1)
            assert told in err
    assert not (tmp_path / "none").exists()


def test_the_export_replays_to_the_same_states(made: Path, command: Commands, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert command("journal", made, "--export", out)[0] == 0
    assert command("replay", "--expect", out)[:2] == (0, "1 of 1 file agrees\n")
    status, _, err = command("journal", made, "--export", out)
    assert (status, "is there already" in err) == (2, True)
    [_, line, *_] = out.read_text(encoding="utf-8").splitlines()
    out.write_text(
        out.read_text(encoding="utf-8").replace(line, line.replace('"BLUE"', '"GREEN"', 1)), encoding="utf-8"
    )
    assert command("replay", "--expect", out)[0] == 1


def test_why_a_card_did_not_start(made: Path, command: Commands) -> None:
    status, out, _ = command("journal", made, "--explain", "deadbeef")
    assert status == 0
    assert re.match(r"deadbeef, presented [-\d]+ [:.\d]+: NO_CONNECTOR_AVAILABLE", out)
    assert "reserved or needed for reservations" in out
    status, out, _ = command("journal", made, "--explain", "RED", "--json")
    account = json.loads(out)
    assert account["result"] == "NO_CONNECTOR_AVAILABLE"
    assert account["moments"][0]["questions"][0]["question"] == "1 already in process?"
    status, _, err = command("journal", made, "--explain", "GREEN")
    assert (status, "was not presented" in err, "RED, DEADBEEF" in err) == (2, True, True)


@pytest.mark.parametrize("at", ["00:00", "23:59:59", "2026-01-01T00:00:00Z", "2026-01-01 10:00"])
def test_the_presentation_nearest_to_a_time_is_explained(made: Path, command: Commands, at: str) -> None:
    assert command("journal", made, "--explain", "RED", "--at", at)[0] == 0


@pytest.mark.parametrize("at", ["25:00", "noon", ""])
def test_what_is_no_time_is_told(made: Path, command: Commands, at: str) -> None:
    status, _, err = command("journal", made, "--explain", "RED", "--at", at)
    assert (status, err.count("\n")) == (2, 1)
    assert command("journal", made, "--at", "10:00")[0] == 2
