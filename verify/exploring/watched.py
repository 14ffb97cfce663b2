"""States of the engine made of packed ones, whose records note what is read of them.

So an outcome of the compiled step is known to depend on certain bits alone, and holds for every state with the same
ones.
"""

# The compiled module's records and states are private to the engine, and to those that run it.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...engine import Engine, model
from ...engine.compiling.records import slots, stored
from ...engine.walking import walk
from .memory import Log, Memo
from .packing import CONFIG, START, Column, Layout, Table


class Records:
    """The watched records of one table. ``given`` are the fields that a birth from outside gives; that such a field of
    a new thing was read or written is noted at the bits from ``above``, one for each."""

    def __init__(self, engine: Engine[Any], table: Table, log: Log, given: Sequence[str] = (), above: int = 0) -> None:
        self.given = list(given)
        self.table = table
        self.log = log
        self.base: Any = engine.compiled.space[table.name or engine.system.name]
        self.raw = {name: self.base.__dict__[name] for name in (*self.base._fields, *self.base._regions)}
        self.cls: Any = self._watched()
        self._known: dict[tuple[int, int], Any] = {}
        self._states = [self.raw[name].__get__ for name in self.base._regions]
        self._state_mask = sum(table.by_name[name].mask for name in self.base._regions)
        self._masks: dict[tuple[str, ...], int] = {}
        self._packed = [(self.raw[c.name].__get__, c.codec.pack, c.shift) for c in table.columns]
        engine.compiled.space[f"copy_{table.name or engine.system.name}"] = self.copy
        if table.name:
            engine.compiled.space[table.name] = self.newborn
        bits = {name: 1 << above + number for number, name in enumerate(self.given)}
        self._of_newborn = dict.fromkeys(self.raw, 0) | bits

    def record(self, slot: int, row: int) -> Any:
        """The record of a slot whose row is packed like that."""
        known = self._known.get((slot, row))
        if known is None:
            known = self._known[slot, row] = self._unpacked(slot, row)
        return known

    def pack(self, record: Any, before: int = 0) -> int:
        """The row of a record, which was packed like that before it was written to.

        What counts depends on its states; what counts no more is cleared, and so the change depends on what was there.
        """
        row = 1
        for read, pack, shift in self._packed:
            row |= pack(read(record)) << shift
        counting = self.counting(record)
        at = record._at.get("_at")
        if at is not None:
            self.log.note(self._state_mask << at)
            if (row ^ before) & self._state_mask:
                self.log.note((self.table.row_mask & ~counting) << at)
        return row & counting

    def watched(self, record: Any) -> Any:
        """A record that was made elsewhere, as one of these."""
        return self.newborn(*[read.__get__(record) for read in self.raw.values()])

    def newborn(self, *values: Any) -> Any:
        """A new record, as the compiled step asks for."""
        new = self.cls.__new__(self.cls)
        for read, value in zip(self.raw.values(), values, strict=True):
            read.__set__(new, value)
        new._tuple = None
        new._at = self._of_newborn
        return new

    def others(self, record: Any, read: int) -> Iterator[tuple[int, Column]]:
        """Of a new thing, the given fields that were not read and that count: number and column."""
        counting = self.counting(record)
        for number, name in enumerate(self.given):
            column = self.table.by_name.get(name)
            if column is not None and counting & column.mask and not read >> number & 1:
                yield number, column

    def counting(self, record: Any) -> int:
        """The bits of a row that count in the states of a record."""
        states = tuple([read(record) for read in self._states])
        known = self._masks.get(states)
        if known is None:
            known = self._masks[states] = self.table.counting(states)
        return known

    def copy(self, record: Any) -> Any:
        """A copy to be written to, as the compiled step asks for; watched if the original is."""
        new = self.cls.__new__(self.cls)
        for read in self.raw.values():
            read.__set__(new, read.__get__(record))
        new._tuple = None
        new._at = record._at
        return new

    # --- inside ------------------------------------------------------------------------------------------------------

    def _unpacked(self, slot: int, row: int) -> Any:
        record = self.cls.__new__(self.cls)
        record._tuple = None
        record._at = self._places(slot)
        for name, value in self.table.unseen.items():
            self.raw[name].__set__(record, value)
        for column in self.table.columns:
            value = column.codec.unpack((row & column.mask) >> column.shift)
            self.raw[column.name].__set__(record, value)
        return record

    def _places(self, slot: int) -> dict[str, int]:
        """The bits of each field; none of those on which nothing depends."""
        shift = self.table.shift(slot)
        seen = {c.name: c.mask << shift for c in self.table.columns}
        return {name: seen.get(name, 0) for name in self.raw} | {"_at": shift}

    def _watched(self) -> type[Any]:
        members: dict[str, Any] = {"__slots__": ("_at",)}
        for name, raw in self.raw.items():
            members[name] = _noting(self.log, name, raw)
        return type(self.base.__name__, (self.base,), members)


