"""What is proved of the station, and that each broken twin is refuted by the law that it breaks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any

import pytest

from statewatt.engine import Engine, load
from statewatt.engine.reading import read
from statewatt.models.station import ChargingStation
from statewatt.verify.enabled import impossible
from statewatt.verify.prove import Proof, prove
from statewatt.verify.smallest import Small, smallest
from statewatt.verify.story import Teller
from statewatt.verify.verdict import Story
from statewatt.verify.walk import Walker, breaks, shortened, transitions

BROKEN = {
    "grant_overwritten": "a_grant_has_its_evse",
    "withdrawn_too_much": "a_withdrawal_ends_what_it_named",
    "grant_timer_in_a_transaction": "no_timer_runs_in_a_transaction",
    "let_go_by_halves": "holder_and_evse_agree",
    "master_pass_starts": "a_master_pass_never_starts",
    "plug_in_timer_in_a_transaction": "a_plug_in_timer_waits_for_a_token",
    "replaced_and_kept": "reservation_numbers_are_unique",
    "reservation_comes_back": "an_ended_reservation_never_comes_back",
    "reservation_overlooked": "a_reserved_evse_is_for_its_token",
    "taken_by_halves": "a_grant_has_its_evse",
    "time_out_untold": "every_end_is_told",
    "token_at_two_evses": "one_evse_per_token",
    "told_twice": "nothing_is_concluded_twice",
    "unusable_evse_granted": "only_available_evses_are_granted",
    "waiting_for_ever": "a_selection_has_a_deadline",
    "disable_forgotten": "no_connector_event_is_lost",
    "answer_counted_twice": "one_answer_per_validator",
    "answer_after_validation": "late_answers_change_nothing",
    "holder_left_waiting": "a_transaction_is_its_holders",
    "promise_overlooked": "promised_places_stay",
    "reserved_twice": "one_reservation_per_evse",
    "granted_elsewhere": "a_grant_rests_on_an_answer",
    "refused_and_selected": "a_selection_rests_on_an_answer",
    "told_otherwise": "the_result_told_is_the_end",
    "withdrawn_and_forgotten": "a_grant_ends_by_letting_go",
    "grant_untold": "a_grant_is_told",
    "connector_left_in_use": "the_end_of_a_session_frees_everything",
    "answered_otherwise": "a_request_is_answered_by_what_became_of_it",
    "expired_as_cancelled": "an_end_is_told_with_its_reason",
}


@cache
def sound() -> Proof:
    return prove(read(ChargingStation))


def first_story(proof: Proof, name: str) -> Story:
    failure = next(proof.failures(proof.outcomes[name]))
    small = smallest(proof.problem, failure)
    assert isinstance(small, Small)
    return Teller(proof.problem).tell(failure, small)


def twin(name: str) -> Any:
    return import_module(f"tests.broken.{name}").ChargingStation


def test_every_property_is_proved() -> None:
    assert {o.owner.name for o in sound().outcomes.values() if not o.proved} == set()
    assert sum(o.goals for o in sound().outcomes.values()) > 4000


def test_every_transition_can_happen_in_a_lawful_state() -> None:
    assert impossible(sound().workshop, transitions(sound().problem.system)) == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "law"), BROKEN.items())
def test_a_broken_twin_is_refuted(name: str, law: str) -> None:
    outcome = prove(read(twin(name)), [law]).outcomes[law]
    assert not outcome.proved
    assert "sat" in {failure.answer for failure in outcome.failures}


def test_a_counterexample_is_small_told_and_the_engine_s_own() -> None:
    story = first_story(prove(read(twin("token_at_two_evses")), []), "one_evse_per_token")
    assert story.confirmed
    text = story.text
    assert text.startswith("one_evse_per_token: L1 No token is assigned to two EVSEs  (")
    assert ", grant (evse = Evse " in text
    assert ": holder: None → Authorization " in text
    assert "Evse 3" not in text
    assert "Authorization 3" not in text
    assert text.endswith("the engine does the same")


def test_what_rests_on_an_unproved_invariant_is_not_proved() -> None:
    proof = prove(read(twin("reservation_comes_back")), ["a_reserved_evse_is_for_its_token"])
    outcome = proof.outcomes["a_reserved_evse_is_for_its_token"]
    unproved = [o.owner.name for o in proof.outcomes.values() if o.owner.about == "state" and not o.proved]
    assert "reservation_numbers_are_unique" in unproved
    assert outcome.proved or set(outcome.needs) <= set(unproved)


def test_a_walk_finds_a_way_to_the_broken_law() -> None:
    engine = load(twin("time_out_untold"))
    walker = Walker(engine)
    found = walker.walk(20_000, hunted=["every_end_is_told"]).broken["every_end_is_told"]
    short = shortened(engine, found)
    assert len(short.inputs) <= len(found.inputs)
    assert breaks(engine, short.config, short.inputs, "every_end_is_told")
    assert not breaks(load(ChargingStation), short.config, short.inputs, "every_end_is_told")


def test_walks_are_repeatable() -> None:
    seen = [Walker(load(ChargingStation), seed=3).walk(300, enough=False).transitions for _ in range(2)]
    assert seen[0] == seen[1]


def test_a_read_that_is_not_declared_is_noticed() -> None:
    system = read(ChargingStation)
    hidden = tuple(replace(f, reads=tuple(r for r in f.reads if r != "Reservation.evse")) for f in system.trusted)
    walker = Walker(Engine(replace(system, trusted=hidden)))
    walker.walk(8_000, enough=False)
    assert any("reads Reservation.evse" in doubt for doubt in walker.believed.doubts.values())


def test_laws_have_witnesses() -> None:
    walker = Walker(load(ChargingStation))
    walker.walk(8_000)
    assert set(walker.without_witness()) <= {"promised_places_stay", "a_reserved_evse_is_for_its_token"}
    assert set(walker.seen.broken) == set()
