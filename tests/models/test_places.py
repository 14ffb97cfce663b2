"""The trusted functions: the same answers as when everything is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

from hypothesis import HealthCheck, given, settings

from statewatt.engine import Birth, Engine, Event, Step, load
from statewatt.engine.state import State
from statewatt.models.station import ChargingStation, Config
from statewatt.models.values import ConnectorType, IdToken
from tests.models import straightforward
from tests.strategies import STATION, Seeded, states

ENGINE: Engine[ChargingStation] = load(ChargingStation)
TYPES = (ConnectorType.cCCS2, ConnectorType.cCCS2, ConnectorType.cType2, ConnectorType.Unknown)


def questions(station: ChargingStation) -> Iterator[tuple[str, bool, bool]]:
    """Every question that there is: which, the answer, and the straightforward one."""
    reservations, evses = [None, *station.reservations], [None, *station.evses]
    for asked, taken, used in product(reservations, evses, reservations):
        answers = station.can_be_kept(asked, taken, used), straightforward.can_be_kept(station, asked, taken, used)
        yield ("can be kept", *answers)
    for r in station.reservations:
        yield "has no place", station.has_no_place_for(r), not straightforward.has_a_place(station, r)
    for e in station.evses:
        yield "is needed", station.needs_all_like(e), straightforward.is_needed(station, e)


def agree(state: State) -> Counter[tuple[str, bool]]:
    """All answers are the straightforward ones; how often each was given."""
    given: Counter[tuple[str, bool]] = Counter()
    for question, answer, expected in questions(ENGINE.view(state)):
        assert answer == expected, question
        given[question, answer] += 1
    return given


@given(states(ENGINE, STATION))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
def test_the_answers_are_the_straightforward_ones_in_any_state(state: State) -> None:
    agree(state)


def crowded(seed: int) -> State:
    """A station at which most is reserved for any EVSE, and some of it has become unusable since."""
    choose = Seeded(seed).choose
    evses = range(1, choose((2, 3, 4)) + 1)
    births = [Birth("Evse", {"number": n}) for n in evses]
    births += [Birth("Connector", {"evse": n, "number": 1, "type": choose(TYPES)}) for n in evses]
    births += [
        Birth("Connector", {"evse": n, "number": 2, "type": choose(TYPES)}) for n in evses if choose((True, False))
    ]
    state = ENGINE.start(Config(connection_timeout=60_000), births)
    for number in range(1, 3 * len(evses)):
        evse = choose((None, None, None, *evses))
        asked = {"number": number, "token": IdToken.of(str(number)), "parent": None, "evse": evse, "wanted": evse}
        asked |= {"type": choose(TYPES), "expires_at": None, "asked_at": 0, "announced": False, "restored": False}
        event = choose(("plug_in", "disable", "raise_fault", "occupied", "ask", "ask", "ask"))
        machine = "Evse" if event == "plug_in" else "Connector"
        happens = Birth("Reservation", asked) if event == "ask" else Event(machine, event, choose(state.keys(machine)))
        result = ENGINE.take(state, happens, 0)
        state = result.state if isinstance(result, Step) else state
    return state


def test_the_answers_are_the_straightforward_ones_at_crowded_stations() -> None:
    given: Counter[tuple[str, bool]] = Counter()
    for seed in range(150):
        given += agree(crowded(seed))
    assert len(given) == 6, "each question was answered yes and no"
    assert min(given.values()) > 40, given
