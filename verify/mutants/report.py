"""The strength of a specification as JSON, Markdown, JUnit XML and SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from ...engine import model
from ..findings import in_repository, uri
from .survey import Strength, Tried


def as_data(found: Strength) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "system": found.system,
        "holds": found.holds,
        "seconds": round(found.seconds, 3),
        "counts": dict(found.fates.most_common()),
        "refuters": dict(found.refuters.most_common()),
        "mutants": [_mutant(each) for each in found.tried],
        "explanations": found.explanations,
        "stale": [{"name": each.name, "reason": each.reason} for each in found.stale],
        "unproved": list(found.unproved),
    }


def _mutant(each: Tried) -> dict[str, Any]:
    told: dict[str, Any] = {"name": each.name, "kind": each.kind, "verdict": each.fate}
    told |= {name: value for name, value in (("by", each.by), ("step", each.step), ("why", each.why)) if value}
    return {**told, "seconds": round(each.seconds, 4), "file": each.where.file, "line": each.where.line}


def as_json(found: Strength) -> str:
    """JSON."""
    return json.dumps(as_data(found), ensure_ascii=False, indent=2) + "\n"


def as_markdown(found: Strength) -> str:
    """Counts, the properties that refute, and the survivors under what explains them."""
    lines = [f"# Mutants of {found.system}", "", "| Verdict | Mutants |", "| --- | ---: |"]
    lines += [f"| {fate} | {count} |" for fate, count in found.fates.most_common()]
    lines += ["", "| First refuted by | Mutants |", "| --- | ---: |"]
    lines += [f"| `{name}` | {count} |" for name, count in found.refuters.most_common()]
    lines += ["", *findings(found)]
    reasons = dict.fromkeys(each.why for each in found.tried if each.survives)
    for why in sorted(reasons, key=bool):
        lines += ["", f"## {why or 'Unexplained'}", ""]
        lines += [f"* {each.name}" for each in found.tried if each.survives and each.why == why]
    return "\n".join(lines) + "\n"


def as_junit(found: Strength) -> str:
    """JUnit XML: one test case for each mutant; it fails where nobody explains that it survives."""
    unexplained = found.unexplained
    failures = len(unexplained) + len(found.stale) + len(found.unproved)
    tests = len(found.tried) + len(found.stale) + len(found.unproved)
    counts = {"tests": str(tests), "failures": str(failures), "time": f"{found.seconds:.3f}"}
    suites = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(suites, "testsuite", {"name": f"mutants of {found.system}", **counts})
    for each in found.tried:
        given = {"classname": found.system, "name": each.name, "time": f"{each.seconds:.3f}", "file": each.where.file}
        case = ElementTree.SubElement(suite, "testcase", {**given, "line": str(each.where.line)})
        if each.survives and not each.why:
            ElementTree.SubElement(case, "failure", {"message": each.fate, "type": each.fate})
    for name, reason in _others(found):
        case = ElementTree.SubElement(suite, "testcase", {"classname": found.system, "name": name})
        ElementTree.SubElement(case, "failure", {"message": reason, "type": "finding"})
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def as_sarif(found: Strength) -> str:
    """SARIF 2.1.0: each unexplained survivor at its file and line, stale explanations in theirs."""
    rules = [
        {"id": "unexplained-mutant", "shortDescription": {"text": "A change of behaviour that no law describes."}},
        {"id": "stale-explanation", "shortDescription": {"text": "An explanation of no surviving mutant."}},
        {"id": "unproved-property", "shortDescription": {"text": "A property that does not hold of the system."}},
    ]
    results = [_result("unexplained-mutant", f"{each.fate}: {each.name}", each.where) for each in found.unexplained]
    for stale in found.stale:
        text = f"{stale.name}: {stale.reason}"
        results.append(_result("stale-explanation", text, model.Where(found.explanations, 1)))
    results += [_result("unproved-property", f"not proved: {name}", found.where) for name in found.unproved]
    run = {"tool": {"driver": {"name": "statewatt verify", "rules": rules}}, "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _result(rule: str, text: str, where: model.Where) -> dict[str, Any]:
    return {"ruleId": rule, "level": "warning", "message": {"text": text}, "locations": [place(where)]}


def place(where: model.Where) -> dict[str, Any]:
    """A file and a line, as SARIF has them."""
    base = {} if in_repository(where).is_absolute() else {"uriBaseId": "%SRCROOT%"}
    artifact = {"uri": uri(where), **base}
    return {"physicalLocation": {"artifactLocation": artifact, "region": {"startLine": max(where.line, 1)}}}


FORMATS: Mapping[str, Callable[[Strength], str]] = {
    ".json": as_json,
    ".md": as_markdown,
    ".xml": as_junit,
    ".sarif": as_sarif,
}


def write(found: Strength, file: Path) -> None:
    """Write the report in the format that the file's ending names."""
    file.write_text(FORMATS[file.suffix](found), encoding="utf-8")


def findings(found: Strength) -> list[str]:
    """What is not as it should be, in a line each."""
    lines = [f"{each.fate:20} {each.name}  ({each.where})" for each in found.unexplained]
    return lines + [f"{reason:20} {name}" for name, reason in _others(found)]


def _others(found: Strength) -> list[tuple[str, str]]:
    stale = [(each.name, f"explained, but {each.reason}:") for each in found.stale]
    return stale + [(name, "not proved of the system itself:") for name in found.unproved]
