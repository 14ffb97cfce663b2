"""Reports: as JSON, Markdown, JUnit XML and SARIF, and as lines of text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ..engine.state import InputError
from .verdict import Report, Verdict


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "system": report.system,
        "holds": report.holds,
        "seconds": round(report.seconds, 3),
        "properties": [_verdict(verdict) for verdict in report.verdicts],
        "trusted": list(report.trusted),
        "without_witness": list(report.without_witness),
        "not_taken": list(report.not_taken),
        "cannot_happen": list(report.cannot_happen),
        "fault": report.fault,
        "doubts": list(report.doubts),
        "steps_walked": report.steps_walked,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": verdict.name,
        "label": verdict.label,
        "verdict": verdict.verdict,
        "seconds": round(verdict.seconds, 4),
        "conditions": verdict.goals,
        "declared": verdict.declared,
        "file": verdict.where.file,
        "line": verdict.where.line,
    }
    if verdict.size:
        found["n"] = verdict.size
    if verdict.note:
        found["note"] = verdict.note
    if verdict.stories:
        found["counterexamples"] = [
            {
                "title": s.title,
                "file": s.where.file,
                "line": s.where.line,
                "lines": list(s.lines),
                "trace": [dict(step) for step in s.trace],
            }
            for s in verdict.stories
        ]
    return found


def as_json(report: Report) -> str:
    """JSON."""
    return json.dumps(as_data(report), ensure_ascii=False, indent=2) + "\n"


def as_markdown(report: Report) -> str:
    """A table, then the counterexamples."""
    lines = [f"# {report.system}", "", "| Property | | Verdict | Seconds |", "| --- | --- | --- | ---: |"]
    for v in report.verdicts:
        lines.append(f"| `{v.name}` | {_cell(v.label)} | {v.verdict} | {v.seconds:.2f} |")
    lines += ["", *remarks(report)]
    for v in report.verdicts:
        for story in v.stories[:1]:
            lines += ["", f"## {v.name}", "", "```text", story.text, "```"]
    return "\n".join(lines) + "\n"


def as_junit(report: Report) -> str:
    """JUnit XML: one test case for each property."""
    failures = sum(not v.holds for v in report.verdicts)
    seconds = f"{report.seconds:.3f}"
    counts = {"tests": str(len(report.verdicts)), "failures": str(failures), "time": seconds}
    suites = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(suites, "testsuite", {"name": report.system, **counts})
    for v in report.verdicts:
        given = {"classname": report.system, "name": v.name, "time": f"{v.seconds:.3f}", "file": v.where.file}
        case = ElementTree.SubElement(suite, "testcase", {**given, "line": str(v.where.line)})
        if not v.holds:
            failure = ElementTree.SubElement(case, "failure", {"message": v.verdict, "type": v.verdict})
            failure.text = "\n\n".join([v.label, v.note, *(story.text for story in v.stories)]).strip()
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def as_sarif(report: Report) -> str:
    """SARIF 2.1.0: each finding at its file and line."""
    rules = [{"id": v.name, "shortDescription": {"text": v.label}} for v in report.verdicts]
    results = [
        {
            "ruleId": v.name,
            "level": "error" if v.verdict == "violated" else "warning",
            "message": {"text": f"{v.verdict}: {v.label}"},
            "locations": [_location(v)],
        }
        for v in report.verdicts
        if not v.holds
    ]
    run = {"tool": {"driver": {"name": "statewatt verify", "rules": rules}}, "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _location(verdict: Verdict) -> dict[str, Any]:
    path = Path(verdict.where.file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    artifact = {"uri": path.as_posix()}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(verdict.where.line, 1)}}}


FORMATS: Mapping[str, Callable[[Report], str]] = {
    ".json": as_json,
    ".md": as_markdown,
    ".xml": as_junit,
    ".sarif": as_sarif,
}


def check_file(file: Path) -> None:
    """``InputError`` if no report can be written there."""
    if file.suffix not in FORMATS:
        raise InputError(f"a report ends in one of {', '.join(FORMATS)}, not {file.name!r}")
    if not file.parent.is_dir():
        raise InputError(f"there is no folder {str(file.parent)!r}")


def check_folder(folder: Path) -> None:
    """Make the folder; ``InputError`` if there can be none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} can be no folder: {error.strerror}") from None


def write(report: Report, file: Path) -> None:
    """Write the report in the format that the file's ending names."""
    file.write_text(FORMATS[file.suffix](report), encoding="utf-8")


def write_traces(report: Report, folder: Path) -> Iterator[Path]:
    """One file for each refuted property whose counterexample the engine confirms: ``statewatt replay`` runs it."""
    for v in report.verdicts:
        trace = v.stories[0].trace if v.stories else ()
        if trace:
            file = folder / f"{v.name.replace(':', '-')}.jsonl"
            file.write_text("".join(f"{json.dumps(step)}\n" for step in trace), encoding="utf-8")
            yield file


def remarks(report: Report) -> Iterator[str]:
    """What the proofs rest on, what cannot happen, and what no walk has put to the test."""
    if report.trusted:
        names = ", ".join(report.trusted)
        yield f"Trusted, and free to answer anything but against their contracts: {names}."
    for doubt in report.doubts:
        yield f"Not to be trusted: {doubt}."
    if report.cannot_happen:
        yield f"No state that keeps the invariants lets these happen: {'; '.join(report.cannot_happen)}."
    if report.fault:
        yield f"A walk ended with a fault of the model: {report.fault}."
    if report.without_witness:
        yield f"A walk of {report.steps_walked} steps has not put to the test: {', '.join(report.without_witness)}."
    if report.not_taken:
        yield f"A walk of {report.steps_walked} steps has not taken: {'; '.join(report.not_taken)}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
