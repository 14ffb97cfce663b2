"""draw.io files: text to pages and back."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from ..reading.drawio import named_models
from .cells import Page


def read_pages(text: str) -> list[Page]:
    """Return the pages of a ``.drawio`` or ``.drawio.svg`` file, plain or compressed.

    Raises:
        UnreadableError: it is no draw.io file.
    """
    return [Page(name, model) for name, model in named_models(text)]


def write_pages(pages: Iterable[Page]) -> str:
    """Return the text of a ``.drawio`` file: plain XML, so that a version control system shows what has changed."""
    root = Xml.Element("mxfile", {"host": "statewatt"})
    for page in pages:
        # The ids of pages are their names, so that links between pages survive.
        diagram = Xml.SubElement(root, "diagram", {"id": page.name, "name": page.name})
        diagram.append(page.model)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode") + "\n"
