"""The shell: takes inputs one after another, keeps time, and lets commands go when their input is on the disk.

One task writes. It takes all inputs that wait, steps through them, has them written in one transaction (in a thread, so
that the loop goes on), and only then answers their senders and hands the commands to the courier. If the disk fails,
the journal is opened again, and the state is what it says.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import count, repeat
from typing import Any, Generic, TypeVar

from ..journal import Delivery, Journal, StorageError
from ..language import System
from ..refusal import Refusal
from ..running import Policy
from ..state import Input, InputError, Make, State, always
from ..step import Engine
from .batch import Batch, Stepper
from .clock import Clock, SystemClock
from .courier import Courier
from .health import Health
from .keeper import Keeper
from .redaction import Secrets, nothing_secret
from .requests import Accepted, BusyError, ClosedError, Request, Tell, request

S = TypeVar("S", bound=System)
log = logging.getLogger("statewatt.shell")

BOUND = 1_024
"""Inputs that wait at most."""
BATCH = 256
"""Inputs that one transaction holds at most, but for what answers their commands at once."""
AGAIN = 1.0
"""Seconds until a step that failed without an input is tried again."""
SETTLE = 0.05
"""Seconds that deliveries wait, so that one transaction notes several."""


def _nothing(command: Any) -> Iterable[Input]:
    return ()


class Shell(Generic[S]):
    """A station that runs: ``async with Shell(…) as shell: await shell.submit(event)``.

    ``courier`` makes what carries the commands, given what to tell of those that have left. ``journal`` opens the
    journal, and opens it again where the disk has failed; without one nothing survives the process. ``echo`` gives the
    inputs that answer a command at once: they are taken before any other input, and written with the one that sent it.
    ``about`` is kept in the journal's description, written with the inputs that changed it. ``bound``: inputs that may
    wait. ``secrets``: the texts that no log may show.
    """

    def __init__(
        self,
        engine: Engine[S],
        state: State | None,
        courier: Callable[[Callable[[int], None]], Courier],
        *,
        journal: Callable[[], Journal] | None = None,
        echo: Callable[[Any], Iterable[Input]] = _nothing,
        about: Callable[[], Mapping[str, str]] = dict,
        policies: Mapping[str, Policy] | None = None,
        clock: Clock | None = None,
        bound: int = BOUND,
        secrets: Secrets = nothing_secret,
    ) -> None:
        self.engine = engine
        self.clock = clock or SystemClock()
        self.bound = bound
        self._keeper = Keeper(journal)
        begin = self._keeper.journal.state if self._keeper.journal else state
        if begin is None:
            raise InputError("a shell without a journal needs a state to begin with")
        self._state = begin
        self._stepper = Stepper(engine, policies or {}, echo, secrets)
        self._courier = courier(self._delivered)
        self._about = about
        self._queue: deque[Request] = deque()
        self._unsure: Batch | None = None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = self._ended = self._working = False
        self._sent = 0
        self._turned_away = 0
        self._retry_at = 0.0
        self._note_at: float | None = None

    # --- what it is asked ---

    @property
    def state(self) -> State:
        """The state as of the last input that is on the disk."""
        return self._state

    @property
    def view(self) -> S:
        """The same as read-only objects that look like the model's classes."""
        return self.engine.view(self._state)

    @property
    def journal(self) -> Journal | None:
        """The journal; another one after the disk has failed."""
        return self._keeper.journal

    def health(self) -> Health:
        """How it is doing."""
        counts = self._stepper.counts
        return Health(
            ready=self._task is not None and not self._task.done() and not self._closing,
            queued=len(self._queue),
            bound=self.bound,
            turned_away=self._turned_away,
            entry=self._keeper.number,
            commits=self._keeper.commits,
            last_commit_seconds=self._keeper.last_commit,
            outstanding=self._courier.outstanding(),
            deadline=self._state.deadline,
            storage=self._keeper.trouble,
            fault=self._stepper.fault,
            ports=self._courier.health(),
            accepted=counts["accepted"],
            refused=counts["refused"],
            wrong=counts["wrong"],
        )

    # --- what it is told ---

    async def submit(self, event: Input) -> Accepted | Refusal:
        """Take an input; when this returns, it is on the disk. A refusal changes nothing.

        Raises:
            InputError: the input is wrong; nothing was changed.
            BusyError: too many wait.
            ClosedError: the shell is closed.
            StorageError: the disk failed; the journal, when it can be opened again, says whether the input is in it.
        """
        return await self.submit_made(always(event))

    async def submit_made(self, make: Make) -> Accepted | Refusal:
        """The same with an input that is made when it is its turn."""
        if self._closing:
            raise ClosedError("the station is closing")
        if len(self._queue) >= self.bound:
            self._turned_away += 1
            raise BusyError(f"{self.bound} inputs wait already; try again later")
        return await self._put(Request(make, asyncio.get_running_loop().create_future()))

    def enqueue(
        self,
        make: Make,
        *,
        note: Callable[[State], str] | None = None,
        mark: int | None = None,
        tell: Tell | None = None,
    ) -> asyncio.Future[Accepted | Refusal]:
        """The same at once, without a bound, and tried again where the disk fails: for answers to commands, which are
        as many as there are commands, and for whoever bounds what it hands in.

        ``note`` and ``mark`` are kept with the entry; with a ``mark``, a refused or wrong input has an entry as well.
        """
        answer: asyncio.Future[Accepted | Refusal] = asyncio.get_running_loop().create_future()
        return self._put(Request(make, answer, note, mark, tell, patient=True))

    def _put(self, one: Request) -> asyncio.Future[Accepted | Refusal]:
        if self._ended or self._task is None:
            raise ClosedError("the station is closed")
        self._queue.append(one)
        self._wake.set()
        return one.answer

    async def __aenter__(self) -> Shell[S]:
        self.clock.begin(self._state.now)
        self._task = asyncio.create_task(self._run(), name="statewatt writer")
        if self._keeper.journal:
            self._dispatch(self._keeper.journal.outstanding)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    async def close(self, seconds: float = 5.0) -> None:
        """Take what waits, let the commands leave (``seconds`` at most), and close the journal.

        A command that has not left by then is sent again by the next shell on this journal.
        """
        if self._task is None or self._closing:
            return
        self._closing = True
        end = time.monotonic() + seconds
        while not self._idle() and time.monotonic() < end and not self._task.done():
            await asyncio.sleep(0.005)
        await self._courier.stop()
        self._ended = True
        self._wake.set()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._keeper.close()

    def _idle(self) -> bool:
        return not (self._queue or self._working or self._courier.outstanding())

    # --- the writer ---

    async def _run(self) -> None:
        while True:
            await self._courier.room()
            await self._something_to_do()
            if self._ended and (not self._queue or self._keeper.trouble):
                self._give_up()
                return
            requests = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH))]
            self._working = True
            try:
                await self._take(requests)
            except Exception as error:
                self._stepper.failed(error, self._state)
                for each in requests:
                    each.end(error)
            finally:
                self._working = False

    async def _something_to_do(self) -> None:
        while not self._ended:
            if self._queue and not self._keeper.trouble:
                return
            self._wake.clear()
            wait = self._seconds()
            if wait is not None and wait <= 0:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            if self._keeper.has_news() and self._note_at is None:
                self._note_at = time.monotonic() + SETTLE

    def _seconds(self) -> float | None:
        """Seconds until something is to be done without an input."""
        if self._keeper.trouble:
            return self._keeper.seconds_to_wait()
        waits: list[float] = []
        if self._state.deadline is not None:
            due = (self._state.deadline - self.clock.now()) / 1000
            waits.append(max(due, self._retry_at - time.monotonic()))
        if self._keeper.has_news() and self._note_at is not None:
            waits.append(self._note_at - time.monotonic())
        return min(waits) if waits else None

    async def _take(self, requests: list[Request]) -> None:
        if self._keeper.trouble and not await self._recovered(requests):
            return
        now = self.clock.now()
        if self._is_due(now):
            # Should this step fail, then it is not tried at once again.
            self._retry_at = time.monotonic() + AGAIN
            requests = [request(always(None)), *requests]
        batch, self._note_at = self._stepper.run(requests, self._state, now), None
        numbers = count(self._keeper.number + 1) if self._keeper.journal else repeat(0)
        try:
            told = await self._keeper.write(batch.taken, self._about())
        except StorageError:
            self._unsure = batch
            return
        if batch.ends and batch.ends[0].taken:
            self._retry_at = 0.0
        self._state = batch.state
        batch.tell(numbers, told, self._dispatch)

    def _is_due(self, now: int) -> bool:
        """Whether a deadline is to take effect before anything else does."""
        deadline = self._state.deadline
        return deadline is not None and deadline <= now and self._retry_at <= time.monotonic()

    async def _recovered(self, waiting: list[Request]) -> bool:
        """Open the journal again after the disk has failed: the state is what it says, and the inputs that were being
        written are in it, or are taken again."""
        unsure, self._unsure = self._unsure, None
        try:
            told = await self._keeper.recovered()
        except StorageError as error:
            # Those that cannot wait are told; the others may be in it, which is to be seen.
            for each in [*(unsure.requests if unsure else ()), *waiting]:
                each.fail(error)
            self._queue.extendleft(each for each in reversed(waiting) if each.patient)
            self._unsure = unsure
            return False
        assert self._keeper.journal is not None
        self._state = self._keeper.journal.state
        if unsure and told is not None:
            unsure.tell(count(self._keeper.number - len(told) + 1), told, self._dispatch)
        elif unsure:
            lost = StorageError("the disk failed, and the input was not written")
            self._queue.extendleft(reversed([*(each for each in unsure.requests if each.fail(lost)), *waiting]))
            waiting.clear()
        self._dispatch(self._keeper.journal.outstanding)
        return not (unsure and told is None)

    def _give_up(self) -> None:
        """The shell is closed while the disk fails: what waits is told."""
        error = StorageError(self._keeper.trouble)
        for each in [*(self._unsure.requests if self._unsure else ()), *self._queue]:
            each.end(error)
        self._queue.clear()

    # --- commands ---

    def _dispatch(self, deliveries: Iterable[Delivery]) -> None:
        """Hand commands to the courier, each once: their ids rise."""
        for delivery in deliveries:
            if delivery.id > self._sent:
                self._sent = delivery.id
                self._courier.send(delivery)

    def _delivered(self, number: int) -> None:
        self._keeper.left(number)
        if self._note_at is None:
            self._wake.set()
