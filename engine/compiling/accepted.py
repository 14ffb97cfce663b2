"""The things for which an urgent event is accepted: decided one by one, when asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import product
from operator import contains
from typing import cast, overload

Keys = tuple[int, ...]
"""A thing for each parameter of the event."""

Accepts = Callable[..., "bool | None"]
"""Whether the event is accepted for these keys; ``None``: neither for these nor for any."""


class Accepted(Sequence[Keys]):
    """The keys that are accepted, in order of creation, the first parameter's first.

    Whether one is accepted is asked when somebody needs to know, and once. The answers are those of the state at that
    time: who goes on with the step closes it. ``fault`` is what a guard raised.
    """

    __slots__ = ("_accepts", "_first", "_known", "_nobody", "_rest", "_things", "fault")

    def __init__(self, accepts: Accepts, *things: Collection[int]) -> None:
        self._accepts = accepts
        self._things = things
        self._known: dict[Keys, bool] = {}
        self._nobody = False
        self._first: list[Keys] = []
        self._rest: Iterator[Keys] = self._among(product(*things))
        self.fault: Exception | None = None

    def close(self) -> None:
        """The state goes on: what was not asked until now will not be."""
        self._accepts = _too_late

    def __iter__(self) -> Iterator[Keys]:
        place = 0
        while self._has(place):
            yield self._first[place]
            place += 1

    def __reversed__(self) -> Iterator[Keys]:
        return self._among(product(*[tuple(things)[::-1] for things in self._things]))

    def __contains__(self, keys: object) -> bool:
        if not isinstance(keys, tuple):
            return False
        given = cast("Keys", keys)
        there = len(given) == len(self._things) and all(map(contains, self._things, given))
        return there and self._asked(given)

    def __bool__(self) -> bool:
        return self._has(0)

    def __len__(self) -> int:
        self._first.extend(self._rest)
        return len(self._first)

    @overload
    def __getitem__(self, index: int) -> Keys: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Keys]: ...
    def __getitem__(self, index: int | slice) -> Keys | Sequence[Keys]:
        if index == -1:
            for keys in reversed(self):
                return keys
        if isinstance(index, slice) or index < 0 or not self._has(index):
            self._first.extend(self._rest)
        return self._first[index]

    def _has(self, place: int) -> bool:
        """Whether there are so many, found as far as that."""
        while len(self._first) <= place:
            found = next(self._rest, None)
            if found is None:
                return False
            self._first.append(found)
        return True

    def _among(self, possible: Iterator[Keys]) -> Iterator[Keys]:
        for keys in possible:
            if self._asked(keys):
                yield keys
            elif self._nobody:
                return

    def _asked(self, keys: Keys) -> bool:
        known = self._known.get(keys)
        if known is None:
            try:
                answer = self._accepts(*keys)
            except Exception as error:
                self.fault = error
                raise
            self._nobody = answer is None
            known = self._known[keys] = bool(answer)
        return known


def _too_late(*_: int) -> bool:
    raise RuntimeError("the candidates are asked for when the policy has answered: ask before")
