"""Traces of any system, run again by ``statewatt replay``: the same inputs, the same states."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statewatt.engine import Birth, Configure, Engine, EngineFault, Event, Step, load
from statewatt.engine.command.driving import drive
from statewatt.engine.command.recorded import read
from statewatt.engine.tracefile import Given, Replayed, steps
from statewatt.models.station import ChargingStation
from statewatt.verify.walk import Walker
from tests.command.commands import Commands, write
from tests.engine.examples.garage import Garage
from tests.engine.workshop import ANN, BOB, ENGINE, RULES, job, of_job

SYSTEM = "tests.engine.examples.garage:Garage"
BEGIN: Any = Event("Job", "begin", 1, {"lift": 1, "tool": 2})
DAY = (
    *(Given(Birth("Lift", {"number": number}), 0) for number in (1, 2)),
    *(Given(Birth("Tool", {"kind": job().fields["kind"]}), 0) for _ in range(2)),
    Given(job(ANN), 5, picks=(BEGIN,)),
    Given(of_job("finish", customer=BOB), 6),
    Given(Configure({"patience": 7}), 7),
    Given(job(BOB), 8, picks=()),
    Given(None, 9),
)
"""A day at the garage: Ann's job gets what the garage's own policy would not pick, Bob's waits, then gets the rest."""


def line_of(step: dict[str, Any]) -> str:
    return f"{json.dumps(step)}\n"


@pytest.fixture
def day(tmp_path: Path) -> Path:
    return write(tmp_path / "day.jsonl", list(steps(ENGINE, ENGINE.start(RULES), DAY)))


def test_a_trace_holds_what_was_picked_refused_and_told() -> None:
    found = list(steps(ENGINE, ENGINE.start(RULES), DAY))
    assert found[0]["in"]["system"] == SYSTEM
    assert found[0]["in"]["settings"]["patience"] == 100
    assert found[5]["in"]["birth"] == "Job"
    assert found[5]["in"]["picks"] == [
        {"machine": "Job", "event": "begin", "target": 1, "arguments": {"lift": 1, "tool": 2}}
    ]
    assert [message["fields"]["lift"] for message in found[5]["out"]] == [1]
    assert list(found[6]["out"][0]) == ["refused"]
    assert found[6]["state"] == found[5]["state"]
    assert found[8]["out"] == []
    assert [message["fields"]["lift"] for message in found[9]["out"]] == [2]
    assert found[9]["state"]["machines"]["Job"]["things"]["2"]["state"] == "working"


def test_a_trace_agrees_with_itself(command: Commands, day: Path) -> None:
    assert command("replay", "--expect", day) == (0, "1 of 1 file agrees\n", "")
    status, out, _ = command("replay", "--json", day)
    assert status == 0
    assert list(map(json.loads, out.splitlines())) == list(map(json.loads, day.read_text().splitlines()))


def test_each_step_is_a_line_in_words(command: Commands, day: Path) -> None:
    status, out, err = command("replay", day)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert "a new Lift number=1" in lines[1]
    assert lines[6].startswith("   6    0:00.006  finish of Job 1 customer=")
    assert "->  refused: Job 1 refused finish" in lines[6]
    assert "settings patience=7" in lines[7]
    assert "time passes  ->  Began job=2 lift=2" in lines[9]


def test_what_differs_is_named(command: Commands, day: Path) -> None:
    recorded = [json.loads(line) for line in day.read_text().splitlines()]
    recorded[5]["state"]["machines"]["Job"]["things"]["1"]["fields"]["lift"] = 2
    status, out, _ = command("replay", "--expect", write(day, recorded))
    assert status == 1
    assert "step 5 (line 6) differs" in out
    assert "state.machines.Job.things.1.fields.lift\n    expected  2\n    got       1\n" in out


def test_a_trace_may_begin_in_any_state_with_an_event_alone() -> None:
    state = ENGINE.start(RULES, [Birth("Bell", {"every": 10})])
    wound = ENGINE.take(state, Event("Bell", "wind", 1), 3)
    assert isinstance(wound, Step)
    alone = Given(Event("Bell", "ring", 1), 14, alone=True)
    found = list(steps(ENGINE, wound.state, [alone]))
    assert list(found[0]["in"]) == ["system", "state"]
    assert found[0]["state"] == found[0]["in"]["state"]
    assert found[1]["out"] == [{"command": "Rang", "fields": {"bell": 1, "at": 14, "kind": "CHECK"}}]


