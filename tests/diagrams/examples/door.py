"""The smallest system that has everything a picture can show but regions."""

from __future__ import annotations

from dataclasses import dataclass

from statewatt.engine import Command, Each, Machine, State, System, ignored, refused


@dataclass(frozen=True)
class Ring(Command):
    """The bell rings."""

    door: Door


class Door(Machine):
    """A door with a bell."""

    house: House
    locked: bool = False

    shut = State(initial=True)
    asked = State("is it locked?")
    ajar = State("open")
    broken = State(final=True)

    push = shut.to(asked) | ignored(ajar)
    asked.to(shut, cond="is_locked", on="ring")
    asked.to(ajar)
    pull = ajar.to(shut) | refused(shut)
    kick = shut.to(broken) | ajar.to(broken)

    def is_locked(self) -> bool:
        """It is locked."""
        return self.locked

    def ring(self) -> None:
        """Somebody is told."""
        self.emit(Ring(self))


@dataclass(frozen=True)
class Config:
    """Nothing to configure."""


class House(System):
    """A house with doors."""

    config: Config
    doors: Each[Door]
