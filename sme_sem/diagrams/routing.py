"""How the arrows of a path diagram run, and where their values stand.

Every arrow is a cubic curve (a straight one has its control points on the chord).  Loadings
run straight; covariances of a column bulge to its outer side, the further the more constructs
they pass, and where they would meet other boxes; paths run straight where nothing is in the way and else take the
flattest bow that avoids every box.  A value stands on its arrow, moved along it until it covers neither a box nor
another value; that of a covariance also, where it can be, no other arrow, and that of an arc hardly longer than itself
stands outside.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from ..letters import width
from ..tables import format
from ..tables.table import Kind
from .layout import Arrangement, Box, arc_depth
from .model import Covariance, DiagramModel, Loading, Path

Point = tuple[float, float]
Bounds = tuple[float, float, float, float]

_VALUE_CELL, _VALUE_HEIGHT = 6.7, 14.0
_BOWS = (0.0, *(sign * bow for bow in range(30, 481, 30) for sign in (1.0, -1.0)))
_CLEAR, _SWING = 5.0, 45.0
_MORE = range(0, 181, 20)  # depth of arcs that would meet a box
_NOWHERE = np.empty((0, 2))
_MOST_COVERED = 0.3  # of an arrow, by its own value


class Role(Enum):
    """What an arrow stands for."""

    LOADING = "loading"
    PATH = "path"
    COVARIANCE = "covariance"


@dataclass(frozen=True, slots=True)
class Value:
    """A number on an arrow, centred at ``x``, ``y``."""

    text: str
    x: float
    y: float

    @property
    def bounds(self) -> Bounds:
        """Left, top, right, bottom."""
        half = width(self.text) * _VALUE_CELL / 2 + 2
        return self.x - half, self.y - _VALUE_HEIGHT / 2, self.x + half, self.y + _VALUE_HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Arrow:
    """One curve: its four control points, what it stands for, and its value."""

    role: Role
    ends: tuple[str, str]
    curve: tuple[Point, Point, Point, Point]
    significant: bool = True
    changed: bool = False
    value: Value | None = None

    def at(self, t: float) -> Point:
        """Give the point of the curve at ``t`` from 0 (its tail) to 1 (its head)."""
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        return (
            sum(w * point[0] for w, point in zip(weights, self.curve, strict=True)),
            sum(w * point[1] for w, point in zip(weights, self.curve, strict=True)),
        )


def route(model: DiagramModel, arrangement: Arrangement) -> tuple[Arrow, ...]:
    """Draw every arrow whose two ends are shown, then place the values: paths first, then the others."""
    shown = arrangement.boxes
    paths = [p for p in model.paths if p.source in shown and p.target in shown and p.source != p.target]
    loadings = [e for e in model.loadings if e.construct in shown and e.item in shown and e.construct != e.item]
    pairs = [c for c in model.covariances if c.a in shown and c.b in shown and c.a != c.b]
    both_ways = {(p.target, p.source) for p in paths}
    drawn = [
        *((_path(p, arrangement, (p.source, p.target) in both_ways), _written(p), 0.42) for p in paths),
        *((_loading(e, arrangement), _written(e), _along(e, arrangement)) for e in loadings),
        *((_covariance(c, arrangement), _written(c), 0.5) for c in pairs),
    ]
    taken = [box.bounds for box in shown.values()]
    lines = [_points(arrow) for arrow, _, _ in drawn]
    arrows = []
    for place, (arrow, text, preferred) in enumerate(drawn):
        if text:
            rest = [*lines[:place], *lines[place + 1 :]] if arrow.role is Role.COVARIANCE else []
            others = np.concatenate([_NOWHERE, *rest])
            value = _placed(arrow, text, preferred, taken, others)
            taken.append(value.bounds)
            arrow = replace(arrow, value=value)
        arrows.append(arrow)
    return tuple(arrows)


def overlap(a: Bounds, b: Bounds) -> float:
    """Area two rectangles share."""
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return max(across, 0.0) * max(down, 0.0)


def _along(loading: Loading, arrangement: Arrangement) -> float:
    """Where on a loading its value stands best: nearer to the item where the items stand in a row."""
    share = 0.6 if arrangement.boxes[loading.item].side.sideways else 0.76
    return 1 - share if loading.weight else share


def _written(edge: Path | Loading | Covariance) -> str:
    """Write an edge's value; a dashed line cannot be taken for its minus sign, which is as wide as a dash."""
    if edge.value is None:
        return edge.stars
    return format.typeset(format.cell(edge.value, Kind.COEFFICIENT)) + edge.stars


def _path(path: Path, arrangement: Arrangement, both_ways: bool) -> Arrow:
    curve = _bowed(path.source, path.target, arrangement, bows=_BOWS[1::2] if both_ways else _BOWS)
    return Arrow(Role.PATH, (path.source, path.target), curve, path.significant, path.changed)


