"""Pictures inside Markdown documents, in blocks that stay in step with the model.

A block begins with ``<!-- statewatt: draw NAME FORMAT -->`` and ends with ``<!-- statewatt: end -->``, each a line of
its own; NAME is a machine's or the system's, FORMAT is ``mermaid``, ``dot`` or ``md`` (tables). What stands between
them is written by statewatt. Blocks inside code fences are examples and stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..engine import InputError
from .dot import render_dot
from .files import Finding, compared, read_text
from .graph import Graph
from .markdown import escaped, render_tables
from .meaning import Meaning
from .mermaid import render_mermaid
from .reading.dot import read_dot
from .reading.errors import UnreadableError
from .reading.markdown import read_markdown
from .reading.mermaid import read_mermaid

BEGIN = re.compile(r"<!--\s*statewatt:\s*draw\s+(\S+)\s+(\S+)\s*-->")
END = re.compile(r"<!--\s*statewatt:\s*end\s*-->")
OURS = re.compile(r"<!--\s*statewatt:")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class _Form:
    render: Callable[[Graph], str]
    read: Callable[[str, Graph], Meaning]


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


def _unfenced(text: str) -> str:
    lines = text.strip().splitlines()
    return "\n".join(lines[1:-1])


FORMS = {
    "mermaid": _Form(
        lambda graph: _fenced("mermaid", render_mermaid(graph)),
        lambda text, graph: read_mermaid(_unfenced(text), graph),
    ),
    "dot": _Form(
        lambda graph: _fenced("dot", render_dot(graph)),
        lambda text, graph: read_dot(_unfenced(text)),
    ),
    "md": _Form(
        lambda graph: re.sub(r"^#+ (.*)$", r"**\1**", render_tables(graph), flags=re.MULTILINE),
        lambda text, graph: read_markdown(f"# {escaped(graph.name)}\n\n{text}", graph),
    ),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A block: the number of its first line (from 1), the lines between its ends, and what it is to show."""

    line: int
    first: int
    last: int
    graph: Graph
    form: str


def filled(path: Path, graphs: Sequence[Graph]) -> str:
    """The text of a document with every block as the model says.

    Raises:
        InputError: the document cannot be read, or a block is none.
    """
    lines = _lines(path)
    for block in reversed(list(_blocks(path, lines, graphs))):
        lines[block.first : block.last] = [FORMS[block.form].render(block.graph)]
    return "".join(lines)


def check_document(path: Path, graphs: Sequence[Graph]) -> Iterator[Finding]:
    """Where the blocks of a document do not say what the model says.

    Raises:
        InputError: the document cannot be read, or a block is none.
    """
    lines = _lines(path)
    for block in _blocks(path, lines, graphs):
        text = "".join(lines[block.first : block.last])
        place = f"line {block.line}"
        if not text.strip():
            yield Finding(path, place, "the block is empty")
            continue
        try:
            found = FORMS[block.form].read(text, block.graph)
        except UnreadableError as error:
            yield Finding(path, place, f"the block cannot be read: {error}")
            continue
        for _, difference in compared([block.graph], [found]):
            yield Finding(path, place, difference)


def _lines(path: Path) -> list[str]:
    text = read_text(path)
    if text is None:
        raise InputError(f"{path} cannot be read: there is no such file")
    return text.splitlines(keepends=True)


def _blocks(path: Path, lines: list[str], graphs: Sequence[Graph]) -> Iterator[Block]:
    """The blocks of a document, in order."""
    fence, opened, found = "", 0, False
    for number, line in enumerate(lines):
        mark = FENCE.match(line)
        if opened:
            if END.fullmatch(line.strip()):
                yield _block(path, lines, opened, number, graphs)
                opened, found = 0, True
            elif OURS.match(line.strip()):
                raise InputError(f"{path}:{opened}: the block has no <!-- statewatt: end -->")
        elif fence:
            fence = "" if mark and mark[1].startswith(fence) and not line.strip(" `~\n") else fence
        elif mark:
            fence = mark[1]
        elif BEGIN.fullmatch(line.strip()):
            opened = number + 1
        elif OURS.match(line.strip()):
            raise InputError(f"{path}:{number + 1}: a block begins with <!-- statewatt: draw NAME FORMAT -->")
    if opened:
        raise InputError(f"{path}:{opened}: the block has no <!-- statewatt: end -->")
    if not found:
        raise InputError(f"{path} has no block <!-- statewatt: draw NAME FORMAT --> … <!-- statewatt: end -->")


def _block(path: Path, lines: list[str], begin: int, end: int, graphs: Sequence[Graph]) -> Block:
    match = BEGIN.fullmatch(lines[begin - 1].strip())
    assert match is not None
    name, form = match.groups()
    graph = next((graph for graph in graphs if graph.name == name), None)
    if graph is None:
        known = ", ".join(graph.name for graph in graphs)
        raise InputError(f"{path}:{begin}: there is no {name} to draw; there are {known}")
    if form not in FORMS:
        raise InputError(f"{path}:{begin}: a block cannot hold {form!r}; it can hold {', '.join(FORMS)}")
    return Block(begin, begin, end, graph, form)
