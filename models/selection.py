"""Selection of one EVSE among those that the law allows: policies, ordinary Python.

Source: the reference's selection algorithms. None waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .values import SelectionAlgorithm

if TYPE_CHECKING:
    from .authorization import Authorization
    from .evse import Evse
    from .station import ChargingStation


def select(station: ChargingStation, authorization: Authorization, candidates: Sequence[Evse]) -> Evse | None:
    """One of the candidates by the configured algorithm, or ``None`` to wait.

    A token for which a single EVSE was left gets it at once, whatever the algorithm.
    """
    if authorization.at_once:
        return candidates[0]
    return _ALGORITHMS[station.config.selection_algorithm](authorization, candidates)


def _find_first(authorization: Authorization, candidates: Sequence[Evse]) -> Evse | None:
    candidates = _own_reservation_first(candidates)
    plugged = _plugged_in(candidates)
    return plugged[0] if plugged else min(candidates, key=lambda e: _place(authorization, e))


def _plug_events(authorization: Authorization, candidates: Sequence[Evse]) -> Evse | None:
    return next(iter(_own_reservation_first(_plugged_in(candidates))), None)


def _plug_events_lifo(authorization: Authorization, candidates: Sequence[Evse]) -> Evse | None:
    return next(reversed(_own_reservation_first(_plugged_in(candidates))), None)


def _user_input(authorization: Authorization, candidates: Sequence[Evse]) -> Evse | None:
    return next((e for e in candidates if e == authorization.chosen), None)


def _own_reservation_first(candidates: Sequence[Evse]) -> Sequence[Evse]:
    """Those that are reserved, if any are: a reserved EVSE is a candidate for its own token alone."""
    return [e for e in candidates if e.is_reserved()] or candidates


def _plugged_in(candidates: Sequence[Evse]) -> list[Evse]:
    """Those that a vehicle waits at, the first plugged in first."""
    return sorted((e for e in candidates if e.facts.session.waiting.is_active), key=lambda e: e.plug_in_order)


def _place(authorization: Authorization, evse: Evse) -> int:
    """The place of an EVSE in the order in which the token referred to them."""
    numbers = authorization.order.numbers
    return numbers.index(evse.number) if evse.number in numbers else len(numbers) + evse.number


_ALGORITHMS: dict[SelectionAlgorithm, Callable[[Authorization, Sequence[Evse]], Evse | None]] = {
    SelectionAlgorithm.FindFirst: _find_first,
    SelectionAlgorithm.PlugEvents: _plug_events,
    SelectionAlgorithm.PlugEventsLIFO: _plug_events_lifo,
    SelectionAlgorithm.UserInput: _user_input,
}
