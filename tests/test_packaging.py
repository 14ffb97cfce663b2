"""What is packed, what may import what, and what importing the engine loads."""

import ast
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from statewatt import engine

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {
    "engine": Path("engine"),
    "models": Path("models"),
    "verify": Path("verify"),
    "diagrams": Path("diagrams"),
    "bench": Path("tests/bench"),
}
# Scripts that measure with the help of the tests: in a checkout only.
LEFT_OUT = {ROOT / "tests" / "bench" / f"{name}.py" for name in ("exploring", "layout", "proving")}

# Beyond the standard library and the folder itself.
MAY_IMPORT = {
    "engine": {"statemachine"},
    "models": {"statewatt.engine"},
    "verify": {"statewatt.engine", "z3", "networkx"},
    "diagrams": {"statewatt.engine", "graphviz"},
    "bench": {"statewatt.engine", "statewatt.models"},
}

# The command and the adapters may import their own libraries, nobody else may.
MAY_ALSO_IMPORT = {
    "statewatt.engine.command": {"typer", "rich"},
    "statewatt.engine.adapters": {"ocpp"},
    "statewatt.engine.shell.prometheus": {"prometheus_client"},
    "statewatt.verify.command": {"rich"},
    "statewatt.verify.options": {"typer"},
    "statewatt.verify.shown": {"rich"},
    "statewatt.verify.exploring.command": {"rich"},
    "statewatt.verify.mutants.shown": {"rich"},
    "statewatt.verify.plain": {"statemachine"},
    "statewatt.verify.plugin": {"pytest"},
    "statewatt.diagrams.command": {"typer", "rich"},
    "statewatt.diagrams.sphinx": {"docutils", "sphinx"},
    "statewatt.diagrams.elk": {"quickjs"},
    "statewatt.diagrams.plain": {"statemachine"},
    "statewatt.bench.command": {"typer", "rich"},
    "statewatt.bench.peers.by_statemachine": {"statemachine"},
    "statewatt.bench.peers.by_transitions": {"transitions"},
    "statewatt.bench.peers.by_sismic": {"sismic"},
    "statewatt.bench.peers.by_automat": {"automat"},
    "statewatt.bench.peers.by_xstate": {"xstate_statemachine"},
}


def sources(folder: str) -> list[Path]:
    found = (path for path in (ROOT / FOLDERS[folder]).rglob("*.py") if "__pycache__" not in path.parts)
    return sorted(path for path in found if path not in LEFT_OUT)


def module_name(path: Path) -> str:
    place = path.relative_to(ROOT).with_suffix("")
    parts = ("bench", *place.parts[2:]) if place.is_relative_to(FOLDERS["bench"]) else place.parts
    return ".".join(("statewatt", *(parts[:-1] if parts[-1] == "__init__" else parts)))


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def imported(path: Path, tree: ast.Module) -> Iterator[tuple[int, str, bool]]:
    """Yield the line, the absolute name and whether the import is relative, for each import anywhere in a file."""
    package = module_name(path).split(".")
    if path.name != "__init__.py":
        package.pop()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, False
        elif isinstance(node, ast.ImportFrom):
            outer = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*outer, *([node.module] if node.module else [])])
            # `from statewatt import engine` and `from .. import engine` name a folder only in what they import.
            names = [f"statewatt.{alias.name}" for alias in node.names] if module == "statewatt" else [module]
            for name in names:
                yield node.lineno, name, node.level > 0


