"""Standard errors and tests that hold when answers are not normal.

With A the information and B the spread of the respondents' scores at the estimates::

    vcov = A^-1 B A^-1 / N          T_scaled = T / c          c = tr(U Gamma) / df

U = V - V Delta A^-1 Delta^T V.  Nothing of size p^2 x p^2 is formed: traces come from respondents' own
contributions (``kernels.casewise``), which also makes several groups simple: they add up.  Where covariates are given,
Gamma is that of the other moments for these covariates; MLR's leaves the covariates' own moments out of both traces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ..errors import SpecificationError
from ..kernels import casewise, fiml, gaps, ram
from ..kernels.discrepancy import Sample
from ..kernels.saturated import Saturated, saturated_information
from ..responses.moments import Moments
from ..words import Words
from .estimators import NEEDS_ANSWERS, Estimator


@dataclass(frozen=True)
class Scaling:
    """What turns a plain statistic into the robust one: T / factor + shift, with ``df`` degrees of freedom.

    mean_factor : tr(U Gamma) / df, which the robust CFI, TLI and RMSEA use
    likelihood : tr(B A^-1), which corrects the model's own log-likelihood
    """

    factor: float
    shift: float
    df: float
    mean_factor: float
    likelihood: float = np.nan


def scores(pattern: ram.Pattern, moments: Moments, implied: ram.Implied, *, around_sample: bool) -> list[np.ndarray]:
    """Scores of every respondent, by group: (n, q) each."""
    if moments.answers is None or moments.mean is None:
        what = Words("robust standard errors and tests need", "稳健标准误与检验")
        raise SpecificationError(NEEDS_ANSWERS.filled(what=what))
    if moments.patterns is not None:
        found = fiml.scores(pattern, moments.patterns, implied, np.concatenate(moments.answers))
        return np.split(found, np.cumsum([len(own) for own in moments.answers])[:-1])
    x, found = len(pattern.exogenous), []
    for g, own in enumerate(moments.answers):
        at = moments.mean[g], g
        found.append(casewise.scores(pattern, implied, own, *at, around_sample=around_sample))
        if around_sample and x:
            known = casewise.predicted(own, x)
            found[g] = found[g] - casewise.scores(pattern, implied, known, *at, around_sample=True)
    return found


def spread(
    pattern: ram.Pattern, sample: Sample, moments: Moments, implied: ram.Implied, *, around_sample: bool
) -> np.ndarray:
    """B: the average product of scores over all that were drawn independently, groups by their share: -> (q, q)"""
    by_group = scores(pattern, moments, implied, around_sample=around_sample)
    units = [casewise.independent(own, *moments.design.of(g)) for g, own in enumerate(by_group)]
    return np.asarray(sum(each * (s.T @ s) for each, s in zip(sample.share / moments.n, units, strict=True)))


def scaling(
    estimator: Estimator,
    pattern: ram.Pattern,
    sample: Sample,
    moments: Moments,
    implied: ram.Implied,
    inverse: np.ndarray,
    B: np.ndarray,
    df: int,
    directions: np.ndarray,
    *,
    expected: bool = False,
) -> Scaling:
    """Find the correction of a test statistic.

    inverse : (q, q) inverse of the information per respondent, as the estimator has it
    B : (q, q) from :func:`spread`, around what the estimator's test takes scores around
    directions : (q, f) in which the parameters can move
    expected : whether that is the expected information, of answers with gaps
    """
    if df == 0:
        return Scaling(np.nan, np.nan, 0.0, np.nan)
    if estimator.test == "yuan_bentler":
        trace = _yuan_bentler(pattern, sample, moments, implied, directions, expected=expected)
        return adjusted(estimator, df, trace, np.nan)
    x, means = len(pattern.exogenous), pattern.means
    answers, centre = moments.answers, moments.mean
    assert answers is not None and centre is not None
    mplus = estimator.test == "yuan_bentler_mplus"
    weights = sample.covariance if mplus else implied.sigma
    likelihood = float((B * inverse).sum())
    trace = -likelihood
    if moments.patterns is not None:
        trace += sum(float(np.vdot(own.influence, own.scores)) for own in saturated(moments, x, expected))
        return replace(adjusted(estimator, df, trace, np.nan), likelihood=likelihood)
    for g, rows in enumerate(answers):
        weight, cluster = moments.design.of(g)
        given = 0 if mplus else x
        trace += casewise.weighted_trace(
            rows, centre[g], weights[g], means=means, given=given, weight=weight, cluster=cluster
        )
        if mplus and x:
            alone = rows[:, -x:], centre[g][-x:], weights[g][-x:, -x:]
            trace -= casewise.weighted_trace(*alone, means=means, weight=weight, cluster=cluster)
    squared = np.nan if estimator.mean_adjusted else _squared_trace(pattern, sample, moments, implied, inverse)
    return replace(adjusted(estimator, df, trace, squared), likelihood=likelihood)


def adjusted(estimator: Estimator, df: int, trace: float, squared: float) -> Scaling:
    """Find the correction from tr(U Gamma) and tr((U Gamma)^2); none where one is not positive or not finite."""
    if df == 0 or not trace > 0:
        return Scaling(np.nan, np.nan, float(df), np.nan)
    c = trace / df
    if estimator.mean_adjusted:
        return Scaling(c, 0.0, df, c)
    if not 0 < squared < np.inf:
        return Scaling(np.nan, np.nan, float(df), c)
    if estimator.test == "mean_var_adjusted":
        return Scaling(squared / trace, 0.0, trace**2 / squared, c)
    a = np.sqrt(df / squared)
    return Scaling(1 / a, df - a * trace, df, c)


@lru_cache(maxsize=2)
def saturated(moments: Moments, given: int, expected: bool) -> list[Saturated]:
    """Information about the saturated moments; kept, because model and baseline both ask for it.

    expected : of answers with gaps, not the observed one
    """
    assert moments.answers is not None and moments.mean is not None
    every = np.concatenate(moments.answers)

    def independent(scores: np.ndarray, group: int) -> np.ndarray:
        return np.asarray(casewise.independent(scores, *moments.design.of(group)))

    own = moments.covariance, moments.mean, every, given, independent
    return saturated_information(_patterns(moments), *own, expected=expected)


def _patterns(moments: Moments) -> gaps.Patterns:
    assert moments.answers is not None
    return moments.patterns or moments.first_stage or gaps.missing_patterns(moments.answers, moments.design.weights)


def complete_data_factor(
    pattern: ram.Pattern,
    moments: Moments,
    sample: Sample,
    implied: ram.Implied,
    directions: np.ndarray,
    *,
    robust: bool,
) -> float:
    """What scales the complete-data statistic of estimates that came from answers with gaps (not yet divided by df).

    ::

        tr(U W^-1 C W^-1 U Gamma)    U = W - W Delta (Delta^T W Delta)^-1 Delta^T W    Gamma = W^-1 B W^-1

    directions : (q, f) in which the parameters can move.  W, B and C are the observed,
    first-order and complete-data information about the saturated moments; without
    ``robust`` the answers are taken as normal and Gamma = W^-1.  Zhang and Savalei (2023), Structural Equation
    Modeling 30 (FIML-C, variants V3 and V6).
    """
    parts = saturated(moments, len(pattern.exogenous), False)
    terms = list(zip(sample.share, parts, moment_slopes(pattern, implied, parts), strict=True))
    information = sum(share * slope @ own.observed @ slope.T for share, own, slope in terms)
    E = directions @ np.linalg.pinv(directions.T @ information @ directions, hermitian=True) @ directions.T
    along = sum(share * own.of_complete(slope) @ slope.T for share, own, slope in terms)  # Delta^T C Delta
    total = sum(own.trace_of_complete(robust=robust) for own in parts)
    if not robust:
        return total - float((E * along).sum())
    once, twice = 0.0, 0.0
    for share, own, slope in terms:  # U W^-1 is I - W Delta E Delta^T: all but the total is of (q, q)
        scored = slope @ own.scores.T
        once = once + share * scored @ own.influence @ own.of_complete(slope).T
        twice = twice + share * scored @ scored.T
    return total - float(2 * (E * once).sum() - (E @ along * (twice @ E)).sum())


def _yuan_bentler(
    pattern: ram.Pattern,
    sample: Sample,
    moments: Moments,
    implied: ram.Implied,
    directions: np.ndarray,
    *,
    expected: bool,
) -> float:
    """tr(U Gamma) as Yuan and Bentler have it: U from information at the model's moments, Gamma at the sample's.

    ::

        U = W - W Delta (Delta^T W Delta)^-1 Delta^T W    Gamma = V^-1 B V^-1, V and B as W but at the sample's moments

    Yuan and Bentler (2000), Sociological Methodology 30, 165-200.
    """
    assert moments.answers is not None and moments.mean is not None
    x, mu = len(pattern.exogenous), implied.mu if pattern.means else moments.mean
    parts = saturated(moments, x, expected)
    every = np.concatenate(moments.answers)
    own = saturated_information(_patterns(moments), implied.sigma, mu, every, x, expected=expected)
    if not pattern.means:  # they are the sample's, and in neither trace
        parts, own = ([each.of_covariances() for each in found] for found in (parts, own))
    total, information, spread = 0.0, 0.0, 0.0
    slopes = moment_slopes(pattern, implied, own)
    for share, slope, at_model, at_sample in zip(sample.share, slopes, own, parts, strict=True):
        along, moved = slope @ at_model.observed, at_sample.influence @ at_model.observed
        total += float(np.vdot(moved, at_sample.influence))
        information = information + share * along @ slope.T
        scored = moved @ slope.T
        spread = spread + share * scored.T @ scored
    if not np.isfinite(information).all():  # the search ended where nothing can be computed
        return np.nan
    inverse = np.linalg.pinv(directions.T @ information @ directions, hermitian=True)
    return total - float((inverse * (directions.T @ spread @ directions)).sum())


def moment_slopes(pattern: ram.Pattern, implied: ram.Implied, parts: list[Saturated]) -> list[np.ndarray]:
    """Delta^T by group: how the saturated moments move with each parameter, (q, m)"""
    slopes, mean_slopes = ram.jacobian(pattern, implied)
    by_cell = [
        np.concatenate([mean_slopes[g][:, own.free], slopes[g][:, own.i, own.j]], axis=1) for g, own in enumerate(parts)
    ]
    return [ram.sum_cells_of(pattern, g, own.T).T for g, own in enumerate(by_cell)]


def _squared_trace(
    pattern: ram.Pattern, sample: Sample, moments: Moments, implied: ram.Implied, inverse: np.ndarray
) -> float:
    """tr((U Gamma)^2), from the products z_i^T U z_j of all pairs of respondents.

    With s_i the scores and A the information, z_i^T U z_j = z_i^T V z_j - s_i^T A^-1 s_j.
    """
    x, means = len(pattern.exogenous), pattern.means
    assert moments.answers is not None and moments.mean is not None
    total, B = 0.0, np.zeros_like(inverse)
    by_group = scores(pattern, moments, implied, around_sample=True)
    for g, (rows, own) in enumerate(zip(moments.answers, by_group, strict=True)):
        at, n, share = (moments.mean[g], implied.sigma[g]), len(rows), float(sample.share[g])
        squares, along = casewise.weighted_squares(rows, *at, own, means=means, given=x)
        total += (squares - 2 * share * float((inverse @ along * along).sum())) / n**2
        B += share / n * own.T @ own
    return total + float((inverse @ B * (inverse @ B).T).sum())
