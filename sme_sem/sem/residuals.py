"""What the model leaves unexplained of each covariance, in several units.

``cor`` is the difference of correlations (each matrix scaled by its own deviations; lavaan's ``cor.bollen``), ``raw``
that of covariances.  ``normalized`` and ``standardized`` divide the raw residual by a standard error, see
:mod:`sme_sem.kernels.residuals`: the second is a z statistic (``cov.z`` of lavaan's ``lavResiduals``).  Before its
version 0.7 lavaan left out what groups that share parameters owe to each other, which made z too large.

Of ordered answers they are those of latent responses: polychoric correlations, given the covariates if there are any,
less the model's; their errors come from Gamma.  Least squares of continuous answers suppose normal ones, but where
errors are robust, and WLS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..arguments import chosen
from ..errors import SpecificationError
from ..kernels import fit_indices, least_squares
from ..kernels import gamma as gammas_of
from ..kernels import residuals as kernel
from ..kernels.latent_response import OrderedPattern
from ..kernels.saturated import saturated_information
from ..words import Words
from . import least_squares as weighing
from . import ordered, robust
from .fitted import require_solution

if TYPE_CHECKING:
    from .result import Fit

NEGLIGIBLE = 1e-8  # of the two deviations' product


def residuals(fit: Fit, kind: str) -> np.ndarray:
    """Residuals of every group: -> (G, p, p), or without the covariates of ordered answers"""
    kind = chosen("type", kind, ("cor", "raw", "normalized", "standardized"))
    found = _of_ordered(fit, fit.pattern, kind) if isinstance(fit.pattern, OrderedPattern) else _of_numbers(fit, kind)
    if kind in ("cor", "raw"):
        return found
    variances = _variances(fit, standardized=kind == "standardized")
    if isinstance(fit.pattern, OrderedPattern):
        assert fit.moments.ordered is not None
        own = np.stack([np.sqrt(np.linalg.diagonal(part.covariance)) for part in fit.moments.ordered])
        return _divided(found, _as_matrices(fit.pattern, variances), own)
    i, j = kernel.places(len(fit.observed))
    every = np.zeros_like(found)
    every[:, i, j] = every[:, j, i] = variances[:, -len(i) :]
    return _divided(found, every, np.sqrt(np.linalg.diagonal(fit.sample.covariance)))


def _of_numbers(fit: Fit, kind: str) -> np.ndarray:
    sample, sigma = fit.sample.covariance, fit.inference.point.moments.sigma
    return np.asarray(fit_indices.correlation_residuals(sample, sigma) if kind == "cor" else sample - sigma)


def _of_ordered(fit: Fit, pattern: OrderedPattern, kind: str) -> np.ndarray:
    return ordered.residuals(pattern, fit.sample, fit.theta, scaled=kind == "cor")


def _as_matrices(pattern: OrderedPattern, values: np.ndarray) -> np.ndarray:
    """Put what belongs to the moments of ordered answers where their covariances stand: (G, m) -> (G, y, y)"""
    (i, j), k = pattern.pairs, pattern.numeric
    found = np.zeros((pattern.groups, pattern.modelled, pattern.modelled))
    found[:, i, j] = found[:, j, i] = values[:, -len(i) :]
    found[:, k, k] = values[:, -len(i) - len(k) : -len(i)]
    return found


def _divided(raw: np.ndarray, variances: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Residuals by their standard errors; NaN where there is none: (G, p, p), (G, p, p), (G, p)"""
    unit = deviation[:, :, None] * deviation[:, None, :]
    none = np.abs(raw) < NEGLIGIBLE * unit
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(np.where(variances > (NEGLIGIBLE * unit) ** 2, variances, np.nan))
        return np.where(none, 0.0, raw / error)


def _require_known_errors(fit: Fit) -> None:
    """Refuse fits whose residuals have errors that are not known here."""
    require_solution(
        fit, Words("its residuals have no errors; see fit.diagnostics.", "残差没有标准误；详见fit.diagnostics。")
    )
    if fit.options.missing not in ("listwise", "fiml") and not fit.table.ordered:
        raise SpecificationError(_NO_ERRORS.filled(missing=repr(fit.options.missing)))


def _variances(fit: Fit, *, standardized: bool) -> np.ndarray:
    """Sampling variances of all residual moments, or of the sample's moments alone: -> (G, m)

    Of many items the covariances are too many to be formed, and are not where the respondents' moments tell it all.
    """
    _require_known_errors(fit)
    design, moments = fit.moments.design, fit.moments
    each = design.weights is None and design.clusters is None and not len(fit.table.exogenous)
    if not (each and fit.options.method.discrepancy == "ML" and moments.patterns is None):
        return np.linalg.diagonal(covariances(fit, standardized=standardized))
    implied, means, share = fit.inference.point.moments, fit.table.means, fit.sample.share[:, None, None]
    jacobian = least_squares.jacobian(fit.pattern, implied)
    slopes = least_squares.by_parameter(fit.pattern, jacobian)
    observed, weighted, across, own = fit.options.information == "observed", [], [], []
    for g, sample in enumerate(fit.sample.covariance):
        difference = np.zeros(len(sample)) if fit.sample.mean is None else fit.sample.mean[g] - implied.mu[g]
        at = implied.sigma[g], sample, difference
        weighted.append(share[g] * kernel.times_information(slopes[g], *at, means=means, observed=observed))
        if _sandwich(fit) and moments.answers is not None:
            along, diagonal = kernel.times_gamma_of_answers(weighted[g], moments.answers[g], means=means)
        else:
            along, diagonal = kernel.times_normal_gamma(weighted[g], sample, means=means)
        across.append(along / moments.n[g])
        own.append(diagonal / moments.n[g])
    if not standardized:
        return np.stack(own)
    weights = np.stack(weighted)
    inverse = fit.inference.inverse((weights @ slopes.mT).sum(axis=0))
    return kernel.residual_variances(np.stack(own), np.stack(across), slopes, weights, inverse)


