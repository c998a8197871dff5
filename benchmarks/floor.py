"""The least an estimation could cost: its matrix routines called bare, on matrices that lie ready.

Each evaluation of a maximum-likelihood search factors Sigma (p x p), inverts the factor to W, forms W S W^T, W X,
X^T X and X^T R X (``sme_sem.kernels.discrepancy``; X is p x 2v), and solves one q x q system for the step.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import lapack

import sme_sem as sme
from sme_sem.sem.search import estimated


def floor(fit: sme.Fit) -> Callable[[], object]:
    """The routines of as many evaluations as the fit took."""
    S = fit.sample.covariance[0]
    X = np.ones((len(S), 2 * fit.pattern.variables))
    information = np.linalg.inv(fit.vcov.to_numpy())
    gradient = np.ones(len(information))

    def run() -> None:
        for _ in range(fit.iterations + 1):
            factor, _ = lapack.dpotrf(S, lower=1)
            W, _ = lapack.dtrtri(factor, lower=1)
            R = W @ S @ W.T
            Y = W @ X
            Y.T @ Y
            Y.T @ R @ Y
            lapack.dposv(information, gradient)

    return run


def estimation(fit: sme.Fit) -> Callable[[], object]:
    """The search alone: from the moments, start values included, to the estimates."""
    return lambda: estimated(fit.table, fit.pattern, fit.sample, fit.moments, fit.options.max_iterations)
