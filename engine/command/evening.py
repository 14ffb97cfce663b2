"""An evening at a station: a story of recorded commands, run through the engine.

The story only says what people and cables do. Whatever the station does is told from the steps that the engine takes,
and checked against the model's invariants and laws after each event.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from ..decisions import Decision, Decisions
from ..laws import Violation
from ..model import Create, If, Loop, Statement, System
from ..refusal import Refusal
from ..state import Input, State
from ..step import Engine, Move, Step
from .driving import Driver, Message
from .kept import KeptStation

JOURNAL = "statewatt-evening.journal"
"""The name of the file that outlives the power cut."""


class Station(Driver, Protocol):
    """A driver that shows its station and the border to it."""

    @property
    def state(self) -> State:
        """The station's state."""
        ...

    @property
    def requests(self) -> Any:
        """What makes requests into the engine's input."""
        ...


@dataclass(frozen=True)
class Scene:
    """One line of the story.

    ``why`` names the choices whose answers are worth telling, instead of each thing's last; ``explain``: tell why the
    token that is presented is granted no EVSE.
    """

    command: Mapping[str, Any] | None
    caption: str = ""
    why: tuple[str, ...] = ()
    explain: bool = False
    power_cut: bool = False


@dataclass(frozen=True)
class Moment:
    """What a scene came to.

    ``time`` is in seconds since the opening, after the scene; ``decisions`` are those worth telling; ``moves`` is how
    many events there were; ``note`` tells of a power cut, and ``lost`` whether it cost anything.
    """

    time: float
    scene: Scene
    out: tuple[Message, ...]
    decisions: tuple[Decision, ...]
    explanation: Any
    refusals: tuple[Refusal, ...]
    violations: tuple[Violation, ...]
    state: Message
    moves: int = 0
    note: str = ""
    lost: bool = False

    @property
    def recorded(self) -> Message | None:
        """The step as a line of a recording; none for a power cut, of which nothing is seen outside."""
        if self.scene.command is None:
            return None
        return {"in": self.scene.command, "out": [*self.out], "state": self.state}


def story() -> list[Scene]:
    """The evening that is shipped."""
    text = files(__name__.rpartition(".")[0]).joinpath("evening.jsonl").read_text(encoding="utf-8")
    return [_scene(json.loads(line)) for line in text.splitlines()]


def _scene(data: Mapping[str, Any]) -> Scene:
    return Scene(
        data.get("in"),
        data.get("caption", ""),
        tuple(data.get("why", ())),
        data.get("explain", False),
        data.get("power_cut", False),
    )


def play(
    scenes: Sequence[Scene],
    engine: Engine[Any],
    drive: Callable[[Any], Station],
    explain: Callable[..., Any],
) -> Iterator[Moment]:
    """What each scene comes to, at a station of that engine.

    ``drive`` makes the station's driver of an engine, ``explain`` explains presentations.
    """
    tellers = [Decisions(engine, name) for name in _deciding(engine.system)]
    time = 0.0
    with TemporaryDirectory() as folder, ExitStack() as ending:
        watched = Watched(engine, Path(folder, JOURNAL) if any(scene.power_cut for scene in scenes) else None)
        ending.callback(watched.end)
        station = drive(watched)
        for scene in scenes:
            watched.forget()
            if scene.power_cut:
                note, lost = watched.cut_power(station.state)
                yield Moment(time, scene, (), (), None, (), (), station.observed(), 0, note, lost)
                continue
            assert scene.command is not None
            explanation = _explained(scene.command, watched, station, explain) if scene.explain else None
            out = tuple(station.handle(scene.command))
            time += scene.command["seconds"] if scene.command["cmd"] == "advance" else 0
            yield Moment(
                time,
                scene,
                out,
                tuple(_worth_telling(scene, [d for teller in tellers for d in teller.of(watched.moves)])),
                explanation,
                tuple(watched.refusals),
                watched.violations(),
                station.observed(),
                len(watched.moves),
            )


