"""What an instance costs: the time to make one, its memory, and that of a process with 10 000 stations."""

from __future__ import annotations

import gc
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from statewatt.engine import load
from statewatt.models.requests import Topology, config
from statewatt.models.station import ChargingStation
from statewatt.models.values import ConnectorType

from . import by_hand, connector, station
from .figures import Effort, Figure, Outcome, Progress, Result, Target, found, present, ratio
from .timing import interleaved, seconds_each

CONNECTOR, STATION = "a connector", "a station of 2 EVSEs"
FLEET = 10_000
MEGABYTE = 1_000_000


def measure(effort: Effort, tell: Progress) -> Result:
    """Microseconds and kilobytes of an instance; megabytes of a fresh process with many stations."""
    contenders, notes = present(connector.CONTENDERS)
    connectors: dict[str, Callable[[], object]] = {c.name: partial(c.make, False) for c in contenders}
    figures = [*_figures(CONNECTOR, connectors, effort, tell), *_figures(STATION, _stations(), effort, tell)]
    many = 20 if effort.quick else FLEET
    fleets = list(_fleets(many, effort, tell))
    outcomes = list(_outcomes(figures))
    for figure in fleets:
        if figure.contender.startswith("statewatt") and not effort.quick:
            outcomes.append(Outcome(f"{figure.contender}, {figure.what}", figure.median, "MB", Target(300, most=True)))
    notes.append(
        f"each of the {_spaced(many)} stations has a transaction running: nothing of what it keeps is another's"
    )
    return Result((*figures, *fleets), tuple(outcomes), tuple(notes), beside=connector.STATEMACHINE)


def _spaced(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def _stations() -> dict[str, Callable[[], object]]:
    engine, (topology, settled) = load(ChargingStation), _described()
    return {
        station.OURS: lambda: engine.start(settled, topology.births),
        station.IN_PLACE: lambda: engine.live(settled, topology.births),
        station.BY_HAND: lambda: by_hand.Station(topology, settled),
    }


def _described() -> tuple[Topology, Any]:
    return Topology([(n, [(1, ConnectorType.cCCS2)]) for n in (1, 2)]), config({"connection_timeout": 60})


def _figures(what: str, makers: dict[str, Callable[[], object]], effort: Effort, tell: Progress) -> Iterator[Figure]:
    for make in makers.values():
        make()
    turns = {name: partial(seconds_each, make, effort.seconds / 2) for name, make in makers.items()}
    for name, samples in interleaved(turns, effort.rounds, tell, what).items():
        yield Figure(f"making {what}", name, "µs", tuple(seconds * 1e6 for seconds in samples))
    for name, make in makers.items():
        yield Figure(f"memory of {what}", name, "kB", (_kilobytes(make, 5 if effort.quick else 200),))


def _kilobytes(make: Callable[[], object], many: int) -> float:
    """The memory of an instance: the mean over many; what the first one brings for all is not counted."""
    kept = [make()]
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    kept += [make() for _ in range(many)]
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / many / 1_000


def _outcomes(figures: list[Figure]) -> Iterator[Outcome]:
    for ours in figures:
        theirs = found(figures, f"making {CONNECTOR}", connector.STATEMACHINE)
        if ours.what == f"making {CONNECTOR}" and ours.contender.startswith("statewatt") and theirs:
            what = f"{connector.STATEMACHINE}, beside {ours.contender}: making {CONNECTOR}"
            yield Outcome(what, ratio(theirs, ours), "×", Target(100))


# --- many stations in a process --------------------------------------------------------------------------------------


def _fleets(many: int, effort: Effort, tell: Progress) -> Iterator[Figure]:
    what = f"a process with {_spaced(many)} stations of 2 EVSEs"
    names = [contender.name for contender in station.CONTENDERS]
    turns = {name: partial(_megabytes, name, many) for name in names}
    turns["one station alone"] = partial(_megabytes, names[0], 1)
    for name, samples in interleaved(turns, 1 if effort.quick else 3, tell, what).items():
        yield Figure(what, name, "MB", tuple(samples))


def _megabytes(name: str, many: int) -> float:
    """The most memory that a fresh process has held, with so many stations."""
    code = f"from statewatt.bench.instances import fleet; fleet({name!r}, {many})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout) / MEGABYTE


def fleet(name: str, many: int) -> None:
    """Make that many stations, each with a transaction running, and print how many bytes the process has held."""
    contender = next(c for c in station.CONTENDERS if c.name == name)
    topology, settled = _described()
    kept = [contender.make(topology, settled) for _ in range(many)]
    given = list(station.cycle(topology, 1, "CARD", [1]))[:3]
    for runner in kept:
        for now, each in enumerate(given, 1):
            runner.ready(each)(now)
    print(_held())


def _held() -> int:
    """The most bytes of memory that this process has held."""
    try:
        # What getrusage tells on Linux may be of the process that has started this one.
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        import resource  # There is none on Windows.

        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return held if sys.platform == "darwin" else held * 1024
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
