"""What the command line of ``statewatt verify`` may say, and what of it does not go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ..engine.state import InputError
from .cache import FOLDER
from .exploring.options import Exploration
from .report import check_file, check_folder

Reference = Annotated[
    str, typer.Argument(metavar="[SYSTEM]", help="The system, or a python-statemachine class, as module:Name.")
]
Names = Annotated[
    list[str] | None, typer.Option("--property", metavar="NAME", help="Only this property; may be repeated.")
]
Mutants = Annotated[
    bool, typer.Option("--mutants", help="Try systems with one small defect each: does a property notice it?")
]
Infer = Annotated[
    bool, typer.Option("--infer", help="Find invariants on which the laws rest, and prove these as well.")
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", metavar="N", min=1, help="So many processes; by default one for each core.")
]
Cached = Annotated[
    bool, typer.Option("--cache/--no-cache", help=f"Keep proofs in {FOLDER}, and use those that are there.")
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", min=0.01, help="How long the solver may think about a question."),
]
ReportFile = Annotated[
    Path | None, typer.Option("--report", metavar="FILE", help="Write a report: .json, .md, .xml or .sarif.")
]
TracesFolder = Annotated[
    Path | None, typer.Option("--traces", metavar="DIR", help="Write each counterexample for statewatt replay.")
]
Scope = Annotated[
    str,
    typer.Option(
        "--scope",
        metavar="any|NAME=N,…",
        help="any: prove, for any number. Else explore every state with so many things of each machine at a time"
        " (by collection: evses=2) and so many values of each kind (tokens=3, integers=2, or by the name of a field"
        " or parameter).",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A setting to explore with: a value, several as A|B, or any."),
]
States = Annotated[
    int, typer.Option("--states", metavar="N", help="Explore so many states at most; each takes some 250 bytes.")
]
Tour = Annotated[
    str, typer.Option("--tour", metavar="transitions|pairs", help="Write tours that take all of these, to --out.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR|FILE",
        help="Where tours go: files for statewatt replay --expect. With --infer: the file for what is found.",
    ),
]


@dataclass(frozen=True)
class Asked:
    """What the command is asked to do."""

    names: list[str] | None
    mutants: bool
    infer: bool
    report: Path | None
    traces: Path | None
    exploration: Exploration

    def check(self) -> None:
        """``InputError`` for what does not go together, or cannot be written."""
        found = self.exploration
        explored = {"--scope": found.scope != "any", "--set": bool(found.settings), "--tour": bool(found.tour)}
        explored["--states"] = found.states_given
        if self.mutants:
            others = {"--property": bool(self.names), "--traces": self.traces, "--infer": self.infer, **explored}
            _leave_out("--mutants is about all properties, for any size", {**others, "--out": found.folder})
        if self.infer:
            _leave_out("--infer goes with a proof, for any size", explored)
        if found.folder and not (self.infer or found.wanted):
            raise InputError("--out is for what --infer finds, or for a --tour of an exploration")
        if found.folder and self.infer and not found.folder.parent.is_dir():
            raise InputError(f"there is no folder {str(found.folder.parent)!r}")
        if self.report:
            check_file(self.report)
        if self.traces:
            check_folder(self.traces)


def _leave_out(why: str, given: Mapping[str, object]) -> None:
    if others := [name for name, value in given.items() if value]:
        raise InputError(f"{why}: leave out {' and '.join(others)}")
