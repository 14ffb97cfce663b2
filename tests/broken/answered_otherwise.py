"""A reservation that is refused because a place is taken is answered as rejected."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import reservation, station
from statewatt.models.commands import AnswerReservation
from statewatt.models.values import ReservationResult


class Reservation(reservation.Reservation):
    """A reservation that is refused because a place is taken is answered as rejected."""

    def answer_occupied(self) -> None:
        """The answer is another one."""
        self.emit(AnswerReservation(reservation=self, number=self.number, result=ReservationResult.Rejected))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    reservations: Each[Reservation]  # pyright: ignore[reportIncompatibleVariableOverride]
