"""Mutants of a system: its model as data with one small defect each.

Guards lose a conjunct, or have one negated; actions lose an update; transitions lead elsewhere, or are gone. A conjunct
is what ``cond=`` joins by ``and``, and every part of an ``and`` (or condition of a ``for``) in the predicates that a
guard asks, and that these ask. Such a predicate changes for all who act by it; invariants and laws keep its meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, cast

from ...engine import model
from ..source import NOT, expression_text, guard_text, statement_text
from .pieces import Put, instead, pieces, without
from .reach import Element, Reach

Kind: TypeAlias = Literal["guard removed", "guard negated", "update dropped", "target swapped", "transition removed"]
UPDATES = (model.Assign, model.Emit, model.Send, model.Create)


@dataclass(frozen=True)
class Mutant:
    """A system with one defect. ``name`` says which one, in words that no edit elsewhere changes.

    ``touched`` are the elements of the model that differ; ``dropped`` is the statement that is gone.
    """

    name: str
    kind: Kind
    where: model.Where
    system: model.System
    touched: frozenset[Element]
    dropped: model.Statement | None = None


def mutants(system: model.System) -> list[Mutant]:
    """Every mutant of a system, in the order of its source."""
    found: list[Mutant] = []
    seen: Counter[str] = Counter()
    for mutant in Making(system).all():
        seen[mutant.name] += 1
        number = seen[mutant.name]
        found.append(mutant if number == 1 else replace(mutant, name=f"{mutant.name} ({number})"))
    return found


class Making:
    """Makes the mutants of one system."""

    def __init__(self, system: model.System) -> None:
        self.system = system
        self.reach = Reach(system)

    def all(self) -> Iterator[Mutant]:
        """All of them."""
        guards = self.reach.asked_by_guards()
        for machine in self.system.machines:
            for index in range(len(machine.transitions)):
                yield from self._of_transition(machine, index)
            for index, action in enumerate(machine.actions):
                yield from self._of_action(machine, index, action)
            for index, predicate in enumerate(machine.predicates):
                if ("predicate", machine.name, predicate.name) in guards:
                    for kind, text, changed in _conjuncts(predicate):
                        predicates = instead(machine.predicates, index, changed)
                        system = self._with(replace(machine, predicates=predicates))
                        yield _of_predicate(system, machine.name, predicate, kind, text)
        for index, predicate in enumerate(self.system.predicates):
            if ("predicate", self.system.name, predicate.name) in guards:
                for kind, text, changed in _conjuncts(predicate):
                    system = replace(self.system, predicates=instead(self.system.predicates, index, changed))
                    yield _of_predicate(system, self.system.name, predicate, kind, text)

    def _with(self, machine: model.Machine) -> model.System:
        machines = tuple(machine if each.name == machine.name else each for each in self.system.machines)
        return replace(self.system, machines=machines)

    # --- transitions -------------------------------------------------------------------------------------------------

    def _of_transition(self, machine: model.Machine, index: int) -> Iterator[Mutant]:
        transition = machine.transitions[index]
        if transition.refused:
            return
        name = transition_name(machine, transition)
        guards: Element = ("guards", machine.name, index)
        taking: Element = ("taking", machine.name, index)

        def mutant(kind: Kind, text: str, changed: model.Transition, *touched: Element) -> Mutant:
            system = self._with(replace(machine, transitions=instead(machine.transitions, index, changed)))
            return Mutant(f"{name}: {text}", kind, transition.where, system, frozenset(touched))

        for number, guard in enumerate(transition.guards):
            text = guard_text(guard.condition, NOT)
            rest = without(transition.guards, number)
            yield mutant("guard removed", f"without {text}", replace(transition, guards=rest), guards)
            opposite = instead(transition.guards, number, replace(guard, condition=negation(guard.condition)))
            yield mutant("guard negated", f"negated {text}", replace(transition, guards=opposite), guards)
        for target in self._targets(machine, transition):
            changed = replace(transition, target=target)
            yield mutant("target swapped", f"to {target} instead", changed, taking)
        yield mutant("transition removed", "removed", replace(transition, refused=True), guards, taking)

    def _targets(self, machine: model.Machine, transition: model.Transition) -> Iterator[str]:
        """The other states of its region in which a thing can rest."""
        if transition.target is not None:
            region = machine.state(transition.source).region
            for state in machine.states:
                if state.region == region and not state.choice and state.name != transition.target:
                    yield state.name

    # --- actions -----------------------------------------------------------------------------------------------------

    def _of_action(self, machine: model.Machine, index: int, action: model.Action) -> Iterator[Mutant]:
        for part, put in pieces(action.body):
            block = cast("tuple[object, ...]", part) if isinstance(part, tuple) else ()
            for number, statement in enumerate(block):
                if isinstance(statement, UPDATES):
                    changed = replace(action, body=put(without(block, number)))
                    system = self._with(replace(machine, actions=instead(machine.actions, index, changed)))
                    name = f"{machine.name}.{action.name}: without {statement_text(statement)}"
                    touched: frozenset[Element] = frozenset({("action", machine.name, action.name)})
                    yield Mutant(name, "update dropped", statement.where, system, touched, statement)


# --- names ---


def transition_name(machine: model.Machine, transition: model.Transition) -> str:
    """Its event, source and target; its guards too, where others leave the state by the same event."""
    event = f".{transition.event}" if transition.event else ""
    name = f"{machine.name}{event} {transition.source} → {transition.target or transition.source}"
    if transition.guards and len(list(machine.exits(transition.source, transition.event))) > 1:
        name += f" if {' and '.join(guard_text(guard.condition, NOT) for guard in transition.guards)}"
    return name


# --- conjuncts ---


def negation(expression: model.Expression) -> model.Expression:
    """Its opposite."""
    if isinstance(expression, model.Not):
        return expression.of
    return model.Not(model.BOOL, expression.where, expression)


def _of_predicate(system: model.System, owner: str, predicate: model.Predicate, kind: Kind, text: str) -> Mutant:
    touched: frozenset[Element] = frozenset({("predicate", owner, predicate.name)})
    return Mutant(f"{owner}.{predicate.name}: {text}", kind, predicate.where, system, touched)


def _conjuncts(predicate: model.Predicate) -> Iterator[tuple[Kind, str, model.Predicate]]:
    """The predicate without each of its conjuncts, and with its opposite."""
    for part, put in pieces(predicate.body):
        if isinstance(part, model.And):
            yield from _changed(predicate, part.parts, lambda parts, put=put, whole=part: put(_joined(whole, parts)))  # type: ignore[misc]
        elif isinstance(part, model.Binding):
            whole = part
            yield from _changed(
                predicate,
                whole.conditions,
                lambda parts, put=put, whole=whole: put(replace(whole, conditions=parts)),  # type: ignore[misc]
            )


def _changed(
    predicate: model.Predicate, parts: tuple[model.Expression, ...], put: Put
) -> Iterator[tuple[Kind, str, model.Predicate]]:
    for number, each in enumerate(parts):
        text = expression_text(each, NOT)
        yield "guard removed", f"without {text}", replace(predicate, body=put(without(parts, number)))
        opposite = instead(parts, number, negation(each))
        yield "guard negated", f"negated {text}", replace(predicate, body=put(opposite))


def _joined(whole: model.And, parts: tuple[model.Expression, ...]) -> model.Expression:
    return parts[0] if len(parts) == 1 else replace(whole, parts=parts)
