"""A page that says what the graph says, and looks as it did.

The model wins labels, ends and meaning; a person wins places and looks. What a person added stays. What is new is put
where nothing stands, near what it belongs to; lines whose ends have changed are led anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from xml.etree import ElementTree as Xml

from ..geometry import Box, Layout, Point, Route, upright
from ..graph import Edge, Graph, Kind, Node
from ..layout import MARGIN, lay_out
from ..lettering import HEADER, Size, label_size, node_size
from ..meaning import one_line
from ..reading.drawio import plain
from . import styles
from .cells import OURS, Cell, Page
from .ground import Ground, Port, Router, label_place, ports
from .places import LABEL, common_container, put_label, route_of

PAGE = {
    "dx": "800",
    "dy": "600",
    **dict.fromkeys(("grid", "guides", "tooltips", "connect", "arrows", "fold", "pageScale"), "1"),
    **dict.fromkeys(("page", "math", "shadow"), "0"),
    "gridSize": "10",
}


def empty_page(name: str) -> Page:
    """A page with nothing on it."""
    page = Page(name, Xml.Element("mxGraphModel", PAGE))
    root = Xml.Element("object", {"label": "", "id": "0"})
    Xml.SubElement(root, "mxCell")
    page.add(root)
    page.add(Xml.Element("mxCell", {"id": "1", "parent": "0"}))
    return page


def synchronize(graph: Graph, page: Page, *, relayout: bool = False) -> None:
    """Make a page say what a graph says. With ``relayout`` only what is a person's own keeps its place and look."""
    _Synchronizer(graph, page).run(relayout)


