"""Imports, each in a fresh process: how long until the process has ended, and what it has loaded."""

from __future__ import annotations

import py_compile
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from statewatt.engine import load
from statewatt.engine.bundling import compiled_module
from statewatt.models.station import ChargingStation

from .figures import Effort, Figure, Outcome, Progress, Result, Target
from .timing import interleaved

WHAT = "a process, from its start to its end"
ALONE, LIBRARY, ENGINE = "interpreter alone", "python-statemachine", "statewatt.engine"
DECLARED = "the declarations of a station"
STATION = "a station of 2 EVSEs, read from its source and compiled"
READY = """
from statewatt.engine import load
from statewatt.models.requests import Topology, config
from statewatt.models.station import ChargingStation
from statewatt.models.values import ConnectorType
topology = Topology([(n, [(1, ConnectorType.cCCS2)]) for n in (1, 2)])
load(ChargingStation).start(config({"connection_timeout": 60}), topology.births)
"""
COMPILED = "the same as a compiled module, imported and made"
MADE = """
import sys
sys.path.insert(0, {folder!r})
from charging_station import Birth, ChargingStation, Config, ConnectorType
births = [Birth("Evse", {{"number": n}}) for n in (1, 2)]
births += [Birth("Connector", {{"evse": n, "number": 1, "type": ConnectorType.cCCS2}}) for n in (1, 2)]
ChargingStation(Config(connection_timeout=60_000), births)
"""
CASES = {
    ALONE: "",
    LIBRARY: "import statemachine",
    ENGINE: "import statewatt.engine",
    DECLARED: "import statewatt.models.station",
    STATION: READY,
}
"""What each process does."""

BEYOND = (
    (ENGINE, LIBRARY, Target(30, most=True)),
    (DECLARED, LIBRARY, None),
    (STATION, ALONE, None),
    (STATION, LIBRARY, None),
    (COMPILED, ALONE, Target(30, most=True)),
)
"""The one takes so much longer than the other."""

HEAVY = ("z3", "networkx", "graphviz", "quickjs", "typer", "rich", "click", "sphinx", "ocpp")
"""Libraries that nothing of this is to load."""


def measure(effort: Effort, tell: Progress) -> Result:
    """Milliseconds of a process."""
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "charging_station.py")
        module.write_text(compiled_module(load(ChargingStation).system), encoding="utf-8")
        py_compile.compile(str(module))  # as an image has it, whatever the environment says of writing bytecode
        cases = {**CASES, COMPILED: MADE.format(folder=folder)}
        # The first time, Python compiles what is new.
        loaded = {name: _heavy(code) for name, code in cases.items()}
        turns = {name: partial(_milliseconds, code) for name, code in cases.items()}
        samples = interleaved(turns, 1 if effort.quick else 21, tell, "start")
    figures = tuple(Figure(WHAT, name, "ms", tuple(each)) for name, each in samples.items())
    outcomes = [
        Outcome(f"{one}, beyond {other}", _more(samples[one], samples[other]), "ms", target)
        for one, other, target in BEYOND
    ]
    notes = [f"{name} loads {', '.join(heavy)}" for name, heavy in loaded.items() if heavy]
    return Result(figures, tuple(outcomes), tuple(notes or [f"none of these loads {', '.join(HEAVY)}"]), beside=ALONE)


def _more(one: Sequence[float], other: Sequence[float]) -> float:
    return statistics.median(a - b for a, b in zip(one, other, strict=True))


def _milliseconds(code: str) -> float:
    begin = time.perf_counter()
    _run(code)
    return (time.perf_counter() - begin) * 1_000


def _heavy(code: str) -> list[str]:
    return _run(f"{code}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])").split()


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
