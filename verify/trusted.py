"""Trusted functions in formulas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..engine import model
from .facts import Facts
from .terms import THE_SYSTEM, Optional, Several, Term, TheSystem, Value, chosen, every, implied, z3
from .vocabulary import NotModelledError, Vocabulary
from .world import Key, World, state_of, there


class Asker(Protocol):
    """Who evaluates expressions in a world."""

    @property
    def world(self) -> World:
        """The world."""
        ...

    @property
    def facts(self) -> Facts:
        """What is left behind."""
        ...

    def assume(self, predicate: model.Predicate, names: Mapping[str, Value]) -> Value:
        """The answer of a predicate, which owes nothing."""
        ...


class TrustedFunctions:
    """Trusted functions: unknown functions of the fields that they say they read, bound by their contracts alone.

    Two worlds that agree on those fields have the same function.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._made: dict[tuple[str, tuple[int, ...]], tuple[Term, list[Term]]] = {}
        self._known = {function.name: function for function in vocabulary.system.trusted}
        self.used: set[str] = set()

    def declared(self, name: str) -> model.Trusted:
        """The declaration of that name."""
        return self._known[name]

    def keys(self, function: model.Trusted) -> list[Key]:
        """The cells that the function reads; with any field of a machine, which things of it there are."""
        settings = {setting.name for setting in self.vocabulary.system.settings}
        found: dict[Key, None] = {}
        for name in function.reads:
            machine, _, attribute = name.rpartition(".")
            if not machine:
                found["config" if attribute in settings else "", attribute] = None
                continue
            found[there(machine)] = None
            declared = self.vocabulary.machines[machine]
            if any(attribute == field.name for field in declared.attributes):
                found[machine, attribute] = None
                continue
            for region in {s.region for s in declared.states if attribute == "state" or attribute in s.path}:
                found[state_of(machine, region)] = None
        return list(found)

    def value(self, asker: Asker, function: model.Trusted, arguments: list[Value], where: model.Where) -> Value:
        """What the function says in a world."""
        keys = self.keys(function)
        world = asker.world
        if world.reads is not None:
            world.reads.update(keys)
        made = (function.name, world.versions(keys))
        self.used.add(function.name)
        if made not in self._made:
            self._made[made] = self._make(asker, function, where)
        symbol, axioms = self._made[made]
        for axiom in axioms:
            if not any(axiom is known for known in asker.facts.axioms):
                asker.facts.axioms.append(axiom)
        return self.applied(symbol, arguments, where)

    def applied(self, symbol: Term, arguments: list[Value], where: model.Where) -> Term:
        """What the function that a symbol stands for says."""
        return symbol(tuple(term for argument in arguments for term in _flat(argument, where)))

    def symbol_in(self, world: World, function: model.Trusted) -> Term | None:
        """What stands for the function in a world, if it was asked there."""
        made = self._made.get((function.name, world.versions(self.keys(function))))
        return made[0] if made else None

    def _make(self, asker: Asker, function: model.Trusted, where: model.Where) -> tuple[Term, list[Term]]:
        # Made once and kept for every step that comes to such a world: it takes no name from the step's own.
        with self.vocabulary.within(f"{function.name} {len(self._made)}"):
            return self._symbol(asker, function, where)

    def _symbol(self, asker: Asker, function: model.Trusted, where: model.Where) -> tuple[Term, list[Term]]:
        given = {p.name: self.vocabulary.unknown(p.type, p.name) for p in function.parameters}
        variables = [term for value in given.values() for term in _flat(value, where)]
        sorts = [variable.sort() for variable in variables]
        symbol = self.vocabulary.raw_cell(function.name, sorts, self.vocabulary.sort(function.type))
        if not function.contract:
            return symbol, []
        contract = self.vocabulary.system.predicate(function.contract)
        bound = asker.assume(contract, {"self": THE_SYSTEM, **given})
        plain = [term for value in given.values() for term in _unflat(value)]
        return symbol, [every(plain, implied([symbol(tuple(variables))], bound))]


def _flat(value: Value, where: model.Where) -> list[Term]:
    """The terms that a value is made of; ``None`` is one value, whatever stands behind it."""
    if isinstance(value, Optional):
        inner = _flat(value.value, where)
        rest = [z3.Const(f"any!{term.sort()}", term.sort()) for term in inner]
        return [value.there, *(chosen(value.there, term, other) for term, other in zip(inner, rest, strict=True))]
    if isinstance(value, Several):
        raise NotModelledError("a trusted function of a set has no formula", where)
    return [] if isinstance(value, TheSystem) else [value]


def _unflat(value: Value) -> list[Term]:
    """The variables in an unknown value."""
    if isinstance(value, Optional):
        return [value.there, *_unflat(value.value)]
    return [value]
