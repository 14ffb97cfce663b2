"""A vehicle whose token has timed out is not seen any more."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station


class Evse(evse.Evse):
    """A vehicle whose token has timed out is not seen any more."""

    def waits_for_a_token_again(self) -> bool:
        """No vehicle waits twice."""
        return False


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
