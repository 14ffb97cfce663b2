"""A state of the engine as equations about a world of the prover, at the scope of that state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from statewatt.engine import Engine, StationState
from statewatt.engine import model as m
from statewatt.engine.compiling import bare
from statewatt.engine.compiling.records import stored
from statewatt.verify.terms import NONE, Optional, Several, Term, both, negated, same, z3
from statewatt.verify.vocabulary import Vocabulary
from statewatt.verify.world import World, state_of, there


@dataclass
class Ground:
    """Names for the things and values of states with the same things (but those that a step makes)."""

    engine: Engine[Any]
    vocabulary: Vocabulary
    sizes: Mapping[str, int]
    elements: dict[str, list[Term]] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for machine, size in self.sizes.items():
            sort = self.vocabulary.sorts[machine]
            self.elements[machine] = [z3.Const(f"{machine} #{k + 1}", sort) for k in range(size)]

    def domain(self) -> list[Term]:
        """There are these things and values, and no others."""
        found: list[Term] = []
        for name, elements in self.elements.items():
            if len(elements) > 1:
                found.append(z3.Distinct(*elements))
            x = z3.Const(f"any {name}", self.vocabulary.sorts[name])
            if elements:
                found.append(z3.ForAll([x], z3.Or(*[x == e for e in elements])))
        return found

    def term(self, type_: m.Type, value: Any) -> Any:
        """A value of the engine as a value of the prover."""
        if isinstance(type_, m.Maybe):
            return NONE if value is None else Optional(z3.BoolVal(True), self.term(type_.of, value))
        if isinstance(type_, m.Ref):
            return self.elements[type_.machine][value - 1]
        if isinstance(type_, m.SetOf):
            inside = [self.elements[type_.machine][key - 1] for key in value]
            return Several(type_.machine, lambda x: z3.Or(*[x == e for e in inside]))
        if isinstance(type_, m.Value):
            known = self.values.setdefault(type_.python, [])
            if value not in known:
                known.append(value)
                sort = self.vocabulary.sort(type_)
                self.elements.setdefault(type_.python, []).append(z3.Const(f"{type_.python} #{len(known)}", sort))
            return self.elements[type_.python][known.index(value)]
        return self.vocabulary.literal(type_, getattr(value, "name", value))

    def same(self, left: Any, right: Any) -> Term:
        """That two values are equal."""
        return same(left, right, self.vocabulary.thing)

    def parts(self) -> list[Term]:
        """What the attributes of the values are."""
        found: list[Term] = []
        for python, values in self.values.items():
            for name, (type_, part) in self.vocabulary.parts_of(python).items():
                for element, value in zip(self.elements[python], values, strict=True):
                    found.append(self.same(part((element,)), self.term(type_, getattr(value, name))))
        return found

    def equations(self, world: World, state: StationState) -> list[Term]:
        """That the world is the state."""
        system = self.engine.system
        found: list[Term] = []
        for machine in system.machines:
            keys = state.keys(machine.name)
            for number, element in enumerate(self.elements[machine.name], 1):
                is_there = world.read(there(machine.name), element)
                found.append(is_there if number in keys else negated(is_there))
            for key in keys:
                found += self._row(world, machine, key, state)
        for attribute in system.attributes:
            value = self.term(attribute.type, getattr(state.system, attribute.name))
            found.append(self.same(world.read(("", attribute.name)), value))
        for setting in system.settings:
            value = self.term(setting.type, getattr(state.config, setting.name))
            found.append(self.same(world.read(("config", setting.name)), value))
        return found

    def _row(self, world: World, machine: m.Machine, key: int, state: StationState) -> list[Term]:
        row, element = state.row(machine.name, key), self.elements[machine.name][key - 1]
        found = [
            self.same(world.read((machine.name, a.name), element), self.term(a.type, row.fields[a.name]))
            for a in stored(machine)
        ]
        for region, name in enumerate(row.states):
            current = world.read(state_of(machine.name, region), element)
            found.append(self.same(current, self.vocabulary.state(machine.name, name)))
        return found

    def sent(self, world: World, commands: tuple[Any, ...]) -> list[Term]:
        """That the world has emitted these commands, and as many kinds of them."""
        found: list[Term] = []
        for command in commands:
            declared = next(c for c in self.engine.system.commands if c.name == type(command).__name__)
            ways: list[Term] = []
            for emitted in world.emitted:
                if emitted.command == declared.name:
                    fields = [
                        self.same(emitted.fields[p.name], self.term(p.type, _key(p.type, getattr(command, p.name))))
                        for p in declared.fields
                        if p.name in emitted.fields
                    ]
                    body = both([emitted.condition, *fields])
                    ways.append(z3.Exists(list(emitted.variables), body) if emitted.variables else body)
            found.append(z3.Or(*ways))
        kinds = {type(command).__name__ for command in commands}
        for emitted in world.emitted:
            if emitted.command not in kinds:
                none = negated(emitted.condition)
                found.append(z3.ForAll(list(emitted.variables), none) if emitted.variables else none)
        return found


def _key(type_: m.Type, value: Any) -> Any:
    if isinstance(bare(type_), m.SetOf):
        return frozenset(value or ())
    return value
