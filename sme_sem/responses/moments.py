"""What a structural model needs to know of the answers: means, covariances and how many there are.

Covariances are divided by n, as maximum likelihood has it; ``likelihood="wishart"`` puts n / (n - 1) back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial, reduce
from numbers import Real

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import DataProblem, SpecificationError
from ..kernels import fiml, gaps, influence, linalg
from ..kernels.covariances import cross_products, without_rounding
from ..suggestions import did_you_mean
from ..tables import Words, joined
from .design import COLUMN_OF_DATA, EQUAL_CHANCES, Design, Drawn, coded_by_value
from .numeric import holds_numbers, numbers_of, repeated
from .summaries import Summary

_BLOCK = 20_000
_ROUNDING = 1e-13  # of a mean, what adding up leaves of a deviation of zero
_INDEFINITE = 1e-6  # how far below zero an eigenvalue is that rounding error does not explain
_FAR = 1e50  # a size whose sixth power, or its inverse, is still a number


@dataclass(frozen=True, eq=False)
class Moments:
    """Sufficient statistics of complete answers, by group.

    names : the p variables
    covariance : (G, p, p), divided by n    mean : (G, p), or None when only covariances are known
    n : (G,), sums of weights if there are any
    n_collected : rows offered, before those with missing answers were set aside
    labels : group labels; one empty label for one group
    answers : the answers themselves, (n, p) by group, for what covariances alone cannot tell; or None
    patterns : with gaps in the answers, their sufficient statistics by missing pattern; ``mean`` and
        ``covariance`` are then the saturated maximum-likelihood ones, at which F is ``saturated``
    index, rows : the index of the table of answers, and which of its rows, counted from 0, each group has; or None
    group : the column of that table by which respondents were divided; or None
    first_stage : the same, where a second stage takes those moments as if answers had been complete
    design : how the respondents were drawn
    ordered : thresholds, polychoric correlations and the like, by group, where answers are taken as ordered
    """

    names: tuple[str, ...]
    covariance: np.ndarray
    mean: np.ndarray | None
    n: np.ndarray
    n_collected: int
    labels: tuple[str, ...] = ("",)
    answers: tuple[np.ndarray, ...] | None = None
    patterns: gaps.Patterns | None = None
    saturated: float = 0.0
    index: pd.Index | None = None
    rows: tuple[np.ndarray, ...] | None = None
    group: str | None = None
    first_stage: gaps.Patterns | None = None
    design: Design = EQUAL_CHANCES
    ordered: tuple[influence.Moments, ...] | None = None

    @property
    def total(self) -> int:
        """How many respondents, over all groups."""
        return round(self.n.sum())

    def moved(self, by: np.ndarray) -> Moments:
        """The same with every variable less a number of its own: (p,)"""
        return replace(
            self,
            mean=None if self.mean is None else self.mean - by,
            answers=None if self.answers is None else tuple(answers - by for answers in self.answers),
            patterns=None if self.patterns is None else gaps.moved(self.patterns, by),
            first_stage=None if self.first_stage is None else gaps.moved(self.first_stage, by),
        )

    def of(self, names: Sequence[str]) -> Moments:
        """Pick variables, in the order given."""
        if tuple(names) == self.names:
            return self
        index = np.array([self.names.index(name) for name in names])
        answers = None if self.answers is None else tuple(own[:, index] for own in self.answers)
        incomplete = answers is not None and (self.patterns is not None or self.first_stage is not None)
        patterns = gaps.missing_patterns(answers, self.design.weights) if incomplete else None
        return replace(
            self,
            names=tuple(names),
            covariance=self.covariance[:, index[:, None], index],
            mean=None if self.mean is None else self.mean[:, index],
            answers=answers,
            patterns=None if self.patterns is None else patterns,
            first_stage=None if self.first_stage is None else patterns,
        )


def moments_of_answers(
    frame: pd.DataFrame,
    names: Sequence[str],
    group: str | None = None,
    *,
    missing: str = "listwise",
    given: Sequence[str] = (),
    drawn: Drawn | None = None,
    constructs: Sequence[str] = (),
    standardized: Sequence[str] = (),
) -> Moments:
    """Condense a table of answers, one row per respondent; with ``"listwise"`` those with a gap are set aside.

    group : a column whose values divide the respondents; groups stand in order of first appearance
    missing : ``"fiml"``, ``"two_stage"``, ``"robust_two_stage"`` and ``"pairwise"`` keep respondents with gaps; only
        those without any answer, or without one to the ``given`` variables, are set aside; ``"available"`` keeps them
        and their answers, for ordered variables to be met by pairs
    drawn : columns with weights and clusters
    constructs : what else the model names, and a misspelt variable may be
    standardized : what is taken around its mean and in standard deviations (of n - 1) of those kept, group by group

    Raises :class:`~sme_sem.errors.SpecificationError` for a variable that is no column, and
    :class:`~sme_sem.errors.DataProblem` for columns that cannot be analysed.
    """
    require_columns(names, frame.columns, _NO_COLUMN + _MEASURED, constructs)
    values = numeric_columns(frame, names)
    listwise, n = missing == "listwise", len(frame)
    usable = ~any_missing(values, n) if listwise else with_some_answer(values, names, given, n)
    members = {"": np.ones(n, dtype=bool)} if group is None else rows_by_group(frame, group)
    for label, rows in members.items():
        with _in_group(label):
            _enough(int((usable & rows).sum()), int(rows.sum()), names, values, rows)
    kept = [usable & rows for rows in members.values()]
    found = _CONDENSED[missing](
        tuple(names),
        tuple(_in_deviations(gathered(values, rows), np.isin(names, standardized)) for rows in kept),
        labels=tuple(members),
        collected=n,
        design=(drawn or Drawn()).design(frame, kept),
    )
    return replace(found, index=frame.index, rows=tuple(np.flatnonzero(rows) for rows in kept), group=group)


@contextmanager
def _in_group(label: str) -> Iterator[None]:
    """Say in which group a problem was found."""
    try:
        yield
    except DataProblem as problem:
        raise (DataProblem(problem.said, label) if label else problem) from None


def _condensed(
    names: tuple[str, ...],
    answers: tuple[np.ndarray, ...],
    *,
    labels: tuple[str, ...],
    collected: int,
    design: Design,
) -> Moments:
    means, covariances, n = [], [], []
    for g, (label, own) in enumerate(zip(labels, answers, strict=True)):
        weight = design.of(g)[0]
        mean = np.average(own, axis=0, weights=weight)
        n.append(len(own) if weight is None else weight.sum())
        covariance = without_rounding(cross_products(own, mean, weight) / n[-1], mean, _ROUNDING)
        with _in_group(label):
            usable_covariance(covariance, names, len(own))
        means.append(mean)
        covariances.append(covariance)
    return Moments(
        names, np.stack(covariances), np.stack(means), np.array(n), collected, labels, answers, design=design
    )


def _condensed_with_gaps(
    names: tuple[str, ...],
    answers: tuple[np.ndarray, ...],
    *,
    labels: tuple[str, ...],
    collected: int,
    design: Design,
    stages: bool = False,
) -> Moments:
    for label, own in zip(labels, answers, strict=True):
        with _in_group(label):
            _answered(own, names)
    patterns = gaps.missing_patterns(answers, design.weights)
    with np.errstate(all="ignore"):
        covariance, mean, saturated = fiml.saturated(patterns, len(answers))
    if not np.isfinite(saturated):
        raise DataProblem(_not_found(covariance, names))
    for label, own, matrix in zip(labels, answers, covariance, strict=True):
        with _in_group(label):
            usable_covariance(matrix, names, len(own))
    n = np.array([patterns.n[patterns.group == g].sum() for g in range(len(answers))])
    plain = Moments(names, covariance, mean, n, collected, labels, answers, design=design)
    if stages:
        return replace(plain, first_stage=patterns)
    return replace(plain, patterns=patterns, saturated=float(saturated))


def _condensed_by_pairs(
    names: tuple[str, ...],
    answers: tuple[np.ndarray, ...],
    *,
    labels: tuple[str, ...],
    collected: int,
    design: Design,
    definite: bool = True,
) -> Moments:
    """Each covariance from those who answered both questions, each mean from those who answered the one.

    definite : refuse what no respondents can have; not asked where ordered answers are condensed otherwise later
    """
    covariances, means = [], []
    for label, own in zip(labels, answers, strict=True):
        with _in_group(label):
            _answered(own, names)
            covariance, mean = gaps.available_moments(own)
            if definite:
                _definite(covariance, names)
        covariances.append(covariance)
        means.append(mean)
    n = np.array([len(own) for own in answers])
    return Moments(names, np.stack(covariances), np.stack(means), n, collected, labels, answers, design=design)


_CONDENSED: dict[str, Callable[..., Moments]] = {
    "listwise": _condensed,
    "available": partial(_condensed_by_pairs, definite=False),
    "pairwise": _condensed_by_pairs,
    "fiml": _condensed_with_gaps,
    "two_stage": partial(_condensed_with_gaps, stages=True),
    "robust_two_stage": partial(_condensed_with_gaps, stages=True),
}


def _answered(own: np.ndarray, names: Sequence[str]) -> None:
    """Refuse questions nobody answered or all answered alike, and pairs nobody answered both of."""
    unanswered = [name for name, gone in zip(names, np.isnan(own).all(axis=0), strict=True) if gone]
    if unanswered:
        them = "it" if len(unanswered) == 1 else "them"
        raise DataProblem(_UNANSWERED.filled(names=_quoted(unanswered), them=them))
    _varying(names, np.nanmax(own, axis=0) - np.nanmin(own, axis=0))
    met = ~np.isnan(own)
    together = met.T.astype(float) @ met
    apart = np.argwhere(np.triu(together < 2))
    if len(apart):
        a, b = (names[i] for i in apart[0])
        raise DataProblem(_NOT_BOTH.filled(one=repr(a), other=repr(b)))


def _definite(covariance: np.ndarray, names: Sequence[str]) -> None:
    """Refuse covariances that no set of respondents can have."""
    deviation = np.sqrt(np.diagonal(covariance))
    smallest = np.linalg.eigvalsh(covariance / np.outer(deviation, deviation))[0]
    if not smallest > len(names) * 1e-13:
        raise DataProblem(_NOT_TOGETHER.filled(smallest=f"{smallest:.3g}"))


def _not_found(covariance: np.ndarray, names: Sequence[str]) -> Words:
    """Why there are no saturated moments, from the last ones that were tried."""
    correlation = linalg.correlation(covariance)
    nearest = correlation[np.linalg.eigvalsh(correlation)[:, 0].argmin()]
    return _NOT_FOUND.filled(names=_quoted(_dependent(nearest, names)))


def with_some_answer(values: Sequence[np.ndarray], names: Sequence[str], given: Sequence[str], n: int) -> np.ndarray:
    """Who answered something, and all that is ``given``: (n,) for each name -> (n,)"""
    needed = [column for column, name in zip(values, names, strict=True) if name in given]
    answered = reduce(np.logical_or, (~np.isnan(column) for column in values), np.zeros(n, dtype=bool))
    return answered & ~any_missing(needed, n)


def any_missing(values: Sequence[np.ndarray], n: int) -> np.ndarray:
    """Who left something open: -> (n,)"""
    return np.isnan(reduce(np.add, values, np.zeros(n)))


def numeric_columns(frame: pd.DataFrame, names: Sequence[str]) -> list[np.ndarray]:
    """Take the columns as numbers, (n,) each: all at once, or one by one where a second table would fill the memory."""
    duplicated = set(frame.columns[frame.columns.duplicated()])
    for name in names:
        if name in duplicated:
            raise repeated(name)
    own = frame.take(np.array([frame.columns.get_loc(name) for name in names], dtype=int), axis=1)
    if not all(map(holds_numbers, set(own.dtypes))):
        own = pd.DataFrame({str(name): column for name, column in numbers_of(own).items()})
    if len(own) <= _BLOCK:
        parts = [own.to_numpy(dtype=float, na_value=np.nan).T]
    else:
        parts = [column.to_numpy(dtype=float, na_value=np.nan)[None] for _, column in own.items()]
    sizes = np.concatenate([np.fmax.reduce(np.abs(part), axis=1, initial=0.0) for part in parts])  # NaN is passed over
    infinite = [name for name, wrong in zip(names, np.isinf(sizes), strict=True) if wrong]
    if infinite:
        raise DataProblem(_INFINITE.filled(names=_quoted(infinite)))
    _in_a_unit(names, sizes)
    return [column for part in parts for column in part]


def gathered(values: Sequence[np.ndarray], rows: np.ndarray) -> np.ndarray:
    """Put the answers of some respondents into one table, (n, p)."""
    answers = np.empty((len(values), int(rows.sum()))).T
    for i, column in enumerate(values):
        answers[:, i] = column[rows]
    return answers


def _in_deviations(answers: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Standardize some columns of the answers (n, p), those that vary."""
    if chosen.any():
        own = answers[:, chosen]
        n = np.maximum((~np.isnan(own)).sum(axis=0), 1)
        own = own - np.nansum(own, axis=0) / n
        deviation = np.sqrt(np.nansum(own**2, axis=0) / np.maximum(n - 1, 1))
        answers[:, chosen] = own / np.where(deviation > 0, deviation, 1.0)
    return answers


