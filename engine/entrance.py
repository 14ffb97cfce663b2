"""What a system lets in: events, births, settings, and whole states; all checked against the model."""

# What a state keeps for the engine alone is private, also to the modules of the engine that care for it.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, cast

from . import model
from .border import Fields, GoneError, typed, unknown
from .compiling import Compiled, World
from .compiling.expressions import region_slot
from .compiling.records import stored
from .compiling.source import local
from .state import Birth, Configure, Event, Input, InputError, Row, State


class Entrance:
    """Checks what comes from outside into one system."""

    def __init__(self, compiled: Compiled) -> None:
        system, objects = compiled.system, compiled.objects
        self.compiled = compiled
        self.system = system
        self.machines = {m.name: m for m in system.machines}
        self.made_inside = set(created(system))
        self.config_class: Any = objects.get(system.config)
        self.settings = Fields("the configuration", "setting", {}, typed(system.settings), objects)
        self.own = Fields(system.name, "field", *_split(system.attributes), objects)
        self.events: dict[tuple[str, str], tuple[model.Event, Fields]] = {}
        for machine in system.machines:
            for event in machine.events:
                given = {p.name: p.type for p in event.parameters if p.name != "now"}
                owner = f"{machine.name}.{event.name}"
                self.events[machine.name, event.name] = (event, Fields(owner, "argument", given, {}, objects))
        self.births = {
            m.name: Fields(f"a {m.name}", "field", *_split(tuple(stored(m))), objects) for m in system.machines
        }

    # --- events ------------------------------------------------------------------------------------------------------

    def check(self, event: Input, state: State, inside: bool = False) -> None:
        """``InputError`` if this cannot come from outside (``inside``: or from the model itself).

        ``GoneError`` if it names a thing that has ended and was dropped.
        """
        if isinstance(event, Event):
            self._check_event(event, state, inside)
        elif isinstance(event, Birth):
            self._known_machine(event.machine)
            if event.machine in self.made_inside and not inside:
                raise InputError(f"a {event.machine} is made by the station itself, not from outside")
            if not inside:
                self._check_given(event)
            self.births[event.machine].check(event.fields, state)
        elif isinstance(cast(object, event), Configure):
            self.settings.check(event.settings, state)
        else:
            raise InputError(f"an event is an Event, a Birth, a Configure, or None for time alone, not {event!r}")

    def _check_given(self, birth: Birth) -> None:
        """A thing from outside begins with the defaults of its fields: what is proved of a birth rests on them."""
        own = self.births[birth.machine].optional
        for name in birth.fields if isinstance(cast(object, birth.fields), Mapping) else ():
            if name in own:
                raise InputError(f"{name} of a {birth.machine} is not given from outside: it begins with its default")

    def _check_event(self, event: Event, state: State, inside: bool) -> None:
        try:
            entry = self.events.get((event.machine, event.name))
        except TypeError:  # a name that has no hash is no name
            entry = None
        if entry is None:
            self._known_machine(event.machine)
            outside = [e.name for e in self.machines[event.machine].events if not (e.inner or e.urgent)]
            raise unknown("event", event.name, outside, f"from outside {event.machine} takes")
        declared, fields = entry
        if not inside and (declared.inner or declared.urgent):
            why = "is taken by the engine itself" if declared.urgent else "is sent by the station itself"
            raise InputError(f"{event.machine}.{event.name} {why}, it does not come from outside")
        fields.check(event.arguments, state)
        key = event.target
        if key is not None and (type(key) is not int or key not in getattr(state, event.machine)):
            if type(key) is int and 0 < key < getattr(state, f"next_{event.machine}"):
                raise GoneError(event.machine, key)
            raise InputError(f"there is no {event.machine} {key!r}")

    def _known_machine(self, name: object) -> None:
        if not isinstance(name, str) or name not in self.machines:
            raise unknown("machine", name, self.machines, f"{self.system.name} has")

    def keywords(self, birth: Birth) -> dict[str, object]:
        """The fields of a birth, by their names in the generated module."""
        return {local(name): value for name, value in birth.fields.items()}

    # --- settings ----------------------------------------------------------------------------------------------------

    def check_config(self, config: object) -> None:
        """``InputError`` if this is no configuration of the system."""
        if type(config) is not self.config_class:
            name = self.config_class.__name__
            raise InputError(f"the configuration is a {name}, not {config!r}")
        given = {a.name: getattr(config, a.name) for a in self.system.settings}
        self.settings.check(given, self.compiled.function("empty")(config, None))

    def configured(self, config: Any, settings: Mapping[str, object]) -> Any:
        """The configuration with other settings, which were checked."""
        return dataclasses.replace(config, **settings)

    # --- states ------------------------------------------------------------------------------------------------------

    def empty(self, config: object, fields: Mapping[str, object], now: int) -> World:
        """A draft without things."""
        self.check_config(config)
        d: World = self.compiled.function("empty")(config, None)
        d.system = self._own_fields(fields, d)
        d.now = _time(now)
        return d

    def assemble(
        self,
        config: object,
        things: Mapping[str, Mapping[int, Row]],
        fields: Mapping[str, object],
        now: int,
        next_keys: Mapping[str, int],
    ) -> World:
        """A draft with exactly these things."""
        self.check_config(config)
        d: World = self.compiled.function("empty")(config, None)
        d.now = _time(now)
        for name in (*things, *next_keys):
            self._known_machine(name)
        for name, machine in self.machines.items():
            rows = things.get(name, {})
            for key in rows:
                if type(key) is not int or key < 1:
                    raise InputError(f"the key of a {name} is an int from 1, not {key!r}")
            setattr(d, name, {key: self._record(machine, key, rows[key]) for key in sorted(rows)})
            following = next_keys.get(name, max(rows, default=0) + 1)
            if type(following) is not int or following <= max(rows, default=0):
                raise InputError(f"the next key of {name} is an int after its last, not {following!r}")
            setattr(d, f"next_{name}", following)
        for name in self.machines:
            for key, row in things.get(name, {}).items():
                _check_held(f"{name} {key}", self.births[name], row.fields, d)
        _check_held(self.system.name, self.own, fields, d)
        d.system = self._own_fields(fields, d)
        d._ended = tuple(self._ended(d))
        self.compiled.function("assembled")(d)
        return d

    def _own_fields(self, fields: Mapping[str, object], d: World) -> Any:
        self.own.check(fields, d)
        values = {a.name: fields[a.name] if a.name in fields else self._initial(a) for a in self.system.attributes}
        return self.compiled.function(self.system.name)(**values)

    def _initial(self, attribute: model.Attribute) -> object:
        if isinstance(attribute.type, model.SetOf):
            return frozenset[int]()
        inner = attribute.type.of if isinstance(attribute.type, model.Maybe) else attribute.type
        if isinstance(inner, model.Enumeration) and attribute.initial is not None:
            return self.compiled.objects.get(inner.python)[attribute.initial]
        return attribute.initial

    def _record(self, machine: model.Machine, key: int, row: Row) -> Any:
        if len(row.states) != len(machine.regions):
            raise InputError(f"{machine.name} {key} has {len(machine.regions)} regions, not {len(row.states)}")
        for region, state in enumerate(row.states):
            resting = [s.name for s in machine.states if s.region == region and not s.choice]
            if state not in resting:
                raise unknown(f"resting state of {machine.name} {key}", state, resting, f"a {machine.name} has")
        attributes = stored(machine)
        extra = [name for name in row.fields if name not in {a.name for a in attributes}]
        if extra:
            raise unknown("field", extra[0], [a.name for a in attributes], f"a {machine.name} has")
        for a in attributes:
            if a.name not in row.fields and not a.has_default:
                raise InputError(f"{machine.name} {key} needs the field {a.name!r}")
        values = [row.fields[a.name] if a.name in row.fields else self._initial(a) for a in attributes]
        return self.compiled.function(machine.name)(*values, *row.states)

    def _ended(self, d: World) -> Iterator[tuple[str, int]]:
        for name, machine in self.machines.items():
            final = [{s.name for s in machine.states if s.final and s.region == r} for r in range(len(machine.regions))]
            places = [region_slot(machine, r) for r in range(len(machine.regions))]
            for key, record in getattr(d, name).items():
                if all(getattr(record, place) in ends for place, ends in zip(places, final, strict=True)):
                    yield name, key


def _check_held(owner: str, fields: Fields, given: Mapping[str, object], state: State) -> None:
    """Inside a state every reference leads to a thing that is there."""
    try:
        fields.check(given, state, owner)
    except GoneError as gone:
        raise InputError(f"{owner} refers to {gone.machine} {gone.key}, which is not there") from None


def _time(now: object) -> int:
    if type(now) is not int:
        raise InputError(f"now is a point in time in milliseconds, an int, not {now!r}")
    return now


def _split(attributes: tuple[model.Attribute, ...]) -> tuple[dict[str, model.Type], dict[str, model.Type]]:
    """Types of the fields that must be given, and of those that may be."""
    return typed(a for a in attributes if not a.has_default), typed(a for a in attributes if a.has_default)


def created(system: model.System) -> Iterator[str]:
    """The machines whose things are made by actions."""
    for machine in system.machines:
        for action in machine.actions:
            yield from _creations(action.body)


def _creations(statements: tuple[model.Statement, ...]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, model.Create):
            yield statement.machine
        elif isinstance(statement, model.If):
            yield from _creations(statement.then + statement.otherwise)
        elif isinstance(statement, model.Loop):
            yield from _creations(statement.body)
