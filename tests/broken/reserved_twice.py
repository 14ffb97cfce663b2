"""An EVSE is reserved again."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import reservation, station


class Reservation(reservation.Reservation):
    """An EVSE is reserved again."""

    def evse_is_reserved(self) -> bool:
        """It can be reserved again."""
        return False


class ChargingStation(station.ChargingStation):
    """A station with it."""

    reservations: Each[Reservation]  # pyright: ignore[reportIncompatibleVariableOverride]
