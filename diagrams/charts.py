"""The picture of one machine: a state chart, or a flow chart where some of its states are choices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..engine import model
from . import guards
from .graph import (
    Edge,
    EdgeKind,
    Graph,
    Kind,
    Label,
    Link,
    Node,
    Occasion,
    Silence,
    Style,
    Trigger,
    nowhere,
    words,
)


def machine_graph(machine: model.Machine, link: Link = nowhere) -> Graph:
    """The picture of a machine; what is ignored or refused on purpose stands beside it, for tables."""
    chart = _Chart(machine, link)
    return Graph(
        name=machine.name,
        style=Style.FLOW if any(state.choice for state in machine.states) else Style.CHART,
        nodes=tuple(chart.nodes()),
        edges=(*chart.beginnings(), *joined(chart.transitions())),
        description=machine.label,
        link=link(machine.where),
        occasions=tuple(chart.occasions()),
        silences=tuple(chart.silences()),
    )


def joined(edges: Iterable[Edge]) -> Iterator[Edge]:
    """The edges of the same kind and ends as one, at the place of the first."""
    found: dict[tuple[EdgeKind, str, str], list[Edge]] = {}
    for edge in edges:
        found.setdefault((edge.kind, edge.source, edge.target), []).append(edge)
    for (kind, source, target), same in found.items():
        yield Edge(same[0].id, kind, source, target, tuple(label for edge in same for label in edge.labels))


class _Chart:
    """Makes the parts of one machine's picture."""

    def __init__(self, machine: model.Machine, link: Link) -> None:
        self.machine = machine
        self.link = link
        self.ids = {state.name: ".".join((machine.name, *state.path)) for state in machine.states}

    # --- nodes ---

    def nodes(self) -> Iterator[Node]:
        """The states in their order, each container before the first that stands in it, each dot likewise."""
        known: set[str] = set()
        for state in self.machine.states:
            for depth in range(1, len(state.path)):
                box = self._container(state.path[:depth])
                if box.id not in known:
                    known.add(box.id)
                    yield box
            parent = self._inside(state)
            if state.initial:
                yield Node(self._dot(state), Kind.INITIAL, parent=parent)
            label = state.label.rstrip(".")
            yield Node(
                self.ids[state.name], _kind(state), label, parent, self._explained(state), self.link(state.where)
            )

    def _container(self, path: tuple[str, ...]) -> Node:
        """A region, or the parallel state that holds all regions: that is the machine itself, and bears its name."""
        name = self.machine.name
        id, parent = ".".join((name, *path)), ".".join((name, *path[:-1])) if path[1:] else ""
        if path[-1] in self.machine.regions:
            return Node(id, Kind.REGION, words(path[-1]), parent)
        return Node(id, Kind.PARALLEL, name, parent, self.machine.label, self.link(self.machine.where))

    def _inside(self, state: model.State) -> str:
        return ".".join((self.machine.name, *state.path[:-1])) if state.path[1:] else ""

    def _dot(self, state: model.State) -> str:
        return f"{self._inside(state) or self.machine.name}:initial"

    def _explained(self, state: model.State) -> str:
        """What the state ignores and refuses; nothing else is to be said of it that is not drawn."""
        quiet = [t for t in self.machine.transitions if t.source == state.name and self._is_silent(t)]
        ignored = [words(t.event or "") for t in quiet if not t.refused]
        refused = [words(t.event or "") for t in quiet if t.refused]
        parts = [
            f"{word} {', '.join(dict.fromkeys(e))}" for word, e in (("ignores", ignored), ("refuses", refused)) if e
        ]
        return "; ".join(parts)

    # --- edges ---

    def beginnings(self) -> Iterator[Edge]:
        """From each dot to its initial state."""
        for state in self.machine.states:
            if state.initial:
                inside = self._inside(state) or self.machine.name
                yield Edge(f"{inside}:begin", EdgeKind.BEGIN, self._dot(state), self.ids[state.name])

    def transitions(self) -> Iterator[Edge]:
        """One edge for each transition that does something."""
        taken: set[str] = set()
        for transition in self.machine.transitions:
            if not self._is_silent(transition):
                label = self._label(transition, taken)
                source, target = (self.ids[n] for n in (transition.source, transition.target or transition.source))
                yield Edge(label.id, EdgeKind.TRANSITION, source, target, (label,))

    def _is_silent(self, transition: model.Transition) -> bool:
        return transition.refused or (transition.target is None and not transition.actions)

    def _label(self, transition: model.Transition, taken: set[str]) -> Label:
        alternatives = list(self.machine.exits(transition.source, transition.event))
        guarded = [t for t in alternatives if t.guards]
        conditions = tuple(guards.told(guard.condition, self.machine) for guard in transition.guards)
        if guarded and not conditions:
            conditions = ("else",)
        order = alternatives.index(transition) + 1 if len(guarded) > 1 and transition.guards else 0
        return Label(
            id=self._id(transition, alternatives, taken),
            event=words(transition.event or ""),
            guards=conditions,
            effects=tuple(map(words, transition.actions)),
            order=order,
            trigger=self._trigger(transition.event),
            description=self._description(transition),
            link=self.link(transition.where),
        )

    def _id(self, transition: model.Transition, alternatives: list[model.Transition], taken: set[str]) -> str:
        """Source and event; where that leaves a choice, the names of the guards as well."""
        asked = "+".join(guards.key(guard.condition) for guard in transition.guards) or "else"
        several = transition.event is None or len(alternatives) > 1
        id = first = f"{self.ids[transition.source]}:{transition.event or ''}" + (f"[{asked}]" if several else "")
        count = 1
        while id in taken:
            count += 1
            id = f"{first}.{count}"
        taken.add(id)
        return id

    def _description(self, transition: model.Transition) -> str:
        found = [f"if: {guard.label}" for guard in transition.guards]
        found += [f"then: {self.machine.action(name).label}" for name in transition.actions]
        trigger = self._trigger(transition.event)
        if trigger in (Trigger.URGENT, Trigger.TIMED):
            found.insert(0, f"taken {trigger.value}")
        return "\n".join(found)

    # --- events ---

    def occasions(self) -> Iterator[Occasion]:
        """The events in their order."""
        for event in self.machine.events:
            parameters = tuple(f"{p.name}: {typed(p.type)}" for p in event.parameters if p.name != "now")
            trigger = self._trigger(event.name)
            yield Occasion(event.name, words(event.name), trigger, parameters, self.link(event.where))

    def silences(self) -> Iterator[Silence]:
        """What is ignored or refused, in order."""
        for t in self.machine.transitions:
            if self._is_silent(t):
                conditions = tuple(guards.told(guard.condition, self.machine) for guard in t.guards)
                yield Silence(self.ids[t.source], t.event or "", t.refused, conditions, self.link(t.where))

    def _trigger(self, name: str | None) -> Trigger:
        if name is None:
            return Trigger.EXIT
        event = self.machine.event(name)
        if not event.urgent:
            return Trigger.INNER if event.inner else Trigger.EVENT
        asked = [g.condition for t in self.machine.transitions if t.event == name for g in t.guards]
        return Trigger.TIMED if any(map(self._looks_at_the_time, asked)) else Trigger.URGENT

    def _looks_at_the_time(self, condition: model.Expression) -> bool:
        asked = (self.machine.predicate(name) for name in guards.predicates(condition))
        return any(p.name == "now" for predicate in asked for p in predicate.parameters)


def _kind(state: model.State) -> Kind:
    if state.choice:
        return Kind.CHOICE
    return Kind.FINAL if state.final else Kind.STATE


def typed(type_: model.Type) -> str:
    """A type as it is written in a model."""
    if isinstance(type_, model.Plain):
        return type_.name
    if isinstance(type_, model.Ref):
        return type_.machine
    if isinstance(type_, model.SetOf):
        return f"frozenset[{type_.machine}]"
    if isinstance(type_, model.Maybe):
        return f"{typed(type_.of)} | None"
    if isinstance(type_, model.Enumeration | model.Value):
        return type_.python.rpartition(":")[2]
    return type(type_).__name__
