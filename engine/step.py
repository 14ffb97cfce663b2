"""The engine of a system: pure steps from state to state.

``step(state, event, now)`` gives the next state, the commands, and the next deadline, or a refusal. It has no clock, no
threads and no I/O; the same states, events and times always give the same results, as far as the policies do.
"""

# What a state keeps for the engine alone is private, also to the modules of the engine that care for it.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, TypeVar, cast

from . import model
from .border import GoneError
from .codec import Codec
from .compiling import Compiled, Objects, World, compile_system
from .entrance import Entrance
from .language import System
from .laws import Laws, Violation
from .refusal import Refusal
from .running import Policy, PolicyRaisedError, Runner
from .state import Birth, EngineFault, Event, Input, InputError, PolicyError, Row, State, Taken
from .view import Views, plain

if TYPE_CHECKING:
    from .live.kernel import Station

S = TypeVar("S", bound=System)
NO_POLICIES: Mapping[str, Policy] = {}


class Step(NamedTuple):
    """What a step gives: the state after it, the commands in order, the next deadline (in milliseconds, after
    ``state.now``; when it comes, step with the event ``None``), and the transitions taken, in order."""

    state: State
    commands: tuple[Any, ...]
    deadline: int | None
    path: tuple[Taken, ...]


class Move(NamedTuple):
    """One event of a step, with the events that it sent: from outside, or urgent."""

    event: Input
    before: State
    after: State
    commands: tuple[Any, ...]
    path: tuple[Taken, ...]


class Trace(NamedTuple):
    """A step, and its events one by one. Ended things are dropped after the last."""

    step: Step
    moves: tuple[Move, ...]


