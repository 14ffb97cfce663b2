"""A reservation that is looked at does not count meanwhile, and then does again."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import reservation, station


class Reservation(reservation.Reservation):
    """A reservation that is looked at does not count meanwhile, and then does again."""

    def is_placed(self) -> bool:
        """It is placed, and nothing is doubtful."""
        return (self.offered.is_active or self.placed.is_active) and not self.replaced and not self.doubted


class ChargingStation(station.ChargingStation):
    """A station with it."""

    reservations: Each[Reservation]  # pyright: ignore[reportIncompatibleVariableOverride]
