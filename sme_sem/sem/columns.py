"""What the measures of fit are called, and how they are written, in every table that has them."""

from __future__ import annotations

from ..tables import Column, Kind, Words

MEASURES = {
    column.name: column
    for column in (
        Column("chisq", "χ²", Kind.STATISTIC),
        Column("df", "df", Kind.COUNT),
        Column("pvalue", "p", Kind.PROBABILITY),
        Column("cfi", "CFI", Kind.COEFFICIENT),
        Column("tli", "TLI", Kind.COEFFICIENT),
        Column("rmsea", "RMSEA", Kind.COEFFICIENT),
        Column("rmsea_ci_lower", Words("RMSEA 90% CI lower", "RMSEA 90%置信区间下限"), Kind.COEFFICIENT),
        Column("rmsea_ci_upper", Words("RMSEA 90% CI upper", "RMSEA 90%置信区间上限"), Kind.COEFFICIENT),
        Column("srmr", "SRMR", Kind.COEFFICIENT),
        Column("aic", "AIC", Kind.STATISTIC),
        Column("bic", "BIC", Kind.STATISTIC),
    )
}


def measure_columns(*names: str) -> tuple[Column, ...]:
    """Give the columns of measures of fit, by name.

    >>> [column.heading for column in measure_columns("chisq", "cfi")]
    ['χ²', 'CFI']
    """
    return tuple(MEASURES[name] for name in names)
