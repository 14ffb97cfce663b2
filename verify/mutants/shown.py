"""What ``statewatt verify --mutants`` shows: on a terminal tables and progress, in a pipe plain lines."""

from __future__ import annotations

from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from ...engine import model
from .report import findings
from .survey import Strength, strength

COLOURS = {"refuted": "green", "equivalent": "green", "refused by the reader": "green", "unknown": "red"}


def tried(system: model.System, jobs: int, seconds: float, console: Console) -> Strength:
    """Try all mutants; on a terminal with a bar that says how far it is."""
    if not console.is_terminal:
        return strength(system, jobs, seconds)
    # Refreshed by hand: a process with threads cannot be copied.
    with Bar(console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task("proving", total=None)

        def progress(text: str, done: int, of: int) -> None:
            bar.update(task, description=text[:60], completed=done, total=of, refresh=True)

        return strength(system, jobs, seconds, progress)


def show(found: Strength, console: Console) -> None:
    """Which properties refute how many, what came of the others, and what nobody has explained."""
    if console.is_terminal:
        _table(found, console)
    else:
        for name, count in found.refuters.most_common():
            _line(console, f"{count:6} refuted by {name}")
        for fate, count in found.fates.most_common():
            _line(console, f"{count:6} {fate}")
    for finding in findings(found):
        _line(console, finding)
    _line(console, "")
    survivors = sum(each.survives for each in found.tried)
    explained = survivors - len(found.unexplained)
    told = f" in {found.explanations}" if found.explanations and explained else ""
    text = f"{len(found.tried)} mutants: {found.fates['refuted']} refuted, {survivors} survive, {explained} explained"
    _line(console, f"{text}{told}; {found.seconds:.1f} s.")


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


def _line(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=True)
