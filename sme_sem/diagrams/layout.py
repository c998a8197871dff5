"""Where the constructs and items of a path diagram stand.

Constructs that take part in the structural model form columns, from cause to effect: the
column of a construct is the length of the longest chain of paths leading to it, and constructs
that cause nothing further stand in the last.  The items of the first column stand to its left,
those of the last to its right, those of the columns between above or beneath their construct.
What measures a second-order construct is set out in the same way, one step further outside.

Lengths are in the units of the drawing (17 to a line of text); y grows downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from ..letters import lines_of, width
from ..tables import Language, format, written
from ..tables.format import printable
from ..tables.table import Kind
from .model import DiagramModel, Node

CELL, LINE = 7.2, 17.0  # room of one narrow character (a Chinese one takes two), and of one line
_LABEL_CELLS, _LABEL_LINES, _ITEM_CELLS = 18, 3, 22
_ITEM_GAP, _CONSTRUCT_GAP, _BLOCK_GAP, _FAN_GAP = 8.0, 18.0, 20.0, 12.0
_FURTHEST_SHIFT, _PASSAGE = 280.0, 22.0
_LOADING_ROOM, _ROW_ROOM, _PATH_ROOM = 115.0, 74.0, 190.0


class Side(Enum):
    """Where the items of a construct stand, as the direction to them."""

    LEFT = (-1, 0)
    RIGHT = (1, 0)
    UP = (0, -1)
    DOWN = (0, 1)

    @property
    def sideways(self) -> bool:
        """Whether items are stacked in a column beside the construct, not in a row."""
        return self.value[1] == 0


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place: ``x`` and ``y`` are the centre."""

    name: str
    latent: bool
    lines: tuple[str, ...]
    full_label: str
    r_squared: str
    x: float
    y: float
    width: float
    height: float
    side: Side
    column: int
    composite: bool = False

    @property
    def slant(self) -> float:
        """How much shorter than its middle the upper edge of a hexagon is, on either side."""
        return 0.4 * self.height

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        half_width, half_height = self.width / 2, self.height / 2
        return self.x - half_width, self.y - half_height, self.x + half_width, self.y + half_height


@dataclass(frozen=True, slots=True)
class Arrangement:
    """All boxes by name, and how many columns of constructs there are."""

    boxes: Mapping[str, Box]
    owner: Mapping[str, str]
    n_columns: int


def arrange(model: DiagramModel, language: Language = "en", *, items: bool = True) -> Arrangement:
    """Place every node; with ``items=False`` only constructs and the variables of structural paths."""
    return _Plan(model, language, items).arrangement()


def arc_depth(steps: int, free: bool) -> float:
    """How far a covariance of constructs ``steps`` places apart bulges; further in free space."""
    return 44.0 + 36.0 * steps if free else 26.0 + 34.0 * min(steps, 14)


