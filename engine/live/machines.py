"""Writes a machine as a class: what its things hold, are asked, take and do."""

from __future__ import annotations

from typing import Any

from .. import model
from ..compiling.actions import Actions
from ..compiling.events import Events, event_place
from ..compiling.expressions import ATOM
from ..compiling.names import bare
from ..compiling.plan import bucket, by
from ..compiling.predicates import Predicates
from ..compiling.records import can_end, ended, slots, stored
from ..compiling.source import Source, local, short
from ..walking import walk
from .expressions import OF_A_THING, OF_THE_SYSTEM, ObjectExpressions


class ObjectPredicates(Predicates):
    """Predicates are methods of the same name."""

    def of_machine(self, machine: model.Machine) -> None:
        """The predicates of a machine."""
        self.expressions.plain = OF_A_THING
        for predicate in machine.predicates:
            self._method(predicate)

    def of_system(self, system: model.System) -> None:
        """The predicates of the system."""
        self.expressions.plain = OF_THE_SYSTEM
        for predicate in system.predicates:
            self._method(predicate)
        self.expressions.plain = OF_A_THING

    def _method(self, predicate: model.Predicate) -> None:
        self._function(predicate.name, ["self", *(local(p.name) for p in predicate.parameters)], predicate)


class ObjectActions(Actions):
    """Actions are methods ``_do_action``; whatever they write, they note first."""

    def __init__(self, source: Source, expressions: ObjectExpressions) -> None:
        super().__init__(source, expressions)
        self.objects = expressions

    def of_machine(self, machine: model.Machine) -> None:
        """The actions of a machine."""
        for action in machine.actions:
            parameters = ["self", *(local(p.name) for p in action.parameters)]
            with self.source.function(f"_do_{action.name}", parameters, action.label, action.where):
                self.scope = self.expressions.plain
                if any(isinstance(part, model.Assign) for part in walk(action.body)):
                    self.source.line("undo = self._system._undo")
                self._block(action.body)

    def _assign(self, statement: model.Assign) -> None:
        target, of = statement.target, bare(statement.target.of.type)
        value, name = self._text(statement.value), target.name
        if isinstance(of, model.Station):
            place = self.scope.world
        elif isinstance(of, model.Ref) and (of.machine, name) in self.expressions.plan.indexes:
            self.source.line(f"{self._text(target.of, ATOM)}._put_{name}({value})", statement.where)
            return
        else:
            place = self._text(target.of, ATOM)
        if "." in place and not isinstance(of, model.Station):
            self.source.line(f"{place}._write({name!r}, {value})", statement.where)
            return
        self.source.line(f"undo.append(({place}, {name!r}, {place}.{name}))", statement.where)
        if isinstance(of, model.Station) or (isinstance(of, model.Ref) and of.machine in self.expressions.plan.trusted):
            self.source.line("self._system._answers.clear()")
        self.source.line(f"{place}.{name} = {value}", statement.where)

    def _send(self, statement: model.Send) -> None:
        event = self.expressions.system.machine(statement.machine).event(statement.event)
        given = dict(statement.arguments)
        arguments = ", ".join(self._text(given[p.name]) for p in event.parameters)
        with self.source.block(f"if not {self._text(statement.of, ATOM)}.{event.name}({arguments}):", statement.where):
            self.source.line(f'raise Fault("the receiver refuses {statement.event}")', statement.where)

    def _emit(self, statement: model.Emit) -> None:
        name = self.expressions.objects.name(self.expressions.system.command(statement.command).python)
        fields = ", ".join(f"{n}={self.objects.outside(value, self.scope)}" for n, value in statement.fields)
        self.source.line(f"{self.scope.world}.commands.append({name}({fields}))", statement.where)

    def _create(self, statement: model.Create) -> None:
        name = f"{local(statement.name)} = " if statement.name else ""
        fields = self._fields(statement.fields).removeprefix(", ")
        self.source.line(f"{name}{self.scope.world}._new_{statement.machine}({fields})", statement.where)


class ObjectEvents(Events):
    """Events are methods of the same name, which tell whether they were accepted; choices are ``_leave_state``."""

    def of_machine(self, machine: model.Machine) -> None:
        """The events and choices of a machine."""
        for event in machine.events:
            parameters = ["self", *(local(p.name) for p in event.parameters)]
            about = f"{event.label}: whether it is accepted."
            with self.source.function(event.name, parameters, about, event_place(machine, event)):
                self._event(machine, event)
        for state in machine.states:
            if state.choice:
                about = f"Leave the choice {state.label}."
                with self.source.function(f"_leave_{state.name}", ["self"], about, state.where):
                    self._one_of(machine, [*machine.exits(state.name, None)])

    def _state(self, machine: model.Machine, slot: str) -> str:
        return f"self.{slot}"

    def _take(self, machine: model.Machine, transition: model.Transition) -> None:
        line, where = self.source.line, transition.where
        source, target = transition.source, transition.target
        taken = f"({machine.name!r}, self.key, {transition.event!r}, {source!r}, {target or source!r})"
        line(f"self._system.path.append({taken})", where)
        for name in transition.actions:
            arguments = ", ".join(self._argument(transition, p) for p in machine.action(name).parameters)
            line(f"self._do_{name}({arguments})", where)
        if target is not None and target != source:
            state = machine.state(target)
            slot = slots(machine)[state.region]
            line(f"self._system._undo.append((self, {slot!r}, {source!r}))", where)
            if machine.name in self.expressions.plan.trusted:
                line("self._system._answers.clear()")
            line(f"self.{slot} = {target!r}", where)
            for name, states in self.expressions.plan.buckets:
                if name == machine.name and (source in states) != (target in states):
                    change = "add" if target in states else "discard"
                    line(f"self._system._{bucket(name, states)}.{change}(self)", where)
            if state.final and can_end(machine):
                self._end(machine)
        if target is not None and machine.state(target).choice:
            line(f"self._leave_{target}()", where)
        line("return True" if transition.event is not None else "return")

    def _argument(self, transition: model.Transition, parameter: model.Parameter) -> str:
        return super()._argument(transition, parameter).replace("d.now", "self._system.now")

    def _end(self, machine: model.Machine) -> None:
        note = "self._system._ended.append(self)"
        if len(machine.regions) == 1:
            self.source.line(note)
            return
        with self.source.block(f"if {ended(machine, 'self')}:"):
            self.source.line(note)


