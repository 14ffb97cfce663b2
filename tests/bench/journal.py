"""Durable inputs a second: a running station on asyncio with its journal, beside the same without one.

Every requester hands in a whole start–stop cycle at a time and waits until all five inputs are taken, which with a
journal means that they are on the disk. Many requesters at once are what a commit is shared by.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Iterator
from functools import partial
from pathlib import Path

from statewatt.models.ports import NoEvses, Ports
from statewatt.models.requests import Topology, config
from statewatt.models.service import Station
from statewatt.models.values import ConnectorType

from .figures import Effort, Figure, Outcome, Progress, Result, Target, found
from .timing import interleaved

WHAT = "inputs taken"
WITH, WITHOUT = "with a journal", "without a journal"
SIZES = (2, 10, 50)
REQUESTERS = 16


def measure(effort: Effort, tell: Progress) -> Result:
    """Inputs a second at stations of each size."""
    with tempfile.TemporaryDirectory() as folder:
        number = iter(range(1_000_000))
        sizes = SIZES[:1] if effort.quick else SIZES
        turns = {}
        for size in sizes:
            for name in (WITH, WITHOUT):
                turns[name, size] = partial(_turn, Path(folder), number if name == WITH else None, size, effort)
        samples = interleaved(turns, effort.rounds, tell, "journal")
        synced = [_synced(Path(folder) / "alone") * 1e6 for _ in range(20)]
    figures = [Figure(WHAT, name, "inputs/s", tuple(each), size) for (name, size), each in samples.items()]
    figures.append(Figure("a write of 4 KiB until it is on the disk", "fsync", "µs", tuple(synced)))
    outcomes: list[Outcome] = []
    for size in sizes:
        if durable := found(figures, WHAT, WITH, size):
            outcomes.append(Outcome(f"durable, {size} EVSEs", durable.median, "inputs/s", Target(5_000)))
    notes = (
        f"{REQUESTERS} requesters; journals are written where temporary files are (TMPDIR); "
        f"a write there takes {statistics.median(synced):.0f} µs until it is on the disk",
    )
    return Result(tuple(figures), tuple(outcomes), notes, beside=WITHOUT, size="EVSEs")


def _turn(folder: Path, numbers: Iterator[int] | None, size: int, effort: Effort) -> float:
    path = None if numbers is None else folder / f"{next(numbers)}.journal"
    return asyncio.run(_rate(path, size, max(effort.seconds * 3, 0.05)))


async def _rate(path: Path | None, size: int, least: float) -> float:
    """Inputs a second of a new station."""
    topology = Topology([(n, [(1, ConnectorType.cCCS2)]) for n in range(1, size + 1)])
    taken = 0
    async with Station(topology, config({"connection_timeout": 60}), Ports(NoEvses(), []), journal=path) as station:

        async def requester(number: int) -> None:
            nonlocal taken
            while time.perf_counter() < end:
                taken += len(await asyncio.gather(*_cycle(station, number % size + 1, f"CARD{number}")))

        begin = time.perf_counter()
        end = begin + least
        await asyncio.gather(*(requester(number) for number in range(REQUESTERS)))
        return taken / (time.perf_counter() - begin)


def _cycle(station: Station, evse: int, token: str) -> Iterator[Awaitable[object]]:
    yield station.present(token, connectors=[evse], prevalidated=True)
    for event in ("SessionStarted", "TransactionStarted", "TransactionFinished", "SessionFinished"):
        yield station.session_event(evse, event, 1, "EVConnected")


def _synced(path: Path) -> float:
    """Seconds until 4 KiB are on the disk."""
    with path.open("ab") as file:
        begin = time.perf_counter()
        file.write(b"x" * 4096)
        file.flush()
        os.fsync(file.fileno())
        return time.perf_counter() - begin