@dataclass
class Watched:
    """An engine under observation; the station's memory is what it last returned, and can get lost.

    With a ``path`` for a journal, a process of its own takes the same inputs and keeps them there: a power cut is the
    end of that process.
    """

    engine: Engine[Any]
    path: Path | None = None
    kept: KeptStation | None = None
    moves: list[Move] = field(default_factory=list[Move])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    lost: State | None = None
    restored: State | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def forget(self) -> None:
        """A new scene begins."""
        self.moves, self.refusals = [], []

    def start(self, *values: Any, **options: Any) -> State:
        """The state in which the station begins, and with it the process that keeps what comes."""
        self.end()
        state = self.engine.start(*values, **options)
        if self.path:
            self.path.unlink(missing_ok=True)
            self.kept = KeptStation(self.engine, self.path, state)
        return state

    def step(self, state: State, event: Input | None, now: int) -> Step | Refusal:
        """A step of the engine, noted event by event."""
        found = self.engine.trace(self.current(state), event, now)
        if isinstance(found, Refusal):
            self.refusals.append(found)
            return found
        self.moves += found.moves
        if self.kept:
            self.kept.take(event, now)
        return found.step

    def view(self, state: State) -> Any:
        """The state as the engine shows it."""
        return self.engine.view(self.current(state))

    def current(self, state: State) -> State:
        """The state, unless it got lost: then what was read back."""
        return self.restored if self.restored is not None and state is self.lost else state

    def violations(self) -> tuple[Violation, ...]:
        """The invariants and laws that the events of the scene break."""
        return tuple(v for m in self.moves for v in self.engine.violations(m.before, m.commands, m.after))

    def cut_power(self, state: State) -> tuple[str, bool]:
        """Kill the process that keeps the journal, throw engine and state away, and open the journal with a new engine:
        in words, and whether anything got lost."""
        assert self.kept is not None
        state, kept, self.kept = self.current(state), self.kept, None
        entries = kept.killed()
        self.engine = Engine(self.engine.system)
        self.lost, self.restored = state, kept.left(self.engine)
        same = self.restored.key() == state.key()
        verdict = "equal to the one before" if same else "another than before"
        return (
            f"the station's process was killed (kill -9); its journal, {entries} entries in {kept.path.name}, "
            f"opened with a new engine: the state is {verdict}"
        ), not same

    def end(self) -> None:
        """No process is left behind."""
        if self.kept:
            self.kept.end()
            self.kept = None


def _explained(command: Mapping[str, Any], watched: Watched, station: Station, explain: Callable[..., Any]) -> Any:
    left_out = ("cmd", "id_token", "validation_results", "validation_delay_s")
    options = {key: value for key, value in command.items() if key not in left_out}
    answers = command.get("validation_results", ())
    state = watched.current(station.state)
    return explain(watched.engine, state, station.requests, command["id_token"], answers=answers, **options)


def _worth_telling(scene: Scene, decisions: Sequence[Decision]) -> Iterator[Decision]:
    """The choices that the scene asks for, where they came up; of each other thing the last transition."""
    asked = {(d.machine, d.key) for d in decisions if d.source in scene.why}
    last = {(d.machine, d.key): d for d in decisions}
    for decision in decisions:
        thing = (decision.machine, decision.key)
        if decision.source in scene.why if thing in asked else decision is last[thing]:
            yield decision


def _deciding(system: System) -> list[str]:
    """The machines that have choices and whose things are not made by actions."""
    made = {name for m in system.machines for action in m.actions for name in _creations(action.body)}
    return [m.name for m in system.machines if any(s.choice for s in m.states) and m.name not in made]


def _creations(statements: Iterable[Statement]) -> Iterator[str]:
    for statement in statements:
        if isinstance(statement, Create):
            yield statement.machine
        elif isinstance(statement, If):
            yield from _creations((*statement.then, *statement.otherwise))
        elif isinstance(statement, Loop):
            yield from _creations(statement.body)
