"""A reservation that is restored after a restart is not announced."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import reservation, station
from statewatt.models.commands import Reserve


class Reservation(reservation.Reservation):
    """A reservation that is restored after a restart is not announced."""

    def announce(self) -> None:
        """A new one is told."""
        if not self.restored:
            self.emit(Reserve(reservation=self, number=self.number, evse=self.evse, restored=self.restored))


class ChargingStation(station.ChargingStation):
    """A station with it."""

    reservations: Each[Reservation]  # pyright: ignore[reportIncompatibleVariableOverride]
