"""Writes what is kept of a state to find things by: the values of fields, and the states that they are in."""

from __future__ import annotations

from .. import model
from .expressions import region_slot
from .plan import Index, Plan, bucket, by
from .source import Source, tupled


class Indexes:
    """Writes the indexes of one system, and what keeps them."""

    def __init__(self, source: Source, system: model.System, plan: Plan) -> None:
        self.source = source
        self.system = system
        self.plan = plan
        self.fields = {m.name: [i for i in plan.indexes if i[0] == m.name] for m in system.machines}
        self.buckets = {m.name: [b for b in plan.buckets if b[0] == m.name] for m in system.machines}

    def write(self) -> None:
        """The class of indexes, what copies them before they are written to, and what keeps them."""
        names = [*map(by, self.plan.indexes), *(bucket(*b) for b in self.plan.buckets)]
        line, function = self.source.line, self.source.function
        line()
        line()
        with self.source.block("class Index:"):
            line('"""Where things are found: by the value of a field, or in some states."""')
            line()
            line(f"__slots__ = {tupled([*map(repr, names)])}")
        with function("empty_index", [], "The indexes of no things."):
            line("index = Index()")
            for index in self.plan.indexes:
                line(f"index.{by(index)} = {{}}")
            for each in self.plan.buckets:
                line(f"index.{bucket(*each)} = set()")
            line("return index")
        with function("index_to_write", ["d", "name"], "One index of a draft, to be written to."):
            line("own = d.own_index")
            with self.source.block("if own is None:"):
                line("index = Index()")
                for name in names:
                    line(f"index.{name} = d.index.{name}")
                line("d.index = index")
                line("own = d.own_index = set()")
            with self.source.block("if name not in own:"):
                line("setattr(d.index, name, getattr(d.index, name).copy())")
                line("own.add(name)")
            line("return getattr(d.index, name)")
        for index in self.plan.indexes:
            if not self.plan.is_fixed(index):
                self._put(index)
        for machine in self.system.machines:
            if self.plan.keeps(machine.name):
                self._enlist(machine)
                self._strike(machine)

    def _put(self, index: Index) -> None:
        machine, field = index
        line, block = self.source.line, self.source.block
        with self.source.function(f"put_{machine}_{field}", ["d", "key", "value"], f"Write the field {field}."):
            line(f"record = write_{machine}(d, key)")
            line(f"old = record.{field}")
            line(f"record.{field} = value")
            with block("if old != value:"):
                line(f"things = index_to_write(d, {by(index)!r})")
                with block("if old is not None:"):
                    line("remove(things, old, key)")
                with block("if value is not None:"):
                    line("things[value] = insert(things.get(value, ()), key)")

    def _enlist(self, machine: model.Machine) -> None:
        name = machine.name
        line, block = self.source.line, self.source.block
        with self.source.function(f"enlist_{name}", ["d", "key", "record"], f"A new {name} can be found."):
            for index in self.fields[name]:
                line(f"value = record.{index[1]}")
                with block("if value is not None:"):
                    line(f"things = index_to_write(d, {by(index)!r})")
                    line("things[value] = (*things.get(value, ()), key)")
            for each in self.buckets[name]:
                with block(f"if record.{self._slot(machine, each[1])} in {tupled([*map(repr, each[1])])}:"):
                    line(f"index_to_write(d, {bucket(*each)!r}).add(key)")

    def _strike(self, machine: model.Machine) -> None:
        name = machine.name
        line, block = self.source.line, self.source.block
        with self.source.function(f"strike_{name}", ["d", "key", "record"], f"A dropped {name} is not found."):
            for index in self.fields[name]:
                with block(f"if record.{index[1]} is not None:"):
                    line(f"remove(index_to_write(d, {by(index)!r}), record.{index[1]}, key)")
            for each in self.buckets[name]:
                with block(f"if key in d.index.{bucket(*each)}:"):
                    line(f"index_to_write(d, {bucket(*each)!r}).discard(key)")

    def _slot(self, machine: model.Machine, states: tuple[str, ...]) -> str:
        return region_slot(machine, machine.state(states[0]).region)


def insert(things: tuple[int, ...], key: int) -> tuple[int, ...]:
    """The keys with one more, in order."""
    return tuple(sorted((*things, key)))


def remove(found: dict[object, tuple[int, ...]], value: object, key: int) -> None:
    """Take a key from those with this value."""
    left = tuple([each for each in found[value] if each != key])
    if left:
        found[value] = left
    else:
        del found[value]
