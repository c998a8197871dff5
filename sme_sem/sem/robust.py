"""Standard errors and tests that hold when answers are not normal.

With A the information and B the spread of the respondents' scores at the estimates::

    vcov = A^-1 B A^-1 / N          T_scaled = T / c          c = tr(U Gamma) / df

U = V - V Delta A^-1 Delta^T V.  Nothing of size p^2 x p^2 is formed: traces come from respondents' own
contributions (``kernels.casewise``), which also makes several groups simple: they add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import SpecificationError
from ..kernels import casewise, ram
from ..kernels.discrepancy import Sample
from ..responses.moments import Moments
from .estimators import Estimator


@dataclass(frozen=True)
class Scaling:
    """What turns a plain statistic into the robust one: T / factor + shift, with ``df`` degrees of freedom.

    mean_factor : tr(U Gamma) / df, which the robust CFI, TLI and RMSEA use
    """

    factor: float
    shift: float
    df: float
    mean_factor: float


def scores(pattern: ram.Pattern, moments: Moments, implied: ram.Implied, *, around_sample: bool) -> list[np.ndarray]:
    """Scores of every respondent, by group: (n, q) each."""
    if moments.answers is None or moments.mean is None:
        raise SpecificationError("robust standard errors and tests need the answers themselves: give data=, not cov=.")
    return [
        casewise.scores(pattern, implied, own, moments.mean[g], g, around_sample=around_sample)
        for g, own in enumerate(moments.answers)
    ]


def spread(by_group: list[np.ndarray]) -> np.ndarray:
    """B: the average product of scores over all respondents: -> (q, q)"""
    total = sum(len(s) for s in by_group)
    return np.asarray(sum(s.T @ s for s in by_group) / total)


def scaling(
    estimator: Estimator,
    pattern: ram.Pattern,
    moments: Moments,
    sample: Sample,
    implied: ram.Implied,
    inverse: np.ndarray,
    df: int,
) -> Scaling:
    """Find the correction of a test statistic.

    inverse : (q, q) inverse of the information per respondent, as the estimator has it
    """
    if df == 0:
        return Scaling(np.nan, np.nan, 0.0, np.nan)
    x, means = len(pattern.exogenous), pattern.means
    answers, centre = moments.answers, moments.mean
    assert answers is not None and centre is not None
    mplus = estimator.test == "yuan_bentler_mplus"
    own = scores(pattern, moments, implied, around_sample=not mplus)
    weights = moments.covariance if mplus else implied.sigma
    trace = -float((spread(own) * inverse).sum())
    for g, rows in enumerate(answers):
        trace += casewise.weighted_trace(rows, centre[g], weights[g], means=means)
        trace -= casewise.weighted_trace(rows[:, rows.shape[1] - x :], centre[g][-x:], weights[g][-x:, -x:], means=means) if x else 0
    c = trace / df
    if estimator.test in ("satorra_bentler", "yuan_bentler_mplus"):
        return Scaling(c, 0.0, df, c)
    squared = _squared_trace(pattern, moments, implied, own, inverse)
    if estimator.test == "mean_var_adjusted":
        return Scaling(squared / trace, 0.0, trace**2 / squared, c)
    a = np.sqrt(df / squared)
    return Scaling(1 / a, df - a * trace, df, c)


def _squared_trace(
    pattern: ram.Pattern, moments: Moments, implied: ram.Implied, own: list[np.ndarray], inverse: np.ndarray
) -> float:
    """tr((U Gamma)^2), from the products z_i^T U z_j of all pairs of respondents."""
    x, means = len(pattern.exogenous), pattern.means
    assert moments.answers is not None and moments.mean is not None
    n = moments.n
    ends = np.cumsum(n)
    all_scores = np.concatenate(own)
    gram = -(all_scores @ inverse @ all_scores.T) / n.sum()
    for g, rows in enumerate(moments.answers):
        place = slice(ends[g] - n[g], ends[g])
        centre, sigma = moments.mean[g], implied.sigma[g]
        inner = casewise.weighted_gram(rows, centre, sigma, means=means)
        if x:
            inner = inner - casewise.weighted_gram(rows[:, -x:], centre[-x:], sigma[-x:, -x:], means=means)
        gram[place, place] += inner / n[g]
    return float((gram**2).sum())
