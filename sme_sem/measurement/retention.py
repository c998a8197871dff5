"""How many components a set of items holds: parallel analysis, Velicer's MAP, and Kaiser's criterion.

Parallel analysis keeps the first components whose eigenvalues exceed the 95th percentile of those of answers that have
nothing in common.  MAP keeps as many as leave the smallest average squared partial correlation.  Kaiser's criterion, an
eigenvalue above 1, keeps too many when items are many, and is given because readers ask for it.

Horn (1965), Psychometrika 30, 179-185.  Buja & Eyuboglu (1992), Multivariate Behavioral Research 27, 509-540
(permutations).  Velicer (1976), Psychometrika 41, 321-327.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..arguments import chosen, whole
from ..errors import SpecificationError
from ..kernels import covariances, linalg
from ..kernels import retention as kernel
from ..tables import Column, Kind, Table, Tabled, Text, Words, rows_from, term
from ..tasks import seeded
from ..threads import one_thread
from .answers import Answers, complete_answers
from .item_correlations import CorrelationKind, correlation_named, correlations_of_items

_AT_ONCE = 4_000_000  # simulated answers held in memory at a time
_SMALL = 100  # draws at a time where the answers are few


@dataclass(frozen=True, eq=False)
class Retention(Tabled):
    """How many components to keep.

    table : one row per number of components k: the k-th eigenvalue, mean and 95th percentile of the k-th eigenvalue of
        noise (parallel_mean, parallel_95), the average squared partial correlation once k components are taken out
        (map), and whether the eigenvalue exceeds 1 (kaiser)
    suggested : number of components by "parallel", "map" and "kaiser"
    """

    table: pd.DataFrame
    suggested: Mapping[str, int]
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give what each criterion suggests, and the values behind it."""
        suggestions = tuple((words, self.suggested[name]) for name, words in _CRITERIA.items())
        rows = rows_from(self.table.reset_index())
        return (
            Table("retention", term("Number of components to retain"), _SUGGESTED, suggestions, self.notes),
            Table("retention_values", term("Parallel analysis") + _AND_MAP, _COLUMNS, rows, (_READING,)),
        )


@one_thread()
def retention(
    frame: pd.DataFrame,
    *,
    seed: int = 1,
    correlation: CorrelationKind = "pearson",
    noise: Literal["normal", "permutation"] | None = None,
    draws: int | None = None,
) -> Retention:
    """Suggest how many components the items hold.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, one numeric column per item; rows with a gap are left out.
    seed : int, default 1
        Start of the random numbers; the same seed gives the same result.
    correlation : {"pearson", "polychoric"}
        Of the answers, or of the responses behind ordered answers.
    noise : {"normal", "permutation"}, optional
        What eigenvalues are compared with: independent normal variables (the default for Pearson's correlations), or
        the answers themselves with every item's order shuffled (for polychoric ones the only one: noise has the same
        categories).
    draws : int, optional
        How many samples of noise; without it 500, or 100 for polychoric correlations, which take longer.

    Returns
    -------
    Retention
        ``.table`` and ``.suggested``.

    Raises
    ------
    DataProblem
        Respondents are too few, or an item is not numeric, does not vary or follows from others.
    SpecificationError
        A correlation or noise is unknown, ``noise="normal"`` is to go with polychoric correlations, or ``draws`` are
        fewer than 20.

    Notes
    -----
    Eigenvalues are those of the full correlation matrix (components).  The count of parallel analysis ends at the first
    eigenvalue that does not exceed the 95th percentile of noise, as in psych's ``fa.parallel``.  MAP may suggest none.

    Sources: :mod:`sme_sem.measurement.retention`.

    Examples
    --------
    >>> import sme_sem as sme
    >>> model = "trust =~ 2*t1 + 2*t2 + 2*t3; use =~ 2*u1 + 2*u2 + 2*u3; trust ~~ .3*use"
    >>> sme.retention(sme.simulate(model, 300, seed=1)).suggested
    {'parallel': 2, 'map': 2, 'kaiser': 2}
    """
    correlation = correlation_named(correlation)
    kind = _noise(noise, correlation)
    draws = (100 if correlation == "polychoric" else 500) if draws is None else draws
    draws = whole("draws", draws, 20)
    answers = complete_answers(frame)
    R, notes = correlations_of_items(answers, correlation)
    p = len(R)
    eigenvalues = np.linalg.eigvalsh(R)[::-1]
    found = np.linalg.eigvalsh(_matrices(answers, kind, correlation, draws, seed))[:, ::-1]
    limit = np.quantile(found, 0.95, axis=0)
    partials = kernel.average_squared_partials(R)
    table = pd.DataFrame(
        {
            "eigenvalue": eigenvalues,
            "parallel_mean": found.mean(axis=0),
            "parallel_95": limit,
            "map": [*partials[1:], np.nan],
            "kaiser": eigenvalues > 1 + 1e-12,
        },
        index=pd.RangeIndex(1, p + 1, name="number"),
    )
    suggested = {
        "parallel": int(kernel.leading(eigenvalues > limit)),
        "map": int(np.nanargmin(partials)),
        "kaiser": int(table["kaiser"].sum()),
    }
    return Retention(table, suggested, (*answers.sample_notes(), *notes, _NOISE[kind].filled(draws=draws, seed=seed)))


