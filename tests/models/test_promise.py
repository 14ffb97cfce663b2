"""The promise of reservations: the matching against its adversarial definition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, combinations, combinations_with_replacement, permutations, product
from random import Random
from typing import NamedTuple, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.models.promise import can_all_be_kept

UNKNOWN = "Unknown"
CCS, TYPE_2, TESLA, TYPE_3 = "CCS", "Type 2", "Tesla", "Type 3"

E = TypeVar("E")

Types = tuple[str, ...]  # sorted: a multiset of wanted types, or the set of the available types of one EVSE
Places = tuple[Types, ...]  # sorted: a multiset of free EVSEs


# The definition ------------------------------------------------------------------------------------------------------


def fits(wanted: str, available: Types) -> bool:
    """One of the available connectors serves the wanted type; Unknown fits every other, on either side."""
    return any(wanted == UNKNOWN or connector in (UNKNOWN, wanted) for connector in available)


@lru_cache(maxsize=1 << 18)
def every_arrival_ends_well(wanted: Types, free: Places) -> bool:
    """Whoever arrives next finds a place and, whichever it takes, so does everybody after it."""
    for arriving in set(wanted):
        choices = {place for place in free if fits(arriving, place)}
        if not choices:
            return False
        waiting = without(wanted, arriving)
        if not all(every_arrival_ends_well(waiting, without(free, taken)) for taken in choices):
            return False
    return True


def without(things: tuple[E, ...], one: E) -> tuple[E, ...]:
    """The things, in their order, without one that equals `one`."""
    at = things.index(one)
    return things[:at] + things[at + 1 :]


def defined(wanted: Sequence[str], free: Sequence[Types], specific: int, evses: int) -> bool:
    """The definition: no more reservations than EVSEs, and every arrival ends well."""
    return len(wanted) + specific <= evses and every_arrival_ends_well(tuple(sorted(wanted)), tuple(sorted(free)))


def decided(wanted: Sequence[str], free: Sequence[Types], specific: int = 0, evses: int | None = None) -> bool:
    """The answer of the matching; every EVSE is free unless told otherwise."""
    return can_all_be_kept(
        wanted=wanted,
        free=[frozenset(place) for place in free],
        specific=specific,
        evses=len(free) if evses is None else evses,
        unknown=UNKNOWN,
    )


def witnessed(wanted: Sequence[str], free: Sequence[Types]) -> bool:
    """Each type has a witness that its places suffice: a set of wanted types, itself among them, and EVSEs that fit it
    and no wanted type outside the set, as many as there are vehicles of the whole set.

    These EVSEs go to vehicles of the set alone, and only the last of all these vehicles can take the last of them.
    By Hall's theorem the definition holds only with a witness: no flow is needed, but all sets of types are tried.
    """
    vehicles = Counter(wanted)
    places = Counter(frozenset(each for each in vehicles if fits(each, place)) for place in free)

    def has_witness(each: str) -> bool:
        others = [other for other in vehicles if other != each]
        chosen = chain.from_iterable(combinations(others, size) for size in range(len(others) + 1))
        return any(
            sum(count for place, count in places.items() if each in place and place.issubset((each, *group)))
            >= vehicles[each] + sum(vehicles[other] for other in group)
            for group in chosen
        )

    return all(has_witness(each) for each in vehicles)


# Exhaustive ----------------------------------------------------------------------------------------------------------


def sets_of(types: Sequence[str]) -> list[Types]:
    """All subsets of the types, each sorted; the empty one is an EVSE whose connectors are all unusable."""
    return sorted(
        tuple(sorted(each for each, chosen in zip(types, bits, strict=True) if chosen))
        for bits in product((False, True), repeat=len(types))
    )


def multisets_of(things: Sequence[E], at_most: int) -> Iterator[tuple[E, ...]]:
    """All multisets of up to so many of the things, each in the order of `things`."""
    for size in range(at_most + 1):
        yield from combinations_with_replacement(things, size)


def test_agrees_with_the_definition_on_every_station_of_up_to_five_evses() -> None:
    """Five EVSEs, five reservations without an EVSE, three types (one Unknown), any number of specific reservations.

    Three things are left out, because nothing depends on them:

    - the order of EVSEs and of reservations. In the definition every order of arrival and every free EVSE is tried,
      so a new numbering tries the same arrivals under other names: EVSEs and reservations count as multisets.
    - what an EVSE has beyond the set of the types of its available connectors. One vehicle takes the whole EVSE, and
      whether it may depends on that set alone: a second connector of the same type, or one that is not available,
      changes nothing. A set of two or three types is an EVSE with two or three connectors.
    - why an EVSE is not free. It is in nobody's choice: it counts among `evses`, its reservation in `specific`.

    `test_numbering_and_unusable_parts_mean_nothing` checks all three on stations spelt out in full.
    """
    types = sorted((CCS, TYPE_2, UNKNOWN))
    compared = Counter[bool]()
    for free in multisets_of(sets_of(types), 5):
        places = [frozenset(place) for place in free]
        for wanted in multisets_of(types, 5):
            ends_well = every_arrival_ends_well(wanted, free)
            for evses in range(len(free), 6):
                for specific in range(evses + 1):
                    expected = ends_well and len(wanted) + specific <= evses
                    answer = can_all_be_kept(
                        wanted=wanted, free=places, specific=specific, evses=evses, unknown=UNKNOWN
                    )
                    assert answer is expected, (wanted, free, specific, evses)
                    compared[answer] += 1
    assert compared.total() == 616_616
    assert compared[True] > 30_000


class Connector(NamedTuple):
    type: str
    available: bool


class Evse(NamedTuple):
    """An EVSE spelt out: its connectors in their order, and what takes it out of the game."""

    connectors: tuple[Connector, ...]
    plugged_in: bool
    reserved: bool


def some_order_strands_a_vehicle(station: Sequence[Evse], wanted: Sequence[str]) -> bool:
    """Every order and every choice by number, nothing remembered and nothing counted together."""

    def strands(arrivals: Sequence[str], taken: frozenset[int]) -> bool:
        if not arrivals:
            return False
        choices = [
            number
            for number, evse in enumerate(station)
            if number not in taken
            and not evse.plugged_in
            and not evse.reserved
            and any(
                c.available and (UNKNOWN in (c.type, arrivals[0]) or c.type == arrivals[0]) for c in evse.connectors
            )
        ]
        return not choices or any(strands(arrivals[1:], taken | {number}) for number in choices)

    return any(strands(order, frozenset()) for order in permutations(wanted))


@pytest.mark.parametrize(("evses", "connectors", "reservations"), [(2, 2, 2), (3, 1, 3)])
def test_numbering_and_unusable_parts_mean_nothing(evses: int, connectors: int, reservations: int) -> None:
    """Numbered EVSEs, each with numbered connectors, and numbered reservations: the same answer, no symmetry used."""
    types = (CCS, TYPE_2, UNKNOWN)
    each_connector = [Connector(*parts) for parts in product(types, (True, False))]
    each_evse = [
        Evse(chosen, *state)
        for count in range(1, connectors + 1)
        for chosen in product(each_connector, repeat=count)
        for state in ((False, False), (True, False), (False, True))
    ]
    for station in product(each_evse, repeat=evses):
        free = [
            tuple(sorted({c.type for c in evse.connectors if c.available}))
            for evse in station
            if not evse.plugged_in and not evse.reserved
        ]
        specific = sum(evse.reserved for evse in station)
        for count in range(reservations + 1):
            for wanted in product(types, repeat=count):
                spelt_out = count + specific <= evses and not some_order_strands_a_vehicle(station, wanted)
                assert decided(wanted, free, specific, evses) is spelt_out, (station, wanted)
                assert defined(wanted, free, specific, evses) is spelt_out, (station, wanted)


# Properties ----------------------------------------------------------------------------------------------------------

ALL_TYPES: tuple[str, ...] = (CCS, TYPE_2, TESLA, TYPE_3, UNKNOWN)
a_type = st.sampled_from(ALL_TYPES)
a_place = st.frozensets(a_type, max_size=3).map(lambda types: tuple(sorted(types)))


class Question(NamedTuple):
    wanted: Sequence[str]
    free: Sequence[Types]
    specific: int
    evses: int

    def decided(self) -> bool:
        return decided(*self)


@st.composite
def questions(draw: st.DrawFn, evses: int = 8) -> Question:
    """Any station: free EVSEs, others, and about as many reservations as there are EVSEs."""
    free = draw(st.lists(a_place, max_size=evses))
    others = draw(st.integers(0, evses - len(free)))
    wanted = draw(st.lists(a_type, max_size=len(free) + 1))
    return Question(wanted, free, draw(st.integers(0, others + 1)), len(free) + others)


@st.composite
def promises(draw: st.DrawFn, evses: int = 8) -> Question:
    """A station with reservations as they come about: asked for one by one, refused if they could not all be kept.

    Few kinds of places and one asked for after another make long promises likely, which drawn at random are rare.
    """
    kinds = draw(st.lists(a_place.filter(bool), min_size=1, max_size=4))
    free = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=evses))
    wanted: list[str] = []
    for asked in draw(st.lists(st.sampled_from([t for t in ALL_TYPES if any(fits(t, k) for k in kinds)]), max_size=12)):
        if decided([*wanted, asked], free):
            wanted.append(asked)
    return Question(wanted, free, 0, len(free))


@settings(max_examples=300, deadline=None)
@given(questions())
def test_agrees_with_the_definition_on_any_question(question: Question) -> None:
    assert decided(*question) is defined(*question)
    assert every_arrival_ends_well(tuple(sorted(question.wanted)), tuple(sorted(question.free))) is witnessed(
        question.wanted, question.free
    )


@pytest.mark.parametrize("seed", range(20))
def test_agrees_with_witnesses_where_many_types_compete(seed: int) -> None:
    """Six types at up to forty EVSEs, asked for one by one up to the limit: there, vehicles give way to each other."""
    random = Random(seed)
    for number in range(20):
        types = (*ALL_TYPES, "CCS 1") if number % 4 == 0 else (*ALL_TYPES[:-1], "CCS 1", "Type 1")
        kinds = [
            tuple(sorted(random.sample(types, random.choice((1, 1, 2, 2, 3, 4))))) for _ in range(random.randint(3, 9))
        ]
        free = random.choices(kinds, k=random.randint(4, 40))
        likely = [random.random() for _ in types]
        wanted: list[str] = []
        for asked in random.choices(types, likely, k=2 * len(free)):
            more = [*wanted, asked]
            random.shuffle(more)
            kept = witnessed(more, free) and len(more) <= len(free)
            assert decided(more, random.sample(free, len(free))) is kept, (more, free)
            if kept:
                wanted = more


@settings(max_examples=150, deadline=None)
@given(promises(), a_type)
def test_agrees_with_the_definition_on_a_promise_and_on_one_reservation_more(promise: Question, asked: str) -> None:
    assert defined(*promise)
    more = promise._replace(wanted=[*promise.wanted, asked])
    assert decided(*more) is defined(*more)


@settings(max_examples=150, deadline=None)
@given(st.one_of(questions(24), promises(24)))
def test_is_its_own_next_arrival(question: Question) -> None:
    """All can be kept exactly when whoever comes next finds a place and, whichever it takes, all others still can be.

    With the empty question this determines every answer, at sizes where the definition itself takes too long.
    """
    wanted, free, specific, evses = question
    if len(wanted) + specific > evses:
        assert not question.decided()
        return
    ends_well = all(
        (choices := {place for place in free if fits(arriving, place)})
        and all(
            decided(without(tuple(wanted), arriving), without(tuple(free), taken), specific, evses) for taken in choices
        )
        for arriving in set(wanted)
    )
    assert question.decided() is ends_well


@settings(max_examples=150, deadline=None)
@given(st.one_of(questions(16), promises(16)), st.data())
def test_order_and_names_mean_nothing(question: Question, data: st.DataObject) -> None:
    renamed = dict(zip(ALL_TYPES, [*data.draw(st.permutations(ALL_TYPES[:-1])), UNKNOWN], strict=True))
    wanted = [renamed[each] for each in data.draw(st.permutations(question.wanted))]
    free = [tuple(renamed[each] for each in place) for place in data.draw(st.permutations(question.free))]
    assert decided(wanted, free, question.specific, question.evses) is question.decided()


@settings(max_examples=150, deadline=None)
@given(promises(16), st.data())
def test_what_can_be_kept_stays_so_with_less_to_keep_or_more_to_give(promise: Question, data: st.DataObject) -> None:
    """Fewer reservations of either kind, one more EVSE that is not free, one more free EVSE of any kind."""
    wanted, free, _, evses = promise
    if wanted:
        fewer = without(tuple(wanted), data.draw(st.sampled_from(wanted)))
        assert decided(fewer, free)
        assert decided(fewer, free, specific=1, evses=evses)
    assert decided(wanted, free, specific=0, evses=evses + 1)
    assert decided(wanted, free, specific=1, evses=evses + 1)
    assert decided(wanted, [*free, data.draw(a_place)])


@pytest.mark.parametrize(
    ("kept", "broken"),
    [
        # A connector more lets a stranger to the place in.
        (([CCS, TYPE_2], [(CCS,), (TYPE_2,)]), ([CCS, TYPE_2], [(CCS, TYPE_2), (TYPE_2,)])),
        (([CCS, TYPE_2], [(CCS,), (TYPE_2,)]), ([CCS, TYPE_2], [(UNKNOWN,), (TYPE_2,)])),
        # So does a vehicle that is content with more; and one content with less may find nothing.
        (([CCS, TYPE_2], [(CCS,), (TYPE_2,)]), ([CCS, UNKNOWN], [(CCS,), (TYPE_2,)])),
        (([UNKNOWN], [(CCS,)]), ([TYPE_2], [(CCS,)])),
    ],
)
def test_more_to_choose_from_can_break_a_promise(
    kept: tuple[list[str], list[Types]], broken: tuple[list[str], list[Types]]
) -> None:
    """Monotone in EVSEs and reservations, but neither in connectors nor in what a reservation is content with."""
    assert decided(*kept)
    assert not decided(*broken)


# Known cases ---------------------------------------------------------------------------------------------------------

Asked = tuple[str | int, str, bool]  # a type, or the number of an EVSE to reserve; why; kept or not

ONE_AND_TWO_COMBINED: list[Types] = [(CCS,), (CCS, TYPE_2), (CCS, TYPE_2)]
OVERLAPPING: list[Types] = [(TYPE_2,), (CCS, TYPE_2), (CCS,)]
THREE_COMBINED_AND_ONE: list[Types] = [(CCS, TYPE_2), (CCS, TYPE_2), (CCS, TYPE_2), (TYPE_2,)]

KNOWN: dict[str, tuple[list[Types], list[Asked]]] = {
    "as many of one type as there are places": (
        ONE_AND_TWO_COMBINED,
        [
            (CCS, "three places", True),
            (CCS, "three places", True),
            (CCS, "three places", True),
            (CCS, "none is left", False),
            (TYPE_2, "none is left", False),
        ],
    ),
    "two places for both types": (
        ONE_AND_TWO_COMBINED,
        [
            (TYPE_2, "two places", True),
            (CCS, "whoever is first, one of the two stays free", True),
            (TYPE_2, "CCS may take one of the two", False),
            (CCS, "two CCS may take both", False),
        ],
    ),
    "two of the rarer type": (
        ONE_AND_TWO_COMBINED,
        [
            (TYPE_2, "two places", True),
            (TYPE_2, "two places", True),
            (CCS, "it may take one of the two", False),
            (TYPE_2, "none is left", False),
        ],
    ),
    "one place of the rarer type, others first": (
        [(CCS,), (CCS,), (CCS, TYPE_2), (CCS,)],
        [
            (CCS, "four places", True),
            (TYPE_2, "CCS may take its only place", False),
            (CCS, "four places", True),
        ],
    ),
    "one place of the rarer type, that type first": (
        [(CCS,), (CCS,), (CCS, TYPE_2)],
        [
            (TYPE_2, "its only place", True),
            (TYPE_2, "none is left", False),
            (CCS, "it may take the only place of Type 2, though two others are free", False),
        ],
    ),
    "a single EVSE": (
        [(CCS, TYPE_3)],
        [(TYPE_2, "no such connector", False), (UNKNOWN, "fits every connector", True), (CCS, "none is left", False)],
    ),
    "everything everywhere": (
        [(CCS, TYPE_2)] * 3,
        [
            (UNKNOWN, "three places", True),
            (CCS, "three places", True),
            (TYPE_2, "three places", True),
            (CCS, "none is left", False),
            (UNKNOWN, "none is left", False),
        ],
    ),
    "connectors of unknown type": (
        [(UNKNOWN,)] * 3,
        [
            (CCS, "fits", True),
            (UNKNOWN, "fits", True),
            (TESLA, "fits", True),
            (CCS, "none is left", False),
        ],
    ),
    "one type only": (
        [(CCS,)] * 3,
        [
            (CCS, "three places", True),
            (UNKNOWN, "three places", True),
            (TYPE_2, "no such connector", False),
            (CCS, "three places", True),
            (CCS, "none is left", False),
        ],
    ),
    "a ring of three types": (
        [(CCS, TYPE_2), (TYPE_2, TESLA), (TESLA, CCS)],
        [
            (CCS, "two places", True),
            (TYPE_2, "two places, of which CCS takes at most one", True),
            (TESLA, "the two others may take both of its places", False),
            (CCS, "Type 2 and CCS may take both", False),
            (TYPE_2, "CCS and Type 2 may take both", False),
        ],
    ),
    "a type, then EVSEs": (
        OVERLAPPING,
        [
            (TYPE_2, "two places", True),
            (1, "the first EVSE is left", True),
            (2, "does not fit Type 2", True),
            (0, "the last place of Type 2", False),
            (TYPE_2, "one place for two", False),
            (CCS, "no CCS is left", False),
        ],
    ),
    "types with an EVSE between": (
        OVERLAPPING,
        [
            (TYPE_2, "two places", True),
            (1, "the first EVSE is left", True),
            (TYPE_2, "one place for two", False),
            (CCS, "the two no longer share a place", True),
            (TYPE_2, "none is left", False),
            (CCS, "none is left", False),
            (2, "the last place of CCS", False),
            (0, "the last place of Type 2", False),
        ],
    ),
    "EVSEs, then a type": (
        THREE_COMBINED_AND_ONE,
        [
            (2, "three others", True),
            (1, "two others", True),
            (CCS, "the first EVSE", True),
            (CCS, "one place for two", False),
            (TYPE_2, "it may take the only CCS", False),
            (0, "the only CCS", False),
            (3, "does not fit CCS", True),
        ],
    ),
}


@pytest.mark.parametrize(("places", "script"), KNOWN.values(), ids=KNOWN)
def test_known_cases(places: list[Types], script: list[Asked]) -> None:
    """Reservations asked for one after another; a refused one is not kept in mind."""
    wanted: list[str] = []
    reserved: set[int] = set()
    for asked, why, kept in script:
        wanted_then = [*wanted, asked] if isinstance(asked, str) else wanted
        reserved_then = {*reserved, asked} if isinstance(asked, int) else reserved
        free = [place for number, place in enumerate(places) if number not in reserved_then]
        assert decided(wanted_then, free, len(reserved_then), len(places)) is kept, (asked, why)
        assert defined(wanted_then, free, len(reserved_then), len(places)) is kept, (asked, why)
        if kept:
            wanted, reserved = wanted_then, reserved_then


def test_places_lost_one_by_one() -> None:
    """Four reservations of Type 2: each connector that becomes unusable leaves room for one less."""
    places: list[Types] = list(THREE_COMBINED_AND_ONE)
    for number, rest in ((1, (CCS,)), (3, ()), (2, (CCS,)), (0, ())):
        room = sum(TYPE_2 in place for place in places)
        assert decided([TYPE_2] * room, places)
        places[number] = rest
        assert not decided([TYPE_2] * room, places)
        assert decided([TYPE_2] * (room - 1), places)


def test_only_the_numbers_count_when_nobody_waits() -> None:
    """An unusable EVSE can be counted on for a specific reservation, and for no other."""
    assert decided([], [], specific=0, evses=0)
    assert decided([], [], specific=2, evses=2)
    assert not decided([], [], specific=3, evses=2)
    assert not decided([UNKNOWN], [()], specific=0, evses=2)


@pytest.mark.parametrize("evses", [12, 128])
def test_large_stations_are_answered(evses: int) -> None:
    """Sizes at which no order of arrival can be tried out: one type, and eight types in four pairs."""
    assert decided([CCS] * evses, [(CCS,)] * evses)
    assert not decided([CCS] * (evses + 1), [(CCS,)] * evses)
    pairs: list[Types] = [(f"{n % 4}a", f"{n % 4}b") for n in range(evses)]
    wanted = [f"{n % 4}{'ab'[n // 4 % 2]}" for n in range(evses)]
    assert decided(wanted, pairs)
    assert not decided([*wanted[:-1], "0a"], pairs)
    assert not decided(wanted, [("0a", "1a"), *pairs[1:]])


def test_takes_any_iterable_once() -> None:
    places = [{CCS}, {CCS, TYPE_2}]
    assert can_all_be_kept(wanted=iter([CCS]), free=iter(places), specific=1, evses=3, unknown=UNKNOWN)
