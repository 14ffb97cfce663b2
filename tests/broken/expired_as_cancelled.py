"""An EVSE is told of a reservation that has expired that it was cancelled."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import reservation, station
from statewatt.models.commands import ReservationEnded
from statewatt.models.values import ReservationEndReason


class Reservation(reservation.Reservation):
    """An EVSE is told of a reservation that has expired that it was cancelled."""

    def tell_expired(self) -> None:
        """It is told another reason."""
        self.emit(
            ReservationEnded(
                number=self.number, evse=self.evse, reason=ReservationEndReason.Cancelled, send_update=True
            )
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    reservations: Each[Reservation]  # pyright: ignore[reportIncompatibleVariableOverride]
