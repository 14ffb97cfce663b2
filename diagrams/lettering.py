"""The text of nodes and edges as lines of a size, and the room that they take: the same for every picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from . import text
from .graph import Edge, Kind, Label, Node

NODE_SIZE = 13
"""Letters in nodes, in pixels."""
EDGE_SIZE = 11
"""Letters on edges, in pixels."""
NODE_WIDTH = 150
"""Text in a node breaks at this width, in pixels."""
EDGE_WIDTH = 170
"""Text on an edge breaks at this width, in pixels."""
HEADER = 28
"""The height of a container's header, in pixels."""


class Role(Enum):
    """What a line says; the value is its class in a picture."""

    NAME = "name"
    TITLE = "title"
    EVENT = "event"
    GUARD = "guard"
    EFFECT = "effect"

    @property
    def is_bold(self) -> bool:
        """It is set in bold letters."""
        return self in (Role.TITLE, Role.EVENT)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. ``label`` is the id of the transition that it belongs to, or empty."""

    text: str
    role: Role
    label: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: float
    height: float


def node_lines(node: Node) -> tuple[Line, ...]:
    """The lines of a node's label; those that the model breaks stay broken."""
    if node.kind in (Kind.EVENTS, Kind.COMMANDS):
        return tuple(Line(line, Role.NAME) for line in node.label.split("\n"))
    role = Role.TITLE if node.kind is Kind.MACHINE or node.kind.is_container else Role.NAME
    limit = NODE_WIDTH if not node.kind.is_container else float("inf")
    broken = (part for line in node.label.split("\n") for part in text.wrap(line, limit, NODE_SIZE, bold=role.is_bold))
    return tuple(Line(part, role) for part in broken)


def edge_lines(edge: Edge) -> tuple[Line, ...]:
    """The lines of all that is written on an edge."""
    return tuple(line for label in edge.said for line in label_lines(label))


def label_lines(label: Label) -> Iterator[Line]:
    """The lines of one label: event, guards, effects."""
    lines = list(label.lines)
    effects = [lines.pop()] if label.effects else []
    head = [lines.pop(0)] if label.event else []
    for role, parts in ((Role.EVENT, head), (Role.GUARD, lines), (Role.EFFECT, effects)):
        for part in parts:
            for broken in text.wrap(part, EDGE_WIDTH, EDGE_SIZE, bold=role.is_bold):
                yield Line(broken, role, label.id)


def extent(lines: tuple[Line, ...], size: float) -> Size:
    """The room that lines take."""
    widths = [text.width(line.text, size, bold=line.role.is_bold) for line in lines]
    return Size(max(widths, default=0), text.height(len(lines), size))


def label_size(edge: Edge) -> Size | None:
    """The room that the label of an edge takes; ``None`` without a label."""
    lines = edge_lines(edge)
    if not lines:
        return None
    inner = extent(lines, EDGE_SIZE)
    return Size(round(inner.width + 8), round(inner.height + 4))


def node_size(node: Node) -> Size:
    """The room that a node takes; of a container, the least that shows its header."""
    inner = extent(node_lines(node), NODE_SIZE)
    if node.kind is Kind.INITIAL:
        return Size(16, 16)
    if node.kind is Kind.CHOICE:
        # A text fits into a rhombus where its share of the width and its share of the height make at most 1.
        height = max(60, 2.4 * inner.height)
        return Size(_even(inner.width / (1 - inner.height / height) + 20), _even(height))
    if node.kind.is_container:
        return Size(_even(inner.width + 32), HEADER)
    return Size(_even(max(90, inner.width + 28)), _even(max(40, inner.height + 18)))


def _even(length: float) -> int:
    """A whole even number, so that the middle is a whole number as well."""
    return 2 * round(length / 2 + 0.49)
