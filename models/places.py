"""Which reservations still have a place: the questions of the station that the language cannot say (trusted functions).

They read placed reservations and their types, EVSEs that are taken, and connectors with their types and states.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .promise import can_all_be_kept
from .values import ConnectorType

if TYPE_CHECKING:
    from .evse import Evse
    from .reservation import Reservation
    from .station import ChargingStation


def placed(station: ChargingStation) -> list[Reservation]:
    """The placed reservations, in the order of placing."""
    return [r for r in station.reservations if r.is_placed()]


def keeps(station: ChargingStation, kept: Sequence[Reservation], taken: Evse | None = None) -> bool:
    """Whether all of these reservations can be kept, if somebody without one takes that EVSE."""
    wanted = [r.type for r in kept if r.evse is None]
    reserved = [r.evse for r in kept if r.evse is not None]
    out = reserved if taken is None or taken in reserved else [*reserved, taken]
    if not wanted:
        return len(out) <= len(station.evses)
    return can_all_be_kept(
        wanted=wanted,
        free=[frozenset(c.type for c in e.connectors if c.is_available()) for e in free_evses(station, out)],
        specific=len(out),
        evses=len(station.evses),
        unknown=ConnectorType.Unknown,
    )


def free_evses(station: ChargingStation, out: Sequence[Evse]) -> list[Evse]:
    """The EVSEs that nobody is at, that no token holds, and that are not out of the game."""
    return [e for e in station.evses if e not in out and not e.is_taken()]


def has_a_place(station: ChargingStation, reservation: Reservation) -> bool:
    """Whether a placed reservation can still be kept; those placed before it come first."""
    if reservation.evse is not None:
        evse = reservation.evse
        return not evse.has_a_connector_in_use() and evse.has_available_connector_of(reservation.type)
    kept = [r for r in placed(station) if r.evse is not None]
    for r in placed(station):
        if r.evse is None:
            possible = keeps(station, [*kept, r])
            if r == reservation:
                return possible
            if possible:
                kept.append(r)
    return True


def is_needed(station: ChargingStation, evse: Evse) -> bool:
    """Whether an EVSE is free, and the reservations without an EVSE need every free one of its kind."""
    kept = placed(station)
    wanted = [r for r in kept if r.evse is None]
    if not wanted:
        return False
    reserved = [r.evse for r in kept if r.evse is not None]
    free = [e for e in free_evses(station, reserved) if e.has_available_connector_of(ConnectorType.Unknown)]
    return evse in free and any(evse.has_connector_of(r.type) and not keeps(station, [*kept, r]) for r in wanted)
