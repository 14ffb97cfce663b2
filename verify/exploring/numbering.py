"""Drops ended things from packed states, and numbers the others anew."""

from __future__ import annotations

from collections.abc import Iterable

from ...engine import model
from ...engine.compiling import bare
from .packing import Column, Layout


class Numbering:
    """Takes things out of packed states of one layout."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._references = {machine: _references(layout, machine) for machine in layout.tables}
        self._masks = {
            machine: sum(column.mask << at for at, column in found) for machine, found in self._references.items()
        }
        self._changes: dict[tuple[str, int, int], int] = {}

    def without(self, state: int, things: Iterable[tuple[str, int]]) -> int:
        """The state without these things (machine and slot, of each machine the last first)."""
        for machine, slot in things:
            table = self._layout.tables[machine]
            rows = (state & table.mask) >> table.base
            below = (1 << table.width * slot) - 1
            state ^= (rows ^ (rows & below | rows >> table.width & ~below)) << table.base
            key = (machine, slot, state & self._masks[machine])
            change = self._changes.get(key)
            if change is None:
                change = self._changes[key] = self._change(*key)
            state ^= change
        return state

    def _change(self, machine: str, slot: int, state: int) -> int:
        """How references change."""
        gone = slot + 1
        found = 0
        for at, column in self._references[machine]:
            packed = (state >> at & column.mask) >> column.shift
            value = column.codec.unpack(packed)
            found |= (packed ^ column.codec.pack(_renumbered(value, gone))) << column.shift + at
        return found


def _renumbered(value: int | frozenset[int] | None, gone: int) -> int | frozenset[int] | None:
    """A reference, or a set of them, when a thing has gone."""
    if value is None or value == gone:
        return None
    if isinstance(value, int):
        return value - (value > gone)
    return frozenset(key - (key > gone) for key in value if key != gone)


def _references(layout: Layout, machine: str) -> list[tuple[int, Column]]:
    """The columns that refer to things of a machine, and where their rows begin."""
    found: list[tuple[int, Column]] = []
    for table in (layout.own, *layout.tables.values()):
        for column in table.columns:
            of = bare(column.type) if column.type is not None else None
            if isinstance(of, (model.Ref, model.SetOf)) and of.machine == machine:
                found += [(table.shift(slot), column) for slot in range(table.size)]
    return found
