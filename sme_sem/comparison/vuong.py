"""Models that are not nested: can these respondents tell them apart, and which one is nearer?

The formulas are in ``kernels.vuong``.  Respondents of several groups are taken as one sample.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from ..errors import SpecificationError
from ..kernels import vuong as kernel
from ..kernels.log_density import log_density
from ..kernels.weighted_chi_square import upper_tail
from ..sem import robust
from ..sem.fit import Fit
from ..words import Words
from .sameness import same_rows


class Rivalry(NamedTuple):
    """Vuong's tests of two models, and intervals for the differences of their information criteria (first - second).

    variance, distinguishable_pvalue : omega^2, and the test that it is zero (the models are the same)
    z, pvalue : of the likelihood ratio where the models differ; two-sided, positive if the first is nearer
    ratio, ratio_pvalue : 2 (L_f - L_g), and its test where the second is nested in the first, true or not
    aic, bic : difference, lower and upper end
    """

    variance: float
    distinguishable_pvalue: float
    z: float
    pvalue: float
    ratio: float
    ratio_pvalue: float
    aic: tuple[float, float, float]
    bic: tuple[float, float, float]


def has_likelihood(fit: Fit) -> bool:
    """Whether the fit maximises the sum of log-likelihoods of respondents drawn one by one."""
    known = fit.options.method.discrepancy == "ML" and fit.moments.answers is not None
    design = fit.moments.design
    return known and fit.options.missing in ("listwise", "fiml") and design.weights is None and design.clusters is None


def rivalry(first: Fit, second: Fit, *, level: float = 0.95) -> Rivalry:
    """Compare two models respondent by respondent.

    Raises :class:`~sme_sem.errors.SpecificationError` without the answers, or where rows differ.
    """
    if not (has_likelihood(first) and has_likelihood(second)):
        raise SpecificationError(_BY_LIKELIHOOD)
    if not same_rows(first, second):
        raise SpecificationError(_OTHER_ORDER)
    total, variance = kernel.difference(log_likelihoods(first), log_likelihoods(second))
    weights = kernel.weights(_scores(first), _scores(second), _inverse(first), _inverse(second))
    n = first.n
    spread = np.sqrt(n * variance)
    z = total / spread if spread > 0 else np.nan
    half = 2 * special.ndtri(0.5 + level / 2) * spread
    more = first.inference.n_parameters - second.inference.n_parameters
    aic, bic = -2 * total + 2 * more, -2 * total + np.log(n) * more
    return Rivalry(
        float(variance),
        upper_tail(n * variance, weights**2),
        float(z),
        float(2 * special.ndtr(-abs(z))),
        float(2 * total),
        upper_tail(2 * total, weights),
        (float(aic), float(aic - half), float(aic + half)),
        (float(bic), float(bic - half), float(bic + half)),
    )


def log_likelihoods(fit: Fit) -> np.ndarray:
    """Log-likelihood of every respondent at the estimates, groups one after the other: -> (n,)"""
    answers, moments = fit.moments.answers, fit.inference.point.moments
    assert answers is not None and fit.moments.mean is not None
    mean = moments.mu if fit.table.means else fit.moments.mean
    return np.concatenate([log_density(own, mean[g], moments.sigma[g]) for g, own in enumerate(answers)])


def _scores(fit: Fit) -> np.ndarray:
    found = robust.scores(fit.pattern, fit.moments, fit.inference.point.moments, around_sample=False)
    return np.concatenate(found) @ fit.inference.directions


def _inverse(fit: Fit) -> np.ndarray:
    """Inverse of the observed information, in the directions the constraints leave free."""
    N = fit.inference.directions
    return np.asarray(np.linalg.inv(N.T @ fit.inference.observed_information @ N))


_BY_LIKELIHOOD = Words(
    "method='vuong' compares the log-likelihoods of respondents who were drawn one by one: it needs maximum likelihood "
    "(ML, MLR, MLM; missing='listwise' or 'fiml'), the answers themselves (data=, not cov=), and no weights= or "
    "cluster=.",
    "method='vuong'比较逐一抽取的受访者的对数似然值：须用最大似然估计（ML、MLR、MLM；missing='listwise'或'fiml'）与原始作答"
    "（data=，而非cov=），且不设weights=或cluster=。",
)
_OTHER_ORDER = Words(
    "method='vuong' compares the models respondent by respondent, and the rows of their data stand in different "
    "orders: fit both to the same DataFrame.",
    "method='vuong'逐名受访者比较模型，而两者数据的行序不同：请对同一DataFrame拟合两者。",
)
