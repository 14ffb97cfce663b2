"""A station that runs on asyncio: requests in, its ports called, every answer taken back as an input."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ..engine import Configure, Engine, InputError, Refusal, StationState, load
from ..engine.journal import Journal
from ..engine.running import Policy
from ..engine.shell import Accepted, Clock, Health, Shell, SystemClock
from .carrying import Carrier, PortCourier
from .messages import observed
from .ports import Ports
from .queries import reservation_exists
from .requests import Input, Requests, Topology, instant
from .secrets import secrets
from .settled import changed_settings, check_topology, settings_text
from .station import ChargingStation, Config
from .values import (
    ReservationCheckStatus,
    ReservationResult,
    TokenHandlingResult,
    WithdrawAuthorizationResult,
)

T = TypeVar("T")
log = logging.getLogger("statewatt.station")


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
        adopt: bool = False,
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
        self._adopt = adopt
        self._about: Mapping[str, str] = {}
        self._carrier = Carrier(self.requests, ports, lambda: self.shell)
        self.shell: Shell[ChargingStation] = Shell(
            self.engine,
            None if journal else self._start(),
            lambda done: PortCourier(self._carrier, done),
            journal=self._journal if journal else None,
            about=lambda: self._about,
            secrets=secrets,
            policies=policies,
            clock=self.clock,
            bound=bound,
        )

    async def __aenter__(self) -> Station:
        await self.shell.__aenter__()
        changed = changed_settings(self.shell.journal, self._config)
        if changed:
            await self.shell.submit_made(lambda state, now: self._configured_anew(changed))
        return self

    def _configured_anew(self, changed: Mapping[str, Any]) -> Input:
        self._about = settings_text(self._config)
        return Configure(changed)

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
        return Presentation(key, self._carrier.results.of(key))

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
        """Ask for a reservation; ``options`` as of ``Requests.reserve``; the answer, when the EVSE has accepted.

        An ``expiry_time`` is one of the computer's time as it is set now.
        """
        expiry = options.pop("expiry_time", None)
        if expiry is not None:
            options["expiry_time"] = instant(expiry, "expiry_time") - self.clock.drift()
        taken = await self._made(lambda state, now: self.requests.reserve(reservation_id, id_token, now=now, **options))
        return await self._carrier.answers.of(taken.born("Reservation"))

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
        return Journal(
            self._path,
            self.engine,
            self._start,
            description=settings_text(self._config),
            accept=lambda journal, history: check_topology(journal, self.topology),
            adopt=self._adopt,
        )

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
