"""The station written by hand decides as the shipped one does: the same commands, the same next deadline."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.bench.by_hand import Station
from statewatt.bench.by_hand.inputs import call_of
from statewatt.engine import Birth, Event, Refusal, load
from statewatt.models.requests import Requests, Topology, config
from statewatt.models.station import ChargingStation
from statewatt.models.values import AuthorizationType, ConnectorType

TYPES = (ConnectorType.cCCS2, ConnectorType.cType2, ConnectorType.Unknown)
TOKENS = ("A", "a", "B", "C", "G")
GROUPS = (None, None, "G", "g", "MASTER")
EVENTS = (
    *("SessionStarted",) * 4,
    *("TransactionStarted",) * 3,
    *("TransactionFinished", "SessionFinished", "SessionFinished", "Deauthorized", "ReservationEnd"),
    *("Disabled", "Enabled", "Enabled"),
)
KINDS = (*("token",) * 6, *("session",) * 8, *("reserve",) * 3, "fault", "cancel", "answer", "withdraw", "wait", "wait")

topologies = st.lists(st.lists(st.sampled_from(TYPES), min_size=1, max_size=2), min_size=1, max_size=4)
settled = st.fixed_dictionaries(
    {
        "connection_timeout": st.just(30),
        "selection_algorithm": st.sampled_from(("FindFirst", "FindFirst", "PlugEvents", "PlugEventsLIFO")),
        "master_pass_group_id": st.sampled_from(("", "MASTER")),
        "prioritize_authorization_over_stopping_transaction": st.booleans(),
        "ignore_connector_faults": st.sampled_from((False, False, True)),
        "plug_in_timeout_enabled": st.booleans(),
        "stop_transaction_on_reswipe": st.booleans(),
    }
)


@cache
def engine() -> Any:
    return load(ChargingStation)


def drawn(data: st.DataObject, requests: Requests, reservations: int, now: int) -> Birth | Event | None:
    """An input of a kind that the station written by hand takes."""

    def choose(*values: Any) -> Any:
        return data.draw(st.sampled_from(values))

    topology = requests.topology
    evse, connector = data.draw(st.sampled_from(list(topology.connectors)))
    kind = data.draw(st.sampled_from(KINDS))
    if kind == "token":
        some = st.lists(st.sampled_from([*topology.evses, 77]), max_size=4)
        return requests.present(
            choose(*TOKENS),
            authorization_type=choose(AuthorizationType.RFID, AuthorizationType.RFID, AuthorizationType.OCPP).value,
            connectors=data.draw(st.none() | some),
            prevalidated=True,
            parent_id_token=choose(*GROUPS),
        )
    if kind == "session":
        return requests.session_event(evse, choose(*EVENTS), connector, "EVConnected")
    if kind == "fault":
        return requests.fault(evse, connector, raised=data.draw(st.booleans()))
    if kind == "reserve":
        return requests.reserve(
            choose(1, 2, 3, 4),
            choose(*TOKENS),
            evse_id=choose(None, None, evse, 77),
            connector_type=choose(None, *(each.value for each in TYPES)),
            parent_id_token=choose(*GROUPS),
            expiry_time=choose(None, None, now - 1, now, now + 10_000, now + 40_000),
            now=now,
            notify=data.draw(st.booleans()),
        )
    if kind == "cancel":
        return requests.cancel_reservation(choose(1, 2, 3, 4))
    if kind == "answer":
        return requests.answer_offer(reservations, data.draw(st.integers(0, 4)) > 0) if reservations else None
    if kind == "withdraw":
        return requests.withdraw(choose(None, evse), choose(None, *TOKENS))
    return None


@settings(deadline=None, max_examples=60)
@given(st.data(), topologies, settled, st.booleans())
def test_the_commands_and_the_next_deadline_are_those_of_the_engine(
    data: st.DataObject, types: list[list[ConnectorType]], keys: dict[str, object], apart: bool
) -> None:
    # Numbers that are not in the order of the keys.
    topology = Topology([(n * 7 % 11 + 1, list(enumerate(kinds, 1))) for n, kinds in enumerate(types, 1)])
    requests, configured = Requests(topology), config(keys)
    state = engine().start(configured, topology.births)
    ours = Station(topology, configured)
    now = 0
    for _ in range(data.draw(st.integers(1, 60))):
        now += data.draw(st.sampled_from((0, 0, 1, 1_000, 10_000, 30_000, 50_000)))
        asked = state.next_key("Reservation") - 1
        event = drawn(data, requests, asked, now)
        if apart:
            before = engine().step(state, None, now)
            assert ours.wait(now) == list(before.commands)
            state = before.state
        step = engine().step(state, event, now)
        if isinstance(step, Refusal):
            step = engine().step(state, None, now)
        told = call_of(ours, event)(now)
        assert told == list(step.commands), f"upon {event} at {now}"
        assert ours.deadline() == step.deadline, f"after {event} at {now}"
        state = step.state
