"""The reference: python-statemachine running the classes of a system, one event at a time, from any state.

Every outcome is written in the same plain form for both sides, so that they are compared by ``==``. Opaque values are
compared with all their fields, those that do not count for equality too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Any, TypeAlias

from statemachine import StateMachine
from statemachine.exceptions import TransitionNotAllowed
from statemachine.model import Model
from statemachine.orderedset import OrderedSet

from statewatt.engine import Birth, Configure, Engine, EngineFault, Event, Machine, Refusal, Step, System
from statewatt.engine import model as m
from statewatt.engine.compiling.records import stored
from statewatt.engine.state import Input, State, as_tuple

Content: TypeAlias = tuple[object, ...]


class Kind(Enum):
    """How an event ends. ``FAILED``: an assertion does not hold, an optional reference is read that is ``None``, a
    receiver refuses."""

    TAKEN = "taken"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What came of an event: the state after it and the commands, if it was taken."""

    kind: Kind
    content: Content = ()
    commands: Content = ()
    reason: str = field(default="", compare=False)


def compiled_outcome(engine: Engine[Any], state: State, event: Input, now: int) -> Outcome:
    """What comes of one event by the compiled step."""
    try:
        result = engine.take(state, event, now)
    except EngineFault as fault:
        return Outcome(Kind.FAILED, reason=str(fault))
    if isinstance(result, Refusal):
        return Outcome(Kind.REFUSED)
    return taken(engine, result)


def taken(engine: Engine[Any], step: Step) -> Outcome:
    """The outcome of a step that was taken."""
    commands = tuple(_command(command, _as_it_is) for command in step.commands)
    return Outcome(Kind.TAKEN, content_of(engine, step.state), commands)


def content_of(engine: Engine[Any], state: State) -> Content:
    """A state in plain form: the configuration, the system's own fields, and all things of each machine."""
    machines = [
        (
            machine.name,
            getattr(state, f"next_{machine.name}"),
            tuple([(key, _plain(as_tuple(row))) for key, row in getattr(state, machine.name).items()]),
        )
        for machine in engine.system.machines
    ]
    return (_exact(state.config), _plain(as_tuple(state.system)), *machines)


class Reference:
    """Runs the classes of one system. Things are made once and used again: making one takes a millisecond."""

    def __init__(self, engine: Engine[Any]) -> None:
        self.engine = engine
        self.model = engine.system
        objects = engine.compiled.objects
        self.system_class: type[System] = objects.get(self.model.python)
        self.kinds = {machine.name: _Kind(machine, objects.get(machine.python)) for machine in self.model.machines}
        self.system: System = self.system_class(None)
        self.keys: dict[int, int] = {}
        self._unchanged: State | None = None

    # --- a state -----------------------------------------------------------------------------------------------------

    def load(self, state: State) -> System:
        """The system in exactly this state; what was there before is overwritten."""
        system: System = self.system
        self._unchanged = None
        system.config = state.config
        system.emitted = []
        self.keys.clear()
        things: dict[str, dict[int, Machine]] = {}
        for name, kind in self.kinds.items():
            keys = state.keys(name)
            things[name] = dict(zip(keys, kind.things(len(keys)), strict=True))
            self.keys.update({id(thing): key for key, thing in things[name].items()})
            system._things[name][:] = things[name].values()
        for name, kind in self.kinds.items():
            records = getattr(state, name)
            for key, thing in things[name].items():
                kind.restore(thing, system, as_tuple(records[key]), things)
        for attribute, value in zip(self.model.attributes, as_tuple(state.system), strict=True):
            setattr(system, attribute.name, _object(attribute.type, value, things))
        return system

    def thing(self, machine: str, key: int) -> Machine:
        """The thing of that key in the state that was loaded last."""
        things: list[Machine] = self.system.of(machine)
        return next(thing for thing in things if self.keys[id(thing)] == key)

    def seen(self, type_: m.Type, value: object) -> Any:
        """A value whose things are keys, as the classes see it, in the state that was loaded last."""
        inner = type_.of if isinstance(type_, m.Maybe) else type_
        if not isinstance(inner, (m.Ref, m.SetOf)):
            return value
        things = {inner.machine: {self.keys[id(thing)]: thing for thing in self.system.of(inner.machine)}}
        return _object(inner, value, things)

    def plain(self, value: object) -> object:
        """A value of the classes in plain form."""
        return _exact(value, self._key)

    def content(self, before: State) -> Content:
        """The system as it is now, in the form of ``content_of``; what came after the state before has new keys."""
        following: dict[str, int] = {}
        for name in self.kinds:
            following[name] = getattr(before, f"next_{name}")
            for thing in self.system._things[name]:
                if id(thing) not in self.keys:
                    self.keys[id(thing)] = following[name]
                    following[name] += 1
        machines = [
            (
                name,
                following[name],
                tuple([(self._key(thing), kind.row(thing, self._key)) for thing in self.system._things[name]]),
            )
            for name, kind in self.kinds.items()
        ]
        own = tuple([self.plain(getattr(self.system, a.name)) for a in self.model.attributes])
        return (_exact(self.system.config), own, *machines)

    def _key(self, thing: object) -> int:
        return self.keys[id(thing)]

    # --- an event ----------------------------------------------------------------------------------------------------

    def take(self, state: State, event: Input, now: int) -> Outcome:
        """What comes of one event by the classes, as ``Engine.take`` has it; inner and urgent events too."""
        # A plain refusal changes nothing: the next event of the same state finds it as it was, and would tell.
        if self._unchanged is not state:
            self.load(state)
        self._unchanged = None
        try:
            accepted = self._send(state, event, max(now, state.now))
        except Exception as error:
            return Outcome(Kind.FAILED, reason=f"{type(error).__name__}: {error}")
        if not accepted:
            self._unchanged = state
            return Outcome(Kind.REFUSED)
        content = self.content(state)
        commands = tuple(_command(command, self._key) for command in self.system.emitted)
        return Outcome(Kind.TAKEN, content, commands)

    def _send(self, state: State, event: Input, now: int) -> bool:
        if isinstance(event, Configure):
            self.system.config = dataclasses.replace(self.system.config, **event.settings)
            return True
        if isinstance(event, Birth):
            kind = self.kinds[event.machine]
            types = {a.name: a.type for a in stored(kind.machine)}
            fields = {name: self.seen(types[name], value) for name, value in event.fields.items()}
            kind.python(**{kind.machine.system_field: self.system}, **fields)
            return True
        arguments = self.arguments(event, now)
        targets = state.keys(event.machine) if event.target is None else (event.target,)
        things = [self.thing(event.machine, key) for key in targets]
        accepted = [_accepts(thing, event.name, arguments) for thing in things]
        return any(accepted)

    def arguments(self, event: Event, now: int) -> dict[str, Any]:
        """The arguments of an event as the classes see them, in the state that was loaded last."""
        parameters = self.model.machine(event.machine).event(event.name).parameters
        given: Mapping[str, object] = {**event.arguments, "now": now}
        return {p.name: self.seen(p.type, given[p.name]) for p in parameters}


