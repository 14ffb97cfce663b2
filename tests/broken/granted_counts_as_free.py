"""An EVSE that is granted and not plugged in counts as free."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station


class Evse(evse.Evse):
    """An EVSE that is granted and not plugged in counts as free."""

    def is_taken(self) -> bool:
        """A vehicle is there, or a connector is in use."""
        return self.is_plugged_in() or self.has_a_connector_in_use()


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
