"""The command line as a whole: help, commands from elsewhere, exit status, and no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from statewatt.engine import EngineFault, InputError
from statewatt.engine.command import application
from statewatt.engine.command.loading import named
from tests.command.commands import MAIN, Commands, process

# --- what every tool has ---


def test_the_version_is_that_of_the_distribution(command: Commands) -> None:
    assert command("--version") == (0, f"statewatt {version('statewatt')}\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_names_the_commands_and_the_exit_status(command: Commands, option: str) -> None:
    status, out, err = command(option)
    assert (status, err) == (0, "")
    assert "Exit status: 0 all well, 1 a finding, 2 wrong usage or bad input." in out
    places = [out.index(f" {name} ") for name in ("demo", "replay")]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["demo", "replay"])
def test_each_command_has_help(command: Commands, name: str) -> None:
    status, out, _ = command(name, "--help")
    assert status == 0
    assert f"statewatt {name}" in out
    assert "\x1b" not in out


def test_the_application_is_one_of_typer() -> None:
    result = CliRunner().invoke(application.application(["--help"]), ["--help"])
    assert result.exit_code == 0
    assert "replay" in result.output


def test_the_installed_script_is_the_command() -> None:
    [script] = [point for point in entry_points(group="console_scripts") if point.name == "statewatt"]
    assert script.value == "statewatt.engine.command:main"


# --- wrong usage ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fly"], "statewatt: No such command 'fly'; see statewatt --help"),
        (["--fly"], "statewatt: No such option: --fly; see statewatt --help"),
        (["replay"], "statewatt replay: Missing argument 'FILE.jsonl...'; see statewatt replay --help"),
        (["replay", "--fly", "x"], "statewatt replay: No such option: --fly; see statewatt replay --help"),
        (["demo", "now"], "statewatt demo: Got unexpected extra argument(s) (now); see statewatt demo --help"),
    ],
)
def test_wrong_usage_is_said_in_one_line(command: Commands, arguments: list[str], said: str) -> None:
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    # The words are Typer's and differ a little between its versions.
    assert err.replace("FILE.jsonl'", "FILE.jsonl...'").replace("argument (", "argument(s) (") == f"{said}\n"


def test_no_command_is_answered_with_the_help(command: Commands) -> None:
    status, out, err = command()
    assert (status, err) == (2, "")
    assert "Usage: statewatt" in out


def test_what_fails_inside_a_command_is_said_in_one_line(command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setitem(application.BUILT_IN, "demo", fail)
    assert command("demo") == (2, "", "statewatt: RuntimeError: two lines (STATEWATT_TRACEBACK=1 shows where)\n")
    monkeypatch.setenv("STATEWATT_TRACEBACK", "1")
    with pytest.raises(RuntimeError):
        application.run(["demo"])


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError("there is no EVSE 3"), 2, "statewatt: there is no EVSE 3\n"),
        (EngineFault("an assertion does not hold"), 1, "statewatt: the model fails: an assertion does not hold\n"),
        (
            typer.BadParameter("no such property"),
            2,
            "statewatt demo: Invalid value: no such property; see statewatt demo --help\n",
        ),
    ],
)
def test_errors_have_their_status(
    command: Commands, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, said: str
) -> None:
    def fail(context: typer.Context) -> None:
        if isinstance(error, typer.BadParameter):
            error.ctx = context
        raise error

    monkeypatch.setitem(application.BUILT_IN, "demo", fail)
    assert command("demo") == (status, "", said)


@pytest.mark.parametrize(("value", "status"), [(None, 0), (0, 0), (1, 1), (2, 2), (True, 1), ("", 2)])
def test_a_command_returns_its_exit_status(
    command: Commands, monkeypatch: pytest.MonkeyPatch, value: object, status: int
) -> None:
    def command_of_that_status() -> object:
        return value

    monkeypatch.setitem(application.BUILT_IN, "demo", command_of_that_status)
    assert command("demo")[0] == status


# --- the surroundings ---


@pytest.mark.parametrize("names", [["typer"], ["rich"], ["typer", "rich"]])
def test_a_missing_extra_is_named_with_what_installs_it(names: list[str]) -> None:
    hide = (
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {names!r}: raise ModuleNotFoundError(name=name)\n"
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name, package=None: None if name in {names!r} else found(name, package)\n"
        "sys.meta_path.insert(0, Hidden())\n"
    )
    done = process("demo", code=hide + MAIN)
    assert done.returncode == 2
    assert done.stdout == b""
    needed = " and ".join(names)
    assert done.stderr.decode() == f"statewatt: the command needs {needed}: pip install 'statewatt[cli]'\n"


def test_a_reader_that_goes_away_ends_the_command_without_a_word(day: Path) -> None:
    many = [sys.executable, "-c", MAIN, "replay", *[str(day)] * 500]
    with subprocess.Popen(many, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.wait(60) == 141
        assert running.stderr.read() == b""


def test_an_interrupt_ends_the_command_without_a_word() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", MAIN, "replay", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(b'{"cmd": "configure", "connection_timeout": 5, "evses": [')
        running.stdin.write(b'{"evse_id": 1, "connectors": [{"connector_id": 1}]}]}\n')
        running.stdin.flush()
        assert b"configure" in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
        assert (running.returncode, out, err) == (130, b"", b"")


def test_an_output_in_another_encoding_lacks_letters_and_ends_no_command(day: Path) -> None:
    text = day.read_text(encoding="utf-8").replace("RED", "Zo\\u00eb")
    done = process("replay", "-", stdin=text.encode(), environment={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert b"id_token=Zo\\xeb" in done.stdout


# --- commands from elsewhere ---


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module with commands, and entry points that name them."""
    module = tmp_path / "commands_from_elsewhere.py"
    module.write_text(
        "import typer\n"
        "def verify(number: int = 1) -> int:\n"
        '    """Prove it."""\n'
        "    print('proved', number)\n"
        "    return number\n"
        "single = typer.Typer()\n"
        "@single.command(help='One of its kind.')\n"
        "def only(): print('only')\n"
        "group = typer.Typer(help='Several.')\n"
        "@group.command()\n"
        "def one(): print('one')\n"
        "@group.command()\n"
        "def two(): print('two')\n"
        "value = 5\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    values = {
        "verify": "commands_from_elsewhere:verify",
        "single": "commands_from_elsewhere:single",
        "group": "commands_from_elsewhere:group",
        "number": "commands_from_elsewhere:value",
        "absent": "commands_from_elsewhere:absent",
        "lacking": "commands_from_nowhere:verify",
        "replay": "commands_from_elsewhere:verify",
    }
    points = [EntryPoint(name, value, application.GROUP) for name, value in values.items()]
    monkeypatch.setattr(application, "_entry_points", lambda: points)
    yield module
    sys.modules.pop("commands_from_elsewhere", None)


