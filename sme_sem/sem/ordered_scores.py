"""Factor scores from ordered answers, see :mod:`sme_sem.kernels.response_scores`.

Modes take answers to be independent given the constructs and the covariates, as lavaan's ``lavPredict`` does.  Means
allow for correlated residuals: each is one more dimension, a cause that its two answers share beside the constructs.
Where the model says something else, there are no scores.  (lavaan 0.6-14 cuts responses of the theta parameterization
at thresholds of another scale; here all are in the model's units.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import SpecificationError
from ..kernels import latent_response, response_scores
from ..kernels.latent_response import OrderedPattern
from ..words import Words
from .parameters import ParameterTable

if TYPE_CHECKING:
    from .result import Fit

NOTHING = 1e-12  # share of the largest variance among constructs, below which a dimension does not vary


def of_group(fit: Fit, group: int, answers: np.ndarray, *, means: bool) -> tuple[np.ndarray, np.ndarray]:
    """Posterior modes or means of the constructs and their standard errors: (n, p) -> (n, l), (n, l)"""
    pattern = fit.pattern
    assert isinstance(pattern, OrderedPattern)
    found = latent_response.responses(pattern, fit.theta)
    A, S, m = latent_response.matrices(pattern, fit.theta, fit.sample.covariance, fit.sample.mean)
    A, S, m = A[group], S[group], m[group]
    p, y, x = pattern.observed, pattern.modelled, pattern.exogenous
    _require_measurement_alone(fit.table, A, S, y)
    shared, unique = _shared(fit.table, S[:y, :y])
    covariates = answers[:, y:]
    mean = found.moments.eta[group, p:] + covariates @ found.moments.E[group][p:, x].T
    values, vectors = np.linalg.eigh(found.moments.cov[group, p:, p:])
    if values[0] < -NOTHING * np.abs(values).max():
        raise SpecificationError(_NONE + _INDEFINITE)
    varying = values > NOTHING * values[-1]
    root = vectors[:, varying] * np.sqrt(values[varying])
    loadings, deviation = A[:y, p:], np.sqrt(unique)
    centre = m[:y] + covariates @ A[:y, x].T + mean @ loadings.T
    lower, upper = _limits(fit, answers[:, :y], found.tau[group])
    units = np.concatenate([loadings @ root, shared], axis=1) / deviation[:, None]
    _require_integrable(root.shape[1], shared.shape[1], means=means)
    score = response_scores.means if means else response_scores.modes
    z, errors = score(units, (lower - centre) / deviation, (upper - centre) / deviation)
    k = root.shape[1]
    variances = np.linalg.diagonal(root @ errors[:, :k, :k] @ root.T)
    return mean + z[:, :k] @ root.T, np.sqrt(np.maximum(variances, 0.0))


def _require_integrable(constructs: int, shared: int, *, means: bool) -> None:
    """Refuse modes beside correlated residuals, and means in too many dimensions."""
    if not means and shared:
        raise SpecificationError(_RESIDUALS_CORRELATE)
    most = len(response_scores.POINTS)
    if means and constructs + shared > most:
        beside = _BESIDE.filled(n=shared) if shared else ""
        raise SpecificationError(_DIMENSIONS.filled(most=most, constructs=constructs, beside=beside))


def _shared(table: ParameterTable, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Causes that correlated residuals share, and the variances they leave: (y, y) -> (y, k), (y,)"""
    variance = np.diagonal(theta)
    _require_positive(table, variance, _NO_RESIDUAL)
    deviation = np.sqrt(variance)
    rho = theta / (deviation[:, None] * deviation)
    i, j = np.nonzero(np.triu(rho, 1))
    shared, each = np.zeros((len(theta), len(i))), np.arange(len(i))
    shared[i, each] = np.sqrt(np.abs(rho[i, j])) * deviation[i]
    shared[j, each] = np.sign(rho[i, j]) * np.sqrt(np.abs(rho[i, j])) * deviation[j]
    unique = variance - (shared**2).sum(axis=1)
    _require_positive(table, unique, _OVERCORRELATED)
    return shared, unique


def _require_positive(table: ParameterTable, variances: np.ndarray, otherwise: Words) -> None:
    none = [name for name, own in zip(table.observed, variances, strict=False) if not own > 0]
    if none:
        raise SpecificationError(_NONE + otherwise.filled(name=repr(none[0])))


