"""What ``statewatt verify`` shows: on a terminal tables, colours and a bar, in a pipe plain lines."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from .findings import told
from .report import remarks
from .target import Target
from .verdict import Report, Verdict

if TYPE_CHECKING:
    from .inferring import Inferred
    from .prove import Progress

T = TypeVar("T")

COLOURS = {"proved for any size": "green", "checked up to n": "yellow", "unknown": "yellow", "not inductive": "red"}
WIDTH = 60
"""So much of what is done next is told beside the bar."""


def line(console: Console, text: str) -> None:
    """A line as it is, broken by nobody."""
    console.print(Text(text), soft_wrap=True)


def with_bar(console: Console, work: Callable[[Progress | None], T]) -> T:
    """Do it, with a bar on a terminal."""
    if not console.is_terminal:
        return work(None)
    # Refreshed by hand: a process with threads cannot be copied.
    with Bar(console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task("proving", total=None)

        def progress(text: str, done: int, steps: int) -> None:
            bar.update(task, description=text[:WIDTH], completed=done, total=steps, refresh=True)

        return work(progress)


def show(report: Report, console: Console) -> None:
    """The table (in a pipe: a line for each property), the counterexamples, and what was not put to the test."""
    shown = listed(report, console)
    for v in shown:
        for number, story in enumerate(told(v)):
            line(console, f"\n{v.verdict}: {story.text}")
            for said in v.missing.lines if v.missing and not number else ():
                line(console, f"  {said}".rstrip())
        if v.note and not v.stories:
            line(console, f"\n{v.verdict}: {v.name}: {v.label}")
        if v.note:
            line(console, f"  ({v.note})")
    line(console, "")
    for remark in remarks(report):
        line(console, remark)
    total(report, console)


def show_inferred(inferred: Inferred, target: Target, out: Path | None, console: Console) -> None:
    """What was found, as declarations to be pasted."""
    if not inferred.facts:
        said = "no fact was found that helps" if inferred.candidates else "everything is proved without"
        line(console, f"\nNothing was inferred: {said}.")
        return
    name = target.reference.partition(":")[2]
    count = f"{len(inferred.facts)} of {inferred.candidates} candidates"
    line(console, f"\nFound and proved in {inferred.seconds:.1f} s, {count}; to keep them, declare them in {name}:\n")
    for text in inferred.text.splitlines():
        line(console, f"    {text}".rstrip())
    if out:
        out.write_text(inferred.text + "\n", encoding="utf-8")


def listed(report: Report, console: Console) -> list[Verdict]:
    """Show each property with its verdict, those that every system owes together; which ones stand alone."""
    shown = [v for v in report.verdicts if v.declared or not v.holds]
    owed = [v for v in report.verdicts if not v.declared and v.holds]
    if console.is_terminal:
        _table(shown, owed, console)
    else:
        for v in shown:
            line(console, f"{v.verdict:20} {v.seconds:6.2f} s  {v.name}: {v.label}")
        if owed:
            line(console, f"{'proved for any size':20} {_seconds(owed):6.2f} s  {_owed(owed)}")
    return shown


def total(report: Report, console: Console) -> None:
    """How many properties are proved, from how many conditions."""
    conditions = sum(v.goals for v in report.verdicts)
    proved = sum(v.holds for v in report.verdicts)
    counts = f"{proved} of {len(report.verdicts)} properties proved for any size"
    cached = sum(v.cached for v in report.verdicts)
    known = f" ({'all' if cached == conditions else cached} known from before)" if cached else ""
    line(console, f"{counts}: {conditions} conditions{known}, {report.seconds:.1f} s.")
    if report.trouble:
        print(f"statewatt verify: {report.trouble}", file=sys.stderr)


def _table(shown: list[Verdict], owed: list[Verdict], console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for head in ("Verdict", "Seconds", "Property"):
        table.add_column(head, justify="right" if head == "Seconds" else "left", no_wrap=head != "Property")
    for v in shown:
        colour = COLOURS.get(v.verdict, "bold red")
        table.add_row(Text(v.verdict, colour), f"{v.seconds:.2f}", Text(f"{v.name}: {v.label}"))
    if owed:
        table.add_row(Text("proved for any size", "green"), f"{_seconds(owed):.2f}", Text(_owed(owed)))
    console.print(table)


def _seconds(verdicts: list[Verdict]) -> float:
    return sum(v.seconds for v in verdicts)


def _owed(verdicts: list[Verdict]) -> str:
    return f"{len(verdicts)} more: references lead to what exists, no nested event is refused, no None is read, …"
