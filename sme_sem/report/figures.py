"""Charts of a report, as SVG.

The same numbers give the same bytes.  Text stays text: the reader's system chooses the font,
so Chinese needs none here.  Colours are told apart by colour-blind readers and in grey print.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sme_sem.tables import Kind, Language, Text, Words, format, term, written
from sme_sem.tables.format import printable
from sme_sem.tables.text import width

from .diagram_layout import wrapped
from .fonts import FONT_FAMILY

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_BLUE, _ORANGE, _GREY, _INK = "#0072b2", "#d55e00", "#767676", "#1a1a1a"
_SIZE = 9.0  # of text, in points
_CELL = _SIZE * 0.56 / 72  # room of one narrow character, in inches
_LABEL_CELLS = 44
_OBSERVED, _RANDOM = Words("Observed", "实际数据"), Words("Parallel analysis", "平行分析")
_KEPT = Words("suggested: {n}", "建议保留 {n} 个")
_FOREST_AXIS = Words("Standardized estimate, 95% confidence interval", "标准化估计值及其95%置信区间")
_STYLE = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib; the page's fonts take its place below
    "font.size": _SIZE,
    "svg.fonttype": "none",
    "svg.hashsalt": "sme_sem",
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _INK,
    "text.color": _INK,
    "axes.labelcolor": _INK,
}


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
    suggested: int | None = None,
    language: Language = "en",
) -> str:
    """Draw the eigenvalues in descending order.

    Parameters
    ----------
    eigenvalues
        Of the correlation matrix.
    parallel
        Eigenvalues of random data, component by component, to compare with.
    suggested
        How many components to keep; marked by a line after the last one kept.
    language
        Of the writing.

    Returns
    -------
    str
        An SVG document.

    Examples
    --------
    >>> scree([2.4, 0.9, 0.4, 0.3], suggested=1).startswith("<svg")
    True
    """
    with _style():
        figure = _figure(6.2, 3.6)
        axes = figure.add_axes((0.1, 0.15, 0.87, 0.8))
        numbers = range(1, len(eigenvalues) + 1)
        observed = written(_OBSERVED, language)
        axes.plot(numbers, eigenvalues, "o-", color=_BLUE, markersize=4.5, linewidth=1.4, label=observed)
        if parallel is not None:
            numbers, random = range(1, len(parallel) + 1), written(_RANDOM, language)
            axes.plot(numbers, parallel, "s--", color=_ORANGE, markersize=3.5, linewidth=1.1, label=random)
        axes.axhline(1.0, color=_GREY, linewidth=0.8, linestyle=":")
        if suggested is not None:
            axes.axvline(suggested + 0.5, color=_INK, linewidth=0.9, linestyle="--")
            kept, over = written(_KEPT.filled(n=suggested), language), axes.get_xaxis_transform()
            axes.text(suggested + 0.6, 0.97, kept, transform=over, va="top")
        _whole_numbers(axes, len(eigenvalues))
        axes.set_ylim(bottom=0)
        axes.set_xlabel(written(term("Component"), language))
        axes.set_ylabel(written(term("Eigenvalue"), language))
        if parallel is not None:
            axes.legend(frameon=False, loc="center right")
        return _svg(figure)


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
    names = [_label(labels.get(str(name), str(name)), language) for name in codes.columns]
    colours = _diverging(len(points))
    beside = max([8, *map(width, names)]) * _CELL + 0.2
    legend, legend_height = _legend_places(points, anchors or {}, language)
    with _style():
        bar_height = 0.3 * max(len(names), 1)
        figure = _figure(beside + 5.2 + 0.7, legend_height + bar_height + 0.55)
        axes = _axes(figure, beside, 0.4, 5.2, bar_height)
        for row in range(len(names)):
            counts = [int((codes.iloc[:, row] == point).sum()) for point in points]
            _stacked_bar(axes, row, counts, colours)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.set_xticks(range(0, 101, 25), [f"{tick}%" for tick in range(0, 101, 25)])
        axes.tick_params(axis="y", length=0)
        for point, (x, line, text) in zip(points, legend, strict=True):
            _key(figure, x, figure.get_figheight() - 0.2 - 0.22 * line, colours[point - scale[0]], text)
        return _svg(figure)


def forest(paths: Sequence[Interval], language: Language = "en") -> str:
    """Draw standardized estimates with their 95% intervals; one that covers zero is grey and hollow.

    Parameters
    ----------
    paths
        The estimates, drawn from top to bottom.
    language
        Of the writing.

    Returns
    -------
    str
        An SVG document.

    Examples
    --------
    >>> ".424 [.300, .548]" in forest([Interval("LIKE → CUSA", 0.424, 0.300, 0.548)])
    True
    """
    names = [_label(path.label, language) for path in paths]
    beside = max([8, *map(width, names)]) * _CELL + 0.2
    with _style():
        height = 0.3 * max(len(paths), 1) + 0.1
        figure = _figure(beside + 4.2 + 1.7, height + 0.65)
        axes = _axes(figure, beside, 0.55, 4.2, height)
        axes.axvline(0, color=_GREY, linewidth=0.8)
        for row, path in enumerate(paths):
            clear = path.lower > 0 or path.upper < 0
            colour = _BLUE if clear else _GREY
            axes.plot([path.lower, path.upper], [row, row], color=colour, linewidth=1.6, solid_capstyle="butt")
            filling = colour if clear else "white"
            axes.plot([path.value], [row], "o", color=colour, markersize=6, markerfacecolor=filling)
            axes.text(1.03, row, _interval(path), transform=axes.get_yaxis_transform(), va="center")
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_formatter(lambda value, _: format.cell(value, Kind.COEFFICIENT))
        axes.set_xlabel(written(_FOREST_AXIS, language))
        return _svg(figure)


def _interval(path: Interval) -> str:
    value, lower, upper = (format.cell(v, Kind.COEFFICIENT) for v in (path.value, path.lower, path.upper))
    return f"{value} [{lower}, {upper}]"


def _label(label: Text, language: Language) -> str:
    return wrapped(" ".join(printable(written(label, language)).split()), _LABEL_CELLS, 1)[0]


def _stacked_bar(axes: Any, row: int, counts: Sequence[int], colours: Sequence[str]) -> None:
    """Fill one bar with the share of each answer; shares of 6% and more are written on it."""
    n, left = sum(counts), 0.0
    for count, colour in zip(counts, colours, strict=True):
        share = 100 * count / n if n else 0.0
        if not share:
            continue
        axes.barh(row, share, left=left, height=0.74, color=colour, edgecolor="white", linewidth=0.8)
        if share >= 6:
            text = f"{format.cell(round(share), Kind.COUNT)}%"
            axes.text(left + share / 2, row, text, ha="center", va="center", color=_on(colour), fontsize=8)
        left += share
    axes.text(101, row, f"n = {n}", va="center", fontsize=8)


def _legend_places(
    points: Sequence[int], anchors: Mapping[int, Text], language: Language
) -> tuple[list[tuple[float, int, str]], float]:
    """Set the keys of the response scale out in lines; give each its place, and the height of all."""
    places, x, line = [], 0.1, 0
    for point in points:
        wording = _label(anchors[point], language) if point in anchors else ""
        text = f"{point} {wording}".strip()
        room = width(text) * _CELL * 1.08 + 0.45
        if x + room > 7.0 and x > 0.1:
            x, line = 0.1, line + 1
        places.append((x, line, text))
        x += room
    return places, 0.22 * (line + 1) + 0.15


def _key(figure: Figure, x: float, y: float, colour: str, text: str) -> None:
    from matplotlib.patches import Rectangle

    across, up = figure.get_size_inches()
    corner, size = (x / across, (y - 0.06) / up), (0.14 / across, 0.14 / up)
    figure.add_artist(Rectangle(corner, *size, facecolor=colour, transform=figure.transFigure))
    figure.text((x + 0.2) / across, (y - 0.045) / up, text)


def _diverging(n: int) -> list[str]:
    """Colours from disagreement (brown) to agreement (purple), pale in the middle."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    colours = [to_hex(colormaps["PuOr"](0.1 + 0.8 * at / max(n - 1, 1))) for at in range(n)]
    if n % 2:
        colours[n // 2] = "#dedede"  # paler would be lost on white
    return colours


def _on(colour: str) -> str:
    """Black or white, whichever reads better on a colour."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(colour)
    return _INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else "white"


def _whole_numbers(axes: Any, last: int) -> None:
    step = max(1, math.ceil(last / 20))
    axes.set_xticks(range(1, last + 1, step))
    axes.set_xlim(0.5, max(last, 1) + 0.5)


@contextmanager
def _style() -> Iterator[None]:
    """Draw by matplotlib's own defaults and ours, whatever the user has set, and give all of it back."""
    from matplotlib import style

    with warnings.catch_warnings(), style.context(["default", _STYLE]):
        # the font that measures lacks Chinese; the one that shows it does not
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from")
        yield


def _figure(across: float, up: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(across, up), facecolor="white")


def _axes(figure: Figure, left: float, bottom: float, across: float, up: float) -> Any:
    """Place axes by inches."""
    whole_across, whole_up = figure.get_size_inches()
    return figure.add_axes((left / whole_across, bottom / whole_up, across / whole_across, up / whole_up))


def _svg(figure: Figure) -> str:
    """Write the figure, without date or program name, its style on the element and not on the whole page."""
    stream = io.StringIO()
    nameless = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(stream, format="svg", metadata=nameless)
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :].replace("'DejaVu Sans'", FONT_FAMILY.replace('"', "'"))
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    return svg.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" role="img" ', 1)
