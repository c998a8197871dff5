"""How far the model is from the population, in the unit of the SRMR.

The SRMR of a sample is above zero even for the right model.  Its test asks whether it is larger than a right model's
would be; the unbiased SRMR is what is left of it without the sample's share, with an interval, and a test against what
is called close.  Formulas: :mod:`sme_sem.kernels.residuals`.  Values are those of the summary of lavaan's
``lavResiduals`` (0.7), but a test's z is not cut off at zero where the model fits better than a right one would.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

from ..kernels import latent_response
from ..kernels import residuals as kernel
from ..kernels.latent_response import OrderedPattern
from .residuals import NEGLIGIBLE, covariances

if TYPE_CHECKING:
    from .result import Fit


def srmr_tests(fit: Fit, level: float, close: float) -> pd.DataFrame:
    """One row for each group and kind of moments."""
    half = special.ndtri((1 + level) / 2)
    parts = _of_ordered(fit, fit.pattern) if isinstance(fit.pattern, OrderedPattern) else _of_numbers(fit)
    rows = []
    for label, e, X, unit in zip(fit.moments.labels, parts.residuals, covariances(fit), parts.unit, strict=True):
        for kind, (which, count) in parts.kinds().items():
            own = unit[which]
            left, spread = own * e[which], own[:, None] * X[np.ix_(which, which)] * own
            left[np.abs(left) < NEGLIGIBLE] = 0.0
            spread[np.abs(spread) < NEGLIGIBLE**2] = 0.0
            found = kernel.mean_square_test(left, spread, count)
            with np.errstate(divide="ignore", invalid="ignore"):  # moments that the model reproduces do not vary
                exact = (found.root - found.expected) / found.error
                near = (found.unbiased - close) / found.unbiased_error
            rows.append(
                {
                    "group": label,
                    "of": kind,
                    "srmr": found.root,
                    "se": found.error,
                    "z": exact,
                    "pvalue": special.ndtr(-exact),
                    "usrmr": found.unbiased,
                    "usrmr_se": found.unbiased_error,
                    "ci_lower": np.maximum(found.unbiased - half * found.unbiased_error, 0.0),
                    "ci_upper": found.unbiased + half * found.unbiased_error,
                    "close_z": near,
                    "close_pvalue": special.ndtr(-near),
                }
            )
    return pd.DataFrame(rows)


@dataclass(frozen=True, eq=False)
class _Parts:
    """Residuals of all moments, what takes them to the unit of correlations, both (G, m), and which are of what kind.

    certain : variances that are reproduced in any case, which only count
    """

    residuals: np.ndarray
    unit: np.ndarray
    places: dict[str, np.ndarray]
    certain: int = 0

    def kinds(self) -> dict[str, tuple[np.ndarray, int]]:
        """The moments of each kind, and by how many their squares are averaged."""
        found = {kind: (own, len(own) + self.certain * (kind == "cov")) for kind, own in self.places.items()}
        if len(found) > 1:
            every = np.concatenate(list(self.places.values()))
            found["total"] = every, len(every) + self.certain
        return found


def _of_numbers(fit: Fit) -> _Parts:
    """Means, if modelled, by the sample's deviations, covariances by two of them."""
    p = len(fit.observed)
    i, j = kernel.places(p)
    implied, sample = fit.inference.point.moments, fit.sample
    by = 1 / np.sqrt(np.linalg.diagonal(sample.covariance))
    residuals, unit = (sample.covariance - implied.sigma)[:, i, j], by[:, i] * by[:, j]
    if not fit.table.means:
        return _Parts(residuals, unit, {"cov": np.arange(len(i))})
    assert sample.mean is not None
    return _Parts(
        np.concatenate([sample.mean - implied.mu, residuals], axis=1),
        np.concatenate([by, unit], axis=1),
        {"cov": np.arange(p, p + len(i)), "mean": np.arange(p)},
    )


def _of_ordered(fit: Fit, pattern: OrderedPattern) -> _Parts:
    """Thresholds, slopes on covariates, and covariances of responses, by the deviations of those that are numbers."""
    assert fit.sample.target is not None and fit.moments.ordered is not None
    (i, j), x = pattern.pairs, pattern.exogenous
    by = 1 / np.sqrt([np.diagonal(part.covariance) for part in fit.moments.ordered])
    of_covariates = np.sqrt(np.linalg.diagonal(fit.sample.covariance)[:, x])
    slopes = (of_covariates[:, :, None] * by[:, None, :]).reshape(len(by), -1)
    unit = [by[:, pattern.owner], slopes, by[:, pattern.numeric] ** 2, by[:, i] * by[:, j]]
    ends = np.cumsum([own.shape[1] for own in unit])
    names = ("thresholds", "slopes", "variances", "cov")
    places = dict(zip(names, np.split(np.arange(ends[-1]), ends[:-1]), strict=True))
    places["thresholds"] = places["thresholds"][pattern.sign > 0]  # the others are means
    kinds = {kind: places[kind] for kind in ("cov", "thresholds", "slopes") if len(places[kind])}
    residuals = fit.sample.target - latent_response.responses(pattern, fit.theta).vector
    return _Parts(residuals, np.concatenate(unit, axis=1), kinds, certain=pattern.modelled)
