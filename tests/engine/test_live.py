"""Stations of plain objects that change in place do the same as the pure step.

Both go through the same events, from states that need be neither reachable nor lawful; what is refused or fails
changes nothing.
"""

from __future__ import annotations

from collections import Counter
from functools import cache, partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.engine import Birth, Engine, EngineFault, Event
from statewatt.engine.live.kernel import Refusal, Station
from statewatt.engine.state import InputError, PolicyError, State
from statewatt.models.station import Config
from statewatt.models.values import AuthorizationType, ConnectorType, IdToken, Order
from tests.engine.test_indexes import SYSTEMS, engines, from_outside, outcome
from tests.strategies import Arbitrary, Chooser, Drawn, Seeded


@cache
def stations(name: str) -> type[Station]:
    """The class of a system."""
    return engines(name)[0].live


def content(engine: Engine[Any], state: State) -> tuple[Any, ...]:
    """All of a state, as a station gives it."""
    rows = {m: {k: (state.row(m, k).fields, state.row(m, k).states) for k in state.keys(m)} for m in state.machines}
    fields = {a.name: getattr(state.system, a.name) for a in engine.system.attributes}
    following = {m: state.next_key(m) for m in state.machines}
    return rows, fields, following, state.now, state.deadline, state.config


def all_of(station: Station) -> tuple[Any, ...]:
    """All of a station."""
    return (
        *(station.rows(), station.own_fields(), station.next_keys()),
        *(station.now, station.deadline, station.config),
    )


def same_station(name: str, state: State) -> Station:
    """A station with the content of a state."""
    rows, fields, following, now, _, config = content(engines(name)[0], state)
    found: Station = stations(name).of_rows(config, rows, fields=fields, now=now, next_keys=following)
    return found


def step(station: Station, event: Any, now: int, fired: bool) -> tuple[object, ...]:
    """What comes of a step, for comparing; ``fired``: of an input that was checked before."""
    try:
        if fired and event is not None:
            taken = station.fire(station.checked(event), now=now)
            return (tuple(station.commands), station.deadline, tuple(station.path)) if taken else ("refused", "")
        result = station.step(event, now)
    except (EngineFault, InputError) as error:
        return (type(error).__name__, str(error) if isinstance(error, InputError) else "")
    if isinstance(result, Refusal):
        return ("refused", "")
    return (result.commands, result.deadline, result.path)


def walk(name: str, chooser: Chooser, length: int) -> Counter[str]:
    """One walk of both; how its events ended."""
    engine, _ = engines(name)
    arbitrary = Arbitrary(engine, SYSTEMS[name][1], chooser, most=4)
    here = arbitrary.state()
    station = same_station(name, here)
    counted: Counter[str] = Counter()
    for _ in range(length):
        event, now = from_outside(arbitrary, here), here.now + chooser.choose((0, 0, 1, 2, 9))
        expected, after = outcome(partial(engine.step, here, event, now))
        assert isinstance(expected, tuple)
        fired = chooser.choose((False, True))
        found = step(station, event, now, fired)
        if after is None:
            kind, text = expected
            if fired and kind == "refused" and found[0] == "InputError":
                assert "has ended" in str(found[1])  # what was never checked cannot be refused
                continue
            assert found == (kind, text if kind == "InputError" else ""), (event, now, here.key())
        else:
            assert found == expected[1:], (event, now, here.key())
            here = after
        counted["taken" if after else expected[0]] += 1
        assert all_of(station) == content(engine, here), (event, now)
    return counted


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
    for turn in range(40 if name == "garage" else 400):
        walk(name, Seeded(1000 * (seed + 1) + turn), 30)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SYSTEMS)), st.data())
def test_both_do_the_same_as_hypothesis_draws(name: str, data: st.DataObject) -> None:
    @st.composite
    def walked(draw: st.DrawFn) -> None:
        walk(name, Drawn(draw), 4)

    data.draw(walked())


# --- by hand ---------------------------------------------------------------------------------------------------------

CONFIG = Config(connection_timeout=60_000)
EVSES = [Birth("Evse", {"number": number}) for number in (1, 2)]


def station(**given: Any) -> Any:
    """A station of two EVSEs without connectors."""
    return stations("station")(CONFIG, EVSES, **given)


def test_a_station_is_read_like_the_model() -> None:
    here = station()
    assert [evse.number for evse in here.evses] == [1, 2]
    assert len(here.evses) == 2
    assert here.evses[0] in here.evses
    assert here.evses[0].facts.session.unplugged.is_active
    assert not here.evses[0].is_plugged_in()
    assert here.evses[0].station is here


def test_events_are_methods_that_fire_takes() -> None:
    here = station()
    evse = here.evses[1]
    assert here.fire(evse.plug_in, 5, now=5)
    assert evse.facts.session.waiting.is_active
    assert here.now == 5
    assert here.path == [("Evse", 2, "plug_in", "unplugged", "waiting")]


def with_a_connector(**given: Any) -> Any:
    """A station of two EVSEs, with one connector."""
    here = station(**given)
    here.step(Birth("Connector", {"evse": 1, "number": 1, "type": ConnectorType.cCCS2}), 0)
    return here


SWIPE = Birth(
    "Authorization",
    {
        "token": IdToken.of("A"),
        "type": AuthorizationType.RFID,
        "listed": frozenset({1, 2}),
        "order": Order((), False),
        "prevalidated": True,
        "parent": None,
        "validators": 1,
    },
)


def test_what_fails_in_the_middle_changes_nothing() -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("the policy's own")

    here = with_a_connector(policies={"select_evse": fail})
    before = all_of(here)
    with pytest.raises(ZeroDivisionError, match="the policy's own"):
        here.step(SWIPE, 1)
    assert all_of(here) == before
    assert (here.commands, here.path) == ([], [])


def test_a_pick_that_was_not_offered_is_an_error() -> None:
    here = with_a_connector(policies={"select_evse": lambda *_: "the best"})
    before = all_of(here)
    with pytest.raises(PolicyError, match="picked 'the best' for <Authorization 1>"):
        here.step(SWIPE, 1)
    assert all_of(here) == before


def test_what_is_no_station_and_no_event() -> None:
    with pytest.raises(InputError, match="the configuration is a Config"):
        stations("station")("fast")
    with pytest.raises(InputError, match="there is no policy 'best'"):
        station(policies={"best": print})
    with pytest.raises(InputError, match="now is a point in time"):
        station(now=1.5)
    with pytest.raises(InputError, match="did you mean plug_in"):
        station().step(Event("Evse", "plugin", 1), 0)


def test_a_refusal_says_who_refused_and_why() -> None:
    here = with_a_connector()
    refusal = here.step(Event("Evse", "start_transaction", 2, {"connector": 1}), 0)
    assert isinstance(refusal, Refusal)
    assert str(refusal) == "start_transaction of Evse 2 is refused: Evse 2 is unplugged, open"
