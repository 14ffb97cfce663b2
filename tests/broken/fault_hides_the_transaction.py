"""A transaction that starts at a faulted connector is not seen."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import connector, evse, station


class Connector(connector.Connector):
    """A transaction that starts at a faulted connector is not seen."""

    def is_in_a_transaction(self) -> bool:
        """Nothing is seen later."""
        return False


class Evse(evse.Evse):
    """A transaction that starts at a faulted connector is not seen."""

    def occupy(self, connector: Connector) -> None:  # type: ignore[override]  # a Connector as above
        """The connector is in use, unless it is faulted."""
        self.plug_in_deadline = None
        self.connector = connector
        if not connector.is_faulted():
            connector.occupied()
        if self.holder is not None:
            self.holder.start()


class ChargingStation(station.ChargingStation):
    """A station with it."""

    connectors: Each[Connector]  # pyright: ignore[reportIncompatibleVariableOverride]
    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
