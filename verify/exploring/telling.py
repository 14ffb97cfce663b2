"""The way to a state, for people: from the system without things, step by step, in the model's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...engine import Birth, Configure, Event, model
from ...engine.compiling import bare
from ...engine.compiling.records import slots, stored
from ...engine.state import Input, Taken
from ..concrete import spelled, told
from ..verdict import Story, place
from .checks import Broken
from .moves import Instance
from .packing import CONFIG, MOMENT
from .search import Explored, path
from .strides import Stride, instances, strides
from .traces import Tracer


class Narrator:
    """Tells what was found in an exploration."""

    def __init__(self, explored: Explored) -> None:
        self.explored = explored
        self.explorer = explored.explorer
        self.system = self.explorer.system
        self._tracer = Tracer(explored)

    def broken(self, broken: Broken, label: str, where: model.Where) -> Story:
        """The way to a property that does not hold."""
        lines = list(self.way(broken.state))
        last: Stride | None = None
        if broken.change is not None:
            last = next((s for s in instances(self.explorer, broken.state) if _has(s, broken.change)), None)
            lines += self._told(last or Stride(broken.state, None, broken.state ^ broken.change))
        elif broken.event is not None:
            last = self._failing(broken.state, broken.event)
            lines.append(self._input(broken.event))
        lines.append(f"the engine stops here: {broken.fault}" if broken.fault else "this breaks it")
        title = f"{broken.name}: {label}" if broken.name else label
        return Story(title, where, tuple(lines), True, self._tracer.breaking(broken.name, broken.state, last))

    def to(self, state: int, title: str, where: model.Where, end: str, endless: bool = False) -> Story:
        """The way to a state, and what is the matter there."""
        lines = (*self.way(state), *(f"  {line}" for line in self.state(state)), end)
        trace = self._tracer.endless(state) if endless else self._tracer.resting(state)
        return Story(title, where, lines, True, trace)

    def _failing(self, state: int, event: Input) -> Stride:
        """The step upon which the model fails, which leads nowhere."""
        urgent = isinstance(event, Event) and self.system.machine(event.machine).event(event.name).urgent
        return Stride(state, Instance(event, ((0, ()),)), state, urgent)

    def way(self, state: int) -> Iterator[str]:
        """How a state is reached."""
        way = list(path(self.explored.parents, state))
        yield "from a system without things:"
        yield from (f"  {line}" for line in self._settings(way[0]))
        for each in strides(self.explorer, way):
            yield from self._told(each)

    # --- states ------------------------------------------------------------------------------------------------------

    def state(self, state: int) -> Iterator[str]:
        """The things that are there, with the fields that are not at their defaults."""
        world = self.explorer.worlds.world(state)
        for machine in self.system.machines:
            for key, record in getattr(world, machine.name).items():
                values = [(a, getattr(record, a.name)) for a in self._counting(machine, record)]
                shown = [f"{a.name} = {_value(a.type, v)}" for a, v in values if not _is_default(v, a)]
                states = " and ".join(getattr(record, slot) for slot in slots(machine))
                yield f"{machine.name} {key} is {states}" + (f"; {', '.join(shown)}" if shown else "")

    def _settings(self, state: int) -> Iterator[str]:
        config = self.explorer.layout.configs.list[state >> CONFIG & 0xFFFF]
        for setting in self.system.settings:
            if not setting.has_default or not _is_default(getattr(config, setting.name), setting):
                yield f"setting {setting.name} = {spelled(getattr(config, setting.name))}"

    def _counting(self, machine: model.Machine, record: Any) -> list[model.Attribute]:
        """The fields of a thing that count in the state that it is in."""
        table = self.explorer.layout.tables[machine.name]
        bits = table.counting(tuple(getattr(record, slot) for slot in slots(machine)))
        counting = {column.name for column in table.columns if column.mask & bits}
        return [a for a in stored(machine) if a.name in counting]

    # --- steps -------------------------------------------------------------------------------------------------------

    def _told(self, stride: Stride) -> Iterator[str]:
        instance = stride.instance
        if instance is None:
            if stride.before ^ stride.after != MOMENT:
                yield "  ended things are dropped, and the others numbered anew"
            return
        yield "  " + (self._input(instance.event, stride.urgent) if instance.event else "time passes")
        yield from (f"    {line}" for line in self._path(instance.path))
        yield from (f"    {line}" for line in self._changes(stride))

    def _input(self, event: Birth | Event | Configure, urgent: bool = False) -> str:
        types: Mapping[str, model.Type]
        if isinstance(event, Configure):
            return "settings: " + ", ".join(f"{name} = {spelled(value)}" for name, value in event.settings.items())
        machine = self.system.machine(event.machine)
        if isinstance(event, Birth):
            types = {a.name: a.type for a in stored(machine)}
            head, given = f"a new {machine.name}", event.fields
        else:
            types = {p.name: p.type for p in machine.event(event.name).parameters}
            who = f"every {machine.name}" if event.target is None else f"{machine.name} {event.target}"
            head, given = f"{who}, {event.name}" + (" (urgent)" if urgent else ""), event.arguments
        shown = [f"{name} = {_value(types[name], value)}" for name, value in given.items()]
        return head + (f" ({', '.join(shown)})" if shown else "")

    def _path(self, taken: tuple[Taken, ...]) -> Iterator[str]:
        for name, key, event, source, target in taken:
            machine = self.system.machine(name)
            ways = [t for t in machine.exits(source, event) if not t.refused and (t.target or source) == target]
            guards = "".join(f"; {guard.label.rstrip('.')}" for guard in ways[0].guards) if len(ways) == 1 else ""
            at = f"  ({place(ways[0].where)})" if ways else ""
            yield f"{name} {key}: {source} → {target}{guards}{at}"

    def _changes(self, stride: Stride) -> Iterator[str]:
        """The fields that change, of things that were there."""
        worlds = self.explorer.worlds
        old, new = worlds.world(stride.before), worlds.world(stride.after)
        for machine in self.system.machines:
            before, after = getattr(old, machine.name), getattr(new, machine.name)
            for key in after:
                if key in before:
                    for a in self._counting(machine, after[key]):
                        was, now = getattr(before[key], a.name), getattr(after[key], a.name)
                        if was != now:
                            change = f"{_value(a.type, was)} → {_value(a.type, now)}"
                            yield f"{machine.name} {key} {a.name}: {change}"


def _has(stride: Stride, change: int) -> bool:
    """One of the events of the step changes this."""
    assert stride.instance is not None
    return any(turn & ~MOMENT == change for turn, _ in stride.instance.turns)


def _value(type_: model.Type, value: Any) -> str:
    """A value for people; of a deadline only where it lies is known."""
    if value is not None and isinstance(bare(type_), model.Deadline):
        return "ahead" if value > 0 else "now" if value == 0 else "past"
    return told(type_, value)


def _is_default(value: Any, attribute: model.Attribute) -> bool:
    if isinstance(value, frozenset):
        return not value
    return attribute.has_default and getattr(value, "name", value) == attribute.initial
