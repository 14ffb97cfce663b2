"""What an error looks like."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest

from statewatt.engine.model import Where
from statewatt.engine.reading import ModelError, read
from statewatt.engine.reading.errors import nearest
from statewatt.engine.reading.reference import model


def said(module: ModuleType) -> str:
    with pytest.raises(ModelError) as caught:
        read(module.Site)
    return str(caught.value)


def test_an_error_reads_like_a_traceback(import_text: Callable[[str], ModuleType]) -> None:
    module = import_text(model("guard", "return other.hodler is None"))
    line = (
        str(module.__dict__["__loader__"].get_source(module.__name__))
        .split("\n")
        .index("        return other.hodler is None")
    )
    assert said(module).split("\n") == [
        'Evse has no "hodler"',
        f'  File "{module.__file__}", line {line + 1}',
        "    return other.hodler is None",
        "           ^^^^^^^^^^^^",
        'Did you mean "holder"?',
    ]


def test_only_the_name_in_a_condition_is_underlined(import_text: Callable[[str], ModuleType]) -> None:
    text = model("transition", 'again = busy.to(idle, cond="is_timed and ready") | ignored(idle)')
    assert said(import_text(text)).split("\n")[2:4] == [
        'again = busy.to(idle, cond="is_timed and ready") | ignored(idle)'.join(["    ", ""]),
        "    " + " " * 41 + "^^^^^",
    ]


def test_columns_are_counted_in_characters(import_text: Callable[[str], ModuleType]) -> None:
    text = model("guard", 'return self.token.value == "äöü€" and other.hodler is None')
    assert said(import_text(text)).split("\n")[2:4] == [
        '    return self.token.value == "äöü€" and other.hodler is None',
        "    " + " " * 38 + "^^^^^^^^^^^^",
    ]


def test_of_a_long_piece_the_first_line_is_shown(import_text: Callable[[str], ModuleType]) -> None:
    text = model("guard", "return len(\n    self.wanted\n) > 1")
    assert said(import_text(text)).split("\n")[2:4] == ["    return len(", "           ^^^^"]


def test_without_a_place_the_message_stands_alone() -> None:
    assert str(ModelError("wrong", None)) == "wrong"


def test_without_the_file_the_place_is_named() -> None:
    assert str(ModelError("wrong", Where("gone.py", 3), "right")) == 'wrong\n  File "gone.py", line 3\nright'


def test_the_nearest_names_are_offered_or_else_all() -> None:
    assert nearest("ocupied", ["occupied", "free"]) == 'Did you mean "occupied"?'
    assert nearest("x", ["one", "two"]) == "There are one, two."
    assert nearest("x", ["one"]) == "There is one."
    assert nearest("x", []) == ""
