"""The journal's file: SQLite in WAL mode, each transaction on the disk (``synchronous=FULL``) before it counts.

Beside SQLite's own checks, each row is sealed: the seals of the entries form a chain, so that a row that was changed,
lost or put in is noticed. One process at a time writes; the lock is a second file beside the journal (``….lock``), let
go of by the operating system when its holder ends, however it ends. Others may read meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

from ..state import InputError

APPLICATION = 0x73747774
"""SQLite's ``application_id`` of a journal: ``stwt``."""
FORMAT = 1
"""SQLite's ``user_version`` of a journal; rises when it is written differently."""

_SCHEMA = f"""
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT};
BEGIN IMMEDIATE;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, seal BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (
    number INTEGER PRIMARY KEY, now INTEGER NOT NULL, event TEXT, picks TEXT NOT NULL, note TEXT,
    mark INTEGER NOT NULL, first INTEGER NOT NULL, commands INTEGER NOT NULL, seal BLOB NOT NULL
);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, command TEXT NOT NULL, seal BLOB NOT NULL);
CREATE TABLE snapshots (
    after INTEGER PRIMARY KEY, state TEXT NOT NULL, mark INTEGER NOT NULL, next INTEGER NOT NULL,
    chain BLOB NOT NULL, seal BLOB NOT NULL
);
"""


class JournalError(InputError):
    """The journal cannot be used; it says which, why, and what would do. The file was not changed."""


class StorageError(JournalError):
    """The disk failed. What was to be written counts as not written until the journal is opened again and says."""


class EntryRow(NamedTuple):
    """A row of ``entries``: ``event`` and ``picks`` are JSON, ``first`` is the id of its first command."""

    number: int
    now: int
    event: str | None
    picks: str
    note: str | None
    mark: int
    first: int
    commands: int
    seal: bytes


class SnapshotRow(NamedTuple):
    """A row of ``snapshots``: the state after an entry, the embedder's mark, and the id of the next command."""

    after: int
    state: str
    mark: int
    next: int
    chain: bytes
    seal: bytes


class OutboxRow(NamedTuple):
    """A row of ``outbox``: a command that has not been reported as delivered."""

    id: int
    entry: int
    command: str
    seal: bytes


