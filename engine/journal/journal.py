"""A journal of one station: what was accepted, in order, and what of its commands has not left yet.

The state is not stored at each input: it follows from the last snapshot and the inputs after it, since a step always
gives the same for the same. What a policy picked is written down, so that it need not be the same policy, or one that
decides alike, that reads it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from .. import snapshot
from ..cache import fingerprint
from ..refusal import Refusal
from ..running import Policy
from ..state import EngineFault, Input, InputError, State
from ..step import Engine, Step
from .storage import EntryRow, OutboxRow, SnapshotRow, Storage, StorageError, seal, sealed_entry

SNAPSHOT_EVERY = 2_000
"""Entries from one snapshot to the next: as many are run again at most when a journal is opened."""
KEPT = 100_000
"""Entries that are kept at least, for looking back; older ones are forgotten with the next snapshot."""

Picks = tuple[int | None, ...]
"""What policies picked during a step, in the order of being asked: the place among the candidates, or nobody."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A command on its way out. ``id`` is its own for ever; ``repeat``: it may have left before."""

    id: int
    command: Any
    repeat: bool = False


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


class Note(NamedTuple):
    """The embedder's note of an entry, with the entry's time and mark."""

    now: int
    mark: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is read again, with the states around it."""

    number: int
    now: int
    event: Input | None
    note: str | None
    mark: int
    picks: Picks
    before: State
    step: Step
    first: int
    """The id of the first command."""

    @property
    def deliveries(self) -> list[Delivery]:
        """Its commands with their ids."""
        return [Delivery(self.first + i, command) for i, command in enumerate(self.step.commands)]


@dataclass
class Recorder:
    """Policies that write down what they pick."""

    engine: Engine[Any]
    policies: Mapping[str, Policy] = field(default_factory=dict[str, Policy])
    picks: list[int | None] = field(default_factory=list[int | None])

    def watched(self) -> dict[str, Policy]:
        """All policies of the system, the system's own where none is given."""
        python = self.engine.compiled.objects.get(self.engine.system.python)
        chosen = {name: self.policies.get(name) or getattr(python, name) for name in self.engine.system.policies}
        return {name: self._watched(policy) for name, policy in chosen.items()}

    def taken(self) -> Picks:
        """What was picked since the last time."""
        found = tuple(self.picks)
        self.picks.clear()
        return found

    def _watched(self, policy: Policy) -> Policy:
        def watch(system: Any, thing: Any, candidates: Sequence[Any], now: int) -> Any:
            chosen = policy(system, thing, candidates, now)
            place = next((i for i, each in enumerate(candidates) if each == chosen), None)
            self.picks.append(None if chosen is None else place)
            return chosen

        return watch


