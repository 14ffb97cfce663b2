"""Whether a charging station can keep all its reservations, decided by matchings instead of by trying every arrival.

A reservation without an EVSE promises *some* place of its type. The promise is adversarial: the vehicles may arrive in
any order and each may take any free EVSE that fits it; whatever they do, every later one must still find a place.

A vehicle of type t is left without a place exactly when others have taken every free EVSE that fits t. These EVSEs all
fit t, so its own kind can take what the other types leave. Hence:

    every vehicle of type t finds a place  ⟺  of the free EVSEs that fit t, the vehicles of the other types
                                              together can take at most (those EVSEs minus the vehicles of type t).

The most that the others can take is a maximum flow from types to EVSEs. EVSEs that fit the same wanted types are
interchangeable and counted together, so the cost follows the number of types, and of sets of types, not of EVSEs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import TypeVar

__all__ = ["can_all_be_kept"]

T = TypeVar("T", bound=Hashable)


def can_all_be_kept(
    *, wanted: Iterable[T], free: Iterable[AbstractSet[T]], specific: int, evses: int, unknown: T
) -> bool:
    """Whatever the vehicles with a reservation do, every one of them finds a place.

    wanted    the connector types of all reservations without an EVSE, the one asked for included;
              a reservation without a type wants `unknown`
    free      for each EVSE that such a vehicle may take (no vehicle, no occupied connector, not granted, no specific
              reservation): the types of its available connectors; an empty set fits nobody
    specific  the number of reservations of a specific EVSE, a supposed one included
    evses     the number of EVSEs in the station, unusable ones included
    unknown   the type that fits every other, on either side

    With no one in `wanted` the numbers alone decide. No order has a meaning.
    """
    vehicles = Counter(wanted)
    if vehicles.total() + specific > evses:
        return False
    places: Counter[frozenset[T]] = Counter()
    for available, count in Counter(map(frozenset, free)).items():
        places[frozenset(each for each in vehicles if _fits(each, available, unknown))] += count
    return all(_all_find_a_place(each, vehicles, places) for each in vehicles)


def _fits(wanted: T, available: AbstractSet[T], unknown: T) -> bool:
    """One of the available connectors serves the wanted type."""
    return wanted in available or unknown in available or (wanted == unknown and bool(available))


def _all_find_a_place(wanted: T, vehicles: Mapping[T, int], places: Mapping[frozenset[T], int]) -> bool:
    """The other types always leave enough places for all vehicles of this one.

    A place is told by the set of the types that fit it.
    """
    contested = {fitting - {wanted}: count for fitting, count in places.items() if wanted in fitting}
    spare = sum(contested.values()) - vehicles[wanted]
    rivals = {each: count for each, count in vehicles.items() if each != wanted}
    return sum(rivals.values()) <= spare or _most_parked(rivals, contested) <= spare


def _most_parked(vehicles: Mapping[T, int], places: Mapping[frozenset[T], int]) -> int:
    """The most vehicles that can stand at once, each on a place that fits it."""
    left = dict(places)
    parked: dict[frozenset[T], Counter[T]] = {place: Counter() for place in places}
    for arriving, count in vehicles.items():
        waiting = count
        while waiting and (moves := _moves_to_park(arriving, parked, left)):
            vacated = [(place, leaving) for (_, place), (leaving, _) in pairwise(moves)]
            last = moves[-1][1]
            many = min(waiting, left[last], *(parked[place][leaving] for place, leaving in vacated))
            for entering, place in moves:
                parked[place][entering] += many
            for place, leaving in vacated:
                parked[place][leaving] -= many
            left[last] -= many
            waiting -= many
    return sum(places.values()) - sum(left.values())


def _moves_to_park(
    arriving: T, parked: Mapping[frozenset[T], Counter[T]], left: Mapping[frozenset[T], int]
) -> list[tuple[T, frozenset[T]]]:
    """The fewest moves (who enters which place) that let one more vehicle of this type stand; none if it cannot.

    Who enters takes the place of who makes the next move; the last one enters a place that is left.
    """
    displaced_by: dict[T, tuple[T, frozenset[T]] | None] = {arriving: None}
    reached = [arriving]
    for entering in reached:
        for place, standing in parked.items():
            if entering not in place:
                continue
            if left[place]:
                moves = [(entering, place)]
                while (move := displaced_by[moves[-1][0]]) is not None:
                    moves.append(move)
                return moves[::-1]
            for leaving, count in standing.items():
                if count and leaving not in displaced_by:
                    displaced_by[leaving] = (entering, place)
                    reached.append(leaving)
    return []