def _noting(log: Log, name: str, raw: Any) -> property:
    """The field, which is noted also when it is written: what changes depends on what was there."""
    get, put, note = raw.__get__, raw.__set__, log.note

    def read(record: Any) -> Any:
        note(record._at[name])
        return get(record)

    def write(record: Any, value: Any) -> None:
        note(record._at[name])
        put(record, value)

    return property(read, write)


class Worlds:
    """Makes states for the compiled step, and packs what it has made of them."""

    def __init__(self, engine: Engine[Any], layout: Layout) -> None:
        self.engine = engine
        self.layout = layout
        self.configs = layout.configs
        self.log = Log()
        self._always = layout.present() | ((1 << START) - 1)
        self.own = Records(engine, layout.own, self.log)
        inside = made_inside(engine.system)
        self.tables = [
            (m.name, layout.tables[m.name], Records(engine, layout.tables[m.name], self.log, given_at_birth(m)
             if m.name not in inside else (), layout.width)) for m in engine.system.machines
        ]  # fmt: skip
        self.records = {name: records for name, _, records in self.tables}
        self._all = (1 << layout.width) - 1
        self._empty: Callable[..., Any] = engine.compiled.function("empty")
        self.draft: Callable[[Any], Any] = engine.compiled.function("draft")
        self._config_mask = (1 << 16) - 1
        self._enders = [
            (m.name, [(slot, {s.name for s in m.states if s.final and s.region == region})
                      for region, slot in enumerate(slots(m))])
            for m in engine.system.machines
        ]  # fmt: skip

    def memo(self, find: Callable[[int], Any]) -> Memo:
        """One that knows nothing yet. Which things are there always counts, as do the settings."""
        return Memo(find)

    def found(self, memo: Memo, state: int) -> Any:
        """What is found in a state that the memo does not know."""
        self.log.begin(self._always)
        outcome = memo.find(state)
        memo.learn(state, [bits for bits in (read & self._all for read in self.log.order) if bits], outcome)
        return outcome

    def given(self) -> int:
        """Which given fields of new things were read since this was last asked: a bit for each."""
        read = self.log.bits >> self.layout.width
        self.log.bits &= self._all
        return read

    def start(self, config: Any) -> int:
        """The state without things, packed."""
        d = self.engine.start(config)
        return (self.configs.pack(config) << CONFIG) | (
            self.own.pack(self.own.watched(d.system)) << self.layout.own.base
        )

    def world(self, state: int) -> Any:
        """The state as the compiled step reads it; it is now 0."""
        config = self.configs.list[state >> CONFIG & self._config_mask]
        own = self.layout.own
        d = self._empty(config, self.own.record(0, state >> own.base & own.row_mask))
        for name, table, records in self.tables:
            things: dict[int, Any] = {}
            rows = (state & table.mask) >> table.base
            slot = 0
            while rows:
                things[slot + 1] = records.record(slot, rows & table.row_mask)
                rows >>= table.width
                slot += 1
            setattr(d, name, things)
            setattr(d, f"next_{name}", slot + 1)
        return d

    def ended(self, d: Any) -> tuple[tuple[str, int], ...]:
        """The things that have ended; noted as read."""
        return tuple(
            (name, key)
            for name, finals in self._enders
            for key, record in getattr(d, name).items()
            if all(getattr(record, slot) in final for slot, final in finals)
        )

    def change(self, d: Any, state: int) -> int | None:
        """The bits that a draft of a state has changed; ``None`` if there are more things than have room."""
        found = 0
        if d.own_system:
            own = self.layout.own
            found = ((state >> own.base & own.row_mask) ^ self.own.pack(d.system)) << own.base
        for name, table, records in self.tables:
            written = getattr(d, f"own_{name}")
            if not written:
                continue
            if len(getattr(d, name)) > table.size:
                return None
            things = getattr(d, name)
            for key in written:
                shift = table.shift(key - 1)
                found |= (
                    (state >> shift & table.row_mask) ^ records.pack(things[key], state >> shift & table.row_mask)
                ) << shift
        return found


def made_inside(system: model.System) -> set[str]:
    """The machines whose things are made by actions."""
    return {n.machine for m in system.machines for n in walk(m.actions) if isinstance(n, model.Create)}


def given_at_birth(machine: model.Machine) -> list[str]:
    """The fields that a birth from outside gives."""
    return [a.name for a in stored(machine) if not a.has_default]
