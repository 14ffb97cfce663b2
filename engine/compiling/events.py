"""Writes events, choices, and the offer of urgent events."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from .. import model
from .expressions import OR, PLAIN, Expressions, region_slot, walk
from .names import bare
from .records import can_end, ended
from .source import Source, local, short, tupled


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
                    for transition in machine.exits(state.name, None):
                        self._transition(machine, transition)

    def _event(self, machine: model.Machine, event: model.Event) -> None:
        sources = list(dict.fromkeys(t.source for t in machine.transitions if t.event == event.name and not t.refused))
        slot = region_slot(machine, event.region)
        self.source.line(f"state = d.{machine.name}[self].{slot}", event_place(machine, event))
        for name in sources:
            with self.source.block(f"if state == {name!r}:"):
                for transition in machine.exits(name, event.name):
                    if not transition.refused:
                        self._transition(machine, transition)
        self.source.line("return False")

    def _transition(self, machine: model.Machine, transition: model.Transition) -> None:
        self.source.line(f"# {transition.source} → {transition.target or 'stays'} ({short(transition.where)})")
        if not transition.guards:
            self._take(machine, transition)
            return
        with self.source.block(f"if {self.accepts([transition])}:", transition.where):
            self._take(machine, transition)

    def accepts(self, transitions: list[model.Transition]) -> str:
        """The condition that one of the transitions is taken."""
        ways = [model.And(model.BOOL, t.where, tuple(g.condition for g in t.guards)) for t in transitions]
        if len(ways) == 1:
            return self.expressions.text(ways[0], PLAIN, OR)
        return self.expressions.text(model.Or(model.BOOL, transitions[0].where, tuple(ways)), PLAIN, OR)

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

    def offers(self, system: model.System) -> None:
        """``offers(d, now)``: the urgent events that are accepted, in order: machine, key, event, policy, and the
        accepted arguments (a tuple of things for each), decided when they are asked for."""
        for machine in system.machines:
            for event in (event for event in machine.events if event.urgent and _things(event)):
                for number, (_, transitions) in enumerate(self._ways(machine, event)):
                    self._accepting(machine, event, number, transitions)
        with self.source.function("offers", ["d", "now"], "The urgent events that are accepted now, in order."):
            for machine in system.machines:
                if any(event.urgent for event in machine.events):
                    with self.source.block(f"for self, record in d.{machine.name}.items():"):
                        self._offers_of(machine)
            self.source.line("yield from ()")

    def _offers_of(self, machine: model.Machine) -> None:
        region: int | None = None
        for event in (event for event in machine.events if event.urgent):
            if event.region != region:
                region = event.region
                self.source.line(f"state = record.{region_slot(machine, region)}")
            for number, (sources, transitions) in enumerate(self._ways(machine, event)):
                test = f"state == {sources[0]!r}" if len(sources) == 1 else f"state in {tupled([*map(repr, sources)])}"
                with self.source.block(f"if {test}:"):
                    self._offer(machine, event, number, transitions)

    def _ways(self, machine: model.Machine, event: model.Event) -> Iterator[tuple[list[str], list[model.Transition]]]:
        """The states in which an event may be taken, those with the same guards together, and their transitions."""
        by_condition: dict[str, tuple[list[str], list[model.Transition]]] = {}
        for source in dict.fromkeys(t.source for t in machine.transitions):
            transitions = [t for t in machine.exits(source, event.name) if not t.refused]
            if transitions:
                by_condition.setdefault(self.accepts(transitions), ([], transitions))[0].append(source)
        yield from by_condition.values()

    def _offer(
        self, machine: model.Machine, event: model.Event, number: int, transitions: list[model.Transition]
    ) -> None:
        where, things = event_place(machine, event), _things(event)
        if not things:
            with self.source.block(f"if {self.accepts(transitions)}:", where):
                self.source.line(f"yield {machine.name!r}, self, {event.name!r}, '', [()]")
            return
        possible = ", ".join(f"d.{_machine(p)}" for p in things)
        self.source.line(f"accepted = Accepted({_accepting(machine, event, number)}(d, self, now), {possible})", where)
        with self.source.block("if accepted:", where):
            self.source.line(f"yield {machine.name!r}, self, {event.name!r}, {event.pick!r}, accepted")

    def _accepting(
        self, machine: model.Machine, event: model.Event, number: int, transitions: list[model.Transition]
    ) -> None:
        """``accepting_Machine__event(d, self, now)`` gives what tells of each candidate whether it is accepted."""
        name, where, things = _accepting(machine, event, number), event_place(machine, event), _things(event)
        about = f"Tells for which {', '.join(p.name for p in things)} it is accepted: {event.label}"
        with self.source.function(name, ["d", "self", "now"], about, where):
            inner = f"def accepts({', '.join(local(p.name) for p in things)}):"
            if len(transitions) == 1 and not all(_about(guard, things) for guard in transitions[0].guards):
                self._accepting_stepwise(transitions[0], things, inner)
            else:
                with self.source.block(inner, where):
                    self.source.line(f"return {self.accepts(transitions)}", where)
            self.source.line("return accepts")

    def _accepting_stepwise(self, transition: model.Transition, things: list[model.Parameter], inner: str) -> None:
        """Guards that are not about the candidates are asked once, when the first candidate gets that far; nobody is
        accepted where one does not hold."""
        line, where = self.source.line, transition.where
        groups = [(about, list(guards)) for about, guards in groupby(transition.guards, lambda g: _about(g, things))]
        once = [f"once_{number}" for number, (about, _) in enumerate(groups) if not about]
        line(f"{' = '.join(once)} = None")
        with self.source.block(inner, where):
            line(f"nonlocal {', '.join(once)}")
            for number, (about, guards) in enumerate(groups):
                condition = model.And(model.BOOL, where, tuple(guard.condition for guard in guards))
                if about:
                    with self.source.block(f"if not ({self.expressions.text(condition, PLAIN)}):", where):
                        line("return False")
                    continue
                with self.source.block(f"if once_{number} is None:"):
                    line(f"once_{number} = {self.expressions.text(condition, PLAIN)}", where)
                with self.source.block(f"if not once_{number}:"):
                    line("return None")
            line("return True")


def _accepting(machine: model.Machine, event: model.Event, number: int) -> str:
    """The name of the function for the event, by the place of the states among its ways."""
    return f"accepting_{machine.name}__{event.name}{f'_{number}' if number else ''}"


def _things(event: model.Event) -> list[model.Parameter]:
    """The parameters that are things: the engine, or a policy, finds them."""
    return [p for p in event.parameters if isinstance(bare(p.type), model.Ref)]


def _about(guard: model.Guard, things: list[model.Parameter]) -> bool:
    """The guard asks about one of these parameters."""
    names = {thing.name for thing in things}
    return any(isinstance(part, model.Name) and part.name in names for part in walk(guard.condition))


def _machine(parameter: model.Parameter) -> str:
    of = bare(parameter.type)
    assert isinstance(of, model.Ref)
    return of.machine


def event_place(machine: model.Machine, event: model.Event) -> model.Where:
    """Where the event is declared: at its first transition."""
    return next((t.where for t in machine.transitions if t.event == event.name), machine.where)
