"""Everything that can happen to a system, as ways from an unknown state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..engine import model
from ..engine.compiling import bare
from ..engine.compiling.records import can_end, stored
from .execution import Executor
from .facts import Facts
from .happenings import Happening, exits, happenings
from .terms import TRUE, Optional, Several, Term, Value, both, every, implied, negated, same_term, z3
from .trusted import TrustedFunctions
from .vocabulary import Vocabulary
from .ways import Way
from .world import World, state_of, there, unknown_cell


@dataclass(frozen=True)
class Step:
    """One kind of thing that happens: an event at a transition, a birth, other settings, the dropping of ended things.

    ``ways`` lead from the state before to those after; ``facts`` is what was left on them.
    """

    kind: str
    machine: str
    name: str
    transition: model.Transition | None
    thing: Term | None
    given: Mapping[str, Value]
    now: Term
    ways: tuple[Way, ...]
    facts: Facts
    where: model.Where

    @property
    def text(self) -> str:
        """What happens, for people."""
        if self.transition:
            return f"{self.machine}.{self.name} in {self.transition.source}"
        return {"birth": f"a new {self.machine}", "configure": "other settings"}.get(self.kind, "ended things go")


class Steps:
    """Makes the steps of a system from one unknown state."""

    def __init__(self, vocabulary: Vocabulary, trusted: TrustedFunctions, world: World) -> None:
        self.vocabulary = vocabulary
        self.trusted = trusted
        self.world = world

    def all(self) -> Iterator[Step]:
        """Births, events and urgent events, other settings, and the dropping of ended things."""
        return (self.of(happening) for happening in happenings(self.vocabulary.system) if happening.is_step)

    def of(self, happening: Happening) -> Step:
        """What happens, as formulas."""
        if happening.kind == "configure":
            return self._configure()
        if happening.kind == "drop":
            return self._drop()
        machine = self.vocabulary.machines[happening.machine]
        with self.vocabulary.within(happening.text):
            return self._event(machine, happening) if happening.transition else self._birth(machine)

    def executor(self, facts: Facts, now: Term) -> Executor:
        """What executes the actions."""
        return Executor(self.vocabulary, self.trusted, facts, now)

    def _begun(self) -> tuple[Executor, Facts, Term]:
        facts = Facts()
        now: Term = self.vocabulary.unknown(model.INT, "now")
        return self.executor(facts, now), facts, now

    def given(self, name: str, type_: model.Type) -> tuple[Value, Term]:
        """An unknown value from outside, and that the things in it are there."""
        value = self.vocabulary.unknown(type_, name)
        return value, self.exists(value, type_)

    def exists(self, value: Value, type_: model.Type) -> Term:
        """That every thing in a value is there."""
        return exists(self.vocabulary, self.world, value, type_)

    def _birth(self, machine: model.Machine) -> Step:
        executor, facts, now = self._begun()
        fields: dict[str, Value] = {}
        way = Way(self.world)
        for attribute in stored(machine):
            if not attribute.has_default:
                fields[attribute.name], is_there = self.given(attribute.name, attribute.type)
                way = way.given(is_there)
        thing, ways = executor.create(machine, fields, way, machine.where)
        return Step("birth", machine.name, "", None, thing, fields, now, tuple(ways), facts, machine.where)

    def _event(self, machine: model.Machine, happening: Happening) -> Step:
        """A transition where it is the first whose guards hold; it owes for its own guards alone."""
        executor, facts, now = self._begun()
        transition, event = happening.transition, machine.event(happening.name)
        assert transition is not None
        thing = self.vocabulary.thing(machine.name, machine.name)
        way = Way(self.world).given(self.world.read(there(machine.name), thing))
        given: dict[str, Value] = {}
        for parameter in event.parameters:
            if parameter.name == "now":
                given["now"] = now
            else:
                given[parameter.name], is_there = self.given(parameter.name, parameter.type)
                way = way.given(is_there)
        passed = way = executor.in_state(machine, thing, transition.source, way)
        for each in exits(machine, happening.source, event.name)[: happening.number + 1]:
            facts.obligations.clear()
            passed, way = executor.tried(thing, each, given, way)
        ways = () if passed.impossible else tuple(executor.take(machine, thing, transition, given, passed))
        where = transition.where
        return Step(happening.kind, machine.name, event.name, transition, thing, given, now, ways, facts, where)

    def _configure(self) -> Step:
        _, facts, now = self._begun()
        world = self.world
        for setting in self.vocabulary.system.settings:
            key = ("config", setting.name)
            world = world.replaced(key, unknown_cell(self.vocabulary, key, "", setting.type))
        where = self.vocabulary.system.where
        return Step("configure", "", "", None, None, {}, now, (Way(world),), facts, where)

    def _drop(self) -> Step:
        """Any ended things to which nothing that stays refers."""
        _, facts, now = self._begun()
        gone = {
            machine.name: self.vocabulary.raw_cell(
                f"{machine.name} goes", [self.vocabulary.sorts[machine.name]], z3.BoolSort()
            )
            for machine in self.vocabulary.system.machines
            if can_end(machine)
        }
        way, world = Way(self.world), self.world
        for name, goes in gone.items():
            x = self.vocabulary.thing(name)
            way = way.given(every([x], implied([goes((x,))], self._has_ended(self.vocabulary.machines[name], x))))
            old = self.world.cells[there(name)].read
            world = world.replaced(there(name), lambda x, old=old, goes=goes: both([old(x), negated(goes((x,)))]))  # type: ignore[misc]
        way = way.given(*references(self.vocabulary, world))
        where = self.vocabulary.system.where
        return Step("drop", "", "", None, None, {}, now, (way.in_world(world),), facts, where)

    def _has_ended(self, machine: model.Machine, thing: Term) -> Term:
        parts: list[Term] = []
        for region in range(len(machine.regions)):
            final = [s.name for s in machine.states if s.final and s.region == region]
            current = self.world.read(state_of(machine.name, region), thing)
            parts.append(z3.Or(*[same_term(current, self.vocabulary.state(machine.name, name)) for name in final]))
        return both(parts)


# --- what holds of every state by itself -----------------------------------------------------------------------------


def exists(vocabulary: Vocabulary, world: World, value: Value, type_: model.Type) -> Term:
    """That every thing in a value is there."""
    inner = bare(type_)
    if isinstance(inner, model.Ref):
        if isinstance(value, Optional):
            return implied([value.there], world.read(there(inner.machine), value.value))
        return world.read(there(inner.machine), value)
    if isinstance(inner, model.SetOf):
        several = value.value if isinstance(value, Optional) else value
        assert isinstance(several, Several)
        premise = [value.there] if isinstance(value, Optional) else []
        x = vocabulary.bound(inner.machine, "there")
        return every([x], implied([*premise, several.contains(x)], world.read(there(inner.machine), x)))
    return TRUE


def references(vocabulary: Vocabulary, world: World) -> list[Term]:
    """That whatever is referred to is there."""
    found: list[Term] = []
    for machine in vocabulary.system.machines:
        for attribute in stored(machine):
            found.append(reference(vocabulary, world, machine, attribute))
    for attribute in vocabulary.system.attributes:
        found.append(exists(vocabulary, world, world.read(("", attribute.name)), attribute.type))
    return [each for each in found if each is not TRUE]


def reference(vocabulary: Vocabulary, world: World, machine: model.Machine, attribute: model.Attribute) -> Term:
    """That what a field of a machine refers to is there."""
    x = vocabulary.bound(machine.name, "who")
    value = world.read((machine.name, attribute.name), x)
    inner = bare(attribute.type)
    if not isinstance(inner, model.Ref | model.SetOf):
        return TRUE
    is_there = world.read(there(machine.name), x)
    if isinstance(inner, model.Ref):
        return every([x], implied([is_there], exists(vocabulary, world, value, attribute.type)))
    several = value.value if isinstance(value, Optional) else value
    premise = [value.there] if isinstance(value, Optional) else []
    y = vocabulary.bound(inner.machine, "whom")
    inside = implied([is_there, *premise, several.contains(y)], world.read(there(inner.machine), y))
    return every([x, y], inside)


def resting(vocabulary: Vocabulary, world: World, machine: model.Machine) -> Term:
    """That nobody rests in a choice."""
    x = vocabulary.bound(machine.name, "who")
    choices = [s for s in machine.states if s.choice]
    parts = [
        negated(same_term(world.read(state_of(machine.name, s.region), x), vocabulary.state(machine.name, s.name)))
        for s in choices
    ]
    return every([x], implied([world.read(there(machine.name), x)], both(parts)))