def covariances(fit: Fit, *, standardized: bool = True) -> np.ndarray:
    """Sampling covariances of all residual moments, or of the sample's moments alone: -> (G, m, m)

    In the order of the moments: means if modelled, then covariances; of ordered answers that of their layout.
    """
    _require_known_errors(fit)
    parts = _parts_of_likelihood if fit.options.method.discrepancy == "ML" else _parts_of_least_squares
    gamma, slopes, weighted, kept, inverse = parts(fit)
    gamma = gamma / fit.moments.n[:, None, None]
    own = kernel.residual_covariances(gamma, slopes, weighted, inverse) if standardized else gamma
    both = kept[:, None] & kept
    found = np.zeros((len(own), *both.shape))
    found[:, both] = own.reshape(len(own), -1)
    return found


class _Parts(NamedTuple):
    """Gamma (G, f, f), Delta^T (G, q, f), w Delta^T A (G, q, f), which moments these are (m,), and K (q, q)"""

    gamma: np.ndarray
    slopes: np.ndarray
    weighted: np.ndarray
    kept: np.ndarray
    inverse: np.ndarray


def _parts_of_likelihood(fit: Fit) -> _Parts:
    """Moments among exogenous variables are given, and have no part."""
    p, x = len(fit.observed), len(fit.table.exogenous)
    i, j = kernel.places(p)
    kept = (i < p - x) | (j < p - x)
    if fit.table.means:
        kept = np.concatenate([np.arange(p) < p - x, kept])
    jacobian = least_squares.jacobian(fit.pattern, fit.inference.point.moments)
    slopes = least_squares.by_parameter(fit.pattern, jacobian)
    slopes[..., ~kept] = 0
    parts = _gamma_and_weighted if fit.moments.patterns is None else _gamma_and_weighted_with_gaps
    gammas, by_group = parts(fit, kept, slopes)
    slopes, weighted = slopes[..., kept], fit.sample.share[:, None, None] * np.stack(by_group)
    inverse = fit.inference.inverse((weighted @ slopes.mT).sum(axis=0))
    return _Parts(np.stack(gammas), slopes, weighted, kept, inverse)


def _parts_of_least_squares(fit: Fit) -> _Parts:
    normal = fit.options.method.discrepancy != "WLS" and not _sandwich(fit)
    gamma, slopes, weighted = weighing.of_residuals(fit.pattern, fit.sample, fit.moments, fit.theta, normal=normal)
    return _Parts(gamma, slopes, weighted, np.ones(gamma.shape[-1], dtype=bool), fit.inference.bread)


def _gamma_and_weighted(fit: Fit, kept: np.ndarray, slopes: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Gamma, and slopes times the information at the implied moments, of the kept moments by group."""
    moments, implied, means = fit.moments, fit.inference.point.moments, fit.table.means
    gammas, weighted = [], []
    for g, sample in enumerate(fit.sample.covariance):
        if _sandwich(fit) and moments.answers is not None:
            weight, cluster = moments.design.of(g)
            gamma = gammas_of.distribution_free(moments.answers[g], means=means, weight=weight, cluster=cluster)
        else:
            gamma = gammas_of.normal_theory(sample, means=means)
        none = np.zeros(len(sample))
        if not kept.all():
            own = kernel.normal_information(sample, sample, none, means=means, observed=False)
            gamma = kernel.given_the_rest(gamma, own, kept)
        gammas.append(gamma)
        difference = none if fit.sample.mean is None else fit.sample.mean[g] - implied.mu[g]
        observed = fit.options.information == "observed"
        at = implied.sigma[g], sample, difference
        weighted.append(kernel.times_information(slopes[g], *at, means=means, observed=observed)[:, kept])
    return gammas, weighted


def _gamma_and_weighted_with_gaps(
    fit: Fit, kept: np.ndarray, slopes: np.ndarray
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    moments, implied, x = fit.moments, fit.inference.point.moments, len(fit.table.exogenous)
    assert moments.patterns is not None and moments.answers is not None
    every = np.concatenate(moments.answers)
    gammas = []
    for own in robust.saturated(moments, x, False):
        gammas.append(own.influence.T @ own.influence if _sandwich(fit) else own.vcov)
    at_model = saturated_information(moments.patterns, implied.sigma, implied.mu, every, x)
    assert all(len(gamma) == kept.sum() for gamma in gammas)
    return gammas, [slope[:, kept] @ own.observed for slope, own in zip(slopes, at_model, strict=True)]


def _sandwich(fit: Fit) -> bool:
    return fit.options.method.se in ("robust_sem", "robust_huber_white")


_NO_ERRORS = Words(
    "residuals have errors with missing='listwise' and 'fiml', not with {missing}; type='cor' and type='raw' are "
    "there.",
    "missing='listwise'与'fiml'时残差才有标准误，{missing}时没有；可用type='cor'与type='raw'。",
)
