"""What is to be verified: a system, or a plain python-statemachine class. Importing this loads no solver."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from ..engine import Machine, System, model
from ..engine.command.loading import named
from ..engine.reading import read
from ..engine.state import InputError
from .duties import duties, ends
from .plain.names import ASKED_ONLY, PROPERTIES, PlainClass, is_plain
from .plain.places import Places
from .verifying import Options, verify

if TYPE_CHECKING:
    from .inferring import Inferred
    from .prove import Progress
    from .verdict import Report

OVERALL = {
    "every_transition_can_happen": "Every transition can happen in some state that keeps the invariants.",
    "the_walk_meets_no_fault": "A walk through the engine meets no fault of the model.",
    "trusted_functions_keep_their_word": "Trusted functions keep their contracts and read what they declare.",
}
"""What a run over all properties of a system looks at beside them."""

ALONE = Options()


Infer: TypeAlias = "Callable[[Progress | None], tuple[Target, Inferred]]"


class Run(Protocol):
    """Verifies what is named, or all."""

    def __call__(self, names: Iterable[str] | None, progress: Progress | None, how: Options = ALONE) -> Report:
        """The report; a plain class needs no solver, and ``how`` does not count."""
        ...


@dataclass(frozen=True)
class Named:
    """A property, before anything is proved of it."""

    name: str
    label: str
    where: model.Where


@dataclass(frozen=True)
class Target:
    """Its properties, and how to verify them: all, or those that are named. ``overall``: what a run over all of them
    looks at beside; ``asked_only``: properties that it leaves out."""

    reference: str
    properties: tuple[Named, ...]
    overall: tuple[Named, ...]
    asked_only: tuple[str, ...]
    verify: Run
    infer: Infer | None = None

    def inferred(self, progress: Progress | None) -> tuple[Target, Inferred]:
        """The same with inferred invariants, and what was inferred; ``InputError`` for a plain class."""
        if self.infer is None:
            raise InputError(f"{self.reference} is no System: it has no laws for which invariants could be found")
        return self.infer(progress)

    def wanted(self, names: Iterable[str]) -> list[str]:
        """The names, each of which is known; ``InputError`` for one that is not."""
        return among(names, [property_.name for property_ in self.properties], self.reference.partition(":")[2])


def among(names: Iterable[str], known: Sequence[str], owner: str) -> list[str]:
    """The names of properties, each of which is known; ``InputError`` names what is most like one that is not."""
    found = list(names)
    for name in found:
        if name not in known:
            near = difflib.get_close_matches(name, known, 3) or known
            raise InputError(f"{owner} has no property {name!r}; it has {', '.join(near)}")
    return found


def target(reference: str) -> Target:
    """What ``module:Name`` refers to.

    Raises:
        InputError: nothing that can be verified.
        ModelError: the system cannot be read.
    """
    python = named(reference, "the system")
    if is_plain(python):
        return _plain(reference, python)
    if isinstance(python, type) and issubclass(python, System):
        return _system(reference, read(python))
    if isinstance(python, type) and issubclass(python, Machine):
        raise InputError(f"{reference} is a Machine; name the System that it belongs to")
    raise InputError(f"{reference} is no System, nor a class of python-statemachine")


def _system(reference: str, system: model.System) -> Target:
    def run(names: Iterable[str] | None, progress: Progress | None, how: Options = ALONE) -> Report:
        return verify(system, names, progress, jobs=how.jobs, cache=how.cache, seconds=how.seconds)

    def infer(progress: Progress | None) -> tuple[Target, Inferred]:
        from .inferring import infer

        found = infer(system, progress)
        return _system(reference, found.system), found

    overall = tuple(Named(name, label, system.where) for name, label in OVERALL.items())
    properties = tuple(Named(duty.name, duty.label, duty.where) for duty in (*duties(system), *ends(system)))
    return Target(reference, properties, overall, (), run, infer)


def _plain(reference: str, cls: PlainClass) -> Target:
    def run(names: Iterable[str] | None, progress: Progress | None, how: Options = ALONE) -> Report:
        from .plain.checking import check

        return check(cls, names)

    where = Places(cls).of_class
    found = tuple(Named(name, label, where) for name, label in PROPERTIES.items())
    return Target(reference, found, (), ASKED_ONLY, run)
