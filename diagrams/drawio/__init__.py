"""draw.io: pictures that open and stay editable there, and keep what a person made of them."""

from __future__ import annotations

from collections.abc import Iterable

from ..graph import Graph
from ..svg import Drawing, render_svg
from .adopt import Adoption, adopt
from .cells import Page
from .drawing import drawing_of
from .files import read_pages, write_pages
from .sync import empty_page, synchronize

__all__ = ["Adoption", "adopt", "drawing_in", "render_drawio", "render_drawio_svg"]


def render_drawio(graphs: Iterable[Graph], previous: str | None = None, *, relayout: bool = False) -> str:
    """Return the text of a ``.drawio`` file with a page for each graph.

    ``previous`` is the text of the file so far: places, looks and a person's own cells and pages are taken over from
    it. With ``relayout`` everything but what is a person's own is laid out afresh.

    Raises:
        UnreadableError: the previous text is no draw.io file.
        LayoutError: something is new, and no layout can be made.
    """
    pages = read_pages(previous) if previous is not None else []
    drawn = _by_graph(pages)
    ours = [_synchronized(graph, drawn.get(graph.name), relayout) for graph in graphs]
    return write_pages([*ours, *(page for page in pages if not page.graph)])


def render_drawio_svg(graph: Graph, previous: str | None = None, *, relayout: bool = False) -> str:
    """Return one graph as the text of a ``.drawio.svg`` file, which a browser shows and draw.io edits.

    ``previous`` is the text of that file, or of a ``.drawio`` file with a page for the graph. Raises as
    ``render_drawio`` does.
    """
    page = _synchronized(graph, _page(graph, previous), relayout)
    drawing = drawing_of(graph, page)
    return render_svg(graph, drawing, content=write_pages([page]))


def drawing_in(graph: Graph, text: str) -> Drawing | None:
    """How a draw.io file draws a graph, for other pictures to look the same; ``None`` where it does not.

    Raises ``UnreadableError`` for a text that is no draw.io file. What the file does not know yet is laid out as in
    ``render_drawio``.
    """
    page = _page(graph, text)
    return drawing_of(graph, _synchronized(graph, page, False)) if page else None


def _page(graph: Graph, text: str | None) -> Page | None:
    return _by_graph(read_pages(text)).get(graph.name) if text is not None else None


def _by_graph(pages: Iterable[Page]) -> dict[str, Page]:
    return {page.graph: page for page in pages if page.graph}


def _synchronized(graph: Graph, page: Page | None, relayout: bool) -> Page:
    page = page or empty_page(graph.name)
    synchronize(graph, page, relayout=relayout)
    return page
