"""``statewatt replay``, from the files to the exit status."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from statewatt.engine import EngineFault, InputError
from statewatt.models import messages
from statewatt.models.recording import Recording
from tests.command.commands import CONFIGURE, GOLDEN, TOKEN, Commands, process, write


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def changed(path: Path, number: int, **parts: Any) -> Path:
    """A copy of a recording with one step changed."""
    lines = lines_of(path)
    lines[number].update(parts)
    return write(path.with_name("changed.jsonl"), lines)


# --- without options ---


def test_each_step_is_a_line_with_time_command_and_what_ours_did(command: Commands, day: Path) -> None:
    status, out, err = command("replay", day)
    assert (status, err) == (0, "")
    assert out == (GOLDEN / "replay.txt").read_text(encoding="utf-8")


def test_several_files_have_headings(command: Commands, day: Path) -> None:
    _, out, _ = command("replay", day, day)
    assert [line for line in out.splitlines() if not line.startswith(" ")] == [str(day), str(day)]


def test_standard_input_is_read(day: Path) -> None:
    done = process("replay", "-", stdin=day.read_bytes())
    assert done.returncode == 0
    assert done.stdout == (GOLDEN / "replay.txt").read_bytes()


def test_no_text_of_a_recording_reaches_the_terminal_as_a_control_sequence(command: Commands, tmp_path: Path) -> None:
    path = write(tmp_path / "day.jsonl", [CONFIGURE, {**TOKEN, "id_token": "\x1b[31m\x9b\u202e"}])
    status, out, err = command("replay", path)
    assert status == 2
    assert not re.search("[\x1b\x9b\u202e]", out + err)


# --- as a recording ---


def test_what_ours_did_is_a_recording_that_agrees_with_itself(command: Commands, recorded: Path) -> None:
    assert command("replay", "--expect", recorded) == (0, "1 of 1 file agrees\n", "")
    status, out, _ = command("replay", "--json", recorded)
    assert status == 0
    assert out == recorded.read_text(encoding="utf-8")


def test_the_recording_is_what_the_driver_gives(recorded: Path) -> None:
    recording = Recording()
    for line in lines_of(recorded):
        assert list(line) == ["in", "out", "state"]
        assert line["out"] == recording.handle(line["in"])
        assert line["state"] == recording.observed()


def test_a_recording_is_written_in_ascii(command: Commands, tmp_path: Path) -> None:
    path = write(tmp_path / "day.jsonl", [CONFIGURE, {**TOKEN, "id_token": "Zoë"}])
    _, out, _ = command("replay", "--json", path)
    assert out.isascii()
    assert json.loads(out.splitlines()[1])["in"]["id_token"] == "Zoë"


# --- compared ---


def test_the_first_difference_of_a_file_is_named(command: Commands, recorded: Path) -> None:
    lines = lines_of(recorded)
    lines[2]["out"][2]["authorization_status"] = "Invalid"
    lines[2]["state"]["evses"][1]["authorized_id_token"] = None
    lines[3]["out"] = []
    path = write(recorded.with_name("wrong.jsonl"), lines)
    status, out, err = command("replay", "--expect", path)
    assert (status, err) == (1, "")
    assert out.replace(str(path), "wrong.jsonl") == (GOLDEN / "differs.txt").read_text(encoding="utf-8")


def test_the_other_files_are_compared_all_the_same(command: Commands, recorded: Path) -> None:
    wrong = changed(recorded, 3, out=[])
    status, out, _ = command("replay", "--expect", wrong, recorded, wrong)
    assert status == 1
    assert out.count("step 3 (line 4) differs") == 2
    assert out.endswith("1 of 3 files agrees\n")


def test_what_was_not_recorded_is_not_compared(command: Commands, recorded: Path) -> None:
    lines = [{"in": line["in"]} for line in lines_of(recorded)]
    assert command("replay", "--expect", write(recorded, lines))[0] == 0
    assert command("replay", "--expect", changed(recorded, 1, out=[{"type": "result"}]))[0] == 1


def test_with_both_options_the_recording_alone_goes_to_standard_output(command: Commands, recorded: Path) -> None:
    status, out, err = command("replay", "--expect", "--json", changed(recorded, 1, state={}))
    assert status == 1
    assert out == recorded.read_text(encoding="utf-8")
    assert "step 1 (line 2) differs" in err
    assert "0 of 1 file agree" in err


def test_of_many_differences_of_a_step_some_are_shown(command: Commands, recorded: Path) -> None:
    _, out, _ = command("replay", "--expect", changed(recorded, 2, out=[], state={"evses": [{}, {}]}))
    assert out.count("expected") == 5
    assert re.search(r"^  and \d+ more$", out, re.MULTILINE)


# --- bad input ---


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"cmd": "fly"}, "there is no command 'fly'"),
        ({"cmd": "advance"}, "seconds"),
        ({"cmd": "advance", "seconds": "soon"}, "'soon'"),
        ({"cmd": "advance", "seconds": -1}, "-1"),
        ({"cmd": "advance", "seconds": 10**30}, "not between"),
        ({"cmd": "token", "id_token": 5}, "id_token is 5"),
        ({"cmd": "token", "id_token": "RED", "colour": "red"}, "colour"),
        ({"cmd": "token", "id_token": "RED", "validation_results": [5]}, "validation_results holds 5"),
        ({"cmd": "session_event", "evse_id": 9, "event": "Enabled"}, "there is no EVSE 9"),
        ({"cmd": "session_event", "evse_id": [], "event": "Enabled"}, "EVSE"),
        ({"cmd": "withdraw_authorization", "evse_id": {}}, "there is no EVSE {}"),
        ({"cmd": "configure", "connection_timeout": 5, "evses": [{}]}, "evse_id is None"),
        ({"cmd": "configure", "connection_timeout": 5, "evses": 5}, "evses is 5, not a list"),
        ({"cmd": "configure", "evses": CONFIGURE["evses"]}, "connection_timeout"),
    ],
)
def test_a_wrong_command_is_named_with_file_and_line(
    command: Commands, tmp_path: Path, wrong: dict[str, Any], reason: str
) -> None:
    path = write(tmp_path / "day.jsonl", [CONFIGURE, wrong])
    status, _, err = command("replay", path)
    assert status == 2
    assert err.startswith(f"statewatt replay: {path}:2: ")
    assert reason in err
    assert err.count("\n") == 1


def test_files_that_cannot_be_read_are_named(command: Commands, tmp_path: Path) -> None:
    empty = write(tmp_path / "empty.jsonl", [])
    status, out, err = command("replay", tmp_path / "missing.jsonl", tmp_path, empty)
    assert (status, out) == (2, "")
    assert err.splitlines() == [
        f"statewatt replay: {tmp_path / 'missing.jsonl'}: No such file or directory",
        f"statewatt replay: {tmp_path}: Is a directory",
        f"statewatt replay: {empty}: there is nothing in it; the first command of a recording is configure",
    ]


def test_a_bad_file_hides_nothing_of_the_others(command: Commands, recorded: Path) -> None:
    bad = write(recorded.with_name("bad.jsonl"), [CONFIGURE, {"cmd": "fly"}])
    status, out, err = command("replay", "--expect", bad, changed(recorded, 3, out=[]), recorded)
    assert status == 2
    assert err.count("\n") == 1
    assert "step 3 (line 4) differs" in out
    assert out.endswith("1 of 3 files agrees, 1 cannot be read\n")


def test_a_fault_of_the_model_is_a_finding(command: Commands, day: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Recording, command: object) -> Any:
        raise EngineFault("an assertion does not hold")

    monkeypatch.setattr(Recording, "handle", fail)
    status, out, _ = command("replay", day)
    assert status == 1
    assert out == f"{day}: step 0 (line 1): the model fails: an assertion does not hold\n"


# --- the page ---


def test_the_page_names_every_command_and_message() -> None:
    page = (GOLDEN.parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Recording().handle({"cmd": "?"})
    commands = str(caught.value).rpartition("there are ")[2].split(", ")
    assert len(commands) > 10
    for name in [*commands, *CONFIGURE]:
        assert f"`{name}`" in page
    source = Path(messages.__file__).read_text(encoding="utf-8")
    for name in re.findall(r'"type": "(\w+)"', source):
        assert f"`{name}`" in page


def test_the_page_shows_a_difference_as_it_is() -> None:
    page = (GOLDEN.parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")
    shown = (GOLDEN / "differs.txt").read_text(encoding="utf-8").replace("wrong.jsonl", "day.jsonl")
    assert shown in page
