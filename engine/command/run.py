"""``statewatt run``: a station on JSON lines."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from .description import read_description
from .loading import RUNNING, named
from .values import json_line

LONGEST = 1 << 20
"""Bytes of the longest line."""
AHEAD = 256
"""Lines that are read before the first of them is on the disk."""
PATIENCE = {"end of input": 60.0, "signal": 5.0}
"""Seconds that what was begun (a validation, for instance) gets to come to its end."""
NOBODY_LISTENS = 141
"""The exit status where the reader of the output has gone."""


def run(
    config: Annotated[
        Path | None, typer.Argument(metavar="[CONFIG.toml]", help="Describes the station.", show_default=False)
    ] = None,
    journal: Annotated[
        Path | None, typer.Option("--journal", metavar="FILE", help="Keep everything there, and go on from it.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check the description, say what it describes, and run nothing.")
    ] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON schema of CONFIG.toml.")] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Go on from the state of a journal of another version of the model.")
    ] = False,
) -> int:
    """Run a station: events in as JSON lines, commands out as JSON lines.

    Each line that comes in is acknowledged by {"ack": N} once it is on the disk. SIGTERM ends it in order; after
    SIGKILL the next run on the same journal goes on where this one was. Without CONFIG.toml it is the station that
    the journal describes, or that a first line {"cmd": "configure", …} does, or one with two EVSEs.
    """
    station: Any = named(RUNNING, "the station")
    if schema:
        print(json.dumps(station.schema(), indent=2))
        return 0
    data = read_description(config, station.schema(), station.problems) if config else None
    setup = station.setup(data, journal, config.parent if config else Path(), adopt=adopt)
    if check:
        print(f"{config or 'the default'}: {station.summary(setup)}")
        return 0
    if sys.stdin.isatty():
        print('type a command, such as {"cmd": "inspect"}; the end of input ends the station', file=sys.stderr)
    known = config is not None or (setup.journal is not None and setup.journal.exists())

    def begin(first: bytes) -> Any:
        return station.lines(setup if known else station.setup_of_line(first, setup.journal), write)

    sys.stdout.flush()
    return asyncio.run(Runner(begin, wait=not known).run())


def write(message: Mapping[str, Any]) -> None:
    """Write a message to standard output, past Python's buffers: it has left when this returns."""
    data = json_line(message).encode()
    while data:
        data = data[os.write(1, data) :]


class Runner:
    """Feeds standard input to a station until it ends, or a signal says so.

    ``begin`` makes the station; with ``wait``, of the first line that comes.
    """

    def __init__(self, begin: Callable[[bytes], Any], *, wait: bool) -> None:
        self._begin = begin
        self._wait = wait
        self._lines: Any = None
        self._early: list[bytes] = []
        self._room = threading.Semaphore(AHEAD)
        self._first = asyncio.Event()
        self._stop = asyncio.Event()
        self._ended = ""

    async def run(self) -> int:
        """The exit status."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            # On Windows a loop takes no signals, and nobody's does outside the main thread.
            with suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(number, self._end, "signal")
        if self._wait:
            self._read_apart(loop)
            await _either(self._first, self._stop)
            if not self._early:
                return 0
        async with self._begin(self._early[0] if self._early else b"") as lines:
            self._lines = lines
            for line in self._early:
                self._take(line)
            if not self._wait:
                self._read_apart(loop)
            await _either(self._stop, lines.gone)
            await lines.close(PATIENCE.get(self._ended, 0.0))
        if lines.gone.is_set():
            return NOBODY_LISTENS
        if trouble := lines.trouble():
            print(f"statewatt run: what was not acknowledged is not kept: {trouble}", file=sys.stderr)
        return 1 if trouble else 0

    def _end(self, why: str) -> None:
        self._ended = self._ended or why
        self._stop.set()

    def _read_apart(self, loop: asyncio.AbstractEventLoop) -> None:
        threading.Thread(target=self._read, args=(loop,), daemon=True).start()

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        rest = b""
        with suppress(RuntimeError):  # the loop is closed
            while chunk := os.read(0, 1 << 16):
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    self._hand_over(loop, line)
                # Of a line that is too long, so much is kept that this is seen.
                rest = rest[: LONGEST + 1]
            if rest.strip():
                self._hand_over(loop, rest)
            loop.call_soon_threadsafe(self._end, "end of input")

    def _hand_over(self, loop: asyncio.AbstractEventLoop, line: bytes) -> None:
        self._room.acquire()
        loop.call_soon_threadsafe(self._take, line)

    def _take(self, line: bytes) -> None:
        if self._lines is None:
            self._early.append(line)
            self._first.set()
            return
        with suppress(ValueError):  # the station has closed
            self._lines.take(line, LONGEST).add_done_callback(self._taken)

    def _taken(self, taken: asyncio.Future[Any]) -> None:
        self._room.release()


async def _either(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
