"""Formulas without quantifiers, for a known number of elements of each sort: much quicker to decide again and again."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .terms import FALSE, TRUE, Term, z3


def grounded(formulas: Iterable[Term], elements: Mapping[str, Sequence[Term]]) -> list[Term]:
    """The formulas where each of these sorts (by name) has these elements and no others.

    A quantifier over numbers stays as it is; what it says is then not looked into.
    """
    expanded = _Expansion(elements)
    found = [expanded.of(formula) for formula in formulas]
    return [*found, *_closed(found, elements)]


class _Expansion:
    """Writes out quantifiers, element by element."""

    def __init__(self, elements: Mapping[str, Sequence[Term]]) -> None:
        self._elements = elements
        self._known: dict[int, tuple[Term, Term]] = {}

    def of(self, term: Term) -> Term:
        """The term without quantifiers."""
        # The term is kept with its answer: the number of one that is gone is given to another.
        if term.get_id() not in self._known:
            self._known[term.get_id()] = term, self._expanded(term)
        return self._known[term.get_id()][1]

    def _expanded(self, term: Term) -> Term:
        if z3.is_quantifier(term):
            return self._written_out(term)
        parts = term.children()
        expanded = [self.of(part) for part in parts]
        if all(new is old for new, old in zip(expanded, parts, strict=True)):
            return term
        if z3.is_and(term):
            return z3.And(*expanded)
        return z3.Or(*expanded) if z3.is_or(term) else term.decl()(*expanded)

    def _written_out(self, term: Term) -> Term:
        values = [self._values(term.var_sort(index)) for index in range(term.num_vars())]
        if not all(values):
            return term
        choices = itertools.product(*values)
        # A variable is known by how many were bound after it.
        parts = [self.of(z3.substitute_vars(term.body(), *reversed(choice))) for choice in choices]
        return z3.And(*parts) if term.is_forall() else z3.Or(*parts)

    def _values(self, sort: Term) -> Sequence[Term]:
        """Everything of a sort; nothing if that is without end."""
        if sort.kind() == z3.Z3_BOOL_SORT:
            return TRUE, FALSE
        if sort.kind() == z3.Z3_DATATYPE_SORT and not any(
            sort.constructor(index).arity() for index in range(sort.num_constructors())
        ):
            return [sort.constructor(index)() for index in range(sort.num_constructors())]
        return self._elements.get(sort.name(), ())


def _closed(formulas: Iterable[Term], elements: Mapping[str, Sequence[Term]]) -> Iterator[Term]:
    """That whatever is spoken of is one of the elements of its sort."""
    seen: set[int] = set()
    left = list(formulas)
    while left:
        term = left.pop()
        if term.get_id() in seen or z3.is_quantifier(term):
            continue
        seen.add(term.get_id())
        left.extend(term.children())
        among = elements.get(term.sort().name())
        if among and not any(term.eq(element) for element in among):
            yield z3.Or(*[term == element for element in among])
