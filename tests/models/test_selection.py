"""Selection: the same EVSE as when the law was asked about every one before, on random days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from statewatt.engine import Engine, Step, load
from statewatt.engine.state import Input
from statewatt.models import selection
from statewatt.models.authorization import Authorization
from statewatt.models.evse import Evse
from statewatt.models.requests import Requests, Topology, config
from statewatt.models.station import ChargingStation
from statewatt.models.values import ConnectorType, SelectionAlgorithm
from tests.models.days import Watched
from tests.models.walking import Walk
from tests.strategies import Seeded

ENGINE: Engine[ChargingStation] = load(ChargingStation)


def straightforward(station: ChargingStation, authorization: Authorization, candidates: Sequence[Evse]) -> Evse | None:
    """The selection, from all candidates."""
    if authorization.at_once:
        return candidates[0]
    plugged = sorted((e for e in candidates if e.facts.session.waiting.is_active), key=lambda e: e.plug_in_order)
    algorithm = station.config.selection_algorithm
    if algorithm is SelectionAlgorithm.UserInput:
        return next((e for e in candidates if e == authorization.chosen), None)
    if algorithm is SelectionAlgorithm.PlugEvents:
        return next(iter(reserved_first(plugged)), None)
    if algorithm is SelectionAlgorithm.PlugEventsLIFO:
        return next(reversed(reserved_first(plugged)), None)
    some = reserved_first(candidates)
    return next((e for e in plugged if e in some), None) or min(some, key=lambda e: place(authorization, e))


def reserved_first(evses: Sequence[Evse]) -> Sequence[Evse]:
    """Those that are reserved, if any are."""
    return [e for e in evses if e.is_reserved()] or evses


def place(authorization: Authorization, evse: Evse) -> int:
    """The place of an EVSE in the order in which the token referred to them."""
    numbers = authorization.order.numbers
    return numbers.index(evse.number) if evse.number in numbers else len(numbers) + evse.number


class Both:
    """The policy, which has to pick what the straightforward one does; ``seen`` is from how many, and what it was."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str]] = Counter()

    def __call__(
        self, station: ChargingStation, authorization: Authorization, candidates: Sequence[Evse], now: int
    ) -> Evse | None:
        chosen = selection.select(station, authorization, candidates)
        assert chosen is straightforward(station, authorization, tuple(candidates))
        if len(candidates) > 1:
            kind = "nobody" if chosen is None else "reserved" if chosen.is_reserved() else "any"
            waits = chosen is not None and chosen.facts.session.waiting.is_active
            self.seen[station.config.selection_algorithm.value, f"{kind}{', plugged in' * waits}"] += 1
        return chosen


def test_the_selection_is_the_straightforward_one_on_random_days() -> None:
    both = Both()
    for seed in range(40):
        day = Walk(Seeded(seed), Watched(policies={"select_evse": both}), reserving=seed % 2 == 0)
        for _ in range(40):
            day.step()
    assert both.seen.total() > 100


def evening(seed: int, both: Both) -> None:
    """Vehicles are plugged in, places are reserved for the token, which is presented for some of the EVSEs, or all."""
    choose = Seeded(seed).choose
    numbers = choose(((1, 2), (3, 1, 2), (4, 2, 1, 3)))
    topology = Topology([(number, [(1, ConnectorType.cCCS2)]) for number in numbers])
    requests = Requests(topology)
    algorithm = choose([each.value for each in SelectionAlgorithm])
    state = ENGINE.start(config({"connection_timeout": 60, "selection_algorithm": algorithm}), topology.births)

    def happens(event: Input | None) -> None:
        nonlocal state
        step = ENGINE.step(state, event, 1, {"select_evse": both})
        state = step.state if isinstance(step, Step) else state

    for evse in numbers:
        if choose((False, False, True)):
            happens(requests.reserve(evse, choose(("T", "T", "U")), evse_id=evse, now=0))
            happens(requests.answer_offer(state.next_key("Reservation") - 1, True))
    for _ in range(choose((0, 0, 1, 2, 3))):
        happens(requests.session_event(choose(numbers), "SessionStarted", reason="EVConnected"))
    listed = choose((None, None, [*reversed(numbers)], [choose(numbers), choose(numbers)]))
    happens(requests.present("T", prevalidated=True, connectors=listed))
    happens(requests.choose(state.next_key("Authorization") - 1, choose(numbers)))


def test_the_selection_is_the_straightforward_one_whoever_is_plugged_in_and_whatever_is_reserved() -> None:
    both = Both()
    for seed in range(1200):
        evening(seed, both)
    queues, all_ways = ("PlugEvents", "PlugEventsLIFO"), ("reserved, plugged in", "any, plugged in", "reserved", "any")
    expected = {(algorithm, way) for algorithm in ("FindFirst", "UserInput") for way in all_ways}
    expected |= {(queue, way) for queue in queues for way in ("reserved, plugged in", "any, plugged in", "nobody")}
    assert both.seen.keys() == expected | {("UserInput", "nobody")}
    assert min(both.seen.values()) > 3, both.seen
