"""Parcels in lockers: small, proved, and with a guard and an update that say nothing new."""

from __future__ import annotations

from dataclasses import dataclass

from statewatt.engine import Command, Each, Machine, State, System, before, ignored, invariant, is_new, law, refused


@dataclass(frozen=True)
class Open(Command):
    """Open a locker."""

    locker: Locker


class Locker(Machine):
    """A place for one parcel."""

    post: Post
    size: int
    parcel: Parcel | None = None

    shut = State(initial=True)
    broken = State()

    fail = shut.to(broken, cond="is_empty") | ignored(broken)
    mend = broken.to(shut) | ignored(shut)

    def is_empty(self) -> bool:
        """There is no parcel in it."""
        return self.parcel is None


class Parcel(Machine):
    """What is put into a locker, and collected once."""

    post: Post
    size: int
    locker: Locker | None = None

    carried = State(initial=True)
    stored = State()
    collected = State(final=True)

    store = carried.to(stored, cond="is_in_no_locker and fits and is_usable", on="put") | refused(stored)
    collect = stored.to(collected, on="take_out") | refused(carried)
    look = carried.to(carried, on="look_up") | ignored(stored)

    def is_in_no_locker(self) -> bool:
        """It is in no locker: so is every parcel that is carried."""
        return self.locker is None

    def fits(self, locker: Locker) -> bool:
        """The locker is large enough."""
        return self.size <= locker.size

    def is_usable(self, locker: Locker) -> bool:
        """The locker works, and there is no parcel in it."""
        return locker.shut.is_active and locker.is_empty()

    def put(self, locker: Locker) -> None:
        """It lies in the locker."""
        self.locker = locker
        locker.parcel = self
        self.emit(Open(locker))

    def take_out(self) -> None:
        """The locker is free again."""
        assert self.locker is not None
        self.locker.parcel = None
        self.locker = None

    def look_up(self) -> None:
        """What is written is what was there."""
        self.locker = None


@dataclass(frozen=True)
class Rules:
    """There are none."""


class Post(System):
    """Any number of lockers and parcels."""

    config: Rules
    lockers: Each[Locker]
    parcels: Each[Parcel]

    @invariant
    def lockers_and_parcels_agree(self) -> bool:
        """The parcel in a locker lies there."""
        return all(x.parcel is None or x.parcel.locker is x for x in self.lockers)

    @invariant
    def parcels_and_lockers_agree(self) -> bool:
        """A parcel is stored in the locker in which it is."""
        return all(
            (p.locker is None or p.locker.parcel is p) and p.stored.is_active == (p.locker is not None)
            for p in self.parcels
        )

    @invariant
    def a_broken_locker_is_empty(self) -> bool:
        """There is no parcel in a broken locker."""
        return all(x.parcel is None for x in self.lockers if x.broken.is_active)

    @law
    def a_parcel_is_collected_from_a_locker(self) -> bool:
        """Only what was stored is collected."""
        return all(
            before(p).stored.is_active or not p.collected.is_active
            for p in self.parcels
            if not is_new(p) and not before(p).collected.is_active
        )
