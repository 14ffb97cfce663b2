"""Blocks in Markdown documents: filled, checked, and left alone where they are examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from statewatt.diagrams.documents import FORMS, check_document, filled
from statewatt.diagrams.overview import system_graphs
from statewatt.engine import InputError
from statewatt.engine.reading import read
from tests.diagrams.examples.door import House

GRAPHS = system_graphs(read(House))
BLOCK = "<!-- statewatt: draw {} {} -->\n{}<!-- statewatt: end -->\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


def checked(page: Path) -> list[str]:
    return [str(finding) for finding in check_document(page, GRAPHS)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["House", "Door"])
def test_a_block_is_filled_once_and_then_says_what_the_model_says(page: Path, name: str, form: str) -> None:
    page.write_text("# Doors\n\n" + BLOCK.format(name, form, "") + "\nThat was it.\n", encoding="utf-8")
    assert checked(page) == [f"{page}, line 3: the block is empty"]
    text = filled(page, GRAPHS)
    assert text.startswith(f"# Doors\n\n<!-- statewatt: draw {name} {form} -->\n")
    assert text.endswith("<!-- statewatt: end -->\n\nThat was it.\n")
    page.write_text(text, encoding="utf-8")
    assert filled(page, GRAPHS) == text
    assert checked(page) == []


def test_each_difference_is_named_with_the_line_of_its_block(page: Path) -> None:
    page.write_text("\n\n" + BLOCK.format("Door", "mermaid", ""), encoding="utf-8")
    page.write_text(filled(page, GRAPHS).replace('ajar("open")', 'ajar("ajar")'), encoding="utf-8")
    assert checked(page) == [
        f'{page}, line 3: state Door.ajar is relabelled: the model says "open", the picture "ajar"'
    ]


def test_a_block_of_something_else_is_a_finding(page: Path) -> None:
    page.write_text(BLOCK.format("Door", "mermaid", "Hello.\n"), encoding="utf-8")
    (finding,) = checked(page)
    assert finding.startswith(f"{page}, line 1: the block cannot be read: ")


def test_blocks_in_code_fences_are_examples(page: Path) -> None:
    example = "````markdown\n```\n" + BLOCK.format("Nobody", "nothing", "") + "```\n````\n"
    page.write_text(example + BLOCK.format("Door", "md", ""), encoding="utf-8")
    text = filled(page, GRAPHS)
    assert text.startswith(example)
    assert "**Transitions**" in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# Nothing\n", "{} has no block <!-- statewatt: draw NAME FORMAT --> … <!-- statewatt: end -->"),
        (BLOCK.format("Gate", "md", ""), "{}:1: there is no Gate to draw; there are House, Door"),
        (BLOCK.format("Door", "png", ""), "{}:1: a block cannot hold 'png'; it can hold mermaid, dot, md"),
        ("\n<!-- statewatt: draw Door md -->\n", "{}:2: the block has no <!-- statewatt: end -->"),
        ("<!-- statewatt: draw Door -->\n", "{}:1: a block begins with <!-- statewatt: draw NAME FORMAT -->"),
        ("<!-- statewatt: draw Door md -->\n<!-- statewatt: draw Door md -->\n", "{}:1: the block has no"),
    ],
)
def test_a_block_that_is_none_is_said_with_its_line(page: Path, text: str, says: str) -> None:
    page.write_text(text, encoding="utf-8")
    for use in (lambda: filled(page, GRAPHS), lambda: checked(page)):
        with pytest.raises(InputError) as error:
            use()
        assert str(error.value).startswith(says.format(page))


def test_a_document_that_is_not_there(page: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        filled(page, GRAPHS)
