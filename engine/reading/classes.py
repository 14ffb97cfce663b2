"""Reading the bodies of classes: a machine's fields and methods, the system's collections, settings and roles."""

from __future__ import annotations

import ast
import dataclasses

from ..language import Machine, System
from ..model import Attribute, Ref, SetOf, Station, Trusted, Where
from .errors import ModelError, nearest
from .kinds import Kinds, bare, spelled
from .signatures import (
    CALLBACK_PREFIXES,
    bodies,
    check_name,
    decoration,
    each_of,
    only_name,
    plain_default,
    read_field,
    read_method,
)
from .source import Source
from .tables import MachineTable, Method, SystemTable, Tables, label_of

# --- machines --------------------------------------------------------------------------------------------------------


def read_fields(table: MachineTable, tables: Tables) -> None:
    """A machine's fields, and the signatures of its methods."""
    for source, body, cls in bodies(table.cls, Machine, tables.sources):
        for node in body.body:
            if isinstance(node, ast.AnnAssign):
                _machine_field(table, node, source, tables.kinds)
            elif isinstance(node, ast.FunctionDef):
                _machine_method(table, node, cls, source, tables)
            elif isinstance(node, ast.AsyncFunctionDef):
                hint = "The step waits for nothing: emit a command, and let the answer come as an event."
                raise ModelError("async methods are not modelled", source.where(node), hint)
    if not table.system_field:
        hint = f"Write station: {tables.system.name}."
        raise ModelError(f"{table.name} has no field that refers to its system", table.where, hint)


def _machine_field(table: MachineTable, node: ast.AnnAssign, source: Source, kinds: Kinds) -> None:
    name = only_name(node, source)
    check_name(name, Machine, source.where(node))
    each = each_of(node.annotation)
    if each is not None:
        of = kinds.type_of(each, source)
        if not isinstance(of, Ref) or node.value is not None:
            hint = "Write name: Each[Machine]; a set that is stored is a frozenset[Machine]."
            raise ModelError("Each[…] is of a machine, and without a default", source.where(node), hint)
        table.belonging[name] = (of.machine, "")
        return
    kind = kinds.type_of(node.annotation, source)
    if isinstance(kind, Station):
        if table.system_field not in ("", name):
            hint = f"It has {table.system_field} already."
            raise ModelError(f"{table.name} refers to its system twice", source.where(node), hint)
        table.system_field = name
        return
    table.attributes[name] = read_field(node, kind, source, kinds)


def _machine_method(table: MachineTable, node: ast.FunctionDef, cls: type, source: Source, tables: Tables) -> None:
    where = source.where(node)
    if node.decorator_list:
        hint = "Guards and actions are plain methods; invariants and laws stand in the system."
        raise ModelError("a machine's methods have no decorations", source.where(node.decorator_list[0]), hint)
    if node.name.startswith(CALLBACK_PREFIXES):
        hint = "python-statemachine would call it by its name: choose another and name it in on=."
        raise ModelError(f'"{node.name}" is a magic name', where, hint)
    check_name(node.name, Machine, where)
    if node.name in (table.attributes.keys() | table.belonging.keys()):
        raise ModelError(f'"{node.name}" is a field already', where, "Give the method another name.")
    table.methods[node.name] = read_method(node, table.name, cls, source, tables.kinds)


def link_belonging(table: MachineTable, tables: Tables) -> None:
    """Find the fields that refer back, for the ``Each`` fields of a machine."""
    for name, (other, _) in table.belonging.items():
        fields = [a.name for a in tables.machines[other].attributes.values() if bare(a.type) == Ref(table.name)]
        if len(fields) != 1:
            problem = "no field refers" if not fields else f"the fields {', '.join(fields)} refer"
            hint = f"Each[{other}] lists those whose one field of type {table.name} refers here."
            raise ModelError(f"{table.name}.{name}: {problem} back from {other}", table.where, hint)
        table.belonging[name] = (other, fields[0])


# --- the system ------------------------------------------------------------------------------------------------------


def read_system(tables: Tables) -> None:
    """The system's fields, settings and the signatures of its methods."""
    table = tables.system
    for source, body, cls in bodies(table.cls, System, tables.sources):
        for node in body.body:
            if isinstance(node, ast.AnnAssign):
                _system_field(table, node, source, tables)
            elif isinstance(node, ast.FunctionDef):
                _system_method(table, node, cls, source, tables)
            elif not _is_docstring(node):
                hint = "A system has fields, collections (Each), config and methods."
                raise ModelError("this statement is not modelled in a system", source.where(node), hint)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _system_field(table: SystemTable, node: ast.AnnAssign, source: Source, tables: Tables) -> None:
    name, where = only_name(node, source), source.where(node)
    each = each_of(node.annotation)
    if each is not None:
        of = tables.kinds.type_of(each, source)
        assert isinstance(of, Ref)
        table.collections[name] = of.machine
        return
    if name == "config":
        named = node.annotation.id if isinstance(node.annotation, ast.Name) else ""
        _settings(table, tables.kinds.found(named, source), where, tables.kinds)
        return
    check_name(name, System, where)
    kind = tables.kinds.type_of(node.annotation, source)
    if node.value is None:
        hint = f"A station starts with it: write {name}: {spelled(kind)} = …, or make it a setting."
        raise ModelError(f'the system\'s field "{name}" has no default', where, hint)
    table.attributes[name] = read_field(node, kind, source, tables.kinds)


