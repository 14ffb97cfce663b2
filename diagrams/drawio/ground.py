"""What stands in a picture already, and the ways and free places that are left for what is new."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, pairwise

from ..geometry import Box, Point, Route, Segment, crosses, onto_rhombus
from ..lettering import Size

CLEAR = 14
"""Between a new line and what stands, in pixels."""
GRID = 10
"""New boxes stand on multiples of this, in pixels."""
BEND = 40
"""A bend costs as much as a way of so many pixels."""
CROSSING = 120
"""So does a crossing with another line."""
NEAR = 6
"""Lines side by side that are nearer than this look like one."""


@dataclass
class Ground:
    """What new things have to keep away from, in absolute coordinates."""

    boxes: dict[str, Box] = field(default_factory=dict[str, Box])
    """What nothing may overlap and no line may cross: nodes and notes, but no containers."""
    labels: dict[str, Box] = field(default_factory=dict[str, Box])
    routes: dict[str, Route] = field(default_factory=dict[str, Route])

    def add_route(self, id: str, route: Route) -> None:
        """A line stands, and its label."""
        self.routes[id] = route
        if route.label:
            self.labels[id] = route.label

    def drop_route(self, id: str) -> None:
        """A line is gone, and its label."""
        self.routes.pop(id, None)
        self.labels.pop(id, None)

    def is_free(self, box: Box) -> bool:
        """Nothing stands in a box or runs through it."""
        others = (*self.boxes.values(), *self.labels.values())
        return not any(box.overlaps(other) for other in others) and not any(
            crosses(segment, box) for route in self.routes.values() for segment in route.segments()
        )

    def segments(self) -> list[Segment]:
        """All pieces of all lines."""
        return [segment for route in self.routes.values() for segment in route.segments()]

    def place(self, size: Size, wanted: Point, within: Box | None) -> Box:
        """The free place for a box that is nearest to where it is wanted.

        ``within`` is the room of its container: a place may lie below it, as the container can grow downwards; to the
        right of it only where the box is wider than the room.
        """
        least = Point(within.x, within.y) if within else None
        most = within.right - size.width if within else float("inf")
        start = Point(round(wanted.x / GRID) * GRID, round(wanted.y / GRID) * GRID)
        if least:
            start = Point(max(least.x, min(start.x, most)), max(start.y, least.y))
        for dx, dy in _around():
            corner = start.moved(dx, dy)
            if least and (corner.x < least.x or corner.y < least.y or (corner.x > most and corner.x > least.x)):
                continue
            box = Box(corner.x, corner.y, size.width, size.height)
            if self.is_free(box.grown(CLEAR + NEAR)):
                return box
        everything = Box.of(p for box in (*self.boxes.values(), *self.labels.values()) for p in box.corners)
        return Box(start.x, everything.bottom + 4 * CLEAR, size.width, size.height)


def _around() -> Iterator[tuple[float, float]]:
    """Steps away from a place, the nearest first; in doubt downwards and to the right."""
    steps = range(-60, 61)
    found = [(2 * GRID * x, 2 * GRID * y) for x in steps for y in steps]
    yield from sorted(found, key=lambda step: (abs(step[0]) + abs(step[1]), -step[1], -step[0]))


# --- ways ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Port:
    """A place on the outline of a node where a line may begin or end, and the direction away from the node."""

    at: Point
    dx: int
    dy: int


def ports(box: Box, *, is_rhombus: bool, taken: Iterable[Point]) -> list[Port]:
    """The free ports of a node: the quarters of its sides, or the corners of a rhombus and the middles between."""
    used = list(taken)
    found: list[Port] = []
    for share in (0.5, 0.25, 0.75):
        x, y = box.x + box.width * share, box.y + box.height * share
        found += [Port(Point(x, box.bottom), 0, 1), Port(Point(x, box.y), 0, -1)]
        found += [Port(Point(box.right, y), 1, 0), Port(Point(box.x, y), -1, 0)]
    if is_rhombus:
        found = [Port(onto_rhombus(box, port.at), port.dx, port.dy) for port in found]
    free = [p for p in found if not any(abs(u.x - p.at.x) < NEAR and abs(u.y - p.at.y) < NEAR for u in used)]
    return free or found


class Router:
    """Finds ways for lines between what stands: Dijkstra's method on the lines that keep clear of it."""

    def __init__(self, ground: Ground, room: Size) -> None:
        """``room`` is the size of the label to come: around everything there are ways with room for it."""
        self.ground = ground
        self.room = room
        self.walls = [box.grown(NEAR) for box in ground.boxes.values()]
        self.walls += [box.grown(2) for box in ground.labels.values()]
        self.others = ground.segments()

    def way(self, starts: list[Port], goals: list[Port]) -> tuple[Point, ...] | None:
        """The best line from one of the ports to another; ``None`` where everything is blocked."""
        xs, ys = self._lines([*starts, *goals])
        goal_at = {(port.at.moved(CLEAR * port.dx, CLEAR * port.dy)): port for port in reversed(goals)}
        rank = count()
        queue: list[tuple[float, int, Point, int, tuple[Point, ...]]] = []
        for order, port in enumerate(starts):
            first = port.at.moved(CLEAR * port.dx, CLEAR * port.dy)
            heapq.heappush(queue, (order, next(rank), first, 0 if port.dx else 1, (port.at, first)))
        done: set[tuple[Point, int]] = set()
        while queue:
            cost, _, here, axis, line = heapq.heappop(queue)
            if (here, axis) in done:
                continue
            done.add((here, axis))
            goal = goal_at.get(here)
            if goal and line[-2] != goal.at and _is_onward(line, goal):
                return (*line, goal.at)
            for there, turn in self._next(here, xs, ys):
                price = self._price(here, there)
                if price is not None and (there, turn) not in done:
                    extra = price + (BEND if turn != axis else 0)
                    heapq.heappush(queue, (cost + extra, next(rank), there, turn, (*line, there)))
        return None

    def _lines(self, ends: list[Port]) -> tuple[list[float], list[float]]:
        """The levels on which a way may run, in both directions."""
        boxes = [*self.ground.boxes.values(), *self.ground.labels.values()]
        held = Box.of(corner for box in boxes for corner in box.corners)
        xs = {port.at.x + CLEAR * port.dx for port in ends}
        ys = {port.at.y + CLEAR * port.dy for port in ends}
        for box in boxes:
            xs |= {box.x - CLEAR, box.right + CLEAR}
            ys |= {box.y - CLEAR, box.bottom + CLEAR}
        xs |= {held.x - CLEAR - self.room.width / 2, held.right + CLEAR + self.room.width / 2}
        ys |= {held.bottom + CLEAR + self.room.height / 2}
        return sorted(xs), sorted(ys)

    def _next(self, here: Point, xs: list[float], ys: list[float]) -> Iterator[tuple[Point, int]]:
        for levels, axis in ((xs, 0), (ys, 1)):
            value = here.x if axis == 0 else here.y
            before = max((v for v in levels if v < value), default=None)
            after = min((v for v in levels if v > value), default=None)
            for v in (before, after):
                if v is not None:
                    yield (Point(v, here.y) if axis == 0 else Point(here.x, v)), axis

    def _price(self, a: Point, b: Point) -> float | None:
        """What a piece costs; ``None`` where something stands in the way or a line runs there already."""
        piece = (a, b)
        if any(crosses(piece, wall) for wall in self.walls):
            return None
        level, low, high = _spread(piece)
        crossings = 0
        for other in self.others:
            its, first, last = _spread(other)
            if (a.y == b.y) == (other[0].y == other[1].y):
                if abs(its - level) < NEAR and min(high, last) - max(low, first) > 0:
                    return None
            elif first < level < last and low <= its < high:
                crossings += 1
        return high - low + CROSSING * crossings


