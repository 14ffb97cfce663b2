"""Read-only objects that look like the classes of a model, over a state.

Trusted functions and policies are ordinary Python over them; so are the tests and programs that ask a state. Within a
state a thing has one view, so ``is`` works as in the model; ``==`` also compares things of different states, by machine
and key. Plain helper methods of the classes, which the engine does not read, work too.
"""

# Fields of a model have any public name, so what a view knows itself is private, also to its neighbours here.
# pyright: reportPrivateUsage=false

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Sequence
from types import FunctionType, MethodType
from typing import Any, cast, overload

from . import model
from .compiling import Compiled, bare
from .compiling.expressions import region_slot
from .compiling.plan import by
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
    """A group of states of a thing: the states and groups in it, as attributes."""

    __slots__ = ("_key", "_state")

    def __init__(self, thing: ThingView | RegionView) -> None:
        self._state: State = thing._state
        self._key: int = thing._key


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
        _set_state(self, state)
        _set_key(self, key)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ThingView):
            return NotImplemented
        return self._key == other._key and self._machine == other._machine

    def __hash__(self) -> int:
        return self._key

    def __repr__(self) -> str:
        return f"<{self._machine} {self._key}>"


class SystemView(_View):
    """The system: its things, settings, fields and predicates."""

    __slots__ = ()

    def __init__(self, state: State) -> None:
        _set_state(self, state)


_set_state: Callable[[_View, State], None] = cast(Any, _View)._state.__set__
_set_key: Callable[[ThingView, int], None] = cast(Any, ThingView)._key.__set__


class _Made(dict[int, ThingView]):
    """The views of the things of one machine in one state: made when they are first looked up."""

    __slots__ = ("cls", "state")

    def __init__(self, cls: type[ThingView], state: State) -> None:
        self.cls = cls
        self.state = state

    def __missing__(self, key: int) -> ThingView:
        made = self[key] = self.cls(self.state, key)
        return made


class Things(Sequence[Any]):
    """Some things of one machine, in order of creation; equal to a tuple of the same ones.

    Their number, and whether one is among them, costs the same for few and for many; views are made as it is gone
    through.
    """

    __slots__ = ("_keys", "_made")

    def __init__(self, made: _Made, keys: Collection[int]) -> None:
        self._made = made
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Any]:
        return map(self._made.__getitem__, self._keys)

    def __contains__(self, thing: object) -> bool:
        return isinstance(thing, ThingView) and thing._machine == self._made.cls._machine and thing._key in self._keys

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, index: int | slice) -> Any:
        found = tuple(self._keys)[index]
        return tuple(map(self._made.__getitem__, found)) if isinstance(found, tuple) else self._made[found]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (tuple, Things)):
            return NotImplemented
        return tuple(self) == tuple(cast("Sequence[Any]", other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))


