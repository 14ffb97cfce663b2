"""Reading attributes: what follows the dot."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from enum import Enum

from .. import language
from ..model import (
    BOOL,
    Before,
    Belonging,
    Enumeration,
    Expression,
    Field,
    InState,
    Literal,
    Maybe,
    Name,
    Part,
    Ref,
    SetOf,
    Setting,
    Station,
    Things,
    Type,
    Value,
    Where,
)
from .errors import ModelError, nearest
from .kinds import spelled
from .scope import Scope
from .tables import MachineTable, Tables


class Access(ABC):
    """Reads the attributes of one method; calls are read in ``Calls``, the rest in ``Expressions``."""

    def __init__(self, scope: Scope, tables: Tables) -> None:
        self.scope = scope
        self.tables = tables

    @abstractmethod
    def read(self, node: ast.expr, wanted: Type | None = None) -> Expression:
        """Any expression; ``wanted`` is the type of the place that it is for, where that is known."""

    def where(self, node: ast.AST) -> Where:
        """The place of a node."""
        return self.scope.source.where(node)

    def resolved(self, node: ast.expr) -> object:
        """What a name means in the module, if it is no name of the method; else ``None``."""
        if isinstance(node, ast.Name) and self.scope.name(node) is None:
            return self.tables.kinds.found(node.id, self.scope.source)
        return None

    # --- attributes --------------------------------------------------------------------------------------------------

    def attribute(self, node: ast.Attribute) -> Expression:
        """``x.field``, ``x.state.is_active``, ``Enumeration.MEMBER``, ``before(x).field`` …"""
        member = self._member(node)
        if member is not None:
            return member
        found, earlier = self.chain(node)
        return Before(found.type, self.where(node), found) if earlier else found

    def _member(self, node: ast.Attribute) -> Literal | None:
        cls = self.resolved(node.value)
        if not (isinstance(cls, type) and issubclass(cls, Enum)):
            return None
        where = self.where(node)
        kind = self.tables.kinds.of_class(cls, where)
        assert isinstance(kind, Enumeration)
        member = cls.__members__.get(node.attr)
        if member is None:
            raise ModelError(f'{cls.__name__} has no member "{node.attr}"', where, nearest(node.attr, kind.members))
        return Literal(kind, where, member.name)

    def chain(self, node: ast.expr) -> tuple[Expression, bool]:
        """What a chain of attributes means, and whether it is read before the step."""
        if isinstance(node, ast.Call) and self.resolved(node.func) is language.before:
            return self._before(node), True
        if not isinstance(node, ast.Attribute):
            return self.read(node), False
        if node.attr == "is_active":
            return self._in_state(node)
        if isinstance(node.value, ast.Attribute) and node.value.attr == "config":
            of, earlier = self.chain(node.value.value)
            if isinstance(of.type, Station):
                return self._setting(node), False
        if self._member(node) is not None:
            return self.read(node), False
        of, earlier = self.chain(node.value)
        return self._follow(of, node), earlier

    def _before(self, node: ast.Call) -> Name:
        where = self.where(node)
        if not self.scope.in_law:
            raise ModelError("before(…) has a meaning in a law only", where, "Keep what was before in a field.")
        if len(node.args) != 1 or node.keywords or not isinstance(node.args[0], ast.Name):
            hint = "Write before(x).field, where x is a variable, a local name or self."
            raise ModelError("before(…) is asked of a name", where, hint)
        found = self.read(node.args[0])
        assert isinstance(found, Name)
        if not isinstance(found.type, Ref | Station | Maybe):
            raise ModelError("before(…) is asked of a thing", where, "Values do not change.")
        return found

    def _in_state(self, node: ast.Attribute) -> tuple[Expression, bool]:
        path: list[str] = []
        inner: ast.expr = node.value
        begun: list[tuple[ast.expr, tuple[str, ...]]] = []
        while isinstance(inner, ast.Attribute):
            path.insert(0, inner.attr)
            inner = inner.value
            begun.append((inner, tuple(path)))
        for before_path, names in reversed(begun):
            known = self._begins_a_state(before_path, names[0])
            if known is not None:
                of, earlier, table = known
                state = table.state_paths.get(names)
                if state is None:
                    hint = nearest(".".join(names), [".".join(each) for each in table.state_paths])
                    raise ModelError(f'{table.name} has no state "{".".join(names)}"', self.where(node), hint)
                return InState(BOOL, self.where(node), of, table.name, state), earlier
        of, _ = self.chain(begun[0][0] if begun else inner)
        name = path[-1] if path else ""
        table_of = self.table_of(of.type)
        states = [".".join(each) for each in table_of.state_paths] if table_of else []
        owner = table_of.name if table_of else spelled(of.type)
        hint = nearest(name, states) or "Only things have states."
        raise ModelError(f'{owner} has no state "{name}"', self.where(node), hint)

    def _begins_a_state(self, inner: ast.expr, name: str) -> tuple[Expression, bool, MachineTable] | None:
        """What stands before a state's path, if the name begins one there."""
        if not any(table.begins_a_path(name) for table in self.tables.machines.values()):
            return None
        of, earlier = self.chain(inner)
        table = self.table_of(of.type)
        return (of, earlier, table) if table is not None and table.begins_a_path(name) else None

    def table_of(self, kind: Type) -> MachineTable | None:
        """The machine that a reference refers to; ``None`` if it is none."""
        of = kind.of if isinstance(kind, Maybe) else kind
        return self.tables.machines[of.machine] if isinstance(of, Ref) else None

    def _setting(self, node: ast.Attribute) -> Setting:
        setting = self.tables.system.settings.get(node.attr)
        if setting is None:
            hint = nearest(node.attr, self.tables.system.settings)
            raise ModelError(f'there is no setting "{node.attr}"', self.where(node), hint)
        return Setting(setting.type, self.where(node), node.attr)

    def _follow(self, of: Expression, node: ast.Attribute) -> Expression:
        where = self.where(node)
        if isinstance(of.type, Station):
            return self._of_system(of, node)
        table = self.table_of(of.type)
        if table is not None:
            return self._of_thing(of, table, node)
        kind = of.type.of if isinstance(of.type, Maybe) else of.type
        if isinstance(kind, Value):
            cls = self.tables.kinds.classes[kind.python]
            parts = {field.name: (part, source) for field, part, source in self.tables.kinds.parts_of(cls, where)}
            if node.attr in parts:
                return Part(self.tables.kinds.type_of(*parts[node.attr]), where, of, node.attr)
            raise ModelError(f'{cls.__name__} has no field "{node.attr}"', where, nearest(node.attr, parts))
        hint = "Compare it with ==." if isinstance(kind, Enumeration) else "Only things and values have fields."
        raise ModelError(f'{spelled(of.type)} has no field "{node.attr}"', where, hint)

    def _of_system(self, of: Expression, node: ast.Attribute) -> Expression:
        table, where, name = self.tables.system, self.where(node), node.attr
        if name in table.collections:
            return Things(SetOf(table.collections[name]), where, table.collections[name])
        if name in table.attributes:
            return Field(table.attributes[name].type, where, of, name)
        if name == "config":
            raise ModelError("the configuration is read by its keys", where, "Write config.key.")
        if name in table.methods:
            raise ModelError(f'"{name}" is not called', where, f"Write {name}(…).")
        raise ModelError(f'{table.name} has no "{name}"', where, nearest(name, table.names()))

    def _of_thing(self, of: Expression, table: MachineTable, node: ast.Attribute) -> Expression:
        where, name = self.where(node), node.attr
        if name == table.system_field:
            return Field(Station(), where, of, name)
        if name in table.attributes:
            return Field(table.attributes[name].type, where, of, name)
        if name in table.belonging:
            machine, via = table.belonging[name]
            return Belonging(SetOf(machine), where, of, machine, via)
        if table.begins_a_path(name):
            raise ModelError(f'the state "{name}" is not asked', where, f"Write {ast.unparse(node)}.is_active.")
        if name in table.methods:
            raise ModelError(f'"{name}" is not called', where, f"Write {ast.unparse(node)}(…).")
        if name in table.events:
            raise ModelError(f'the event "{name}" has no value', where, "Send it, in an action.")
        hint = nearest(name, table.names())
        if name in ("current_state", "configuration", "id", "send", "states"):
            hint = "Ask x.state.is_active; send x.event(…)."
        raise ModelError(f'{table.name} has no "{name}"', where, hint)

    def receiver(self, node: ast.Attribute) -> tuple[Expression, MachineTable | None, Where]:
        """To what an event is sent; the machine is ``None`` if it is no thing."""
        of, _ = self.chain(node.value)
        return of, self.table_of(of.type), self.where(node)

    def element(self, collection: Expression) -> str:
        """The machine whose things are in a set."""
        assert isinstance(collection.type, SetOf)
        return collection.type.machine
