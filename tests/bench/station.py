"""A whole station: from the swipe to the decision, and a full start–stop cycle, beside a station written by hand.

Both get the same inputs at the same times, ready to be taken: what checks and makes them (``Requests``) is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from statewatt.engine import Birth, Event, Refusal, load
from statewatt.models.requests import Requests, Topology, config
from statewatt.models.station import ChargingStation, Config
from statewatt.models.values import ConnectorType

from . import by_hand
from .by_hand.inputs import call_of
from .figures import Contender, Effort, Figure, Outcome, Progress, Result, Target, found, ratio
from .timing import interleaved

Input = Birth | Event
Call = Callable[[int], Sequence[Any]]
"""An input that is ready: at a time in milliseconds, it gives the commands."""

OURS = "statewatt, pure step"
IN_PLACE = "statewatt, in place"
BY_HAND = "by hand"
DECISION = "token to decision"
CYCLE = "start–stop cycle"
SIZES = (1, 2, 10, 50, 128)
QUICK_SIZES = (2, 10)
ROTATION = 8
"""How many EVSEs take their turns, where tokens are for one EVSE."""


class Runner(Protocol):
    """A way to run a station of a topology and a configuration: all that a further contender has to be."""

    def ready(self, given: Input) -> Call:
        """What takes this input."""
        ...


class PureStep:
    """Run by ``engine.step``."""

    def __init__(self, topology: Topology, settled: Config) -> None:
        engine = load(ChargingStation)
        self._step = engine.step
        self._state = engine.start(settled, topology.births)

    def ready(self, given: Input) -> Call:
        """A step with it."""
        return partial(self._take, given)

    def _take(self, given: Input, now: int) -> Sequence[Any]:
        result = self._step(self._state, given, now)
        if isinstance(result, Refusal):
            raise AssertionError(result)
        self._state = result.state
        return result.commands


class InPlace:
    """Run in place."""

    def __init__(self, topology: Topology, settled: Config) -> None:
        self._station = load(ChargingStation).live(settled, topology.births)

    def ready(self, given: Input) -> Call:
        """A step with it, checked now."""
        return partial(self._take, self._station.checked(given))

    def _take(self, given: Callable[[], bool], now: int) -> Sequence[Any]:
        station = self._station
        if not station.fire(given, now=now):
            raise AssertionError("it is refused")
        return station.commands


class ByHand:
    """The station written by hand."""

    def __init__(self, topology: Topology, settled: Config) -> None:
        self._station = by_hand.Station(topology, settled)

    def ready(self, given: Input) -> Call:
        """A call of its method."""
        return call_of(self._station, given)


CONTENDERS = (Contender(OURS, PureStep), Contender(IN_PLACE, InPlace), Contender(BY_HAND, ByHand))


@dataclass(frozen=True)
class Variant:
    """What tokens are for, and what the other EVSEs do."""

    for_all: bool
    half_charging: bool = False
    reservations: int = 0

    @property
    def text(self) -> str:
        """For people."""
        tokens = "token for all EVSEs" if self.for_all else "token for one EVSE"
        others = "half of the others charging" if self.half_charging else "others idle"
        return f"{tokens}, {others}{f', {self.reservations} reservations' if self.reservations else ''}"

    @property
    def sizes(self) -> Sequence[int]:
        """Reservations without an EVSE need room."""
        return [n for n in SIZES if n > 2 * self.reservations]


VARIANTS = (
    Variant(for_all=False),
    Variant(for_all=True),
    Variant(for_all=False, half_charging=True),
    Variant(for_all=True, half_charging=True),
    Variant(for_all=True, reservations=2),
)


def cycle(topology: Topology, evse: int, token: str, listed: list[int] | None) -> Iterator[Input]:
    """A swipe, a plug-in, a transaction, and the end of both; ``listed`` is what the token is for, ``None`` for all."""
    requests = Requests(topology)
    yield requests.present(token, connectors=listed, prevalidated=True)
    for event in ("SessionStarted", "TransactionStarted", "TransactionFinished", "SessionFinished"):
        reported = requests.session_event(evse, event, 1, "EVConnected")
        assert reported is not None
        yield reported


class Scene:
    """A station of ``size`` EVSEs, prepared as the variant says, and its cycles, for one contender."""

    def __init__(self, contender: Contender, variant: Variant, size: int) -> None:
        topology = Topology([(n, [(1, ConnectorType.cCCS2)]) for n in range(1, size + 1)])
        self.runner: Runner = contender.make(topology, config({"connection_timeout": 60}))
        self.now = 0
        charging = range(2, size + 1, 2) if variant.half_charging else ()
        for n in charging:
            self._take(*list(cycle(topology, n, f"OTHER{n}", [n]))[:3])
        for n in range(variant.reservations):
            self._take(Requests(topology).reserve(n, f"AWAITED{n}", now=0, notify=False))
        idle = [n for n in range(1, size + 1) if n not in charging]
        turns = idle[:1] if variant.for_all else idle[:: max(1, len(idle) // ROTATION)][:ROTATION]
        given = [cycle(topology, n, f"CARD{n}", None if variant.for_all else [n]) for n in turns]
        self.cycles = [tuple(self.runner.ready(each) for each in inputs) for inputs in given]

    def _take(self, *given: Input) -> None:
        for each in given:
            self.now += 1_000
            self.runner.ready(each)(self.now)

    def commands(self) -> list[Any]:
        """What one round of all cycles gives."""
        told: list[Any] = []
        for calls in self.cycles:
            for call in calls:
                self.now += 1_000
                told += call(self.now)
        return told

    def turn(self, least: float) -> tuple[float, float]:
        """Microseconds of a decision, and of an input of the cycle."""
        clock, now, cycles = time.perf_counter, self.now, 0
        decisions, begin = 0.0, clock()
        while (spent := clock() - begin) < least:
            for swipe, plug_in, start, finish, leave in self.cycles:
                before = clock()
                swipe(now + 1_000)
                decisions += clock() - before
                plug_in(now + 2_000)
                start(now + 3_000)
                finish(now + 4_000)
                now += 5_000
                leave(now)
            cycles += len(self.cycles)
        self.now = now
        return decisions / cycles * 1e6, spent / cycles / 5 * 1e6


def measure(effort: Effort, tell: Progress) -> Result:
    """Microseconds of an input, at each size, in each variant."""
    figures: list[Figure] = []
    for variant in VARIANTS:
        sizes = [n for n in variant.sizes if n in QUICK_SIZES] if effort.quick else variant.sizes
        scenes = {(c.name, n): Scene(c, variant, n) for n in sizes for c in CONTENDERS}
        for n in sizes:
            _agree([scenes[c.name, n] for c in CONTENDERS])
        turns = {key: partial(scene.turn, effort.seconds) for key, scene in scenes.items()}
        for (name, n), pairs in interleaved(turns, effort.rounds, tell, f"station, {variant.text}").items():
            for what, samples in zip((DECISION, CYCLE), zip(*pairs, strict=True), strict=True):
                figures.append(Figure(f"{what}, {variant.text}", name, "µs", tuple(samples), n))
    figures.sort(key=lambda f: f.what.startswith(CYCLE))
    return Result(tuple(figures), tuple(_outcomes(figures)), beside=BY_HAND, size="EVSEs")


def _agree(scenes: Sequence[Scene]) -> None:
    first, *others = [scene.commands() for scene in scenes]
    if any(each != first for each in others):
        raise AssertionError("the contenders do not give the same commands")


def _outcomes(figures: Sequence[Figure]) -> Iterator[Outcome]:
    """Beside the station by hand, the worst of the sizes; and how the cost grows with the size."""
    whats, names = (dict.fromkeys(each) for each in ([f.what for f in figures], [f.contender for f in figures]))
    for ours in (name for name in names if name != BY_HAND):
        for what in whats:
            worst = max(_beside(figures, what, ours), default=None)
            if worst is not None:
                yield Outcome(f"{ours}, beside by hand: {what}", worst, "×", Target(2, most=True))
    for name in names:
        for what in whats:
            small, large = found(figures, what, name, 2), found(figures, what, name, 128)
            if small and large:
                yield Outcome(f"{name}, 128 EVSEs beside 2: {what}", ratio(large, small), "×", Target(1.5, most=True))


def _beside(figures: Sequence[Figure], what: str, ours: str) -> Iterator[float]:
    for figure in figures:
        if (figure.what, figure.contender) == (what, ours):
            other = found(figures, what, BY_HAND, figure.at)
            if other:
                yield ratio(figure, other)
