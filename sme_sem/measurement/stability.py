"""Whether components or factors are the same in other groups, and in other samples.

Solutions are compared only after each has been turned rigidly towards a common target (orthogonal Procrustes), because
their axes are arbitrary.  Tucker's coefficient of .95 and more stands for factors that may be taken as equal, .85 to
.94 for fair similarity (Lorenzo-Seva & ten Berge, 2006).

Lorenzo-Seva and ten Berge (2006), Methodology 2, 57-64.  Timmerman, Kiers and Smilde (2007), British Journal of
Mathematical and Statistical Psychology 60, 295-314 (bootstrap of aligned loadings).  Formulas:
:mod:`sme_sem.kernels.alignment`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from ..arguments import chosen, probability, require_kind, whole
from ..errors import ConvergenceError, DataProblem, SpecificationError
from ..kernels import alignment, factors, intervals
from ..kernels import components as kernel
from ..responses.numeric import GROUP_COLUMN, no_column, require_frame
from ..tables import Column, Kind, Table, Tabled, Text, Words, rows_from, term
from ..tables.format import percent
from ..threads import one_thread
from . import extraction
from .answers import Answers, complete_answers, require_correlations, resampled

Method = Literal["components", "minres", "ml"]


@dataclass(frozen=True, eq=False)
class Congruence(Tabled):
    """Tucker's congruence of groups with a reference group.

    table : one row per group and column (group, n, column, congruence)
    loadings : items x columns by group, all but the reference's turned towards it
    """

    reference: str
    table: pd.DataFrame
    loadings: dict[str, pd.DataFrame]

    def tables(self) -> tuple[Table, ...]:
        """Give the coefficients."""
        rows = rows_from(self.table)
        title = Words("Tucker's congruence between groups", "各组间Tucker一致性系数")
        return (Table("congruence", title, _CONGRUENCE, rows, (_READING.filled(reference=self.reference),)),)


@one_thread()
def congruence(
    frame: pd.DataFrame,
    group: str,
    n: int,
    *,
    method: Method = "components",
    rotation: Literal["varimax", "none"] = "varimax",
) -> Congruence:
    """Compare components or factors between groups of respondents.

    Sources: :mod:`sme_sem.measurement.stability`.

    Parameters
    ----------
    frame : DataFrame
        The items, and the column that divides the respondents; rows with a gap are left out.
    group : str
        That column; the largest group is the reference.
    n : int
        How many components or factors.
    method : {"components", "minres", "ml"}
        Principal components, or factors by minimum residuals or maximum likelihood.
    rotation : {"varimax", "none"}
        Of the reference, towards which the others are turned.

    Returns
    -------
    Congruence
        ``.table``, ``.loadings``, ``.reference``.

    Raises
    ------
    SpecificationError
        A column or method is unknown, or there are not so many components or factors.
    DataProblem
        There is but one group, or one cannot carry the correlations.
    ConvergenceError
        The solution of a group is not a proper one.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> answers = sme.simulate("t =~ .8*a + .8*b + .7*c; u =~ .8*d + .8*e + .7*f; t ~~ 0*u", 600, seed=1)
    >>> found = sme.congruence(answers.assign(g=np.arange(600) % 2), "g", 2)
    >>> bool((found.table["congruence"] > 0.95).all())
    True
    """
    require_frame(frame)
    require_kind("group", group, Hashable, GROUP_COLUMN)
    if group not in frame.columns:
        raise no_column(group, frame, "group")
    items = frame.drop(columns=group)
    parts = {str(label): complete_answers(items[frame[group] == label]) for label in frame[group].dropna().unique()}
    if len(parts) < 2:
        raise DataProblem(_TWO_GROUPS.filled(group=repr(group), n=len(parts)))
    names = sorted(parts, key=lambda label: -parts[label].n)
    method = chosen("method", method, get_args(Method))
    extract = _extraction(method, n, items.shape[1])
    target = _rotated(_loadings(parts[names[0]], extract), rotation)
    found = {names[0]: target}
    for label in names[1:]:
        found[label] = alignment.turned_to(_loadings(parts[label], extract), target)
    columns = [f"{_PREFIX[method]}{j + 1}" for j in range(n)]
    rows = [
        (label, parts[label].n, column, float(value))
        for label in names[1:]
        for column, value in zip(columns, alignment.congruence(found[label], target), strict=True)
    ]
    index = pd.Index(list(items), name="item")
    tables = {label: pd.DataFrame(own, index=index, columns=columns) for label, own in found.items()}
    return Congruence(names[0], pd.DataFrame(rows, columns=["group", "n", "column", "congruence"]), tables)


@dataclass(frozen=True, eq=False)
class LoadingIntervals(Tabled):
    """Loadings with bootstrap intervals.

    table : one row per item and column (item, column, loading, se, ci_lower, ci_upper)
    draws, failed : bootstrap samples, and how many of them had no proper solution and were set aside
    n, level : respondents who answered every item, and the confidence of the intervals
    """

    table: pd.DataFrame
    n: int
    draws: int
    failed: int
    level: float
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the loadings."""
        how = _BOOTSTRAP.filled(draws=self.draws, failed=self.failed, level=percent(self.level))
        rows = rows_from(self.table)
        return (Table("loading_intervals", term("Factor loading"), _INTERVALS, rows, (how, *self.notes)),)


