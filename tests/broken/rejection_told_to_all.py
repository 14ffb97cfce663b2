"""A rejection is told to an EVSE that serves somebody else."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station


class Evse(evse.Evse):
    """A rejection is told to an EVSE that serves somebody else."""

    def serves_nobody(self) -> bool:
        """Everybody is told."""
        return True


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
