"""Figures as one SVG picture: bars of contenders, or lines over sizes; light and dark as the reader prefers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, floor, log10
from xml.sax.saxutils import escape

from .figures import Figure, Result
from .tables import number

WIDTH, LEFT, RIGHT = 560, 220, 90
BAR, LINES = 26, 190
HEAD, FOOT, GAP = 34, 30, 22

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2933 }
.title { font-weight: 600 } .faint { fill: #6b7785 } .grid { stroke: #d5dbe1 } .back { fill: #ffffff }
.c0 { fill: #0b7285; stroke: #0b7285 } .c1 { fill: #c2410c; stroke: #c2410c } .c2 { fill: #6d28d9; stroke: #6d28d9 }
.c3 { fill: #4d7c0f; stroke: #4d7c0f } .c4 { fill: #be185d; stroke: #be185d } .c5 { fill: #64748b; stroke: #64748b }
.line { fill: none; stroke-width: 2 } text.label { stroke: none }
@media (prefers-color-scheme: dark) {
text { fill: #e4e9ee } .faint { fill: #93a1af } .grid { stroke: #38424d } .back { fill: #14191f }
.c0 { fill: #4fc3d9; stroke: #4fc3d9 } .c1 { fill: #fb923c; stroke: #fb923c } .c2 { fill: #b794f6; stroke: #b794f6 }
.c3 { fill: #a3d65c; stroke: #a3d65c } .c4 { fill: #f472b6; stroke: #f472b6 } .c5 { fill: #a7b4c2; stroke: #a7b4c2 }
.line { fill: none }
}
"""


def drawing(results: Mapping[str, Result]) -> str:
    """A panel for each thing that was measured, below each other."""
    parts: list[str] = []
    top = GAP
    for result in results.values():
        for what in dict.fromkeys(figure.what for figure in result.figures):
            figures = [figure for figure in result.figures if figure.what == what]
            sized = figures[0].at is not None
            height = LINES if sized else BAR * len(figures)
            title = f"{what} ({figures[0].unit})"
            parts.append(f'<g transform="translate(0 {top})"><text x="16" y="16" class="title">{escape(title)}</text>')
            parts += _lines(figures, result.size) if sized else _bars(figures)
            parts.append("</g>")
            top += HEAD + height + (FOOT if sized else 0) + GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + RIGHT} {top}" role="img">'
    back = '<rect width="100%" height="100%" class="back"/>'
    return "\n".join([head, f"<title>Benchmarks</title><style>{STYLE}</style>", back, *parts, "</svg>\n"])


class Scale:
    """From numbers to places, by powers of ten."""

    def __init__(self, values: Iterable[float], start: float, end: float, *, decades: bool = True) -> None:
        logs = [log10(value) for value in values if value > 0] or [0.0]
        self.low: float = floor(min(logs)) if decades else min(logs)
        self.high: float = ceil(max(logs)) if decades else max(logs)
        if self.low == self.high:
            self.high += 1
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        share = (log10(value) - self.low) / (self.high - self.low) if value > 0 else 0.0
        return round(self.start + share * (self.end - self.start), 1)

    def decades(self) -> list[float]:
        """The powers of ten within."""
        return [10.0**power for power in range(ceil(self.low), floor(self.high) + 1)]


def _bars(figures: Sequence[Figure]) -> Iterator[str]:
    """From the decade below the least: a bar twice as long as another is not twice as much, so each has its number."""
    scale = Scale([figure.median for figure in figures], LEFT, LEFT + WIDTH)
    scale.low -= 1
    bottom = HEAD + BAR * len(figures)
    for tick in scale.decades():
        yield f'<path class="grid" d="M{scale(tick)} {HEAD - 6}V{bottom - 4}"/>'
    for index, figure in enumerate(figures):
        y, end = HEAD + index * BAR, scale(figure.median)
        colour = 0 if figure.contender.startswith("statewatt") else 5
        yield f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(figure.contender)}</text>'
        yield f'<rect class="c{colour}" x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR - 8}" rx="2"/>'
        yield f'<text x="{end + 6}" y="{y + 13}">{number(figure.median)}</text>'


def _lines(figures: Sequence[Figure], size: str) -> Iterator[str]:
    across = Scale([figure.at or 1 for figure in figures], LEFT, LEFT + WIDTH - 120, decades=False)
    up = Scale([figure.median for figure in figures], HEAD + LINES, HEAD)
    for tick in up.decades():
        yield f'<path class="grid" d="M{LEFT} {up(tick)}H{across.end}"/>'
        yield f'<text class="faint" x="{LEFT - 8}" y="{up(tick) + 4}" text-anchor="end">{number(tick)}</text>'
    for at in dict.fromkeys(figure.at for figure in figures):
        yield f'<text class="faint" x="{across(at or 1)}" y="{HEAD + LINES + 18}" text-anchor="middle">{at}</text>'
    yield f'<text class="faint" x="{across.end + 24}" y="{HEAD + LINES + 18}">{escape(size)}</text>'
    for index, name in enumerate(dict.fromkeys(figure.contender for figure in figures)):
        own = [figure for figure in figures if figure.contender == name]
        points = [(across(figure.at or 1), up(figure.median)) for figure in own]
        yield f'<path class="line c{index % 6}" d="M{"L".join(f"{x} {y}" for x, y in points)}"/>'
        for (x, y), figure in zip(points, own, strict=True):
            shape = f'<path class="line c{index % 6}" d="M{x - 4} {y + 5}l4 -9l4 9z"/>' if figure.beyond else ""
            yield shape or f'<circle class="c{index % 6}" cx="{x}" cy="{y}" r="3"/>'
        x, y = points[-1]
        yield f'<text class="c{index % 6} label" x="{x + 10}" y="{y + 4}">{escape(name)}</text>'
