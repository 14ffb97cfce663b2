"""A request that is refused loses the reservation that it was to replace."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import reservation, station
from statewatt.models.commands import AnswerReservation
from statewatt.models.values import ReservationResult


class Reservation(reservation.Reservation):
    """A request that is refused loses the reservation that it was to replace."""

    def answer_occupied(self) -> None:
        """The answer is Occupied, and the older reservation of that number is gone."""
        for r in self.station.reservations:
            if r is not self and r.number == self.number and r.is_placed():
                r.replaced = True
        self.emit(AnswerReservation(reservation=self, number=self.number, result=ReservationResult.Occupied))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    reservations: Each[Reservation]  # pyright: ignore[reportIncompatibleVariableOverride]
