"""JUnit XML and SARIF, with places as a CI system reads them: whatever is told, it is told in one form."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree

from ..engine import model
from .findings import in_repository, uri


@dataclass(frozen=True)
class Case:
    """One test case of JUnit; ``failure``: its message, its type and its text, if it fails."""

    name: str
    seconds: float
    where: model.Where | None
    failure: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Result:
    """One result of SARIF."""

    rule: str
    level: Literal["error", "warning"]
    text: str
    where: model.Where


def junit(tool: str, suite: str, cases: Iterable[Case], seconds: float) -> str:
    """JUnit XML: one suite."""
    listed = list(cases)
    counts = {"tests": len(listed), "failures": sum(case.failure is not None for case in listed)}
    given = {"time": f"{seconds:.3f}", **{name: str(n) for name, n in {**counts, "errors": 0, "skipped": 0}.items()}}
    suites = ElementTree.Element("testsuites", {"name": tool, **given})
    whole = ElementTree.SubElement(suites, "testsuite", {"name": suite, **given})
    for case in listed:
        attributes = {"classname": suite, "name": case.name, "time": f"{case.seconds:.3f}"}
        if case.where:
            attributes |= {"file": in_repository(case.where).as_posix(), "line": str(case.where.line)}
        element = ElementTree.SubElement(whole, "testcase", attributes)
        if case.failure:
            message, kind, text = case.failure
            ElementTree.SubElement(element, "failure", {"message": message, "type": kind}).text = text
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def sarif(tool: str, rules: Mapping[str, str], results: Iterable[Result]) -> str:
    """SARIF 2.1.0: each result at its file and line, relative to the root of the checkout."""
    numbers = {name: number for number, name in enumerate(rules)}
    described = [{"id": name, "shortDescription": {"text": label or name}} for name, label in rules.items()]
    driver = {"name": tool, "version": importlib.metadata.version("statewatt"), "rules": described}
    found = [
        {
            "ruleId": result.rule,
            "ruleIndex": numbers[result.rule],
            "level": result.level,
            "message": {"text": result.text},
            "locations": [{"physicalLocation": _location(result.where)}],
        }
        for result in results
    ]
    run = {"tool": {"driver": driver}, "results": found}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _location(where: model.Where) -> dict[str, Any]:
    base = {} if in_repository(where).is_absolute() else {"uriBaseId": "%SRCROOT%"}
    artifact = {"uri": uri(where), **base}
    return {"artifactLocation": artifact, "region": {"startLine": max(where.line, 1)}}
