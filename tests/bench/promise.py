"""How long the promise of reservations takes to decide, beside the enumeration of all orders and choices.

Run as `python tests/bench/promise.py`. Each station has n EVSEs, n reservations and up to eight types, and is one in
which all reservations can be kept: then the enumeration may stop nowhere early, nor may the matching. The enumeration
tries every distinct order of arrival and every choice of each vehicle, and remembers nothing. It is given a bounded
time; where that runs out, the time given is a lower bound of its time and of the ratio. Its time grows faster than
exponentially, so no larger station of the same kind is tried after that.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random

from statewatt.models.promise import can_all_be_kept

TYPES = "abcdefgh"
UNKNOWN = "unknown"
SIZES = (4, 5, 6, 7, 8, 12, 16, 32, 64, 128)
REPEATS = 21
SECONDS_FOR_ENUMERATION = 10.0

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


def seconds(decide: Callable[[], bool]) -> float:
    """The time of one call, which must answer that all can be kept."""
    start = time.perf_counter()
    kept = decide()
    end = time.perf_counter()
    if not kept:
        raise AssertionError("the two disagree, or the station is not one in which all can be kept")
    return end - start


def enumeration_seconds(wanted: list[str], free: list[frozenset[str]]) -> float | None:
    """The median of up to five runs within the time allowed; none if not even one fits in."""
    taken: list[float] = []
    deadline = time.perf_counter() + SECONDS_FOR_ENUMERATION
    while len(taken) < 5:
        try:
            taken.append(seconds(partial(enumerated, wanted, free, deadline)))
        except TimeoutError:
            break
    return statistics.median(taken) if taken else None


def main() -> None:
    """Print one table for each kind of station."""
    print(f"Python {sys.version.split()[0]}; medians of {REPEATS} runs (enumeration: of up to 5)\n")
    for station in STATIONS:
        print(station.__doc__)
        print(f"{'EVSEs':>7}{'wanted':>8}{'matching':>14}{'enumeration':>16}{'ratio':>15}")
        exhausted = False
        for n in SIZES:
            wanted, free = station(n)
            matching = statistics.median(seconds(partial(ours, wanted, free)) for _ in range(REPEATS))
            row = f"{n:>7}{len(wanted):>8}{matching * 1e3:>11.3f} ms"
            if not exhausted:
                enumeration = enumeration_seconds(wanted, free)
                exhausted = enumeration is None
                bound, shown = ("> ", SECONDS_FOR_ENUMERATION) if enumeration is None else ("", enumeration)
                row += f"{f'{bound}{shown * 1e3:,.1f} ms':>16}{f'{bound}{shown / matching:,.0f}':>15}"
            print(row, flush=True)
        print()


if __name__ == "__main__":
    main()
