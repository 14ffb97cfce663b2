"""The engine that looks up the few things that matter does the same as the one that looks at all.

Both go through the same events, from states that need be neither reachable nor lawful; after each, what the first one
keeps to find things by is what it would make anew of the same things.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.two_phase_commit import Cluster
from statewatt.engine import Engine, EngineFault, Refusal, Row
from statewatt.engine.reading import read
from statewatt.engine.state import Input, InputError, State
from statewatt.models.station import ChargingStation
from tests.engine.examples.garage import Customer, Garage
from tests.engine.examples.yard import Yard
from tests.language.examples.station import ChargingStation as SmallStation
from tests.strategies import SMALL, STATION, Arbitrary, Chooser, Drawn, Seeded, Vocabulary

ANN, BOB = Customer("Ann"), Customer("Bob")

SYSTEMS: dict[str, tuple[type[Any], Vocabulary]] = {
    "station": (ChargingStation, STATION),
    "small": (SmallStation, SMALL),
    "garage": (Garage, Vocabulary(typed={Customer: (ANN, BOB)})),
    "yard": (Yard, Vocabulary()),
    "cluster": (Cluster, Vocabulary()),
}


@cache
def engines(name: str) -> tuple[Engine[Any], Engine[Any]]:
    """The two engines of a system."""
    system = read(SYSTEMS[name][0])
    return Engine(system), Engine(system, indexed=False)


def rebuilt(engine: Engine[Any], state: State) -> State:
    """The same content, put together anew."""
    system = engine.system
    things: dict[str, dict[int, Row]] = {m: {k: state.row(m, k) for k in state.keys(m)} for m in state.machines}
    fields = {a.name: getattr(state.system, a.name) for a in system.attributes}
    following = {m: state.next_key(m) for m in state.machines}
    return engine.state(state.config, things, fields=fields, now=state.now, next_keys=following)


def kept(state: Any) -> dict[str, object]:
    """All that a state keeps to find things by."""
    index = {name: getattr(state.index, name) for name in type(state.index).__slots__}
    armed = {n: getattr(state, n) for n in type(state).__slots__ if n.startswith(("armed_", "due_"))}
    return {**index, **armed}


def outcome(step: Callable[[], Any]) -> tuple[object, Any]:
    """What came of it, for comparing, and the state after it."""
    try:
        result = step()
    except (EngineFault, InputError) as error:
        return (type(error).__name__, str(error)), None
    if isinstance(result, Refusal):
        return ("refused", str(result)), None
    return (result.state.key(), result.commands, result.deadline, result.path), result.state


def walk(name: str, chooser: Chooser, length: int) -> Counter[str]:
    """One walk of both; how its events ended."""
    fast, slow = engines(name)
    arbitrary = Arbitrary(fast, SYSTEMS[name][1], chooser, most=4)
    here = arbitrary.state()
    there = rebuilt(slow, here)
    counted: Counter[str] = Counter()
    for _ in range(length):
        event, now = from_outside(arbitrary, here), here.now + chooser.choose((0, 0, 1, 2, 9))
        expected, there_after = outcome(partial(slow.step, there, event, now))
        found, after = outcome(partial(fast.step, here, event, now))
        assert found == expected, (event, now, here.key())
        counted["taken" if after else str(expected[0])] += 1  # type: ignore[index]
        if after is not None:
            here, there = after, there_after
            assert kept(here) == kept(rebuilt(fast, here))
    return counted


def from_outside(arbitrary: Arbitrary, state: State) -> Input | None:
    """An event, a birth, a change of settings, or time alone."""
    kind = arbitrary.chooser.choose(("event", "event", "event", "event", "birth", "change", "time"))
    if kind == "event":
        machines = [m for m in arbitrary.system.machines if any(not (e.inner or e.urgent) for e in m.events)]
        machine = arbitrary.chooser.choose(machines)
        event = arbitrary.chooser.choose([e for e in machine.events if not (e.inner or e.urgent)])
        return arbitrary.event(
            state, machine.name, event.name, arbitrary.chooser.choose((*state.keys(machine.name), None))
        )
    if kind == "birth":
        return arbitrary.birth(state, arbitrary.chooser.choose(arbitrary.system.machines).name)
    return arbitrary.change() if kind == "change" and arbitrary.system.settings else None


@pytest.mark.parametrize("name", SYSTEMS)
def test_both_do_the_same(name: str) -> None:
    counted: Counter[str] = Counter()
    for seed in range(20 if name == "garage" else 300):
        counted += walk(name, Seeded(seed), 12)
    assert counted["taken"] > 100, counted


@pytest.mark.slow
@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("seed", range(8))
def test_both_do_the_same_for_long(name: str, seed: int) -> None:
    for turn in range(400):
        walk(name, Seeded(1000 * (seed + 1) + turn), 30)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SYSTEMS)), st.data())
def test_both_do_the_same_as_hypothesis_draws(name: str, data: st.DataObject) -> None:
    @st.composite
    def walked(draw: st.DrawFn) -> None:
        walk(name, Drawn(draw), 4)

    data.draw(walked())
