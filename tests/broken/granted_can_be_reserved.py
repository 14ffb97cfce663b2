"""An EVSE that is granted can be reserved."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import reservation, station


class Reservation(reservation.Reservation):
    """An EVSE that is granted can be reserved."""

    def evse_is_taken(self) -> bool:
        """A vehicle is at the EVSE."""
        return any(e is self.evse and (e.is_plugged_in() or e.has_a_connector_in_use()) for e in self.station.evses)


class ChargingStation(station.ChargingStation):
    """A station with it."""

    reservations: Each[Reservation]  # pyright: ignore[reportIncompatibleVariableOverride]
