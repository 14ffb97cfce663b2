"""What counts in a model: the fields, settings and parameters on which a guard, a law or a lifecycle depends.

What is only passed on to commands, or counted for a policy's sake, does not: no state differs by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ...engine import model
from ...engine.compiling import bare
from ...engine.compiling.expressions import region_slot
from ...engine.compiling.records import can_end, slots, stored
from ...engine.walking import walk

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
            found.update(self.direct(part))
        return found

    def of_predicate(self, predicate: model.Predicate) -> set[Column]:
        """All columns that a predicate, an invariant or a law reads."""
        return self.of((predicate.locals, predicate.body))

    def direct(self, node: model.Expression | model.Statement) -> Iterable[Column]:
        """The columns that an expression reads apart from its parts."""
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

    def keeps(self, attribute: model.Attribute) -> bool:
        """The field keeps the things that it refers to from being dropped when they have ended."""
        of = bare(attribute.type)
        return isinstance(of, (model.Ref, model.SetOf)) and can_end(self.system.machine(of.machine))

    def atom(self, atom: Atom) -> bool:
        """Something depends on a column, a parameter, or a name in an action."""
        return atom in self._found

    # --- inside ------------------------------------------------------------------------------------------------------

    def _machine(self, machine: model.Machine) -> None:
        for attribute in stored(machine):
            if self.keeps(attribute) or isinstance(bare(attribute.type), model.Deadline):
                self._roots.add((machine.name, attribute.name))
        for transition in machine.transitions:
            event = (machine.name, transition.event or "")
            for guard in transition.guards:
                self._roots |= self._uses(guard.condition, event)
            for action in transition.actions:
                for parameter in machine.action(action).parameters:
                    inside = (machine.name, action, parameter.name, "in an action")
                    self._flows[inside].add((*event, parameter.name))
        for declared in machine.actions:
            for node, sink in self.uses_in(declared.body, machine.name, declared.name):
                uses = self._uses(node, (machine.name, declared.name), "in an action")
                if sink is None:
                    self._roots |= uses
                else:
                    self._flows[sink] |= uses

    def uses_in(
        self, body: tuple[model.Statement, ...], machine: str, action: str
    ) -> Iterator[tuple[object, Atom | None]]:
        """The expressions in an action, each with what depends on it alone; ``None`` for all that happens."""
        for statement in body:
            for node in walk(statement):
                if isinstance(node, model.First):
                    yield node, None
            yield from self._in_statement(statement, machine, action)

    def _in_statement(
        self, statement: model.Statement, machine: str, action: str
    ) -> Iterator[tuple[object, Atom | None]]:
        if isinstance(statement, model.Assign):
            yield statement.target.of, None
            yield statement.value, (_machine(statement.target.of.type), statement.target.name)
        elif isinstance(statement, model.Let):
            yield statement.value, (machine, action, statement.name, "in an action")
        elif isinstance(statement, model.If):
            yield statement.condition, None
            yield from self.uses_in(statement.then + statement.otherwise, machine, action)
        elif isinstance(statement, model.Loop):
            yield (statement.binding.collection, statement.binding.conditions), None
            yield from self.uses_in(statement.body, machine, action)
        elif isinstance(statement, model.Send):
            yield statement.of, None
            for name, value in statement.arguments:
                yield value, (statement.machine, statement.event, name)
        elif isinstance(statement, model.Create):
            for name, value in statement.fields:
                yield value, (statement.machine, name)
        elif isinstance(statement, model.Emit):
            for name, value in statement.fields:
                if (statement.command, name) in self._sent:
                    yield value, None
        elif isinstance(statement, model.Require):
            yield statement.condition, None

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
