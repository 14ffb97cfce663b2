"""What is drawn: a system, or a plain python-statemachine class."""

from __future__ import annotations

from dataclasses import dataclass

from ..engine import InputError, Machine, System
from ..engine.command.loading import named
from ..engine.reading import read
from .graph import Graph, Link, nowhere
from .overview import system_graphs
from .plain import is_plain, place, plain_graph


@dataclass(frozen=True)
class Subject:
    """Its pictures, the overview first, and the source files that they are made from, its own module's first."""

    graphs: tuple[Graph, ...]
    files: tuple[str, ...]

    @property
    def module(self) -> str:
        """The file of its module, beside which a layout may be shipped."""
        return self.files[0]


def subject(reference: str, link: Link = nowhere) -> Subject:
    """What ``module:Name`` refers to.

    Raises:
        InputError: nothing that can be drawn.
        ModelError: the system cannot be read.
    """
    python = named(reference, "the system")
    if is_plain(python):
        return Subject((plain_graph(python, link),), (place(python).file,))
    if isinstance(python, type) and issubclass(python, System):
        found = read(python)
        files = (found.where.file, *(machine.where.file for machine in found.machines))
        return Subject(system_graphs(found, link), tuple(dict.fromkeys(files)))
    if isinstance(python, type) and issubclass(python, Machine):
        raise InputError(f"{reference} is a Machine; name the System that it belongs to")
    raise InputError(f"{reference} is no System, nor a class of python-statemachine")
