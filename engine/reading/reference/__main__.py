"""``python -m statewatt.engine.reading.reference > docs/language.md`` writes the page."""

from __future__ import annotations

import sys

from . import CHAPTERS, page

sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
sys.stdout.write(page(CHAPTERS))
