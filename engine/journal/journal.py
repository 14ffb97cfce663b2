"""A journal of one station: what was accepted, in order, and what of its commands has not left yet.

The state is not stored at each input: it follows from the last snapshot and the inputs after it, since a step always
gives the same for the same. What a policy picked is written down, so that it need not be the same policy, or one that
decides alike, that reads it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import snapshot
from ..state import Input, State
from ..step import Engine, Step
from .history import Delivery, History
from .picks import Picks
from .rows import EntryRow, JournalError, OutboxRow, SnapshotRow, Writing, as_json, seal, sealed_entry
from .storage import Storage

SNAPSHOT_EVERY = 2_000
"""Entries from one snapshot to the next: as many are run again at most when a journal is opened."""
KEPT = 100_000
"""Entries that are kept at least, for looking back; older ones are forgotten with the next snapshot."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An input that a step has taken: what the journal is to keep. ``event`` is ``None`` where only time passed;
    ``note`` is the embedder's own, kept with it; ``mark`` its own count, which never falls."""

    event: Input | None
    now: int
    step: Step
    picks: Picks = ()
    note: str | None = None
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Inputs as they are to be written; ``told`` are the commands of each, with their ids."""

    rows: tuple[EntryRow, ...]
    outgoing: tuple[OutboxRow, ...]
    told: tuple[tuple[Delivery, ...], ...]
    state: State
    following: int


class Journal:
    """The journal of one station in one file, open for writing by this process alone.

    ``state`` is the station's state as of the last entry, ``outstanding`` the commands that were not reported as
    delivered when it was opened, ``number`` the last entry, ``mark`` the embedder's last mark, ``description`` what the
    embedder keeps beside.

    Raises:
        JournalError: the file is in use, damaged, foreign, of a newer format or of another model; it is as it was.
    """

    def __init__(
        self,
        path: str | Path,
        engine: Engine[Any],
        start: Callable[[], State],
        *,
        description: Mapping[str, str] | None = None,
        accept: Callable[[Journal, History | None], None] | None = None,
        adopt: bool = False,
        snapshot_every: int = SNAPSHOT_EVERY,
        kept: int = KEPT,
    ) -> None:
        """Open the journal, or make it with the state that ``start`` gives and with ``description``.

        ``accept`` is shown the journal, and what it holds if it was there, before the first byte changes, and raises
        if it is not the one. ``adopt``: go on with a journal of another version of the model, which takes one that was
        closed in order, and whose state this model can have too.
        """
        self.engine = engine
        self.path = Path(path)
        self.snapshot_every = snapshot_every
        self.kept = kept
        self._storage = Storage(self.path)
        try:
            if self._storage.new:
                self._create(start(), description or {}, accept)
            else:
                self._recover(adopt, accept)
        except BaseException:
            self._storage.close()
            raise

    def _create(
        self,
        state: State,
        description: Mapping[str, str],
        accept: Callable[[Journal, History | None], None] | None,
    ) -> None:
        self.state = state
        self.number, self.mark, self._next, self._chain = 0, 0, 1, seal("journal")
        self.outstanding: list[Delivery] = []
        self.description = dict(description)
        self._snapshots = [0]
        if accept:
            accept(self, None)
        about = {"system": self.engine.system.python, "model": self.engine.fingerprint}
        self._storage.create({**about, **self.description}, self._snapshot())

    def _recover(self, adopt: bool, accept: Callable[[Journal, History | None], None] | None) -> None:
        history = History(self._storage, self.engine, adopt=adopt)
        last = history.snapshots[-1]
        self.state = history.state(last)
        self.number, self.mark, self._next, self._chain = last.after, last.mark, last.next, last.chain
        for entry, row in history.rows_after(last):
            self.state = entry.step.state
            self.number, self.mark, self._chain = entry.number, entry.mark, row.seal
            self._next = row.first + row.commands
        self.outstanding = history.outstanding()
        self.description = {k: v for k, v in history.meta.items() if k not in ("system", "model")}
        self._snapshots = [row.after for row in history.snapshots]
        if history.adopted and (broken := self.engine.broken_invariants(self.state)):
            raise JournalError(f"the journal {self.path} has a state that breaks this model's {broken[0].name}")
        if accept:
            accept(self, history)
        self._storage.begin_writing()
        if history.adopted:
            model = {"model": self.engine.fingerprint}
            self._storage.write(Writing(about=model, snapshot=self._snapshot(), forget=self.number))
            self._snapshots = [self.number]

    # --- writing -----------------------------------------------------------------------------------------------------

    def prepared(self, taken: Sequence[Taken]) -> Prepared:
        """How inputs are to be written next. It is the same each time as long as nothing is written."""
        codec = self.engine.codec
        rows: list[EntryRow] = []
        outgoing: list[OutboxRow] = []
        told: list[tuple[Delivery, ...]] = []
        chain, mark, following, state = self._chain, self.mark, self._next, self.state
        for number, each in enumerate(taken, self.number + 1):
            mark = mark if each.mark is None else each.mark
            event = None if each.event is None else as_json(codec.encode_event(each.event))
            commands, state = each.step.commands, each.step.state
            fields = (number, each.now, event, as_json(each.picks), each.note, mark, following, len(commands))
            chain = sealed_entry(chain, fields)
            rows.append(EntryRow(*fields, chain))
            deliveries = tuple(Delivery(following + i, command) for i, command in enumerate(commands))
            for delivery in deliveries:
                row = (delivery.id, number, as_json(codec.encode_command(delivery.command)))
                outgoing.append(OutboxRow(*row, seal("command", *row)))
            told.append(deliveries)
            following += len(commands)
        return Prepared(tuple(rows), tuple(outgoing), tuple(told), state, following)

    def write(
        self, prepared: Prepared, done: Iterable[int] = (), about: Mapping[str, str] | None = None
    ) -> tuple[tuple[Delivery, ...], ...]:
        """Put inputs, delivered commands (their ids) and a new description on the disk, all or nothing; the commands of
        each input, with their ids.

        Raises:
            StorageError: the disk failed; open the journal again to see whether it was written after all.
        """
        changed = {name: value for name, value in (about or {}).items() if self.description.get(name) != value}
        last = prepared.rows[-1] if prepared.rows else None
        image: SnapshotRow | None = None
        if last and last.number - self._snapshots[-1] >= self.snapshot_every:
            text = snapshot.dumps(self.engine, prepared.state)
            image = _sealed(last.number, text, last.mark, prepared.following, last.seal)
        drop, forget = self._outdated(image.after) if image else ((), None)
        self._storage.write(Writing(prepared.rows, prepared.outgoing, done, changed, image, drop, forget))
        self.description |= changed
        if last:
            self.state, self._next = prepared.state, prepared.following
            self.number, self.mark, self._chain = last.number, last.mark, last.seal
        if image:
            self._remember(image.after, drop, forget)
        return prepared.told

    def close(self, *, in_order: bool = True) -> None:
        """Close the file; ``in_order``: with a snapshot, so that the next start has nothing to run again."""
        try:
            if in_order and self._snapshots[-1] != self.number:
                drop, forget = self._outdated(self.number)
                self._storage.write(Writing(snapshot=self._snapshot(), drop=drop, forget=forget))
                self._remember(self.number, drop, forget)
        finally:
            self._storage.close()

    def size(self) -> int:
        """Bytes of the file."""
        return self._storage.size()

    # --- snapshots ---------------------------------------------------------------------------------------------------

    def _snapshot(self) -> SnapshotRow:
        return _sealed(self.number, snapshot.dumps(self.engine, self.state), self.mark, self._next, self._chain)

    def _outdated(self, after: int) -> tuple[tuple[int, ...], int | None]:
        """The snapshots that go with a new one: those that are closer together than need be (a station that starts
        often writes many), and the one before which all is forgotten."""
        known = self._snapshots
        close = len(known) > 1 and after - known[-2] <= self.snapshot_every
        drop = (known[-1],) if close else ()
        old = [number for number in known if number <= after - self.kept and number not in drop]
        return drop, max(old, default=None)

    def _remember(self, after: int, drop: Sequence[int], forget: int | None) -> None:
        kept = [n for n in self._snapshots if n not in drop and (forget is None or n >= forget)]
        self._snapshots = [*kept, after]


def _sealed(after: int, state: str, mark: int, following: int, chain: bytes) -> SnapshotRow:
    fields = (after, state, mark, following, chain)
    return SnapshotRow(*fields, seal("snapshot", *fields))
