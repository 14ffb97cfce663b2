"""The systems that both sides run: the shipped station, and the small one that uses every construct once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from statewatt.engine import Engine, load
from statewatt.models.station import ChargingStation
from tests.conformance.reference import Reference
from tests.language.examples.station import ChargingStation as SmallStation
from tests.strategies import SMALL, STATION, Vocabulary


@dataclass(frozen=True)
class Pair:
    """The two sides of one system, and the values to try on them."""

    name: str
    engine: Engine[Any]
    reference: Reference
    vocabulary: Vocabulary


def _pair(name: str, system: type[Any], vocabulary: Vocabulary) -> Pair:
    engine = load(system)
    return Pair(name, engine, Reference(engine), vocabulary)


@pytest.fixture(scope="session")
def shipped() -> Pair:
    """The shipped station."""
    return _pair("shipped", ChargingStation, STATION)


@pytest.fixture(scope="session")
def small() -> Pair:
    """The station of the language's tests."""
    return _pair("small", SmallStation, SMALL)


@pytest.fixture(params=["shipped", "small"])
def pair(request: pytest.FixtureRequest) -> Pair:
    """Each of them in turn."""
    found: Pair = request.getfixturevalue(request.param)
    return found
