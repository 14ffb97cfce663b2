"""Methods chosen by the type of their first argument, without the price of ``functools.singledispatchmethod``.

The library makes a new function for every call and dresses it up; here nothing is made but the call. For type checkers
the two are the same.
"""

from __future__ import annotations

from functools import singledispatchmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    dispatched = singledispatchmethod
else:

    class dispatched(singledispatchmethod):  # noqa: N801 - a decorator
        """A method with one implementation for each type of its first argument."""

        def __get__(self, instance, owner=None):
            """The method of an instance."""
            dispatch = self.dispatcher.dispatch
            return lambda argument, *rest: dispatch(argument.__class__)(instance, argument, *rest)
