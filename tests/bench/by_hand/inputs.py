"""The inputs of the engine, as calls of the station written by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from statewatt.engine import Birth, Event

from .station import Station

Call = Callable[[int], list[Any]]
"""An input that is ready: at a time, it gives the commands."""


def call_of(station: Station, given: Birth | Event | None) -> Call:
    """The call that an input is; ``KeyError`` for one that the station leaves out."""
    if given is None:
        return station.wait
    if isinstance(given, Birth):
        return _birth(station, given)
    event = given.name
    arguments: dict[str, Any] = dict(given.arguments)
    if event in ("plug_in", "finish_transaction", "finish_session", "deauthorize"):
        return partial(getattr(station, event), evse=given.target)
    if event in ("enable", "disable", "raise_fault", "clear_fault"):
        return partial(getattr(station, event), connector=given.target)
    if event in ("accept", "decline"):
        return partial(getattr(station, event), reservation=given.target)
    if event == "end_at_evse":
        return partial(station.end_reservations, evse=arguments["evse"])
    calls: dict[str, Callable[..., list[Any]]] = {
        "start_transaction": station.start_transaction,
        "withdraw": station.withdraw,
        "cancel": station.cancel,
    }
    return partial(calls[event], **arguments)


def _birth(station: Station, given: Birth) -> Call:
    fields: dict[str, Any] = dict(given.fields)
    if given.machine == "Authorization":
        if not fields["prevalidated"]:
            raise KeyError("validators")
        return _with(station.present, fields, "token", "type", "order", "parent")
    if given.machine != "Reservation" or fields["restored"]:
        raise KeyError(given.machine)
    names = ("number", "token", "parent", "wanted", "evse", "type", "expires_at", "announced")
    return _with(station.reserve, fields, *names)


def _with(method: Callable[..., list[Any]], fields: dict[str, Any], *names: str) -> Call:
    return partial(method, **{name: fields[name] for name in names})
