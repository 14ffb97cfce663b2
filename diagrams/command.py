"""``statewatt draw``: writes the pictures of a system, or says where they have become untrue."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ..engine import InputError
from ..engine.command.loading import STATION
from .documents import check_document, filled
from .elk import LayoutError
from .files import Finding, Sheet, adopted, check, laid_out, links, rendered, sheets, write
from .formats import DRAWIO, FORMATS, Format
from .graph import Graph, nowhere
from .runs import FORMATS as RUN_FORMATS
from .runs import pictures, read_run
from .subject import subject


def command(
    system: Annotated[
        str | None,
        typer.Argument(
            metavar="[SYSTEM]", help="The system, or a python-statemachine class, as module:Name.", show_default=STATION
        ),
    ] = None,
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
    trace: Annotated[
        list[Path] | None,
        typer.Option("--trace", metavar="FILE.jsonl", help="Draw a recorded run instead; may be repeated."),
    ] = None,
) -> int:
    """Draw a system: an overview, and a picture of each machine.

    What a person has moved, coloured or added in the .drawio file stays, and the other pictures are laid out
    as it is. With --check, the pictures that are there are compared with the model by what they say, wherever
    their boxes and lines are; without --format, those formats of which there are files.

    With --trace, a trace of any system or a recorded day of the station, as statewatt replay runs them, becomes
    a sequence (svg, mermaid) and, for each thing, its numbered way through the picture of its machine (svg).
    """
    console = Console(soft_wrap=True, highlight=False, markup=False)
    if trace:
        if check or relayout or adopt or docs or out is None:
            raise InputError("--trace draws runs into a directory: it goes with --out and --format alone")
        return _draw_runs(
            trace, system, out, _names(format, RUN_FORMATS, " of a run") if format else RUN_FORMATS, console
        )
    _check_usage(out, docs, check, relayout, adopt)
    found = subject(system or STATION, links(out) if out else nowhere)
    graphs = found.graphs
    chosen = [FORMATS[name] for name in _names(format, FORMATS)] if format else None
    documents = docs or []
    if check:
        return _check(graphs, _to_check(graphs, out, chosen) if out else (), documents, console)
    if out is None:
        _write({path: filled(path, graphs) for path in documents}, console)
        return 0
    drawing = _Drawing(graphs, sheets(graphs, out, chosen or FORMATS.values()), relayout, console)
    drawing.start(out, found.module)
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


def _names(text: str, known: Collection[str], of: str = "") -> list[str]:
    """The formats that are asked for, each of which is known."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise InputError(f"there is no format {name!r}{of}; {hint}")
    if not names:
        raise InputError(f"--format names none; there are {', '.join(known)}")
    return names


def _draw_runs(paths: Sequence[Path], system: str | None, out: Path, formats: Sequence[str], console: Console) -> int:
    texts: dict[Path, str] = {}
    try:
        for path in paths:
            for file, text in pictures(read_run(path, system), out, formats):
                if file in texts:
                    raise InputError(f"{file} would be drawn twice: rename one of the recordings")
                texts[file] = text
    except LayoutError as error:
        raise InputError(str(error)) from None
    _write(texts, console)
    return 0


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

    def start(self, directory: Path, module: str) -> None:
        """Look for the file by which the pictures are laid out; for a new layout it only counts if it is redrawn."""
        if not self.relayout or self.has_drawio:
            self.drawio = laid_out(self.graphs, directory, module)

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


def demonstrate() -> int:
    """The shipped station's pictures in a new directory, for ``statewatt demo``; the exit status."""
    out = Path(tempfile.mkdtemp(prefix="statewatt-pictures-"))
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(f"Its pictures, drawn from the same declarations, in {out}\n")
    found = subject(STATION, links(out))
    files = sheets(found.graphs, out, [FORMATS["svg"], DRAWIO])
    write(dict(rendered(files, laid_out(found.graphs, out, found.module))))
    for sheet in files:
        what = "all of them, for draw.io" if sheet.format is DRAWIO else sheet.graphs[0].description.rstrip(".")
        console.print(f"{sheet.path.name:24} {what}")
    return 0


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
