"""The station written by hand: what comes in, what follows of itself, the commands that go out."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

from statewatt.models.commands import (
    HoldEvse,
    ReleaseEvse,
    WithdrawAuthorization,
)
from statewatt.models.requests import Topology
from statewatt.models.station import Config
from statewatt.models.values import (
    IdToken,
    SelectionAlgorithm,
)

from .bookings import Bookings
from .reservations import Reservations
from .things import CHARGING, ENDED, FINISHING, SERVED, STARTED, UNPLUGGED, WAITING, Connector, Evse, Grant, Reservation
from .tokens import Tokens


class Station:
    """Each method is one thing that happens at ``now`` (milliseconds); it gives the commands that follow."""

    def __init__(self, topology: Topology, config: Config) -> None:
        if config.selection_algorithm is SelectionAlgorithm.UserInput:
            raise ValueError("the station written by hand asks no user")
        self.config = config
        self.now = 0
        self.evses = [Evse(key, number) for number, key in topology.evses.items()]
        self.connectors: list[Connector] = []
        for birth in topology.births:
            if birth.machine == "Connector":
                fields: Any = birth.fields
                evse = self.evses[int(fields["evse"]) - 1]
                connector = Connector(len(self.connectors) + 1, evse, fields["type"])
                evse.connectors.append(connector)
                self.connectors.append(connector)
        self.reservations = Reservations(self.evses)
        self._out: list[Any] = []
        self.bookings = Bookings(self.evses, self.reservations, self._await, self._out)
        self.tokens = Tokens(self.evses, config, self.reservations, self._changed, self._await, self._out)
        self._plug_ins = 0
        self._awaited: list[tuple[int, int, Any]] = []
        self._entries = 0
        self._plug_ins_due: list[Evse] = []
        self._held = 0
        for evse in self.evses:
            self._changed(evse)

    # --- tokens ---

    def present(self, now: int, **presented: Any) -> list[Any]:
        """A prevalidated token is presented; what it comes with as of ``Tokens.present``."""
        self._pass_time(now)
        self.tokens.present(**presented)
        return self._told()

    def withdraw(self, now: int, evse: int | None, token: IdToken | None) -> list[Any]:
        """Whatever is granted to or waits for that EVSE and that token is withdrawn; without either: everything."""
        self._pass_time(now)
        self.tokens.withdraw(None if evse is None else self.evses[evse - 1], token)
        return self._told()

    # --- EVSEs ---

    def plug_in(self, now: int, evse: int) -> list[Any]:
        """A vehicle is plugged in: it takes its place in the queue."""
        self._pass_time(now)
        e = self.evses[evse - 1]
        if e.session == UNPLUGGED:
            self._plug_ins += 1
            e.plug_in_order = self._plug_ins
            if e.holder is not None:
                e.session = SERVED
            else:
                e.session = WAITING
                if self.config.plug_in_timeout_enabled and len(self.evses) > 1:
                    e.deadline = self.now + self.config.connection_timeout
                    self._await(e.deadline, e)
            self._changed(e)
        return self._told()

    def start_transaction(self, now: int, connector: int) -> list[Any]:
        """A transaction starts: its connector is in use, and the token that holds the EVSE in it."""
        self._pass_time(now)
        c = self.connectors[connector - 1]
        e = c.evse
        e.deadline = None
        e.connector = c
        self._occupy(c)
        if e.holder is not None:
            e.holder.stage = STARTED
            e.holder.deadline = None
        e.session = CHARGING
        self._changed(e)
        return self._told()

    def finish_transaction(self, now: int, evse: int) -> list[Any]:
        """The transaction ends, and its token lets go."""
        self._pass_time(now)
        e = self.evses[evse - 1]
        if e.session == CHARGING:
            e.session = FINISHING
        self._free_the_token(e)
        return self._told()

    def finish_session(self, now: int, evse: int) -> list[Any]:
        """The vehicle leaves: nothing is left of its session."""
        self._pass_time(now)
        e = self.evses[evse - 1]
        e.deadline = None
        e.replug_needed = False
        e.connector = None
        for c in e.connectors:
            c.in_use = False
        e.session = UNPLUGGED
        self._free_the_token(e)
        return self._told()

    def deauthorize(self, now: int, evse: int) -> list[Any]:
        """The EVSE lets go of its token, unless a transaction runs."""
        self._pass_time(now)
        e = self.evses[evse - 1]
        if e.session != CHARGING:
            self._free_the_token(e)
        return self._told()

    # --- connectors ---

    def disable(self, now: int, connector: int) -> list[Any]:
        """The connector is disabled."""
        self._pass_time(now)
        c = self.connectors[connector - 1]
        if c.enabled:
            c.enabled = False
            self.reservations.doubt(c.evse, c.type)
            self._changed(c.evse)
        return self._told()

    def enable(self, now: int, connector: int) -> list[Any]:
        """The connector is enabled; a transaction that started meanwhile is its own."""
        self._pass_time(now)
        c = self.connectors[connector - 1]
        if not c.enabled:
            c.enabled = True
            if c.evse.session == CHARGING and c.evse.connector is c:
                self._occupy(c)
            self._changed(c.evse)
        return self._told()

    def raise_fault(self, now: int, connector: int) -> list[Any]:
        """The connector has a fault, if faults count."""
        self._pass_time(now)
        c = self.connectors[connector - 1]
        if not c.faulted and not self.config.ignore_connector_faults:
            c.faulted = True
            self.reservations.doubt(c.evse, c.type)
            self._changed(c.evse)
        return self._told()

    def clear_fault(self, now: int, connector: int) -> list[Any]:
        """The fault is gone."""
        self._pass_time(now)
        c = self.connectors[connector - 1]
        if c.faulted:
            c.faulted = False
            self._changed(c.evse)
        return self._told()

    # --- reservations ---

    def reserve(self, now: int, **asked: Any) -> list[Any]:
        """A reservation is asked for; what for as of ``Bookings.reserve``."""
        self._pass_time(now)
        self.bookings.reserve(**asked)
        return self._told()

    def accept(self, now: int, reservation: int) -> list[Any]:
        """The EVSE accepts what was offered to it."""
        self._pass_time(now)
        self.bookings.accept(reservation)
        return self._told()

    def decline(self, now: int, reservation: int) -> list[Any]:
        """The EVSE does not accept it."""
        self._pass_time(now)
        self.bookings.decline(reservation)
        return self._told()

    def cancel(self, now: int, number: int) -> list[Any]:
        """The reservation of that number is cancelled."""
        self._pass_time(now)
        self.bookings.cancel(number)
        return self._told()

    def end_reservations(self, now: int, evse: int) -> list[Any]:
        """Those of the EVSE are over."""
        self._pass_time(now)
        self.bookings.end_at(self.evses[evse - 1])
        return self._told()

    def wait(self, now: int) -> list[Any]:
        """Time passes."""
        self._pass_time(now)
        return self._told()

    def deadline(self) -> int | None:
        """When the station is to be woken next."""
        awaited = self._awaited
        while awaited and (awaited[0][0] <= self.now or awaited[0][2].deadline != awaited[0][0]):
            heappop(awaited)
        return awaited[0][0] if awaited else None

    # --- what follows of itself ---

    def _pass_time(self, now: int) -> None:
        """What was due before now happens, each at its own time."""
        if now > self.now:
            while self._awaited and (due := self.deadline()) is not None and due < now:
                self._set_time(due)
                self._settle()
            self._set_time(now)

    def _set_time(self, now: int) -> None:
        self.now = self.tokens.now = self.bookings.now = now

    def _told(self) -> list[Any]:
        self._settle()
        told = self._out.copy()
        self._out.clear()
        return told

    def _settle(self) -> None:
        """Everything that follows at this time: reservations first, then EVSEs, then tokens one by one."""
        awaited = self._awaited
        while awaited and awaited[0][0] <= self.now:
            at, _, thing = heappop(awaited)
            if thing.deadline == at:
                if isinstance(thing, Grant):
                    self.tokens.due[thing.key] = thing
                elif isinstance(thing, Evse):
                    self._plug_ins_due.append(thing)
                else:
                    self.reservations.to_look_at.add(thing)
        while True:
            if self.reservations.to_look_at:
                self.bookings.look()
            if self._plug_ins_due or self._held or self.reservations.placed:
                self._look_at_evses()
            if not self.tokens.move():
                return

    def _look_at_evses(self) -> None:
        """Plug-ins that got no token in time; EVSEs that are needed for reservations without one."""
        due, self._plug_ins_due = self._plug_ins_due, []
        needed = self.reservations.needed() if self.reservations.placed else set[Evse]()
        for e in self.evses if needed or self._held else sorted(due, key=lambda e: e.key):
            if e in due and e.deadline is not None and e.deadline <= self.now:
                e.deadline = None
                e.replug_needed = True
                e.session = SERVED
                self._out.append(WithdrawAuthorization(evse=e.key))
                self._changed(e)
            if (e in needed) != e.held:
                e.held = not e.held
                self._held += 1 if e.held else -1
                told = HoldEvse if e.held else ReleaseEvse
                self._out.append(told(evse=e.key))

    # --- inside ---

    def _await(self, at: int, thing: Grant | Evse | Reservation) -> None:
        self._entries += 1
        heappush(self._awaited, (at, self._entries, thing))

    def _changed(self, evse: Evse) -> None:
        """Something of the EVSE has changed: whether it waits for a token, and whether it is available, follows."""
        if evse.session == WAITING and evse.holder is not None:
            evse.session = SERVED
            evse.deadline = None
        elif evse.session == SERVED and evse.holder is None and not evse.replug_needed:
            evse.session = WAITING
        evse.look()
        self.tokens.look_at(evse)
        self.reservations.changed(evse)

    def _free_the_token(self, evse: Evse) -> None:
        grant = evse.holder
        if grant is not None:
            evse.holder = None
            grant.deadline = None
            grant.stage = ENDED
            del self.tokens.living[grant.token]
        self._changed(evse)

    def _occupy(self, connector: Connector) -> None:
        if connector.enabled and not connector.in_use:
            connector.in_use = True
            self.reservations.doubt(connector.evse, connector.type)
