"""What nodes, edges and labels of each kind look like in draw.io, where a person has not chosen otherwise."""

from __future__ import annotations

import html

from ..geometry import Box, Point
from ..graph import Edge, EdgeKind, Kind, Node, Trigger
from ..lettering import EDGE_SIZE, HEADER, NODE_SIZE, Line, Role, label_lines, node_lines
from ..palette import LIGHT

Style = dict[str, str | None]

_SHAPES: dict[Kind, Style] = {
    Kind.STATE: {"rounded": "1", "absoluteArcSize": "1", "arcSize": "18"},
    Kind.FINAL: {"shape": "ext", "double": "1", "rounded": "1", "absoluteArcSize": "1", "arcSize": "24"},
    Kind.CHOICE: {"rhombus": None},
    Kind.INITIAL: {"ellipse": None},
    Kind.PARALLEL: {"swimlane": None, "rounded": "0"},
    Kind.SYSTEM: {"swimlane": None, "rounded": "0"},
    Kind.REGION: {"swimlane": None, "swimlaneLine": "0", "dashed": "1"},
    Kind.MACHINE: {"rounded": "1", "absoluteArcSize": "1", "arcSize": "18", "fontStyle": "1"},
    Kind.EVENTS: {"rounded": "1", "absoluteArcSize": "1", "arcSize": "8"},
    Kind.COMMANDS: {"rounded": "1", "absoluteArcSize": "1", "arcSize": "8"},
}

_OUTLINE_KINDS = (Kind.CHOICE, Kind.INITIAL)
"""Kinds whose outline is not their box: an end on it is given exactly."""


def node_style(kind: Kind) -> Style:
    """The style of a node."""
    style: Style = {**_SHAPES[kind], "html": "1", "whiteSpace": "wrap"}
    if kind.is_container:
        style |= {"startSize": str(HEADER), "container": "1", "collapsible": "0", "fontStyle": "1"}
        style |= {"fillColor": "none", "strokeColor": LIGHT.rule, "fontColor": LIGHT.ink}
    else:
        colors = LIGHT.nodes[kind]
        style |= {"fillColor": colors.fill, "strokeColor": colors.stroke, "fontColor": colors.font}
    return style | {"fontSize": str(NODE_SIZE), "fontFamily": "Helvetica"}


def edge_style(edge: Edge) -> Style:
    """The style of an edge, without its ends: orthogonal, also when a person moves a node."""
    style: Style = {"edgeStyle": "orthogonalEdgeStyle", "orthogonalLoop": "1", "rounded": "1", "arcSize": "12"}
    style |= {"html": "1", "jettySize": "auto", "endArrow": "classic", "strokeColor": LIGHT.line}
    return style | ({"dashed": "1"} if edge.kind is EdgeKind.REFERENCE else {})


def end_style(end: str, kind: Kind, box: Box, point: Point) -> Style:
    """The keys that fix where an edge leaves (``exit``) or reaches (``entry``) a node."""
    style: Style = {
        f"{end}X": _share((point.x - box.x) / box.width),
        f"{end}Y": _share((point.y - box.y) / box.height),
        f"{end}Dx": "0",
        f"{end}Dy": "0",
    }
    return style | ({f"{end}Perimeter": "0"} if kind in _OUTLINE_KINDS else {})


def _share(value: float) -> str:
    return f"{min(max(value, 0), 1):.6g}"


LABEL_STYLE: Style = {
    "edgeLabel": None,
    "html": "1",
    "align": "center",
    "verticalAlign": "middle",
    "resizable": "0",
    "points": "[]",
    "fontSize": str(EDGE_SIZE),
    "fontFamily": "Helvetica",
    "fontColor": LIGHT.quiet,
    "labelBackgroundColor": "default",
}


def node_label(node: Node) -> str:
    """The label of a node as HTML."""
    return "<br>".join(html.escape(line.text, quote=False) for line in node_lines(node))


def edge_label(edge: Edge) -> str:
    """The label of an edge as HTML."""
    return "<br>".join(
        _marked(line, label.trigger in (Trigger.URGENT, Trigger.TIMED))
        for label in edge.said
        for line in label_lines(label)
    )


def _marked(line: Line, is_urgent: bool) -> str:
    text = html.escape(line.text, quote=False)
    if line.role is Role.EVENT:
        text = f'<b style="color: {LIGHT.ink}">{text}</b>'
        return f"<i>{text}</i>" if is_urgent else text
    return f'<span style="color: {LIGHT.effect}">{text}</span>' if line.role is Role.EFFECT else text
