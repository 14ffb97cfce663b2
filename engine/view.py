"""Read-only objects that look like the classes of a model, over a state.

Trusted functions and policies are ordinary Python over them; so are the tests and programs that ask a state. Within a
state a thing has one view, so ``is`` works as in the model; ``==`` also compares things of different states, by machine
and key. Plain helper methods of the classes, which the engine does not read, work too.
"""

# Fields of a model have any public name, so what a view knows itself is private, also to its neighbours here.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any, cast

from . import model
from .compiling import Compiled, bare
from .compiling.expressions import region_slot
from .compiling.records import stored
from .state import State


class StateView:
    """A state of a thing: ``is_active``."""

    __slots__ = ("is_active", "name")

    def __init__(self, name: str, is_active: bool) -> None:
        self.name = name
        self.is_active = is_active

    def __repr__(self) -> str:
        return f"<State {self.name}{' (active)' if self.is_active else ''}>"


class RegionView:
    """A group of states: the states and groups in it, as attributes."""

    def __init__(self, members: Mapping[str, StateView | RegionView]) -> None:
        self.__dict__.update(members)


class _View:
    """Nothing can be set; helper methods of the model's class are found there."""

    __slots__ = ("_state",)
    _state: State
    _views: Views
    _python: Any

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a view of a state is read-only: {name} is written by transitions only")

    def __getattr__(self, name: str) -> Any:
        found = inspect.getattr_static(self._python, name, None) if not name.startswith("__") else None
        if isinstance(found, FunctionType) and not found.__module__.startswith("statemachine"):
            return MethodType(found, self)
        if isinstance(found, (staticmethod, classmethod, property)):
            return cast(Any, found).__get__(self, type(self))
        raise AttributeError(f"{type(self).__name__} has no {name!r}")


class ThingView(_View):
    """A thing of a machine: its fields, states and predicates, and its ``key``."""

    __slots__ = ("_key",)
    _key: int
    _machine: str

    def __init__(self, state: State, key: int) -> None:
        object.__setattr__(self, "_state", state)
        object.__setattr__(self, "_key", key)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ThingView):
            return NotImplemented
        return self._key == other._key and self._machine == other._machine

    def __hash__(self) -> int:
        return hash((self._machine, self._key))

    def __repr__(self) -> str:
        return f"<{self._machine} {self._key}>"


class SystemView(_View):
    """The system: its things, settings, fields and predicates."""

    __slots__ = ()

    def __init__(self, state: State) -> None:
        object.__setattr__(self, "_state", state)


