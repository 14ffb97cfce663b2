"""The generated module: written, registered for tracebacks, run.

Its source is ordinary Python that imports nothing of the engine but the base classes of its records and its state.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from .. import model
from ..state import EngineFault, Record, State, Taken
from .accepted import Accepted, Keys
from .actions import Actions
from .agenda import Agenda
from .events import Events
from .expressions import Expressions
from .indexes import Indexes, insert, remove
from .names import Objects
from .offers import Offers
from .plan import Plan
from .predicates import Predicates
from .records import Worlds, plan_endings, write_births, write_endings, write_records
from .source import Source

_numbers = itertools.count(1)


class Fault(Exception):  # noqa: N818 - the fault is the model's
    """What generated code raises where an obligation fails."""


def first(things: Iterable[int]) -> int:
    """The first of them; there must be one."""
    for thing in things:
        return thing
    raise Fault("there is no such thing")


def given(thing: int | None) -> int:
    """The thing, which must be there."""
    if thing is None:
        raise Fault("an optional reference is read that is None")
    return thing


class World(State):
    """What every generated state also has: a draft's commands, transitions and own records."""

    __slots__ = ("commands", "path")
    commands: list[Any]
    path: list[Taken]


Offer = tuple[str, int, str, str, Sequence[Keys]]
"""An urgent event that is accepted: machine, key, event, policy (or ""), and the accepted things for its parameters."""


@dataclass(frozen=True)
class Compiled:
    """The functions of a generated module, by what they are for, and its source."""

    system: model.System
    objects: Objects
    file: str
    source: str
    places: Mapping[int, model.Where]
    space: dict[str, Any]

    def function(self, name: str) -> Callable[..., Any]:
        """A generated function."""
        found: Callable[..., Any] = self.space[name]
        return found

    def event(self, machine: str, name: str) -> Callable[..., bool]:
        """``(d, self, …)``: does the event, tells whether it was accepted."""
        return self.function(f"{machine}__{name}")

    def predicate(self, owner: str, name: str) -> Callable[..., Any]:
        """``(d, self, …)`` of a machine, ``(d, …)`` of the system, ``(d, before, commands)`` of a law."""
        return self.function(f"{owner}__{name}")

    def offers(self, draft: State, now: int) -> Iterator[Offer]:
        """The urgent events that are accepted, in order."""
        found: Iterator[Offer] = self.space["offers"](draft, now)
        return found

    def fault(self, error: Exception) -> EngineFault:
        """The error of a generated function, told in terms of the model."""
        where = self.place(error.__traceback__)
        if isinstance(error, Fault):
            return EngineFault(str(error), where)
        if isinstance(error, KeyError) and error.args == (None,):
            return EngineFault("an optional reference is read that is None", where)
        if isinstance(error, (KeyError, AttributeError, TypeError)) and where is not None:
            return EngineFault(f"something is read that is not there ({type(error).__name__}: {error})", where)
        return EngineFault(f"{type(error).__name__}: {error}", where)

    def place(self, traceback: TracebackType | None) -> model.Where | None:
        """The line of the model at which a traceback ends.

        Where a function was called for nothing (``None``), the caller is to blame.
        """
        frames = [(t.tb_frame, t.tb_lineno) for t in _chain(traceback) if t.tb_frame.f_code.co_filename == self.file]
        while len(frames) > 1 and (frames[-1][1] not in self.places or _of_nothing(frames[-1][0].f_locals)):
            frames.pop()
        return self.places.get(frames[-1][1]) if frames else None


def _chain(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _of_nothing(local_names: Mapping[str, object]) -> bool:
    return "self" in local_names and local_names["self"] is None


def among(found: AbstractSet[int], things: Mapping[int, Any]) -> Collection[int]:
    """Things in order of creation, with all that were found among them; one by one those, if they are few."""
    return sorted(found) if len(found) < len(things) else things


def compile_system(
    system: model.System,
    objects: Objects,
    trusted: Callable[[model.Trusted], Callable[..., Any]],
    indexed: bool = True,
) -> Compiled:
    """Write and run the module of a system; ``trusted`` gives the native functions, called with ``(d, keys…)``.

    Without indexes every look is at all things: slower, and the same.
    """
    plan = Plan(system, indexed)
    expressions = Expressions(system, objects, plan)
    source = Source()
    source.line(f'"""{system.name} as functions, generated from its model. Do not edit."""')
    events = Events(source, expressions)
    offers = Offers(source, expressions, events)
    agenda = Agenda(source, expressions, offers)
    plan_endings(system, plan)
    write_records(source, system)
    Worlds(source, system, plan).write()
    if indexed:
        Indexes(source, system, plan).write()
    write_births(source, system, expressions)
    predicates = Predicates(source, expressions)
    for machine in system.machines:
        predicates.of_machine(machine)
    predicates.of_system(system)
    for machine in system.machines:
        Actions(source, expressions).of_machine(machine)
        events.of_machine(machine)
    offers.write()
    agenda.write()
    write_endings(source, system, plan)
    file = f"<statewatt {system.name} {next(_numbers)}>"
    text = source.text()
    space: dict[str, Any] = {"__name__": file, "Record": Record, "State": World, "Fault": Fault}
    space |= {"first": first, "given": given, "Accepted": Accepted, "among": among, "insert": insert, "remove": remove}
    space |= objects.globals()
    space |= {f"{system.name}__{function.name}": trusted(function) for function in system.trusted}
    exec(compile(text, file, "exec"), space)
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    return Compiled(system, objects, file, text, dict(source.places), space)
