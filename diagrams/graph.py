"""A picture as data, whatever it is drawn with: nodes in their boxes, edges with their labels, in the model's order.

``charts`` makes one from a machine, ``overview`` one from a whole system. Everything is frozen and compares by value.
Ids are made from the names in the model, so they survive whatever does not rename: ``Evse.facts.session.waiting`` for
a state, ``Evse.facts.session.waiting:serve`` for what leaves it. They are unique in one graph, hold no blanks and are
never taken from an order, so that nothing else changes its id when something is added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import TypeAlias

from ..engine import model


class Style(Enum):
    """What kind of picture it is."""

    CHART = "state chart"
    FLOW = "flow chart"
    OVERVIEW = "overview"


class Kind(Enum):
    """What a node stands for; the value is what files say."""

    STATE = "state"
    FINAL = "final"
    CHOICE = "choice"
    """Nobody rests there: a rhombus with its question."""
    INITIAL = "initial"
    """The dot from which the initial state is reached; it has no label."""
    PARALLEL = "parallel"
    """A box whose regions hold at the same time."""
    REGION = "region"
    SYSTEM = "system"
    MACHINE = "machine"
    EVENTS = "events"
    """What may come in from outside for a machine: one line each."""
    COMMANDS = "commands"
    """What a machine sends out: one line each."""

    @property
    def is_container(self) -> bool:
        """Other nodes stand in it."""
        return self in (Kind.PARALLEL, Kind.REGION, Kind.SYSTEM)


class EdgeKind(Enum):
    """What an edge stands for; the value is what files say."""

    TRANSITION = "transition"
    BEGIN = "begin"
    """From the dot to the initial state; it has no label."""
    REFERENCE = "reference"
    """Things of the one machine have fields that refer to things of the other."""
    MESSAGE = "message"
    """Actions of the one machine send events to things of the other, or make them."""
    INPUT = "input"
    OUTPUT = "output"


class Trigger(Enum):
    """What brings a transition about; the value is how a legend says it."""

    EVENT = "from outside"
    INNER = "sent by another thing"
    URGENT = "by itself"
    TIMED = "by itself, in time"
    EXIT = "at once"
    """An exit of a choice."""


@dataclass(frozen=True, slots=True)
class Label:
    """What one edge says of one transition: ``event [guard and guard] / effect, effect``.

    ``order`` counts the alternatives of a state that have to be tried in turn, from 1; 0 where none has to. ``event``
    is empty for an exit of a choice. ``description`` is for a tooltip: the guards and effects in full.
    """

    id: str
    event: str = ""
    guards: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    order: int = 0
    trigger: Trigger = Trigger.EVENT
    description: str = ""
    link: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The text: a line for the event, for each guard, and for the effects; no line is wrapped."""
        return _lines(self, self.event)

    @property
    def text(self) -> str:
        """The text as one line."""
        return " ".join(self.lines)


@dataclass(frozen=True, slots=True)
class Node:
    """A box. ``parent`` is the id of the container it stands in, or empty. ``label`` may have several lines."""

    id: str
    kind: Kind
    label: str = ""
    parent: str = ""
    description: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow; all transitions with the same ends share one, which has their labels. Its id is that of the first."""

    id: str
    kind: EdgeKind
    source: str
    target: str
    labels: tuple[Label, ...] = ()

    @property
    def said(self) -> tuple[Label, ...]:
        """What is written on it: the labels in order, those that differ in nothing but their events as one."""
        events: dict[tuple[object, ...], list[str]] = {}
        first: dict[tuple[object, ...], Label] = {}
        for label in self.labels:
            rest = (label.order, label.guards, label.effects)
            first.setdefault(rest, label)
            events.setdefault(rest, []).append(label.event)
        return tuple(replace(label, event=", ".join(events[rest])) for rest, label in first.items())

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of what is written on it."""
        return tuple(line for label in self.said for line in label.lines)

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event of a machine, for tables; ``name`` is its name in the model, ``parameters`` are names with types."""

    name: str
    label: str
    trigger: Trigger
    parameters: tuple[str, ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """A state in which an event changes nothing on purpose: ``refused``, or ignored. For tables; it is not drawn."""

    state: str
    event: str
    refused: bool
    guards: tuple[str, ...] = ()
    link: str = ""

    @property
    def word(self) -> str:
        """What becomes of the event."""
        return "refused" if self.refused else "ignored"


@dataclass(frozen=True)
class Graph:
    """One picture: of the machine ``name``, or of the system. Containers come before what stands in them."""

    name: str
    style: Style
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    description: str = ""
    link: str = ""
    occasions: tuple[Occasion, ...] = ()
    silences: tuple[Silence, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Node]:
        """The nodes by their ids."""
        return {node.id: node for node in self.nodes}

    def node(self, id: str) -> Node:
        """The node of that id; ``KeyError`` if there is none."""
        return self.by_id[id]

    def inside(self, parent: str = "") -> Iterator[Node]:
        """The nodes that stand in a container (or in none), in order."""
        return (node for node in self.nodes if node.parent == parent)

    def containers(self, id: str) -> Iterator[str]:
        """The ids of the containers around a node, the innermost first."""
        while id := self.by_id[id].parent:
            yield id

    @cached_property
    def digest(self) -> str:
        """A short hash of all that the picture says; links are no part of it."""
        said = repr(
            (
                self.style.value,
                [(n.id, n.kind.value, n.label, n.parent) for n in self.nodes],
                [(e.id, e.kind.value, e.source, e.target, e.lines) for e in self.edges],
            )
        )
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def _lines(label: Label, event: str) -> tuple[str, ...]:
    guards = [("and " if n else "[") + guard for n, guard in enumerate(label.guards)]
    if guards:
        number = f"{label.order} " if label.order else ""
        guards[0] = number + guards[0]
        guards[-1] += "]"
    effects = ["/ " + ", ".join(label.effects)] if label.effects else []
    return (*filter(None, [event]), *guards, *effects)


Link: TypeAlias = Callable[[model.Where], str]
"""Gives the address of a piece of source text for the files to be written, or an empty text."""


def nowhere(where: model.Where) -> str:
    """No link at all."""
    return ""


def words(name: str) -> str:
    """A name of the model for people: ``raise_fault`` is "raise fault"."""
    return name.replace("_", " ").strip()


def lowered(sentence: str) -> str:
    """A sentence as a part of another: "It is due." is "it is due", and "EVSE 1 …" stays."""
    text = " ".join(sentence.replace("``", "").split()).rstrip(".")
    return text if text[1:2].isupper() or text[1:2].isdigit() else text[:1].lower() + text[1:]
