"""The pictures of the shipped station that are part of the project say what its model says."""

from __future__ import annotations

from pathlib import Path

from statewatt.diagrams.documents import check_document
from statewatt.diagrams.files import check, sheets
from statewatt.diagrams.formats import FORMATS
from tests.diagrams.shipped import graphs

DOCUMENTS = Path(__file__).parents[2] / "docs"
AGAIN = "statewatt draw --out docs/pictures --format drawio,svg --docs docs/pictures.md"


def test_the_pictures_of_the_station_are_true() -> None:
    station = list(graphs().values())
    files = sheets(station, DOCUMENTS / "pictures", [FORMATS["drawio"], FORMATS["svg"]])
    findings = [str(finding) for sheet in files for finding in check(sheet)]
    findings += map(str, check_document(DOCUMENTS / "pictures.md", station))
    assert findings == [], f"draw them again: {AGAIN}"


def test_there_is_no_picture_of_what_is_no_more() -> None:
    names = {path.name.split(".")[0] for path in (DOCUMENTS / "pictures").iterdir()}
    assert names == set(graphs())
