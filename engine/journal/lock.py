"""The lock of a journal: a second file beside it (``….lock``), held by the one process that writes.

The operating system lets go of it when its holder ends, however it ends; the empty file stays.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from .rows import JournalError, StorageError


class Lock:
    """The lock of the journal at ``path``, held until it is released; ``JournalError`` where another holds it."""

    def __init__(self, path: Path) -> None:
        if path.exists() and not path.is_file():
            raise JournalError(f"{path} is no file; name a file for the journal")
        try:
            # SQLite's own locks work alike on every platform that it runs on.
            self._held = sqlite3.connect(
                path.with_name(f"{path.name}.lock"), isolation_level=None, timeout=0, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        try:
            self._held.execute("PRAGMA journal_mode = MEMORY")
            self._held.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            self.release()
            if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise JournalError(
                    f"the journal {path} is in use by another process; end that one, or name another file"
                ) from error
            raise _unusable(path, error) from error

    def release(self) -> None:
        """Let go of it."""
        with suppress(sqlite3.Error):
            self._held.close()


def _unusable(path: Path, error: Exception) -> StorageError:
    return StorageError(f"cannot open the journal {path}: {error}; is its folder there, and writable?")
