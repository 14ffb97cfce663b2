"""Writes actions: one function each, statement by statement."""

from __future__ import annotations

from .. import model
from ..dispatch import dispatched
from ..walking import walk
from .expressions import OR, Expressions, is_self
from .names import bare
from .records import forget
from .source import Source, local


class Actions:
    """Writes the actions of one system.

    A record that is written to is taken from the draft each time: assignment is sequential, through every reference.
    Only the thing's own record stays at hand: once written to, it is the draft's until the step ends.
    """

    def __init__(self, source: Source, expressions: Expressions) -> None:
        self.source = source
        self.expressions = expressions
        self.scope = expressions.plain
        self.asks = False
        """Whether the action asks anything: its own writes then end what is remembered of the state."""

    def of_machine(self, machine: model.Machine) -> None:
        """The actions of a machine: ``Machine__action(d, self, …)``."""
        for action in machine.actions:
            parameters = ["d", "self", *(local(p.name) for p in action.parameters)]
            with self.source.function(f"{machine.name}__{action.name}", parameters, action.label, action.where):
                self.scope = self.expressions.plain
                self.asks = any(isinstance(part, model.Ask | model.Trust) for part in walk(action.body))
                if any(isinstance(part, model.Assign) and is_self(part.target.of) for part in walk(action.body)):
                    self.source.line(f"self_r = write_{machine.name}(d, self)", action.where)
                    self.scope = self.expressions.plain.having("self", "self_r")
                self._block(action.body)

    def _text(self, expression: model.Expression, least: int = 0) -> str:
        return self.expressions.text(expression, self.scope, least)

    def _block(self, statements: tuple[model.Statement, ...]) -> None:
        for statement in statements:
            self._write(statement)
        if not statements:
            self.source.line("pass")

    def _fields(self, fields: tuple[tuple[str, model.Expression], ...]) -> str:
        return "".join(f", {local(name)}={self._text(value)}" for name, value in fields)

    @dispatched
    def _write(self, statement: model.Statement) -> None:
        raise TypeError(f"no way to write {type(statement).__name__}")

    @_write.register
    def _(self, statement: model.Assign) -> None:
        self._assign(statement)

    def _assign(self, statement: model.Assign) -> None:
        target = statement.target
        of = bare(target.of.type)
        if isinstance(of, model.Ref) and (of.machine, target.name) in self.expressions.plan.indexes:
            values = f"{self._text(target.of)}, {self._text(statement.value)}"
            self.source.line(f"put_{of.machine}_{target.name}(d, {values})", statement.where)
            return
        if isinstance(target.of.type, model.Station):
            record = "write_system(d)"
        elif is_self(target.of) and self.scope.records:
            record = "self_r"
        else:
            assert isinstance(of, model.Ref), target
            record = f"write_{of.machine}(d, {self._text(target.of)})"
        self.source.line(f"{record}.{target.name} = {self._text(statement.value)}", statement.where)
        if record == "self_r" and self.asks:
            assert isinstance(of, model.Ref)
            self.source.line(forget(self.expressions.plan, of.machine))

    @_write.register
    def _(self, statement: model.Let) -> None:
        self.source.line(f"{local(statement.name)} = {self._text(statement.value)}", statement.where)

    @_write.register
    def _(self, statement: model.If) -> None:
        with self.source.block(f"if {self._text(statement.condition, OR)}:", statement.where):
            self._block(statement.then)
        if statement.otherwise:
            with self.source.block("else:"):
                self._block(statement.otherwise)

    @_write.register
    def _(self, statement: model.Loop) -> None:
        self._loop(statement)

    def _loop(self, statement: model.Loop) -> None:
        binding = statement.binding
        things = self.expressions.things(binding, self.scope, ordered=True)
        with self.source.block(f"for {local(binding.variable)} in list({things}):", statement.where):
            if not binding.conditions:
                self._block(statement.body)
                return
            conditions = model.And(model.BOOL, statement.where, binding.conditions)
            with self.source.block(f"if {self._text(conditions)}:", statement.where):
                self._block(statement.body)

    @_write.register
    def _(self, statement: model.Send) -> None:
        self._send(statement)

    def _send(self, statement: model.Send) -> None:
        event = self.expressions.system.machine(statement.machine).event(statement.event)
        given = dict(statement.arguments)
        arguments = ["d", self._text(statement.of), *(self._text(given[p.name]) for p in event.parameters)]
        call = f"{statement.machine}__{statement.event}({', '.join(arguments)})"
        with self.source.block(f"if not {call}:", statement.where):
            self.source.line(f'raise Fault("the receiver refuses {statement.event}")', statement.where)

    @_write.register
    def _(self, statement: model.Emit) -> None:
        self._emit(statement)

    def _emit(self, statement: model.Emit) -> None:
        name = self.expressions.objects.name(self.expressions.system.command(statement.command).python)
        fields = self.expressions.fields(statement.fields, self.scope)
        self.source.line(f"d.commands.append({name}({fields}))", statement.where)

    @_write.register
    def _(self, statement: model.Create) -> None:
        self._create(statement)

    def _create(self, statement: model.Create) -> None:
        name = f"{local(statement.name)} = " if statement.name else ""
        self.source.line(f"{name}new_{statement.machine}(d{self._fields(statement.fields)})", statement.where)

    @_write.register
    def _(self, statement: model.Require) -> None:
        with self.source.block(f"if not ({self._text(statement.condition)}):", statement.where):
            self.source.line('raise Fault("the assertion does not hold")', statement.where)
