"""Layouts: nothing overlaps, beginnings stand first, ends last, and the same graph gives the same bytes."""

import os
import subprocess
import sys
import threading
from itertools import pairwise

import pytest

from statewatt.diagrams import elk
from statewatt.diagrams.drawio import drawing_in
from statewatt.diagrams.geometry import Layout
from statewatt.diagrams.graph import Edge, EdgeKind, Graph, Kind, Label, Node, Style
from statewatt.diagrams.layout import lay_out
from statewatt.diagrams.svg import render_svg
from tests.diagrams.faults import faults
from tests.diagrams.shipped import NAMES, drawio, graphs


def drawn(name: str) -> Layout:
    drawing = drawing_in(graphs()[name], drawio(name))
    assert drawing is not None
    return drawing.layout


@pytest.mark.parametrize("name", NAMES)
def test_nothing_overlaps_in_the_shipped_pictures(name: str) -> None:
    assert faults(graphs()[name], drawn(name)) == []


@pytest.mark.parametrize("name", ["Reservation", "Answer", "Authorization"])
def test_beginnings_stand_first_and_ends_last(name: str) -> None:
    graph, layout = graphs()[name], drawn(name)
    middles = {kind: [layout.nodes[n.id].center.y for n in graph.nodes if n.kind is kind] for kind in Kind}
    others = middles[Kind.STATE] + middles[Kind.CHOICE]
    assert max(middles[Kind.INITIAL]) < min(others)
    assert max(others) < min(middles[Kind.FINAL])


@pytest.mark.parametrize("name", ["Connector", "Evse"])
def test_regions_stand_side_by_side_in_their_box(name: str) -> None:
    graph, layout = graphs()[name], drawn(name)
    regions = [layout.nodes[node.id] for node in graph.nodes if node.kind is Kind.REGION]
    assert len(regions) > 1
    assert {(box.y, box.height) for box in regions} == {(regions[0].y, regions[0].height)}
    assert all(a.right == b.x for a, b in pairwise(regions))


def nested(crossing: bool) -> Graph:
    """Regions in a box, with a choice and an end in one; an edge may lead from one region to the other."""
    nodes = [Node("P", Kind.PARALLEL, "both"), Node("P.a", Kind.REGION, "a", "P"), Node("P.b", Kind.REGION, "b", "P")]
    nodes += [Node(f"P.{r}.{n}", Kind.STATE, f"{r}{n}", f"P.{r}") for r in "ab" for n in range(4)]
    nodes += [Node("P.a.q", Kind.CHOICE, "which way?", "P.a"), Node("P.b.end", Kind.FINAL, "ended", "P.b")]
    pairs = [(f"P.{r}.{n}", f"P.{r}.{(n + step) % 4}") for r in "ab" for n in range(4) for step in (0, 1, 2)]
    pairs += [("P.a.3", "P.a.q"), ("P.a.q", "P.a.0"), ("P.b.3", "P.b.end")]
    pairs += [("P.a.0", "P.b.2")] if crossing else []
    edges = [
        Edge(f"{a}:{b}", EdgeKind.TRANSITION, a, b, (Label(f"{a}:{b}", f"to {b}", ("it is so",), ("do it",)),))
        for a, b in pairs
    ]
    return Graph("P", Style.CHART, tuple(nodes), tuple(edges))


@pytest.mark.parametrize("crossing", [False, True])
def test_nothing_overlaps_in_a_nested_and_parallel_machine(crossing: bool) -> None:
    graph = nested(crossing)
    assert faults(graph, lay_out(graph)) == []


def test_a_finer_look_finds_what_overlaps() -> None:
    graph = nested(False)
    layout = lay_out(graph)
    nodes = dict(layout.nodes)
    nodes["P.a.0"] = nodes["P.a.1"].moved(3, 3)
    assert "P.a.0 overlaps P.a.1" in faults(graph, Layout(layout.width, layout.height, nodes, layout.edges))


def test_the_same_bytes_under_any_hash_seed() -> None:
    code = (
        "from tests.diagrams.test_layout import nested\n"
        "from statewatt.diagrams.drawio import render_drawio_svg\n"
        "import hashlib\n"
        "graph = nested(False)\n"
        "print(hashlib.sha256(render_drawio_svg(graph).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(seen) == 1


def test_what_was_laid_out_before_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = [nested(False), nested(True), graphs()["Answer"]]
    alone: list[Layout] = []
    for graph in pictures:
        monkeypatch.setattr(elk, "kept", threading.local())
        alone.append(lay_out(graph))
    assert [lay_out(graph) for graph in reversed(pictures)] == alone[::-1]


def test_what_elk_refuses_is_said() -> None:
    graph = {"id": "", "children": [], "edges": [{"id": "e", "sources": ["a"], "targets": ["b"]}]}
    with pytest.raises(elk.LayoutError, match="made no layout"):
        elk.lay_out(graph)
    assert lay_out(nested(False)) == lay_out(nested(False))


def test_without_the_interpreter_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elk, "kept", threading.local())
    monkeypatch.setitem(sys.modules, "quickjs", None)
    with pytest.raises(elk.LayoutError, match=r"statewatt\[diagrams\]"):
        render_svg(nested(False))
