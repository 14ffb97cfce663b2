"""What is to be proved: invariants and laws as declared, and what every system owes by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

from ..engine import model
from ..engine.walking import walk
from .duties import Duty, duties
from .expressions import Evaluator
from .facts import Facts, Frame
from .steps import Step, exists, reference, resting
from .terms import THE_SYSTEM, Term
from .trusted import TrustedFunctions
from .vocabulary import Vocabulary
from .world import Key, World

Names: TypeAlias = Collection[str] | None
Claim = Callable[[World, World, Facts], Term]
"""(before, after, facts) gives the formula; a claim about states looks at ``after`` alone."""


@dataclass
class Property:
    """One line of the report. ``about`` is ``state``, ``step`` or ``way`` (an obligation)."""

    name: str
    label: str
    where: model.Where
    about: str
    claim: Claim
    reads: frozenset[Key] = frozenset()
    commands: frozenset[str] = frozenset()
    kind: str = ""
    declared: bool = True


@dataclass(frozen=True)
class Goal:
    """One formula to prove: under the invariants and the premises, the claim."""

    owner: Property
    step: Step | None
    way: int | None
    premises: tuple[Term, ...]
    claim: Term
    axioms: tuple[Term, ...] = ()
    reason: str = ""
    where: model.Where | None = None


@dataclass
class Problem:
    """A system as formulas: an unknown state that keeps every invariant, and what is to be proved of it."""

    system: model.System
    vocabulary: Vocabulary
    trusted: TrustedFunctions
    world: World
    properties: list[Property] = field(default_factory=list["Property"])
    _made: dict[tuple[str, tuple[int, ...]], tuple[Term, Facts]] = field(default_factory=dict[Any, Any])

    def named(self, names: Names) -> Iterator[Property]:
        """The properties of these names, in their order; ``None``: all."""
        if names is None:
            return iter(self.properties)
        numbers = sorted(self._numbers[name] for name in names if name in self._numbers)
        return (self.properties[number] for number in numbers)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {property_.name: number for number, property_ in enumerate(self.properties)}

    def facts_of(self, property_: Property, before: World, after: World) -> tuple[Term, Facts]:
        """The formula of a property, and what its evaluation owes."""
        versions = (version for world in (before, after) for version in world.versions(property_.reads))
        sent = (after.writings.emitted(e) for e in after.emitted if e.command in property_.commands)
        key = (property_.name, (*versions, *sent))
        if key not in self._made:
            facts = Facts()
            self._made[key] = property_.claim(before, after, facts), facts
        return self._made[key]

    def copy(self) -> Problem:
        """The same problem; what formulas are made with it, this one forgets."""
        return replace(self, _made=dict(self._made))

    def assumed(self, unproved: frozenset[str]) -> tuple[list[Term], list[Term]]:
        """The induction hypothesis (every claim about states but the unproved ones) and its axioms."""
        claims: list[Term] = []
        axioms: list[Term] = []
        for property_ in self.properties:
            if property_.about == "state" and property_.name not in unproved:
                claim, facts = self.facts_of(property_, self.world, self.world)
                claims.append(claim)
                axioms += facts.axioms
        return claims, axioms


def problem(system: model.System, vocabulary: Vocabulary, world: World) -> Problem:
    """All properties of a system, and what each reads."""
    trusted = TrustedFunctions(vocabulary)
    found = Problem(system, vocabulary, trusted, world)
    found.properties += [property_of(vocabulary, trusted, duty) for duty in duties(system)]
    for property_ in found.properties:
        if property_.about != "way":
            reads: set[Key] = set()
            property_.claim(world, world.watched(reads), Facts())
            property_.reads = frozenset(reads)
    return found


def property_of(vocabulary: Vocabulary, trusted: TrustedFunctions, duty: Duty) -> Property:
    """A duty with its formula."""
    sent = walk(duty.predicate.body) if duty.predicate else ()
    commands = frozenset(node.command for node in sent if isinstance(node, model.Sent))
    claim = _claim(vocabulary, trusted, duty)
    return Property(
        duty.name, duty.label, duty.where, duty.about, claim, commands=commands, kind=duty.kind, declared=duty.declared
    )


def _claim(vocabulary: Vocabulary, trusted: TrustedFunctions, duty: Duty) -> Claim:
    machine, attribute = duty.machine, duty.attribute
    if duty.predicate:
        return _declared(vocabulary, trusted, duty.predicate, duty.about)
    if machine and attribute:
        return lambda _, after, __: reference(vocabulary, after, machine, attribute)
    if machine:
        return lambda _, after, __: resting(vocabulary, after, machine)
    if attribute:
        return lambda _, after, __: exists(vocabulary, after, after.read(("", attribute.name)), attribute.type)
    return _nothing


def _nothing(before: World, after: World, facts: Facts) -> Term:
    raise TypeError("an obligation has no claim of its own")


def _declared(vocabulary: Vocabulary, trusted: TrustedFunctions, predicate: model.Predicate, about: str) -> Claim:
    def claim(before: World, after: World, facts: Facts) -> Term:
        previous = before if about == "step" else None
        evaluator = Evaluator(vocabulary, after, facts, trusted, before=previous)
        return evaluator.term(predicate.body, _locals(evaluator, predicate))

    return claim


def _locals(evaluator: Evaluator, predicate: model.Predicate) -> Frame:
    frame = Frame({"self": THE_SYSTEM})
    for let in predicate.locals:
        frame = frame.having(let.name, evaluator.value(let.value, frame))
    return frame


# --- goals -----------------------------------------------------------------------------------------------------------


def initial_goals(problem: Problem, world: World, names: Names = None) -> Iterator[Goal]:
    """The first state keeps every invariant."""
    for property_ in problem.named(names):
        if property_.about == "state":
            yield from _goals(problem, property_, None, None, (), world, world)


def idle_goals(problem: Problem, names: Names = None) -> Iterator[Goal]:
    """A step that changes nothing that a law reads keeps the law; the invariants themselves have an answer."""
    for property_ in problem.named(names):
        if property_.about != "way":
            yield from _goals(problem, property_, None, None, (), problem.world, problem.world)


def goals_of(problem: Problem, step: Step, names: Names = None) -> Iterator[Goal]:
    """Everything that is to be proved of a step; ``names``: of these properties only."""
    yield from owed_goals(problem, step, names)
    for number in range(len(step.ways)):
        yield from way_goals(problem, step, number, names)


def owed_goals(problem: Problem, step: Step, names: Names = None) -> Iterator[Goal]:
    """What the guards and actions of a step owe."""
    by_kind = {p.kind: p for p in problem.named(names) if p.about == "way"}
    axioms = tuple(step.facts.axioms)
    for o in step.facts.obligations:
        if o.kind in by_kind:
            yield Goal(by_kind[o.kind], step, None, o.premises, o.claim, axioms, o.reason, o.where)


def way_goals(problem: Problem, step: Step, number: int, names: Names = None) -> Iterator[Goal]:
    """What the invariants and laws ask of one way through a step."""
    way, axioms = step.ways[number], tuple(step.facts.axioms)
    changed = way.world.changed_since(problem.world)
    sent = {emitted.command for emitted in way.world.emitted}
    for property_ in problem.named(names):
        if property_.about == "way" or (property_.about == "step" and step.kind == "drop"):
            continue
        if property_.reads & changed or property_.commands & sent:
            yield from _goals(problem, property_, step, number, way.premises, problem.world, way.world, axioms)


def _goals(
    problem: Problem,
    property_: Property,
    step: Step | None,
    way: int | None,
    premises: tuple[Term, ...],
    before: World,
    after: World,
    axioms: tuple[Term, ...] = (),
) -> Iterator[Goal]:
    claim, facts = problem.facts_of(property_, before, after)
    all_axioms = (*axioms, *facts.axioms)
    yield Goal(property_, step, way, premises, claim, all_axioms)
    for o in facts.obligations:
        yield Goal(property_, step, way, (*premises, *o.premises), o.claim, all_axioms, o.reason, o.where)
