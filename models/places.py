"""Which reservations still have a place: the questions of the station that the language cannot say (trusted functions).

They read placed reservations and their types, EVSEs that are taken, and connectors with their types and states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING

from .promise import can_all_be_kept
from .values import ConnectorType

if TYPE_CHECKING:
    from .evse import Evse
    from .reservation import Reservation
    from .station import ChargingStation

Types = frozenset[ConnectorType]


class Places:
    """What these questions look at: ``placed``, the reservations in the order of placing; ``anywhere``, those of them
    without an EVSE. EVSEs and connectors are read when a question needs them, and once for each state."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self.placed = [r for r in station.reservations if r.is_placed()]
        self.anywhere = [r for r in self.placed if r.evse is None]
        self._answers: dict[object, bool] = {}

    @cached_property
    def reserved(self) -> AbstractSet[Evse]:
        """The EVSEs with a reservation of their own."""
        return {r.evse for r in self.placed if r.evse is not None}

    @cached_property
    def free(self) -> dict[Evse, Types]:
        """For each EVSE that nobody is at and no token holds, the types of its available connectors."""
        available: dict[Evse, set[ConnectorType]] = {e: set() for e in self._station.evses if not e.is_taken()}
        for c in self._station.connectors:
            if c.evse in available and c.is_available():
                available[c.evse].add(c.type)
        return {e: frozenset(types) for e, types in available.items()}

    @cached_property
    def _kinds(self) -> Counter[Types]:
        return Counter(self.free.values())

    def keep(self, kept: Iterable[Reservation], taken: Evse | None = None) -> bool:
        """Whether all of these reservations can be kept, if somebody without one takes that EVSE."""
        wanted: Counter[ConnectorType] = Counter()
        out: set[Evse] = set() if taken is None else {taken}
        for r in kept:
            if r.evse is None:
                wanted[r.type] += 1
            else:
                out.add(r.evse)
        return not wanted or self._suffice(wanted, out)

    @cached_property
    def scarce(self) -> Types:
        """The types of which the reservations without an EVSE need every place: one more could not be kept."""
        first = {r.type: r for r in self.anywhere}
        return frozenset(t for t, r in first.items() if not self.keep([*self.placed, r]))

    @cached_property
    def without(self) -> AbstractSet[Reservation]:
        """The reservations without an EVSE that are left without a place: those placed before them come first."""
        found: set[Reservation] = set()
        kept: Counter[ConnectorType] = Counter()
        for r in self.anywhere:
            wanted = kept + Counter((r.type,))
            if self._suffice(wanted, self.reserved):
                kept = wanted
            else:
                found.add(r)
        return found

    def _suffice(self, wanted: Counter[ConnectorType], out: AbstractSet[Evse]) -> bool:
        """The free EVSEs but those that are out suffice for somebody of each of these types."""
        free = self._kinds - Counter(self.free[e] for e in out if e in self.free)
        asked = (frozenset(wanted.items()), frozenset(free.items()), len(out))
        if asked not in self._answers:
            self._answers[asked] = can_all_be_kept(
                wanted=wanted.elements(),
                free=free.elements(),
                specific=len(out),
                evses=len(self._station.evses),
                unknown=ConnectorType.Unknown,
            )
        return self._answers[asked]


def places_of(station: ChargingStation) -> Places:
    """The places of a station, made once for a state that does not change."""
    memo = station.memo
    if memo is None:
        return Places(station)
    found: Places | None = memo.get(Places)
    if found is None:
        found = memo[Places] = Places(station)
    return found


def can_be_kept(
    station: ChargingStation, asked: Reservation | None, taken: Evse | None, used: Reservation | None
) -> bool:
    """Whether all reservations can be kept, with the one that is asked for (in place of one with its number), without
    the EVSE that a token takes and the reservation that it uses up."""
    places = places_of(station)
    if not places.anywhere and (asked is None or asked.evse is not None):
        return True
    kept = [r for r in places.placed if r != used and (asked is None or r.number != asked.number)]
    return places.keep(kept if asked is None else [*kept, asked], taken)


def has_a_place(station: ChargingStation, reservation: Reservation) -> bool:
    """Whether a placed reservation can still be kept; those placed before it come first."""
    if reservation.evse is not None:
        evse = reservation.evse
        return not evse.has_a_connector_in_use() and evse.has_available_connector_of(reservation.type)
    return reservation not in places_of(station).without


def is_needed(station: ChargingStation, evse: Evse) -> bool:
    """Whether an EVSE is free, and the reservations without an EVSE need every free one of its kind."""
    places = places_of(station)
    return (
        bool(places.anywhere)
        and evse not in places.reserved
        and bool(places.free.get(evse))
        and any(evse.has_connector_of(wanted) for wanted in places.scarce)
    )
