"""The path diagram, as SVG: constructs are ellipses, items rectangles, covariances curved.

Significant paths are solid and bold, the others dashed; standardized values stand on the
arrows, R squared beneath the name of the construct it belongs to.  The same model gives the
same bytes.  Text stays text, and its full wording appears where the pointer rests on it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from ..letters import width
from ..tables import Language, Text, term, written
from ..tables.format import printable
from .fonts import FONT_FAMILY
from .layout import LINE, Arrangement, Box, arrange, wrapped
from .model import Covariance, DiagramModel, Loading, Node, Path
from .routing import Arrow, Bounds, Point, Role, route

__all__ = ["Covariance", "DiagramModel", "Loading", "Node", "Path", "path_diagram"]

_MARGIN = 16.0
_NOTE_CELL, _NOTE_CELLS = 6.8, 44  # room of a narrow character of a note, and how many stand on its line at least
_INK, _QUIET = "#1a1a1a", "#595959"
_CHANGED = "#d55e00"
_CONSTRUCT = {False: "#eef4fa", True: "#f0f0f0"}  # its ground, in colour and in grey
_STROKES = {
    (Role.PATH, True): f'stroke="{_INK}" stroke-width="2.2"',
    (Role.PATH, False): f'stroke="{_QUIET}" stroke-width="1.3" stroke-dasharray="6 4"',
    (Role.LOADING, True): f'stroke="{_QUIET}" stroke-width="1.1"',
    (Role.COVARIANCE, True): f'stroke="{_QUIET}" stroke-width="1.1"',
}


def path_diagram(
    model: DiagramModel,
    language: Language = "en",
    *,
    items: bool = True,
    grey: bool = False,
    notes: Sequence[Text] = (),
) -> str:
    """Draw a model as an SVG document.

    Parameters
    ----------
    model
        Constructs and items, and the arrows between them.
    language
        Of labels given in two languages.
    items
        Whether to draw the items; without them the structural model remains.
    grey
        Whether to do without colour, for print.
    notes
        What to write beneath.

    Returns
    -------
    str
        One ``<svg>`` element with its own namespace: a file of its own, or a part of a page.

    Examples
    --------
    >>> model = DiagramModel(
    ...     (Node("LIKE", "Liking"), Node("CUSL", "Loyalty", r_squared=0.56)),
    ...     paths=(Path("LIKE", "CUSL", 0.75, "***"),),
    ... )
    >>> ".750***" in path_diagram(model)
    True
    """
    arrangement = arrange(model, language, items=items)
    arrows = route(model, arrangement)
    left, top, right, bottom = extent(arrangement, arrows)
    drawn, frame = footed((left, top, right, bottom), [written(note, language) for note in notes])
    return document([*elements(arrangement, arrows, grey), *drawn], frame, language)


def footed(frame: Bounds, notes: Iterable[str]) -> tuple[list[str], Bounds]:
    """Write notes beneath a drawing, in lines as long as it is broad; give them, and the frame that holds them too."""
    left, top, right, bottom = frame
    lines = [
        line
        for note in notes
        for line in wrapped(" ".join(printable(note).split()), max(int((right - left) / _NOTE_CELL), _NOTE_CELLS), 99)
    ]
    if not lines:
        return [], frame
    middle, half = (left + right) / 2, max(map(width, lines)) * _NOTE_CELL / 2
    feet = [text(line, middle, bottom + LINE * (at + 0.5), 12, _INK) for at, line in enumerate(lines)]
    return feet, (min(left, middle - half), top, max(right, middle + half), bottom + LINE * (len(feet) + 0.5))


def document(drawn: Iterable[str], bounds: Bounds, language: Language) -> str:
    """Put what is drawn on white, in a frame of left, top, right and bottom."""
    left, top, right, bottom = bounds
    frame = " ".join(map(_number, (left, top, right - left, bottom - top)))
    size = f'width="{_number(right - left)}" height="{_number(bottom - top)}"'
    title = escape(written(term("Path diagram"), language))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="{frame}" role="img"'
            f' font-family="{escape(FONT_FAMILY)}" text-anchor="middle">',
            f"<title>{title}</title>",
            f'<rect x="{_number(left)}" y="{_number(top)}" {size} fill="#ffffff"/>',
            *drawn,
            "</svg>\n",
        ]
    )


def elements(arrangement: Arrangement, arrows: Iterable[Arrow], grey: bool) -> list[str]:
    """Arrows, nodes above them, and values above both."""
    arrows = tuple(arrows)
    lines = [_line(arrow, grey) for arrow in arrows]
    boxes = [_box(box, _CONSTRUCT[grey]) for box in arrangement.boxes.values()]
    return [*lines, *boxes, *map(_value, arrows)]


def extent(arrangement: Arrangement, arrows: Iterable[Arrow]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of all that is drawn, with a margin."""
    bounds = [box.bounds for box in arrangement.boxes.values()]
    for arrow in arrows:
        bounds += [(x, y, x, y) for x, y in (arrow.at(step / 24) for step in range(25))]
        bounds += [arrow.value.bounds] if arrow.value else []
    bounds = bounds or [(0.0, 0.0, 0.0, 0.0)]
    lefts, tops, rights, bottoms = zip(*bounds, strict=True)
    return min(lefts) - _MARGIN, min(tops) - _MARGIN, max(rights) + _MARGIN, max(bottoms) + _MARGIN


