"""Requests for reservations at a hand-written station: their answers, and how reservations end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from statewatt.models.commands import AnswerReservation, ReservationEnded, Reserve
from statewatt.models.values import ConnectorType, IdToken, ReservationEndReason, ReservationResult

from .reservations import Reservations
from .things import UNPLUGGED, Evse, Reservation


class Bookings:
    """What it tells goes to ``out``; ``wait_for`` is given a time and the reservation that is due then."""

    def __init__(
        self,
        evses: Sequence[Evse],
        reservations: Reservations,
        wait_for: Callable[[int, Reservation], None],
        out: list[Any],
    ) -> None:
        self.now = 0
        self._evses = evses
        self._reservations = reservations
        self._wait_for = wait_for
        self._out = out
        self._requests = 0

    def reserve(
        self,
        number: int,
        token: IdToken,
        parent: IdToken | None,
        wanted: int | None,
        evse: Any,
        type: ConnectorType,
        expires_at: int | None,
        announced: bool,
    ) -> None:
        """A reservation is asked for; ``wanted`` is the number of an EVSE, and ``evse`` its key, if there is one."""
        self._requests += 1
        place = None if evse is None else self._evses[int(evse) - 1]
        r = Reservation(self._requests, number, token, parent, place, type, expires_at, self.now)
        past = expires_at is not None and expires_at < self.now
        refusal = ReservationResult.Rejected if past else self._why_not(r, wanted)
        if refusal is not None:
            self._answer(r, refusal)
            return
        self._reservations.all[r.key] = r
        if expires_at is not None:
            self._wait_for(expires_at, r)
        if announced:
            self._out.append(Reserve(reservation=r.key, number=number, evse=evse, restored=False))
        else:
            self._place(r)

    def accept(self, reservation: int) -> None:
        """The EVSE accepts what was offered to it; it can be placed still, or not."""
        r = self._reservations.all.get(reservation)
        if r is None or r.placed:
            return
        e = r.evse
        here = e is None or not (self._is_anothers(r, e) or e.is_taken() or not e.has_available(r.type))
        if here and self._reservations.can_be_kept_with(r):
            self._place(r)
        else:
            self._cancel(r, send_update=False)

    def decline(self, reservation: int) -> None:
        """The EVSE does not accept it."""
        r = self._reservations.all.get(reservation)
        if r is not None and not r.placed:
            self._answer(r, ReservationResult.Rejected)
            self._reservations.end(r)

    def cancel(self, number: int) -> None:
        """The reservation of that number is cancelled."""
        for r in [r for r in self._reservations.all.values() if r.number == number and not r.replaced]:
            self._cancel(r, send_update=False)

    def end_at(self, evse: Evse) -> None:
        """Those of the EVSE are over."""
        for r in [r for r in self._reservations.all.values() if r.evse is evse and not r.replaced]:
            self._cancel(r, send_update=True)

    def look(self) -> None:
        """End those that are due, replaced, or no longer have a place."""
        reservations = self._reservations
        for r in sorted(reservations.to_look_at, key=lambda r: r.key):
            at = r.deadline
            if r.over:
                reservations.to_look_at.discard(r)
            elif not r.placed:
                if at is not None and (at < self.now or r.asked_at < at == self.now):
                    self._answer(r, ReservationResult.Rejected)
                    self._end(r, ReservationEndReason.Expired)
            elif r.replaced:
                reservations.end(r)
            elif at is not None and at <= self.now:
                self._end(r, ReservationEndReason.Expired)
            elif r.doubted and not reservations.has_a_place(r):
                self._end(r, ReservationEndReason.Cancelled)
            else:
                r.doubted = False
                reservations.to_look_at.discard(r)

    # --- inside ---

    def _why_not(self, r: Reservation, wanted: int | None) -> ReservationResult | None:
        """Why it is refused, if it is."""
        e, places = r.evse, r.places(self._evses)
        if not places or (wanted is not None and e is None):
            reserved = e is not None and self._is_anothers(r, e)
            return ReservationResult.Occupied if reserved else ReservationResult.Rejected
        if e is not None:
            if self._is_anothers(r, e) or e.is_taken():
                return ReservationResult.Occupied
            if e.has_available(r.type):
                return None if self._reservations.can_be_kept_with(r) else ReservationResult.Occupied
        elif self._reservations.can_be_kept_with(r):
            return None
        elif any(other.number != r.number for other in self._reservations.placed) or any(
            each.session != UNPLUGGED for each in self._evses
        ):
            return ReservationResult.Occupied
        if any(each.is_taken() for each in places):
            return ReservationResult.Occupied
        if any(c.faulted and c.fits(r.type) for each in places for c in each.connectors):
            return ReservationResult.Faulted
        return ReservationResult.Unavailable

    def _is_anothers(self, r: Reservation, evse: Evse) -> bool:
        return any(other.evse is evse and other.number != r.number for other in self._reservations.placed)

    def _place(self, r: Reservation) -> None:
        """An older one of that number gives way, and its EVSE is told."""
        for other in [o for o in self._reservations.placed if o.number == r.number]:
            self._reservations.replace(other)
            if other.evse is not None and other.evse is not r.evse:
                self._tell_end(other, ReservationEndReason.Cancelled, send_update=False)
        self._reservations.place(r)
        if r.deadline is not None and r.deadline <= self.now:
            self._reservations.to_look_at.add(r)
        self._answer(r, ReservationResult.Accepted)

    def _cancel(self, r: Reservation, *, send_update: bool) -> None:
        if not r.placed:
            self._answer(r, ReservationResult.Rejected)
        self._end(r, ReservationEndReason.Cancelled, send_update=send_update)

    def _end(self, r: Reservation, reason: ReservationEndReason, *, send_update: bool = True) -> None:
        self._tell_end(r, reason, send_update=send_update)
        self._reservations.end(r)

    def _answer(self, r: Reservation, result: ReservationResult) -> None:
        self._out.append(AnswerReservation(reservation=r.key, number=r.number, result=result))

    def _tell_end(self, r: Reservation, reason: ReservationEndReason, *, send_update: bool) -> None:
        evse = None if r.evse is None else r.evse.key
        self._out.append(ReservationEnded(number=r.number, evse=evse, reason=reason, send_update=send_update))
