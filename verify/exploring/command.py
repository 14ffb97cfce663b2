"""``statewatt verify --scope``: explores a system, and shows what was found."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from ...engine import Engine, InputError
from ...engine.command.loading import system
from ...engine.reading import read
from ..report import check_folder
from ..shown import line
from ..target import among
from .findings import OWED, ScopedReport, explored
from .options import Exploration
from .scope import parsed
from .search import Explored, Progress, explore
from .tours import KINDS, tours, write_tours

_KINDS = {"transitions": "transitions", "pairs": "pairs of transitions that follow one another"}
COLOURS = {"checked up to n": "green", "unknown": "yellow"}


def explore_command(
    reference: str, options: Exploration, names: Sequence[str] | None, console: Console
) -> ScopedReport:
    """Explore a system, show what was found, and write the tours."""
    if options.tour and options.tour not in KINDS:
        raise InputError(f"--tour is {' or '.join(KINDS)}, not {options.tour!r}")
    if bool(options.tour) != (options.folder is not None):
        raise InputError("--tour and --out go together: --tour transitions --out DIR")
    if options.states < 1:
        raise InputError(f"--states is how many states are explored at most, not {options.states}")
    if options.folder is not None:
        check_folder(options.folder)
    engine: Engine[Any] = Engine(read(system(reference)))
    properties = (*engine.system.invariants, *engine.system.laws)
    among(names or (), [*(p.name for p in properties), *OWED], f"an exploration of {engine.system.name}")
    scope = parsed(engine, options.scope, options.settings)
    with _told(console) as progress:
        report, found = explored(engine, scope, names, options.states, progress)
    show(report, found, console)
    if options.folder is not None:
        _write(engine, found, options, console)
    return report


def _write(engine: Engine[Any], found: Explored, options: Exploration, console: Console) -> None:
    assert options.folder is not None
    if options.tour == "pairs":
        with _told(console) as progress:
            found = explore(engine, found.explorer.scope, options.states, progress, history=True)
    result = tours(engine, found, options.tour)
    files = list(write_tours(engine, result, options.folder))
    taken = sum(len(tour.takes) for tour in result.tours)
    line(console, f"{len(files)} tours in {options.folder} take {taken} {_KINDS[options.tour]}; "
                  "statewatt replay --expect runs them.")  # fmt: skip
    if result.missed:
        line(console, f"In no tour, for they need deadlines in another order than real time has: {len(result.missed)}.")


def _told(console: Console) -> AbstractContextManager[Callable[[Progress], None] | None]:
    return _bar(console) if console.is_terminal else nullcontext(_lines(console))


@contextmanager
def _bar(console: Console) -> Generator[Callable[[Progress], None], None, None]:
    with Bar(console=console, transient=True) as bar:
        task = bar.add_task("exploring", total=None)
        yield lambda progress: bar.update(task, description=_text(progress))


def _lines(console: Console) -> Callable[[Progress], None]:
    """In a pipe, a line each time there are twice as many states."""
    told = [0]

    def tell(progress: Progress) -> None:
        if progress.states >= 2 * told[0]:
            told[0] = progress.states
            line(console, _text(progress))

    return tell


def _text(progress: Progress) -> str:
    speed = progress.states / progress.seconds if progress.seconds else 0.0
    return (f"{progress.states} states, {speed:.0f} a second, {progress.frontier} to be looked at, "
            f"{progress.depth} steps deep")  # fmt: skip


def show(report: ScopedReport, found: Explored, console: Console) -> None:
    """The verdicts, the ways to what fails, and what is not reached."""
    if console.is_terminal:
        table = Table(box=None, pad_edge=False)
        table.add_column("Verdict", no_wrap=True)
        table.add_column("Property")
        for v in report.verdicts:
            table.add_row(Text(v.verdict, COLOURS.get(v.verdict, "bold red")), Text(f"{v.name}: {v.label}"))
        console.print(table)
    else:
        for v in report.verdicts:
            line(console, f"{v.verdict:20} {v.name}: {v.label}")
    for v in report.verdicts:
        for story in v.stories:
            line(console, f"\n{v.verdict}: {story.text}")
    line(console, "")
    for machine, texts in groupby(report.not_reached, lambda text: text.partition(":")[0]):
        line(console, f"Not reached at this scope, {machine}: {'; '.join(t.partition(': ')[2] for t in texts)}.")
    if report.beyond:
        line(console, f"Not followed: steps that make more things than the scope has room for "
                      f"({', '.join(report.beyond)}).")  # fmt: skip
    seconds = max(found.seconds, 1e-9)
    size = f"{report.states} states, {report.steps} steps, {found.depth} deep, {report.states / seconds:.0f} states/s"
    if found.finished:
        line(console, f"Scope: {found.explorer.scope.text}.")
        line(console, f"{sum(v.holds for v in report.verdicts)} of {len(report.verdicts)} properties hold: {size}.")
    elif not any(v.stories for v in report.verdicts):
        line(console, f"Not finished: {size}. Everything held in these states; --states N looks at more.")
    else:
        line(console, f"Not finished: {size}.")
