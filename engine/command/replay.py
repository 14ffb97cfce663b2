"""``statewatt replay``: recorded days, run again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from ..step import load
from ..tracefile import Replayed
from .comparison import NOTHING, Difference
from .driving import Driver, ModelFault, Outcome, drive
from .loading import RECORDING, named, system
from .recorded import RecordingError, is_trace, read_file, shown_name
from .telling import clock, command_text, message_text, printable
from .values import compact, json_line

SHOWN = 5
"""How many differences of one step are shown."""


def replay(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE.jsonl", help="Recordings; - is standard input.", show_default=False)
    ],
    expect: Annotated[
        bool, typer.Option("--expect", help="Compare with what was recorded; status 1 if anything differs.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what ours did, as a recording of its own.")] = False,
) -> int:
    """Run recorded events through the step.

    A file is a recorded day of the station, or a trace of any system, which its first line names.
    Without options, one line a step: the time, what came, and what ours did. With --expect, the first
    difference of each file, with its step, what was recorded there, and what ours did instead. With
    both, the recording goes to standard output and the differences to standard error.
    """
    show = _json_line if as_json else _Lines(len(files)) if not expect else _silent
    report = _Report(Console(stderr=as_json, soft_wrap=True, highlight=False, markup=False))
    for path in files:
        _replay_file(path, show, report, expect)
    if expect:
        report.summary(len(files))
    return report.status


@dataclass
class _Report:
    """What went wrong so far."""

    console: Console
    differing: int = 0
    bad: int = 0
    broken: bool = False
    """Without --expect, the model failed, or an invariant or a law was broken."""

    @property
    def status(self) -> int:
        return 2 if self.bad else 1 if self.differing or self.broken else 0

    def difference(self, path: str, outcome: Outcome) -> None:
        """The first step of a file that differs."""
        self.differing += 1
        line = outcome.recorded.line
        self._head(path, f"step {outcome.number} (line {line}) differs")
        self.console.print(f"  command   {command_text(outcome.recorded.command)}")
        for difference in outcome.differences[:SHOWN]:
            self._detail(difference)
        if len(outcome.differences) > SHOWN:
            self.console.print(f"  and {len(outcome.differences) - SHOWN} more")

    def fault(self, path: str, error: ModelFault) -> None:
        """The model failed."""
        self.differing += 1
        self._head(path, printable(str(error)))

    def wrong(self, error: RecordingError) -> None:
        """A file is no recording."""
        self.bad += 1
        sys.stdout.flush()
        print(f"statewatt replay: {printable(str(error))}", file=sys.stderr)

    def summary(self, files: int) -> None:
        """How many files agree."""
        agree = files - self.differing - self.bad
        what = "file" if files == 1 else "files"
        verb = "agrees" if agree == 1 else "agree"
        bad = f", {self.bad} cannot be read" if self.bad else ""
        style = "green" if agree == files else "red"
        self.console.print(Text(f"{agree} of {files} {what} {verb}{bad}", style))

    def _head(self, path: str, text: str) -> None:
        self.console.print(Text.assemble((f"{shown_name(path)}: ", "bold"), (text, "red")))

    def _detail(self, difference: Difference) -> None:
        self.console.print(f"  {printable(difference.where)}")
        self.console.print(Text.assemble("    expected  ", (_shown(difference.expected), "green")))
        self.console.print(Text.assemble("    got       ", (_shown(difference.got), "red")))


def _shown(value: Any) -> str:
    return NOTHING if value == NOTHING else printable(compact(value))


def _driver_of(first: Mapping[str, Any]) -> Driver:
    """Who is driven by the commands of a file: the station of recorded days, or any system of a trace."""
    if is_trace(first):
        return Replayed(lambda reference: load(system(reference)))
    make: Callable[[], Driver] = named(RECORDING, "the recording")
    return make()


def _replay_file(path: str, show: Callable[[str, Outcome], None], report: _Report, expect: bool) -> None:
    """Run one file; what is wrong with it goes to the report."""
    differs = False
    try:
        for outcome in drive(_driver_of, read_file(path), shown_name(path)):
            show(path, outcome)
            report.broken |= not expect and any("broken" in message or "fault" in message for message in outcome.out)
            if expect and not differs and outcome.differences:
                differs = True
                report.difference(path, outcome)
    except RecordingError as error:
        if differs:
            report.differing -= 1
        report.wrong(error)
    except ModelFault as error:
        if not differs:
            report.fault(path, error)


def _silent(path: str, outcome: Outcome) -> None:
    """Only the differences are shown."""


def _json_line(path: str, outcome: Outcome) -> None:
    sys.stdout.write(json_line({"in": outcome.recorded.command, "out": outcome.out, "state": outcome.state}))


@dataclass
class _Lines:
    """Shows a line for each step, and a heading for each of several files."""

    files: int
    console: Console = field(default_factory=lambda: Console(soft_wrap=True, highlight=False, markup=False))

    def __call__(self, path: str, outcome: Outcome) -> None:
        if self.files > 1 and outcome.number == 0:
            self.console.print(Text(shown_name(path), "bold"))
        told = "; ".join(message_text(message) for message in outcome.out)
        self.console.print(
            Text.assemble(
                (f"{outcome.number:>4}  {clock(outcome.time):>10}  ", "dim"),
                command_text(outcome.recorded.command),
                *([("  ->  ", "dim"), (told, "cyan")] if told else []),
            )
        )
