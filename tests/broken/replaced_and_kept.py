"""A reservation that is replaced is kept."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import reservation, station


class Reservation(reservation.Reservation):
    """A reservation that is replaced is kept."""

    def replace(self) -> None:
        """Nothing gives way."""


class ChargingStation(station.ChargingStation):
    """A station with it."""

    reservations: Each[Reservation]  # pyright: ignore[reportIncompatibleVariableOverride]
