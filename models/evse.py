"""The lifecycle of an EVSE: its session, and whether it is held for reservations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine import Deadline, Each, Machine, State, ignored, urgent
from .commands import HoldEvse, ReleaseEvse, WithdrawAuthorization
from .values import ConnectorType

if TYPE_CHECKING:
    from .authorization import Authorization
    from .connector import Connector
    from .station import ChargingStation


class Evse(Machine):
    """A charging place; it serves one vehicle at a time.

    ``holder`` is the authorization that holds it, from the grant to the end of the transaction (of the session, to a
    time-out or a withdrawal); ``connector`` is the one of its transaction. ``plug_in_order`` counts plug-ins, so that
    the queue of waiting vehicles follows from the state. ``replug_needed``: a plug-in got no token in time; nobody is
    authorized until the session ends.
    """

    station: ChargingStation
    number: int
    connectors: Each[Connector]
    holder: Authorization | None = None
    connector: Connector | None = None
    plug_in_order: int = 0
    plug_in_deadline: Deadline | None = None
    replug_needed: bool = False

    class facts(State.Parallel):
        class session(State.Compound):
            unplugged = State(initial=True)
            waiting = State("plugged in, waiting for a token")
            served = State("plugged in, served")
            charging = State("transaction running")
            finishing = State("transaction finished")

        class hold(State.Compound):
            open = State(initial=True)
            held = State("held for reservations")

    plug_in = facts.session.unplugged.to(facts.session.waiting, on="queue") | ignored(
        facts.session.waiting, facts.session.served, facts.session.charging, facts.session.finishing
    )
    serve = urgent(facts.session.waiting.to(facts.session.served, cond="is_held_by_a_token", on="disarm"))
    wait_again = urgent(facts.session.served.to(facts.session.waiting, cond="waits_for_a_token_again"))
    miss_plug_in = urgent(facts.session.waiting.to(facts.session.served, cond="plug_in_is_due", on="need_replug"))

    start_transaction = (
        facts.session.unplugged.to(facts.session.charging, cond="connector_is_ours", on="occupy")
        | facts.session.waiting.to(facts.session.charging, cond="connector_is_ours", on="occupy")
        | facts.session.served.to(facts.session.charging, cond="connector_is_ours", on="occupy")
        | facts.session.charging.to(facts.session.charging, cond="connector_is_ours", on="occupy")
        | facts.session.finishing.to(facts.session.charging, cond="connector_is_ours", on="occupy")
    )
    finish_transaction = (
        facts.session.unplugged.to(facts.session.unplugged, on="free_the_token")
        | facts.session.waiting.to(facts.session.waiting, on="free_the_token")
        | facts.session.served.to(facts.session.served, on="free_the_token")
        | facts.session.charging.to(facts.session.finishing, on="free_the_token")
        | facts.session.finishing.to(facts.session.finishing, on="free_the_token")
    )
    finish_session = (
        facts.session.unplugged.to(facts.session.unplugged, on="free_everything")
        | facts.session.waiting.to(facts.session.unplugged, on="free_everything")
        | facts.session.served.to(facts.session.unplugged, on="free_everything")
        | facts.session.charging.to(facts.session.unplugged, on="free_everything")
        | facts.session.finishing.to(facts.session.unplugged, on="free_everything")
    )
    deauthorize = (
        facts.session.unplugged.to(facts.session.unplugged, on="free_the_token")
        | facts.session.waiting.to(facts.session.waiting, on="free_the_token")
        | facts.session.served.to(facts.session.served, on="free_the_token")
        | ignored(facts.session.charging)
        | facts.session.finishing.to(facts.session.finishing, on="free_the_token")
    )

    hold = urgent(
        facts.hold.open.to(
            facts.hold.held, cond="some_place_is_promised and is_needed_for_reservations", on="tell_hold"
        )
    )
    release = urgent(facts.hold.held.to(facts.hold.open, cond="not is_needed_for_reservations", on="tell_release"))

    # --- what is asked of it ---

    def is_held_by_a_token(self) -> bool:
        """A token holds the EVSE."""
        return self.holder is not None

    def waits_for_a_token_again(self) -> bool:
        """Its token has let go of it without a transaction, and the vehicle is still there."""
        return self.holder is None and not self.replug_needed

    def plug_in_is_due(self, now: int) -> bool:
        """No token came in time for the vehicle."""
        return self.holder is None and self.plug_in_deadline is not None and self.plug_in_deadline <= now

    def connector_is_ours(self, connector: Connector) -> bool:
        """The connector belongs to this EVSE."""
        return connector.evse is self

    def some_place_is_promised(self) -> bool:
        """A reservation without an EVSE is placed."""
        return any(r.is_placed() and r.evse is None for r in self.station.reservations)

    def is_needed_for_reservations(self) -> bool:
        """The reservations without an EVSE need every free one of its kind."""
        return self.station.needs_all_like(self)

    def is_plugged_in(self) -> bool:
        """A vehicle is plugged in."""
        return not self.facts.session.unplugged.is_active

    def is_in_a_transaction(self) -> bool:
        """A transaction runs."""
        return self.facts.session.charging.is_active

    def serves_nobody(self) -> bool:
        """No token holds it, and no transaction runs."""
        return self.holder is None and not self.is_in_a_transaction()

    def has_a_connector_in_use(self) -> bool:
        """One of its connectors is in use."""
        return any(c.is_in_use() for c in self.connectors)

    def is_unavailable(self) -> bool:
        """Every one of its connectors is disabled."""
        return all(c.is_out_of_service() for c in self.connectors)

    def has_a_usable_connector(self) -> bool:
        """One of its connectors is neither disabled nor faulted."""
        return any(c.is_usable() for c in self.connectors)

    def is_available(self) -> bool:
        """It holds no token, needs no re-plug, is not in use, and a connector of it is usable."""
        return (
            self.holder is None
            and not self.replug_needed
            and not self.is_in_a_transaction()
            and not self.has_a_connector_in_use()
            and self.has_a_usable_connector()
        )

    def is_taken(self) -> bool:
        """A vehicle is there, a connector is in use, or a token holds it."""
        return self.is_plugged_in() or self.has_a_connector_in_use() or self.holder is not None

    def has_connector_of(self, wanted: ConnectorType) -> bool:
        """It has a connector of that type, whatever its state."""
        return any(c.fits(wanted) for c in self.connectors)

    def has_available_connector_of(self, wanted: ConnectorType) -> bool:
        """It has a free and usable connector of that type."""
        return any(c.fits(wanted) and c.is_available() for c in self.connectors)

    def has_faulted_connector_of(self, wanted: ConnectorType) -> bool:
        """It has a faulted connector of that type."""
        return any(c.fits(wanted) and c.is_faulted() for c in self.connectors)

    def is_reserved(self) -> bool:
        """A reservation for this very EVSE is placed."""
        return any(r.is_placed() and r.evse is self for r in self.station.reservations)

    # --- what it does ---

    def queue(self, now: int) -> None:
        """The vehicle takes its place in the queue; where that is wanted, its time for a token begins to run."""
        self.station.plug_ins += 1
        self.plug_in_order = self.station.plug_ins
        if self.station.config.plug_in_timeout_enabled and any(e is not self for e in self.station.evses):
            self.plug_in_deadline = now + self.station.config.connection_timeout

    def disarm(self) -> None:
        """The plug-in has its token."""
        self.plug_in_deadline = None

    def need_replug(self) -> None:
        """The EVSE is told that its time is over."""
        self.plug_in_deadline = None
        self.replug_needed = True
        self.emit(WithdrawAuthorization(evse=self))

    def occupy(self, connector: Connector) -> None:
        """The connector is in use, and the token that holds the EVSE in a transaction."""
        self.plug_in_deadline = None
        self.connector = connector
        connector.occupied()
        if self.holder is not None:
            self.holder.start()

    def free_the_token(self) -> None:
        """The token that holds the EVSE lets go of it."""
        if self.holder is not None:
            self.holder.release()

    def free_everything(self) -> None:
        """The session is over: its connectors are free, the token lets go, nothing is left to wait for."""
        self.plug_in_deadline = None
        self.replug_needed = False
        self.connector = None
        for c in self.connectors:
            c.freed()
        if self.holder is not None:
            self.holder.release()

    def tell_hold(self) -> None:
        """The EVSE shows itself as reserved."""
        self.emit(HoldEvse(evse=self))

    def tell_release(self) -> None:
        """The EVSE shows itself as free again."""
        self.emit(ReleaseEvse(evse=self))
