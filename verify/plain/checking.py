"""A plain class, checked: the report."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import groupby

from ..verdict import PROVED, Report, Story, Verdict
from .chart import Chart, chart
from .checks import Checks, Finding
from .names import ASKED_ONLY, PROPERTIES, PlainClass


def check(cls: PlainClass, names: Iterable[str] | None = None) -> Report:
    """Check a class; ``names``: these properties only, also those that are otherwise told as remarks.

    Raises:
        InputError: the class is not flat, or a condition cannot be read.
    """
    begin = time.perf_counter()
    read = chart(cls)
    checks = Checks(read)
    asked = [name for name in PROPERTIES if name not in ASKED_ONLY] if names is None else list(names)
    verdicts = tuple(_verdict(read, checks, name) for name in PROPERTIES if name in asked)
    remarks = () if names is not None else tuple(filter(None, (_order(checks), _unhandled(checks))))
    return Report(
        system=read.python,
        verdicts=verdicts,
        seconds=time.perf_counter() - begin,
        where=read.where,
        remarks=remarks,
    )


def _verdict(read: Chart, checks: Checks, name: str) -> Verdict:
    begin, before = time.perf_counter(), checks.asked
    label = PROPERTIES[name]
    stories = tuple(Story(f"{name}: {found.what}", found.where, found.why, True) for found in checks.of[name]())
    return Verdict(
        name=name,
        label=label,
        where=stories[0].where if stories else read.where,
        verdict="violated" if stories else PROVED,
        seconds=time.perf_counter() - begin,
        goals=checks.asked - before,
        declared=True,
        stories=stories,
    )


def _order(checks: Checks) -> str:
    found = _by_state(list(checks.decided_by_order()))
    return f"Decided by order, the first that is open is taken: {found}." if found else ""


def _unhandled(checks: Checks) -> str:
    found = _by_state(list(checks.unhandled()))
    return f"{checks.chart.unheard.capitalize()}: {found}." if found else ""


def _by_state(findings: Sequence[Finding]) -> str:
    states = groupby(findings, lambda found: found.state)
    return "; ".join(f"{state}: {', '.join(found.brief for found in group)}" for state, group in states)
