"""The least an estimation could cost: its matrix routines called bare, on matrices that lie ready.

Each evaluation of a maximum-likelihood search factors Sigma (p x p), inverts, forms W S W^T, W X, X^T X and X^T R X
(``sme_sem.kernels.discrepancy``; X is p x (v + s)), and solves one q x q system for the step.  The routines are NumPy's
for any matrix, or LAPACK's for triangular and for positive definite ones, which the engine itself calls.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import lapack

import sme_sem as sme
from sme_sem.sem.search import estimated


def floor(fit: sme.Fit) -> Callable[[], object]:
    """NumPy's routines, for as many evaluations as the fit took."""
    S, X, information, gradient = _ready(fit)

    def run() -> None:
        for _ in range(fit.iterations + 1):
            np.linalg.cholesky(S)
            _products(np.linalg.inv(S), S, X)
            np.linalg.solve(information, gradient)

    return run


def lowest_floor(fit: sme.Fit) -> Callable[[], object]:
    """The same by LAPACK's special routines."""
    S, X, information, gradient = _ready(fit)

    def run() -> None:
        for _ in range(fit.iterations + 1):
            factor, _ = lapack.dpotrf(S, lower=1)
            W, _ = lapack.dtrtri(factor, lower=1)
            _products(W, S, X)
            lapack.dposv(information, gradient)

    return run


def _ready(fit: sme.Fit) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Sigma (p, p), X (p, v + s), the information (q, q) and a gradient (q,)."""
    S = fit.sample.covariance[0]
    information = np.linalg.inv(fit.vcov.to_numpy())
    columns = fit.pattern.variables + len(fit.pattern.sources)
    return S, np.ones((len(S), columns)), information, np.ones(len(information))


def _products(W: np.ndarray, S: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    R = W @ S @ W.T
    Y = W @ X
    return Y.T @ Y, Y.T @ R @ Y


def estimation(fit: sme.Fit) -> Callable[[], object]:
    """The search alone: from the moments, start values included, to the estimates."""
    return lambda: estimated(fit.table, fit.pattern, fit.sample, fit.moments, fit.options.max_iterations)
