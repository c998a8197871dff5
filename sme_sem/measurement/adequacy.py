"""Whether items share enough to be condensed into components: KMO and Bartlett's test.

::

    KMO = sum of r^2 / (sum of r^2 + sum of partial r^2)           over all pairs of items
    chi-square = -(n - 1 - (2p + 5) / 6) log det R,   df = p (p - 1) / 2

r is the correlation of two items, the partial r their correlation given all the others.
Kaiser & Rice (1974), Educational and Psychological Measurement 34, 111-117.
Bartlett (1950), British Journal of Statistical Psychology 3, 77-85.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..tables import Column, Kind, Table, Tabled, Text, Words, term
from ..threads import one_thread
from .answers import complete_answers, require_correlations


@dataclass(frozen=True, eq=False)
class Adequacy(Tabled):
    """Sampling adequacy of a set of items.

    kmo, kmo_items : measure of sampling adequacy, of all items and of every item by its name
    bartlett_chisq, bartlett_df, bartlett_pvalue : Bartlett's test that all correlations are zero
    n : respondents who answered every item
    """

    kmo: float
    kmo_items: pd.Series[float]
    bartlett_chisq: float
    bartlett_df: int
    bartlett_pvalue: float
    n: int
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the KMO and Bartlett table, and the items' own measures."""
        values = (self.kmo, self.bartlett_chisq, self.bartlett_df, self.bartlett_pvalue)
        return (
            Table("kmo_bartlett", term("KMO and Bartlett's test"), _COLUMNS, (values,), self.notes),
            Table(
                "kmo_items",
                term("Measure of sampling adequacy (item)"),
                _ITEM_COLUMNS,
                tuple((str(item), float(value)) for item, value in self.kmo_items.items()),
            ),
        )


@one_thread()
def adequacy(frame: pd.DataFrame) -> Adequacy:
    """Measure sampling adequacy (KMO) and test sphericity (Bartlett).

    Formulas and sources: :mod:`sme_sem.measurement.adequacy`.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent, one numeric column per item; rows with a gap are left out.

    Returns
    -------
    Adequacy
        ``.kmo``, ``.kmo_items``, ``.bartlett_chisq``, ``.bartlett_df``, ``.bartlett_pvalue``.

    Raises
    ------
    DataProblem
        Respondents are too few, or an item is not numeric, does not vary or follows from others.
    SpecificationError
        Two columns have the same name.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"a": [1, 2, 4, 4, 5], "b": [1, 3, 3, 5, 5], "c": [2, 2, 3, 4, 4]})
    >>> result = adequacy(answers)
    >>> round(result.kmo, 3), result.bartlett_df
    (0.773, 3)
    """
    from factor_analyzer import calculate_bartlett_sphericity, calculate_kmo

    answers = complete_answers(frame)
    correlation = require_correlations(answers)
    values = _in_safe_units(answers.frame.to_numpy(), correlation)
    with np.errstate(invalid="ignore"):  # NaN where nothing correlates at all
        by_item, overall = calculate_kmo(values)
    chi_square, p_value = calculate_bartlett_sphericity(values)
    p = len(correlation)
    return Adequacy(
        kmo=float(overall),
        kmo_items=pd.Series(by_item, index=answers.frame.columns, name="kmo"),
        bartlett_chisq=float(chi_square),
        bartlett_df=p * (p - 1) // 2,
        bartlett_pvalue=float(p_value),
        n=answers.n,
        notes=answers.sample_notes(),
    )


def _in_safe_units(values: Any, correlation: Any) -> Any:
    """Standardise, then scale until the covariance matrix has determinant one.

    Neither statistic depends on units, but factor_analyzer takes a small determinant for a
    singular matrix, and small it is as soon as there are many items or a short scale.
    """
    standardised = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    _, log_determinant = np.linalg.slogdet(correlation)
    return standardised * np.exp(-log_determinant / (2 * len(correlation)))


_BARTLETT = term("Bartlett's test of sphericity") + Words(": ", "：")
_COLUMNS = (
    Column("kmo", term("KMO measure of sampling adequacy"), Kind.COEFFICIENT),
    Column("chisq", _BARTLETT + term("Approximate chi-square"), Kind.STATISTIC),
    Column("df", term("Degrees of freedom"), Kind.COUNT),
    Column("pvalue", term("Significance"), Kind.PROBABILITY),
)
_ITEM_COLUMNS = (
    Column("item", term("Item")),
    Column("kmo", term("Measure of sampling adequacy (item)"), Kind.COEFFICIENT),
)
