"""What the trusted functions answer, said as straightforwardly as it can be: everything is read, nothing remembered."""

from __future__ import annotations

from collections.abc import Iterable

from statewatt.models.evse import Evse
from statewatt.models.promise import can_all_be_kept
from statewatt.models.reservation import Reservation
from statewatt.models.station import ChargingStation
from statewatt.models.values import ConnectorType

Types = frozenset[ConnectorType]


def placed(station: ChargingStation) -> list[Reservation]:
    """The placed reservations, in the order of placing."""
    return [r for r in station.reservations if r.is_placed()]


def free(station: ChargingStation) -> dict[Evse, Types]:
    """For each EVSE that is not taken, the types of its available connectors."""
    return {
        e: frozenset(c.type for c in station.connectors if c.evse == e and c.is_available())
        for e in station.evses
        if not e.is_taken()
    }


def keep(station: ChargingStation, kept: Iterable[Reservation], taken: Evse | None = None) -> bool:
    """All of these reservations can be kept, if somebody without one takes that EVSE."""
    kept = list(kept)
    out = {r.evse for r in kept if r.evse is not None} | ({taken} if taken is not None else set[Evse]())
    return can_all_be_kept(
        wanted=[r.type for r in kept if r.evse is None],
        free=[types for e, types in free(station).items() if e not in out],
        specific=len(out),
        evses=len(list(station.evses)),
        unknown=ConnectorType.Unknown,
    )


def can_be_kept(
    station: ChargingStation, asked: Reservation | None, taken: Evse | None, used: Reservation | None
) -> bool:
    """All can be kept, with the one asked for in place of one with its number, without the one that is used up."""
    kept = [r for r in placed(station) if r != used and (asked is None or r.number != asked.number)]
    return keep(station, kept if asked is None else [*kept, asked], taken)


def has_a_place(station: ChargingStation, reservation: Reservation) -> bool:
    """A placed reservation can be kept; those placed before it come first."""
    if reservation.evse is not None:
        evse = reservation.evse
        return not evse.has_a_connector_in_use() and evse.has_available_connector_of(reservation.type)
    kept = [r for r in placed(station) if r.evse is not None]
    for r in placed(station):
        if r.evse is None:
            possible = keep(station, [*kept, r])
            if r == reservation:
                return possible
            if possible:
                kept.append(r)
    return True


def is_needed(station: ChargingStation, evse: Evse) -> bool:
    """An EVSE is free, and one more reservation of a type that it has, as others are, could not be kept."""
    reservations = placed(station)
    scarce = {r.type for r in reservations if r.evse is None and not keep(station, [*reservations, r])}
    return (
        bool(free(station).get(evse))
        and evse not in {r.evse for r in reservations}
        and any(evse.has_connector_of(wanted) for wanted in scarce)
    )
