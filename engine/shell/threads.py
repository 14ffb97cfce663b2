"""A shell for software that is not asyncio: its loop runs in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, Generic, TypeVar

from .requests import ClosedError

T = TypeVar("T")
R = TypeVar("R")


class ThreadedShell(Generic[T]):
    """Runs what ``make`` gives (an asynchronous context manager: a ``Shell``, or a station around one) in a thread.

    ``call`` runs a coroutine function of it there and waits, from any thread::

        with ThreadedShell(lambda: Station(…)) as station:
            station.call(lambda s: s.present("DEADBEEF"), timeout=5)
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inner: T | None = None
        self._end: asyncio.Event | None = None
        self._error: BaseException | None = None
        self._ready = threading.Event()
        self._open = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="statewatt", daemon=True)

    def __enter__(self) -> ThreadedShell[T]:
        self._thread.start()
        self._ready.wait()
        if self._error:
            raise self._error
        return self

    def __exit__(self, *exception: object) -> None:
        if self._loop and self._end:
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        if self._error:
            raise self._error

    def call(self, what: Callable[[T], Awaitable[R]], timeout: float | None = None) -> R:
        """Run it in the shell's thread, and wait for what it gives (``timeout`` in seconds: ``TimeoutError``).

        Raises:
            ClosedError: the shell has ended.
        """
        with self._open:
            loop, inner = self._loop, self._inner
            if loop is None or inner is None:
                raise ClosedError("the station is closed")
            task: Coroutine[Any, Any, R] = _called(what, inner)
            answer = asyncio.run_coroutine_threadsafe(task, loop)
        try:
            return answer.result(timeout)
        except CancelledError:
            raise ClosedError("the station was closed meanwhile") from None
        except TimeoutError:
            answer.cancel()
            raise

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self._error = error
        finally:
            self._inner = None
            self._ready.set()

    async def _main(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        async with self._make() as inner:
            self._inner = inner
            self._ready.set()
            await self._end.wait()
            with self._open:
                self._inner = None
            # What was handed in before is under way now, and ends with the loop if it does not end with the station.
            await asyncio.sleep(0)


async def _called(what: Callable[[T], Awaitable[R]], inner: T) -> R:
    return await what(inner)