class _Synchronizer:
    """Takes one page from what it was to what it has to be."""

    def __init__(self, graph: Graph, page: Page) -> None:
        self.graph = graph
        self.page = page
        self.ground = Ground()

    @cached_property
    def fresh(self) -> Layout:
        """Where everything would be in a new picture; made only when something is new."""
        return lay_out(self.graph)

    def run(self, relayout: bool) -> None:
        """Do all of it."""
        self._name()
        standing = {edge.id: self._ends(edge.id) for edge in self.graph.edges if edge.id in self.page.cells}
        known = {*self.graph.by_id, *(edge.id for edge in self.graph.edges)}
        wanted: set[str] = set() if relayout else known
        for cell in [cell for cell in self.page.cells.values() if cell.kind and cell.id != "0"]:
            if cell.id not in wanted:
                self._drop(cell)
        loose = [node for node in self.graph.nodes if not self._stands(node)]
        anew = len(loose) == len(self.graph.nodes)
        moved = {node.id for node in loose}
        for node in self.graph.nodes:
            self._tell_node(node)
        if anew:
            self._lay_out()
        else:
            self._survey(moved, standing)
            self._place(loose)
        for edge in self.graph.edges:
            self._tell_edge(edge)
            if anew:
                self._draw(edge, self.fresh.edges[edge.id])
            elif standing.get(edge.id) != (edge.source, edge.target) or {edge.source, edge.target} & moved:
                self._lead(edge)
            elif label_size(edge) and edge.id not in self.ground.labels:
                self._draw_label(edge, self._labelled(edge, self.ground.routes[edge.id].points))
        self._grow()

    def _name(self) -> None:
        """The root cell says what is drawn here."""
        root = self.page.cells["0"]
        if root.holder is root.inner:
            holder = Xml.Element("object", {"label": "", "id": "0"})
            inner = Xml.SubElement(holder, "mxCell")
            self.page.root.insert(list(self.page.root).index(root.holder), holder)
            self.page.root.remove(root.holder)
            root = self.page.cells["0"] = Cell(holder, inner)
        root.attribute(OURS, self.graph.name)
        root.attribute("hash", self.graph.digest)

    def _ends(self, id: str) -> tuple[str, str]:
        inner = self.page.cells[id].inner
        return inner.get("source", ""), inner.get("target", "")

    def _stands(self, node: Node) -> bool:
        """It is on the page already, in its container."""
        cell = self.page.cells.get(node.id)
        return cell is not None and cell.is_vertex and self._home(cell) == node.parent

    def _home(self, cell: Cell) -> str:
        """The container of ours around a cell; groups that a person has made do not count."""
        while (cell := self.page.cells[cell.parent]) and cell.is_vertex:
            if cell.kind:
                return cell.id
        return ""

    # --- what is gone ---

    def _drop(self, cell: Cell) -> None:
        """Take away a cell of ours; what is a person's own in it or at it stays where it is."""
        for child in list(self.page.children(cell.id)):
            if child.id == cell.id + LABEL:
                self.page.remove(child.id)
            elif not child.kind:
                self._free(child, cell)
        for other in self.page.cells.values():
            for end in ("source", "target"):
                if other.is_edge and other.inner.get(end) == cell.id:
                    self._loosen(other, end, cell)
        self.page.remove(cell.id)

    def _free(self, child: Cell, cell: Cell) -> None:
        """A person's own thing moves out of what goes, without moving on the page."""
        child.inner.set("parent", cell.parent or "1")
        if cell.is_edge:
            child.geometry.attrib.pop("relative", None)
            return
        by = cell.box()
        if child.is_edge:
            child.lead(tuple(point.moved(by.x, by.y) for point in child.waypoints()))
            for name in ("sourcePoint", "targetPoint"):
                if point := child.point(name):
                    child.set_point(name, point.moved(by.x, by.y))
        elif not child.is_placed_relative:
            child.put(child.box().moved(by.x, by.y))

    def _loosen(self, edge: Cell, end: str, cell: Cell) -> None:
        if not cell.is_edge:
            origin = self.page.origin(edge.parent)
            middle = self.page.absolute(cell.id).center
            edge.set_point(f"{end}Point", middle.moved(-origin.x, -origin.y))
        edge.inner.attrib.pop(end)

    # --- what is said ---

    def _tell_node(self, node: Node) -> None:
        cell = self.page.cells.get(node.id)
        if cell is None:
            holder = Xml.Element("object", {"label": styles.node_label(node), "id": node.id})
            inner = Xml.SubElement(holder, "mxCell", {"vertex": "1", "parent": node.parent or "1"})
            cell = self.page.add(holder)
            cell.style = styles.node_style(node.kind)
            size = node_size(node)
            Xml.SubElement(inner, "mxGeometry", {"as": "geometry"})
            cell.put(Box(0, 0, size.width, size.height))
        self._say(cell, node.label, styles.node_label(node))
        self._restyle(cell, node.kind)
        cell.attribute("tooltip", node.description)
        cell.attribute("link", node.link)

    def _restyle(self, cell: Cell, kind: Kind) -> None:
        """A node that has become something else looks so, but for what a person has chosen."""
        was = cell.kind
        cell.attribute(OURS, kind.value)
        if was and was != kind.value:
            usual = styles.node_style(Kind(was)) if was in {k.value for k in Kind} else {}
            chosen = {key: value for key, value in cell.style.items() if usual.get(key, "-") != value}
            cell.style = styles.node_style(kind) | chosen

    def _say(self, cell: Cell, text: str, label: str) -> None:
        """The model wins the words; who has only marked them up keeps that."""
        if plain(cell.label, cell.inner.get("style", "")) != one_line(text):
            cell.label = label

    def _tell_edge(self, edge: Edge) -> None:
        cell = self.page.cells.get(edge.id)
        if cell is None:
            holder = Xml.Element("object", {"label": "", "id": edge.id, OURS: edge.kind.value})
            inner = Xml.SubElement(holder, "mxCell", {"edge": "1", "parent": "1"})
            Xml.SubElement(inner, "mxGeometry", {"relative": "1", "as": "geometry"})
            cell = self.page.add(holder)
            cell.style = styles.edge_style(edge)
        cell.attribute(OURS, edge.kind.value)
        cell.attribute("tooltip", "\n\n".join(filter(None, (label.description for label in edge.said))))
        cell.attribute("link", edge.labels[0].link if edge.labels else "")
        cell.label = ""
        cell.inner.set("source", edge.source)
        cell.inner.set("target", edge.target)
        self._tell_label(edge)

    def _tell_label(self, edge: Edge) -> None:
        id = edge.id + LABEL
        if not edge.lines:
            if id in self.page.cells:
                self.page.remove(id)
            return
        if id not in self.page.cells:
            given = {"id": id, "value": styles.edge_label(edge), "vertex": "1", "connectable": "0", "parent": edge.id}
            cell = self.page.add(Xml.Element("mxCell", given))
            cell.style = styles.LABEL_STYLE
            Xml.SubElement(cell.inner, "mxGeometry", {"relative": "1", "as": "geometry"})
        self._say(self.page.cells[id], edge.text, styles.edge_label(edge))

    # --- where it is ---

    def _lay_out(self) -> None:
        """Everything is new: it stands where the layout puts it, a person's own things below."""
        for node in self.graph.nodes:
            self._put(node, self.fresh.nodes[node.id])
        for cell in self.page.cells.values():
            if not cell.kind and cell.is_vertex and not cell.is_placed_relative and cell.parent == "1":
                box = cell.box()
                if box.overlaps(Box(0, 0, self.fresh.width, self.fresh.height)):
                    cell.put(Box(box.x, box.y + self.fresh.height, box.width, box.height))

    def _put(self, node: Node, box: Box) -> None:
        """Put a node at a place in absolute coordinates."""
        cell = self.page.cells[node.id]
        cell.inner.set("parent", node.parent or "1")
        origin = self.page.origin(cell.parent)
        cell.put(box.moved(-origin.x, -origin.y))

    def _survey(self, moved: set[str], standing: dict[str, tuple[str, str]]) -> None:
        """Note what stands: nodes, a person's notes, lines that stay."""
        for cell in self.page.cells.values():
            node = self.graph.by_id.get(cell.id)
            is_note = not cell.kind and cell.is_vertex and not cell.is_placed_relative and cell.id not in self._groups
            if is_note or (node and not node.kind.is_container and cell.id not in moved):
                self.ground.boxes[cell.id] = self.page.absolute(cell.id)
        for edge in self.graph.edges:
            if standing.get(edge.id) == (edge.source, edge.target) and not {edge.source, edge.target} & moved:
                self.ground.add_route(edge.id, route_of(self.page, edge))

    @cached_property
    def _groups(self) -> set[str]:
        return {cell.parent for cell in self.page.cells.values()}

    def _place(self, loose: list[Node]) -> None:
        """Put what is new near what it belongs to; a new container with all that is in it as one block."""
        unplaced = {node.id for node in loose}
        for node in loose:
            if node.parent in unplaced:
                continue
            block = [node, *(one for one in loose if node.id in self.graph.containers(one.id))]
            frame = self.fresh.nodes[node.id] if len(block) > 1 else self.page.cells[node.id].box()
            size = Size(frame.width, frame.height)
            place = self.ground.place(size, self._wanted(node, unplaced), self._room(node))
            old = self.fresh.nodes[node.id]
            for one in block:
                box = place if one is node else self.fresh.nodes[one.id].moved(place.x - old.x, place.y - old.y)
                self._put(one, box)
                if not one.kind.is_container:
                    self.ground.boxes[one.id] = box

    def _wanted(self, node: Node, unplaced: set[str]) -> Point:
        """Where it would be beside its neighbours, by their places in a new picture."""
        pairs = [(edge.source, edge.target) for edge in self.graph.edges]
        around = {b for a, b in pairs if a == node.id} | {a for a, b in pairs if b == node.id}
        near = sorted(around - unplaced - {node.id}) or sorted(
            one.id for one in self.graph.inside(node.parent) if one.id not in unplaced
        )
        fresh = self.fresh.nodes
        if not near:
            room = self._room(node)
            return Point(room.x, room.y) if room else Point(MARGIN, MARGIN)
        offsets = [
            (now.x + fresh[node.id].x - fresh[id].x, now.y + fresh[node.id].y - fresh[id].y)
            for id, now in ((id, self.page.absolute(id)) for id in near)
        ]
        return Point(sum(x for x, _ in offsets) / len(near), sum(y for _, y in offsets) / len(near))

    def _room(self, node: Node) -> Box | None:
        """The inside of its container."""
        if not node.parent:
            return None
        box = self.page.absolute(node.parent)
        return Box(box.x + MARGIN, box.y + HEADER + MARGIN, box.width - 2 * MARGIN, box.height - HEADER - 2 * MARGIN)

    # --- lines ---

    def _lead(self, edge: Edge) -> None:
        """Find a way for a line that is new or has a new end."""
        self.ground.drop_route(edge.id)
        size = label_size(edge) or Size(0, 0)
        taken = [point for route in self.ground.routes.values() for point in (route.points[0], route.points[-1])]
        ends = [self._free_ports(id, taken) for id in (edge.source, edge.target)]
        points = Router(self.ground, size).way(*ends) or (ends[0][0].at, ends[1][0].at)
        self._draw(edge, self._labelled(edge, upright(points)))

    def _free_ports(self, id: str, taken: list[Point]) -> list[Port]:
        is_rhombus = self.graph.node(id).kind is Kind.CHOICE
        return ports(self.page.absolute(id), is_rhombus=is_rhombus, taken=taken)

    def _labelled(self, edge: Edge, points: tuple[Point, ...]) -> Route:
        size = label_size(edge)
        if size is None:
            return Route(points)
        self.ground.drop_route(edge.id)
        return Route(points, label_place(self.ground, points, size) or Box.around(points[0], size.width, size.height))

    def _draw(self, edge: Edge, route: Route) -> None:
        """Write a line and its label onto the page."""
        cell = self.page.cells[edge.id]
        cell.inner.set("parent", common_container(self.graph, edge))
        origin = self.page.origin(cell.parent)
        cell.lead(tuple(point.moved(-origin.x, -origin.y) for point in route.points[1:-1]))
        style = {key: value for key, value in cell.style.items() if not key.startswith(("exit", "entry"))}
        for end, id, point in (("exit", edge.source, route.points[0]), ("entry", edge.target, route.points[-1])):
            style |= styles.end_style(end, self.graph.node(id).kind, self.page.absolute(id), point)
        cell.style = style
        self._draw_label(edge, route)

    def _draw_label(self, edge: Edge, route: Route) -> None:
        self.ground.add_route(edge.id, route)
        if route.label:
            put_label(self.page.cells[edge.id + LABEL], route)

    # --- room ---

    def _grow(self) -> None:
        """Containers grow to the right and downwards till they hold what is new in them; innermost first."""
        for node in reversed(self.graph.nodes):
            if node.kind.is_container:
                self._grow_one(node)

    def _grow_one(self, node: Node) -> None:
        cell, corner = self.page.cells[node.id], self.page.origin(node.id)
        box = cell.box()
        inner = list(self._held(node))
        if not inner:
            return
        held = Box.of(point for one in inner for point in one.corners)
        width, height = max(box.width, held.right - corner.x), max(box.height, held.bottom - corner.y)
        if (width, height) != (box.width, box.height):
            cell.put(Box(box.x, box.y, width, height))

    def _held(self, node: Node) -> Iterator[Box]:
        edge_is_inside = {edge.id: common_container(self.graph, edge) == node.id for edge in self.graph.edges}
        for child in self.graph.inside(node.id):
            box = self.page.absolute(child.id)
            yield box if child.kind is Kind.REGION else box.grown(MARGIN / 2)
        for id, route in self.ground.routes.items():
            if edge_is_inside.get(id):
                yield Box.of(route.points).grown(4)
                if route.label:
                    yield route.label.grown(4)
