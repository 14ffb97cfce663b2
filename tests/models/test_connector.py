"""The lifecycle of a connector: every cell of the reference's table, and the events that it loses."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.models.driving import Station

WAYS: dict[str, Sequence[str]] = {
    "AVAILABLE": (),
    "OCCUPIED": ("TransactionStarted",),
    "UNAVAILABLE": ("Disabled",),
    "FAULTED": ("fault_raised",),
    "FAULTED_OCCUPIED": ("TransactionStarted", "fault_raised"),
    "UNAVAILABLE_FAULTED": ("Disabled", "fault_raised"),
}
"""How to get to a state."""

EVENTS = ("TransactionStarted", "SessionFinished", "Disabled", "Enabled", "fault_raised", "fault_cleared")

TABLE: dict[str, dict[str, str]] = {
    "AVAILABLE": {"TransactionStarted": "OCCUPIED", "Disabled": "UNAVAILABLE", "fault_raised": "FAULTED"},
    "OCCUPIED": {"SessionFinished": "AVAILABLE", "fault_raised": "FAULTED_OCCUPIED"},
    "UNAVAILABLE": {"Enabled": "AVAILABLE", "fault_raised": "UNAVAILABLE_FAULTED"},
    "FAULTED": {
        "TransactionStarted": "FAULTED_OCCUPIED",
        "Disabled": "UNAVAILABLE_FAULTED",
        "fault_cleared": "AVAILABLE",
    },
    "FAULTED_OCCUPIED": {"SessionFinished": "FAULTED", "fault_cleared": "OCCUPIED"},
    "UNAVAILABLE_FAULTED": {"Enabled": "FAULTED", "fault_cleared": "UNAVAILABLE"},
}
"""The reference's transitions; TransactionStarted of a faulted connector is one that it loses."""


def do(station: Station, event: str, connector: int = 1) -> None:
    """An event of a connector of EVSE 1."""
    if event.startswith("fault"):
        station.do(event, evse_id=1, connector_id=connector)
    else:
        station.event(1, event, connector_id=connector)


def state(station: Station, connector: int = 1) -> str:
    """The state of a connector of EVSE 1."""
    found: str = station.evse(1)["connectors"][str(connector)]
    return found


def brought(*events: str) -> Station:
    """A station whose connector has seen these events."""
    station = Station(1)
    for event in events:
        do(station, event)
    return station


@pytest.mark.parametrize("source", TABLE)
@pytest.mark.parametrize("event", EVENTS)
def test_every_cell(source: str, event: str) -> None:
    station = brought(*WAYS[source])
    assert state(station) == source
    do(station, event)
    assert state(station) == TABLE[source].get(event, source)


@pytest.mark.parametrize(
    ("source", "after"), [("OCCUPIED", "UNAVAILABLE"), ("FAULTED_OCCUPIED", "UNAVAILABLE_FAULTED")]
)
def test_disabled_in_a_session_is_disabled_after_it(source: str, after: str) -> None:
    station = brought(*WAYS[source], "Disabled")
    assert state(station) == source, "it is in use until the session ends"
    assert station.evse(1)["unavailable"] is False
    do(station, "SessionFinished")
    assert state(station) == after
    assert station.evse(1)["unavailable"] is True


def test_disabled_and_enabled_in_a_session() -> None:
    assert state(brought("TransactionStarted", "Disabled", "Enabled", "SessionFinished")) == "AVAILABLE"


def test_faulted_and_mended_in_a_session() -> None:
    assert state(brought("TransactionStarted", "fault_raised", "fault_cleared", "SessionFinished")) == "AVAILABLE"


def test_a_transaction_on_a_faulted_connector_ends_faulted() -> None:
    assert state(brought("fault_raised", "TransactionStarted", "SessionFinished")) == "FAULTED"


def test_faults_that_do_not_count() -> None:
    station = Station(1, ignore_connector_faults=True)
    do(station, "fault_raised")
    assert state(station) == "AVAILABLE"
    assert station.evse(1)["available"] is True


def test_connectors_of_an_evse_are_independent() -> None:
    station = Station(types=[["cCCS2", "cType2"]])
    do(station, "Disabled", 2)
    assert (state(station, 1), state(station, 2)) == ("AVAILABLE", "UNAVAILABLE")
    assert (station.evse(1)["available"], station.evse(1)["unavailable"]) == (True, False)
    do(station, "fault_raised", 1)
    assert (station.evse(1)["available"], station.evse(1)["unavailable"]) == (False, False)
    do(station, "Disabled", 1)
    assert (station.evse(1)["available"], station.evse(1)["unavailable"]) == (False, True)


def test_an_occupied_connector_takes_the_evse() -> None:
    station = Station(types=[["cCCS2", "cType2"]])
    do(station, "TransactionStarted", 2)
    assert (state(station, 1), state(station, 2)) == ("AVAILABLE", "OCCUPIED")
    assert station.evse(1)["available"] is False


def test_enabled_in_a_transaction_is_in_use() -> None:
    station = Station(1)
    station.token("A", 1)
    do(station, "Disabled")
    do(station, "TransactionStarted")
    do(station, "Enabled")
    assert state(station) == "OCCUPIED"
