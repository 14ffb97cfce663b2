"""The cells of a draw.io page, whether they stand bare or in an ``<object>`` with attributes of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from ..geometry import Box, Point

OURS = "statewatt"
"""The attribute of all that is made from the model: the kind of a node or edge; on the root cell, the graph's name."""

WRAPPERS = ("object", "UserObject")


def parse_style(text: str) -> dict[str, str | None]:
    """A style as its keys in order; a bare name has no value."""
    found: dict[str, str | None] = {}
    for part in filter(None, text.split(";")):
        key, equals, value = part.partition("=")
        found[key] = value if equals else None
    return found


def format_style(style: dict[str, str | None]) -> str:
    """The text of a style."""
    return "".join(f"{key};" if value is None else f"{key}={value};" for key, value in style.items())


def number(value: float) -> str:
    """A coordinate without superfluous digits."""
    return f"{round(value, 4):.10g}".replace("-0", "0") if round(value, 4) == 0 else f"{round(value, 4):.10g}"


@dataclass(eq=False, slots=True)
class Cell:
    """A cell: ``holder`` has its id and its own attributes, ``inner`` is the ``mxCell`` (the same where it stands
    bare)."""

    holder: Xml.Element
    inner: Xml.Element

    @staticmethod
    def of(holder: Xml.Element) -> Cell | None:
        """The cell of an element of a page's root; ``None`` if it is none."""
        inner = holder.find("mxCell") if holder.tag in WRAPPERS else holder if holder.tag == "mxCell" else None
        return None if inner is None or "id" not in holder.attrib else Cell(holder, inner)

    @property
    def id(self) -> str:
        """Its id."""
        return self.holder.get("id", "")

    @property
    def kind(self) -> str:
        """What the model says it is; empty for a cell that is a person's own."""
        return self.holder.get(OURS, "")

    @property
    def label(self) -> str:
        """Its text, as HTML where its style says so."""
        return self.holder.get("value" if self.holder is self.inner else "label", "")

    @label.setter
    def label(self, text: str) -> None:
        self.holder.set("value" if self.holder is self.inner else "label", text)

    @property
    def parent(self) -> str:
        """The id of the cell it is in."""
        return self.inner.get("parent", "")

    @property
    def is_edge(self) -> bool:
        """It is an edge."""
        return self.inner.get("edge") == "1"

    @property
    def is_vertex(self) -> bool:
        """It is a box or a label."""
        return self.inner.get("vertex") == "1"

    @property
    def style(self) -> dict[str, str | None]:
        """Its style; set it as a whole."""
        return parse_style(self.inner.get("style", ""))

    @style.setter
    def style(self, style: dict[str, str | None]) -> None:
        self.inner.set("style", format_style(style))

    @property
    def geometry(self) -> Xml.Element:
        """Its geometry, made if it has none."""
        found = self.inner.find("mxGeometry")
        return Xml.SubElement(self.inner, "mxGeometry", {"as": "geometry"}) if found is None else found

    @property
    def is_placed_relative(self) -> bool:
        """It is placed along an edge, or by its parent's size."""
        return self.geometry.get("relative") == "1"

    def attribute(self, name: str, value: str) -> None:
        """Set an own attribute, or take it away where the value is empty."""
        if value:
            self.holder.set(name, value)
        else:
            self.holder.attrib.pop(name, None)

    # --- places ---

    def box(self) -> Box:
        """Where it is, relative to its parent."""
        return Box(*(value_of(self.geometry, key) for key in ("x", "y", "width", "height")))

    def put(self, box: Box) -> None:
        """Place it, relative to its parent."""
        for key in ("x", "y", "width", "height"):
            self.geometry.set(key, number(getattr(box, key)))

    def waypoints(self) -> tuple[Point, ...]:
        """The inner points of an edge, relative to its parent."""
        array = self._array()
        return () if array is None else tuple(point_of(point) for point in array.findall("mxPoint"))

    def lead(self, points: tuple[Point, ...]) -> None:
        """Set the inner points of an edge, relative to its parent."""
        array = self._array()
        if array is not None:
            self.geometry.remove(array)
        if points:
            array = Xml.SubElement(self.geometry, "Array", {"as": "points"})
            for point in points:
                Xml.SubElement(array, "mxPoint", {"x": number(point.x), "y": number(point.y)})

    def _array(self) -> Xml.Element | None:
        return next((one for one in self.geometry.findall("Array") if one.get("as") == "points"), None)

    def point(self, name: str) -> Point | None:
        """A point of the geometry by what it is for: ``sourcePoint``, ``targetPoint``, ``offset``."""
        found = next((one for one in self.geometry.findall("mxPoint") if one.get("as") == name), None)
        return None if found is None else point_of(found)

    def set_point(self, name: str, point: Point) -> None:
        """Set a point of the geometry by what it is for."""
        for one in self.geometry.findall("mxPoint"):
            if one.get("as") == name:
                self.geometry.remove(one)
        Xml.SubElement(self.geometry, "mxPoint", {"x": number(point.x), "y": number(point.y), "as": name})


def value_of(element: Xml.Element, key: str) -> float:
    """A number among the attributes of an element; 0 where there is none or no number."""
    try:
        return float(element.get(key) or 0)
    except ValueError:
        return 0


def point_of(element: Xml.Element) -> Point:
    """The place of an ``mxPoint``."""
    return Point(value_of(element, "x"), value_of(element, "y"))


class Page:
    """One page: its name and its cells, in the order of the file."""

    def __init__(self, name: str, model: Xml.Element) -> None:
        self.name = name
        self.model = model
        root = model.find("root")
        self.root = Xml.SubElement(model, "root") if root is None else root
        self.cells: dict[str, Cell] = {cell.id: cell for cell in map(Cell.of, self.root) if cell is not None}

    @property
    def graph(self) -> str:
        """The name of the graph that is drawn here; empty for a page that is a person's own."""
        return self.cells["0"].kind if "0" in self.cells else ""

    def add(self, holder: Xml.Element) -> Cell:
        """Append a cell."""
        cell = Cell.of(holder)
        assert cell is not None
        self.root.append(holder)
        self.cells[cell.id] = cell
        return cell

    def remove(self, id: str) -> None:
        """Take a cell away; what is in it stays in the file."""
        self.root.remove(self.cells.pop(id).holder)

    def children(self, id: str) -> Iterator[Cell]:
        """The cells in a cell."""
        return (cell for cell in list(self.cells.values()) if cell.parent == id)

    def origin(self, id: str) -> Point:
        """Where (0, 0) of a container is, in absolute coordinates."""
        x = y = 0.0
        seen: set[str] = set()
        while (cell := self.cells.get(id)) and cell.is_vertex and id not in seen:
            seen.add(id)
            box = cell.box()
            x, y, id = x + box.x, y + box.y, cell.parent
        return Point(x, y)

    def absolute(self, id: str) -> Box:
        """Where a box is, in absolute coordinates."""
        cell = self.cells[id]
        origin = self.origin(cell.parent)
        return cell.box().moved(origin.x, origin.y)
