"""Traces: inputs of a system from a beginning, and what comes of each, as JSON that is run again to the same states.

A trace is a sequence of steps ``{"in": …, "out": […], "state": …}``. The first ``in`` names the system, and what it
begins with; the others are inputs of the engine. What comes of one are commands, a refusal, a fault of the model, and
the invariants and laws that it breaks; ``state`` is the content of a snapshot.
"""

# Policies here look at the keys of views, which are private to the engine.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from .border import typed
from .codec import only, sequence
from .refusal import Refusal
from .running import Policy
from .snapshot import content, of_content
from .state import EngineFault, Event, Input, InputError, State
from .step import Engine, Step, Trace

Message = dict[str, Any]
Find = Callable[[str], Engine[Any]]
"""The engine of a system that is written ``module:Name``."""


@dataclass(frozen=True, slots=True)
class Given:
    """An input of a trace: an event, or (``None``) time alone, at a time in milliseconds.

    ``picks`` are the urgent events that policies pick in this step, in order, everything else waiting; without them
    the system's own policies pick. ``alone``: the event alone is taken, also an urgent or an inner one, as
    ``Engine.take`` does.
    """

    event: Input | None
    now: int
    picks: tuple[Event, ...] | None = None
    alone: bool = False


def steps(engine: Engine[Any], start: State, inputs: Iterable[Given]) -> Iterator[Message]:
    """The trace of these inputs from a state, step by step: each is a line of a file that can be replayed."""
    replayed = Replayed(lambda _: engine)
    for command in (_beginning(engine, start), *(_encoded(engine, each) for each in inputs)):
        yield {"in": command, "out": replayed.handle(command), "state": replayed.observed()}


class Replayed:
    """A system that is driven by the inputs of a trace."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._run: tuple[Engine[Any], State] | None = None

    def handle(self, command: Mapping[str, Any], /) -> list[Message]:
        """What comes of an input; ``InputError`` for a wrong one, which changes nothing."""
        if "system" in command:
            self._run = self._begun(command)
            return []
        engine, state = self._running()
        given = _decoded(engine, command)
        try:
            result = _result(engine, state, given)
        except EngineFault as fault:
            return [{"fault": fault.reason}]
        if isinstance(result, Refusal):
            return [{"refused": str(result).splitlines()}]
        self._run = (engine, result.state)
        told: list[Message] = [engine.codec.encode_command(each) for each in result.commands]
        return told + [{"broken": name} for name in result.broken]

    def observed(self) -> Message:
        """The content of the state."""
        return content(*self._running())

    def _running(self) -> tuple[Engine[Any], State]:
        if self._run is None:
            raise InputError('a trace begins with its "system"')
        return self._run

    def _begun(self, head: Mapping[str, Any]) -> tuple[Engine[Any], State]:
        only(head, "the beginning", "system", *(("state",) if "state" in head else ("settings", "now")))
        if not isinstance(head["system"], str):
            raise InputError(f"a system is written as module:Name, not {head['system']!r}")
        engine = self._find(head["system"])
        if "state" in head:
            return engine, of_content(engine, head["state"])
        settings = engine.codec.decode_all(typed(engine.system.settings), head.get("settings", {}), "settings")
        for setting in engine.system.settings:
            if not setting.has_default and setting.name not in settings:
                raise InputError(f"settings: {setting.name!r} is missing")
        config = engine.compiled.objects.get(engine.system.config)(**settings)
        return engine, engine.start(config, now=head.get("now", 0))


# --- inputs as JSON --------------------------------------------------------------------------------------------------


def _beginning(engine: Engine[Any], start: State) -> Message:
    """The system, with its settings where nothing but these is there, or else with the whole state."""
    if start != engine.start(start.config, now=start.now):
        return {"system": engine.system.python, "state": content(engine, start)}
    settings = {s.name: getattr(start.config, s.name) for s in engine.system.settings}
    shown = engine.codec.encode_all(typed(engine.system.settings), settings)
    return {"system": engine.system.python, "settings": shown, **({"now": start.now} if start.now else {})}


def _encoded(engine: Engine[Any], given: Given) -> Message:
    found: Message = {"now": given.now}
    if given.event is not None:
        found |= engine.codec.encode_event(given.event)
    if given.picks is not None:
        found["picks"] = [engine.codec.encode_event(event) for event in given.picks]
    return found | ({"alone": True} if given.alone else {})


def _decoded(engine: Engine[Any], command: Mapping[str, Any]) -> Given:
    now, picks, alone = command.get("now"), command.get("picks"), command.get("alone", False)
    if type(now) is not int:
        raise InputError(f"now is a point in time in milliseconds, a whole number, not {now!r}")
    if type(alone) is not bool:
        raise InputError(f"alone is true or false, not {alone!r}")
    rest = {name: value for name, value in command.items() if name not in ("now", "picks", "alone")}
    event = engine.codec.decode_event(rest) if rest else None
    return Given(event, now, None if picks is None else tuple(_decoded_picks(engine, picks)), alone)


def _decoded_picks(engine: Engine[Any], data: object) -> Iterator[Event]:
    for part in sequence(data, "picks"):
        event = engine.codec.decode_event(part)
        if not isinstance(event, Event):
            raise InputError(f"picks: an urgent event is wanted, not a {event}")
        yield event


# --- one step --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Result:
    state: State
    commands: tuple[Any, ...]
    broken: tuple[str, ...]


def _result(engine: Engine[Any], state: State, given: Given) -> _Result | Refusal:
    if given.alone:
        if given.event is None or given.picks is not None:
            raise InputError("what is taken alone is an event, and nothing is picked after it")
        taken = engine.take(state, given.event, given.now)
        return taken if isinstance(taken, Refusal) else _broken(engine, taken, [(state, taken.commands, taken.state)])
    picks = None if given.picks is None else Picks(engine, given.picks)
    trace = engine.trace(state, given.event, given.now, picks.policies() if picks else None)
    if not isinstance(trace, Trace):
        return trace
    if picks and picks.left:
        raise InputError(f"a pick is never offered: {picks.left[0]}")
    return _broken(engine, trace.step, [(move.before, move.commands, move.after) for move in trace.moves])


def _broken(engine: Engine[Any], step: Step, moves: Sequence[tuple[State, tuple[Any, ...], State]]) -> _Result:
    found = (violation.name for move in moves for violation in engine.violations(*move))
    return _Result(step.state, step.commands, tuple(dict.fromkeys(found)))


class Picks:
    """Policies that pick what a trace says, in its order, and wait otherwise."""

    def __init__(self, engine: Engine[Any], picks: Iterable[Event]) -> None:
        self.system = engine.system
        self.left = list(picks)

    def policies(self) -> Mapping[str, Policy]:
        """One for each that the system has."""
        return {name: partial(self._pick, name) for name in self.system.policies}

    def _pick(self, policy: str, system: Any, thing: Any, candidates: Sequence[Any], now: int) -> Any:
        if not self.left:
            return None
        event = self.left[0]
        declared = self.system.machine(event.machine).event(event.name)
        if declared.pick != policy or (event.machine, event.target) != (thing._machine, thing._key):
            return None
        wanted = tuple(event.arguments.get(p.name) for p in declared.parameters if p.name != "now")
        for candidate in candidates:
            things: Any = (candidate,) if len(wanted) == 1 else candidate
            if wanted == tuple(thing._key for thing in things):
                self.left.pop(0)
                return candidate
        return None
