"""Edges by their ends, for formats that have no place for the ids of edges."""

from __future__ import annotations

from ..graph import Graph
from ..meaning import Arrow


def by_ends(graph: Graph, arrows: list[Arrow]) -> dict[str, Arrow]:
    """The edges with their ids: that of the graph's edge with the same kind and ends, or one made from these."""
    known = {(edge.kind.value, edge.source, edge.target): edge.id for edge in graph.edges}
    found: dict[str, Arrow] = {}
    for arrow in arrows:
        id = known.get((arrow.kind, arrow.source, arrow.target), f"{arrow.source}→{arrow.target}")
        while id in found:
            id += "'"
        found[id] = arrow
    return found
