"""A plug-in disarms the timer of the grant."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station


class Evse(evse.Evse):
    """A plug-in disarms the timer of the grant."""

    def queue(self, now: int) -> None:
        """The vehicle takes its place, and the token at the EVSE has all the time there is."""
        self.station.plug_ins += 1
        self.plug_in_order = self.station.plug_ins
        if self.holder is not None:
            self.holder.deadline = None


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
