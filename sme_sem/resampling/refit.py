"""Fit one model to many samples at once, each from the estimates of the sample they were drawn from.

Quasi-Newton steps bring nearly all samples to their minimum (``kernels.nearby``); the rest is found by scoring
(``kernels.minimise``), and models with constraints one at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..kernels import gradients, linalg
from ..kernels.constrained import constrained_scoring
from ..kernels.discrepancy import Sample
from ..kernels.latent_response import OrderedPattern
from ..kernels.minimise import Minimum, Status
from ..kernels.nearby import nearby
from ..sem import objective
from ..sem.constraints import constrained, restrictions
from ..sem.search import estimated
from ..sem.stack import searched

if TYPE_CHECKING:
    from ..sem.fit import Fit

AT_ONCE = 32  # samples fitted together: their matrices stay in the processor's cache
_NUMBERS = 1 << 21


def refitted(fit: Fit, sample: Sample, inverse: np.ndarray) -> Minimum:
    """Estimate every sample: Sample with an axis of draws -> Minimum of as many

    inverse : (q, q) of the Hessian at the fit's estimates
    """
    draws = len(sample.share)
    at_once = AT_ONCE
    if sample.target is not None:  # slopes of all moments are needed
        at_once = int(np.clip(_NUMBERS // (sample.target[0].size * len(fit.pattern.row)), 1, AT_ONCE))
    parts = [_refitted(fit, sample.of(slice(k, k + at_once)), inverse) for k in range(0, draws, at_once)]
    return Minimum.joined(parts)


def _refitted(fit: Fit, sample: Sample, inverse: np.ndarray) -> Minimum:
    with np.errstate(all="ignore"):  # a trial step may leave the admissible region; it is then rejected
        if constrained(fit.table):
            return _one_by_one(fit, sample)
        start = np.broadcast_to(fit.theta, (len(sample.share), len(fit.theta)))
        found = _nearby(fit, sample, start, inverse)
        left = np.flatnonzero(found.status != Status.CONVERGED)
        if len(left):
            found.put(left, searched(fit, sample.of(left)))
        if fit.table.composites:
            _from_the_start(fit, sample, found)
    return found


def _from_the_start(fit: Fit, sample: Sample, found: Minimum) -> None:
    """Estimate what is left as a first fit does: where a composite's marker counts for little, by way of another."""
    for k in np.flatnonzero(found.status != Status.CONVERGED):
        found.put([k], estimated(fit.table, fit.pattern, sample.of(k), fit.moments, fit.options.max_iterations))


def _nearby(fit: Fit, sample: Sample, start: np.ndarray, inverse: np.ndarray) -> Minimum:
    """Search near the estimates: one step of Newton's with the Hessian there, then quasi-Newton steps."""
    gradient = gradients.of_ordered if isinstance(fit.pattern, OrderedPattern) else gradients.gradient
    alike = not len(fit.pattern.exogenous)  # where samples bring no moments into the model, it is one for all
    first = start - gradient(fit.pattern, sample, fit.theta if alike else start)[1] @ inverse
    scale = None
    if sample.weight is None:
        ratio = gradients.curvature(fit.pattern, sample, first)
        ratio /= gradients.curvature(fit.pattern, fit.sample, fit.theta)
        scale = np.sqrt(np.where(ratio > 0, ratio, 1.0))  # False for NaN
    found = nearby(lambda theta, members: gradient(fit.pattern, sample.of(members), theta), first, inverse, scale)
    found.value[:] += gradients.constant(sample)
    return found


def inverse_hessian(fit: Fit) -> np.ndarray:
    """Inverse of the Hessian at the estimates: the exact one, or the expected one where that is not definite."""
    W = linalg.whitener(2 * fit.inference.observed_information)
    if not np.isfinite(W).all():
        W = linalg.whitener(fit.slope.hessian)
    return np.asarray(W.mT @ W)


def _one_by_one(fit: Fit, sample: Sample) -> Minimum:
    """Estimate under constraints, which are met one model at a time."""
    found = []
    for k in range(len(sample.share)):
        own = sample.of(k)
        found.append(
            constrained_scoring(
                lambda theta, exact, own=own: objective.slope(fit.pattern, own, fit.moments, theta, exact=exact),
                lambda theta: restrictions(fit.table, theta),
                fit.theta,
                max_iterations=fit.options.max_iterations,
            )
        )
    return Minimum.joined(found)
