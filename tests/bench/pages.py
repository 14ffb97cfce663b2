"""Writes figures into a page of documentation: ``python -m statewatt.bench.pages RESULTS.json PAGE.md PICTURES``.

In the page, what stands between ``<!-- bench NAME -->`` and ``<!-- end -->`` becomes the tables of that benchmark, and
between ``<!-- bench machine -->`` and ``<!-- end -->`` where they are from. The folder PICTURES gets the pictures
``NAME.svg`` that the page shows.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .drawing import drawing
from .figures import Result
from .tables import markdown, tables

PLACE = re.compile(r"(<!-- bench (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def page(text: str, data: Mapping[str, Any]) -> str:
    """The page with the figures; what was not measured stays as it is."""
    texts = {each["name"]: _tables(Result.of(each)) for each in data["benchmarks"]}
    texts["machine"] = _machine(data)
    return PLACE.sub(lambda place: f"{place[1]}{texts[place[2]]}{place[3]}" if place[2] in texts else place[0], text)


def _tables(result: Result) -> str:
    parts = ["\n".join(markdown(table)) for table in tables(result)]
    return "\n\n".join([*parts, *result.notes]) + "\n"


def _machine(data: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    return f"{data['python']} on {data['machine']}; {versions}.\n"


def main(arguments: list[str]) -> int:
    """Write the page and the pictures. 0: done, 2: wrong usage."""
    if len(arguments) != 3:
        print("usage: python -m statewatt.bench.pages RESULTS.json PAGE.md PICTURES", file=sys.stderr)
        return 2
    results, path, pictures = map(Path, arguments)
    data = json.loads(results.read_text(encoding="utf-8"))
    text = page(path.read_text(encoding="utf-8"), data)
    path.write_text(text, encoding="utf-8")
    for each in data["benchmarks"]:
        name = each["name"]
        if f"{name}.svg" in text:
            (pictures / f"{name}.svg").write_text(drawing({name: Result.of(each)}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
