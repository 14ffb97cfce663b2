"""Findings as CI systems read them: at their lines, relative to the checkout, escaped."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest

from statewatt.engine.command import application
from statewatt.engine.model import Where
from statewatt.verify import Report, check
from statewatt.verify.findings import findings, in_repository, uri
from statewatt.verify.github import tell_github
from statewatt.verify.report import FORMATS
from statewatt.verify.target import target
from tests.verify.plain_examples import doors

GATE = "tests.verify.plain_examples.doors:Gate"
FILE = "tests/verify/plain_examples/doors.py"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    point = EntryPoint("verify", "statewatt.verify.command:command", application.GROUP)
    monkeypatch.setattr(application, "_entry_points", lambda: [point])


@pytest.fixture
def in_actions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """GitHub Actions, with the checkout as workspace; the file of the summary."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(ROOT))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    return tmp_path / "summary.md"


@pytest.fixture(scope="module")
def gate() -> Report:
    return check(doors.Gate)


@pytest.fixture(scope="module")
def worse(gate: Report) -> Report:
    """What can only be said of the whole is a finding as well, wherever it is."""
    where = Where("/elsewhere/models, old/größe.py", 7)
    return replace(gate, cannot_happen=("Lamp: dark → lit (switch)",), fault="50% of it:\nlost", where=where)


def test_every_report_tells_of_the_same_findings(worse: Report) -> None:
    names = [finding.name for finding in findings(worse)]
    assert names[-2:] == ["every_transition_can_happen", "the_walk_meets_no_fault"]
    (run,) = json.loads(FORMATS[".sarif"](worse))["runs"]
    assert [result["ruleId"] for result in run["results"]] == names
    suite = ElementTree.fromstring(FORMATS[".xml"](worse)).find("testsuite")
    assert suite is not None
    assert {case.attrib["name"] for case in suite if case.find("failure") is not None} == set(names)
    assert int(suite.attrib["failures"]) == len(set(names))
    assert int(suite.attrib["tests"]) == len(suite)
    markdown = FORMATS[".md"](worse)
    assert all(f"## {name}: violated" in markdown for name in names)


def test_sarif_is_as_code_scanning_reads_it(worse: Report) -> None:
    log = json.loads(FORMATS[".sarif"](worse))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        parts = urlsplit(artifact["uri"])
        assert artifact["uri"].isascii()
        assert " " not in artifact["uri"]
        if parts.scheme:
            assert (parts.scheme, unquote(parts.path)) == ("file", "/elsewhere/models, old/größe.py")
        else:
            assert artifact == {"uri": FILE, "uriBaseId": "%SRCROOT%"}


def test_junit_names_class_case_and_file(gate: Report) -> None:
    suites = ElementTree.fromstring(FORMATS[".xml"](gate))
    case = suites.find("testsuite/testcase")
    assert suites.tag == "testsuites"
    assert case is not None
    assert case.attrib["classname"] == GATE
    assert case.attrib["file"] == FILE
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "violated: Every state can be reached."
    assert "closed → ajar" in (failure.text or "")


def test_annotations_are_escaped(worse: Report, in_actions: Path) -> None:
    lines = list(tell_github(worse))
    assert all("\n" not in line and "\r" not in line for line in lines)
    place = "file=/elsewhere/models%2C old/größe.py,line=7,title=violated%3A the_walk_meets_no_fault"
    assert lines[-1].startswith(f"::error {place}::")
    assert lines[-1].endswith("%0A50%25 of it:%0Alost")
    assert f"file={FILE},line=" in lines[0]
    assert in_actions.read_text(encoding="utf-8") == FORMATS[".md"](worse)


def test_outside_of_github_there_are_none(worse: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert list(tell_github(worse)) == []
    assert not (tmp_path / "summary.md").exists()


def test_the_command_annotates(in_actions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    in_actions.write_text("before\n", encoding="utf-8")
    assert application.run(["verify", GATE]) == 1
    found = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::error ")]
    assert len(found) == len(list(findings(check(doors.Gate))))
    assert in_actions.read_text(encoding="utf-8").startswith(f"before\n# {GATE}\n")


def test_paths_start_at_the_checkout_not_at_the_working_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "packages" / "gate").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "packages" / "gate")
    where = Where("car park.py", 3)
    assert in_repository(where).as_posix() == "car park.py"
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    assert in_repository(where).as_posix() == "packages/gate/car park.py"
    assert uri(where) == "packages/gate/car%20park.py"


# --- the command, for plain classes ----------------------------------------------------------------------------------


def test_a_plain_class_is_verified_like_a_system(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "door.json"
    door = "tests.verify.plain_examples.doors:Door"
    assert application.run(["verify", door, "--report", str(file)]) == 0
    assert "Refused: closed: pull, turn at times; open: push" in capsys.readouterr().out
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["system"] == door
    assert {p["verdict"] for p in data["properties"]} == {"proved for any size"}
    assert data["remarks"]


def test_what_is_asked_for_by_name_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    door = "tests.verify.plain_examples.doors:Door"
    assert application.run(["verify", door, "--property", "every_event_is_handled"]) == 1
    assert "violated: every_event_is_handled: push in open is refused" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tests.verify.plain_examples.doors:Nested"], "has the compound state outer"),
        (["tests.verify.plain_examples.doors:Unreadable"], "cannot read the condition 'tries * 2'"),
        (["tests.verify.plain_examples.doors:never"], "is no System, nor a class of python-statemachine"),
        (["examples/two_phase_commit.py:Cluster"], "write examples.two_phase_commit:Cluster"),
        (["examples.two_phase_commit:Branch"], "Branch is a Machine; name the System that it belongs to"),
        ([GATE, "--property", "every_state"], "Gate has no property 'every_state'; it has every_"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert application.run(["verify", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


# --- names without a solver ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["examples.two_phase_commit:Cluster", GATE])
def test_the_properties_are_known_before_anything_is_proved(reference: str) -> None:
    known = target(reference)
    names = [each.name for each in known.properties if each.name not in known.asked_only]
    report = known.verify(None, None)
    assert [verdict.name for verdict in report.verdicts] == names
    assert {verdict.where.file for verdict in report.verdicts} == {each.where.file for each in known.properties}
