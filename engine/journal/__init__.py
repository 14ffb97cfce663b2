"""The journal: every accepted input is on the disk before any of its commands leaves."""

from .journal import Delivery, Entry, Journal, Picks, Taken
from .storage import JournalError, StorageError

__all__ = ["Delivery", "Entry", "Journal", "JournalError", "Picks", "StorageError", "Taken"]
