"""Runs a draft of the next state: events, what becomes due, what is urgent, what ends.

All functions here change the draft only; whoever made it throws it away if something fails.
"""

# What a state keeps for the engine alone is private, also to the modules of the engine that care for it.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import model
from .candidates import Candidates
from .compiling import LIMIT, Accepted, Compiled, Keys, Offer, World, bare
from .compiling.records import can_end, stored
from .state import EngineFault, Event, InputError, PolicyError
from .view import Views

Policy = Callable[[Any, Any, Sequence[Any], int], Any]
"""``(system, thing, candidates, now)`` gives one of the candidates, or ``None`` to wait. All are views; where the event
has several things as parameters, a candidate is a tuple of them. The guards are asked about a candidate when the policy
needs to know."""

Watch = Callable[[Event], None]
"""Called after each event that was taken."""


class PolicyRaisedError(Exception):
    """A policy raised an error, which is its own, not the model's."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Runner:
    """Runs drafts of one system."""

    def __init__(self, compiled: Compiled, views: Views, policies: Mapping[str, Policy]) -> None:
        self.compiled = compiled
        self.views = views
        self.policies = policies
        self._settle: Callable[..., tuple[str, str, int, dict[str, int]] | None] = compiled.function("settle")
        self.note_deadlines: Callable[[World], None] = compiled.function("look_for_deadlines")
        events = [(m.name, e) for m in compiled.system.machines for e in m.events]
        self.events = {(m, e.name): compiled.event(m, e.name) for m, e in events}
        self.orders = {(m, e.name): tuple(p.name for p in e.parameters) for m, e in events}
        self.things = {
            (m, e.name): tuple(
                (p.name, p.type.machine) for p in e.parameters if isinstance(p.type, model.Ref) and p.name != "now"
            )
            for m, e in events
        }
        self.urgent = any(e.urgent for _, e in events)
        self.may_drop: Callable[[World], bool] = compiled.function("may_drop")
        enders = [m for m in compiled.system.machines if can_end(m)]
        self.referred = {m.name: compiled.function(f"refers_to_{m.name}") for m in enders}
        self.drop = {m.name: compiled.function(f"drop_{m.name}") for m in enders}
        self.fields_of_ended = {m.name: _references(m) for m in enders}

    def fire(self, d: World, machine: str, name: str, key: int, arguments: Mapping[str, object]) -> bool:
        """One event for one thing, with all that it sends; whether it was accepted."""
        order = self.orders[machine, name]
        if not order:
            return self.events[machine, name](d, key)
        values = [d.now if parameter == "now" else arguments[parameter] for parameter in order]
        return self.events[machine, name](d, key, *values)

    def offer(self, d: World, event: Event) -> list[int]:
        """The event for its target, or for each thing in order of creation: those that accepted it."""
        machine, name, arguments = event.machine, event.name, event.arguments
        if event.target is not None:
            return [event.target] if self.fire(d, machine, name, event.target, arguments) else []
        return [key for key in list(getattr(d, machine)) if self.fire(d, machine, name, key, arguments)]

    def pass_time(self, d: World, now: int, policies: Mapping[str, Policy], watch: Watch | None = None) -> None:
        """Serve the deadlines before ``now``, each at its own time; then it is ``now``."""
        while d.deadline is not None and d.deadline < now:
            d.now = d.deadline
            self.settle(d, policies, watch)
            self.note_deadlines(d)
        d.now = max(d.now, now)

    def settle(self, d: World, policies: Mapping[str, Policy], watch: Watch | None = None) -> None:
        """Take urgent events until none is accepted."""
        if not self.urgent:
            return

        def pick(d: World, offer: Offer) -> Keys | None:
            return self._pick(d, offer, policies)

        def seen(taken: tuple[str, str, int, dict[str, int]]) -> None:
            if watch:
                watch(Event(*taken))

        endless = self._settle(d, pick, seen if watch else None)
        if endless:
            raise EngineFault(f"more than {LIMIT} urgent events at one time: {Event(*endless)} has no end", None)

    def _pick(self, d: World, offer: Offer, policies: Mapping[str, Policy]) -> Keys | None:
        machine, key, event, policy, accepted = offer
        assert isinstance(accepted, Accepted)
        candidates = Candidates(accepted, self.views, d, [kind for _, kind in self.things[machine, event]])
        choose = policies.get(policy) or self.policies[policy]
        try:
            chosen = choose(self.views.of(d), self.views.thing(d, machine, key), candidates, d.now)
        except Exception as error:
            if accepted.fault is None:
                raise PolicyRaisedError(error) from error
            chosen = None
        if accepted.fault is not None:
            raise accepted.fault
        picked = None if chosen is None else candidates.keys(chosen)
        if chosen is not None and picked is None:
            shown = [*candidates]
            raise PolicyError(f"{policy} picked {chosen!r} for {machine} {key}, which is none of {shown}")
        accepted.close()
        return picked

    def check_policies(self, policies: Mapping[str, Policy]) -> None:
        """``InputError`` for a name that no event picks by."""
        for name in policies:
            if name not in self.policies:
                known = ", ".join(self.policies) or "none"
                raise InputError(f"there is no policy {name!r}; the system has {known}")

    def drop_ended(self, d: World) -> None:
        """Drop every ended thing that nothing living leads to, not even through other ended things."""
        kept: list[tuple[str, int]] = []
        gone: set[tuple[str, int]] = set()
        for thing in d._ended:
            machine, key = thing
            if self.referred[machine](d, key):
                kept.append(thing)
            else:
                gone.add(thing)
        for machine, key in kept:
            record = getattr(d, machine)[key]
            for name, of, many in self.fields_of_ended[machine]:
                value = getattr(record, name)
                for other in (value or ()) if many else (value,):
                    if (of, other) in gone:
                        gone.discard((of, other))
                        kept.append((of, other))
        for machine, key in gone:
            self.drop[machine](d, key)
        if gone:
            d._ended = tuple([thing for thing in d._ended if thing not in gone])

    def close(self, d: World, shared: bool = False) -> None:
        """The draft becomes a state; ``shared``: it does not know any more what was written to."""
        if d._ended and (shared or self.may_drop(d)):
            self.drop_ended(d)
        self.note_deadlines(d)


def _references(machine: model.Machine) -> list[tuple[str, str, bool]]:
    """The fields that refer to things: name, machine, whether to several."""
    found: list[tuple[str, str, bool]] = []
    for attribute in stored(machine):
        of = bare(attribute.type)
        if isinstance(of, (model.Ref, model.SetOf)):
            found.append((attribute.name, of.machine, isinstance(of, model.SetOf)))
    return found
