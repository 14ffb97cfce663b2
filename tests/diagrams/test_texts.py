"""DOT, Mermaid and Markdown: what is written is what is read, for any machine, the same bytes everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from statewatt.diagrams.charts import machine_graph
from statewatt.diagrams.differences import differences
from statewatt.diagrams.formats import FORMATS, Past
from statewatt.diagrams.graph import Graph
from statewatt.diagrams.meaning import meaning
from statewatt.diagrams.mermaid import text
from statewatt.diagrams.overview import system_graphs
from statewatt.engine import model
from statewatt.engine.reading import read
from statewatt.models.station import ChargingStation
from tests.diagrams.machines import machines
from tests.engine.examples.garage import Garage

TEXTS = ("dot", "mermaid", "md")
GOLDEN = Path(__file__).parents[1] / "golden" / "garage"
GRAPHS = (*system_graphs(read(Garage)), *system_graphs(read(ChargingStation)))


def assert_says_the_same(graph: Graph, name: str) -> None:
    chosen = FORMATS[name]
    text = chosen.render([graph], Past())
    (found,) = chosen.read(text, [graph])
    wanted = meaning(graph)
    assert differences(wanted, found) == ()
    assert found.boxes.keys() == wanted.boxes.keys()
    assert found.arrows.keys() == wanted.arrows.keys()


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("graph", GRAPHS, ids=lambda graph: graph.name)
def test_a_text_says_what_its_graph_says(graph: Graph, name: str) -> None:
    assert_says_the_same(graph, name)


@pytest.mark.parametrize("name", TEXTS)
@given(machine=machines())
@settings(max_examples=25, deadline=None)
def test_a_text_of_any_machine_says_what_its_graph_says(name: str, machine: model.Machine) -> None:
    assert_says_the_same(machine_graph(machine), name)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("graph", system_graphs(read(Garage)), ids=lambda graph: graph.name)
def test_the_garage_is_drawn_as_ever(graph: Graph, name: str) -> None:
    """After a change that is meant, delete the files: they are then written anew, once."""
    chosen = FORMATS[name]
    path = GOLDEN / f"{graph.name}{chosen.ending}"
    text = chosen.render([graph], Past())
    if not path.exists():
        path.write_text(text, encoding="utf-8", newline="\n")
        pytest.fail(f"{path.name} was missing and is written: look at it")
    assert path.read_text(encoding="utf-8") == text


CODE = """
import sys
from statewatt.diagrams.formats import FORMATS, Past
from statewatt.diagrams.overview import system_graphs
from statewatt.engine.reading import read
from tests.engine.examples.garage import Garage
for graph in system_graphs(read(Garage)):
    for name in ("dot", "mermaid", "md"):
        sys.stdout.write(FORMATS[name].render([graph], Past()))
"""


def test_the_same_bytes_under_any_hash_seed() -> None:
    texts = [
        subprocess.run(
            [sys.executable, "-c", CODE],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "random")
    ]
    assert texts[0]
    assert len(set(texts)) == 1


def test_mermaid_gets_no_sign_that_it_would_take_for_its_own() -> None:
    assert text(["A_b: _x_ #1; <i>"]) == "A_b#58; #95;x#95; #35;1#59; #60;i#62;"
