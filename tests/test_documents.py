"""What the README and the documents say is true: examples run, names exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EMBEDDING = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
RUNNING = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
STATION = (ROOT / "docs" / "station.md").read_text(encoding="utf-8")


def python_blocks(text: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def run(code: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def depot(tmp_path: Path) -> Path:
    model = next(block for block in python_blocks(README) if block.startswith("# depot.py"))
    (tmp_path / "depot.py").write_text(model, encoding="utf-8")
    return tmp_path


def test_the_readmes_model_runs_and_names_the_guard_that_refuses(depot: Path) -> None:
    use = next(block for block in python_blocks(README) if "from depot import" in block)
    shown = run(use, depot).splitlines()
    assert shown[0] == "(Energize(evse=1),)"
    assert "no card holds the EVSE" in shown[1]
    assert "refused swipe" in shown[1]


def test_a_misspelt_guard_in_the_readmes_model_is_an_error_with_its_line(depot: Path) -> None:
    text = (depot / "depot.py").read_text(encoding="utf-8")
    (depot / "depot.py").write_text(text.replace("is_enabled and is_free", "is_enabled and is_fre"), encoding="utf-8")
    code = "from depot import Depot\nfrom statewatt.engine import load\nload(Depot)"
    done = subprocess.run([sys.executable, "-c", code], cwd=depot, capture_output=True, text=True, check=False)
    line = next(n for n, each in enumerate(text.splitlines(), 1) if "is_enabled and is_free" in each)
    assert done.returncode != 0
    assert f"line {line}" in done.stderr
    assert "is_free" in done.stderr


def test_the_readmes_station_grants_the_token(tmp_path: Path) -> None:
    embedding = next(block for block in python_blocks(README) if "ChargingStation" in block)
    shown = run(embedding, tmp_path)
    assert "AuthorizeEvse(evse=1" in shown
    assert "USED_TO_START_TRANSACTION" in shown


def test_the_readmes_station_on_asyncio_runs_in_fifteen_lines_and_is_there_again(tmp_path: Path) -> None:
    embedding = next(block for block in python_blocks(README) if "asyncio" in block)
    assert sum(bool(line.strip()) for line in embedding.splitlines()) <= 15
    shown = run(embedding, tmp_path)
    assert shown.splitlines() == ["EVSE 1: Accepted for 04A1B2C3", "TokenHandlingResult.USED_TO_START_TRANSACTION"]
    assert "USED_TO" not in run(embedding, tmp_path), "its grant is still there"


def test_the_station_in_a_thread_runs_as_the_page_says(tmp_path: Path) -> None:
    [block] = [each for each in python_blocks(EMBEDDING) if "ThreadedShell" in each]
    assert run(block, tmp_path) == "TokenHandlingResult.USED_TO_START_TRANSACTION\n"


def test_the_station_in_place_runs_as_the_page_says(tmp_path: Path) -> None:
    code = next(block for block in python_blocks(EMBEDDING) if ".live(" in block)
    granted, held, plugged = run(code, tmp_path).splitlines()
    assert "USED_TO_START_TRANSACTION" in granted
    assert granted.endswith("61000")
    assert held.endswith("False")
    assert "'serve'" in plugged
    assert plugged.endswith("True")


def test_the_description_in_the_page_is_one(tmp_path: Path) -> None:
    [block] = re.findall(r"```toml\n(.*?)```", RUNNING, re.DOTALL)
    (tmp_path / "station.toml").write_text(block, encoding="utf-8")
    code = "from statewatt.engine.command import main; main()"
    command = [sys.executable, "-c", code, "run", "station.toml", "--check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "EVSE 1 with 1 connectors" in done.stdout


def names_of_the_station_page() -> list[tuple[str, str]]:
    """Every `file.py: name` of the page, and the names that follow one in the same cell."""
    found: list[tuple[str, str]] = []
    file = ""
    for row in STATION.splitlines():
        for cell in row.split("|"):
            file = "station.py" if row.startswith("| L") else ""
            for text in re.findall(r"`([^`]+)`", cell):
                if match := re.fullmatch(r"(\w+\.py): (\w+)", text):
                    file = match[1]
                    found.append((file, match[2]))
                elif file and re.fullmatch(r"\w+", text):
                    found.append((file, text))
    return found


@pytest.mark.parametrize(("file", "name"), names_of_the_station_page())
def test_the_station_page_names_what_there_is(file: str, name: str) -> None:
    text = (ROOT / "models" / file).read_text(encoding="utf-8")
    assert re.search(rf"^ *((class|def) {name}\b|{name}( =|:))", text, re.MULTILINE), f"{file} has no {name}"


def test_the_station_page_names_enough_to_be_a_map() -> None:
    assert len(names_of_the_station_page()) > 80


def test_links_in_the_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name} links to {link}"
