"""The EVSE of a reservation that is replaced is not told."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import reservation, station


class Reservation(reservation.Reservation):
    """The EVSE of a reservation that is replaced is not told."""

    def replace(self) -> None:
        """An older reservation of that number gives way without a word."""
        for r in self.station.reservations:
            if r is not self and r.number == self.number and r.is_placed():
                r.replaced = True


class ChargingStation(station.ChargingStation):
    """A station with it."""

    reservations: Each[Reservation]  # pyright: ignore[reportIncompatibleVariableOverride]
