"""Plain python-statemachine classes: what is found, and that the library itself does the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statemachine import State, StateChart, StateMachine
from statemachine.exceptions import InvalidDefinition, TransitionNotAllowed

from statewatt.engine import InputError
from statewatt.verify.plain.chart import chart
from statewatt.verify.plain.checking import check
from statewatt.verify.plain.checks import Checks
from statewatt.verify.plain.names import PROPERTIES
from statewatt.verify.plain.places import Places
from tests.verify.plain_examples import doors

LINES = Path(doors.__file__).read_text(encoding="utf-8").splitlines()


def told(cls: type[StateChart[Any]], name: str) -> list[str]:
    (verdict,) = check(cls, [name]).verdicts
    return [story.title.removeprefix(f"{name}: ") for story in verdict.stories]


def test_a_sound_door_is_proved() -> None:
    report = check(doors.Door)
    assert report.holds
    assert {v.verdict for v in report.verdicts} == {"proved for any size"}
    (remark,) = report.remarks
    assert remark == ("Refused: closed: pull, turn at times; open: push, turn; locked: push, pull, turn at times.")


def test_a_state_behind_contradictory_guards_is_dead() -> None:
    assert told(doors.Gate, "every_state_can_be_reached") == ["ajar cannot be reached from closed"]


def test_a_state_that_nothing_leaves_is_a_trap() -> None:
    (verdict,) = check(doors.Gate, ["every_state_has_a_way_out"]).verdicts
    assert verdict.stories[0].title == "every_state_has_a_way_out: jammed cannot be left"
    assert verdict.stories[0].lines == ("jammed → gone if not (key or not key): its guards can never hold",)


def test_transitions_that_are_never_taken_are_named_with_the_reason() -> None:
    (verdict,) = check(doors.Gate, ["every_transition_can_be_taken"]).verdicts
    found = {story.title.split(": ", 1)[1]: story for story in verdict.stories}
    contradictory = found["closed → ajar if (code) and (not code) on push is never taken"]
    assert contradictory.lines == ("its guards can never hold",)
    hidden = found["open → gone if height == 7 on pull is never taken"]
    assert "an earlier one is taken: open → jammed if height >= 3 (" in hidden.lines[0]
    shadowed = found["closed → jammed if key ^ !code on push is never taken"]
    assert "an earlier one is taken: closed → open if key v code (" in shadowed.lines[0]
    assert len(found) == 4
    for story in found.values():
        source, target = story.title.split(": ", 1)[1].split(" if ")[0].split(" → ")
        assert f"{source}.to({target}" in LINES[story.where.line - 1]


def test_what_is_decided_by_order_is_told_and_a_finding_only_if_asked_for() -> None:
    report = check(doors.Gate)
    assert any(r.startswith("Decided by order, ") and "closed: push → open before → gone" in r for r in report.remarks)
    assert "guards_exclude_each_other" not in {v.name for v in report.verdicts}
    (first, *_) = told(doors.Gate, "guards_exclude_each_other")
    assert first.startswith("both are open in closed, push, when ")
    assert check(doors.Gate, ["every_state_can_be_reached"]).remarks == ()


def test_a_guard_that_the_library_drops_is_not_there() -> None:
    """It keeps one condition of each text, whether it is in cond or in unless."""
    assert told(doors.Dropped, "every_transition_can_be_taken") == []
    machine = doors.Dropped()
    machine.push()
    assert machine.current_state_value == "open"


def test_functions_are_unknown_and_each_for_itself() -> None:
    found = told(doors.Functions, "guards_exclude_each_other")
    assert len([f for f in found if "in idle, start" in f]) == 3
    assert not any("stop" in f for f in found)
    assert check(doors.Functions).holds


def test_a_chart_ignores_what_it_does_not_know_and_moves_without_events() -> None:
    report = check(doors.Chart)
    assert report.holds
    assert any(remark.startswith("Ignored: idle: back; choosing: go, back; left: go") for remark in report.remarks)
    assert not any("Decided" in remark for remark in report.remarks)


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (doors.Nested, "Nested has the compound state outer, and plain classes are checked only where they are flat"),
        (doors.Parallel, "Parallel has the parallel state both"),
        (doors.Base, "Base has no states"),
        (doors.Unreadable, "cannot read the condition 'tries * 2'"),
    ],
)
def test_what_cannot_be_checked_is_refused(cls: type[StateChart[Any]], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("*", r"\*")):
        check(cls)


def test_the_library_refuses_the_same_condition() -> None:
    with pytest.raises(InvalidDefinition):
        doors.Unreadable()


# --- the library itself does the same --------------------------------------------------------------------------------

NAMES = ("a", "b", "v")
STATES = ("s0", "s1", "s2", "s3")
EVENTS = ("e", "f")

compounds = st.sampled_from(["a ^ b", "a v b", "a and not b", "(a or b) and !a", "n < 2", "n == 2"])
atoms = st.one_of(st.sampled_from([*NAMES[:2], "!a", "not b"]), compounds)
# The library cannot take one guard in two spellings, such as "!a" and "not (a)".
expressions = st.one_of(
    atoms, st.just("v"), st.builds("({}) and ({})".format, atoms, atoms), st.builds("not ({})".format, compounds)
)
guards: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"cond": st.lists(expressions, min_size=1, max_size=2)}, optional={"unless": expressions}),
)
arrows = st.lists(
    st.tuples(st.sampled_from(STATES), st.sampled_from(STATES), st.sampled_from(EVENTS), guards), min_size=1, max_size=9
)


def made(drawn: list[tuple[str, str, str, dict[str, Any]]]) -> type[StateMachine]:
    """A class with these transitions; the library's own checks of the graph are off."""
    states = {name: State(initial=name == "s0") for name in STATES}
    flags = {"validate_disconnected_states": False, "validate_trap_states": False}
    for source, target, event, guard in drawn:
        states[source].to(states[target], event=event, **guard)
    return type("Drawn", (StateMachine,), {**states, **flags, "__module__": __name__})