def seal(*parts: object) -> bytes:
    """A checksum over the parts (it tells damage, not malice)."""
    text = json.dumps([p.hex() if isinstance(p, bytes) else p for p in parts], separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def sealed_entry(chain: bytes, row: Sequence[object]) -> bytes:
    """The seal of an entry (its fields without the seal) that follows one with the seal ``chain``."""
    return seal(chain, *row)


class Storage:
    """One open journal file. Whatever fails is a ``JournalError``, or a ``StorageError`` if the disk failed."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the file and check its form; ``new``: it has no content yet."""
        self.path = path
        self.read_only = read_only
        self._lock: sqlite3.Connection | None = None
        if not read_only:
            self._lock = _locked(path)
        try:
            self._connection = self._open()
            self.new = self._check_form()
        except BaseException:
            self._unlock()
            raise

    def _open(self) -> sqlite3.Connection:
        if self.read_only and not self.path.is_file():
            raise JournalError(f"there is no journal {self.path}")
        mode = "ro" if self.read_only else "rwc"
        with self._failing("open"):
            return sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=5,
            )

    def _check_form(self) -> bool:
        """Whether the file is new; ``JournalError`` for a file of another kind, which stays as it is."""
        query = self._one
        with self._failing("read"):
            application, version = query("PRAGMA application_id"), query("PRAGMA user_version")
            empty = query("SELECT count(*) FROM sqlite_schema") == 0
        if empty and application in (0, APPLICATION) and not self.read_only:
            return True
        if application != APPLICATION:
            raise JournalError(f"{self.path} is no journal of a station; name another file")
        if version > FORMAT:
            raise JournalError(
                f"{self.path} has journal format {version}, this version reads up to {FORMAT}: use a newer statewatt"
            )
        with self._failing("read"):
            problems = [row[0] for row in self._rows("PRAGMA quick_check(5)")]
        if problems != ["ok"]:
            raise self.damaged(f"SQLite finds: {'; '.join(problems)}")
        self._prepare()
        return False

    def _prepare(self) -> None:
        if not self.read_only:
            with self._failing("prepare"):
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")

    def create(self, meta: dict[str, str], snapshot: SnapshotRow) -> None:
        """Give a new file its tables and its first content, all in one transaction."""
        with self._failing("create"):
            try:
                self._connection.executescript(_SCHEMA)
                for name, value in meta.items():
                    self._put_meta(name, value)
                self._put_snapshot(snapshot)
                self._connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
        self._prepare()
        self.new = False

    def damaged(self, what: str) -> JournalError:
        """The error for a file that is not as it was written."""
        return JournalError(
            f"the journal {self.path} is damaged: {what}. It was left as it is: put a copy back, or keep it for "
            f"inspection (statewatt journal) and begin with another file"
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
            for found in self._rows("SELECT * FROM entries WHERE number > ? ORDER BY number", after.after):
                row = EntryRow(*found)
                number += 1
                if row.number != number:
                    raise self.damaged(f"entry {number} is missing")
                if row.seal != sealed_entry(chain, row[:-1]):
                    raise self.damaged(f"entry {number} does not match its checksum")
                chain = row.seal
                yield row

    def notes(self) -> list[tuple[int, int, str]]:
        """Of each entry with a note: its time, its mark and the note."""
        with self._failing("read"):
            rows = self._rows("SELECT now, mark, note FROM entries WHERE note IS NOT NULL ORDER BY number")
        return cast("list[tuple[int, int, str]]", rows)

    def outbox(self) -> list[OutboxRow]:
        """The commands that were not reported as delivered, in order."""
        with self._failing("read"):
            rows = [OutboxRow(*row) for row in self._rows("SELECT * FROM outbox ORDER BY id")]
        for row in rows:
            if row.seal != seal("command", *row[:-1]):
                raise self.damaged(f"command {row.id} does not match its checksum")
        return rows

    def size(self) -> int:
        """Bytes of the file."""
        with self._failing("read"):
            return int(self._one("PRAGMA page_count")) * int(self._one("PRAGMA page_size"))

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(
        self,
        entries: Iterable[EntryRow],
        commands: Iterable[tuple[int, int, str]],
        done: Iterable[int],
        snapshot: SnapshotRow | None = None,
        forget: int | None = None,
    ) -> None:
        """One transaction: entries, commands (id, entry, JSON), delivered commands, a snapshot, and the number of the
        snapshot before which all is forgotten. It is on the disk when this returns."""
        with self._failing("write"):
            run = self._connection.executemany
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                run("INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?)", entries)
                run("INSERT INTO outbox VALUES (?,?,?,?)", [(*row, seal("command", *row)) for row in commands])
                run("DELETE FROM outbox WHERE id = ?", [(number,) for number in done])
                if snapshot:
                    self._put_snapshot(snapshot)
                if forget is not None:
                    self._connection.execute("DELETE FROM entries WHERE number <= ?", (forget,))
                    self._connection.execute("DELETE FROM snapshots WHERE after < ?", (forget,))
                self._connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise
            if forget is not None:
                self._rows("PRAGMA incremental_vacuum")

    def put_meta(self, name: str, value: str) -> None:
        """Change what the journal says of itself."""
        with self._failing("write"):
            self._put_meta(name, value)

    def close(self) -> None:
        """Close the file and let go of the lock."""
        with suppress(sqlite3.Error):
            self._connection.close()
        self._unlock()

    # --- inside ------------------------------------------------------------------------------------------------------

    def _put_meta(self, name: str, value: str) -> None:
        row = (name, value, seal("meta", name, value))
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?,?,?)", row)

    def _put_snapshot(self, row: SnapshotRow) -> None:
        self._connection.execute("INSERT OR REPLACE INTO snapshots VALUES (?,?,?,?,?,?)", row)

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def _one(self, sql: str) -> Any:
        return self._rows(sql)[0][0]

    def _unlock(self) -> None:
        if self._lock:
            with suppress(sqlite3.Error):
                self._lock.close()

    @contextmanager
    def _failing(self, what: str) -> Generator[None]:
        """SQLite's errors as ours."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = cast("str", getattr(error, "sqlite_errorname", "") or "")
            if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or not code:
                if what == "read" and code == "SQLITE_NOTADB":
                    raise JournalError(f"{self.path} is no journal of a station; name another file") from error
                raise self.damaged(str(error)) from error
            raise StorageError(f"cannot {what} the journal {self.path}: {error} ({code})") from error
        except (OverflowError, UnicodeError, TypeError, sqlite3.Error) as error:
            raise self.damaged(f"{type(error).__name__}: {error}") from error


def _locked(path: Path) -> sqlite3.Connection:
    """Hold the lock of a journal."""
    beside = path.with_name(path.name + ".lock")
    try:
        if path.exists() and not path.is_file():
            raise JournalError(f"{path} is no file; name a file for the journal")
        connection = sqlite3.connect(beside, isolation_level=None, timeout=0, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
        except BaseException:
            connection.close()
            raise
    except OSError as error:
        raise JournalError(f"cannot open the journal {path}: {error.strerror}") from error
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise JournalError(
                f"the journal {path} is in use by another process; end that one, or name another file"
            ) from error
        raise StorageError(f"cannot open the journal {path}: {error}; is its folder there, and writable?") from error
    return connection
