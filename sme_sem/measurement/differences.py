"""How two groups of respondents differ in some variables: tests, and sizes of effect.

Numbers are compared by Welch's t, with Hedges' g for the size of the difference; categories by Pearson's chi-square,
with Cramer's V::

    g = J (mean_1 - mean_2) / pooled sd,   J = 1 - 3 / (4 (n_1 + n_2) - 9)        V = sqrt(chi2 / (n (min(r, c) - 1)))

Welch (1947), Biometrika 34, 28-35.  Hedges (1981), Journal of Educational Statistics 6, 107-128.  Cramer (1946),
Mathematical Methods of Statistics, chapter 21.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ..arguments import listed
from ..errors import DataProblem
from ..kernels import covariances
from ..responses.numeric import INFINITE, holds_numbers, no_column, numbers_of, repeated
from ..tables import Column, Kind, Number, Words

COLUMNS = (
    "variable",
    "test",
    "n_first",
    "n_second",
    "mean_first",
    "mean_second",
    "statistic",
    "df",
    "pvalue",
    "pvalue_corrected",
    "effect",
)
SPARSE = 5
"""Expected counts below which Pearson's chi-square is not to be trusted (Cochran 1954)."""


def differences(
    frame: pd.DataFrame, first: np.ndarray, second: np.ndarray, variables: Sequence[str], categorical: Sequence[str]
) -> pd.DataFrame:
    """Compare two groups of rows in each variable: one row per variable, ``pvalue_corrected`` still to come.

    first, second : (n,) who belongs to which group
    categorical : variables whose numbers are only names
    """
    rows = []
    for name in variables:
        known = frame[name].notna().to_numpy()
        numbers = None if name in categorical else _quantity(frame, name)
        values = frame[name] if numbers is None else numbers
        compare = _categories if numbers is None else _numbers
        rows.append((name, *compare(values[first & known], values[second & known])))
    return pd.DataFrame(rows, columns=COLUMNS)


def _quantity(frame: pd.DataFrame, name: Any) -> pd.Series[Any] | None:
    """The numbers of a column, whatever pandas keeps them as; None of one with words or of categories."""
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype) or not column.notna().any():
        return column if holds_numbers(column.dtype) else None
    try:
        numbers = numbers_of(frame[[name]])[name]
    except DataProblem:
        return None
    if np.isinf(numbers.to_numpy(dtype=float, na_value=np.nan)).any():
        raise DataProblem(INFINITE.filled(names=repr(name)))
    return numbers


def known_columns(frame: pd.DataFrame, named: object, argument: str) -> list[Any]:
    """Read an option that names columns of the data."""
    found = listed(argument, named, "age")
    for name in found:
        if name not in frame.columns:
            raise no_column(name, frame, argument)
        if isinstance(frame[name], pd.DataFrame):
            raise repeated(name)
    return found


def sparse(frame: pd.DataFrame, first: np.ndarray, second: np.ndarray, variables: Sequence[str]) -> list[str]:
    """Variables with categories so rare that an expected count is below five."""
    found = []
    for name in variables:
        table = pd.crosstab(np.where(first, 1, 2)[first | second], frame[name].to_numpy()[first | second]).to_numpy()
        if table.size and (stats.contingency.expected_freq(table) < SPARSE).any():
            found.append(name)
    return found


def _numbers(a: pd.Series[Any], b: pd.Series[Any]) -> tuple[Any, ...]:
    x, y = a.to_numpy(dtype=float), b.to_numpy(dtype=float)
    nothing = ("t", len(x), len(y), *(float(v.mean()) if len(v) else np.nan for v in (x, y)))
    if min(len(x), len(y)) < 2:
        return (*nothing, *[np.nan] * 5)
    spread = [float(covariances.of_answers(v[:, None])[0, 0]) for v in (x, y)]
    if not sum(spread) > 0:
        return (*nothing, *[np.nan] * 5)
    own, other = spread[0] / len(x), spread[1] / len(y)
    t = (x.mean() - y.mean()) / np.sqrt(own + other)
    df = (own + other) ** 2 / (own**2 / (len(x) - 1) + other**2 / (len(y) - 1))  # Welch (1947), Biometrika 34, 28-35
    n = len(x) + len(y)
    pooled = np.sqrt(((len(x) - 1) * spread[0] + (len(y) - 1) * spread[1]) / (n - 2))
    g = (1 - 3 / (4 * n - 9)) * (x.mean() - y.mean()) / pooled
    return (*nothing, float(t), float(df), float(2 * stats.t.sf(abs(t), df)), np.nan, float(g))


def _categories(a: pd.Series[Any], b: pd.Series[Any]) -> tuple[Any, ...]:
    group = np.repeat([1, 2], [len(a), len(b)])
    table = pd.crosstab(group, pd.concat([a, b]).astype(str).to_numpy()).to_numpy()
    sizes = ("chisq", len(a), len(b), np.nan, np.nan)
    if min(table.shape, default=0) < 2:
        return (*sizes, *[np.nan] * 5)
    chi_square, p, df, _ = stats.chi2_contingency(table, correction=False)
    return (*sizes, float(chi_square), float(df), float(p), np.nan, float(np.sqrt(chi_square / table.sum())))


TESTS = {
    "t": Words("t (Welch), Hedges' g", "Welch t检验，Hedges g"),
    "chisq": Words("χ², Cramér's V", "χ²检验，Cramér V"),
}
PRINTED = (
    Column("variable", Words("Variable", "变量")),
    Column("test", Words("Test, effect", "检验与效应量")),
    Column("n_first", Words("n first", "第一组n"), Kind.COUNT),
    Column("n_second", Words("n second", "第二组n"), Kind.COUNT),
    Column("mean_first", Words("Mean first", "第一组均值"), Kind.ESTIMATE),
    Column("mean_second", Words("Mean second", "第二组均值"), Kind.ESTIMATE),
    Column("statistic", Words("Statistic", "统计量"), Kind.STATISTIC),
    Column("df", "df", Kind.ESTIMATE),
    Column("pvalue", "p", Kind.PROBABILITY),
    Column("pvalue_corrected", Words("p corrected", "校正p值"), Kind.PROBABILITY),
    Column("effect", Words("Effect size", "效应量"), Kind.ESTIMATE),
)


def printed(frame: pd.DataFrame, columns: Sequence[Column]) -> tuple[tuple[Any, ...], ...]:
    """Rows of a table of differences; of chi-square, degrees of freedom are whole and V stands without its zero."""
    return tuple(
        tuple(TESTS[row["test"]] if c.name == "test" else _written(row[c.name], c.name, row["test"]) for c in columns)
        for row in frame.to_dict("records")
    )


def _written(value: Any, name: str, test: str) -> Any:
    kind = {"df": Kind.COUNT, "effect": Kind.COEFFICIENT}.get(name)
    return Number(value, kind=kind) if kind is not None and test == "chisq" else value
