"""The rows of a journal's file, their checksums, and what can go wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..state import InputError

APPLICATION = 0x73747774
"""SQLite's ``application_id`` of a journal: ``stwt``."""
FORMAT = 1
"""SQLite's ``user_version`` of a journal; rises when it is written differently."""

SCHEMA = f"""
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


class DamagedError(JournalError):
    """The journal is not as it was written."""


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


@dataclass(frozen=True, slots=True)
class Writing:
    """What one transaction writes: entries, commands on their way out, the ids of those that have left, lines of the
    description, a snapshot. ``drop`` are snapshots that go; ``forget`` is the snapshot before which all goes."""

    entries: Sequence[EntryRow] = ()
    commands: Sequence[OutboxRow] = ()
    done: Iterable[int] = ()
    about: Mapping[str, str] = field(default_factory=dict[str, str])
    snapshot: SnapshotRow | None = None
    drop: Sequence[int] = ()
    forget: int | None = None


as_json = json.JSONEncoder(separators=(",", ":")).encode
"""JSON as it stands in rows, and as it is sealed."""


def seal(*parts: object) -> bytes:
    """A checksum over the parts (it tells damage, not malice)."""
    text = as_json([p.hex() if isinstance(p, bytes) else p for p in parts])
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def sealed_entry(chain: bytes, row: Sequence[object]) -> bytes:
    """The seal of an entry (its fields without the seal) that follows one with the seal ``chain``."""
    return seal(chain, *row)
