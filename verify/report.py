"""Reports: as JSON, Markdown, JUnit XML and SARIF, and as lines of text."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ..engine.state import InputError
from .findings import Finding, findings, in_repository, overall
from .formats import Case, Result, junit, sarif
from .verdict import Report, Verdict, place

TRACES = "statewatt.traces"
"""The entry points of what draws a trace."""


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
        "remarks": list(report.remarks),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": verdict.name,
        "label": verdict.label,
        "verdict": verdict.verdict,
        "seconds": round(verdict.seconds, 4),
        "conditions": verdict.goals,
        "cached": verdict.cached,
        "declared": verdict.declared,
        "file": verdict.where.file,
        "line": verdict.where.line,
    }
    if verdict.size:
        found["n"] = verdict.size
    if verdict.note:
        found["note"] = verdict.note
    if verdict.missing:
        facts = [{"label": label, "declaration": text} for label, text in verdict.missing.facts]
        found["missing"] = {"facts": facts, "proved": verdict.missing.proved}
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
    """A table, then what was found."""
    lines = [f"# {report.system}", "", "| Property | | Verdict | Seconds |", "| --- | --- | --- | ---: |"]
    for v in report.verdicts:
        lines.append(f"| `{v.name}` | {_cell(v.label)} | {v.verdict} | {v.seconds:.2f} |")
    lines += ["", *remarks(report)]
    for finding in findings(report):
        path = in_repository(finding.where).as_posix()
        text = "\n".join(filter(None, (finding.title, finding.text)))
        lines += ["", f"## {finding.name}: {finding.verdict}", "", f"`{path}:{finding.where.line}`", ""]
        lines += ["```text", text, "```"]
    return "\n".join(lines) + "\n"


def as_junit(report: Report) -> str:
    """JUnit XML: one test case for each property, and one for each finding about the whole."""
    failed: dict[str, list[Finding]] = {}
    for finding in findings(report):
        failed.setdefault(finding.name, []).append(finding)
    cases = [(v.name, v.seconds, v.where) for v in report.verdicts]
    cases += [(finding.name, 0.0, finding.where) for finding in overall(report)]
    listed = (Case(name, seconds, where, _failure(failed.get(name, []))) for name, seconds, where in cases)
    return junit("statewatt verify", report.system, listed, report.seconds)


def _failure(found: list[Finding]) -> tuple[str, str, str] | None:
    if not found:
        return None
    text = "\n\n".join(f"{place(f.where)}: {f.title}\n{f.text}".rstrip() for f in found)
    return f"{found[0].verdict}: {found[0].label}", found[0].verdict, text


def as_sarif(report: Report) -> str:
    """SARIF 2.1.0: each finding at its file and line."""
    found = list(findings(report))
    labels = {v.name: v.label for v in report.verdicts} | {finding.name: finding.label for finding in found}
    results = (
        Result(
            finding.name,
            "error" if finding.verdict == "violated" else "warning",
            f"{finding.verdict}: {finding.title}\n{finding.text}".rstrip(),
            finding.where,
        )
        for finding in found
    )
    return sarif("statewatt verify", labels, results)


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


def draw_trace(file: Path) -> Iterator[str]:
    """Where a trace was drawn, and why it was not, by each package that can draw one (entry points of the group
    ``statewatt.traces``: functions from the path of a trace to that of its picture)."""
    for point in sorted(importlib.metadata.entry_points(group=TRACES), key=lambda point: point.name):
        try:
            yield f"drawn: {point.load()(file)}"
        except InputError as error:
            yield f"not drawn: {error}"
        except ModuleNotFoundError as error:
            yield f"not drawn, for want of {error.name}: pip install 'statewatt[all]'"


def remarks(report: Report) -> Iterator[str]:
    """What the proofs rest on, what cannot happen, and what no walk has put to the test."""
    yield from report.remarks
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
