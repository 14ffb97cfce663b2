"""A station that runs on asyncio: requests in, its ports called, every answer taken back as an input."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ..engine import Configure, Engine, Event, InputError, Refusal, StationState, load
from ..engine.journal import Delivery, Journal, JournalError
from ..engine.running import Policy
from ..engine.shell import Accepted, Clock, Courier, Failure, Health, Shell, SystemClock
from . import commands as c
from .messages import observed
from .ports import (
    Display,
    EvsePort,
    NoDisplay,
    NoListener,
    ReservationListener,
    Sent,
    ValidationResult,
    Validator,
)
from .queries import reservation_exists
from .requests import Input, Requests, Topology, key_of
from .station import ChargingStation, Config
from .values import (
    AuthorizationStatus,
    Order,
    ReservationCheckStatus,
    ReservationResult,
    TokenHandlingResult,
    WithdrawAuthorizationResult,
)

T = TypeVar("T")
log = logging.getLogger("statewatt.station")

VALIDATION_TIMEOUT = 30.0
"""Seconds that a validator may take; then its answer is Unknown."""


@dataclass(frozen=True)
class Ports:
    """What a station calls. Each validator is asked at the same time, for ``validation_timeout`` seconds at most."""

    evses: EvsePort
    validators: Sequence[Validator]
    display: Display = field(default_factory=NoDisplay)
    reservations: ReservationListener = field(default_factory=NoListener)
    validation_timeout: float = VALIDATION_TIMEOUT
    failure: Failure = field(default_factory=Failure)


class Presentation:
    """A token that was presented: its key, and its one result when it comes."""

    def __init__(self, key: int, result: asyncio.Future[TokenHandlingResult]) -> None:
        self.key = key
        self._result = result

    def result(self) -> Awaitable[TokenHandlingResult]:
        """Wait for its one result."""
        return asyncio.shield(self._result)


class Station:
    """A charging station on asyncio: ``async with Station(topology, config, ports) as station: …``.

    Each request is on the disk (with a ``journal``) when its method returns. What is wrong is an ``InputError``, too
    much at once a ``BusyError``; neither changes anything.
    """

    def __init__(
        self,
        topology: Topology,
        config: Config,
        ports: Ports,
        *,
        journal: str | Path | None = None,
        policies: Mapping[str, Policy] | None = None,
        clock: Clock | None = None,
        bound: int = 1_024,
        engine: Engine[ChargingStation] | None = None,
    ) -> None:
        self.engine = engine or load(ChargingStation)
        self.topology = topology
        self.requests = Requests(topology)
        self.ports = ports
        self.clock = clock or SystemClock()
        self._config = config
        self._path = journal
        self._results: dict[int, asyncio.Future[TokenHandlingResult]] = {}
        self._reserved: dict[int, asyncio.Future[ReservationResult]] = {}
        self.shell: Shell[ChargingStation] = Shell(
            self.engine,
            None if journal else self._start(),
            self._courier,
            journal=self._journal if journal else None,
            policies=policies,
            clock=self.clock,
            bound=bound,
        )

    async def __aenter__(self) -> Station:
        await self.shell.__aenter__()
        changed = self._changed_settings()
        if changed:
            await self.shell.submit(Configure(changed))
            assert self.shell.journal is not None
            self.shell.journal.describe("settings", _settings(self.engine, self._config))
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self, seconds: float = 5.0) -> None:
        """Take what waits, let the commands leave, and close the journal."""
        await self.shell.close(seconds)

    # --- requests ---

    async def present(self, id_token: object, **options: Any) -> Presentation:
        """A token is presented; ``options`` as of ``Requests.present``."""
        birth = self.requests.present(id_token, validators=len(self.ports.validators), **options)
        taken = await self._taken(birth)
        key = taken.born("Authorization")
        return Presentation(key, self._result_of(key))

    async def withdraw(self, evse_id: object = None, id_token: object = None) -> WithdrawAuthorizationResult:
        """Whatever is granted to or waits for that EVSE and that token is withdrawn; without either: everything."""
        if type(evse_id) is int and evse_id not in self.topology.evses:
            return WithdrawAuthorizationResult.EvseNotFound
        result = await self.shell.submit(self.requests.withdraw(evse_id, id_token))
        if isinstance(result, Refusal):
            return WithdrawAuthorizationResult.AuthorizationNotFound
        return WithdrawAuthorizationResult.Accepted

    async def update_validation(self, evse_id: object, status: object, parent_id_token: object = None) -> bool:
        """The validation of the token that holds the EVSE has changed; whether there was one."""
        return await self._whether(self.requests.update_validation(evse_id, status, parent_id_token))

    async def session_event(
        self, evse_id: object, event: object, connector_id: object = 1, reason: object = None
    ) -> bool:
        """A session event of an EVSE; whether it changed something."""
        found = self.requests.session_event(evse_id, event, connector_id, reason)
        return found is not None and await self._whether(found)

    async def fault(self, evse_id: object, connector_id: object = 1, *, raised: bool) -> bool:
        """A permanent fault of a connector is raised or cleared."""
        return await self._whether(self.requests.fault(evse_id, connector_id, raised=raised))

    async def reserve(self, reservation_id: object, id_token: object, **options: Any) -> ReservationResult:
        """Ask for a reservation; ``options`` as of ``Requests.reserve``; the answer, when the EVSE has accepted."""
        taken = await self._made(lambda state, now: self.requests.reserve(reservation_id, id_token, now=now, **options))
        return await self._answer_of(taken.born("Reservation"))

    async def cancel_reservation(self, reservation_id: object) -> bool:
        """Cancel a reservation; whether there was one."""
        return await self._whether(self.requests.cancel_reservation(reservation_id))

    async def configure(self, **settings: object) -> None:
        """Some configuration keys get new values."""
        await self.shell.submit(self.requests.configure(settings))

    def reservation_exists(
        self, id_token: object, evse_id: object = None, group_id_token: object = None
    ) -> ReservationCheckStatus:
        """Whether a reservation counts for the token."""
        return reservation_exists(self.shell.view, self.topology, id_token, evse_id, group_id_token)

    def observed(self) -> dict[str, Any]:
        """What can be seen of the station from outside, as JSON values."""
        return observed(self.shell.view)

    def health(self) -> Health:
        """How it is doing."""
        return self.shell.health()

    # --- the journal ---

    def _start(self) -> StationState:
        return self.engine.start(self._config, self.topology.births, now=self.clock.now())

    def _journal(self) -> Journal:
        assert self._path is not None
        description = {"settings": _settings(self.engine, self._config)}
        journal = Journal(self._path, self.engine, self._start, description=description)
        try:
            check_topology(journal, self.topology)
        except BaseException:
            journal.close(in_order=False)
            raise
        return journal

    def _changed_settings(self) -> dict[str, Any]:
        """The settings that are other ones than when the journal last began: those that were changed while the station
        ran stay."""
        journal = self.shell.journal
        if journal is None:
            return {}
        known: dict[str, object] = json.loads(journal.description.get("settings", "{}"))
        now: dict[str, object] = json.loads(_settings(self.engine, self._config))
        return {name: getattr(self._config, name) for name, value in now.items() if known.get(name, value) != value}

    # --- inside ---

    async def _made(self, make: Callable[[StationState, int], Input | None]) -> Accepted:
        result = await self.shell.submit_made(make)
        if isinstance(result, Refusal):
            raise InputError(str(result))
        return result

    async def _taken(self, event: Input) -> Accepted:
        return await self._made(lambda state, now: event)

    async def _whether(self, event: Input) -> bool:
        return isinstance(await self.shell.submit(event), Accepted)

    def _result_of(self, key: int) -> asyncio.Future[TokenHandlingResult]:
        return _future(self._results, key)

    def _answer_of(self, key: int) -> asyncio.Future[ReservationResult]:
        return _future(self._reserved, key)

    def _courier(self, done: Callable[[int], None]) -> Courier:
        carrier = Carrier(self)
        return Courier(carrier.lane, carrier.carry, done, self.ports.failure)


class Carrier:
    """Carries each command to its port, and takes the port's answer back to the station."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self.topology = station.topology

    def lane(self, command: Any) -> str:
        """Who gets the command: commands for one receiver keep their order."""
        match command:
            case c.ValidateToken():
                return f"validators of presentation {key_of(command.authorization)}"
            case c.ChooseEvse():
                return f"choice of presentation {key_of(command.authorization)}"
            case c.PublishStatus() | c.Conclude():
                return "display"
            case c.AnswerReservation():
                return "reservations"
            case _:
                return "reservations" if command.evse is None else f"EVSE {self.topology.number(command.evse)}"

    async def carry(self, delivery: Delivery) -> None:
        """Carry one command; what its receiver answers is on the disk when this returns."""
        sent = Sent(delivery.id, delivery.repeat)
        command, ports = delivery.command, self.station.ports
        match command:
            case c.ValidateToken():
                await self._validate(command, sent)
            case c.ChooseEvse():
                await self._choose(command, sent)
            case c.PublishStatus():
                evse = self._number(command.evse)
                await ports.display.status(command.token, command.status, evse, sent)
            case c.Conclude():
                _resolve(self.station._results, key_of(command.authorization), command.result)
                await ports.display.result(command.token, command.result, self._number(command.evse), sent)
            case c.AnswerReservation():
                _resolve(self.station._reserved, key_of(command.reservation), command.result)
                await ports.reservations.answered(command.number, command.result, sent)
            case c.Reserve():
                await self._reserve(command, sent)
            case c.ReservationEnded(evse=None):
                await ports.reservations.ended(None, command.number, command.reason, command.send_update, sent)
            case _:
                await self._tell_evse(command, sent)

    async def _tell_evse(self, command: Any, sent: Sent) -> None:
        ports, evse = self.station.ports, self.topology.number(command.evse)
        match command:
            case c.AuthorizeEvse():
                await ports.evses.authorize(evse, command, sent)
            case c.WithdrawAuthorization():
                await ports.evses.withdraw(evse, sent)
            case c.StopTransaction():
                await ports.evses.stop_transaction(evse, command, sent)
            case c.HoldEvse() | c.ReleaseEvse():
                await ports.evses.hold(evse, isinstance(command, c.HoldEvse), sent)
            case c.ReservationEnded():
                await ports.evses.reservation_ended(evse, command.number, command.reason, sent)
                await ports.reservations.ended(evse, command.number, command.reason, command.send_update, sent)
            case _:
                raise TypeError(f"no port takes {type(command).__name__}")

    # --- those that answer ---

    async def _validate(self, command: c.ValidateToken, sent: Sent) -> None:
        """Ask all validators at once; each answer counts as it comes."""
        key, evses = key_of(command.authorization), self._order(command.order)
        asked = [
            self._ask(number, validator, key, command, evses, sent)
            for number, validator in enumerate(self.station.ports.validators, 1)
        ]
        await asyncio.gather(*asked)

    async def _ask(
        self, number: int, validator: Validator, key: int, command: c.ValidateToken, evses: Sequence[int], sent: Sent
    ) -> None:
        try:
            said = await asyncio.wait_for(
                validator.validate(command.token, evses, sent), self.station.ports.validation_timeout
            )
            event = self._answer(key, number, said)
        except Exception as error:
            log.warning(
                "validator %d has no answer: %s",
                number,
                f"{type(error).__name__}: {error}",
                extra={"validator": number, "presentation": key, "id": sent.id},
            )
            event = self._answer(key, number, ValidationResult(AuthorizationStatus.Unknown))
        await self._back(event)

    def _answer(self, key: int, number: int, said: ValidationResult | None) -> Event:
        requests = self.station.requests
        if said is None:
            return requests.abstain(key, number)
        parent = None if said.parent is None else said.parent.text
        evses = None if said.evses is None else list(said.evses)
        return requests.answer(key, number, said.status.value, parent, evses)

    async def _choose(self, command: c.ChooseEvse, sent: Sent) -> None:
        key = key_of(command.authorization)
        state = self.station.shell.state
        listed: Iterable[Any] = ()
        if key in state.keys("Authorization"):
            fields: Mapping[str, Any] = state.row("Authorization", key).fields
            listed = fields["listed"]
        chosen = await self.station.ports.display.choose(
            command.token, sorted(self.topology.number(evse) for evse in listed), sent
        )
        if chosen is not None:
            await self._back(self.station.requests.choose(key, chosen))

    async def _reserve(self, command: c.Reserve, sent: Sent) -> None:
        ports = self.station.ports
        if command.evse is None:
            accepts = await ports.reservations.reserve(command.number, sent)
        else:
            accepts = await ports.evses.reserve(self.topology.number(command.evse), command.number, sent)
        if not command.restored:
            await self._back(self.station.requests.answer_offer(key_of(command.reservation), bool(accepts)))

    async def _back(self, event: Event) -> None:
        """Take an answer; one that comes too late is refused, or its thing is gone: that changes nothing."""
        result = await self.station.shell.enqueue(lambda state, now: event)
        if isinstance(result, Refusal):
            log.info("an answer came too late: %s", event)

    def _number(self, evse: object) -> int | None:
        return None if evse is None else self.topology.number(evse)

    def _order(self, order: Order) -> list[int]:
        """The EVSEs that a token came with."""
        return list(order.numbers) if order.named else list(self.topology.evses)