class _Kind:
    """A machine and its class, with things of it for use again and again."""

    def __init__(self, machine: m.Machine, python: type[Machine]) -> None:
        self.machine = machine
        self.python = python
        self.attributes = [(a.name, a.type) for a in stored(machine)]
        self.region_of = {state.name: state.region for state in machine.states}
        self._path = {state.name: state.path for state in machine.states}
        self._values: dict[tuple[object, ...], Any] = {}
        self._made: list[Machine] = []

    def things(self, number: int) -> list[Machine]:
        """So many things, as yet without fields."""
        while len(self._made) < number:
            thing = self.python.__new__(self.python)
            model: Any = Model()  # type: ignore[no-untyped-call]
            # With a state to go on from, the constructor enters none: no choice is left.
            model.state = self.value(tuple(self.machine.initial(r).name for r in range(len(self.machine.regions))))
            StateMachine.__init__(thing, model)
            self._made.append(thing)
        return self._made[:number]

    def restore(
        self, thing: Machine, system: System, row: tuple[object, ...], things: Mapping[str, Mapping[int, Machine]]
    ) -> None:
        """Put a thing into a state; an engine that had come to its end, or failed, runs again."""
        inside = vars(thing)
        for (name, type_), value in zip(self.attributes, row, strict=False):
            inside[name] = _object(type_, value, things)
        inside[self.machine.system_field] = inside["_system"] = system
        thing.model.state = self.value(row[len(self.attributes) :])
        thing._engine.running = True
        thing._engine.clear()

    def value(self, states: tuple[object, ...]) -> Any:
        """What python-statemachine keeps for these states of the regions."""
        if states not in self._values:
            ids = [part for state in states for part in self._path[str(state)]]
            self._values[states] = ids[0] if len(ids) == 1 else OrderedSet(ids)
        return self._values[states]

    def row(self, thing: Machine, key: Callable[[object], int]) -> Content:
        """A thing in plain form: every field, then every state."""
        fields = [_exact(getattr(thing, name), key) for name, _ in self.attributes]
        active = [v for v in thing.configuration_values if v in self.region_of]
        return tuple(fields + sorted(active, key=self.region_of.__getitem__))


def _accepts(thing: Machine, event: str, arguments: Mapping[str, Any]) -> bool:
    """Send an event. A refusal by another thing, to which an action sends, is none by this one."""
    try:
        thing.send(event, **arguments)
    except TransitionNotAllowed as refusal:
        if _refusing(refusal.__traceback__) is thing:
            return False
        raise
    return True


def _refusing(traceback: TracebackType | None) -> object:
    """The thing whose engine raised: that of the innermost frame."""
    *_, last = _chain(traceback)
    return last.tb_frame.f_locals["self"].sm


def _chain(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


# --- plain form ------------------------------------------------------------------------------------------------------


def _as_it_is(thing: object) -> int:
    raise AssertionError(f"{thing!r} is a thing of the classes, where a key is wanted")


def _plain(values: tuple[object, ...]) -> Content:
    return tuple([_exact(value) for value in values])


def _exact(value: object, key: Callable[[object], int] = _as_it_is) -> object:
    """Things are keys; opaque values are shown with all their fields."""
    if value is None or isinstance(value, (int, str, Enum)):
        return value
    if isinstance(value, Machine):
        return key(value)
    if isinstance(value, frozenset):
        return frozenset([_exact(element, key) for element in value])
    if isinstance(value, tuple):
        return tuple([_exact(element, key) for element in value])
    return (type(value).__name__, *[_exact(inner, key) for inner in vars(value).values()])


def _command(command: Any, key: Callable[[object], int]) -> object:
    return (type(command).__name__, *[_exact(inner, key) for inner in vars(command).values()])


def _object(type_: m.Type, value: Any, things: Mapping[str, Mapping[int, Machine]]) -> Any:
    """A value whose things are keys, with the things themselves."""
    inner = type_.of if isinstance(type_, m.Maybe) else type_
    if value is None:
        return None
    if isinstance(inner, m.Ref):
        return things[inner.machine][value]
    if isinstance(inner, m.SetOf):
        return frozenset(things[inner.machine][one] for one in value)
    return value
