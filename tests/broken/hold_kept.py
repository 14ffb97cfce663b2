"""An EVSE that was taken while it was held stays held."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import evse, station


class Evse(evse.Evse):
    """An EVSE that was taken while it was held stays held."""

    def is_needed_for_reservations(self) -> bool:
        """The reservations need it, or it was held when it was taken or disabled."""
        return self.station.needs_all_like(self) or (
            self.facts.hold.held.is_active and (self.is_taken() or not self.has_a_usable_connector())
        )


class ChargingStation(station.ChargingStation):
    """A station with it."""

    evses: Each[Evse]  # pyright: ignore[reportIncompatibleVariableOverride]
