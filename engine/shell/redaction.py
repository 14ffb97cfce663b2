"""Texts for logs, without what is nobody's business there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

Secrets = Callable[[object], Iterable[str]]
"""The texts in a thing (a command, a state) that no log may show."""


def nothing_secret(thing: object) -> Iterable[str]:
    """For stations whose inputs and commands may be shown."""
    return ()


def redacted(text: str, secrets: Secrets, *things: object) -> str:
    """The text without the secrets in the things, in whatever case they are written."""
    found = {secret for thing in things for secret in secrets(thing) if secret}
    if not found:
        return text
    # The longest first: one may be a part of another.
    pattern = "|".join(re.escape(secret) for secret in sorted(found, key=len, reverse=True))
    return re.sub(pattern, "[redacted]", text, flags=re.IGNORECASE)
