"""Expressions and statements of a model as the Python that they were read from.

Made from the data alone: the same words where no source is, and whatever the layout of the source.
"""

from __future__ import annotations

from functools import singledispatch

from ..engine import model
from ..engine.compiling import bare

CHOICE, OR, AND, NOT, COMPARE, SUM, ATOM = range(7)
"""How tightly Python binds an expression."""

_OPPOSITE = {"is": "is not", "==": "!=", "in": "not in"}


def expression_text(expression: model.Expression, least: int = CHOICE) -> str:
    """The expression, in parentheses if it binds less tightly than ``least``."""
    text, strength = _write(expression)
    return f"({text})" if strength < least else text


def statement_text(statement: model.Statement) -> str:
    """One line: of a compound statement its head, of what is made or emitted only its kind."""
    match statement:
        case model.Assign(target=target, value=value):
            return f"{expression_text(target)} = {expression_text(value)}"
        case model.Let(name=name, value=value):
            return f"{name} = {expression_text(value)}"
        case model.If(condition=condition):
            return f"if {expression_text(condition)}"
        case model.Loop(binding=binding):
            return _for(binding)
        case model.Send(of=of, event=event):
            return f"{expression_text(of, ATOM)}.{event}()"
        case model.Emit(command=command):
            return f"emit {command}"
        case model.Create(machine=machine):
            return f"new {machine}"
        case model.Require(condition=condition):
            return f"assert {expression_text(condition)}"
        case _:
            raise TypeError(f"no text for {type(statement).__name__}")


def _for(binding: model.Binding) -> str:
    conditions = "".join(f" if {expression_text(each, OR)}" for each in binding.conditions)
    return f"for {binding.variable} in {expression_text(binding.collection, OR)}{conditions}"


@singledispatch
def _write(expression: model.Expression) -> tuple[str, int]:
    raise TypeError(f"no text for {type(expression).__name__}")


@_write.register
def _(expression: model.Literal) -> tuple[str, int]:
    of = expression.type.of if isinstance(expression.type, model.Maybe) else expression.type
    if isinstance(of, model.Enumeration) and expression.value is not None:
        return f"{of.python.rpartition(':')[2]}.{expression.value}", ATOM
    return ("frozenset()" if isinstance(of, model.SetOf) else repr(expression.value)), ATOM


@_write.register
def _(expression: model.Name) -> tuple[str, int]:
    return expression.name, ATOM


@_write.register(model.Field)
@_write.register(model.Part)
def _(expression: model.Field | model.Part) -> tuple[str, int]:
    return f"{expression_text(expression.of, ATOM)}.{expression.name}", ATOM


@_write.register
def _(expression: model.Setting) -> tuple[str, int]:
    return f"config.{expression.name}", ATOM


@_write.register
def _(expression: model.Things) -> tuple[str, int]:
    return f"every {expression.machine}", ATOM


@_write.register
def _(expression: model.Belonging) -> tuple[str, int]:
    return f"every {expression.machine} of {expression_text(expression.of, ATOM)}", ATOM


@_write.register
def _(expression: model.InState) -> tuple[str, int]:
    return f"{expression_text(expression.of, ATOM)}.{expression.state}.is_active", ATOM


@_write.register
def _(expression: model.Same) -> tuple[str, int]:
    references = (model.Ref, model.Nothing, model.Station)
    operator = "is" if any(isinstance(bare(side.type), references) for side in _sides(expression)) else "=="
    left, right = (expression_text(side, SUM) for side in _sides(expression))
    return f"{left} {operator} {right}", COMPARE


def _sides(expression: model.Same | model.Compare | model.Arithmetic) -> tuple[model.Expression, model.Expression]:
    return expression.left, expression.right


@_write.register
def _(expression: model.Compare) -> tuple[str, int]:
    left, right = (expression_text(side, SUM) for side in _sides(expression))
    return f"{left} {expression.operator} {right}", COMPARE


@_write.register
def _(expression: model.Arithmetic) -> tuple[str, int]:
    left, right = expression_text(expression.left, SUM), expression_text(expression.right, ATOM)
    return f"{left} {expression.operator} {right}", SUM


@_write.register
def _(expression: model.Contains) -> tuple[str, int]:
    return f"{expression_text(expression.item, SUM)} in {expression_text(expression.collection, SUM)}", COMPARE


@_write.register
def _(expression: model.Not) -> tuple[str, int]:
    if isinstance(expression.of, model.Same | model.Contains):
        text = expression_text(expression.of)
        operator = next(f" {each} " for each in _OPPOSITE if f" {each} " in text)
        if text.count(operator) == 1:
            return text.replace(operator, f" {_OPPOSITE[operator.strip()]} "), COMPARE
    return f"not {expression_text(expression.of, NOT)}", NOT


@_write.register
def _(expression: model.And) -> tuple[str, int]:
    return " and ".join(expression_text(part, NOT) for part in expression.parts), AND


@_write.register
def _(expression: model.Or) -> tuple[str, int]:
    return " or ".join(expression_text(part, AND) for part in expression.parts), OR


@_write.register
def _(expression: model.Choice) -> tuple[str, int]:
    then, otherwise = expression_text(expression.then, OR), expression_text(expression.otherwise)
    return f"{then} if {expression_text(expression.condition, OR)} else {otherwise}", CHOICE


@_write.register
def _(expression: model.Quantified) -> tuple[str, int]:
    loops = " ".join(_for(binding) for binding in expression.bindings)
    return f"{expression.kind}({expression_text(expression.body)} {loops})", ATOM


@_write.register(model.Those)
@_write.register(model.First)
def _(expression: model.Those | model.First) -> tuple[str, int]:
    name = "frozenset" if isinstance(expression, model.Those) else "next"
    return f"{name}({expression.binding.variable} {_for(expression.binding)})", ATOM


@_write.register
def _(expression: model.Ask) -> tuple[str, int]:
    arguments = ", ".join(expression_text(each) for each in expression.arguments)
    return f"{expression_text(expression.of, ATOM)}.{expression.predicate}({arguments})", ATOM


@_write.register
def _(expression: model.Trust) -> tuple[str, int]:
    return f"{expression.function}({', '.join(expression_text(each) for each in expression.arguments)})", ATOM


@_write.register
def _(expression: model.Before) -> tuple[str, int]:
    return f"before({expression_text(expression.of)})", ATOM


@_write.register
def _(expression: model.Sent) -> tuple[str, int]:
    fields = "".join(f", {name}={expression_text(value)}" for name, value in expression.fields)
    return f"sent({expression.command}{fields})", ATOM


@_write.register
def _(expression: model.IsNew) -> tuple[str, int]:
    return f"is_new({expression_text(expression.of)})", ATOM


def guard_text(condition: model.Expression, least: int = CHOICE) -> str:
    """A guard as ``cond=`` has it: the names of predicates, joined by ``and``, ``or`` and ``not``."""
    match condition:
        case model.Ask(predicate=predicate):
            return predicate
        case model.Not(of=of):
            return f"not {guard_text(of, NOT)}"
        case model.And(parts=parts):
            text, strength = " and ".join(guard_text(part, NOT) for part in parts), AND
        case model.Or(parts=parts):
            text, strength = " or ".join(guard_text(part, AND) for part in parts), OR
        case _:
            return expression_text(condition, least)
    return f"({text})" if strength < least else text