class Machines:
    """Writes the classes of one system."""

    def __init__(self, source: Source, expressions: ObjectExpressions, events: ObjectEvents) -> None:
        self.source = source
        self.expressions = expressions
        self.system = expressions.system
        self.plan = expressions.plan
        self.events = events
        self.predicates = ObjectPredicates(source, expressions)
        self.actions = ObjectActions(source, expressions)

    def referring(self, machine: str) -> list[tuple[str, str]]:
        """The indexes that lead from a thing to those that refer to it."""
        return [(name, field) for name, field in self.plan.indexes if self._of(name, field) == model.Ref(machine)]

    def _of(self, machine: str, field: str) -> model.Type:
        return bare(self.system.machine(machine).attribute(field).type)

    def head(self, machine: model.Machine) -> None:
        """What a thing holds, and how it begins."""
        line, block = self.source.line, self.source.block
        fields = [a.name for a in stored(machine)]
        lists = [f"_{by(index)}" for index in self.referring(machine.name)]
        line(f'"""{machine.label}  ({short(machine.where)})"""')
        line()
        line(f"__slots__ = {(*fields, *slots(machine), *lists)!r}")
        line(f"_fields = {tuple(fields)!r}")
        line(f"_regions = {tuple(slots(machine))!r}")
        references = [a.name for a in stored(machine) if isinstance(bare(a.type), model.Ref | model.SetOf)]
        line(f"_references = frozenset({references!r})")
        line(f"{machine.system_field} = property(lambda self: self._system)")
        for name, other, via in machine.belonging:
            line(f"{name} = property(lambda self: tuple(self._{by((other, via))}))")
        for name, part in _states(machine).items():
            line(f"{name} = state_view({part!r})")
        line()
        parameters = [*(local(f) for f in fields), *slots(machine)]
        with block(f"def __init__({', '.join(['self', 'system', 'key', *parameters])}):"):
            line("self._system = system")
            line("self.key = key")
            for name, parameter in zip([*fields, *slots(machine)], parameters, strict=True):
                line(f"self.{name} = {parameter}")
            for name in lists:
                line(f"self.{name} = []")

    def body(self, machine: model.Machine) -> None:
        """What a thing is asked, takes and does."""
        self.predicates.of_machine(machine)
        self.events.of_machine(machine)
        self.actions.of_machine(machine)
        for name, field in self.plan.indexes:
            if name == machine.name and not self.plan.is_fixed((name, field)):
                self._put(machine, field)

    def listed(self, machine: model.Machine, field: str) -> tuple[str, bool]:
        """Where the things with a value of a field are, and whether that is at the value itself."""
        name = f"_{by((machine.name, field))}"
        if isinstance(self._of(machine.name, field), model.Ref):
            return f"value.{name}", True
        return f"self._system.{name}", False

    def _put(self, machine: model.Machine, field: str) -> None:
        line, block = self.source.line, self.source.block
        with self.source.function(f"_put_{field}", ["self", "value"], f"Write the field {field}."):
            line(f"old = self.{field}")
            line(f"self._system._undo.append((self, {field!r}, old))")
            if machine.name in self.plan.trusted:
                line("self._system._answers.clear()")
            with block("if old is not value:"):
                self.unlist(machine, field, "old")
                line(f"self.{field} = value")
                self.list_it(machine, field, "value")

    def list_it(self, machine: model.Machine, field: str, value: str) -> None:
        """The thing is found by a value of a field."""
        where, at_value = self.listed(machine, field)
        with self.source.block(f"if {value} is not None:"):
            things = where.replace("value.", f"{value}.") if at_value else f"{where}.setdefault({value}, [])"
            self.source.line(f"insert({things}, self)")

    def unlist(self, machine: model.Machine, field: str, value: str) -> None:
        """The thing is not found by a value of a field any more."""
        where, at_value = self.listed(machine, field)
        with self.source.block(f"if {value} is not None:"):
            if at_value:
                self.source.line(f"{where.replace('value.', f'{value}.')}.remove(self)")
                return
            self.source.line(f"{where}[{value}].remove(self)")
            with self.source.block(f"if not {where}[{value}]:"):
                self.source.line(f"del {where}[{value}]")


def _states(machine: model.Machine) -> dict[str, Any]:
    """The attributes that show states, by name: slot and name of a state, or the states in a group."""
    found: dict[str, Any] = {}
    for state in machine.states:
        place = found
        for name in state.path[:-1]:
            place = place.setdefault(name, {})
        place[state.path[-1]] = (slots(machine)[state.region], state.name)
    return found
