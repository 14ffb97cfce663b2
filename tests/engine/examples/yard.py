"""A yard: trucks wait for a bay that a policy picks. What the guards ask of a bay may be asked of no bay at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from statewatt.engine import Each, Machine, State, System, ignored, policy, refused, urgent


@dataclass(frozen=True)
class Hours:
    """The settings of a yard."""

    is_open: bool = True


class Bay(Machine):
    """A place for one truck; ``beside`` is the bay next to it, if there is one."""

    yard: Yard
    height: int
    beside: Bay | None

    free = State(initial=True)
    taken = State()

    take = free.to(taken) | refused(taken)
    leave = taken.to(free) | ignored(free)


class Truck(Machine):
    """Waits for a bay."""

    yard: Yard
    height: int
    bay: Bay | None = None

    waiting = State(initial=True)
    parked = State()
    gone = State(final=True)

    park = urgent(
        waiting.to(parked, cond="is_free and is_open and is_high_enough and is_beside_a_lower_one", on="occupy"),
        pick="assign",
    )
    depart = parked.to(gone, on="make_room") | refused(waiting)

    def is_free(self, bay: Bay) -> bool:
        """Nobody is there."""
        return bay.free.is_active

    def is_open(self) -> bool:
        """The yard is open."""
        return self.yard.config.is_open

    def is_high_enough(self, bay: Bay) -> bool:
        """It fits."""
        return bay.height >= self.height

    def is_beside_a_lower_one(self, bay: Bay) -> bool:
        """The bay beside it is lower: there has to be one."""
        return bay.beside.height < bay.height  # type: ignore[union-attr]

    def occupy(self, bay: Bay) -> None:
        """The bay is its own."""
        bay.take()
        self.bay = bay

    def make_room(self) -> None:
        """Its bay is free again."""
        if self.bay is not None:
            self.bay.leave()
        self.bay = None


class Yard(System):
    """A yard with bays and trucks."""

    bays: Each[Bay]
    trucks: Each[Truck]
    config: Hours

    @policy
    def assign(self, truck: Truck, candidates: Sequence[Bay], now: int) -> Bay | None:
        """The first."""
        return candidates[0]
