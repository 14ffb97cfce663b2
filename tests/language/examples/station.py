"""A small charging station that uses every construct of the language once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from statewatt.engine import (
    Command,
    Deadline,
    Each,
    Machine,
    State,
    System,
    before,
    ignored,
    invariant,
    is_new,
    law,
    policy,
    refused,
    sent,
    trusted,
    urgent,
)


@dataclass(frozen=True)
class IdToken:
    """What a user shows."""

    value: str


class Status(Enum):
    """How a presentation ended."""

    ACCEPTED = "accepted"
    IN_PROCESS = "in process"
    WITHDRAWN = "withdrawn"
    TIMED_OUT = "timed out"


@dataclass(frozen=True)
class Config:
    """The settings of the station."""

    connection_timeout: int
    kept_free: int = 0
    stop_on_unplug: bool = True


@dataclass(frozen=True)
class Authorize(Command):
    """Let the token charge at the EVSE."""

    evse: Evse
    token: IdToken


@dataclass(frozen=True)
class Withdraw(Command):
    """Take the authorization back."""

    evse: Evse


@dataclass(frozen=True)
class Reply(Command):
    """Answer the presentation."""

    token: IdToken
    status: Status
    evse: Evse | None = None


class Connector(Machine):
    """An outlet or cable of an EVSE."""

    station: ChargingStation
    evse: Evse
    number: int

    class facts(State.Parallel):
        class usage(State.Compound):
            free = State("Free", initial=True)
            in_use = State()

        class health(State.Compound):
            working = State(initial=True)
            broken = State()

    occupied = facts.usage.free.to(facts.usage.in_use, cond="is_only_one", on="tell_plugged") | ignored(
        facts.usage.in_use
    )
    cleared = facts.usage.in_use.to(facts.usage.free, on="tell_unplugged") | ignored(facts.usage.free)
    failed = facts.health.working.to(facts.health.broken) | ignored(facts.health.broken)
    repaired = facts.health.broken.to(facts.health.working) | ignored(facts.health.working)

    def is_plugged(self) -> bool:
        """A vehicle is plugged in."""
        return self.facts.usage.in_use.is_active

    def is_only_one(self) -> bool:
        """No other connector of the EVSE is in use."""
        return all(c is self or not c.is_plugged() for c in self.evse.connectors)

    def tell_plugged(self, now: int) -> None:
        """The EVSE hears of the vehicle."""
        self.station.plug_ins += 1
        self.evse.plugged(now=now, connector=self)

    def tell_unplugged(self) -> None:
        """The EVSE hears that the vehicle left."""
        self.evse.unplugged()


class Evse(Machine):
    """A place that serves one vehicle at a time."""

    station: ChargingStation
    number: int
    connectors: Each[Connector]
    holder: Authorization | None = None
    plugged_at: int | None = None

    vacant = State(initial=True)
    taken = State()

    plugged = vacant.to(taken, on="start_holder") | refused(taken)
    unplugged = taken.to(vacant, on="stop_holder") | refused(vacant)

    def is_usable(self) -> bool:
        """Some connector works."""
        return any(c.facts.health.working.is_active for c in self.connectors)

    def main_connector(self) -> Connector:
        """The connector with number 1."""
        return next(c for c in self.connectors if c.number == 1)

    def start_holder(self, now: int, connector: Connector) -> None:
        """Who holds the EVSE starts to charge."""
        self.plugged_at = now if connector.number > 0 else None
        if self.holder is not None:
            self.holder.start()

    def stop_holder(self) -> None:
        """Who holds the EVSE is finished."""
        self.plugged_at = None
        if self.holder is not None:
            self.holder.finish()


class Authorization(Machine):
    """One presentation of an id token, from the swipe to its result."""

    station: ChargingStation
    token: IdToken
    listed: frozenset[Evse]
    asked_at: int
    evse: Evse | None = None
    deadline: Deadline | None = None
    excluded: frozenset[Evse] = frozenset()

    presented = State(initial=True)
    already_in_process = State(final=True)
    selecting = State()
    assigned = State()
    granted = State()
    charging = State()
    finished = State(final=True)
    timed_out = State(final=True)
    withdrawn = State(final=True)

    presented.to(already_in_process, cond="token_is_in_process", on="reply_in_process")
    presented.to(selecting, on="begin")
    grant = urgent(
        selecting.to(
            assigned, cond="is_offered and evse_holds_nobody and not is_excluded and a_place_stays", on="take"
        ),
        pick="select_evse",
    )
    assigned.to(charging, cond="vehicle_is_there")
    assigned.to(granted)
    time_out = urgent(
        selecting.to(timed_out, cond="due", on="give_up") | granted.to(timed_out, cond="due", on="let_go")
    )
    start = granted.to(charging, on="stop_clock") | refused(selecting, charging)
    finish = charging.to(finished, on="release") | refused(selecting, granted)
    withdraw = (
        selecting.to(withdrawn, cond="is_named", on="give_up_withdrawn")
        | granted.to(withdrawn, cond="is_named", on=["reply_withdrawn", "release"])
        | ignored(charging)
    )
    exclude = selecting.to(selecting, on="leave_out") | ignored(granted, charging)

    def holds(self) -> bool:
        """The token holds an EVSE."""
        return self.granted.is_active or self.charging.is_active

    def token_is_in_process(self) -> bool:
        """The token is in process already."""
        return any(
            a.token == self.token and (a.selecting.is_active or a.holds())
            for a in self.station.authorizations
            if a is not self
        )

    def is_offered(self, evse: Evse) -> bool:
        """The EVSE is offered to the token."""
        return evse in self.listed and evse.is_usable()

    def evse_holds_nobody(self, evse: Evse) -> bool:
        """The EVSE holds no other token."""
        return evse.holder is None

    def is_excluded(self, evse: Evse) -> bool:
        """The EVSE was left out."""
        return evse in self.excluded

    def a_place_stays(self, evse: Evse) -> bool:
        """Enough EVSEs stay free."""
        return self.station.can_be_kept(evse)

    def vehicle_is_there(self) -> bool:
        """A vehicle waits at the EVSE."""
        return self.evse is not None and self.evse.taken.is_active

    def is_named(self, token: IdToken) -> bool:
        """The token is the one that was presented."""
        return token == self.token

    def due(self, now: int) -> bool:
        """Its time is over."""
        return self.deadline is not None and self.deadline <= now

    def reply_in_process(self) -> None:
        """The presentation is answered at once."""
        Answer(station=self.station, authorization=self, status=Status.IN_PROCESS)

    def begin(self) -> None:
        """The time to find an EVSE starts."""
        self.deadline = self.asked_at + self.station.config.connection_timeout

    def take(self, evse: Evse, now: int) -> None:
        """The token holds the EVSE."""
        self.evse = evse
        self.deadline = now + self.station.config.connection_timeout
        evse.holder = self
        answer = Answer(station=self.station, authorization=self, status=Status.ACCEPTED)
        answer.evse = evse
        self.emit(Authorize(evse, self.token))

    def stop_clock(self) -> None:
        """Nothing is due while it charges."""
        self.deadline = None

    def leave_out(self, evse: Evse) -> None:
        """The EVSE is left out."""
        self.excluded = frozenset(e for e in self.listed if e in self.excluded or e is evse)

    def give_up(self) -> None:
        """No EVSE was found in time."""
        Answer(station=self.station, authorization=self, status=Status.TIMED_OUT)
        self.deadline = None

    def give_up_withdrawn(self) -> None:
        """The user withdrew before an EVSE was found."""
        Answer(station=self.station, authorization=self, status=Status.WITHDRAWN)
        self.deadline = None

    def reply_withdrawn(self, token: IdToken) -> None:
        """The user withdrew."""
        self.emit(Reply(token=token, status=Status.WITHDRAWN, evse=self.evse))

    def let_go(self) -> None:
        """The EVSE is free for others."""
        evse = self.evse
        assert evse is not None
        self.deadline = None
        evse.holder = None
        self.emit(Withdraw(evse))

    def release(self) -> None:
        """Every EVSE that it holds is free for others."""
        self.deadline = None
        for evse in self.station.evses:
            if evse.holder is self:
                evse.holder = None


class Answer(Machine):
    """What a presentation is told, until it is delivered."""

    station: ChargingStation
    authorization: Authorization
    status: Status
    evse: Evse | None = None

    waiting = State(initial=True)
    delivered = State(final=True)

    deliver = waiting.to(delivered, on="reply")

    def reply(self) -> None:
        """The answer leaves the station."""
        self.emit(Reply(self.authorization.token, self.status, evse=self.evse))


class ChargingStation(System):
    """A charging station with any number of EVSEs."""

    evses: Each[Evse]
    connectors: Each[Connector]
    authorizations: Each[Authorization]
    answers: Each[Answer]
    config: Config
    plug_ins: int = 0

    def is_busy(self, token: IdToken) -> bool:
        """The token holds an EVSE."""
        return any(a.holds() for a in self.authorizations if a.token == token)

    def a_place_is_left(self, taken: Evse | None) -> bool:
        """An EVSE stays free if one has to."""
        return self.config.kept_free <= 0 or any(e is not taken and e.holder is None for e in self.evses)

    @trusted("Evse.holder", "kept_free", contract="a_place_is_left")
    def can_be_kept(self, taken: Evse | None) -> bool:
        """As many EVSEs as are kept free stay free."""
        return sum(1 for e in self.evses if e is not taken and e.holder is None) >= self.config.kept_free

    @policy
    def select_evse(self, authorization: Authorization, candidates: Sequence[Evse], now: int) -> Evse | None:
        """Where a vehicle waits, else the lowest number."""
        return min(candidates, key=lambda evse: (not evse.taken.is_active, evse.number), default=None)

    @invariant
    def one_evse_per_token(self) -> bool:
        """No token holds two EVSEs."""
        return all(
            a.evse is b.evse
            for a in self.authorizations
            for b in self.authorizations
            if a.token == b.token and a.holds() and b.holds()
        )

    @invariant
    def holders_know_their_evse(self) -> bool:
        """Who holds an EVSE knows it, and holds it."""
        return all(e.holder is None or (e.holder.evse is e and e.holder.holds()) for e in self.evses)

    @law
    def a_grant_is_never_overwritten(self) -> bool:
        """Who holds an EVSE keeps it or lets go of it."""
        return all(
            e.holder is None or before(e).holder is None or e.holder is before(e).holder
            for e in self.evses
            if not is_new(e)
        )

    @law
    def who_is_granted_is_announced(self) -> bool:
        """A new holder of an EVSE is announced."""
        return all(
            e.holder is None or before(e).holder is not None or sent(Authorize, evse=e, token=e.holder.token)
            for e in self.evses
            if not is_new(e)
        )
