"""How well a two-level model fits, by lavaan's names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..arguments import chosen
from ..kernels import fit_indices, linalg, ram, two_level
from ..kernels.minimise import Status
from ..sem import indices
from ..sem.diagnosis import Diagnostic
from ..sem.estimators import Estimator
from ..sem.robust import Scaling, adjusted
from ..tables import Words
from .answers import log_likelihood_of_given
from .levels import BETWEEN, WITHIN
from .search import Found

if TYPE_CHECKING:
    from .result import TwoLevelFit

NO_COMPARISON = Diagnostic(
    "warning",
    "no_unrestricted_model",
    Words(
        "the unrestricted model, which fits all covariances at both levels, was not found: there is no "
        "chi-square, and no index that rests on it. Usual causes: few clusters, or variables that hardly vary between "
        "them.",
        "未能估计两层协方差均不受限的饱和模型，因此没有卡方值及以其为基础的指标。常见原因：组数过少，或变量几乎没有组间方差。",
    ),
)


def measures(fit: TwoLevelFit) -> dict[str, float]:
    """All measures; those that need a comparison are NaN where its model was not found."""
    own, free, none, N = fit.found, fit.unrestricted, fit.independent, fit.n
    test = indices.Test(
        _difference(own, free, N),
        len(free.theta) - len(own.theta),
        _difference(none, free, N),
        len(free.theta) - len(none.theta),
        len(own.theta),
        float(N),
        N,
        1,
        np.ones(1),
    )
    x2, df, b, bdf = test.chi_square, test.df, test.baseline, test.baseline_df
    given = log_likelihood_of_given(fit.answers, fit.levels)
    logl, most = (float(two_level.log_likelihood(fit.answers.known, one.value)) - given for one in (own, free))
    lower, upper = fit_indices.rmsea_interval(x2, df, N)
    found = {
        "npar": len(own.theta),
        "chisq": x2,
        "df": df,
        "pvalue": fit_indices.p_value(x2, df),
        "baseline_chisq": b,
        "baseline_df": bdf,
        "baseline_pvalue": fit_indices.p_value(b, bdf),
        **indices.against_baseline(x2, df, b, bdf),
        **indices.likelihood_measures(test, (logl, most if free.status is Status.CONVERGED else np.nan)),
        "ntotal": N,
        "clusters": fit.clusters,
        "rmsea": fit_indices.rmsea(x2, df, N),
        "rmsea_ci_lower": lower,
        "rmsea_ci_upper": upper,
        "rmsea_pvalue": fit_indices.close_fit_p_value(x2, df, N),
        **_residual_measures(fit),
    }
    found = {name: float(value) for name, value in found.items()}
    method = fit.options.method
    if method.scaled:
        scalings = _scaling(method, own, free, df), _scaling(method, none, free, bdf)
        found |= indices.scaled_measures(test, *scalings, method.test)
    return found


def _difference(narrow: Found, wide: Found, N: int) -> float:
    if not narrow.status is wide.status is Status.CONVERGED:
        return np.nan
    return max(N * (narrow.value - wide.value), 0.0)


def _scaling(estimator: Estimator, narrow: Found, wide: Found, df: int) -> Scaling:
    """Yuan and Bentler's factor as Mplus has it: by what scores vary more than information says, in both models."""
    if not narrow.status is wide.status is Status.CONVERGED:
        return adjusted(estimator, df, np.nan, np.nan)
    own, most = (float(np.trace(linalg.inverse(one.information) @ one.spread)) for one in (narrow, wide))
    return replace(adjusted(estimator, df, most - own, np.nan), likelihood=own)


def unrestricted_covariances(fit: TwoLevelFit) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of the unrestricted model, within clusters and between them; NaN where it was not found."""
    _, S, _ = ram.matrices(fit.unrestricted.pattern, fit.unrestricted.theta)
    S = np.where(fit.unrestricted.status is Status.CONVERGED, S, np.nan)
    start, found = len(fit.levels.observed), []
    for level in fit.levels.both:
        names = list(level.table.observed)
        own = slice(start, start + len(names))
        found.append(pd.DataFrame(S[1, own, own], names, names))
        start += len(names)
    return found[0], found[1]


def implied(fit: TwoLevelFit, level: str) -> pd.DataFrame:
    """Implied covariances of one level's observed variables."""
    place = (WITHIN, BETWEEN).index(chosen("level", level, (WITHIN, BETWEEN)))
    names = list(fit.levels.both[place].table.observed)
    return pd.DataFrame(fit.points[place].moments.sigma[0], names, names)


def _residual_measures(fit: TwoLevelFit) -> dict[str, float]:
    """SRMR of each level: of its correlations, against the unrestricted model's, as lavaan's of two levels."""
    found = {}
    there = 1.0 if fit.found.status is Status.CONVERGED else np.nan
    for name, own in zip((WITHIN, BETWEEN), unrestricted_covariances(fit), strict=True):
        sample, model = (linalg.correlation(frame.to_numpy()) for frame in (own, implied(fit, name)))
        found[f"srmr_{name}"] = there * float(fit_indices.rmr(sample, model))
    return {"srmr": sum(found.values()), **found}
