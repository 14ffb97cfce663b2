"""The charging station, written by hand: no state machines, no model as data, nothing copied.

It decides as the shipped station does and gives the same commands, with mutable objects and dictionaries by token and
by EVSE. What it leaves out: validators (every token is prevalidated), selection by the user, changes of the
configuration and of a validation, reservations from before a restart, policies of one's own, and the check of what
comes in. A refused event is one upon which it does nothing.
"""

from .station import Station

__all__ = ["Station"]
