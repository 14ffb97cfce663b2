"""Where things are in a picture: points, boxes, routes, in pixels from the upper left corner, y downwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A point."""

    x: float
    y: float

    def moved(self, dx: float, dy: float) -> Point:
        """The point so far away."""
        return Point(self.x + dx, self.y + dy)


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height

    @property
    def center(self) -> Point:
        """Its middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    @staticmethod
    def around(center: Point, width: float, height: float) -> Box:
        """The box of that size around a point."""
        return Box(center.x - width / 2, center.y - height / 2, width, height)

    @staticmethod
    def of(points: Iterable[Point]) -> Box:
        """The smallest box that holds the points; there is at least one."""
        xs, ys = zip(*((p.x, p.y) for p in points), strict=True)
        return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))

    @property
    def corners(self) -> tuple[Point, Point]:
        """Upper left and lower right."""
        return Point(self.x, self.y), Point(self.right, self.bottom)

    def moved(self, dx: float, dy: float) -> Box:
        """The box so far away."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, by: float) -> Box:
        """The box with so much more on each side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def overlaps(self, other: Box) -> bool:
        """Both have a piece of the plane in common; to touch is not to overlap."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: Box) -> bool:
        """The other lies in it, the border included."""
        return self.x <= other.x and other.right <= self.right and self.y <= other.y and other.bottom <= self.bottom


Segment = tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class Route:
    """The line of an edge from its source to its target, and the place of its label."""

    points: tuple[Point, ...]
    label: Box | None = None

    def segments(self) -> Iterator[Segment]:
        """The straight pieces, in order."""
        return pairwise(self.points)

    def moved(self, dx: float, dy: float) -> Route:
        """The route so far away."""
        label = self.label.moved(dx, dy) if self.label else None
        return Route(tuple(point.moved(dx, dy) for point in self.points), label)

    def length(self) -> float:
        """The way along the line."""
        return sum(abs(b.x - a.x) + abs(b.y - a.y) for a, b in self.segments())


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the nodes (by id, in absolute coordinates) and the edges (by id) of a graph are."""

    width: float
    height: float
    nodes: Mapping[str, Box]
    edges: Mapping[str, Route]


def crosses(segment: Segment, box: Box) -> bool:
    """An upright segment runs through the inside of a box."""
    a, b = segment
    return (
        min(a.x, b.x) < box.right and box.x < max(a.x, b.x) and box.y < a.y < box.bottom
        if a.y == b.y
        else min(a.y, b.y) < box.bottom and box.y < max(a.y, b.y) and box.x < a.x < box.right
    )


def onto_rhombus(box: Box, point: Point) -> Point:
    """Return where a straight line through a point on a box's side first meets the rhombus within the box."""
    middle = box.center
    if point.y in (box.y, box.bottom):
        height = box.height / 2 * (1 - abs(point.x - middle.x) / (box.width / 2))
        return Point(point.x, middle.y + (height if point.y == box.bottom else -height))
    width = box.width / 2 * (1 - abs(point.y - middle.y) / (box.height / 2))
    return Point(middle.x + (width if point.x == box.right else -width), point.y)


def nearest(route: Route, point: Point) -> tuple[float, Point]:
    """Return the place on a route that is nearest to a point: how far along it is (0 to 1), and where."""
    best, place, way = (float("inf"), 0.0), route.points[0], 0.0
    for a, b in route.segments():
        on = Point(min(max(point.x, min(a.x, b.x)), max(a.x, b.x)), min(max(point.y, min(a.y, b.y)), max(a.y, b.y)))
        distance = abs(on.x - point.x) + abs(on.y - point.y)
        along = way + abs(on.x - a.x) + abs(on.y - a.y)
        if distance < best[0]:
            best, place = (distance, along), on
        way += abs(b.x - a.x) + abs(b.y - a.y)
    return (best[1] / way if way else 0.0), place


def beads(route: Route, radius: float) -> Iterator[Point]:
    """Yield the middles of circles in a row along a line, from its beginning, clear of each other, of its label and of
    its end; there is at least one."""
    length = route.length()
    way = min(radius + 5, length / 2)
    taken = [route.label] if route.label else []
    first = True
    while first or way <= length - 2 * radius:
        box = Box.around(_along(route, way), 2 * radius, 2 * radius)
        if first or not any(box.grown(1).overlaps(other) for other in taken):
            yield box.center
            taken.append(box)
        first = False
        way += 2


def _along(route: Route, way: float) -> Point:
    """The point so far along a line."""
    for a, b in route.segments():
        length = abs(b.x - a.x) + abs(b.y - a.y)
        if way <= length and length:
            return Point(a.x + (b.x - a.x) * way / length, a.y + (b.y - a.y) * way / length)
        way -= length
    return route.points[-1]


def upright(points: Iterable[Point]) -> tuple[Point, ...]:
    """Return the points with a bend wherever two in a row are not on one level, and none where the line goes on."""
    line: list[Point] = []
    for point in points:
        if line and line[-1].x != point.x and line[-1].y != point.y:
            # Goes on in the direction in which it came.
            came_level = len(line) > 1 and line[-2].y == line[-1].y
            line.append(Point(point.x, line[-1].y) if came_level else Point(line[-1].x, point.y))
        if not line or line[-1] != point:
            line.append(point)
    kept = line[:1]
    for before, here in pairwise(line[1:]):
        last = kept[-1]
        if not (last.x == before.x == here.x or last.y == before.y == here.y):
            kept.append(before)
    return (*kept, *line[1:][-1:])
