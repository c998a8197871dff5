"""How consistently the items of a scale answer alike, and which item disturbs.

Alpha with Feldt's interval, McDonald's omega of a one-factor maximum likelihood model,
Guttman's lambda-2 and the odd-even split half; for every item its corrected item-total
correlation and the scale without it.  Within a scale only respondents who answered all of
its items count.

Taken as ordered, the items also have ordinal alpha and omega, the same formulas on polychoric correlations: the
reliability of a total of the responses behind the answers, which nobody observes.  That of the total of the answers
themselves is categorical omega, in ``validity``.
Zumbo, Gadermann & Zeisser (2007), Journal of Modern Applied Statistical Methods 6, 21-29.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import probability, texts
from ..errors import DataProblem, SpecificationError
from ..kernels import reliability as kernel
from ..responses.numeric import require_frame
from ..tables import Column, Kind, Table, Tabled, Text, Words, about, joined, rows_from, term
from ..tables.format import interval_columns
from ..tables.language import About
from ..threads import one_thread
from .answers import NO_SCALE, Answers, complete_answers, needs_list, require_scales
from .opposed import opposed, slightly
from .polychoric import Polychoric, polychoric_of_items


@dataclass(frozen=True, eq=False)
class Reliability(Tabled):
    """Reliability of scales and of their items.

    scales : one row per scale (scale, n_items, n, alpha, alpha_ci_lower, alpha_ci_upper,
        alpha_standardized, mean_correlation, omega, lambda2, split_half; ordered: ordinal_alpha, ordinal_omega)
    items : one row per item (scale, item, mean, sd, scale_mean_if_deleted,
        scale_variance_if_deleted, item_rest, alpha_if_deleted)
    level : level of alpha's confidence interval
    notes : what a reader should know, by table name
    opposed : what is to be done about items that clearly go against their scale; also a note of the item analysis
    """

    scales: pd.DataFrame
    items: pd.DataFrame
    level: float
    notes: Mapping[str, tuple[Text, ...]]
    opposed: tuple[About, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give one table of scales and the item analysis."""
        return (
            Table(
                "reliability",
                term("Reliability"),
                _scale_columns(self.level, ordinal="ordinal_alpha" in self.scales),
                rows_from(self.scales),
                self.notes["reliability"],
            ),
            Table(
                "item_analysis",
                term("Item analysis"),
                _ITEM_COLUMNS,
                rows_from(self.items.merge(self.scales[["scale", "alpha"]], on="scale"), _ITEM_COLUMNS),
                self.notes["item_analysis"],
            ),
        )


@one_thread()
def reliability(
    frame: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    *,
    level: float = 0.95,
    ordered: bool = False,
    reversed_items: Sequence[str] = (),
) -> Reliability:
    """Analyse the internal consistency of one or more scales.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, reverse-worded items already recoded.
    scales : mapping of str to sequence of str
        The items (columns) of every scale.
    level : float, default 0.95
        Level of alpha's confidence interval.
    ordered : bool, default False
        Add ordinal alpha and omega, from the polychoric correlations of each scale's items.
    reversed_items : sequence of str
        Those that were turned when the answers were read (``instrument.reversed_items``): one that goes against its
        scale was probably recoded before, while any other is probably to be reversed.

    Returns
    -------
    Reliability
        ``.scales`` and ``.items``, DataFrames at full precision.

    Raises
    ------
    SpecificationError
        No scale is named, one has fewer than two items, an item has no column, or ``level`` is not between 0 and 1.
    DataProblem
        An item is not numeric or nobody answered it, fewer than two respondents answered a whole scale, everybody
        answered every scale alike, or an item taken as ordered has more than 20 different answers.

    Notes
    -----
    Covariances are divided by n - 1, which leaves every coefficient unchanged.  The interval of
    alpha is Feldt's.  Omega is McDonald's total: the variance explained by the factor, divided
    by the variance the one-factor model implies; two items do not identify it.  The split half
    sets the 1st, 3rd, 5th ... item against the others and applies the Spearman-Brown formula
    for halves of equal length.  Ordinal alpha is standardized alpha of the polychoric correlations (Zumbo, Gadermann &
    Zeisser, 2007), ordinal omega maximum likelihood omega of them.

    Formulas and sources: :mod:`sme_sem.kernels.reliability`.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"a": [1, 2, 4, 4, 5], "b": [1, 3, 3, 5, 5], "c": [2, 2, 3, 4, 4]})
    >>> result = reliability(answers, {"trust": ["a", "b", "c"]})
    >>> result.scales[["scale", "n_items", "n", "alpha"]].round(3).to_dict("records")
    [{'scale': 'trust', 'n_items': 3, 'n': 5, 'alpha': 0.936}]
    """
    probability("level", level, 0.95)
    require_scales(scales)
    require_frame(frame)
    turned = texts("reversed_items", reversed_items, "MK4")
    if not scales:
        raise SpecificationError(NO_SCALE)
    given = {name: _answers_to(frame, name, items) for name, items in scales.items()}
    answers = {name: own for name, own in given.items() if not _alike(own)}
    if not answers:
        raise nothing_to_compare(*given)
    behind = {name: _behind(name, own) for name, own in answers.items() if ordered and not own.constant}
    scale_rows = [
        _scale(name, own, level) | (_ordinal(behind.get(name)) if ordered else {}) for name, own in answers.items()
    ]
    item_frame = pd.concat([_items(name, own) for name, own in answers.items()], ignore_index=True)
    scale_frame = pd.DataFrame(scale_rows)
    against = [said for name, own in answers.items() for said in opposed(str(name), own, turned)]
    return Reliability(
        scale_frame,
        item_frame,
        level,
        {
            "reliability": (
                *(about([name], _ALIKE) for name in given if name not in answers),
                *_missing_answers(answers),
                *_without_omega(scale_frame),
                *((_ORDINAL, *_doubtful(behind), *_without_ordinal_omega(scale_frame)) if ordered else ()),
            ),
            "item_analysis": (
                *_constant_items(answers),
                *against,
                *(said for name, own in answers.items() for said in slightly(str(name), own)),
            ),
        },
        tuple(against),
    )


