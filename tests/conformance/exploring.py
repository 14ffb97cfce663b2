"""Every state of a small world, each event in it, on both sides."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from statewatt.engine import Birth, Engine, EngineFault, Event, Refusal
from statewatt.engine.state import Input, State
from tests.conformance.reference import Kind, Outcome, Reference, taken
from tests.strategies import Scope


@dataclass
class Explored:
    """What an exploration has seen; ``faults`` are events from outside that a state of it could not take."""

    states: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    picks: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def comparisons(self) -> int:
        return sum(self.kinds.values())


@dataclass(frozen=True)
class World:
    """Where an exploration starts, what can happen, and how far it goes.

    From states that are not ``inside`` it goes on to no others, and events that are ``only_compared`` are not followed;
    both sides are compared there all the same.
    """

    name: str
    engine: Engine[Any]
    start: State
    scope: Scope
    inside: Callable[[State], bool]
    only_compared: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.name


def explore(world: World, reference: Reference) -> Explored:
    """Compare both sides in each state that single events lead to, breadth first, with each event at each time.

    What is urgent is one event among others here, so the states between the events of a step are met as well. Inner
    events are compared everywhere, and followed nowhere.
    """
    found = Explored()
    seen = {world.start}
    waiting = deque([world.start])
    while waiting:
        state = waiting.popleft()
        found.states += 1
        goes_on = world.inside(state)
        for event in world.scope.events(world.engine, state):
            for now in (time for time in world.scope.times if time >= state.now):
                outcome, after = _compared(world.engine, reference, state, event, now)
                found.kinds[outcome.kind] += 1
                if _is_inner(world.engine, event):
                    continue
                if outcome.kind is Kind.FAILED:
                    found.faults.append(f"{event} in {state.key()}: {outcome.reason}")
                followed = not (isinstance(event, Event) and event.name in world.only_compared)
                if goes_on and followed and after is not None and after not in seen:
                    seen.add(after)
                    waiting.append(after)
        found.picks += compare_urgent(world.engine, reference, state)
    return found


def _compared(
    engine: Engine[Any], reference: Reference, state: State, event: Input, now: int
) -> tuple[Outcome, State | None]:
    after: State | None = None
    try:
        result = engine.take(state, event, now)
    except EngineFault as fault:
        outcome = Outcome(Kind.FAILED, reason=str(fault))
    else:
        if isinstance(result, Refusal):
            outcome = Outcome(Kind.REFUSED)
        else:
            outcome, after = taken(engine, result), engine.tidy(result.state)
    expected = reference.take(state, event, now)
    assert outcome == expected, (event, now, state.key(), outcome.reason, expected.reason)
    return outcome, after


def _is_inner(engine: Engine[Any], event: Input) -> bool:
    return isinstance(event, Event) and engine.system.machine(event.machine).event(event.name).inner


def compare_urgent(engine: Engine[Any], reference: Reference, state: State) -> int:
    """The urgent events that the engine offers are accepted by the classes, and policies pick the same; how often."""
    offered = engine.urgent(state, state.now)
    for event in offered:
        assert reference.take(state, event, state.now).kind is not Kind.REFUSED, event
    groups: dict[tuple[str, str, int | None], list[Event]] = {}
    for event in offered:
        groups.setdefault((event.machine, event.name, event.target), []).append(event)
    picks = 0
    for (machine, name, key), group in groups.items():
        policy = engine.system.machine(machine).event(name).pick
        if policy and key is not None:
            compare_pick(engine, reference, state, policy, machine, key, group)
            picks += 1
    return picks


def compare_pick(
    engine: Engine[Any],
    reference: Reference,
    state: State,
    policy: str,
    machine: str,
    key: int,
    offered: Sequence[Event],
) -> None:
    """A policy (one thing to pick) over the classes' own things, and over views."""
    parameter = next(p for p in engine.system.machine(machine).event(offered[0].name).parameters if p.name != "now")
    candidates = [event.arguments[parameter.name] for event in offered]
    system = reference.load(state)
    things = [reference.seen(parameter.type, candidate) for candidate in candidates]
    choice = getattr(system, policy)(reference.thing(machine, key), things, state.now)
    view = engine.view(state)
    kinds = {m.name: m.collection for m in engine.system.machines}

    def shown(kind: str, wanted: object) -> Any:
        return next(thing for thing in getattr(view, kinds[kind]) if thing.key == wanted)

    views = [shown(parameter.type.machine, candidate) for candidate in candidates]  # type: ignore[union-attr]
    python = engine.compiled.objects.get(engine.system.python)
    shown_choice = getattr(python, policy)(view, shown(machine, key), views, state.now)
    assert reference.plain(choice) == (None if shown_choice is None else shown_choice.key)


def limited(births: Iterable[Birth], **most: int) -> Callable[[State], list[Birth]]:
    """These births, while a machine has had fewer than so many."""
    every = list(births)

    def still_to_come(state: State) -> list[Birth]:
        return [b for b in every if getattr(state, f"next_{b.machine}") <= most.get(b.machine, 0)]

    return still_to_come
