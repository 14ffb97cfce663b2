"""Keeps a shell's journal: written in a thread of its own, opened again where the disk has failed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ..journal import Delivery, Journal, JournalError, Prepared, StorageError, Taken

T = TypeVar("T")
log = logging.getLogger("statewatt.shell")

AGAIN = 1.0
"""Seconds until a disk that failed is tried again."""

Told = Sequence[tuple[Delivery, ...]]
"""The commands of each input that was written."""


class Keeper:
    """A journal, or none: then commands only get their ids.

    ``trouble`` says what is wrong with the disk, if something is.
    """

    def __init__(self, opening: Callable[[], Journal] | None) -> None:
        self.journal = opening() if opening else None
        self.trouble = ""
        self.commits = 0
        self.last_commit = 0.0
        self._opening = opening
        self._thread = ThreadPoolExecutor(1, "statewatt-journal")
        self._next = 1
        self._retry_at = 0.0
        self._done: list[int] = []
        self._unsure: tuple[int, Prepared] | None = None

    @property
    def number(self) -> int:
        """The last entry."""
        return self.journal.number if self.journal else 0

    def left(self, number: int) -> None:
        """A command has left: its id."""
        if self.journal:
            self._done.append(number)

    def has_news(self) -> bool:
        """Whether commands have left that are not noted yet."""
        return bool(self._done)

    def seconds_to_wait(self) -> float:
        """Until the disk is tried again."""
        return max(0.0, self._retry_at - time.monotonic()) if self.trouble else 0.0

    async def write(self, taken: Sequence[Taken], about: Mapping[str, str]) -> Told:
        """Have inputs on the disk, and which commands have left; their commands with their ids.

        Raises:
            StorageError: the disk failed; ``recovered`` tells in time whether they are on it.
        """
        journal = self.journal
        if journal is None:
            return [self._numbered(each) for each in taken]
        done, self._done = self._done, []
        if not taken and not done:
            return ()
        prepared, begin = journal.prepared(taken), time.perf_counter()
        try:
            told = await self._apart(lambda: journal.write(prepared, done, about))
        except JournalError as error:
            self._done = done + self._done
            self._unsure = (journal.number + len(taken), prepared)
            self._failed(error)
            raise StorageError(self.trouble) from error
        self.last_commit = time.perf_counter() - begin
        self.commits += 1
        return told

    async def recovered(self) -> Told | None:
        """Open the journal again; what was told of the inputs that were being written, if they are in it after all.

        Raises:
            StorageError: the disk still fails.
        """
        journal, opening = self.journal, self._opening
        assert journal is not None
        assert opening is not None
        self._retry_at = time.monotonic() + AGAIN
        try:
            await self._apart(lambda: journal.close(in_order=False))
            self.journal = await self._apart(opening)
        except Exception as error:
            self._failed(error)
            raise StorageError(self.trouble) from error
        log.warning("the journal is open again")
        unsure, self._unsure, self.trouble = self._unsure, None, ""
        if unsure and unsure[1].rows and self.number == unsure[0]:
            return unsure[1].told
        return None

    async def close(self) -> None:
        """Note what has left, and close the file."""
        journal = self.journal
        try:
            if journal:
                await self._apart(lambda: self._end(journal))
        finally:
            self._thread.shutdown()

    def _end(self, journal: Journal) -> None:
        try:
            if self._done and not self.trouble:
                journal.write(journal.prepared(()), self._done)
            journal.close(in_order=not self.trouble)
        except StorageError as error:
            log.error("the journal was not closed in order: %s", error)
            journal.close(in_order=False)

    def _numbered(self, taken: Taken) -> tuple[Delivery, ...]:
        told = tuple(Delivery(self._next + i, command) for i, command in enumerate(taken.step.commands))
        self._next += len(told)
        return told

    def _failed(self, error: Exception) -> None:
        self.trouble = str(error) or type(error).__name__
        self._retry_at = max(self._retry_at, time.monotonic())
        log.error("the journal failed: %s", self.trouble)

    async def _apart(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