def _answers_to(frame: pd.DataFrame, scale: str, items: Sequence[str]) -> Answers:
    if len(items) < 2:
        raise needs_list(scale, items)
    try:
        answers = complete_answers(frame, items)
    except (DataProblem, SpecificationError) as problem:
        raise type(problem)(_OF_SCALE.filled(scale=repr(scale), said=problem.said)) from None
    if answers.n < 2:
        counts = {"n": answers.n, "answered": answers.n_answered, "items": joined(items, ", ", "、")}
        said = _TOO_FEW.filled(**counts) + (_MOSTLY_MISSING if answers.n_answered > 1 else _COLLECT)
        raise DataProblem(_OF_SCALE.filled(scale=repr(scale), said=said))
    return answers


def _alike(answers: Answers) -> bool:
    return len(answers.constant) == answers.frame.shape[1]


def nothing_to_compare(*scales: str) -> DataProblem:
    """Say that no item of these scales tells respondents apart."""
    return DataProblem(
        _NOTHING_TO_COMPARE.filled(s="s" * (len(scales) > 1), scales=joined(map(repr, scales), ", ", "、"))
    )


def _scale(name: str, answers: Answers, level: float) -> dict[str, Any]:
    S, k = answers.covariance, answers.frame.shape[1]
    alpha = kernel.cronbach_alpha(S)
    lower, upper = kernel.alpha_interval(alpha, answers.n, k, level)
    return {
        "scale": name,
        "n_items": k,
        "n": answers.n,
        "alpha": float(alpha),
        "alpha_ci_lower": float(lower),
        "alpha_ci_upper": float(upper),
        "alpha_standardized": float(kernel.standardized_alpha(S)),
        "mean_correlation": float(kernel.mean_inter_item_correlation(S)),
        "omega": float(kernel.mcdonald_omega(*kernel.one_factor_ml(S))),
        "lambda2": float(kernel.guttman_lambda2(S)),
        "split_half": float(kernel.split_half(S)),
    }


def _behind(name: str, answers: Answers) -> Polychoric:
    try:
        return polychoric_of_items(answers)
    except DataProblem as problem:
        raise DataProblem(_OF_SCALE.filled(scale=repr(name), said=problem.said)) from None


def _ordinal(behind: Polychoric | None) -> dict[str, float]:
    """Alpha and omega of the responses behind the answers; NaN for a scale with a constant item."""
    if behind is None:
        return {"ordinal_alpha": np.nan, "ordinal_omega": np.nan}
    R = behind.correlation.to_numpy()
    return {
        "ordinal_alpha": float(kernel.cronbach_alpha(R)),
        "ordinal_omega": float(kernel.mcdonald_omega(*kernel.one_factor_ml(R))),
    }


def _items(name: str, answers: Answers) -> pd.DataFrame:
    S = answers.covariance
    means = answers.frame.mean().to_numpy()
    return pd.DataFrame(
        {
            "scale": name,
            "item": list(answers.frame),
            "mean": means,
            "sd": np.sqrt(np.linalg.diagonal(S)),
            "scale_mean_if_deleted": means.sum() - means,
            "scale_variance_if_deleted": kernel.variance_if_deleted(S),
            "item_rest": kernel.item_rest_correlation(S),
            "alpha_if_deleted": kernel.alpha_if_deleted(S),
        }
    )


def _missing_answers(answers: Mapping[str, Answers]) -> list[Words]:
    return [
        about([name], note) for name, own in answers.items() if own.n < own.n_answered for note in own.sample_notes()
    ]


