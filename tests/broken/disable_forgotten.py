"""That a connector in use is disabled is not seen."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import connector, station


class Connector(connector.Connector):
    """That a connector in use is disabled is not seen."""

    def is_enabled(self) -> bool:
        """It is enabled, or in use."""
        return self.facts.operation.enabled.is_active or self.facts.usage.in_use.is_active


class ChargingStation(station.ChargingStation):
    """A station with it."""

    connectors: Each[Connector]  # pyright: ignore[reportIncompatibleVariableOverride]
