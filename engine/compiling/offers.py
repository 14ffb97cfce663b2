"""Writes which urgent events are accepted, and for which things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from .. import model
from ..walking import walk
from .events import Events, event_place
from .expressions import PLAIN, Expressions, region_slot
from .names import bare
from .plan import Domain
from .source import Source, local, tupled

AT_HAND = PLAIN.having("self", "record")


@dataclass(frozen=True)
class Way:
    """The states of one region in which an urgent event may be taken under the same guards."""

    machine: model.Machine
    event: model.Event
    sources: tuple[str, ...]
    transitions: tuple[model.Transition, ...]
    number: int
    """Among the ways of the event."""

    @property
    def things(self) -> list[model.Parameter]:
        """The parameters that are things: the engine, or a policy, finds them."""
        return [p for p in self.event.parameters if isinstance(bare(p.type), model.Ref)]

    @property
    def where(self) -> model.Where:
        """Where the event is declared."""
        return event_place(self.machine, self.event)

    @property
    def slot(self) -> str:
        """The attribute of a record that holds its state."""
        return region_slot(self.machine, self.event.region)

    @property
    def test(self) -> str:
        """The condition that a thing is in one of the states."""
        if len(self.sources) == 1:
            return f"state == {self.sources[0]!r}"
        return f"state in {tupled([*map(repr, self.sources)])}"

    @property
    def accepting(self) -> str:
        """The name of the function that tells what is accepted."""
        return f"accepting_{self.machine.name}__{self.event.name}{f'_{self.number}' if self.number else ''}"


class Offers:
    """Writes the offers of one system."""

    def __init__(self, source: Source, expressions: Expressions, events: Events) -> None:
        self.source = source
        self.expressions = expressions
        self.events = events
        self.ways = {m.name: [w for e in m.events if e.urgent for w in self._ways(m, e)]
                     for m in expressions.system.machines}  # fmt: skip
        self._possible = {(way.accepting, p.name): found for ways in self.ways.values() for way in ways
                          for p, found in self._bounded(way)}  # fmt: skip

    def write(self) -> None:
        """``offers(d, now)``: the urgent events that are accepted, in order: machine, key, event, policy, and the
        accepted arguments (a tuple of things for each), decided when they are asked for."""
        for ways in self.ways.values():
            for way in ways:
                if way.things:
                    self._accepting(way)
        with self.source.function("offers", ["d", "now"], "The urgent events that are accepted now, in order."):
            for name, ways in self.ways.items():
                if ways:
                    with self.source.block(f"for self, record in d.{name}.items():"):
                        for way in self.in_turn(ways):
                            self._offer(way)
            self.source.line("yield from ()")

    def in_turn(self, ways: list[Way]) -> Iterator[Way]:
        """One way after the other, each under the condition that the thing ``record`` is in its states."""
        slot = ""
        for way in ways:
            if way.slot != slot:
                slot = way.slot
                self.source.line(f"state = record.{slot}")
            with self.source.block(f"if {way.test}:"):
                yield way

    def accepted(self, way: Way) -> str:
        """The things that are accepted, as the offer has them."""
        possible = ", ".join(self._candidates(way, p) for p in way.things)
        return f"Accepted({way.accepting}(d, self, now), {possible})"

    # --- inside ------------------------------------------------------------------------------------------------------

    def _ways(self, machine: model.Machine, event: model.Event) -> Iterator[Way]:
        by_condition: dict[str, tuple[list[str], list[model.Transition]]] = {}
        for source in dict.fromkeys(t.source for t in machine.transitions):
            transitions = [t for t in machine.exits(source, event.name) if not t.refused]
            if transitions:
                by_condition.setdefault(self.events.accepts(transitions), ([], transitions))[0].append(source)
        for number, (sources, transitions) in enumerate(by_condition.values()):
            yield Way(machine, event, tuple(sources), tuple(transitions), number)

    def _bounded(self, way: Way) -> Iterator[tuple[model.Parameter, Domain | model.Expression]]:
        if len(way.transitions) == 1:
            guards = [guard.condition for guard in way.transitions[0].guards]
            for parameter in way.things:
                others = {p.name for p in way.event.parameters}
                found = self.expressions.plan.possible(parameter, guards, others)
                if found is not None:
                    yield parameter, found

    def _candidates(self, way: Way, parameter: model.Parameter) -> str:
        of = bare(parameter.type)
        assert isinstance(of, model.Ref)
        found = self._possible.get((way.accepting, parameter.name))
        if isinstance(found, Domain):
            return self.expressions.found(found, AT_HAND)
        if found is not None:
            return f"among({self.expressions.text(found, AT_HAND)}, d.{of.machine})"
        return f"d.{of.machine}"

    def _offer(self, way: Way) -> None:
        machine, event = way.machine.name, way.event
        if not way.things:
            with self.source.block(f"if {self.events.accepts([*way.transitions])}:", way.where):
                self.source.line(f"yield {machine!r}, self, {event.name!r}, '', [()]")
            return
        self.source.line(f"accepted = {self.accepted(way)}", way.where)
        with self.source.block("if accepted:", way.where):
            self.source.line(f"yield {machine!r}, self, {event.name!r}, {event.pick!r}, accepted")

    def _head(self, way: Way) -> tuple[str, list[str]]:
        return way.accepting, ["d", "self", "now"]

    def _accepting(self, way: Way) -> None:
        """``accepting_Machine__event(d, self, now)`` gives what tells of each candidate whether it is accepted."""
        things, transitions = way.things, [*way.transitions]
        about = f"Tells for which {', '.join(p.name for p in things)} it is accepted: {way.event.label}"
        with self.source.function(*self._head(way), about, way.where):
            inner = f"def accepts({', '.join(local(p.name) for p in things)}):"
            if len(transitions) == 1 and not all(_about(guard, things) for guard in transitions[0].guards):
                self._accepting_stepwise(transitions[0], things, inner)
            else:
                with self.source.block(inner, way.where):
                    self.source.line(f"return {self.events.accepts(transitions)}", way.where)
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
                text = self.expressions.text(condition, self.expressions.plain)
                if about:
                    with self.source.block(
                        f"if not ({self.expressions.text(condition, self.expressions.plain)}):", where
                    ):
                        line("return False")
                    continue
                with self.source.block(f"if once_{number} is None:"):
                    line(f"once_{number} = {text}", where)
                with self.source.block(f"if not once_{number}:"):
                    line("return None")
            line("return True")


def _about(guard: model.Guard, things: list[model.Parameter]) -> bool:
    """The guard asks about one of these parameters."""
    names = {thing.name for thing in things}
    return any(isinstance(part, model.Name) and part.name in names for part in walk(guard.condition))
