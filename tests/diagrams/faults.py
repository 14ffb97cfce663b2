"""What a reader would call a fault of a picture: things on top of each other, labels far from their lines."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from statewatt.diagrams.geometry import Box, Layout, Route, crosses, nearest
from statewatt.diagrams.graph import Graph, Kind


def faults(graph: Graph, layout: Layout) -> list[str]:
    """Everything that overlaps and must not, and every line that is slanted."""
    return [*_nodes(graph, layout), *_labels(graph, layout), *_lines(graph, layout)]


def _nodes(graph: Graph, layout: Layout) -> Iterator[str]:
    for one, other in combinations(graph.nodes, 2):
        a, b = layout.nodes[one.id], layout.nodes[other.id]
        if one.id in graph.containers(other.id):
            if not a.holds(b):
                yield f"{other.id} sticks out of {one.id}"
        elif other.id not in graph.containers(one.id) and a.overlaps(b):
            yield f"{one.id} overlaps {other.id}"


def _solid(graph: Graph, layout: Layout) -> dict[str, Box]:
    """What nothing may touch; of a rhombus the box within, as lines end at its slopes."""
    found = {node.id: layout.nodes[node.id] for node in graph.nodes if not node.kind.is_container}
    for node in graph.nodes:
        if node.kind is Kind.CHOICE:
            box = found[node.id]
            found[node.id] = Box.around(box.center, box.width / 2, box.height / 2)
    return found


def _labels(graph: Graph, layout: Layout) -> Iterator[str]:
    labels = {id: route.label for id, route in layout.edges.items() if route.label}
    for (one, a), (other, b) in combinations(labels.items(), 2):
        if a.overlaps(b):
            yield f"the label of {one} overlaps that of {other}"
    for id, label in labels.items():
        for node, box in _solid(graph, layout).items():
            if label.overlaps(box):
                yield f"the label of {id} overlaps {node}"
        for other, route in layout.edges.items():
            if other != id and any(crosses(segment, label) for segment in route.segments()):
                yield f"the label of {id} lies on {other}"
        if _distance(label, layout.edges[id]) > 20:
            yield f"the label of {id} is far from its line"


def _distance(label: Box, route: Route) -> float:
    on = nearest(route, label.center)[1]
    x = max(label.x - on.x, on.x - label.right, 0)
    y = max(label.y - on.y, on.y - label.bottom, 0)
    return x + y


def _lines(graph: Graph, layout: Layout) -> Iterator[str]:
    solid = _solid(graph, layout)
    for edge in graph.edges:
        route = layout.edges[edge.id]
        if any(a.x != b.x and a.y != b.y for a, b in route.segments()):
            yield f"{edge.id} is slanted"
        for id, box in solid.items():
            if any(crosses(segment, box.grown(-2)) for segment in route.segments()):
                yield f"{edge.id} runs through {id}"
        for other in graph.edges:
            if other.id > edge.id and _share(route, layout.edges[other.id]):
                yield f"{edge.id} runs along {other.id}"


def _share(one: Route, other: Route) -> bool:
    """They have more than a point in common."""
    return any(
        (a.x == b.x == c.x == d.x and min(max(a.y, b.y), max(c.y, d.y)) - max(min(a.y, b.y), min(c.y, d.y)) > 1)
        or (a.y == b.y == c.y == d.y and min(max(a.x, b.x), max(c.x, d.x)) - max(min(a.x, b.x), min(c.x, d.x)) > 1)
        for a, b in pairwise(one.points)
        for c, d in pairwise(other.points)
    )