def _limits(fit: Fit, answers: np.ndarray, tau: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the response lies: between two thresholds, or at the answer itself if it is continuous: (n, y), (t,)"""
    assert fit.moments.answers is not None
    lower, upper = answers.copy(), answers.copy()
    everyone = np.concatenate(fit.moments.answers)
    thresholds = fit.table.thresholds
    for i, name in enumerate(fit.table.observed[: answers.shape[1]]):
        if name in fit.table.ordered:
            cut = tau[[owner == name for owner, _ in thresholds]]
            if (np.diff(cut) <= 0).any():
                raise SpecificationError(_NONE + _NOT_ASCENDING.filled(name=repr(name)))
            given = ~np.isnan(answers[:, i])
            known = np.unique(everyone[~np.isnan(everyone[:, i]), i])
            code = np.searchsorted(known, answers[given, i])
            lower[given, i], upper[given, i] = np.r_[-np.inf, cut][code], np.r_[cut, np.inf][code]
    return lower, upper


def _require_measurement_alone(table: ParameterTable, A: np.ndarray, S: np.ndarray, y: int) -> None:
    """Refuse models whose answers act on something, or whose residuals are correlated with constructs."""
    if table.composites:
        raise SpecificationError(_COMPOSITES)
    p = len(table.observed)
    sender = np.flatnonzero((A[:, :y] != 0).any(axis=0))
    if len(sender):
        raise SpecificationError(_SENDS.filled(name=repr(table.observed[sender[0]])))
    joined = np.argwhere(S[:y, p:] != 0)
    if len(joined):
        item, construct = table.observed[joined[0, 0]], table.latent[joined[0, 1]]
        raise SpecificationError(_JOINED.filled(item=repr(item), construct=repr(construct)))


_NONE = Words("factor scores of ordered answers do not exist: ", "有序作答的因子得分不存在：")
_INDEFINITE = Words(
    "the covariance matrix of the constructs is not positive definite, as with a negative variance or a correlation "
    "beyond one.",
    "构念的协方差矩阵不是正定矩阵，如方差为负或相关系数超过1。",
)
_NO_RESIDUAL = Words("the residual variance of {name} is not positive.", "{name}的残差方差不为正。")
_OVERCORRELATED = Words(
    "the residual of {name} is correlated with others to 1 or more in all.",
    "{name}的残差与其他残差的相关合计达到1或以上。",
)
_NOT_ASCENDING = Words("the thresholds of {name} do not ascend.", "{name}的阈值不递增。")
_RESIDUALS_CORRELATE = Words(
    "these factor scores of ordered answers need answers that are independent given the constructs, and the model "
    "correlates residuals (~~). Take method='eap', which allows for that.",
    "有序作答的这种因子得分要求给定构念后各作答独立，而模型含残差相关（~~）。请取容许残差相关的method='eap'。",
)
_DIMENSIONS = Words(
    "method='eap' integrates over constructs and correlated residuals together, {most} at most; this model has "
    "{constructs}{beside}. Take method='ebm', or score fewer constructs in a model of their own.",
    "method='eap'对构念与残差相关一并积分，合计至多{most}个；此模型有{constructs}个构念{beside}。"
    "请取method='ebm'，或另立模型，减少要计分的构念。",
)
_BESIDE = Words(" and {n} correlated residuals", "及{n}个残差相关")
_COMPOSITES = Words(
    "factor scores of ordered answers are not computed in models with composites (<~): multiply their items by the "
    "weights of fit.composites(), or fit without ordered=.",
    "含合成构念（<~）的模型不计算有序作答的因子得分：请以fit.composites()的权重乘以其题项，或不用ordered=拟合。",
)
_SENDS = Words(
    "factor scores of ordered answers need answers that send no paths, and {name} does.",
    "有序作答的因子得分要求作答不指向其他变量，而{name}有指向其他变量的路径。",
)
_JOINED = Words(
    "factor scores of ordered answers need residuals that are independent of the constructs, and the model correlates "
    "{item} with {construct} (~~).",
    "有序作答的因子得分要求残差独立于构念，而模型令{item}与{construct}相关（~~）。",
)