class Engine(Generic[S]):
    """Runs one system. Has no state of its own: one engine serves any number of stations and threads."""

    def __init__(self, system: model.System, known: Mapping[str, Any] | None = None, *, indexed: bool = True) -> None:
        """``indexed``: the few things that matter are looked up. Without it the engine looks at every thing, for those
        who want to see what it reads."""
        self.system = system
        objects = Objects(system, known)
        python = objects.get(system.python)
        self.compiled: Compiled = compile_system(system, objects, lambda t: self._native(python, t), indexed)
        self._views = Views(self.compiled)
        policies = {name: getattr(python, name) for name in system.policies}
        self._runner = Runner(self.compiled, self._views, policies)
        self._entrance = Entrance(self.compiled)
        self._laws = Laws(self.compiled)
        self.codec = Codec(system, objects)
        self._draft: Callable[[State], World] = self.compiled.function("draft")
        self._state_class: type[State] = self.compiled.space["World"]

    @property
    def source(self) -> str:
        """The generated module's text."""
        return self.compiled.source

    @cached_property
    def live(self) -> type[Station]:
        """The class of stations that change in place: the same steps, several times faster, and only one state.

        ``engine.live(config, births)`` makes one; ``docs/embedding.md`` says when to take which.
        """
        from .live import live_class

        return live_class(self.system, self.compiled.objects)

    # --- states ------------------------------------------------------------------------------------------------------

    @cached_property
    def fingerprint(self) -> str:
        """A name for all that the model does, but for trusted functions and policies."""
        from .cache import fingerprint

        return fingerprint(self.system)

    def start(
        self,
        config: object,
        births: Iterable[Birth] = (),
        *,
        fields: Mapping[str, object] | None = None,
        now: int = 0,
        policies: Mapping[str, Policy] | None = None,
    ) -> State:
        """The state after the births, and the urgent events that follow, at ``now``; ``fields`` are the system's own.

        Commands are lost: where things already act at birth, step with each ``Birth`` instead.
        """
        d = self._entrance.empty(config, fields or {}, now)
        chosen = self._policies(policies)
        try:
            for birth in births:
                self._entrance.check(birth, d)
                self._apply(d, birth)
            self._runner.settle(d, chosen)
            return self._sealed(d).state
        except GoneError as error:
            raise InputError(str(error)) from None
        except Exception as error:
            self._fail(error)

    def state(
        self,
        config: object,
        things: Mapping[str, Mapping[int, Row]],
        *,
        fields: Mapping[str, object] | None = None,
        now: int = 0,
        next_keys: Mapping[str, int] | None = None,
    ) -> State:
        """The state with exactly this content, reachable or not; ``InputError`` if it is not well typed.

        ``fields`` are the system's own; without ``next_keys`` the next thing of a machine follows its last.
        """
        d = self._entrance.assemble(config, things, fields or {}, now, next_keys or {})
        self._runner.note_deadlines(d)
        return self._sealed(d, keep_ended=True).state

    def view(self, state: State) -> S:
        """The state as read-only objects that look like the classes of the model."""
        return cast("S", self._views.of(state))

    # --- steps -------------------------------------------------------------------------------------------------------

    def step(
        self, state: State, event: Input | None, now: int, policies: Mapping[str, Policy] | None = None
    ) -> Step | Refusal:
        """What follows when ``event`` comes at ``now``; ``None`` is the passing of time alone.

        Deadlines before ``now`` are served first, each at its own time; then comes the event, then what is urgent at
        ``now``. A clock that ran backwards stands still: an earlier ``now`` is taken as ``state.now``. A refusal
        changes nothing at all; to let time pass nevertheless, step with ``None`` first.

        Raises:
            InputError: the event is not one that the model declares, or not for the world outside.
            PolicyError: a policy picked what it was not offered. What a policy raises is passed on as it is.
            EngineFault: the model did what its proof excludes.
        """
        chosen = self._policies(policies)
        try:
            d = self._draft(self._own(state))
            if event is not None:
                self._entrance.check(event, state)
            self._advance(d, now, chosen)
            if event is not None and not self._apply(d, event):
                return Refusal(self.compiled, event, d)
            self._runner.settle(d, chosen)
            return self._sealed(d)
        except GoneError as error:
            assert event is not None
            return Refusal(self.compiled, event, state, error)
        except Exception as error:
            self._fail(error)

    def trace(
        self, state: State, event: Input | None, now: int, policies: Mapping[str, Policy] | None = None
    ) -> Trace | Refusal:
        """The same as ``step``, with every event of it on its own, as laws see it."""
        chosen = self._policies(policies)
        try:
            d = self._draft(self._own(state))
            if event is not None:
                self._entrance.check(event, state)
            moves: list[Move] = []
            watch = self._watcher(state, d, moves)
            self._advance(d, now, chosen, watch)
            if event is not None and not self._apply(d, event, watch):
                return Refusal(self.compiled, event, d)
            self._runner.settle(d, chosen, watch)
            return Trace(self._sealed(d, shared=True), tuple(moves))
        except GoneError as error:
            assert event is not None
            return Refusal(self.compiled, event, state, error)
        except Exception as error:
            self._fail(error)

    def take(self, state: State, event: Input, now: int) -> Step | Refusal:
        """One event alone, at ``now``: any event, an urgent or an inner one too.

        Nothing becomes due before it, nothing urgent follows, no ended thing is dropped.
        """
        try:
            d = self._draft(self._own(state))
            self._entrance.check(event, state, inside=True)
            d.now = max(d.now, now)
            if not self._apply(d, event):
                return Refusal(self.compiled, event, d)
            return self._sealed(d, keep_ended=True)
        except GoneError as error:
            return Refusal(self.compiled, event, state, error)
        except Exception as error:
            self._fail(error)

    def urgent(self, state: State, now: int) -> tuple[Event, ...]:
        """Every urgent event that is accepted at ``now``, with its arguments, in the order of the engine."""
        found: list[Event] = []
        try:
            for machine, key, name, _, accepted in self.compiled.offers(state, now):
                parameters = [parameter for parameter, _ in self._runner.things[machine, name]]
                found += [Event(machine, name, key, dict(zip(parameters, things, strict=True))) for things in accepted]
        except Exception as error:
            self._fail(error)
        return tuple(found)

    def tidy(self, state: State) -> State:
        """The state without the ended things to which nothing refers."""
        return self._sealed(self._draft(state), shared=True).state

    # --- laws --------------------------------------------------------------------------------------------------------

    def broken_invariants(self, state: State) -> tuple[Violation, ...]:
        """The invariants that do not hold in a state."""
        return self._laws.invariants(state)

    def broken_laws(self, before: State, commands: Iterable[object], after: State) -> tuple[Violation, ...]:
        """The laws that a move breaks. Laws are about single events: check the moves of a ``trace``."""
        return self._laws.laws(before, tuple(commands), after)

    def violations(self, before: State, commands: Iterable[object], after: State) -> tuple[Violation, ...]:
        """The invariants that do not hold after a move, and the laws that it breaks."""
        return self._laws.invariants(after) + self._laws.laws(before, tuple(commands), after)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _own(self, state: object) -> State:
        """``InputError`` for what is no state of this system."""
        if not isinstance(state, self._state_class):
            raise InputError(f"a state of {self.system.name} comes from start, state or step, not {state!r}")
        return state

    def _policies(self, policies: Mapping[str, Policy] | None) -> Mapping[str, Policy]:
        if not policies:
            return NO_POLICIES
        self._runner.check_policies(policies)
        return policies

    def _advance(
        self, d: World, now: int, policies: Mapping[str, Policy], watch: Callable[[Input], None] | None = None
    ) -> None:
        if type(now) is not int:
            raise InputError(f"now is a point in time in milliseconds, an int, not {now!r}")
        if now > d.now:
            if d.deadline is not None and d.deadline < now:
                self._runner.pass_time(d, now, policies, watch)
            d.now = now

    def _apply(self, d: World, event: Input, watch: Callable[[Input], None] | None = None) -> bool:
        if isinstance(event, Event):
            accepted = self._runner.offer(d, event)
            if not accepted:
                return False
        elif isinstance(event, Birth):
            self.compiled.function(f"new_{event.machine}")(d, **self._entrance.keywords(event))
        else:
            d.config = self._entrance.configured(d.config, event.settings)
            self.compiled.function("configured")(d)
        if watch:
            watch(event)
        return True

    def _watcher(self, state: State, d: World, moves: list[Move]) -> Callable[[Input], None]:
        share = self.compiled.function("share")
        last = [state]
        done = [0, 0]

        def watch(event: Input) -> None:
            self._runner.note_deadlines(d)
            share(d)
            after = self._sealed_copy(d)
            moves.append(Move(event, last[0], after, tuple(d.commands[done[0] :]), tuple(d.path[done[1] :])))
            last[0] = after
            done[:] = [len(d.commands), len(d.path)]

        return watch

    def _sealed_copy(self, d: World) -> State:
        copy = self._draft(d)
        del copy.commands, copy.path
        return copy

    def _sealed(self, d: World, keep_ended: bool = False, shared: bool = False) -> Step:
        if keep_ended:
            self._runner.note_deadlines(d)
        else:
            self._runner.close(d, shared)
        result = Step(d, tuple(d.commands), d.deadline, tuple(d.path))
        d._views = d._memo = None
        del d.commands, d.path
        return result

    def _fail(self, error: Exception) -> NoReturn:
        if isinstance(error, (InputError, EngineFault, PolicyError)):
            raise error
        if isinstance(error, PolicyRaisedError):
            error.error.__suppress_context__ = True
            raise error.error
        raise self.compiled.fault(error) from error

    def _native(self, python: Any, trusted: model.Trusted) -> Callable[..., Any]:
        """The trusted function over views, as the generated code calls it: with a state and keys."""
        function = getattr(python, trusted.name)
        boolean = trusted.type == model.BOOL
        wraps: list[Callable[[State, Any], Any] | None] = []

        def call(d: World, *keys: Any) -> Any:
            answers = d._answers
            known = (function, keys)
            if answers is None:
                answers = d._answers = {}
            elif known in answers:
                return answers[known]
            answer = answers[known] = answer_of(d, keys)
            return answer

        def answer_of(d: World, keys: tuple[Any, ...]) -> Any:
            views = self._views
            if not wraps:
                wraps.extend(views.wrapper(p.type) for p in trusted.parameters)
            values = [wrap(d, key) if wrap else key for wrap, key in zip(wraps, keys, strict=True)]
            answer = plain(function(views.of(d), *values))
            if boolean and type(answer) is not bool:
                raise TypeError(f"{trusted.name} answered {answer!r}, not True or False")
            return answer

        return call


_engines: dict[type[Any], Engine[Any]] = {}


def load(system_class: type[S]) -> Engine[S]:
    """The engine of a system's class; read and compiled once."""
    if system_class not in _engines:
        from .reading import read

        _engines[system_class] = Engine(read(system_class))
    return _engines[system_class]
