"""A reservation of an EVSE without a connector type outlives every connector there."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import connector, station


class Connector(connector.Connector):
    """A reservation of an EVSE without a connector type outlives every connector there."""

    def doubt_reservations(self) -> None:
        """Reservations with a connector type are looked at."""
        for r in self.station.reservations:
            if r.concerns(self.evse) and self.type == r.type:
                r.doubted = True


class ChargingStation(station.ChargingStation):
    """A station with it."""

    connectors: Each[Connector]  # pyright: ignore[reportIncompatibleVariableOverride]
