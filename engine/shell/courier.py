"""Carries commands to the ports of the embedder: lane by lane, each in order, none waiting for another.

A port that fails is tried again, one that hangs is given up; both are counted and logged, and no other lane notices.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from ..journal import Delivery
from .health import LaneHealth

log = logging.getLogger("statewatt.shell")

Carry = Callable[[Delivery], Awaitable[None]]
"""Carries one command to where it belongs; raises if it could not."""


@dataclass(frozen=True)
class Failure:
    """How a lane treats trouble: seconds for one try, tries in all, seconds between them, and the most commands that
    wait (what is beyond is given up, the oldest first)."""

    timeout: float = 30.0
    tries: int = 3
    pause: float = 1.0
    most: int = 1_000


@dataclass
class Lane:
    """Commands for one receiver, in order."""

    name: str
    waiting: deque[Delivery] = field(default_factory=deque[Delivery])
    task: asyncio.Task[None] | None = None
    busy: bool = False
    delivered: int = 0
    failed: int = 0
    last_error: str = ""

    def health(self) -> LaneHealth:
        """How it is doing."""
        return LaneHealth(self.name, len(self.waiting) + self.busy, self.delivered, self.failed, self.last_error)


class Courier:
    """Carries commands; ``lane`` names the lane of a command, ``carry`` carries it, ``done`` is told its id when it has
    left, or was given up."""

    def __init__(
        self, lane: Callable[[Any], str], carry: Carry, done: Callable[[int], None], failure: Failure | None = None
    ) -> None:
        self._lane = lane
        self._carry = carry
        self._done = done
        self.failure = failure or Failure()
        self.lanes: dict[str, Lane] = {}

    def send(self, delivery: Delivery) -> None:
        """Put a command on its lane."""
        name = self._lane(delivery.command)
        lane = self.lanes.get(name) or self.lanes.setdefault(name, Lane(name))
        lane.waiting.append(delivery)
        while len(lane.waiting) > self.failure.most:
            self._give_up(lane, lane.waiting.popleft(), f"more than {self.failure.most} commands wait")
        if lane.task is None or lane.task.done():
            lane.task = asyncio.get_running_loop().create_task(self._run(lane), name=f"lane {name}")

    def outstanding(self) -> int:
        """How many commands are under way."""
        return sum(len(lane.waiting) + lane.busy for lane in self.lanes.values())

    async def stop(self) -> None:
        """Leave off; what has not left is not reported as done."""
        tasks = [lane.task for lane in self.lanes.values() if lane.task and not lane.task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, lane: Lane) -> None:
        while lane.waiting:
            delivery = lane.waiting.popleft()
            lane.busy = True
            try:
                await self._deliver(lane, delivery)
            finally:
                lane.busy = False
        if not lane.failed:
            self.lanes.pop(lane.name, None)

    async def _deliver(self, lane: Lane, delivery: Delivery) -> None:
        for number in range(1, self.failure.tries + 1):
            try:
                await asyncio.wait_for(self._carry(delivery), self.failure.timeout)
            except Exception as error:
                lane.last_error = _told(error, self.failure.timeout)
                command = type(delivery.command).__name__
                log.warning(
                    "%s cannot be delivered to %s: %s",
                    command,
                    lane.name,
                    lane.last_error,
                    extra={"lane": lane.name, "command": command, "id": delivery.id, "attempt": number},
                )
                if number < self.failure.tries:
                    await asyncio.sleep(self.failure.pause)
            else:
                lane.delivered += 1
                self._done(delivery.id)
                return
        self._give_up(lane, delivery, f"given up after {self.failure.tries} tries: {lane.last_error}")

    def _give_up(self, lane: Lane, delivery: Delivery, why: str) -> None:
        lane.failed += 1
        lane.last_error = why
        command = type(delivery.command).__name__
        extra = {"lane": lane.name, "command": command, "id": delivery.id}
        log.error("%s for %s is lost: %s", command, lane.name, why, extra=extra)
        self._done(delivery.id)


def _told(error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {timeout:g} s"
    return f"{type(error).__name__}: {error}"
