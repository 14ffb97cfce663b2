"""A small station with a journal, and random inputs for it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from statewatt.engine import Refusal, load
from statewatt.engine.journal import Journal, Recorder, Taken
from statewatt.engine.state import Input, State
from statewatt.models.requests import Requests, Topology, config
from statewatt.models.station import ChargingStation
from statewatt.models.values import ConnectorType

ENGINE = load(ChargingStation)
TOPOLOGY = Topology([(1, [(1, ConnectorType.cCCS2)]), (2, [(1, ConnectorType.cType2)])])
REQUESTS = Requests(TOPOLOGY)
BESIDE = ("", "-wal", "-shm")


def start() -> State:
    return ENGINE.start(config({"connection_timeout": 30}), TOPOLOGY.births, now=1_000)


def opened(path: Path, **options: Any) -> Journal:
    return Journal(path, ENGINE, start, **options)


def some_input(rng: random.Random, now: int) -> Input | None:
    """A likely input; ``None`` is time alone."""
    evse, token = rng.choice((1, 2)), rng.choice("ABCD")
    match rng.randrange(8):
        case 0 | 1:
            return REQUESTS.present(token, prevalidated=True)
        case 2:
            return REQUESTS.reserve(rng.randrange(5), token, evse_id=evse, now=now, expiry_time=now + 60_000)
        case 3:
            return REQUESTS.withdraw(evse, None)
        case 4:
            return None
        case _:
            event = rng.choice(("SessionStarted", "TransactionStarted", "TransactionFinished", "SessionFinished"))
            return REQUESTS.session_event(evse, event, 1, "EVConnected")


def takings(state: State, count: int, seed: int = 1, mark: int = 0) -> Iterator[Taken]:
    """Inputs that are taken from a state on, with rising marks."""
    rng, recorder, now = random.Random(seed), Recorder(ENGINE), state.now
    policies = recorder.watched()
    while count:
        now += rng.randrange(3_000)
        recorder.picks.clear()
        event = some_input(rng, now)
        step = ENGINE.step(state, event, now, policies=policies)
        if isinstance(step, Refusal):
            continue
        count, mark, state = count - 1, mark + 1, step.state
        yield Taken(event, now, step, tuple(recorder.picks), f"note {mark}", mark)


def fill(journal: Journal, count: int, seed: int = 1, batch: int = 10) -> list[State]:
    """Write inputs; the states after each."""
    states: list[State] = []
    taken = list(takings(journal.state, count, seed, journal.mark))
    for begin in range(0, count, batch):
        part = taken[begin : begin + batch]
        journal.write(journal.prepared(part))
        states += [each.step.state for each in part]
    return states


def copied(path: Path, to: Path) -> Path:
    """The journal as a power cut would leave it now."""
    for ending in BESIDE:
        if path.with_name(path.name + ending).exists():
            shutil.copy(path.with_name(path.name + ending), to.with_name(to.name + ending))
    return to


def content(path: Path) -> dict[str, bytes]:
    """Every byte of the journal; the index in shared memory is made anew by whoever reads."""
    files = [path.with_name(path.name + ending) for ending in ("", "-wal")]
    return {file.name: file.read_bytes() for file in files if file.exists() and file.stat().st_size}
