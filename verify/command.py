"""``statewatt verify``: proves or refutes the laws of a system."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from ..engine.command import loading
from ..engine.command.loading import STATION
from ..engine.reading import read
from .cache import FOLDER
from .exploring.options import STATES, Exploration
from .github import tell_github
from .options import (
    Asked,
    Cached,
    Infer,
    Jobs,
    Mutants,
    Names,
    Out,
    Reference,
    ReportFile,
    Scope,
    Settings,
    States,
    Timeout,
    Tour,
    TracesFolder,
)
from .outcome import SECONDS
from .report import draw_trace, write, write_traces
from .shown import line, listed, show, show_inferred, total, with_bar
from .target import Target, target
from .verdict import Report
from .verifying import Options, cores


def command(
    system: Reference = STATION,
    property: Names = None,
    mutants: Mutants = False,
    infer: Infer = False,
    jobs: Jobs = None,
    cache: Cached = True,
    timeout: Timeout = SECONDS,
    report: ReportFile = None,
    traces: TracesFolder = None,
    scope: Scope = "any",
    settings: Settings = None,
    states: States = STATES,
    tour: Tour = "",
    out: Out = None,
) -> int:
    """Prove every law of a system, for any number of things and all settings, or show how it breaks.

    Of a plain python-statemachine class: which states cannot be reached or left, which transitions are never taken.
    With --infer: which invariants are missing, as declarations.
    With --mutants: which property notices each small defect of a system, and why none does.
    In GitHub Actions each finding is an annotation, and the report the summary of the job.

    Exit status: 0 every property is proved (every defect that none notices is explained), 1 some is not, 2 wrong
    usage or bad input.
    """
    console = Console()
    exploration = Exploration(scope, tuple(settings or ()), states, tour, out)
    asked = Asked(property, mutants, infer, report, traces, exploration)
    asked.check()
    how = Options(jobs or cores(), Path(FOLDER) if cache else None, timeout)
    if mutants:
        return _mutated(system, how, report, console)
    result = _explored(system, asked, console) if exploration.wanted else _proved(system, asked, how, console)
    if report:
        write(result, report)
    for file in write_traces(result, traces) if traces else ():
        line(console, f"statewatt replay {file}")
        for said in draw_trace(file):
            line(console, f"  {said}")
    for said in tell_github(result):
        line(console, said)
    return 0 if result.holds else 1


def _mutated(system: str, how: Options, report: Path | None, console: Console) -> int:
    from .mutants import report as reports
    from .mutants import shown, strength

    station = read(loading.system(system))
    found = with_bar(console, lambda progress: strength(station, how.jobs, how.seconds, progress))
    if report:
        reports.write(found, report)
    shown.show(found, console)
    return 0 if found.holds else 1


def _explored(system: str, asked: Asked, console: Console) -> Report:
    from .exploring.command import explore_command

    return explore_command(system, asked.exploration, asked.names, console)


def _proved(system: str, asked: Asked, how: Options, console: Console) -> Report:
    found, inferred = target(system), None
    if asked.infer:
        found, inferred = with_bar(console, found.inferred)
    result = _verified(found, found.wanted(asked.names) if asked.names else None, console, how)
    show(result, console)
    if inferred:
        show_inferred(inferred, found, asked.exploration.folder, console)
    return result


def _verified(target: Target, names: list[str] | None, console: Console, how: Options) -> Report:
    return with_bar(console, lambda progress: target.verify(names, progress, how))


def demonstrate() -> int:
    """The table of the shipped station's proofs, for ``statewatt demo``; the exit status."""
    console = Console()
    # Where there is no solver, nothing is announced.
    report = _verified(target(STATION), None, console, Options(jobs=cores()))
    line(console, "What is proved of the station, for any number of EVSEs, tokens and reservations and all settings:\n")
    listed(report, console)
    line(console, "")
    total(report, console)
    return 0 if report.holds else 1
