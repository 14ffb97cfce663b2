"""``statewatt bench``: the benchmarks, side by side with the peers that are installed."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table as Grid
from rich.text import Text

from statewatt.engine import InputError

from .catalogue import ABOUT, benchmark
from .drawing import drawing
from .figures import Effort, Progress, Result
from .tables import Table, plain, tables

FORMAT = 1
"""Raised when what is written to JSON changes its shape."""
PEERS = ("python-statemachine", "transitions", "sismic", "automat", "xstate-statemachine")
HELP = f"Which benchmarks: {', '.join(ABOUT)}. Without a name, all."


def command(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help=HELP, show_default=False)] = None,
    as_json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write every figure of every round to this file.")
    ] = None,
    plot: Annotated[Path | None, typer.Option("--plot", metavar="FILE.svg", help="Draw the figures.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A few seconds instead of minutes: whether all of it runs, no more.")
    ] = False,
) -> int:
    """Measures statewatt beside its peers: medians, quartiles and ratios, and whether the targets are held.

    The contenders of a benchmark take turns, so that whatever else the machine does hits all of them: ratios count,
    the figures are this machine's. Peers: pip install 'statewatt\\[bench]'.

    Exit status: 0 also where a target is not held, for this is a measurement; 2 wrong usage or bad input.
    """
    chosen = _chosen(names or [])
    for path in (as_json, plot):
        if path is not None and not path.absolute().parent.is_dir():
            raise InputError(f"there is no directory {path.parent} for {path.name}")
    console = Console(soft_wrap=not sys.stdout.isatty(), highlight=False, markup=False)
    results: dict[str, Result] = {}
    for name in chosen:
        with _progress(console) as tell:
            results[name] = benchmark(name).measure(Effort(quick), tell)
        _show(console, name, results[name])
    if as_json is not None:
        as_json.write_text(json.dumps(document(results, quick), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if plot is not None:
        plot.write_text(drawing(results), encoding="utf-8")
    return 0


def _chosen(names: list[str]) -> list[str]:
    unknown = [name for name in names if name not in ABOUT]
    if unknown:
        raise InputError(f"there is no benchmark {unknown[0]!r}; there are {', '.join(ABOUT)}")
    return [name for name in ABOUT if name in names or not names]


def document(results: dict[str, Result], quick: bool) -> dict[str, Any]:
    """Everything that was measured, and where, as JSON has it; no name of the machine."""
    return {
        "format": FORMAT,
        "quick": quick,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "machine": f"{platform.system()}, {platform.machine()}, {os.cpu_count()} processors",
        "versions": {name: found for name in ("statewatt", *PEERS) if (found := _version(name))},
        "benchmarks": [{"name": name, "about": ABOUT[name], **result.data()} for name, result in results.items()],
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


# --- showing ---------------------------------------------------------------------------------------------------------


@contextmanager
def _progress(console: Console) -> Generator[Progress]:
    """On a terminal, a line that says what is being measured; nothing in a pipe. No thread draws it: that would be
    measured as well."""
    if not console.is_terminal:
        yield lambda text: None
        return
    with Live(console=console, auto_refresh=False, transient=True) as line:
        yield lambda text: line.update(Text(text, "dim"), refresh=True)


def _show(console: Console, name: str, result: Result) -> None:
    console.print(Text(f"{name}: {ABOUT[name]}", "bold"))
    for table in tables(result):
        if console.is_terminal:
            console.print(_grid(table))
        else:
            for line in plain(table):
                console.print(line)
    for note in result.notes:
        console.print(Text(note, "dim"))
    console.print()


def _grid(table: Table) -> Grid:
    grid = Grid(title=table.title or None, title_justify="left", title_style="")
    for index, text in enumerate(table.header):
        grid.add_column(Text(text), justify="right" if index else "left")
    verdicts = table.verdicts or (None,) * len(table.rows)
    for row, held in zip(table.rows, verdicts, strict=True):
        style = "" if held is None else "green" if held else "yellow"
        grid.add_row(*map(Text, row[:-1]), Text(row[-1], style))
    return grid
