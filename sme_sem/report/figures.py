"""Charts of a report, as SVG.

The same numbers give the same bytes.  Text stays text: the reader's system chooses the font,
so Chinese needs none here.  Colours are told apart by colour-blind readers and in grey print.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sme_sem.letters import width
from sme_sem.tables import Kind, Language, Text, Words, format, term, written

from .canvas import (
    BLUE,
    CELL,
    GREY,
    INK,
    ORANGE,
    axes_at,
    coefficient,
    label,
    label_rows,
    line_chart,
    new_figure,
    on,
    path_name,
    room_for,
    style,
    svg_of,
    whole_numbers,
)
from .sheet import Sheet

if TYPE_CHECKING:
    import pandas as pd

_BARS = 5.2  # inches of a whole bar
_OBSERVED, _RANDOM = Words("Observed", "实际数据"), Words("Parallel analysis", "平行分析")
_KEPT = Words("kept: {n}", "保留 {n} 个")
_BY_RULE = Words(" ({rule})", "（{rule}）")
_FOREST_AXIS = Words("Standardized estimate, 95% confidence interval", "标准化估计值及其95%置信区间")


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its interval, under the label it is shown by."""

    label: Text
    value: float
    lower: float
    upper: float


def scree(
    eigenvalues: Sequence[float],
    *,
    parallel: Sequence[float] | None = None,
    kept: int | None = None,
    rule: Text | None = None,
    language: Language = "en",
) -> str:
    """Draw the eigenvalues in descending order.

    Parameters
    ----------
    eigenvalues
        Of the correlation matrix.
    parallel
        Eigenvalues of random data, component by component, to compare with.
    kept
        How many components are kept; marked by a line after the last of them.
    rule
        By which rule, in brackets behind their number.
    language
        Of the writing.

    Examples
    --------
    >>> scree([2.4, 0.9, 0.4, 0.3], kept=1).startswith("<svg")
    True
    """
    with style():
        figure, axes = line_chart(term("Component"), term("Eigenvalue"), language)
        numbers = range(1, len(eigenvalues) + 1)
        observed = written(_OBSERVED, language)
        axes.plot(numbers, eigenvalues, "o-", color=BLUE, markersize=4.5, linewidth=1.4, label=observed, clip_on=False)
        if parallel is not None:
            numbers, random = range(1, len(parallel) + 1), written(_RANDOM, language)
            axes.plot(
                numbers, parallel, "s--", color=ORANGE, markersize=3.5, linewidth=1.1, label=random, clip_on=False
            )
        axes.axhline(1.0, color=GREY, linewidth=0.8, linestyle=":")
        if kept is not None:
            axes.axvline(kept + 0.5, color=INK, linewidth=0.9, linestyle="--")
            said = _KEPT.filled(n=kept) + (_BY_RULE.filled(rule=rule) if rule else "")
            axes.text(kept + 0.6, 0.97, written(said, language), transform=axes.get_xaxis_transform(), va="top")
        whole_numbers(axes, len(eigenvalues))
        axes.set_ylim(bottom=0)
        if parallel is not None:
            axes.legend(frameon=False, loc="center right")
        return svg_of(figure)


def likert_bars(
    codes: pd.DataFrame,
    labels: Mapping[str, Text],
    scale: tuple[int, int],
    anchors: Mapping[int, Text] | None = None,
    language: Language = "en",
) -> str:
    """Draw how the answers to each item are distributed over the response scale.

    Parameters
    ----------
    codes
        One column for each item, one row for each respondent; missing answers are left out.
    labels
        What to write beside an item; its name where there is none.
    scale
        Lowest and highest code.
    anchors
        Wording of the codes.
    language
        Of the writing.

    Returns
    -------
    str
        An SVG document.  Beside each bar stands the number of answers it shows.

    Examples
    --------
    >>> import pandas as pd
    >>> codes = pd.DataFrame({"MK1": [1, 2, 5, 5], "MK2": [3, 3, 4, None]})
    >>> ">50%<" in likert_bars(codes, {"MK1": "Demand"}, (1, 5))
    True
    """
    points = range(scale[0], scale[1] + 1)
    names = [label(labels.get(str(name), str(name)), language) for name in codes.columns]
    colours = _diverging(len(points))
    beside = room_for(names)
    legend, legend_height = _legend_places(points, anchors or {}, language)
    bar_height = 0.3 * max(len(names), 1)
    sheet = Sheet(beside + _BARS + 0.7, legend_height + bar_height + 0.55)
    above = legend_height + 0.15
    below = above + bar_height
    for row, (name, answers) in enumerate(zip(names, codes.to_numpy(dtype=float, na_value=np.nan).T, strict=True)):
        middle = above + 0.3 * (row + 0.5)
        sheet.text(name, beside - 0.05, middle, anchor="end")
        counts = [int(np.count_nonzero(answers == point)) for point in points]
        _stacked_bar(sheet, beside, middle, counts, colours)
    sheet.line(beside, above, beside, below)
    sheet.line(beside, below, beside + _BARS, below)
    for tick in range(0, 101, 25):
        x = beside + _BARS * tick / 100
        sheet.line(x, below, x, below + 0.05)
        sheet.text(f"{tick}%", x, below + 0.16, anchor="middle")
    for (x, line, text), colour in zip(legend, colours, strict=True):
        sheet.rectangle(x, 0.12 + 0.22 * line, 0.14, 0.14, colour)
        sheet.text(text, x + 0.2, 0.19 + 0.22 * line)
    return sheet.svg()


