"""What a proof depends on, as keys: equal keys, equal proof.

A condition is one duty at one happening. It depends on the shape of the system (types, fields, states, commands), on
what the happening does, on what the duty says, and on the induction hypothesis, which is every claim about states. Of
guards, predicates and actions it depends on those alone that are reached from there. Labels and places count for
nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import cast

from ..engine import model
from ..engine.compiling import Objects
from ..engine.walking import walk
from .duties import Duty, duties
from .happenings import Happening, exits

Node = tuple[str, ...]
"""A declaration that has behaviour: (``ask``, machine or nothing, predicate), (``do``, machine, action), (``send``,
machine, event), (``leave``, machine, state) or (``make``, machine)."""


class Content:
    """The keys of one system's conditions."""

    def __init__(self, system: model.System) -> None:
        self.system = system
        self._machines = {machine.name: machine for machine in system.machines}
        self._trusted = {function.name: function for function in system.trusted}
        self._known: dict[Node, tuple[str, frozenset[Node]]] = {}

    def happening(self, happening: Happening) -> str:
        """The key of what happens: other transitions do not count, but those that come first in the same state."""
        parts: list[object] = [self.shape, happening.kind, happening.machine, happening.name]
        roots: list[Node] = []
        if happening.kind == "birth":
            roots.append(("make", happening.machine))
        elif happening.transition:
            tried = exits(self._machines[happening.machine], happening.source, happening.name)
            first = tried[: happening.number + 1]
            guards = tuple(guard.condition for each in first for guard in each.guards)
            does = dataclasses.replace(happening.transition, guards=())
            parts += [text_of((guards, does))]
            roots += [*self._named(guards), *self._done(happening.machine, does)]
        return _key([*parts, *self._reached(roots)])

    def duty(self, duty: Duty) -> str:
        """The key of what a duty says."""
        parts: list[object] = [self.shape, duty.name, duty.about]
        if not duty.predicate:
            return _key(parts)
        said = (duty.predicate.locals, duty.predicate.body)
        return _key([*parts, text_of(said), *self._reached(self._named(said))])

    @cached_property
    def hypotheses(self) -> dict[str, str]:
        """The duties that every condition may assume, each with its key."""
        return {duty.name: self.duty(duty) for duty in duties(self.system) if duty.about == "state"}

    @cached_property
    def shape(self) -> str:
        """The key of all that has no behaviour."""
        system = self.system
        parts: list[object] = [system.name, system.settings, system.attributes, system.commands, system.trusted]
        for machine in system.machines:
            parts += [machine.name, machine.system_field, machine.attributes, machine.belonging, machine.regions]
            parts += [machine.states, machine.events]
        return _key([text_of(tuple(parts)), *self._python()])

    @cached_property
    def whole(self) -> str:
        """The key of everything that the system declares."""
        return _key([text_of(self.system), *self._python()])

    # --- what is reached ---------------------------------------------------------------------------------------------

    def _reached(self, roots: Iterable[Node]) -> list[str]:
        """The declarations to which these lead, with what each says."""
        found: dict[Node, str] = {}
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in found:
                found[node], further = self._declared(node)
                waiting += further
        return [f"{node}: {found[node]}" for node in sorted(found)]

    def _declared(self, node: Node) -> tuple[str, frozenset[Node]]:
        if node not in self._known:
            text, further = self._read(node)
            self._known[node] = text, frozenset(further)
        return self._known[node]

    def _read(self, node: Node) -> tuple[str, Iterable[Node]]:
        """What a declaration says, and what it names."""
        kind, owner, *rest = node
        if kind == "ask":
            of = self._machines[owner] if owner else self.system
            predicate = of.predicate(*rest)
            said = (predicate.parameters, predicate.locals, predicate.body)
            return text_of(said), self._named(said)
        machine = self._machines[owner]
        if kind == "do":
            action = machine.action(*rest)
            return text_of((action.parameters, action.body)), self._named(action.body)
        if kind == "make":
            return "", [("leave", owner, state.name) for state in machine.states if state.initial and state.choice]
        if kind == "leave":
            taken = exits(machine, rest[0], None)
        else:
            taken = [t for t in machine.transitions if t.event == rest[0] and not t.refused]
        return text_of(tuple(taken)), [each for t in taken for each in self._done(owner, t)]

    def _named(self, piece: object) -> Iterator[Node]:
        """The declarations that a piece of the model names."""
        for part in walk(piece):
            if isinstance(part, model.Ask):
                own = isinstance(part.of.type, model.Station)
                yield "ask", "" if own else part.owner, part.predicate
            elif isinstance(part, model.Trust) and self._trusted[part.function].contract:
                yield "ask", "", self._trusted[part.function].contract
            elif isinstance(part, model.Send):
                yield "send", part.machine, part.event
            elif isinstance(part, model.Create):
                yield "make", part.machine

    def _done(self, machine: str, transition: model.Transition) -> Iterator[Node]:
        """The declarations that a transition names."""
        yield from self._named(tuple(guard.condition for guard in transition.guards))
        for name in transition.actions:
            yield "do", machine, name
        if transition.target and self._machines[machine].state(transition.target).choice:
            yield "leave", machine, transition.target

    def _python(self) -> Iterator[str]:
        """What counts of the Python classes: which attributes are compared, and the defaults of commands."""
        objects = Objects(self.system)
        for python in sorted(_opaque(self.system) | {command.python for command in self.system.commands}):
            for field in dataclasses.fields(objects.get(python)):
                default = "" if field.default is dataclasses.MISSING else repr(field.default)
                yield f"{python}.{field.name}: {field.compare} {default}"


def text_of(value: object) -> str:
    """A piece of the model as text, without places and labels."""
    if isinstance(value, tuple):
        return f"({','.join(map(text_of, cast('tuple[object, ...]', value)))})"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = (text_of(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name not in ("where", "label"))
        return f"{type(value).__name__}({','.join(parts)})"
    return repr(value)


def _key(parts: Iterable[object]) -> str:
    return hashlib.blake2b("\n".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def _opaque(system: model.System) -> set[str]:
    """The opaque values that fields, settings, parameters and commands hold."""
    return set(_values(system))


def _values(value: object) -> Iterator[str]:
    if isinstance(value, model.Value):
        yield value.python
    elif isinstance(value, tuple):
        for each in cast("tuple[object, ...]", value):
            yield from _values(each)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type | model.Where):
        for field in dataclasses.fields(value):
            yield from _values(getattr(value, field.name))
