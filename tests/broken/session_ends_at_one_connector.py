"""The end of a session frees the first connector, whichever was in use."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station


class Evse(evse.Evse):
    """The end of a session frees the first connector, whichever was in use."""

    def free_everything(self) -> None:
        """The session is over, and its first connector is free."""
        self.plug_in_deadline = None
        self.replug_needed = False
        self.connector = None
        for c in self.connectors:
            if c.number == 1:
                c.freed()
        if self.holder is not None:
            self.holder.release()


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
