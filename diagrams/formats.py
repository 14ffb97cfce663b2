"""The formats of picture files: how each is named, written and read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .dot import render_dot
from .graph import Graph
from .markdown import render_markdown
from .meaning import Meaning
from .mermaid import render_mermaid
from .reading.dot import read_dot
from .reading.errors import UnreadableError
from .reading.markdown import read_markdown
from .reading.mermaid import read_mermaid
from .reading.svg import read_svg
from .svg import render_svg

MADE = "Made by statewatt draw"
"""The comment by which a text file says that it may be written again."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format. ``render`` gets the graphs of a file and the text that the file has now, or ``None``, and gives the new
    text; ``read`` gives what a text says, picture by picture, or raises ``UnreadableError``. ``together``: all graphs
    of a system stand in one file, otherwise each in its own."""

    name: str
    ending: str
    render: Callable[[Sequence[Graph], str | None], str]
    read: Callable[[str, Sequence[Graph]], Sequence[Meaning]]
    together: bool = False


def _single(
    name: str,
    ending: str,
    render: Callable[[Graph], str],
    read: Callable[[str, Graph], Meaning],
    comment: str = "",
) -> Format:
    """A format with one graph in a file, and a comment in its first line where it has no other mark of ours."""
    first = f"{comment.format(MADE)}\n" if comment else ""

    def write(graphs: Sequence[Graph], previous: str | None) -> str:
        return first + render(graphs[0])

    def say(text: str, graphs: Sequence[Graph]) -> Sequence[Meaning]:
        if not text.startswith(first):
            raise UnreadableError(f"it does not begin with the comment {first.strip()!r}")
        return (read(text.removeprefix(first), graphs[0]),)

    return Format(name, ending, write, say)


FORMATS: dict[str, Format] = {
    made.name: made
    for made in (
        _single("svg", ".svg", render_svg, lambda text, graph: read_svg(text)),
        _single("dot", ".dot", render_dot, lambda text, graph: read_dot(text), "// {}"),
        _single("mermaid", ".mmd", render_mermaid, read_mermaid, "%% {}"),
        _single("md", ".md", render_markdown, read_markdown, "<!-- {} -->"),
    )
}
