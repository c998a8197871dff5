"""Errors and the test of a model fitted to moments that were themselves estimated from answers with gaps.

First the saturated means and covariances by maximum likelihood (EM), then the model as if they came from complete
answers.  With V the complete-data information about those moments, Gamma the asymptotic covariance of their
estimates and Delta their slopes along the parameters::

    vcov = E^-1 Delta^T V Gamma V Delta E^-1 / N        E = Delta^T V Delta
    T_scaled = T / c        c = tr(U Gamma) / df        U = V - V Delta E^-1 Delta^T V

Gamma is W^-1 when answers are normal (``two_stage``) and W^-1 B W^-1 whatever they are (``robust_two_stage``), W and B
the observed and the first-order information of the answers given.  V is taken at the first stage's moments, as in
lavaan.

Yuan and Bentler (2000), Sociological Methodology 30, 165-200; Savalei and Bentler (2009), Structural Equation
Modeling 16, 477-497; Savalei and Falk (2014), Structural Equation Modeling 21, 280-302.
"""

from __future__ import annotations

import numpy as np

from ..kernels import ram
from ..kernels.discrepancy import Sample
from ..responses.moments import Moments
from .estimators import Estimator
from .robust import Scaling, adjusted, moment_slopes, saturated

WAYS = ("two_stage", "robust_two_stage")

TWO_STAGE = Estimator("ML", "ML", "two_stage", "satorra_bentler", "observed")


def information(pattern: ram.Pattern, moments: Moments, sample: Sample, implied: ram.Implied) -> np.ndarray:
    """E: information about the parameters if the first stage's moments had come from complete answers, (q, q)"""
    return information_beside(pattern, moments, sample, implied, pattern.parameters)[0]


def information_beside(
    pattern: ram.Pattern, moments: Moments, sample: Sample, implied: ram.Implied, first: int
) -> tuple[np.ndarray, np.ndarray]:
    """The ``first`` rows of E, and all of its diagonal: (k, q), (q,)"""
    parts = saturated(moments, len(pattern.exogenous), False)
    rows, diagonal = np.zeros((first, pattern.parameters)), np.zeros(pattern.parameters)
    for share, own, delta in zip(sample.share, parts, moment_slopes(pattern, implied, parts), strict=True):
        told = own.of_complete(delta)
        rows += share * told[:first] @ delta.T
        diagonal += share * np.vecdot(told, delta)
    return rows, diagonal


def spread(pattern: ram.Pattern, moments: Moments, sample: Sample, implied: ram.Implied, *, robust: bool) -> np.ndarray:
    """B of the sandwich: Delta^T V Gamma V Delta, (q, q)

    robust : whatever the answers' distribution
    """
    parts, found = saturated(moments, len(pattern.exogenous), False), 0.0
    for own, delta, share in zip(parts, moment_slopes(pattern, implied, parts), sample.share, strict=True):
        along = own.of_complete(delta)
        if robust:
            moved = own.influence @ along.T
            found = found + share * moved.T @ moved
        else:
            found = found + share * along @ own.vcov @ along.T
    return np.asarray(found)


def scaling(moments: Moments, given: int, bread: np.ndarray, B: np.ndarray, df: int, *, robust: bool) -> Scaling:
    """Find the correction of the test statistic.

    given : how many of the last variables are   bread, B : (q, q) E^-1 and from :func:`spread`
    robust : whatever the answers' distribution
    """
    trace = sum(own.trace_of_complete(robust=robust) for own in saturated(moments, given, False))
    return adjusted(TWO_STAGE, df, trace - float((B * bread).sum()), np.nan)
