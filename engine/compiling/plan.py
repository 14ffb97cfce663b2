"""Where a look at every thing can be a look at a few: conditions that say what a field of a thing has to be.

Of ``any(a.token == self.token and … for a in self.station.authorizations)`` only those matter that have this token; an
index, kept as the fields are written, tells them. A condition picks what is looked at and is still asked, so that an
index can leave things out and never let one in. Whatever would fail on a thing that is left out is not left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from .. import model
from ..walking import walk
from .names import bare

NOWHERE = model.Where("", 0)

Index = tuple[str, str]
"""A machine and a field: its things by the value of that field; those with ``None`` are left out."""


def by(index: Index) -> str:
    """The name of the things by the value of a field: keys in order, by value."""
    machine, field = index
    return f"{machine}_by_{field}"


def bucket(machine: str, states: tuple[str, ...]) -> str:
    """The name of the set of keys of those things that are in one of these states."""
    return f"{machine}_in_{'_or_'.join(states)}"


@dataclass(frozen=True)
class Domain:
    """The things whose field, or that of a thing to which they lead, is ``key``. ``hops`` lead from them to it."""

    key: model.Expression
    hops: tuple[Index, ...] = ()
    bucket: str = ""
    """Or: the things in these states; ``key`` says so."""


class Plan:
    """Which indexes a system needs, and which loop goes by which."""

    def __init__(self, system: model.System, indexed: bool = True) -> None:
        self.system = system
        self.indexed = indexed
        self.indexes: dict[Index, None] = {}
        """The machines and fields whose things are found by the value of the field."""
        self.buckets: dict[tuple[str, tuple[str, ...]], None] = {}
        """The machines and states (of one region) whose things are told from the others."""
        self._assigned = {(_of(part), part.target.name) for part in _assignments(system)}
        self.trusted = {read.partition(".")[0] for trusted in system.trusted for read in trusted.reads}
        """Of which machines trusted functions read something: their answers hold while these are as they are."""
        self._domains: dict[int, Domain] = {}
        if indexed:
            for part in _everything(system):
                self._look_at(part)

    def written_out(self, ask: model.Ask) -> model.Expression | None:
        """What a small predicate asks, in place of the call."""
        return written_out(self.system, ask)

    def domain(self, binding: model.Binding) -> Domain | None:
        """By what the things of a binding are found; ``None`` if it has to look at all."""
        return self._domains.get(id(binding))

    def possible(
        self, parameter: model.Parameter, guards: Iterable[model.Expression], others: set[str]
    ) -> Domain | model.Expression | None:
        """The things, or a set with all the things, for which an event may be accepted; ``None`` if it may be any."""
        sure: list[model.Expression] = []
        for condition in conjuncts(self.system, guards) if self.indexed else ():
            domain = self._told(parameter.name, condition, others, sure)
            if domain and len(domain.hops) == 1:
                self.want(domain.hops[0])
                return domain
            if not is_safe(self.system, condition, sure):
                return None
            if isinstance(condition, model.Contains) and isinstance(condition.collection, model.Field):
                item, unknown = condition.item, names(condition.collection) & others
                if isinstance(item, model.Name) and item.name == parameter.name and not unknown:
                    return condition.collection
            sure.append(condition)
        return None

    def want(self, index: Index) -> None:
        """Keep this index, too."""
        if self.indexed:
            self.indexes[index] = None

    def gather(self, machine: str, states: tuple[str, ...]) -> None:
        """Keep apart the things in these states."""
        if self.indexed:
            self.buckets[machine, states] = None

    def keeps(self, machine: str) -> bool:
        """Things of this machine are found by something."""
        return any(name == machine for name, _ in (*self.indexes, *self.buckets))

    def is_fixed(self, index: Index) -> bool:
        """No action writes the field: its things are in order of creation."""
        return index not in self._assigned

    # --- inside ------------------------------------------------------------------------------------------------------

    def _look_at(self, part: object) -> None:
        if isinstance(part, model.Quantified):
            for number, binding in enumerate(part.bindings):
                last = number == len(part.bindings) - 1
                body = [part.body] if last and part.kind == "any" else []
                later = {b.variable for b in part.bindings[number:]}
                self._plan(binding, [*binding.conditions, *body], later, ordered=False)
        elif isinstance(part, model.Those):
            self._plan(part.binding, part.binding.conditions, {part.binding.variable}, ordered=False)
            self._plan_states(part.binding)
        elif isinstance(part, model.First | model.Loop):
            self._plan(part.binding, part.binding.conditions, {part.binding.variable}, ordered=True)
        elif isinstance(part, model.Belonging):
            self.want((part.machine, part.via))

    def _plan(
        self, binding: model.Binding, conditions: Iterable[model.Expression], unknown: set[str], ordered: bool
    ) -> None:
        if isinstance(binding.collection, model.Belonging) or (
            ordered and not isinstance(binding.collection, model.Things)
        ):
            return
        sure: list[model.Expression] = []
        for condition in conjuncts(self.system, conditions):
            domain = self._told(binding.variable, condition, unknown, sure)
            if domain and not (ordered and not (len(domain.hops) == 1 and self.is_fixed(domain.hops[0]))):
                self._domains[id(binding)] = domain
                for index in domain.hops:
                    self.want(index)
                return
            if not is_safe(self.system, condition, sure):
                return
            sure.append(condition)

    def _plan_states(self, binding: model.Binding) -> None:
        """Where all things in a state are wanted, these are kept apart."""
        if id(binding) in self._domains or not isinstance(binding.collection, model.Things):
            return
        sure: list[model.Expression] = []
        for condition in conjuncts(self.system, binding.conditions):
            if isinstance(condition, model.InState) and _is(condition.of, binding.variable):
                self.gather(binding.machine, (condition.state,))
                self._domains[id(binding)] = Domain(condition, bucket=bucket(binding.machine, (condition.state,)))
                return
            if not is_safe(self.system, condition, sure):
                return
            sure.append(condition)

    def _told(
        self, variable: str, condition: model.Expression, unknown: set[str], sure: list[model.Expression]
    ) -> Domain | None:
        """The domain of a condition that says what a field is."""
        if not isinstance(condition, model.Same) or not is_safe(self.system, condition, sure):
            return None
        for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
            hops = _hops(one, variable)
            if hops and not isinstance(other.type, model.Maybe | model.Nothing) and not names(other) & unknown:
                return Domain(other, hops)
        return None


def _is(expression: model.Expression, variable: str) -> bool:
    """The expression is that variable."""
    return isinstance(expression, model.Name) and expression.name == variable


def _hops(expression: model.Expression, variable: str) -> tuple[Index, ...]:
    """The fields that lead from a variable to an expression, at most two; none if there is another way."""
    found: list[Index] = []
    while isinstance(expression, model.Field) and len(found) < 2:
        of = bare(expression.of.type)
        if not isinstance(of, model.Ref):
            return ()
        found.insert(0, (of.machine, expression.name))
        expression = expression.of
    return tuple(found) if _is(expression, variable) else ()


def names(part: object) -> set[str]:
    """The names in an expression."""
    return {inner.name for inner in walk(part) if isinstance(inner, model.Name)}


def conjuncts(system: model.System, conditions: Iterable[model.Expression]) -> Iterator[model.Expression]:
    """What has to hold, one after the other, without places; predicates that only ask so are opened."""
    for condition in conditions:
        if isinstance(condition, model.And):
            yield from conjuncts(system, condition.parts)
        elif isinstance(condition, model.Ask) and (opened := _opened(system, condition)) is not None:
            yield from conjuncts(system, [opened])
        else:
            yield replaced(condition, {})


def is_safe(system: model.System, expression: model.Expression, sure: Iterable[model.Expression]) -> bool:
    """It never fails, if what is ``sure`` holds."""
    there = [part.of for part in sure if isinstance(part, model.Not)]
    known = [same.left for same in there if isinstance(same, model.Same) and _is_none(same.right)]

    def safe(part: model.Expression, *following: model.Expression) -> bool:
        return is_safe(system, part, [*sure, *following])

    def reaches(of: model.Expression) -> bool:
        return safe(of) and (not isinstance(of.type, model.Maybe) or of in known)

    if isinstance(expression, model.Literal | model.Name | model.Setting | model.Things):
        return True
    if isinstance(expression, model.Field | model.InState | model.Part):
        return reaches(expression.of)
    if isinstance(expression, model.Same):
        return safe(expression.left) and safe(expression.right)
    if isinstance(expression, model.Compare | model.Arithmetic):
        return reaches(expression.left) and reaches(expression.right)
    if isinstance(expression, model.Contains):
        return safe(expression.item) and reaches(expression.collection)
    if isinstance(expression, model.Not):
        return safe(expression.of)
    if isinstance(expression, model.And):
        return all(safe(part, *expression.parts[:number]) for number, part in enumerate(expression.parts))
    if isinstance(expression, model.Or):
        return all(safe(part) for part in expression.parts)
    if isinstance(expression, model.Quantified):
        conditions = [c for binding in expression.bindings for c in (binding.collection, *binding.conditions)]
        return safe(model.And(model.BOOL, NOWHERE, (*conditions, expression.body)))
    if isinstance(expression, model.Those):
        return safe(model.And(model.BOOL, NOWHERE, (expression.binding.collection, *expression.binding.conditions)))
    if isinstance(expression, model.Belonging):
        return reaches(expression.of)
    if isinstance(expression, model.Ask):
        if not (reaches(expression.of) and all(map(safe, expression.arguments))):
            return False
        predicate = asked(system, expression)
        lets = tuple(let.value for let in predicate.locals)
        body = model.And(model.BOOL, NOWHERE, (*lets, predicate.body))
        if is_safe(system, replaced(body, {}), ()):
            return True
        opened = _opened(system, expression)
        return opened is not None and safe(opened)
    return False


def asked(system: model.System, ask: model.Ask) -> model.Predicate:
    """The predicate that is asked."""
    owner = system if isinstance(ask.of.type, model.Station) else system.machine(ask.owner)
    return owner.predicate(ask.predicate)


def _opened(system: model.System, ask: model.Ask) -> model.Expression | None:
    """The body of the predicate that is asked, about the very thing; ``None`` where names might be mistaken."""
    predicate = asked(system, ask)
    if predicate.locals or isinstance(ask.of.type, model.Maybe):
        return None
    given = {p.name: value for p, value in zip(predicate.parameters, ask.arguments, strict=True)}
    given["self"] = ask.of
    if bound(predicate.body) & (given.keys() | names(tuple(given.values()))):
        return None
    opened: model.Expression = replaced(predicate.body, given)
    return opened


SMALL = 3
"""A predicate of so many comparisons is written where it is asked, instead of being called."""


def written_out(system: model.System, ask: model.Ask) -> model.Expression | None:
    """What a small predicate asks, in place of the call: one that never fails, for its line would be blamed. Nothing
    in it is worked out twice for that."""
    predicate = asked(system, ask)
    if _size(system, predicate.body) > SMALL or not is_safe(system, replaced(predicate.body, {}), ()):
        return None
    given = {p.name: value for p, value in zip(predicate.parameters, ask.arguments, strict=True)}
    given["self"] = ask.of
    for name, value in given.items():
        uses = sum(isinstance(part, model.Name) and part.name == name for part in walk(predicate.body))
        if uses > 1 and not isinstance(value, model.Name | model.Literal):
            return None
    return _opened(system, ask)


def _size(system: model.System, expression: model.Expression) -> int:
    """How many comparisons and calls there are in an expression; many where it loops or counts."""
    if isinstance(expression, model.And | model.Or):
        return sum(_size(system, part) for part in expression.parts)
    if isinstance(expression, model.Not):
        return _size(system, expression.of)
    if isinstance(expression, model.Ask):
        opened = _opened(system, expression)
        inside = SMALL + 1 if opened is None else _size(system, opened)
        return inside if inside <= SMALL else 1
    simple = model.Same | model.Compare | model.Contains | model.InState | model.Field | model.Setting
    return 1 if isinstance(expression, simple) else SMALL + 1


def bound(part: object) -> set[str]:
    """The names that loops in an expression bind."""
    found: set[str] = set()
    for inner in walk(part):
        if isinstance(inner, model.Quantified):
            found |= {binding.variable for binding in inner.bindings}
        elif isinstance(inner, model.Those | model.First):
            found.add(inner.binding.variable)
    return found


def replaced(part: Any, given: Mapping[str, model.Expression]) -> Any:
    """An expression without places, with other expressions for names."""
    if isinstance(part, model.Name) and part.name in given:
        return replaced(given[part.name], {})
    if isinstance(part, tuple):
        return tuple(replaced(inner, given) for inner in cast("tuple[object, ...]", part))
    if isinstance(part, model.Expression | model.Binding):
        return type(part)(*[replaced(getattr(part, name), given) for name in type(part).__match_args__])
    return NOWHERE if isinstance(part, model.Where) else part


def _is_none(expression: model.Expression) -> bool:
    return isinstance(expression, model.Literal) and expression.value is None


def _of(assignment: model.Assign) -> str:
    of = bare(assignment.target.of.type)
    return of.machine if isinstance(of, model.Ref) else ""


def _assignments(system: model.System) -> Iterator[model.Assign]:
    for machine in system.machines:
        for action in machine.actions:
            yield from (part for part in walk(action.body) if isinstance(part, model.Assign))


def _everything(system: model.System) -> Iterator[object]:
    predicates = [*system.predicates, *system.invariants, *system.laws]
    for machine in system.machines:
        predicates += machine.predicates
        for action in machine.actions:
            yield from walk(action.body)
    for predicate in predicates:
        for let in predicate.locals:
            yield from walk(let.value)
        yield from walk(predicate.body)