def forest(paths: Sequence[Interval], language: Language = "en") -> str:
    """Draw standardized estimates with their 95% intervals; one that covers zero is grey and hollow.

    Parameters
    ----------
    paths
        The estimates, drawn from top to bottom.
    language
        Of the writing.

    Examples
    --------
    >>> ".424 [.300, .548]" in forest([Interval("LIKE → CUSA", 0.424, 0.300, 0.548)])
    True
    """
    names = [path_name(path.label, language) for path in paths]
    beside = room_for(names)
    with style():
        height = 0.3 * max(len(paths), 1) + 0.1
        figure = new_figure(beside + 4.2 + 1.7, height + 0.65)
        axes = axes_at(figure, beside, 0.55, 4.2, height)
        axes.axvline(0, color=GREY, linewidth=0.8)
        for row, path in enumerate(paths):
            clear = path.lower > 0 or path.upper < 0
            colour = BLUE if clear else GREY
            axes.plot([path.lower, path.upper], [row, row], color=colour, linewidth=1.6, solid_capstyle="butt")
            filling = colour if clear else "white"
            axes.plot([path.value], [row], "o", color=colour, markersize=6, markerfacecolor=filling)
            axes.text(1.03, row, _interval(path), transform=axes.get_yaxis_transform(), va="center")
        label_rows(axes, names)
        axes.xaxis.set_major_formatter(coefficient)
        axes.set_xlabel(written(_FOREST_AXIS, language))
        return svg_of(figure)


def _interval(path: Interval) -> str:
    value, lower, upper = (coefficient(v) for v in (path.value, path.lower, path.upper))
    return f"{value} [{lower}, {upper}]"


def _stacked_bar(sheet: Sheet, left: float, middle: float, counts: Sequence[int], colours: Sequence[str]) -> None:
    """Fill one bar with the share of each answer; shares of 6% and more are written on it."""
    n, end = sum(counts), left + _BARS * 1.01
    for count, colour in zip(counts, colours, strict=True):
        if not count:
            continue
        share = 100 * count / n
        across = _BARS * share / 100
        sheet.rectangle(left, middle - 0.111, across, 0.222, colour, edge="#ffffff")
        if share >= 6:
            text = f"{format.cell(round(share), Kind.COUNT)}%"
            sheet.text(text, left + across / 2, middle, size=8, colour=on(colour), anchor="middle")
        left += across
    sheet.text(f"n = {n}", end, middle, size=8)


def _legend_places(
    points: Sequence[int], anchors: Mapping[int, Text], language: Language
) -> tuple[list[tuple[float, int, str]], float]:
    """Set the keys of the response scale out in lines; give each its place, and the height of all."""
    places, x, line = [], 0.1, 0
    for point in points:
        wording = label(anchors[point], language) if point in anchors else ""
        text = f"{point} {wording}".strip()
        room = width(text) * CELL * 1.08 + 0.45
        if x + room > 7.0 and x > 0.1:
            x, line = 0.1, line + 1
        places.append((x, line, text))
        x += room
    return places, 0.22 * (line + 1) + 0.15


def _diverging(n: int) -> list[str]:
    """Colours from disagreement (brown) to agreement (purple), pale in the middle."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    colours = [to_hex(colormaps["PuOr"](0.1 + 0.8 * at / max(n - 1, 1))) for at in range(n)]
    if n % 2:
        colours[n // 2] = "#dedede"  # paler would be lost on white
    return colours
