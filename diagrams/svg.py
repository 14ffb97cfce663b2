"""A graph as SVG: real text, links to the source, light and dark by what the reader's system prefers.

Every node and edge is a group with the id of the graph, so that pictures can be scripted and compared. Colours are
classes of one style sheet; nothing needs CSS variables or HTML inside, so that every program that draws SVG can do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from xml.etree import ElementTree as Xml

from . import text
from .geometry import Box, Layout, Point, Route, beads
from .graph import Edge, Graph, Kind, Node, Trigger
from .layout import lay_out
from .lettering import EDGE_SIZE, NODE_SIZE, Line, Role, edge_lines, label_lines, node_lines, node_size
from .palette import style_sheet

SVG = "http://www.w3.org/2000/svg"
ROUND = 6
"""The radius of bends, in pixels."""
ARROW = 9
"""The length of an arrow head, in pixels."""
BEAD = 9
"""The radius of the circles with the numbers of a path, in pixels."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """What stands out: nodes that are active, and edges in the order in which they are taken (one may come again)."""

    active: frozenset[str] = frozenset()
    path: tuple[str, ...] = ()
    of: str = ""
    """Whose way it is."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a person chose instead of the usual colours; empty where nothing."""

    fill: str = ""
    stroke: str = ""
    font: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a person added to a picture: a text in a box, or plain."""

    box: Box
    lines: tuple[str, ...]
    look: Look = field(default=Look())


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a graph is drawn: where everything is, and what a person made of it."""

    layout: Layout
    looks: Mapping[str, Look] = field(default_factory=dict[str, Look])
    notes: tuple[Note, ...] = ()


def render_svg(
    graph: Graph, drawing: Drawing | None = None, highlight: Highlight | None = None, *, content: str = ""
) -> str:
    """Return a graph as the text of an SVG file, laid out afresh unless it is said how it is drawn.

    ``content`` is a draw.io file that the picture is to carry.
    """
    picture = _Picture(graph, drawing or Drawing(lay_out(graph)), highlight or Highlight())
    root = picture.root()
    if content:
        root.set("content", content)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode") + "\n"


def number(value: float) -> str:
    """A coordinate without superfluous digits."""
    return f"{round(value, 2):g}" if abs(value) < 100000 else str(round(value))


def svg_root(width: str, height: str, kind: str, data: Mapping[str, str]) -> Xml.Element:
    """An empty picture of that size and class; ``data`` says of what."""
    size = {"width": width, "height": height, "viewBox": f"0 0 {width} {height}"}
    return Xml.Element("svg", {"xmlns": SVG, **size, "class": kind, **data, "role": "img", "font-family": text.FONT})


