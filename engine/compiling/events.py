"""Writes events and choices."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from .. import model
from .expressions import OR, Expressions, region_slot
from .plan import bucket, replaced
from .records import can_end, ended
from .source import Source, local, short


class Events:
    """Writes the events and choices of one system."""

    def __init__(self, source: Source, expressions: Expressions) -> None:
        self.source = source
        self.expressions = expressions

    def of_machine(self, machine: model.Machine) -> None:
        """Every event: ``Machine__event(d, self, …)`` tells whether it was accepted; every choice:
        ``leave_Machine__state(d, self)``."""
        for event in machine.events:
            parameters = ["d", "self", *(local(p.name) for p in event.parameters)]
            about = f"{event.label}: whether it is accepted."
            with self.source.function(f"{machine.name}__{event.name}", parameters, about, event_place(machine, event)):
                self._event(machine, event)
        for state in machine.states:
            if state.choice:
                about = f"Leave the choice {state.label}."
                with self.source.function(f"leave_{machine.name}__{state.name}", ["d", "self"], about, state.where):
                    self._one_of(machine, [*machine.exits(state.name, None)])

    def _event(self, machine: model.Machine, event: model.Event) -> None:
        sources = list(dict.fromkeys(t.source for t in machine.transitions if t.event == event.name and not t.refused))
        slot = region_slot(machine, event.region)
        self.source.line(f"state = {self._state(machine, slot)}", event_place(machine, event))
        for name in sources:
            with self.source.block(f"if state == {name!r}:"):
                self._one_of(machine, [t for t in machine.exits(name, event.name) if not t.refused])
        self.source.line("return False")

    def _state(self, machine: model.Machine, slot: str) -> str:
        """What holds the state of the thing."""
        return f"d.{machine.name}[self].{slot}"

    def _one_of(self, machine: model.Machine, transitions: list[model.Transition], asked: int = 0) -> None:
        """The first that is accepted; ``asked`` guards of each hold. What several ask first is asked once."""

        def following(transition: model.Transition) -> object:
            left = transition.guards[asked:]
            return replaced(left[0].condition, {}) if left else None

        for guard, group in groupby(transitions, following):
            alike = [*group]
            if guard is None or len(alike) == 1:
                for transition in alike:
                    self._transition(machine, transition, asked)
                continue
            condition = alike[0].guards[asked].condition
            with self.source.block(f"if {self.expressions.text(condition, self.expressions.plain)}:", alike[0].where):
                self._one_of(machine, alike, asked + 1)

    def _transition(self, machine: model.Machine, transition: model.Transition, asked: int) -> None:
        self.source.line(f"# {transition.source} → {transition.target or 'stays'} ({short(transition.where)})")
        left = replace(transition, guards=transition.guards[asked:])
        if not left.guards:
            self._take(machine, transition)
            return
        with self.source.block(f"if {self.accepts([left])}:", transition.where):
            self._take(machine, transition)

    def accepts(self, transitions: list[model.Transition]) -> str:
        """The condition that one of the transitions is taken."""
        ways = [model.And(model.BOOL, t.where, tuple(g.condition for g in t.guards)) for t in transitions]
        if len(ways) == 1:
            return self.expressions.text(ways[0], self.expressions.plain, OR)
        return self.expressions.text(
            model.Or(model.BOOL, transitions[0].where, tuple(ways)), self.expressions.plain, OR
        )

    def _take(self, machine: model.Machine, transition: model.Transition) -> None:
        line, where = self.source.line, transition.where
        source, target = transition.source, transition.target
        line(f"d.path.append(({machine.name!r}, self, {transition.event!r}, {source!r}, {target or source!r}))", where)
        for name in transition.actions:
            action = machine.action(name)
            arguments = ["d", "self", *(self._argument(transition, p) for p in action.parameters)]
            line(f"{machine.name}__{name}({', '.join(arguments)})", where)
        if target is not None and target != source:
            state = machine.state(target)
            line(f"write_{machine.name}(d, self).{region_slot(machine, state.region)} = {target!r}", where)
            for name, states in self.expressions.plan.buckets:
                if name == machine.name and (source in states) != (target in states):
                    change = "add" if target in states else "discard"
                    line(f"index_to_write(d, {bucket(name, states)!r}).{change}(self)", where)
            if state.final and can_end(machine):
                self._end(machine)
        if target is not None and machine.state(target).choice:
            line(f"leave_{machine.name}__{target}(d, self)", where)
        line("return True" if transition.event is not None else "return")

    def _argument(self, transition: model.Transition, parameter: model.Parameter) -> str:
        """At a choice nothing is handed on but the time."""
        if transition.event is None:
            if parameter.name != "now":
                raise ValueError(f"{transition.where}: an exit of a choice has no {parameter.name!r} to hand on")
            return "d.now"
        return local(parameter.name)

    def _end(self, machine: model.Machine) -> None:
        note = f"d._ended += (({machine.name!r}, self),)"
        if len(machine.regions) == 1:
            self.source.line(note)
            return
        with self.source.block(f"if {ended(machine, f'd.{machine.name}[self]')}:"):
            self.source.line(note)


def event_place(machine: model.Machine, event: model.Event) -> model.Where:
    """Where the event is declared: at its first transition."""
    return next((t.where for t in machine.transitions if t.event == event.name), machine.where)
