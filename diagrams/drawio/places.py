"""Between a page of draw.io and places in absolute coordinates, in both directions."""

from __future__ import annotations

from itertools import pairwise

from ..geometry import Box, Point, Route, nearest, upright
from ..graph import Edge, Graph
from ..lettering import label_size
from .cells import Cell, Page

LABEL = "#label"
"""What the id of an edge's label has behind that of its edge."""


def common_container(graph: Graph, edge: Edge) -> str:
    """The innermost container around both ends of an edge; the layer where there is none."""
    around = set(graph.containers(edge.source))
    return next((id for id in graph.containers(edge.target) if id in around), "1")


def route_of(page: Page, edge: Edge) -> Route:
    """Where an edge of a page runs, as the editor draws it (about so, where a person has moved its ends)."""
    cell = page.cells[edge.id]
    origin = page.origin(cell.parent)
    inner = [point.moved(origin.x, origin.y) for point in cell.waypoints()]
    source, target = page.absolute(edge.source), page.absolute(edge.target)
    start = _end(cell, "exit", source, inner[0] if inner else target.center)
    last = _end(cell, "entry", target, inner[-1] if inner else source.center)
    if not inner and start.x != last.x and start.y != last.y:
        inner = _knee(source, start, last)
    points = upright([start, *inner, last])
    route = Route(points if len(points) > 1 else (start, last))
    return Route(route.points, _label_box(page, edge, route))


def _knee(source: Box, start: Point, last: Point) -> list[Point]:
    """The two bends of an edge without waypoints."""
    if start.y in (source.y, source.bottom):
        middle = (start.y + last.y) / 2
        return [Point(start.x, middle), Point(last.x, middle)]
    middle = (start.x + last.x) / 2
    return [Point(middle, start.y), Point(middle, last.y)]


def _end(cell: Cell, end: str, box: Box, towards: Point) -> Point:
    """Where an edge meets a box: where its style says, or straight towards its next point."""
    style = cell.style
    try:
        x, y = float(style[f"{end}X"] or ""), float(style[f"{end}Y"] or "")
        return Point(round(box.x + x * box.width, 2), round(box.y + y * box.height, 2))
    except (KeyError, ValueError):
        pass
    middle = box.center
    if box.x <= towards.x <= box.right:
        return Point(towards.x, box.y if towards.y < middle.y else box.bottom)
    y = towards.y if box.y <= towards.y <= box.bottom else middle.y
    return Point(box.x if towards.x < middle.x else box.right, y)


def _label_box(page: Page, edge: Edge, route: Route) -> Box | None:
    size, cell = label_size(edge), page.cells.get(edge.id + LABEL)
    if size is None or cell is None:
        return None
    on, across = _along(route, (cell.box().x + 1) / 2)
    offset, away = cell.point("offset") or Point(0, 0), cell.box().y
    center = on.moved(offset.x + across.x * away, offset.y + across.y * away)
    return Box.around(center, size.width, size.height)


def _along(route: Route, share: float) -> tuple[Point, Point]:
    """The point of a route at a share of its way, and the direction across it there."""
    left = route.length() * min(max(share, 0), 1)
    across = Point(0, 0)
    for a, b in pairwise(route.points):
        way = abs(b.x - a.x) + abs(b.y - a.y)
        if way:
            across = Point((b.y - a.y) / way, -(b.x - a.x) / way)
            if left <= way:
                return Point(a.x + (b.x - a.x) * left / way, a.y + (b.y - a.y) * left / way), across
        left -= way
    return route.points[-1], across


def put_label(cell: Cell, route: Route) -> None:
    """Place the label of an edge: how far along it, and how far from there."""
    assert route.label is not None
    center = route.label.center
    share = round(2 * nearest(route, center)[0] - 1, 4)
    on, _ = _along(route, (share + 1) / 2)
    geometry = cell.geometry
    geometry.set("x", f"{share:g}")
    geometry.set("y", "0")
    geometry.set("relative", "1")
    cell.set_point("offset", Point(round(center.x - on.x, 2), round(center.y - on.y, 2)))
