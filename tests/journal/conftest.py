"""Journals of these tests are on a disk that does not wait for the hardware."""

from __future__ import annotations

import pytest

from tests.journal.disks import quick


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
