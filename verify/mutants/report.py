"""The strength of a specification as JSON, Markdown, JUnit XML and SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...engine import model
from ..formats import Case, Result, junit, sarif
from ..verdict import place
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
    cases = [Case(each.name, each.seconds, each.where, _failure(each)) for each in found.tried]
    cases += [Case(name, 0.0, where, (reason, "finding", "")) for name, reason, where in _others(found)]
    return junit("statewatt verify --mutants", found.system, cases, found.seconds)


def _failure(each: Tried) -> tuple[str, str, str] | None:
    unexplained = each.survives and not each.why
    return (
        (f"{each.fate}, and nobody says why", each.fate, f"{place(each.where)}: {each.name}") if unexplained else None
    )


def as_sarif(found: Strength) -> str:
    """SARIF 2.1.0: each unexplained survivor at its file and line, stale explanations in theirs."""
    rules = {
        "unexplained-mutant": "A change of behaviour that no law describes.",
        "stale-explanation": "An explanation of no surviving mutant.",
        "unproved-property": "A property that does not hold of the system.",
    }
    texts = [("unexplained-mutant", f"{each.fate}: {each.name}", each.where) for each in found.unexplained]
    texts += [("stale-explanation", f"{each.name}: {each.reason}", _file(found)) for each in found.stale]
    texts += [("unproved-property", f"not proved: {name}", found.where) for name in found.unproved]
    return sarif("statewatt verify --mutants", rules, (Result(rule, "warning", text, at) for rule, text, at in texts))


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
    return lines + [f"{reason:20} {name}" for name, reason, _ in _others(found)]


def _others(found: Strength) -> list[tuple[str, str, model.Where]]:
    stale = [(each.name, f"explained, but {each.reason}:", _file(found)) for each in found.stale]
    return stale + [(name, "not proved of the system itself:", found.where) for name in found.unproved]


def _file(found: Strength) -> model.Where:
    return model.Where(found.explanations, 1)
