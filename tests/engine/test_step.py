"""What a step does, one thing at a time."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import Any

import pytest

from statewatt.engine import Birth, Configure, EngineFault, Event, InputError, Move, PolicyError, Refusal, Row, Trace
from tests.engine.examples.garage import Began, Customer, Kind, Rang, Rules
from tests.engine.workshop import ANN, BOB, ENGINE, RULES, done, job, of_job, opened, refused

# --- events ----------------------------------------------------------------------------------------------------------


def test_a_birth_follows_its_choices_and_then_what_is_urgent() -> None:
    step = done(opened(), job())
    assert step.path == (
        ("Job", 1, None, "arrived", "waiting"),
        ("Job", 1, "begin", "waiting", "working"),
        ("Lift", 2, "raised", "down", "up"),
        ("Tool", 1, "fetched", "shelved", "in_use"),
    )
    assert step.commands == (Began(job=1, lift=2, tools=frozenset({1})),)  # type: ignore[arg-type]
    view = ENGINE.view(step.state)
    assert view.jobs[0].working.is_active
    assert view.jobs[0].lift == view.lifts[1]
    assert view.raisings == 1


def test_a_choice_takes_the_first_exit_whose_guards_hold() -> None:
    state = done(opened(lifts=0), job()).state
    again = done(state, job(Customer("Ann", spelling="ANN")))
    assert again.path == (("Job", 2, None, "arrived", "checked_in"), ("Job", 2, None, "checked_in", "waiting"))
    assert ENGINE.view(again.state).jobs[1].deadline == RULES.patience


def test_the_first_transition_in_source_order_whose_guards_hold_is_taken() -> None:
    by_day = done(opened(), job()).state
    assert done(by_day, of_job("finish", customer=ANN)).path[0] == ("Job", 1, "finish", "working", "done")
    by_night = done(opened(Rules(patience=100, night=Kind.REPAIR)), job()).state
    assert done(by_night, of_job("finish", customer=ANN)).path[0] == ("Job", 1, "finish", "working", "waiting")


def test_what_is_urgent_follows_at_once_and_starts_over_after_each() -> None:
    state = done(opened(lifts=1), job()).state
    state = done(state, job(BOB)).state
    step = done(state, of_job("finish", customer=ANN))
    assert [taken[:3] for taken in step.path] == [
        ("Job", 1, "finish"),
        ("Lift", 1, "lowered"),
        ("Job", 2, "begin"),
        ("Lift", 1, "raised"),
        ("Tool", 2, "fetched"),
    ]


def test_a_step_leaves_the_state_before_it_as_it_was() -> None:
    before = opened()
    key, things = before.key(), [before.row("Lift", 1), before.row("Tool", 1)]
    done(before, job())
    fresh = opened()
    assert (before, key, things) == (fresh, fresh.key(), [fresh.row("Lift", 1), fresh.row("Tool", 1)])


def test_equal_states_are_one_element_of_a_set() -> None:
    first, second = done(opened(), job()).state, done(opened(), job()).state
    assert first is not second
    assert len({first, second, opened()}) == 2
    assert first != "a state"


def test_assignments_are_sequential_and_actions_run_in_order() -> None:
    state = done(opened(lifts=1), job()).state
    counts = [ENGINE.view(state).raisings]
    for _ in range(3):
        state = done(state, of_job("recount")).state
        counts.append(ENGINE.view(state).raisings)
    assert counts == [1, 3, 7, 15]


def test_an_ignored_event_is_accepted_and_changes_nothing() -> None:
    state = done(opened(), job()).state
    step = done(state, of_job("hurry", customer=BOB))
    assert step.path == (("Job", 1, "hurry", "working", "working"),)
    assert step.state == state


def test_an_event_without_a_target_is_offered_to_each_thing_in_order() -> None:
    state = opened(lifts=0)
    for customer in (ANN, BOB, ANN):
        state = done(state, job(customer)).state
    step = done(state, of_job("hurry", None, customer=ANN))
    assert [taken[1] for taken in step.path] == [1, 3]
    assert not isinstance(ENGINE.step(step.state, of_job("hurry", None, customer=BOB), 0), Refusal)


def test_an_event_without_a_target_is_refused_if_nobody_accepts() -> None:
    assert str(refused(opened(), of_job("hurry", None, customer=ANN))) == "hurry of Job is refused: there is no Job"
    state = done(done(opened(lifts=0), job()).state, job(BOB)).state
    nobody = refused(state, of_job("hurry", None, customer=Customer("Cid")))
    assert len(nobody.attempts) == 2
    assert len(str(nobody).splitlines()) == 2


def test_settings_can_change() -> None:
    state = done(opened(), Configure({"patience": 5, "favourite": BOB})).state
    assert ENGINE.view(state).config == Rules(patience=5, favourite=BOB)


def test_a_change_of_settings_may_make_something_urgent() -> None:
    state = done(opened(Rules(patience=1, spare=2)), job()).state
    assert ENGINE.view(state).jobs[0].waiting.is_active
    assert done(state, Configure({"spare": 1})).path[0][:3] == ("Job", 1, "begin")


# --- policies --------------------------------------------------------------------------------------------------------


def test_a_policy_sees_every_accepted_combination_and_picks_one() -> None:
    seen: list[list[tuple[int, int]]] = []

    def assign(garage: Any, job: Any, candidates: Sequence[Any], now: int) -> Any:
        seen.append([(lift.key, tool.key) for lift, tool in candidates])
        assert (garage.jobs, job.waiting.is_active, now) == ((job,), True, 4)
        return candidates[0]

    step = done(opened(), job(), 4, assign=assign)
    assert seen == [[(1, 1), (1, 2), (2, 1), (2, 2)]]
    assert ENGINE.view(step.state).jobs[0].lift == ENGINE.view(step.state).lifts[0]


def test_a_policy_may_wait_and_is_asked_again_at_the_next_step() -> None:
    state = done(opened(), job(), assign=lambda *_: None).state
    assert ENGINE.view(state).jobs[0].waiting.is_active
    assert done(state, None).path[0][:3] == ("Job", 1, "begin")


def test_a_pick_that_was_not_offered_is_an_error_and_changes_nothing() -> None:
    state = opened()
    key = state.key()
    wrongs: list[Any] = [7, (1, 2), "lift", [], (ENGINE.view(state).lifts[0],)]
    for wrong in wrongs:
        with pytest.raises(PolicyError, match=r"assign picked .* for Job 1, which is none of"):
            ENGINE.step(state, job(), 0, {"assign": lambda *_, wrong=wrong: wrong})
    assert state.key() == key


def test_what_a_policy_raises_is_its_own() -> None:
    def assign(*_: Any) -> Any:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        ENGINE.step(opened(), job(), 0, {"assign": assign})


def test_a_policy_nobody_asks_for_is_an_error() -> None:
    with pytest.raises(InputError, match="there is no policy 'asign'"):
        ENGINE.step(opened(), None, 0, {"asign": lambda *_: None})


# --- time ------------------------------------------------------------------------------------------------------------


def rung(step: Any) -> list[tuple[Any, int]]:
    """Which bell rang when."""
    return [(c.bell, c.at) for c in step.commands if isinstance(c, Rang)]


def test_deadlines_before_now_are_served_in_order_each_at_its_own_time() -> None:
    state = opened(bells=2)
    state = done(done(state, Event("Bell", "wind", 1), 0).state, Event("Bell", "wind", 2), 5).state
    step = done(state, None, 40)
    assert rung(step) == [(1, 10), (1, 20), (2, 25), (1, 30), (1, 40)]
    assert (step.deadline, step.state.now) == (45, 40)


def test_the_event_comes_before_what_is_due_at_the_same_time() -> None:
    state = done(opened(bells=1), Event("Bell", "wind", 1), 0).state
    assert rung(done(state, Event("Bell", "unwind", 1), 10)) == []
    assert rung(done(state, Event("Bell", "unwind", 1), 11)) == [(1, 10)]


def test_the_next_deadline_is_the_earliest_after_now() -> None:
    state = opened(bells=3)
    assert done(state, None, 3).deadline is None
    for bell in (3, 1, 2):
        state = done(state, Event("Bell", "wind", bell), 3).state
    assert state.deadline == 13
    assert done(state, Event("Bell", "unwind", 1), 4).deadline == 23
    assert done(state, None, 12).deadline == 13


def test_a_clock_that_runs_backwards_stands_still() -> None:
    state = done(opened(bells=1, now=50), Event("Bell", "wind", 1), 20).state
    assert (state.now, state.deadline) == (50, 60)


def test_a_refusal_lets_no_time_pass_but_its_guards_see_it() -> None:
    state = done(opened(lifts=0), job(deadline=10)).state
    refusal = refused(state, of_job("hurry", customer=ANN), 11)
    assert "is refused in state given_up" in str(refusal)
    assert (state.now, refusal.state.now) == (0, 11)
    assert not isinstance(ENGINE.step(state, of_job("hurry", customer=ANN), 10), Refusal)


def test_deadlines_of_ended_things_wake_nobody() -> None:
    state = done(opened(lifts=0), job(deadline=10)).state
    state = done(state, job(BOB, previous=1)).state
    step = done(state, of_job("hurry", customer=ANN), 1)
    assert (step.state.keys("Job"), step.deadline) == ((1, 2), None)


def test_urgent_events_without_an_end_are_a_fault() -> None:
    state = done(ENGINE.start(RULES, [Birth("Bell", {"every": 0})]), None).state
    with pytest.raises(EngineFault, match=r"more than 10000 urgent events at one time: ring of Bell 1 has no end"):
        ENGINE.step(state, Event("Bell", "wind", 1), 0)


# --- ends ------------------------------------------------------------------------------------------------------------


def test_an_ended_thing_is_dropped_when_nothing_refers_to_it() -> None:
    state = done(opened(lifts=0), job()).state
    assert done(state, of_job("hurry", customer=ANN)).state.keys("Job") == ()
    state = done(state, job(BOB, previous=1)).state
    held = done(state, of_job("hurry", customer=ANN)).state
    assert held.keys("Job") == (1, 2)
    assert done(held, of_job("hurry", 2, customer=BOB)).state.keys("Job") == ()


def test_what_a_held_ended_thing_refers_to_is_held_too() -> None:
    state = opened(lifts=0)
    for previous in (None, 1, 2, 3):
        state = done(state, job(previous=previous)).state
    for key in (1, 2, 3):
        state = done(state, of_job("hurry", key, customer=ANN)).state
    assert state.keys("Job") == (1, 2, 3, 4)
    assert done(state, of_job("hurry", 4, customer=ANN)).state.keys("Job") == ()


def test_sets_hold_their_elements() -> None:
    state = done(opened(), job()).state
    lost = done(state, Event("Tool", "misplaced", 1)).state
    assert lost.keys("Tool") == (1, 2)
    assert done(lost, of_job("finish", customer=ANN)).state.keys("Tool") == (2,)
    assert done(state, Event("Tool", "misplaced", 2)).state.keys("Tool") == (1,)


def test_a_thing_with_regions_ends_when_all_of_them_do() -> None:
    state = done(opened(bells=1), Event("Bell", "wind", 1), 0).state
    state = done(state, None, 10).state
    half = done(state, Event("Note", "read_front", 1), 10).state
    assert half.keys("Note") == (1,)
    assert done(half, Event("Note", "read_back", 1), 10).state.keys("Note") == ()


def test_keys_are_never_used_again() -> None:
    state = done(opened(lifts=0), job()).state
    state = done(state, of_job("hurry", customer=ANN)).state
    assert done(state, job()).state.keys("Job") == (2,)


def test_an_event_for_a_thing_that_is_gone_is_refused() -> None:
    state = done(opened(lifts=0), job()).state
    state = done(state, of_job("hurry", customer=ANN)).state
    assert str(refused(state, of_job("hurry", customer=ANN))) == "hurry of Job 1 is refused: Job 1 has ended"
    assert str(refused(state, job(previous=1))) == "birth of Job is refused: Job 1 has ended"


# --- faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "reason", "line"),
    [
        ("raise_again", "the receiver refuses raised", "lift.raised()"),
        ("stumble", "an optional reference is read that is None", "self.garage.raisings = self.lift.number"),
        ("swear", "the assertion does not hold", "assert self.lift is not None"),
        ("look", "there is no such thing", "return next(t for t in self.garage.tools if t.lost.is_active)"),
        ("peek", "an optional reference is read that is None", "return self.lift.number > 0"),
    ],
)
def test_a_fault_names_the_line_of_the_model_and_changes_nothing(event: str, reason: str, line: str) -> None:
    state = done(opened(lifts=1 if event == "raise_again" else 0), job()).state
    key = state.key()
    with pytest.raises(EngineFault) as caught:
        ENGINE.step(state, of_job(event), 0)
    where = caught.value.where
    assert caught.value.reason == reason
    assert where is not None
    with open(where.file, encoding="utf-8") as file:
        assert file.read().splitlines()[where.line - 1].partition("#")[0].strip() == line
    assert state.key() == key


def test_tracebacks_show_the_generated_line() -> None:
    state = done(opened(lifts=0), job()).state
    with pytest.raises(EngineFault) as caught:
        ENGINE.step(state, of_job("swear"), 0)
    text = "".join(traceback.format_exception(caught.value))
    assert 'raise Fault("the assertion does not hold")' in text


# --- one by one ------------------------------------------------------------------------------------------------------


def test_a_trace_is_the_step_event_by_event() -> None:
    state = done(opened(lifts=1, bells=1), job()).state
    state = done(done(state, job(BOB)).state, Event("Bell", "wind", 1), 0).state
    event = of_job("finish", customer=ANN)
    trace, step = ENGINE.trace(state, event, 11), done(state, event, 11)
    assert isinstance(trace, Trace)
    assert trace.step == step
    assert [str(move.event) for move in trace.moves] == ["ring of Bell 1", "finish of Job 1", "begin of Job 2"]
    assert trace.moves[2].event == Event("Job", "begin", 2, {"lift": 1, "tool": 2})
    assert tuple(taken for move in trace.moves for taken in move.path) == step.path
    assert tuple(command for move in trace.moves for command in move.commands) == step.commands
    assert trace.moves[0].before == state
    assert all(one.after is two.before for one, two in zip(trace.moves, trace.moves[1:], strict=False))
    assert [move.after.now for move in trace.moves] == [10, 11, 11]


def test_laws_are_about_moves() -> None:
    state = done(opened(Rules(patience=1, night=Kind.REPAIR)), job()).state
    trace = ENGINE.trace(state, of_job("finish", customer=ANN), 0)
    assert isinstance(trace, Trace)

    def broken(move: Move) -> list[str]:
        return [v.name for v in ENGINE.violations(move.before, move.commands, move.after)]

    assert [broken(move) for move in trace.moves] == [["nobody_starts_over"], []]
    assert ENGINE.broken_laws(state, trace.step.commands, trace.step.state) == ()


def test_a_law_may_ask_what_was_sent() -> None:
    before = opened()
    (move,) = ENGINE.trace(done(before, job(), assign=lambda *_: None).state, None, 0).moves  # type: ignore[union-attr]
    assert ENGINE.broken_laws(move.before, move.commands, move.after) == ()
    (violation,) = ENGINE.broken_laws(move.before, (), move.after)
    assert str(violation) == "beginnings_are_told: Who begins says so"
    assert violation.where.line > 0


def test_a_law_without_an_answer_is_broken_and_says_why() -> None:
    lost = ENGINE.state(RULES, {"Job": {1: Row(dict(job().fields), ("working",))}})
    assert [v.name for v in ENGINE.broken_invariants(lost)] == ["who_works_has_a_lift"]


def test_urgent_events_are_listed_in_the_order_of_the_engine() -> None:
    state = done(opened(), job(deadline=5), assign=lambda *_: None).state
    begin = [of_job("begin", lift=lift, tool=tool) for lift in (1, 2) for tool in (1, 2)]
    assert ENGINE.urgent(state, 4) == tuple(begin)
    assert ENGINE.urgent(state, 5) == (*begin, of_job("lose_patience"))


def test_one_event_alone_can_be_any_event() -> None:
    state = done(opened(), job(deadline=5), assign=lambda *_: None).state
    begun = ENGINE.take(state, of_job("begin", lift=1, tool=2), 9)
    assert not isinstance(begun, Refusal)
    assert begun.state.now == 9
    given_up = ENGINE.take(state, of_job("lose_patience"), 9)
    assert not isinstance(given_up, Refusal)
    assert given_up.state.keys("Job") == (1,)
    assert ENGINE.tidy(given_up.state).keys("Job") == ()
    assert isinstance(ENGINE.take(state, of_job("lose_patience"), 4), Refusal)
    assert not isinstance(ENGINE.take(state, Event("Lift", "raised", 1), 0), Refusal)
