"""The time of a grant runs on the timer of the plug-in."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station


class Evse(evse.Evse):
    """The time of a grant runs on the timer of the plug-in."""

    def disarm(self) -> None:
        """The plug-in's timer is that of its token."""
        assert self.holder is not None
        self.plug_in_deadline = self.holder.deadline


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
