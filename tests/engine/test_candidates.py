"""What a policy picks from: decided as far as it is looked at, and then the same as a tuple of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statewatt.engine import Birth, Engine, EngineFault, Step, load
from statewatt.engine.candidates import Candidates
from statewatt.engine.compiling import Accepted, Keys
from statewatt.engine.state import State
from tests.engine.examples.yard import Hours, Yard

YARD: Engine[Yard] = load(Yard)


# --- keys ------------------------------------------------------------------------------------------------------------

THINGS = st.lists(st.integers(1, 9), max_size=4, unique=True).map(lambda keys: dict.fromkeys(sorted(keys)))


@st.composite
def offers(draw: st.DrawFn) -> tuple[Accepted, list[Keys], list[Keys]]:
    """An offer for one or two things, all that it accepts, and a list of what it was asked."""
    things = draw(st.lists(THINGS, min_size=1, max_size=2))
    all_keys = list(product(*things))
    accepted = [keys for keys in all_keys if draw(st.booleans())]
    asked: list[Keys] = []
    nobody = not accepted and draw(st.booleans())

    def accepts(*keys: int) -> bool | None:
        asked.append(keys)
        return None if nobody else keys in accepted

    return Accepted(accepts, *things), accepted, asked


NONSENSE: list[Any] = ["1", 1, (), None]
WAYS: dict[str, Callable[[Sequence[Keys]], object]] = {
    "all": list,
    "reversed": lambda keys: [*reversed(keys)],
    "length": len,
    "is any": bool,
    "first": lambda keys: keys[0] if keys else None,
    "last": lambda keys: keys[-1] if keys else None,
    "second": lambda keys: keys[1] if len(keys) > 1 else None,
    "one before the last": lambda keys: keys[-2] if len(keys) > 1 else None,
    "some": lambda keys: list(keys[1:3]),
    "in": lambda keys: [(a,) in keys for a in range(10)] + [ab in keys for ab in product(range(10), repeat=2)],
    "place": lambda keys: [keys.index(each) for each in keys],
    "nonsense": lambda keys: [other in keys for other in NONSENSE],
}


@given(offers(), st.lists(st.sampled_from(sorted(WAYS)), min_size=1, max_size=6))
def test_whatever_is_asked_it_answers_as_a_list_of_all_and_asks_once(
    offer: tuple[Accepted, list[Keys], list[Keys]], ways: list[str]
) -> None:
    lazy, accepted, asked = offer
    for way in ways:
        assert WAYS[way](lazy) == WAYS[way](accepted)
    assert len(asked) == len(set(asked))


def test_it_decides_no_more_than_it_must() -> None:
    asked: list[int] = []

    def accepts(key: int) -> bool:
        asked.append(key)
        return key > 2

    keys = Accepted(accepts, dict.fromkeys(range(1, 100)))
    assert (bool(keys), keys[0], asked) == (True, (3,), [1, 2, 3])
    assert (keys[-1], asked[3:]) == ((99,), [99])
    assert ((50,) in keys, keys.index((4,)), asked[4:]) == (True, 1, [50, 4])
    with pytest.raises(IndexError):
        _ = keys[100]
    keys.close()
    assert len(keys) == 97


def test_nobody_is_asked_any_more_where_one_answer_is_for_all() -> None:
    asked: list[int] = []
    assert not Accepted(lambda key: asked.append(key), dict.fromkeys(range(1, 100)))
    assert asked == [1]


# --- views -----------------------------------------------------------------------------------------------------------


def opened(bays: Sequence[tuple[int, int | None]], is_open: bool = True) -> State:
    """A yard with bays, each with its height and the key of the bay beside it."""
    births = [Birth("Bay", {"height": height, "beside": beside}) for height, beside in bays]
    return YARD.start(Hours(is_open), births)


SOUND = [(1, None), (2, 1), (4, 1), (1, 1), (5, 1)]
"""A truck that needs 2 fits bays 2, 3 and 5, which are beside the first."""


def parked(state: State, assign: Callable[..., Any], height: int = 2) -> int | None:
    """The bay of a truck that comes."""
    step = YARD.step(state, Birth("Truck", {"height": height}), 0, {"assign": assign})
    assert isinstance(step, Step)
    truck = YARD.view(step.state).trucks[0]
    return truck.bay.key if truck.bay else None


def test_a_policy_sees_what_the_guards_accept() -> None:
    def assign(yard: Yard, truck: Any, candidates: Candidates, now: int) -> Any:
        bays = yard.bays
        assert candidates == (bays[1], bays[2], bays[4])
        assert candidates != (bays[1], bays[2])
        assert [*reversed(candidates)] == [bays[4], bays[2], bays[1]]
        assert (len(candidates), bool(candidates), repr(candidates)) == (3, True, "(<Bay 2>, <Bay 3>, <Bay 5>)")
        assert candidates[1] is bays[2]
        assert candidates[1:] == (bays[2], bays[4])
        assert bays[2] in candidates
        assert YARD.view(opened(SOUND)).bays[2] in candidates
        others: list[object] = [bays[0], bays[3], truck, 2, (bays[1],), None]
        assert not any(other in candidates for other in others)
        return candidates[candidates.index(bays[2])]

    assert parked(opened(SOUND), assign) == 3


def test_a_policy_is_not_asked_where_nothing_is_accepted() -> None:
    def assign(*_: object) -> None:
        raise AssertionError

    assert parked(opened(SOUND), assign, height=7) is None
    assert parked(opened(SOUND, is_open=False), assign) is None


UNSOUND = [*SOUND, (3, None)]
"""The guards cannot be asked about the last bay: what is beside it is read, and is not there."""


def test_a_bay_that_nobody_asks_about_is_not_looked_at() -> None:
    assert parked(opened(UNSOUND), lambda _yard, _truck, candidates, _now: candidates[0]) == 2


def swallowing(_yard: Yard, _truck: Any, candidates: Candidates, _now: int) -> Any:
    """A policy that does not want to hear of errors."""
    try:
        return candidates[-1]
    except Exception:
        return candidates[0]


@pytest.mark.parametrize(
    "assign",
    [
        lambda _yard, _truck, candidates, _now: candidates[-1],
        lambda yard, _truck, candidates, _now: yard.bays[5],
        lambda _yard, _truck, candidates, _now: [][len(candidates)],
        swallowing,
    ],
)
def test_what_a_guard_does_wrong_is_the_fault_of_the_model_whatever_the_policy_makes_of_it(
    assign: Callable[..., Any],
) -> None:
    with pytest.raises(EngineFault, match=r"yard\.py:\d+: an optional reference is read that is None"):
        parked(opened(UNSOUND), assign)


def test_what_a_policy_does_wrong_stays_its_own() -> None:
    with pytest.raises(IndexError):
        parked(opened(SOUND), lambda _yard, _truck, candidates, _now: [][len(candidates)])


def test_candidates_tell_nothing_new_when_the_policy_has_answered() -> None:
    kept: list[Candidates] = []

    def assign(_yard: Yard, _truck: Any, candidates: Candidates, _now: int) -> Any:
        kept.append(candidates)
        return candidates[0]

    assert parked(opened(SOUND), assign) == 2
    assert kept[0][0].key == 2
    with pytest.raises(RuntimeError, match="when the policy has answered"):
        len(kept[0])
