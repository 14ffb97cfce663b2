"""Which reservations still have a place: the questions of the station that the language cannot say (trusted functions).

They read placed reservations and their types, EVSEs that are taken, and connectors with their types and states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .promise import can_all_be_kept
from .values import ConnectorType

if TYPE_CHECKING:
    from .evse import Evse
    from .reservation import Reservation
    from .station import ChargingStation

Types = frozenset[ConnectorType]


class Places:
    """What these questions look at, read once for each state: ``placed``, the reservations in the order of placing;
    ``free``, for each EVSE that nobody is at and no token holds, the types of its available connectors."""

    def __init__(self, station: ChargingStation) -> None:
        connectors: dict[Evse, set[ConnectorType]] = {e: set() for e in station.evses}
        for c in station.connectors:
            if c.is_available():
                connectors[c.evse].add(c.type)
        self.evses = len(connectors)
        self.placed = [r for r in station.reservations if r.is_placed()]
        self.free: dict[Evse, Types] = {e: frozenset(t) for e, t in connectors.items() if not e.is_taken()}
        self._kinds = Counter(self.free.values())
        self._answers: dict[object, bool] = {}
        self._scarce: Types | None = None

    def keep(self, kept: Iterable[Reservation], taken: Evse | None = None) -> bool:
        """Whether all of these reservations can be kept, if somebody without one takes that EVSE."""
        wanted: Counter[ConnectorType] = Counter()
        out: set[Evse] = set() if taken is None else {taken}
        for r in kept:
            if r.evse is None:
                wanted[r.type] += 1
            else:
                out.add(r.evse)
        if not wanted:
            return len(out) <= self.evses
        free = self._kinds - Counter(self.free[e] for e in out if e in self.free)
        asked = (frozenset(wanted.items()), frozenset(free.items()), len(out))
        if asked not in self._answers:
            self._answers[asked] = can_all_be_kept(
                wanted=wanted.elements(),
                free=free.elements(),
                specific=len(out),
                evses=self.evses,
                unknown=ConnectorType.Unknown,
            )
        return self._answers[asked]

    def scarce(self) -> Types:
        """The types of which the reservations without an EVSE need every place: one more could not be kept."""
        if self._scarce is None:
            first = {r.type: r for r in self.placed if r.evse is None}
            self._scarce = frozenset(t for t, r in first.items() if not self.keep([*self.placed, r]))
        return self._scarce


def places_of(station: ChargingStation) -> Places:
    """The places of a station, made once for a state that does not change."""
    if station.memo is None:
        return Places(station)
    found: Places = station.memo.setdefault(Places, None) or Places(station)
    station.memo[Places] = found
    return found


def has_a_place(station: ChargingStation, reservation: Reservation) -> bool:
    """Whether a placed reservation can still be kept; those placed before it come first."""
    if reservation.evse is not None:
        evse = reservation.evse
        return not evse.has_a_connector_in_use() and evse.has_available_connector_of(reservation.type)
    places = places_of(station)
    kept = [r for r in places.placed if r.evse is not None]
    for r in places.placed:
        if r.evse is None:
            possible = places.keep([*kept, r])
            if r == reservation:
                return possible
            if possible:
                kept.append(r)
    return True


def is_needed(station: ChargingStation, evse: Evse) -> bool:
    """Whether an EVSE is free, and the reservations without an EVSE need every free one of its kind."""
    places = places_of(station)
    reserved = {r.evse for r in places.placed if r.evse is not None}
    return (
        bool(places.free.get(evse))
        and evse not in reserved
        and any(evse.has_connector_of(wanted) for wanted in places.scarce())
    )