@one_thread()
def loading_intervals(
    frame: pd.DataFrame,
    n: int,
    *,
    method: Method = "components",
    rotation: Literal["varimax", "none"] = "varimax",
    draws: int = 1000,
    seed: int = 1,
    level: float = 0.95,
) -> LoadingIntervals:
    """Give loadings of components or factors with bootstrap percentile intervals.

    Sources: :mod:`sme_sem.measurement.stability`.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, one numeric column per item; rows with a gap are left out.
    n, method, rotation
        As for :func:`congruence`.
    draws, seed, level
        Of the bootstrap.  Each sample's solution is turned rigidly towards that of all respondents.

    Returns
    -------
    LoadingIntervals
        ``.table``, ``.failed``.

    Raises
    ------
    SpecificationError
        An argument is out of range.
    DataProblem
        Respondents are too few, or an item is not numeric, does not vary or follows from others.
    ConvergenceError
        The solution of all respondents, or nearly all samples', is not a proper one.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("t =~ .8*a + .8*b + .7*c; u =~ .8*d + .8*e + .7*f; t ~~ 0*u", 300, seed=1)
    >>> found = sme.loading_intervals(answers, 2, draws=200)
    >>> found.table.shape, found.failed
    ((12, 6), 0)
    """
    probability("level", level, 0.95)
    draws = whole("draws", draws, 2, Words("at least two, in practice a thousand", "至少2，实际宜为1000"))
    answers = complete_answers(frame)
    method = chosen("method", method, get_args(Method))
    extract = _extraction(method, n, answers.frame.shape[1])
    target = _rotated(_loadings(answers, extract), rotation)
    drawn = resampled(answers, draws, seed)
    found = np.concatenate([alignment.turned_to(extract(correlations), target) for correlations in drawn])
    proper = np.isfinite(found).all(axis=(-2, -1))
    if proper.sum() < 2:
        raise ConvergenceError(_HARDLY_ANY)
    ordered = np.sort(found[proper].reshape(proper.sum(), -1), axis=0)
    lower, upper = intervals.percentile(ordered, level)
    items, columns = [str(name) for name in answers.frame], [f"{_PREFIX[method]}{j + 1}" for j in range(n)]
    table = pd.DataFrame(
        {
            "item": np.repeat(items, n),
            "column": columns * len(items),
            "loading": target.ravel(),
            "se": found[proper].std(axis=0, ddof=1).ravel(),
            "ci_lower": lower,
            "ci_upper": upper,
        }
    )
    return LoadingIntervals(table, answers.n, draws, int((~proper).sum()), level, answers.sample_notes())


