"""The hypothesized model beside its rivals.

Chi-square, AIC and BIC of two models can only be set against each other where both explain the
same observed variables of the same respondents; elsewhere their differences are left blank.
Two models with equal degrees of freedom and equal chi-square on the same answers are equivalent
there: no fit can choose between them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from ..responses.moments import Moments
from ..tables import Column, Kind, Table, Text, Words, joined
from .columns import measure_columns
from .presentation import OF_MODEL, Labels, named
from .quoted import chisq_per_df, corrected, objections, reported

if TYPE_CHECKING:
    from .fit import Fit


def model_comparison(
    fits: Mapping[str, Fit],
    hypothesized: str,
    titles: Labels | None = None,
    failures: Mapping[str, Text] | None = None,
    tested: Mapping[str, tuple[float, float]] | None = None,
) -> Table:
    """Table of the fit of several models, with differences from the hypothesized one where these mean something.

    Parameters
    ----------
    fits
        Fitted models by name, in the order of the rows.
    hypothesized
        The model the others are compared with; without a fit of it there are no differences.
    titles
        What to print for a model's name.
    failures
        Models that could not be fitted, with the reason; they keep a row, without numbers.
    tested
        Of each model that is nested with the hypothesized one, its chi-square less that of the latter by the test that
        goes with them, and p.
    """
    base = fits.get(hypothesized)
    names = dict.fromkeys((*([hypothesized] if base else []), *fits))
    rows = [
        _row(fits[name], named(name, titles), None if name == hypothesized else base, (tested or {}).get(name))
        for name in names
    ]
    rows += [(named(name, titles), *[None] * (len(_COLUMNS) - 1)) for name in failures or {}]
    notes: list[Text] = [_DIFFERENCES]
    if any(row[_PLACE["chisq_diff"]] is not None for row in rows):
        notes.append(_NESTED)
    notes += _compared_otherwise([name for name in names if corrected(fits[name])], len(names), titles, bool(tested))
    notes += [_equivalence(pair, titles) for pair in equivalent_models(fits)]
    for name in names:
        if base is not None and not comparable(fits[name], base):
            notes.append(_OTHER_DATA.filled(model=named(name, titles)))
        notes += [OF_MODEL.filled(model=named(name, titles), said=said) for said in objections(fits[name])]
    notes += [_FAILED.filled(model=named(n, titles), why=why) for n, why in (failures or {}).items()]
    return Table("model_comparison", _TITLE, _COLUMNS, tuple(rows), tuple(notes))


def comparable(a: Fit, b: Fit) -> bool:
    """Tell whether two fits explain the same observed variables of the same respondents.

    The saturated model's log-likelihood stands for the answers themselves: it changes with any of them.  Where there
    is none, their moments do.
    """
    if set(a.observed) != set(b.observed) or a.n != b.n:
        return False
    saturated = [float(fit.measures().get("unrestricted_logl", math.nan)) for fit in (a, b)]
    if math.isnan(saturated[0]) or math.isnan(saturated[1]):
        return equal_moments(a.moments, b.moments)
    return math.isclose(*saturated, rel_tol=1e-9)


def equal_moments(a: Moments, b: Moments) -> bool:
    """Tell whether means and covariances of the same variables are the same, group by group."""
    if set(a.names) != set(b.names) or len(a.n) != len(b.n) or not np.allclose(a.n, b.n):
        return False
    b = b.of(a.names)
    scale = np.sqrt(np.diagonal(a.covariance, axis1=1, axis2=2))
    covariance = np.abs(a.covariance - b.covariance) / (scale[:, :, None] * scale[:, None, :])
    if not np.all(covariance < 1e-9):
        return False
    if a.mean is None or b.mean is None:
        return True
    return bool(np.all(np.abs(a.mean - b.mean) / scale < 1e-9))


def equivalent_models(fits: Mapping[str, Fit]) -> tuple[tuple[str, str], ...]:
    """Name the pairs of models that fit alike: same answers, same degrees of freedom, same chi-square."""
    return tuple(
        (a, b)
        for a, b in combinations(fits, 2)
        if fits[a].converged and fits[b].converged and comparable(fits[a], fits[b]) and _alike(fits[a], fits[b])
    )


def _alike(a: Fit, b: Fit) -> bool:
    mine, other = a.measures(), b.measures()  # uncorrected: the distance itself
    return mine["df"] == other["df"] and math.isclose(mine["chisq"], other["chisq"], rel_tol=1e-6, abs_tol=1e-6)


def _row(fit: Fit, title: Text, base: Fit | None, tested: tuple[float, float] | None) -> tuple[Any, ...]:
    found = reported(fit)
    values: dict[str, Any] = {"model": title, "n": fit.n, "chisq_df": chisq_per_df(found)}
    values |= {name: float(found.get(name, math.nan)) for name in _MEASURES}
    if base is not None and comparable(fit, base):
        values |= _differences(fit, base, tested)
    return tuple(values.get(column.name) for column in _COLUMNS)


def _differences(fit: Fit, base: Fit, tested: tuple[float, float] | None) -> dict[str, Any]:
    mine, other = fit.measures(), base.measures()
    found: dict[str, Any] = {  # least squares have no likelihood, and no AIC
        f"{name}_diff": float(mine[name] - other[name]) if name in mine and name in other else None
        for name in ("chisq", "df", "aic", "bic")
    }
    scaled, p_value = tested or (None, None)
    if corrected(fit) or corrected(base):  # a difference of corrected statistics has no chi-square distribution
        found["chisq_diff"] = scaled
    return {**found, "pvalue_diff": p_value}


def _compared_otherwise(names: list[str], among: int, titles: Labels | None, tested: bool) -> list[Text]:
    """Say of which models chi-square is corrected, and so compared otherwise, or not."""
    if not names:
        return []
    said = _SCALED if tested else _NO_DIFFERENCE
    if len(names) == among:
        return [said]
    models = joined([_QUOTED.filled(model=named(name, titles)) for name in names], ", ", "、")
    return [_OF_SOME.filled(models=models, said=said)]


def _equivalence(pair: tuple[str, str], titles: Labels | None) -> Words:
    return _EQUIVALENT.filled(a=named(pair[0], titles), b=named(pair[1], titles))


_TITLE = Words("Hypothesized and rival models", "假设模型与竞争模型比较")
DIFFERENCE_COLUMNS = (
    Column("chisq_diff", "Δχ²", Kind.STATISTIC),
    Column("df_diff", "Δdf", Kind.COUNT),
    Column("pvalue_diff", Words("p of Δχ²", "Δχ²的p值"), Kind.PROBABILITY),
)
_COLUMNS = (
    Column("model", Words("Model", "模型")),
    Column("n", "N", Kind.COUNT),
    *measure_columns("chisq", "df"),
    Column("chisq_df", "χ²/df", Kind.STATISTIC),
    *measure_columns("cfi", "tli", "rmsea", "srmr", "aic", "bic"),
    *DIFFERENCE_COLUMNS,
    Column("aic_diff", "ΔAIC", Kind.STATISTIC),
    Column("bic_diff", "ΔBIC", Kind.STATISTIC),
)
_PLACE = {column.name: place for place, column in enumerate(_COLUMNS)}
_MEASURES = ("chisq", "df", "cfi", "tli", "rmsea", "srmr", "aic", "bic")
PLAIN_CHISQ = Words(
    "χ² is the plain statistic, from which the corrected difference is made; CFI, TLI and RMSEA are the robust "
    "versions, or the scaled ones where not all models have robust ones.",
    "χ²为未校正统计量，校正后的差值由其计算；CFI、TLI与RMSEA为稳健版本，若并非所有模型都有稳健版本，则均为校正版本。",
)
_DIFFERENCES = Words(
    "Δ: this model minus the hypothesized one. Differences in χ², AIC and BIC are shown only for models of the "
    "same observed variables and the same respondents; smaller AIC and BIC are better.",
    "Δ为该模型减假设模型。仅当观测变量与样本均相同时才列出χ²、AIC与BIC的差值；AIC、BIC越小越好。",
)
_NESTED = Words(
    "p of Δχ² is given only where one of the two models is nested in the other, which is found out numerically "
    "(Bentler & Satorra, 2010).",
    "仅当两个模型之一嵌套于另一个时才给出Δχ²的p值，嵌套关系以数值方法判定（Bentler与Satorra，2010）。",
)
_NO_DIFFERENCE = Words(
    "χ² is a corrected value; a difference of corrected values is no χ² and is not shown. CFI, TLI and RMSEA are the "
    "robust versions, or the scaled ones where there are none.",
    "χ²为校正值，校正值之差不服从χ²分布，故不列出。CFI、TLI与RMSEA为稳健版本，无稳健版本时为校正版本。",
)
_SCALED = Words(
    "χ² is a corrected value; Δχ² is the corrected difference of nested models, which is not the difference of their "
    "corrected values. CFI, TLI and RMSEA are the robust versions, or the scaled ones where there are none.",
    "χ²为校正值；Δχ²为嵌套模型校正后的差值，不等于两个校正值之差。CFI、TLI与RMSEA为稳健版本，无稳健版本时为校正版本。",
)
_EQUIVALENT = Words(
    "“{a}” and “{b}” are equivalent on these answers (same df, same χ²): no fit index can choose "
    "between them, only theory can.",
    "“{a}”与“{b}”在本数据上等价（df与χ²相同）：任何拟合指标都无法区分二者，只能依据理论取舍。",
)
_OTHER_DATA = Words(
    "“{model}” explains other variables, or other respondents, than the hypothesized model: "
    "its χ², AIC and BIC cannot be compared with the others.",
    "“{model}”所含变量或样本与假设模型不同，其χ²、AIC与BIC不可与其他模型比较。",
)
_OF_SOME = Words("{models}: {said}", "{models}：{said}")
_QUOTED = Words.same("“{model}”")
_FAILED = Words("“{model}” could not be fitted: {why}", "“{model}”未能拟合：{why}")
