"""Results as tables: for people, as plain lines, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .figures import Figure, Outcome, Result, found, ratio

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The first column is text, the others are numbers. ``verdicts``: for each row whether its target is held."""

    title: str
    header: Row
    rows: tuple[Row, ...]
    verdicts: tuple[bool | None, ...] = ()


def tables(result: Result) -> Iterator[Table]:
    """A table for each thing that was measured, and one of what follows."""
    for what in dict.fromkeys(figure.what for figure in result.figures):
        figures = [figure for figure in result.figures if figure.what == what]
        yield _by_contender(figures, result) if figures[0].at is None else _by_size(figures, result)
    if result.outcomes:
        header = ("what follows", "value", "target", "")
        verdicts = tuple(outcome.held for outcome in result.outcomes)
        yield Table("", header, tuple(map(_outcome, result.outcomes)), verdicts)


def plain(table: Table) -> Iterator[str]:
    """The table as aligned lines."""
    if table.title:
        yield table.title
    rows = [table.header, *table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [each.rjust(width) for each, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join([f"  {row[0].ljust(widths[0])}", *cells]).rstrip()


def markdown(table: Table) -> Iterator[str]:
    """The table as Markdown has it."""
    if table.title:
        yield f"**{table.title}**"
        yield ""
    yield f"| {' | '.join(table.header)} |"
    yield f"| --- |{' --: |' * (len(table.header) - 1)}"
    for row in table.rows:
        yield f"| {' | '.join(row)} |"


def number(value: float) -> str:
    """Three digits that count, thousands apart: ``12 300``, ``0.0123``."""
    if value == 0:
        return "0"
    digits = max(0, 2 - _exponent(value))
    rounded = round(value, 2 - _exponent(value))
    return f"{rounded:,.{digits}f}".replace(",", "\u202f")


def _exponent(value: float) -> int:
    return int(f"{value:.2e}".partition("e")[2])


def _figure(figure: Figure) -> str:
    if len(figure.samples) == 1:
        return f"{'> ' if figure.beyond else ''}{number(figure.median)}"
    low, high = figure.quartiles
    return f"{number(figure.median)} ({number(low)}–{number(high)})"


def _times(figure: Figure | None, base: Figure | None) -> str:
    if figure is None or base is None:
        return ""
    bound = "> " if figure.beyond else "< " if base.beyond else ""
    return f"{bound}{number(ratio(figure, base))} ×"


def _by_contender(figures: Sequence[Figure], result: Result) -> Table:
    what, unit = figures[0].what, figures[0].unit
    base = found(figures, what, result.beside)
    rows = [(f.contender, _figure(f), *((_times(f, base),) if base else ())) for f in figures]
    header = ("", f"{unit}: median (quartiles)", *((f"beside {base.contender}",) if base else ()))
    return Table(what, header, tuple(rows))


def _by_size(figures: Sequence[Figure], result: Result) -> Table:
    what, unit = figures[0].what, figures[0].unit
    names = list(dict.fromkeys(f.contender for f in figures))
    others = [name for name in names if name != result.beside] if result.beside in names else []
    rows: list[Row] = []
    for size in dict.fromkeys(f.at for f in figures):
        here = {f.contender: f for f in figures if f.at == size}
        cells = [_figure(here[name]) if name in here else "" for name in names]
        rows.append((str(size), *cells, *(_times(here.get(name), here.get(result.beside)) for name in others)))
    beside = [f"{name}, beside {result.beside}" for name in others]
    return Table(f"{what} ({unit}: median (quartiles))", (result.size, *names, *beside), tuple(rows))


def _outcome(outcome: Outcome) -> Row:
    target = outcome.target
    bound = "" if target is None else f"at {'most' if target.most else 'least'} {number(target.bound)} {outcome.unit}"
    held = {None: "", True: "held", False: "not held"}[outcome.held]
    return outcome.what, f"{number(outcome.value)} {outcome.unit}", bound, held
