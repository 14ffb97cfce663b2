"""Reading a whole system: the tables first, then every body, then what must hold among them."""

from __future__ import annotations

import ast

from ..language import Machine, System
from ..model import Action, Event, Predicate, Transition, Where
from ..model import Machine as MachineModel
from ..model import System as SystemModel
from .checks import check_lifecycle, check_python, check_system, sent_by
from .classes import check_trusted, link_belonging, read_fields, read_system
from .errors import ModelError, nearest
from .guards import Guards, check_choice, join_parameters
from .kinds import Kinds, python_name
from .lifecycle import Lifecycle
from .scope import Scope
from .signatures import bodies, each_of, only_name
from .source import Sources
from .statements import Statements
from .tables import MachineTable, Method, SystemTable, Tables, label_of


def read_from_source(system: type[System]) -> tuple[SystemModel, Sources]:
    """The system as data, and the sources that it was read from."""
    sources = Sources()
    tables = _tables(system, sources)
    read_system(tables)
    for table in tables.machines.values():
        read_fields(table, tables)
    for table in tables.machines.values():
        link_belonging(table, tables)
        Lifecycle(table, tables).read()
        check_python(table)
    check_trusted(tables)
    for table in tables.machines.values():
        _read_transitions(table, tables)
        check_lifecycle(table)
    found = _system(tables)
    check_system(found)
    return found, sources


# --- tables ----------------------------------------------------------------------------------------------------------


def _tables(system: type[System], sources: Sources) -> Tables:
    """The system's name and those of its machines: what is annotated with ``Each``."""
    kinds = Kinds(system, sources)
    where = sources.of(system).where(sources.of(system).class_of(system))
    machines: dict[str, MachineTable] = {}
    collections = _collections(system, sources, kinds)
    for name, (machine, place) in collections.items():
        kinds.add(machine, place)
        source = sources.of(machine)
        body = source.class_of(machine)
        if machine.__name__ in machines:
            raise ModelError(f"{machine.__name__} has two collections", place, "Leave out one of them.")
        machines[machine.__name__] = MachineTable(machine.__name__, machine, name, source.where(body), label_of(body))
    if not machines:
        raise ModelError(f"{system.__name__} has no machines", where, "Write evses: Each[Evse].")
    label = label_of(sources.of(system).class_of(system))
    return Tables(SystemTable(system.__name__, system, where, label), machines, kinds, sources)


def _collections(system: type[System], sources: Sources, kinds: Kinds) -> dict[str, tuple[type[Machine], Where]]:
    found: dict[str, tuple[type[Machine], Where]] = {}
    for source, body, _ in bodies(system, System, sources):
        for node in body.body:
            each = each_of(node.annotation) if isinstance(node, ast.AnnAssign) else None
            if each is None or not isinstance(node, ast.AnnAssign):
                continue
            where = source.where(node)
            name = each.id if isinstance(each, ast.Name) else ast.unparse(each)
            try:
                cls = source.named(name)
            except KeyError:
                known = [n for n, v in vars(source.module).items() if isinstance(v, type) and issubclass(v, Machine)]
                hint = nearest(name, [n for n in known if n != "Machine"])
                raise ModelError(f'unknown machine "{name}"', where, hint) from None
            if not (isinstance(cls, type) and issubclass(cls, Machine)):
                hint = "Derive it from Machine; a StateChart swallows errors and has no state while actions run."
                raise ModelError(f"{name} is no Machine", where, hint)
            found[only_name(node, source)] = (cls, where)
    return found


# --- machines --------------------------------------------------------------------------------------------------------


def _read_transitions(table: MachineTable, tables: Tables) -> None:
    guards = Guards(table, tables)
    for event in table.events.values():
        join_parameters(event, guards)
    for draft in table.drafts:
        if draft.event is None:
            check_choice(draft, guards)
        actions = tuple(name for name, _ in draft.actions)
        table.transitions.append(
            Transition(draft.event, draft.source, draft.target, guards.of(draft), actions, draft.refused, draft.where)
        )


def _bodies_of(methods: dict[str, Method], tables: Tables, owner: MachineTable | None) -> list[Predicate | Action]:
    found: list[Predicate | Action] = []
    for method in methods.values():
        if method.role in ("policy", "trusted"):
            continue
        reader = Statements(Scope(method, tables, owner), tables)
        found.append(reader.action() if method.result is None else reader.predicate())
    return found


def _machine(table: MachineTable, tables: Tables, found: list[Predicate | Action], inner: set[str]) -> MachineModel:
    events = tuple(
        Event(e.name, e.region, e.parameters, e.urgent, e.pick, e.name in inner, e.label, e.where)
        for e in table.events.values()
    )
    return MachineModel(
        name=table.name,
        python=python_name(table.cls),
        system_field=table.system_field,
        collection=table.collection,
        attributes=tuple(table.attributes.values()),
        belonging=tuple((name, machine, via) for name, (machine, via) in table.belonging.items()),
        regions=table.regions,
        states=tuple(table.states.values()),
        events=events,
        transitions=tuple(table.transitions),
        predicates=tuple(each for each in found if isinstance(each, Predicate)),
        actions=tuple(each for each in found if isinstance(each, Action)),
        label=table.label,
        where=table.where,
    )


# --- the system ------------------------------------------------------------------------------------------------------


def _system(tables: Tables) -> SystemModel:
    table = tables.system
    for method in table.methods.values():
        if method.result is None and method.role != "policy":
            hint = "A system's methods answer questions (-> bool); actions belong to machines."
            raise ModelError(f'"{method.name}" returns nothing', method.where, hint)
    own = [each for each in _bodies_of(table.methods, tables, None) if isinstance(each, Predicate)]
    roles = {name: method.role for name, method in table.methods.items()}
    read = {name: _bodies_of(machine.methods, tables, machine) for name, machine in tables.machines.items()}
    actions = {name: [a for a in found if isinstance(a, Action)] for name, found in read.items()}
    inner = {(machine, event) for found in actions.values() for a in found for machine, event in sent_by(a)}
    machines = tuple(
        _machine(machine, tables, read[name], {event for other, event in inner if other == name})
        for name, machine in tables.machines.items()
    )
    return SystemModel(
        name=table.name,
        python=python_name(table.cls),
        config=python_name(table.config) if table.config else "",
        settings=tuple(table.settings.values()),
        attributes=tuple(table.attributes.values()),
        machines=machines,
        commands=tuple(tables.commands.values()),
        predicates=tuple(each for each in own if not roles[each.name]),
        invariants=tuple(each for each in own if roles[each.name] == "invariant"),
        laws=tuple(each for each in own if roles[each.name] == "law"),
        trusted=tuple(table.trusted.values()),
        policies=tuple(name for name, role in roles.items() if role == "policy"),
        label=table.label,
        where=table.where,
    )
