"""Reading the bodies of methods: predicates are local names and one return, actions are statements."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from ..language import Command, Machine
from ..model import (
    BOOL,
    Action,
    Arithmetic,
    Assign,
    Binding,
    Create,
    Emit,
    Expression,
    Field,
    If,
    Let,
    Loop,
    Name,
    Nothing,
    Parameter,
    Predicate,
    Ref,
    Require,
    Send,
    Statement,
    Station,
)
from .commands import command_of
from .errors import ModelError, nearest
from .expressions import Expressions
from .kinds import spelled
from .tables import MachineTable

REFUSED: dict[type[ast.stmt], tuple[str, str]] = {
    ast.Return: ("return in an action", "Write if and else: an action goes to its end."),
    ast.While: ("while", "Write for over things: a step ends."),
    ast.Try: ("try", "What cannot go wrong is proved; what may, a guard asks first."),
    ast.With: ("with", "The step does no input or output: emit a command."),
    ast.Raise: ("raise", "A guard refuses; assert says what always holds."),
    ast.Delete: ("del", "Assign None."),
    ast.Global: ("global", "Keep it in a field of the system."),
    ast.Nonlocal: ("nonlocal", "Keep it in a field of the system."),
    ast.Import: ("import", "Import at the top of the module."),
    ast.ImportFrom: ("import", "Import at the top of the module."),
    ast.FunctionDef: ("a function in a method", "Write a method of the class."),
    ast.ClassDef: ("a class in a method", "Write it at the top of the module."),
    ast.Break: ("break", "The turns of a loop are independent: select in its condition."),
    ast.Continue: ("continue", "The turns of a loop are independent: select in its condition."),
    ast.Match: ("match", "Write if, elif and else."),
}


class Statements(Expressions):
    """Reads the body of one method."""

    # --- predicates --------------------------------------------------------------------------------------------------

    def predicate(self) -> Predicate:
        """Local names, then one ``return``."""
        method = self.scope.method
        assert method.result is not None
        body = _without_docstring(method.node.body)
        if not body:
            raise ModelError(f'"{method.name}" returns nothing', method.where, "Write one return.")
        lets = tuple(self._predicate_name(node) for node in body[:-1])
        last = body[-1]
        if not isinstance(last, ast.Return) or last.value is None:
            raise self._not_in_a_predicate(last)
        found = self.condition(last.value) if method.result == BOOL else self.read(last.value, method.result)
        return Predicate(method.name, method.parameters, lets, found, method.label, method.where)

    def _predicate_name(self, node: ast.stmt) -> Let:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            return self._let(node, node.targets[0], node.value)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            return self._let(node, node.target, node.value)
        raise self._not_in_a_predicate(node)

    def _not_in_a_predicate(self, node: ast.stmt) -> ModelError:
        where = self.where(node)
        what, hint = "this statement is not modelled in a predicate", "It has local names, then one return."
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            what, hint = "a guard changes nothing", "Change fields in an action, named in on=."
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            what, hint = "a guard sends nothing", "Send and emit in an action, named in on=."
        elif isinstance(node, ast.If | ast.Return):
            what, hint = "a predicate returns once, at its end", "Write: return a if condition else b."
        elif isinstance(node, ast.For):
            hint = "Write all(… for x in …) or any(… for x in …)."
        elif isinstance(node, ast.Assert):
            hint = 'Write "… is not None and …".'
        return ModelError(what, where, hint)

    # --- actions -----------------------------------------------------------------------------------------------------

    def action(self) -> Action:
        """What a transition does."""
        method = self.scope.method
        body = self._block(_without_docstring(method.node.body))
        return Action(method.name, method.parameters, body, method.label, method.where)

    def _block(self, nodes: Sequence[ast.stmt]) -> tuple[Statement, ...]:
        with self.scope.block():
            return tuple(self._statement(node) for node in nodes if not isinstance(node, ast.Pass))

    def _statement(self, node: ast.stmt) -> Statement:
        if isinstance(node, ast.Assign):
            return self._assignment(node)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            return self._let(node, node.target, node.value)
        if isinstance(node, ast.AugAssign):
            return self._augmented(node)
        if isinstance(node, ast.If):
            return If(self.where(node), self.condition(node.test), self._block(node.body), self._block(node.orelse))
        if isinstance(node, ast.For):
            return self._loop(node)
        if isinstance(node, ast.Expr):
            return self._call_statement(node.value)
        if isinstance(node, ast.Assert):
            return Require(self.where(node), self.condition(node.test))
        what, hint = REFUSED.get(type(node), (f"this statement ({type(node).__name__})", "Say it in the subset."))
        raise ModelError(f"{what} is not modelled", self.where(node), hint)

    def _assignment(self, node: ast.Assign) -> Statement:
        if len(node.targets) != 1 or isinstance(node.targets[0], ast.Tuple | ast.List):
            raise ModelError("one statement assigns to one name or field", self.where(node), "Write two statements.")
        target = node.targets[0]
        if isinstance(target, ast.Name):
            made = self._made(node.value, target.id)
            return made if made is not None else self._let(node, target, node.value)
        place = self._target(target)
        return Assign(self.where(node), place, self.read(node.value, place.type))

    def _augmented(self, node: ast.AugAssign) -> Assign:
        if isinstance(node.target, ast.Name):
            raise ModelError("a local name changes", self.where(node), "A name is assigned once: choose another.")
        place = self._target(node.target)
        operation = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
        value = self.read(operation, place.type)
        assert isinstance(value, Arithmetic)
        return Assign(self.where(node), place, value)

    def _target(self, node: ast.expr) -> Field:
        """A field that may be assigned to."""
        where = self.where(node)
        if not isinstance(node, ast.Attribute):
            raise ModelError("this is nothing to assign to", where, "Assign to a field or a local name.")
        self._check_no_state(node)
        found = self.read(node)
        if not isinstance(found, Field) or isinstance(found.type, Station):
            what = {"Things": "all things of a machine", "Belonging": "what refers here", "Setting": "a setting"}
            name = what.get(type(found).__name__, f'"{node.attr}"')
            hint = "Only stored fields change; who belongs where is changed in the field that refers back."
            raise ModelError(f"{name} is not assigned to", where, hint)
        if self.scope.in_loop and not (isinstance(found.of, Name) and found.of.name == self.scope.in_loop):
            hint = f"Its turns are independent: assign to fields of {self.scope.in_loop}, or before or after the loop."
            raise ModelError("a loop writes only its own element", where, hint)
        return found

    def _check_no_state(self, node: ast.Attribute) -> None:
        _, table, where = self.receiver(node)
        if node.attr == "is_active" or (table is not None and table.begins_a_path(node.attr)):
            hint = "Let the transition lead there, or send an event to another machine."
            raise ModelError("a state is changed by transitions only", where, hint)
        if table is not None and node.attr in table.methods:
            raise ModelError(f'"{node.attr}" is not assigned to', where, "Only stored fields change.")

    def _let(self, node: ast.stmt, target: ast.Name, value: ast.expr) -> Let:
        wanted = None
        if isinstance(node, ast.AnnAssign):
            wanted = self.tables.kinds.type_of(node.annotation, self.scope.source)
        found = self.read(value, wanted)
        if isinstance(found.type, Nothing | Station):
            hint = "Write None, or self.station, where it is used."
            raise ModelError(f'the name "{target.id}" has no type', self.where(node), hint)
        self.scope.bind(target.id, wanted or found.type, self.where(target))
        return Let(self.where(node), target.id, found)

    def _loop(self, node: ast.For) -> Loop:
        where = self.where(node)
        if self.scope.in_loop:
            raise ModelError("a loop in a loop is not modelled", where, "Select with any(…) in its condition.")
        if node.orelse:
            raise ModelError("else of a loop is not modelled", self.where(node.orelse[0]), "Write it after the loop.")
        with self.scope.variables():
            variable, collection = self.bound(node.target, node.iter)
            conditions: tuple[Expression, ...] = ()
            body = node.body
            only = body[0]
            if len(body) == 1 and isinstance(only, ast.If) and not only.orelse:
                conditions, body = (self.condition(only.test),), only.body
            self.scope.in_loop = variable
            statements = self._block(body)
            self.scope.in_loop = ""
        kind = self.element(collection)
        return Loop(where, Binding(variable, kind, collection, conditions), statements)

    # --- calls that do something -------------------------------------------------------------------------------------

    def _call_statement(self, node: ast.expr) -> Statement:
        where = self.where(node)
        if not isinstance(node, ast.Call):
            raise ModelError("this statement does nothing", where, "Assign it, or leave it out.")
        made = self._made(node, None)
        if made is not None:
            return made
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == "emit":
                return self._emit(node, node.func)
            return self._send(node, node.func)
        self.read(node)
        raise ModelError("this statement does nothing", where, "Assign the answer to a name, or leave it out.")

    def _made(self, node: ast.expr, name: str | None) -> Create | None:
        cls = self.resolved(node.func) if isinstance(node, ast.Call) else None
        if not (isinstance(node, ast.Call) and isinstance(cls, type) and issubclass(cls, Machine)):
            return None
        where = self.where(node)
        if self.scope.in_loop:
            hint = "Its turns only change their own element: let the element's own action make it."
            raise ModelError("a loop makes nothing", where, hint)
        kind = self.tables.kinds.of_class(cls, where)
        assert isinstance(kind, Ref)
        table = self.tables.machines[kind.machine]
        fields = self._given(node, table)
        if name is not None:
            self.scope.bind(name, kind, where)
        return Create(where, kind.machine, fields, name)

    def _given(self, node: ast.Call, table: MachineTable) -> tuple[tuple[str, Expression], ...]:
        parameters = [Parameter(a.name, a.type) for a in table.attributes.values()]
        parameters.append(Parameter(table.system_field, Station()))
        required = [a.name for a in table.attributes.values() if not a.has_default]
        required.append(table.system_field)
        given = self.arguments(node, parameters, required, table.name, positional=False)
        return tuple(pair for pair in given if pair[0] != table.system_field)

    def _emit(self, node: ast.Call, function: ast.Attribute) -> Emit:
        where = self.where(node)
        if not (isinstance(function.value, ast.Name) and function.value.id == "self"):
            raise ModelError("a machine emits for itself", where, "Write self.emit(Command(…)).")
        made = node.args[0] if len(node.args) == 1 and not node.keywords else None
        cls = self.resolved(made.func) if isinstance(made, ast.Call) else None
        if not (isinstance(made, ast.Call) and isinstance(cls, type) and issubclass(cls, Command)):
            raise ModelError("emit(…) is given a command", where, "Write self.emit(Command(field=value)).")
        command = command_of(cls, where, self.tables)
        fields = self.arguments(made, command.fields, command.required, command.name, positional=True)
        return Emit(where, command.name, fields)

    def _send(self, node: ast.Call, function: ast.Attribute) -> Send:
        of, table, where = self.receiver(function)
        event = table.events.get(function.attr) if table else None
        if table is None or event is None:
            self._not_sent(node, function, table, of)
            assert table is not None
            hint = nearest(function.attr, table.events) or f"{table.name} has no events."
            raise ModelError(f'{table.name} has no event "{function.attr}"', where, hint)
        if self.scope.owner is not None and table.name == self.scope.owner.name:
            hint = "A machine in mid-step takes no event: let the transition lead to a choice, or make it urgent."
            raise ModelError("an action sends to its own class", where, hint)
        names = [p.name for p in event.parameters]
        arguments = self.arguments(node, event.parameters, names, event.name, positional=False)
        return Send(self.where(node), of, table.name, event.name, arguments)

    def _not_sent(self, node: ast.Call, function: ast.Attribute, table: MachineTable | None, of: Expression) -> None:
        where = self.where(function)
        if table is None:
            known = isinstance(of.type, Station) and function.attr in self.tables.system.methods
            if known:
                self.read(node)
                raise ModelError("this statement does nothing", where, "Use its answer, or leave it out.")
            message = f'{spelled(of.type)} has no event "{function.attr}"'
            raise ModelError(message, where, "Events are sent to things.")
        method = table.methods.get(function.attr)
        if method is not None and method.result is None:
            hint = 'Name several actions in on=["one", "other"].'
            raise ModelError(f'an action calls the action "{function.attr}"', where, hint)
        if method is not None:
            raise ModelError("this statement does nothing", where, "Use its answer, or leave it out.")
        if function.attr in ("send", "raise_"):
            raise ModelError("events are sent by their names", where, "Write x.event(name=value).")


def _without_docstring(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return list(body[1:])
    return list(body)