class Views:
    """Makes the views of one system."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.objects = compiled.objects
        self.things: dict[str, type[ThingView]] = {}
        for machine in compiled.system.machines:
            self.things[machine.name] = self._thing_class(machine)
        self.system = self._system_class(compiled.system)

    def of(self, state: State) -> SystemView:
        """The view of a whole state."""
        known = _known(state)
        if "" not in known:
            known[""] = self.system(state)
        found: SystemView = known[""]
        return found

    def thing(self, state: State, machine: str, key: int) -> ThingView:
        """The view of one thing."""
        return _one(_known(state), self.things[machine], state, key)

    def wrapper(self, type_: model.Type) -> Callable[[State, Any], Any] | None:
        """What makes a view of a value of that type; none if the value is shown as it is."""
        inner = bare(type_)
        if isinstance(inner, model.Ref):
            name = inner.machine
            return lambda state, key: None if key is None else self.thing(state, name, key)
        if isinstance(inner, model.SetOf):
            several = inner.machine
            return lambda state, keys: None if keys is None else frozenset(self.thing(state, several, k) for k in keys)
        if isinstance(inner, model.Station):
            return lambda state, _: self.of(state)
        return None

    def _thing_class(self, machine: model.Machine) -> type[ThingView]:
        members: dict[str, Any] = {"__slots__": (), "_views": self, "_machine": machine.name}
        members["_python"] = self.objects.get(machine.python)
        members["key"] = property(lambda view: view._key)
        members.update(_regions(machine))
        for attribute in stored(machine):
            members[attribute.name] = self._field(machine.name, attribute)
        members[machine.system_field] = property(lambda view: self.of(view._state))
        for name, other, via in machine.belonging:
            members[name] = self._belonging(other, via)
        for predicate in machine.predicates:
            members[predicate.name] = self._predicate(machine.name, predicate)
        return type(machine.name, (ThingView,), members)

    def _system_class(self, system: model.System) -> type[SystemView]:
        members: dict[str, Any] = {"__slots__": (), "_views": self, "_python": self.objects.get(system.python)}
        members["config"] = property(lambda view: view._state.config)
        members["memo"] = property(lambda view: memo_of(view._state))
        for machine in system.machines:
            members[machine.collection] = self._collection(machine.name)
        for attribute in system.attributes:
            members[attribute.name] = self._own(attribute)
        for predicate in (*system.predicates, *system.invariants):
            members[predicate.name] = self._predicate(system.name, predicate)
        return type(system.name, (SystemView,), members)

    def _collection(self, machine: str) -> property:
        def read(view: _View) -> tuple[ThingView, ...]:
            cls, state = self.things[machine], view._state
            known = _known(state)
            return tuple([_one(known, cls, state, key) for key in getattr(state, machine)])

        return property(read)

    def _belonging(self, machine: str, via: str) -> property:
        def read(view: ThingView) -> tuple[ThingView, ...]:
            cls, state, owner = self.things[machine], view._state, view._key
            keys = [k for k, r in getattr(state, machine).items() if getattr(r, via) == owner]
            known = _known(state)
            return tuple([_one(known, cls, state, key) for key in keys])

        return property(read)

    def _field(self, machine: str, attribute: model.Attribute) -> property:
        name, wrap = attribute.name, self.wrapper(attribute.type)
        if wrap is None:
            return property(lambda view: getattr(getattr(view._state, machine)[view._key], name))
        return property(lambda view: wrap(view._state, getattr(getattr(view._state, machine)[view._key], name)))

    def _own(self, attribute: model.Attribute) -> property:
        name, wrap = attribute.name, self.wrapper(attribute.type)
        if wrap is None:
            return property(lambda view: getattr(view._state.system, name))
        return property(lambda view: wrap(view._state, getattr(view._state.system, name)))

    def _predicate(self, owner: str, predicate: model.Predicate) -> Callable[..., Any]:
        function = self.compiled.predicate(owner, predicate.name)
        names = [p.name for p in predicate.parameters]
        wrap = self.wrapper(predicate.body.type)

        def ask(view: _View, *given: object, **named: object) -> Any:
            if len(given) + len(named) != len(names) or not set(named) <= set(names[len(given) :]):
                raise TypeError(f"{owner}.{predicate.name} takes {', '.join(names) or 'no arguments'}")
            values = [*given, *(named[name] for name in names[len(given) :])]
            of = (view._key,) if isinstance(view, ThingView) else ()
            answer = function(view._state, *of, *[plain(value) for value in values])
            return wrap(view._state, answer) if wrap else answer

        ask.__name__, ask.__doc__ = predicate.name, predicate.label
        return ask


def _known(state: State) -> dict[Any, Any]:
    """The views of this state that were made."""
    if state._views is None:
        state._views = {}
    return state._views


def memo_of(state: State) -> dict[Any, Any]:
    """What was derived from this state: a draft forgets it all with each write."""
    if state._memo is None:
        state._memo = {}
    return state._memo


def _one(known: dict[Any, Any], cls: type[ThingView], state: State, key: int) -> ThingView:
    name = (cls, key)
    if name not in known:
        known[name] = cls(state, key)
    found: ThingView = known[name]
    return found


def plain(value: object) -> object:
    """A value without views: keys for things."""
    if isinstance(value, ThingView):
        return value._key
    if isinstance(value, frozenset):
        return frozenset(plain(element) for element in cast("frozenset[object]", value))
    return value


def keys_of(things: tuple[object, ...], machines: Sequence[str]) -> tuple[int, ...] | None:
    """The keys of views of these machines, in this order; ``None`` if they are anything else."""
    views = [thing for thing in things if isinstance(thing, ThingView)]
    if len(views) != len(things) or [view._machine for view in views] != [*machines]:
        return None
    return tuple([view._key for view in views])


def _regions(machine: model.Machine) -> dict[str, property]:
    """For each first part of a state's path, what reads it."""
    tree: dict[str, Any] = {}
    for state in machine.states:
        place = tree
        for part in state.path[:-1]:
            place = place.setdefault(part, {})
        place[state.path[-1]] = state
    return {name: _reader(machine, part) for name, part in tree.items()}


def _reader(machine: model.Machine, part: Any) -> property:
    name = machine.name
    if isinstance(part, model.State):
        slot, state = region_slot(machine, part.region), part.name
        return property(lambda view: StateView(state, getattr(getattr(view._state, name)[view._key], slot) == state))

    def read(view: ThingView, inside: Any = part) -> RegionView:
        record = getattr(view._state, name)[view._key]
        return RegionView({n: _shown(machine, record, inner) for n, inner in inside.items()})

    return property(read)


def _shown(machine: model.Machine, record: Any, part: Any) -> StateView | RegionView:
    if isinstance(part, model.State):
        return StateView(part.name, getattr(record, region_slot(machine, part.region)) == part.name)
    return RegionView({name: _shown(machine, record, inner) for name, inner in part.items()})