def faults(path: Path, text: str) -> list[str]:
    """Say where a file, if it held this text, would import what its folder may not."""
    module = module_name(path)
    folder = module.split(".")[1]
    home = f"statewatt.{folder}"
    allowed = {home, *MAY_IMPORT[folder]}
    for owner, libraries in MAY_ALSO_IMPORT.items():
        if within(module, owner):
            allowed |= libraries
    found: list[str] = []
    for line, name, relative in imported(path, ast.parse(text)):
        where = f"{path.relative_to(ROOT)}:{line}"
        if name.split(".")[0] not in sys.stdlib_module_names and not any(within(name, one) for one in allowed):
            found.append(f"{where} imports {name}")
        if within(name, home) and not relative:
            found.append(f"{where} imports {name} from its own package by its full name")
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_imports_follow_the_arrows(folder: str) -> None:
    files = sources(folder)
    assert files
    assert [fault for path in files for fault in faults(path, path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("engine/step.py", "import typer"),
        ("engine/step.py", "import z3.z3util"),
        ("engine/step.py", "from .. import models"),
        ("engine/step.py", "from ..models.station import ChargingStation"),
        ("engine/step.py", "def late():\n    from statewatt.verify import prove"),
        ("engine/step.py", "from statewatt.engine import language"),
        ("engine/commander.py", "import rich"),
        ("engine/shell/shell.py", "import prometheus_client"),
        ("engine/reading/source.py", "from ...models import station"),
        ("engine/command/__init__.py", "from ...verify import prove"),
        ("models/station.py", "import statemachine"),
        ("models/station.py", "from ..diagrams import dot"),
        ("verify/__init__.py", "from .. import engine, models"),
        ("verify/prove.py", "import graphviz"),
        ("diagrams/dot.py", "from statewatt import models"),
        ("diagrams/dot.py", "import networkx"),
        ("tests/bench/station.py", "from tests.models.walking import Walk"),
        ("tests/bench/connector.py", "import transitions"),
        ("models/station.py", "from ..bench import figures"),
    ],
)
def test_a_wrong_import_is_found(file: str, text: str) -> None:
    assert len(faults(ROOT / file, text)) == 1


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("engine/__init__.py", "from .language import Machine"),
        ("engine/step.py", "import dataclasses, collections.abc\nfrom statemachine import State"),
        ("engine/command/__init__.py", "import typer\nfrom rich.table import Table\nfrom ..step import step"),
        ("engine/adapters/ocpp16.py", "from ocpp.v16 import ChargePoint"),
        ("models/station.py", "from statewatt.engine import Machine\nfrom ..engine import State\nfrom . import evse"),
        ("verify/prove.py", "import z3, networkx\nfrom statewatt.engine.model import System"),
        ("diagrams/dot.py", "import graphviz\nfrom ..engine.model import System"),
    ],
)
def test_a_right_import_is_let_through(file: str, text: str) -> None:
    assert faults(ROOT / file, text) == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that no left-over build folder hides a missing file."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for folder in FOLDERS.values():
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(copy / "dist"), str(copy)],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = (copy / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_folders_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if not name.endswith("/")}
    held_files = {name for name in held if name.split("/")[0] == "statewatt"}
    assert {name.split("/")[0] for name in held - held_files} == {f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"}
    expected = {
        f"statewatt/{package}/{path.relative_to(ROOT / folder).as_posix()}"
        for package, folder in FOLDERS.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and path not in LEFT_OUT
    }
    expected.add("statewatt/models/station.model.json")
    assert {f"statewatt/{folder}/{name}" for folder in FOLDERS for name in ("__init__.py", "py.typed")} <= expected
    assert held_files == expected


def test_the_station_runs_from_bytecode_alone(wheel: Path, tmp_path: Path) -> None:
    """Unpacked, compiled, and every .py removed: the model comes from the data that the wheel ships."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    subprocess.run([sys.executable, "-m", "compileall", "-q", "-b", "statewatt"], cwd=tmp_path, check=True)
    for source in tmp_path.rglob("*.py"):
        source.unlink()
    code = (
        "import statewatt.models.station as home\n"
        "from statewatt.models.recording import Recording\n"
        "run = Recording()\n"
        "place = {'evse_id': 1, 'connectors': [{'connector_id': 1, 'type': 'cCCS2'}]}\n"
        "run.handle({'cmd': 'configure', 'connection_timeout': 30, 'evses': [place]})\n"
        "print(home.__file__, run.handle({'cmd': 'token', 'id_token': 'A', 'prevalidated': True})[-1]['result'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(tmp_path / "statewatt/models/station.pyc"), "USED_TO_START_TRANSACTION"]


def test_every_folder_with_modules_is_a_package() -> None:
    bare = {path.parent for folder in FOLDERS for path in sources(folder) if not (path.parent / "__init__.py").exists()}
    assert not bare, "without __init__.py a folder is not packed"


@pytest.mark.parametrize("folder", FOLDERS)
def test_type_checkers_find_each_folder_by_its_import_name(folder: str) -> None:
    link = ROOT / ".typing" / "statewatt" / folder
    assert link.is_symlink()
    assert not link.readlink().is_absolute()
    assert link.resolve() == ROOT / FOLDERS[folder]


LIBRARIES = {"z3", "networkx", "graphviz", "quickjs", "sphinx", "typer", "rich", "click", "ocpp", "prometheus_client"}


@pytest.mark.parametrize("module", ["engine", "diagrams", "diagrams.overview", "diagrams.meaning"])
def test_importing_a_package_loads_no_optional_library(module: str, tmp_path: Path) -> None:
    assert {name.split(".")[0] for name in loaded_by(f"import statewatt.{module}", tmp_path)} & LIBRARIES == set()


# What a declaration needs of the engine; all else is loaded when a model is read and compiled.
TO_DECLARE = {"statewatt.engine", "statewatt.engine.language"}


@pytest.mark.parametrize("code", ["import statewatt.engine", "import statewatt.models.station"])
def test_declaring_loads_nothing_of_what_reads_and_runs(code: str, tmp_path: Path) -> None:
    loaded = [name for name in loaded_by(code, tmp_path) if within(name, "statewatt.engine")]
    assert set(loaded) == TO_DECLARE


def test_whatever_the_engine_offers_is_there_when_it_is_asked_for() -> None:
    assert [name for name in engine.__all__ if not hasattr(engine, name)] == []
    assert set(engine.__all__) <= set(dir(engine))
    with pytest.raises(AttributeError, match=r"module 'statewatt\.engine' has no attribute 'Enginee'"):
        getattr(engine, "Enginee")  # noqa: B009 - a name that type checkers refuse


def loaded_by(code: str, folder: Path) -> list[str]:
    """The modules that are there in a fresh process after this."""
    code = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
