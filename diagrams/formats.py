"""The formats of picture files: how each is named, written and read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .dot import render_dot
from .drawio import drawing_in, render_drawio, render_drawio_svg
from .graph import Graph
from .markdown import render_markdown
from .meaning import Meaning
from .mermaid import render_mermaid
from .reading.dot import read_dot
from .reading.drawio import read_drawio
from .reading.errors import UnreadableError
from .reading.markdown import read_markdown
from .reading.mermaid import read_mermaid
from .reading.svg import read_svg
from .svg import render_svg

MADE = "Made by statewatt draw"
"""The comment by which a text file says that it may be written again."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was drawn before: the text of the file itself, and that of the system's ``.drawio`` file, which says how a
    person wants it laid out. With ``relayout`` neither counts for places."""

    file: str | None = None
    drawio: str | None = None
    relayout: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """A format. ``render`` gives the text of a file with some graphs; ``read`` gives what a text says, picture by
    picture, or raises ``UnreadableError``. ``together``: all graphs of a system stand in one file, otherwise each in
    its own."""

    name: str
    ending: str
    render: Callable[[Sequence[Graph], Past], str]
    read: Callable[[str, Sequence[Graph]], Sequence[Meaning]]
    together: bool = False


def _text(
    name: str, ending: str, comment: str, render: Callable[[Graph], str], read: Callable[[str, Graph], Meaning]
) -> Format:
    """A text of one graph, with a comment in its first line that says whose it is."""
    first = comment.format(MADE) + "\n"

    def write(graphs: Sequence[Graph], past: Past) -> str:
        return first + render(graphs[0])

    def say(text: str, graphs: Sequence[Graph]) -> Sequence[Meaning]:
        if not text.startswith(first):
            raise UnreadableError(f"it does not begin with the comment {first.strip()!r}")
        return (read(text.removeprefix(first), graphs[0]),)

    return Format(name, ending, write, say)


def _write_drawio(graphs: Sequence[Graph], past: Past) -> str:
    return render_drawio(graphs, past.drawio, relayout=past.relayout)


def _write_drawio_svg(graphs: Sequence[Graph], past: Past) -> str:
    (graph,) = graphs
    known = past.drawio and drawing_in(graph, past.drawio)
    return render_drawio_svg(graph, past.drawio if known else past.file, relayout=past.relayout and not known)


def _write_svg(graphs: Sequence[Graph], past: Past) -> str:
    (graph,) = graphs
    return render_svg(graph, drawing_in(graph, past.drawio) if past.drawio else None)


DRAWIO = Format("drawio", ".drawio", _write_drawio, lambda text, graphs: read_drawio(text), together=True)

# The .drawio file comes first: the pictures after it are laid out as it is.
FORMATS: dict[str, Format] = {
    made.name: made
    for made in (
        DRAWIO,
        Format("drawio.svg", ".drawio.svg", _write_drawio_svg, lambda text, graphs: read_drawio(text)),
        Format("svg", ".svg", _write_svg, lambda text, graphs: (read_svg(text),)),
        _text("dot", ".dot", "// {}", render_dot, lambda text, graph: read_dot(text)),
        _text("mermaid", ".mmd", "%% {}", render_mermaid, read_mermaid),
        _text("md", ".md", "<!-- {} -->", render_markdown, read_markdown),
    )
}