def _loading(loading: Loading, arrangement: Arrangement) -> Arrow:
    ends = (loading.construct, loading.item)
    construct, item = (arrangement.boxes[name] for name in ends)
    if arrangement.owner.get(loading.item) != loading.construct:
        curve = _bowed(*ends, arrangement)
    else:
        dx, dy = item.side.value
        head = item.x - dx * item.width / 2, item.y - dy * item.height / 2
        curve = _straight(_border(construct, head), head)
    if loading.weight:
        tail, after, before, head = curve
        return Arrow(Role.LOADING, ends[::-1], (head, before, after, tail))
    return Arrow(Role.LOADING, ends, curve)


def _covariance(covariance: Covariance, arrangement: Arrangement) -> Arrow:
    ends = (covariance.a, covariance.b)
    a, b = (arrangement.boxes[name] for name in ends)
    column = _neighbours(a, b, arrangement)
    if column:
        steps = abs(column.index(a.name) - column.index(b.name))
        return Arrow(Role.COVARIANCE, ends, _arc(a, b, steps, arrangement))
    return Arrow(Role.COVARIANCE, ends, _bowed(*ends, arrangement))


def _neighbours(a: Box, b: Box, arrangement: Arrangement) -> list[str]:
    """Boxes standing in one column (or row) with both, in order; none if they do not share one."""
    if (a.name in arrangement.owner) != (b.name in arrangement.owner):
        return []
    level = [n for n in arrangement.boxes if (n in arrangement.owner) == (a.name in arrangement.owner)]
    boxes = [arrangement.boxes[name] for name in level]
    if abs(a.x - b.x) < 1:
        return [box.name for box in sorted(boxes, key=lambda box: box.y) if abs(box.x - a.x) < 1]
    if abs(a.y - b.y) < 1 and a.name in arrangement.owner and not a.side.sideways:
        return [box.name for box in sorted(boxes, key=lambda box: box.x) if abs(box.y - a.y) < 1]
    return []


def _arc(a: Box, b: Box, steps: int, arrangement: Arrangement) -> tuple[Point, Point, Point, Point]:
    """Bulge to the outer side: that of the items, but away from them where there is only one column."""
    is_item = a.name in arrangement.owner
    dx, dy = a.side.value
    if not is_item:
        dx, dy = (1, 0) if arrangement.n_columns == 1 or not a.side.sideways else (dx, 0)
    depth = 14.0 + 9.0 * min(steps, 8) if is_item else arc_depth(steps, free=arrangement.n_columns == 1)
    tail, head = (_shoulder(box, other, (dx, dy), steps) for box, other in ((a, b), (b, a)))
    obstacles = [box.bounds for name, box in arrangement.boxes.items() if name not in (a.name, b.name)]
    curves = [
        (tail, _moved(tail, (dx, dy), depth + more), _moved(head, (dx, dy), depth + more), head) for more in _MORE
    ]
    return min(curves, key=lambda curve: _points_inside(curve, obstacles))


def _shoulder(box: Box, other: Box, outward: tuple[int, int], steps: int) -> Point:
    """Choose the point of the border between the outer side and the one that faces ``other``.

    The further away the other is, the nearer to the outer side.
    """
    turn = 0.9 / math.sqrt(steps or 1)
    aim_x = outward[0] or turn * _sign(other.x - box.x)
    aim_y = outward[1] or turn * _sign(other.y - box.y)
    return _border(box, (box.x + aim_x * box.width, box.y + aim_y * box.height))


def _bowed(
    tail_name: str, head_name: str, arrangement: Arrangement, bows: Sequence[float] = _BOWS
) -> tuple[Point, Point, Point, Point]:
    """Weigh each bow: how far it swings out, against how much of other boxes and fans it meets."""
    tail, head = arrangement.boxes[tail_name], arrangement.boxes[head_name]
    obstacles = [
        (left - _CLEAR, top - _CLEAR, right + _CLEAR, bottom + _CLEAR)
        for name, (left, top, right, bottom) in _in_the_way(arrangement)
        if name not in (tail_name, head_name)
    ]
    curves = ((bow, _quadratic(tail, head, bow)) for bow in bows)
    costs = [(_points_inside(curve, obstacles) + abs(bow) / _SWING, curve) for bow, curve in curves]
    return min(costs, key=lambda cost: cost[0])[1]


def _in_the_way(arrangement: Arrangement) -> Iterable[tuple[str, Bounds]]:
    """Boxes, and the fans of loadings that stand above or beneath a construct of a middle column."""
    for name, box in arrangement.boxes.items():
        yield name, box.bounds
        fan = [arrangement.boxes[item] for item, owner in arrangement.owner.items() if owner == name]
        if fan and not box.side.sideways:
            lefts, tops, rights, bottoms = zip(box.bounds, *(item.bounds for item in fan), strict=True)
            yield name, (min(lefts), min(tops), max(rights), max(bottoms))


