"""``statewatt compile``: a system as one Python module without dependencies."""

from __future__ import annotations

import sys
from itertools import zip_longest
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from ..bundling import compiled_module, is_compiled
from ..reading import read
from ..state import InputError
from .loading import STATION, system

STDOUT = "-"


def compile_(
    reference: Annotated[
        str | None, typer.Argument(metavar="[SYSTEM]", help="The system, as module:Name.", show_default=STATION)
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", "-o", metavar="FILE", help="The module; - is standard output.", show_default=False),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; status 1 where the file is not what would be written.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite a file that was not written by this command, too.")
    ] = False,
) -> int:
    """Write a system as one readable Python module that needs nothing but Python.

    The module holds the station as objects that change in place, with its guards, actions, policies and
    trusted functions, and the commands and values of its model. The same model gives the same bytes on
    every machine.
    """
    if out is None:
        raise InputError("where to? name a file with -o, or - for standard output")
    if check and (force or out == STDOUT):
        raise InputError("--check compares with a file, and writes nothing: name the file with -o, without --force")
    path = None if out == STDOUT else Path(out)
    if path and not check:
        _check_place(path, force)
    text = compiled_module(read(system(reference or STATION)))
    if path is None:
        sys.stdout.write(text)
        return 0
    console = Console(soft_wrap=True, highlight=False, markup=False)
    return _check(path, text, console) if check else _write(path, text, console)


def _check_place(path: Path, force: bool) -> None:
    """Nothing but what this command has written is overwritten unasked, and it is said before the work."""
    if path.is_dir():
        raise InputError(f"{path} is a directory: name a file in it")
    if not path.parent.is_dir():
        raise InputError(f"there is no directory {path.parent} to write {path.name} into")
    if path.exists() and not force and not is_compiled(_read(path)):
        raise InputError(f"{path} was not written by statewatt compile: --force overwrites it")


def _write(path: Path, text: str, console: Console) -> int:
    same = path.exists() and _read(path) == text
    if not same:
        try:
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}") from error
    word = Text("unchanged", "dim") if same else Text("written", "green")
    console.print(Text.assemble(f"{path}: ", word, f", {text.count(chr(10))} lines; its first lines show its use"))
    return 0


def _check(path: Path, text: str, console: Console) -> int:
    """Say where the file begins to differ."""
    if not path.exists():
        console.print(Text(f"{path} is not there", "red"))
        return 1
    there, wanted = _read(path).split("\n"), text.split("\n")
    if there == wanted:
        console.print(f"{path}: what would be written")
        return 0
    line = next(number for number, (a, b) in enumerate(zip_longest(there, wanted), 1) if a != b)
    console.print(Text(f"{path}:{line} is not what would be written: compile it again", "red"))
    return 1


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
