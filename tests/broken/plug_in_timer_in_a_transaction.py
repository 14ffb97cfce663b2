"""The timer of a plug-in that got its token goes on."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station


class Evse(evse.Evse):
    """The timer of a plug-in that got its token goes on."""

    def disarm(self) -> None:
        """Nothing is disarmed."""


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
