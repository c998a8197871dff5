"""What all charts share: one style, places by inches, and how a chart is written.

The same numbers give the same bytes.  In SVG, text stays text: the reader's system chooses the font, so Chinese needs
none here.  Colours are those of Okabe & Ito (2008, jfly.uni-koeln.de/color), told apart by colour-blind readers.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..diagrams.fonts import FONT_FAMILY
from ..diagrams.layout import wrapped
from ..letters import width
from ..tables import Kind, Language, Text, format, written
from ..tables.format import printable, typeset

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE, GREY, INK = "#0072b2", "#d55e00", "#767676", "#1a1a1a"
COLOURS = (BLUE, ORANGE, "#009e73", "#cc79a7", "#56b4e9", GREY, INK)
MARKS = ("o", "s", "^", "D")
SIZE = 9.0  # of text, in points
CELL = SIZE * 0.56 / 72  # room of one narrow character, in inches
_LABEL_CELLS = 44
_PATH_CELLS = 64  # a path names two constructs
_ANY = 10_000  # more than any label has
_STYLE = {
    "font.family": ["DejaVu Sans"],  # comes with matplotlib
    "font.size": SIZE,
    "svg.fonttype": "none",
    "svg.hashsalt": "sme_sem",
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "text.color": INK,
    "axes.labelcolor": INK,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw by matplotlib's own defaults and ours, whatever the user has set, and give all of it back."""
    from matplotlib import style as styles

    with warnings.catch_warnings(), styles.context(["default", _STYLE]):
        # the font that measures lacks Chinese; the one that shows it does not
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from")
        yield


def new_figure(across: float, up: float) -> Figure:
    """Begin a white sheet; in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(across, up), facecolor="white")


def axes_at(figure: Figure, left: float, bottom: float, across: float, up: float) -> Any:
    """Place axes by inches."""
    whole_across, whole_up = figure.get_size_inches()
    return figure.add_axes((left / whole_across, bottom / whole_up, across / whole_across, up / whole_up))


def line_chart(heading_across: Text, heading_up: Text, language: Language) -> tuple[Figure, Any]:
    """Begin a chart of lines, its axes named."""
    figure = new_figure(6.2, 3.6)
    axes = figure.add_axes((0.1, 0.15, 0.87, 0.8))
    axes.set_xlabel(written(heading_across, language))
    axes.set_ylabel(written(heading_up, language))
    return figure, axes


def room_for(names: Sequence[str], *, least: int = 8) -> float:
    """Inches that labels beside the axes need."""
    return max([least, *map(width, names)]) * CELL + 0.2


def label_rows(axes: Any, names: Sequence[str]) -> None:
    """Write a label beside each row, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(len(names), 1) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)


def whole_numbers(axes: Any, last: int) -> None:
    """Number the lower axis from one on."""
    step = max(1, math.ceil(last / 20))
    axes.set_xticks(range(1, last + 1, step))
    axes.set_xlim(0.5, max(last, 1) + 0.5)


def label(text: Text, language: Language, cells: int = _LABEL_CELLS) -> str:
    """Write a label on one line, shortened where it is too long."""
    return wrapped(" ".join(typeset(printable(written(text, language))).split()), cells, 1)[0]


def path_name(text: Text, language: Language) -> str:
    """Write a path or route on one line; where it is too long its longest names are shortened, so that all are there.

    >>> path_name("Resilience of the firm when its environment changes abruptly ← Resource constraint", "en")
    'Resilience of the firm when its… ← Resource constraint'
    """
    parts = re.split("( [←→] )", label(text, language, _ANY))
    names, longest = parts[::2], _PATH_CELLS
    room = _PATH_CELLS - sum(map(width, parts[1::2]))
    while longest > 1 and sum(min(width(name), longest) for name in names) > room:
        longest -= 1
    return "".join(part if i % 2 else wrapped(part, longest, 1)[0] for i, part in enumerate(parts))


def axis_title(text: Text, language: Language, inches: float) -> tuple[str, ...]:
    """Break what an axis is named into lines of its length."""
    said = typeset(printable(written(text, language)))
    return wrapped(said, int(inches / CELL), 2 + int(width(said) * CELL / inches))


def coefficient(value: float, _: int | None = None) -> str:
    """Write a number as the tables do; also as what an axis asks for its marks."""
    return typeset(format.cell(value, Kind.COEFFICIENT))


def estimate(value: float) -> str:
    """Write a number that may exceed one as the tables do."""
    return typeset(format.cell(value, Kind.ESTIMATE))


def plain(value: float, _: int | None = None) -> str:
    """Write a mark of an axis on which numbers exceed one, with its zero and no more digits than it has."""
    return typeset(f"{value:g}")


def on(colour: str) -> str:
    """Black or white, whichever contrasts more with a colour (luminance: WCAG 2.2).

    >>> on("#4397c6"), on("#0072b2")
    ('#1a1a1a', 'white')
    """
    ground = _luminance(colour) + 0.05
    return INK if ground / (_luminance(INK) + 0.05) > 1.05 / ground else "white"


def _luminance(colour: str) -> float:
    from matplotlib.colors import to_rgb

    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour))
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def svg_of(figure: Figure) -> str:
    """Write a chart as SVG, without date or program name, its style on the element and not on the whole page."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :].replace("'DejaVu Sans'", FONT_FAMILY.replace('"', "'"))
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    return svg.replace("<svg ", '<svg stroke-linejoin="round" stroke-linecap="butt" role="img" ', 1)
