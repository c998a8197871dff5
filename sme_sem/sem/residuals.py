"""What the model leaves unexplained of each covariance, in several units.

``cor`` is the difference of correlations (each matrix scaled by its own deviations; lavaan's ``cor.bollen``), ``raw``
that of covariances.  ``normalized`` and ``standardized`` divide the raw residual by a standard error, see
:mod:`sme_sem.kernels.residuals`: the second is a z statistic (lavaan's ``residuals(fit, type = "standardized")`` and
the ``cov.z`` of its ``lavResiduals``).

Of ordered answers they are those of latent responses: polychoric correlations, given the covariates if there are any,
less the model's; their errors come from Gamma (``cov.z`` of lavaan's ``lavResiduals``, which knows none with covariates
or continuous variables).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import ConvergenceError, SpecificationError
from ..kernels import fiml, fit_indices, least_squares
from ..kernels import gamma as gammas_of
from ..kernels import residuals as kernel
from ..kernels.latent_response import OrderedPattern
from . import ordered, robust
from .spelling import chosen

if TYPE_CHECKING:
    from .result import Fit

NEGLIGIBLE = 1e-8  # of the two deviations' product


def residuals(fit: Fit, kind: str) -> np.ndarray:
    """Residuals of every group: -> (G, p, p), or without the covariates of ordered answers"""
    kind = chosen("type", kind, ("cor", "raw", "normalized", "standardized"))
    sample, sigma = fit.sample.covariance, fit._point.moments.sigma
    if isinstance(fit.pattern, OrderedPattern):
        return _of_ordered(fit, fit.pattern, kind)
    if kind == "cor":
        return np.asarray(fit_indices.correlation_residuals(sample, sigma))
    raw = sample - sigma
    if kind == "raw":
        return np.asarray(raw)
    _known(fit, kind)
    variances = _variances(fit, standardized=kind == "standardized")
    return _divided(raw, variances, np.sqrt(np.linalg.diagonal(sample)))


def _of_ordered(fit: Fit, pattern: OrderedPattern, kind: str) -> np.ndarray:
    found = ordered.residuals(pattern, fit.sample, fit.theta, scaled=kind == "cor")
    if kind in ("cor", "raw"):
        return found
    inverse = fit._bread if kind == "standardized" else None
    variances = ordered.residual_variances(pattern, fit.sample, fit.moments, fit.theta, inverse)
    assert fit.moments.ordered is not None
    own = np.stack([np.sqrt(np.linalg.diagonal(part.covariance)) for part in fit.moments.ordered])
    return _divided(found, variances, own)


def _divided(raw: np.ndarray, variances: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Residuals by their standard errors; NaN where there is none: (G, p, p), (G, p, p), (G, p)"""
    unit = deviation[:, :, None] * deviation[:, None, :]
    none = np.abs(raw) < NEGLIGIBLE * unit
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(np.where(variances > (NEGLIGIBLE * unit) ** 2, variances, np.nan))
        return np.where(none, 0.0, raw / error)


def _known(fit: Fit, kind: str) -> None:
    """Refuse fits whose residuals have errors that are not known here."""
    if not fit.converged:
        raise ConvergenceError(
            f"the model did not converge, so its residuals have no errors for {kind} ones; see fit.diagnostics."
        )
    away = "type='cor' and type='raw' always are."
    if fit.options.method.discrepancy != "ML":
        raise SpecificationError(
            f"{kind} residuals are there for maximum likelihood, not for estimator={fit.estimator!r}; {away}"
        )
    if fit.options.missing not in ("listwise", "fiml"):
        raise SpecificationError(
            f"{kind} residuals are there for missing='listwise' and 'fiml', not for {fit.options.missing!r}; {away}"
        )


def _variances(fit: Fit, *, standardized: bool) -> np.ndarray:
    """Sampling variance of every residual, or of the sample's covariance alone: -> (G, p, p)

    Moments among exogenous variables are given, and have none.
    """
    p, x, n, shares = len(fit.observed), len(fit.table.exogenous), fit.moments.n, fit.sample.share
    i, j = kernel.places(p)
    kept = np.flatnonzero((i < p - x) | (j < p - x))
    if fit.table.means:
        kept = np.concatenate([np.arange(p - x), p + kept])
    gammas, informations = (_saturated if fit.moments.patterns is None else _saturated_with_gaps)(fit, kept)
    slopes = least_squares.by_parameter(fit.pattern, least_squares.jacobian(fit.pattern, fit._point.moments)).mT[
        :, kept
    ]
    bent = [w * d.T @ A @ d for w, d, A in zip(shares, slopes, informations, strict=True)]
    inverse = fit._inverse(np.asarray(sum(bent)))
    found = np.zeros((fit.table.groups, p, p))
    for g, (gamma, A, d) in enumerate(zip(gammas, informations, slopes, strict=True)):
        covariance = kernel.residual_covariance(gamma, A, d, inverse, shares[g]) if standardized else gamma
        every = np.zeros(p * fit.table.means + len(i))
        every[kept] = np.diagonal(covariance) / n[g]
        found[g, i, j] = found[g, j, i] = every[-len(i) :]
    return found


def _saturated(fit: Fit, kept: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Gamma, and the information at the implied moments, of the kept moments by group."""
    moments, implied, means = fit.moments, fit._point.moments, fit.table.means
    gammas, informations = [], []
    for g, sample in enumerate(fit.sample.covariance):
        if _sandwich(fit) and moments.answers is not None:
            weight, cluster = moments.design.of(g)
            gamma = gammas_of.distribution_free(moments.answers[g], means=means, weight=weight, cluster=cluster)
        else:
            gamma = gammas_of.normal_theory(sample, means=means)
        none = np.zeros(len(sample))
        if len(kept) < len(gamma):
            own = kernel.normal_information(sample, sample, none, means=means, observed=False)
            gamma = kernel.given_the_rest(gamma, own, kept)
        gammas.append(gamma)
        difference = none if fit.sample.mean is None else fit.sample.mean[g] - implied.mu[g]
        observed = fit.options.information == "observed"
        A = kernel.normal_information(implied.sigma[g], sample, difference, means=means, observed=observed)
        informations.append(A[np.ix_(kept, kept)])
    return gammas, informations


def _saturated_with_gaps(fit: Fit, kept: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    moments, implied, x = fit.moments, fit._point.moments, len(fit.table.exogenous)
    assert moments.patterns is not None and moments.answers is not None
    every = np.concatenate(moments.answers)
    gammas = []
    for own in robust.saturated(moments, x):
        inverse = np.linalg.inv(own.observed)
        gammas.append(inverse @ own.first_order @ inverse if _sandwich(fit) else inverse)
    at_model = fiml.saturated_information(moments.patterns, implied.sigma, implied.mu, every, x)
    assert all(len(gamma) == len(kept) for gamma in gammas)
    return gammas, [own.observed for own in at_model]


def _sandwich(fit: Fit) -> bool:
    return fit.options.method.se in ("robust_sem", "robust_huber_white")