@pytest.mark.usefixtures("elsewhere")
def test_a_function_or_an_application_is_a_command(command: Commands) -> None:
    assert command("verify") == (1, "proved 1\n", "")
    assert command("verify", "--number", "0") == (0, "proved 0\n", "")
    assert command("single") == (0, "only\n", "")
    assert command("group", "two") == (0, "two\n", "")


@pytest.mark.usefixtures("elsewhere")
def test_the_help_lists_them_in_their_order(command: Commands) -> None:
    status, out, err = command("--help")
    assert (status, err) == (0, "")
    listed = ["demo", "verify", "replay", "absent", "lacking", "number", "single"]
    places = [out.index(f" {name} ") for name in listed]
    assert places == sorted(places)
    assert "Prove it." in out
    assert "Several." in out
    assert "Run recorded events through the step." in out
    assert "Cannot be loaded: AttributeError" in out


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("number", "commands_from_elsewhere:value is no command"),
        ("absent", "AttributeError: module 'commands_from_elsewhere' has no attribute 'absent'"),
        (
            "lacking",
            "ModuleNotFoundError: No module named 'commands_from_nowhere'; pip install 'statewatt[all]'",
        ),
    ],
)
def test_one_that_cannot_be_loaded_says_so_in_one_line(command: Commands, name: str, reason: str) -> None:
    said = f"statewatt: the command {name} cannot be loaded: {reason}\n"
    assert command(name) == (2, "", said)
    assert command(name, "--option", "argument") == (2, "", said)


def test_a_library_that_is_missed_later_is_named_with_what_brings_it(
    command: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prove() -> None:
        raise ModuleNotFoundError("No module named 'z3.z3util'", name="z3.z3util")

    monkeypatch.setitem(application.BUILT_IN, "demo", prove)
    assert command("demo") == (2, "", "statewatt: this needs z3.z3util: pip install 'statewatt[cli,verify]'\n")


@pytest.mark.usefixtures("elsewhere")
def test_what_is_not_asked_for_is_not_loaded(command: Commands, tmp_path: Path) -> None:
    command("replay", tmp_path / "missing")
    command("single", "--help")
    assert "commands_from_nowhere" not in sys.modules
    assert command("replay", "--help")[1].count("FILE.jsonl")


# --- objects that are named ---


def test_an_object_is_found_by_module_and_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert named("os:path.sep", "it") == os.path.sep
    (tmp_path / "depot_of_mine.py").write_text("class Depot: ...")
    monkeypatch.chdir(tmp_path)
    assert named("depot_of_mine:Depot", "the system").__name__ == "Depot"


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("os", "is written as module:Name"),
        ("os:", "is written as module:Name"),
        (":path", "is written as module:Name"),
        ("os path:sep", "is written as module:Name"),
        ("nowhere.station:Station", "there is no module 'nowhere'"),
        ("os.nowhere:Station", "there is no module 'os.nowhere'"),
        ("os:Station", "os has no 'Station'"),
    ],
)
def test_what_is_not_there_is_named(reference: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        named(reference, "the system")
    assert str(caught.value).startswith("the system")
    assert reason in str(caught.value)


def test_a_module_that_fails_is_not_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "failing_depot.py").write_text("import nowhere_at_all")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        named("failing_depot:Depot", "the system")
