"""The journal: every accepted input is on the disk before any of its commands leaves."""

from .history import Delivery, Entry, History
from .journal import Journal, Prepared, Taken
from .picks import Picks, Recorder
from .rows import DamagedError, JournalError, StorageError

__all__ = [
    "DamagedError",
    "Delivery",
    "Entry",
    "History",
    "Journal",
    "JournalError",
    "Picks",
    "Prepared",
    "Recorder",
    "StorageError",
    "Taken",
]
