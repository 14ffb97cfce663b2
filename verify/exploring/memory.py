"""What was found before, by what was read to find it.

An outcome depends on what was read on the way to it, and on nothing else; and what is read next on what was read so
far. So outcomes are kept in a tree: each branch has the bits that are read there, and leads on by their values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


class Log:
    """What was read since the beginning: all bits, and in which order they were read first."""

    __slots__ = ("bits", "order")

    def __init__(self) -> None:
        self.bits = 0
        self.order: list[int] = []

    def begin(self, bits: int) -> None:
        """Begin anew; these bits are read in any case."""
        self.bits = bits
        self.order = [bits]

    def note(self, bits: int) -> None:
        """These bits are read."""
        new = bits & ~self.bits
        if new:
            self.bits |= new
            self.order.append(new)


class Branch:
    """Where these bits are read, in this order; by their values, the next branch or the outcome."""

    __slots__ = ("mask", "reads", "table")

    def __init__(self, reads: Sequence[int]) -> None:
        self.reads = list(reads)
        self.mask = sum(self.reads)
        self.table: dict[int, Any] = {}

    def split(self, count: int) -> None:
        """Read only the first few here, and the others in branches of their own."""
        first, others = self.reads[:count], self.reads[count:]
        mask, rest = sum(first), sum(others)
        table: dict[int, Branch] = {}
        for values, found in self.table.items():
            branch = table.get(values & mask)
            if branch is None:
                branch = table[values & mask] = Branch(others)
            branch.table[values & rest] = found
        self.reads, self.mask, self.table = first, mask, dict(table)


class Memo(Branch):
    """The tree of all that ``find`` has found: no outcome of it is ``None``, nor a branch."""

    __slots__ = ("find",)

    def __init__(self, find: Callable[[int], Any]) -> None:
        super().__init__(())
        self.find = find

    def known(self, state: int) -> Any:
        """The outcome in a state, if it is known."""
        found = self.table.get(state & self.mask)
        while type(found) is Branch:
            found = found.table.get(state & found.mask)
        return found

    def learn(self, state: int, reads: Sequence[int], outcome: Any) -> None:
        """Keep an outcome, and what was read for it, in order."""
        branch: Branch = self
        if not branch.table:
            branch.reads, branch.mask = list(reads), sum(reads)
        at = 0
        while True:
            count = _common(branch.reads, reads[at:])
            if not count:
                raise AssertionError("what is read first does not depend on what was read before")
            if count < len(branch.reads):
                branch.split(count)
            at += count
            values = state & branch.mask
            found = branch.table.get(values)
            if type(found) is Branch:
                branch = found
                continue
            if at < len(reads):
                found = branch.table[values] = Branch(reads[at:])
                branch, values = found, state & found.mask
            branch.table[values] = outcome
            return


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    """How many are the same from the beginning on."""
    for count, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return count
    return min(len(left), len(right))
