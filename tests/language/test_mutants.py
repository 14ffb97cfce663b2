"""Whatever stands in a model, the reader reads it or says what is wrong with it; it never falls over."""

from __future__ import annotations

import ast
import copy
import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from statewatt.engine.reading import ModelError, read

STATION = (Path(__file__).parent / "examples" / "station.py").read_text(encoding="utf-8")

Slot = tuple[ast.AST, str, int | None, ast.AST | str]


def slots(tree: ast.AST) -> Iterator[Slot]:
    """Every place of a tree that holds an expression, a statement or a name."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            for index, each in enumerate(value) if isinstance(value, list) else [(None, value)]:
                named = isinstance(each, str) and field in ("attr", "id", "arg", "name")
                if named or isinstance(each, ast.expr | ast.stmt):
                    yield parent, field, index, each


def mutant(seed: int) -> str:
    """The example station with one piece put where another was, or left out."""
    chance = random.Random(seed)
    tree = ast.parse(STATION)
    everything = list(slots(tree))
    parent, field, index, old = chance.choice(everything)
    kind = next(kind for kind in (ast.stmt, ast.expr, str) if isinstance(old, kind))
    new = copy.deepcopy(chance.choice([each for *_, each in everything if isinstance(each, kind)]))
    if index is None:
        setattr(parent, field, new)
    elif chance.random() < 0.3 and len(getattr(parent, field)) > 1:
        del getattr(parent, field)[index]
    else:
        getattr(parent, field)[index] = new
    return ast.unparse(ast.fix_missing_locations(tree))


@pytest.mark.parametrize("part", range(6))
def test_a_mutant_is_read_or_refused(part: int, import_text: Callable[[str], ModuleType]) -> None:
    read_or_refused = 0
    mute: list[str] = []
    for seed in range(part * 50, part * 50 + 50):
        try:
            text = mutant(seed)
            with warnings.catch_warnings(action="ignore"):
                system = import_text(text).ChargingStation
        except Exception:  # it is no Python, or python-statemachine refuses it: nobody gets as far as reading it
            continue
        try:
            read(system)
        except ModelError as error:
            mute += [] if error.hint and error.where is not None else [f"mutant {seed}: {error}"]
        read_or_refused += 1
    assert mute == []
    assert read_or_refused > 20
