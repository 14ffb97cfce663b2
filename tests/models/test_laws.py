"""The laws of the station on random days: they hold, they are not vacuous, and they notice broken twins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statewatt.engine import Engine, EngineFault, Event, Move, load
from statewatt.models.commands import AnswerReservation, Conclude, ReservationEnded, WithdrawAuthorization
from statewatt.models.station import ChargingStation
from statewatt.models.values import ReservationEndReason, ReservationResult, TokenHandlingResult
from tests.models.days import Watched
from tests.models.walking import Walk
from tests.strategies import Seeded

COMMANDS = 60
"""How many commands a random day has."""

DAYS = 120
"""How many random days there are."""

ENGINE = load(ChargingStation)
NAMES = {p.name for p in (*ENGINE.system.invariants, *ENGINE.system.laws)}

T = TypeVar("T")

Premise = Callable[[Move, Any, Any], bool]
"""Whether a move has to do with a law; given the station before and after."""


def _grants(move: Move, before: Any, after: Any) -> list[Any]:
    """The EVSEs that the move grants, after it."""
    held = {e.key for e in before.evses if e.holder is not None}
    return [e for e in after.evses if e.holder is not None and e.key not in held]


def _ends_use_of_a_disabled_one(move: Move, before: Any, after: Any) -> bool:
    ended = {c.key for c in after.connectors if not c.is_in_use()}
    return any(
        c.is_in_use() and not (c.is_enabled() and not c.is_faulted()) and c.key in ended for c in before.connectors
    )


def _grants_a_reserved_one(move: Move, before: Any, after: Any) -> bool:
    reserved = {r.evse.key for r in before.reservations if r.is_placed() and r.evse is not None}
    return any(e.key in reserved for e in _grants(move, before, after))


def _grants_in_spite_of_a_promise(move: Move, before: Any, after: Any) -> bool:
    promised = any(r.is_placed() and r.evse is None for r in after.reservations)
    return promised and bool(_grants(move, before, after)) and bool(before.can_be_kept(None, None, None))


def _rejects_a_master_pass(move: Move, before: Any, after: Any) -> bool:
    ended = {a.key for a in after.authorizations if a.rejected.is_active}
    return any(a.considering.is_active and a.key in ended and a.it_is_a_master_pass() for a in before.authorizations)


def _meets_itself(move: Move, before: Any, after: Any) -> bool:
    holding = [a for a in after.authorizations if a.holds()]
    return any(a.token == h.token and a.key != h.key for h in holding for a in after.authorizations)


def _has_two_of_a_number(move: Move, before: Any, after: Any) -> bool:
    numbers = [r.number for r in after.reservations if not r.is_placed()]
    return any(r.is_placed() and r.number in numbers for r in after.reservations)


def _says(move: Move, command: type[Any], **fields: object) -> bool:
    """Whether the move tells that."""
    told = (c for c in move.commands if isinstance(c, command))
    return any(all(getattr(c, name) == value for name, value in fields.items()) for c in told)


def _frees_what_was_in_use(move: Move, before: Any, after: Any) -> bool:
    left = {e.key for e in after.evses if not e.is_plugged_in()}
    return any(
        e.is_plugged_in() and e.holder is not None and e.has_a_connector_in_use() and e.key in left
        for e in before.evses
    )


PREMISES: dict[str, Premise] = {
    "one_evse_per_token": _meets_itself,
    "holder_and_evse_agree": lambda move, before, after: any(e.holder is not None for e in after.evses),
    "a_grant_has_its_evse": lambda move, before, after: any(a.holds() for a in after.authorizations),
    "a_grant_is_never_overwritten": lambda move, before, after: (
        bool(_grants(move, before, after)) and any(e.holder is not None for e in before.evses)
    ),
    "a_reserved_evse_is_for_its_token": _grants_a_reserved_one,
    "promised_places_stay": _grants_in_spite_of_a_promise,
    "a_master_pass_never_starts": _rejects_a_master_pass,
    "only_available_evses_are_granted": lambda move, before, after: (
        bool(_grants(move, before, after)) and any(e.holder is None and not e.is_available() for e in before.evses)
    ),
    "a_withdrawal_ends_what_it_named": lambda move, before, after: (
        any(a.withdrawn.is_active for a in after.authorizations) and any(e.holder is not None for e in before.evses)
    ),
    "no_timer_runs_in_a_transaction": lambda move, before, after: any(
        a.charging.is_active for a in after.authorizations
    ),
    "a_plug_in_timer_waits_for_a_token": lambda move, before, after: any(
        e.plug_in_deadline is not None for e in after.evses
    ),
    "a_transaction_is_never_timed_out": lambda move, before, after: (
        any(isinstance(c, WithdrawAuthorization) for c in move.commands)
        and any(e.is_in_a_transaction() for e in before.evses)
    ),
    "a_withdrawn_grant_is_withdrawn_once": lambda move, before, after: (
        isinstance(move.event, Event)
        and move.event.name == "withdraw"
        and any(a.withdrawing.is_active for a in before.authorizations)
    ),
    "no_connector_event_is_lost": _ends_use_of_a_disabled_one,
    "a_session_ends_at_each_connector": lambda move, before, after: (
        any(c.is_in_use() for c in before.connectors) and not any(c.is_in_use() for c in after.connectors)
    ),
    "every_end_is_told": lambda move, before, after: any(isinstance(c, Conclude) for c in move.commands),
    "nothing_is_concluded_twice": lambda move, before, after: (
        any(isinstance(c, Conclude) for c in move.commands) and any(a.holds() for a in before.authorizations)
    ),
    "the_result_told_is_the_end": lambda move, before, after: _says(move, Conclude, result=TokenHandlingResult.TIMEOUT),
    "a_grant_ends_by_letting_go": lambda move, before, after: (
        any(a.holds() for a in before.authorizations) and any(a.released.is_active for a in after.authorizations)
    ),
    "a_grant_is_told": lambda move, before, after: bool(_grants(move, before, after)),
    "the_end_of_a_session_frees_everything": _frees_what_was_in_use,
    "a_request_is_answered_by_what_became_of_it": lambda move, before, after: _says(
        move, AnswerReservation, result=ReservationResult.Occupied
    ),
    "an_end_is_told_with_its_reason": lambda move, before, after: _says(
        move, ReservationEnded, reason=ReservationEndReason.Expired
    ),
    "a_grant_rests_on_an_answer": lambda move, before, after: any(
        e not in x.evses for e in _grants(move, before, after) for x in after.answers
    ),
    "a_selection_rests_on_an_answer": lambda move, before, after: any(
        a.selecting.is_active for a in after.authorizations
    ),
    "a_transaction_is_its_holders": lambda move, before, after: any(
        e.is_in_a_transaction() and e.holder is not None for e in after.evses
    ),
    "one_answer_per_validator": lambda move, before, after: len(after.answers) > 1,
    "a_selection_has_a_deadline": lambda move, before, after: (
        any(a.selecting.is_active for a in after.authorizations)
        and any(a.withdrawing.is_active for a in after.authorizations)
    ),
    "late_answers_change_nothing": lambda move, before, after: (
        isinstance(move.event, Event) and move.event.name == "answer" and len(after.answers) > len(before.answers) > 0
    ),
    "an_ended_reservation_never_comes_back": lambda move, before, after: any(
        not r.is_placed() for r in before.reservations
    ),
    "reservation_numbers_are_unique": _has_two_of_a_number,
    "one_reservation_per_evse": lambda move, before, after: (
        len([r for r in after.reservations if r.is_placed() and r.evse is not None]) > 1
    ),
}
"""For each invariant and law, when it says something."""

TWINS = {
    "token_at_two_evses": "one_evse_per_token",
    "grant_overwritten": "a_grant_is_never_overwritten",
    "reservation_overlooked": "a_reserved_evse_is_for_its_token",
    "promise_overlooked": "promised_places_stay",
    "master_pass_starts": "a_master_pass_never_starts",
    "unusable_evse_granted": "only_available_evses_are_granted",
    "grant_timer_in_a_transaction": "no_timer_runs_in_a_transaction",
    "plug_in_timer_in_a_transaction": "a_plug_in_timer_waits_for_a_token",
    "disable_forgotten": "no_connector_event_is_lost",
    "withdrawn_again": "a_withdrawn_grant_is_withdrawn_once",
    "session_ends_at_one_connector": "a_session_ends_at_each_connector",
    "withdrawn_too_much": "a_withdrawal_ends_what_it_named",
    "time_out_untold": "every_end_is_told",
    "told_twice": "nothing_is_concluded_twice",
    "waiting_for_ever": "a_selection_has_a_deadline",
    "answer_counted_twice": "one_answer_per_validator",
    "answer_after_validation": "late_answers_change_nothing",
    "holder_left_waiting": "a_transaction_is_its_holders",
    "reservation_comes_back": "an_ended_reservation_never_comes_back",
    "replaced_and_kept": "reservation_numbers_are_unique",
    "reserved_twice": "one_reservation_per_evse",
    "let_go_by_halves": "holder_and_evse_agree",
    "granted_elsewhere": "a_grant_rests_on_an_answer",
    "refused_and_selected": "a_selection_rests_on_an_answer",
    "told_otherwise": "the_result_told_is_the_end",
    "withdrawn_and_forgotten": "a_grant_ends_by_letting_go",
    "grant_untold": "a_grant_is_told",
    "connector_left_in_use": "the_end_of_a_session_frees_everything",
    "answered_otherwise": "a_request_is_answered_by_what_became_of_it",
    "expired_as_cancelled": "an_end_is_told_with_its_reason",
    "taken_by_halves": "a_grant_has_its_evse",
}
"""The broken twins in ``tests/broken``, and the law that each breaks."""

WITHOUT_A_TWIN = {
    "a_transaction_is_never_timed_out": "broken with another law, see unusable_evse_granted below",
}


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


class Searched:
    """Chooses as hypothesis wants."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def choose(self, options: Sequence[T]) -> T:
        """One of the options."""
        return self._data.draw(st.sampled_from(options))


