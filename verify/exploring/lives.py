"""Which fields of a thing are still asked for in a state that it is in.

A field that nothing reads any more, whatever happens next, says nothing: states that differ by it alone are the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...engine import model
from ...engine.compiling import bare
from ...engine.compiling.records import stored
from ...engine.walking import walk
from .matters import Column, Matters


class Lives:
    """For each machine and state, the fields that count there."""

    def __init__(self, matters: Matters) -> None:
        self.matters = matters
        self.system = matters.system
        self._foreign: set[Column] = set()
        self._own: dict[tuple[str, str], set[str]] = {}
        """By machine and state, the fields of the thing itself that its transitions from there read."""
        for predicate in (*self.system.invariants, *self.system.laws):
            self._foreign |= matters.reads.of_predicate(predicate)
        for machine in self.system.machines:
            for state in machine.states:
                self._own[machine.name, state.name] = self._read_from(machine, state.name)
        self._reachable = {(m.name, s.name): _reachable(m, s.name) for m in self.system.machines for s in m.states}

    def count(self, machine: model.Machine, states: tuple[str, ...]) -> frozenset[str]:
        """The fields that count while the regions are in these states."""
        found = {name for owner, name in self._foreign if owner == machine.name}
        for state in states:
            for later in self._reachable[machine.name, state]:
                found |= self._own[machine.name, later]
        alive = not all(machine.state(state).final for state in states)
        for attribute in stored(machine):
            if alive and (self.matters.keeps(attribute) or isinstance(bare(attribute.type), model.Deadline)):
                found.add(attribute.name)
        return frozenset(found)

    def _read_from(self, machine: model.Machine, state: str) -> set[str]:
        found: set[str] = set()
        for transition in machine.transitions:
            if transition.source == state and not transition.refused:
                for guard in transition.guards:
                    found |= self._fields(machine, guard.condition)
                for name in transition.actions:
                    for node, sink in self.matters.uses_in(machine.action(name).body, machine.name, name):
                        if sink is None or self.matters.atom(sink):
                            found |= self._fields(machine, node)
        return found

    def _fields(self, machine: model.Machine, node: object) -> set[str]:
        """The fields of the thing itself that an expression reads; what it reads of others is noted."""
        found: set[str] = set()
        for part in walk(node):
            if isinstance(part, model.Ask) and _is_self(part.of) and part.owner == machine.name:
                predicate = machine.predicate(part.predicate)
                found |= self._fields(machine, (predicate.locals, predicate.body))
            elif isinstance(part, model.Field) and _is_self(part.of):
                found.add(part.name)
            else:
                self._foreign |= set(self.matters.reads.direct(part))
        return found


def _is_self(expression: model.Expression) -> bool:
    return isinstance(expression, model.Name) and expression.name == "self"


def _reachable(machine: model.Machine, state: str) -> set[str]:
    """The states that a thing may come to from a state, that one included."""
    found = {state}
    waiting = [state]
    while waiting:
        for target in _targets(machine, waiting.pop()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _targets(machine: model.Machine, state: str) -> Iterator[str]:
    return (t.target for t in machine.transitions if t.source == state and t.target is not None)
