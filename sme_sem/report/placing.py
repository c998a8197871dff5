"""Where the labels of points stand, so that they cross neither a line, nor a mark, nor one another.

A label that does not stand beside its point is led to it by a line, which should not cross other labels either.  One
label after another takes the nearest free place: beside its point, then above or below, then farther away, and rather
not where it seems to name another point.  Where none is free, it crosses a line, or at last other writing.  When the
last has its place, all look for a better one again.  The same points give the same places.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_GAP, _MARK, _STEP, _STEPS, _ROUNDS = 0.04, 0.07, 0.06, 16, 3
_OUTSIDE, _WRITING, _LEADER = 100, 5, 2  # as bad as crossing so many lines

Point = tuple[float, float]


class Box(NamedTuple):
    """A rectangle with its sides parallel to the page's, in inches."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        """Tell whether the two have a point in common.

        >>> Box(0, 0, 2, 1).meets(Box(1, -1, 1, 3)), Box(0, 0, 2, 1).meets(Box(3, 0, 4, 1))
        (True, False)
        """
        return not (
            self.right < other.left or other.right < self.left or self.top < other.bottom or other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        """Tell whether this one lies inside the other."""
        return (
            self.left >= other.left
            and self.bottom >= other.bottom
            and self.right <= other.right
            and self.top <= other.top
        )


def label_boxes(
    points: Sequence[Point],
    sizes: Sequence[tuple[float, float]],
    frame: Box,
    lines: Sequence[Box] = (),
    taken: Sequence[Box] = (),
) -> list[Box]:
    """Give each label the box in which it stands.

    Parameters
    ----------
    points
        What the labels name; in inches, as everything here.
    sizes
        Of the labels, across and up.
    frame
        The room there is.
    lines, taken
        What no label should cross, and what none may: other writing.

    Examples
    --------
    >>> first, second = label_boxes([(1.0, 1.0), (1.1, 1.0)], [(1.0, 0.2), (1.0, 0.2)], Box(0, 0, 4, 2))
    >>> first.meets(second)
    False
    """
    taken = [*taken, *(Box(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in points)]
    found: dict[int, Box] = {}
    order = sorted(range(len(points)), key=lambda i: (points[i][1], points[i][0]))
    for _ in range(_ROUNDS):
        before = dict(found)
        for one in order:
            rest = {i: box for i, box in found.items() if i != one}
            leaders = [line for i, box in rest.items() for line in leader(points[i], box)]
            others = [point for i, point in enumerate(points) if i != one]
            places = _places(points[one], sizes[one], frame)
            found[one] = _best(places, points[one], others, frame, lines, [*taken, *rest.values()], leaders)
        if found == before:
            break
    return [found[one] for one in range(len(points))]


def distance(point: Point, box: Box) -> float:
    """From a point to the nearest of a box.

    >>> distance((0.0, 0.0), Box(3, 4, 5, 6))
    5.0
    """
    (x, y), (left, bottom, right, top) = point, box
    return math.hypot(max(left - x, x - right, 0.0), max(bottom - y, y - top, 0.0))


def facing(box: Box, x: float) -> tuple[str, float]:
    """Where in its box a label begins or ends, so that it is near its point: a box is rather broader than the words."""
    if x < box.left + 0.25 * (box.right - box.left):
        return "left", box.left
    if x > box.right - 0.25 * (box.right - box.left):
        return "right", box.right
    return "center", (box.left + box.right) / 2


def leader(point: Point, box: Box) -> list[tuple[Point, Point]]:
    """The line that leads from a label to its point; none where it stands beside it.

    >>> leader((2.0, 1.0), Box(1, 2, 3, 2.5)), leader((2.0, 1.0), Box(2.2, 0.9, 3, 1.1))
    ([((2.0, 2), (2.0, 1.0))], [])
    """
    x, y = point
    if abs(box.bottom + box.top - 2 * y) <= box.top - box.bottom:
        return []
    return [((facing(box, x)[1], box.top if box.top < y else box.bottom), point)]


def crosses(start: Point, end: Point, box: Box) -> bool:
    """Tell whether a straight line has a point in a box.

    >>> crosses((0, 0), (4, 4), Box(1, 0, 2, 3)), crosses((0, 0), (4, 4), Box(1, 3, 2, 4))
    (True, False)
    """
    first, last = 0.0, 1.0
    sides = ((box.left, box.right), (box.bottom, box.top))
    for at, to, (low, high) in zip(start, end, sides, strict=True):
        if at == to:
            if not low <= at <= high:
                return False
            continue
        near, far = sorted(((low - at) / (to - at), (high - at) / (to - at)))
        first, last = max(first, near), min(last, far)
    return first <= last


def _best(
    places: Iterable[Box],
    point: Point,
    others: Sequence[Point],
    frame: Box,
    lines: Sequence[Box],
    taken: Sequence[Box],
    leaders: Sequence[tuple[Point, Point]],
) -> Box:
    """Choose the place that crosses least, names no other point, and is near; the first of equals."""
    around = [box for box in taken if distance(point, box) > 0]  # without its own mark

    def badness(box: Box) -> tuple[int, bool, float]:
        crossed = sum(map(box.meets, lines)) + _WRITING * sum(map(box.meets, taken))
        crossed += _LEADER * sum(crosses(*line, box) for line in leaders)
        crossed += _LEADER * sum(crosses(*line, other) for line in leader(point, box) for other in around)
        away = distance(point, box)
        mistaken = any(distance(other, box) < away for other in others)
        return crossed + _OUTSIDE * (not box.within(frame)), mistaken, round(away, 6)

    return min(places, key=badness)


def _places(point: Point, size: tuple[float, float], frame: Box) -> Iterator[Box]:
    """Boxes around a point: beside it on either side, and above and below it as the frame allows."""
    (x, y), (across, up) = point, size
    away = _MARK + _GAP
    steps = [sign * step * _STEP for step in range(_STEPS) for sign in (1, -1)]
    shifts = [share * across for share in (0.0, 0.25, -0.25, 0.45, -0.45)]
    low, high = frame.left + across / 2, frame.right - across / 2
    places = [(x + side * (away + across / 2), step) for step in steps for side in (1, -1)]
    for step in steps[2:]:
        places += [(min(max(x + s, low), high), step + math.copysign(away + up / 2, step)) for s in shifts]
    for middle, higher in places:
        yield Box(middle - across / 2, y + higher - up / 2, middle + across / 2, y + higher + up / 2)
