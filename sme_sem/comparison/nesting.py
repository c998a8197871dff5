"""Which of two models is a special case of the other, told by what they can reproduce.

A model lies within another if the wider one reproduces, without error, whatever moments the narrower one implies.
So the wider model is fitted to the moments implied by the narrower one at its estimates: the discrepancy is zero where
they are nested, however differently they are written; with equal degrees of freedom the two are equivalent.

Bentler and Satorra (2010), Testing model nesting and equivalence, Psychological Methods 15, 111-123.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import NamedTuple

import numpy as np

from ..kernels import latent_response, ram
from ..kernels.discrepancy import Sample
from ..kernels.latent_response import OrderedPattern
from ..responses.moments import Moments
from ..sem import objective
from ..sem.constraints import constrained, restrictions
from ..sem.fit import Fit
from ..sem.parameters import ParameterTable
from ..sem.search import estimated, search

NOTHING = 1e-8  # a discrepancy per respondent that counts as none


class Relation(Enum):
    """How the second of two models, the one with more degrees of freedom, stands to the first."""

    NESTED = "nested"
    EQUIVALENT = "equivalent"
    NOT_NESTED = "not nested"


class Reproduced(NamedTuple):
    """How near one model comes to the moments of another: the discrepancy left, and the parameters that reach it."""

    discrepancy: float
    theta: np.ndarray

    @property
    def exactly(self) -> bool:
        """Whether nothing is left; False for NaN."""
        return self.discrepancy < NOTHING


def relation(wide: Fit, narrow: Fit) -> Relation:
    """Tell how ``narrow``, with as many or more degrees of freedom, stands to ``wide``."""
    if not reproduced(wide, narrow).exactly:
        return Relation.NOT_NESTED
    if wide.inference.df < narrow.inference.df:
        return Relation.NESTED
    return Relation.EQUIVALENT if reproduced(narrow, wide).exactly else Relation.NOT_NESTED


def reproduced(wide: Fit, narrow: Fit) -> Reproduced:
    """Fit ``wide`` to the moments that ``narrow`` implies."""
    target = implied_sample(narrow, wide.table)
    best = Reproduced(np.nan, wide.theta)
    for theta in _candidates(wide, narrow, target):
        found = Reproduced(_left(wide, target, theta), theta)
        if not best.discrepancy <= found.discrepancy:
            best = found
        if best.exactly:
            break
    return best


def left_over(wide: Fit, narrow: Fit, theta: np.ndarray) -> float:
    """How far ``wide`` with parameters theta is from the moments that ``narrow`` implies."""
    return _left(wide, implied_sample(narrow, wide.table), theta)


def translated(wide: Fit, narrow: Fit) -> np.ndarray:
    """Give every parameter of ``wide`` the value its relation has in ``narrow``, or zero: -> (q,)"""
    estimates = zip(narrow.table.parameters, narrow.inference.point.estimates, strict=True)
    known = {(p.key, p.group): value for p, value in estimates}
    theta = np.zeros(wide.table.n_free)
    for p in reversed(wide.table.parameters):  # of equal parameters the first decides
        if p.free:
            theta[p.index] = known.get((p.key, p.group), 1.0 if p.op == "~*~" else 0.0)
    return theta


def aligned(fit: Fit, table: ParameterTable) -> ParameterTable:
    """Write a fit's table with the variables in the order of another table of the same variables."""
    order = {"observed": table.observed, "exogenous": table.exogenous, "covariates": table.covariates}
    return replace(fit.table, **order)  # type: ignore[arg-type]


def implied_sample(fit: Fit, table: ParameterTable) -> Sample:
    """Take the moments a fit implies for a sample's, in the order of another table."""
    pattern = aligned(fit, table).pattern
    index = [fit.table.observed.index(name) for name in table.observed]
    own = fit.sample
    covariance = own.covariance[:, index][:, :, index]
    mean = None if own.mean is None else own.mean[:, index]
    if isinstance(pattern, OrderedPattern):
        vector = latent_response.responses(pattern, fit.theta).vector
        return Sample(covariance, mean, own.share, None, np.ones_like(vector), vector)
    moments = ram.implied(pattern, fit.theta, covariance, mean)
    return Sample(moments.sigma, moments.mu if pattern.means else None, own.share)


def _left(wide: Fit, target: Sample, theta: np.ndarray) -> float:
    """The discrepancy, and by how much constraints are violated."""
    with np.errstate(all="ignore"):
        value = float(objective.slope(wide.pattern, target, _complete(wide), theta).value)
        if constrained(wide.table):
            limits = restrictions(wide.table, theta)
            held, kept = limits.values[: limits.equalities], limits.values[limits.equalities :]
            value += float(np.abs(held).sum() - np.minimum(kept, 0).sum())
    return max(value, 0.0) if np.isfinite(value) else np.nan


def _candidates(wide: Fit, narrow: Fit, target: Sample) -> Iterator[np.ndarray]:
    moments = _complete(wide)
    shared = translated(wide, narrow)
    yield shared
    if not constrained(wide.table):
        for start in (shared, wide.theta):
            yield search(wide.pattern, target, moments, start, wide.options.max_iterations).theta[0]
    yield estimated(wide.table, wide.pattern, target, moments, wide.options.max_iterations).theta[0]


def _complete(fit: Fit) -> Moments:
    """Moments without gaps, for implied moments have none."""
    return replace(fit.moments, patterns=None, saturated=0.0)
