"""``python -m statewatt.engine.reading.reference > docs/language.md`` writes the page."""

from __future__ import annotations

import sys

from . import CHAPTERS, page

sys.stdout.buffer.write(page(CHAPTERS).encode())
