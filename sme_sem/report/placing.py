"""Where the labels of points stand, so that they cross neither a line, nor a mark, nor one another.

One label after another takes the nearest free place: beside its point, then above or below, then farther away, and
rather not where it seems to name another point.  Where none is free, it crosses a line, or at last other writing.  The
same points give the same places.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_GAP, _MARK, _STEP, _STEPS = 0.04, 0.07, 0.06, 16
_OUTSIDE, _WRITING = 100, 5  # as bad as crossing so many lines


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
    points: Sequence[tuple[float, float]],
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
    for one in sorted(range(len(points)), key=lambda i: (points[i][1], points[i][0])):
        others = [point for i, point in enumerate(points) if i != one]
        best = _best(_places(points[one], sizes[one], frame), points[one], others, frame, lines, taken)
        found[one] = best
        taken.append(best)
    return [found[one] for one in range(len(points))]


def distance(point: tuple[float, float], box: Box) -> float:
    """From a point to the nearest of a box.

    >>> distance((0.0, 0.0), Box(3, 4, 5, 6))
    5.0
    """
    (x, y), (left, bottom, right, top) = point, box
    return math.hypot(max(left - x, x - right, 0.0), max(bottom - y, y - top, 0.0))


def _best(
    places: Iterable[Box],
    point: tuple[float, float],
    others: Sequence[tuple[float, float]],
    frame: Box,
    lines: Sequence[Box],
    taken: Sequence[Box],
) -> Box:
    """Choose the place that crosses least, names no other point, and is near; the first of equals."""

    def badness(box: Box) -> tuple[int, bool, float]:
        crossed = sum(map(box.meets, lines)) + _WRITING * sum(map(box.meets, taken))
        away = distance(point, box)
        mistaken = any(distance(other, box) < away for other in others)
        return crossed + _OUTSIDE * (not box.within(frame)), mistaken, round(away, 6)

    return min(places, key=badness)


def _places(point: tuple[float, float], size: tuple[float, float], frame: Box) -> Iterator[Box]:
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
