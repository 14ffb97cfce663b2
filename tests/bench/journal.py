"""Durable inputs a second: a running station on asyncio with its journal, beside the same without one.

Every requester hands in a whole start–stop cycle at a time and waits until all five inputs are taken, which with a
journal means that they are on the disk, and until the display has shown the result of its token, so that no commands
pile up. Many requesters at once are what a commit is shared by.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from statewatt.models.ports import NoDisplay, NoEvses, Ports, Sent
from statewatt.models.requests import Topology, config
from statewatt.models.service import Station
from statewatt.models.values import ConnectorType, IdToken, TokenHandlingResult

from .figures import Effort, Figure, Outcome, Progress, Result, Target, found
from .timing import interleaved

WHAT = "inputs taken"
WITH, WITHOUT = "with a journal", "without a journal"
SIZES = (2, 10, 50)
REQUESTERS = 16
EVENTS = ("SessionStarted", "TransactionStarted", "TransactionFinished", "SessionFinished")


def measure(effort: Effort, tell: Progress) -> Result:
    """Inputs a second at stations of each size."""
    with tempfile.TemporaryDirectory() as folder:
        number = iter(range(1_000_000))
        sizes = SIZES[:1] if effort.quick else SIZES
        turns: dict[tuple[str, int], Callable[[], float]] = {}
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


class Display(NoDisplay):
    """Lets each requester know that the result of its token was shown."""

    def __init__(self) -> None:
        self.shown: dict[str, asyncio.Event] = {}

    async def result(self, token: IdToken, result: TokenHandlingResult, evse: int | None, sent: Sent) -> None:
        """It was shown."""
        self.shown[token.text].set()


async def _rate(path: Path | None, size: int, least: float) -> float:
    """Inputs a second of a new station."""
    topology = Topology([(n, [(1, ConnectorType.cCCS2)]) for n in range(1, size + 1)])
    cycles, display = 0, Display()
    ports = Ports(NoEvses(), [], display)
    async with Station(topology, config({"connection_timeout": 60}), ports, journal=path) as station:

        async def requester(number: int) -> None:
            nonlocal cycles
            token = f"CARD{number}"
            shown = display.shown[token] = asyncio.Event()
            while time.perf_counter() < end:
                await _cycle(station, number % size + 1, token)
                await shown.wait()
                shown.clear()
                cycles += 1

        begin = time.perf_counter()
        end = begin + least
        await asyncio.gather(*(requester(number) for number in range(REQUESTERS)))
        spent = time.perf_counter() - begin
        lost = sum(port.lost for port in station.health().ports.values())
    if lost:
        raise AssertionError(f"{lost} commands were lost")
    return cycles * (1 + len(EVENTS)) / spent


async def _cycle(station: Station, evse: int, token: str) -> None:
    """All five inputs at once; they are taken in their order, and those of others come before or after."""
    events = [station.session_event(evse, event, 1, "EVConnected") for event in EVENTS]
    await asyncio.gather(station.present(token, connectors=[evse], prevalidated=True), *events)


def _synced(path: Path) -> float:
    """Seconds until 4 KiB are on the disk."""
    with path.open("ab") as file:
        begin = time.perf_counter()
        file.write(b"x" * 4096)
        file.flush()
        os.fsync(file.fileno())
        return time.perf_counter() - begin