def _settings(table: SystemTable, config: object, where: Where, kinds: Kinds) -> None:
    parameters = getattr(config, "__dataclass_params__", None)
    if not isinstance(config, type) or parameters is None or not parameters.frozen:
        hint = "Declare its class with @dataclass(frozen=True)."
        raise ModelError("config is no frozen dataclass", where, hint)
    table.config = config
    table.settings.clear()
    for key, node, source in kinds.parts_of(config, where):
        kind = kinds.type_of(node, source)
        if isinstance(bare(kind), Ref | SetOf | Station):
            raise ModelError(f'the setting "{key.name}" is a thing', where, "A setting is a value: it never changes.")
        given = key.default is not dataclasses.MISSING
        initial = plain_default(key.default, kind, where, kinds) if given else None
        has_default = given or key.default_factory is not dataclasses.MISSING
        table.settings[key.name] = Attribute(key.name, kind, has_default, initial, where)


def _system_method(table: SystemTable, node: ast.FunctionDef, cls: type, source: Source, tables: Tables) -> None:
    check_name(node.name, System, source.where(node))
    role, decorator = decoration(node, source)
    overridden = table.methods.get(node.name)
    if overridden is not None and overridden.role != role:
        hint = f"Write @{overridden.role} here, too." if overridden.role else "Give it another name."
        raise ModelError(f'"{node.name}" has another role in its base', source.where(node), hint)
    if role == "policy":
        table.methods[node.name] = Method(table.name, node.name, node, source, (), None, label_of(node), role)
        return
    if role == "trusted":
        _check_trusted_form(node.name, decorator, source)
    method = read_method(node, table.name, cls, source, tables.kinds)
    method.role = role
    if role in ("invariant", "law") and method.parameters:
        hint = "Say it of all things: return all(… for x in self.…)."
        raise ModelError(f"@{role} {node.name} has parameters", method.where, hint)
    if role == "trusted":
        assert decorator is not None
        table.trusted[node.name] = _trusted(method, decorator)
    table.methods[node.name] = method


def _check_trusted_form(name: str, decorator: ast.expr | None, source: Source) -> None:
    if not isinstance(decorator, ast.Call):
        assert decorator is not None
        hint = 'Write @trusted("Machine.field", …, contract="predicate").'
        raise ModelError(f"@trusted {name} does not say what it reads", source.where(decorator), hint)


def _trusted(method: Method, decorator: ast.expr) -> Trusted:
    where = method.source.where(decorator)
    assert isinstance(decorator, ast.Call)
    given = [*decorator.args, *(k.value for k in decorator.keywords)]
    texts = [n.value for n in given if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    named = [k.arg for k in decorator.keywords]
    if len(texts) != len(given) or named not in ([], ["contract"]):
        hint = 'Write @trusted("Machine.field", …, contract="predicate").'
        raise ModelError("what @trusted names are texts", where, hint)
    if method.result is None:
        raise ModelError(f"@trusted {method.name} returns nothing", method.where, "It answers a question: -> bool.")
    contract = texts.pop() if named else ""
    return Trusted(method.name, method.parameters, method.result, tuple(texts), contract, method.label, where)


def check_trusted(tables: Tables) -> None:
    """What trusted functions name exists; machines are named by lineage."""
    for name, trusted in tables.system.trusted.items():
        reads = tuple(_read_by_trusted(read, trusted, tables) for read in trusted.reads)
        contract = tables.system.methods.get(trusted.contract)
        if trusted.contract and (contract is None or contract.role or contract.parameters != trusted.parameters):
            hint = "A contract is a plain predicate of the system with the same parameters."
            raise ModelError(f'"{trusted.contract}" is no contract of {name}', trusted.where, hint)
        tables.system.trusted[name] = dataclasses.replace(trusted, reads=reads)


def _read_by_trusted(read: str, trusted: Trusted, tables: Tables) -> str:
    owner, _, part = read.rpartition(".")
    if not owner:
        if read in tables.system.settings or read in tables.system.attributes:
            return read
        raise ModelError(f'there is no setting "{read}"', trusted.where, nearest(read, [*tables.system.settings]))
    for name, table in tables.machines.items():
        if any(base.__name__ == owner for base in table.cls.__mro__ if issubclass(base, Machine)):
            known = [*table.attributes, "state", *paths(table)]
            if part in known:
                return f"{name}.{part}"
            raise ModelError(f'{name} has no field "{part}"', trusted.where, nearest(part, known))
    raise ModelError(f'there is no machine "{owner}"', trusted.where, nearest(owner, tables.machines))


def paths(table: MachineTable) -> list[str]:
    """The names of states and of what they lie in."""
    return [*dict.fromkeys(name for path in table.state_paths for name in path)]
