"""A transaction starts, and the token that holds the EVSE does not hear of it."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station
from statewatt.models.connector import Connector


class Evse(evse.Evse):
    """A transaction starts, and the token that holds the EVSE does not hear of it."""

    def occupy(self, connector: Connector) -> None:
        """The connector is in use."""
        self.plug_in_deadline = None
        self.connector = connector
        connector.occupied()


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
