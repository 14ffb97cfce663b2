"""Writes predicates, invariants and laws: one function each."""

from __future__ import annotations

from .. import model
from ..walking import walk
from .expressions import OR, Expressions, Scope, is_self
from .source import Source, local


class Predicates:
    """Writes the predicates of one system."""

    def __init__(self, source: Source, expressions: Expressions) -> None:
        self.source = source
        self.expressions = expressions

    def of_machine(self, machine: model.Machine) -> None:
        """The guards and other predicates of a machine: ``Machine__predicate(d, self, …)``."""
        for predicate in machine.predicates:
            parameters = ["d", "self", *(local(p.name) for p in predicate.parameters)]
            self._function(f"{machine.name}__{predicate.name}", parameters, predicate, machine)

    def of_system(self, system: model.System) -> None:
        """The predicates and invariants: ``System__predicate(d, …)``; the laws: ``(d, before, commands)``."""
        for predicate in (*system.predicates, *system.invariants):
            parameters = ["d", *(local(p.name) for p in predicate.parameters)]
            self._function(f"{system.name}__{predicate.name}", parameters, predicate)
        for law in system.laws:
            self._function(f"{system.name}__{law.name}", ["d", "before", "commands"], law)

    def _function(
        self, name: str, parameters: list[str], predicate: model.Predicate, machine: model.Machine | None = None
    ) -> None:
        with self.source.function(name, parameters, predicate.label, predicate.where):
            scope = self.expressions.plain
            if machine and _looks_twice(predicate):
                self.source.line(f"self_r = d.{machine.name}[self]", predicate.where)
                scope = scope.having("self", "self_r")
            for let in predicate.locals:
                self.source.line(f"{local(let.name)} = {self.expressions.text(let.value, scope)}", let.where)
            self._answer(predicate.body, scope, predicate.body.type == model.BOOL)

    def _answer(self, body: model.Expression, scope: Scope, boolean: bool) -> None:
        """Return the value; what runs over things becomes a loop, several times faster than a generator."""
        if boolean and isinstance(body, (model.And, model.Or)) and any(_is_loop(part) for part in body.parts):
            self._one_by_one(body, scope)
        elif boolean and _is_loop(body):
            self._loop(body, scope)
        else:
            self.source.line(f"return {self.expressions.text(body, scope)}", body.where)

    def _one_by_one(self, body: model.And | model.Or, scope: Scope) -> None:
        """Parts before the last decide at once or leave it to the next."""
        *first, last = body.parts
        rest = type(body)(body.type, body.where, tuple(first))
        with self.source.block(f"if {self._test(rest, scope, negated=isinstance(body, model.And))}:", body.where):
            self.source.line(f"return {isinstance(body, model.Or)}")
        self._answer(last, scope, True)

    def _loop(self, body: model.Expression, scope: Scope) -> None:
        negated = isinstance(body, model.Not)
        loop = body.of if isinstance(body, model.Not) else body
        assert isinstance(loop, model.Quantified)
        found = (loop.kind == "any") is not negated
        self._turns(loop, loop.bindings, scope, found)
        self.source.line(f"return {not found}", body.where)

    def _turns(self, loop: model.Quantified, bindings: tuple[model.Binding, ...], scope: Scope, found: bool) -> None:
        if not bindings:
            head = f"if {self._test(loop.body, scope, negated=loop.kind == 'all')}:"
            with self.source.block(head, loop.body.where):
                self.source.line(f"return {found}")
            return
        head, conditions, inner = self.expressions.loop(bindings[0], scope, ordered=False)
        with self.source.block(f"{head}:", loop.where):
            if not conditions:
                self._turns(loop, bindings[1:], inner, found)
                return
            several = len(conditions) > 1
            test = " and ".join(f"({c})" if several and " or " in c else c for c in conditions)
            with self.source.block(f"if {test}:", loop.where):
                self._turns(loop, bindings[1:], inner, found)

    def _test(self, condition: model.Expression, scope: Scope, negated: bool) -> str:
        if isinstance(condition, (model.And, model.Or)) and len(condition.parts) == 1:
            condition = condition.parts[0]
        if negated:
            condition = model.Not(model.BOOL, condition.where, condition)
        if isinstance(condition, model.Not) and isinstance(condition.of, model.Not):
            condition = condition.of.of
        return self.expressions.text(condition, scope, OR)


def _looks_twice(predicate: model.Predicate) -> bool:
    """The predicate reads its own thing more than once, or perhaps so in a loop."""
    parts = [part for e in (*(let.value for let in predicate.locals), predicate.body) for part in walk(e)]
    own = [part for part in parts if isinstance(part, (model.Field, model.InState)) and is_self(part.of)]
    return len(own) > 1 or (
        bool(own) and any(isinstance(p, (model.Quantified, model.Those, model.First)) for p in parts)
    )


def _is_loop(body: model.Expression) -> bool:
    if isinstance(body, model.Not):
        body = body.of
    return isinstance(body, model.Quantified)
