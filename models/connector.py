"""The lifecycle of a connector: three independent facts, in use, enabled, working."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine import Machine, State, ignored, urgent
from .values import ConnectorType

if TYPE_CHECKING:
    from .evse import Evse
    from .station import ChargingStation


class Connector(Machine):
    """A socket or cable of an EVSE.

    The reference's six states are six of these eight: Available (free, enabled, working), Occupied (in use),
    Unavailable (disabled), Faulted, FaultedOccupied, UnavailableFaulted. Disabling or faulting a connector in use
    changes nothing of its use, and is still true when the session ends (law L8).
    """

    station: ChargingStation
    evse: Evse
    number: int
    type: ConnectorType

    class facts(State.Parallel):
        class usage(State.Compound):
            free = State(initial=True)
            in_use = State()

        class operation(State.Compound):
            enabled = State(initial=True)
            disabled = State()

        class health(State.Compound):
            working = State(initial=True)
            faulted = State()

    occupied = (
        facts.usage.free.to(facts.usage.in_use, cond="is_enabled", on="doubt_reservations")
        | ignored(facts.usage.free)
        | ignored(facts.usage.in_use)
    )
    occupied_late = urgent(
        facts.usage.free.to(facts.usage.in_use, cond="is_enabled and is_in_a_transaction", on="doubt_reservations")
    )
    freed = facts.usage.in_use.to(facts.usage.free) | ignored(facts.usage.free)
    disable = facts.operation.enabled.to(facts.operation.disabled, on="doubt_reservations") | ignored(
        facts.operation.disabled
    )
    enable = facts.operation.disabled.to(facts.operation.enabled) | ignored(facts.operation.enabled)
    raise_fault = (
        facts.health.working.to(facts.health.faulted, cond="faults_count", on="doubt_reservations")
        | ignored(facts.health.working)
        | ignored(facts.health.faulted)
    )
    clear_fault = facts.health.faulted.to(facts.health.working) | ignored(facts.health.working)

    def is_enabled(self) -> bool:
        """It is enabled."""
        return self.facts.operation.enabled.is_active

    def is_in_a_transaction(self) -> bool:
        """The transaction of its EVSE, which started while it was disabled, is its own."""
        return self.evse.is_in_a_transaction() and self.evse.connector is self

    def is_in_use(self) -> bool:
        """It is in use."""
        return self.facts.usage.in_use.is_active

    def is_faulted(self) -> bool:
        """It is faulted."""
        return self.facts.health.faulted.is_active

    def faults_count(self) -> bool:
        """Faults make a connector unusable here."""
        return not self.station.config.ignore_connector_faults

    def is_out_of_service(self) -> bool:
        """It is disabled, and no session is left to end first."""
        return not self.is_enabled() and not self.is_in_use()

    def is_usable(self) -> bool:
        """It is neither disabled nor faulted."""
        return self.is_enabled() and not self.is_faulted()

    def is_available(self) -> bool:
        """It is free and usable."""
        return not self.is_in_use() and self.is_usable()

    def fits(self, wanted: ConnectorType) -> bool:
        """It serves that type; Unknown on either side serves all."""
        return self.type == wanted or self.type == ConnectorType.Unknown or wanted == ConnectorType.Unknown

    def doubt_reservations(self) -> None:
        """Each reservation that could need it has to be looked at: it has become unusable."""
        for r in self.station.reservations:
            if r.concerns(self.evse) and self.fits(r.type):
                r.doubted = True
