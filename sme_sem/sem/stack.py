"""A stack of samples: many samples of one model along a leading axis, searched at once.

What members of a batch have in common, and how each leaves the search when it has arrived: ``kernels.minimise``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..kernels import minimise
from ..kernels.discrepancy import Sample, Slope
from . import objective

if TYPE_CHECKING:
    from .result import Fit


def stacked(samples: Sequence[Sample]) -> Sample:
    """Lay samples of one shape along a leading axis."""
    covariance, mean, share, *others = (
        None if column[0] is None else np.stack(column) for column in zip(*samples, strict=True)
    )
    assert covariance is not None and share is not None
    return Sample(covariance, mean, share, *others)


def searched(fit: Fit, samples: Sample) -> minimise.Minimum:
    """Search every sample of a stack for its estimates, from those of the fit; for complete answers, no constraints."""
    start = np.broadcast_to(fit.theta, (len(samples.share), len(fit.theta)))
    every = samples.looked_at_often() if samples.weight is None else samples

    def slope_at(theta: np.ndarray, members: np.ndarray, exact: bool) -> Slope:
        return objective.slope(fit.pattern, every.of(members), fit.moments, theta, exact=exact)

    return minimise.scoring(slope_at, start, max_iterations=fit.options.max_iterations)