def _is_onward(line: tuple[Point, ...], port: Port) -> bool:
    """A line that goes on to the port does not turn back on itself."""
    a, b = line[-2], line[-1]
    return (b.x - a.x) * port.dx <= 0 and (b.y - a.y) * port.dy <= 0


def _spread(segment: Segment) -> tuple[float, float, float]:
    """The level of a piece, and from where to where it runs."""
    a, b = segment
    return (a.y, min(a.x, b.x), max(a.x, b.x)) if a.y == b.y else (a.x, min(a.y, b.y), max(a.y, b.y))


def label_place(ground: Ground, points: tuple[Point, ...], size: Size) -> Box | None:
    """The first free place for a label along its line, on it or else beside it; ``None`` if there is none."""
    spots = list(_spots(points))
    beside = (
        (0, 0),
        (size.width / 2 + 6, 0),
        (-size.width / 2 - 6, 0),
        (0, size.height / 2 + 6),
        (0, -size.height / 2 - 6),
    )
    for dx, dy in beside:
        for spot in spots:
            box = Box.around(spot.moved(dx, dy), size.width, size.height)
            if ground.is_free(box) and ((dx, dy) == (0, 0) or not any(crosses(s, box) for s in pairwise(points))):
                return box
    return None


def _spots(points: tuple[Point, ...]) -> Iterator[Point]:
    for a, b in pairwise(points):
        steps = int((abs(b.x - a.x) + abs(b.y - a.y)) // GRID)
        for step in range(1, steps):
            share = step / steps
            yield Point(round(a.x + (b.x - a.x) * share), round(a.y + (b.y - a.y) * share))
