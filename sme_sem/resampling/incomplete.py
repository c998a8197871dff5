"""Fit one model to samples drawn from answers with gaps (full information maximum likelihood).

Each draw has patterns of its own, so that draws are fitted one at a time: by quasi-Newton steps from the estimates of
the sample they were drawn from (``kernels.nearby``), by scoring where these do not arrive.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..kernels import fiml, gaps
from ..kernels.discrepancy import Sample
from ..kernels.minimise import Minimum, Status
from ..kernels.nearby import nearby
from ..responses.moments import Moments
from ..sem.constraints import constrained
from ..sem.search import search, search_within
from ..sem.stack import stacked
from .samples import split, weighing, with_given

if TYPE_CHECKING:
    from ..sem.fit import Fit


def refitted_with_gaps(fit: Fit, counts: np.ndarray, inverse: np.ndarray, *, saturated: bool) -> tuple[Sample, Minimum]:
    """Estimate every draw: counts (draws, N), inverse (q, q) of the Hessian -> Sample and Minimum of as many

    saturated : estimate means and covariances without the model as well.  The discrepancy is the distance to them, and
        NaN without
    """
    parts = [_one(fit, own, inverse, saturated=saturated) for own in counts]
    samples, minima = zip(*parts, strict=True)
    return stacked(samples), Minimum.joined(minima)


def _one(fit: Fit, counts: np.ndarray, inverse: np.ndarray, *, saturated: bool) -> tuple[Sample, Minimum]:
    assert fit.moments.answers is not None and fit.moments.patterns is not None
    counts = weighing(fit, counts)
    by_group = split(fit, counts)
    patterns = gaps.recounted(fit.moments.patterns, np.concatenate(fit.moments.answers), counts)
    covariance, mean = with_given(fit, by_group)
    value = np.nan
    if saturated:
        covariance, mean, value = fiml.saturated(patterns, fit.table.groups)
    n = np.array([own.sum() for own in by_group])
    sample = Sample(covariance, mean, n / n.sum())
    found = _search(fit, sample, replace(fit.moments, patterns=patterns, saturated=0.0), inverse)
    found.value[:] -= value
    return sample, found


def _search(fit: Fit, sample: Sample, moments: Moments, inverse: np.ndarray) -> Minimum:
    found, limit = (fit.pattern, sample, moments, fit.theta), fit.options.max_iterations
    if constrained(fit.table):
        return search_within(fit.table, *found, limit)
    near = nearby(lambda theta, _: _gradient(fit, sample, moments, theta[0]), fit.theta[None], inverse)
    return near if near.status[0] is Status.CONVERGED else search(*found, limit)


def _gradient(fit: Fit, sample: Sample, moments: Moments, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    value, gradient = fiml.gradient(fit.pattern, moments.patterns, sample, theta)
    return np.array([value]), gradient[None]
