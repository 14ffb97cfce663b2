"""A recorded run as pictures: run again, told as a sequence, and for each thing its way through its machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

from ..engine import Engine, InputError, Move, Refusal, load, model
from ..engine.command.driving import Driver, ModelFault, Outcome, drive
from ..engine.command.loading import RECORDING, STATION, named, system
from ..engine.command.recorded import is_trace, read_file, shown_name
from ..engine.command.telling import clock, command_text, message_text
from ..engine.state import Input, State
from ..engine.step import Step, Trace
from ..engine.tracefile import Replayed
from .charts import machine_graph
from .drawio import drawing_in
from .files import laid_out, links, read_text, write
from .formats import MADE
from .graph import Link
from .layout import lay_out
from .overview import system_graphs
from .sequence import render_sequence_svg
from .svg import Drawing
from .trace import Scene, Thing, name_of, render_sequence_mermaid, render_way, sequence

FORMATS = ("svg", "mermaid")
"""How a run can be drawn, by the names of the formats."""

FINDINGS = ("refused", "fault", "broken")
"""What a trace says of a step beside its commands."""


@dataclass(frozen=True)
class Run:
    """A run: what happened at each step. ``name`` is that of its file, without ending."""

    name: str
    system: model.System
    scenes: tuple[Scene, ...]
    moves: tuple[Move, ...]

    @property
    def things(self) -> tuple[Thing, ...]:
        """The things that took a transition, machine by machine."""
        order = [machine.name for machine in self.system.machines]
        found = {(machine, key) for move in self.moves for machine, key, *_ in move.path}
        return tuple(sorted(found, key=lambda thing: (order.index(thing[0]), thing[1])))


def read_run(path: Path, of: str | None = None) -> Run:
    """Run a recorded day of the shipped station, or a trace of any system; ``of`` is the system that it has to be of.

    Raises:
        InputError: there is no such file, it is no recording, or one of another system.
    """
    watched: list[_Watched] = []

    def watch(engine: Engine[Any]) -> Engine[Any]:
        watched.append(_Watched(engine))
        return cast("Engine[Any]", watched[-1])

    scenes: list[Scene] = []
    moves: list[Move] = []
    try:
        name = shown_name(str(path))
        for outcome in drive(lambda first: _driver(first, watch, path, of), read_file(str(path)), name):
            taken = watched[-1].taken()
            scenes.append(_scene(watched[-1].engine.system, outcome, taken))
            moves += taken
    except ModelFault as fault:
        scenes.append(Scene(findings=(str(fault),)))
    if not watched:
        raise InputError(f"{path}: nothing in it can be run")
    return Run(path.stem, watched[-1].engine.system, tuple(s for s in scenes if s.says), tuple(moves))


def _driver(
    first: Mapping[str, Any], watch: Callable[[Engine[Any]], Engine[Any]], path: Path, of: str | None
) -> Driver:
    whose = first["system"] if is_trace(first) else STATION
    if of is not None and whose != of:
        raise InputError(f"{path} is a recording of {whose}, not of {of}")
    if is_trace(first):
        return Replayed(lambda reference: watch(load(system(reference))))
    make: Callable[[Engine[Any]], Driver] = named(RECORDING, "the recording")
    return make(watch(load(system(STATION))))


def _scene(of: model.System, outcome: Outcome, moves: Iterable[Move]) -> Scene:
    findings = (message_text(message) for message in outcome.out if not message.keys().isdisjoint(FINDINGS))
    caption = " · ".join((f"{outcome.number}", clock(outcome.time), command_text(outcome.recorded.command)))
    return Scene(sequence(of, moves), caption, tuple(findings))


@dataclass
class _Watched:
    """An engine whose moves are noted."""

    engine: Engine[Any]
    moves: list[Move] = field(default_factory=list[Move])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def taken(self) -> list[Move]:
        """The moves since this was last asked."""
        found, self.moves = self.moves, []
        return found

    def step(self, state: State, event: Input | None, now: int) -> Step | Refusal:
        """As the engine does."""
        found = self.trace(state, event, now)
        return found if isinstance(found, Refusal) else found.step

    def trace(self, state: State, event: Input | None, now: int, policies: Any = None) -> Trace | Refusal:
        """As the engine does."""
        found = self.engine.trace(state, event, now, policies)
        if not isinstance(found, Refusal):
            self.moves += found.moves
        return found

    def take(self, state: State, event: Input, now: int) -> Step | Refusal:
        """As the engine does."""
        found = self.engine.take(state, event, now)
        if not isinstance(found, Refusal):
            self.moves.append(Move(event, state, found.state, found.commands, found.path))
        return found


# --- files -----------------------------------------------------------------------------------------------------------


def pictures(run: Run, directory: Path, formats: Iterable[str] = FORMATS) -> Iterator[tuple[Path, str]]:
    """The files of a run and their texts; machines are laid out as the ``.drawio`` file in the directory says.

    Raises:
        InputError: a file of that name is none of ours.
        LayoutError: something has to be laid out, and cannot be.
    """
    for format_ in formats:
        for name, text in _svgs(run, directory) if format_ == "svg" else _mermaid(run):
            path = directory / name
            _own(path)
            yield path, text


def draw_sequence(path: Path) -> Path:
    """Draw the sequence of a recording beside it, as SVG; its path. Raises as ``read_run`` and ``pictures`` do."""
    file = path.with_suffix(".svg")
    _own(file)
    write({file: _sequence_svg(read_run(path))})
    return file


def _sequence_svg(run: Run) -> str:
    return render_sequence_svg(run.scenes, run.name)


def _mermaid(run: Run) -> Iterator[tuple[str, str]]:
    yield f"{run.name}.mmd", f"%% {MADE}\n{render_sequence_mermaid(run.scenes)}"


def _svgs(run: Run, directory: Path) -> Iterator[tuple[str, str]]:
    yield f"{run.name}.svg", _sequence_svg(run)
    lock = laid_out(system_graphs(run.system), directory, run.system.where.file)
    drawn: dict[str, Drawing] = {}
    link: Link = links(directory)
    for thing in run.things:
        machine = run.system.machine(thing[0])
        graph = machine_graph(machine, link)
        if machine.name not in drawn:
            drawn[machine.name] = (lock and drawing_in(graph, lock)) or Drawing(lay_out(graph))
        text = render_way(graph, machine, thing[1], run.moves, drawn[machine.name])
        yield f"{run.name}.{name_of(thing).replace(' ', '-')}.svg", text


def _own(path: Path) -> None:
    """Refuse to write over what is no picture of a run."""
    text = read_text(path)
    if text is not None and not (text.startswith(f"%% {MADE}\nsequenceDiagram") or _is_run(text)):
        raise InputError(f"{path} is no picture of a run; it is left as it is: move it away, or draw elsewhere")


def _is_run(text: str) -> bool:
    try:
        return "data-run" in ElementTree.fromstring(text).keys()  # noqa: SIM118 - an element is no mapping
    except ElementTree.ParseError:
        return False
