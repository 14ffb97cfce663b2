"""A way from a system without things, told: each input, the transitions that it leads to, and what changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..engine import Birth, Configure, EngineFault, Event, Refusal, StationState, model
from ..engine.compiling.records import stored
from ..engine.laws import Laws
from ..engine.state import Input, Taken
from ..engine.step import Move
from ..engine.tracefile import Given, steps
from .concrete import Content, spelled, told
from .duties import Duty
from .story import Teller
from .verdict import Story, place
from .walk import Broken


class WayTeller:
    """Tells the ways through one system."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        self.engine = teller.engine
        self.system = teller.engine.system

    def tell(self, broken: Broken, duty: Duty) -> Story:
        """The way; the last step breaks the property, or stops the engine."""
        lines = ["from a system without things:", *(f"  {line}" for line in self._settings(broken.config))]
        laws = Laws(self.engine.compiled, {duty.name})
        state = self.engine.start(broken.config)
        for event, now in broken.inputs:
            lines += [f"at {now}: {self._input(event)}"]
            try:
                trace = self.engine.trace(state, event, now)
            except EngineFault:
                break
            assert not isinstance(trace, Refusal), "a way that is told has no steps that are refused"
            for move in trace.moves:
                if move.event is not event:
                    lines += [f"  by itself: {self._input(move.event)}"]
                lines += [f"  {line}" for line in self._move(move)]
                if laws.violations(move.before, move.commands, move.after):
                    break
            state = trace.step.state
        lines.append(f"the engine stops here: {broken.fault}" if broken.fault else "this breaks it")
        given = [Given(event, now) for event, now in broken.inputs]
        found = tuple(steps(self.engine, self.engine.start(broken.config), given))
        return Story(f"{duty.name}: {duty.label}", duty.where, tuple(lines), True, found)

    def _settings(self, config: Any) -> Iterator[str]:
        for setting in self.system.settings:
            value = getattr(config, setting.name)
            if not setting.has_default or getattr(value, "name", value) != setting.initial:
                yield f"setting {setting.name} = {spelled(value)}"

    def _input(self, event: Input | None) -> str:
        if event is None:
            return "time passes"
        if isinstance(event, Configure):
            given, types = event.settings, {s.name: s.type for s in self.system.settings}
            return f"other settings{self._given(given, types)}"
        machine = self.system.machine(event.machine)
        if isinstance(event, Birth):
            return f"a new {machine.name}{self._given(event.fields, {a.name: a.type for a in stored(machine)})}"
        types = {p.name: p.type for p in machine.event(event.name).parameters}
        who = f"{machine.name} {event.target}" if event.target else f"every {machine.name}"
        return f"{who}, {event.name}{self._given(event.arguments, types)}"

    def _given(self, given: Mapping[str, Any], types: Mapping[str, model.Type]) -> str:
        shown = ", ".join(f"{name} = {told(types[name], value)}" for name, value in given.items())
        return f" ({shown})" if shown else ""

    def _move(self, move: Move) -> Iterator[str]:
        for taken in move.path:
            yield self._taken(taken)
        if isinstance(move.event, Event):
            yield from self.teller.changes(self._content(move.before), self._content(move.after))

    def _taken(self, taken: Taken) -> str:
        """A transition, with the labels of its guards where only one is between these states for this event."""
        machine, key, event, source, target = taken
        text = f"{machine} {key}: {source} → {target}"
        every = self.system.machine(machine).exits(source, event)
        fitting = [t for t in every if (t.target or t.source) == target and not t.refused]
        if len(fitting) != 1:
            return text
        guards = "".join(f"; {guard.label.rstrip('.')}" for guard in fitting[0].guards)
        return f"{text}{guards}  ({place(fitting[0].where)})"

    def _content(self, state: StationState) -> Content:
        machines = self.system.machines
        things = {m.name: {key: state.row(m.name, key) for key in state.keys(m.name)} for m in machines}
        fields = {a.name: getattr(state.system, a.name) for a in self.system.attributes}
        return Content(state.config, things, fields)