class _Plan:
    """The decisions on the way to an arrangement, in the order they are taken."""

    def __init__(self, model: DiagramModel, language: Language, items: bool) -> None:
        self.model, self.language = model, language
        names = list(dict.fromkeys(_names(model)))
        self.nodes = {name: model.node(name) for name in names}
        self.owner = _owners(model, names)
        if not items:
            hidden = {name for name in self.owner if not self.nodes[name].latent}
            names = [name for name in names if name not in hidden]
            self.owner = {item: owner for item, owner in self.owner.items() if item not in hidden}
        self.children: dict[str, list[str]] = {name: [] for name in names}
        for item, owner in self.owner.items():
            self.children[owner].append(item)
        self.columns = _columns(model, [name for name in names if name not in self.owner])
        self.labels = {name: self._label(self.nodes[name]) for name in names}
        self.size = {True: self._ellipse(names), False: self._rectangle(names)}
        self.boxes: dict[str, Box] = {}

    def arrangement(self) -> Arrangement:
        heights = [self._column_height(column) for column in range(len(self.columns))]
        tallest = max(heights, default=0.0)
        x = 0.0
        for column, names in enumerate(self.columns):
            half = self._half_width(column)
            x += half if column else 0.0
            slack = (tallest - heights[column]) / len(names)
            top = slack / 2
            for name in names:
                block = self._block_height(name, column)
                self._place(name, x, top, block, column)
                top += block + _BLOCK_GAP + slack
            x += half + _PATH_ROOM
        for column in range(1, len(self.columns) - 1):
            self._make_way(column)
        return Arrangement(self.boxes, self.owner, len(self.columns))

    # --- sizes ---------------------------------------------------------------------------

    def _label(self, node: Node) -> tuple[str, ...]:
        text = " ".join(printable(written(node.label, self.language)).split())
        return wrapped(text, _LABEL_CELLS, _LABEL_LINES) if node.latent else wrapped(text, _ITEM_CELLS, 1)

    def _ellipse(self, names: Iterable[str]) -> tuple[float, float]:
        """One size for all, so large that every text stays within the curve."""
        widest, tallest = 9 * CELL, LINE
        for name in names:
            if self.nodes[name].latent:
                lines = self.labels[name]
                widest = max(widest, *(width(line) * CELL for line in lines))
                explained = self.nodes[name].r_squared is not None
                tallest = max(tallest, LINE * (len(lines) + explained))
        return widest * 1.22 + 14, tallest / 0.62 + 10

    def _rectangle(self, names: Iterable[str]) -> tuple[float, float]:
        cells = [width(self.labels[name][0]) for name in names if not self.nodes[name].latent]
        return max([6, *cells]) * CELL + 16, LINE + 9

    def _size(self, name: str) -> tuple[float, float]:
        node = self.nodes[name]
        breadth, height = self.size[node.latent]
        explained = not node.latent and name not in self.owner and node.r_squared is not None
        return breadth, height + LINE * explained

    def _side(self, name: str, column: int) -> Side:
        if column == 0:
            return Side.LEFT
        if column == len(self.columns) - 1:
            return Side.RIGHT
        names = self.columns[column]
        return Side.UP if names.index(name) < (len(names) + 1) // 2 else Side.DOWN

    def _span(self, name: str, sideways: bool) -> float:
        """Room a node and all that stands outside it need along the stack."""
        gap = _CONSTRUCT_GAP if self.nodes[name].latent else _ITEM_GAP
        own = self._size(name)[1 if sideways else 0] + gap
        children = sum(self._span(child, sideways) for child in self.children[name])
        return max(own, children + _FAN_GAP * bool(children))

    def _block_height(self, name: str, column: int) -> float:
        if self._side(name, column).sideways:
            return self._span(name, True)
        rows = self._level_sizes([name], 1)
        return self._size(name)[1] + sum(row + _ROW_ROOM for row in rows) + _CONSTRUCT_GAP

    def _column_height(self, column: int) -> float:
        names = self.columns[column]
        return sum(self._block_height(n, column) for n in names) + _BLOCK_GAP * (len(names) - 1)

    def _half_width(self, column: int) -> float:
        if column in (0, len(self.columns) - 1):
            return max(self._size(name)[0] for name in self.columns[column]) / 2
        return max(self._span(name, False) for name in self.columns[column]) / 2

    def _level_sizes(self, names: Sequence[str], axis: int) -> list[float]:
        """Largest size of each level outside these constructs: their items, the items of those, ..."""
        sizes = []
        level = [child for name in names for child in self.children[name]]
        while level:
            sizes.append(max(self._size(name)[axis] for name in level))
            level = [child for name in level for child in self.children[name]]
        return sizes

    def _arc_room(self, column: int) -> float:
        """Free space for the covariances between the constructs of an outer column, beside their items."""
        names = self.columns[column]
        if len(self.columns) == 1:
            return 0.0  # there they stand on the other side
        steps = [
            abs(names.index(c.a) - names.index(c.b))
            for c in self.model.covariances
            if c.a in names and c.b in names and c.a != c.b
        ]
        return 0.75 * arc_depth(max(steps), False) if steps else 0.0

    # --- places --------------------------------------------------------------------------

    def _place(self, name: str, x: float, top: float, block: float, column: int) -> None:
        """Put a construct and all that stands outside it into its block of the column."""
        side = self._side(name, column)
        if side.sideways:
            y = top + block / 2
        else:
            half = (self._size(name)[1] + _CONSTRUCT_GAP) / 2
            y = top + block - half if side is Side.UP else top + half
        self._put(name, (x, y), side, column)
        self._set_out(name, (x, y), self._inner_edges(name, column), side, column)

    def _make_way(self, column: int) -> None:
        """Move the constructs of a middle column apart, up and down, where paths pass it straight."""
        names, half = self.columns[column], self._half_width(column)
        x = self.boxes[names[0]].x
        passing = [
            _height_at(x + offset, self.boxes[path.source], self.boxes[path.target])
            for path in self.model.paths
            if _passes(column, self.boxes.get(path.source), self.boxes.get(path.target))
            for offset in (-half, half)
        ]
        if not passing:
            return
        upper = [n for n, box in self.boxes.items() if box.column == column and box.side is Side.UP]
        lower = [n for n, box in self.boxes.items() if box.column == column and box.side is Side.DOWN]
        up = max((self.boxes[n].bounds[3] for n in upper), default=-math.inf) - (min(passing) - _PASSAGE)
        down = (max(passing) + _PASSAGE) - min((self.boxes[n].bounds[1] for n in lower), default=math.inf)
        for moved, shift in ((upper, -up), (lower, down)):
            if 0 < abs(shift) <= _FURTHEST_SHIFT and (shift < 0) == (moved is upper):
                for name in moved:
                    self.boxes[name] = replace(self.boxes[name], y=self.boxes[name].y + shift)

    def _inner_edges(self, name: str, column: int) -> list[float]:
        """Distance from the construct's centre to the near edge of each level outside it."""
        side = self._side(name, column)
        axis = 0 if side.sideways else 1
        sizes = self._level_sizes(self.columns[column] if side.sideways else [name], axis)
        room = _LOADING_ROOM if side.sideways else _ROW_ROOM
        edges, reached = [], self._size(name)[axis] / 2 + (self._arc_room(column) if side.sideways else 0.0)
        for size in sizes:
            edges.append(reached + room)
            reached += room + size
        return edges

    def _set_out(self, name: str, centre: tuple[float, float], edges: Sequence[float], side: Side, column: int) -> None:
        """Stack the items of ``name`` around its height (or its breadth), at the first of ``edges``."""
        spans = [self._span(child, side.sideways) for child in self.children[name]]
        box = self.boxes[name]
        at = (box.y if side.sideways else box.x) - sum(spans) / 2
        for child, span in zip(self.children[name], spans, strict=True):
            outward = edges[0] + self._size(child)[0 if side.sideways else 1] / 2
            along = at + span / 2
            if side.sideways:
                place = (centre[0] + side.value[0] * outward, along)
            else:
                place = (along, centre[1] + side.value[1] * outward)
            self._put(child, place, side, column)
            self._set_out(child, centre, edges[1:], side, column)
            at += span

    def _put(self, name: str, place: tuple[float, float], side: Side, column: int) -> None:
        node = self.nodes[name]
        self.boxes[name] = Box(
            name,
            node.latent,
            self.labels[name],
            printable(written(node.label, self.language)),
            explained(node),
            *place,
            *self._size(name),
            side,
            column,
            node.composite,
        )


