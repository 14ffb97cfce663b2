"""Reading calls: what stands before the parenthesis, and the arguments in it."""

from __future__ import annotations

import ast
import builtins
from abc import abstractmethod
from collections.abc import Sequence
from typing import Literal as OneOf

from .. import language
from ..language import Command, Machine
from ..model import BOOL, Ask, Before, Expression, IsNew, Parameter, Sent, Station, Trust, Type
from .access import Access
from .commands import command_of
from .errors import ModelError, nearest
from .kinds import is_frozen, spelled
from .tables import MachineTable, Method


class Calls(Access):
    """Reads the calls of one method."""

    @abstractmethod
    def quantified(self, kind: OneOf["all", "any"], node: ast.Call) -> Expression:
        """``all(…)`` or ``any(…)``."""

    @abstractmethod
    def those(self, node: ast.Call, wanted: Type | None) -> Expression:
        """``frozenset(…)``."""

    @abstractmethod
    def first(self, node: ast.Call) -> Expression:
        """``next(…)``."""

    def call(self, node: ast.Call, wanted: Type | None) -> Expression:
        """A predicate of a thing or the system, a trusted function, or one of the language's own functions."""
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func)
        function = self.resolved(node.func)
        if function is builtins.all or function is builtins.any:
            return self.quantified("all" if function is builtins.all else "any", node)
        if function is builtins.frozenset:
            return self.those(node, wanted)
        if function is builtins.next:
            return self.first(node)
        if function is language.sent:
            return self._sent(node)
        if function is language.is_new:
            return self._is_new(node)
        if function is language.before:
            raise ModelError("before(…) is no thing of its own", self.where(node), "Write before(x).field.")
        raise self._refused_call(node, function)

    def _refused_call(self, node: ast.Call, function: object) -> ModelError:
        what = ast.unparse(node.func)
        if isinstance(function, type) and issubclass(function, Machine):
            hint = f"Write it as a statement of an action: name = {what}(…)."
        elif isinstance(function, type) and issubclass(function, Command):
            hint = f"Write self.emit({what}(…)) in an action."
        elif isinstance(function, type) and is_frozen(function):
            hint = "Values come from outside: let the event bring it."
        elif what in ("len", "sum", "sorted", "min", "max", "map", "filter", "set", "list", "isinstance", "getattr"):
            hint = "There are all, any, frozenset and next of generators; more is said by a @trusted function."
        elif function is None and isinstance(node.func, ast.Name):
            return self.scope.unknown(node.func)
        else:
            hint = "Write a predicate method, or declare a @trusted function of the system."
        return ModelError(f"{what}(…) is not modelled here", self.where(node), hint)

    def _method(self, node: ast.Call, function: ast.Attribute) -> Expression:
        of, earlier = self.chain(function.value)
        if isinstance(of.type, Station):
            found = self._call_of_system(of, node, function)
        else:
            table = self.table_of(of.type)
            if table is None:
                raise ModelError(f"{spelled(of.type)} has no methods", self.where(node), "Only things are asked.")
            found = self._call_of_thing(of, table, node, function)
        if earlier:
            self._check_plain(node)
            return Before(found.type, self.where(node), found)
        return found

    def _check_plain(self, node: ast.Call) -> None:
        """What is asked about before the step is named: an expression would be read before it, too."""
        for argument in [*node.args, *(k.value for k in node.keywords)]:
            if not isinstance(argument, ast.Name | ast.Constant):
                hint = "Give it a local name first: its value is that after the step."
                raise ModelError("an argument of before(…)'s predicate is a name", self.where(argument), hint)

    def _call_of_system(self, of: Expression, node: ast.Call, function: ast.Attribute) -> Expression:
        table, name = self.tables.system, function.attr
        method = table.methods.get(name)
        if method is None:
            predicates = [m.name for m in table.methods.values() if m.role in ("", "trusted")]
            raise ModelError(f'{table.name} has no predicate "{name}"', self.where(function), nearest(name, predicates))
        if method.role in ("policy", "law", "invariant"):
            hint = "The engine asks it; write a plain predicate that both use."
            raise ModelError(f'the {method.role} "{name}" is called', self.where(function), hint)
        arguments = self._ordered(node, method.parameters, name)
        assert method.result is not None
        if method.role == "trusted":
            return Trust(method.result, self.where(node), name, arguments)
        self.scope.asked.setdefault((table.name, name), self.where(node))
        return Ask(method.result, self.where(node), of, table.name, name, arguments)

    def _call_of_thing(
        self, of: Expression, table: MachineTable, node: ast.Call, function: ast.Attribute
    ) -> Expression:
        where, name = self.where(function), function.attr
        method: Method | None = table.methods.get(name)
        if name in table.events:
            what = "an event gives no value" if self.scope.in_action else "a guard sends nothing"
            raise ModelError(f'{what}: "{name}"', where, "Send it as a statement of an action.")
        if name in ("emit", "send", "raise_"):
            hint = "Emit in an action." if name == "emit" else "Write x.event(…) in an action."
            raise ModelError(f"{name}(…) is no question", where, hint)
        if method is None:
            if name in table.attributes or table.begins_a_path(name):
                raise ModelError(f'"{name}" is no method', where, "Leave out the parentheses.")
            predicates = [m.name for m in table.methods.values() if m.result is not None]
            raise ModelError(f'{table.name} has no predicate "{name}"', where, nearest(name, predicates))
        if method.result is None:
            hint = "Name both actions in on=; what both do may be a predicate's answer."
            raise ModelError(f'"{name}" is an action', where, hint)
        self.scope.asked.setdefault((table.name, name), where)
        return Ask(method.result, self.where(node), of, table.name, name, self._ordered(node, method.parameters, name))

    # --- arguments ---------------------------------------------------------------------------------------------------

    def _ordered(self, node: ast.Call, parameters: Sequence[Parameter], name: str) -> tuple[Expression, ...]:
        given = self.arguments(node, parameters, [p.name for p in parameters], name, positional=True)
        found = dict(given)
        return tuple(found[parameter.name] for parameter in parameters)

    def arguments(
        self, node: ast.Call, parameters: Sequence[Parameter], required: Sequence[str], name: str, *, positional: bool
    ) -> tuple[tuple[str, Expression], ...]:
        """The arguments of a call by name, in the order given; each known, of the right type, given once."""
        types = {parameter.name: parameter.type for parameter in parameters}
        if node.args and not positional:
            hint = f"Write {name}({', '.join(f'{each}=…' for each in types)})."
            raise ModelError("arguments are given by keyword", self.where(node.args[0]), hint)
        if len(node.args) > len(types):
            message = f"{name} takes {len(types) or 'no'} argument{'s' * (len(types) != 1)}"
            raise ModelError(message, self.where(node.args[len(types)]), "Leave it out.")
        pairs = [*zip(types, node.args, strict=False), *((k.arg or "**", k.value) for k in node.keywords)]
        found: dict[str, Expression] = {}
        for key, value in pairs:
            if key not in types:
                raise ModelError(f'{name} has no parameter "{key}"', self.where(value), nearest(key, types))
            if key in found:
                raise ModelError(f'"{key}" is given twice', self.where(value), "Give it once.")
            found[key] = self.read(value, types[key])
        missing = [each for each in required if each not in found]
        if missing:
            hint = f"Add {', '.join(f'{each}=…' for each in missing)}."
            raise ModelError(f"{name} needs {', '.join(missing)}", self.where(node), hint)
        return tuple(found.items())

    # --- laws --------------------------------------------------------------------------------------------------------

    def _sent(self, node: ast.Call) -> Sent:
        where = self.where(node)
        if not self.scope.in_law:
            raise ModelError("sent(…) has a meaning in a law only", where, "Keep what was said in a field.")
        cls = self.resolved(node.args[0]) if len(node.args) == 1 else None
        if not (isinstance(cls, type) and issubclass(cls, Command)):
            raise ModelError("sent(…) names a command", where, "Write sent(Command, field=value).")
        command = command_of(cls, where, self.tables)
        named = ast.copy_location(ast.Call(node.func, [], node.keywords), node)
        return Sent(
            BOOL, where, command.name, self.arguments(named, command.fields, (), command.name, positional=False)
        )

    def _is_new(self, node: ast.Call) -> IsNew:
        where = self.where(node)
        if not self.scope.in_law:
            raise ModelError("is_new(…) has a meaning in a law only", where, "Ask for its state or a field.")
        if len(node.args) != 1 or node.keywords:
            raise ModelError("is_new(…) is asked of one thing", where, "Write is_new(x).")
        of = self.read(node.args[0])
        if self.table_of(of.type) is None:
            raise ModelError("is_new(…) is asked of a thing", where, "Values are not made.")
        return IsNew(BOOL, where, of)
