"""``statewatt draw``: writes the pictures of a system, or says where they have become untrue."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ..engine import InputError
from ..engine.command import loading
from ..engine.command.loading import STATION
from ..engine.reading import read
from .documents import check_document, filled
from .elk import LayoutError
from .files import Finding, Sheet, adopted, check, laid_out, links, rendered, sheets, write
from .formats import DRAWIO, FORMATS, Format
from .graph import Graph, nowhere
from .overview import system_graphs


def command(
    system: Annotated[str, typer.Argument(metavar="[SYSTEM]", help="The system, as module:Name.")] = STATION,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where the pictures are.", show_default=False)
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="NAMES", help=f"Of {', '.join(FORMATS)}, with commas between.", show_default="all"
        ),
    ] = None,
    docs: Annotated[
        list[Path] | None,
        typer.Option("--docs", metavar="FILE", help="A Markdown document with blocks to fill; may be repeated."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; status 1 where a picture does not say what the model says.")
    ] = False,
    relayout: Annotated[
        bool, typer.Option("--relayout", help="Lay everything out afresh, whatever a person has moved.")
    ] = False,
    adopt: Annotated[
        list[str] | None,
        typer.Option("--adopt", metavar="NAME=FILE", help="Take over a hand-made draw.io picture of a machine."),
    ] = None,
) -> int:
    """Draw a system: an overview, and a picture of each machine.

    What a person has moved, coloured or added in the .drawio file stays, and the other pictures are laid out
    as it is. With --check, the pictures that are there are compared with the model by what they say, wherever
    their boxes and lines are; without --format, those formats of which there are files.
    """
    _check_usage(out, docs, check, relayout, adopt)
    graphs = system_graphs(read(loading.system(system)), links(out) if out else nowhere)
    chosen = _formats(format) if format else None
    console = Console(soft_wrap=True, highlight=False, markup=False)
    documents = docs or []
    if check:
        return _check(graphs, _to_check(graphs, out, chosen) if out else (), documents, console)
    if out is None:
        _write({path: filled(path, graphs) for path in documents}, console)
        return 0
    drawing = _Drawing(graphs, sheets(graphs, out, chosen or FORMATS.values()), relayout, console)
    drawing.start(out)
    status = drawing.adopt(adopt or [])
    _write({path: filled(path, graphs) for path in documents} | drawing.texts(), console)
    return status


def _check_usage(out: Path | None, docs: object, check: bool, relayout: bool, adopt: object) -> None:
    """Options that would do nothing are mistakes."""
    if out is None and not docs:
        raise InputError("where to? name a directory with --out, or Markdown documents with --docs")
    if check and (relayout or adopt):
        raise InputError("--check writes nothing: leave out --relayout and --adopt")
    if out is None and (relayout or adopt):
        raise InputError("--relayout and --adopt are for the pictures in a directory: name it with --out")


def _formats(text: str) -> list[Format]:
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in FORMATS:
            near = difflib.get_close_matches(name, FORMATS, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(FORMATS)}"
            raise InputError(f"there is no format {name!r}; {hint}")
    if not names:
        raise InputError(f"--format names none; there are {', '.join(FORMATS)}")
    return [FORMATS[name] for name in names]


# --- drawing ---------------------------------------------------------------------------------------------------------


class _Drawing:
    """Draws the files of one directory."""

    def __init__(self, graphs: Sequence[Graph], files: Sequence[Sheet], relayout: bool, console: Console) -> None:
        self.graphs = graphs
        self.files = files
        self.relayout = relayout
        self.console = console
        self.drawio: str | None = None
        self.has_drawio = any(sheet.format is DRAWIO for sheet in files)

    def start(self, directory: Path) -> None:
        """Look for the file by which the pictures are laid out; for a new layout it only counts if it is redrawn."""
        if not self.relayout or self.has_drawio:
            self.drawio = laid_out(self.graphs, directory)

    def adopt(self, wanted: Sequence[str]) -> int:
        """Take over hand-made pictures, each given as ``NAME=FILE``; 1 where something in one has no counterpart."""
        if wanted and not self.has_drawio:
            raise InputError("what is taken over is kept in the .drawio file: --adopt needs the format drawio")
        status = 0
        for each in wanted:
            name, _, file = each.partition("=")
            graph = next((graph for graph in self.graphs if graph.name == name), None)
            if graph is None or not file:
                known = ", ".join(graph.name for graph in self.graphs)
                raise InputError(f"--adopt takes NAME=FILE, not {each!r}; there are {known}")
            self.drawio, report = adopted(graph, Path(file), self.drawio)
            self.console.print(f"{file}: {len(report.matched)} matched")
            for word, labels in (("not in the picture", report.missing), ("not in the model", report.unknown)):
                for label in labels:
                    self.console.print(Text(f"{file}: {word}: {label}", "red"))
            status = 1 if report.missing or report.unknown else status
        return status

    def texts(self) -> dict[Path, str]:
        """The new texts of the files."""
        texts: dict[Path, str] = {}
        try:
            for path, text in rendered(self.files, self.drawio, self.relayout):
                texts[path] = text
                if self.console.is_terminal:
                    self.console.print(Text(f"{len(texts)}/{len(self.files)} {path}", "dim"), end="\r")
        except LayoutError as error:
            raise InputError(str(error)) from None
        return texts


def _write(texts: dict[Path, str], console: Console) -> None:
    changed = write(texts)
    for path in texts:
        word = Text("written", "green") if path in changed else Text("unchanged", "dim")
        console.print(Text(f"{path}: ") + word)


# --- checking --------------------------------------------------------------------------------------------------------


def _to_check(graphs: Sequence[Graph], out: Path, chosen: Sequence[Format] | None) -> tuple[Sheet, ...]:
    """The files of the formats that are asked for, or of those that are there."""
    if chosen is None:
        everything = sheets(graphs, out, FORMATS.values())
        chosen = [f for f in FORMATS.values() if any(s.path.exists() for s in everything if s.format is f)]
        if not chosen:
            raise InputError(f"there are no pictures of {graphs[0].name} in {out}")
    return sheets(graphs, out, chosen)


def _check(graphs: Sequence[Graph], files: Sequence[Sheet], documents: Sequence[Path], console: Console) -> int:
    findings = list(_findings(graphs, files, documents))
    for finding in findings:
        console.print(Text(str(finding), "red"))
    total = len(files) + len(documents)
    counted = f"{total} {'file' if total == 1 else 'files'}"
    if findings:
        untrue = len({finding.path for finding in findings})
        differences = f"{len(findings)} {'difference' if len(findings) == 1 else 'differences'}"
        console.print(f"{differences} in {untrue} of {counted}")
        return 1
    console.print(f"{counted}: every picture says what the model says")
    return 0


def _findings(graphs: Sequence[Graph], files: Sequence[Sheet], documents: Sequence[Path]) -> Iterator[Finding]:
    for sheet in files:
        yield from check(sheet)
    for path in documents:
        yield from check_document(path, graphs)