class Views:
    """Makes the views of one system."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.objects = compiled.objects
        self.things: dict[str, type[ThingView]] = {}
        for machine in compiled.system.machines:
            self.things[machine.name] = self._thing_class(machine)
        self.system = self._system_class(compiled.system)

    def made(self, state: State) -> dict[str, Any]:
        """The views of a state that were made: by machine those of its things, and that of the system."""
        known = state._views
        if known is None:
            known = state._views = {name: _Made(cls, state) for name, cls in self.things.items()}
            known[""] = self.system(state)
        return known

    def of(self, state: State) -> SystemView:
        """The view of a whole state."""
        found: SystemView = self.made(state)[""]
        return found

    def thing(self, state: State, machine: str, key: int) -> ThingView:
        """The view of one thing."""
        found: ThingView = self.made(state)[machine][key]
        return found

    def wrapper(self, type_: model.Type) -> Callable[[State, Any], Any] | None:
        """What makes a view of a value of that type; none if the value is shown as it is."""
        inner, made = bare(type_), self.made
        if isinstance(inner, model.Ref):
            name = inner.machine
            return lambda state, key: None if key is None else made(state)[name][key]
        if isinstance(inner, model.SetOf):
            several = inner.machine
            return lambda state, keys: None if keys is None else frozenset([made(state)[several][key] for key in keys])
        if isinstance(inner, model.Station):
            return lambda state, _: self.of(state)
        return None

    def _thing_class(self, machine: model.Machine) -> type[ThingView]:
        members: dict[str, Any] = {"__slots__": (), "_views": self, "_machine": machine.name}
        members["_python"] = self.objects.get(machine.python)
        members["key"] = property(lambda view: view._key)
        members.update(_regions(machine))
        for attribute in stored(machine):
            members[attribute.name] = self._field(f"view._state.{machine.name}[view._key]", attribute)
        members[machine.system_field] = property(lambda view: self.of(view._state))
        for name, other, via in machine.belonging:
            members[name] = self._belonging(other, via)
        for predicate in machine.predicates:
            members[predicate.name] = self._predicate(machine.name, predicate, "_view._state, _view._key")
        return type(machine.name, (ThingView,), members)

    def _system_class(self, system: model.System) -> type[SystemView]:
        members: dict[str, Any] = {"__slots__": (), "_views": self, "_python": self.objects.get(system.python)}
        members["config"] = property(lambda view: view._state.config)
        members["memo"] = property(lambda view: memo_of(view._state))
        for machine in system.machines:
            source = f"Things(made(view._state)[{machine.name!r}], view._state.{machine.name})"
            members[machine.collection] = self._reader(source, Things=Things)
        for attribute in system.attributes:
            members[attribute.name] = self._field("view._state.system", attribute)
        for predicate in (*system.predicates, *system.invariants):
            members[predicate.name] = self._predicate(system.name, predicate, "_view._state")
        return type(system.name, (SystemView,), members)

    def _reader(self, source: str, **known: object) -> property:
        """A property of a view, as an expression: written out for each, since most of what is asked of a state is
        reading."""
        return property(_written(f"lambda view: {source}", made=self.made, **known))

    def _belonging(self, machine: str, via: str) -> property:
        made, index = f"made(view._state)[{machine!r}]", by((machine, via))
        if index in getattr(self.compiled.space.get("Index"), "__slots__", ()):
            return self._reader(f"Things({made}, view._state.index.{index}.get(view._key, ()))", Things=Things)
        keys = f"[key for key, record in view._state.{machine}.items() if record.{via} == view._key]"
        return self._reader(f"Things({made}, {keys})", Things=Things)

    def _field(self, record: str, attribute: model.Attribute) -> property:
        read, inner = f"{record}.{attribute.name}", bare(attribute.type)
        if isinstance(inner, model.Ref):
            return self._reader(f"None if (key := {read}) is None else made(view._state)[{inner.machine!r}][key]")
        wrap = self.wrapper(attribute.type)
        return self._reader(f"wrap(view._state, {read})" if wrap else read, wrap=wrap)

    def _predicate(self, owner: str, predicate: model.Predicate, of: str) -> Callable[..., Any]:
        """The question with the parameters of the model, so that a wrong call is told as Python tells it."""
        names = [p.name for p in predicate.parameters]
        wrap = self.wrapper(predicate.body.type)
        asked = f"_function({', '.join([of, *(f'_plain({name})' for name in names)])})"
        source = f"lambda {', '.join(['_view', *names])}: {f'_wrap(_view._state, {asked})' if wrap else asked}"
        function = self.compiled.predicate(owner, predicate.name)
        ask = _written(source, _function=function, _plain=plain, _wrap=wrap)
        ask.__name__, ask.__qualname__ = predicate.name, f"{owner}.{predicate.name}"
        ask.__doc__ = predicate.label
        return ask


def _written(source: str, **known: object) -> Callable[..., Any]:
    function: Callable[..., Any] = eval(source, known)
    return function


def memo_of(state: State) -> dict[Any, Any]:
    """What was derived from this state: a draft forgets it all with each write."""
    if state._memo is None:
        state._memo = {}
    return state._memo


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
    return {name: _part(machine, name, part) for name, part in tree.items()}


def _part(machine: model.Machine, name: str, part: Any) -> property:
    if isinstance(part, model.State):
        shown = {False: StateView(part.name, False), True: StateView(part.name, True)}
        slot = f"view._state.{machine.name}[view._key].{region_slot(machine, part.region)}"
        return property(_written(f"lambda view: shown[{slot} == {part.name!r}]", shown=shown))
    inner = {each: _part(machine, each, its) for each, its in part.items()}
    return property(type(name, (RegionView,), {"__slots__": (), **inner}))
