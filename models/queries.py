"""Questions about a station that change nothing, asked of a view of its state."""

from __future__ import annotations

from .requests import Topology, optional_token, token
from .station import ChargingStation
from .values import ReservationCheckStatus


def reservation_exists(
    view: ChargingStation, topology: Topology, id_token: object, evse_id: object = None, group_id_token: object = None
) -> ReservationCheckStatus:
    """Whether a reservation counts for the token: at the EVSE that is asked for, or, without one, anywhere.

    Source: the reference's ``exists_reservation`` (which looks at EVSE 1 whatever EVSE is asked for).
    """
    presented, group = token(id_token), optional_token(group_id_token, "group_id_token")
    placed = [r for r in view.reservations if r.is_placed()]
    if evse_id is None:
        found = any(r.evse is None and r.matches(presented, group) for r in placed)
        return ReservationCheckStatus.ReservedForToken if found else ReservationCheckStatus.NotReserved
    number = topology.numbers[topology.evse(evse_id)]
    reservation = next((r for r in placed if r.evse is not None and r.evse.number == number), None)
    if reservation is None:
        return ReservationCheckStatus.NotReserved
    if reservation.matches(presented, group):
        return ReservationCheckStatus.ReservedForToken
    if group is None and reservation.parent is not None:
        return ReservationCheckStatus.ReservedForOtherTokenAndHasParentToken
    return ReservationCheckStatus.ReservedForOtherToken
