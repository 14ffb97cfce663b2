"""Does to a draw.io file what the editor does: moves, colours, adds notes, saves in another order, compresses."""

import base64
import zlib
from collections.abc import Callable
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from statewatt.diagrams.differences import differences
from statewatt.diagrams.graph import Graph
from statewatt.diagrams.meaning import meaning
from statewatt.diagrams.reading.drawio import read_drawio


class Editor:
    """One page of a file, opened for editing."""

    def __init__(self, text: str) -> None:
        self.file = Xml.fromstring(text)
        root = self.file.find("diagram/mxGraphModel/root")
        assert root is not None
        self.root = root

    def inner(self, id: str) -> Xml.Element:
        holder = next(cell for cell in self.root if cell.get("id") == id)
        found = holder if holder.tag == "mxCell" else holder.find("mxCell")
        assert found is not None
        return found

    def geometry(self, id: str) -> Xml.Element:
        found = self.inner(id).find("mxGeometry")
        assert found is not None
        return found

    def move(self, id: str, dx: float, dy: float) -> None:
        place = self.geometry(id)
        for key, by in (("x", dx), ("y", dy)):
            place.set(key, f"{float(place.get(key, '0')) + by:g}")

    def restyle(self, id: str, key: str, value: str) -> None:
        inner = self.inner(id)
        parts = [part for part in inner.get("style", "").split(";") if part and part.split("=")[0] != key]
        inner.set("style", ";".join([*parts, f"{key}={value}", ""]))

    def note(self, id: str, text: str, x: float, y: float, parent: str = "1") -> None:
        given = {"id": id, "value": text, "style": "shape=note;html=1;whiteSpace=wrap;", "vertex": "1"}
        cell = Xml.SubElement(self.root, "mxCell", {**given, "parent": parent})
        place = {"x": f"{x:g}", "y": f"{y:g}", "width": "120", "height": "60", "as": "geometry"}
        Xml.SubElement(cell, "mxGeometry", place)

    def reorder(self, change: Callable[[list[Xml.Element]], None]) -> None:
        cells = list(self.root)
        change(cells)
        self.root[:] = cells

    def remove(self, id: str) -> None:
        self.root.remove(next(cell for cell in self.root if cell.get("id") == id))

    def saved(self, *, compressed: bool = False) -> str:
        if compressed:
            diagram = self.file.find("diagram")
            assert diagram is not None
            plain = quote(Xml.tostring(diagram[0], encoding="unicode"), safe="~()*!.'")
            pack = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
            diagram.text = base64.b64encode(pack.compress(plain.encode()) + pack.flush()).decode()
            diagram.remove(diagram[0])
        return Xml.tostring(self.file, encoding="unicode")


def unlike(text: str, *graphs: Graph) -> list[str]:
    """What a draw.io file says otherwise than the graphs, page by page."""
    pages = read_drawio(text)
    assert [page.name for page in pages] == [graph.name for graph in graphs]
    return [str(one) for graph, page in zip(graphs, pages, strict=True) for one in differences(meaning(graph), page)]
