"""The comparison bites: an engine that lacks one guard differs from the classes."""

from __future__ import annotations

import pytest

from tests.conformance.cases import Hunt, Mutant, mutants, series
from tests.conformance.conftest import Pair

NEVER_MATTERS: dict[str, str] = {}
"""Guards that no state can need, each with the reason."""


def missed(pair: Pair, number: int, seed: int) -> tuple[list[Mutant], int]:
    """The guards whose lack goes unseen on so many states, and how many guards there are."""
    hunt = Hunt(pair.engine, pair.reference, list(series(pair.engine, pair.vocabulary, number, seed=seed)))
    every = mutants(pair.engine.system)
    return [mutant for mutant in every if hunt.difference(mutant) is None], len(every)


def test_a_missing_guard_is_seen_in_the_small_station(small: Pair) -> None:
    assert missed(small, 400, seed=1)[0] == []


def test_a_missing_guard_is_seen(shipped: Pair) -> None:
    """Nine in ten within few states; the long form finds all."""
    unseen, number = missed(shipped, 2500, seed=2)
    assert len(unseen) <= number // 10, [str(mutant) for mutant in unseen]


@pytest.mark.slow
def test_every_missing_guard_is_seen(shipped: Pair) -> None:
    unseen, _ = missed(shipped, 24_000, seed=2)
    assert {str(mutant) for mutant in unseen} == set(NEVER_MATTERS)
