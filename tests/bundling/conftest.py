"""What the tests of bundling share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bundling.shops import Make, making_shops


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Writes a package with a system, a trusted function of it and other modules, and bundles it."""
    monkeypatch.syspath_prepend(tmp_path)
    yield from making_shops(tmp_path)
