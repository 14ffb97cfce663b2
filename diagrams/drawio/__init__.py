"""draw.io: pictures that open and stay editable there, and keep what a person made of them."""

from __future__ import annotations

from collections.abc import Iterable

from ..graph import Graph
from .files import read_pages, write_pages
from .sync import empty_page, synchronize

__all__ = ["render_drawio"]


def render_drawio(graphs: Iterable[Graph], previous: str | None = None, *, relayout: bool = False) -> str:
    """Return the text of a ``.drawio`` file with a page for each graph.

    ``previous`` is the text of the file so far: places, looks and a person's own cells and pages are taken over from
    it. With ``relayout`` everything but what is a person's own is laid out afresh.

    Raises:
        UnreadableError: the previous text is no draw.io file.
        LayoutError: something is new, and no layout can be made.
    """
    pages = read_pages(previous) if previous is not None else []
    drawn = {page.graph: page for page in pages if page.graph}
    order = [page for page in pages if not page.graph]
    result = []
    for graph in graphs:
        page = drawn.get(graph.name) or empty_page(graph.name)
        synchronize(graph, page, relayout=relayout)
        result.append(page)
    return write_pages([*result, *order])
