"""Mermaid as ``mermaid.render_mermaid`` writes it, line by line; lines of other forms are a person's own."""

from __future__ import annotations

import re

from ..graph import Graph, Kind
from ..meaning import Arrow, Box, Meaning, one_line
from ..mermaid import ARROWS, SHAPES, names
from .ends import by_ends
from .errors import UnreadableError

NAME = r"[^\s:\"()\[\]{}|]+"
OPENED = re.compile(rf'(?:state "(?P<label>.*)" as (?P<state>{NAME}) \{{|subgraph (?P<box>{NAME}) \["(?P<text>.*)"\])')
STATE = re.compile(rf'state "(?P<label>.*)" as (?P<name>{NAME})')
CHANGE = re.compile(rf"(?P<source>{NAME}|\[\*\]) --> (?P<target>{NAME}|\[\*\])(?: : (?P<label>.*))?")
NODE = re.compile(rf'(?P<name>{NAME})(?P<before>[(\[{{/\\]+)"(?P<label>.*)"(?P<after>[)\]}}/\\]+)')
ARROW = re.compile(rf'(?P<source>{NAME}) (?P<arrow>--?>|-\.->|==>|-->) (?:\|"(?P<label>.*)"\| )?(?P<target>{NAME})')
CONTAINERS = {Kind.PARALLEL.value, Kind.REGION.value, Kind.SYSTEM.value}


def read_mermaid(text: str, graph: Graph) -> Meaning:
    """The meaning of a diagram's text; ``graph`` lends the ids.

    Raises:
        UnreadableError: it is no diagram of the kind that the graph has.
    """
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("%%")]
    if not lines or not re.match(r"stateDiagram-v2|flowchart", lines[0]):
        raise UnreadableError("it begins neither with stateDiagram-v2 nor with flowchart")
    return _Lines(graph).read(lines)


class _Lines:
    """What the lines read so far have said."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.ids = {name: id for id, name in names(graph).items()}
        self.boxes: dict[str, Box] = {}
        self.arrows: list[Arrow] = []
        self.parents = [""]
        self.name = ""

    def read(self, lines: list[str]) -> Meaning:
        state_diagram = lines[0].startswith("state")
        for line in lines[1:]:
            if line.startswith("accTitle:"):
                self.name = _plain(line.partition(":")[2])
            elif opened := OPENED.fullmatch(line):
                self._open(opened)
            elif line in ("}", "end") and len(self.parents) > 1:
                self.parents.pop()
            elif state_diagram:
                self._state_line(line)
            else:
                self._flow_line(line)
        return Meaning(self.name, self.boxes, by_ends(self.graph, self.arrows))

    def _open(self, match: re.Match[str]) -> None:
        id = self._id(match["state"] or match["box"])
        known = self.graph.by_id.get(id)
        kind = known.kind.value if known and known.kind.is_container else Kind.REGION.value
        self.boxes[id] = Box(kind, _plain(match["label"] or match["text"] or ""), self.parents[-1])
        self.parents.append(id)

    def _id(self, name: str) -> str:
        return self.ids.get(name, name)

    # --- state diagrams ---

    def _state_line(self, line: str) -> None:
        if state := STATE.fullmatch(line):
            self.boxes[self._id(state["name"])] = Box(Kind.STATE.value, _plain(state["label"]), self.parents[-1])
        elif change := CHANGE.fullmatch(line):
            self._change(change)

    def _change(self, change: re.Match[str]) -> None:
        """A transition, a beginning with its dot, or a mark that a state is final."""
        source, target = (self._id(change[end]) for end in ("source", "target"))
        label = _plain(change["label"] or "")
        if change["source"] == "[*]":
            dot = f"{self.parents[-1] or self.graph.name}:initial"
            self.boxes[dot] = Box(Kind.INITIAL.value, "", self.parents[-1])
            self.arrows.append(Arrow("begin", label, dot, target))
        elif change["target"] == "[*]":
            known = self.boxes.get(source, Box("", "", self.parents[-1]))
            self.boxes[source] = Box(Kind.FINAL.value, known.label, known.parent)
        else:
            self.arrows.append(Arrow("transition", label, source, target))

    # --- flow charts ---

    def _flow_line(self, line: str) -> None:
        if node := NODE.fullmatch(line):
            shapes = {shape: kind for kind, shape in SHAPES.items()}
            kind = shapes.get((node["before"], node["after"]), Kind.STATE)
            self.boxes[self._id(node["name"])] = Box(kind.value, _plain(node["label"]), self.parents[-1])
        elif arrow := ARROW.fullmatch(line):
            source, target = (self._id(arrow[end]) for end in ("source", "target"))
            kind_value = self._kind(source, target, arrow["arrow"])
            self.arrows.append(Arrow(kind_value, _plain(arrow["label"] or ""), source, target))

    def _kind(self, source: str, target: str, arrow: str) -> str:
        """What an arrow stands for: told by its line, and where kinds share one, by its ends."""
        ends = [self.boxes[end].kind for end in (source, target) if end in self.boxes]
        if Kind.INITIAL.value in ends:
            return "begin"
        if arrow != "-->":
            return next(
                (
                    k.value
                    for k, a in ARROWS.items()
                    if a == arrow and (k.value != "input" or Kind.EVENTS.value in ends)
                ),
                "transition",
            )
        return "message" if Kind.MACHINE.value in ends else "transition"


def _plain(text: str) -> str:
    """A label without its entities, as one line."""
    text = text.replace("<br>", " ").replace("<br/>", " ")
    return one_line(re.sub(r"#(\d+);", lambda entity: chr(int(entity[1])), text))