def _extraction(method: Method, n: int, p: int) -> Callable[[Any], Any]:
    """What gives n unrotated columns of loadings from correlations: (..., p, p) -> (..., p, n)"""
    most = p if method == "components" else factors.most(p)
    if whole("n", n, 1) > most:
        raise SpecificationError(_HOW_MANY.filled(n=repr(n), p=p, most=most, method=method))
    if method == "components":
        return lambda R: kernel.principal_components(R)[1][..., :n]
    kind = factors.minimum_residuals if method == "minres" else factors.maximum_likelihood

    def proper(R: Any) -> Any:
        found = kind(R, n)
        return np.where(found.proper[..., None, None], found.loadings, np.nan)

    return proper


def _loadings(answers: Answers, extract: Callable[[Any], Any]) -> np.ndarray:
    found = np.asarray(extract(require_correlations(answers)))
    if not np.isfinite(found).all():
        raise ConvergenceError(_IMPROPER)
    return found


def _rotated(loadings: np.ndarray, rotation: str) -> np.ndarray:
    rotation = chosen("rotation", rotation, ("varimax", "none"), _UNCORRELATED)
    turned, phi, _ = extraction.turned(loadings, extraction.rotation_named(rotation))
    found, _ = extraction.in_order(turned, phi, (turned**2).sum(axis=0))
    return np.asarray(found)


_TWO_GROUPS = Words(
    "{group} divides the respondents into {n} group: congruence compares at least two.",
    "{group}仅将受访者分为{n}组：一致性系数至少比较两组。",
)
_HARDLY_ANY = Words(
    "hardly any bootstrap sample had a proper solution: take fewer factors.",
    "几乎没有Bootstrap样本得到恰当解：请减少因子数。",
)
_HOW_MANY = Words(
    "n={n}: {p} items have from 1 to {most} {method}.", "n={n}：{p}个题项以{method}提取时，n可取1至{most}。"
)
_IMPROPER = Words(
    "an item's unique variance would have to be zero or negative: take fewer factors.",
    "某一题项的独特方差须为零或负值：请减少因子数。",
)
_UNCORRELATED = Words(" Aligned solutions are uncorrelated.", "对齐后的解互不相关。")
_PREFIX = {"components": "PC", "minres": "F", "ml": "F"}
_CONGRUENCE = (
    Column("group", Words("Group", "组别"), once=True),
    Column("n", "n", Kind.COUNT, once=True),
    Column("column", Words("Component or factor", "成分或因子")),
    Column("congruence", Words("Congruence", "一致性系数"), Kind.COEFFICIENT),
)
_INTERVALS = (
    Column("item", term("Item"), once=True),
    Column("column", Words("Component or factor", "成分或因子")),
    Column("loading", term("Factor loading"), Kind.COEFFICIENT),
    Column("se", term("Standard error"), Kind.COEFFICIENT),
    Column("ci_lower", Words("CI lower", "置信区间下限"), Kind.COEFFICIENT),
    Column("ci_upper", Words("CI upper", "置信区间上限"), Kind.COEFFICIENT),
)
_READING = Words(
    "Against group {reference}, after rotation towards it. From .95 on equal, .85 to .94 fairly similar (Lorenzo-Seva "
    "& ten Berge, 2006).",
    "以{reference}组为参照并向其作目标旋转。"
    "系数不低于.95视为等同，.85至.94视为较相似（Lorenzo-Seva与ten Berge，2006）。",
)
_BOOTSTRAP = Words(
    "{level} percentile intervals of {draws} bootstrap samples ({failed} without a proper solution), each turned "
    "towards the solution of all respondents.",
    "{level}百分位Bootstrap置信区间，抽样{draws}次（其中{failed}次解不合理），每次均向全样本解作Procrustes旋转。",
)
