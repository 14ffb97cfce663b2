"""Expressions of a model as formulas over a world.

Whatever may have no answer (an optional reference that is read, a ``next(…)``) leaves an obligation: under what was
established on the way there, it has one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from ..engine import model
from ..engine.compiling import bare
from ..engine.dispatch import dispatched
from .facts import Facts, Frame
from .terms import (
    FALSE,
    THE_SYSTEM,
    TRUE,
    Optional,
    Several,
    Term,
    TheSystem,
    Value,
    both,
    chosen,
    either,
    every,
    implied,
    negated,
    same,
    some,
    z3,
)
from .trusted import TrustedFunctions
from .vocabulary import NotModelledError, Vocabulary
from .world import Emitted, World, state_of, there


class Evaluator:
    """Gives the value of expressions in one world; in laws also in the one before the step."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        world: World,
        facts: Facts,
        trusted: TrustedFunctions,
        *,
        before: World | None = None,
        is_before: bool = False,
    ) -> None:
        self.vocabulary = vocabulary
        self.world = world
        self.facts = facts
        self.trusted = trusted
        self.before = before
        self.is_before = is_before

    def ask(self, predicate: model.Predicate, names: Mapping[str, Value], around: Frame | None = None) -> Value:
        """The answer of a predicate."""
        frame = Frame(names, *((around.premises, around.variables) if around else ()))
        for let in predicate.locals:
            frame = frame.having(let.name, self.value(let.value, frame))
        return self.value(predicate.body, frame)

    def assume(self, predicate: model.Predicate, names: Mapping[str, Value]) -> Value:
        """The answer of a predicate that is taken for granted: what it owes is nobody's business here."""
        return Evaluator(self.trusted.vocabulary, self.world, Facts(), self.trusted).ask(predicate, names)

    def fitting(self, value: Value, type_: model.Type, frame: Frame, where: model.Where) -> Value:
        """The value as one of that type: with or without ``None``."""
        if isinstance(type_, model.Maybe):
            if not isinstance(value, Optional):
                return Optional(TRUE, value)
            return Optional(FALSE, self.vocabulary.anything(type_.of)) if value.value is None else value
        return self.given(value, frame, where)

    def given(self, value: Value, frame: Frame, where: model.Where) -> Value:
        """The value, which must not be ``None`` (an obligation)."""
        if not isinstance(value, Optional):
            return value
        self.facts.oblige("reference", "what is read here may be None", where, frame.premises, value.there)
        if value.value is None:
            raise NotModelledError("None is read", where)
        return value.value

    @dispatched
    def value(self, expression: model.Expression, frame: Frame) -> Value:
        """The value of an expression."""
        raise TypeError(f"no formula for {type(expression).__name__}")

    def term(self, expression: model.Expression, frame: Frame) -> Term:
        """The value of an expression, which must not be ``None``."""
        return self.given(self.value(expression, frame), frame, expression.where)

    # --- what is read ------------------------------------------------------------------------------------------------

    @value.register
    def _(self, expression: model.Literal, frame: Frame) -> Value:
        if expression.value is None and isinstance(expression.type, model.Nothing):
            return Optional(FALSE, None)
        return self.vocabulary.literal(expression.type, expression.value)

    @value.register
    def _(self, expression: model.Name, frame: Frame) -> Value:
        return frame.names[expression.name]

    @value.register
    def _(self, expression: model.Field, frame: Frame) -> Value:
        of = self.term(expression.of, frame)
        if isinstance(of, TheSystem):
            return self.world.read(("", expression.name))
        machine = _machine(expression.of)
        if self.vocabulary.machines[machine].system_field == expression.name:
            return THE_SYSTEM
        return self.world.read((machine, expression.name), of)

    @value.register
    def _(self, expression: model.Setting, frame: Frame) -> Value:
        return self.world.read(("config", expression.name))

    @value.register
    def _(self, expression: model.Part, frame: Frame) -> Value:
        of = bare(expression.of.type)
        assert isinstance(of, model.Value)
        term = self.term(expression.of, frame)
        return self.vocabulary.part(of, term, expression.name, expression.type, expression.where)

    @value.register
    def _(self, expression: model.Things, frame: Frame) -> Value:
        return Several(expression.machine, lambda x: self.world.read(there(expression.machine), x))

    @value.register
    def _(self, expression: model.Belonging, frame: Frame) -> Value:
        of = self.term(expression.of, frame)
        key = (expression.machine, expression.via)
        return Several(
            expression.machine,
            lambda x: both([self.world.read(there(expression.machine), x), self._same(self.world.read(key, x), of)]),
        )

    @value.register
    def _(self, expression: model.InState, frame: Frame) -> Value:
        of = self.term(expression.of, frame)
        region = self.vocabulary.machines[expression.machine].state(expression.state).region
        current = self.world.read(state_of(expression.machine, region), of)
        return self._same(current, self.vocabulary.state(expression.machine, expression.state))

    def _same(self, left: Value, right: Value) -> Term:
        return same(left, right, self.vocabulary.thing)

    # --- operators ---------------------------------------------------------------------------------------------------

    @value.register
    def _(self, expression: model.Same, frame: Frame) -> Value:
        return self._same(self.value(expression.left, frame), self.value(expression.right, frame))

    @value.register
    def _(self, expression: model.Compare, frame: Frame) -> Value:
        left, right = self.term(expression.left, frame), self.term(expression.right, frame)
        operators: dict[str, Callable[[Term, Term], Term]]
        operators = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
        return operators[expression.operator](left, right)

    @value.register
    def _(self, expression: model.Arithmetic, frame: Frame) -> Value:
        left, right = self.term(expression.left, frame), self.term(expression.right, frame)
        return left + right if expression.operator == "+" else left - right

    @value.register
    def _(self, expression: model.Not, frame: Frame) -> Value:
        return negated(self.value(expression.of, frame))

    @value.register
    def _(self, expression: model.And, frame: Frame) -> Value:
        parts: list[Term] = []
        for part in expression.parts:
            parts.append(self.value(part, frame))
            frame = frame.given(parts[-1])
        return both(parts)

    @value.register
    def _(self, expression: model.Or, frame: Frame) -> Value:
        parts: list[Term] = []
        for part in expression.parts:
            parts.append(self.value(part, frame))
            frame = frame.given(negated(parts[-1]))
        return either(parts)

    @value.register
    def _(self, expression: model.Choice, frame: Frame) -> Value:
        condition = self.value(expression.condition, frame)
        then = self.value(expression.then, frame.given(condition))
        otherwise = self.value(expression.otherwise, frame.given(negated(condition)))
        return chosen(condition, then, otherwise)

    # --- things ------------------------------------------------------------------------------------------------------

    def bound(self, binding: model.Binding, variable: Term, frame: Frame) -> tuple[Term, Frame]:
        """That a thing is one of those that a binding runs over, and the frame inside it."""
        collection = self.term(binding.collection, frame)
        parts = [collection.contains(variable)]
        frame = frame.over(binding.variable, variable).given(parts[0])
        for condition in binding.conditions:
            parts.append(self.value(condition, frame))
            frame = frame.given(parts[-1])
        return both(parts), frame

    @value.register
    def _(self, expression: model.Quantified, frame: Frame) -> Value:
        variables: list[Term] = []
        conditions: list[Term] = []
        for binding in expression.bindings:
            variables.append(self.vocabulary.bound(binding.machine, binding.variable, len(frame.variables)))
            condition, frame = self.bound(binding, variables[-1], frame)
            conditions.append(condition)
        body = self.value(expression.body, frame)
        if expression.kind == "all":
            return every(variables, implied(conditions, body))
        return some(variables, both([*conditions, body]))

    @value.register
    def _(self, expression: model.Those, frame: Frame) -> Value:
        binding = expression.binding
        x = self.vocabulary.bound(binding.machine, binding.variable, len(frame.variables))
        condition, _ = self.bound(binding, x, frame)
        return Several(binding.machine, lambda y: z3.substitute(condition, (x, y)))

    @value.register
    def _(self, expression: model.First, frame: Frame) -> Value:
        binding = expression.binding
        x = self.vocabulary.bound(binding.machine, binding.variable, len(frame.variables))
        condition, _ = self.bound(binding, x, frame)
        exists = some([x], condition)
        self.facts.oblige("next", "there may be no such thing", expression.where, frame.premises, exists)
        sorts = [variable.sort() for variable in frame.variables]
        witness = self.vocabulary.raw_cell(f"next {binding.variable}", sorts, self.vocabulary.sorts[binding.machine])
        found = witness(frame.variables)
        # Where there is none, the step fails and changes nothing: only the other case matters.
        holds = implied([*frame.premises, exists], z3.substitute(condition, (x, found)))
        self.facts.axioms.append(every(list(frame.variables), holds))
        return found

    @value.register
    def _(self, expression: model.Contains, frame: Frame) -> Value:
        item = self.value(expression.item, frame)
        collection = self.term(expression.collection, frame)
        if isinstance(item, Optional):
            return both([item.there, collection.contains(item.value)]) if item.value is not None else FALSE
        return collection.contains(item)

    @value.register
    def _(self, expression: model.Ask, frame: Frame) -> Value:
        if isinstance(expression.of.type, model.Station):
            predicate, of = self.vocabulary.system.predicate(expression.predicate), THE_SYSTEM
        else:
            predicate = self.vocabulary.machines[expression.owner].predicate(expression.predicate)
            of = self.term(expression.of, frame)
        names: dict[str, Value] = {"self": of}
        for parameter, argument in zip(predicate.parameters, expression.arguments, strict=True):
            value = self.value(argument, frame)
            names[parameter.name] = self.fitting(value, parameter.type, frame, argument.where)
        return self.ask(predicate, names, frame)

    @value.register
    def _(self, expression: model.Trust, frame: Frame) -> Value:
        function = self.trusted.declared(expression.function)
        arguments = [
            self.fitting(self.value(argument, frame), parameter.type, frame, argument.where)
            for parameter, argument in zip(function.parameters, expression.arguments, strict=True)
        ]
        return self.trusted.value(self, function, arguments, expression.where)

    # --- laws --------------------------------------------------------------------------------------------------------

    @value.register
    def _(self, expression: model.Before, frame: Frame) -> Value:
        assert self.before is not None
        earlier = Evaluator(self.vocabulary, self.before, self.facts, self.trusted, is_before=True)
        root = _root(expression.of)
        if isinstance(bare(root.type), model.Ref):
            thing = earlier.term(root, frame)
            was_there = self.before.read(there(_machine(root)), thing)
            reason = "before(…) of a thing that may be new"
            self.facts.oblige("reference", reason, expression.where, frame.premises, was_there)
            frame = frame.given(was_there)
        return earlier.value(expression.of, frame)

    @value.register
    def _(self, expression: model.Sent, frame: Frame) -> Value:
        wanted = [(name, self.value(value, frame)) for name, value in expression.fields]
        return either(
            self._is_sent(emitted, wanted, expression.where)
            for emitted in self.world.emitted
            if emitted.command == expression.command
        )

    def _is_sent(self, emitted: Emitted, wanted: list[tuple[str, Value]], where: model.Where) -> Term:
        command = self.vocabulary.system.command(emitted.command)
        parts = [emitted.condition]
        for name, value in wanted:
            if name in emitted.fields:
                held: Value | None = emitted.fields[name]
            else:
                type_ = next(p.type for p in command.fields if p.name == name)
                held = self.vocabulary.python_value(type_, _default(self.vocabulary, command, name))
            if held is None:
                raise NotModelledError(f"the default of {command.name}.{name} has no formula", where)
            parts.append(self._same(held, value))
        return some(list(emitted.variables), both(parts))

    @value.register
    def _(self, expression: model.IsNew, frame: Frame) -> Value:
        assert self.before is not None
        return negated(self.before.read(there(_machine(expression.of)), self.term(expression.of, frame)))


def _machine(expression: model.Expression) -> str:
    of = bare(expression.type)
    assert isinstance(of, model.Ref), expression
    return of.machine


def _root(expression: model.Expression) -> model.Expression:
    """The thing that a chain of fields and questions starts from."""
    while isinstance(expression, model.Field | model.InState | model.Ask | model.Part):
        expression = expression.of
    return expression


def _default(vocabulary: Vocabulary, command: model.CommandType, name: str) -> object:
    return vocabulary.objects.get(command.python).__dataclass_fields__[name].default
