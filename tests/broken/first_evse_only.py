"""The first available EVSE decides, and if it is reserved for others the token is rejected."""

from __future__ import annotations

from statewatt.engine import Each
from statewatt.models import authorization, station


class Authorization(authorization.Authorization):
    """The first available EVSE decides, and if it is reserved for others the token is rejected."""

    def some_evse_may_be_granted(self) -> bool:
        """The EVSE that is available first, by its place in the queue, may be granted."""
        first = next(
            e
            for e in self.station.evses
            if self.refers_to(e)
            and e.is_available()
            and not any(
                self.refers_to(o) and o.is_available() and o.plug_in_order < e.plug_in_order for o in self.station.evses
            )
        )
        return self.may_be_granted(first)


class ChargingStation(station.ChargingStation):
    """A station with it."""

    authorizations: Each[Authorization]  # pyright: ignore[reportIncompatibleVariableOverride]