def explained(node: Node) -> str:
    """Write the explained share of a node's variance, if there is one."""
    return "" if node.r_squared is None else format.cell(node.r_squared, Kind.COEFFICIENT)


def _passes(column: int, source: Box | None, target: Box | None) -> bool:
    if source is None or target is None:
        return False
    return min(source.column, target.column) < column < max(source.column, target.column)


def _height_at(x: float, source: Box, target: Box) -> float:
    """Height of the straight line between two boxes of different columns."""
    return source.y + (target.y - source.y) * (x - source.x) / (target.x - source.x)


def wrapped(text: str, cells: int, lines: int) -> tuple[str, ...]:
    """Break a label at blanks, and Chinese text anywhere; what does not fit ends in an ellipsis, behind a whole word.

    No single character is left for the last line.

    >>> wrapped("Corporate social responsibility", 18, 3), wrapped("Corporate social responsibility", 20, 1)
    (('Corporate social', 'responsibility'), ('Corporate social…',))
    >>> wrapped("科技型中小企业商业模式创新驱动因素", 18, 1), wrapped("商业模式创新嵌入性", 16, 3)
    (('科技型中小企业商…',), ('商业模式创新嵌', '入性'))
    """
    pieces = _pieces(text.lstrip())
    done = lines_of(pieces, cells)
    if len(done) > 1 and width(done[-1]) <= 2:
        narrower = lines_of(pieces, cells - 2)
        done = narrower if len(narrower) == len(done) else done
    if len(done) > lines:
        done = [*done[: lines - 1], done[lines - 1] + "…"]
    return tuple(_shortened(line, cells) for line in done)


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for character in text:
        alone = width(character) == 2
        if not pieces or alone or pieces[-1].endswith(" ") or width(pieces[-1][-1]) == 2:
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def _shortened(line: str, cells: int) -> str:
    if width(line) <= cells:
        return line
    whole = line = line.rstrip("…")
    while width(line) > cells - 1:
        line = line[:-1]
    blank = line.rfind(" ")
    if blank > len(line) / 2 and width(line[-1]) == 1 and whole[len(line)] != " ":
        line = line[:blank]
    return line.rstrip() + "…"


