"""The rows of the casebook that concern the model: for each, a broken twin with the defect, and what notices it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from statewatt.engine import load
from statewatt.engine.command.comparison import Difference, differences
from statewatt.engine.command.telling import command_text
from statewatt.engine.command.values import compact
from statewatt.engine.reading import read
from statewatt.models.recording import Recording
from statewatt.verify.duties import duties
from statewatt.verify.happenings import happenings
from statewatt.verify.outcome import SHOWN_AT_MOST, Gap, Outcome
from statewatt.verify.smallest import Small, smallest
from statewatt.verify.story import Teller
from statewatt.verify.verdict import Story
from statewatt.verify.workshop import Failure, Workshop
from tests.models.days import Watched, days

GOLDEN = Path(__file__).with_name("golden")


@dataclass(frozen=True)
class Refuted:
    """A defect that a law excludes: the rows, the twin, the law, and the step in which it is broken."""

    rows: str
    twin: str
    law: str
    step: str


@dataclass(frozen=True)
class Shown:
    """A defect that no law speaks of: the rows, the twin, and the recorded sequence on which it does otherwise."""

    rows: str
    twin: str
    sequence: str
    why: str


GRANT = "Authorization.grant"

REFUTED = (
    # assignment
    Refuted("b1", "in_process_elsewhere", "one_evse_per_token", GRANT),
    Refuted("b2", "transaction_elsewhere", "one_evse_per_token", GRANT),
    Refuted("b3 b5", "spelled_otherwise", "one_evse_per_token", GRANT),
    Refuted("i7", "disabled_meanwhile", "one_evse_per_token", GRANT),
    Refuted("c1", "grant_overwritten", "a_grant_is_never_overwritten", GRANT),
    Refuted("i1", "stale_place_in_the_queue", "a_grant_is_never_overwritten", GRANT),
    Refuted("i1", "stale_place_in_the_queue", "only_available_evses_are_granted", GRANT),
    Refuted("h1", "group_member_left_unanswered", "every_end_is_told", "Authorization.answer"),
    Refuted("k5", "revoked_is_free", "one_evse_per_token", GRANT),
    # withdrawal and timers
    Refuted("a1 a2 a3 a4", "withdrawal_remembered", "a_withdrawal_ends_what_it_named", "Evse.plug_in"),
    Refuted("i3", "withdrawn_again", "a_withdrawn_grant_is_withdrawn_once", "Authorization.expire"),
    Refuted("f1", "grant_timer_in_a_transaction", "no_timer_runs_in_a_transaction", "Evse.start_transaction"),
    Refuted("f2", "one_timer_for_both", "a_plug_in_timer_waits_for_a_token", "Evse.serve"),
    Refuted("i4", "plug_in_disarms_the_grant", "a_selection_has_a_deadline", "Evse.plug_in"),
    # reservation
    Refuted("g1 j6", "replaced_and_kept", "reservation_numbers_are_unique", "Reservation.accept"),
    Refuted("g6 j8", "reservation_comes_back", "an_ended_reservation_never_comes_back", "Reservation.keep"),
    Refuted("j2", "reservation_not_used_up", "promised_places_stay", GRANT),
    # connectors and validation
    Refuted("e1", "disable_forgotten", "no_connector_event_is_lost", "Evse.finish_session"),
    Refuted("e3", "faulted_and_disabled_is_available", "only_available_evses_are_granted", GRANT),
    Refuted("e5 e6 i5 i6", "plugged_in_is_enough", "only_available_evses_are_granted", GRANT),
    Refuted("e8", "replug_overlooked", "only_available_evses_are_granted", GRANT),
    Refuted("j17", "session_ends_at_one_connector", "a_session_ends_at_each_connector", "Evse.finish_session"),
    Refuted("h4", "answer_for_any_evse", "a_grant_rests_on_an_answer", GRANT),
)

STOP = "no law says what a stop takes"
SETTLED = "the law of a grant is kept; what is wrong is that none comes about, or another one"
PROMISE = "the laws rest on the questions about places; here their answer itself is wrong"

SHOWN = (
    # assignment
    Shown("b6", "stops_what_is_only_granted", "b6", STOP),
    Shown("h7", "group_by_its_name", "h7", STOP),
    Shown("h8", "group_by_its_name", "h8", STOP),
    Shown("i8", "disabled_cannot_be_stopped", "i8", STOP),
    # withdrawal and timers
    Shown("j21", "withdrawal_waits_for_validation", "j21", "that a withdrawal comes about is no law about one step"),
    Shown("j7", "plug_in_timer_disarmed", "j7", "that a vehicle that waits has a timer depends on the settings"),
    Shown("i2", "vehicle_forgotten", "i2", SETTLED),
    # reservation
    Shown("g1", "old_reservation_lost", "g1", "no law says for how long a reservation stays"),
    Shown("j6", "old_evse_not_told", "j6", "no law says what is told of a reservation"),
    Shown("g4 g9", "untyped_reservation_survives", "g4", "that a reservation is looked at again is no law"),
    Shown("g5", "restored_unannounced", "g5", "no law says what is told of a reservation"),
    Shown("j1", "first_evse_only", "j1", SETTLED),
    Shown("j3", "first_evse_only", "j3", SETTLED),
    Shown("k2", "hold_kept", "k2", PROMISE),
    Shown("k3", "hold_kept", "k3", PROMISE),
    Shown("j10", "hold_kept", "j10", PROMISE),
    Shown("k6", "granted_counts_as_free", "k6", PROMISE),
    Shown("k8", "granted_can_be_reserved", "k8", "no law says what may be reserved"),
    # connectors and validation
    Shown("e2", "fault_hides_the_transaction", "e2", "the law is about the end of a session, not its beginning"),
    Shown("h5", "rejection_told_to_all", "h5", "no law says who is told"),
    Shown("h6", "update_published_as_accepted", "h6", "no law says what is published"),
)

OUTSIDE = {
    "d1 d2": "a query: an ordinary function over the state, models/queries.py",
    "g7 k7": "concurrency: a step waits for nothing, and an EVSE's refusal is an event of its own",
    "g8": "the border: models/requests.py",
    "h2 h3": "the border, and a policy: unknown numbers are left out, a policy picks among things that are there",
    "j4": "the border: what a token is for is a set",
    "time": "the border: reading of texts, models/requests.py",
}
"""Rows that are not about the model, and where they belong."""


def twin_of(name: str) -> Any:
    """The station of a broken twin."""
    return import_module(f"tests.broken.{name}").ChargingStation


# --- refuted ---------------------------------------------------------------------------------------------------------


@cache
def refuted(twin: str, law: str, step: str) -> Story | None:
    """The counterexample to a law in the named step of a twin; none where the law is kept there."""
    system = read(twin_of(twin))
    workshop = Workshop(system)
    outcome = Outcome(next(duty for duty in duties(system) if duty.name == law))
    for happening in happenings(system):
        if f"{happening.machine}.{happening.name}" == step:
            (answer,) = workshop.answers(happening, {law}, frozenset())
            outcome.failures += [Gap(happening, number, said) for number, said in answer.failures]
    if not outcome.failures:
        return None
    found = workshop.problem
    failure = min((workshop.failure(outcome, gap) for gap in outcome.failures[:SHOWN_AT_MOST]), key=_length)
    teller = Teller(found)
    stories: list[Story] = []
    for least in (1, 2):
        small = smallest(found, failure, least)
        assert isinstance(small, Small)
        stories.append(teller.tell(failure, small))
        if stories[-1].confirmed:
            return stories[-1]
    return stories[0]


def _length(failure: Failure) -> int:
    goal = failure.goal
    return 0 if goal.step is None or goal.way is None else len(goal.step.ways[goal.way].taken)


def without_places(text: str) -> str:
    """A story without files and lines, which change with every edit."""
    return re.sub(r"  \(\S+:\d+\)$", "", text, flags=re.MULTILINE)


# --- shown -----------------------------------------------------------------------------------------------------------


def shown(twin: str, sequence: str) -> tuple[str, list[str]]:
    """What a twin does otherwise than ours on a recorded sequence, up to the first step in which it does, as text; and
    the invariants and laws that it breaks on the way."""
    engine = Watched(load(twin_of(twin)))
    theirs, ours = Recording(engine), Recording()
    lines: list[str] = []
    (steps,) = [steps for day, steps in days("defects").items() if day.startswith(f"{sequence}_")]
    for number, step in enumerate(steps):
        command = {key: value for key, value in step.command.items() if key != "report"}
        lines.append(f"{number} {command_text(command)}")
        right, wrong = ours.handle(command), theirs.handle(command)
        found = differences(right, wrong, ours.observed(), theirs.observed())
        if found:
            return "\n".join([*lines, *_told(found)]), [violation.name for violation in engine.broken]
    return "\n".join([*lines, "no difference"]), []


def _told(found: list[Difference]) -> Iterator[str]:
    for difference in found:
        yield f"  {difference.where}"
        yield f"    ours  {compact(difference.expected)}"
        yield f"    twin  {compact(difference.got)}"


def goldens() -> Iterator[tuple[str, str]]:
    """Every file's name, and the text that it should hold."""
    for case in REFUTED:
        story = refuted(case.twin, case.law, case.step)
        yield f"{case.twin}.{case.law}.txt", without_places(story.text) if story else "kept"
    for each in SHOWN:
        yield f"{each.twin}.{each.sequence}.txt", shown(each.twin, each.sequence)[0]


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in goldens():
        (GOLDEN / name).write_text(text + "\n", encoding="utf-8")
