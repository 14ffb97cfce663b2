"""What every station of plain objects needs at run time. Needs the standard library only, and little of it.

A station changes in place. Whatever a step writes is noted first, so that a step that is refused or fails changes
nothing, and so that only what was written is looked at again.
"""

from __future__ import annotations

from ..state import Birth, Configure, EngineFault, Event, InputError, PolicyError
from .fields import Fields, GoneError, unknown
from .things import Candidates, Fault, Thing, by_key, key_of, keys_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

LIMIT = 10_000
"""How many urgent events one point in time may bring; more is taken for a loop without an end."""


class Step:
    """What a step gives: the commands in order, the next deadline (in milliseconds, after ``station.now``; when it
    comes, step with the event ``None``), and the transitions taken, in order."""

    __slots__ = ("commands", "deadline", "path")

    def __init__(self, commands: tuple[Any, ...], deadline: int | None, path: tuple[Any, ...]) -> None:
        self.commands = commands
        self.deadline = deadline
        self.path = path

    def __repr__(self) -> str:
        return f"Step(commands={self.commands!r}, deadline={self.deadline!r}, path={self.path!r})"


class Refusal:
    """An event was refused; nothing was changed."""

    __slots__ = ("event", "reason")

    def __init__(self, event: Any, reason: str) -> None:
        self.event = event
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.event} is refused: {self.reason}"

    def __repr__(self) -> str:
        return f"<Refusal: {self}>"


