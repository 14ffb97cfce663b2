"""Recorded days and how to replay them, for the tests of the models."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from statewatt.engine import Engine, Move, Refusal, Step, Trace, Violation, load
from statewatt.engine.command.comparison import Difference, differences
from statewatt.engine.state import Input, State
from statewatt.models.recording import Recording
from statewatt.models.station import ChargingStation

TRACES = Path(__file__).parents[1] / "traces"

Message = dict[str, Any]
Witness = Callable[[Engine[ChargingStation], Move], None]


@dataclass(frozen=True)
class Recorded:
    """One step of a recorded day: a command, what the reference told, and what could be seen of it afterwards."""

    command: Message
    out: list[Message]
    state: Message | None


@cache
def days(folder: str) -> Mapping[str, tuple[Recorded, ...]]:
    """The recorded days of ``agree``, ``questionable`` or ``defects`` by their names."""
    with ZipFile(TRACES / f"{folder}.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".jsonl")]
        return {name.removesuffix(".jsonl"): tuple(_steps(archive.read(name))) for name in sorted(names)}


@cache
def tags() -> Mapping[str, Any]:
    """What is questionable about each questionable day, and from which step on where that is known."""
    with ZipFile(TRACES / "questionable.zip") as archive:
        found = json.loads(archive.read("tags.json"))
    return {name.removesuffix(".jsonl"): about for name, about in found.items()}


def _steps(text: bytes) -> Iterator[Recorded]:
    for line in text.splitlines():
        step = json.loads(line)
        yield Recorded(step["in"], step["out"], step.get("state"))


class Watched(Engine[ChargingStation]):
    """An engine that looks at every move of every step for invariants and laws that do not hold."""

    def __init__(
        self,
        engine: Engine[ChargingStation] | None = None,
        *,
        witness: Witness | None = None,
        policies: Mapping[str, Any] | None = None,
    ) -> None:
        self.__dict__.update((engine if engine is not None else load(ChargingStation)).__dict__)
        self.broken: list[Violation] = []
        self._witness = witness
        self._chosen = policies

    def start(self, *given: Any, **named: Any) -> State:
        """The state, whose invariants are looked at."""
        state = super().start(*given, **named)
        self.broken += self.broken_invariants(state)
        return state

    def step(
        self, state: State, event: Input | None, now: int, policies: Mapping[str, Any] | None = None
    ) -> Step | Refusal:
        """The step, each move of which is looked at."""
        result = self.trace(state, event, now, policies or self._chosen)
        if not isinstance(result, Trace):
            return result
        for move in result.moves:
            self.broken += self.violations(move.before, move.commands, move.after)
            if self._witness:
                self._witness(self, move)
        return result.step


def compared(recording: Recording, step: Recorded) -> list[Difference]:
    """What differs when the station does the recorded step."""
    out = recording.handle(step.command)
    return differences(step.out, out, step.state, recording.observed())


def is_about_a_hold(difference: Difference) -> bool:
    """The difference is an EVSE that is held, or no longer held, for reservations without an EVSE (number -1)."""
    told = (difference.expected, difference.got)
    return any(isinstance(m, dict) and m.get("reservation_id") == -1 for m in told) and all(
        m == "nothing" or (isinstance(m, dict) and m.get("reservation_id", -1) == -1) for m in told
    )