def _names(model: DiagramModel) -> Iterable[str]:
    yield from (node.name for node in model.nodes)
    for loading in model.loadings:
        yield from (loading.construct, loading.item)
    for path in model.paths:
        yield from (path.source, path.target)
    for covariance in model.covariances:
        yield from (covariance.a, covariance.b)


def _owners(model: DiagramModel, names: Iterable[str]) -> dict[str, str]:
    """Tell beside which construct each item stands: the first it loads on, if no path gives it a place."""
    structural = {name for path in model.paths for name in (path.source, path.target)}
    owners: dict[str, str] = {}
    for loading in model.loadings:
        item, owner = loading.item, loading.construct
        if item in structural or item in owners or item in _line_of(owner, owners):
            continue
        owners[item] = owner
    return {name: owners[name] for name in names if name in owners}


def _line_of(name: str, owners: Mapping[str, str]) -> set[str]:
    line = {name}
    while name in owners:
        name = owners[name]
        line.add(name)
    return line


def _columns(model: DiagramModel, names: Sequence[str]) -> list[list[str]]:
    """Sort constructs into columns from cause to effect, and each column so that few paths cross."""
    causes: dict[str, list[str]] = {name: [] for name in names}
    links = [(path.source, path.target) for path in model.paths]
    links += [(x.item, x.construct) if x.weight else (x.construct, x.item) for x in model.loadings]
    for source, target in links:
        if source in causes and target in causes and source not in causes[target] and source != target:
            causes[target].append(source)
    _break_circles(causes)
    depth = _depths(causes)
    last = max(depth.values(), default=0)
    leading = {source for sources in causes.values() for source in sources}
    depth = {n: last if causes[n] and n not in leading else d for n, d in depth.items()}
    columns = [[n for n in names if depth[n] == d] for d in range(last + 1)] if names else []
    for column in range(1, len(columns)):
        place = {n: (i + 0.5) / len(earlier) for earlier in columns[:column] for i, n in enumerate(earlier)}
        columns[column].sort(key=lambda n: sum(place[s] for s in causes[n]) / len(causes[n]))
    return columns


def _break_circles(causes: dict[str, list[str]]) -> None:
    """Leave out, for the order of columns only, each path that closes a circle."""
    finished: set[str] = set()
    for start in causes:
        trail: list[tuple[str, int]] = [(start, 0)] if start not in finished else []
        on_trail = {name for name, _ in trail}
        while trail:
            name, at = trail.pop()
            if at == len(causes[name]):
                finished.add(name)
                on_trail.discard(name)
            elif (source := causes[name][at]) in on_trail:
                del causes[name][at]
                trail.append((name, at))
            else:
                trail.append((name, at + 1))
                if source not in finished:
                    trail.append((source, 0))
                    on_trail.add(source)


def _depths(causes: Mapping[str, Sequence[str]]) -> dict[str, int]:
    depth = dict.fromkeys(causes, 0)
    for _ in causes:
        depth = {n: max((depth[s] + 1 for s in sources), default=0) for n, sources in causes.items()}
    return depth
