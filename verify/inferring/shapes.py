"""The shapes of inferred facts, as predicates of the system, as words, and joined where they can be said together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import TypeAlias

from ...engine import model
from .literals import Away, Literal, Naming, Said, X

Y = "y"
"""The other thing."""


@dataclass(frozen=True)
class Clause:
    """Of each thing of a machine, one of the literals holds."""

    machine: str
    literals: frozenset[Literal]

    def predicate(self, naming: Naming, name: str, label: str) -> model.Predicate:
        """``all(… for x in … if …)``: literals that say where the thing is not, and that a link is there, go behind
        ``if``."""
        *premises, conclusion = premises_of(self)
        conditions = [self._denied(naming, premise) for premise in premises]
        guard = naming.guard(self.machine, conclusion)
        if guard is not None:
            conditions.append(guard)
        return _all(naming, [(self.machine, X)], conditions, naming.body(self.machine, conclusion), name, label)

    def _denied(self, naming: Naming, literal: Literal) -> model.Expression:
        guard = naming.guard(self.machine, literal)
        if isinstance(literal, Away):
            inside = naming.in_one_of(naming.subject(self.machine, literal), literal.machine, literal.states)
        else:
            inside = naming.negated(naming.body(self.machine, literal))
        return inside if guard is None else naming.all_of([guard, inside])


@dataclass(frozen=True)
class Unique:
    """No two things of a machine in one of ``states``, of which ``literal`` holds, have the same in these fields."""

    machine: str
    fields: tuple[str, ...]
    states: frozenset[frozenset[str]]
    """Pairs of states (or single ones) of the region, for the one thing and the other."""
    literal: Said | None = None

    def predicate(self, naming: Naming, name: str, label: str) -> model.Predicate:
        """``all(x is y for x in … for y in … if …)``."""
        x, y = naming.thing(self.machine), naming.thing(self.machine, Y)
        conditions: list[model.Expression] = []
        if self.states:
            conditions += self._places(naming, x, y)
        for variable in (X, Y):
            if self.literal:
                conditions.append(naming.body(self.machine, self.literal, variable))
        for name_ in self.fields:
            left, right = naming.field(x, name_), naming.field(y, name_)
            if isinstance(left.type, model.Maybe):
                conditions.append(naming.negated(naming.is_none(left)))
            conditions.append(naming.same(left, right))
        bindings = [(self.machine, X), (self.machine, Y)]
        return _all(naming, bindings, conditions, naming.same(x, y), name, label)

    def _places(self, naming: Naming, x: model.Expression, y: model.Expression) -> list[model.Expression]:
        square = self.square()
        if square is not None:
            return [naming.in_one_of(each, self.machine, square) for each in (x, y)]
        (pair,) = self.states
        one, other = sorted(pair)
        return [naming.in_one_of(x, self.machine, [one]), naming.in_one_of(y, self.machine, [other])]

    def square(self) -> frozenset[str] | None:
        """The states, if each pair of them is meant."""
        names = frozenset[str]().union(*self.states)
        return names if self.states == pairs(names) else None


Shape: TypeAlias = Clause | Unique


def cost(naming: Naming, shape: Shape) -> int:
    """How much there is to understand: of several facts that would do, the one that costs least is wanted."""
    machine = naming.system.machine(shape.machine)
    if isinstance(shape, Unique):
        return 2 + len(shape.fields) + (shape.literal is not None)
    found = 0
    for literal in shape.literals:
        found += 1 + 2 * bool(literal.link)
        if isinstance(literal, Away):
            found += 4 * (not literal.link and any(machine.state(name).final for name in literal.states))
        elif literal.link and not _refers_back(literal):
            found += 3
        elif not isinstance(literal.expression, model.Same) or not _is_none(literal.expression):
            found += 1
    return found


def _refers_back(literal: Said) -> bool:
    return isinstance(literal.expression, model.Same) and isinstance(literal.expression.right, model.Name)


def _is_none(expression: model.Same) -> bool:
    return isinstance(expression.right, model.Literal) and expression.right.value is None


def pairs(names: Iterable[str]) -> frozenset[frozenset[str]]:
    """Every pair of states, and every single one."""
    known = list(names)
    return frozenset(frozenset([one, other]) for one in known for other in known)


def premises_of(clause: Clause) -> list[Literal]:
    """The literals: of all but the last, that they do not hold is what the last is said under."""
    return sorted(clause.literals, key=_order)


def _order(literal: Literal) -> tuple[int, str]:
    """Where the thing is comes first, then its own fields, then what it refers to."""
    place = isinstance(literal, Away)
    return (0 if place and not literal.link else 2 if literal.link else 1), repr(literal)


def _all(
    naming: Naming,
    bindings: Sequence[tuple[str, str]],
    conditions: Sequence[model.Expression],
    body: model.Expression,
    name: str,
    label: str,
) -> model.Predicate:
    found: list[model.Binding] = []
    for number, (machine, variable) in enumerate(bindings):
        things = model.Things(model.SetOf(machine), naming.where, machine)
        own = tuple(conditions) if number == len(bindings) - 1 else ()
        found.append(model.Binding(variable, machine, things, own))
    quantified = model.Quantified(model.BOOL, naming.where, "all", tuple(found), body)
    return model.Predicate(name, (), (), quantified, label, naming.where)


# --- joined ----------------------------------------------------------------------------------------------------------


Joined: TypeAlias = dict[Shape, list[Shape]]
"""Facts, each with those that it was joined from."""


def joined(shapes: Iterable[Shape], known: Set[Shape]) -> Joined:
    """The same facts, fewer: states of which the same is said are said together. ``known``: what else is believed."""
    clauses: Joined = {shape: [shape] for shape in shapes if isinstance(shape, Clause)}
    for linked in (True, False):
        clauses = _joined_clauses(clauses, linked)
    return clauses | _joined_uniques([shape for shape in shapes if isinstance(shape, Unique)], known)


def _joined_clauses(clauses: Joined, linked: bool) -> Joined:
    """Clauses that differ in one literal alone, and there in the state."""
    groups: dict[object, list[Clause]] = {}
    for clause in clauses:
        assert isinstance(clause, Clause)
        away = _aways(clause, linked)
        key = (clause.machine, clause.literals - {away[0]}, away[0].group) if len(away) == 1 else clause
        groups.setdefault(key, []).append(clause)
    return {_together(group, linked): [part for each in group for part in clauses[each]] for group in groups.values()}


def _aways(clause: Clause, linked: bool) -> list[Away]:
    return [x for x in clause.literals if isinstance(x, Away) and bool(x.link) == linked]


def _together(group: list[Clause], linked: bool) -> Clause:
    if len(group) == 1:
        return group[0]
    (own,) = _aways(group[0], linked)
    states = frozenset[str]().union(*(away.states for clause in group for away in _aways(clause, linked)))
    return replace(group[0], literals=(group[0].literals - {own}) | {replace(own, states=states)})


def _joined_uniques(uniques: list[Unique], known: Set[Shape]) -> Joined:
    """Pairs of states that make a square: any of these states, and any other of them."""
    groups: dict[object, list[Unique]] = {}
    for unique in uniques:
        groups.setdefault((unique.machine, unique.fields, unique.literal), []).append(unique)
    found: Joined = {}
    for group in groups.values():
        states = pairs(frozenset[str]().union(*(state for unique in group for state in unique.states)))
        if states and {replace(group[0], states=frozenset([pair])) for pair in states} <= known:
            found[replace(group[0], states=states)] = list(group)
        else:
            found |= {unique: [unique] for unique in group}
    return found
