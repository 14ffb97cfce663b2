"""The language, construct by construct: the one place where it is written down.

Every example here is read, or refused with the message that stands beside it, by the tests; the page
``docs/language.md`` is made from it.
"""

from __future__ import annotations

from . import actions, expressions, fields, methods, modules, states, systems, transitions
from .construct import Chapter, Construct, Refused, model
from .page import page

CHAPTERS: tuple[Chapter, ...] = tuple(
    module.CHAPTER for module in (modules, fields, states, transitions, methods, expressions, actions, systems)
)

__all__ = ["CHAPTERS", "Chapter", "Construct", "Refused", "model", "page"]
