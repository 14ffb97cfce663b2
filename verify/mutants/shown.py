"""What ``statewatt verify --mutants`` shows: on a terminal tables and progress, in a pipe plain lines."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..shown import line
from .report import findings
from .survey import Strength

COLOURS = {"refuted": "green", "equivalent": "green", "refused by the reader": "green", "unknown": "red"}


def show(found: Strength, console: Console) -> None:
    """Which properties refute how many, what came of the others, and what nobody has explained."""
    if console.is_terminal:
        _table(found, console)
    else:
        for name, count in found.refuters.most_common():
            line(console, f"{count:6} refuted by {name}")
        for fate, count in found.fates.most_common():
            line(console, f"{count:6} {fate}")
    for finding in findings(found):
        line(console, finding)
    line(console, "")
    survivors = sum(each.survives for each in found.tried)
    explained = survivors - len(found.unexplained)
    told = f" in {found.explanations}" if found.explanations and explained else ""
    text = f"{len(found.tried)} mutants: {found.fates['refuted']} refuted, {survivors} survive, {explained} explained"
    line(console, f"{text}{told}; {found.seconds:.1f} s.")


def _table(found: Strength, console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("Mutants", justify="right")
    table.add_column("What became of them")
    for name, count in found.refuters.most_common():
        table.add_row(str(count), Text.assemble(("refuted", "green"), f" by {name}"))
    for fate, count in found.fates.most_common():
        if fate != "refuted":
            table.add_row(str(count), Text(fate, COLOURS.get(fate, "yellow")))
    console.print(table)
