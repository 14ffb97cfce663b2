"""Markdown tables as ``markdown.render_markdown`` writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..graph import Edge, EdgeKind, Graph, Kind, Label
from ..markdown import (
    AND,
    BY_ITSELF,
    COMES_IN,
    DOES,
    EVENT,
    FROM,
    GOES_OUT,
    IF,
    KIND,
    MACHINE,
    NAME,
    NUMBER,
    OTHER,
    REFERS,
    SENDS,
    START,
    STATE,
    TO,
)
from ..meaning import Arrow, Box, Meaning, one_line
from .ends import by_ends
from .errors import UnreadableError

Row = dict[str, str]


def read_markdown(text: str, graph: Graph) -> Meaning:
    """The meaning of a page; ``graph`` lends the ids of edges.

    Raises:
        UnreadableError: there is no table of states or machines in it.
    """
    tables = list(_tables(text))
    heading = next((line[2:] for line in text.splitlines() if line.startswith("# ")), "")
    page = _Page(_plain(heading), graph)
    for heads, rows in tables:
        if {STATE, NAME, KIND} <= set(heads):
            page.states(rows)
        elif {FROM, TO} <= set(heads):
            page.transitions(rows)
        elif {MACHINE, OTHER} <= set(heads):
            page.between(rows)
        elif heads[0] == MACHINE:
            page.machines(rows)
        elif heads[0] == EVENT:
            page.events(rows)
    if not page.boxes:
        raise UnreadableError("it has no table of states or machines")
    return Meaning(page.name, page.boxes, by_ends(graph, page.arrows), page.silences)


def _tables(text: str) -> Iterator[tuple[list[str], list[Row]]]:
    for block in re.findall(r"(?:^\|.*\|[ \t]*(?:\n|\Z))+", text, re.MULTILINE):
        lines = [_cells(line) for line in block.strip().split("\n")]
        yield lines[0], [dict(zip(lines[0], line, strict=False)) for line in lines[2:]]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


class _Page:
    """What the tables read so far have said."""

    def __init__(self, name: str, graph: Graph) -> None:
        self.name = name
        self.graph = graph
        self.boxes: dict[str, Box] = {}
        self.arrows: list[Arrow] = []
        self.titled: dict[str, str] = {}
        self.silences: dict[tuple[str, str], str] = {}

    def states(self, rows: list[Row]) -> None:
        for row in rows:
            path = row[NAME].strip("`")
            parent = f"{self.name}.{path.rpartition('.')[0]}" if "." in path else ""
            id = f"{self.name}.{path}"
            self.boxes[id] = Box(row[KIND], _plain(row[STATE]), parent)
            self.titled |= {row[STATE]: id, row[NAME]: id}

    def transitions(self, rows: list[Row]) -> None:
        """The rows with the same ends are one edge, as in the graph."""
        edges: dict[tuple[str, str], list[Label]] = {}
        for row in rows:
            target = self._title(row[TO])
            if row[FROM] == START:
                self._begin(target)
                continue
            guards = tuple(map(_plain, row[IF].split(AND))) if row.get(IF) else ()
            effects = (_plain(row[DOES]),) if row.get(DOES) else ()
            order = int(row[NUMBER]) if row.get(NUMBER, "").isdigit() else 0
            label = Label("", _plain(row.get(EVENT, "")), guards, effects, order)
            edges.setdefault((self._title(row[FROM]), target), []).append(label)
        for (source, target), labels in edges.items():
            edge = Edge("", EdgeKind.TRANSITION, source, target, tuple(labels))
            self.arrows.append(Arrow("transition", one_line(edge.text), source, target))

    def _begin(self, target: str) -> None:
        parent = self.boxes[target].parent if target in self.boxes else ""
        dot = f"{parent or self.name}:initial"
        self.boxes[dot] = Box(Kind.INITIAL.value, "", parent)
        self.arrows.append(Arrow("begin", "", dot, target))

    def events(self, rows: list[Row]) -> None:
        """What is ignored or refused; the rest of these tables follows from the transitions."""
        for row in rows:
            event = _plain(re.sub(rf" \((?:{'|'.join(one.value for one in BY_ITSELF)})\)$", "", row[EVENT]))
            for title, cell in row.items():
                words = [word for word in cell.split("<br>") if word in ("ignored", "refused")]
                if words:
                    self.silences[self._title(title), event] = ", ".join(words)

    def _title(self, cell: str) -> str:
        return self.titled.get(cell, _plain(cell))

    # --- the overview ---

    def machines(self, rows: list[Row]) -> None:
        system = self.name
        self.boxes[system] = Box(Kind.SYSTEM.value, system, "")
        for row in rows:
            id = f"{system}.{_plain(row[MACHINE])}"
            self.boxes[id] = Box(Kind.MACHINE.value, _plain(row[MACHINE]), system)
            if row.get(COMES_IN):
                self.boxes[f"{id}:events"] = Box(Kind.EVENTS.value, _plain(row[COMES_IN]))
                self.arrows.append(Arrow("input", "", f"{id}:events", id))
            if row.get(GOES_OUT):
                self.boxes[f"{id}:commands"] = Box(Kind.COMMANDS.value, _plain(row[GOES_OUT]))
                self.arrows.append(Arrow("output", "", id, f"{id}:commands"))

    def between(self, rows: list[Row]) -> None:
        for row in rows:
            source, target = (f"{self.name}.{_plain(row[end])}" for end in (MACHINE, OTHER))
            for column, kind in ((REFERS, "reference"), (SENDS, "message")):
                if row.get(column):
                    self.arrows.append(Arrow(kind, _plain(row[column]), source, target))


def _plain(cell: str) -> str:
    """A cell's text without escapes, as one line."""
    return one_line(re.sub(r"\\([^A-Za-z0-9\s])", r"\1", cell.replace("<br>", " ")))