def rows_by_group(frame: pd.DataFrame, group: str) -> dict[str, np.ndarray]:
    """Tell, by label, which rows belong to each group, in the order they first occur."""
    require_kind("group", group, str, COLUMN_OF_DATA.filled(name="group", example="'region'"))
    require_columns([group], frame.columns, Words("group= names no column of the data.", "数据中没有group所指的列。"))
    codes, values = coded_by_value(frame[group])
    if len(values) < 2:
        raise DataProblem(_ONE_GROUP.filled(group=repr(group), n=len(values)))
    if len(values) > len(frame) / 2:
        raise DataProblem(_MANY_GROUPS.filled(group=repr(group), n=len(values), respondents=len(frame)))
    return {group_label(value): codes == code for code, value in enumerate(values)}


def group_label(value: object) -> str:
    """Name a group by its value; 1.0 is 1."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _mirrored(covariance: pd.DataFrame) -> pd.DataFrame:
    """Fill the triangle in that articles and programs leave empty, or zero; other matrices stay as they are."""
    values = covariance.to_numpy(dtype=float)
    below = np.tri(len(values), k=-1, dtype=bool)
    for empty in (np.isnan(values), values == 0):
        for printed in (below, below.T):
            if empty[printed.T].all() and not empty[printed].all():
                return pd.DataFrame(np.where(printed.T, values.T, values), covariance.index, covariance.columns)
    return covariance


def moments_of_summary(
    covariance: pd.DataFrame, n: int, names: Sequence[str], mean: pd.Series | None = None
) -> Moments:
    """Take covariances (divided by n - 1, as programs print them; a triangle will do), means if known, and n."""
    if not isinstance(covariance, pd.DataFrame):
        raise DataProblem(_NO_MATRIX)
    if not isinstance(n, Real) or not 2 <= n < np.inf:
        raise DataProblem(_NO_N)
    if n != int(n):
        raise DataProblem(_NOT_WHOLE.filled(n=repr(n)))
    n = int(n)
    require_columns(
        names, covariance.columns, Words("the covariance matrix has no such variable", "协方差矩阵中没有") + _MEASURED
    )
    if set(covariance.index) != set(covariance.columns):  # rows without names, or numbered
        covariance = covariance.set_axis(covariance.columns, axis=0)
    covariance = _mirrored(covariance)
    matrix = covariance.loc[list(names), list(names)].to_numpy(dtype=float)
    if not np.isfinite(matrix).all():
        raise DataProblem(_HOLES)
    if not np.allclose(matrix, matrix.T, rtol=1e-6, atol=1e-8 * abs(matrix).max()):
        raise DataProblem(_ASYMMETRIC)
    matrix = (matrix + matrix.T) / 2 * ((n - 1) / n)
    usable_covariance(matrix, names, n)
    means = None
    if mean is not None:
        if not isinstance(mean, pd.Series):
            raise DataProblem(_NO_SERIES)
        require_columns(names, mean.index, Words("the means have no such variable", "均值中没有") + _MEASURED)
        means = mean.loc[list(names)].to_numpy(dtype=float)[None]
        if not np.isfinite(means).all():
            raise DataProblem(_HOLES_IN_MEANS)
    return Moments(tuple(names), matrix[None], means, np.array([n]), n)


def moments_of_summaries(groups: Sequence[Summary], names: Sequence[str]) -> Moments:
    """Take covariance matrices, counts and means of every group; :func:`moments_of_summary` says what each must be."""
    found = []
    for label, covariance, n, mean in groups:
        with _in_group(label):
            found.append(moments_of_summary(covariance, n, names, mean))
    if len(found) == 1:
        return found[0]
    n = np.concatenate([own.n for own in found])
    means = [own.mean for own in found if own.mean is not None]
    return Moments(
        tuple(names),
        np.concatenate([own.covariance for own in found]),
        np.concatenate(means) if means else None,
        n,
        int(n.sum()),
        tuple(group.label for group in groups),
    )


_NO_COLUMN = Words("the data have no column of that name", "数据中没有该列")
_MEASURED = Words(", and no line of the model measures it (=~).", "，模型中也没有测量它的一行（=~）。")


def require_columns(names: Sequence[str], columns: pd.Index, problem: Words, constructs: Sequence[str] = ()) -> None:
    """Refuse names that are none of the columns; ``constructs`` are what else may have been meant."""
    present = [str(c) for c in columns]
    columns_there = set(present)
    unknown = [n for n in names if n not in columns_there]
    if unknown:
        first = unknown[0]
        rest = _ALSO_UNKNOWN.filled(names=_quoted(unknown[1:])) if len(unknown) > 1 else ""
        found = Words(f"unknown variable {first!r}: ", f"未知的变量{first!r}：") + problem
        raise SpecificationError(found + did_you_mean(first, [*constructs, *present]) + rest)


def _enough(complete: int, offered: int, names: Sequence[str], values: Sequence[np.ndarray], rows: np.ndarray) -> None:
    if complete >= 2:
        return
    empty = [name for name, column in zip(names, values, strict=True) if np.isnan(column[rows]).all()]
    cause = _NONE_AT_ALL.filled(names=_quoted(empty)) if empty else ""
    raise DataProblem(_TOO_FEW.filled(n=complete, offered=offered, variables=len(names)) + cause)


def usable_covariance(covariance: np.ndarray, names: Sequence[str], n: int) -> None:
    """Refuse constant columns and exact linear dependence, naming the variables."""
    variance = np.diagonal(covariance)
    _varying(names, variance)
    deviation = np.sqrt(variance)
    _in_a_unit(names, deviation)
    correlation = covariance / np.outer(deviation, deviation)
    if linalg.has_cholesky(correlation - 1e-13 * len(names) * np.eye(len(names))):
        return  # the smallest eigenvalue is above that
    if n <= len(names):
        raise DataProblem(_SINGULAR.filled(n=n, variables=len(names)))
    involved = _quoted(_dependent(correlation, names))
    lowest = np.linalg.eigvalsh(correlation)[0]
    if lowest < -_INDEFINITE:
        raise DataProblem(_OF_NOBODY.filled(lowest=f"{lowest:.2g}", names=involved))
    raise DataProblem(_COLLINEAR.filled(names=involved))


def _varying(names: Sequence[str], spread: np.ndarray) -> None:
    """Refuse what everybody answered alike."""
    constant = [name for name, varies in zip(names, spread > 0, strict=True) if not varies]
    if constant:
        them = "it" if len(constant) == 1 else "them"
        raise DataProblem(_CONSTANT.filled(names=_quoted(constant), them=them))


def _in_a_unit(names: Sequence[str], sizes: np.ndarray) -> None:
    """Refuse numbers whose products are no numbers any more."""
    far = [(name, own) for name, own in zip(names, sizes.tolist(), strict=True) if own and not 1 / _FAR < own < _FAR]
    if far:
        raise DataProblem(_TOO_FAR.filled(names=_quoted([name for name, _ in far]), size=f"{far[0][1]:.0e}"))


def _quoted(names: Sequence[str]) -> Words:
    return joined(map(repr, names), ", ", "、")


def _dependent(correlation: np.ndarray, names: Sequence[str]) -> list[str]:
    """The variables in the relation that comes nearest to an exact one."""
    weights = abs(np.linalg.eigh(correlation)[1][:, 0])
    return [name for name, w in zip(names, weights, strict=True) if w > 0.1 * weights.max()]


_ALSO_UNKNOWN = Words(" Also unknown: {names}.", "另有未知的变量：{names}。")
_NOT_TOGETHER = Words(
    "the pairwise covariances are not positive definite (the smallest eigenvalue of the correlations is {smallest}), "
    "because each comes from other respondents. Use missing='fiml' or 'two_stage', which take all answers together.",
    "成对计算的协方差矩阵不是正定矩阵（相关矩阵的最小特征值为{smallest}），因为各协方差来自不同的受访者。请用"
    "missing='fiml'或'two_stage'，二者同时使用全部作答。",
)
_INFINITE = Words(
    "infinite values in {names}: replace them or set them missing.", "{names}含有无穷大的值：请更正或设为缺失。"
)
_MANY_GROUPS = Words(
    "group={group}: {n} groups for {respondents} respondents; is it the right column?",
    "group={group}：{respondents}名受访者分为{n}个组；是否指错了列？",
)
_OF_NOBODY = Words(
    "not positive definite: the correlations have an eigenvalue of {lowest}, most of all by {names}. No one set of "
    "respondents gives such a matrix: look for a typing error, for pairwise deletion, or for correlations taken from "
    "several sources.",
    "不是正定矩阵：相关矩阵有特征值{lowest}，主要由{names}所致。任何一批受访者都不会有这样的矩阵：请检查是否录入有误、"
    "使用了成对删除，或相关系数来自多个来源。",
)
_TOO_FAR = Words(
    "too large or too small to be multiplied with each other: {names} (about {size}). Measure them in another unit.",
    "{names}过大或过小（约{size}），无法相乘。请改用其他单位。",
)
_UNANSWERED = Words("without any answer: {names}. Remove {them} from the model.", "{names}无人作答。请从模型中删去。")
_NONE_AT_ALL = Words(" Without any answer: {names}.", "其中无人作答的有：{names}。")
_NOT_BOTH = Words(
    "fewer than two respondents answered both {one} and {other}: their covariance cannot be estimated. Remove one of "
    "them from the model.",
    "同时回答{one}与{other}的受访者不足两名，无法估计其协方差。请从模型中删去其一。",
)
_ONE_GROUP = Words(
    "group={group}: the column has {n} value; at least two groups are needed.",
    "group={group}：该列仅有{n}个取值，至少需要两个组别。",
)
_TOO_FEW = Words(
    "{n} of {offered} respondents answered all {variables} variables of the model; at least two are needed, and in "
    "practice many more.",
    "{offered}名受访者中仅{n}名回答了模型的全部{variables}个变量；至少需要两名，实际应远多于此。",
)
_SINGULAR = Words(
    "{n} complete answers for {variables} variables: the covariance matrix is singular. Collect more answers, or use "
    "fewer variables.",
    "完整答卷{n}份，变量{variables}个，协方差矩阵奇异。请增加样本或减少变量。",
)
_COLLINEAR = Words(
    "exactly collinear: {names}. One of them is a sum or a copy of the others, or the matrix was not computed from one "
    "set of respondents; remove one.",
    "{names}完全共线：其中之一为其他变量之和或重复，或该矩阵并非来自同一批受访者。请删去其一。",
)
_CONSTANT = Words(
    "no variation in {names}: every respondent gave the same answer, so nothing can covary with {them}. Remove {them} "
    "from the model.",
    "{names}没有差异：所有受访者的回答相同，无法与其他变量共变。请从模型中删去。",
)
_NOT_FOUND = Words(
    "the means and covariances of the answers with gaps were not found: what was answered comes near to an exact "
    "linear relation among {names}. One of them may be a sum or a copy of others, or too few respondents answered them "
    "together; remove one from the model, or use missing='listwise'.",
    "未能求得含缺失值数据的均值与协方差：{names}之间近于精确的线性关系。其中之一可能为其他变量之和或重复，或同时作答的"
    "受访者过少。请从模型中删去其一，或取missing='listwise'。",
)
_NO_MATRIX = Words(
    "cov= must be a DataFrame with the variables' names as rows and columns.",
    "cov=须为DataFrame，行名与列名均为变量名。",
)
_NO_N = Words(
    "n=, the number of respondents behind the covariance matrix, must be given and above 1.",
    "必须给出n=，即协方差矩阵所依据的受访者数，且大于1。",
)
_NOT_WHOLE = Words(
    "n={n}: the number of respondents behind the covariance matrix is a whole number.",
    "n={n}：协方差矩阵所依据的受访者数应为整数。",
)
_HOLES = Words(
    "the covariance matrix has missing or infinite entries: fill or remove those variables.",
    "协方差矩阵含有缺失或无穷大的元素：请补全，或删去这些变量。",
)
_ASYMMETRIC = Words(
    "the covariance matrix is not symmetric: check the rows and columns.", "协方差矩阵不对称：请核对行与列。"
)
_NO_SERIES = Words(
    "mean= must be a Series with the variables' names as its index.", "mean=须为以变量名作索引的Series。"
)
_HOLES_IN_MEANS = Words(
    "the means have missing or infinite entries: fill or remove those variables.",
    "均值含有缺失或无穷大的元素：请补全，或删去这些变量。",
)
