"""Charts of judgement: what loads where, which drivers deserve an effort, how groups differ, what a moderator does.

Each function gives an SVG document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..letters import width
from ..tables import Language, Text, Words, written
from .canvas import (
    BLUE,
    CELL,
    COLOURS,
    GREY,
    MARKS,
    SIZE,
    axes_at,
    coefficient,
    label,
    label_rows,
    new_figure,
    on,
    path_name,
    room_for,
    style,
    svg_of,
)
from .figures import Interval
from .placing import Box, facing, label_boxes, leader
from .sheet import Sheet

if TYPE_CHECKING:
    import pandas as pd

_HIGH = 0.17  # inches: room for one line
_BESIDE = 0.5  # inches between charts, for the numbers of the right one


@dataclass(frozen=True, slots=True)
class Driver:
    """A driver of an outcome: how much it counts, how well it does (0-100), and of which group."""

    label: Text
    importance: float
    performance: float
    significant: bool = True
    group: Text = ""


def loading_map(
    loadings: pd.DataFrame,
    labels: Mapping[str, Text] | None = None,
    language: Language = "en",
) -> str:
    """Draw loadings as a map of colours: orange negative, blue positive, paler the nearer to zero.

    Parameters
    ----------
    loadings
        One row per item, one column per component or construct; NaN is left white.
    labels
        What to write for rows and columns; their names where there is none.
    language
        Of the writing.

    Examples
    --------
    >>> import pandas as pd
    >>> ">.812<" in loading_map(pd.DataFrame({"trust": [0.812]}, index=["t1"]))
    True
    """
    known = labels or {}
    names = [label(known.get(str(name), str(name)), language) for name in loadings.index]
    heads = [label(known.get(str(name), str(name)), language) for name in loadings.columns]
    values = loadings.to_numpy(dtype=float)
    beside, above = room_for(names), 0.71 * room_for(heads, least=4) + 0.15
    across, up = 0.62 * max(len(heads), 1), 0.26 * max(len(names), 1)
    sheet = Sheet(beside + across + 0.8 + 0.71 * room_for(heads[-1:], least=1), up + above + 0.2)
    for row, name in enumerate(names):
        sheet.text(name, beside - 0.05, above + 0.1 + 0.26 * (row + 0.5), anchor="end")
    for column, head in enumerate(heads):
        sheet.text(head, beside + 0.62 * (column + 0.5), above + 0.05, turned=45)
    for (row, column), value in np.ndenumerate(values):
        if np.isnan(value):
            continue
        x, y, colour = beside + 0.62 * (column + 0.5), above + 0.1 + 0.26 * (row + 0.5), _tint(value)
        sheet.rectangle(x - 0.3, y - 0.12, 0.6, 0.24, colour)
        sheet.text(coefficient(value), x, y, size=8, colour=on(colour), anchor="middle")
    return sheet.svg()


def importance_map(drivers: Sequence[Driver], language: Language = "en") -> str:
    """Draw each driver by the size of its effect and its performance; the lower right corner is where an effort pays.

    A negative effect is marked (−): there higher scores lower the outcome, and it is the upper right corner.

    Parameters
    ----------
    drivers
        Each group has a part of its own, with its own means (dashed); hollow where the importance is not significant.
    language
        Of the writing.

    Examples
    --------
    >>> drivers = [Driver("Policy", 0.42, 48.0), Driver("Market", 0.20, 71.0)]
    >>> ">improve first<" in importance_map(drivers)
    True
    """
    groups: dict[str, list[Driver]] = {} if drivers else {"": []}
    for driver in drivers:
        groups.setdefault(written(driver.group, language), []).append(driver)
    across, up = (6.0, 3.6) if len(groups) == 1 else (3.9, 2.7)
    columns = min(len(groups), 2)
    lines = -(-len(groups) // columns)
    sizes, performances = [abs(d.importance) for d in drivers], [d.performance for d in drivers]
    span = _limits(sizes, 0.12, 0.04), _limits(performances, 0.15, 4.0)
    with style():
        figure = new_figure(0.75 + columns * (across + _BESIDE) - 0.2, 0.6 + lines * (up + 0.5))
        for place, (group, own) in enumerate(groups.items()):
            line, column = divmod(place, columns)
            corner = 0.75 + column * (across + _BESIDE), 0.6 + (lines - 1 - line) * (up + 0.5)
            axes = axes_at(figure, *corner, across, up)
            axes.set_xlim(*span[0])
            axes.set_ylim(*span[1])
            axes.set_title(label(group, language), fontsize=SIZE, loc="left")
            _map(axes, own, (across, up), language)
        figure.text(0.5, 0.03, written(_IMPORTANCE, language), ha="center")
        figure.text(0.02, 0.5, written(_PERFORMANCE, language), rotation=90, va="center")
        return svg_of(figure)


def _map(axes: Any, drivers: Sequence[Driver], inches: tuple[float, float], language: Language) -> None:
    """Mark the drivers of one group, its means and its corners."""
    x = np.array([abs(driver.importance) for driver in drivers])
    y = np.array([driver.performance for driver in drivers])
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    for middle, draw in ((x, axes.axvline), (y, axes.axhline)):
        if len(middle):
            draw(float(middle.mean()), color=GREY, linewidth=0.8, linestyle="--")
    negative = any(driver.importance < 0 for driver in drivers)
    corners = {height: written(plain + turned if negative else plain, language) for height, plain, turned in _CORNERS}
    for height, said in corners.items():
        axes.text(0.99, height, said, transform=axes.transAxes, ha="right", color=GREY)
    places = np.column_stack([inches[0] * (x - left) / (right - left), inches[1] * (y - bottom) / (top - bottom)])
    names = [label(driver.label, language) + written(_MINUS, language) * (driver.importance < 0) for driver in drivers]
    for driver, name, at, box in zip(drivers, names, places, _boxes(places, names, inches, corners), strict=True):
        point = abs(driver.importance), driver.performance
        face = BLUE if driver.significant else "white"
        axes.plot(*([value] for value in point), "o", color=BLUE, markersize=7, markerfacecolor=face)
        side, beside = facing(box, float(at[0]))
        above = box.bottom + box.top - 2 * at[1]
        offset = 72 * (beside - at[0]), 36 * above
        end = {"left": 0.0, "center": 0.5, "right": 1.0}[side], float(box.top < at[1])
        line = {"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "relpos": end, "shrinkA": 0}
        shown = line if leader((float(at[0]), float(at[1])), box) else None
        axes.annotate(name, point, offset, textcoords="offset points", ha=side, va="center", arrowprops=shown)
    axes.xaxis.set_major_formatter(coefficient)


def forest_by_group(paths: Mapping[str, Sequence[Interval]], language: Language = "en") -> str:
    """Draw estimates with their intervals, the groups of a path beneath each other.

    Parameters
    ----------
    paths
        The estimates by name of the group; those of one label stand together, hollow where the
        interval covers zero.
    language
        Of the writing.

    Examples
    --------
    >>> both = {"firms": [Interval("H1", 0.4, 0.2, 0.6)], "offices": [Interval("H1", 0.1, -0.1, 0.3)]}
    >>> ">offices<" in forest_by_group(both)
    True
    """
    rows = list(dict.fromkeys(path.label for own in paths.values() for path in own))
    labels = [path_name(row, language) for row in rows]
    beside, thick = room_for(labels), 0.17 * max(len(paths), 1) + 0.12
    with style():
        height = thick * max(len(labels), 1) + 0.1
        figure = new_figure(beside + 5.0, height + 1.0)
        axes = axes_at(figure, beside, 0.55, 4.7, height)
        axes.axvline(0, color=GREY, linewidth=0.8)
        for place, (group, own) in enumerate(paths.items()):
            colour, mark = COLOURS[place % len(COLOURS)], MARKS[place % len(MARKS)]
            shift = (place - (len(paths) - 1) / 2) * 0.17 / thick
            said = label(group, language)
            for at, path in enumerate(own):
                row = rows.index(path.label) + shift
                axes.plot([path.lower, path.upper], [row, row], color=colour, linewidth=1.4, solid_capstyle="butt")
                clear = path.lower > 0 or path.upper < 0
                face, once = colour if clear else "white", None if at else said
                axes.plot([path.value], [row], mark, color=colour, markersize=5.5, markerfacecolor=face, label=once)
        label_rows(axes, labels)
        axes.xaxis.set_major_formatter(coefficient)
        axes.set_xlabel(written(_FOREST, language))
        if paths:
            axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(paths))
        return svg_of(figure)


def _boxes(
    places: np.ndarray, names: Sequence[str], inches: tuple[float, float], corners: Mapping[float, str]
) -> Sequence[Box]:
    """Find room for the labels of drivers, clear of the mean lines and of what stands in the corners."""
    if not names:
        return []
    across, up = inches
    middle_x, middle_y = places.mean(axis=0)
    lines, taken = [Box(middle_x, 0, middle_x, up), Box(0, middle_y, across, middle_y)], []
    for bottom, corner in corners.items():
        room = width(corner) * CELL
        taken.append(Box(0.99 * across - room, bottom * up, 0.99 * across, bottom * up + _HIGH))
    points = [(float(x), float(y)) for x, y in places]
    return label_boxes(points, [(width(name) * CELL, _HIGH) for name in names], Box(0, 0, across, up), lines, taken)


def _limits(values: Sequence[float], share: float, least: float) -> tuple[float, float]:
    """Lower and upper end of an axis, with room around the values."""
    if not values:
        return 0.0, 1.0
    room = max(share * (max(values) - min(values)), least)
    return min(values) - room, max(values) + room


def _tint(value: float) -> str:
    """Mix the colour of the sign with white, as much as the value is large."""
    from matplotlib.colors import to_hex, to_rgb

    share = min(abs(value), 1.0)
    full = to_rgb(BLUE if value > 0 else COLOURS[1])
    red, green, blue = (1 - share * (1 - part) for part in full)
    return to_hex((red, green, blue))


_CORNERS = (  # height in the map, what to do where the effect is positive, and where it is negative
    (0.02, Words("improve first", "优先改进"), Words("; (−): keep low", "；（−）：保持低位")),
    (0.94, Words("keep up", "继续保持"), Words("; (−): lower first", "；（−）：优先降低")),
)
_MINUS = Words(" (−)", "（−）")
_IMPORTANCE = Words("Importance (size of the total standardized effect)", "重要性（标准化总效应的绝对值）")
_PERFORMANCE = Words("Performance (0-100)", "绩效（0-100）")
_FOREST = Words("Standardized estimate, 95% confidence interval", "标准化估计值及其95%置信区间")