class Station:
    """A system of things that changes in place. What is generated from a model is built on this."""

    __slots__ = (
        *(
            "_answers",
            "_armed",
            "_changed",
            "_dropped",
            "_ended",
            "_first",
            "_rearmed",
            "_looks",
            "_memo",
            "_memo_at",
            "_policies",
            "_seen",
            "_settled",
            "_steps",
        ),
        *("_undo", "_written", "commands", "config", "deadline", "now", "path"),
    )
    config: Any
    now: int
    """The time of the last step, in milliseconds."""
    deadline: int | None
    """The earliest deadline after ``now``."""
    commands: list[Any]
    """The commands of the last step, in order."""
    path: list[tuple[str, int, str | None, str, str]]
    """The transitions of the last step: machine, key, event (none at a choice), source and target."""
    _undo: list[tuple[Any, str | None, Any]]
    """What was written in this step: thing, field and what was there; no field for a new thing."""
    _seen: int
    """How much of that was looked at."""
    _changed: int
    """The machines of which something was written since, as bits; ``_dropped``: was dropped, ``_written``: at all."""
    _dropped: int
    _written: int
    _settled: bool
    """Nothing urgent is accepted; else everything has to be looked at."""
    _looks: tuple[set[Any], ...]
    _armed: tuple[dict[Any, int], ...]
    """The deadlines that are set, also those behind; ``_first`` is the earliest, ``_rearmed``: they have changed."""
    _first: int | None
    _rearmed: bool
    _ended: list[Any]
    _steps: int
    _answers: dict[Any, Any]
    """Those of trusted functions, while what they read is as it is."""
    _memo: dict[Any, Any]
    _memo_at: tuple[int, int]
    _policies: Mapping[str, Any]
    _machines: tuple[str, ...]
    _own: tuple[str, ...]
    _own_references: frozenset[str]
    _events: Mapping[tuple[str, str], tuple[str, Fields, str, bool]]
    _births: Mapping[str, tuple[Fields, Fields, bool]]
    _settings: Fields
    _own_fields: Fields
    _config_class: type
    _policy_functions: Mapping[str, Any]
    _follows: bool
    """Something may follow from an event: it has urgent events, deadlines, or things that end."""
    _concerned: int
    """The machines of which something has to be written before ended things are dropped, as bits."""

    def __init__(
        self,
        config: Any,
        births: Iterable[Birth] = (),
        *,
        fields: Mapping[str, object] | None = None,
        now: int = 0,
        policies: Mapping[str, Any] | None = None,
    ) -> None:
        """A station after these births, and the urgent events that follow, at ``now``."""
        self._empty(config, fields or {}, now, policies)
        try:
            for birth in births:
                self._enter(birth)()
            if self._follows:
                self._settle()
                self._close()
        except GoneError as error:
            raise InputError(str(error)) from None
        except Exception as error:
            raise self._told(error) from error
        self.commands, self.path = [], []

    @classmethod
    def of_rows(
        cls,
        config: Any,
        rows: Mapping[str, Mapping[int, tuple[Mapping[str, object], tuple[str, ...]]]],
        *,
        fields: Mapping[str, object] | None = None,
        now: int = 0,
        next_keys: Mapping[str, int] | None = None,
        policies: Mapping[str, Any] | None = None,
    ) -> Any:
        """A station with exactly this content, such as ``rows`` gives it."""
        station = cls.__new__(cls)
        station._empty(config, {}, now, policies)
        for machine in cls._machines:
            made = getattr(station, f"_{machine}")
            for key in sorted(rows.get(machine, {})):
                made[key] = station._blank(machine, key)
            following = max(rows.get(machine, {}), default=0) + 1
            setattr(station, f"_next_{machine}", (next_keys or {}).get(machine, following))
        for machine in cls._machines:
            for key, (given, states) in rows.get(machine, {}).items():
                one = getattr(station, f"_{machine}")[key]
                for name, value in cls._births[machine][1].taken(given, station, f"{machine} {key}").items():
                    setattr(one, name, value)
                for slot, state in zip(one._regions, states, strict=True):
                    setattr(one, slot, state)
        for name, value in cls._own_fields.taken(fields or {}, station).items():
            setattr(station, name, value)
        station._known_again()
        station._note_deadline()
        return station

    def rows(self) -> dict[str, dict[int, tuple[dict[str, Any], tuple[str, ...]]]]:
        """Everything written out: for each machine its things by key, with their fields (things as keys) and states."""
        return {
            machine: {
                key: (_written(one, one._fields, one._references), tuple([getattr(one, slot) for slot in one._regions]))
                for key, one in getattr(self, f"_{machine}").items()
            }
            for machine in self._machines
        }

    def own_fields(self) -> dict[str, Any]:
        """The fields of the system itself."""
        return _written(self, self._own, self._own_references)

    def next_keys(self) -> dict[str, int]:
        """The key that the next thing of each machine gets."""
        return {machine: getattr(self, f"_next_{machine}") for machine in self._machines}

    @property
    def memo(self) -> dict[Any, Any]:
        """What may be remembered while nothing changes."""
        at = (self._steps, len(self._undo))
        if self._memo_at != at:
            self._memo_at = at
            self._memo = {}
        return self._memo

    # --- steps ---

    def step(self, event: Any, now: int) -> Step | Refusal:
        """What follows when ``event`` comes at ``now``; ``None`` is the passing of time alone.

        Deadlines before ``now`` are served first, each at its own time; then comes the event, then what is urgent at
        ``now``. A clock that ran backwards stands still. What is refused, wrong or fails changes nothing.
        """
        self._undo.clear()
        self._seen = self._written = 0
        self._steps += 1
        before = (self.now, self.deadline, self.config)
        self.commands = []
        self.path = []
        try:
            if type(now) is not int:
                raise InputError(f"now is a point in time in milliseconds, an int, not {now!r}")
            does = None if event is None else self._enter(event)
            if now > self.now:
                self._advance(now)
            if does is not None and not does():
                refusal = Refusal(event, self._reason(event))
                self._back(*before)
                return refusal
            self._settle()
            self._close()
        except GoneError as error:
            self._back(*before)
            return Refusal(event, str(error))
        except BaseException as error:
            self._back(*before)
            if isinstance(error, Exception):
                raise self._told(error) from error
            raise
        return Step(tuple(self.commands), self.deadline, tuple(self.path))

    def fire(self, event: Callable[..., bool], *arguments: Any, now: int | None = None) -> bool:
        """An event of a thing, as a method of it; what comes from the program itself is not checked. Whether it was
        accepted; ``commands``, ``deadline`` and ``path`` tell what follows."""
        self._undo.clear()
        self._seen = self._written = 0
        self._steps += 1
        before, due, config = self.now, self.deadline, self.config
        self.commands = []
        self.path = []
        try:
            if now is not None and now > self.now:
                self._advance(now)
            if not event(*arguments):
                if self._undo or self.now != before:
                    self._back(before, due, config)
                return False
            if self._follows:
                self._settle()
                self._close()
        except BaseException as error:
            self._back(before, due, config)
            if isinstance(error, Exception):
                raise self._told(error) from error
            raise
        return True

    def checked(self, event: Any) -> Callable[[], bool]:
        """An input, checked once, as ``fire`` takes it: as often as you like, while the things that it names are there.

        Raises:
            InputError: it is wrong.
        """
        try:
            return self._enter(event)
        except GoneError as error:
            raise InputError(str(error)) from None

    def _advance(self, now: int) -> None:
        while self.deadline is not None and self.deadline < now:
            self.now = self.deadline
            self._settle()
            self._note_deadline()
        self.now = now

    def _settle(self) -> None:
        """Take urgent events until none is accepted; only what was touched is looked at."""
        if not self._settled or (self._first is not None and self._first <= self.now):
            self._look_at_time()
        for _ in range(LIMIT):
            self._look_at_changes()
            if not self._take_urgent():
                return
        machine, key, name, _, _ = self.path[-1]
        raise EngineFault(f"more than {LIMIT} urgent events at one time: {name} of {machine} {key} has no end", None)

    def _take_urgent(self) -> bool:
        for look in self._looks:
            if not look:
                continue
            if len(look) == 1:
                (one,) = look
                if one._urge(self):
                    return True
                look.clear()
                continue
            for one in sorted(look, key=by_key):
                if one._urge(self):
                    return True
                look.discard(one)
        return False

    def _pick(self, policy: str, one: Thing, candidates: Candidates) -> Any:
        """What a policy picks, or ``None``."""
        if not candidates:
            return None
        chosen: Any = None
        try:
            chosen = self._policies[policy](self, one, candidates, self.now)
        except Exception as error:
            if candidates.fault is None:
                raise _PolicyRaisedError(error) from error
        if candidates.fault is not None:
            raise candidates.fault
        if chosen is not None and chosen not in candidates:
            raise PolicyError(f"{policy} picked {chosen!r} for {one!r}, which is none of {[*candidates]}")
        candidates.close()
        return chosen

    def _close(self) -> None:
        if self._ended and self._written & self._concerned:
            self._drop_ended()
        if self._rearmed or (self.deadline is not None and self.deadline <= self.now):
            self._note_deadline()

    def _drop_ended(self) -> None:
        """Drop every ended thing that nothing living leads to, not even through other ended things."""
        kept = [one for one in self._ended if one._is_referred_to()]
        gone = {one: None for one in self._ended if one not in set(kept)}
        for one in kept:
            for name in one._references:
                value: Any = getattr(one, name)
                for other in (value,) if value is None or isinstance(value, Thing) else value:
                    if other in gone:
                        del gone[other]
                        kept.append(other)
        for one in gone:
            one._drop()
        if gone:
            self._ended = [one for one in self._ended if one not in gone]
            self._steps += 1

    def _note_deadline(self) -> None:
        now, earliest = self.now, None
        times = [at for armed in self._armed for at in armed.values()]
        for at in times:
            if at > now and (earliest is None or at < earliest):
                earliest = at
        self.deadline = earliest
        self._first = min(times, default=None)
        self._rearmed = False

    def _back(self, now: int, deadline: int | None, config: Any) -> None:
        """As if nothing had happened."""
        self.now, self.deadline, self.config = now, deadline, config
        self.commands, self.path = [], []
        self._answers.clear()
        if not self._undo:
            return
        for one, name, old in reversed(self._undo):
            if name is None:
                del getattr(self, f"_{type(one).__name__}")[one.key]
                setattr(self, f"_next_{type(one).__name__}", one.key)
            else:
                setattr(one, name, old)
        self._undo.clear()
        self._seen = 0
        self._known_again()

    def _told(self, error: Exception) -> Exception:
        """The error in terms of the model."""
        if isinstance(error, _PolicyRaisedError):
            return error.error
        if isinstance(error, (InputError, EngineFault, PolicyError)):
            return error
        reason = str(error) if isinstance(error, Fault) else f"{type(error).__name__}: {error}"
        if isinstance(error, AttributeError) and "'NoneType'" in str(error):
            reason = "an optional reference is read that is None"
        return EngineFault(reason, self._where(error))

    def _where(self, error: Exception) -> Any:
        """The line of the model that is to blame, where it is known."""
        return None

    # --- what comes from outside ---

    def _enter(self, event: Any) -> Callable[[], Any]:
        """What does an input, checked."""
        if isinstance(event, Event):
            return self._enter_event(event)
        if isinstance(event, Birth):
            return self._enter_birth(event)
        if isinstance(event, Configure):
            settings = self._settings.taken(event.settings, self)

            def change() -> bool:
                self.config = _with(self.config, settings)
                self._answers.clear()
                self._settled = False
                return True

            return change
        raise InputError(f"an event is an Event, a Birth, a Configure, or None for time alone, not {event!r}")

    def _enter_event(self, event: Event) -> Callable[[], bool]:
        try:
            entry = self._events.get((event.machine, event.name))
        except TypeError:  # a name that has no hash is no name
            entry = None
        if entry is None:
            self._known_machine(event.machine)
            outside = [n for (m, n), (_, _, why, _) in self._events.items() if m == event.machine and not why]
            raise unknown("event", event.name, outside, f"from outside {event.machine} takes")
        method, fields, why, timed = entry
        if why:
            raise InputError(f"{event.machine}.{event.name} {why}, it does not come from outside")
        given = fields.taken(event.arguments, self)
        all_things = getattr(self, f"_{event.machine}")
        if event.target is None:

            def offer() -> bool:
                taken = False
                if timed:
                    given["now"] = self.now
                for one in list(all_things.values()):
                    taken = getattr(one, method)(**given) or taken
                return taken

            return offer
        one = all_things.get(event.target) if type(event.target) is int else None
        if one is None:
            if type(event.target) is int and 0 < event.target < getattr(self, f"_next_{event.machine}"):
                raise GoneError(f"{event.machine} {event.target} has ended")
            raise InputError(f"there is no {event.machine} {event.target!r}")
        call = getattr(one, method)
        if timed:
            return lambda: call(**given, now=self.now)
        return (lambda: call(**given)) if given else call

    def _enter_birth(self, birth: Birth) -> Callable[[], bool]:
        self._known_machine(birth.machine)
        fields, _, inside = self._births[birth.machine]
        if inside:
            raise InputError(f"a {birth.machine} is made by the station itself, not from outside")
        if hasattr(birth.fields, "items"):
            own = self._births[birth.machine][1].kinds
            for name in birth.fields:
                if name in own and name not in fields.kinds:
                    raise InputError(
                        f"{name} of a {birth.machine} is not given from outside: it begins with its default"
                    )
        given = fields.taken(birth.fields, self)
        make = getattr(self, f"_new_{birth.machine}")

        def born() -> bool:
            make(**given)
            return True

        return born

    def _known_machine(self, name: object) -> None:
        if not isinstance(name, str) or name not in self._machines:
            raise unknown("machine", name, self._machines, f"{type(self).__name__} has")

    def _reason(self, event: Any) -> str:
        """Why no thing has accepted an event: the states that they are in."""
        all_things = getattr(self, f"_{event.machine}")
        asked = all_things.values() if event.target is None else [all_things[event.target]]
        told = [f"{e.__class__.__name__} {e.key} is {', '.join(getattr(e, s) for s in e._regions)}" for e in asked]
        return "; ".join(told) or f"there is no {event.machine}"

    # --- beginning ---

    def _empty(self, config: Any, fields: Mapping[str, object], now: int, policies: Mapping[str, Any] | None) -> None:
        if type(config) is not self._config_class:
            raise InputError(f"the configuration is a {self._config_class.__name__}, not {config!r}")
        if type(now) is not int:
            raise InputError(f"now is a point in time in milliseconds, an int, not {now!r}")
        for name in policies or {}:
            if name not in self._policy_functions:
                known = ", ".join(self._policy_functions) or "none"
                raise InputError(f"there is no policy {name!r}; the system has {known}")
        self._policies = {**self._policy_functions, **policies} if policies else self._policy_functions
        self.config = config
        self.now = now
        self.deadline = None
        self.commands, self.path = [], []
        self._undo = []
        self._ended = []
        self._seen = self._changed = self._dropped = self._written = self._steps = 0
        self._settled = True
        self._first, self._rearmed = None, False
        self._answers = {}
        self._memo, self._memo_at = {}, (0, 0)
        self._begin()
        self._settings.taken({name: getattr(config, name) for name in self._settings.kinds}, self)
        if fields or self._own_fields.required:
            for name, value in self._own_fields.taken(fields, self).items():
                setattr(self, name, value)

    # --- what is generated ---

    def _begin(self) -> None:
        """No things, and the system's fields as they begin."""
        raise NotImplementedError

    def _blank(self, machine: str, key: int) -> Any:
        """A thing of which only the key is known."""
        raise NotImplementedError

    def _known_again(self) -> None:
        """Put together anew what things are found by; what is urgent is not known."""
        raise NotImplementedError

    def _look_at_time(self) -> None:
        """Note whose time has come."""

    def _look_at_changes(self) -> None:
        """Note whose urgent events may have become acceptable by what was written."""


class _PolicyRaisedError(Exception):
    """A policy raised an error, which is its own, not the model's."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _written(of: Any, names: Iterable[str], references: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in names:
        value = getattr(of, name)
        if name in references:
            value = keys_of(value) if isinstance(value, frozenset) else key_of(value)
        found[name] = value
    return found


def _with(config: Any, settings: Mapping[str, Any]) -> Any:
    """A configuration with other settings."""
    return type(config)(**{name: settings.get(name, getattr(config, name)) for name in config.__match_args__})
