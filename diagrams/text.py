"""How wide a text is, and where it breaks, without a font library.

The widths are the advance widths of Helvetica, to which Arial, Liberation Sans and Nimbus Sans are metrically equal,
for printable ASCII; other signs count as wide as an average capital, East Asian ones as a full em. A viewer that has
none of these fonts shows another one, about a tenth wider: boxes leave that much room.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
# Room for fonts that run wider than Helvetica.
SLACK = 1.08
# Lines are this many times as high as their letters.
LEADING = 1.25

# Thousandths of the font size, from the space to the tilde.
_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 "
    "556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 "
    "722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 "
    "500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584 "
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 "
    "556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 "
    "722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 "
    "556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584 "
)
_WIDTHS = {bold: tuple(map(int, table.split())) for bold, table in ((False, _REGULAR), (True, _BOLD))}


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line of text, in the unit of ``size``, with room for fonts that run wider."""
    table = _WIDTHS[bold]
    return SLACK * size / 1000 * sum(table[ord(c) - 32] if " " <= c <= "~" else _other(c) for c in text)


def _other(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 1000 if unicodedata.east_asian_width(sign) in "WF" else 667


def height(lines: int, size: float) -> float:
    """Return the height of so many lines."""
    return lines * size * LEADING


def widest(lines: Iterable[str], size: float, *, bold: bool = False) -> float:
    """Return the width of the widest line; 0 for none."""
    return max((width(line, size, bold=bold) for line in lines), default=0)


def wrap(text: str, limit: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break a text between words into lines of about equal length, none wider than ``limit`` unless a word alone is."""
    words = text.split()
    if not words:
        return ()
    lines = _filled(words, limit, size, bold)
    # The narrowest limit that needs no further line makes the lines even.
    low, high = limit / 2, limit
    for _ in range(8):
        middle = (low + high) / 2
        if len(_filled(words, middle, size, bold)) > len(lines):
            low = middle
        else:
            high = middle
    return tuple(_filled(words, high, size, bold))


def _filled(words: list[str], limit: float, size: float, bold: bool) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if width(longer, size, bold=bold) <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
