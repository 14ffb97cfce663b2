"""The example of the tutorial: it runs, it is proved, and a participant that forgets its promise is refuted."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.two_phase_commit import Apply, Cluster, Config, Decide, Prepare, Promise
from statewatt.engine import Birth, Command, Engine, Event, Refusal, load
from statewatt.engine.reading import read
from statewatt.verify import Report, verify

SOURCE = Path(__file__).parents[2] / "examples" / "two_phase_commit.py"
ENGINE: Engine[Cluster] = load(Cluster)
PATIENCE = 100


class Run:
    """One transaction, of which each participant does a part, and all that was commanded."""

    def __init__(self, participants: int) -> None:
        births = [Birth("Transaction"), *(Birth("Participant") for _ in range(participants))]
        parts = [Birth("Branch", {"transaction": 1, "participant": key}) for key in range(1, participants + 1)]
        self.state = ENGINE.start(Config(PATIENCE), births + parts)
        self.commands: list[Command] = []
        self.deadline: int | None = None

    def take(self, machine: str, event: str, key: int, now: int = 0) -> Refusal | None:
        result = ENGINE.step(self.state, Event(machine, event, key), now)
        if isinstance(result, Refusal):
            return result
        self.state, self.deadline = result.state, result.deadline
        self.commands += result.commands
        assert ENGINE.broken_invariants(self.state) == ()
        return None

    def wait(self, now: int) -> None:
        result = ENGINE.step(self.state, None, now)
        assert not isinstance(result, Refusal)
        self.state = result.state
        self.commands += result.commands

    def of(self, kind: type[Command]) -> list[Command]:
        return [command for command in self.commands if isinstance(command, kind)]

    def decided(self) -> set[bool]:
        return {command.commit for command in self.commands if isinstance(command, Decide)}


@pytest.mark.parametrize("participants", [1, 2, 5])
def test_when_everybody_promises_everybody_commits(participants: int) -> None:
    run = Run(participants)
    run.take("Transaction", "request", 1)
    assert run.deadline == PATIENCE
    for key in range(1, participants + 1):
        assert run.decided() == set()
        run.take("Branch", "promise", key)
        run.take("Branch", "arrive", key)
    for key in range(1, participants + 1):
        run.take("Branch", "learn", key)
    assert [len(run.of(kind)) for kind in (Prepare, Promise, Decide, Apply)] == [participants] * 4
    assert run.decided() == {True}


def test_a_promise_that_does_not_come_in_time_aborts() -> None:
    run = Run(2)
    run.take("Transaction", "request", 1)
    run.take("Branch", "promise", 1)
    run.take("Branch", "arrive", 1)
    run.wait(PATIENCE - 1)
    assert run.decided() == set()
    run.wait(PATIENCE)
    assert run.decided() == {False}
    run.take("Branch", "learn", 1)
    assert run.of(Apply) == []


def test_a_promise_survives_a_crash_and_binds() -> None:
    run = Run(1)
    run.take("Branch", "promise", 1)
    run.take("Participant", "crash", 1)
    assert "participant is running" in str(run.take("Branch", "learn", 1))
    run.take("Participant", "restart", 1)
    assert isinstance(run.take("Branch", "give_up", 1), Refusal)
    assert ENGINE.view(run.state).branches[0].prepared.is_active


def test_a_part_that_comes_too_late_is_turned_away() -> None:
    run = Run(1)
    run.take("Transaction", "cancel", 1)
    step = ENGINE.step(run.state, Birth("Branch", {"transaction": 1, "participant": 1}), 0)
    assert not isinstance(step, Refusal)
    assert [target for machine, *_, target in step.path if machine == "Branch"] == ["turned_away"]


MOVES = [
    *(("Branch", event) for event in ("promise", "give_up", "learn", "arrive")),
    *(("Participant", event) for event in ("crash", "restart")),
    *(("Transaction", event) for event in ("request", "cancel")),
]


@given(st.lists(st.tuples(st.sampled_from(MOVES), st.integers(1, 3), st.integers(0, 60)), max_size=40))
def test_whatever_happens_all_apply_or_nobody_does(moves: list[tuple[tuple[str, str], int, int]]) -> None:
    run, now = Run(3), 0
    for (machine, event), key, passed in moves:
        now += passed
        run.take(machine, event, 1 if machine == "Transaction" else key, now)
    assert len(run.decided()) <= 1
    assert not run.of(Apply) or run.decided() == {True}


def test_every_property_is_proved() -> None:
    report = verify(read(Cluster))
    assert report.holds
    assert report.without_witness == ()
    assert report.not_taken == ()


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The model of participants whose promises do not survive a crash."""
    text = SOURCE.read_text(encoding="utf-8")
    kept, forgotten = (
        "lose = working.to(aborted) | ignored(prepared)",
        "lose = working.to(aborted) | prepared.to(aborted)",
    )
    assert text.count(kept) == 1
    folder = tmp_path_factory.mktemp("forgetful")
    (folder / "forgetful.py").write_text(text.replace(kept, forgotten), encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        return verify(read(importlib.import_module("forgetful").Cluster))
    finally:
        sys.path.remove(str(folder))


def test_a_forgotten_promise_is_told_as_a_story(forgetful: Report) -> None:
    verdicts = {verdict.name: verdict for verdict in forgetful.verdicts}
    assert verdicts["a_promise_is_kept"].verdict == "violated"
    lines = verdicts["a_promise_is_kept"].stories[0].lines
    inputs = [line.split(": ", 1)[-1] for line in lines if line.startswith("at ")]
    assert re.fullmatch(r"Branch \d, promise.*", inputs[-2])
    assert re.fullmatch(r"(every Participant|Participant \d), crash", inputs[-1])
    assert any(line.startswith("  Branch 1: prepared → aborted") for line in lines)
    assert lines[-1] == "this breaks it"


def test_who_forgets_a_promise_may_abort_what_others_commit(forgetful: Report) -> None:
    (verdict,) = (verdict for verdict in forgetful.verdicts if verdict.name == "all_or_nothing")
    assert not verdict.holds
    story = verdict.stories[0]
    assert story.confirmed
    assert any("crash" in line for line in story.lines)
    assert any("prepared → aborted" in line for line in story.lines)
