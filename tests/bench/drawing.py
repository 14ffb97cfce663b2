"""Figures as one SVG picture: dots of contenders, or lines over sizes; light and dark as the reader prefers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil, floor, log10
from xml.sax.saxutils import escape

from .figures import Figure, Result
from .tables import number

PANEL, GAP = 520, 24
"""The width of a panel, and what is left between two; two stand side by side."""
HEAD, FOOT = 34, 22
DOT, DOTS_FROM, DOTS_TO = 26, 236, 450
LINES, LINES_FROM, LINES_TO = 150, 66, 350
"""Heights, and where dots and lines begin and end across a panel, in pixels."""
COLOURS = ("#0b7285 #4fc3d9", "#c2410c #fb923c", "#6d28d9 #b794f6", "#4d7c0f #a3d65c", "#be185d #f472b6")
"""Of lines, for light and for dark."""
FAINT = ("#64748b #a7b4c2", "#d5dbe1 #38424d", "#1f2933 #e4e9ee", "#ffffff #14191f")
"""Of dots that are not ours and of small text, of the grid, of text, of the ground."""


def drawing(results: Mapping[str, Result]) -> str:
    """A panel for each thing that was measured."""
    groups = [
        ([f for f in result.figures if f.what == what], result.size)
        for result in results.values()
        for what in dict.fromkeys(figure.what for figure in result.figures)
    ]
    parts: list[str] = []
    top = GAP
    for row in (groups[index : index + 2] for index in range(0, len(groups), 2)):
        for column, (figures, size) in enumerate(row):
            parts.append(f'<g transform="translate({GAP + column * (PANEL + GAP)} {top})">')
            parts.append(f'<text y="16" class="title">{escape(figures[0].what)} ({figures[0].unit})</text>')
            parts += _dots(figures) if figures[0].at is None else _lines(figures, size)
            parts.append("</g>")
        top += max(_height(figures) for figures, _ in row) + GAP
    width = GAP + min(2, len(groups)) * (PANEL + GAP)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" role="img">'
    back = '<rect width="100%" height="100%" class="back"/>'
    return "\n".join([head, f"<title>Benchmarks</title><style>{_style()}</style>", back, *parts, "</svg>\n"])


def _style() -> str:
    def sheet(shade: int) -> str:
        bars, grid, text, back = (pair.split()[shade] for pair in FAINT)
        lines = "".join(
            f".c{index}{{stroke:{colour};fill:{colour}}}"
            for index, colour in enumerate(pair.split()[shade] for pair in COLOURS)
        )
        return (
            f"text{{fill:{text}}}.faint{{fill:{bars}}}.grid{{stroke:{grid}}}.back{{fill:{back}}}"
            f".other{{fill:{bars}}}{lines}.line{{fill:none}}"
        )

    font = "text{font:12px system-ui,sans-serif;stroke:none}.title{font-weight:600}.line{stroke-width:2}"
    return f"{sheet(0)}{font}@media(prefers-color-scheme:dark){{{sheet(1)}}}"


def _height(figures: Sequence[Figure]) -> int:
    return HEAD + (DOT * len(figures) if figures[0].at is None else LINES + FOOT)


class Scale:
    """From numbers to places, by powers of ten."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high = log10(low), log10(high) if high > low else log10(low) + 1
        self.start, self.end = start, end

    def __call__(self, value: float) -> float:
        share = (log10(value) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def decades(self) -> list[float]:
        """The powers of ten within."""
        return [10.0**power for power in range(ceil(self.low), floor(self.high) + 1)]


def _around(values: Iterable[float]) -> tuple[float, float]:
    """The powers of ten around these numbers."""
    logs = [log10(value) for value in values]
    return 10.0 ** floor(min(logs)), 10.0 ** ceil(max(logs))


def _dots(figures: Sequence[Figure]) -> Iterator[str]:
    """Each line of the grid is ten times the one before."""
    scale = Scale(*_around(figure.median for figure in figures), DOTS_FROM, DOTS_TO)
    for tick in scale.decades():
        yield f'<path class="grid" d="M{scale(tick)} {HEAD - 6}v{DOT * len(figures)}"/>'
    for index, figure in enumerate(figures):
        y, end = HEAD + index * DOT, scale(figure.median)
        colour = "c0" if figure.contender.startswith("statewatt") else "other"
        yield f'<text x="{DOTS_FROM - 8}" y="{y + 13}" text-anchor="end">{escape(figure.contender)}</text>'
        yield f'<circle class="{colour}" cx="{end}" cy="{y + 9}" r="5"/>'
        yield f'<text x="{end + 12}" y="{y + 13}">{number(figure.median)}</text>'


def _lines(figures: Sequence[Figure], size: str) -> Iterator[str]:
    sizes = list(dict.fromkeys(figure.at or 1 for figure in figures))
    across = Scale(min(sizes), max(sizes), LINES_FROM, LINES_TO)
    up = Scale(*_around(figure.median for figure in figures), HEAD + LINES, HEAD)
    for tick in up.decades():
        yield f'<path class="grid" d="M{LINES_FROM} {up(tick)}H{LINES_TO}"/>'
        yield f'<text class="faint" x="{LINES_FROM - 8}" y="{up(tick) + 4}" text-anchor="end">{number(tick)}</text>'
    below = HEAD + LINES + 18
    shown: list[float] = []
    for at in sizes:
        if not shown or across(at) - shown[-1] > 24:
            shown.append(across(at))
            yield f'<text class="faint" x="{across(at)}" y="{below}" text-anchor="middle">{at}</text>'
    yield f'<text class="faint" x="{LINES_TO + 24}" y="{below}">{escape(size)}</text>'
    for index, name in enumerate(dict.fromkeys(figure.contender for figure in figures)):
        yield from _line([f for f in figures if f.contender == name], f"c{index % len(COLOURS)}", across, up)


def _line(figures: Sequence[Figure], colour: str, across: Scale, up: Scale) -> Iterator[str]:
    """A point for each size, an arrow for one that is higher than what was measured, and the name at the end."""
    points = [(across(figure.at or 1), up(figure.median)) for figure in figures]
    yield f'<path class="{colour} line" d="M{"L".join(f"{x} {y}" for x, y in points)}"/>'
    for (x, y), figure in zip(points, figures, strict=True):
        arrow = f'<path class="{colour}" d="M{x - 5} {y + 5}l5 -11l5 11z"/>'
        yield arrow if figure.beyond else f'<circle class="{colour}" cx="{x}" cy="{y}" r="3"/>'
    x, y = points[-1]
    yield f'<text x="{x + 10}" y="{y + 4}">{escape(figures[0].contender)}</text>'
