"""Recorded runs, done again: a station is driven through the recorded commands, and compared at each step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..state import EngineFault, InputError
from .comparison import Difference, differences
from .recorded import Recorded, RecordingError

Message = dict[str, Any]


class Driver(Protocol):
    """What is driven: a system under virtual time, which passes only where a command says so."""

    def handle(self, command: Mapping[str, Any], /) -> list[Message]:
        """What the station does upon a command; ``InputError`` for a wrong one, which changes nothing."""
        ...

    def observed(self) -> Message:
        """What can be seen of the station from outside."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What ours did at one step.

    ``number`` counts the commands of the file from 0, ``time`` is in seconds, after the command.
    """

    number: int
    time: float
    recorded: Recorded
    out: list[Message]
    state: Message
    differences: tuple[Difference, ...]


class ModelFault(Exception):  # noqa: N818 - the fault is the model's
    """The model failed at a step: a finding, not bad input."""


def drive(driver_of: Callable[[Mapping[str, Any]], Driver], steps: Iterable[Recorded], name: str) -> Iterator[Outcome]:
    """What ours does at each step of a file of that name; the first command tells who is driven.

    Raises:
        RecordingError: a command is wrong.
        ModelFault: the model did what a proof excludes.
    """
    time = 0.0
    driver: Driver | None = None
    for number, recorded in enumerate(steps):
        driver = driver or driver_of(recorded.command)
        try:
            out = driver.handle(recorded.command)
            state = driver.observed()
        except InputError as error:
            raise RecordingError(name, recorded.line, str(error)) from None
        except EngineFault as error:
            raise ModelFault(f"step {number} (line {recorded.line}): the model fails: {error}") from error
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            # What a driver does not check itself; Python names one of its functions first.
            what = recorded.command.get("cmd", "input")
            reason = f"{what}: {str(error).rpartition('() ')[2]} ({type(error).__name__})"
            raise RecordingError(name, recorded.line, reason) from error
        time = _later(time, recorded.command)
        found = tuple(differences(recorded.out, out, recorded.state, state))
        yield Outcome(number, time, recorded, out, state, found)


def _later(time: float, command: Mapping[str, Any]) -> float:
    """The time after a command, in seconds: what ``advance`` adds up to, or that of a trace's input."""
    if "cmd" not in command:
        now: int = command.get("now", 0)
        return max(time, now / 1000)
    if command["cmd"] == "configure":
        return 0.0
    return time + command["seconds"] if command["cmd"] == "advance" else time
