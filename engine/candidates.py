"""What a policy picks from: the candidates that the guards accept, as views, decided one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast, overload

from .compiling import Accepted, Keys
from .state import State
from .view import Views, keys_of


class Candidates(Sequence[Any]):
    """The accepted candidates, in order of creation; a tuple of things each where the event has several.

    The guards are asked about a candidate when the policy needs to know: who takes the first, or asks whether some
    thing is ``in`` it, does not pay for all. There is at least one. Equal to a tuple of the same views. A policy may
    keep it, but not ask it anything new once it has answered.
    """

    __slots__ = ("_accepted", "_kinds", "_shown")

    def __init__(self, accepted: Accepted, views: Views, state: State, kinds: Sequence[str]) -> None:
        self._accepted = accepted
        self._kinds = kinds
        self._shown: Callable[[Keys], Any]
        thing = views.thing
        if len(kinds) == 1:
            kind = kinds[0]
            self._shown = lambda keys: thing(state, kind, keys[0])
        else:
            self._shown = lambda keys: tuple([thing(state, kind, k) for kind, k in zip(kinds, keys, strict=True)])

    def keys(self, candidate: object) -> Keys | None:
        """The keys of one of the candidates: these very views, or equal ones of another state; else ``None``."""
        things = candidate if len(self._kinds) > 1 else (candidate,)
        if type(things) is not tuple:
            return None
        keys = keys_of(cast("tuple[object, ...]", things), self._kinds)
        return keys if keys in self._accepted else None

    def __contains__(self, candidate: object) -> bool:
        return self.keys(candidate) is not None

    def __iter__(self) -> Iterator[Any]:
        return map(self._shown, self._accepted)

    def __reversed__(self) -> Iterator[Any]:
        return map(self._shown, reversed(self._accepted))

    def __bool__(self) -> bool:
        return bool(self._accepted)

    def __len__(self) -> int:
        return len(self._accepted)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return tuple(map(self._shown, self._accepted[index]))
        return self._shown(self._accepted[index])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (tuple, Candidates)):
            return NotImplemented
        return tuple(self) == tuple(cast("Sequence[Any]", other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))
