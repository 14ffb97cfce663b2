"""The steps of an exploration, one by one: what happens in a state, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from .memory import Memo
from .moves import Instance
from .search import Explorer


@dataclass(frozen=True)
class Stride:
    """One step of a way: what happens in a state, and the state after it; without ``instance``, ended things are
    dropped, or the moment is over."""

    before: int
    instance: Instance | None
    after: int
    urgent: bool = False


def strides(explorer: Explorer, way: list[int]) -> Iterator[Stride]:
    """The steps between the states of a way."""
    for before, after in pairwise(way):
        yield stride(explorer, before, after)


def stride(explorer: Explorer, before: int, after: int) -> Stride:
    """A step that leads from a state to another."""
    change = before ^ after
    found = instances(explorer, before, lambda memo: any(e[0] == change for e in explorer.look(memo, before)))
    return next((each for each in found if each.after == after), Stride(before, None, after))


def instances(explorer: Explorer, state: int, wanted: Callable[[Memo], bool] = lambda _: True) -> Iterator[Stride]:
    """Everything that may happen in a state, in full; of those groups whose memo is wanted."""
    agenda = explorer.agenda(state)
    for groups, urgent in ((agenda.urgent, True), (agenda.free, False)):
        for group in groups:
            for instance in group.instances(state) if wanted(group.memo) else ():
                if not instance.beyond:
                    yield Stride(state, instance, state ^ instance.change, urgent)
