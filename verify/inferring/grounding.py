"""A system at a small scope, as formulas of finite domains: so many things, values and numbers, and no more.

What is said of all things is said of each by name, and a field is one unknown for each thing. It is a sieve, not a
proof: what passes here is proved for any size afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

from ...engine import model
from ...engine.walking import walk
from ..terms import FALSE, TRUE, Term, Value, among, chosen, literal, same_term, z3
from ..vocabulary import Vocabulary

BITS = 6
"""How wide numbers are."""
LIMIT = 1 << (BITS - 2)
"""Unknown numbers are smaller than that, so that small sums do not overflow."""
VALUES = 3
"""How many values of each kind there are."""


class SmallVocabulary(Vocabulary):
    """A vocabulary in which everything is finite. ``limits`` says how large unknown numbers may be."""

    def __init__(self, system: model.System, things: int) -> None:
        self.limits: list[Term] = []
        self._elements: dict[int, tuple[Term, ...]] = {z3.BoolSort().get_id(): (FALSE, TRUE)}
        texts = {node.value for node in walk(_bodies(system)) if isinstance(node, model.Literal)}
        self._sizes = {"str": len(texts) + VALUES, **{machine.name: things for machine in system.machines}}
        super().__init__(system)

    def elements(self, machine: str) -> tuple[Term, ...]:
        """The things of a machine, there or not."""
        return self._elements[self.sorts[machine].get_id()]

    def _declare(self, name: str) -> Term:
        if name not in self.sorts:
            size = self._sizes.get(name, VALUES)
            self._enumerate(name, tuple(str(number + 1) for number in range(size)))
        return self.sorts[name]

    def _enumerate(self, name: str, members: tuple[str, ...]) -> Term:
        if name not in self.sorts:
            # Sorts are told apart by their width; the solver knows that the highest bits are of no use.
            width = max(BITS + 1 + len(self._elements), len(members).bit_length())
            sort = self.sorts[name] = z3.BitVecSort(width)
            values = [literal(z3.BitVecVal(number, width)) for number in range(len(members))]
            self._members[name] = dict(zip(members, values, strict=True))
            self._elements[sort.get_id()] = tuple(values)
        return self.sorts[name]

    def sort(self, type_: model.Type) -> Term:
        """The sort of a type; numbers are few."""
        if isinstance(type_, model.Deadline) or type_ == model.INT:
            return z3.BitVecSort(BITS)
        return super().sort(type_)

    def literal(self, type_: model.Type, value: object) -> Value:
        """A literal of the model; a number is that number, as far as numbers go."""
        if isinstance(type_, model.Deadline) or type_ == model.INT:
            return literal(z3.BitVecVal(value, BITS))
        return super().literal(type_, value)

    def thing(self, machine: str, stem: str = "") -> Term:
        """A new unknown thing, which is one of those that there are."""
        return self._known(super().thing(machine, stem))

    def bound(self, machine: str, stem: str, depth: int = 0) -> Term:
        """A thing that ``all`` or ``any`` runs over."""
        return self._known(super().bound(machine, stem, depth))

    def _known(self, unknown: Term) -> Term:
        elements = self._elements.get(unknown.sort().get_id())
        if elements is None:
            self.limits.append(z3.And(unknown >= -LIMIT, unknown < LIMIT))
            return unknown
        if not isinstance(unknown, z3.BoolRef):
            self.limits.append(z3.Or(*[unknown == element for element in elements]))
        return among(unknown, elements)

    def _function(self, stem: str, sorts: list[Term], result: Term) -> Callable[[tuple[Term, ...]], Term]:
        """One unknown for each combination of arguments; numbers among them make no difference."""
        finite = [number for number, sort in enumerate(sorts) if sort.get_id() in self._elements]
        domains = [self._elements[sorts[number].get_id()] for number in finite]
        indices = itertools.product(*[range(len(domain)) for domain in domains])
        name = self.name(stem)
        table = {index: self._known(z3.Const(f"{name} {index}", result)) for index in indices}

        def look(index: tuple[int, ...], rest: list[Term]) -> Term:
            if not rest:
                return table[index]
            *others, found = [look((*index, number), rest[1:]) for number in range(len(domains[len(index)]))]
            for element, other in zip(domains[len(index)], others, strict=False):
                found = chosen(same_term(rest[0], element), other, found)
            return found

        return lambda of: look((), [of[number] for number in finite])


def _bodies(system: model.System) -> tuple[object, ...]:
    own = (*system.predicates, *system.invariants, *system.laws)
    parts: list[Mapping[str, object] | object] = [(p.locals, p.body) for p in own]
    for machine in system.machines:
        parts += [(p.locals, p.body) for p in machine.predicates]
        parts += [(t.guards, a.body) for t in machine.transitions for a in machine.actions]
    return tuple(parts)
