"""What must hold among the parts of a model: every event has an answer everywhere, nothing goes in circles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from statemachine import State as PythonState

from ..model import (
    Action,
    Ask,
    Assign,
    Create,
    Field,
    Maybe,
    Not,
    Predicate,
    Ref,
    Send,
    System,
    Transition,
    Type,
    Where,
)
from ..walking import walk
from .errors import ModelError
from .source import edited
from .tables import MachineTable

# --- one machine -----------------------------------------------------------------------------------------------------


def check_lifecycle(table: MachineTable) -> None:
    """Every pair of a state and an event is handled, ignored or refused; no exit hides another."""
    for state in table.states.values():
        exits = [t for t in table.transitions if t.source == state.name]
        if state.final and exits:
            hint = f'Make "{state.name}" an ordinary state, or leave the transition out.'
            raise ModelError("a final state has no exits", exits[0].where, hint)
        for name in dict.fromkeys(t.event for t in exits):
            _check_order([t for t in exits if t.event == name], state.name)
        for event in table.events.values():
            if event.urgent or event.region != state.region or state.final or state.choice:
                continue
            if not any(t.event == event.name for t in exits):
                path = ".".join(state.path)
                hint = f"Add: | ignored({path}), or | refused({path}), or what happens then."
                message = f'the event "{event.name}" has no answer in the state "{path}"'
                raise ModelError(message, event.where, hint)
    _check_choices(table)
    _check_used(table)


def _check_order(exits: Sequence[Transition], state: str) -> None:
    for earlier, later in pairwise(exits):
        if earlier.refused or later.refused:
            declared = later if later.refused else earlier
            hint = "An event whose guards do not hold is refused anyway: leave it out."
            raise ModelError(f'refused({state}) stands beside a transition of "{state}"', declared.where, hint)
        if not earlier.guards:
            hint = "The first whose guards hold is taken: put it later, or guard it."
            raise ModelError("this is never reached: an earlier one is unguarded", later.where, hint)


def _check_choices(table: MachineTable) -> None:
    """From a choice one comes to rest."""
    choices = [s.name for s in table.states.values() if s.choice]
    exits = {name: [t for t in table.transitions if t.source == name] for name in choices}
    following = {name: [t.target for t in found if t.target in choices] for name, found in exits.items()}
    circle = find_circle({name: [str(n) for n in found] for name, found in following.items()})
    if circle:
        hint = "Let an event lead back: a step ends."
        where = next(t.where for t in exits[circle[0]] if t.target == circle[1])
        raise ModelError(f"choices go in a circle: {' → '.join(circle)}", where, hint)


def _check_used(table: MachineTable) -> None:
    used = {action for t in table.transitions for action in t.actions}
    for method in table.methods.values():
        if method.result is None and method.name not in used:
            hint = f'Name it in on= of a transition (on="{method.name}"), or leave it out.'
            raise ModelError(f'no transition does "{method.name}"', method.where, hint)


def check_python(table: MachineTable) -> None:
    """The source says what python-statemachine made of the class."""
    states: list[PythonState] = []
    pending = list(table.cls.states)
    while pending:
        state = pending.pop(0)
        pending.extend(state.states)
        if not state.states:
            states.append(state)
    for state in states:
        known = table.states.get(state.id)
        made = [(t.event or None, t.target.id if t.target else None) for t in state.transitions if not t.initial]
        said = [(d.event, d.target or d.source) for d in table.drafts if d.source == state.id]
        marks = known is not None and (known.initial, known.final) == (state.initial, state.final)
        if not marks or made != said:
            raise edited(table.cls.__module__, table.where)
    if len(states) != len(table.states):
        raise edited(table.cls.__module__, table.where)


# --- among machines --------------------------------------------------------------------------------------------------


def check_system(system: System) -> None:
    """Messages and questions go in no circles, and what actions rely on is set somewhere."""
    _check_messages(system)
    _check_questions(system)
    _check_set(system)


def sent_by(action: Action) -> Iterator[tuple[str, str]]:
    """The events that an action sends: machine and event."""
    for node in walk(action.body):
        if isinstance(node, Send):
            yield node.machine, node.event


def _check_messages(system: System) -> None:
    first: dict[tuple[str, str], Where] = {}
    for machine in system.machines:
        for node in walk(tuple(a.body for a in machine.actions)):
            if isinstance(node, Send | Create):
                first.setdefault((machine.name, node.machine), node.where)
    circle = find_circle({m.name: [b for a, b in first if a == m.name] for m in system.machines})
    if circle:
        hint = "A machine in mid-step takes no event: turn one of them into an urgent event of its receiver."
        message = f"machines send to (or make) each other in a circle: {' → '.join(circle)}"
        raise ModelError(message, first[circle[0], circle[1]], hint)
    for machine in system.machines:
        for event in machine.events:
            if event.urgent and event.inner:
                hint = "The engine takes it by itself: leave out the sending, or urgent(…)."
                raise ModelError(f'the urgent event "{event.name}" is sent by an action', event.where, hint)


def _check_questions(system: System) -> None:
    asked: dict[str, list[str]] = {}
    places: dict[str, Where] = {}
    owners: list[tuple[str, tuple[Predicate, ...]]] = [(m.name, m.predicates) for m in system.machines]
    owners.append((system.name, system.predicates))
    for owner, predicates in owners:
        for predicate in predicates:
            name = f"{owner}.{predicate.name}"
            places[name] = predicate.where
            found = [n for n in walk((predicate.locals, predicate.body)) if isinstance(n, Ask)]
            asked[name] = [f"{n.owner}.{n.predicate}" for n in found]
    circle = find_circle(asked)
    if circle:
        hint = "Write one of them without the other."
        raise ModelError(f"predicates ask each other in a circle: {' → '.join(circle)}", places[circle[0]], hint)


def find_circle(follows: Mapping[str, Sequence[str]]) -> list[str]:
    """A way from a node to itself, with it at both ends; empty if there is none."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        for following in follows.get(node, ()):
            found = visit(following, [*path, node])
            if found:
                return found
        done.add(node)
        return []

    for node in follows:
        found = visit(node, [])
        if found:
            return found
    return []


def _check_set(system: System) -> None:
    """An optional field through which an action reaches another thing is set by some action or creation."""
    never = {(m.name, a.name): a for m in system.machines for a in m.attributes if _begins_empty(a.type, a.has_default)}
    reads: list[tuple[tuple[str, str], Where]] = []
    for machine in system.machines:
        for node in walk(tuple(a.body for a in machine.actions)):
            if isinstance(node, Assign):
                never.pop((machine_of(node.target.of.type), node.target.name), None)
            elif isinstance(node, Create):
                for name, _ in node.fields:
                    never.pop((node.machine, name), None)
            of = getattr(node, "of", None)
            if isinstance(of, Field) and not isinstance(node, Not):
                reads.append(((machine_of(of.of.type), of.name), of.where))
    for (machine_name, name), where in reads:
        if (machine_name, name) in never and never[machine_name, name].initial is None:
            hint = f"Set it in an action, or leave out its default: then it is given when the {machine_name} begins."
            raise ModelError(f"{machine_name}.{name} is read, and nothing ever sets it", where, hint)


def _begins_empty(kind: Type, has_default: bool) -> bool:
    return isinstance(kind, Maybe) and has_default


def machine_of(kind: Type) -> str:
    """The machine that a reference refers to; empty if it is none."""
    of = kind.of if isinstance(kind, Maybe) else kind
    return of.machine if isinstance(of, Ref) else ""