def _quadratic(tail: Box, head: Box, bow: float) -> tuple[Point, Point, Point, Point]:
    length = math.hypot(head.x - tail.x, head.y - tail.y) or 1.0
    normal = (head.y - tail.y) / length, -(head.x - tail.x) / length
    control = _moved(((tail.x + head.x) / 2, (tail.y + head.y) / 2), normal, 2 * bow)
    start, end = _border(tail, control), _border(head, control)
    if not bow:
        return _straight(start, end)
    return start, _between(start, control, 2 / 3), _between(end, control, 2 / 3), end


def _points_inside(curve: tuple[Point, Point, Point, Point], obstacles: Iterable[Bounds]) -> int:
    arrow = Arrow(Role.PATH, ("", ""), curve)
    points = np.array([arrow.at(step / 40) for step in range(1, 40)])
    return sum(_within(points, bounds) for bounds in obstacles)


def _placed(arrow: Arrow, text: str, preferred: float, taken: Sequence[Bounds], others: np.ndarray) -> Value:
    """Try places along the arrow, nearest to the preferred first, then beside it; take the first free one.

    taken : boxes and values, not to be covered    others : points of arrows, covered only where no place on it is free
    """
    if arrow.role is Role.COVARIANCE and _share_within(arrow, Value(text, *arrow.at(preferred)).bounds) > _MOST_COVERED:
        return _outside(arrow, text, taken)
    along = sorted((step / 50 for step in range(3, 48)), key=lambda t: (round(abs(t - preferred), 6), t))
    best, least = Value(text, *arrow.at(preferred)), (math.inf, 0)
    for aside in (0.0, 9.0, -9.0, 18.0, -18.0, 27.0, -27.0):
        for t in along:
            x, y = arrow.at(t)
            before, after = arrow.at(t - 0.02), arrow.at(t + 0.02)
            length = math.hypot(after[0] - before[0], after[1] - before[1]) or 1.0
            normal = (after[1] - before[1]) / length, -(after[0] - before[0]) / length
            value = Value(text, x + aside * normal[0], y + aside * normal[1])
            bounds = value.bounds
            covered = sum(overlap(bounds, other) for other in taken), _within(others, bounds)
            if covered < least:
                best, least = value, covered
            if covered == (0.0, 0):
                return value
        if not least[0]:
            return best
    return best


def _outside(arrow: Arrow, text: str, taken: Sequence[Bounds]) -> Value:
    """Put a value beyond the bulge of a short arc, as far out as it must be to cover nothing."""
    x, y = arrow.at(0.5)
    (tail_x, tail_y), (head_x, head_y) = arrow.at(0.0), arrow.at(1.0)
    out_x, out_y = x - (tail_x + head_x) / 2, y - (tail_y + head_y) / 2
    length = math.hypot(out_x, out_y) or 1.0
    own = Value(text, x, y).bounds
    half = (own[2] - own[0]) / 2 * abs(out_x) / length + (own[3] - own[1]) / 2 * abs(out_y) / length
    places = (Value(text, *_moved((x, y), (out_x / length, out_y / length), half + more)) for more in range(3, 80, 4))
    return min(places, key=lambda value: sum(overlap(value.bounds, other) for other in taken))


def _share_within(arrow: Arrow, bounds: Bounds) -> float:
    points = _points(arrow)
    return _within(points, bounds) / len(points)


def _within(points: np.ndarray, bounds: Bounds) -> int:
    x, y = points[:, 0], points[:, 1]
    left, top, right, bottom = bounds
    return int(np.count_nonzero((left < x) & (x < right) & (top < y) & (y < bottom)))


def _points(arrow: Arrow) -> np.ndarray:
    return np.array([arrow.at(step / 60) for step in range(61)])


def _border(box: Box, towards: Point) -> Point:
    """Find where the line from the centre of the box towards a point leaves it."""
    dx, dy = towards[0] - box.x, towards[1] - box.y
    if not dx and not dy:
        return box.x + box.width / 2, box.y
    a, b = box.width / 2, box.height / 2
    if box.composite:
        reach = min(b / max(abs(dy), 1e-9), a / (abs(dx) + box.slant * abs(dy) / b))
    elif box.latent:
        reach = 1 / math.hypot(dx / a, dy / b)
    else:
        reach = min(a / abs(dx) if dx else math.inf, b / abs(dy) if dy else math.inf)
    return box.x + reach * dx, box.y + reach * dy


def _straight(tail: Point, head: Point) -> tuple[Point, Point, Point, Point]:
    return tail, _between(tail, head, 1 / 3), _between(tail, head, 2 / 3), head


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


def _moved(point: Point, direction: tuple[float, float], length: float) -> Point:
    return point[0] + length * direction[0], point[1] + length * direction[1]


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
