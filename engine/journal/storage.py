"""The journal's file: SQLite in WAL mode, each transaction on the disk (``synchronous=FULL``) before it counts.

Beside SQLite's own checks, each row is sealed: the seals of the entries form a chain, so that a row that was changed,
lost or put in is noticed. One process at a time writes, others may read meanwhile. A file is only read until it is
known to be in order; a new one comes into being as a whole, so that one without content is a damaged one.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from .lock import Lock
from .rows import (
    APPLICATION,
    FORMAT,
    SCHEMA,
    DamagedError,
    EntryRow,
    JournalError,
    OutboxRow,
    SnapshotRow,
    StorageError,
    Writing,
    seal,
    sealed_entry,
)

LARGEST_LOG = 16 << 20
"""Bytes of SQLite's write-ahead log (``…-wal``) beyond which it is cut when it is done with."""


class Storage:
    """One open journal file. Whatever fails is a ``JournalError``, or a ``StorageError`` if the disk failed."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the file for reading and check its form; ``new``: there is none yet."""
        self.path = path
        self._lock = None if read_only else Lock(path)
        self._open: sqlite3.Connection | None = None
        try:
            self.new = not read_only and self._is_new()
            if not self.new:
                self._read()
        except BaseException:
            self.close()
            raise

    def _is_new(self) -> bool:
        if self.path.exists():
            return False
        log = self.path.with_name(f"{self.path.name}-wal")
        if _has_content(log):
            raise JournalError(
                f"the journal {self.path} is gone, and {log.name} is left of it: put the file back, or move that one "
                "away to begin anew"
            )
        return True

    def _read(self) -> None:
        """Open it for reading: not a byte of it changes. All that is read is of one moment."""
        if not self.path.is_file():
            raise JournalError(f"there is no journal {self.path}")
        with self._failing("open"):
            self._open = connected(f"{self.path.absolute().as_uri()}?{self._way_of_reading()}")
        with self._failing("read"):
            application, version = self._one("PRAGMA application_id"), self._one("PRAGMA user_version")
        if application != APPLICATION:
            raise JournalError(f"{self.path} is no journal of a station; name another file")
        if version > FORMAT:
            raise JournalError(
                f"{self.path} has journal format {version}, this version reads up to {FORMAT}: use a newer statewatt"
            )
        with self._failing("read"):
            self._connection.execute("BEGIN")
            problems = [row[0] for row in self._rows("PRAGMA quick_check(5)")]
        if problems != ["ok"]:
            raise self.damaged(f"SQLite finds: {'; '.join(problems)}")

    def _way_of_reading(self) -> str:
        """A journal that was closed in order needs no files beside it where nobody writes to it: where the lock is
        held, or on a medium that cannot be written to."""
        folder = self.path.absolute().parent
        alone = self._lock is not None or not os.access(folder, os.W_OK)
        at_rest = not _has_content(self.path.with_name(f"{self.path.name}-wal"))
        return "mode=ro&immutable=1" if alone and at_rest else "mode=ro"

    # --- becoming writable -------------------------------------------------------------------------------------------

    def create(self, about: dict[str, str], snapshot: SnapshotRow) -> None:
        """Make the file with its first content, all at once, and open it for writing."""
        made = self.path.with_name(f"{self.path.name}.new")
        try:
            for left in (made, made.with_name(f"{made.name}-journal"), made.with_name(f"{made.name}-wal")):
                left.unlink(missing_ok=True)
            with self._failing("create"):
                self._open = connected(f"{made.absolute().as_uri()}?mode=rwc")
                self._connection.executescript(SCHEMA)
                self._put(Writing(about=about, snapshot=snapshot))
                self._connection.execute("COMMIT")
                self._connection.execute("PRAGMA journal_mode = WAL")
            self._disconnect()
            _synchronize(made)
            made.replace(self.path)
            _synchronize(self.path.absolute().parent)
        except OSError as error:
            raise StorageError(f"cannot create the journal {self.path}: {error}") from error
        self.new = False
        self.begin_writing()

    def begin_writing(self) -> None:
        """Open it for writing, now that it is known to be in order."""
        self._disconnect()
        with self._failing("open"):
            self._open = connected(f"{self.path.absolute().as_uri()}?mode=rw")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(f"PRAGMA journal_size_limit = {LARGEST_LOG}")
            # A file that is read-only opens well; that it cannot be written to is said now, not at the first input.
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("ROLLBACK")

    def damaged(self, what: str) -> DamagedError:
        """The error for a file that is not as it was written."""
        return DamagedError(
            f"the journal {self.path} is damaged: {what}. It was left as it is: put a copy back, or keep it for "
            "inspection and begin with another file"
        )

    # --- reading -----------------------------------------------------------------------------------------------------

    def meta(self) -> dict[str, str]:
        """What the journal was made for."""
        found: dict[str, str] = {}
        with self._failing("read"):
            for name, value, sealed in self._rows("SELECT name, value, seal FROM meta"):
                if sealed != seal("meta", name, value):
                    raise self.damaged(f"{name!r} of its description does not match its checksum")
                found[name] = value
        return found

    def snapshots(self) -> list[SnapshotRow]:
        """All snapshots, the oldest first."""
        with self._failing("read"):
            rows = [SnapshotRow(*row) for row in self._rows("SELECT * FROM snapshots ORDER BY after")]
            for row in rows:
                if row.seal != seal("snapshot", *row[:-1]):
                    raise self.damaged(f"the snapshot after entry {row.after} does not match its checksum")
        return rows

    def entries(self, after: SnapshotRow) -> Iterator[EntryRow]:
        """The entries after a snapshot, in order, each checked."""
        chain, number = after.chain, after.after
        with self._failing("read"):
            for found in self._connection.execute("SELECT * FROM entries WHERE number > ? ORDER BY number", (number,)):
                row = EntryRow(*found)
                number += 1
                if row.number != number:
                    raise self.damaged(f"entry {number} is missing")
                if row.seal != sealed_entry(chain, row[:-1]):
                    raise self.damaged(f"entry {number} does not match its checksum")
                chain = row.seal
                yield row

    def outbox(self) -> list[OutboxRow]:
        """The commands that were not reported as delivered, in order."""
        with self._failing("read"):
            rows = [OutboxRow(*row) for row in self._rows("SELECT * FROM outbox ORDER BY id")]
            for row in rows:
                if row.seal != seal("command", *row[:-1]):
                    raise self.damaged(f"command {row.id} does not match its checksum")
        return rows

    def full_check(self) -> list[str]:
        """What SQLite's longest check finds."""
        with self._failing("read"):
            return [row[0] for row in self._rows("PRAGMA integrity_check(20)") if row[0] != "ok"]

    def size(self) -> int:
        """Bytes of the file."""
        with self._failing("read"):
            return int(self._one("PRAGMA page_count")) * int(self._one("PRAGMA page_size"))

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(self, writing: Writing) -> None:
        """One transaction, all or nothing. It is on the disk when this returns."""
        with self._failing("write"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._put(writing)
                self._connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            if writing.forget is not None:
                self._rows("PRAGMA incremental_vacuum")

    def _put(self, writing: Writing) -> None:
        run, many = self._connection.execute, self._connection.executemany
        many("INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?)", writing.entries)
        many("INSERT INTO outbox VALUES (?,?,?,?)", writing.commands)
        many("DELETE FROM outbox WHERE id = ?", [(number,) for number in writing.done])
        for name, value in writing.about.items():
            run("INSERT OR REPLACE INTO meta VALUES (?,?,?)", (name, value, seal("meta", name, value)))
        if writing.snapshot:
            run("INSERT OR REPLACE INTO snapshots VALUES (?,?,?,?,?,?)", writing.snapshot)
        many("DELETE FROM snapshots WHERE after = ?", [(number,) for number in writing.drop])
        if writing.forget is not None:
            run("DELETE FROM entries WHERE number <= ?", (writing.forget,))
            run("DELETE FROM snapshots WHERE after < ?", (writing.forget,))

    def close(self) -> None:
        """Close the file and let go of the lock."""
        self._disconnect()
        if self._lock:
            self._lock.release()

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            raise StorageError(f"the journal {self.path} is closed")
        return self._open

    def _disconnect(self) -> None:
        if self._open is not None:
            with suppress(sqlite3.Error):
                self._open.close()
            self._open = None

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()

    def _one(self, sql: str) -> Any:
        return self._rows(sql)[0][0]

    @contextmanager
    def _failing(self, what: str) -> Generator[None]:
        """SQLite's errors as ours."""
        try:
            yield
        except sqlite3.Error as error:
            name = cast("str", getattr(error, "sqlite_errorname", "") or "")
            if name.startswith("SQLITE_NOTADB"):
                raise JournalError(f"{self.path} is no journal of a station; name another file") from error
            # Errors without a name are those of the module itself, such as text that is no UTF-8.
            if name.startswith("SQLITE_CORRUPT") or (what == "read" and name in ("", "SQLITE_ERROR")):
                raise self.damaged(str(error)) from error
            raise StorageError(f"cannot {what} the journal {self.path}: {error} ({name or 'SQLite'})") from error
        except (OverflowError, UnicodeError, TypeError, ValueError) as error:
            if what != "read" or isinstance(error, JournalError):
                raise
            raise self.damaged(f"{type(error).__name__}: {error}") from error


def connected(uri: str) -> sqlite3.Connection:
    """A connection to the file; any thread may use it, one at a time."""
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5)


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def _synchronize(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    if os.name == "nt" and path.is_dir():
        return  # folders cannot be opened there, and their names are written in order
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
