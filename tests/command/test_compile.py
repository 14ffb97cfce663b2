"""``statewatt compile``, from the system to the file and the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bundling.runs import module_of
from tests.command.commands import Commands, process

CLUSTER = "examples.two_phase_commit:Cluster"


def test_the_module_is_written_and_checked(command: Commands, tmp_path: Path) -> None:
    path = tmp_path / "charging_station.py"
    assert command("compile", "-o", path) == (
        0,
        f"{path}: written, {module_of('station').count(chr(10))} lines; its first lines show its use\n",
        "",
    )
    assert path.read_text(encoding="utf-8") == module_of("station")
    assert command("compile", "-o", path, "--check") == (0, f"{path}: what would be written\n", "")
    assert "unchanged" in command("compile", "-o", path)[1]


def test_another_system_goes_to_standard_output() -> None:
    done = process("compile", CLUSTER, "--out", "-")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == module_of("cluster")


def test_what_differs_is_a_finding(command: Commands, tmp_path: Path) -> None:
    path = tmp_path / "cluster.py"
    assert command("compile", CLUSTER, "-o", path, "--check") == (1, f"{path} is not there\n", "")
    command("compile", CLUSTER, "-o", path)
    text = path.read_text(encoding="utf-8")
    number = next(n for n, line in enumerate(text.splitlines(), 1) if "all_promises_are_here()" in line)
    for changed, line in (
        (text.replace("all_promises_are_here()", "is_due()", 1), number),
        (text[:-1], text.count("\n") + 1),
        (f"{text}pass", text.count("\n") + 1),
        ("", 1),
    ):
        path.write_text(changed, encoding="utf-8")
        status, out, _ = command("compile", CLUSTER, "-o", path, "--check")
        assert (status, out) == (1, f"{path}:{line} is not what would be written: compile it again\n")
        assert path.read_text(encoding="utf-8") == changed


def test_only_what_it_has_written_is_overwritten_unasked(command: Commands, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("mine = 1\n", encoding="utf-8")
    status, out, err = command("compile", CLUSTER, "-o", path)
    assert (status, out) == (2, "")
    assert err == f"statewatt: {path} was not written by statewatt compile: --force overwrites it\n"
    assert path.read_text(encoding="utf-8") == "mine = 1\n"
    assert command("compile", CLUSTER, "-o", path, "--force")[0] == 0
    path.write_text(module_of("garage"), encoding="utf-8")
    assert command("compile", CLUSTER, "-o", path)[0] == 0
    assert path.read_text(encoding="utf-8") == module_of("cluster")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "statewatt: where to? name a file with -o, or - for standard output\n"),
        (["-o", "FOLDER"], "statewatt: FOLDER is a directory: name a file in it\n"),
        (["-o", "FOLDER/none/file.py"], "statewatt: there is no directory FOLDER/none to write file.py into\n"),
        (["-o", "-", "--check"], "statewatt: --check compares with a file"),
        (["-o", "FOLDER/file.py", "--check", "--force"], "statewatt: --check compares with a file"),
        (["-o", "FOLDER/file.py", "examples.two_phase_commit:Clutter"], "has no 'Clutter'\n"),
        (["-o", "FOLDER/file.py", "examples.two_phase_commit:Config"], "is no System\n"),
        (["-o", "FOLDER/file.py", "door:"], "the system is written as module:Name"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(command: Commands, tmp_path: Path, arguments: list[str], error: str) -> None:
    status, out, err = command("compile", *(each.replace("FOLDER", str(tmp_path)) for each in arguments))
    assert (status, out) == (2, "")
    assert error.replace("FOLDER", str(tmp_path)) in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_cannot_be_bundled_names_its_line(
    command: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The policy of a system uses a library."""
    source = Path(__file__).parents[1] / "engine" / "examples" / "yard.py"
    head, mark, policy = source.read_text(encoding="utf-8").partition("    @policy\n")
    head = head.replace("\nfrom statewatt", "\nimport hypothesis\nfrom statewatt", 1)
    policy = policy.replace("        return ", "        hypothesis.reject()\n        return ", 1)
    (tmp_path / "depot_yard.py").write_text(head + mark + policy, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    status, out, err = command("compile", "depot_yard:Yard", "-o", tmp_path / "yard.py")
    line = head[: head.index("import hypothesis")].count("\n") + 1
    what = "hypothesis is a library: what is bundled needs the standard library alone"
    assert (status, out, err) == (2, "", f"statewatt: {tmp_path / 'depot_yard.py'}:{line}: {what}\n")
    assert not (tmp_path / "yard.py").exists()
