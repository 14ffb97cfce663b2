"""What the engine does, recorded so that a process without it can do the same and compare."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

from statewatt.engine import Birth, Configure, Engine, EngineFault, Event, InputError, Refusal, Step, load
from statewatt.engine.bundling import compiled_module
from statewatt.engine.state import Input, State
from statewatt.models.recording import Recording
from statewatt.models.station import ChargingStation
from tests.bundling import player
from tests.engine.test_indexes import SYSTEMS, from_outside
from tests.models.days import days
from tests.strategies import Arbitrary, Seeded

encoded = player.encoded
Run = dict[str, Any]
NAMES: Mapping[str, Any] = {"EngineFault": EngineFault, "InputError": InputError, "Refusal": Refusal}


@cache
def module_of(name: str) -> str:
    """The bundled module of a system."""
    return compiled_module(load(SYSTEMS[name][0]).system)


def replayed(folder: Path, module: str, system: str, runs: Iterable[Run]) -> tuple[list[str], list[str]]:
    """Run in a process where nothing but this module is to be found: what was loaded, and the differences."""
    (folder / "bundled.py").write_text(module, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            Path(player.__file__).read_text(encoding="utf-8"),
            folder,
            "bundled",
            system,
        ],
        input=json.dumps([*runs]),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded, *differences = done.stdout.splitlines()
    return loaded.split(), differences


# --- recorded days ---------------------------------------------------------------------------------------------------


class Recorder(Engine[ChargingStation]):
    """An engine that notes what it is given, and what comes of it."""

    def __init__(self, engine: Engine[ChargingStation]) -> None:
        self.__dict__.update(engine.__dict__)
        self.runs: list[Run] = []
        self.last: State | None = None
        self.day = ""

    def start(
        self,
        config: object,
        births: Iterable[Birth] = (),
        *,
        fields: Mapping[str, object] | None = None,
        now: int = 0,
        policies: Mapping[str, Any] | None = None,
    ) -> State:
        """A new run."""
        self.close()
        every = [*births]
        given = {"config": config, "births": tuple((b.machine, dict(b.fields)) for b in every), "now": now}
        self.runs.append({"name": self.day, "start": encoded(given), "steps": []})
        self.last = super().start(config, every, now=now)
        return self.last

    def step(
        self, state: State, event: Input | None, now: int, policies: Mapping[str, Any] | None = None
    ) -> Step | Refusal:
        """A step of the run, from where the last one led."""
        assert state is self.last
        result = super().step(state, event, now)
        self.runs[-1]["steps"].append([given(event), now, player.outcome_of(lambda: result, NAMES)])
        if isinstance(result, Step):
            self.last = result.state
        return result

    def close(self) -> None:
        """The end of a run."""
        if self.last is not None:
            self.runs[-1]["end"] = content(self, self.last)


@cache
def recorded_days() -> list[Run]:
    """Every recorded day, as our engine runs it."""
    recorder = Recorder(load(ChargingStation))
    for folder in ("agree", "questionable", "defects"):
        for day, steps in days(folder).items():
            recorder.day = f"{folder}/{day}"
            recording = Recording(recorder)
            for step in steps:
                with suppress(InputError):  # a wrong command comes to no step
                    recording.handle(step.command)
    recorder.close()
    return recorder.runs


# --- random walks ----------------------------------------------------------------------------------------------------


def walks(name: str, seeds: Iterable[int], length: int) -> tuple[list[Run], Counter[str]]:
    """Random walks of a system, from states that need be neither reachable nor lawful; how their events ended."""
    engine = load(SYSTEMS[name][0])
    runs: list[Run] = []
    counted: Counter[str] = Counter()
    for seed in seeds:
        chooser = Seeded(seed)
        arbitrary = Arbitrary(engine, SYSTEMS[name][1], chooser, most=4)
        here = arbitrary.state()
        rows, fields, following, now = contents(engine, here)
        start = {"config": here.config, "rows": rows, "fields": fields, "next_keys": following, "now": now}
        run: Run = {"name": f"{name} {seed}", "start": encoded(start), "steps": []}
        for _ in range(length):
            event, at = from_outside(arbitrary, here), here.now + chooser.choose((0, 0, 1, 2, 9))
            reached: list[State] = []
            step = partial(_reach, engine, here, event, at, reached)
            run["steps"].append([given(event), at, player.outcome_of(step, NAMES)])
            counted["taken" if reached else run["steps"][-1][2][0]] += 1
            here = reached[0] if reached else here
        runs.append({**run, "end": content(engine, here)})
    return runs, counted


def _reach(engine: Engine[Any], state: State, event: Input | None, now: int, reached: list[State]) -> object:
    """The step, and the state that it has led to, if it was taken."""
    result = engine.step(state, event, now)
    reached += [result.state] if isinstance(result, Step) else []
    return result


# --- as JSON ---------------------------------------------------------------------------------------------------------


def given(event: Input | None) -> Any:
    """An input, by the name of its class and its arguments."""
    if isinstance(event, Event):
        return ["Event", event.machine, event.name, event.target, encoded(dict(event.arguments))]
    if isinstance(event, Birth):
        return ["Birth", event.machine, encoded(dict(event.fields))]
    return ["Configure", encoded(dict(event.settings))] if isinstance(event, Configure) else None


def contents(engine: Engine[Any], state: State) -> tuple[Any, ...]:
    """All of a state, as a station gives it."""
    rows = {
        m: {k: (dict(state.row(m, k).fields), state.row(m, k).states) for k in state.keys(m)} for m in state.machines
    }
    fields = {a.name: getattr(state.system, a.name) for a in engine.system.attributes}
    return rows, fields, {m: state.next_key(m) for m in state.machines}, state.now


def content(engine: Engine[Any], state: State) -> list[Any]:
    """The same as JSON."""
    return [encoded(part) for part in contents(engine, state)]