# --- the journal ---


def check_topology(journal: Journal, topology: Topology) -> None:
    """The journal is of a station with these EVSEs and connectors, or a ``JournalError`` says which ones it has."""
    state = journal.state
    evses = [state.row("Evse", key).fields["number"] for key in state.keys("Evse")]
    connectors = [state.row("Connector", key).fields for key in state.keys("Connector")]
    wanted = [dict(b.fields) for b in topology.births if b.machine == "Connector"]
    known = [{name: each[name] for name in ("evse", "number", "type")} for each in connectors]
    if evses != list(topology.evses) or known != wanted:
        raise JournalError(
            f"the journal {journal.path} is of a station with the EVSEs {', '.join(map(str, evses))} and "
            f"{len(known)} connectors, another one than is described; name another file, or describe that station"
        )


def _settings(engine: Engine[Any], config: Config) -> str:
    from ..engine.codec import encode_python

    return json.dumps(encode_python(config))


def _future(known: dict[int, asyncio.Future[T]], key: int) -> asyncio.Future[T]:
    if key not in known:
        known[key] = asyncio.get_running_loop().create_future()
    return known[key]


def _resolve(known: dict[int, asyncio.Future[T]], key: int, value: T) -> None:
    """Whoever waits for it, or will ask for it, gets it; those that nobody asks for are forgotten in time."""
    found = _future(known, key)
    if not found.done():
        found.set_result(value)
    while len(known) > 10_000:
        known.pop(next(iter(known)))
