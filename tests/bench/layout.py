"""How good layouts are and how long they take: overlaps, crossings, bends, length, area, seconds of processor time.

Run as `python -m tests.bench.layout`. The pictures of the shipped station, then made-up flow charts of 20 to 200
states; what is made up comes from a fixed seed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import combinations
from random import Random

from statewatt.diagrams.geometry import Layout, Segment
from statewatt.diagrams.graph import Edge, EdgeKind, Graph, Kind, Label, Node, Style
from statewatt.diagrams.layout import lay_out
from tests.diagrams.faults import faults
from tests.diagrams.shipped import graphs

SIZES = ((20, 10), (40, 30), (100, 50), (200, 100))  # states, edges beyond those of a tree


def made_up(states: int, more: int) -> Graph:
    """A flow chart: every fifth state is a choice, the last tenth are final."""
    random = Random(states)
    kinds = [Kind.FINAL if n > states * 0.9 else Kind.CHOICE if n % 5 == 3 else Kind.STATE for n in range(states)]
    nodes = [Node("M:initial", Kind.INITIAL), *(Node(f"M.{n}", kind, f"state {n}") for n, kind in enumerate(kinds))]
    alive = [node.id for node in nodes if node.kind in (Kind.STATE, Kind.CHOICE)]
    tree = [
        (alive[random.randrange(max(0, min(n, len(alive)) - 4), min(n, len(alive)))], f"M.{n}")
        for n in range(1, states)
    ]
    ends = dict.fromkeys([*tree, *((random.choice(alive), f"M.{random.randrange(states)}") for _ in range(more))])
    edges = [Edge("M:begin", EdgeKind.BEGIN, "M:initial", "M.0")]
    for n, (source, target) in enumerate(ends):
        label = Label(f"M:{n}", f"event {n}", ("something holds",) if n % 2 else (), ("do this",) if n % 3 else ())
        edges.append(Edge(label.id, EdgeKind.TRANSITION, source, target, (label,)))
    return Graph(f"{states} states", Style.FLOW, tuple(nodes), tuple(edges))


def crossings(layout: Layout) -> int:
    """How often lines cross."""
    pieces = [(id, piece) for id, route in layout.edges.items() for piece in route.segments()]
    return sum(one != other and _cross(a, b) for (one, a), (other, b) in combinations(pieces, 2))


def _cross(one: Segment, other: Segment) -> bool:
    if (one[0].x == one[1].x) == (other[0].x == other[1].x):
        return False
    (a, b), (c, d) = (one, other) if one[0].x == one[1].x else (other, one)
    return min(c.x, d.x) < a.x < max(c.x, d.x) and min(a.y, b.y) < c.y < max(a.y, b.y)


def lines() -> Iterator[str]:
    """The table, row by row."""
    yield f"{'picture':16}{'nodes':>6}{'edges':>6}{'faults':>7}{'cross':>6}{'bends':>6}{'length':>8}{'Mpx':>7}{'s':>7}"
    for graph in (*graphs().values(), *(made_up(*size) for size in SIZES)):
        start = time.process_time()
        layout = lay_out(graph)
        seconds = time.process_time() - start
        bends = sum(len(route.points) - 2 for route in layout.edges.values())
        length = sum(route.length() for route in layout.edges.values())
        yield (
            f"{graph.name:16}{len(graph.nodes):6}{len(graph.edges):6}{len(faults(graph, layout)):7}"
            f"{crossings(layout):6}{bends:6}{length:8.0f}{layout.width * layout.height / 1e6:7.2f}{seconds:7.1f}"
        )


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
