"""The bundled module, in a process where nothing else is to be found, does what the engine does."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from statewatt.engine import load
from statewatt.engine.bundling.module import module_name
from tests.bundling.runs import module_of, recorded_days, replayed, walks
from tests.engine.examples import garage
from tests.engine.test_indexes import SYSTEMS

HEAVY = {"dataclasses", "inspect", "typing", "re", "datetime", "ast", "importlib.util", "contextlib", "statemachine"}
"""What takes longer to import than a whole station to start."""


def test_the_recorded_days_go_as_with_the_engine(tmp_path: Path) -> None:
    runs = recorded_days()
    assert sum(len(run["steps"]) for run in runs) > 10_000
    loaded, differences = replayed(tmp_path, module_of("station"), "ChargingStation", runs)
    assert differences == []
    assert not HEAVY & {*loaded}
    assert {name.partition(".")[0] for name in loaded} <= {*sys.stdlib_module_names, "__main__", "bundled"}
    assert [path.name for path in tmp_path.iterdir() if path.suffix] == ["bundled.py"]


@pytest.mark.parametrize("name", SYSTEMS)
def test_random_walks_go_as_with_the_engine(name: str, tmp_path: Path) -> None:
    runs, counted = walks(name, range(20 if name == "garage" else 100), 12)
    assert counted["taken"] > 60, counted
    assert replayed(tmp_path, module_of(name), SYSTEMS[name][0].__name__, runs)[1] == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("self._state_usage = 'in_use'", "self._state_usage = 'free'"),
        ("SelectionAlgorithm.FindFirst: _find_first", "SelectionAlgorithm.FindFirst: _user_input"),
        ("return (self.value,) == (other.value,)", "return (self.text,) == (other.text,)"),
        ("earliest is None or at < earliest", "earliest is None or at > earliest"),
    ],
)
def test_a_mistake_in_any_part_of_it_is_noticed(right: str, wrong: str, tmp_path: Path) -> None:
    module = module_of("station")
    assert right in module
    assert replayed(tmp_path, module.replace(right, wrong, 1), "ChargingStation", recorded_days()[::4])[1] != []


@pytest.mark.parametrize("name", SYSTEMS)
def test_its_first_lines_show_its_use(name: str, tmp_path: Path) -> None:
    module = module_name(load(SYSTEMS[name][0]).system)
    (tmp_path / f"{module}.py").write_text(module_of(name), encoding="utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import doctest, {module}; print(doctest.testmod({module}))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "TestResults(failed=0, attempted=3)\n"


def test_the_example_of_its_page_runs(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "compile.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (tmp_path / "charging_station.py").write_text(module_of("station"), encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{example}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    refused = "choose of Authorization 1 is refused: Authorization 1 is granted\n"
    assert (done.stdout, done.stderr) == (refused, "")


def test_a_traceback_shows_its_own_lines_and_the_lines_of_the_model(tmp_path: Path) -> None:
    (tmp_path / "garage.py").write_text(module_of("garage"), encoding="utf-8")
    code = f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
from garage import *
garage = Garage(Rules(patience=5), [Birth("Job", {{
    "customer": Customer("Ann"), "kind": Kind.CHECK, "previous": None, "tools": frozenset(), "deadline": None}})])
try:
    garage.step(Event("Job", "swear", 1), 0)
except EngineFault as error:
    print(error.where, error.reason)
    raise
"""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    model = Path(garage.__file__).read_text(encoding="utf-8").splitlines()
    [line] = [number for number, text in enumerate(model, 1) if text.strip() == "assert self.lift is not None"]
    assert done.stdout.splitlines() == [f"garage.py:{line} the assertion does not hold"]
    assert f"garage.EngineFault: garage.py:{line}: the assertion does not hold" in done.stderr
    assert "in _do_assert_nonsense" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "wait4"), reason="no processor time of a child")
def test_it_starts_in_less_than_thirty_milliseconds(tmp_path: Path) -> None:
    (tmp_path / "charging_station.py").write_text(module_of("station"), encoding="utf-8")
    station = f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
from charging_station import *
evses = [Birth("Evse", {{"number": number}}) for number in (1, 2)]
sockets = [Birth("Connector", {{"evse": key, "number": 1, "type": ConnectorType.cCCS2}}) for key in (1, 2)]
ChargingStation(Config(connection_timeout=60_000), [*evses, *sockets])
"""
    processor_time(station)  # writes the bytecode
    turns = [(processor_time(station), processor_time("pass")) for _ in range(31)]
    assert statistics.median(mine for mine, _ in turns) - statistics.median(bare for _, bare in turns) < 0.030


def processor_time(code: str) -> float:
    """The time that a process takes of a processor, whatever else there is to do, in seconds."""
    python = sys.executable
    process = os.posix_spawn(python, [python, "-I", "-S", "-c", code], os.environ)
    _, status, used = os.wait4(process, 0)
    assert status == 0
    return used.ru_utime + used.ru_stime
