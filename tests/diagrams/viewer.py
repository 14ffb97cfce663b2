"""The real viewer of draw.io in a real browser: what it makes of a file, read from the page that it builds.

Needs Chromium (or Chrome) on the path, and the viewer, which comes in the package
``jupyterlab-drawio-render-extension`` (``pip install --no-deps jupyterlab-drawio-render-extension==1.0.19``).
"""

import html
import json
import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from statewatt.diagrams.geometry import Box, Layout, Point, Route
from statewatt.diagrams.graph import Graph

PACKAGE = "jupyterlab-drawio-render-extension"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

PAGE = """<html><body><div id="place"></div><pre id="found"></pre><script>
const xml = XML, pages = PAGES, found = [];
function box(b) { return b && [b.x, b.y, b.width, b.height]; }
function look(viewer) {
    const view = viewer.graph.view, cells = [];
    view.states.visit((key, state) => {
        const text = state.text && state.text.boundingBox;
        const points = (state.absolutePoints || []).map(p => p && [p.x, p.y]);
        cells.push({id: state.cell.id, edge: !!state.cell.edge, box: box(state), text: box(text), points: points,
                    ends: [state.visibleSourceState, state.visibleTargetState].map(s => s ? s.cell.id : ""),
                    shape: state.shape ? state.shape.constructor.name : ""});
    });
    found.push(cells);
    if (found.length < pages) show(found.length); else {
        document.getElementById("found").textContent = JSON.stringify(found);
    }
}
function show(page) {
    const place = document.createElement("div");
    document.getElementById("place").appendChild(place);
    const config = {xml: xml, page: page, nav: false, toolbar: null, lightbox: false, resize: true, zoom: 1};
    place.setAttribute("data-mxgraph", JSON.stringify(config));
    GraphViewer.createViewerForElement(place, look);
}
window.onDrawioViewerLoad = () => show(0);
</script><script src="SCRIPT"></script></body></html>"""


def missing() -> str:
    """What has to be installed, or an empty text."""
    if _browser() is None:
        return "there is no Chromium on the path"
    return "" if _script() else f"the package {PACKAGE} is not installed"


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _script() -> Path | None:
    try:
        found = [file for file in files(PACKAGE) or () if file.name == "viewer-static.min.js"]
    except PackageNotFoundError:
        return None
    return Path(str(found[0].locate())) if found else None


def shown(text: str, folder: Path) -> list[list[dict[str, Any]]]:
    """What the viewer shows of each page of a file: its cells with their places on the page."""
    browser, script = _browser(), _script()
    assert browser
    assert script
    page = folder / "page.html"
    quoted = json.dumps(text).replace("</", "<\\/")
    content = PAGE.replace("PAGES", str(text.count("<diagram "))).replace("SCRIPT", script.as_uri())
    page.write_text(content.replace("XML", quoted, 1), encoding="utf-8")
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000", "--dump-dom")
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run(
        [browser, *flags, profile, page.as_uri()], capture_output=True, text=True, timeout=180, check=True
    )
    match = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)
    assert match, "the viewer has shown nothing"
    found: list[list[dict[str, Any]]] = json.loads(html.unescape(match.group(1)))
    return found


def layout_of(graph: Graph, cells: list[dict[str, Any]]) -> Layout:
    """Where the viewer has put what a graph says."""
    by_id = {cell["id"]: cell for cell in cells}
    nodes = {node.id: Box(*map(_whole, by_id[node.id]["box"])) for node in graph.nodes}
    edges: dict[str, Route] = {}
    for edge in graph.edges:
        label = by_id.get(f"{edge.id}#label", {}).get("text")
        points = tuple(Point(_whole(x), _whole(y)) for x, y in by_id[edge.id]["points"])
        edges[edge.id] = Route(points, Box(*map(_whole, label)).grown(-1) if label else None)
    return Layout(0, 0, nodes, edges)


def _whole(value: float) -> float:
    return round(value)
