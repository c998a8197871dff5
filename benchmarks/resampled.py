"""The same model fitted to many resampled sets of answers, all in one batch."""

from __future__ import annotations

import numpy as np

import sme_sem as sme
from sme_sem.kernels import discrepancy, minimise
from sme_sem.kernels.discrepancy import Sample, Slope
from sme_sem.kernels.minimise import Minimum, Status

CHUNK = 250


def resampled_fits(fit: sme.Fit, draws: int) -> np.ndarray:
    """Estimates of ``draws`` resampled fits, each to convergence: (draws, q)"""
    assert fit.moments.answers is not None
    rng = np.random.default_rng(1)
    chunks = [_together(fit, _covariances(fit.moments.answers[0], CHUNK, rng)) for _ in range(draws // CHUNK)]
    failed = sum(status is not Status.CONVERGED for chunk in chunks for status in chunk.status)
    assert not failed, f"{failed} of {draws} resampled fits did not converge"
    return np.concatenate([chunk.theta for chunk in chunks])


def _covariances(answers: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Covariance matrices of respondents drawn with replacement: (n, p) -> (draws, p, p)"""
    n, p = answers.shape
    centred = answers - answers.mean(axis=0)
    products = (centred[:, :, None] * centred[:, None, :]).reshape(n, p * p)
    share = rng.multinomial(n, np.full(n, 1 / n), size=draws) / n
    mean = share @ centred
    return (share @ products).reshape(draws, p, p) - mean[:, :, None] * mean[:, None, :]


def _together(fit: sme.Fit, covariances: np.ndarray) -> Minimum:
    sample = Sample(covariances[:, None], None, np.ones((len(covariances), 1)))

    def slope_at(theta: np.ndarray, members: np.ndarray, exact: bool) -> Slope:
        return discrepancy.slope(fit.pattern, sample.of(members), theta, exact=exact)

    with np.errstate(all="ignore"):  # a trial step may leave the admissible region; it is then rejected
        return minimise.scoring(slope_at, np.tile(fit.theta, (len(covariances), 1)))
