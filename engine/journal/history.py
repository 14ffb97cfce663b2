"""What a journal holds, read again entry by entry: nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import snapshot
from ..refusal import Refusal
from ..state import EngineFault, Input, InputError, State
from ..step import Engine, Step
from .picks import Picks, repeating
from .rows import EntryRow, JournalError, OutboxRow, SnapshotRow
from .storage import Storage


@dataclass(frozen=True, slots=True)
class Delivery:
    """A command on its way out. ``id`` is its own for ever; ``repeat``: it may have left before."""

    id: int
    command: Any
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is read again, with the states around it; ``first`` is the id of its first command."""

    number: int
    now: int
    event: Input | None
    note: str | None
    mark: int
    picks: Picks
    before: State
    step: Step
    first: int

    @property
    def deliveries(self) -> list[Delivery]:
        """Its commands with their ids."""
        return [Delivery(self.first + i, command) for i, command in enumerate(self.step.commands)]


class History:
    """The entries of a journal and the states between them, from the oldest snapshot that is kept on.

    Raises:
        JournalError: the journal is damaged, foreign, or of another model; what it says is what would do.
    """

    def __init__(self, storage: Storage, engine: Engine[Any], *, adopt: bool = False) -> None:
        self.storage = storage
        self.engine = engine
        self.adopt = adopt
        self.meta = storage.meta()
        self.snapshots = storage.snapshots()
        if not self.snapshots:
            raise storage.damaged("it has no snapshot")
        self._check_model()
        self._check_chain()

    @classmethod
    def open(cls, path: str | Path, engine: Engine[Any]) -> History:
        """Read a journal, also one that a running station writes to."""
        storage = Storage(Path(path), read_only=True)
        try:
            return cls(storage, engine)
        except BaseException:
            storage.close()
            raise

    @property
    def adopted(self) -> bool:
        """Whether it was written with another version of the model."""
        return self.meta.get("model") != self.engine.fingerprint

    def state(self, after: SnapshotRow) -> State:
        """The state in a snapshot."""
        try:
            return snapshot.loads(self.engine, after.state)
        except InputError as error:
            if self.adopted:
                raise self._error(f"was written with another model, and its state is none of this one: {error}") from (
                    error
                )
            raise self.storage.damaged(f"the snapshot after entry {after.after}: {error}") from error

    def entries(self, first: int = 0) -> Iterator[Entry]:
        """The entries from the number ``first`` on, or from the first that is kept."""
        begin = next((s for s in reversed(self.snapshots) if s.after < first), self.snapshots[0])
        return (entry for entry, _ in self.rows_after(begin) if entry.number >= first)

    def rows_after(self, after: SnapshotRow) -> Iterator[tuple[Entry, EntryRow]]:
        """The entries after a snapshot, each run again."""
        state = self.state(after)
        for row in self.storage.entries(after):
            entry = self._entry(row, state)
            yield entry, row
            state = entry.step.state

    def rows(self) -> Iterator[EntryRow]:
        """The entries as they are written, not run again."""
        return self.storage.entries(self.snapshots[0])

    def event(self, row: EntryRow) -> Input | None:
        """The input of an entry."""
        try:
            return None if row.event is None else self.engine.codec.decode_event(json.loads(row.event))
        except (InputError, ValueError) as error:
            raise self.storage.damaged(f"entry {row.number} cannot be read: {error}") from error

    def outstanding(self) -> list[Delivery]:
        """The commands that were not reported as delivered."""
        return [self._delivery(row) for row in self.storage.outbox()]

    def close(self) -> None:
        """Close the file."""
        self.storage.close()

    # --- inside ---

    def _check_model(self) -> None:
        system = self.engine.system
        if self.meta.get("system") != system.python:
            raise self._error(f"is one of {self.meta.get('system')}, not of {system.python}: name another file")
        if not self.adopted:
            return
        if not self.adopt:
            raise self._error(
                "was written with another version of the model: go on with that version, or, once it was closed in "
                "order, adopt its last state (run --adopt; what lies before it is forgotten: keep a copy)"
            )
        if any(True for _ in self.storage.entries(self.snapshots[-1])):
            raise self._error(
                "was written with another version of the model and not closed in order: run that version once more, "
                "end it with SIGTERM, and try again"
            )

    def _check_chain(self) -> None:
        """Every entry has its seal, and every snapshot its place in their chain."""
        chains = {row.after: row.chain for row in self.snapshots}
        last = self.snapshots[0].after
        for row in self.storage.entries(self.snapshots[0]):
            last = row.number
            if chains.get(last, row.seal) != row.seal:
                raise self.storage.damaged(f"the snapshot after entry {last} is one of another journal")
        if max(chains) > last:
            raise self.storage.damaged(f"the entries after {last} are missing")

    def _entry(self, row: EntryRow, state: State) -> Entry:
        event = self.event(row)
        try:
            picks = tuple(json.loads(row.picks))
            step = self.engine.step(state, event, row.now, policies=repeating(self.engine, picks))
        except (InputError, EngineFault, ValueError, TypeError, LookupError) as error:
            raise self.storage.damaged(f"entry {row.number} cannot be run again: {error}") from error
        if isinstance(step, Refusal) or len(step.commands) != row.commands:
            raise self.storage.damaged(
                f"entry {row.number} does not do what it did: is a trusted function another one?"
            )
        return Entry(row.number, row.now, event, row.note, row.mark, picks, state, step, row.first)

    def _delivery(self, row: OutboxRow) -> Delivery:
        try:
            command = self.engine.codec.decode_command(json.loads(row.command))
        except (InputError, ValueError) as error:
            raise self.storage.damaged(f"command {row.id} cannot be read: {error}") from error
        return Delivery(row.id, command, repeat=True)

    def _error(self, what: str) -> JournalError:
        return JournalError(f"the journal {self.storage.path} {what}")
