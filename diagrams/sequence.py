"""Who told what to whom, as SVG: a line of life for each, arrows from top to bottom, changes of state on the lines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from xml.etree import ElementTree as Xml

from . import text
from .palette import sequence_style_sheet
from .svg import SVG, number
from .trace import Saying, participants

SIZE = 12
"""Letters, in pixels."""
ROW = 38
"""From arrow to arrow, in pixels."""
NOTE = 22
"""The height of a change of state, in pixels."""
HEAD = 34
"""The height of the boxes at the top, in pixels."""
MARGIN = 20


def render_sequence_svg(sayings: Iterable[Saying], title: str = "what happened") -> str:
    """Return what was said as the text of an SVG file."""
    root = _Sequence(tuple(sayings), title).root()
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode") + "\n"


class _Sequence:
    """Makes the elements of one picture."""

    def __init__(self, sayings: tuple[Saying, ...], title: str) -> None:
        self.sayings = sayings
        self.title = title
        self.names = participants(sayings)
        self.middle = self._columns()
        self.bottom = HEAD + MARGIN * 2 + sum(map(_height, sayings))

    def _columns(self) -> dict[str, float]:
        """The middle of each line of life: as far apart as what is said between neighbours needs."""
        place = {name: count for count, name in enumerate(self.names)}
        boxes = [max(80, text.width(name, SIZE, bold=True) + 24) for name in self.names]
        gaps = [max(60, (a + b) / 2 + 24) for a, b in pairwise(boxes)]
        for saying in self.sayings:
            low, high = sorted((place[saying.source], place[saying.target]))
            words = text.width(f"00 {saying.text}", SIZE) + 24
            notes = max((text.width(_change(change), SIZE) + 20 for change in saying.changes), default=0)
            if low == high and low < len(gaps):
                gaps[low] = max(gaps[low], words + 40)
            elif high - low == 1:
                gaps[low] = max(gaps[low], words)
            for side in (place[saying.target] - 1, place[saying.target]):
                if 0 <= side < len(gaps):
                    gaps[side] = max(gaps[side], notes * 0.75)
        x = MARGIN + boxes[0] / 2
        found = {self.names[0]: round(x)}
        for name, gap in zip(self.names[1:], gaps, strict=True):
            x += gap
            found[name] = round(x)
        return dict(found)

    def root(self) -> Xml.Element:
        """The whole picture."""
        last = [text.width(s.text, SIZE) + 70 for s in self.sayings if s.source == s.target == self.names[-1]]
        notes = [text.width(_change(c), SIZE) / 2 + 10 for s in self.sayings for c in s.changes]
        width = number(round(max(self.middle.values()) + max([80, *last, *notes]) + MARGIN))
        height = number(self.bottom + MARGIN)
        root = Xml.Element(
            "svg",
            {
                "xmlns": SVG,
                "width": width,
                "height": height,
                "viewBox": f"0 0 {width} {height}",
                "class": "statewatt-sequence",
                "role": "img",
                "font-family": text.FONT,
                "font-size": number(SIZE),
            },
        )
        Xml.SubElement(root, "title").text = self.title
        Xml.SubElement(root, "style").text = sequence_style_sheet()
        marker = Xml.SubElement(Xml.SubElement(root, "defs"), "marker", _ARROW)
        Xml.SubElement(marker, "path", {"d": "M0 1 L10 5 L0 9 L2.5 5 z"})
        Xml.SubElement(root, "rect", {"class": "paper", "width": width, "height": height})
        for name in self.names:
            self._life(root, name)
        y: float = HEAD + MARGIN + ROW
        for count, saying in enumerate(self.sayings, 1):
            self._saying(root, count, saying, y)
            y += _height(saying)
        return root

    def _life(self, root: Xml.Element, name: str) -> None:
        x, wide = self.middle[name], max(80, text.width(name, SIZE, bold=True) + 24)
        group = Xml.SubElement(root, "g", {"class": "life"})
        line = {"d": f"M{number(x)} {number(HEAD + MARGIN)}V{number(self.bottom)}"}
        Xml.SubElement(group, "path", line)
        box = {"x": number(x - wide / 2), "y": number(MARGIN), "width": number(wide), "height": number(HEAD)}
        Xml.SubElement(group, "rect", {**box, "rx": "8"})
        _text(group, name, x, MARGIN + HEAD / 2, "middle", {"font-weight": "bold"})

    def _saying(self, root: Xml.Element, count: int, saying: Saying, y: float) -> None:
        group = Xml.SubElement(root, "g", {"class": f"saying {saying.manner.value}"})
        a, b = self.middle[saying.source], self.middle[saying.target]
        said = f"{count}  {saying.text}"
        if a == b:
            line = f"M{number(a)} {number(y - 8)}h26q6 0 6 6v8q0 6 -6 6h-26"
            _text(group, said, a + 40, y + 2, "start", {})
        else:
            line = f"M{number(a)} {number(y)}H{number(b)}"
            wide = text.width(said, SIZE)
            middle = (a + b) / 2
            box = {"x": number(middle - wide / 2), "y": number(y - 18), "width": number(wide), "height": "15"}
            Xml.SubElement(group, "rect", {"class": "paper", **box})
            _text(group, said, middle, y - 10, "middle", {})
        Xml.SubElement(group, "path", {"d": line, "marker-end": "url(#statewatt-told)"})
        for index, change in enumerate(saying.changes):
            self._change(group, change, b, y + (28 if a == b else 18) + NOTE * index)

    def _change(self, group: Xml.Element, change: tuple[str, str], x: float, y: float) -> None:
        said = _change(change)
        wide = text.width(said, SIZE) + 16
        box = {"x": number(x - wide / 2), "y": number(y - 9), "width": number(wide), "height": "18", "rx": "9"}
        place = Xml.SubElement(group, "g", {"class": "change"})
        Xml.SubElement(place, "rect", box)
        _text(place, said, x, y, "middle", {})


_ARROW = {
    "id": "statewatt-told",
    "viewBox": "0 0 10 10",
    "refX": "9",
    "refY": "5",
    "markerWidth": "9",
    "markerHeight": "9",
    "markerUnits": "userSpaceOnUse",
    "orient": "auto",
}


def _height(saying: Saying) -> float:
    return ROW + NOTE * len(saying.changes) + (10 if saying.source == saying.target else 0)


def _change(change: tuple[str, str]) -> str:
    return " → ".join(change)


def _text(group: Xml.Element, said: str, x: float, y: float, anchor: str, more: dict[str, str]) -> None:
    where = {"x": number(x), "y": number(y + SIZE * 0.35), "text-anchor": anchor}
    Xml.SubElement(group, "text", {**where, **more}).text = said
