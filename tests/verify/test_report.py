"""Reports and the command."""

from __future__ import annotations

import json
from importlib.metadata import EntryPoint
from pathlib import Path
from xml.etree import ElementTree

import pytest

from statewatt.engine.command import application
from statewatt.engine.reading import read
from statewatt.engine.state import InputError
from statewatt.verify import Report, verify
from statewatt.verify.report import FORMATS, TRACES, as_data, draw_trace
from tests.language.examples.station import ChargingStation

SMALL = "tests.language.examples.station:ChargingStation"
WORDS = {"proved for any size", "violated", "not inductive", "checked up to n", "unknown"}


@pytest.fixture(scope="module")
def report() -> Report:
    return verify(read(ChargingStation))


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("verify", "statewatt.verify.command:command", application.GROUP)
    monkeypatch.setattr(application, "_entry_points", lambda: [point])


def test_json(report: Report) -> None:
    data = json.loads(FORMATS[".json"](report))
    assert data == as_data(report)
    assert data["system"] == SMALL
    names = [p["name"] for p in data["properties"]]
    assert names[0] == "one_evse_per_token"
    assert len(set(names)) == len(names)
    assert {p["verdict"] for p in data["properties"]} <= WORDS
    refuted = data["properties"][0]
    assert refuted["verdict"] in ("not inductive", "violated")
    assert refuted["counterexamples"][0]["lines"]


def test_junit(report: Report) -> None:
    suite = ElementTree.fromstring(FORMATS[".xml"](report)).find("testsuite")
    assert suite is not None
    assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) == len(report.verdicts)
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure")) > 0


def test_sarif(report: Report) -> None:
    (run,) = json.loads(FORMATS[".sarif"](report))["runs"]
    assert {r["ruleId"] for r in run["results"]} == {v.name for v in report.verdicts if not v.holds}
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "tests/language/examples/station.py"
    assert place["region"]["startLine"] > 1


def test_markdown(report: Report) -> None:
    text = FORMATS[".md"](report)
    assert "| `one_evse_per_token` | No token holds two EVSEs |" in text


def test_a_refuted_law_is_a_finding(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    assert (
        application.run(["verify", SMALL, "--no-cache", "--property", "one_evse_per_token", "--report", str(file)]) == 1
    )
    assert "one_evse_per_token: No token holds two EVSEs" in capsys.readouterr().out
    assert [p["name"] for p in json.loads(file.read_text())["properties"]] == ["one_evse_per_token"]


def test_a_proved_law_is_well() -> None:
    assert application.run(["verify", SMALL, "--no-cache", "--property", "a_grant_is_never_overwritten"]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--property", "one_evse_per_tokens"], "has no property 'one_evse_per_tokens'; it has one_evse_per_token"),
        (["--report", "report.txt"], "a report ends in one of .json, .md, .xml, .sarif, not 'report.txt'"),
        (["--report", "nowhere/report.json"], "there is no folder 'nowhere'"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert application.run(["verify", SMALL, "--no-cache", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_no_system(capsys: pytest.CaptureFixture[str]) -> None:
    assert application.run(["verify", "statewatt.models.values:IdToken"]) == 2
    assert "statewatt.models.values:IdToken is no System" in capsys.readouterr().err


def test_every_counterexample_is_a_trace_that_replays_to_the_same_states(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    assert application.run(["verify", SMALL, "--traces", str(tmp_path / "traces"), "--report", str(report)]) == 1
    told = capsys.readouterr().out
    found = json.loads(report.read_text(encoding="utf-8"))["properties"]
    refuted = [p for p in found if p.get("counterexamples") and p["counterexamples"][0]["trace"]]
    assert refuted
    files = sorted((tmp_path / "traces").glob("*.jsonl"))
    assert [file.stem for file in files] == sorted(p["name"] for p in refuted)
    for p in refuted:
        file = tmp_path / "traces" / f"{p['name']}.jsonl"
        trace = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        assert trace == p["counterexamples"][0]["trace"]
        assert {"broken": p["name"]} in trace[-1]["out"] or "fault" in trace[-1]["out"][0]
        assert f"statewatt replay {file}\n  drawn: {file.with_suffix('.svg')}\n" in told
        assert p["name"] in file.with_suffix(".svg").read_text(encoding="utf-8")
        assert application.run(["replay", "--expect", str(file)]) == 0
        assert application.run(["replay", str(file)]) == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a_painter_that_is_not_there:draw", "not drawn, for want of a_painter_that_is_not_there: pip install"),
        ("tests.verify.test_report:unwilling", "not drawn: the canvas is taken"),
    ],
)
def test_a_trace_that_is_not_drawn_is_a_trace_nevertheless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    point = EntryPoint("draw", value, TRACES)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [point] if group == TRACES else [])
    [line] = draw_trace(tmp_path / "trace.jsonl")
    assert line.startswith(said)


def unwilling(file: Path) -> Path:
    """Something that draws no trace."""
    raise InputError("the canvas is taken")


def test_a_file_is_no_folder_for_traces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    assert application.run(["verify", SMALL, "--traces", str(file)]) == 2
    assert capsys.readouterr().err == f"statewatt: {file} can be no folder: File exists\n"
