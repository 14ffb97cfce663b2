"""Reading ``cond=``, and what follows from guards and actions together: the parameters of events, urgent events."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from ..model import BOOL, INT, And, Ask, Expression, Guard, Name, Not, Or, Parameter, Ref, Where
from .errors import ModelError, nearest
from .kinds import spelled
from .tables import Draft, EventTable, MachineTable, Method, Tables

REWRITTEN = re.compile(r"!(?!=)|\^|\bv\b")


class Guards:
    """Reads the conditions of one machine's transitions."""

    def __init__(self, table: MachineTable, tables: Tables) -> None:
        self.table = table
        self.tables = tables
        self.source = tables.sources.of(table.cls)

    def of(self, draft: Draft) -> tuple[Guard, ...]:
        """The labelled conjuncts of a transition, in order."""
        return tuple(Guard(self._expression(part, text), self._label(part)) for part, text in self._conjuncts(draft))

    def methods(self, draft: Draft) -> Iterator[Method]:
        """The guards and actions of a transition, in the order in which they are named."""
        for part, _ in self._conjuncts(draft):
            for node in ast.walk(part):
                if isinstance(node, ast.Name):
                    yield self.table.methods[node.id]
        for name, _ in draft.actions:
            yield self.table.methods[name]

    def _conjuncts(self, draft: Draft) -> Iterator[tuple[ast.expr, ast.Constant]]:
        self.source = draft.written
        for node in draft.conditions:
            tree, text = self._parsed(node)
            self._check(tree, text)
            parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
            for part in parts:
                yield part, text

    def _parsed(self, node: ast.expr) -> tuple[ast.expr, ast.Constant]:
        where = self.source.where(node)
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            hint = 'Write cond="predicate", with and, or, not and parentheses; more is a predicate of its own.'
            raise ModelError("cond= names predicates", where, hint)
        rewritten = REWRITTEN.search(node.value)
        if rewritten:
            hint = 'python-statemachine rewrites v, ^ and ! there: write "or", "and", "not".'
            raise ModelError(f'"{rewritten.group()}" in cond= is not modelled', self._at(node, rewritten), hint)
        try:
            return ast.parse(node.value, mode="eval").body, node
        except SyntaxError:
            hint = 'Write cond="one and not (two or three)".'
            raise ModelError("cond= cannot be read", where, hint) from None

    def _at(self, text: ast.Constant, match: re.Match[str]) -> Where:
        return self.source.inside(text, *match.span())

    def _place(self, node: ast.expr, text: ast.Constant) -> Where:
        return self.source.inside(text, node.col_offset, node.end_col_offset or node.col_offset)

    def _check(self, tree: ast.expr, text: ast.Constant) -> None:
        """Only names of predicates, joined by ``and``, ``or``, ``not``."""
        pending = [tree]
        while pending:
            node = pending.pop(0)
            if isinstance(node, ast.BoolOp):
                pending.extend(node.values)
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                pending.append(node.operand)
            elif isinstance(node, ast.Name):
                self._check_name(node.id, self._place(node, text))
            else:
                hint = "It holds names of predicates with and, or, not: write a predicate that says this."
                raise ModelError(f'"{ast.unparse(node)}" in cond= is not modelled', self._place(node, text), hint)

    def _check_name(self, name: str, where: Where) -> None:
        table = self.table
        method = table.methods.get(name)
        if name in table.events:
            hint = "python-statemachine would send it: name a predicate."
            raise ModelError(f'"{name}" in cond= is an event', where, hint)
        if method is None:
            predicates = [m.name for m in table.methods.values() if m.result == BOOL]
            hint = nearest(name, predicates) or f"Write def {name}(self) -> bool."
            if name in table.attributes or table.begins_a_path(name):
                hint = f"Write a predicate that returns self.{name}…"
            raise ModelError(f'{table.name} has no predicate "{name}"', where, hint)
        if method.result != BOOL:
            what = "an action" if method.result is None else f"{spelled(method.result)}"
            raise ModelError(f'"{name}" in cond= is {what}', where, "A guard is -> bool, and changes nothing.")

    # --- as data -----------------------------------------------------------------------------------------------------

    def _expression(self, node: ast.expr, text: ast.Constant) -> Expression:
        where = self._place(node, text)
        if isinstance(node, ast.BoolOp):
            parts = tuple(self._expression(each, text) for each in node.values)
            return (And if isinstance(node.op, ast.And) else Or)(BOOL, where, parts)
        if isinstance(node, ast.UnaryOp):
            return Not(BOOL, where, self._expression(node.operand, text))
        assert isinstance(node, ast.Name)
        parameters = self.table.methods[node.id].parameters
        arguments = tuple(Name(each.type, where, each.name) for each in parameters)
        itself = Name(Ref(self.table.name), where, "self")
        return Ask(BOOL, where, itself, self.table.name, node.id, arguments)

    def _label(self, node: ast.expr) -> str:
        if isinstance(node, ast.BoolOp):
            word = " and " if isinstance(node.op, ast.And) else " or "
            inner = [f"({self._label(n)})" if isinstance(n, ast.BoolOp) else self._label(n) for n in node.values]
            return word.join(inner)
        if isinstance(node, ast.UnaryOp):
            return f"not: {self._label(node.operand)}"
        assert isinstance(node, ast.Name)
        return self.table.methods[node.id].label


