"""Whether answers are missing completely at random (Little's test), and how many are missing.

A small p value says that respondents who left something open answered the rest differently, so that leaving them out
(listwise) distorts results; a large one does not prove the contrary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import ConvergenceError, DataProblem
from ..kernels import fiml, fit_indices, gaps
from ..kernels import mcar as kernel
from ..tables import Column, Kind, Table, Tabled, Text, Words, joined, rows_from, term
from ..threads import one_thread
from .answers import complete_answers


@dataclass(frozen=True, eq=False)
class Mcar(Tabled):
    """Little's test, and the gaps it is about.

    chisq, df, pvalue : the test     n : respondents with at least one answer
    n_patterns : different sets of questions left open, the empty one included
    items : one row per item (item, missing, percent)
    """

    chisq: float
    df: int
    pvalue: float
    n: int
    n_patterns: int
    items: pd.DataFrame
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give Little's test, and the missing answers by item."""
        test = (self.chisq, self.df, self.pvalue, self.n_patterns, self.n)
        rows = rows_from(self.items)
        return (
            Table("little_mcar", term("Little's MCAR test"), _COLUMNS, (test,), (_READING, *self.notes)),
            Table("missing_by_item", Words("Missing values", "缺失值"), _ITEM_COLUMNS, rows),
        )


@one_thread()
def mcar(frame: pd.DataFrame) -> Mcar:
    """Test whether answers are missing completely at random.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, one numeric column per item, gaps as NaN.

    Returns
    -------
    Mcar
        ``.chisq``, ``.df``, ``.pvalue``, ``.n_patterns``, ``.items``.

    Raises
    ------
    DataProblem
        If nothing is missing, or an item is not numeric or does not vary.
    ConvergenceError
        If means and covariances of the answers with gaps were not found.

    Notes
    -----
    Little's (1988) d-squared with maximum likelihood (EM) means and covariances divided by n, as naniar's ``mcar_test``
    in R.  Respondents without any answer are left out.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> answers = sme.simulate("trust =~ .8*t1 + .8*t2 + .7*t3", 300, seed=1)
    >>> lost = np.random.default_rng(2).random(answers.shape) < 0.1
    >>> result = sme.mcar(answers.mask(lost))
    >>> result.n_patterns, result.df, result.pvalue > 0.05
    (7, 9, True)
    """
    values = complete_answers(frame).values
    if not values.isna().any(axis=None):
        raise DataProblem(_COMPLETE)
    used = values.dropna(how="all")
    if constant := [str(name) for name in used if used[name].nunique() < 2]:
        raise DataProblem(_CONSTANT.filled(names=joined(constant, ", ", "、")))
    patterns = gaps.missing_patterns([used.to_numpy()])
    sigma, mu, value = fiml.saturated(patterns, 1)
    if np.isnan(value):
        raise ConvergenceError(_NOT_FOUND)
    chi_square, df = kernel.little(patterns, sigma[0], mu[0])
    return Mcar(
        chisq=chi_square,
        df=df,
        pvalue=float(fit_indices.p_value(chi_square, df)),
        n=len(used),
        n_patterns=len(patterns.n),
        items=pd.DataFrame(
            {
                "item": [str(name) for name in values],
                "missing": values.isna().sum().to_numpy(),
                "percent": 100 * values.isna().mean().to_numpy(),
            }
        ),
        notes=() if len(used) == len(values) else (_SILENT.filled(n=len(values) - len(used)),),
    )


_READING = Words(
    "A significant test speaks against missing completely at random; a non-significant one does not prove it.",
    "检验显著说明缺失并非完全随机；不显著并不能证明完全随机缺失。",
)
_SILENT = Words("{n} respondents without any answer left out.", "剔除未作答任何题项的受访者{n}名。")
_COLUMNS = (
    Column("chisq", "χ²", Kind.STATISTIC),
    Column("df", term("Degrees of freedom"), Kind.COUNT),
    Column("pvalue", term("Significance"), Kind.PROBABILITY),
    Column("n_patterns", Words("Missing patterns", "缺失模式数"), Kind.COUNT),
    Column("n", "N", Kind.COUNT),
)
_ITEM_COLUMNS = (
    Column("item", term("Item")),
    Column("missing", Words("Missing values", "缺失值"), Kind.COUNT),
    Column("percent", term("Percentage"), Kind.PERCENT),
)
_COMPLETE = Words("no answer is missing, so there is nothing to test.", "没有缺失的回答，无需检验。")
_CONSTANT = Words("everybody gave the same answer to {names}. Leave it out.", "所有人对{names}的回答相同，请将其删去。")
_NOT_FOUND = Words(
    "the means and covariances of the answers with gaps were not found: too few respondents answered some items "
    "together, or an item follows from others. Leave out the item that is mostly missing, or a total beside its parts.",
    "未能求得含缺失回答的均值与协方差：同时回答某些题项的受访者过少，或某题项可由其他题项推得。请删去缺失最多的题项，"
    "或与各部分并列的总分。",
)
