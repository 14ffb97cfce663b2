"""The casebook's defects, put back one by one: each is refuted by its law, or shown on the recorded sequence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.models import test_casebook as rows
from tests.verify.casebook import GOLDEN, OUTSIDE, REFUTED, SHOWN, Refuted, Shown, refuted, shown, without_places

BROKEN = Path(__file__).parents[1] / "broken"

NO_DEFECT = frozenset({"b4", "e4", "h9", "j9", "j27"})
"""Recorded sequences on which the reference does right, or that ours is tested on besides."""


def golden(name: str) -> str:
    """The text that ``python -m tests.verify.casebook`` has written."""
    return (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("case", REFUTED, ids=lambda case: f"{case.twin}-{case.law}")
def test_the_law_refutes_the_defect(case: Refuted) -> None:
    story = refuted(case.twin, case.law, case.step)
    assert story is not None
    assert without_places(story.text) == golden(f"{case.twin}.{case.law}")
    if story.confirmed:
        assert {"broken": case.law} in story.trace[-1]["out"]
    else:
        assert "trusted functions" in story.lines[-1]


@pytest.mark.parametrize("case", SHOWN, ids=lambda case: f"{case.twin}-{case.sequence}")
def test_the_defect_is_shown_and_no_law_speaks_of_it(case: Shown) -> None:
    text, broken = shown(case.twin, case.sequence)
    assert text == golden(f"{case.twin}.{case.sequence}")
    assert "\n    twin  " in text
    assert broken == [], "a law notices it after all"


def test_every_row_has_its_place() -> None:
    refuted_or_shown = {row for case in (*REFUTED, *SHOWN) for row in case.rows.split()}
    outside = {row for together in OUTSIDE for row in together.split()}
    assert not refuted_or_shown & outside
    tests = [name for name in vars(rows) if name.startswith("test_")]
    tested = {match[0] for name in tests for match in re.finditer(r"(?<=_)([a-z]\d+|time)(?=_|$)", name)}
    assert tested - NO_DEFECT == refuted_or_shown | outside


def test_every_twin_is_there() -> None:
    assert {case.twin for case in (*REFUTED, *SHOWN)} <= {path.stem for path in BROKEN.glob("*.py")}
