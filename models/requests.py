"""The border of the station: what comes from outside, in the field's words, checked and made into the engine's input.

EVSEs and connectors are named by their numbers here and by keys inside. Whatever is wrong is an ``InputError`` with one
clear line, and nothing has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from inspect import signature
from typing import Any, TypeVar, cast

from ..engine import Birth, Configure, Event, InputError
from .station import Config
from .values import (
    AuthorizationStatus,
    AuthorizationType,
    ConnectorType,
    IdToken,
    IdTokenType,
    Order,
    SelectionAlgorithm,
)

E = TypeVar("E", bound=Enum)
R = TypeVar("R")

Input = Event | Birth | Configure

MILLISECONDS = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_TIME = 100 * 366 * 24 * 3600
"""Seconds beyond which a span of time is taken for a mistake."""
CONNECTION_TIMEOUTS = (10, 300)
"""Seconds: the least and the most over the interface (the reference's ``set_connection_timeout``)."""


def whole_number(value: object, what: str, least: int = 0, most: int = 2**31 - 1) -> int:
    """An integer within bounds (``bool`` is none)."""
    if type(value) is not int:
        raise InputError(f"{what} is {value!r}, not a whole number")
    if not least <= value <= most:
        raise InputError(f"{what} is {value}, not between {least} and {most}")
    return value


def flag(value: object, what: str) -> bool:
    """``True`` or ``False``."""
    if type(value) is not bool:
        raise InputError(f"{what} is {value!r}, not true or false")
    return value


def span(value: object, what: str, least: float = 0, most: float = LONGEST_TIME) -> int:
    """Seconds, whole or not, as milliseconds."""
    if type(value) not in (int, float):
        raise InputError(f"{what} is {value!r}, not a number of seconds")
    assert isinstance(value, int | float)
    if not least <= value <= most:
        raise InputError(f"{what} is {value} s, not between {least} and {most}")
    return round(value * MILLISECONDS)


def instant(value: object, what: str) -> int:
    """A point in time: RFC 3339 text (any offset is honoured), or milliseconds since the epoch."""
    if not isinstance(value, str):
        return whole_number(value, what, least=-(2**62), most=2**62)
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise InputError(f"{what} is {value!r}, not a time such as 2026-08-01T12:00:00Z") from None
    if time.tzinfo is None:
        raise InputError(f"{what} is {value!r}, without an offset from UTC such as Z or +02:00")
    return (time - _EPOCH) // timedelta(milliseconds=1)


def member(kind: type[E], value: object, what: str) -> E:
    """A member of an enumeration by its value."""
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(str(m.value) for m in kind)
        raise InputError(f"{what} is {value!r}, not one of {known}") from None


def token(value: object, what: str = "id_token", type: object = IdTokenType.ISO14443.value) -> IdToken:
    """An id token: 1 to 36 printable characters."""
    if not isinstance(value, str) or not 1 <= len(value) <= 36 or not value.isprintable():
        raise InputError(f"{what} is {value!r}, not 1 to 36 printable characters")
    return IdToken.of(value, member(IdTokenType, type, f"type of {what}"))


def optional_token(value: object, what: str) -> IdToken | None:
    """A token, or none."""
    return None if value is None else token(value, what)


def objects(value: object, what: str) -> Sequence[Mapping[str, object]]:
    """A list of objects, as JSON has them; ``None`` for an empty one."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise InputError(f"{what} is {value!r}, not a list")
    found = cast("Sequence[object]", value)
    for each in found:
        if not isinstance(each, Mapping) or not all(
            isinstance(key, str) for key in cast("Mapping[object, object]", each)
        ):
            raise InputError(f"{what} holds {each!r}, which is not an object")
    return cast("Sequence[Mapping[str, object]]", found)


def checked_call(what: str, function: Callable[..., R], *values: object, **given: object) -> R:
    """Call with arguments from outside: missing and unknown ones are errors of theirs."""
    try:
        bound = signature(function).bind(*values, **given)
    except TypeError as error:
        raise InputError(f"{what}: {error}") from None
    return function(*bound.args, **bound.kwargs)


def config(settings: Mapping[str, object]) -> Config:
    """A configuration from the keys of the reference: ``connection_timeout`` in seconds, ``master_pass_group_id``
    empty for "off"."""
    return Config(**checked_settings({"connection_timeout": settings.get("connection_timeout"), **settings}))


def checked_settings(settings: Mapping[str, object]) -> dict[str, Any]:
    """Some configuration keys, each checked and converted."""
    found: dict[str, Any] = {}
    for key, value in settings.items():
        if key == "connection_timeout":
            found[key] = span(value, key, least=0.001)
        elif key == "selection_algorithm":
            found[key] = member(SelectionAlgorithm, value, key)
        elif key == "master_pass_group_id":
            found[key] = None if value in ("", None) else token(value, key)
        elif key in Config.__dataclass_fields__:
            found[key] = flag(value, key)
        else:
            raise InputError(
                f"there is no configuration key {key!r}; there are {', '.join(Config.__dataclass_fields__)}"
            )
    return found


def key_of(thing: object) -> int:
    """What a command of the engine holds where its class declares a thing: the key."""
    return cast("int", thing)


class Topology:
    """The EVSEs and connectors of a station: numbers to keys and back. It never changes while a station runs."""

    def __init__(self, evses: Sequence[tuple[int, Sequence[tuple[int, ConnectorType]]]]) -> None:
        """``evses``: for each its number and its connectors, each with number and type."""
        if not evses:
            raise InputError("a station has at least one EVSE")
        self.evses: dict[int, int] = {}
        self.connectors: dict[tuple[int, int], int] = {}
        self.births: list[Birth] = []
        for number, _ in evses:
            whole_number(number, "evse_id", least=1)
            if number in self.evses:
                raise InputError(f"EVSE {number} is there twice")
            self.evses[number] = len(self.evses) + 1
            self.births.append(Birth("Evse", {"number": number}))
        for number, connectors in evses:
            if not connectors:
                raise InputError(f"EVSE {number} has no connector")
            for connector, kind in connectors:
                whole_number(connector, "connector_id", least=1)
                if (number, connector) in self.connectors:
                    raise InputError(f"connector {connector} of EVSE {number} is there twice")
                self.connectors[number, connector] = len(self.connectors) + 1
                fields = {"evse": self.evses[number], "number": connector, "type": kind}
                self.births.append(Birth("Connector", fields))
        self.numbers = {key: number for number, key in self.evses.items()}

    def evse(self, number: object) -> int:
        """The key of an EVSE."""
        if type(number) is not int or number not in self.evses:
            raise InputError(f"there is no EVSE {number!r}; there are {_listed(self.evses)}")
        return self.evses[number]

    def number(self, evse: object) -> int:
        """The number of an EVSE that a command names: commands of the engine name things by their keys."""
        return self.numbers[key_of(evse)]

    def connector(self, evse: object, number: object) -> int:
        """The key of a connector."""
        self.evse(evse)
        if type(number) is not int or (evse, number) not in self.connectors:
            known = [c for e, c in self.connectors if e == evse]
            raise InputError(f"EVSE {evse} has no connector {number!r}; it has {_listed(known)}")
        assert isinstance(evse, int)
        return self.connectors[evse, number]


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(n) for n in numbers)


class Requests:
    """Requests to a station of a given topology; each method returns the engine's input for one request."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology

    # --- tokens ---

    def present(
        self,
        id_token: object,
        *,
        id_token_type: object = IdTokenType.ISO14443.value,
        authorization_type: object = AuthorizationType.RFID.value,
        connectors: object = None,
        prevalidated: object = False,
        parent_id_token: object = None,
        validators: int = 1,
    ) -> Birth:
        """A token is presented; ``connectors`` are numbers of EVSEs (unknown ones are left out), none for all."""
        numbers = () if connectors is None else _numbers(connectors, "connectors")
        known = {self.topology.evses[n] for n in numbers if n in self.topology.evses}
        return Birth(
            "Authorization",
            {
                "token": token(id_token, type=id_token_type),
                "type": member(AuthorizationType, authorization_type, "authorization_type"),
                "listed": frozenset(self.topology.numbers) if connectors is None else frozenset(known),
                "order": Order(numbers, connectors is not None),
                "prevalidated": flag(prevalidated, "prevalidated"),
                "parent": optional_token(parent_id_token, "parent_id_token"),
                "validators": whole_number(validators, "validators"),
            },
        )

    def answer(
        self,
        authorization: int,
        validator: int,
        authorization_status: object,
        parent_id_token: object = None,
        evse_ids: object = None,
    ) -> Event:
        """A validator (counted from 1) answers; ``evse_ids`` are the EVSEs that it allows, none for all."""
        numbers = self.topology.evses if evse_ids is None else _numbers(evse_ids, "evse_ids")
        return Event(
            "Authorization",
            "answer",
            authorization,
            {
                "validator": whole_number(validator, "validator", least=1),
                "status": member(AuthorizationStatus, authorization_status, "authorization_status"),
                "parent": optional_token(parent_id_token, "parent_id_token"),
                "evses": frozenset(self.topology.evses[n] for n in numbers if n in self.topology.evses),
            },
        )

    def abstain(self, authorization: int, validator: int) -> Event:
        """A validator has nothing to say."""
        number = whole_number(validator, "validator", least=1)
        return Event("Authorization", "abstain", authorization, {"validator": number})

    def choose(self, authorization: int, evse_id: object) -> Event:
        """The user chooses an EVSE (selection algorithm UserInput)."""
        return Event("Authorization", "choose", authorization, {"evse": self.topology.evse(evse_id)})

    def withdraw(self, evse_id: object = None, id_token: object = None) -> Event:
        """Whatever is granted to or waits for that EVSE and that token is withdrawn; without either: everything."""
        evse = None if evse_id is None else self.topology.evse(evse_id)
        named = optional_token(id_token, "id_token")
        return Event("Authorization", "withdraw", None, {"evse": evse, "token": named})

    def update_validation(self, evse_id: object, authorization_status: object, parent_id_token: object = None) -> Event:
        """The validation of the token that holds the EVSE has changed."""
        return Event(
            "Authorization",
            "update",
            None,
            {
                "evse": self.topology.evse(evse_id),
                "status": member(AuthorizationStatus, authorization_status, "authorization_status"),
                "parent": optional_token(parent_id_token, "parent_id_token"),
            },
        )

    # --- EVSEs ---

    def session_event(
        self, evse_id: object, event: object, connector_id: object = 1, reason: object = None
    ) -> Event | None:
        """A session event of the reference; ``None`` for one that concerns nobody here."""
        evse = self.topology.evse(evse_id)
        connector = self.topology.connector(evse_id, connector_id)
        if event == "SessionStarted":
            return Event("Evse", "plug_in", evse) if reason == "EVConnected" else None
        if event == "TransactionStarted":
            return Event("Evse", "start_transaction", evse, {"connector": connector})
        if event == "ReservationEnd":
            return Event("Reservation", "end_at_evse", None, {"evse": evse})
        if not isinstance(event, str):
            raise InputError(f"the session event is {event!r}, not a name")
        if event in _OF_THE_EVSE:
            return Event("Evse", _OF_THE_EVSE[event], evse)
        if event in _OF_THE_CONNECTOR:
            return Event("Connector", _OF_THE_CONNECTOR[event], connector)
        if event in _OF_NO_CONCERN:
            return None
        raise InputError(f"there is no session event {event!r}")

    def fault(self, evse_id: object, connector_id: object = 1, *, raised: bool) -> Event:
        """A permanent fault of a connector is raised or cleared."""
        connector = self.topology.connector(evse_id, connector_id)
        return Event("Connector", "raise_fault" if raised else "clear_fault", connector)

    # --- reservations ---

    def reserve(
        self,
        reservation_id: object,
        id_token: object,
        *,
        evse_id: object = None,
        connector_type: object = None,
        parent_id_token: object = None,
        expiry_time: object = None,
        now: int,
        notify: object = True,
    ) -> Birth:
        """A reservation is asked for; ``expiry_time`` as RFC 3339 text or, like ``now``, in milliseconds; without one
        it never expires."""
        wanted = None if evse_id is None else whole_number(evse_id, "evse_id", least=1)
        kind = ConnectorType.Unknown.value if connector_type is None else connector_type
        return Birth(
            "Reservation",
            {
                "number": whole_number(reservation_id, "reservation_id"),
                "token": token(id_token),
                "parent": optional_token(parent_id_token, "parent_id_token"),
                "wanted": wanted,
                "evse": None if wanted is None else self.topology.evses.get(wanted),
                "type": member(ConnectorType, kind, "connector_type"),
                "expires_at": None if expiry_time is None else instant(expiry_time, "expiry_time"),
                "asked_at": now,
                "announced": flag(notify, "notify"),
                "restored": False,
            },
        )

    def cancel_reservation(self, reservation_id: object) -> Event:
        """A reservation is to be cancelled."""
        return Event("Reservation", "cancel", None, {"number": whole_number(reservation_id, "reservation_id")})

    def answer_offer(self, reservation: int, accepts: bool) -> Event:
        """The EVSE says whether it accepts a reservation."""
        return Event("Reservation", "accept" if accepts else "decline", reservation)

    def configure(self, settings: Mapping[str, object]) -> Configure:
        """Some configuration keys get new values; over this interface a ``connection_timeout`` is 10 to 300 s."""
        if "connection_timeout" in settings:
            span(settings["connection_timeout"], "connection_timeout", *CONNECTION_TIMEOUTS)
        return Configure(checked_settings(settings))


def _numbers(values: object, what: str) -> tuple[int, ...]:
    if not isinstance(values, list | tuple):
        raise InputError(f"{what} is {values!r}, not a list of EVSE numbers")
    numbers = cast("Sequence[object]", values)
    return tuple(whole_number(number, f"an EVSE of {what}", least=-(2**31)) for number in numbers)


_OF_THE_EVSE: Mapping[str, str] = {
    "TransactionFinished": "finish_transaction",
    "SessionFinished": "finish_session",
    "Deauthorized": "deauthorize",
}
_OF_THE_CONNECTOR: Mapping[str, str] = {"Enabled": "enable", "Disabled": "disable"}
_OF_NO_CONCERN = frozenset(
    {
        "Authorized",
        "AuthRequired",
        "ChargingFinished",
        "ChargingPausedEV",
        "ChargingPausedEVSE",
        "ChargingStarted",
        "PluginTimeout",
        "PrepareCharging",
        "ReservationStart",
        "SessionResumed",
        "StoppingCharging",
        "SwitchingPhases",
    }
)
