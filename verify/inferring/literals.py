"""What may be said of one thing: the literals that inferred facts are made of.

A literal about the thing that a field refers to holds by itself where the field is ``None``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from ...engine import model
from ...engine.compiling import bare
from ...engine.compiling.records import stored
from ..walk import mentioned

X = "x"
"""The thing that a literal is about."""


@dataclass(frozen=True)
class Away:
    """The thing (or the one that its field ``link`` refers to) is in none of these states of a region."""

    machine: str
    link: str
    region: int
    states: frozenset[str]

    @property
    def group(self) -> tuple[str, str, int]:
        """What literals have in common that can be said together."""
        return self.machine, self.link, self.region


@dataclass(frozen=True)
class Said:
    """An expression about ``x`` (or the one that its field ``link`` refers to) that holds, or does not."""

    link: str
    expression: model.Expression
    holds: bool = True

    def denied(self) -> Said:
        """The opposite."""
        return replace(self, holds=not self.holds)


Literal: TypeAlias = Away | Said


@dataclass(frozen=True)
class Naming:
    """Makes expressions about one system; whatever it makes has the system's place."""

    system: model.System

    @property
    def where(self) -> model.Where:
        """The place."""
        return self.system.where

    def thing(self, machine: str, name: str = X) -> model.Name:
        """A variable."""
        return model.Name(model.Ref(machine), self.where, name)

    def field(self, of: model.Expression, name: str) -> model.Field:
        """A field of a thing."""
        inner = bare(of.type)
        assert isinstance(inner, model.Ref)
        return model.Field(self.system.machine(inner.machine).attribute(name).type, self.where, of, name)

    def is_none(self, of: model.Expression) -> model.Expression:
        """``of is None``."""
        return self.same(of, model.Literal(model.NOTHING, self.where, None))

    def same(self, left: model.Expression, right: model.Expression) -> model.Expression:
        """``left is right``."""
        return model.Same(model.BOOL, self.where, left, right)

    def negated(self, of: model.Expression) -> model.Expression:
        """``not of``."""
        return of.of if isinstance(of, model.Not) else model.Not(model.BOOL, self.where, of)

    def all_of(self, parts: Iterable[model.Expression]) -> model.Expression:
        """``a and b``."""
        kept = tuple(parts)
        return kept[0] if len(kept) == 1 else model.And(model.BOOL, self.where, kept)

    def any_of(self, parts: Iterable[model.Expression]) -> model.Expression:
        """``a or b``."""
        kept = tuple(parts)
        return kept[0] if len(kept) == 1 else model.Or(model.BOOL, self.where, kept)

    def in_one_of(self, of: model.Expression, machine: str, states: Iterable[str]) -> model.Expression:
        """That a thing is in one of these states."""
        order = [s.name for s in self.system.machine(machine).states]
        names = sorted(states, key=order.index)
        return self.any_of(model.InState(model.BOOL, self.where, of, machine, name) for name in names)

    def subject(self, machine: str, literal: Literal, variable: str = X) -> model.Expression:
        """What a literal is about."""
        x = self.thing(machine, variable)
        return self.field(x, literal.link) if literal.link else x

    def body(self, machine: str, literal: Literal, variable: str = X) -> model.Expression:
        """The literal, where its link is not ``None``."""
        if isinstance(literal, Away):
            subject = self.subject(machine, literal, variable)
            others = self.resting(literal.machine, literal.region) - literal.states
            if len(others) <= len(literal.states):
                return self.in_one_of(subject, literal.machine, others)
            return self.negated(self.in_one_of(subject, literal.machine, literal.states))
        found = _renamed(literal.expression, variable) if variable != X else literal.expression
        return found if literal.holds else self.negated(found)

    def resting(self, machine: str, region: int) -> frozenset[str]:
        """The states of a region in which a thing can rest."""
        return frozenset(s.name for s in self.system.machine(machine).states if s.region == region and not s.choice)

    def guard(self, machine: str, literal: Literal, variable: str = X) -> model.Expression | None:
        """That the link is there, if it may be ``None``."""
        if not literal.link:
            return None
        link = self.field(self.thing(machine, variable), literal.link)
        return self.negated(self.is_none(link)) if isinstance(link.type, model.Maybe) else None

    def whole(self, machine: str, literal: Literal) -> model.Expression:
        """The literal as one expression."""
        guard = self.guard(machine, literal)
        body = self.body(machine, literal)
        return body if guard is None else self.any_of([self.negated(guard), body])


