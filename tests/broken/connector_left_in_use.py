"""The end of a session leaves its connectors in use."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station


class Evse(evse.Evse):
    """The end of a session leaves its connectors in use."""

    def free_everything(self) -> None:
        """Everything but the connectors."""
        self.plug_in_deadline = None
        self.replug_needed = False
        self.connector = None
        if self.holder is not None:
            self.holder.release()


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
