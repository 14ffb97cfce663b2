"""The picture of a whole system: its machines, which refers to which, which sends to which, what comes in and goes
out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..engine import model
from ..engine.walking import walk
from .charts import machine_graph
from .graph import Edge, EdgeKind, Graph, Kind, Label, Link, Node, Style, nowhere, words


def system_graphs(system: model.System, link: Link = nowhere) -> tuple[Graph, ...]:
    """All pictures of a system: the overview first, then one for each machine."""
    return (overview_graph(system, link), *(machine_graph(machine, link) for machine in system.machines))


def overview_graph(system: model.System, link: Link = nowhere) -> Graph:
    """The overview: each machine with a list of what may come in for it and one of the commands it sends out."""
    nodes = [Node(system.name, Kind.SYSTEM, system.name, "", system.label, link(system.where))]
    edges: list[Edge] = []
    made = {name for machine in system.machines for name in _Effects(machine).made}
    for machine in system.machines:
        effects, id = _Effects(machine), f"{system.name}.{machine.name}"
        events = [] if machine.name in made else [f"a new {words(machine.name)}"]
        events += [words(e.name) for e in machine.events if not e.urgent and not e.inner]
        nodes.append(Node(id, Kind.MACHINE, machine.name, system.name, machine.label, link(machine.where)))
        if events:
            nodes.append(Node(f"{id}:events", Kind.EVENTS, "\n".join(events)))
            edges.append(Edge(f"{id}:in", EdgeKind.INPUT, f"{id}:events", id))
        if effects.commands:
            nodes.append(Node(f"{id}:commands", Kind.COMMANDS, "\n".join(effects.commands)))
            edges.append(Edge(f"{id}:out", EdgeKind.OUTPUT, id, f"{id}:commands"))
        edges += _between(system, id, EdgeKind.REFERENCE, "refers", _references(machine))
        edges += _between(system, id, EdgeKind.MESSAGE, "sends", effects.messages)
    return Graph(system.name, Style.OVERVIEW, tuple(nodes), tuple(edges), system.label, link(system.where))


def _between(
    system: model.System, source: str, kind: EdgeKind, verb: str, found: Iterable[tuple[str, str]]
) -> Iterator[Edge]:
    """One edge to each other machine, with all that is said to it."""
    said: dict[str, list[str]] = {}
    for other, text in found:
        said.setdefault(other, []).append(text)
    for machine in system.machines:
        if texts := said.get(machine.name):
            id = f"{source}:{verb}.{machine.name}"
            label = Label(id, ", ".join(dict.fromkeys(texts)))
            yield Edge(id, kind, source, f"{system.name}.{machine.name}", (label,))


def _references(machine: model.Machine) -> Iterator[tuple[str, str]]:
    """The fields of a machine that refer to things, with the machines of these."""
    for attribute in machine.attributes:
        inner = attribute.type.of if isinstance(attribute.type, model.Maybe) else attribute.type
        if isinstance(inner, model.Ref | model.SetOf):
            yield inner.machine, words(attribute.name)


class _Effects:
    """What the transitions of a machine do to others, each once, in the order in which it is written."""

    def __init__(self, machine: model.Machine) -> None:
        used = {name for transition in machine.transitions for name in transition.actions}
        actions = [action for action in machine.actions if action.name in used]
        statements = [one for action in actions for one in walk(action.body)]
        self.commands = list(dict.fromkeys(s.command for s in statements if isinstance(s, model.Emit)))
        self.made = {s.machine for s in statements if isinstance(s, model.Create)}
        self.messages = [
            (s.machine, "new" if isinstance(s, model.Create) else words(s.event))
            for s in statements
            if isinstance(s, model.Create | model.Send)
        ]
