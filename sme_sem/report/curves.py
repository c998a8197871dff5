"""Charts of what estimates depend on: specifications, values of a moderator, the number of respondents.

Each function gives a drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..tables import Language, Text, Words, written
from ..tables.language import require_language
from . import canvas
from .chart import Chart, chart_of

if TYPE_CHECKING:
    import pandas as pd


def specification_curve(
    curve: pd.DataFrame,
    choices: Sequence[str],
    title: Text,
    language: Language = "en",
    *,
    describe: Callable[[str, str], Text] = "{}: {}".format,
) -> Chart:
    """Draw estimates in ascending order with their intervals, and the levels behind each.

    Parameters
    ----------
    curve
        One row per specification: ``std``, ``std_ci_lower``, ``std_ci_upper``, ``supported``, and a column per choice.
    choices
        The columns that hold levels.
    title
        What is estimated.
    language
        Of the writing.
    describe
        What to write for a choice and one of its levels.

    Examples
    --------
    >>> import pandas as pd
    >>> curve = pd.DataFrame({"std": [0.1, 0.3], "std_ci_lower": [-0.1, 0.2], "std_ci_upper": [0.3, 0.4],
    ...                       "supported": [False, True], "items": ["all", "five"]})
    >>> specification_curve(curve, ["items"], "H1").startswith("<svg")
    True
    """
    require_language(language)
    curve = curve.sort_values("std", kind="stable")
    x = np.arange(1, len(curve) + 1)
    value, lower, upper = (curve[c].to_numpy(dtype=float) for c in ("std", "std_ci_lower", "std_ci_upper"))
    supported = curve["supported"].to_numpy(dtype=bool)
    rows = [(choice, level) for choice in choices for level in dict.fromkeys(curve.sort_index()[choice])]
    names = [canvas.label(describe(choice, level), language) for choice, level in rows]
    beside = canvas.room_for(names)
    with canvas.style():
        below = 0.2 * len(rows) + 0.1
        lines = canvas.axis_title(title, language, 5.8)
        figure = canvas.new_figure(beside + 6.0, below + 3.25 + 0.15 * len(lines))
        axes = canvas.axes_at(figure, beside, below + 0.55, 5.8, 2.5)
        for chosen, colour, said in ((~supported, canvas.GREY, _NOT_SUPPORTED), (supported, canvas.BLUE, _SUPPORTED)):
            if chosen.any():
                _upright(axes, x[chosen], lower[chosen], upper[chosen], colour, 0.35)
                face = colour if said is _SUPPORTED else "white"
                axes.plot(
                    x[chosen],
                    value[chosen],
                    "o",
                    color=colour,
                    markerfacecolor=face,
                    markersize=3,
                    label=written(said, language),
                )
        axes.axhline(0, color=canvas.INK, linewidth=0.8)
        axes.set_xlim(0, len(curve) + 1)
        axes.set_xticks([])
        axes.yaxis.set_major_formatter(canvas.coefficient)
        axes.set_ylabel(written(_ESTIMATE, language))
        axes.set_title("\n".join(lines), fontsize=9, loc="left")
        axes.legend(frameon=False, loc="best")
        _dashboard(canvas.axes_at(figure, beside, 0.3, 5.8, below), curve, rows, names, supported)
        figure.text(0.99, 0.01, written(_NUMBER.filled(n=len(curve)), language), ha="right", va="bottom")
        return chart_of(figure)


def conditional_effect(
    at: np.ndarray,
    est: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    ends: np.ndarray,
    names: tuple[Text, Text, Text],
    language: Language = "en",
) -> Chart:
    """Draw an effect over its moderator, with its band; blue where the band leaves out zero.

    Parameters
    ----------
    at
        Standard deviations of the moderator from its mean.
    est, lower, upper
        The effect there, and its interval.
    ends
        Where the band meets zero (NaN: nowhere).
    names
        Of outcome, predictor and moderator.
    language
        Of the writing.

    Examples
    --------
    >>> at = np.array([-3.0, 0.0, 3.0])
    >>> conditional_effect(at, at, at - 1, at + 1, np.array([-1.0, 1.0]), ("y", "x", "w")).startswith("<svg")
    True
    """
    require_language(language)
    outcome, predictor, moderator = names
    with canvas.style():
        across = _DEVIATIONS.filled(name=canvas.label(moderator, language))
        up = _EFFECT.filled(x=canvas.label(predictor, language), y=canvas.label(outcome, language))
        below, beside = canvas.axis_title(across, language, 5.2), canvas.axis_title(up, language, 3.0)
        left, bottom = 0.8 + _LINE * (len(beside) - 1), 0.6 + _LINE * (len(below) - 1)
        figure = canvas.new_figure(left + 5.4, bottom + 3.2)
        axes = canvas.axes_at(figure, left, bottom, 5.2, 3.0)
        clear = (lower > 0) | (upper < 0)
        for inside, colour in ((~clear, canvas.GREY), (clear, canvas.BLUE)):
            axes.fill_between(at, lower, upper, where=inside, color=colour, alpha=0.25, linewidth=0)
        axes.plot(at, est, color=canvas.INK, linewidth=1.4)
        axes.axhline(0, color=canvas.INK, linewidth=0.8)
        for end in ends[(ends > at[0]) & (ends < at[-1])]:
            axes.axvline(end, color=canvas.INK, linewidth=0.9, linestyle="--")
            axes.text(end, 1.0, f" {canvas.estimate(float(end))}", transform=axes.get_xaxis_transform(), va="bottom")
        axes.set_xlim(at[0], at[-1])
        axes.xaxis.set_major_formatter(canvas.plain)
        axes.yaxis.set_major_formatter(canvas.plain)
        axes.set_xlabel("\n".join(below))
        axes.set_ylabel("\n".join(beside))
        return chart_of(figure)


def power_curves(lines: Mapping[str, tuple[np.ndarray, np.ndarray]], wanted: float, language: Language = "en") -> Chart:
    """Draw power over the number of respondents.

    Parameters
    ----------
    lines
        Numbers of respondents and power, by the name of the effect.
    wanted
        Power to be reached; a dotted line.
    language
        Of the writing.

    Examples
    --------
    >>> power_curves({"use ~ trust": (np.array([100, 200]), np.array([0.5, 0.8]))}, 0.8).startswith("<svg")
    True
    """
    require_language(language)
    names = [canvas.label(name, language) for name in lines]
    beside = canvas.room_for(names) + 0.4
    with canvas.style():
        figure = canvas.new_figure(5.4 + beside, 3.8)
        axes = canvas.axes_at(figure, 0.7, 0.6, 4.6, 3.0)
        for place, (name, (n, power)) in enumerate(zip(names, lines.values(), strict=True)):
            colour, mark = (
                canvas.COLOURS[place % len(canvas.COLOURS)],
                canvas.MARKS[place // len(canvas.COLOURS) % len(canvas.MARKS)],
            )
            axes.plot(n, power, color=colour, marker=mark, markersize=4, linewidth=1.2, label=name)
        axes.axhline(wanted, color=canvas.INK, linewidth=0.9, linestyle=":")
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(canvas.coefficient)
        axes.set_xlabel(written(_RESPONDENTS, language))
        axes.set_ylabel(written(_POWER, language))
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))
        return chart_of(figure)


def _dashboard(
    axes: Any, curve: pd.DataFrame, rows: Sequence[tuple[str, str]], names: Sequence[str], supported: np.ndarray
) -> None:
    """Mark which level of each choice every estimate rests on."""
    for place, (choice, level) in enumerate(rows):
        own = (curve[choice] == level).to_numpy()
        for chosen, colour in ((own & ~supported, canvas.GREY), (own & supported, canvas.BLUE)):
            x = np.flatnonzero(chosen) + 1
            _upright(axes, x, np.full(len(x), place - 0.35), np.full(len(x), place + 0.35), colour)
    axes.set_xlim(0, len(curve) + 1)
    canvas.label_rows(axes, names)
    axes.set_xticks([])


def _upright(axes: Any, x: np.ndarray, lower: np.ndarray, upper: np.ndarray, colour: str, alpha: float = 1) -> None:
    """Draw upright lines as one path, however many there are."""
    gap = np.full(len(x), np.nan)
    across, up = np.stack([x, x, gap], axis=1).ravel(), np.stack([lower, upper, gap], axis=1).ravel()
    axes.plot(across, up, color=colour, alpha=alpha, linewidth=0.9, solid_capstyle="butt")


_LINE = canvas.SIZE * 1.25 / 72  # inches from one line of an axis' name to the next
_SUPPORTED, _NOT_SUPPORTED = Words("supported", "支持"), Words("not supported", "不支持")
_ESTIMATE = Words("β with its interval", "β及其置信区间")
_RESPONDENTS, _POWER = Words("Respondents", "样本量"), Words("Power", "统计功效")
_DEVIATIONS = Words("{name}, standard deviations from the mean", "{name}（距均值的标准差）")
_EFFECT = Words("Effect of {x} on {y}", "{x}对{y}的效应")
_NUMBER = Words("{n} specifications", "共{n}种设定")
