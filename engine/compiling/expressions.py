"""Expressions of a model as expressions of Python.

Things are keys; ``d`` is the state (or the draft of the next one), ``before`` the one before the step. Every
expression is as safe or unsafe as in the model: what fails there, fails here, at the same place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from .. import model
from ..dispatch import dispatched
from .names import Objects, bare
from .plan import Domain, Plan, by
from .source import local

CHOICE, OR, AND, NOT, COMPARE, SUM, ATOM = range(7)
"""How tightly Python binds an expression."""


@dataclass(frozen=True)
class Scope:
    """What names mean: ``records`` are names of records that are at hand (not in actions, where they change), and
    ``world`` is the state that is read."""

    records: Mapping[str, str]
    world: str = "d"

    def without(self, *names: str) -> Scope:
        """The scope in which these names are bound anew."""
        return replace(self, records={k: v for k, v in self.records.items() if k not in names})

    def having(self, name: str, record: str) -> Scope:
        """The scope in which the record of a thing is at hand."""
        return replace(self, records={**self.records, name: record})


PLAIN = Scope({})

Comparison: TypeAlias = model.Same | model.InState | model.Compare | model.Contains | model.IsNew
_OPPOSITE = {"is": "is not", "==": "!=", "in": "not in", "not in": "in"}


class Expressions:
    """Writes expressions of one system."""

    plain = PLAIN
    """The scope of a function that begins."""

    def __init__(self, system: model.System, objects: Objects, plan: Plan) -> None:
        self.system = system
        self.objects = objects
        self.plan = plan

    def text(self, expression: model.Expression, scope: Scope, least: int = CHOICE) -> str:
        """The expression, in parentheses if it binds less tightly than ``least``."""
        text, strength = self._write(expression, scope)
        return f"({text})" if strength < least else text

    def record(self, thing: model.Expression, scope: Scope) -> str:
        """The record of a thing."""
        if isinstance(thing, model.Name) and scope.world == "d" and thing.name in scope.records:
            return scope.records[thing.name]
        of = bare(thing.type)
        assert isinstance(of, model.Ref), thing
        return f"{scope.world}.{of.machine}[{self.text(thing, scope)}]"

    def given(self, thing: model.Expression, scope: Scope) -> str:
        """The key of a thing that has to be there, even if nothing of it is read."""
        text = self.text(thing, scope, SUM)
        return f"given({text})" if isinstance(thing.type, model.Maybe) else text

    def constant(self, type_: model.Type, value: bool | int | str | None) -> str:
        """A literal, the name of an enumeration's member, or the empty set (``None`` of a set type)."""
        if value is None:
            return "frozenset()" if isinstance(type_, model.SetOf) else "None"
        inner = bare(type_)
        if isinstance(inner, model.Enumeration):
            return f"{self.objects.name(inner.python)}.{value}"
        return repr(value)

    def fields(self, fields: tuple[tuple[str, model.Expression], ...], scope: Scope) -> str:
        """Keyword arguments."""
        return ", ".join(f"{name}={self.text(value, scope)}" for name, value in fields)

    def things(self, binding: model.Binding, scope: Scope, ordered: bool) -> str:
        """What a binding runs over, as an iterable of keys; in order of creation if that matters."""
        collection, domain = binding.collection, self.plan.domain(binding)
        if domain:
            return self.found(domain, scope)
        if isinstance(collection, model.Things):
            return f"{scope.world}.{collection.machine}"
        text = self.text(collection, scope)
        return f"sorted({text})" if ordered and not isinstance(collection, model.Belonging) else text

    def comprehension(self, bindings: tuple[model.Binding, ...], scope: Scope, ordered: bool) -> tuple[str, Scope]:
        """``for … in … if …`` and the scope inside it."""
        parts: list[str] = []
        for binding in bindings:
            head, conditions, scope = self.loop(binding, scope, ordered)
            parts.append(" if ".join([head, *conditions]))
        return " ".join(parts), scope

    def loop(self, binding: model.Binding, scope: Scope, ordered: bool) -> tuple[str, list[str], Scope]:
        """``for … in …``, the conditions, and the scope inside: records of what runs over a machine are at hand."""
        name = local(binding.variable)
        of = binding.collection
        conditions: list[str] = []
        domain = self.plan.domain(binding)
        if domain or (isinstance(of, model.Belonging) and self.plan.indexed):
            head = f"for {name} in {self.things(binding, scope, ordered)}"
            scope = scope.without(binding.variable)
            if not isinstance(of, (model.Things, model.Belonging)):
                conditions.append(f"{name} in {self.text(of, scope, SUM)}")
        elif isinstance(of, (model.Things, model.Belonging)):
            head = f"for {name}, {name}_r in {scope.world}.{of.machine}.items()"
            if isinstance(of, model.Belonging):
                conditions.append(f"{name}_r.{of.via} == {self.given(of.of, scope)}")
            known = scope.world == "d"
            scope = scope.having(binding.variable, f"{name}_r") if known else scope.without(binding.variable)
        else:
            head = f"for {name} in {self.things(binding, scope, ordered)}"
            scope = scope.without(binding.variable)
        conditions += [self.text(condition, scope, OR) for condition in binding.conditions]
        return head, conditions, scope

    # --- how things are written: what another kind of module does in its own way ---

    def own(self, scope: Scope) -> str:
        """What holds the fields of the system."""
        return f"{scope.world}.system"

    def all(self, machine: str, scope: Scope) -> str:
        """All things of a machine."""
        return f"{scope.world}.{machine}"

    def belonging(self, expression: model.Belonging, scope: Scope) -> str:
        """The things that refer to one."""
        owner = self.given(expression.of, scope)
        if self.plan.indexed:
            return f"{scope.world}.index.{by((expression.machine, expression.via))}.get({owner}, ())"
        things = f"{scope.world}.{expression.machine}.items()"
        return f"[key for key, record in {things} if record.{expression.via} == {owner}]"

    def asked(self, ask: model.Ask, arguments: list[str], scope: Scope) -> str:
        """The call of a predicate."""
        of_system = isinstance(ask.of.type, model.Station)
        name = self.system.name if of_system else ask.owner
        owner = [] if of_system else [self.given(ask.of, scope)]
        return f"{name}__{ask.predicate}({', '.join([scope.world, *owner, *arguments])})"

    def trusted(self, trust: model.Trust, arguments: list[str], scope: Scope) -> str:
        """The call of a trusted function."""
        return f"{self.system.name}__{trust.function}({', '.join([scope.world, *arguments])})"

    def is_singleton(self, side: model.Expression) -> bool:
        """Identity is equality: ``None`` and members of enumerations."""
        if isinstance(side, model.Literal) and side.value is None:
            return True
        return isinstance(bare(side.type), model.Enumeration)

    def found(self, domain: Domain, scope: Scope) -> str:
        """The keys of a domain."""
        if domain.bucket:
            return f"{scope.world}.index.{domain.bucket}"
        *further, last = domain.hops
        found = f"{scope.world}.index.{by(last)}.get({self.text(domain.key, scope)}, ())"
        for hop in reversed(further):
            found = f"[one for other in {found} for one in {scope.world}.index.{by(hop)}.get(other, ())]"
        return found

    @dispatched
    def _write(self, expression: model.Expression, scope: Scope) -> tuple[str, int]:
        raise TypeError(f"no way to write {type(expression).__name__}")

    @_write.register
    def _(self, expression: model.Literal, scope: Scope) -> tuple[str, int]:
        text = self.constant(expression.type, expression.value)
        return text, SUM if text.startswith("-") else ATOM

    @_write.register
    def _(self, expression: model.Name, scope: Scope) -> tuple[str, int]:
        return local(expression.name), ATOM

    @_write.register
    def _(self, expression: model.Field, scope: Scope) -> tuple[str, int]:
        if isinstance(expression.of.type, model.Station):
            return f"{self.own(scope)}.{expression.name}", ATOM
        return f"{self.record(expression.of, scope)}.{expression.name}", ATOM

    @_write.register
    def _(self, expression: model.Setting, scope: Scope) -> tuple[str, int]:
        return f"{scope.world}.config.{expression.name}", ATOM

    @_write.register
    def _(self, expression: model.Part, scope: Scope) -> tuple[str, int]:
        return f"{self.text(expression.of, scope, ATOM)}.{expression.name}", ATOM

    @_write.register
    def _(self, expression: model.Things, scope: Scope) -> tuple[str, int]:
        return f"frozenset({self.all(expression.machine, scope)})", ATOM

    @_write.register
    def _(self, expression: model.Belonging, scope: Scope) -> tuple[str, int]:
        return self.belonging(expression, scope), ATOM

    @_write.register(model.Same)
    @_write.register(model.InState)
    @_write.register(model.Compare)
    @_write.register(model.Contains)
    @_write.register(model.IsNew)
    def _(self, expression: Comparison, scope: Scope) -> tuple[str, int]:
        return " ".join(self._comparison(expression, scope)), COMPARE

    def _comparison(self, expression: Comparison, scope: Scope) -> tuple[str, str, str]:
        """Left side, operator, right side."""
        if isinstance(expression, model.InState):
            machine = self.system.machine(expression.machine)
            slot = region_slot(machine, machine.state(expression.state).region)
            return f"{self.record(expression.of, scope)}.{slot}", "==", repr(expression.state)
        if isinstance(expression, model.IsNew):
            of = bare(expression.of.type)
            assert isinstance(of, model.Ref)
            return self.text(expression.of, scope, SUM), "not in", f"before.{of.machine}"
        if isinstance(expression, model.Contains):
            collection = expression.collection
            item = self.text(expression.item, scope, SUM)
            if isinstance(collection, model.Things):
                return item, "in", self.all(collection.machine, scope)
            return item, "in", self.text(collection, scope, SUM)
        left, right = self.text(expression.left, scope, SUM), self.text(expression.right, scope, SUM)
        if isinstance(expression, model.Compare):
            return left, expression.operator, right
        identical = self.is_singleton(expression.left) or self.is_singleton(expression.right)
        return left, "is" if identical else "==", right

    @_write.register
    def _(self, expression: model.Arithmetic, scope: Scope) -> tuple[str, int]:
        left, right = self.text(expression.left, scope, SUM), self.text(expression.right, scope, ATOM)
        return f"{left} {expression.operator} {right}", SUM

    @_write.register
    def _(self, expression: model.Not, scope: Scope) -> tuple[str, int]:
        of = expression.of
        if isinstance(of, model.Ask):
            of = self.plan.written_out(of) or of
        if isinstance(of, (model.Same, model.InState, model.Contains, model.IsNew)):
            left, operator, right = self._comparison(of, scope)
            return f"{left} {_OPPOSITE[operator]} {right}", COMPARE
        return f"not {self.text(of, scope, NOT)}", NOT

    @_write.register
    def _(self, expression: model.And, scope: Scope) -> tuple[str, int]:
        return " and ".join(self.text(part, scope, AND + 1) for part in expression.parts) or "True", AND

    @_write.register
    def _(self, expression: model.Or, scope: Scope) -> tuple[str, int]:
        return " or ".join(self.text(part, scope, OR + 1) for part in expression.parts) or "False", OR

    @_write.register
    def _(self, expression: model.Choice, scope: Scope) -> tuple[str, int]:
        then, otherwise = self.text(expression.then, scope, OR), self.text(expression.otherwise, scope)
        return f"{then} if {self.text(expression.condition, scope, OR)} else {otherwise}", CHOICE

    @_write.register
    def _(self, expression: model.Quantified, scope: Scope) -> tuple[str, int]:
        loops, inner = self.comprehension(expression.bindings, scope, ordered=False)
        return f"{expression.kind}({self.text(expression.body, inner)} {loops})", ATOM

    @_write.register
    def _(self, expression: model.Those, scope: Scope) -> tuple[str, int]:
        loops, _ = self.comprehension((expression.binding,), scope, ordered=False)
        return f"frozenset({local(expression.binding.variable)} {loops})", ATOM

    @_write.register
    def _(self, expression: model.First, scope: Scope) -> tuple[str, int]:
        loops, _ = self.comprehension((expression.binding,), scope, ordered=True)
        return f"first({local(expression.binding.variable)} {loops})", ATOM

    @_write.register
    def _(self, expression: model.Ask, scope: Scope) -> tuple[str, int]:
        written_out = self.plan.written_out(expression)
        if written_out is not None:
            return self._write(written_out, scope)
        return self.asked(expression, [self.text(value, scope) for value in expression.arguments], scope), ATOM

    @_write.register
    def _(self, expression: model.Trust, scope: Scope) -> tuple[str, int]:
        return self.trusted(expression, [self.text(value, scope) for value in expression.arguments], scope), ATOM

    @_write.register
    def _(self, expression: model.Before, scope: Scope) -> tuple[str, int]:
        return self._write(expression.of, replace(scope, world="before"))

    @_write.register
    def _(self, expression: model.Sent, scope: Scope) -> tuple[str, int]:
        name = self.objects.name(self.system.command(expression.command).python)
        tests = [f"type(command) is {name}"]
        tests += [f"command.{field} == {self.text(value, scope, SUM)}" for field, value in expression.fields]
        return f"any({' and '.join(tests)} for command in commands)", ATOM


def is_self(thing: object) -> bool:
    """The thing whose predicate or action this is."""
    return isinstance(thing, model.Name) and thing.name == "self" and isinstance(thing.type, model.Ref)


def region_slot(machine: model.Machine, region: int) -> str:
    """The attribute of a record that holds the state of a region."""
    name = machine.regions[region].replace(".", "_")
    return f"_state_{name}" if name else "_state"