def join_parameters(event: EventTable, guards: Guards) -> None:
    """An event's parameters are those of its guards and actions together."""
    found: dict[str, Parameter] = {}
    for draft in event.drafts:
        for method in guards.methods(draft):
            _join(found, method)
    event.parameters = tuple(found.values())
    if event.urgent:
        _check_urgent(event, guards)


def _join(found: dict[str, Parameter], method: Method) -> None:
    for parameter in method.parameters:
        known = found.setdefault(parameter.name, parameter)
        if known != parameter:
            hint = "Guards and actions of one event share its parameters: give one of them another name."
            message = f'"{parameter.name}" is {spelled(known.type)} elsewhere in this event'
            raise ModelError(f"{message}, {spelled(parameter.type)} here", method.where, hint)


def _check_urgent(event: EventTable, guards: Guards) -> None:
    things = [p for p in event.parameters if isinstance(p.type, Ref)]
    for parameter in event.parameters:
        if parameter not in things and (parameter.name != "now" or parameter.type != INT):
            hint = "The engine tries all things, and knows the time as now: int; nothing else can be tried."
            raise ModelError(f'the urgent event "{event.name}" has the parameter "{parameter.name}"', event.where, hint)
    if event.pick and not things:
        raise ModelError(f'the urgent event "{event.name}" has nothing to pick', event.where, "Leave out pick=.")
    if event.pick:
        _check_policy(event, things, guards)


def _check_policy(event: EventTable, things: Iterable[Parameter], guards: Guards) -> None:
    method = guards.tables.system.methods[event.pick]
    names = [each.arg for each in method.node.args.args]
    if len(names) != 4:
        hint = "A policy is (self, thing, candidates, now) -> candidate | None."
        raise ModelError(f"the policy {event.pick} has other parameters", method.where, hint)
    annotation = method.node.args.args[1].annotation
    kind = guards.tables.kinds.type_of(annotation, method.source) if annotation is not None else None
    if kind not in (None, Ref(guards.table.name)):
        assert kind is not None
        hint = f"Annotate it with {guards.table.name}."
        message = f"the policy {event.pick} is asked about a {guards.table.name}, not {spelled(kind)}"
        raise ModelError(message, method.where, hint)


def check_choice(draft: Draft, guards: Guards) -> None:
    """The exit of a choice gets no arguments."""
    for method in guards.methods(draft):
        if method.parameters:
            hint = "An exit of a choice sees fields only: set the fields in the transition that leads to it."
            message = f'"{method.name}" has parameters, and stands in an exit without event'
            raise ModelError(message, draft.where, hint)
