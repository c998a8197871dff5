"""How the answers to each item are distributed: the first table of a results section.

::

    skewness  G1 = sqrt(n (n - 1)) / (n - 2) * m3 / m2^(3/2)
    kurtosis  G2 = (n - 1) / ((n - 2) (n - 3)) * ((n + 1) (m4 / m2^2 - 3) + 6)

m_k are the central moments of the answers divided by n.  These are the coefficients SPSS, SAS and Excel print, zero
for a normal distribution; standard deviations are divided by n - 1.
Joanes & Gill (1998), The Statistician 47, 183-189.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..tables import Column, Kind, Table, Tabled, Text, Words, rows_from, term
from .answers import complete_answers


@dataclass(frozen=True, eq=False)
class Descriptives(Tabled):
    """Distribution of the answers to each item.

    items : one row per item (item, n, missing, lowest, highest, mean, sd, skew, kurtosis), from all its answers
    notes : what a reader should know
    """

    items: pd.DataFrame
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the table of items."""
        rows = rows_from(self.items)
        return (Table("descriptives", term("Descriptive statistics"), _COLUMNS, rows, (CONVENTION, *self.notes)),)


def descriptives(frame: pd.DataFrame, items: Sequence[str] | None = None) -> Descriptives:
    """Describe the answers to each item.

    Formulas and sources: :mod:`sme_sem.measurement.descriptives`.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, one numeric column per item.
    items : sequence of str, optional
        Which columns; by default all.

    Returns
    -------
    Descriptives
        ``.items``; skewness needs three answers that differ, kurtosis four, and is NaN with fewer.

    Raises
    ------
    DataProblem
        If a column holds something that is not a number, or nobody answered it.
    SpecificationError
        If an item has no column.

    Examples
    --------
    >>> import pandas as pd
    >>> result = descriptives(pd.DataFrame({"a": [1, 2, 2, 3, 5], "b": [4, 4, None, 5, 2]}))
    >>> print(result.items[["item", "n", "missing", "mean", "skew"]].round(3))
      item  n  missing  mean   skew
    0    a  5        0  2.60  1.118
    1    b  4        1  3.75 -1.129
    """
    values = complete_answers(frame, items).values
    counts = values.count()
    varied = values.nunique() > 1
    columns = {
        "item": [str(name) for name in values],
        "n": counts.to_numpy(),
        "missing": (len(values) - counts).to_numpy(),
        "lowest": values.min().to_numpy(),
        "highest": values.max().to_numpy(),
        "mean": values.mean().to_numpy(),
        "sd": values.std().to_numpy(),
        "skew": values.skew().where(varied).to_numpy(),
        "kurtosis": values.kurt().where(varied).to_numpy(),
    }
    constant = [str(name) for name, many in varied.items() if not many]
    notes = (_CONSTANT.filled(items=", ".join(constant)),) if constant else ()
    return Descriptives(pd.DataFrame(columns), notes)


CONVENTION = Words(
    "Skewness and kurtosis as SPSS prints them (G1, G2); both are zero for a normal distribution.",
    "偏度与峰度采用SPSS的定义（G1、G2），正态分布时均为0。",
)
_CONSTANT = Words("Everybody gave the same answer to {items}.", "{items}：所有受访者答案相同。")
_COLUMNS = (
    Column("item", term("Item")),
    Column("n", "n", Kind.COUNT),
    Column("missing", Words("Missing values", "缺失值"), Kind.COUNT),
    Column("lowest", Words("Min.", "最小值"), Kind.COUNT),
    Column("highest", Words("Max.", "最大值"), Kind.COUNT),
    Column("mean", Words("M", "均值 M"), Kind.ESTIMATE),
    Column("sd", Words("SD", "标准差 SD"), Kind.ESTIMATE),
    Column("skew", term("Skewness"), Kind.ESTIMATE),
    Column("kurtosis", term("Kurtosis"), Kind.ESTIMATE),
)
