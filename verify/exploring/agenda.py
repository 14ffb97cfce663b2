"""Which groups of moves a packed state may have: it depends on which things are there, and in what states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...engine import model
from ...engine.compiling.records import slots
from .memory import Memo
from .moves import Instance, Moves
from .packing import MOMENT
from .watched import made_inside

Instances = Callable[[int], Iterable[Instance]]


@dataclass(frozen=True)
class Group:
    """Moves that are looked for together. ``waits``: a policy picks one, or waits."""

    memo: Memo
    instances: Instances
    waits: bool = False


@dataclass(frozen=True)
class Agenda:
    """The urgent groups, in the order of the engine; and those that may come where nothing is urgent: of them, ``time``
    comes by itself, all others from outside."""

    urgent: tuple[Group, ...]
    free: tuple[Group, ...]
    time: tuple[Group, ...]


class Agendas:
    """The agendas of one system."""

    def __init__(self, moves: Moves) -> None:
        self.moves = moves
        self.system = moves.system
        self.layout = moves.layout
        self._inside = made_inside(self.system)
        self._groups: dict[tuple[object, ...], Group] = {}
        self.mask = self.layout.present() | MOMENT
        for machine in self.system.machines:
            for slot in slots(machine):
                self.mask |= self.layout.tables[machine.name].everywhere(slot)

    def of(self, state: int) -> Agenda:
        """The agenda of a state: that of all states which are the same under ``mask``."""
        things = {m.name: list(self._states(m, state)) for m in self.system.machines}
        time = () if state & MOMENT else (self._group("time", self.moves.time),)
        return Agenda(tuple(self._urgent(things)), (*self._outside(things), *time), time)

    def _states(self, machine: model.Machine, state: int) -> Iterator[tuple[str, ...]]:
        """The states of each thing that is there."""
        table = self.layout.tables[machine.name]
        for slot in range(table.size):
            row = state >> table.shift(slot) & table.row_mask
            if row & 1:
                columns = [table.by_name[name] for name in slots(machine)]
                yield tuple(c.codec.unpack((row & c.mask) >> c.shift) for c in columns)

    def _urgent(self, things: dict[str, list[tuple[str, ...]]]) -> Iterator[Group]:
        for machine in self.system.machines:
            for slot, states in enumerate(things[machine.name]):
                for event in machine.events:
                    if event.urgent and any(_acts(machine, event, states)):
                        instances = self.moves.events(machine, event.name, slot)
                        yield self._group((machine.name, event.name, slot, states[event.region]), instances, event.pick)

    def _outside(self, things: dict[str, list[tuple[str, ...]]]) -> Iterator[Group]:
        for machine in self.system.machines:
            here = things[machine.name]
            if machine.name not in self._inside and len(here) < self.layout.sizes[machine.name]:
                yield self._group(("birth", machine.name), self.moves.births(machine))
            for event in machine.events:
                if event.urgent or event.inner:
                    continue
                self._note_ignored(machine, event, here)
                acting = [slot for slot, states in enumerate(here) if any(_acts(machine, event, states))]
                for slot in acting:
                    key = (machine.name, event.name, slot, here[slot][event.region])
                    yield self._group(key, self.moves.events(machine, event.name, slot))
                if len(acting) > 1:
                    yield self._group((machine.name, event.name, None), self.moves.to_all(machine, event.name))
        if len(self.layout.configs.list) > 1:
            yield self._group("configure", self.moves.configure)

    def _note_ignored(self, machine: model.Machine, event: model.Event, here: list[tuple[str, ...]]) -> None:
        """What is ignored without a guard is no move, and yet it happens."""
        for states in here:
            first = next((t for t in machine.exits(states[event.region], event.name) if not t.refused), None)
            if first is not None and not first.guards and not _does_something(first):
                self.moves.checks.ignored.add((machine.name, event.name, first.source, first.target or first.source))

    def _group(self, key: Any, instances: Instances, pick: str | None = None) -> Group:
        """``pick`` is ``""`` for an urgent event of which the first that is accepted is taken."""
        if key not in self._groups:
            self._groups[key] = Group(self.moves.memo(instances, first=pick == ""), instances, bool(pick))
        return self._groups[key]


def _acts(machine: model.Machine, event: model.Event, states: tuple[str, ...]) -> Iterator[bool]:
    """For each transition that the event may take: whether it does anything."""
    for transition in machine.exits(states[event.region], event.name):
        if not transition.refused:
            yield _does_something(transition)
            if not transition.guards:
                return


def _does_something(transition: model.Transition) -> bool:
    return bool(transition.actions) or transition.target not in (None, transition.source)
