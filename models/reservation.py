"""The lifecycle of a reservation: the request and its answer, its place, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine import Deadline, Machine, State, refused, urgent
from .commands import AnswerReservation, ReservationEnded, Reserve
from .values import ConnectorType, IdToken, ReservationEndReason, ReservationResult

if TYPE_CHECKING:
    from .evse import Evse
    from .station import ChargingStation


class Reservation(Machine):
    """A promise of a place: of one EVSE (specific), or of some place of its connector type (global).

    ``wanted`` is the number of the EVSE that was asked for and ``evse`` that EVSE, if there is one. ``announced``: the
    EVSE has a say before the answer goes out. ``restored``: it was placed before a restart. ``replaced``: a later
    request with the same number took its place. ``doubted``: a connector has become unusable since it was last looked
    at. Answers and their order: OCPP 2.0.1 H01 and the reference.
    """

    station: ChargingStation
    number: int
    token: IdToken
    parent: IdToken | None
    wanted: int | None
    evse: Evse | None
    type: ConnectorType
    expires_at: Deadline | None
    asked_at: int
    announced: bool
    restored: bool
    replaced: bool = False
    doubted: bool = False

    asked = State("still to come?", initial=True)
    where = State("for one EVSE?")
    at_evse = State("can this EVSE be reserved?")
    at_station = State("can a place be promised?")
    refusing = State("what is in the way?")
    placing = State("has the EVSE a say?")
    offered = State("offered to the EVSE")
    placed = State("placed")
    rejected = State("rejected", final=True)
    refused_as_occupied = State("refused as occupied", final=True)
    refused_as_faulted = State("refused as faulted", final=True)
    refused_as_unavailable = State("refused as unavailable", final=True)
    used = State("used", final=True)
    cancelled = State("cancelled", final=True)
    expired = State("expired", final=True)

    # --- the request: OCPP 2.0.1 H01.FR.01, .11, .12, .14 ---

    asked.to(expired, cond="is_restored and is_over", on="tell_expired")
    asked.to(cancelled, cond="is_restored and cannot_be_placed_again", on="tell_removed")
    asked.to(placed, cond="is_restored and names_an_evse", on="announce")
    asked.to(placed, cond="is_restored")
    asked.to(rejected, cond="is_in_the_past", on="answer_rejected")
    asked.to(where)

    where.to(at_evse, cond="names_an_evse")
    where.to(at_station)

    at_evse.to(rejected, cond="evse_is_unknown", on="answer_rejected")
    at_evse.to(refused_as_occupied, cond="evse_is_reserved", on="answer_occupied")
    at_evse.to(rejected, cond="has_no_such_connector", on="answer_rejected")
    at_evse.to(refused_as_occupied, cond="evse_is_taken", on="answer_occupied")
    at_evse.to(refusing, cond="has_no_available_connector")
    at_evse.to(refused_as_occupied, cond="not all_can_be_kept", on="answer_occupied")
    at_evse.to(placing)

    at_station.to(rejected, cond="has_no_such_connector", on="answer_rejected")
    at_station.to(placing, cond="all_can_be_kept")
    at_station.to(refused_as_occupied, cond="others_are_placed or a_vehicle_is_plugged_in", on="answer_occupied")
    at_station.to(refusing)

    refusing.to(refused_as_occupied, cond="a_connector_is_taken", on="answer_occupied")
    refusing.to(refused_as_faulted, cond="a_connector_is_faulted", on="answer_faulted")
    refusing.to(refused_as_unavailable, on="answer_unavailable")

    placing.to(offered, cond="is_announced", on="announce")
    placing.to(placed, on=["replace", "answer_accepted"])

    accept = (
        offered.to(placed, cond="can_be_placed", on=["replace", "answer_accepted"])
        | offered.to(rejected, on=["answer_rejected", "tell_cancelled"])
        | refused(placed)
    )
    decline = offered.to(rejected, on="answer_rejected") | refused(placed)

    # --- its end ---

    use = placed.to(used) | refused(offered)
    cancel = offered.to(cancelled, cond="is_numbered", on=["answer_rejected", "tell_cancelled"]) | placed.to(
        cancelled, cond="is_numbered", on="tell_cancelled"
    )
    end_at_evse = offered.to(cancelled, cond="is_for", on=["answer_rejected", "tell_removed"]) | placed.to(
        cancelled, cond="is_for", on="tell_removed"
    )
    expire = urgent(
        offered.to(expired, cond="is_overdue", on=["answer_rejected", "tell_expired"])
        | placed.to(expired, cond="is_due", on="tell_expired")
    )
    make_way = urgent(placed.to(cancelled, cond="is_replaced"))
    lose = urgent(placed.to(cancelled, cond="is_doubted and is_lost", on="tell_removed"))
    keep = urgent(placed.to(placed, cond="is_doubted and not is_lost", on="trust"))

    # --- what is asked of it ---

    def is_placed(self) -> bool:
        """It is placed, and no later request took its place. What is only offered promises nothing yet."""
        return self.placed.is_active and not self.replaced

    def is_restored(self) -> bool:
        """It was placed before the restart."""
        return self.restored

    def is_over(self) -> bool:
        """Its expiry time was reached while the power was off."""
        return self.expires_at is not None and self.expires_at <= self.asked_at

    def cannot_be_placed_again(self) -> bool:
        """Its EVSE is gone, its number or its EVSE is taken, no connector can serve it, or not all can be kept."""
        return (
            (self.wanted is not None and self.evse is None)
            or any(
                r.is_placed() and (r.number == self.number or (r.evse is self.evse and r.evse is not None))
                for r in self.station.reservations
            )
            or self.has_no_available_connector()
            or not self.all_can_be_kept()
        )

    def is_in_the_past(self) -> bool:
        """Its expiry time is in the past."""
        return self.expires_at is not None and self.expires_at < self.asked_at

    def names_an_evse(self) -> bool:
        """It is for one EVSE."""
        return self.wanted is not None or self.evse is not None

    def evse_is_unknown(self) -> bool:
        """There is no such EVSE."""
        return self.evse is None

    def evse_is_reserved(self) -> bool:
        """Another reservation for the EVSE is placed."""
        return any(r.is_placed() and r.evse is self.evse and r.number != self.number for r in self.station.reservations)

    def concerns(self, evse: Evse) -> bool:
        """The EVSE is one at which it could have its place."""
        return self.evse is None or self.evse is evse

    def has_no_such_connector(self) -> bool:
        """There is no connector of that type."""
        return not any(self.concerns(e) and e.has_connector_of(self.type) for e in self.station.evses)

    def evse_is_taken(self) -> bool:
        """A vehicle is at the EVSE, or a token holds it."""
        return any(e is self.evse and e.is_taken() for e in self.station.evses)

    def has_no_available_connector(self) -> bool:
        """No connector of that type is available."""
        return not any(self.concerns(e) and e.has_available_connector_of(self.type) for e in self.station.evses)

    def all_can_be_kept(self) -> bool:
        """It and all others can be kept."""
        return self.station.can_be_kept(self, None, None)

    def can_be_placed(self) -> bool:
        """Its EVSE is neither reserved nor taken, a connector of its type is available, and all can be kept."""
        return (
            not self.names_an_evse()
            or not (self.evse_is_reserved() or self.evse_is_taken() or self.has_no_available_connector())
        ) and self.all_can_be_kept()

    def others_are_placed(self) -> bool:
        """Other reservations are placed."""
        return any(r.is_placed() and r.number != self.number for r in self.station.reservations)

    def a_vehicle_is_plugged_in(self) -> bool:
        """A vehicle is plugged in somewhere."""
        return any(e.is_plugged_in() for e in self.station.evses)

    def a_connector_is_taken(self) -> bool:
        """A connector of that type is in use, or a token holds its EVSE."""
        return any(self.concerns(e) and e.has_connector_of(self.type) and e.is_taken() for e in self.station.evses)

    def a_connector_is_faulted(self) -> bool:
        """A connector of that type is faulted."""
        return any(self.concerns(e) and e.has_faulted_connector_of(self.type) for e in self.station.evses)

    def is_announced(self) -> bool:
        """The EVSE is asked whether it accepts."""
        return self.announced

    def is_numbered(self, number: int) -> bool:
        """It has that number."""
        return self.number == number and not self.replaced

    def is_for(self, evse: Evse) -> bool:
        """It is for that EVSE."""
        return self.evse is evse and not self.replaced

    def is_due(self, now: int) -> bool:
        """Its expiry time is reached."""
        return self.expires_at is not None and self.expires_at <= now and not self.replaced

    def is_overdue(self, now: int) -> bool:
        """Its expiry time is reached, and the EVSE has not answered.

        Where it expires as it is asked for, the EVSE may still answer then.
        """
        return self.expires_at is not None and (
            self.expires_at < now or (self.expires_at == now and self.asked_at < now)
        )

    def is_replaced(self) -> bool:
        """A later request with its number took its place."""
        return self.replaced

    def is_doubted(self) -> bool:
        """A connector has become unusable."""
        return self.doubted and not self.replaced

    def is_lost(self) -> bool:
        """No place is left for it.

        Specific: no connector of its type on its EVSE can serve it. Global: those placed before it need what is left.
        """
        return self.station.has_no_place_for(self)

    def matches(self, token: IdToken, parent: IdToken | None) -> bool:
        """The token, or its group, is the one that it was made for."""
        return self.token == token or (parent is not None and self.parent == parent)

    # --- what it does ---

    def replace(self) -> None:
        """An older reservation of that number gives way, and its EVSE is told."""
        for r in self.station.reservations:
            if r is not self and r.number == self.number and r.is_placed():
                r.replaced = True
                if r.evse is not None and r.evse is not self.evse:
                    self.emit(
                        ReservationEnded(
                            number=r.number, evse=r.evse, reason=ReservationEndReason.Cancelled, send_update=False
                        )
                    )

    def announce(self) -> None:
        """The EVSE (or the station, without one) is told."""
        self.emit(Reserve(reservation=self, number=self.number, evse=self.evse, restored=self.restored))

    def answer_accepted(self) -> None:
        """The answer is Accepted."""
        self.emit(AnswerReservation(reservation=self, number=self.number, result=ReservationResult.Accepted))

    def answer_rejected(self) -> None:
        """The answer is Rejected."""
        self.emit(AnswerReservation(reservation=self, number=self.number, result=ReservationResult.Rejected))

    def answer_occupied(self) -> None:
        """The answer is Occupied."""
        self.emit(AnswerReservation(reservation=self, number=self.number, result=ReservationResult.Occupied))

    def answer_faulted(self) -> None:
        """The answer is Faulted."""
        self.emit(AnswerReservation(reservation=self, number=self.number, result=ReservationResult.Faulted))

    def answer_unavailable(self) -> None:
        """The answer is Unavailable."""
        self.emit(AnswerReservation(reservation=self, number=self.number, result=ReservationResult.Unavailable))

    def trust(self) -> None:
        """It still has its place."""
        self.doubted = False

    def tell_cancelled(self) -> None:
        """The EVSE is told that it was cancelled."""
        self.emit(
            ReservationEnded(
                number=self.number, evse=self.evse, reason=ReservationEndReason.Cancelled, send_update=False
            )
        )

    def tell_removed(self) -> None:
        """The EVSE and the CSMS are told that it was removed."""
        self.emit(
            ReservationEnded(
                number=self.number, evse=self.evse, reason=ReservationEndReason.Cancelled, send_update=True
            )
        )

    def tell_expired(self) -> None:
        """The EVSE and the CSMS are told that it has expired."""
        self.emit(
            ReservationEnded(number=self.number, evse=self.evse, reason=ReservationEndReason.Expired, send_update=True)
        )
