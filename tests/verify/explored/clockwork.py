"""Alarms with deadlines: one machine, whose transitions each test declares otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from statewatt.engine import Deadline, Each, Machine, State, System, refused, urgent


@dataclass(frozen=True)
class Config:
    """How long an alarm runs, in milliseconds."""

    patience: int = 1000


class Bell(Machine):
    """Rings when its time has come, and is done."""

    tower: Tower
    due: Deadline | None = None

    silent = State(initial=True)
    wound = State()
    rung = State(final=True)

    wind = silent.to(wound, on="arm") | refused(wound)
    ring = urgent(wound.to(rung, cond="is_due"))

    def is_due(self, now: int) -> bool:
        """Its time has come."""
        return self.due is not None and self.due <= now

    def arm(self, now: int) -> None:
        """Its time begins to run."""
        self.due = now + self.tower.config.patience


class Tower(System):
    """Bells that all ring at last."""

    config: Config
    bells: Each[Bell]


class DeafBell(Machine):
    """Is wound, and never rings."""

    tower: DeafTower
    cracked: bool
    due: Deadline | None = None

    silent = State(initial=True)
    wound = State()
    rung = State(final=True)

    wind = silent.to(wound, on="arm") | refused(wound)
    ring = urgent(wound.to(rung, cond="is_due and not is_cracked"))

    def is_due(self, now: int) -> bool:
        """Its time has come."""
        return self.due is not None and self.due <= now

    def is_cracked(self) -> bool:
        """It is cracked."""
        return self.cracked

    def arm(self, now: int) -> None:
        """Its time begins to run."""
        self.due = now + self.tower.config.patience


class DeafTower(System):
    """A cracked bell waits for ever."""

    config: Config
    bells: Each[DeafBell]


class Snoozer(Machine):
    """Begins anew each time that its time has come, though it could end."""

    tower: SnoozingTower
    due: Deadline | None = None

    silent = State(initial=True)
    wound = State()
    rung = State(final=True)

    wind = silent.to(wound, on="arm") | refused(wound)
    snooze = urgent(wound.to(wound, cond="is_due", on="arm"))
    stop = wound.to(rung) | refused(silent)

    def is_due(self, now: int) -> bool:
        """Its time has come."""
        return self.due is not None and self.due <= now

    def arm(self, now: int) -> None:
        """Its time begins to run."""
        self.due = now + self.tower.config.patience


class SnoozingTower(System):
    """By time alone, a bell never ends."""

    config: Config
    bells: Each[Snoozer]


class Flicker(Machine):
    """Goes on and off without an end, in no time."""

    house: House

    off = State(initial=True)
    on = State()

    switch = urgent(off.to(on))
    back = urgent(on.to(off))


class House(System):
    """A lamp that no step ends for."""

    config: Config
    lamps: Each[Flicker]


class Fork(Machine):
    """Lies between two philosophers."""

    table: Table

    lying = State(initial=True)
    held = State()

    take = lying.to(held) | refused(held)
    lay = held.to(lying) | refused(lying)


class Eater(Machine):
    """Takes one fork, then the other."""

    table: Table
    left: Fork
    right: Fork

    thinking = State(initial=True)
    waiting = State()
    eating = State()
    full = State(final=True)

    reach = thinking.to(waiting, cond="left_is_free", on="take_left") | refused(waiting, eating)
    grasp = waiting.to(eating, cond="right_is_free", on="take_right") | refused(thinking, eating)
    rise = eating.to(full, on="lay_down") | refused(thinking, waiting)

    def left_is_free(self) -> bool:
        """The left fork is free."""
        return self.left.lying.is_active

    def right_is_free(self) -> bool:
        """The right fork is free."""
        return self.right.lying.is_active

    def take_left(self) -> None:
        """Takes it."""
        self.left.take()

    def take_right(self) -> None:
        """Takes it."""
        self.right.take()

    def lay_down(self) -> None:
        """Lays both down."""
        self.left.lay()
        self.right.lay()


class Table(System):
    """Philosophers who may starve."""

    config: Config
    forks: Each[Fork]
    eaters: Each[Eater]
