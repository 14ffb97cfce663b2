"""A state of a system as formulas: for every field a function from things to values.

A write gives a new world; what was not written is shared, and ``version`` tells whether two worlds agree on a field
because neither wrote it, or both wrote the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..engine import model
from ..engine.compiling.records import stored
from .terms import FALSE, Optional, Several, Term, TheSystem, Value, chosen, same_term, z3
from .vocabulary import Vocabulary

Key = tuple[str, str]
"""(machine, field), (machine, ``state 0``), (machine, ``there``), (``""``, own field) or (``config``, setting)."""

Read = Callable[[Term], Value]

NOBODY: Term = FALSE
"""Stands for the thing where a cell is the system's own."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a field holds, for each thing, and which writing that was."""

    read: Read
    version: int


@dataclass(frozen=True, slots=True)
class Emitted:
    """Commands that a step emits: one for each value of the variables for which the condition holds."""

    command: str
    condition: Term
    variables: tuple[Term, ...]
    fields: Mapping[str, Value]


_numbers = itertools.count(1)
"""Shared by all worlds: of two that are unknown, no field is taken for the other's."""


class Writings:
    """Numbers for what is written: the same for the same, in whatever world and for whichever mutant it is done.

    Terms are compared by identity. They are kept, for the number of one that is gone is given to another.
    """

    def __init__(self, sorts: Mapping[str, Term]) -> None:
        self._sorts = sorts
        self._known: dict[tuple[object, ...], int] = {}
        self._kept: list[Value] = []

    def new(self) -> int:
        """A writing unlike all others."""
        return next(_numbers)

    def of(self, what: str, *content: Value) -> int:
        """The number of a writing that is made of these names, numbers and values."""
        key = (what, *(part for each in content for part in self._parts(each)))
        if key not in self._known:
            self._known[key] = self.new()
            self._kept.append(content)
        return self._known[key]

    def emitted(self, emitted: Emitted) -> int:
        """The number of what is emitted."""
        fields = (part for name in sorted(emitted.fields) for part in (name, emitted.fields[name]))
        return self.of(emitted.command, emitted.condition, len(emitted.variables), *emitted.variables, *fields)

    def _parts(self, value: Value) -> Iterator[object]:
        if isinstance(value, Optional):
            yield "maybe"
            yield from self._parts(value.there)
            yield from self._parts(value.value)
        elif isinstance(value, Several):
            # What is in it is said by a term, which has to be kept as well.
            inside = value.contains(z3.Const("in it", self._sorts[value.machine]))
            self._kept.append(inside)
            yield "set"
            yield from self._parts(inside)
        elif value is None or isinstance(value, str | int | TheSystem):
            yield value
        else:
            yield "term"
            yield int(value.ast.value)


def there(machine: str) -> Key:
    """The key of which things of a machine there are."""
    return machine, "there"


def state_of(machine: str, region: int) -> Key:
    """The key of the state in a region."""
    return machine, f"state {region}"


@dataclass(frozen=True)
class World:
    """All cells, and the commands so far; ``reads`` notes what is read, if somebody wants to know."""

    cells: Mapping[Key, Cell]
    writings: Writings = field(compare=False)
    emitted: tuple[Emitted, ...] = ()
    reads: set[Key] | None = field(default=None, compare=False)

    def read(self, key: Key, thing: Term = NOBODY) -> Value:
        """What a field of a thing holds."""
        if self.reads is not None:
            self.reads.add(key)
        return self.cells[key].read(thing)

    def version(self, key: Key) -> int:
        """Which writing of the field this is."""
        return self.cells[key].version

    def versions(self, keys: Iterable[Key]) -> tuple[int, ...]:
        """Which writings of the fields these are."""
        return tuple(self.cells[key].version for key in keys)

    def replaced(self, key: Key, read: Read, version: int = 0) -> World:
        """The world in which a field holds something else, for every thing; ``version``: if that has a number."""
        return replace(self, cells={**self.cells, key: Cell(read, version or self.writings.new())})

    def written(self, key: Key, thing: Term, value: Value) -> World:
        """The world in which a field of one thing holds something else."""
        old = self.cells[key].read

        def read(x: Term) -> Value:
            is_it = same_term(x, thing)
            return chosen(is_it, value, old(x))

        return self.replaced(key, read, self.writings.of("of one", self.version(key), thing, value))

    def emitting(self, emitted: Emitted) -> World:
        """The world after one more command."""
        return replace(self, emitted=(*self.emitted, emitted))

    def watched(self, reads: set[Key]) -> World:
        """The same world, noting what is read."""
        return replace(self, reads=reads)

    def changed_since(self, earlier: World) -> set[Key]:
        """The fields that were written."""
        return {key for key, cell in self.cells.items() if cell.version != earlier.cells[key].version}


def keys_of(system: model.System) -> Iterator[tuple[Key, str, model.Type | None]]:
    """Every cell of a system: key, the machine whose things have it (or none), and its type (of a state: none)."""
    for machine in system.machines:
        yield there(machine.name), machine.name, model.BOOL
        for region in range(len(machine.regions)):
            yield state_of(machine.name, region), machine.name, None
        for attribute in stored(machine):
            yield (machine.name, attribute.name), machine.name, attribute.type
    for attribute in system.attributes:
        yield ("", attribute.name), "", attribute.type
    for setting in system.settings:
        yield ("config", setting.name), "", setting.type


def unknown_cell(vocabulary: Vocabulary, key: Key, machine: str, type_: model.Type | None) -> Read:
    """A cell of which nothing is known."""
    sorts = [vocabulary.sorts[machine]] if machine else []
    stem = f"{key[0]}.{key[1]}"
    if type_ is None:
        region = key[1].removeprefix("state ")
        cell = vocabulary.raw_cell(stem, sorts, vocabulary.sorts[f"{machine}:{region}"])
    else:
        cell = vocabulary.cell(type_, stem, sorts)
    if machine:
        return lambda x: cell((x,))
    value = cell(())
    return lambda _: value


def unknown_world(vocabulary: Vocabulary) -> World:
    """A state of which nothing is known."""
    writings = Writings(vocabulary.sorts)
    cells = {
        key: Cell(unknown_cell(vocabulary, key, machine, type_), writings.new())
        for key, machine, type_ in keys_of(vocabulary.system)
    }
    return World(cells, writings)


def empty_world(vocabulary: Vocabulary) -> World:
    """The first state: no things, own fields at their defaults (unknown without one), any settings."""
    world = unknown_world(vocabulary)
    for machine in vocabulary.system.machines:
        world = world.replaced(there(machine.name), lambda _: FALSE)
    for attribute in vocabulary.system.attributes:
        if attribute.has_default:
            value = vocabulary.literal(attribute.type, attribute.initial)
            world = world.replaced(("", attribute.name), lambda _, value=value: value)  # type: ignore[misc]
    return world
