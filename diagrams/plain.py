"""The picture of a plain python-statemachine class, as it is: a flat one."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias, TypeGuard

from statemachine import State, StateChart

from ..engine import InputError, Machine, model
from .charts import joined
from .graph import Edge, EdgeKind, Graph, Kind, Label, Link, Node, Style, Trigger, nowhere, words

PlainClass: TypeAlias = type[StateChart[Any]]


def is_plain(found: object) -> TypeGuard[PlainClass]:
    """Whether it is a class of python-statemachine that is no machine of a system."""
    return isinstance(found, type) and issubclass(found, StateChart) and not issubclass(found, Machine)


def plain_graph(cls: PlainClass, link: Link = nowhere) -> Graph:
    """The picture of a plain class. Only the class as a whole is linked to its source.

    Raises:
        InputError: it has no states, or states within states.
    """
    states: list[State] = list(cls.states)
    for state in states:
        if state.states or state.history or state.parallel:
            raise InputError(
                f"{cls.__qualname__} has states within {state.id}, and plain classes are drawn only where they are "
                "flat; declare it as a Machine of a System, which may have parallel regions"
            )
    if not states:
        raise InputError(f"{cls.__qualname__} has no states")
    name = cls.__qualname__
    nodes = [node for state in states for node in _nodes(name, state)]
    begin = [
        Edge(f"{name}:begin", EdgeKind.BEGIN, f"{name}:initial", f"{name}.{state.id}")
        for state in states
        if state.initial
    ]
    edges = joined(_edges(name, states))
    return Graph(name, Style.CHART, tuple(nodes), (*begin, *edges), _label(cls), link(place(cls)))


def place(cls: type) -> model.Where:
    """Where a class stands; without source, nowhere that is."""
    try:
        return model.Where(inspect.getsourcefile(cls) or "?", inspect.getsourcelines(cls)[1])
    except (OSError, TypeError):
        return model.Where("?", 1)


def _label(cls: type) -> str:
    return (vars(cls).get("__doc__") or "").strip().partition("\n")[0]


def _nodes(name: str, state: State) -> Iterator[Node]:
    if state.initial:
        yield Node(f"{name}:initial", Kind.INITIAL)
    yield Node(f"{name}.{state.id}", Kind.FINAL if state.final else Kind.STATE, state.name)


def _edges(name: str, states: Iterable[State]) -> Iterator[Edge]:
    taken: dict[str, int] = {}
    for state in states:
        for transition in state.transitions:
            found: Any = transition
            alternatives = [
                each for each in state.transitions if set(map(str, each.events)) & set(map(str, found.events))
            ]
            order = alternatives.index(found) + 1 if found.cond and len(alternatives) > 1 else 0
            label = replace(_labelled(name, state, found, taken), order=order)
            # A transition without a target stays where it is.
            target = found.target or state
            yield Edge(label.id, EdgeKind.TRANSITION, f"{name}.{state.id}", f"{name}.{target.id}", (label,))


def _labelled(name: str, state: State, found: Any, taken: dict[str, int]) -> Label:
    guards = [(str(spec.attr_name), spec.expected_value is not False) for spec in found.cond]
    events = [str(event) for event in found.events]
    id = f"{name}.{state.id}:{'+'.join(events)}" + "".join(f"[{'' if wanted else '-'}{g}]" for g, wanted in guards)
    id = "".join(id.split())
    taken[id] = taken.get(id, 0) + 1
    return Label(
        id=id if taken[id] == 1 else f"{id}.{taken[id]}",
        event=", ".join(map(words, events)),
        guards=tuple(words(guard) if wanted else f"not: {words(guard)}" for guard, wanted in guards),
        effects=tuple(words(str(spec.attr_name)) for spec in (*found.before, *found.on, *found.after) if _is_own(spec)),
        trigger=Trigger.EVENT if events else Trigger.URGENT,
    )


def _is_own(spec: Any) -> bool:
    """The class says so itself; the library looks for actions by convention as well."""
    return not spec.is_convention
