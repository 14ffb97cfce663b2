"""``statewatt draw --trace``: recorded days and traces of any system, as sequences and as ways through machines."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from statewatt.diagrams import elk
from statewatt.diagrams.runs import draw_sequence, read_run
from statewatt.engine import Birth, Event, load
from statewatt.engine.command import application
from statewatt.engine.state import Input, Row
from statewatt.engine.tracefile import Given, steps
from tests.command.commands import Commands, write
from tests.diagrams.examples.door import Config, House

HOUSE = "tests.diagrams.examples.door:House"
RECORDED = Path(__file__).parents[1] / "traces" / "agree.zip"
DOCUMENTED = Path(__file__).parents[2] / "docs" / "runs" / "card.jsonl"
SVG = "{http://www.w3.org/2000/svg}"
VISITS: Sequence[Input] = (
    Event("Door", "push", 1),
    Event("Door", "push", 2),
    Event("Door", "pull", 1),
    Event("Door", "pull", 2),
    Event("Door", "push", 1),
)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Commands:
    point = EntryPoint("draw", "statewatt.diagrams.command:command", application.GROUP)
    monkeypatch.setattr(application, "_entry_points", lambda: [point])
    return Commands(capsys)


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    """Two doors are pushed and pulled; the second is locked."""
    engine = load(House)
    doors = {key: Row({"locked": locked}, ("shut",)) for key, locked in ((1, False), (2, True))}
    given = (Given(event, 1000 * count) for count, event in enumerate(VISITS))
    return write(tmp_path / "visits.jsonl", list(steps(engine, engine.state(Config(), {"Door": doors}), given)))


@pytest.fixture
def day(tmp_path: Path) -> Path:
    """A recorded day of the station."""
    path = tmp_path / "day.jsonl"
    with zipfile.ZipFile(RECORDED) as archive:
        path.write_bytes(archive.read(sorted(name for name in archive.namelist() if name.endswith(".jsonl"))[5]))
    return path


def texts(path: Path, kind: str) -> Iterator[str]:
    """What stands in the groups of a class."""
    for group in Xml.parse(path).getroot().iter(f"{SVG}g"):
        if kind in group.get("class", "").split():
            yield from ("".join(text.itertext()) for text in group.iter(f"{SVG}text"))


def test_a_trace_becomes_a_sequence_and_a_way_for_each_thing(command: Commands, visits: Path, tmp_path: Path) -> None:
    out = tmp_path / "pictures"
    status, said, err = command("draw", "--trace", visits, "--out", out)
    names = ["visits.svg", "visits.Door-1.svg", "visits.Door-2.svg", "visits.mmd"]
    assert (status, err) == (0, "")
    assert said.splitlines() == [f"{out / name}: written" for name in names]
    assert {path.name for path in out.iterdir()} == set(names)
    # Through the question to "open", back, and again.
    assert sorted(", ".join(texts(out / "visits.Door-1.svg", "badge")).split(", ")) == ["1", "2", "3", "4", "5"]
    assert list(texts(out / "visits.Door-1.svg", "active")) == ["open"]
    assert list(texts(out / "visits.Door-2.svg", "badge")) == ["1", "2"]
    assert list(texts(out / "visits.svg", "command")).count("Ring") == 1
    assert command("draw", HOUSE, "--trace", visits, "--out", out)[1].count("unchanged") == 4


def test_what_was_refused_stands_in_the_sequence(visits: Path) -> None:
    run = read_run(visits)
    [(caption, findings)] = [(scene.caption, scene.findings) for scene in run.scenes if scene.findings]
    assert caption == "4 · 0:03.000 · pull of Door 2"
    assert findings[0].startswith("refused: ")
    drawn = draw_sequence(visits)
    assert drawn == visits.with_suffix(".svg")
    assert " ".join(texts(drawn, "finding")).startswith("refused: ")


def test_a_recorded_day_of_the_station_is_drawn_as_its_lock_says(
    command: Commands, day: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elk, "lay_out", None)
    out = tmp_path / "pictures"
    assert command("draw", "--trace", day, "--out", out, "--format", "svg")[0] == 0
    run = read_run(day)
    assert len(run.things) > 10
    assert {path.name for path in out.iterdir()} == {
        "day.svg",
        *(f"day.{machine}-{key}.svg" for machine, key in run.things),
    }
    commands = [type(command).__name__ for move in run.moves for command in move.commands]
    said = [text for text in texts(out / "day.svg", "command") if not text.isdigit()]
    assert said == commands


def test_the_run_in_the_documents_is_drawn_as_it_is_today(tmp_path: Path) -> None:
    drawn = draw_sequence(Path(shutil.copy(DOCUMENTED, tmp_path)))
    assert drawn.read_text(encoding="utf-8") == DOCUMENTED.with_suffix(".svg").read_text(encoding="utf-8"), (
        "draw it again: statewatt draw --trace docs/runs/card.jsonl --out docs/runs --format svg"
    )


def test_nothing_else_is_written_over(command: Commands, visits: Path, tmp_path: Path) -> None:
    assert command("draw", HOUSE, "--out", tmp_path, "--format", "svg")[0] == 0
    picture = tmp_path / "Door.svg"
    before = picture.read_bytes()
    door = visits.rename(tmp_path / "Door.jsonl")
    status, out, err = command("draw", "--trace", door, "--out", tmp_path)
    assert (status, out) == (2, "")
    assert err.startswith(f"statewatt: {picture} is no picture of a run; it is left as it is")
    assert picture.read_bytes() == before
    (tmp_path / "notes.mmd").write_text("flowchart LR", encoding="utf-8")
    assert command("draw", "--trace", door.rename(tmp_path / "notes.jsonl"), "--out", tmp_path)[0] == 2
    assert (tmp_path / "notes.mmd").read_text(encoding="utf-8") == "flowchart LR"
    assert not list(tmp_path.glob("notes*.svg"))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--trace", "missing.jsonl", "--out", "."], "missing.jsonl: No such file or directory"),
        (["--trace", "words.txt", "--out", "."], "words.txt:1: it is no JSON at column 1"),
        (["--trace", "visits.jsonl"], "--trace draws runs into a directory"),
        (["--trace", "visits.jsonl", "--out", ".", "--check"], "it goes with --out and --format alone"),
        (["--trace", "visits.jsonl", "--out", ".", "--format", "dot"], "there is no format 'dot' of a run; there are"),
        (["--trace", "visits.jsonl", "--trace", "visits.jsonl", "--out", "."], "visits.svg would be drawn twice"),
        (["a.b:C", "--trace", "visits.jsonl", "--out", "."], f"visits.jsonl is a recording of {HOUSE}, not of a.b:C"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_line(
    command: Commands, visits: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], reason: str
) -> None:
    monkeypatch.chdir(visits.parent)
    Path("words.txt").write_text("words", encoding="utf-8")
    before = sorted(Path.cwd().iterdir())
    status, out, err = command("draw", *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert reason in err
    assert sorted(Path.cwd().iterdir()) == before


def test_a_trace_that_begins_in_any_state_with_an_event_alone(tmp_path: Path) -> None:
    engine = load(House)
    start = engine.start(Config(), [Birth("Door")], now=3)
    given = [Given(Event("Door", "kick", 1), 5, alone=True)]
    path = write(tmp_path / "kick.jsonl", list(steps(engine, start, given)))
    assert "state" in json.loads(path.read_text(encoding="utf-8").splitlines()[0])["in"]
    [scene] = read_run(path).scenes
    assert [(saying.target, saying.text, saying.changes) for saying in scene.sayings] == [
        ("Door 1", "kick", (("shut", "broken"),))
    ]
