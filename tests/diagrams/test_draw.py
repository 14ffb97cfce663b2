"""The command: what it writes, what it finds, and that it never writes over what is not its own."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from statewatt.diagrams.command import command as draw
from statewatt.diagrams.files import links
from statewatt.engine.command import application
from statewatt.engine.reading import read
from tests.command.commands import Commands
from tests.diagrams.editor import Editor
from tests.diagrams.examples.door import House

HOUSE = "tests.diagrams.examples.door:House"
NAMES = {
    "House.drawio", "House.drawio.svg", "Door.drawio.svg", "House.svg", "Door.svg", "House.dot", "Door.dot",
    "House.mmd", "Door.mmd", "House.md", "Door.md",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("draw", "statewatt.diagrams.command:command", application.GROUP)
    monkeypatch.setattr(application, "_entry_points", lambda: [point])


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(capsys)


@pytest.fixture(scope="module")
def drawn_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("drawn") / "house"
    assert draw(HOUSE, out=directory) == 0
    return directory


@pytest.fixture
def drawn(drawn_once: Path, tmp_path: Path) -> Path:
    """The house, drawn in every format."""
    return Path(shutil.copytree(drawn_once, tmp_path / "pictures"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_format_is_written_and_says_what_the_model_says(drawn: Path, command: Commands) -> None:
    assert {path.name for path in drawn.iterdir()} == NAMES
    assert command("draw", HOUSE, "--out", drawn, "--check") == (
        0,
        "11 files: every picture says what the model says\n",
        "",
    )


def test_drawing_again_changes_no_byte(drawn: Path, command: Commands) -> None:
    before = {path: path.read_bytes() for path in drawn.iterdir()}
    status, out, _ = command("draw", HOUSE, "--out", drawn)
    assert status == 0
    assert out.splitlines() == [
        f"{drawn / line.split(': ')[0].rsplit('/', 1)[-1]}: unchanged" for line in out.splitlines()
    ]
    assert {path: path.read_bytes() for path in drawn.iterdir()} == before


def test_what_a_person_has_moved_stays_and_the_other_pictures_follow(drawn: Path, command: Commands) -> None:
    plain = (drawn / "Door.svg").read_text(encoding="utf-8")
    path = drawn / "House.drawio"
    text = path.read_text(encoding="utf-8")
    place = text.index(' x="', text.index('id="Door.broken"')) + len(' x="')
    end = text.index('"', place)
    moved = f"{float(text[place:end]) + 400:g}"
    path.write_text(text[:place] + moved + text[end:], encoding="utf-8")
    assert command("draw", HOUSE, "--out", drawn, "--check")[0] == 0
    assert command("draw", HOUSE, "--out", drawn, "--format", "drawio,svg")[0] == 0
    assert f' x="{moved}"' in path.read_text(encoding="utf-8")
    assert (drawn / "Door.svg").read_text(encoding="utf-8") != plain
    assert command("draw", HOUSE, "--out", drawn, "--format", "drawio,svg", "--relayout")[0] == 0
    assert (drawn / "Door.svg").read_text(encoding="utf-8") == plain


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("Door.svg", ">open</text>", ">ajar</text>"),
        ("Door.dot", "label=open", "label=ajar"),
        ("Door.mmd", '"open"', '"ajar"'),
        ("Door.md", "| open | `ajar` |", "| ajar | `ajar` |"),
    ],
)
def test_a_relabelled_state_is_found(name: str, old: str, new: str, drawn: Path, command: Commands) -> None:
    edit(drawn / name, old, new)
    status, out, err = command("draw", HOUSE, "--out", drawn, "--check")
    assert (status, err) == (1, "")
    wanted = f'{drawn / name}: state Door.ajar is relabelled: the model says "open", the picture "ajar"'
    assert wanted in out.splitlines()
    assert out.splitlines()[-1].endswith(" in 1 of 11 files")


def test_findings_in_a_drawio_file_name_the_page(drawn: Path, command: Commands) -> None:
    path = drawn / "House.drawio"
    edit(path, 'source="Door.ajar" target="Door.broken"', 'source="Door.ajar" target="Door.asked"')
    status, out, _ = command("draw", HOUSE, "--out", drawn, "--check", "--format", "drawio")
    assert status == 1
    assert out.splitlines() == [
        f"{path}, page Door: transition Door.ajar:kick is retargeted: "
        "the model says Door.ajar → Door.broken, the picture Door.ajar → Door.asked",
        "1 difference in 1 of 1 file",
    ]


def test_a_compressed_file_is_read_as_well(drawn: Path, command: Commands) -> None:
    path = drawn / "House.drawio"
    path.write_text(Editor(path.read_text(encoding="utf-8")).saved(compressed=True), encoding="utf-8")
    assert "<object" in path.read_text(encoding="utf-8")  # the second page is plain
    assert command("draw", HOUSE, "--out", drawn, "--check", "--format", "drawio")[0] == 0


def test_a_missing_file_is_a_finding(drawn: Path, command: Commands) -> None:
    (drawn / "Door.dot").unlink()
    status, out, _ = command("draw", HOUSE, "--out", drawn, "--check")
    assert status == 1
    assert out.splitlines()[0] == f"{drawn / 'Door.dot'}: there is no such file"


def test_only_formats_of_which_there_are_files_are_checked(drawn: Path, command: Commands) -> None:
    for path in drawn.glob("*.svg"):
        path.unlink()
    assert command("draw", HOUSE, "--out", drawn, "--check")[:2] == (
        0,
        "7 files: every picture says what the model says\n",
    )


def test_checking_writes_nothing(tmp_path: Path, command: Commands) -> None:
    status, _, err = command("draw", HOUSE, "--out", tmp_path / "none", "--check")
    assert (status, err) == (2, f"statewatt: there are no pictures of House in {tmp_path / 'none'}\n")
    assert list(tmp_path.iterdir()) == []


def test_links_lead_to_the_source_in_the_same_project_only(drawn: Path, tmp_path: Path, command: Commands) -> None:
    assert "door.py" not in (drawn / "Door.dot").read_text(encoding="utf-8")
    within = Path(__file__).parent / "examples"
    where = read(House).machine("Door").where
    assert links(within)(where) == f"door.py#L{where.line}"
    assert links(within.parent / "pictures")(where) == f"../examples/door.py#L{where.line}"
    assert links(tmp_path)(where) == ""


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Door.svg", "<svg xmlns='http://www.w3.org/2000/svg'><text>mine</text></svg>"),
        ("Door.svg", "<svg"),
        ("House.drawio", "<mxfile><diagram><mxGraphModel><root/></mxGraphModel></diagram></mxfile>"),
        ("House.drawio", "<mxfile><diagram>not packed</diagram></mxfile>"),
        ("Door.dot", "digraph { a -> b }"),
        ("Door.mmd", "flowchart TD\n    a --> b\n"),
        ("Door.md", "# My notes\n"),
        ("Door.md", "\udcff"),
    ],
)
def test_what_is_not_ours_is_left_as_it_is(name: str, text: str, drawn: Path, command: Commands) -> None:
    path = drawn / name
    path.write_bytes(text.encode(errors="surrogateescape"))
    before = {each: each.read_bytes() for each in drawn.iterdir()}
    for more in ([], ["--check"]):
        status, out, err = command("draw", HOUSE, "--out", drawn, *more)
        assert (status, out) == (2, "")
        assert err.startswith(f"statewatt: {path} cannot be read: ")
        assert err.count("\n") == 1
    assert {each: each.read_bytes() for each in drawn.iterdir()} == before


def test_a_directory_that_cannot_be_written(tmp_path: Path, command: Commands) -> None:
    (tmp_path / "file").write_text("")
    status, out, err = command("draw", HOUSE, "--out", tmp_path / "file" / "deeper", "--format", "md")
    assert (status, out) == (2, "")
    assert err.startswith("statewatt: ")
    assert "cannot be " in err
    assert err.count("\n") == 1


def test_a_full_disk_leaves_every_file_as_it_was(
    drawn: Path, command: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in drawn.glob("*.dot"):
        path.write_text(path.read_text(encoding="utf-8").replace("Helvetica", "Courier"), encoding="utf-8")
    before = {path: path.read_bytes() for path in drawn.iterdir()}
    made: list[str] = []
    make = tempfile.mkstemp

    def mkstemp(**options: Any) -> tuple[int, str]:
        if made:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        handle, name = make(**options)
        made.append(name)
        return handle, name

    monkeypatch.setattr(tempfile, "mkstemp", mkstemp)
    status, _, err = command("draw", HOUSE, "--out", drawn, "--format", "dot")
    assert (status, len(made)) == (2, 1)
    assert err == f"statewatt: {drawn / 'Door.dot'} cannot be written: {os.strerror(errno.ENOSPC)}\n"
    assert {path: path.read_bytes() for path in drawn.iterdir()} == before


def test_a_directory_in_the_place_of_a_file(drawn: Path, command: Commands) -> None:
    (drawn / "Door.md").unlink()
    (drawn / "Door.md").mkdir()
    status, _, err = command("draw", HOUSE, "--out", drawn, "--format", "md")
    assert (status, err) == (2, f"statewatt: {drawn / 'Door.md'} cannot be read: Is a directory\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([HOUSE], "where to? name a directory with --out, or Markdown documents with --docs"),
        ([HOUSE, "--out", ".", "--format", "sgv"], "there is no format 'sgv'; did you mean svg?"),
        ([HOUSE, "--out", ".", "--format", ","], "--format names none; there are drawio"),
        (
            ["tests.diagrams.examples.door:Door", "--out", "."],
            "tests.diagrams.examples.door:Door is a Machine; name the System that it belongs to",
        ),
        (
            ["statewatt.models.values:IdToken", "--out", "."],
            "statewatt.models.values:IdToken is no System, nor a class of python-statemachine",
        ),
        ([HOUSE, "--out", ".", "--check", "--relayout"], "--check writes nothing: leave out --relayout and --adopt"),
        ([HOUSE, "--docs", "a.md", "--relayout"], "--relayout and --adopt are for the pictures in a directory"),
        ([HOUSE, "--out", ".", "--format", "svg", "--adopt", "Door=x"], "what is taken over is kept in the .drawio"),
        ([HOUSE, "--out", ".", "--adopt", "Gate=x"], "--adopt takes NAME=FILE, not 'Gate=x'; there are House, Door"),
        ([HOUSE, "--out", ".", "--adopt", "Door=none.drawio"], "none.drawio cannot be read: there is no such file"),
    ],
)
def test_wrong_usage_is_one_clear_line(
    arguments: list[str], says: str, tmp_path: Path, command: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = command("draw", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(f"statewatt: {says}")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_adopting_a_hand_made_picture(drawn: Path, tmp_path: Path, command: Commands) -> None:
    text = (drawn / "Door.drawio.svg").read_text(encoding="utf-8")
    content = ElementTree.fromstring(text).get("content")
    assert content is not None
    mine = tmp_path / "mine.drawio"
    mine.write_text(content.replace('"Door.', '"my-').replace(' statewatt="', ' was="'), encoding="utf-8")
    fresh = tmp_path / "fresh"
    status, out, _ = command("draw", HOUSE, "--out", fresh, "--format", "drawio", "--adopt", f"Door={mine}")
    assert status == 0, out
    assert out.splitlines()[0].endswith(" matched")
    assert command("draw", HOUSE, "--out", fresh, "--check")[0] == 0
    mine.write_text(mine.read_text(encoding="utf-8").replace("broken", "repaired"), encoding="utf-8")
    status, out, _ = command("draw", HOUSE, "--out", fresh, "--format", "drawio", "--adopt", f"Door={mine}")
    assert status == 1
    assert f"{mine}: not in the picture: " in out
