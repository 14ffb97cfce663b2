"""python-statemachine running the classes and the compiled step agree on every reachable state of small worlds.

The long form (``-m slow``) has a second presentation under eight configurations, reservations together with tokens, a
second EVSE, and connectors that break: two million comparisons, in about ten minutes.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest

from statewatt.engine import Birth, load
from statewatt.engine.state import State
from statewatt.models.station import ChargingStation, Config
from statewatt.models.values import (
    AuthorizationStatus,
    AuthorizationType,
    ConnectorType,
    IdToken,
    Order,
    SelectionAlgorithm,
)
from tests.conformance.conftest import Pair
from tests.conformance.exploring import World, explore, limited
from tests.conformance.reference import Kind
from tests.language.examples import station as small_station
from tests.strategies import Scope, Vocabulary

ANN, BOB, GROUP = IdToken.of("Ann"), IdToken.of("Bob"), IdToken.of("Group")
PATIENCE, LATE = 5, 10

WORDS = Vocabulary(
    typed={
        IdToken: (GROUP,),
        AuthorizationStatus: (AuthorizationStatus.Accepted, AuthorizationStatus.Blocked),
        ConnectorType: (ConnectorType.cType2,),
        Order: (Order(),),
    },
    named={"token": (None, ANN), "number": (7,), "validator": (1,)},
)


def station(config: Config, evses: int) -> State:
    births = [Birth("Evse", {"number": number}) for number in range(1, evses + 1)]
    births += [
        Birth("Connector", {"evse": evse, "number": 1, "type": ConnectorType.cType2}) for evse in range(1, evses + 1)
    ]
    return load(ChargingStation).start(config, births)


def presentations(evses: int, tokens: Iterable[IdToken], *, prevalidated: Iterable[bool] = (False,)) -> list[Birth]:
    return [
        Birth(
            "Authorization",
            {
                "token": token,
                "type": AuthorizationType.RFID,
                "listed": frozenset(range(1, evses + 1)),
                "order": Order(),
                "prevalidated": before,
                "parent": GROUP if before else None,
                "validators": 1,
            },
        )
        for token in tokens
        for before in prevalidated
    ]


def reservations(evses: Iterable[int | None], *, announced: bool = False) -> list[Birth]:
    return [
        Birth(
            "Reservation",
            {
                "number": 7,
                "token": ANN,
                "parent": None,
                "wanted": evse,
                "evse": evse,
                "type": ConnectorType.cType2,
                "expires_at": PATIENCE,
                "asked_at": 0,
                "announced": announced,
                "restored": False,
            },
        )
        for evse in evses
    ]


def world(
    name: str,
    config: Config,
    evses: int,
    births: list[Birth],
    *,
    times: tuple[int, ...] = (0,),
    plug_ins: int = 1,
    only_compared: frozenset[str] = frozenset(),
    **most: int,
) -> World:
    scope = Scope(WORDS, limited(births, **most), times)
    engine = load(ChargingStation)

    def inside(state: State) -> bool:
        return engine.view(state).plug_ins <= plug_ins

    return World(name, engine, station(config, evses), scope, inside, only_compared)


TIMELY = (0, LATE)
SOUND = frozenset({"disable", "raise_fault"})
"""Connectors stay as they were made."""
WORLDS = [
    world(
        "one presentation in time",
        Config(PATIENCE),
        1,
        presentations(1, [ANN]),
        times=TIMELY,
        plug_ins=0,
        only_compared=SOUND,
        Authorization=1,
    ),
    world(
        "a reservation in time",
        Config(PATIENCE),
        1,
        reservations([1, None], announced=True),
        times=TIMELY,
        plug_ins=0,
        Reservation=1,
    ),
]
LONG = [
    *(
        world(
            f"two presentations, {'stop' if stop else 'go on'}, {'start' if start else 'stop'} first"
            + (", master pass" if master else ""),
            Config(
                PATIENCE,
                SelectionAlgorithm.FindFirst,
                master_pass_group_id=master,
                prioritize_authorization_over_stopping_transaction=start,
                stop_transaction_on_reswipe=stop,
            ),
            1,
            presentations(1, [ANN], prevalidated=(True,)),
            plug_ins=0,
            only_compared=SOUND,
            Authorization=2,
        )
        for stop, start, master in product((False, True), (False, True), (None, GROUP))
    ),
    world(
        "a reservation and its token",
        Config(PATIENCE, ignore_connector_faults=True),
        1,
        [*reservations([None]), *presentations(1, [ANN], prevalidated=(True,))],
        plug_ins=0,
        only_compared=SOUND,
        Authorization=1,
        Reservation=1,
    ),
    world(
        "a reservation and another token",
        Config(PATIENCE),
        1,
        [*reservations([1, None]), *presentations(1, [BOB], prevalidated=(True,))],
        times=TIMELY,
        plug_ins=0,
        only_compared=SOUND,
        Authorization=1,
        Reservation=1,
    ),
    world(
        "two EVSEs",
        Config(PATIENCE, SelectionAlgorithm.UserInput, plug_in_timeout_enabled=True),
        2,
        presentations(2, [ANN], prevalidated=(True,)),
        times=TIMELY,
        plug_ins=0,
        only_compared=SOUND,
        Authorization=1,
    ),
    world(
        "one presentation and a broken connector",
        Config(PATIENCE, plug_in_timeout_enabled=True),
        1,
        presentations(1, [ANN], prevalidated=(False, True)),
        plug_ins=1,
        Authorization=1,
    ),
]


@pytest.mark.parametrize("world", WORLDS, ids=str)
def test_the_shipped_station(world: World, shipped: Pair) -> None:
    found = explore(world, shipped.reference)
    assert found.faults == []
    assert found.kinds[Kind.TAKEN] > 1000


@pytest.mark.slow
@pytest.mark.parametrize("world", LONG, ids=str)
def test_the_shipped_station_at_length(world: World, shipped: Pair) -> None:
    assert explore(world, shipped.reference).faults == []


def _small(evses: int, **most: int) -> World:
    engine: Any = load(small_station.ChargingStation)
    births = [Birth("Evse", {"number": number}) for number in range(1, evses + 1)]
    births += [Birth("Connector", {"evse": evse, "number": 1}) for evse in range(1, evses + 1)]
    start = engine.start(small_station.Config(PATIENCE), births)
    token = small_station.IdToken("Ann")
    listed = frozenset(range(1, evses + 1))
    shown = [Birth("Authorization", {"token": token, "listed": listed, "asked_at": 0})]
    words = Vocabulary(typed={small_station.IdToken: (token,)})
    scope = Scope(words, limited(shown, **most), TIMELY)
    return World("small", engine, start, scope, lambda state: engine.view(state).plug_ins == 0)


def test_the_small_station(small: Pair) -> None:
    found = explore(_small(1, Authorization=2), small.reference)
    assert found.faults == []
    assert found.kinds[Kind.TAKEN] > 1000


@pytest.mark.slow
def test_the_small_station_at_length(small: Pair) -> None:
    assert explore(_small(2, Authorization=2), small.reference).faults == []
