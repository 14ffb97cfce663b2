"""The engine itself, led along the steps of an exploration, in real time.

Where an exploration leaves open which deadline comes first, the engine has its order: not every way can be gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...engine import Birth, Configure, Engine, EngineFault, Event, Refusal, StationState, model
from ...engine.compiling import bare
from ...engine.compiling.records import slots, stored
from ...engine.state import Input, Taken
from ...engine.tracefile import Given, Picks
from .packing import AHEAD, CONFIG, MOMENT, NOW, Table
from .search import Explorer
from .strides import Stride

FAR = (100_000, 10)
"""How far off the deadlines are that a birth brings along, in milliseconds: one that is not to come, or is to come
first."""


class NoTourError(Exception):
    """The engine does not go this way in real time."""


class Guide:
    """Leads the engine along the steps of an exploration: from event to event, one millisecond apart."""

    def __init__(self, engine: Engine[Any], explorer: Explorer, start: int, far: int) -> None:
        self.explorer = explorer
        self.engine = engine
        self.config = explorer.layout.configs.list[start >> CONFIG & 0xFFFF]
        self.state: StationState = self.engine.start(self.config)
        self.inputs: list[Given] = []
        self.paths: list[Sequence[Taken]] = []
        self._far = far
        self._now = 0
        self._event: Input | None = None
        self._picks: list[Event] = []
        self._begun = False

    def take(self, stride: Stride) -> None:
        """The next step: it begins an input of the engine, or belongs to the one that has begun."""
        instance = stride.instance
        if instance is None:
            self.arrive(stride.before)
        elif not stride.urgent:
            if instance.event is None:
                self.arrive(stride.before)
                self._now = self._due(stride)
            elif not stride.before & MOMENT:
                self.arrive(stride.before)
                self._now = self.state.now + 1
            self._event = None if instance.event is None else self._real(instance.event)
            self._begun = True
        elif isinstance(instance.event, Event):
            event = instance.event
            if self.explorer.system.machine(event.machine).event(event.name).pick:
                if not self._begun:
                    self._now, self._begun = self.state.now, True
                self._picks.append(self._real_event(event))

    def finish(self) -> None:
        """Give the engine what has begun; ``EngineFault`` where the model fails upon it."""
        if not self._begun:
            return
        picks = Picks(self.engine, self._picks)
        given = Given(self._event, self._now, tuple(self._picks))
        try:
            result = self.engine.step(self.state, self._event, self._now, picks.policies())
        except EngineFault:
            self.inputs.append(given)
            raise
        if isinstance(result, Refusal) or picks.left:
            raise NoTourError
        self.state = result.state
        self.inputs.append(given)
        self.paths.append(result.path)
        self._event, self._picks, self._begun = None, [], False

    def arrive(self, expected: int) -> None:
        """See that the engine has come where it should; ``NoTourError`` if it has not."""
        self.finish()
        if packed(self.explorer, self.state) != without_history(self.explorer, self.explorer.dropped(expected)):
            raise NoTourError

    # --- from the exploration to the engine --------------------------------------------------------------------------

    def _due(self, stride: Stride) -> int:
        """When the deadline falls due that is ahead before the step, and now after it."""
        for machine in self.explorer.system.machines:
            table = self.explorer.layout.tables[machine.name]
            for slot, key in enumerate(self.state.keys(machine.name)):
                for column in table.columns:
                    at = table.shift(slot) + column.shift
                    if column.is_deadline and (stride.before >> at & 3, stride.after >> at & 3) == (AHEAD, NOW):
                        due: Any = self.state.row(machine.name, key).fields[column.name]
                        if due != self.state.deadline:
                            raise NoTourError
                        return int(due)
        return self.state.now + 1

    def _real(self, event: Input) -> Input:
        """The input with the engine's keys and times."""
        if isinstance(event, Configure):
            return event
        if isinstance(event, Event):
            return self._real_event(event)
        types = {a.name: a.type for a in stored(self.explorer.system.machine(event.machine))}
        return Birth(event.machine, {n: self._value(types[n], v) for n, v in event.fields.items()})

    def _real_event(self, event: Event) -> Event:
        machine = self.explorer.system.machine(event.machine)
        types = {p.name: p.type for p in machine.event(event.name).parameters}
        arguments = {n: self._value(types[n], v) for n, v in event.arguments.items()}
        target = None if event.target is None else self._key(event.machine, event.target)
        return Event(event.machine, event.name, target, arguments)

    def _value(self, type_: model.Type, value: Any) -> Any:
        of = bare(type_)
        if value is None:
            return None
        if isinstance(of, model.Ref):
            return self._key(of.machine, value)
        if isinstance(of, model.SetOf):
            return frozenset(self._key(of.machine, key) for key in value)
        if isinstance(of, model.Deadline) and value > 0:
            return self._now + self._far
        return value

    def _key(self, machine: str, key: int) -> int:
        """New things of the step that has begun have the next keys."""
        keys = self.state.keys(machine)
        return keys[key - 1] if key <= len(keys) else self.state.next_key(machine) + key - 1 - len(keys)


def packed(explorer: Explorer, state: StationState) -> int:
    """The state of an engine, packed; without history."""
    layout = explorer.layout
    found = layout.configs.pack(state.config) << CONFIG
    numbers = {m.name: {k: n for n, k in enumerate(state.keys(m.name), 1)} for m in explorer.system.machines}

    def row(table: Table, values: Mapping[str, Any], states: tuple[str, ...]) -> int:
        bits = 1
        for column in table.columns:
            bits |= column.codec.pack(_renumbered(column.type, values[column.name], numbers, state.now)) << column.shift
        return bits & table.counting(states)

    own = {c.name: getattr(state.system, c.name) for c in layout.own.columns}
    found |= row(layout.own, own, ()) << layout.own.base
    for machine in explorer.system.machines:
        table = layout.tables[machine.name]
        for slot, key in enumerate(state.keys(machine.name)):
            given = state.row(machine.name, key)
            values = {**given.fields, **dict(zip(slots(machine), given.states, strict=True))}
            found |= row(table, values, given.states) << table.shift(slot)
    return found


def without_history(explorer: Explorer, state: int) -> int:
    """A packed state without the last transitions, and without the mark of a moment."""
    layout = explorer.layout
    found = state & ((1 << layout.own.base + layout.own.width) - 1) & ~MOMENT
    for table in layout.tables.values():
        for slot in range(table.size):
            found |= state & table.row_mask << table.shift(slot)
    return found


def _renumbered(type_: model.Type | None, value: Any, numbers: Mapping[str, Mapping[int, int]], now: int) -> Any:
    of = bare(type_) if type_ is not None else None
    if value is None:
        return None
    if isinstance(of, model.Ref):
        return numbers[of.machine][value]
    if isinstance(of, model.SetOf):
        return frozenset(numbers[of.machine][key] for key in value)
    return value - now if isinstance(of, model.Deadline) else value
