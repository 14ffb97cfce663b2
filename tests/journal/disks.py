"""Disks: one that does not wait for the hardware, and one that fails when it is told to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from statewatt.engine.journal import storage


class QuickConnection(sqlite3.Connection):
    """Does not wait until what was written has come to the disk: a killed process does not need it."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return super().execute(sql.replace("synchronous = FULL", "synchronous = OFF"), parameters)


@dataclass
class Fault:
    """The call at which the disk fails, counted from 0; before or after it is done."""

    at: int
    after: bool = False
    name: str = "SQLITE_IOERR"
    times: int = 1
    calls: int = field(default=0)
    struck: int = field(default=0)

    def strikes(self, after: bool) -> None:
        here = self.calls - 1 if after else self.calls
        if not after:
            self.calls += 1
        if after == self.after and self.at <= here < self.at + self.times:
            self.struck += 1
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorname = self.name
            raise error


def quick(monkeypatch: pytest.MonkeyPatch, fault: Fault | None = None) -> None:
    """Let journals be on a quick disk, that fails if there is a fault."""

    class Connection(QuickConnection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
            return self._done(lambda: QuickConnection.execute(self, sql, parameters))

        def executemany(self, sql: str, parameters: Any, /) -> sqlite3.Cursor:
            return self._done(lambda: QuickConnection.executemany(self, sql, parameters))

        def executescript(self, sql: str, /) -> sqlite3.Cursor:
            return self._done(lambda: QuickConnection.executescript(self, sql))

        def _done(self, work: Callable[[], sqlite3.Cursor]) -> sqlite3.Cursor:
            if fault is None:
                return work()
            fault.strikes(after=False)
            done = work()
            fault.strikes(after=True)
            return done

    def connected(uri: str) -> sqlite3.Connection:
        return sqlite3.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5, factory=Connection
        )

    def nothing(path: Path) -> None:
        pass

    monkeypatch.setattr(storage, "connected", connected)
    monkeypatch.setattr(storage, "_synchronize", nothing)
