"""Every example of the reference is read or refused as it says, and the page is made from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from statewatt.engine.reading import ModelError, read
from statewatt.engine.reading.reference import CHAPTERS, Construct, Refused, model, page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "language.md"
CONSTRUCTS = [construct for chapter in CHAPTERS for construct in chapter.constructs]
REFUSED = [refused for construct in CONSTRUCTS for refused in construct.refused]


def named(example: Construct | Refused) -> str:
    return example.title if isinstance(example, Construct) else example.text


def underlined(text: str, error: ModelError) -> str:
    where = error.where
    assert where is not None
    line = text.encode().split(b"\n")[where.line - 1]
    return line[where.column : where.end_column if where.end_line == where.line else None].decode().strip()


@pytest.mark.parametrize("construct", CONSTRUCTS, ids=named)
def test_an_example_is_read(construct: Construct, import_text: Callable[[str], ModuleType]) -> None:
    module = import_text(model(construct.place, construct.accepted))
    assert read(module.Site).name == "Site"


@pytest.mark.parametrize("refused", REFUSED, ids=named)
def test_an_example_is_refused(refused: Refused, import_text: Callable[[str], ModuleType]) -> None:
    text = model(refused.place, refused.text)
    module = import_text(text)
    with pytest.raises(ModelError) as caught:
        read(module.Site)
    error = caught.value
    assert (error.message, error.hint) == (refused.message, refused.hint)
    assert underlined(text, error) == refused.at
    assert error.where is not None
    assert Path(error.where.file).read_text(encoding="utf-8") == text


def test_every_refusal_says_what_to_write_instead() -> None:
    assert [refused.text for refused in REFUSED if not refused.hint] == []


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(CHAPTERS), "run python -m statewatt.engine.reading.reference"
