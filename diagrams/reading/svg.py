"""SVG as ``svg.render_svg`` writes it: groups with the ids of nodes and edges, and the text that is drawn in them."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from ..meaning import Arrow, Box, Meaning, one_line
from .errors import UnreadableError

SVG = "{http://www.w3.org/2000/svg}"
ASIDE = {"badge"}
"""Groups in a node or edge whose text is no part of its label."""


def read_svg(text: str) -> Meaning:
    """The meaning of an SVG file.

    Raises:
        UnreadableError: it is no SVG, or none of ours.
    """
    root = parsed(text)
    name = root.get("data-statewatt")
    if root.tag != f"{SVG}svg" or name is None:
        raise UnreadableError("it is no SVG that statewatt has drawn")
    found = Meaning(name)
    for group in root.iter(f"{SVG}g"):
        classes = group.get("class", "").split()
        id = group.get("id", "")
        if classes[:1] == ["node"]:
            found.boxes[id] = Box(_kind(classes), _label(group), group.get("data-parent", ""))
        elif classes[:1] == ["edge"]:
            ends = (group.get(f"data-{end}", "") for end in ("source", "target"))
            found.arrows[id] = Arrow(_kind(classes), _label(group), *ends)
    return found


def parsed(text: str) -> ElementTree.Element:
    """The root element of an XML text.

    Raises:
        UnreadableError: it is no XML.
    """
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise UnreadableError(f"it is no XML: {error}") from None


def _kind(classes: list[str]) -> str:
    return classes[1] if len(classes) > 1 else ""


def _label(group: ElementTree.Element) -> str:
    return one_line(" ".join(_texts(group)))


def _texts(element: ElementTree.Element) -> Iterator[str]:
    """The drawn texts in a group, but not those of other nodes and edges in it."""
    for child in element:
        classes = set(child.get("class", "").split())
        if child.tag == f"{SVG}text":
            yield " ".join(child.itertext())
        elif child.get("id") is None and not classes & ASIDE:
            yield from _texts(child)
