"""A system is loaded without its source."""

from __future__ import annotations

import compileall
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from statewatt.engine import cache
from statewatt.engine.reading import read

STATION = Path(__file__).parent / "examples" / "station.py"


def run(*arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(path)!r}); "
    return subprocess.run([sys.executable, "-c", code + arguments[0]], capture_output=True, text=True, check=False)


MAKE = "from statewatt.engine.cache import main; sys.exit(main(['plant.station:ChargingStation', *{more}]))"
READ = (
    "from plant.station import ChargingStation; from statewatt.engine.reading import read; "
    "found = read(ChargingStation); print(found.name, len(found.machines), found.where.file)"
)


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A package with the example station and its cache."""
    package = tmp_path / "plant"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copy(STATION, package / "station.py")
    done = run(MAKE.format(more="[]"), path=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"{package / 'station.model.json'}\n"), done.stderr
    return package


def without_source(package: Path) -> None:
    compileall.compile_dir(package, quiet=1, legacy=True)
    for file in package.glob("*.py"):
        file.unlink()


def test_the_model_survives_json(station: Any) -> None:
    data = json.loads(cache.text_of(station.ChargingStation))
    assert cache.from_json(data["model"]) == read(station.ChargingStation)


def test_the_file_holds_no_path(station: Any) -> None:
    assert str(STATION.parent) not in cache.text_of(station.ChargingStation)


def test_bytecode_alone_reads_the_cache(plant: Path) -> None:
    before = run(READ, path=plant.parent)
    without_source(plant)
    after = run(READ, path=plant.parent)
    assert after.stdout == before.stdout == f"ChargingStation 4 {plant / 'station.py'}\n", after.stderr


def test_bytecode_alone_steps(plant: Path) -> None:
    without_source(plant)
    code = (
        "from plant.station import ChargingStation, Config, IdToken; from statewatt.engine import Birth, load; "
        "engine = load(ChargingStation); evse = Birth('Evse', {'number': 1}); "
        "state = engine.start(Config(1000), [evse, Birth('Connector', {'evse': 1, 'number': 1})]); "
        "token = {'token': IdToken('A'), 'listed': frozenset([1]), 'asked_at': 0}; "
        "print(engine.step(state, Birth('Authorization', token), 5).commands)"
    )
    done = run(code, path=plant.parent)
    assert done.stdout == "(Authorize(evse=1, token=IdToken(value='A')),)\n", done.stderr


def test_bytecode_in_a_zip_file_reads_the_cache(plant: Path) -> None:
    without_source(plant)
    archive = plant.parent / "plant.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for file in plant.iterdir():
            made.write(file, f"plant/{file.name}")
    shutil.rmtree(plant)
    assert run(READ, path=archive).stdout == f"ChargingStation 4 {archive / 'plant' / 'station.py'}\n"


def test_bytecode_without_a_cache_says_what_to_do(plant: Path) -> None:
    without_source(plant)
    (plant / "station.model.json").unlink()
    assert run(READ, path=plant.parent).stderr.split("\n")[-3:-1] == [
        "statewatt.engine.reading.errors.ModelError: the source of plant.station is not there",
        "Write the classes in a file; for bytecode alone, first make: "
        "python -m statewatt.engine.cache plant.station:ChargingStation",
    ]


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("format", 0, "has the format 0, not 1"),
        ("system", "plant.station:Other", "is of plant.station:Other"),
        ("model", {"is": "Nonsense"}, "this is no model"),
        ("model", [], "this is no model of a system"),
        ("sources", 3, "cannot be read"),
    ],
)
def test_a_cache_that_does_not_fit_is_refused(plant: Path, key: str, value: object, says: str) -> None:
    file = plant / "station.model.json"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), key: value}), encoding="utf-8")
    without_source(plant)
    error = run(READ, path=plant.parent).stderr
    assert "the source of plant.station is not there, and its cache does not fit" in error
    assert says in error


def test_where_the_source_is_there_a_stale_cache_is_not_looked_at(plant: Path) -> None:
    (plant / "station.model.json").write_text("{", encoding="utf-8")
    assert run(READ, path=plant.parent).stdout.startswith("ChargingStation 4")


def test_check_tells_a_stale_cache(plant: Path) -> None:
    check = MAKE.format(more="['--check']")
    done = run(check, path=plant.parent)
    assert (done.returncode, done.stdout) == (0, f"{plant / 'station.model.json'} is current\n")
    source = plant / "station.py"
    source.write_text(source.read_text(encoding="utf-8").replace("plug_ins: int = 0", "plug_ins: int = 1"))
    done = run(check, path=plant.parent)
    assert (done.returncode, done.stdout) == (1, f"{plant / 'station.model.json'} is stale\n")


@pytest.mark.parametrize("arguments", [[], ["plant"], ["a:B", "c:D"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cache.main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage: ")


def test_an_unknown_module_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cache.main(["nowhere.at_all:Site"]) == 2
    assert capsys.readouterr().err == "No module named 'nowhere'\n"