class _Picture:
    """Makes the elements of one SVG file, from what lies below to what lies above."""

    def __init__(self, graph: Graph, drawing: Drawing, highlight: Highlight) -> None:
        self.graph = graph
        self.drawing = drawing
        self.highlight = highlight
        self.steps: dict[str, list[int]] = {}
        for count, edge in enumerate(highlight.path, 1):
            self.steps.setdefault(edge, []).append(count)

    def root(self) -> Xml.Element:
        """The whole picture."""
        layout = self.drawing.layout
        width, height = number(layout.width), number(layout.height)
        root = svg_root(width, height, "statewatt", {"data-statewatt": self.graph.name})
        if of := self.highlight.of:
            root.set("data-run", of)
        _say(root, "title", f"{self.graph.name}: {f'the way of {of}' if of else self.graph.style.value}")
        _say(root, "desc", self.graph.description)
        _say(root, "style", style_sheet())
        self._arrows(Xml.SubElement(root, "defs"))
        Xml.SubElement(root, "rect", {"class": "paper", "width": width, "height": height})
        for node in self.graph.nodes:
            if node.kind.is_container:
                self._node(root, node)
        for edge in self.graph.edges:
            self._edge(root, edge)
        for node in self.graph.nodes:
            if not node.kind.is_container:
                self._node(root, node)
        for note in self.drawing.notes:
            self._note(root, note)
        return root

    def _arrows(self, defs: Xml.Element) -> None:
        for kind in ("arrow", "arrow-path"):
            marker = Xml.SubElement(
                defs,
                "marker",
                {
                    "id": f"{self.graph.name}-{kind}",
                    "class": kind,
                    "viewBox": "0 0 10 10",
                    "refX": "9",
                    "refY": "5",
                    "markerWidth": number(ARROW),
                    "markerHeight": number(ARROW),
                    "markerUnits": "userSpaceOnUse",
                    "orient": "auto",
                },
            )
            Xml.SubElement(marker, "path", {"d": "M0 1 L10 5 L0 9 L2.5 5 z"})

    # --- nodes ---

    def _node(self, root: Xml.Element, node: Node) -> None:
        classes = ["node", node.kind.value] + (["active"] if node.id in self.highlight.active else [])
        home = {"data-parent": node.parent} if node.parent else {}
        group = Xml.SubElement(root, "g", {"id": node.id, "class": " ".join(classes), **home})
        _say(group, "title", "\n".join(filter(None, (node.label, node.description))))
        place = _linked(group, node.link)
        box = self.drawing.layout.nodes[node.id]
        look = self.drawing.looks.get(node.id, Look()) if node.id not in self.highlight.active else Look()
        shape = {"fill": look.fill, "stroke": look.stroke}
        {
            Kind.INITIAL: self._dot,
            Kind.CHOICE: self._rhombus,
            Kind.FINAL: self._ring,
            Kind.PARALLEL: self._box,
            Kind.SYSTEM: self._box,
            Kind.REGION: self._region,
        }.get(node.kind, self._rounded)(place, node, box, _style(**shape))
        lines = node_lines(node)
        area = Box(box.x, box.y, box.width, node_size(node).height) if node.kind.is_container else box
        self._text(place, lines, area, NODE_SIZE, _style(fill=look.font or readable_on(look.fill)))

    def _rounded(self, place: Xml.Element, node: Node, box: Box, style: dict[str, str]) -> None:
        radius = 4 if node.kind in (Kind.EVENTS, Kind.COMMANDS) else 9
        Xml.SubElement(place, "rect", {**_rectangle(box), "rx": number(radius), **style})

    def _ring(self, place: Xml.Element, node: Node, box: Box, style: dict[str, str]) -> None:
        for inset in (0, 3.5):
            inner = box.grown(-inset)
            Xml.SubElement(place, "rect", {**_rectangle(inner), "rx": number(12 - inset), **style})

    def _rhombus(self, place: Xml.Element, node: Node, box: Box, style: dict[str, str]) -> None:
        middle = box.center
        corners = ((middle.x, box.y), (box.right, middle.y), (middle.x, box.bottom), (box.x, middle.y))
        points = " ".join(f"{number(x)},{number(y)}" for x, y in corners)
        Xml.SubElement(place, "polygon", {"points": points, **style})

    def _dot(self, place: Xml.Element, node: Node, box: Box, style: dict[str, str]) -> None:
        middle = box.center
        circle = {"cx": number(middle.x), "cy": number(middle.y), "r": number(min(box.width, box.height) / 2)}
        Xml.SubElement(place, "circle", {**circle, **style})

    def _box(self, place: Xml.Element, node: Node, box: Box, style: dict[str, str]) -> None:
        Xml.SubElement(place, "rect", {"class": "body", **_rectangle(box), "rx": "9", **style})
        line = box.y + node_size(node).height
        Xml.SubElement(place, "path", {"class": "rule", "d": f"M{number(box.x)} {number(line)}H{number(box.right)}"})

    def _region(self, place: Xml.Element, node: Node, box: Box, style: dict[str, str]) -> None:
        """Only its left side is drawn, dashed, where another region stands there."""
        if style:
            Xml.SubElement(place, "rect", {**_rectangle(box), **style})
        others = [self.drawing.layout.nodes[one.id] for one in self.graph.inside(node.parent) if one.id != node.id]
        if any(other.right <= box.x + 1 and other.y < box.bottom and box.y < other.bottom for other in others):
            line = {"class": "divider", "d": f"M{number(box.x)} {number(box.y)}V{number(box.bottom)}"}
            Xml.SubElement(place, "path", line)
        if any(other.bottom <= box.y + 1 and other.x < box.right and box.x < other.right for other in others):
            line = {"class": "divider", "d": f"M{number(box.x)} {number(box.y)}H{number(box.right)}"}
            Xml.SubElement(place, "path", line)

    # --- edges ---

    def _edge(self, root: Xml.Element, edge: Edge) -> None:
        route = self.drawing.layout.edges[edge.id]
        steps = self.steps.get(edge.id, [])
        classes = ["edge", edge.kind.value] + (["path"] if steps else ["aside"] if self.steps else [])
        ends = {"data-source": edge.source, "data-target": edge.target}
        group = Xml.SubElement(root, "g", {"id": edge.id, "class": " ".join(classes), **ends})
        look = self.drawing.looks.get(edge.id, Look())
        head = f"url(#{self.graph.name}-{'arrow-path' if steps else 'arrow'})"
        line = {"d": _bent(route.points), "marker-end": head, **_style(stroke=look.stroke)}
        Xml.SubElement(group, "path", line)
        if route.label and edge.labels:
            Xml.SubElement(group, "rect", {"class": "label-paper", **_rectangle(route.label), "rx": "3"})
            self._labels(group, edge, route.label, look)
        self._badges(group, route, steps)

    def _labels(self, group: Xml.Element, edge: Edge, box: Box, look: Look) -> None:
        top = box.center.y - text.height(len(edge_lines(edge)), EDGE_SIZE) / 2
        for label in edge.said:
            lines = tuple(label_lines(label))
            height = text.height(len(lines), EDGE_SIZE)
            alone = label.trigger in (Trigger.URGENT, Trigger.TIMED)
            place = Xml.SubElement(group, "g", {"class": "label urgent" if alone else "label"})
            _say(place, "title", label.description)
            area = Box(box.x, top, box.width, height)
            self._text(_linked(place, label.link), lines, area, EDGE_SIZE, _style(fill=look.font))
            top += height

    def _badges(self, root: Xml.Element, route: Route, steps: list[int]) -> None:
        """The numbers of a path, in circles along the line; those for which there is no room stand together."""
        if not steps:
            return
        group = Xml.SubElement(root, "g", {"class": "badge"})
        _say(group, "title", ", ".join(map(str, steps)))
        places = list(beads(route, BEAD))
        alone, rest = steps[: len(places) - 1], steps[len(places) - 1 :]
        together = ", ".join(map(str, rest)) if len(rest) < 4 else f"{rest[0]}, … {rest[-1]}"
        said_at = [*zip(map(str, alone), places, strict=False), *([(together, places[-1])] if rest else [])]
        for said, at in said_at:
            wide = max(2 * BEAD, text.width(said, 11, bold=True) + 6)
            Xml.SubElement(group, "rect", {**_rectangle(Box.around(at, wide, 2 * BEAD)), "rx": number(BEAD)})
            _line(group, said, Point(at.x, at.y + 3.8), 11, {"font-weight": "bold"})

    # --- text ---

    def _text(self, place: Xml.Element, lines: tuple[Line, ...], area: Box, size: float, style: dict[str, str]) -> None:
        """The lines in the middle of an area."""
        leading = size * text.LEADING
        top = area.center.y - leading * len(lines) / 2
        for count, line in enumerate(lines):
            # Letters sit on a base line somewhat below the middle of their line.
            base = Point(area.center.x, top + leading * (count + 0.5) + size * 0.35)
            weight = {"font-weight": "bold"} if line.role.is_bold else {}
            _line(place, line.text, base, size, {"class": line.role.value, **weight, **style})

    def _note(self, root: Xml.Element, note: Note) -> None:
        group = Xml.SubElement(root, "g", {"class": "note"})
        Xml.SubElement(group, "rect", {**_rectangle(note.box), **_style(fill=note.look.fill, stroke=note.look.stroke)})
        lines = tuple(Line(line, Role.NAME) for line in note.lines)
        color = note.look.font or readable_on(note.look.fill)
        self._text(group, lines, note.box, 12, _style(fill=color))


