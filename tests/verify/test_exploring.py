"""Exploration: what it reaches is what the engine does, what it says is so, and what it writes can be replayed."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from examples.two_phase_commit import Cluster
from statewatt.engine import Engine, Event, InputError, load
from statewatt.engine.command.application import run
from statewatt.engine.reading import read
from statewatt.models.station import ChargingStation
from statewatt.verify.exploring.findings import explored
from statewatt.verify.exploring.packing import MOMENT
from statewatt.verify.exploring.scope import parsed
from statewatt.verify.exploring.search import Explored, explore
from statewatt.verify.exploring.tours import tours, write_tours
from statewatt.verify.report import write_traces
from tests.broken import answer_after_validation, let_go_by_halves, time_out_untold, told_twice, waiting_for_ever
from tests.verify.explored import clockwork
from tests.verify.relation import Relation
from tests.verify.test_agreement import Case

SMALL = "connectors=1,tokens=1,reservations=0"


def engine_of(python: Any) -> Engine[Any]:
    return Engine(read(python))


@cache
def found(python: Any, scope: str, *settings: str, states: int = 100_000, history: bool = False) -> Explored:
    engine = engine_of(python)
    return explore(engine, parsed(engine, scope, settings), states, history=history)


def verdicts(python: Any, scope: str = "", **options: Any) -> dict[str, str]:
    engine = engine_of(python)
    report, _ = explored(engine, parsed(engine, scope), **options)
    return {v.name: v.verdict for v in report.verdicts}


# --- the relation ----------------------------------------------------------------------------------------------------


def successors(exploration: Explored, state: int) -> set[int]:
    effects, rest = exploration.explorer.effects(state)
    return {state ^ change for change, _, _ in effects} | {rest} - {state}


@pytest.mark.parametrize(
    ("python", "scope", "settings", "most"),
    [
        (clockwork.Tower, "bells=3", (), 1000),
        (clockwork.Table, "forks=2,eaters=2", (), 1000),
        (Cluster, "participants=2,transactions=2,branches=3", (), 60),
        (ChargingStation, SMALL, (), 60),
        (ChargingStation, "connectors=1,tokens=1,authorizations=2,reservations=0", (), 60),
        pytest.param(
            ChargingStation,
            "evses=2,connectors=2,reservations=0,tokens=1",
            ("plug_in_timeout_enabled=true",),
            50,
            marks=pytest.mark.slow,
        ),
        (ChargingStation, "connectors=1,authorizations=0,tokens=1", ("ignore_connector_faults=any",), 15),
    ],
)
def test_the_explored_steps_are_the_engines(python: Any, scope: str, settings: tuple[str, ...], most: int) -> None:
    """What was remembered of one state holds for all others with the same bits."""
    exploration = found(python, scope, *settings, states=3_000)
    relation = Relation(load(python), exploration.explorer)
    states = list(exploration.parents)
    chosen = states if len(states) <= most else random.Random(1).sample(states, most)
    for state in chosen:
        # An event that is ignored is no step of an exploration, though the moment of it passes.
        same = {state, state ^ MOMENT}
        assert successors(exploration, state) - same == relation.successors(state) - same, bin(state)


# --- what is said ----------------------------------------------------------------------------------------------------


def test_every_law_of_the_station_holds_at_a_small_scope() -> None:
    engine = engine_of(ChargingStation)
    report, exploration = explored(engine, parsed(engine, SMALL))
    assert report.holds
    assert exploration.finished
    assert {v.verdict for v in report.verdicts} == {"checked up to n"}
    assert len(report.verdicts) == len(engine.system.invariants) + len(engine.system.laws) + 4
    # One presentation at a time never meets another, and nothing is reserved.
    assert "Authorization: presented → already_in_process" in report.not_reached
    assert not any("Reservation" in text for text in report.not_reached)


def test_the_shortest_way_to_a_broken_law_is_told() -> None:
    engine = engine_of(waiting_for_ever.ChargingStation)
    report, _ = explored(engine, parsed(engine, SMALL))
    (broken,) = [v for v in report.verdicts if not v.holds]
    assert (broken.name, broken.verdict) == ("a_selection_has_a_deadline", "violated")
    lines = [line.strip() for line in broken.stories[0].lines]
    steps = [line.partition(" (")[0] for line in lines if "→" not in line]
    assert steps == [
        "from a system without things:",
        "setting connection_timeout = 1000",
        "a new Evse",
        "a new Connector",
        "a new Authorization",
        "Authorization 1, consider",
        "this breaks it",
    ]
    assert any(line.startswith("Authorization 1: checking → selecting") for line in lines)


@pytest.mark.parametrize(
    ("twin", "scope", "law"),
    [
        (answer_after_validation, SMALL, "late_answers_change_nothing"),
        (told_twice, SMALL, "nothing_is_concluded_twice"),
        (time_out_untold, SMALL, "every_end_is_told"),
        (let_go_by_halves, SMALL, "holder_and_evse_agree"),
    ],
)
def test_broken_twins_break_their_law(twin: ModuleType, scope: str, law: str) -> None:
    assert verdicts(twin.ChargingStation, scope)[law] == "violated"


@pytest.mark.parametrize(
    ("python", "scope", "broken"),
    [
        (clockwork.Tower, "bells=2", set[str]()),
        (clockwork.DeafTower, "bells=1", {"waiting_ends", "no_deadlock"}),
        (clockwork.SnoozingTower, "bells=2", {"waiting_ends"}),
        (clockwork.House, "lamps=1", {"urgent_events_end"}),
        (clockwork.Table, "forks=2,eaters=2", {"no_deadlock"}),
    ],
)
def test_what_every_system_owes(python: Any, scope: str, broken: set[str]) -> None:
    assert {name for name, verdict in verdicts(python, scope).items() if verdict == "violated"} == broken


@pytest.mark.parametrize(
    ("python", "scope"),
    [
        (waiting_for_ever.ChargingStation, SMALL),
        (told_twice.ChargingStation, SMALL),
        (let_go_by_halves.ChargingStation, SMALL),
        (clockwork.DeafTower, "bells=1"),
        (clockwork.SnoozingTower, "bells=2"),
        (clockwork.House, "lamps=1"),
        (clockwork.Table, "forks=2,eaters=2"),
    ],
)
def test_counterexamples_are_traces_that_the_engine_runs_to_the_same_states(
    python: Any, scope: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = engine_of(python)
    report, _ = explored(engine, parsed(engine, scope))
    broken = [v for v in report.verdicts if v.verdict == "violated"]
    files = [str(file) for file in write_traces(report, tmp_path)]
    assert len(files) == len(broken) > 0
    assert run(["replay", "--expect", *files]) == 0
    for verdict in broken:
        told = verdict.stories[0].trace[-1]["out"]
        if verdict.declared:
            assert {"broken": verdict.name} in told
        if verdict.name in ("the_model_does_not_fail", "urgent_events_end"):
            assert "fault" in told[0]


def test_a_trace_of_an_exploration_is_noticed_by_another_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twin = "tests.broken.waiting_for_ever:ChargingStation"
    assert run(["verify", twin, "--scope", SMALL, "--traces", str(tmp_path)]) == 1
    file = tmp_path / "a_selection_has_a_deadline.jsonl"
    assert f"statewatt replay {file}" in capsys.readouterr().out
    assert run(["replay", "--expect", str(file)]) == 0
    file.write_text(file.read_text().replace(twin, "statewatt.models.station:ChargingStation"))
    assert run(["replay", "--expect", str(file)]) == 1


def test_an_exploration_that_ends_early_says_so() -> None:
    engine = engine_of(ChargingStation)
    report, exploration = explored(engine, parsed(engine, SMALL), states=500)
    assert not exploration.finished
    assert not report.holds
    assert {v.verdict for v in report.verdicts} == {"unknown"}
    assert 500 <= report.states < 1500


def test_settings_are_explored() -> None:
    engine = engine_of(ChargingStation)
    scope = parsed(engine, SMALL, ["plug_in_timeout_enabled=any", "selection_algorithm=FindFirst|UserInput"])
    assert len(scope.configs) == 4
    plugs = "connectors=1,authorizations=0,reservations=0"
    both = found(ChargingStation, plugs, "ignore_connector_faults=any")
    each = [found(ChargingStation, plugs, f"ignore_connector_faults={value}") for value in ("true", "false")]
    # Faults that came before they were ignored stay.
    assert len(both.parents) > sum(len(one.parents) for one in each)


@pytest.mark.parametrize(
    ("scope", "settings", "said"),
    [
        ("evse=2", (), "nothing to count that is called 'evse'; it has evses"),
        ("evses", (), "a scope is written as name=number,…, not 'evses'"),
        ("evses=many", (), "not evses=many"),
        ("tokens=0", (), "one value of tokens at least"),
        ("evses=65", (), "numbers up to 64"),
        ("", ("timeout=1",), "no setting 'timeout'; it has"),
        ("", ("selection_algorithm=Best",), "any, or one of"),
    ],
)
def test_a_wrong_scope_is_refused(scope: str, settings: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        parsed(engine_of(ChargingStation), scope, settings)


# --- tours -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("python", "scope", "kind"),
    [
        (ChargingStation, SMALL, "transitions"),
        pytest.param(ChargingStation, SMALL, "pairs", marks=pytest.mark.slow),
        (Cluster, "participants=1,transactions=1,branches=1", "transitions"),
        (Cluster, "participants=1,transactions=1,branches=1", "pairs"),
        (clockwork.Tower, "bells=2", "pairs"),
    ],
)
def test_tours_take_everything_and_replay(python: Any, scope: str, kind: str, tmp_path: Path) -> None:
    engine = engine_of(python)
    exploration = found(python, scope, history=kind == "pairs")
    reached = exploration.explorer.checks.pairs if kind == "pairs" else exploration.transitions
    result = tours(engine, exploration, kind)
    assert result.missed == []
    assert set[Any]().union(*(tour.takes for tour in result.tours)) == set(reached)
    assert all(tour.takes for tour in result.tours)
    files = [str(file) for file in write_tours(engine, result, tmp_path)]
    assert run(["replay", "--expect", *files]) == 0


def test_a_tour_is_noticed_by_another_engine(tmp_path: Path) -> None:
    engine = engine_of(ChargingStation)
    files = list(write_tours(engine, tours(engine, found(ChargingStation, SMALL), "transitions"), tmp_path))
    other = "tests.broken.waiting_for_ever:ChargingStation"
    for file in files:
        file.write_text(file.read_text().replace("statewatt.models.station:ChargingStation", other))
    assert run(["replay", "--expect", *map(str, files)]) == 1


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert run(["verify", "--scope", SMALL, "--report", str(report)]) == 0
    said = capsys.readouterr().out
    assert "properties hold: " in said
    assert json.loads(report.read_text())["holds"] is True
    assert run(["verify", "--scope", SMALL, "--states", "300"]) == 1
    assert "Not finished: " in capsys.readouterr().out
    assert run(["verify", "tests.verify.explored.clockwork:House", "--scope", "lamps=1"]) == 1
    assert "urgent events go round from here without an end" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tour", "transitions", "--out", "somewhere"], "--tour is for an exploration"),
        (["--scope", "evses=1", "--tour", "everything", "--out", "somewhere"], "--tour is transitions or pairs"),
        (["--scope", "evses=1", "--tour", "pairs"], "--tour and --out go together"),
        (["--scope", "evses=1", "--states", "0"], "not 0"),
        (["--scope", "evs=1"], "it has evses"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


# --- the prover ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("python", "scope"),
    [
        (clockwork.Tower, "bells=2"),
        (clockwork.Table, "forks=1,eaters=1"),
        pytest.param(clockwork.Table, "forks=2,eaters=2", marks=pytest.mark.slow),
        pytest.param(Cluster, "participants=1,transactions=1,branches=1", marks=pytest.mark.slow),
    ],
)
def test_the_explored_relation_is_the_provers(python: Any, scope: str) -> None:
    """In every state that is reached, each event leads by the formulas where the engine and the exploration lead."""
    exploration = found(python, scope)
    engine = load(python)
    relation = Relation(engine, exploration.explorer)
    assert exploration.finished
    for state in exploration.parents:
        same = {state, state ^ MOMENT}
        assert successors(exploration, state) - same == relation.successors(state) - same
        real = relation.real(state)
        for event in (*engine.urgent(real, 0), *relation.events(real)):
            if not isinstance(event, Event) or event.target is not None:
                Case(engine, real, event, 0).check()
