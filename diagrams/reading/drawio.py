"""draw.io: ``.drawio`` files, plain or compressed, and ``.drawio.svg`` files, which carry one in an attribute.

Only what has the attribute ``statewatt`` counts. The editor reorders cells, wraps labels in HTML, may compress pages
and puts cells into groups of its own: none of that changes what is read.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import urllib.parse
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from ..graph import EdgeKind, Kind
from ..meaning import Arrow, Box, Meaning, one_line
from .errors import UnreadableError
from .svg import SVG, parsed

BOXES = {kind.value for kind in Kind}
ARROWS = {kind.value for kind in EdgeKind}
LARGEST = 64 * 1024 * 1024
"""Bytes of a page that is still unpacked."""


def read_drawio(text: str) -> tuple[Meaning, ...]:
    """The meaning of each page that is one of ours, in order.

    Raises:
        UnreadableError: it is no draw.io file, or no page of it is one of ours.
    """
    pages = [_page(cells) for cells in map(_cells, models(text)) if "0" in cells and _name(cells)]
    if not pages:
        raise UnreadableError("it has no page that statewatt has drawn")
    return tuple(pages)


# --- the file --------------------------------------------------------------------------------------------------------


def models(text: str) -> list[ElementTree.Element]:
    """The ``mxGraphModel`` of each page.

    Raises:
        UnreadableError: it is no draw.io file.
    """
    return [model for _, model in named_models(text)]


def named_models(text: str) -> list[tuple[str, ElementTree.Element]]:
    """The name and the ``mxGraphModel`` of each page.

    Raises:
        UnreadableError: it is no draw.io file.
    """
    root = parsed(text)
    if root.tag == f"{SVG}svg":
        content = root.get("content")
        if content is None:
            raise UnreadableError("it is an SVG without a draw.io file in it")
        root = parsed(content if content.lstrip().startswith("<") else urllib.parse.unquote(content))
    if root.tag == "mxGraphModel":
        return [("Page-1", root)]
    if root.tag != "mxfile":
        raise UnreadableError(f"it is no draw.io file: its root is <{root.tag}>")
    return [
        (diagram.get("name") or f"Page-{count}", _model(diagram))
        for count, diagram in enumerate(root.findall("diagram"), 1)
    ]


def _model(diagram: ElementTree.Element) -> ElementTree.Element:
    inside = diagram.find("mxGraphModel")
    return inside if inside is not None else parsed(_unpacked(diagram.text or "", diagram.get("name", "")))


def _unpacked(text: str, page: str) -> str:
    """A compressed page: URL-encoded, deflated without a header, in base64."""
    try:
        packed = base64.b64decode(text.strip(), validate=True)
        unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
        plain = unpacking.decompress(packed, LARGEST)
        if unpacking.unconsumed_tail:
            raise UnreadableError(f"page {page!r} is too large")
        return urllib.parse.unquote(plain.decode("utf-8"), errors="strict")
    except (binascii.Error, zlib.error, ValueError):
        raise UnreadableError(f"page {page!r} can be neither read nor unpacked") from None


# --- a page ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with what its ``<object>`` says of it; ``kind`` is that of a node or edge of ours, or the name of the page
    (in the root cell), or empty."""

    id: str
    kind: str
    label: str
    parent: str
    source: str
    target: str
    style: str


def _cells(model: ElementTree.Element) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for element in model.iterfind("root/*"):
        cell = element if element.tag == "mxCell" else element.find("mxCell")
        id = element.get("id")
        if cell is not None and id is not None:
            style = cell.get("style", "")
            label = plain(element.get("label") or cell.get("value") or "", style)
            parent, source, target = (cell.get(end, "") for end in ("parent", "source", "target"))
            found[id] = Cell(id, element.get("statewatt", ""), label, parent, source, target, style)
    return found


def _name(cells: dict[str, Cell]) -> str:
    return cells["0"].kind


def _page(cells: dict[str, Cell]) -> Meaning:
    found = Meaning(_name(cells))
    for cell in cells.values():
        if cell.kind in BOXES and cell.id != "0":
            found.boxes[cell.id] = Box(cell.kind, cell.label, _container(cell, cells))
        elif cell.kind in ARROWS:
            labels = [c.label for c in cells.values() if c.parent == cell.id and "edgeLabel" in c.style]
            label = one_line(" ".join([cell.label, *labels]))
            ends = (end if end in cells else "" for end in (cell.source, cell.target))
            found.arrows[cell.id] = Arrow(cell.kind, label, *ends)
    return found


def _container(cell: Cell, cells: dict[str, Cell]) -> str:
    """The innermost node of ours around a cell; groups that a person has made do not count."""
    return next((outer.id for outer in _around(cell, cells) if outer.kind in BOXES and outer.id != "0"), "")


def _around(cell: Cell, cells: dict[str, Cell]) -> Iterator[Cell]:
    seen = {cell.id}
    while (parent := cells.get(cell.parent)) and parent.id not in seen:
        seen.add(parent.id)
        yield parent
        cell = parent


def plain(label: str, style: str) -> str:
    """A label as one line; of HTML only the text."""
    if "html=1" in style:
        label = html.unescape(re.sub(r"<[^>]*>", " ", label))
    return one_line(label)
