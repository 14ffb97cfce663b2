"""Deauthorizing an EVSE disarms the timer of its plug-in."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station


class Evse(evse.Evse):
    """Deauthorizing an EVSE disarms the timer of its plug-in."""

    def free_the_token(self) -> None:
        """The token lets go, and no time is left to run."""
        self.plug_in_deadline = None
        if self.holder is not None:
            self.holder.release()


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
