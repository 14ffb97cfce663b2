"""A graph as Graphviz source (DOT), for ``dot -Tsvg``; of Graphviz only its Python package is needed here."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from graphviz import Digraph, escape, nohtml  # pyright: ignore[reportMissingTypeStubs]

from .graph import Edge, EdgeKind, Graph, Kind, Node, Style

WIDTH = 32
"""Characters in a line of a label."""

SHAPES: dict[Kind, dict[str, str]] = {
    Kind.STATE: {"shape": "box", "style": "rounded"},
    Kind.FINAL: {"shape": "box", "style": "rounded", "peripheries": "2"},
    Kind.CHOICE: {"shape": "diamond"},
    Kind.INITIAL: {"shape": "point", "width": "0.15"},
    Kind.MACHINE: {"shape": "box", "style": "bold"},
    Kind.EVENTS: {"shape": "note"},
    Kind.COMMANDS: {"shape": "cds"},
    Kind.PARALLEL: {"style": "rounded"},
    Kind.REGION: {"style": "dashed"},
    Kind.SYSTEM: {"style": "rounded"},
}
LINES: dict[EdgeKind, dict[str, str]] = {
    EdgeKind.REFERENCE: {"style": "dashed", "arrowhead": "open"},
    EdgeKind.INPUT: {"style": "dotted"},
    EdgeKind.OUTPUT: {"style": "dotted"},
}


def render_dot(graph: Graph) -> str:
    """The source. Each node and edge has its id as ``id`` and its kind in ``class``, as they also appear in SVG."""
    # Its types are partly unknown to a strict checker.
    dot: Any = Digraph(graph.name, graph_attr=_attributes(graph))
    dot.attr("node", fontname="Helvetica", fontsize="11")
    dot.attr("edge", fontname="Helvetica", fontsize="10")
    _fill(dot, graph, "")
    for edge in graph.edges:
        dot.edge(_name(edge.source), _name(edge.target), **_edge(edge))
    return str(dot.source)


def _attributes(graph: Graph) -> dict[str, str]:
    rank = "LR" if graph.style is Style.OVERVIEW else "TB"
    return {"rankdir": rank, "fontname": "Helvetica", "fontsize": "12", "tooltip": _text([graph.description])}


def _fill(dot: Any, graph: Graph, parent: str) -> None:
    """Put what stands in a container into it."""
    for node in graph.inside(parent):
        if node.kind.is_container:
            with dot.subgraph(name=f"cluster_{_name(node.id)}", graph_attr=_node(node)) as box:
                _fill(box, graph, node.id)
        else:
            dot.node(_name(node.id), **_node(node))


def _node(node: Node) -> dict[str, str]:
    described = {"tooltip": _text([node.description])} if node.description else {}
    linked = {"URL": nohtml(escape(node.link))} if node.link else {}
    label = _text(_wrapped(node.label.split("\n")))
    return {"id": node.id, "class": f"node {node.kind.value}", "label": label} | SHAPES[node.kind] | described | linked


def _edge(edge: Edge) -> dict[str, str]:
    described = "\n".join(label.description for label in edge.labels if label.description)
    link = next((label.link for label in edge.labels if label.link), "")
    found = {"id": edge.id, "class": f"edge {edge.kind.value}"}
    if edge.lines:
        found["label"] = _text(_wrapped(edge.lines))
    if described:
        found["tooltip"] = _text(described.split("\n"))
    if link:
        found["URL"] = nohtml(escape(link))
    return found | LINES.get(edge.kind, {})


def _name(id: str) -> str:
    """An id as the name of a node; a colon would begin a port."""
    return id.replace(":", "/")


def _text(lines: Iterable[str]) -> str:
    return str(nohtml("\\n".join(escape(line) for line in lines)))


def _wrapped(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        yield from textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