class Journal:
    """The journal of one station in one file, open for writing by this process alone.

    ``state`` is the station's state as of the last entry, ``outstanding`` the commands that were not reported as
    delivered, ``number`` the last entry, ``mark`` the embedder's last mark.

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
        adopt: bool = False,
        snapshot_every: int = SNAPSHOT_EVERY,
        kept: int = KEPT,
    ) -> None:
        """Open the journal, or make it with the state that ``start`` gives.

        ``description`` is kept with a new one. ``adopt``: go on with a journal of another version of the model, which
        takes one that was closed in order, and whose state this model can have too.
        """
        self.engine = engine
        self.path = Path(path)
        self.snapshot_every = snapshot_every
        self.kept = kept
        self._storage = Storage(self.path)
        try:
            if self._storage.new:
                self._create(start(), description or {})
            else:
                self._recover(adopt)
        except BaseException:
            self._storage.close()
            raise

    def _create(self, state: State, description: Mapping[str, str]) -> None:
        self.state = state
        self.number, self.mark, self._next, self._chain = 0, 0, 1, seal("journal")
        self.outstanding: list[Delivery] = []
        self.description = dict(description)
        about = {"system": self.engine.system.name, "model": fingerprint(self.engine.system)}
        self._storage.create({**about, **self.description}, self._snapshot())
        self._snapshots = [0]

    def _recover(self, adopt: bool) -> None:
        history = History(self._storage, self.engine, adopt=adopt)
        last = history.snapshots[-1]
        self.state = history.state(last)
        self.number, self.mark, self._next, self._chain = last.after, last.mark, last.next, last.chain
        for entry, row in history.rows_after(last):
            self.state = entry.step.state
            self.number, self.mark, self._chain = entry.number, entry.mark, row.seal
            self._next = row.first + row.commands
        self.outstanding = [_delivery(self.engine, row) for row in self._storage.outbox()]
        self.description = {k: v for k, v in history.meta.items() if k not in ("system", "model")}
        self._snapshots = [row.after for row in history.snapshots]
        if adopt:
            self._storage.put_meta("model", fingerprint(self.engine.system))

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(self, taken: Sequence[Taken], done: Iterable[int] = ()) -> list[list[Delivery]]:
        """Put inputs and delivered commands (their ids) on the disk, all or nothing; the commands, with their ids.

        Raises:
            StorageError: the disk failed; open the journal again to see whether it was written after all.
        """
        rows, outgoing, told = self._rows(taken)
        last = rows[-1] if rows else None
        due = last is not None and last.number - self._snapshots[-1] >= self.snapshot_every
        image = forget = None
        if due and last is not None:
            image = self._snapshot(taken[-1].step.state, last, self._next_after(rows))
            forget = max((n for n in self._snapshots if n <= last.number - self.kept), default=None)
        self._storage.write(rows, outgoing, done, image, forget)
        if last is not None:
            self.state = taken[-1].step.state
            self._next = self._next_after(rows)
            self.number, self.mark, self._chain = last.number, last.mark, last.seal
        if image:
            self._snapshots = [n for n in self._snapshots if forget is None or n >= forget] + [image.after]
        return told

    def _rows(self, taken: Sequence[Taken]) -> tuple[list[EntryRow], list[tuple[int, int, str]], list[list[Delivery]]]:
        codec = self.engine.codec
        rows: list[EntryRow] = []
        outgoing: list[tuple[int, int, str]] = []
        told: list[list[Delivery]] = []
        chain, mark, following = self._chain, self.mark, self._next
        for number, each in enumerate(taken, self.number + 1):
            mark = mark if each.mark is None else each.mark
            event = None if each.event is None else _json(codec.encode_event(each.event))
            commands = each.step.commands
            fields = (number, each.now, event, _json(each.picks), each.note, mark, following, len(commands))
            chain = sealed_entry(chain, fields)
            rows.append(EntryRow(*fields, chain))
            deliveries = [Delivery(following + i, command) for i, command in enumerate(commands)]
            outgoing += [(d.id, number, _json(codec.encode_command(d.command))) for d in deliveries]
            told.append(deliveries)
            following += len(commands)
        return rows, outgoing, told

    def _next_after(self, rows: Sequence[EntryRow]) -> int:
        return rows[-1].first + rows[-1].commands

    def _snapshot(self, state: State | None = None, last: EntryRow | None = None, following: int = 0) -> SnapshotRow:
        text = snapshot.dumps(self.engine, state or self.state)
        if last:
            fields = (last.number, text, last.mark, following, last.seal)
        else:
            fields = (self.number, text, self.mark, self._next, self._chain)
        return SnapshotRow(*fields, seal("snapshot", *fields))

    def notes(self) -> Iterator[Note]:
        """The notes of all entries that are kept, in order."""
        return (Note(*found) for found in self._storage.notes())

    def describe(self, name: str, value: str) -> None:
        """Change a line of the description."""
        self._storage.put_meta(name, value)
        self.description[name] = value

    def close(self, *, in_order: bool = True) -> None:
        """Close the file; ``in_order``: with a snapshot, so that the next start has nothing to run again."""
        try:
            if in_order and self._snapshots[-1] != self.number:
                self._storage.write((), (), (), self._snapshot())
        finally:
            self._storage.close()

    def size(self) -> int:
        """Bytes of the file."""
        return self._storage.size()


class History:
    """What a journal holds, read again entry by entry: nothing is changed."""

    def __init__(self, storage: Storage, engine: Engine[Any], *, adopt: bool = False) -> None:
        self.storage = storage
        self.engine = engine
        self.meta = storage.meta()
        self.snapshots = storage.snapshots()
        if not self.snapshots:
            raise storage.damaged("it has no snapshot")
        self._check_model(adopt)

    @classmethod
    def open(cls, path: str | Path, engine: Engine[Any]) -> History:
        """Read a journal, also one that a running station writes to."""
        return cls(Storage(Path(path), read_only=True), engine)

    def _check_model(self, adopt: bool) -> None:
        path, system = self.storage.path, self.engine.system
        if self.meta.get("system") != system.name:
            raise self._error(f"is one of {self.meta.get('system')}, not of {system.name}: name another file")
        if self.meta.get("model") == fingerprint(system):
            return
        if not adopt:
            raise self._error(
                "was written with another version of the model: open it with that version, or go on from its last "
                "state, if it was closed in order, with adopt"
            )
        last = self.snapshots[-1]
        if any(True for _ in self.storage.entries(last)):
            raise self._error(
                "was written with another version of the model and not closed in order: run that version once more, "
                f"end it with SIGTERM, and try again ({path} was left as it is)"
            )

    def _error(self, what: str) -> Exception:
        from .storage import JournalError

        return JournalError(f"the journal {self.storage.path} {what}")

    def state(self, after: SnapshotRow) -> State:
        """The state in a snapshot."""
        try:
            return snapshot.loads(self.engine, after.state)
        except InputError as error:
            raise self.storage.damaged(f"the snapshot after entry {after.after}: {error}") from error

    def entries(self, since: int | None = None) -> Iterator[Entry]:
        """The entries from the last snapshot taken at or before ``since`` (milliseconds) on; all without it."""
        first = self.snapshots[0]
        if since is not None:
            # The state of a snapshot tells its time; the entries between are few.
            first = next((s for s in reversed(self.snapshots) if self.state(s).now <= since), first)
        for entry, _ in self.rows_after(first):
            yield entry

    def rows_after(self, after: SnapshotRow) -> Iterator[tuple[Entry, EntryRow]]:
        """The entries after a snapshot, each run again."""
        state = self.state(after)
        for row in self.storage.entries(after):
            entry = self._entry(row, state)
            yield entry, row
            state = entry.step.state

    def _entry(self, row: EntryRow, state: State) -> Entry:
        what = f"entry {row.number}"
        try:
            event = None if row.event is None else self.engine.codec.decode_event(json.loads(row.event))
            picks = tuple(json.loads(row.picks))
            step = self.engine.step(state, event, row.now, policies=_repeating(self.engine, list(picks)))
        except (InputError, EngineFault, ValueError, TypeError, LookupError) as error:
            raise self.storage.damaged(f"{what} cannot be run again: {error}") from error
        if isinstance(step, Refusal) or len(step.commands) != row.commands:
            raise self.storage.damaged(f"{what} does not do what it did: is a trusted function another one?")
        return Entry(row.number, row.now, event, row.note, row.mark, picks, state, step, row.first)

    def outstanding(self) -> list[Delivery]:
        """The commands that were not reported as delivered."""
        return [_delivery(self.engine, row) for row in self.storage.outbox()]

    def close(self) -> None:
        """Close the file."""
        self.storage.close()


def _repeating(engine: Engine[Any], picks: list[int | None]) -> dict[str, Policy]:
    """Policies that pick what was picked."""
    left = iter(picks)

    def pick(system: Any, thing: Any, candidates: Sequence[Any], now: int) -> Any:
        place = next(left)
        return None if place is None else candidates[place]

    return dict.fromkeys(engine.system.policies, pick)


def _delivery(engine: Engine[Any], row: OutboxRow) -> Delivery:
    return Delivery(row.id, engine.codec.decode_command(json.loads(row.command)), repeat=True)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


__all__ = ["Delivery", "Entry", "History", "Journal", "Picks", "Recorder", "StorageError", "Taken"]