def test_broken_laws_and_faults_are_findings(command: Commands, tmp_path: Path) -> None:
    births = [Given(job(), 0), Given(of_job("swear"), 1)]
    found = list(steps(ENGINE, ENGINE.start(RULES), births))
    assert list(found[2]["out"][0]) == ["fault"]
    assert found[2]["state"] == found[1]["state"]
    path = write(tmp_path / "fault.jsonl", found)
    assert command("replay", path)[0] == 1
    assert command("replay", "--expect", path)[0] == 0
    raised = [Given(Birth("Lift", {"number": n}), 0) for n in range(4)]
    raised += [Given(Event("Lift", "raised", n), 0, alone=True) for n in (1, 2, 3, 4)]
    found = list(steps(ENGINE, ENGINE.start(RULES), raised))
    assert [step["out"] for step in found[5:]] == [[], [], [], [{"broken": "few_are_raised"}]]
    path = write(tmp_path / "broken.jsonl", found)
    status, out, _ = command("replay", path)
    assert status == 1
    assert out.endswith("raised of Lift 4 (alone)  ->  broken: few_are_raised\n")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([{"system": 3}], "a system is written as module:Name, not 3"),
        ([{"system": "tests.nowhere:Garage"}], "the system: there is no module 'tests.nowhere'"),
        ([{"system": "json:dumps"}], "json:dumps is no System"),
        ([{"system": SYSTEM}], "settings: 'patience' is missing"),
        ([{"system": SYSTEM, "settings": {"patience": "long"}}], "'patience' is 'long' (str), not an int"),
        ([{"system": SYSTEM, "settings": {"patiense": 1}}], "did you mean patience?"),
        ([{"system": SYSTEM, "state": {}}], "snapshot: 'now' is missing"),
        ([None, {"cmd": "advance", "seconds": 1}], 'an input of a trace has "now"'),
        ([None, {"system": SYSTEM}], 'an input of a trace has "now"'),
        ([None, {"now": "soon"}], "now is a point in time in milliseconds, a whole number, not 'soon'"),
        ([None, {"now": 1, "alone": True}], "what is taken alone is an event"),
        ([None, {"now": 1, "alone": 1}], "alone is true or false, not 1"),
        ([None, {"now": 1, "machine": "Jab"}], "there is no machine 'Jab'; did you mean Job?"),
        ([None, {"now": 1, "picks": [{"birth": "Lift"}]}], "picks: an urgent event is wanted, not a birth of Lift"),
        (
            [None, {"now": 1, "picks": [{"machine": "Job", "event": "begin", "target": 4}]}],
            "a pick is never offered: begin of Job 4",
        ),
    ],
)
def test_what_is_no_trace_is_said_in_one_line(
    command: Commands, tmp_path: Path, lines: list[dict[str, Any] | None], said: str
) -> None:
    head = {"system": SYSTEM, "settings": {"patience": 1}}
    path = write(tmp_path / "day.jsonl", [line or head for line in lines])
    status, _, err = command("replay", path)
    assert status == 2
    assert err.startswith(f"statewatt replay: {path}:{len(lines)}: ")
    assert said in err
    assert err.count("\n") == 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from((Garage, ChargingStation)))
def test_whatever_is_given_comes_to_the_same_again(seed: int, system: type[Any]) -> None:
    engine: Engine[Any] = load(system)
    walker = Walker(engine, seed)
    state = start = engine.start(walker.config())
    inputs: list[Given] = []
    for _ in range(20):
        inputs.append(Given(walker.input(state), state.now + walker.random.choice((0, 1, 2))))
        try:
            found = engine.step(state, inputs[-1].event, inputs[-1].now)
        except EngineFault:
            break
        if isinstance(found, Step):
            state = found.state
    trace = list(steps(engine, start, inputs))
    recorded = read([line_of(step).encode() for step in trace], "trace")
    outcomes = list(drive(lambda _: Replayed(lambda _: engine), recorded, "trace"))
    assert len(outcomes) == len(inputs) + 1
    assert not [outcome.differences for outcome in outcomes if outcome.differences]
