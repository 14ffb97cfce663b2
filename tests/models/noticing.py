"""Whether the recorded days go otherwise with a mutant of the station."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from statewatt.engine import Engine, load
from statewatt.engine.command.comparison import Difference
from statewatt.models.recording import Recording
from statewatt.models.station import ChargingStation
from tests.models.days import compared, days

FOLDERS = ("agree", "questionable")
"""The days that are compared with the station's own; of the others, tests look only at some steps."""


def noticed_on(engine: Engine[ChargingStation]) -> str:
    """The first recorded day that goes otherwise with this engine than with the station's own; empty if none does."""
    for folder in FOLDERS:
        for day in days(folder):
            own, theirs = _of_the_station(folder, day), _differences(engine, folder, day)
            if any(found != other for found, other in zip(own, theirs, strict=True)):
                return day
    return ""


@cache
def _of_the_station(folder: str, day: str) -> tuple[list[Difference] | str, ...]:
    return tuple(_differences(load(ChargingStation), folder, day))


def _differences(engine: Engine[ChargingStation], folder: str, day: str) -> Iterator[list[Difference] | str]:
    """How each step differs from what was recorded, or what the engine fails with."""
    recording = Recording(engine)
    failed = ""
    for step in days(folder)[day]:
        if not failed:
            try:
                yield compared(recording, step)
                continue
            except Exception as error:
                failed = f"{type(error).__name__}: {error}"
        yield failed
