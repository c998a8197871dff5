"""Where observed predictors begin: a search that does not see it.

What a predictor far from zero, such as a calendar year, gives to a variable is its slope times its mean, so that slopes
and intercepts move along a narrow curved valley.  The same model of predictors around their means has none: there the
search goes, and what it finds is put back.  Only intercepts change, m = m* + (I - A) c, as far as the model has them
free; where it has not, the origin means something, and stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..kernels import ram
from ..kernels.discrepancy import Sample
from ..responses.moments import Moments
from . import objective
from .constraints import constrained
from .parameters import ParameterTable
from .start import start_values

if TYPE_CHECKING:
    from .result import Fit

FAR = 10.0  # standard deviations from zero, from where on a predictor is moved
EXACT = 1e-8  # how well moved means must be met, in standard deviations


class Centred(NamedTuple):
    """A sample whose far predictors stand around zero, and the way there and back.

    pattern, origin : of the fit, and its sample as it is
    by, deviation : (p,) how far each observed variable was moved, and its standard deviation
    """

    pattern: ram.Pattern
    origin: Sample
    sample: Sample
    moments: Moments
    by: np.ndarray
    deviation: np.ndarray

    def there(self, theta: np.ndarray) -> np.ndarray:
        """What parameters are around the means, NaN where the model cannot have them: (q,) -> (q,)"""
        return self._translated(theta, self.origin, self.sample, -self.by)

    def back(self, theta: np.ndarray) -> np.ndarray:
        """Parameters at the sample's own origin, NaN where the model cannot have them: (q,) -> (q,)"""
        return self._translated(theta, self.sample, self.origin, self.by)

    def back_from(self, theta: np.ndarray, samples: Sample) -> tuple[np.ndarray, Sample]:
        """The same of many samples drawn around the means: (k, q), Sample of k -> (k, q), Sample of k"""
        assert samples.mean is not None
        origin = samples._replace(mean=samples.mean + self.by)
        return self._translated(theta, samples, origin, self.by), origin

    def _translated(self, theta: np.ndarray, here: Sample, there: Sample, by: np.ndarray) -> np.ndarray:
        """Change intercepts so that the means implied there are those implied here and ``by`` more: (..., q)"""
        pattern, p = self.pattern, self.pattern.observed
        cells = pattern.cells[ram.INTERCEPTS]
        free = np.unique(pattern.parameter[:, cells])
        free = free[free >= 0]
        with np.errstate(all="ignore"):
            now = ram.implied(pattern, theta, there.covariance, there.mean)
            wanted = ram.implied(pattern, theta, here.covariance, here.mean).mu + by - now.mu
        slopes = np.zeros((*wanted.shape, len(free)))
        for g in range(pattern.groups):
            for cell in cells[pattern.parameter[g, cells] >= 0]:
                k = np.searchsorted(free, pattern.parameter[g, cell])
                slopes[..., g, :, k] += pattern.factor[g, cell] * now.E[..., g, :p, pattern.row[cell]]
        wanted, slopes = wanted / self.deviation, slopes / self.deviation[:, None]
        wanted = wanted.reshape(*theta.shape[:-1], -1)
        slopes = slopes.reshape(*wanted.shape, len(free))
        known = np.isfinite(wanted).all(axis=-1) & np.isfinite(slopes).all(axis=(-2, -1))
        change = np.matvec(np.linalg.pinv(np.where(known[..., None, None], slopes, 0.0)), np.nan_to_num(wanted))
        left = np.abs(np.matvec(slopes, change) - wanted).max(axis=-1, initial=0.0)
        met = left <= EXACT * (1 + np.abs(by / self.deviation).max())  # False for NaN
        found = np.array(theta)
        found[..., free] += change
        return np.where(met[..., None], found, np.nan)


def centred(table: ParameterTable, pattern: ram.Pattern, sample: Sample, moments: Moments) -> Centred | None:
    """Move predictors that begin far from zero; None where there are none, or where the origin means something."""
    if sample.mean is None or table.ordered or constrained(table):
        return None
    mean = np.asarray(sample.share @ sample.mean)
    deviation = np.sqrt(np.asarray(sample.share @ np.diagonal(sample.covariance, axis1=-2, axis2=-1)))
    sending = np.isin(np.arange(pattern.observed), pattern.sources)
    by = np.where(sending & (np.abs(mean) > FAR * deviation), mean, 0.0)
    if not by.any():
        return None
    near = sample._replace(mean=sample.mean - by)
    moved = Centred(pattern, sample, near, moments.moved(by), by, np.where(deviation > 0, deviation, 1.0))
    start = start_values(table, near.covariance, near.mean)
    rng = np.random.default_rng(1)  # anywhere: that the way back exists must not depend on where the search ends
    anywhere = start + 0.1 * (1 + np.abs(start)) * rng.standard_normal(start.shape)
    return moved if np.isfinite(moved.back(anywhere)).all() else None


def around_means(fit: Fit) -> tuple[Fit, Centred | None]:
    """The fit as it is where far predictors stand around zero; the fit itself where there is nothing to move."""
    moved = centred(fit.table, fit.pattern, fit.sample, fit.moments)
    if moved is None:
        return fit, None
    theta = moved.there(fit.theta)
    if not np.isfinite(theta).all():
        return fit, None
    slope = objective.slope(fit.pattern, moved.sample, moved.moments, theta)
    return replace(fit, sample=moved.sample, moments=moved.moments, theta=theta, slope=slope), moved
