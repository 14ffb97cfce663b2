"""The colours of the pictures, once for all formats, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .graph import Kind


@dataclass(frozen=True, slots=True)
class Colors:
    """Of one kind of shape: inside, outline, letters."""

    fill: str
    stroke: str
    font: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """All colours of a picture in one light."""

    paper: str
    ink: str
    """Letters of events and of titles, dots."""
    quiet: str
    """Guards."""
    effect: str
    line: str
    rule: str
    """Frames of containers and what divides them."""
    header: str
    path: str
    """Edges that are taken."""
    active: Colors
    nodes: dict[Kind, Colors]


LIGHT = Scheme(
    paper="#ffffff",
    ink="#1c2733",
    quiet="#4a5868",
    effect="#7a4a8c",
    line="#5b6b7c",
    rule="#a8b4c0",
    header="#f3f6f9",
    path="#d4420c",
    active=Colors("#ffe08a", "#b35900", "#3d2600"),
    nodes={
        Kind.STATE: Colors("#e8f1fd", "#3a70b5", "#14304f"),
        Kind.FINAL: Colors("#eef0f2", "#65717d", "#28323c"),
        Kind.CHOICE: Colors("#fff4d9", "#b98a2e", "#4a3710"),
        Kind.INITIAL: Colors("#1c2733", "#1c2733", "#1c2733"),
        Kind.MACHINE: Colors("#e8f1fd", "#3a70b5", "#14304f"),
        Kind.EVENTS: Colors("#e9f6ec", "#4c9161", "#173d24"),
        Kind.COMMANDS: Colors("#f5ebf8", "#9667a8", "#3f2150"),
    },
)

DARK = Scheme(
    paper="#10161d",
    ink="#e8eef4",
    quiet="#aebccb",
    effect="#d3a6e6",
    line="#8899aa",
    rule="#48566a",
    header="#1a232d",
    path="#ff8a50",
    active=Colors("#6b4a00", "#ffc53d", "#fff3cf"),
    nodes={
        Kind.STATE: Colors("#17304f", "#6ba3e8", "#dceaff"),
        Kind.FINAL: Colors("#262e37", "#93a1af", "#e4e9ee"),
        Kind.CHOICE: Colors("#40310f", "#dcb053", "#fff0cc"),
        Kind.INITIAL: Colors("#e8eef4", "#e8eef4", "#e8eef4"),
        Kind.MACHINE: Colors("#17304f", "#6ba3e8", "#dceaff"),
        Kind.EVENTS: Colors("#15331f", "#6fbf88", "#d9f5e1"),
        Kind.COMMANDS: Colors("#35203f", "#c493d6", "#f5e3fb"),
    },
)


def style_sheet() -> str:
    """The style sheet of a graph as SVG: the light scheme, and the dark one where the reader's system prefers it."""
    return _sheet(_FORMS, _rules)


def sequence_style_sheet() -> str:
    """The style sheet of a sequence as SVG, likewise."""
    return _sheet(_SEQUENCE_FORMS, _sequence_rules)


def _sheet(forms: tuple[str, ...], rules: Callable[[Scheme], list[str]]) -> str:
    dark = "\n".join(f"  {rule}" for rule in rules(DARK))
    light = "\n".join([*forms, *rules(LIGHT)])
    return f"\n{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


_FORMS = (
    ".statewatt .node > *, .statewatt .node a > * { stroke-width: 1.4 }",
    ".statewatt text { stroke: none }",
    ".statewatt .edge path { fill: none; stroke-width: 1.4 }",
    ".statewatt .edge.path path { stroke-width: 2.6 }",
    ".statewatt .aside { opacity: 0.4 }",
    ".statewatt .edge.reference path { stroke-dasharray: 6 4 }",
    ".statewatt .divider { fill: none; stroke-dasharray: 6 5 }",
    ".statewatt .urgent .event { font-style: italic }",
    ".statewatt .active > *, .statewatt .active a > * { stroke-width: 2.6 }",
    ".statewatt a:hover text { text-decoration: underline }",
)


def _rules(scheme: Scheme) -> list[str]:
    """What the classes look like in one light."""
    rules = [
        f".paper, .label-paper {{ fill: {scheme.paper} }}",
        f".edge path {{ stroke: {scheme.line} }}",
        f".arrow path {{ fill: {scheme.line} }}",
        f".edge.path path {{ stroke: {scheme.path} }}",
        f".arrow-path path, .badge rect {{ fill: {scheme.path} }}",
        f".badge text {{ fill: {scheme.paper} }}",
        f".body {{ fill: none; stroke: {scheme.rule} }}",
        f".rule, .divider {{ stroke: {scheme.rule} }}",
        f".title, .event, .region text, .note text {{ fill: {scheme.ink} }}",
        f".guard {{ fill: {scheme.quiet} }}",
        f".effect {{ fill: {scheme.effect} }}",
        f".note rect {{ fill: {scheme.header}; stroke: {scheme.rule} }}",
    ]
    for kind, colors in scheme.nodes.items():
        rules.append(f"{_shapes(kind.value)} {{ fill: {colors.fill}; stroke: {colors.stroke} }}")
        rules.append(f".{kind.value} text {{ fill: {colors.font} }}")
    rules.append(f"{_shapes('active')} {{ fill: {scheme.active.fill}; stroke: {scheme.active.stroke} }}")
    rules.append(f".active text {{ fill: {scheme.active.font} }}")
    return [f".statewatt {rule.replace(', ', ', .statewatt ')}" for rule in rules]


_SEQUENCE_FORMS = (
    ".statewatt-sequence path { fill: none; stroke-width: 1.4 }",
    ".statewatt-sequence .life path { stroke-dasharray: 4 4 }",
    ".statewatt-sequence .command path { stroke-dasharray: 6 4 }",
    ".statewatt-sequence .by-itself text { font-style: italic }",
    ".statewatt-sequence .change text, .statewatt-sequence .number text { font-style: normal }",
)


def _sequence_rules(scheme: Scheme) -> list[str]:
    state = scheme.nodes[Kind.STATE]
    rules = [
        f".paper {{ fill: {scheme.paper} }}",
        f".saying path {{ stroke: {scheme.line} }}",
        f"marker path {{ fill: {scheme.line} }}",
        f".life path {{ stroke: {scheme.rule} }}",
        f".head rect {{ fill: {state.fill}; stroke: {state.stroke} }}",
        f".head text {{ fill: {state.font} }}",
        f".caption rect {{ fill: {scheme.header} }}",
        f".caption text {{ fill: {scheme.quiet} }}",
        f".finding rect {{ fill: {scheme.paper}; stroke: {scheme.path} }}",
        f".finding text {{ fill: {scheme.path} }}",
        f".saying text {{ fill: {scheme.ink} }}",
        f".command text {{ fill: {scheme.effect} }}",
        f".number circle {{ fill: {scheme.line} }}",
        f".number text {{ fill: {scheme.paper} }}",
        f".change rect {{ fill: {scheme.header}; stroke: {scheme.rule} }}",
        f".change text {{ fill: {scheme.quiet} }}",
    ]
    return [f".statewatt-sequence {rule}" for rule in rules]


def _shapes(name: str) -> str:
    """The shapes of a class, written out: not every viewer knows ``:is``."""
    return ", ".join(f".{name} {shape}" for shape in ("rect", "circle", "polygon"))