def runs(cls: type[StateMachine]) -> Iterator[tuple[str, str, str | None]]:
    """What the library does in every state, for every event and all values: the next state, or a refusal."""
    model = SimpleNamespace(a=False, b=False, v=False, n=0)
    machine = cls(model)
    for state, event in product(STATES, EVENTS):
        for model.a, model.b, model.v, model.n in product((False, True), (False, True), (False, True), (1, 2, 3)):
            machine.current_state_value = state
            try:
                machine.send(event)
            except TransitionNotAllowed:
                yield state, event, None
            else:
                yield state, event, machine.current_state_value


@settings(max_examples=25, deadline=None)
@given(arrows)
def test_the_library_goes_where_the_checks_say(drawn: list[tuple[str, str, str, dict[str, Any]]]) -> None:
    cls = made(drawn)
    ran = set(runs(cls))
    reached = {"s0"}
    while more := {target for source, _, target in ran if source in reached and target} - reached:
        reached |= more
    checks = Checks(chart(cls))
    assert checks.reachable == reached
    taken = {(arrow.source, event, arrow.target) for arrow in checks.takeable for event in arrow.events}
    assert taken == {run for run in ran if run[2] is not None}
    refused = {(f.state, f.brief.split()[0]) for f in checks.unhandled()}
    used = set(chart(cls).events)
    assert refused == {(s, e) for s, e, target in ran if target is None and s in reached and e in used}


# --- places ----------------------------------------------------------------------------------------------------------


def test_what_is_inherited_is_found_where_it_is_declared() -> None:
    (own, inherited) = chart(doors.Vault).arrows, chart(doors.Safe).arrows
    assert [arrow.where for arrow in own] == [arrow.where for arrow in inherited]
    assert LINES[chart(doors.Vault).where.line - 1].startswith("class Vault")


def test_every_transition_is_found_in_the_source() -> None:
    for cls in (doors.Door, doors.Gate, doors.Chart, doors.Functions):
        for arrow in chart(cls).arrows:
            line = LINES[arrow.where.line - 1]
            assert re.search(rf"\b{arrow.source}\.to|{arrow.target}\.from_\({arrow.source}", line), (arrow, line)


def test_a_class_without_source_has_its_states_all_the_same() -> None:
    read = chart(made([("s0", "s1", "e", {})]))
    assert [arrow.where for arrow in read.arrows] == [Places(int).of_class]


def test_every_property_has_a_check() -> None:
    assert set(Checks(chart(doors.Door)).of) == set(PROPERTIES)