def _renamed(expression: model.Expression, variable: str) -> model.Expression:
    """The expression about another variable."""
    if isinstance(expression, model.Name):
        return replace(expression, name=variable) if expression.name == X else expression
    if isinstance(expression, model.Field | model.InState):
        return replace(expression, of=_renamed(expression.of, variable))
    if isinstance(expression, model.Same | model.Compare):
        left, right = _renamed(expression.left, variable), _renamed(expression.right, variable)
        return replace(expression, left=left, right=right)
    if isinstance(expression, model.Contains):
        item, collection = _renamed(expression.item, variable), _renamed(expression.collection, variable)
        return replace(expression, item=item, collection=collection)
    return expression


# --- which there are -------------------------------------------------------------------------------------------------


def states(naming: Naming, machine: model.Machine, link: str = "") -> Iterator[Away]:
    """That a thing is not in this state, for each in which it could rest."""
    for region in range(len(machine.regions)):
        resting = naming.resting(machine.name, region)
        if len(resting) > 1:
            yield from (Away(machine.name, link, region, frozenset([name])) for name in sorted(resting))


def fields(naming: Naming, machine: model.Machine, root: str, link: str = "") -> Iterator[Said]:
    """Of each optional field whether it is ``None``, of each truth value which, of each set whether it is empty."""
    named = mentioned(naming.system)
    x = naming.thing(root)
    of = naming.field(x, link) if link else x
    for attribute in stored(machine):
        field = naming.field(of, attribute.name)
        if isinstance(attribute.type, model.Maybe):
            yield from _either(link, naming.is_none(field))
        elif attribute.type == model.BOOL:
            yield from _either(link, field)
        elif isinstance(attribute.type, model.Enumeration) and not link:
            for member in attribute.type.members:
                if (attribute.type.python, member) in named:
                    value = model.Literal(attribute.type, naming.where, member)
                    yield from _either(link, naming.same(field, value))
        elif attribute.type == model.INT and not link:
            yield from _orders(naming, field)


def _orders(naming: Naming, field: model.Expression) -> Iterator[Said]:
    """A number is not negative, is positive, is not above one that the system keeps."""
    zero = model.Literal(model.INT, naming.where, 0)
    yield Said("", model.Compare(model.BOOL, naming.where, ">=", field, zero))
    yield Said("", model.Compare(model.BOOL, naming.where, ">", field, zero))
    system = model.Name(model.Station(), naming.where, "self")
    for own in naming.system.attributes:
        if own.type == model.INT:
            kept = model.Field(own.type, naming.where, system, own.name)
            yield Said("", model.Compare(model.BOOL, naming.where, "<=", field, kept))


def _either(link: str, expression: model.Expression) -> Iterator[Said]:
    yield Said(link, expression)
    yield Said(link, expression, False)


def links(naming: Naming, machine: model.Machine) -> Iterator[Literal]:
    """Of the thing that a field refers to: where it is, what it has, and whether it refers back."""
    x = naming.thing(machine.name)
    for attribute in stored(machine):
        inner = bare(attribute.type)
        if not isinstance(inner, model.Ref):
            continue
        other, link = naming.system.machine(inner.machine), attribute.name
        of = naming.field(x, link)
        yield from states(naming, other, link)
        yield from fields(naming, other, machine.name, link)
        for back in stored(other):
            if bare(back.type) == model.Ref(machine.name):
                yield Said(link, naming.same(naming.field(of, back.name), x))
        for several in stored(machine):
            if several.type == model.SetOf(other.name):
                contains = model.Contains(model.BOOL, naming.where, of, naming.field(x, several.name))
                yield from _either(link, contains)
