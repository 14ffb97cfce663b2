"""Who told what to whom, as SVG: a line of life for each, arrows from top to bottom, changes of state on the lines.

A thing's line begins with its name, where it first takes part, and ends where it last does; then another thing of the
same machine may stand in its column. So a long run stays narrow. Names are repeated where they would be out of sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree as Xml

from . import text
from .palette import sequence_style_sheet
from .svg import number, svg_root
from .trace import OUTSIDE, Saying, Scene

SIZE = 12
"""Letters, in pixels."""
ROW = 36
"""From arrow to arrow, in pixels."""
NOTE = 22
"""The height of a change of state, in pixels."""
HEAD = 28
"""The height of a box with a name, in pixels."""
LEADING = 16
"""From line to line of a caption, in pixels."""
MARGIN = 20
SIGHT = 800
"""Names are repeated after so many pixels."""
LEAST = 560
"""No picture is narrower, so that captions have room; in pixels."""


def render_sequence_svg(scenes: Iterable[Scene], title: str = "what happened") -> str:
    """Return what was said as the text of an SVG file."""
    root = _Sequence(tuple(scenes), title).root()
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode") + "\n"


# --- lines of life ---------------------------------------------------------------------------------------------------


@dataclass
class _Life:
    """Who takes part, from which scene to which, and in which column, counted from the left."""

    name: str
    first: int
    last: int
    column: int = 0
    head: float | None = None
    """The lower side of the last box with its name."""
    top: float = 0
    bottom: float = 0

    def is_there(self, scene: int) -> bool:
        """It takes part in the scene, or does again later."""
        return self.first <= scene <= self.last


def _lives(scenes: tuple[Scene, ...]) -> dict[str, _Life]:
    """Everybody, in order of appearance; what is outside is there all the time."""
    found = {OUTSIDE: _Life(OUTSIDE, 0, max(0, len(scenes) - 1))}
    for count, scene in enumerate(scenes):
        for name in (name for saying in scene.sayings for name in (saying.source, saying.target)):
            life = found.setdefault(name, _Life(name, count, count))
            life.last = max(life.last, count)
    _give_columns(found.values())
    return found


def _give_columns(lives: Iterable[_Life]) -> None:
    """Things of one machine stand side by side, one after the other in one column where they can."""
    kinds: dict[str, list[list[_Life]]] = {}
    for life in lives:
        columns = kinds.setdefault(life.name.rpartition(" ")[0] or life.name, [])
        free = (column for column in columns if column[-1].last < life.first)
        column = next(free, None)
        if column is None:
            columns.append([life])
        else:
            column.append(life)
    for count, column in enumerate(column for columns in kinds.values() for column in columns):
        for life in column:
            life.column = count


# --- the picture -----------------------------------------------------------------------------------------------------


class _Sequence:
    """Makes the elements of one picture, from top to bottom."""

    def __init__(self, scenes: tuple[Scene, ...], title: str) -> None:
        self.scenes = scenes
        self.title = title
        self.lives = _lives(scenes)
        self.middles = self._middles()
        self.width = max(LEAST, round(self.middles[-1] + self._beyond() + MARGIN))
        self.count = 0
        self.y: float = MARGIN

    def _sayings(self) -> Iterator[tuple[Saying, int, int]]:
        """All that is said, from column to column."""
        for scene in self.scenes:
            for saying in scene.sayings:
                yield saying, self.lives[saying.source].column, self.lives[saying.target].column

    def _middles(self) -> list[float]:
        """The middle of each column: as far apart as what is said between neighbours needs."""
        wide = [0.0] * (1 + max(life.column for life in self.lives.values()))
        for life in self.lives.values():
            wide[life.column] = max(wide[life.column], _head_width(life))
        gaps = [max(60, (a + b) / 2 + 24) for a, b in pairwise(wide)]
        for saying, source, target in self._sayings():
            low, high = sorted((source, target))
            words = text.width(saying.text, SIZE) + 52
            notes = max((text.width(_change(change), SIZE) + 24 for change in saying.changes), default=0)
            if low == high and low < len(gaps):
                gaps[low] = max(gaps[low], words + 40)
            elif high - low == 1:
                gaps[low] = max(gaps[low], words)
            for side in (target - 1, target):
                if 0 <= side < len(gaps):
                    gaps[side] = max(gaps[side], notes * 0.6)
        x = MARGIN + max(wide[0], *_notes_of(0, self._sayings()), 0) / 2
        found = [float(round(x))]
        for gap in gaps:
            x += gap
            found.append(float(round(x)))
        return found

    def _beyond(self) -> float:
        """What stands to the right of the last line of life."""
        last = len(self.middles) - 1
        loops = [text.width(s.text, SIZE) + 80 for s, a, b in self._sayings() if a == b == last]
        heads = [_head_width(life) / 2 for life in self.lives.values() if life.column == last]
        return max([40, *loops, *heads, *(note / 2 for note in _notes_of(last, self._sayings()))])

    def root(self) -> Xml.Element:
        """The whole picture."""
        body = Xml.Element("g")
        lines = Xml.SubElement(body, "g", {"class": "life"})
        for count, scene in enumerate(self.scenes):
            self._scene(body, count, scene)
        for life in self.lives.values():
            if life.head is not None:
                x = number(self.middles[life.column])
                Xml.SubElement(lines, "path", {"d": f"M{x} {number(life.top)}V{number(life.bottom)}"})
        root = self._frame(number(self.width), number(self.y + MARGIN))
        root.extend(body)
        return root

    def _frame(self, width: str, height: str) -> Xml.Element:
        root = svg_root(width, height, "statewatt-sequence", {"data-run": self.title})
        root.set("font-size", number(SIZE))
        Xml.SubElement(root, "title").text = self.title
        Xml.SubElement(root, "style").text = sequence_style_sheet()
        marker = Xml.SubElement(Xml.SubElement(root, "defs"), "marker", _ARROW)
        Xml.SubElement(marker, "path", {"d": "M0 1 L10 5 L0 9 L2.5 5 z"})
        Xml.SubElement(root, "rect", {"class": "paper", "width": width, "height": height})
        return root

    # --- scenes ---

    def _scene(self, body: Xml.Element, count: int, scene: Scene) -> None:
        if scene.caption:
            self._told(body, "caption", scene.caption)
        self._heads(body, count)
        for saying in scene.sayings:
            self._saying(body, saying)
        for finding in scene.findings:
            self._told(body, "finding", finding)

    def _told(self, body: Xml.Element, kind: str, said: str) -> None:
        """A line across the picture, or as many as it needs."""
        group = Xml.SubElement(body, "g", {"class": kind})
        lines = _lines(said, self.width - 2 * MARGIN - 16)
        height = LEADING * len(lines) + 8
        room = {"x": number(MARGIN), "y": number(self.y), "width": number(self.width - 2 * MARGIN)}
        Xml.SubElement(group, "rect", {**room, "height": number(height), "rx": "4"})
        for line in lines:
            _text(group, line, MARGIN + 8, self.y + 4 + LEADING / 2, "start", {})
            self.y += LEADING
        self.y += 8 + 10

    def _heads(self, body: Xml.Element, scene: int) -> None:
        """The names of those who take part from here on, and of those whose names are out of sight."""
        there = [life for life in self.lives.values() if life.is_there(scene)]
        shown = [life for life in there if life.head is None or self.y - life.head > SIGHT]
        for life in shown:
            x, wide = self.middles[life.column], _head_width(life)
            group = Xml.SubElement(body, "g", {"class": "head"})
            box = {"x": number(x - wide / 2), "y": number(self.y), "width": number(wide), "height": number(HEAD)}
            Xml.SubElement(group, "rect", {**box, "rx": "8"})
            _text(group, life.name, x, self.y + HEAD / 2, "middle", {"font-weight": "bold"})
            if life.head is None:
                life.top = self.y + HEAD
            life.head = life.bottom = self.y + HEAD
        if shown:
            self.y += HEAD + 4

    def _saying(self, body: Xml.Element, saying: Saying) -> None:
        self.count += 1
        group = Xml.SubElement(body, "g", {"class": f"saying {saying.manner.value}"})
        source, target = self.lives[saying.source], self.lives[saying.target]
        a, b = self.middles[source.column], self.middles[target.column]
        y = self.y + 24
        if a == b:
            line = f"M{number(a)} {number(y - 8)}h26q6 0 6 6v8q0 6 -6 6h-26"
            _on_paper(group, saying.text, a + 40, y + 2, "start")
        else:
            line = f"M{number(a)} {number(y)}H{number(b)}"
            _on_paper(group, saying.text, (a + b) / 2, y - 10, "middle")
        Xml.SubElement(group, "path", {"d": line, "marker-end": "url(#statewatt-told)"})
        self._number(group, a, y - 8 if a == b else y)
        y += 10 if a == b else 0
        for index, change in enumerate(saying.changes):
            self._change(group, change, b, y + 18 + NOTE * index)
        source.bottom = target.bottom = y + 8 + NOTE * len(saying.changes)
        self.y = y + ROW - 24 + NOTE * len(saying.changes)

    def _number(self, group: Xml.Element, x: float, y: float) -> None:
        """The number of what is said, in a circle where the arrow begins."""
        place = Xml.SubElement(group, "g", {"class": "number"})
        Xml.SubElement(place, "circle", {"cx": number(x), "cy": number(y), "r": "9"})
        _text(place, str(self.count), x, y, "middle", {"font-size": "10"})

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


def _head_width(life: _Life) -> float:
    return max(80, text.width(life.name, SIZE, bold=True) + 24)


def _notes_of(column: int, sayings: Iterable[tuple[Saying, int, int]]) -> list[float]:
    """The widths of the changes of state in a column."""
    return [text.width(_change(c), SIZE) + 20 for s, _, at in sayings if at == column for c in s.changes]


def _change(change: tuple[str, str]) -> str:
    return " → ".join(change)


def _lines(said: str, room: float) -> list[str]:
    """A text in lines; what has no blank to break at breaks anywhere."""
    found: list[str] = []
    for line in text.wrap(said, room, SIZE):
        while text.width(line, SIZE) > room:
            fits = next(n for n in range(len(line) - 1, 0, -1) if text.width(line[:n], SIZE) <= room)
            found.append(line[:fits])
            line = line[fits:]
        found.append(line)
    return found


def _on_paper(group: Xml.Element, said: str, x: float, y: float, anchor: str) -> None:
    """A text that lines of life do not run through."""
    wide = text.width(said, SIZE)
    left = x - (wide / 2 if anchor == "middle" else 2)
    box = {"x": number(left), "y": number(y - 8), "width": number(wide), "height": "16"}
    Xml.SubElement(group, "rect", {"class": "paper", **box})
    _text(group, said, x, y, anchor, {})


def _text(group: Xml.Element, said: str, x: float, y: float, anchor: str, more: dict[str, str]) -> None:
    where = {"x": number(x), "y": number(y + SIZE * 0.35), "text-anchor": anchor}
    Xml.SubElement(group, "text", {**where, **more}).text = said
