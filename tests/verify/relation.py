"""What the engine itself does in a state of an exploration: each event on its own, nothing remembered."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from statewatt.engine import Birth, Configure, Engine, Event, Refusal, Row, StationState
from statewatt.engine import model as m
from statewatt.engine.compiling import bare
from statewatt.engine.compiling.records import deadlines, slots, stored
from statewatt.engine.state import Input
from statewatt.verify.exploring.guide import packed
from statewatt.verify.exploring.packing import MOMENT
from statewatt.verify.exploring.scope import LATER, PAST, Domains
from statewatt.verify.exploring.search import Explorer
from statewatt.verify.exploring.watched import made_inside


class Relation:
    """The successors of states, as the engine has them."""

    def __init__(self, engine: Engine[Any], explorer: Explorer) -> None:
        self.engine = engine
        self.explorer = explorer
        self.system = engine.system
        self.domains = Domains(engine, explorer.scope.values)
        self.inside = made_inside(self.system)

    def real(self, state: int) -> StationState:
        """The state, unpacked for an engine that is not watched."""
        world = self.explorer.worlds.world(state)
        things = {
            machine.name: {
                key: Row(
                    {a.name: getattr(record, a.name) for a in stored(machine)},
                    tuple(getattr(record, slot) for slot in slots(machine)),
                )
                for key, record in getattr(world, machine.name).items()
            }
            for machine in self.system.machines
        }
        fields = {a.name: getattr(world.system, a.name) for a in self.system.attributes}
        return self.engine.state(world.config, self._typed(things), fields=fields, now=0)

    def _typed(self, things: dict[str, dict[int, Row]]) -> dict[str, dict[int, Row]]:
        """What does not count any more is packed as nothing: some value of its type stands there."""
        for machine in self.system.machines:
            for key, row in things[machine.name].items():
                values = dict(row.fields)
                for a in stored(machine):
                    if values[a.name] is None and not isinstance(a.type, m.Maybe):
                        values[a.name] = self._some(a, things)
                things[machine.name][key] = Row(values, row.states)
        return things

    def _some(self, attribute: m.Attribute, things: dict[str, dict[int, Row]]) -> Any:
        if isinstance(attribute.type, m.Ref):
            return next(iter(things[attribute.type.machine]))
        if isinstance(attribute.type, m.SetOf):
            return frozenset(things[attribute.type.machine])
        return self.domains.values(attribute.name, attribute.type)[-1]

    # --- successors --------------------------------------------------------------------------------------------------

    def successors(self, state: int) -> set[int]:
        """All states that come next."""
        return {after for after in self._successors(state) if after is not None}

    def _successors(self, state: int) -> Iterator[int | None]:
        real = self.real(state)
        forced = False
        for event in self.engine.urgent(real, 0):
            policy = self.system.machine(event.machine).event(event.name).pick
            yield self._after(real, event)
            if not policy:
                forced = True
                break
        if forced and not state & MOMENT:
            return
        if not forced:
            if state & MOMENT:
                yield state ^ MOMENT
                return
            rest = self.engine.tidy(real)
            if rest != real:
                yield packed(self.explorer, rest)
                return
        for given in self.events(real):
            if not isinstance(self.engine.take(real, given, 0), Refusal):
                yield self._after(real, given)
        if not state & MOMENT:
            yield from self._times(real)

    def _after(self, real: StationState, event: Input) -> int | None:
        """The state after an event, unless it has more things than the scope."""
        result = self.engine.take(real, event, 0)
        assert not isinstance(result, Refusal)
        if any(len(result.state.keys(name)) > size for name, size in self.explorer.scope.things.items()):
            return None
        return packed(self.explorer, result.state)

    def events(self, real: StationState) -> Iterator[Input]:
        """Every event from outside, every birth, every change of settings."""
        for machine in self.system.machines:
            room = self.explorer.scope.things[machine.name] - len(real.keys(machine.name))
            if machine.name not in self.inside and room > 0:
                yield from self._births(machine, real)
        for machine in self.system.machines:
            yield from self._outside(machine, real)
        for config in self.explorer.layout.configs.list:
            changed = {s.name: getattr(config, s.name) for s in self.system.settings}
            changed = {name: value for name, value in changed.items() if value != getattr(real.config, name)}
            if len(changed) == 1:
                yield Configure(changed)

    def _outside(self, machine: m.Machine, real: StationState) -> Iterator[Event]:
        for event in machine.events:
            if not event.inner and not event.urgent:
                parameters = [p for p in event.parameters if p.name != "now"]
                for values in itertools.product(*(self._values(p.name, p.type, real) for p in parameters)):
                    given = {p.name: v for p, v in zip(parameters, values, strict=True)}
                    for key in (None, *real.keys(machine.name)):
                        yield Event(machine.name, event.name, key, given)

    def _births(self, machine: m.Machine, real: StationState) -> Iterator[Birth]:
        fields = [a for a in stored(machine) if not a.has_default]
        for values in itertools.product(*(self._values(a.name, a.type, real) for a in fields)):
            yield Birth(machine.name, {a.name: v for a, v in zip(fields, values, strict=True)})

    def _values(self, name: str, type_: m.Type, real: StationState) -> Sequence[Any]:
        of = bare(type_)
        nothing = (None,) if isinstance(type_, m.Maybe) else ()
        if isinstance(of, m.Ref):
            return (*nothing, *real.keys(of.machine))
        if isinstance(of, m.SetOf):
            keys = real.keys(of.machine)
            sizes = range(len(keys) + 1)
            return (*nothing, *(frozenset(some) for n in sizes for some in itertools.combinations(keys, n)))
        return self.domains.values(name, type_)

    def _times(self, real: StationState) -> Iterator[int]:
        """One deadline that lies ahead falls due, or none; those that are due pass."""
        living = self.engine.tidy(real)
        places = [
            (machine.name, key, name)
            for machine in self.system.machines
            for name in deadlines(machine)
            for key in living.keys(machine.name)
            if real.row(machine.name, key).fields[name] is not None and not self._has_ended(machine, real, key)
        ]
        at: dict[Any, Any] = {place: real.row(place[0], place[1]).fields[place[2]] for place in places}
        passing = {place: PAST for place in places if at[place] == 0}
        for due in [place for place in places if at[place] == LATER]:
            yield packed(self.explorer, self._with(real, passing | {due: 0})) | MOMENT
        if passing:
            yield packed(self.explorer, self._with(real, passing)) | MOMENT

    def _has_ended(self, machine: m.Machine, real: StationState, key: int) -> bool:
        return all(machine.state(state).final for state in real.row(machine.name, key).states)

    def _with(self, real: StationState, values: Mapping[tuple[str, int, str], int]) -> StationState:
        things: dict[str, dict[int, Row]] = {
            machine.name: {key: real.row(machine.name, key) for key in real.keys(machine.name)}
            for machine in self.system.machines
        }
        for (machine, key, name), value in values.items():
            row = things[machine][key]
            things[machine][key] = Row({**row.fields, name: value}, row.states)
        fields = {a.name: getattr(real.system, a.name) for a in self.system.attributes}
        return self.engine.state(real.config, things, fields=fields, now=0)
