"""Carries commands to the ports of the embedder: lane by lane, each in order, none waiting for another.

A port that fails is tried again, one that hangs is given up; both are counted and logged, and no other lane notices.
Where commands come faster than a port takes them, whoever sends them waits a little (``room``): a prompt port loses
nothing, and a slow one only what it cannot catch up with.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..journal import Delivery
from .health import PortHealth
from .redaction import Secrets, nothing_secret, redacted

log = logging.getLogger("statewatt.shell")

Carry = Callable[[Delivery], Awaitable[None]]
"""Carries one command to where it belongs; raises if it could not."""


@dataclass(frozen=True)
class Failure:
    """How trouble is treated: seconds for one try, tries in all, seconds between them, the most commands that wait in a
    lane, and the seconds that inputs wait for one behind which there are more (what is beyond then is given up, the
    oldest first)."""

    timeout: float = 30.0
    tries: int = 3
    pause: float = 1.0
    most: int = 1_000
    grace: float = 1.0


@dataclass(frozen=True)
class Lane:
    """Where a command goes: to a port, and there behind those of the same ``row`` (a presentation, for instance)."""

    port: str
    row: int | None = None


@dataclass
class _Row:
    most: int
    """Commands that wait at most. Those that were left over from before the start come on top: none of them is lost for
    being many."""
    waiting: deque[Delivery] = field(default_factory=deque[Delivery])
    task: asyncio.Task[None] | None = None
    late: bool = False
    """The port could not catch up in time, and is not waited for until nothing waits in it."""

    def crowded(self) -> bool:
        return len(self.waiting) > self.most


@dataclass
class _Port:
    under_way: int = 0
    delivered: int = 0
    failed: int = 0
    lost: int = 0
    last_error: str = ""


class Courier:
    """Carries commands; ``lane`` says where a command goes, ``carry`` carries it, ``done`` is told its id when it has
    left, or was given up. ``limit``: seconds for one try of a command that takes longer than others, ``None`` where
    ``carry`` sees to it. ``secrets``: the texts in a command that no log may show."""

    def __init__(
        self,
        lane: Callable[[Any], Lane],
        carry: Carry,
        done: Callable[[int], None],
        failure: Failure | None = None,
        *,
        limit: Callable[[Any, float], float | None] = lambda command, usual: usual,
        secrets: Secrets = nothing_secret,
    ) -> None:
        self._lane = lane
        self._carry = carry
        self._done = done
        self._limit = limit
        self._secrets = secrets
        self.failure = failure or Failure()
        self._rows: dict[Lane, _Row] = {}
        self._ports: dict[str, _Port] = {}
        self._crowded: dict[Lane, _Row] = {}
        self._moved = asyncio.Event()
        self._stopped = False

    def send(self, delivery: Delivery) -> None:
        """Put a command on its lane; when many were put there, let ``room`` be made before more follow."""
        if self._stopped:
            return
        lane = self._lane(delivery.command)
        row = self._rows.setdefault(lane, _Row(self.failure.most))
        port = self._ports.setdefault(lane.port, _Port())
        row.waiting.append(delivery)
        port.under_way += 1
        row.most += delivery.repeat
        if row.crowded():
            self._crowded[lane] = row
        if row.task is None:
            row.task = asyncio.get_running_loop().create_task(self._run(lane, row), name=f"lane {lane.port}")

    async def room(self) -> None:
        """Wait until no lane has more than ``most`` commands, ``grace`` seconds at most. A lane that has more even then
        loses the oldest, and is not waited for again until nothing waits in it."""
        if not self._crowded:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self.failure.grace):
                while any(row.crowded() and not row.late for row in self._crowded.values()):
                    self._moved.clear()
                    await self._moved.wait()
        for lane, row in self._crowded.items():
            while row.crowded():
                row.late = True
                self._give_up(lane, row.waiting.popleft(), f"more than {self.failure.most} commands wait")
        self._crowded.clear()

    def outstanding(self) -> int:
        """How many commands are under way."""
        return sum(port.under_way for port in self._ports.values())

    def health(self) -> Mapping[str, PortHealth]:
        """How each port is doing that had something to do."""
        return {
            name: PortHealth(port.under_way, port.delivered, port.failed, port.lost, port.last_error)
            for name, port in self._ports.items()
        }

    async def stop(self) -> None:
        """Leave off; what has not left is not reported as done, and nothing more is sent."""
        self._stopped = True
        self._crowded.clear()
        self._moved.set()
        tasks = [row.task for row in self._rows.values() if row.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, lane: Lane, row: _Row) -> None:
        while row.waiting:
            await self._deliver(lane, row.waiting.popleft())
        del self._rows[lane]

    async def _deliver(self, lane: Lane, delivery: Delivery) -> None:
        port, failure = self._ports[lane.port], self.failure
        limit = self._limit(delivery.command, failure.timeout)
        for number in range(1, failure.tries + 1):
            try:
                async with asyncio.timeout(limit):
                    await self._carry(delivery)
            except Exception as error:
                port.failed += 1
                port.last_error = self._told(error, limit, delivery.command)
                self._log(logging.WARNING, lane, delivery, f"not delivered: {port.last_error}", attempt=number)
                if number < failure.tries:
                    await asyncio.sleep(failure.pause)
            else:
                self._moved.set()
                port.delivered += 1
                port.under_way -= 1
                self._done(delivery.id)
                return
        self._give_up(lane, delivery, f"given up after {failure.tries} tries: {port.last_error}")

    def _give_up(self, lane: Lane, delivery: Delivery, why: str) -> None:
        port = self._ports[lane.port]
        port.under_way -= 1
        port.lost += 1
        port.last_error = why
        self._log(logging.ERROR, lane, delivery, f"lost: {why}")
        self._done(delivery.id)

    def _log(self, level: int, lane: Lane, delivery: Delivery, what: str, **more: object) -> None:
        command = type(delivery.command).__name__
        extra = {"port": lane.port, "command": command, "command_id": delivery.id, **more}
        log.log(level, "%s for %s: %s", command, lane.port, what, extra=extra)

    def _told(self, error: Exception, limit: float | None, command: object) -> str:
        if isinstance(error, TimeoutError) and limit is not None:
            return f"no answer within {limit:g} s"
        return redacted(f"{type(error).__name__}: {error}", self._secrets, command)
