"""Factor scores from ordered answers, see :mod:`sme_sem.kernels.response_scores`.

Answers are taken to be independent given the constructs and the covariates, as lavaan's ``lavPredict`` does; where the
model says that they are not, there are no scores.  (lavaan 0.6-14 cuts responses of the theta parameterization at
thresholds of another scale; here all are in the model's units.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import SpecificationError
from ..kernels import latent_response, response_scores
from ..kernels.latent_response import OrderedPattern
from .parameters import ParameterTable

if TYPE_CHECKING:
    from .result import Fit


def of_group(fit: Fit, group: int, answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Posterior modes of the constructs and their standard errors: (n, p) -> (n, l), (n, l)"""
    pattern = fit.pattern
    assert isinstance(pattern, OrderedPattern)
    found = latent_response.responses(pattern, fit.theta)
    A, S, m = latent_response.matrices(pattern, fit.theta, fit.sample.covariance, fit.sample.mean)
    A, S, m = A[group], S[group], m[group]
    p, y, x = pattern.observed, pattern.modelled, pattern.exogenous
    _independent(fit.table, A, S, y)
    covariates = answers[:, y:]
    mean = found.moments.eta[group, p:] + covariates @ found.moments.E[group][p:, x].T
    values, vectors = np.linalg.eigh(found.moments.cov[group, p:, p:])
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    loadings, deviation = A[:y, p:], np.sqrt(np.diagonal(S)[:y])
    centre = m[:y] + covariates @ A[:y, x].T + mean @ loadings.T
    lower, upper = _limits(fit, answers[:, :y], found.tau[group])
    units = loadings @ root / deviation[:, None]
    z, errors = response_scores.modes(units, (lower - centre) / deviation, (upper - centre) / deviation)
    variances = np.linalg.diagonal(root @ errors @ root.T)
    return mean + z @ root.T, np.sqrt(np.maximum(variances, 0.0))


def _limits(fit: Fit, answers: np.ndarray, tau: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the response lies: between two thresholds, or at the answer itself if it is continuous: (n, y), (t,)"""
    assert fit.moments.answers is not None
    lower, upper = answers.copy(), answers.copy()
    everyone = np.concatenate(fit.moments.answers)
    thresholds = fit.table.thresholds
    for i, name in enumerate(fit.table.observed[: answers.shape[1]]):
        if name in fit.table.ordered:
            cut = tau[[owner == name for owner, _ in thresholds]]
            given = ~np.isnan(answers[:, i])
            known = np.unique(everyone[~np.isnan(everyone[:, i]), i])
            code = np.searchsorted(known, answers[given, i])
            lower[given, i], upper[given, i] = np.r_[-np.inf, cut][code], np.r_[cut, np.inf][code]
    return lower, upper


def _independent(table: ParameterTable, A: np.ndarray, S: np.ndarray, y: int) -> None:
    """Refuse models whose answers depend on each other beside the constructs."""
    p = len(table.observed)
    sender = np.flatnonzero((A[:, :y] != 0).any(axis=0))
    if len(sender):
        raise SpecificationError(
            f"factor scores of ordered answers need answers that send no paths, and {table.observed[sender[0]]!r} does."
        )
    joined = np.argwhere(np.triu(S[:y], 1) != 0)
    joined = joined[(joined[:, 1] < y) | (joined[:, 1] >= p)]
    if len(joined):
        a, b = (table.variables[i] for i in joined[0])
        raise SpecificationError(
            "factor scores of ordered answers need answers that are independent given the constructs, and the model "
            f"correlates {a!r} with {b!r} (~~)."
        )
    negative = [name for name, own in zip(table.observed, np.diagonal(S)[:y], strict=False) if own <= 0]
    if negative:
        raise SpecificationError(
            f"factor scores of ordered answers do not exist: the residual variance of {negative[0]!r} is not positive."
        )
