"""Pictures of words, as SVG: bars of how often, a cloud, a network of what is named together, a saturation curve.

Nothing is drawn at random: the same counts give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from sme_sem.letters import width
from sme_sem.tables import Language, Text, Words, written
from sme_sem.tables.format import printable

from ..diagrams.fonts import FONT_FAMILY
from .canvas import (
    BLUE,
    ORANGE,
    SIZE,
    axes_at,
    label,
    label_rows,
    line_chart,
    new_figure,
    room_for,
    style,
    svg_of,
    whole_numbers,
)

_COLOURS = ("#0072b2", "#d55e00", "#007a5a", "#8a3f73", "#4d4d4d")
_SMALLEST, _LARGEST = 11.0, 54.0  # of words in a cloud, in pixels
_NAME, _RING = 13, 200  # size of a name in a network, and half the width of its ring at least, in pixels
_SEEDS, _GOLDEN_ANGLE = 4000, math.pi * (3 - math.sqrt(5))
_MENTIONS, SOURCES = Words("Mentions", "词频"), Words("Sources", "资料份数")
_OBSERVED, _EXPECTED = Words("In this order", "按编码顺序"), Words("Mean over all orders", "所有顺序的平均")
_TOTAL = Words("Codes", "累计编码数")


def word_bars(
    counts: Mapping[str, float], *, most: int = 30, heading: Text = _MENTIONS, language: Language = "en"
) -> str:
    """Draw how often words or codes occur, the most frequent on top.

    Parameters
    ----------
    counts
        Word -> how often.
    most
        How many words to show.
    heading
        What is counted.
    language
        Of the writing.

    Examples
    --------
    >>> "云计算" in word_bars({"云计算": 12, "5G": 3}, language="zh")
    True
    """
    shown = sorted(counts.items(), key=lambda entry: -entry[1])[:most]
    names = [label(name, language) for name, _ in shown]
    beside = room_for(names, least=4)
    with style():
        height = 0.24 * max(len(shown), 1) + 0.1
        figure = new_figure(beside + 4.6 + 0.7, height + 0.6)
        axes = axes_at(figure, beside, 0.5, 4.6, height)
        axes.barh(range(len(shown)), [value for _, value in shown], height=0.72, color=BLUE)
        for row, (_, value) in enumerate(shown):
            axes.annotate(f"{value:g}", (value, row), (3, 0), textcoords="offset points", va="center", fontsize=8)
        label_rows(axes, names)
        axes.set_xlim(left=0)
        axes.set_xlabel(written(heading, language))
        return svg_of(figure)


def word_cloud(counts: Mapping[str, float], *, most: int = 60, across: int = 760, up: int = 440) -> str:
    """Set words in sizes that follow the root of how often they occur, the most frequent in the middle.

    Parameters
    ----------
    counts
        Word -> how often; words that do not occur are left out.
    most
        How many words to show at most; a word that finds no room is left out.
    across, up
        Size in pixels.

    Examples
    --------
    >>> cloud = word_cloud({"云计算": 90, "大数据": 40, "5G": 10})
    >>> cloud.count("<text"), cloud == word_cloud({"云计算": 90, "大数据": 40, "5G": 10})
    (3, True)
    """
    shown = [entry for entry in sorted(counts.items(), key=lambda e: (-e[1], e[0]))[:most] if entry[1] > 0]
    top = shown[0][1] if shown else 1
    taken: list[tuple[float, float, float, float]] = []
    words = []
    for number, (word, value) in enumerate(shown):
        size = _SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(value / top)
        box = _room(width(word) * size * 0.56 + 6, size * 1.15, taken, across, up)
        if box is None:
            continue
        taken.append(box)
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        words.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" fill="{_COLOURS[number % len(_COLOURS)]}">'
            f"<title>{value:g}</title>{escape(printable(word))}</text>"
        )
    return _document(across, up, f'<g text-anchor="middle" dominant-baseline="central">{"".join(words)}</g>')


def code_network(
    sizes: Mapping[str, float],
    edges: Iterable[tuple[str, str, float]],
    *,
    most: int = 30,
    across: int = 760,
    up: int = 620,
) -> str:
    """Draw codes on a ring, joined by lines as thick as often they are named together.

    Parameters
    ----------
    sizes
        Code -> how often, for the size of its disc.
    edges
        Two codes and how often they are named together.
    most
        How many codes to show, the most frequent ones.
    across, up
        Size in pixels; wider where long names need it.

    Examples
    --------
    >>> code_network({"market": 5, "policy": 3}, [("market", "policy", 2)]).count("<line")
    1
    """
    sizes = dict(sorted(sizes.items(), key=lambda entry: -entry[1])[:most])
    codes, edges = list(sizes), [e for e in edges if e[2] > 0 and e[0] in sizes and e[1] in sizes]
    beside = max(map(width, sizes), default=0) * _NAME / 2 + 26
    across = max(across, math.ceil(2 * (beside + _RING)))
    place = {
        code: (
            across / 2 + (across / 2 - beside) * math.sin(2 * math.pi * i / len(codes)),
            up / 2 - (up / 2 - 50) * math.cos(2 * math.pi * i / len(codes)),
        )
        for i, code in enumerate(codes)
    }
    thickest, largest = max((w for *_, w in edges), default=1), max(sizes.values(), default=1) or 1
    lines = [
        f'<line x1="{place[a][0]:.1f}" y1="{place[a][1]:.1f}" x2="{place[b][0]:.1f}" y2="{place[b][1]:.1f}" '
        f'stroke-width="{0.5 + 5.5 * w / thickest:.2f}"><title>{escape(printable(f"{a} – {b}: {w:g}"))}</title></line>'
        for a, b, w in edges
    ]
    discs = []
    for code, (x, y) in place.items():
        radius = 4 + 12 * math.sqrt(sizes[code] / largest)
        right = x >= across / 2
        anchor, aside = ("start", radius + 4) if right else ("end", -radius - 4)
        discs.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{BLUE}"/>'
            f'<text x="{x + aside:.1f}" y="{y:.1f}" text-anchor="{anchor}" dominant-baseline="central" '
            f'font-size="{_NAME}">{escape(printable(code))}</text>'
        )
    drawn = f'<g stroke="{ORANGE}" stroke-opacity="0.45">{"".join(lines)}</g><g>{"".join(discs)}</g>'
    return _document(across, up, drawn)


def saturation_curve(total: Sequence[float], expected: Sequence[float], language: Language = "en") -> str:
    """Draw how the number of codes grows with the sources, in their order and on average over all orders.

    Parameters
    ----------
    total
        Codes after 1, 2, ... sources.
    expected
        The same, averaged over all orders.
    language
        Of the writing.

    Examples
    --------
    >>> saturation_curve([3, 4, 4], [2.7, 3.7, 4.0]).startswith("<svg")
    True
    """
    with style():
        figure, axes = line_chart(SOURCES, _TOTAL, language)
        numbers = range(1, len(total) + 1)
        axes.plot(numbers, total, "o-", color=BLUE, markersize=4, linewidth=1.4, label=written(_OBSERVED, language))
        axes.plot(numbers, expected, "--", color=ORANGE, linewidth=1.2, label=written(_EXPECTED, language))
        whole_numbers(axes, len(total))
        axes.set_ylim(0, 1.05 * max((*total, *expected, 1)))
        axes.legend(frameon=False, loc="lower right", fontsize=SIZE)
        return svg_of(figure)


def _room(
    across: float, up: float, taken: Sequence[tuple[float, float, float, float]], width: float, height: float
) -> tuple[float, float, float, float] | None:
    """Find the place nearest to the middle, in the order of a sunflower's seeds, where a box meets no other."""
    for seed in range(_SEEDS):
        away = 0.75 * math.sqrt(seed / _SEEDS)
        x = width / 2 + away * width * math.cos(seed * _GOLDEN_ANGLE)
        y = height / 2 + away * height * math.sin(seed * _GOLDEN_ANGLE)
        box = (x - across / 2, y - up / 2, x + across / 2, y + up / 2)
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
        if inside and all(box[2] <= b[0] or b[2] <= box[0] or box[3] <= b[1] or b[3] <= box[1] for b in taken):
            return box
    return None


def _document(across: int, up: int, content: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {up}" width="{across}" height="{up}" '
        f'role="img" font-family="{FONT_FAMILY}"><rect width="100%" height="100%" fill="white"/>{content}</svg>\n'
    )