# --- elements --------------------------------------------------------------------------------------------------------


def _say(parent: Xml.Element, tag: str, content: str) -> None:
    if content:
        Xml.SubElement(parent, tag).text = content


def _linked(group: Xml.Element, link: str) -> Xml.Element:
    return Xml.SubElement(group, "a", {"href": link}) if link else group


def _line(place: Xml.Element, content: str, base: Point, size: float, more: Mapping[str, str]) -> None:
    where = {"x": number(base.x), "y": number(base.y), "font-size": number(size), "text-anchor": "middle"}
    Xml.SubElement(place, "text", {**where, **more}).text = content


def _rectangle(box: Box) -> dict[str, str]:
    return {key: number(getattr(box, key)) for key in ("x", "y", "width", "height")}


def _style(**given: str) -> dict[str, str]:
    """Colours that go before those of the classes."""
    said = ";".join(f"{key}:{value}" for key, value in given.items() if value)
    return {"style": said} if said else {}


def readable_on(fill: str) -> str:
    """Black or white, whichever is read better on a colour; empty where none is chosen."""
    if len(fill) != 7 or not fill.startswith("#"):
        return ""
    red, green, blue = (int(fill[at : at + 2], 16) for at in (1, 3, 5))
    return "#000000" if 0.299 * red + 0.587 * green + 0.114 * blue > 128 else "#ffffff"


def _bent(points: tuple[Point, ...]) -> str:
    """A line with rounded bends."""
    way = [f"M{number(points[0].x)} {number(points[0].y)}"]
    for (before, here), (_, after) in pairwise(pairwise(points)):
        radius = min(ROUND, _distance(before, here) / 2, _distance(here, after) / 2)
        near, far = _towards(here, before, radius), _towards(here, after, radius)
        way.append(f"L{number(near.x)} {number(near.y)}")
        way.append(f"Q{number(here.x)} {number(here.y)} {number(far.x)} {number(far.y)}")
    way.append(f"L{number(points[-1].x)} {number(points[-1].y)}")
    return " ".join(way)


def _distance(a: Point, b: Point) -> float:
    return abs(a.x - b.x) + abs(a.y - b.y)


def _towards(start: Point, goal: Point, way: float) -> Point:
    whole = _distance(start, goal)
    share = way / whole if whole else 0
    return Point(start.x + (goal.x - start.x) * share, start.y + (goal.y - start.y) * share)
