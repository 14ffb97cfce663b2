"""Selection of one EVSE among those that the law allows: policies, ordinary Python.

Source: the reference's selection algorithms. None waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from .values import SelectionAlgorithm

if TYPE_CHECKING:
    from .authorization import Authorization
    from .evse import Evse
    from .station import ChargingStation


def select(station: ChargingStation, authorization: Authorization, candidates: Sequence[Evse]) -> Evse | None:
    """One of the candidates by the configured algorithm, or ``None`` to wait.

    A token for which a single EVSE was left gets it at once, whatever the algorithm. Only those that could be selected
    are looked for among the candidates, since the law is asked about each.
    """
    if authorization.at_once:
        return candidates[0]
    return _ALGORITHMS[station.config.selection_algorithm](station, authorization, candidates)


def _find_first(station: ChargingStation, authorization: Authorization, candidates: Sequence[Evse]) -> Evse | None:
    some = [e for e in _reserved(station) if e in candidates] or candidates
    plugged = next((e for e in _queue(station) if e in some), None)
    return plugged if plugged is not None else next(e for e in _in_order(station, authorization) if e in some)


def _plug_events(station: ChargingStation, authorization: Authorization, candidates: Sequence[Evse]) -> Evse | None:
    return next(_own_reservation_first(station, _queue(station), candidates), None)


def _plug_events_lifo(
    station: ChargingStation, authorization: Authorization, candidates: Sequence[Evse]
) -> Evse | None:
    return next(_own_reservation_first(station, _queue(station)[::-1], candidates), None)


def _user_input(station: ChargingStation, authorization: Authorization, candidates: Sequence[Evse]) -> Evse | None:
    return authorization.chosen if authorization.chosen in candidates else None


def _own_reservation_first(
    station: ChargingStation, evses: Sequence[Evse], candidates: Sequence[Evse]
) -> Iterator[Evse]:
    """The candidates among them, first those that are reserved."""
    reserved = _reserved(station)
    yield from (e for e in evses if e in reserved and e in candidates)
    yield from (e for e in evses if e not in reserved and e in candidates)


def _reserved(station: ChargingStation) -> list[Evse]:
    """Those with a reservation of their own: as a candidate, one is for its own token alone."""
    return [r.evse for r in station.reservations if r.evse is not None and r.is_placed()]


def _queue(station: ChargingStation) -> list[Evse]:
    """Those that a vehicle waits at, the first plugged in first."""
    return sorted(station.waiting(), key=lambda e: e.plug_in_order)


def _in_order(station: ChargingStation, authorization: Authorization) -> Iterator[Evse]:
    """All, in the order in which the token referred to them, then by number; those that it may not be used at last."""
    listed, numbers = authorization.listed, authorization.order.numbers
    places = {number: place for place, number in reversed([*enumerate(numbers)])}
    first = [e for e in station.evses if e in listed]
    yield from sorted(first, key=lambda e: (places.get(e.number, len(numbers)), e.number) if places else e.number)
    yield from (e for e in station.evses if e not in listed)


_ALGORITHMS: dict[SelectionAlgorithm, Callable[[ChargingStation, Authorization, Sequence[Evse]], Evse | None]] = {
    SelectionAlgorithm.FindFirst: _find_first,
    SelectionAlgorithm.PlugEvents: _plug_events,
    SelectionAlgorithm.PlugEventsLIFO: _plug_events_lifo,
    SelectionAlgorithm.UserInput: _user_input,
}