def _noise(named: str | None, correlation: str) -> Literal["normal", "permutation"]:
    if named is not None:
        named = chosen("noise", named, ("normal", "permutation"))
    if correlation != "polychoric":
        return "permutation" if named == "permutation" else "normal"
    if named == "normal":
        raise SpecificationError(_NO_CATEGORIES)
    return "permutation"


def _matrices(answers: Answers, noise: str, correlation: str, draws: int, seed: int) -> Any:
    """Correlation matrices of noise: (draws, p, p)"""
    rng = np.random.default_rng(seeded(seed))
    values = answers.frame.to_numpy()
    if noise == "normal":
        return kernel.normal_noise(rng, draws, *values.shape)
    step = int(np.clip(_AT_ONCE // values.size, 1, _SMALL))
    sizes = [min(step, draws - begin) for begin in range(0, draws, step)]
    if correlation == "pearson":
        parts = (covariances.of_answers(kernel.shuffled(rng, size, values)) for size in sizes)
        return linalg.correlation(np.concatenate(list(parts)))
    codes = np.column_stack([np.unique(column, return_inverse=True)[1] for column in values.T])
    levels = codes.max(axis=0) + 1
    parts = (kernel.shuffled(rng, size, codes) for size in sizes)
    return np.concatenate([kernel.polychoric_correlations(part, levels) for part in parts])


_NO_CATEGORIES = Words(
    "noise='normal' has no categories, and so no polychoric correlations: take 'permutation', or leave it out.",
    "noise='normal'没有类别，因而没有多分格相关：请取'permutation'，或不指定。",
)
_CRITERIA = {
    "parallel": term("Parallel analysis"),
    "map": term("Minimum average partial"),
    "kaiser": term("Kaiser's criterion"),
}
_NOISE = {
    "normal": Words(
        "Parallel analysis: {draws} samples of independent normal variables (seed {seed}), 95th percentile.",
        "平行分析：{draws}个独立正态变量的模拟样本（随机种子{seed}），取第95百分位数。",
    ),
    "permutation": Words(
        "Parallel analysis: {draws} samples with each item's answers in random order (seed {seed}), 95th percentile.",
        "平行分析：{draws}个将各题项作答随机重排的样本（随机种子{seed}），取第95百分位数。",
    ),
}
_AND_MAP = Words(" and MAP", "与MAP")
_READING = Words(
    "Keep components while the eigenvalue exceeds that of noise; MAP suggests the number at which it is smallest.",
    "保留特征值大于随机数据第95百分位数的成分；MAP值最小处为建议的成分数。",
)
_SUGGESTED = (
    Column("criterion", Words("Criterion", "准则")),
    Column("suggested", Words("Components", "建议成分数"), Kind.COUNT),
)
_COLUMNS = (
    Column("number", term("Component")),
    Column("eigenvalue", term("Eigenvalue"), Kind.ESTIMATE),
    Column("parallel_mean", Words("Noise: mean", "随机数据均值"), Kind.ESTIMATE),
    Column("parallel_95", Words("Noise: 95th percentile", "随机数据第95百分位数"), Kind.ESTIMATE),
    Column("map", term("Minimum average partial") + Words(" (MAP)", "（MAP）"), Kind.ESTIMATE),
    Column("kaiser", Words("Above 1", "大于1")),
)
