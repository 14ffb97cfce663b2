"""The picture files of a system: which there are, writing them, and whether they still say what the model says."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..engine import InputError, model
from .differences import Difference, differences
from .drawio import Adoption, adopt
from .drawio.files import read_pages, write_pages
from .formats import DRAWIO, Format, Past
from .graph import Graph, Link
from .meaning import Meaning, meaning
from .reading.errors import UnreadableError

MARKS_OF_A_PROJECT = ("pyproject.toml", "setup.py", ".git")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file with one picture, or with one on each page."""

    path: Path
    format: Format
    graphs: tuple[Graph, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a file that does not agree with the model. ``place`` is a page or a line in it, or empty."""

    path: Path
    place: str
    what: Difference | str

    def __str__(self) -> str:
        return f"{self.path}{f', {self.place}' if self.place else ''}: {self.what}"


def sheets(graphs: Sequence[Graph], directory: Path, formats: Iterable[Format]) -> tuple[Sheet, ...]:
    """The files of some formats; ``graphs`` begin with the overview, which names what they have in common.

    Raises:
        InputError: two of them would be one file where upper and lower case are the same.
    """
    found: dict[str, Sheet] = {}
    for format_ in formats:
        for group in [tuple(graphs)] if format_.together else [(graph,) for graph in graphs]:
            sheet = Sheet(directory / f"{group[0].name}{format_.ending}", format_, group)
            other = found.setdefault(sheet.path.name.casefold(), sheet)
            if other is not sheet:
                raise InputError(f"{other.path} and {sheet.path} would be one file: rename one of the two")
    return tuple(found.values())


# --- links -----------------------------------------------------------------------------------------------------------


def links(directory: Path) -> Link:
    """Links from files in a directory to the source text, where both are in the same project; relative, so that they
    hold on every machine."""
    home = directory.resolve()
    root = next((one for one in (home, *home.parents) if any((one / m).exists() for m in MARKS_OF_A_PROJECT)), None)

    def link(where: model.Where) -> str:
        file = Path(where.file).resolve()
        if root is None or not file.is_relative_to(root):
            return ""
        return f"{Path(os.path.relpath(file, home)).as_posix()}#L{where.line}"

    return link


# --- checking --------------------------------------------------------------------------------------------------------


def check(sheet: Sheet) -> Iterator[Finding]:
    """Where a file does not say what the model says.

    Raises:
        InputError: there is a file, but it cannot be read as a picture of ours.
    """
    text = read_text(sheet.path)
    if text is None:
        yield Finding(sheet.path, "", "there is no such file")
        return
    found = _read(sheet, text)
    for place, difference in compared(sheet.graphs, found):
        yield Finding(sheet.path, place if sheet.format.together else "", difference)


def compared(graphs: Sequence[Graph], found: Sequence[Meaning]) -> Iterator[tuple[str, Difference | str]]:
    """The differences of pictures, page by page; the name of a page is that of its graph."""
    wanted = {graph.name: meaning(graph) for graph in graphs}
    pages = [page.name for page in found]
    for name in wanted:
        if name not in pages:
            yield f"page {name}", "there is no such picture in it"
    for page in found:
        if page.name not in wanted:
            yield f"page {page.name}", "it is a picture of something that is not in the model"
        else:
            yield from ((f"page {page.name}", one) for one in differences(wanted[page.name], page))


def _read(sheet: Sheet, text: str) -> Sequence[Meaning]:
    try:
        return sheet.format.read(text, sheet.graphs)
    except UnreadableError as error:
        raise InputError(f"{sheet.path} cannot be read: {error}") from None


def read_text(path: Path) -> str | None:
    """The text of a file; ``None`` where there is none.

    Raises:
        InputError: it cannot be read, or is no text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise InputError(f"{path} cannot be read: it is no text in UTF-8") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None


# --- writing ---------------------------------------------------------------------------------------------------------


def rendered(files: Sequence[Sheet], drawio: str | None, relayout: bool = False) -> Iterator[tuple[Path, str]]:
    """The new texts of files, in which stays what a person has made of them, unless they are to be laid out afresh.

    ``drawio`` is the text of the system's ``.drawio`` file, by which all others are laid out; where that is itself one
    of the files, it has to be the first.

    Raises:
        InputError: there is a file of that name which is none of ours.
        LayoutError: something has to be laid out, and cannot be.
    """
    for sheet in files:
        previous = read_text(sheet.path)
        if previous is not None:
            _own(sheet, previous)
        # What was laid out afresh a moment ago is not laid out again.
        afresh = relayout and (sheet.format is DRAWIO or drawio is None)
        text = sheet.format.render(sheet.graphs, Past(previous, drawio, afresh))
        if sheet.format is DRAWIO:
            drawio = text
        yield sheet.path, text


def _own(sheet: Sheet, text: str) -> None:
    """Refuse to write over a file that is none of ours."""
    try:
        _read(sheet, text)
    except InputError as error:
        raise InputError(f"{error}; it is left as it is: move it away, or draw into another directory") from None


def laid_out(graphs: Sequence[Graph], directory: Path, module: str) -> str | None:
    """The text of the ``.drawio`` file by which the pictures in a directory are laid out: the one there, or else the
    one that is shipped beside the file of the system's module; ``None`` where there is neither.

    Raises:
        InputError: the one there cannot be read as a picture of ours.
    """
    (sheet,) = sheets(graphs, directory, [DRAWIO])
    text = read_text(sheet.path)
    if text is not None:
        _read(sheet, text)
        return text
    try:
        shipped = read_text(Path(module).with_name(sheet.path.name))
        return shipped if shipped and _read(sheet, shipped) else None
    except InputError:
        return None


def adopted(graph: Graph, path: Path, drawio: str | None) -> tuple[str, Adoption]:
    """The ``.drawio`` file with a hand-made picture as its page for a graph, and what was matched in that.

    Raises:
        InputError: there is no such file, or it is no draw.io file.
    """
    text = read_text(path)
    if text is None:
        raise InputError(f"{path} cannot be read: there is no such file")
    try:
        found = adopt(graph, text)
        others = [page for page in read_pages(drawio) if page.graph != graph.name] if drawio else []
        return write_pages([*read_pages(found.text)[:1], *others]), found
    except UnreadableError as error:
        raise InputError(f"{path} cannot be read: {error}") from None


def write(texts: dict[Path, str]) -> list[Path]:
    """Write files, each in one piece and none before all are ready; the paths of those that have changed.

    Raises:
        InputError: a directory or a file cannot be written; then no file is changed, unless the disk fails in between.
    """
    changed = {path: text for path, text in texts.items() if _bytes(path) != text.encode()}
    ready: dict[Path, str] = {}
    try:
        for path, text in changed.items():
            ready[path] = _beside(path, text)
        for path, temporary in ready.items():
            os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"{error.filename2 or error.filename} cannot be written: {error.strerror or error}") from None
    finally:
        for temporary in ready.values():
            Path(temporary).unlink(missing_ok=True)
    return list(changed)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _beside(path: Path, text: str) -> str:
    """A new file beside the one that it will replace; its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(13, os.strerror(13), str(path))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    with open(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
    return name


def _umask() -> int:
    """The mask for new files; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
