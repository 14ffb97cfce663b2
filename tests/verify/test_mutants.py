"""Mutants: each kind is made, each fate is met, survivors are explained and explanations are of survivors."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, version
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from statewatt.engine.command import application
from statewatt.engine.reading import read
from statewatt.engine.state import InputError
from statewatt.models.station import ChargingStation
from statewatt.verify.known import Known
from statewatt.verify.mutants import Strength, Tried, as_data, mutants, strength
from statewatt.verify.mutants import explained as explained_module
from statewatt.verify.mutants.explained import Explanations, explanations
from statewatt.verify.mutants.report import FORMATS
from statewatt.verify.mutants.survey import Stale
from statewatt.verify.properties import Goal
from statewatt.verify.prove import prove
from statewatt.verify.terms import TRUE, Optional, Term, z3
from statewatt.verify.workshop import Workshop
from statewatt.verify.world import unknown_world
from tests.language.examples import station as language_station
from tests.verify.examples import lockers

LOCKERS = "tests.verify.examples.lockers:Post"


@cache
def found() -> Strength:
    return strength(read(lockers.Post))


def fate(name: str) -> tuple[str, str]:
    [tried] = [each for each in found().tried if each.name == name]
    return tried.fate, tried.by


# --- making ---


def test_names_are_unique_and_systems_differ_in_one_place() -> None:
    system = read(ChargingStation)
    made = mutants(system)
    assert len({each.name for each in made}) == len(made) > 1500
    assert {each.kind for each in made} == {
        "guard removed",
        "guard negated",
        "update dropped",
        "target swapped",
        "transition removed",
    }
    for each in made:
        assert each.system != system, each.name
        assert (each.system.invariants, each.system.laws) == (system.invariants, system.laws)


def test_names_do_not_depend_on_places() -> None:
    """The same model lower in its file has mutants of the same names."""
    system = read(lockers.Post)
    moved = tuple(replace(m, where=replace(m.where, line=m.where.line + 100)) for m in system.machines)
    assert [m.name for m in mutants(replace(system, machines=moved))] == [m.name for m in mutants(system)]


def test_updates_inside_branches_and_loops_are_dropped() -> None:
    names = {each.name for each in mutants(read(ChargingStation)) if each.kind == "update dropped"}
    assert "Evse.free_everything: without c.freed()" in names
    assert "Evse.occupy: without self.holder.start()" in names
    assert "Authorization.stop_by_master_pass: without emit StopTransaction" in names
    assert "Authorization.note_answer: without new Answer" in names


def test_every_resting_state_of_the_region_is_a_target_but_its_own() -> None:
    swapped = [each.name for each in mutants(read(lockers.Post)) if each.kind == "target swapped"]
    assert swapped == [
        "Locker.fail shut → broken: to shut instead",
        "Locker.mend broken → shut: to broken instead",
        "Parcel.store carried → stored: to carried instead",
        "Parcel.store carried → stored: to collected instead",
        "Parcel.collect stored → collected: to carried instead",
        "Parcel.collect stored → collected: to stored instead",
        "Parcel.look carried → carried: to stored instead",
        "Parcel.look carried → carried: to collected instead",
    ]


# --- fates ---


@pytest.mark.parametrize(
    ("name", "by"),
    [
        ("Locker.fail shut → broken: without is_empty", "a_broken_locker_is_empty"),
        ("Locker.fail shut → broken: negated is_empty", "a_broken_locker_is_empty"),
        ("Parcel.is_usable: without locker.is_empty()", "parcels_and_lockers_agree"),
        ("Parcel.is_usable: without locker.shut.is_active", "a_broken_locker_is_empty"),
        ("Parcel.put: without locker.parcel = self", "parcels_and_lockers_agree"),
        ("Parcel.take_out: without self.locker = None", "parcels_and_lockers_agree"),
        ("Parcel.store carried → stored: to collected instead", "a_parcel_is_collected_from_a_locker"),
    ],
)
def test_a_property_notices(name: str, by: str) -> None:
    told, found_by = fate(name)
    assert told == "refuted"
    assert found_by in {p.name for p in (*read(lockers.Post).invariants, *read(lockers.Post).laws)}
    [mutant] = [each for each in mutants(read(lockers.Post)) if each.name == name]
    assert not prove(mutant.system).outcomes[by].proved


def test_what_is_implied_by_the_invariants_is_equivalent() -> None:
    assert fate("Parcel.store carried → stored: without is_in_no_locker") == ("equivalent", "")


def test_an_update_that_writes_what_is_there_is_equivalent() -> None:
    assert fate("Parcel.look_up: without self.locker = None") == ("equivalent", "")


@pytest.mark.parametrize(
    "name",
    [
        "Parcel.store carried → stored: without fits",
        "Parcel.put: without emit Open",
        "Locker.mend shut → shut: removed",
    ],
)
def test_what_no_law_describes_survives(name: str) -> None:
    assert fate(name) == ("described by no law", "")


def test_what_the_reader_would_refuse_is_said() -> None:
    tried = {each.name: each for each in strength(read(language_station.ChargingStation)).tried}
    first = tried["Authorization presented → already_in_process if token_is_in_process: without token_is_in_process"]
    assert first.fate == "refused by the reader"
    assert "is never reached" in first.by
    unbound = tried["Authorization.take: without new Answer"]
    assert (unbound.fate, unbound.by) == ("refused by the reader", 'unknown name "answer"')
    last = tried["Authorization presented → selecting: removed"]
    assert last.by == 'the last exit of the choice "presented" is guarded'


@pytest.mark.parametrize(
    "python", [lockers.Post, pytest.param(language_station.ChargingStation, marks=pytest.mark.slow)]
)
def test_each_fate_agrees_with_a_proof_of_the_whole_mutant(python: type) -> None:
    """What is skipped because it was proved of the original, or for it has no part in the change, is proved."""
    system = read(python)
    before = {name for name, outcome in prove(system).outcomes.items() if not outcome.proved}
    for mutant, tried in zip(mutants(system), strength(system).tried, strict=True):
        if tried.fate == "refused by the reader":
            continue
        outcomes = prove(mutant.system).outcomes
        broken = {name for name, outcome in outcomes.items() if not outcome.proved} - before
        if tried.fate == "refuted":
            assert tried.by in broken, mutant.name
        else:
            assert not broken, mutant.name


def test_processes_find_the_same() -> None:
    def told(each: Tried) -> tuple[str, ...]:
        return each.name, each.fate

    assert list(map(told, strength(read(lockers.Post), jobs=2).tried)) == list(map(told, found().tried))


# --- what is known ---


def goal(claim: Term, *premises: Term) -> Goal:
    owner = next(p for p in Workshop(read(lockers.Post)).problem.properties if p.about == "state")
    return Goal(owner, None, None, premises, claim)


def test_what_was_proved_is_known_from_the_premises_that_it_needs() -> None:
    p, q, r = z3.Bools("p q r")
    known = Known([z3.Implies(p, r)])
    assert known.prove([goal(r, p, q)], 1) == "unsat"
    assert known.open([goal(r, p), goal(r, q, p)]) == []
    for open_ in (goal(r, q), goal(q, p), goal(r)):
        assert known.open([open_]) == [open_]
        assert known.prove([open_], 1) == "sat"


def test_effort_is_counted_in_steps_of_the_solver() -> None:
    """Seven pigeons have no place in six holes; with too little effort that is not found out, again and again."""
    sits = [[z3.Bool(f"{pigeon} in {hole}") for hole in range(6)] for pigeon in range(7)]
    alone = [z3.Not(z3.And(a, b)) for hole in zip(*sits, strict=True) for a, b in combinations(hole, 2)]
    known = Known([*(z3.Or(*places) for places in sits), *alone])
    nothing = goal(z3.BoolVal(False))
    assert [known.prove([nothing], 0.0001) for _ in range(3)] == ["unknown"] * 3
    assert known.open([nothing]) == [nothing]
    assert known.prove([nothing], 10) == "unsat"
    assert known.open([nothing]) == []


def test_the_same_writing_has_the_same_number() -> None:
    problem = Workshop(read(lockers.Post)).problem
    world, locker = problem.world, problem.vocabulary.thing("Locker")
    key = ("Locker", "parcel")
    parcel, other = (Optional(TRUE, problem.vocabulary.thing("Parcel")) for _ in range(2))
    once, again = (world.written(key, locker, parcel) for _ in range(2))
    assert once.version(key) == again.version(key) != world.version(key)
    assert world.written(key, locker, other).version(key) != once.version(key)
    assert once.written(key, locker, parcel).version(key) != once.version(key)
    unknown = unknown_world(problem.vocabulary)
    assert unknown.version(key) != world.version(key)
    assert unknown.written(key, locker, parcel).version(key) != once.version(key)


# --- explanations ---


def explained(monkeypatch: pytest.MonkeyPatch, *names: str) -> Strength:
    written = Explanations(dict.fromkeys(names, "Policy."), Path("lockers.mutants.toml"))
    monkeypatch.setattr("statewatt.verify.mutants.survey.explanations", lambda _: written)
    return strength(read(lockers.Post))


def test_every_survivor_is_to_be_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    survivors = [each.name for each in found().unexplained]
    assert survivors
    assert not found().holds
    assert explained(monkeypatch, *survivors).holds
    missing = explained(monkeypatch, *survivors[1:])
    assert [each.name for each in missing.unexplained] == survivors[:1]


def test_a_stale_explanation_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    survivors = [each.name for each in found().unexplained]
    refuted = "Parcel.put: without locker.parcel = self"
    equivalent = "Parcel.look_up: without self.locker = None"
    stale = explained(monkeypatch, *survivors, "Parcel.fly", refuted, equivalent)
    assert not stale.holds
    assert stale.stale == (
        Stale("Parcel.fly", "there is no such mutant"),
        Stale(refuted, f"it is refuted by {fate(refuted)[1]}"),
        Stale(equivalent, "it is equivalent"),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[Post]\n", "is no TOML"),
        ('[[Post]]\nmutants = ["a"]\n', 'entry 1 is to be of the form why = "…"'),
        ('[[Post]]\nwhy = "b"\nmutants = ["a"]\n[[Post]]\nwhy = "c"\nmutants = ["a"]\n', "explains 'a' a second time"),
        ("Post = 7\n", "entry 1 is to be of the form"),
        ('[[Post]]\nwhy = "b"\nmutants = ["a", 7]\n', "entry 1 is to be of the form"),
        ('[[Post]]\nwhy = "b"\nmutants.a = "without b"\n', "entry 1 is to be of the form"),
        ('[[Post]]\nwhy = "b"\nmutants.a = []\n', "entry 1 is to be of the form"),
    ],
)
def test_a_file_of_another_form_is_refused(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lockers.mutants.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(lockers, "__file__", str(tmp_path / "lockers.py"))
    with pytest.raises(InputError, match=message.replace("(", r"\(").replace("…", ".")):
        explanations(read(lockers.Post))


def test_the_file_beside_the_module_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[[Other]]\nwhy = "b"\nmutants = ["a"]\n[[Post]]\nwhy = "c"\nmutants = ["a", "d"]\n'
    (tmp_path / "lockers.mutants.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(lockers, "__file__", str(tmp_path / "lockers.py"))
    assert explained_module.explanations(read(lockers.Post)).reasons == {"a": "c", "d": "c"}


def test_mutants_of_one_place_are_listed_under_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        '[[Post]]\nwhy = "c"\n[Post.mutants]\n"Parcel.put" = ["without a", "without b"]\n"Parcel.look" = ["removed"]\n'
    )
    (tmp_path / "lockers.mutants.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(lockers, "__file__", str(tmp_path / "lockers.py"))
    names = ["Parcel.put: without a", "Parcel.put: without b", "Parcel.look: removed"]
    assert explained_module.explanations(read(lockers.Post)).reasons == dict.fromkeys(names, "c")


# --- reports and the command ---


def test_reports_tell_the_same() -> None:
    data = json.loads(FORMATS[".json"](found()))
    assert data == as_data(found())
    assert sum(data["counts"].values()) == len(data["mutants"]) == len(found().tried)
    suite = ElementTree.fromstring(FORMATS[".xml"](found())).find("testsuite")
    assert suite is not None
    assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) == len(found().tried)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure")) == len(found().unexplained)
    assert {case.attrib["file"] for case in suite.findall("testcase")} == {"tests/verify/examples/lockers.py"}
    [run] = json.loads(FORMATS[".sarif"](found()))["runs"]
    assert len(run["results"]) == len(found().unexplained)
    assert run["tool"]["driver"]["version"] == version("statewatt")
    text = FORMATS[".md"](found())
    assert all(f"* {each.name}\n" in text for each in found().unexplained)


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("verify", "statewatt.verify.command:command", application.GROUP)
    monkeypatch.setattr(application, "_entry_points", lambda: [point])


@pytest.mark.usefixtures("_installed")
def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "report.json"
    assert application.run(["verify", LOCKERS, "--mutants", "--jobs", "1", "--report", str(file)]) == 1
    out = capsys.readouterr().out
    assert "described by no law  Parcel.put: without emit Open  (" in out
    assert json.loads(file.read_text(encoding="utf-8"))["holds"] is False
    lines = "".join(f"  '{each.name}',\n" for each in found().unexplained)
    (tmp_path / "lockers.mutants.toml").write_text(f"[[Post]]\nwhy = 'x'\nmutants = [\n{lines}]\n", encoding="utf-8")
    monkeypatch.setattr(lockers, "__file__", str(tmp_path / "lockers.py"))
    assert application.run(["verify", LOCKERS, "--mutants", "--jobs", "1"]) == 0
    assert "15 survive, 15 explained" in capsys.readouterr().out


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize(
    "others",
    [
        ["--property", "a_broken_locker_is_empty"],
        ["--traces", "."],
        ["--infer"],
        ["--scope", "lockers=2"],
        ["--scope", "lockers=2", "--set", "size=1", "--states", "9"],
        ["--tour", "pairs", "--out", "."],
    ],
)
def test_mutants_are_about_all_properties(others: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert application.run(["verify", LOCKERS, "--mutants", *others]) == 2
    [told] = capsys.readouterr().err.splitlines()
    assert "--mutants is about all properties, for any size: leave out " in told
    assert all(each in told for each in others if each.startswith("--"))


# --- the shipped station ---


@pytest.mark.slow
def test_the_station_has_no_unexplained_survivor() -> None:
    station = strength(read(ChargingStation), jobs=2)
    assert [each.name for each in station.unexplained] == []
    assert station.stale == ()
    assert station.holds
