"""Every shipped picture in the real viewer of draw.io: everything is there, nothing dangles, nothing overlaps."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from statewatt.diagrams.geometry import Box
from tests.diagrams import viewer
from tests.diagrams.faults import faults
from tests.diagrams.shipped import NAMES, drawio, graphs

pytestmark = pytest.mark.skipif(bool(viewer.missing()), reason=viewer.missing() or "all is there")


@cache
def everything() -> dict[str, list[dict[str, Any]]]:
    """What the viewer shows of the shipped station, page by page."""
    pages = "".join(drawio(name).partition("<mxfile")[2].partition(">")[2].rpartition("</mxfile>")[0] for name in NAMES)
    text = f'<mxfile host="statewatt">{pages}</mxfile>'
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return dict(zip(NAMES, viewer.shown(text, Path(folder)), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_all_is_there_and_nothing_dangles(name: str) -> None:
    graph, cells = graphs()[name], everything()[name]
    ids = {cell["id"] for cell in cells}
    labels = {f"{edge.id}#label" for edge in graph.edges if edge.labels}
    assert {node.id for node in graph.nodes} | {edge.id for edge in graph.edges} | labels <= ids
    assert {cell["id"] for cell in cells if cell["edge"]} == {edge.id for edge in graph.edges}
    ends = {cell["id"]: cell["ends"] for cell in cells if cell["edge"]}
    assert ends == {edge.id: [edge.source, edge.target] for edge in graph.edges}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_overlaps(name: str) -> None:
    graph = graphs()[name]
    layout = viewer.layout_of(graph, everything()[name])
    assert {id for id, route in layout.edges.items() if route.label} == {e.id for e in graph.edges if e.labels}
    assert faults(graph, layout) == []


@pytest.mark.parametrize("name", NAMES)
def test_words_fit_into_their_boxes(name: str) -> None:
    cells = {cell["id"]: cell for cell in everything()[name]}
    for node in graphs()[name].nodes:
        if node.label and not node.kind.is_container:
            assert Box(*cells[node.id]["box"]).grown(1).holds(Box(*cells[node.id]["text"])), node.id


def test_what_overlaps_in_the_viewer_is_found() -> None:
    graph = graphs()["Answer"]
    cells = [dict(cell) for cell in everything()["Answer"]]
    edge = next(edge for edge in graph.edges if edge.labels)
    label = next(cell for cell in cells if cell["id"] == f"{edge.id}#label")
    label["text"] = next(cell for cell in cells if cell["id"] == edge.target)["box"]
    assert f"the label of {edge.id} overlaps {edge.target}" in faults(graph, viewer.layout_of(graph, cells))
