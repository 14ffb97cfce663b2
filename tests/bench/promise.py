"""How long the promise of reservations takes to decide, beside the enumeration of all orders and choices.

Each station has n EVSEs, n reservations and up to eight types, and is one in
which all reservations can be kept: then the enumeration may stop nowhere early, nor may the matching. The enumeration
tries every distinct order of arrival and every choice of each vehicle, and remembers nothing. It is given a minute
for all kinds of stations together; where that runs out, the time given is a lower bound of its time and of the ratio.
Its time grows faster than exponentially, so no larger station of the same kind is tried after that.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random

from statewatt.models.promise import can_all_be_kept

from .figures import Effort, Figure, Progress, Result

TYPES = "abcdefgh"
UNKNOWN = "unknown"
SIZES = (4, 5, 6, 7, 8, 12, 16, 32, 64, 128)
REPEATS = 21
SECONDS_FOR_ENUMERATION = 60.0
OURS, ENUMERATION = "matching", "enumeration"
NOTES = ("where the enumeration was stopped, its time is a lower bound (>), and no larger station was tried",)

Station = tuple[list[str], list[frozenset[str]]]  # the types wanted, and those of the connectors of each free EVSE


def alike(n: int) -> Station:
    """One type; the enumeration has a single order and n! choices."""
    return ["a"] * n, [frozenset("a")] * n


def everywhere(n: int) -> Station:
    """Eight types, each at every EVSE."""
    return [TYPES[i % 8] for i in range(n)], [frozenset(TYPES)] * n


def in_pairs(n: int) -> Station:
    """Eight types at EVSEs with two connectors; an EVSE shares both its types or none with another."""
    pairs = max(1, min(4, n // 2))
    wanted = [TYPES[2 * (i % pairs) + (i // pairs) % 2] for i in range(n)]
    return wanted, [frozenset(TYPES[2 * (i % pairs) :][:2]) for i in range(n)]


def mixed(n: int) -> Station:
    """Eight types, two to eight of them at random at each EVSE; as many reservations as are accepted, at most n."""
    random = Random(n)
    free = [frozenset(random.sample(TYPES, random.randint(2, 8))) for _ in range(n)]
    wanted: list[str] = []
    for each in (random.choice(TYPES) for _ in range(4 * n)):
        if len(wanted) < n and ours([*wanted, each], free):
            wanted.append(each)
    return wanted, free


STATIONS: tuple[Callable[[int], Station], ...] = (alike, everywhere, in_pairs, mixed)


def ours(wanted: Sequence[str], free: Sequence[frozenset[str]]) -> bool:
    """The answer of the matching, for a station of free EVSEs."""
    return can_all_be_kept(wanted=wanted, free=free, specific=0, evses=len(free), unknown=UNKNOWN)


def enumerated(wanted: Sequence[str], free: Sequence[frozenset[str]], deadline: float) -> bool:
    """The answer of the enumeration; TimeoutError once the deadline (on the performance counter) has passed."""
    return all(_all_park(order, list(free), deadline) for order in _orders(Counter(wanted)))


def _orders(left: Counter[str]) -> Iterator[tuple[str, ...]]:
    """Each distinct order of the types once."""
    if not left.total():
        yield ()
    for first in [each for each in left if left[each]]:
        left[first] -= 1
        yield from ((first, *rest) for rest in _orders(left))
        left[first] += 1


def _all_park(order: tuple[str, ...], free: list[frozenset[str]], deadline: float) -> bool:
    """In this order, everybody finds a place whatever those before it chose."""
    if not order:
        return True
    if time.perf_counter() > deadline:
        raise TimeoutError
    choices = [at for at, types in enumerate(free) if order[0] in types]
    return bool(choices) and all(_all_park(order[1:], free[:at] + free[at + 1 :], deadline) for at in choices)


def measure(effort: Effort, tell: Progress) -> Result:
    """Milliseconds of one answer, at each size; the enumeration as far as it gets."""
    figures: list[Figure] = []
    for station in STATIONS:
        what = _first_line(station)
        left = (1.0 if effort.quick else SECONDS_FOR_ENUMERATION) / len(STATIONS)
        for n in SIZES[:6] if effort.quick else SIZES:
            tell(f"promise: {what}: {n} EVSEs")
            wanted, free = station(n)
            samples = [_seconds(partial(ours, wanted, free)) for _ in range(5 if effort.quick else REPEATS)]
            figures.append(_figure(what, OURS, samples, n))
            if left > 0:
                begin = time.perf_counter()
                figures.append(_enumeration(what, wanted, free, n, begin + left))
                left -= time.perf_counter() - begin
    return Result(tuple(figures), notes=NOTES, beside=OURS, size="EVSEs")


def _first_line(station: Callable[[int], Station]) -> str:
    return (station.__doc__ or "").partition(".")[0].partition(";")[0]


def _figure(what: str, contender: str, seconds: Sequence[float], at: int, *, beyond: bool = False) -> Figure:
    return Figure(what, contender, "ms", tuple(each * 1_000 for each in seconds), at, beyond)


def _enumeration(what: str, wanted: list[str], free: list[frozenset[str]], at: int, deadline: float) -> Figure:
    """Up to five runs until the deadline; if not even one ends, the time that it was given."""
    taken: list[float] = []
    begin = time.perf_counter()
    while len(taken) < 5:
        try:
            taken.append(_seconds(partial(enumerated, wanted, free, deadline)))
        except TimeoutError:
            break
    if taken:
        return _figure(what, ENUMERATION, taken, at)
    return _figure(what, ENUMERATION, [time.perf_counter() - begin], at, beyond=True)


def _seconds(decide: Callable[[], bool]) -> float:
    """The time of one call, which must answer that all can be kept."""
    begin = time.perf_counter()
    kept = decide()
    end = time.perf_counter()
    if not kept:
        raise AssertionError("the two disagree, or the station is not one in which all can be kept")
    return end - begin
