"""What a picture says, apart from how it looks: the nodes with their labels and boxes, the edges with their labels and
ends. Taken from a graph, or read from a file (``reading``); ``differences`` compares two of them.

What a file has to carry for this, whatever it looks like (KIND is a kind's value, as in ``graph``; how a label is
wrapped is no part of it):

* ``.svg``: the root has ``data-statewatt`` (the graph's name). A node is ``<g id=ID class="node KIND">``, with
  ``data-parent`` where it stands in a container; an edge is ``<g id=ID class="edge KIND" data-source data-target>``.
  The label is the text of the ``<text>`` elements in the group that are in no other node or edge.
* draw.io: on each page, the ``<object>`` of the root cell ``0`` has ``statewatt`` (the graph's name). A node or edge is
  an ``<object id=ID label=LABEL statewatt=KIND>`` with its cell in it; the cell's parent is the container's cell or the
  layer ``1``, its ends are ``source`` and ``target``. The label of an edge is its own, with those of the ``edgeLabel``
  vertices in it. Whatever has no ``statewatt`` is a person's own and is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .graph import Graph, Kind, words


@dataclass(frozen=True, slots=True)
class Box:
    """A node: its kind's value, its label as one line, the id of its container or an empty text."""

    kind: str
    label: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """An edge: its kind's value, its label as one line, the ids of its ends (empty where it has come loose)."""

    kind: str
    label: str
    source: str
    target: str


@dataclass(frozen=True)
class Meaning:
    """What one picture says: its boxes and arrows by id. ``silences`` says "ignored" or "refused" for a state and an
    event's label; most formats do not say it at all (``None``)."""

    name: str
    boxes: dict[str, Box] = field(default_factory=dict[str, Box])
    arrows: dict[str, Arrow] = field(default_factory=dict[str, Arrow])
    silences: dict[tuple[str, str], str] | None = None


def one_line(text: str) -> str:
    """A label however it is wrapped."""
    return " ".join(text.split())


def meaning(graph: Graph) -> Meaning:
    """What the picture of a graph has to say."""
    silences: dict[tuple[str, str], list[str]] = {}
    for silence in graph.silences:
        if graph.node(silence.state).kind is Kind.STATE:
            silences.setdefault((silence.state, words(silence.event)), []).append(silence.word)
    return Meaning(
        graph.name,
        {n.id: Box(n.kind.value, one_line(n.label), n.parent) for n in graph.nodes},
        {e.id: Arrow(e.kind.value, one_line(e.text), e.source, e.target) for e in graph.edges},
        {key: ", ".join(dict.fromkeys(said)) for key, said in silences.items()},
    )
