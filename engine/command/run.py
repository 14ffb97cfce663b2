"""``statewatt run``: a station on JSON lines."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from .loading import LINES, named
from .values import json_line

LONGEST = 1 << 20
"""Bytes of the longest line."""
AHEAD = 256
"""Lines that are read before the first of them is on the disk."""
PATIENCE = {"end of input": 60.0, "signal": 5.0}
"""Seconds that what was begun (a validation, for instance) gets to come to its end."""


def run(
    config: Annotated[
        Path | None, typer.Argument(metavar="[CONFIG.toml]", help="Describes the station.", show_default=False)
    ] = None,
    journal: Annotated[
        Path | None, typer.Option("--journal", metavar="FILE", help="Keep everything there, and go on from it.")
    ] = None,
) -> int:
    """Run a station: events in as JSON lines, commands out as JSON lines.

    Each line that comes in is acknowledged by {"ack": N} once it is on the disk. SIGTERM ends it in order; after
    SIGKILL the next run on the same journal goes on where this one was.
    """
    make: Callable[..., Any] = named(LINES, "the station")
    station: Mapping[str, Any] | None = None
    with Output() as output:
        lines = make(station, output.write, journal=journal)
        return asyncio.run(Runner(lines).run())


class Output:
    """Standard output, a line at a time, past Python's buffers."""

    def __enter__(self) -> Output:
        sys.stdout.flush()
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def write(self, message: Mapping[str, Any]) -> None:
        """Write one message; it has left when this returns."""
        data = json_line(message).encode()
        while data:
            data = data[os.write(1, data) :]


class Runner:
    """Feeds standard input to a station until it ends, or a signal says so."""

    def __init__(self, lines: Any) -> None:
        self._lines = lines
        self._room = threading.Semaphore(AHEAD)
        self._ended = ""

    async def run(self) -> int:
        """The exit status."""
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(number, self._end, "signal", stop)
        async with self._lines as lines:
            reader = threading.Thread(target=self._read, args=(loop, stop), daemon=True)
            reader.start()
            ends = [asyncio.create_task(event.wait()) for event in (stop, lines.gone)]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()
            await lines.close(PATIENCE.get(self._ended, 0.0))
        return 141 if self._lines.gone.is_set() else 0

    def _end(self, why: str, stop: asyncio.Event) -> None:
        self._ended = self._ended or why
        stop.set()

    def _read(self, loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
        rest = b""
        with suppress(RuntimeError):  # the loop is closed
            while chunk := os.read(0, 1 << 16):
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    self._room.acquire()
                    loop.call_soon_threadsafe(self._take, line)
                if len(rest) > LONGEST:
                    rest = rest[: LONGEST + 1]
            if rest.strip():
                loop.call_soon_threadsafe(self._take, rest)
            loop.call_soon_threadsafe(self._end, "end of input", stop)

    def _take(self, line: bytes) -> None:
        self._lines.take(line).add_done_callback(self._taken)

    def _taken(self, taken: asyncio.Future[Any]) -> None:
        self._room.release()