def walk(seed: int, watched: Watched, *, reserving: bool = False) -> Walk:
    """A random day."""
    day = Walk(Seeded(seed), watched, reserving=reserving)
    for _ in range(COMMANDS):
        day.step()
        assert watched.broken == [], day.commands
    day.end()
    assert watched.broken == [], day.commands
    return day


@pytest.mark.parametrize("part", range(4))
def test_the_laws_hold_on_random_days(part: int) -> None:
    for seed in range(part, DAYS, 4):
        walk(seed, Watched())


POLICIES: dict[str, Callable[..., Any]] = {
    "the last": lambda station, authorization, candidates, now: candidates[-1],
    "a reserved one, or none": lambda station, authorization, candidates, now: next(
        (e for e in candidates if e.is_reserved()), None
    ),
    "none, and then any": lambda station, authorization, candidates, now: candidates[0] if now % 2000 else None,
}


@pytest.mark.parametrize("policy", POLICIES)
def test_no_policy_breaks_a_law(policy: str) -> None:
    for seed in range(DAYS // 4):
        walk(seed, Watched(policies={"select_evse": POLICIES[policy]}))


def test_the_laws_hold_on_days_of_reservations() -> None:
    for seed in range(DAYS // 2):
        walk(seed, Watched(), reserving=True)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=SLOW)
@given(st.data())
def test_the_laws_hold_on_days_that_are_searched_for(data: st.DataObject) -> None:
    watched = Watched()
    day = Walk(Searched(data), watched)
    for _ in range(data.draw(st.integers(1, 20))):
        day.step()
        assert watched.broken == [], day.commands
    day.end()


def test_every_law_has_a_premise_and_a_twin() -> None:
    assert PREMISES.keys() == NAMES
    assert set(TWINS.values()) | WITHOUT_A_TWIN.keys() == NAMES


def test_no_law_is_vacuous() -> None:
    missing = set(NAMES)

    def witness(engine: Engine[ChargingStation], move: Move) -> None:
        if missing:
            before, after = engine.view(move.before), engine.view(move.after)
            missing.difference_update([name for name in missing if PREMISES[name](move, before, after)])

    for seed in range(200):
        if missing:
            walk(seed, Watched(witness=witness))
    assert missing == set()


def test_a_grant_leaves_every_place_that_was_left_before() -> None:
    """What the law about promised places is for, asked of the promise itself: the proof takes its answer on trust."""
    asked = 0

    def witness(engine: Engine[ChargingStation], move: Move) -> None:
        nonlocal asked
        before, after = engine.view(move.before), engine.view(move.after)
        if _grants_in_spite_of_a_promise(move, before, after):
            asked += 1
            assert after.can_be_kept(None, None, None), move

    for seed in range(DAYS):
        walk(seed, Watched(witness=witness), reserving=True)
    assert asked > 20


def broken_laws(twin: str, seeds: range, wanted: str) -> set[str]:
    """The laws that random days find broken at a twin, until one of them is the wanted one."""
    engine = load(import_module(f"tests.broken.{twin}").ChargingStation)
    found: set[str] = set()
    for seed in seeds:
        watched = Watched(engine)
        try:
            day = Walk(Seeded(seed), watched)
            for _ in range(COMMANDS):
                day.step()
                if wanted in {violation.name for violation in watched.broken}:
                    break
        except (EngineFault, AssertionError):
            pass
        found |= {violation.name for violation in watched.broken}
        if wanted in found:
            break
    return found


@pytest.mark.parametrize(("twin", "law"), TWINS.items())
def test_a_law_notices_the_broken_twin(twin: str, law: str) -> None:
    assert law in broken_laws(twin, range(300), law)


def test_a_time_out_in_a_transaction_is_noticed() -> None:
    law = "a_transaction_is_never_timed_out"
    assert law in broken_laws("unusable_evse_granted", range(300), law)
