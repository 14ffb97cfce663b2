"""The reference page, made from the table of constructs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .construct import Chapter, Construct, Refused

INTRODUCTION = """\
# The language

<!-- Made by `python -m statewatt.engine.reading.reference > docs/language.md`; the tests run every example. -->

A model is a set of [python-statemachine](https://python-statemachine.readthedocs.io) classes, one for each kind of
thing, and one class for the system that holds them. The classes run as they are. The engine reads their source once and
makes data of it; what runs, what is proved and what is drawn are made from that data. So what is not modelled is
refused when the system is read: with file and line, the piece underlined, and what to write instead.

Below, each construct stands with an example that is read, followed by what is refused and what the reader says to it.
"""


def page(chapters: Iterable[Chapter]) -> str:
    """The whole page, in Markdown."""
    return INTRODUCTION + "".join(f"\n{line}" for chapter in chapters for line in ("", *_chapter(chapter)))[1:] + "\n"


def _chapter(chapter: Chapter) -> Iterator[str]:
    yield f"## {chapter.title}"
    if chapter.fact:
        yield ""
        yield chapter.fact
    for construct in chapter.constructs:
        yield ""
        yield from _construct(construct)


def _construct(construct: Construct) -> Iterator[str]:
    yield f"### {construct.title}"
    yield ""
    yield construct.fact
    if construct.accepted:
        yield ""
        yield "```python"
        yield construct.accepted
        yield "```"
    if construct.refused:
        yield ""
        yield "Refused:"
        after_block = True
        for refused in construct.refused:
            block = "\n" in refused.text
            if block or after_block:
                yield ""
            yield from _refused(refused)
            after_block = block


def _refused(refused: Refused) -> Iterator[str]:
    says = f"{refused.message}. {refused.hint}".replace("<", "&lt;")
    if "\n" in refused.text:
        yield "```python"
        yield refused.text
        yield "```"
        yield ""
        yield f"At `{refused.at}`: {says}"
    else:
        yield f"- `{refused.text}`: {says}"