def _without_omega(scales: pd.DataFrame) -> list[Words]:
    return [
        about([str(row.scale)], _TWO_ITEMS if row.n_items == 2 else _NO_FACTOR)
        for row in scales[scales["omega"].isna()].itertuples()
    ]


def _doubtful(behind: Mapping[str, Polychoric]) -> list[Words]:
    return [about([name], note) for name, own in behind.items() for note in own.doubts()]


def _without_ordinal_omega(scales: pd.DataFrame) -> list[Words]:
    lost = scales["ordinal_omega"].isna() & scales["omega"].notna()
    return [about([name], _NO_ORDINAL_FACTOR) for name in scales.loc[lost, "scale"]]


def _constant_items(answers: Mapping[str, Answers]) -> list[Words]:
    return [about([name], _CONSTANT.filled(item=item)) for name, own in answers.items() for item in own.constant]


_ALIKE = Words("left out, because everybody gave the same answers.", "所有受访者作答完全相同，未作分析。")
_TWO_ITEMS = Words("omega is not identified by two items.", "仅两个题项，ω系数无法识别。")
_NO_FACTOR = Words(
    "no omega, because a one-factor model has no proper solution here "
    "(a unique variance would be zero or negative, or an item is constant or redundant).",
    "单因子模型没有合理解（独特方差为零或为负，或题项为常数、冗余），故不报告ω系数。",
)
_NO_ORDINAL_FACTOR = Words(
    "no ordinal omega, because a one-factor model of the polychoric correlations has no proper solution.",
    "多分格相关矩阵的单因子模型没有合理解，故不报告有序ω系数。",
)
_ORDINAL = Words(
    "Ordinal alpha and omega: of the continuous responses behind the answers, from polychoric correlations.",
    "有序α与ω系数基于多分格相关，反映潜在连续反应的信度。",
)
_CONSTANT = Words(
    "everybody gave the same answer to {item}; it has no correlations.",
    "所有受访者对{item}的回答相同，无法计算相关。",
)


def _scale_columns(level: float, *, ordinal: bool) -> tuple[Column, ...]:
    return (
        Column("scale", term("Dimension")),
        Column("n_items", term("Number of items"), Kind.COUNT),
        Column("n", term("Sample size"), Kind.COUNT),
        Column("alpha", term("Cronbach's alpha"), Kind.COEFFICIENT),
        *interval_columns(level, Kind.COEFFICIENT, of="alpha_"),
        Column("alpha_standardized", term("Standardized alpha"), Kind.COEFFICIENT),
        Column("mean_correlation", term("Average inter-item correlation"), Kind.COEFFICIENT),
        Column("omega", term("McDonald's omega"), Kind.COEFFICIENT),
        Column("lambda2", term("Guttman's lambda-2"), Kind.COEFFICIENT),
        Column("split_half", term("Split-half reliability"), Kind.COEFFICIENT),
        *(_ORDINAL_COLUMNS if ordinal else ()),
    )


_ORDINAL_COLUMNS = (
    Column("ordinal_alpha", term("Ordinal alpha"), Kind.COEFFICIENT),
    Column("ordinal_omega", term("Ordinal omega"), Kind.COEFFICIENT),
)
_ITEM_COLUMNS = (
    Column("scale", term("Dimension"), once=True),
    Column("item", term("Item")),
    Column("mean", term("Mean"), Kind.ESTIMATE),
    Column("sd", term("Standard deviation"), Kind.ESTIMATE),
    Column("scale_mean_if_deleted", term("Scale mean if item deleted"), Kind.ESTIMATE),
    Column("scale_variance_if_deleted", term("Scale variance if item deleted"), Kind.ESTIMATE),
    Column("item_rest", term("Corrected item-total correlation") + Words(" (CITC)", "（CITC）"), Kind.COEFFICIENT),
    Column("alpha_if_deleted", term("Cronbach's alpha if item deleted"), Kind.COEFFICIENT),
    Column("alpha", term("Cronbach's alpha"), Kind.COEFFICIENT, once=True),
)
_OF_SCALE = Words("scale {scale}: {said}", "量表{scale}：{said}")
_TOO_FEW = Words(
    "{n} of {answered} respondents answered all of {items}; at least two are needed. ",
    "{answered}名受访者中仅{n}名完整回答了{items}，至少需要两名。",
)
_MOSTLY_MISSING = Words("Leave out the item that is mostly missing.", "请删去缺失过多的题项。")
_COLLECT = Words("Collect more answers.", "请收集更多答卷。")
_NOTHING_TO_COMPARE = Words(
    "scale{s} {scales}: everybody gave the same answers, so there is nothing to compare.",
    "量表{scales}：所有受访者的回答相同，无从比较。",
)
