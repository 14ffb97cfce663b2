"""A graph as Mermaid: a state diagram, or a flow chart where a state is a choice, and for the overview.

Mermaid reads its own signs even in labels, so every sign that could be one is written as an entity. Its names are those
of ``names``; they are the last parts of the ids, which are unique in a machine.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from .graph import Edge, EdgeKind, Graph, Kind, Node, Style

WIDTH = 40
"""Characters in a line of a label."""

SHAPES = {
    Kind.STATE: ("(", ")"),
    Kind.FINAL: ("([", "])"),
    Kind.CHOICE: ("{", "}"),
    Kind.INITIAL: ("((", "))"),
    Kind.MACHINE: ("[", "]"),
    Kind.EVENTS: ("[/", "/]"),
    Kind.COMMANDS: ("[\\", "\\]"),
}
ARROWS = {EdgeKind.REFERENCE: "-.->", EdgeKind.INPUT: "==>", EdgeKind.OUTPUT: "==>"}

# Words that mean something where a name stands, in one of the two diagrams.
RESERVED = frozenset(
    {
        *(
            "acc_descr",
            "acc_title",
            "as",
            "break",
            "call",
            "class",
            "classdef",
            "click",
            "default",
            "direction",
            "else",
        ),
        *("end", "flowchart", "fork", "graph", "href", "interpolate", "join", "linkstyle", "note", "scale", "state"),
        *("statediagram", "style", "subgraph"),
    }
)
# Underscores within words are plain, others would begin emphasis.
SIGNS = re.compile(r"[^\w ,.()'/?!=+\[\]-]|(?<![^\W_])_|_(?![^\W_])")


def render_mermaid(graph: Graph) -> str:
    """The diagram's text."""
    lines = _chart(graph) if graph.style is Style.CHART else _flow(graph)
    return "\n".join(lines) + "\n"


def names(graph: Graph) -> dict[str, str]:
    """What each node is called, by its id: the last part of the id, or more of it where that is not enough."""
    taken: dict[str, str] = {}
    for node in graph.nodes:
        parts = [re.sub(r"\W", "_", part) for part in node.id.split(".")]
        wanted = ("_".join(parts[-length:]) for length in range(1, len(parts) + 1))
        name = next((n for n in wanted if _is_free(n, taken)), "_".join(parts))
        while not _is_free(name, taken):
            name += "_"
        taken[name] = node.id
    return {id: name for name, id in taken.items()}


def _is_free(name: str, taken: dict[str, str]) -> bool:
    return name not in taken and name.lower() not in RESERVED


def text(lines: Iterable[str]) -> str:
    """Lines of a label, wrapped and with entities."""
    wrapped = (part for line in lines for part in _wrapped(line))
    return "<br>".join(SIGNS.sub(lambda sign: f"#{ord(sign.group())};", line) for line in wrapped)


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False)


# --- state diagrams --------------------------------------------------------------------------------------------------


def _chart(graph: Graph) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    accTitle: {text([graph.name])}"
    yield from _inside(graph, "", names(graph), "    ")


def _inside(graph: Graph, parent: str, called: dict[str, str], indent: str) -> Iterator[str]:
    """What stands in a container, with the edges between that; regions are kept apart by dashes."""
    first = True
    for node in graph.inside(parent):
        if node.kind is Kind.REGION and not first:
            yield f"{indent}--"
        first = False
        if node.kind.is_container:
            yield f'{indent}state "{text([node.label])}" as {called[node.id]} {{'
            yield from _inside(graph, node.id, called, indent + "    ")
            yield f"{indent}}}"
        elif node.kind is not Kind.INITIAL:
            yield f'{indent}state "{text([node.label])}" as {called[node.id]}'
    for edge in graph.edges:
        if graph.node(edge.source).parent == parent:
            source = "[*]" if edge.kind is EdgeKind.BEGIN else called[edge.source]
            label = text(edge.lines)
            yield f"{indent}{source} --> {called[edge.target]}" + (f" : {label}" if label else "")
    for node in graph.inside(parent):
        if node.kind is Kind.FINAL:
            yield f"{indent}{called[node.id]} --> [*]"


# --- flow charts -----------------------------------------------------------------------------------------------------


def _flow(graph: Graph) -> Iterator[str]:
    yield "flowchart LR" if graph.style is Style.OVERVIEW else "flowchart TD"
    yield f"    accTitle: {text([graph.name])}"
    called = names(graph)
    yield from _boxes(graph, "", called, "    ")
    for edge in graph.edges:
        yield f"    {_arrow(edge, called)}"
    dots = [called[node.id] for node in graph.nodes if node.kind is Kind.INITIAL]
    if dots:
        yield "    classDef dot fill:#888,stroke:#888"
        yield f"    class {','.join(dots)} dot"


def _boxes(graph: Graph, parent: str, called: dict[str, str], indent: str) -> Iterator[str]:
    for node in graph.inside(parent):
        if node.kind.is_container:
            yield f'{indent}subgraph {called[node.id]} ["{text([node.label])}"]'
            yield from _boxes(graph, node.id, called, indent + "    ")
            yield f"{indent}end"
        else:
            yield f"{indent}{called[node.id]}{_shape(node)}"


def _shape(node: Node) -> str:
    before, after = SHAPES[node.kind]
    return f'{before}"{text(node.label.split(chr(10))) or " "}"{after}'


def _arrow(edge: Edge, called: dict[str, str]) -> str:
    label = text(edge.lines)
    between = f'|"{label}"| ' if label else ""
    return f"{called[edge.source]} {ARROWS.get(edge.kind, '-->')} {between}{called[edge.target]}"
