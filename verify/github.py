"""GitHub Actions: each finding as an annotation at its line, and the report as the summary of the job."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from .findings import Finding, findings, in_repository
from .report import as_markdown
from .verdict import Report


def tell_github(report: Report) -> Iterator[str]:
    """The workflow commands to print, if this runs in GitHub Actions; the summary is written where it asks for one."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(as_markdown(report))
    for finding in findings(report):
        yield _annotation(finding)


def _annotation(finding: Finding) -> str:
    """``::error file=…,line=…,title=…::…``"""
    place = f"file={_property(in_repository(finding.where).as_posix())},line={max(finding.where.line, 1)}"
    message = f"{finding.title.removeprefix(f'{finding.name}: ')}\n{finding.text}".rstrip()
    return f"::error {place},title={_property(f'{finding.verdict}: {finding.name}')}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
