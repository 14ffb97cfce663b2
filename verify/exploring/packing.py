"""States as whole numbers: each field that counts has its bits, and things are numbered anew without gaps.

Two states that differ only in keys, in what nothing depends on, or in how far off deadlines are, are the same number.
A deadline is not set, ahead, now or past. Which of those ahead comes first is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...engine import Engine, model
from ...engine.compiling import bare
from ...engine.compiling.records import slots, stored
from .lives import Lives
from .matters import Matters
from .scope import LATER, PAST, Domains, Scope

SPARE = (2, 6, 12)
"""How many bits more than its first values need a table of values gets; if they do not do, the next many."""

HISTORY = 10
"""Bits of the number of a transition, from 1; 0 is none."""

MOMENT = 1
"""The bit of states at which time has just arrived: an event of this very moment may still come first."""
CONFIG = 1
"""Where the number of the configuration stands."""
START = CONFIG + 16

AHEAD, NOW, OVER = 1, 2, 3
"""What a deadline is packed as; 0 is none."""


class TooManyValuesError(Exception):
    """A table of values is full."""


class Values:
    """A table of values: each has a number, of at most so many bits."""

    def __init__(self, values: Iterable[Any], width: int) -> None:
        self.width = width
        self.list: list[Any] = []
        self.numbers: dict[Any, int] = {}
        for value in values:
            self.pack(value)

    def pack(self, value: Any) -> int:
        """The number of a value."""
        number = self.numbers.get(value)
        if number is None:
            number = self.numbers[value] = len(self.list)
            self.list.append(value)
            if number >> self.width:
                raise TooManyValuesError(f"there are more than {number} values such as {value!r} in reach")
        return number

    def unpack(self, number: int) -> Any:
        """The value with a number."""
        return self.list[number]


@dataclass(frozen=True)
class Codec:
    """How values of one type are packed."""

    width: int
    pack: Callable[[Any], int]
    unpack: Callable[[int], Any]


@dataclass(frozen=True)
class Column:
    """A field (or the state of a region) of every thing of a machine; ``shift`` counts within its row."""

    name: str
    type: model.Type | None
    shift: int
    codec: Codec

    @property
    def is_deadline(self) -> bool:
        """The time of its value is watched."""
        return self.type is not None and isinstance(bare(self.type), model.Deadline)

    @property
    def mask(self) -> int:
        """Its bits within the row."""
        return ((1 << self.codec.width) - 1) << self.shift


class Table:
    """Where the things of one machine stand; with ``machine`` ``None``, the system itself."""

    def __init__(
        self,
        name: str,
        base: int,
        size: int,
        columns: list[Column],
        unseen: Mapping[str, Any],
        fields: Callable[[tuple[str, ...]], frozenset[str]],
        history: int = 0,
    ) -> None:
        self._fields = fields
        self.name = name
        self.base = base
        self.size = size
        self.columns = columns
        self.unseen = unseen
        """The fields on which nothing depends, and what stands there."""
        self.packed = max([c.shift + c.codec.width for c in columns], default=1)
        """Where the columns of a row end, and its history begins."""
        self.width = self.packed + history
        self.row_mask = (1 << self.packed) - 1
        self.mask = ((1 << self.width * size) - 1) << base
        self.by_name = {c.name: c for c in columns}
        self.names = [c.name for c in columns]

    def counting(self, states: tuple[str, ...]) -> int:
        """The bits of a row that count while its thing is in these states."""
        fields = self._fields(states)
        return 1 | sum(c.mask for c in self.columns if c.type is None or c.name in fields)

    def shift(self, slot: int) -> int:
        """Where the row of a slot begins; its lowest bit says that the thing is there."""
        return self.base + slot * self.width

    def everywhere(self, name: str) -> int:
        """The bits of a column in every row."""
        column = self.by_name.get(name)
        if column is None:
            return 0
        return sum(column.mask << self.shift(slot) for slot in range(self.size))

    def present(self) -> int:
        """The bits that say which things are there."""
        return sum(1 << self.shift(slot) for slot in range(self.size))


class Layout:
    """Where everything stands in the number of a state. With ``history``, each thing also has the last transition of
    each of its regions."""

    def __init__(
        self,
        engine: Engine[Any],
        scope: Scope,
        domains: Domains,
        matters: Matters,
        spare: int = SPARE[0],
        history: bool = False,
    ) -> None:
        self.history = history
        self.spare = spare
        self.engine = engine
        self.system = engine.system
        self.sizes = scope.things
        self.configs = Values(scope.configs, 16)
        self._domains = domains
        self.matters = matters
        self._lives = Lives(matters)
        self._tables: dict[model.Type, Codec] = {}
        at = START
        self.own = self._table(None, at)
        at += self.own.width
        self.tables: dict[str, Table] = {}
        for machine in self.system.machines:
            table = self.tables[machine.name] = self._table(machine, at)
            at += table.width * table.size
        self.width = at

    def columns(self, read: set[tuple[str, str]]) -> int:
        """The bits of columns, in every row; those of the settings if one is among them."""
        found = 0
        for machine, name in read:
            if machine == "config":
                found |= ((1 << START) - 1) ^ MOMENT
            else:
                found |= (self.tables[machine] if machine else self.own).everywhere(name)
        return found

    def present(self) -> int:
        """The bits that say which things are there."""
        return sum(table.present() for table in self.tables.values())

    # --- inside ------------------------------------------------------------------------------------------------------

    def _table(self, machine: model.Machine | None, base: int) -> Table:
        name = machine.name if machine else ""
        attributes = stored(machine) if machine else self.system.attributes
        columns: list[Column] = []
        at = 1
        for region, slot in enumerate(slots(machine)) if machine else ():
            assert machine is not None
            codec = _table([s.name for s in machine.states if s.region == region])
            columns.append(Column(slot, None, at, codec))
            at += codec.width
        unseen: dict[str, Any] = {}
        for attribute in attributes:
            if self.matters.column(name, attribute.name):
                codec = self._codec(attribute.type)
                columns.append(Column(attribute.name, attribute.type, at, codec))
                at += codec.width
            else:
                unseen[attribute.name] = self._anything(attribute)
        if machine is None:
            own = frozenset(a.name for a in attributes)
            return Table(name, base, 1, columns, unseen, lambda _: own)
        bits = len(machine.regions) * HISTORY if self.history else 0
        return Table(name, base, self.sizes[name], columns, unseen, partial(self._lives.count, machine), bits)

    def _anything(self, attribute: model.Attribute) -> Any:
        """Some value of a field on which nothing depends."""
        return self._domains.values(attribute.name, attribute.type)[0]

    def _codec(self, type_: model.Type) -> Codec:
        of = bare(type_)
        if isinstance(of, model.Ref):
            return Codec(self.sizes[of.machine].bit_length(), _pack_reference, _unpack_reference)
        if isinstance(of, model.SetOf):
            return _sets(self.sizes[of.machine])
        if isinstance(of, model.Deadline):
            return Codec(2, _pack_deadline, _unpack_deadline)
        if of not in self._tables:
            self._tables[of] = _table((None, *self._first(of)), 0 if _is_closed(of) else self.spare)
        return self._tables[of]

    def _first(self, type_: model.Type) -> tuple[Any, ...]:
        """The values that are known from the beginning; of an enumeration all."""
        if isinstance(type_, model.Enumeration):
            python = self.engine.compiled.objects.get(type_.python)
            return tuple(python[name] for name in type_.members)
        return self._domains.values("", type_)


def _is_closed(type_: model.Type) -> bool:
    return type_ == model.BOOL or isinstance(type_, model.Enumeration)


def _table(values: Sequence[Any], spare: int = 0) -> Codec:
    width = max(1, (len(values) - 1).bit_length() + spare)
    table = Values(values, width)
    return Codec(width, table.pack, table.unpack)


def _pack_reference(key: int | None) -> int:
    return key or 0


def _unpack_reference(number: int) -> int | None:
    return number or None


def _sets(size: int) -> Codec:
    """A set of keys has a bit for each thing; the lowest says that there is a set."""

    def pack(keys: frozenset[int] | None) -> int:
        return 0 if keys is None else 1 | sum(1 << key for key in keys)

    def unpack(number: int) -> frozenset[int] | None:
        return frozenset(key for key in range(1, size + 1) if number >> key & 1) if number & 1 else None

    return Codec(size + 1, pack, unpack)


def _pack_deadline(at: int | None) -> int:
    if at is None:
        return 0
    return AHEAD if at > 0 else NOW if at == 0 else OVER


def _unpack_deadline(number: int) -> int | None:
    return (None, LATER, 0, PAST)[number]
