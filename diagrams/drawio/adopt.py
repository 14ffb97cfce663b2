"""Taking over a picture that a person has drawn: its cells get the ids of the model by what is written on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from ..graph import Edge, Graph, Kind, Node
from ..reading.drawio import plain
from .cells import OURS, Cell, Page
from .files import read_pages, write_pages
from .places import LABEL
from .sync import empty_page


@dataclass(frozen=True, slots=True)
class Adoption:
    """What came of it: the file with the model's ids, and by label what was found, what the picture lacks, and what it
    has that the model does not know."""

    text: str
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


def adopt(graph: Graph, text: str) -> Adoption:
    """Take over the first page of a draw.io file as the picture of a graph.

    States are matched by their labels, transitions by their ends and by the event in their labels; blanks, case and
    marks do not count. Nothing is moved. ``render_drawio`` with the text as its previous one then adds what is missing.

    Raises ``UnreadableError`` for a text that is no draw.io file.
    """
    page, *others = read_pages(text)
    matching = _Matching(graph, page)
    matching.run()
    return Adoption(
        write_pages([page, *others]),
        tuple(matching.matched),
        tuple(matching.missing()),
        tuple(matching.unknown()),
    )


def folded(label: str) -> str:
    """A label for comparison."""
    return " ".join(re.findall(r"\w+", label.casefold().replace("_", " ")))


class _Matching:
    """Finds for each node and edge of a graph the cell that a person has drawn for it."""

    def __init__(self, graph: Graph, page: Page) -> None:
        self.graph = graph
        self.page = page
        self.found: dict[str, str] = {}
        """From ids in the file to ids of the graph."""
        self.matched: list[str] = []

    def run(self) -> None:
        """Match, and give the cells their ids."""
        self._name()
        self._match_nodes()
        self._match_edges()
        self._rename()

    def _name(self) -> None:
        """The page becomes that of the graph."""
        empty = empty_page(self.graph.name)
        for id in ("0", "1"):
            if id not in self.page.cells:
                self.page.add(empty.cells[id].holder)
        root = self.page.cells["0"]
        if root.holder is root.inner:
            self.page.root.remove(root.holder)
            root = self.page.add(empty.cells["0"].holder)
        root.attribute(OURS, self.graph.name)

    def _text(self, cell: Cell) -> str:
        own = plain(cell.label, cell.inner.get("style", ""))
        labels = [c for c in self.page.children(cell.id) if c.is_vertex] if cell.is_edge else []
        return " ".join([own, *(plain(c.label, c.inner.get("style", "")) for c in labels)]).strip()

    def _match_nodes(self) -> None:
        boxes = [c for c in self.page.cells.values() if c.is_vertex and not c.is_placed_relative]
        for node in self.graph.nodes:
            free = [cell for cell in boxes if cell.id not in self.found]
            if cell := _only(cell for cell in free if self._is(cell, node)):
                self._take(cell, node)

    def _is(self, cell: Cell, node: Node) -> bool:
        if node.kind is Kind.INITIAL:
            targets = {edge.target for edge in self.graph.edges if edge.source == node.id}
            names = {folded(self.graph.node(id).label) for id in targets}
            begun = [c.inner.get("target", "") for c in self.page.cells.values() if c.inner.get("source") == cell.id]
            ends = [self.page.cells[id] for id in begun if id in self.page.cells]
            return not self._text(cell) and any(folded(self._text(end)) in names for end in ends)
        return folded(self._text(cell)) == folded(node.label)

    def _match_edges(self) -> None:
        """An edge that a person has drawn as several arrows, one for each event, becomes one."""
        for edge in self.graph.edges:
            free = [
                c for c in self.page.cells.values() if c.is_edge and c.id not in self.found and self._joins(c, edge)
            ]
            cells = [cell for cell in free if self._said(cell, edge)]
            if not cells:
                continue
            self.found[cells[0].id] = edge.id
            said = {id for cell in cells for id in self._said(cell, edge)}
            self.matched += [id for id in _parts(edge) if id in said]
            for cell in cells[1:]:
                for id in (cell.id, *(label.id for label in self.page.children(cell.id))):
                    self.page.remove(id)

    def _joins(self, cell: Cell, edge: Edge) -> bool:
        ends = [self.found.get(cell.inner.get(end, "")) for end in ("source", "target")]
        return ends == [edge.source, edge.target]

    def _said(self, cell: Cell, edge: Edge) -> list[str]:
        """The ids of the transitions that it names by their events; an exit of a choice needs no words."""
        said = f" {folded(self._text(cell))} "
        return [label.id for label in edge.labels if not label.event or f" {folded(label.event)} " in said] or (
            [] if edge.labels else [edge.id]
        )

    def _take(self, cell: Cell, node: Node) -> None:
        self.found[cell.id] = node.id
        self.matched.append(node.id)

    def missing(self) -> Iterator[str]:
        """The ids of what the picture lacks: nodes and transitions."""
        parts = [*self.graph.by_id, *(id for edge in self.graph.edges for id in _parts(edge))]
        return (id for id in parts if id not in self.matched)

    def unknown(self) -> Iterator[str]:
        """What is written on arrows that the model does not know; other cells may be notes."""
        for cell in self.page.cells.values():
            if cell.is_edge and not cell.kind:
                yield self._text(cell) or cell.id

    # --- ids ---

    def _rename(self) -> None:
        kinds = {node.id: node.kind.value for node in self.graph.nodes}
        kinds |= {edge.id: edge.kind.value for edge in self.graph.edges}
        labels = {
            label.id: self.found[edge.id] + LABEL
            for edge in self.page.cells.values()
            if edge.is_edge and edge.id in self.found
            for label in list(self.page.children(edge.id))[:1]
        }
        renamed = self.found | labels
        for cell in list(self.page.cells.values()):
            for end in ("parent", "source", "target"):
                if cell.inner.get(end) in renamed:
                    cell.inner.set(end, renamed[cell.inner.get(end, "")])
            if cell.id in renamed:
                self._wrap(cell, renamed[cell.id], kinds.get(renamed[cell.id], ""))

    def _wrap(self, cell: Cell, id: str, kind: str) -> None:
        """Give a cell its id, and an element that can say what it is."""
        old = self.page.cells.pop(cell.id)
        if kind and cell.holder is cell.inner:
            holder = Xml.Element("object", {"label": cell.label})
            place = list(self.page.root).index(cell.holder)
            self.page.root.remove(cell.holder)
            self.page.root.insert(place, holder)
            holder.append(cell.inner)
            for key in ("id", "value"):
                cell.inner.attrib.pop(key, None)
            old = Cell(holder, cell.inner)
        old.holder.set("id", id)
        old.attribute(OURS, kind)
        self.page.cells[id] = old


def _parts(edge: Edge) -> list[str]:
    """The ids of what an edge says; its own where it says nothing."""
    return [label.id for label in edge.labels] or [edge.id]


def _only(cells: Iterable[Cell]) -> Cell | None:
    """The cell, if there is exactly one: where two would do, a person has to say which."""
    found = list(cells)
    return found[0] if len(found) == 1 else None
