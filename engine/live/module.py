"""A system as classes whose things change in place: written, and run."""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from .. import model
from ..compiling.agenda import Agenda
from ..compiling.names import Objects
from ..compiling.plan import Plan
from ..compiling.records import plan_endings
from ..compiling.source import Source
from . import fields, kernel, things
from .expressions import ObjectExpressions
from .machines import Machines, ObjectEvents
from .station import Stations
from .urgency import ObjectOffers, Urgency

SUPPORT: tuple[ModuleType, ...] = (things, fields, kernel)
"""What every such module needs at run time; they import the standard library, each other, and the engine's inputs and
errors, in place of which a module that stands alone has ``alone``."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Written:
    """The classes of a system as text; for each line the one of the model that it comes from; and the names in it of
    the Python classes that the model names (``module:qualified name``)."""

    text: str
    places: Mapping[int, model.Where]
    names: Mapping[str, str]


def write(system: model.System, objects: Objects) -> Written:
    """The classes of a system. They use the public names of ``SUPPORT``, those of ``names``, and for each trusted
    function and policy ``System__name``."""
    plan = Plan(system)
    expressions = ObjectExpressions(system, objects, plan)
    source = Source()
    events = ObjectEvents(source, expressions)
    offers = ObjectOffers(source, expressions, events)
    agenda = Agenda(source, expressions, offers)
    plan_endings(system, plan)
    machines = Machines(source, expressions, events)
    urgency = Urgency(source, expressions, offers, agenda)
    stations = Stations(source, machines, urgency)
    for machine in system.machines:
        source.line()
        source.line()
        with source.block(f"class {machine.name}(Thing):", machine.where):
            machines.head(machine)
            machines.body(machine)
            urgency.of_machine(machine)
            stations.of_machine(machine)
    stations.write()
    stations.tables()
    return Written(source.text(), dict(source.places), objects.names())


def live_class(system: model.System, objects: Objects | None = None) -> type[kernel.Station]:
    """The class of a system whose stations change in place."""
    objects = objects or Objects(system)
    written = write(system, objects)
    python = objects.get(system.python)
    file = f"<statewatt {system.name} in place {next(_numbers)}>"
    space: dict[str, Any] = {name: value for module in SUPPORT for name, value in vars(module).items()}
    space["__name__"] = file
    space |= objects.globals()
    space |= {f"{system.name}__{t}": getattr(python, t) for t in (*(t.name for t in system.trusted), *system.policies)}
    exec(compile(written.text, file, "exec"), space)
    linecache.cache[file] = (len(written.text), None, written.text.splitlines(keepends=True), file)
    found: type[kernel.Station] = space[system.name]

    def where(station: kernel.Station, error: Exception) -> model.Where | None:
        return _place(error, file, written.places)

    type.__setattr__(found, "_where", where)
    return found


def _place(error: Exception, file: str, places: Mapping[int, model.Where]) -> model.Where | None:
    """The line of the model at which a traceback ends."""
    found: model.Where | None = None
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == file:
            found = places.get(traceback.tb_lineno, found)
        traceback = traceback.tb_next
    return found
