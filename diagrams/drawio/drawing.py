"""How a page of draw.io draws a graph, for other formats to look the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..geometry import Box, Layout
from ..graph import Graph
from ..layout import MARGIN
from ..reading.drawio import plain
from ..svg import Drawing, Look, Note
from ..text import wrap
from . import styles
from .cells import Cell, Page
from .places import LABEL, route_of

NOTE_SIZE = 12
"""Letters in a person's notes, in pixels."""


def drawing_of(graph: Graph, page: Page) -> Drawing:
    """How a page that says what the graph says draws it, moved to the upper left corner."""
    nodes = {node.id: page.absolute(node.id) for node in graph.nodes}
    routes = {edge.id: route_of(page, edge) for edge in graph.edges}
    notes = tuple(_notes(page))
    boxes = [*nodes.values(), *(note.box for note in notes), *(r.label for r in routes.values() if r.label)]
    corners = [corner for box in boxes for corner in box.corners]
    held = Box.of([*corners, *(point for route in routes.values() for point in route.points)]).grown(MARGIN)
    return Drawing(
        Layout(
            held.width,
            held.height,
            {id: box.moved(-held.x, -held.y) for id, box in nodes.items()},
            {id: route.moved(-held.x, -held.y) for id, route in routes.items()},
        ),
        dict(_looks(graph, page)),
        tuple(Note(note.box.moved(-held.x, -held.y), note.lines, note.look) for note in notes),
    )


def _looks(graph: Graph, page: Page) -> Iterator[tuple[str, Look]]:
    """What a person has coloured."""
    for node in graph.nodes:
        chosen = _chosen(page.cells[node.id], styles.node_style(node.kind))
        if chosen != Look():
            yield node.id, chosen
    for edge in graph.edges:
        chosen = _chosen(page.cells[edge.id], styles.edge_style(edge))
        if edge.id + LABEL in page.cells:
            chosen = replace(chosen, font=_chosen(page.cells[edge.id + LABEL], styles.LABEL_STYLE).font)
        if chosen != Look():
            yield edge.id, chosen


def _chosen(cell: Cell, usual: styles.Style) -> Look:
    style = cell.style
    keys = ("fillColor", "strokeColor", "fontColor")
    return Look(*(_color(style.get(key)) if style.get(key) != usual.get(key) else "" for key in keys))


def _color(value: str | None) -> str:
    """A colour for SVG; what draw.io alone understands is left to the usual colours."""
    return value if value and (value == "none" or (value.startswith("#") and value[1:].isalnum())) else ""


def _notes(page: Page) -> Iterator[Note]:
    for cell in page.cells.values():
        if not cell.kind and cell.is_vertex and not cell.is_placed_relative:
            box = page.absolute(cell.id)
            text = plain(cell.label, cell.inner.get("style", ""))
            if box.width and box.height and text:
                yield Note(box, wrap(text, max(box.width - 12, 1), NOTE_SIZE), _chosen(cell, {}))
