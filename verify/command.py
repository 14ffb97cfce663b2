"""``statewatt verify``: proves or refutes the laws of a system."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from ..engine.command import loading
from ..engine.command.loading import STATION
from ..engine.reading import read
from ..engine.state import InputError
from .cache import FOLDER
from .exploring.options import STATES, Exploration
from .findings import told
from .github import tell_github
from .outcome import SECONDS
from .report import check_file, check_folder, draw_trace, remarks, write, write_traces
from .target import Target, target
from .verdict import Report, Verdict
from .verifying import Options, cores

if TYPE_CHECKING:
    from .inferring import Inferred
    from .prove import Progress

T = TypeVar("T")

COLOURS = {"proved for any size": "green", "checked up to n": "yellow", "unknown": "yellow", "not inductive": "red"}


def command(
    system: Annotated[
        str, typer.Argument(metavar="[SYSTEM]", help="The system, or a python-statemachine class, as module:Name.")
    ] = STATION,
    property: Annotated[
        list[str] | None, typer.Option("--property", metavar="NAME", help="Only this property; may be repeated.")
    ] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Try systems with one small defect each: does a property notice it?")
    ] = False,
    infer: Annotated[
        bool, typer.Option("--infer", help="Find invariants on which the laws rest, and prove these as well.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", min=1, help="So many processes; by default one for each core.")
    ] = None,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help=f"Keep proofs in {FOLDER}, and use those that are there.")
    ] = True,
    timeout: Annotated[
        float,
        typer.Option("--timeout", metavar="SECONDS", min=0.01, help="How long the solver may think about a question."),
    ] = SECONDS,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write a report: .json, .md, .xml or .sarif.")
    ] = None,
    traces: Annotated[
        Path | None, typer.Option("--traces", metavar="DIR", help="Write each counterexample for statewatt replay.")
    ] = None,
    scope: Annotated[
        str,
        typer.Option(
            "--scope",
            metavar="any|NAME=N,…",
            help="any: prove, for any number. Else explore every state with so many things of each machine at a time"
            " (by collection: evses=2) and so many values of each kind (tokens=3, integers=2, or by the name of a field"
            " or parameter).",
        ),
    ] = "any",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting to explore with: a value, several as A|B, or any."),
    ] = None,
    states: Annotated[
        int, typer.Option("--states", metavar="N", help="Explore so many states at most; each takes some 250 bytes.")
    ] = STATES,
    tour: Annotated[
        str, typer.Option("--tour", metavar="transitions|pairs", help="Write tours that take all of these, to --out.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR|FILE",
            help="Where tours go: files for statewatt replay --expect. With --infer: the file for what is found.",
        ),
    ] = None,
) -> int:
    """Prove every law of a system, for any number of things and all settings, or show how it breaks.

    Of a plain python-statemachine class: which states cannot be reached or left, which transitions are never taken.
    With --infer: which invariants are missing, as declarations.
    With --mutants: which property notices each small defect of a system, and why none does.
    In GitHub Actions each finding is an annotation, and the report the summary of the job.

    Exit status: 0 every property is proved (every defect that none notices is explained), 1 some is not, 2 wrong
    usage or bad input.
    """
    if mutants and (property or traces):
        raise InputError("--mutants is about all properties together: leave out --property and --traces")
    if report:
        check_file(report)
    if traces:
        check_folder(traces)
    console = Console()
    exploration = Exploration(scope, tuple(settings or ()), states, tour, out)
    how = Options(jobs or cores(), Path(FOLDER) if cache else None, timeout)
    _check(exploration, mutants, infer)
    if exploration.wanted:
        from .exploring.command import explore_command

        result: Report = explore_command(system, exploration, property, console)
    elif mutants:
        return _mutated(system, how, report, console)
    else:
        found, inferred = target(system), None
        if infer:
            found, inferred = _with_bar(console, found.inferred)
        result = _verified(found, found.wanted(property) if property else None, console, how)
        show(result, console)
        if inferred:
            _show_inferred(inferred, found, out, console)
    if report:
        write(result, report)
    for file in write_traces(result, traces) if traces else ():
        _line(console, f"statewatt replay {file}")
        for said in draw_trace(file):
            _line(console, f"  {said}")
    for line in tell_github(result):
        _line(console, line)
    return 0 if result.holds else 1


def _mutated(system: str, options: Options, report: Path | None, console: Console) -> int:
    from .mutants import report as reports
    from .mutants import shown

    found = shown.tried(read(loading.system(system)), options.jobs, options.seconds, console)
    if report:
        reports.write(found, report)
    shown.show(found, console)
    return 0 if found.holds else 1


def _check(exploration: Exploration, mutants: bool, infer: bool) -> None:
    """``InputError`` for what does not go together."""
    if infer and (mutants or exploration.wanted):
        raise InputError("--infer goes with a proof: leave out --scope and --mutants")
    if exploration.folder and not (infer or exploration.wanted):
        raise InputError("--out is for what --infer finds, or for a --tour of an exploration")
    if exploration.folder and infer and not exploration.folder.parent.is_dir():
        raise InputError(f"there is no folder {str(exploration.folder.parent)!r}")


def _verified(target: Target, names: list[str] | None, console: Console, how: Options) -> Report:
    return _with_bar(console, lambda progress: target.verify(names, progress, how))


def _with_bar(console: Console, work: Callable[[Progress | None], T]) -> T:
    """Do it, with a bar on a terminal."""
    if not console.is_terminal:
        return work(None)
    # Refreshed by hand: a process with threads cannot be copied.
    with Bar(console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task("proving", total=None)

        def progress(text: str, done: int, steps: int) -> None:
            bar.update(task, description=text, completed=done, total=steps, refresh=True)

        return work(progress)


# --- what is shown ---------------------------------------------------------------------------------------------------


def show(report: Report, console: Console) -> None:
    """The table (in a pipe: a line for each property), the counterexamples, and what was not put to the test."""
    shown = _listed(report, console)
    for v in shown:
        for story in told(v):
            _line(console, f"\n{v.verdict}: {story.text}")
        if v.note and not v.stories:
            _line(console, f"\n{v.verdict}: {v.name}: {v.label}")
        if v.note:
            _line(console, f"  ({v.note})")
    _line(console, "")
    for remark in remarks(report):
        _line(console, remark)
    _sum(report, console)


def _show_inferred(inferred: Inferred, target: Target, out: Path | None, console: Console) -> None:
    """What was found, as declarations to be pasted."""
    if not inferred.facts:
        said = "no fact was found that helps" if inferred.candidates else "everything is proved without"
        _line(console, f"\nNothing was inferred: {said}.")
        return
    name = target.reference.partition(":")[2]
    count = f"{len(inferred.facts)} of {inferred.candidates} candidates"
    _line(console, f"\nFound and proved in {inferred.seconds:.1f} s, {count}; to keep them, declare them in {name}:\n")
    for line in inferred.text.splitlines():
        _line(console, f"    {line}".rstrip())
    if out:
        out.write_text(inferred.text + "\n", encoding="utf-8")


def demonstrate() -> int:
    """The table of the shipped station's proofs, for ``statewatt demo``; the exit status."""
    console = Console()
    # Where there is no solver, nothing is announced.
    report = _verified(target(STATION), None, console, Options(jobs=cores()))
    _line(
        console, "What is proved of the station, for any number of EVSEs, tokens and reservations and all settings:\n"
    )
    _listed(report, console)
    _line(console, "")
    _sum(report, console)
    return 0 if report.holds else 1


def _listed(report: Report, console: Console) -> list[Verdict]:
    """Show each property with its verdict, those that every system owes together; which ones stand alone."""
    shown = [v for v in report.verdicts if v.declared or not v.holds]
    owed = [v for v in report.verdicts if not v.declared and v.holds]
    if console.is_terminal:
        _table(shown, owed, console)
    else:
        for v in shown:
            _line(console, f"{v.verdict:20} {v.seconds:6.2f} s  {v.name}: {v.label}")
        if owed:
            _line(console, f"{'proved for any size':20} {_seconds(owed):6.2f} s  {_owed(owed)}")
    return shown


def _sum(report: Report, console: Console) -> None:
    conditions = sum(v.goals for v in report.verdicts)
    proved = sum(v.holds for v in report.verdicts)
    counts = f"{proved} of {len(report.verdicts)} properties proved for any size"
    cached = sum(v.cached for v in report.verdicts)
    known = f" ({'all' if cached == conditions else cached} known from before)" if cached else ""
    _line(console, f"{counts}: {conditions} conditions{known}, {report.seconds:.1f} s.")
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


def _line(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=True)
