"""What a report has found, one by one, each at its place in the source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ..engine import model
from .target import OVERALL
from .verdict import Report, Story, Verdict


@dataclass(frozen=True)
class Finding:
    """A property that does not hold; ``text`` is the counterexample, or what else is known."""

    name: str
    label: str
    verdict: str
    where: model.Where
    title: str
    text: str


def findings(report: Report) -> Iterator[Finding]:
    """Everything for which the exit status is 1: the properties that are not proved, then what concerns the whole."""
    for verdict in report.verdicts:
        if not verdict.holds:
            yield from _of(verdict)
    yield from overall(report)


def overall(report: Report) -> Iterator[Finding]:
    """What concerns the whole system."""
    found = {
        "every_transition_can_happen": report.cannot_happen,
        "the_walk_meets_no_fault": (report.fault,) if report.fault else (),
        "trusted_functions_keep_their_word": report.doubts,
    }
    for name, label in OVERALL.items():
        if found[name]:
            yield Finding(name, label, "violated", report.where, f"{name}: {label}", "\n".join(found[name]))


def told(verdict: Verdict) -> list[Story]:
    """Its counterexamples, of those that say the same of the same place only the first."""
    return list({(story.title, story.where): story for story in reversed(verdict.stories)}.values())[::-1]


def _of(verdict: Verdict) -> Iterator[Finding]:
    for number, story in enumerate(told(verdict)):
        note = [f"({verdict.note})"] if verdict.note else []
        missing = verdict.missing.lines if verdict.missing and not number else ()
        lines = "\n".join((*story.lines, *note, *missing))
        yield Finding(verdict.name, verdict.label, verdict.verdict, story.where, story.title, lines)
    if not verdict.stories:
        title = f"{verdict.name}: {verdict.label}"
        yield Finding(verdict.name, verdict.label, verdict.verdict, verdict.where, title, verdict.note)


# --- places, as a CI system reads them -------------------------------------------------------------------------------


def in_repository(where: model.Where) -> Path:
    """The file from the root of the checkout (where a CI system names one, else from the working directory);
    absolute if it is not under it."""
    file = Path(where.file)
    root = Path(os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR") or Path.cwd())
    absolute = file if file.is_absolute() else Path.cwd() / file
    return absolute.relative_to(root) if absolute.is_relative_to(root) else absolute


def uri(where: model.Where) -> str:
    """The same as a URI."""
    path = in_repository(where)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
