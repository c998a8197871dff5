"""Heywood cases of the theta parameterization: ordered items whose latent response is to be explained altogether.

The residual variance is held at one, so that it cannot become zero or negative: the loading grows without end in
its place, thresholds with it, and where the search stops they can no longer be told apart.
"""

from __future__ import annotations

import numpy as np

from ..kernels import latent_response, ram
from ..kernels.discrepancy import Sample
from ..kernels.latent_response import OrderedPattern
from ..responses.moments import Moments
from ..tables import Words
from . import diagnosis, objective
from .parameters import ParameterTable
from .start import plain_start, start_values

LEFT = 1e-4  # share of a latent response that is left to explain: a standardized loading of .99995


def exhausted(
    table: ParameterTable, pattern: ram.Pattern, sample: Sample, moments: Moments, theta: np.ndarray
) -> tuple[str, ...]:
    """Name the items of which next to nothing is left at theta; none where the model itself is not identified.

    table, pattern, sample, moments : of the fit    theta : (q,), where its search ended
    """
    if not isinstance(pattern, OrderedPattern) or table.delta:
        return ()
    with np.errstate(all="ignore"):
        D = latent_response.responses(pattern, theta).D
        _, S, _ = latent_response.matrices(pattern, theta, sample.covariance, sample.mean)
        left = np.linalg.diagonal(S)[..., pattern.ordered] * D[..., pattern.ordered] ** 2
        gone = ~(left >= LEFT).all(axis=0)  # NaN where it went beyond
        if not gone.any():
            return ()
        starts = [begin(table, sample.covariance, sample.mean, sample.target) for begin in (plain_start, start_values)]
        before = [objective.slope(pattern, sample, moments, start).hessian for start in starts]
    if all(diagnosis.inseparable(hessian, table, np.zeros((0, table.n_free))) for hessian in before):
        return ()
    return tuple(table.observed[place] for place in pattern.ordered[gone])


def message(names: tuple[str, ...]) -> Words:
    """Say that, and how to see it."""
    some = ", ".join(names[:8])
    return _EXHAUSTED.filled(names=Words(some, some))


_EXHAUSTED = Words(
    "the model did not converge: it wants to explain all of the latent response behind {names}, a Heywood case. In the "
    "theta parameterization the residual variance cannot become negative, so the loading grows without end; "
    "parameterization='delta' shows the negative residual variance. Usual causes: a small sample, a construct with two "
    "indicators, thin categories, or a wrong model. Look at the item, or give the construct more indicators.",
    "模型未收敛：模型要求完全解释{names}背后的潜在反应，属于Heywood情形。theta参数化下残差方差不可能为负，载荷因而无限增大；"
    "采用parameterization='delta'可看到负的残差方差。常见原因：样本量小、潜变量只有两个题项、某些类别人数过少或模型设定有误。"
    "请检查相应题项，或为潜变量增加题项。",
)
