"""Where the nodes and edges of a graph go: orthogonal lines, labels on their own line, beginnings first, ends last.

Regions that hold at the same time are laid out one by one and stand side by side; everything else is laid out by ELK's
layered method in one go, boxes within boxes included. The same graph gives the same numbers everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from . import elk
from .geometry import Box, Layout, Point, Route, onto_rhombus, upright
from .graph import Edge, Graph, Kind, Node, Style
from .lettering import HEADER, Size, label_size, node_size

MARGIN = 20
"""Around a picture and within a container, in pixels."""
GAP = 14
"""Between lines that end at one node, in pixels."""

Json = dict[str, Any]

OPTIONS = {
    "algorithm": "layered",
    "edgeRouting": "ORTHOGONAL",
    "hierarchyHandling": "INCLUDE_CHILDREN",
    "json.edgeCoords": "ROOT",
    "json.shapeCoords": "ROOT",
    "layered.cycleBreaking.strategy": "MODEL_ORDER",
    "layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    "layered.nodePlacement.strategy": "BRANDES_KOEPF",
    "layered.spacing.nodeNodeBetweenLayers": 32,
    "layered.spacing.edgeNodeBetweenLayers": 18,
    "layered.spacing.edgeEdgeBetweenLayers": 14,
    "spacing.nodeNode": 36,
    "spacing.edgeNode": 20,
    "spacing.edgeEdge": 14,
    "spacing.edgeLabel": 2,
    "spacing.nodeSelfLoop": 14,
}

THOROUGH = 20
"""How often the order of the nodes in their layers is tried for fewer crossings."""
HASTY = 1
"""The same for pictures that nobody reads as a whole."""
MANY = 80
"""More edges than this are laid out hastily: the time grows with the square of their number."""

_RANKS = {Kind.EVENTS: 0, Kind.COMMANDS: 2}


def lay_out(graph: Graph) -> Layout:
    """Return a layout of a graph in whole pixels. Raises ``elk.LayoutError`` where none can be made."""
    inner = _Placer(graph).scope("")
    return _moved(inner, MARGIN, MARGIN, 2 * MARGIN)


class _Placer:
    """Lays out one graph, scope by scope: the picture as a whole, and each region that nothing enters or leaves."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.leaving = Counter(edge.source for edge in graph.edges)
        self.arriving = Counter(edge.target for edge in graph.edges)
        self.split = {node.id for node in graph.nodes if node.kind is Kind.PARALLEL and self._is_closed(node)}

    def _is_closed(self, parallel: Node) -> bool:
        """No edge ends at one of its regions as a whole, or leads out of one."""
        regions = list(self.graph.inside(parallel.id))
        homes = [{node.id for node in self.graph.nodes if r.id in self.graph.containers(node.id)} for r in regions]
        ends = [{edge.source, edge.target} for edge in self.graph.edges]
        return (
            all(region.kind is Kind.REGION for region in regions)
            and all(pair <= home or not pair & home for home in homes for pair in ends)
            and not any(region.id in pair for region in regions for pair in ends)
        )

    def scope(self, container: str) -> Layout:
        """The layout of what stands in a container, from (0, 0) on."""
        apart: dict[str, Layout] = {}
        # What comes in stands before the machines, what goes out after them.
        inside = sorted(self.graph.inside(container), key=lambda node: _RANKS.get(node.kind, 1))
        children = [self._child(node, apart) for node in inside]
        if not children:
            return Layout(0, 0, {}, {})
        there = {id for child in children for id in _ids(child)}
        ours = [edge for edge in self.graph.edges if edge.source in there and edge.target in there]
        direction = "RIGHT" if self.graph.style is Style.OVERVIEW else "DOWN"
        thoroughness = THOROUGH if len(ours) <= MANY else HASTY
        options = _options(
            **OPTIONS, **{"layered.thoroughness": thoroughness}, direction=direction, padding=_padding(0, 0)
        )
        if self.graph.style is Style.FLOW:
            # What a choice answers is read where the line leaves it.
            options |= _options(**{"layered.edgeLabels.centerLabelPlacementStrategy": "TAIL_LAYER"})
        edges = [self._edge(edge) for edge in ours]
        done = elk.lay_out({"id": "", "layoutOptions": options, "children": children, "edges": edges})
        nodes = {id: box for child in done["children"] for id, box in _boxes(child)}
        routes = {
            edge.id: self._touching(edge, _route(laid), nodes) for edge, laid in zip(ours, done["edges"], strict=True)
        }
        for id, inner in apart.items():
            placed = _moved(inner, nodes[id].x, nodes[id].y)
            nodes |= placed.nodes
            routes |= placed.edges
        return _fitted(nodes, routes)

    def _child(self, node: Node, apart: dict[str, Layout]) -> Json:
        """A node for ELK; what is laid out apart is put into ``apart`` and stands for ELK as one box."""
        if node.id in self.split:
            apart[node.id] = inner = self._parallel(node)
            return {"id": node.id, "width": inner.width, "height": inner.height}
        size = self._size(node)
        given: dict[str, Any] = {}
        if node.kind is Kind.INITIAL and not self.arriving[node.id]:
            given["layered.layering.layerConstraint"] = "FIRST"
        elif node.kind is Kind.FINAL and not self.leaving[node.id]:
            given["layered.layering.layerConstraint"] = "LAST"
        child: Json = {"id": node.id, "width": size.width, "height": size.height}
        inside = [self._child(one, apart) for one in self.graph.inside(node.id)]
        if inside:
            child["children"] = inside
            given |= {
                "padding": _padding(size.height + MARGIN, MARGIN),
                "nodeSize.constraints": "MINIMUM_SIZE",
                "nodeSize.minimum": f"({size.width}, {size.height})",
            }
        child["layoutOptions"] = _options(**given)
        return child

    def _size(self, node: Node) -> Size:
        """The room for its text, and for its lines to stand apart on the sides that face the layers."""
        size = node_size(node)
        if node.kind is Kind.INITIAL:
            return size
        least = GAP * (1 + max(self.leaving[node.id], self.arriving[node.id]))
        if self.graph.style is Style.OVERVIEW:
            return Size(size.width, max(size.height, least))
        return Size(max(size.width, least), size.height)

    def _edge(self, edge: Edge) -> Json:
        size = label_size(edge)
        labels = [{"id": f"{edge.id} label", "text": " ", "width": size.width, "height": size.height}] if size else []
        return {
            "id": edge.id,
            "sources": [edge.source],
            "targets": [edge.target],
            "labels": [label | {"layoutOptions": _options(**{"edgeLabels.inline": True})} for label in labels],
        }

    def _touching(self, edge: Edge, route: Route, nodes: dict[str, Box]) -> Route:
        """The route from outline to outline: ELK takes a rhombus for a box."""
        first, *inner, last = route.points
        ends = [
            onto_rhombus(nodes[id], point) if self.graph.node(id).kind is Kind.CHOICE else point
            for id, point in ((edge.source, first), (edge.target, last))
        ]
        return Route((ends[0], *inner, ends[1]), route.label)

    def _parallel(self, node: Node) -> Layout:
        """Regions side by side, all of the same height, under the header of their box."""
        nodes: dict[str, Box] = {}
        routes: dict[str, Route] = {}
        header = node_size(node)
        regions = [(region, self.scope(region.id)) for region in self.graph.inside(node.id)]
        height = max((inner.height for _, inner in regions), default=0) + HEADER + 2 * MARGIN
        x: float = 0
        for region, inner in regions:
            width = max(inner.width + 2 * MARGIN, node_size(region).width)
            nodes[region.id] = Box(x, header.height, width, height)
            placed = _moved(inner, x + (width - inner.width) // 2, header.height + HEADER + MARGIN)
            nodes |= placed.nodes
            routes |= placed.edges
            x += width
        nodes[node.id] = Box(0, 0, max(x, header.width), header.height + height)
        return Layout(nodes[node.id].width, nodes[node.id].height, nodes, routes)


# --- to and from ELK -------------------------------------------------------------------------------------------------


def _options(**options: object) -> dict[str, str]:
    return {f"elk.{key}": str(value).lower() if value is True else str(value) for key, value in options.items()}


def _padding(top: float, other: float) -> str:
    return f"[top={top},left={other},bottom={other},right={other}]"


def _ids(child: Json) -> Iterator[str]:
    yield child["id"]
    for inner in child.get("children", ()):
        yield from _ids(inner)


def _boxes(child: Json) -> Iterator[tuple[str, Box]]:
    yield child["id"], Box(*(round(child[key]) for key in ("x", "y", "width", "height")))
    for inner in child.get("children", ()):
        yield from _boxes(inner)


def _route(edge: Json) -> Route:
    [section] = edge["sections"]
    corners = [section["startPoint"], *section.get("bendPoints", ()), section["endPoint"]]
    label = next((Box(*(round(one[key]) for key in ("x", "y", "width", "height"))) for one in edge["labels"]), None)
    return Route(upright(Point(round(corner["x"]), round(corner["y"])) for corner in corners), label)


# --- moving ----------------------------------------------------------------------------------------------------------


def _moved(layout: Layout, dx: float, dy: float, larger: float = 0) -> Layout:
    """The layout so far away, and so much larger."""
    return Layout(
        layout.width + larger,
        layout.height + larger,
        {id: box.moved(dx, dy) for id, box in layout.nodes.items()},
        {id: route.moved(dx, dy) for id, route in layout.edges.items()},
    )


def _fitted(nodes: dict[str, Box], routes: dict[str, Route]) -> Layout:
    """The layout moved to (0, 0), as large as what it holds."""
    boxes = [*nodes.values(), *(route.label for route in routes.values() if route.label)]
    corners = [corner for box in boxes for corner in box.corners]
    held = Box.of([*corners, *(point for route in routes.values() for point in route.points)])
    return _moved(Layout(held.width, held.height, nodes, routes), -held.x, -held.y)
