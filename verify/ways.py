"""Ways through a step, and what fields hold after a loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..engine import model
from .facts import Frame
from .terms import FALSE, THE_SYSTEM, TRUE, Optional, Several, Term, TheSystem, Value, chosen, same_term, z3
from .world import Read, World


@dataclass(frozen=True)
class Taken:
    """A transition on a way, and the thing that took it."""

    machine: str
    thing: Term
    transition: model.Transition


@dataclass(frozen=True)
class Way:
    """One way through a step: the world so far, what holds on it, names, transitions taken, things made."""

    world: World
    premises: tuple[Term, ...] = ()
    names: Mapping[str, Value] = field(default_factory=dict[str, "Value"])
    taken: tuple[Taken, ...] = ()
    made: tuple[tuple[str, Term], ...] = ()
    turn: tuple[str, Term] | None = None
    """In a loop: the machine and the thing whose turn it is."""

    def given(self, *premises: Term) -> Way:
        """The way on which these hold too."""
        return replace(self, premises=(*self.premises, *(p for p in premises if p is not TRUE)))

    def named(self, names: Mapping[str, Value]) -> Way:
        """The way with these names instead."""
        return replace(self, names=names)

    def in_world(self, world: World) -> Way:
        """The way, gone on to that world."""
        return replace(self, world=world)

    @property
    def impossible(self) -> bool:
        """A premise is false by itself."""
        return any(p is FALSE for p in self.premises)

    @property
    def frame(self) -> Frame:
        """The frame to evaluate expressions in."""
        return Frame(self.names, self.premises)


@dataclass(frozen=True)
class AfterLoop:
    """What a field holds after a loop."""

    variable: Term
    condition: Term
    value: Value
    old: Read

    def __call__(self, thing: Term) -> Value:
        """What it holds for a thing."""
        had_a_turn = z3.substitute(self.condition, (self.variable, thing))
        return chosen(had_a_turn, _substituted(self.value, self.variable, thing), self.old(thing))


@dataclass(frozen=True)
class Elsewhere:
    """What a field holds if only that of one thing is known."""

    variable: Term
    old: Read
    other: Read

    def __call__(self, thing: Term) -> Value:
        """What it holds for a thing."""
        is_it = same_term(thing, self.variable)
        return chosen(is_it, self.old(thing), self.other(thing))


def _substituted(value: Value, variable: Term, thing: Term) -> Value:
    if isinstance(value, Optional):
        return Optional(z3.substitute(value.there, (variable, thing)), _substituted(value.value, variable, thing))
    if isinstance(value, TheSystem):
        return THE_SYSTEM
    if isinstance(value, Several):
        return Several(value.machine, lambda y: z3.substitute(value.contains(y), (variable, thing)))
    return z3.substitute(value, (variable, thing))
