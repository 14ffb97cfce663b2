"""What counts in a model: the fields, settings and parameters on which a guard, a law or a lifecycle depends.

What is only passed on to commands, or counted for a policy's sake, does not: no state differs by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ...engine import model
from ...engine.compiling import bare
from ...engine.compiling.expressions import region_slot
from ...engine.compiling.records import slots, stored
from ...engine.reading.checks import walk

Column = tuple[str, str]
"""A machine and one of its fields, or the attribute of a region's state; ``""`` for the system, ``"config"`` for a
setting."""

Atom = tuple[str, ...]
"""A column; or a parameter: machine, event, name; or a name in an action: machine, action, name, ``"in an action"``."""


class Reads:
    """The columns that expressions read, also through the predicates that they ask."""

    def __init__(self, system: model.System) -> None:
        self.system = system
        self._known: dict[tuple[str, str], frozenset[Column]] = {}

    def of(self, node: object) -> set[Column]:
        """All columns that are read anywhere in a piece of the model."""
        found: set[Column] = set()
        for part in walk(node):
            found.update(self._direct(part))
        return found

    def of_predicate(self, predicate: model.Predicate) -> set[Column]:
        """All columns that a predicate, an invariant or a law reads."""
        return self.of((predicate.locals, predicate.body))

    def _direct(self, node: model.Expression | model.Statement) -> Iterable[Column]:
        if isinstance(node, model.Field):
            return [(_machine(node.of.type), node.name)]
        if isinstance(node, model.InState):
            machine = self.system.machine(node.machine)
            return [(machine.name, region_slot(machine, machine.state(node.state).region))]
        if isinstance(node, model.Belonging):
            return [(node.machine, node.via)]
        if isinstance(node, model.Setting):
            return [("config", node.name)]
        if isinstance(node, model.Ask):
            return self._asked(node.owner, node.predicate)
        if isinstance(node, model.Trust):
            function = next(f for f in self.system.trusted if f.name == node.function)
            return [column for read in function.reads for column in self._declared(read)]
        return []

    def _asked(self, owner: str, name: str) -> frozenset[Column]:
        key = (owner, name)
        if key not in self._known:
            self._known[key] = frozenset()
            of = self.system if owner == self.system.name else self.system.machine(owner)
            self._known[key] = frozenset(self.of_predicate(of.predicate(name)))
        return self._known[key]

    def _declared(self, read: str) -> Iterator[Column]:
        machine, _, name = read.rpartition(".")
        if not machine:
            yield ("" if any(a.name == name for a in self.system.attributes) else "config", name)
        elif machine == self.system.name:
            yield "", name
        elif name == "state":
            yield from ((machine, slot) for slot in slots(self.system.machine(machine)))
        else:
            yield machine, name


class Matters:
    """What counts in one system."""

    def __init__(self, system: model.System) -> None:
        self.system = system
        self.reads = Reads(system)
        self._roots: set[Atom] = set()
        self._flows: dict[Atom, set[Atom]] = defaultdict(set)
        self._sent = {
            (node.command, name) for p in (*system.invariants, *system.laws) for node in walk(p.body)
            if isinstance(node, model.Sent) for name, _ in node.fields
        }  # fmt: skip
        for predicate in (*system.invariants, *system.laws):
            self._roots |= self.reads.of_predicate(predicate)
        for machine in system.machines:
            self._machine(machine)
        self._found = self._closed()

    def column(self, machine: str, name: str) -> bool:
        """Something depends on the field (``machine`` ``""``: of the system, ``"config"``: the setting)."""
        return (machine, name) in self._found

    def parameter(self, machine: str, event: str, name: str) -> bool:
        """Something depends on the parameter of the event."""
        return (machine, event, name) in self._found

    # --- inside ------------------------------------------------------------------------------------------------------

    def _machine(self, machine: model.Machine) -> None:
        for attribute in stored(machine):
            if isinstance(bare(attribute.type), (model.Ref, model.SetOf, model.Deadline)):
                self._roots.add((machine.name, attribute.name))
        for transition in machine.transitions:
            event = (machine.name, transition.event or "")
            for guard in transition.guards:
                self._roots |= self._uses(guard.condition, event)
            for action in transition.actions:
                for parameter in machine.action(action).parameters:
                    inside = (machine.name, action, parameter.name, "in an action")
                    self._flows[inside].add((*event, parameter.name))
        for action in machine.actions:
            self._statements(action.body, (machine.name, action.name))

    def _statements(self, body: tuple[model.Statement, ...], at: tuple[str, str]) -> None:
        for statement in body:
            for node in walk(statement):
                if isinstance(node, model.First):
                    self._roots |= self._uses(node, at, "in an action")
            self._statement(statement, at)

    def _statement(self, statement: model.Statement, at: tuple[str, str]) -> None:
        def uses(node: object) -> set[Atom]:
            return self._uses(node, at, "in an action")

        if isinstance(statement, model.Assign):
            self._roots |= uses(statement.target.of)
            self._flows[_machine(statement.target.of.type), statement.target.name] |= uses(statement.value)
        elif isinstance(statement, model.Let):
            self._flows[(*at, statement.name, "in an action")] |= uses(statement.value)
        elif isinstance(statement, model.If):
            self._roots |= uses(statement.condition)
            self._statements(statement.then + statement.otherwise, at)
        elif isinstance(statement, model.Loop):
            self._roots |= uses((statement.binding.collection, statement.binding.conditions))
            self._statements(statement.body, at)
        elif isinstance(statement, model.Send):
            self._roots |= uses(statement.of)
            for name, value in statement.arguments:
                self._flows[statement.machine, statement.event, name] |= uses(value)
        elif isinstance(statement, model.Create):
            for name, value in statement.fields:
                self._flows[statement.machine, name] |= uses(value)
        elif isinstance(statement, model.Emit):
            for name, value in statement.fields:
                if (statement.command, name) in self._sent:
                    self._roots |= uses(value)
        elif isinstance(statement, model.Require):
            self._roots |= uses(statement.condition)

    def _uses(self, node: object, at: tuple[str, str], kind: str = "") -> set[Atom]:
        names = {part.name for part in walk(node) if isinstance(part, model.Name)}
        return {*self.reads.of(node), *((*at, name, kind) if kind else (*at, name) for name in names)}

    def _closed(self) -> set[Atom]:
        found: set[Atom] = set()
        waiting = list(self._roots)
        while waiting:
            atom = waiting.pop()
            if atom not in found:
                found.add(atom)
                waiting += self._flows.get(atom, ())
        return found


def _machine(type_: model.Type) -> str:
    of = bare(type_)
    return of.machine if isinstance(of, model.Ref) else ""