def _line(arrow: Arrow, grey: bool) -> str:
    """Draw the curve, shortened where a head stands, and its one or two heads."""
    stroke = _STROKES[arrow.role, arrow.significant]
    if arrow.changed and not grey:
        stroke = stroke.replace(_INK, _CHANGED).replace(_QUIET, _CHANGED)
    size = 10.0 if arrow.role is Role.PATH and arrow.significant else 7.5
    tail, near_tail, near_head, head = arrow.curve
    heads = _head(head, near_head, size)
    head = _towards(head, near_head, size * 0.8)
    if arrow.role is Role.COVARIANCE:
        heads += _head(tail, near_tail, size)
        tail = _towards(tail, near_tail, size * 0.8)
    curve = " ".join(map(_point, (near_tail, near_head, head)))
    body = f'<path d="M {_point(tail)} C {curve}" fill="none" {stroke}/>'
    return f'<g class="{arrow.role.value}">{body}{heads}</g>'


def _head(tip: Point, behind: Point, size: float) -> str:
    angle = math.atan2(behind[1] - tip[1], behind[0] - tip[0])
    corners = (
        (tip[0] + size * math.cos(angle + turn), tip[1] + size * math.sin(angle + turn)) for turn in (0.38, -0.38)
    )
    return f'<polygon points="{" ".join(map(_point, (tip, *corners)))}" fill="{_INK}"/>'


def _towards(point: Point, other: Point, length: float) -> Point:
    distance = math.hypot(other[0] - point[0], other[1] - point[1]) or 1.0
    share = length / distance
    return point[0] + share * (other[0] - point[0]), point[1] + share * (other[1] - point[1])


def _box(box: Box, ground: str) -> str:
    left, top, _, _ = box.bounds
    if box.composite:
        inner, bottom = box.width / 2 - box.slant, box.y + box.height / 2
        corners = [(left, box.y), (box.x - inner, top), (box.x + inner, top)]
        corners += [(left + box.width, box.y), (box.x + inner, bottom), (box.x - inner, bottom)]
        points = " ".join(map(_point, corners))
        shape = f'<polygon points="{points}" fill="{ground}" stroke="{_INK}" stroke-width="1.4"/>'
    elif box.latent:
        shape = (
            f'<ellipse cx="{_number(box.x)}" cy="{_number(box.y)}" rx="{_number(box.width / 2)}"'
            f' ry="{_number(box.height / 2)}" fill="{ground}" stroke="{_INK}" stroke-width="1.4"/>'
        )
    else:
        shape = (
            f'<rect x="{_number(left)}" y="{_number(top)}" width="{_number(box.width)}"'
            f' height="{_number(box.height)}" fill="#ffffff" stroke="{_INK}" stroke-width="1"/>'
        )
    lines = [(line, 13) for line in box.lines]
    lines += [(f"R² = {box.r_squared}", 11)] if box.r_squared else []
    first = box.y - LINE * (len(lines) - 1) / 2
    texts = "".join(text(line, box.x, first + LINE * at, size, _INK) for at, (line, size) in enumerate(lines))
    kind = "construct" if box.latent else "item"
    return f'<g class="{kind}"><title>{escape(box.full_label)}</title>{shape}{texts}</g>'


def _value(arrow: Arrow) -> str:
    """Write the value on a ground so wide that no dash passes for a minus sign; on an arc, with a white rim.

    The rim leaves visible the other arcs that run beside the letters.
    """
    if arrow.value is None:
        return ""
    value = arrow.value
    if arrow.role is Role.COVARIANCE:
        return text(value.text, value.x, value.y, 11.5, _INK, ' stroke="#ffffff" stroke-width="4" paint-order="stroke"')
    room = 6.4 * len(value.text) + 12
    left, right, y = (_number(n) for n in (value.x - room / 2, value.x + room / 2, value.y))
    ground = f'<line x1="{left}" y1="{y}" x2="{right}" y2="{y}" stroke="#ffffff" stroke-width="13"/>'
    weight = ' font-weight="bold"' if arrow.role is Role.PATH and arrow.significant else ""
    return ground + text(value.text, value.x, value.y, 11.5, _INK, weight)


def text(words: str, x: float, y: float, size: float, fill: str, more: str = "") -> str:
    """Write one line centred at a point: the base line stands a third of the size below it."""
    base = _number(y + 0.35 * size)
    return f'<text x="{_number(x)}" y="{base}" font-size="{size:g}" fill="{fill}"{more}>{escape(words)}</text>'


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 1e5 else f"{value:.1f}"
