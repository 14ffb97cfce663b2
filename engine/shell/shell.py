"""The shell: takes inputs one after another, keeps time, and lets commands go when their input is on the disk.

One task writes. It takes all inputs that wait, steps through them, has them written in one transaction (in a thread, so
that the loop goes on), and only then answers their senders and hands the commands to the courier. If the disk fails,
nothing of that has happened: the senders are told, the journal is opened again, and the state is what it says.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..journal import Delivery, Journal, StorageError, Taken
from ..journal.journal import Recorder
from ..language import System
from ..refusal import Refusal
from ..running import Policy
from ..state import Input, InputError, State
from ..step import Engine, Step
from .clock import Clock, SystemClock
from .courier import Courier
from .health import Health

S = TypeVar("S", bound=System)
log = logging.getLogger("statewatt.shell")

BOUND = 1_024
"""Inputs that wait at most."""
BATCH = 256
"""Inputs that one transaction holds at most."""
AGAIN = 1.0
"""Seconds until a step that failed without an input, or a disk that failed, is tried again."""
SETTLE = 0.05
"""Seconds that deliveries wait, so that one transaction notes several."""


class BusyError(InputError):
    """More inputs wait than the bound allows; this one was not taken, and nothing was changed."""


class ClosedError(InputError):
    """The shell is closed, or closing; the input was not taken."""


@dataclass(frozen=True)
class Accepted:
    """An input that was taken and is on the disk: its entry in the journal (without one, 0), its time, the state before
    and after, and its commands with their ids."""

    number: int
    now: int
    before: State
    step: Step
    deliveries: tuple[Delivery, ...]

    def born(self, machine: str) -> int:
        """The key of the thing of this machine that the input made."""
        return self.before.next_key(machine)


Make = Callable[[State, int], Input | None]
"""Gives the input for the state and the time at which it is its turn; ``None`` for time alone."""


Tell = Callable[[Accepted | Refusal | Exception], None]
"""Told what became of an input, when it is on the disk and before any of its commands leaves."""


@dataclass
class _Request:
    make: Make
    answer: asyncio.Future[Accepted | Refusal]
    note: Callable[[State], str] | None = None
    mark: int | None = None
    tell: Tell | None = None

    def end(self, outcome: Accepted | Refusal | Exception) -> None:
        """Tell whoever waits for it, before any command of it leaves."""
        if self.tell:
            self.tell(outcome)
        if self.answer.done():
            return
        if isinstance(outcome, Exception):
            self.answer.set_exception(outcome)
            # Nobody may be waiting for it: that is no error of its own.
            self.answer.exception()
        else:
            self.answer.set_result(outcome)


def _always(event: Input | None) -> Make:
    return lambda state, now: event


def _nothing(command: Any) -> Iterable[Input]:
    return ()


class Shell(Generic[S]):
    """A station that runs: ``async with Shell(…) as shell: await shell.submit(event)``.

    ``courier`` makes what carries the commands, given what to tell of those that have left. ``echo`` gives the inputs
    that answer a command at once: they are taken before any other input, and written with the one that sent it.
    ``bound``: inputs that may wait. Without a journal nothing survives the process.
    """

    def __init__(
        self,
        engine: Engine[S],
        state: State | None,
        courier: Callable[[Callable[[int], None]], Courier],
        *,
        journal: Callable[[], Journal] | None = None,
        echo: Callable[[Any], Iterable[Input]] = _nothing,
        policies: Mapping[str, Policy] | None = None,
        clock: Clock | None = None,
        bound: int = BOUND,
    ) -> None:
        if state is None and journal is None:
            raise InputError("a shell without a journal needs a state to begin with")
        self.engine = engine
        self.clock = clock or SystemClock()
        self.bound = bound
        self._recorder = Recorder(engine, policies or {})
        self._policies = self._recorder.watched()
        self._open = journal
        self._journal = journal() if journal else None
        self._state: State = self._journal.state if self._journal else state  # type: ignore[assignment]
        self._next = 1
        self._courier = courier(self._delivered)
        self._echo = echo
        self._queue: deque[_Request] = deque()
        self._done: list[int] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = self._ended = self._working = False
        self._sent = 0
        self._disk = ThreadPoolExecutor(1, "statewatt-journal")
        self._counts = dict.fromkeys(("accepted", "refused", "wrong", "turned_away", "commits"), 0)
        self._last_commit = 0.0
        self._storage = self._fault = ""
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
        """The journal."""
        return self._journal

    def health(self) -> Health:
        """How it is doing."""
        return Health(
            ready=self._task is not None and not self._task.done() and not self._closing,
            queued=len(self._queue),
            bound=self.bound,
            entry=self._journal.number if self._journal else 0,
            last_commit_seconds=self._last_commit,
            outstanding=self._courier.outstanding(),
            deadline=self._state.deadline,
            storage=self._storage,
            fault=self._fault,
            lanes={name: lane.health() for name, lane in self._courier.lanes.items()},
            **self._counts,
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
        return await self.submit_made(_always(event))

    async def submit_made(self, make: Make) -> Accepted | Refusal:
        """The same with an input that is made when it is its turn."""
        if self._closing:
            raise ClosedError("the station is closing")
        if len(self._queue) >= self.bound:
            self._counts["turned_away"] += 1
            raise BusyError(f"{self.bound} inputs wait already; try again later")
        return await self.enqueue(make)

    def enqueue(
        self,
        make: Make,
        *,
        note: Callable[[State], str] | None = None,
        mark: int | None = None,
        tell: Tell | None = None,
    ) -> asyncio.Future[Accepted | Refusal]:
        """The same at once, and without a bound: for answers to commands, which are as many as there are commands, and
        for whoever bounds what it hands in.

        ``note`` and ``mark`` are kept with the entry; with a ``mark``, a refused or wrong input has an entry as well.
        """
        if self._ended or self._task is None:
            raise ClosedError("the station is closed")
        answer: asyncio.Future[Accepted | Refusal] = asyncio.get_running_loop().create_future()
        self._queue.append(_Request(make, answer, note, mark, tell))
        self._wake.set()
        return answer

    async def __aenter__(self) -> Shell[S]:
        self.clock.begin(self._state.now)
        self._task = asyncio.create_task(self._run(), name="statewatt writer")
        if self._journal:
            self._dispatch(self._journal.outstanding)
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
        await self._close_journal()

    def _idle(self) -> bool:
        return not (self._queue or self._working or self._courier.outstanding())

    async def _close_journal(self) -> None:
        journal = self._journal
        try:
            if journal:
                await self._on_disk(lambda: self._end(journal))
        finally:
            self._disk.shutdown()

    def _end(self, journal: Journal) -> None:
        try:
            if self._done:
                journal.write((), self._done)
            journal.close(in_order=not self._storage)
        except StorageError as error:
            log.error("the journal was not closed in order: %s", error)

    # --- the writer ---

    async def _run(self) -> None:
        while True:
            await self._something_to_do()
            if self._ended and not self._queue:
                return
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH))]
            self._working = True
            try:
                await self._take(batch)
            except Exception as error:
                log.exception("the station's writer failed")
                self._fault = f"{type(error).__name__}: {error}"
                self._end_all(batch, error)
            finally:
                self._working = False

    async def _something_to_do(self) -> None:
        while not self._queue and not self._ended:
            self._wake.clear()
            wait = self._seconds()
            if wait is not None and wait <= 0:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)
            if self._done and self._note_at is None:
                self._note_at = time.monotonic() + SETTLE

    def _seconds(self) -> float | None:
        """Seconds until something is to be done without an input."""
        waits: list[float] = []
        if self._state.deadline is not None:
            waits.append((self._state.deadline - self.clock.now()) / 1000)
        if self._done and self._journal and self._note_at is not None:
            waits.append(self._note_at - time.monotonic())
        if self._storage:
            waits.append(0)
        if not waits:
            return None
        return max(min(waits), self._retry_at - time.monotonic(), 0.0)

    async def _take(self, batch: list[_Request]) -> None:
        if self._storage and not await self._reopen():
            self._end_all(batch, StorageError(self._storage))
            return
        now, state = self.clock.now(), self._state
        if not batch and state.deadline is not None and state.deadline <= now:
            batch = [_Request(_always(None), asyncio.get_running_loop().create_future())]
        taken: list[Taken] = []
        ends: list[tuple[_Request, State, Taken | None, Refusal | Exception | None]] = []
        for request in batch:
            found, instead = self._stepped(request, state, now)
            ends.append((request, state, found, instead))
            if found:
                taken.append(found)
                state = self._with_echoes(found, now, taken, ends)
        told = await self._written(taken)
        if isinstance(told, Exception):
            self._end_all(batch, told)
            return
        self._state = state
        self._tell(ends, iter(told))

    def _with_echoes(
        self,
        found: Taken,
        now: int,
        taken: list[Taken],
        ends: list[tuple[_Request, State, Taken | None, Refusal | Exception | None]],
    ) -> State:
        """Take what answers the commands of an input at once; the state after all of it."""
        state = found.step.state
        for command in found.step.commands:
            for event in self._echo(command):
                request = _Request(_always(event), asyncio.get_running_loop().create_future())
                answer, instead = self._stepped(request, state, now)
                ends.append((request, state, answer, instead))
                if answer:
                    taken.append(answer)
                    state = self._with_echoes(answer, now, taken, ends)
        return state

    def _tell(
        self,
        ends: Iterable[tuple[_Request, State, Taken | None, Refusal | Exception | None]],
        told: Iterator[tuple[int, list[Delivery]]],
    ) -> None:
        """Tell the senders, and let the commands go, in the order of the inputs."""
        for request, before, found, instead in ends:
            if found is None:
                assert instead is not None
                request.end(instead)
                continue
            number, deliveries = next(told)
            request.end(instead or Accepted(number, found.now, before, found.step, tuple(deliveries)))
            self._dispatch(deliveries)

    def _dispatch(self, deliveries: Iterable[Delivery]) -> None:
        """Hand commands to the courier, each once: their ids rise."""
        for delivery in deliveries:
            if delivery.id > self._sent:
                self._sent = delivery.id
                self._courier.send(delivery)

    def _stepped(self, request: _Request, state: State, now: int) -> tuple[Taken | None, Refusal | Exception | None]:
        """One input: what is to be written of it; and what it comes to if it was not taken."""
        now = max(now, state.now)
        instead: Refusal | Exception | None = None
        try:
            event = request.make(state, now)
            result = self._step(state, event, now)
            if not isinstance(result, Refusal):
                self._counts["accepted"] += 1
                return self._kept(request, state, event, now, result), None
            self._counts["refused"] += 1
            instead = result
        except Exception as error:
            self._counts["wrong"] += 1
            if not isinstance(error, InputError):
                self._failed(error)
            instead = error
        if request.mark is None:
            return None, instead
        try:
            passed = self._step(state, None, now)
        except Exception as error:
            self._failed(error)
            return None, error
        assert isinstance(passed, Step)
        return self._kept(request, state, None, now, passed), instead

    def _step(self, state: State, event: Input | None, now: int) -> Step | Refusal:
        self._recorder.picks.clear()
        return self.engine.step(state, event, now, policies=self._policies)

    def _kept(self, request: _Request, state: State, event: Input | None, now: int, step: Step) -> Taken:
        note = request.note(state) if request.note else None
        return Taken(event, now, step, tuple(self._recorder.picks), note, request.mark)

    def _failed(self, error: Exception) -> None:
        """The model or a policy failed: nothing was changed, and time alone is tried again later."""
        self._fault = f"{type(error).__name__}: {error}"
        self._retry_at = time.monotonic() + AGAIN
        log.error("a step failed, and nothing was changed: %s", self._fault)

    async def _written(self, taken: list[Taken]) -> list[tuple[int, list[Delivery]]] | Exception:
        """Have it on the disk; for each its entry and its commands with their ids, or the error of the disk."""
        done, self._done, self._note_at = self._done, [], None
        journal, begin = self._journal, time.perf_counter()
        if journal is None:
            return [(0, self._numbered(each)) for each in taken]
        if not taken and not done:
            return []
        try:
            told: list[list[Delivery]] = await self._on_disk(lambda: journal.write(taken, done))
        except Exception as error:
            self._done = done + self._done
            self._disk_failed(error)
            return error
        self._last_commit = time.perf_counter() - begin
        self._counts["commits"] += 1
        return list(enumerate(told, journal.number - len(taken) + 1))

    def _numbered(self, taken: Taken) -> list[Delivery]:
        told = [Delivery(self._next + i, command) for i, command in enumerate(taken.step.commands)]
        self._next += len(told)
        return told

    async def _on_disk(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    def _disk_failed(self, error: Exception) -> None:
        self._storage = str(error)
        self._retry_at = time.monotonic() + AGAIN
        log.error("the journal failed: %s", error)

    async def _reopen(self) -> bool:
        """Open the journal again after the disk has failed; the state is what it says."""
        journal, opening = self._journal, self._open
        assert journal is not None
        assert opening is not None
        try:
            await self._on_disk(lambda: journal.close(in_order=False))
            self._journal = await self._on_disk(opening)
        except Exception as error:
            self._disk_failed(error)
            return False
        log.warning("the journal is open again")
        self._state, self._storage = self._journal.state, ""
        self._dispatch(self._journal.outstanding)
        return True

    # --- inside ---

    def _delivered(self, number: int) -> None:
        if self._journal:
            self._done.append(number)
            self._wake.set()

    def _end_all(self, batch: Iterable[_Request], error: Exception) -> None:
        for request in batch:
            request.end(error)
