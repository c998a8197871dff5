"""Ordered answers as what they are: their moments, weights and robust statistics.

Thresholds and polychoric correlations of every group (``kernels.latent_moments``) become the target of weighted least
squares, Gamma from the respondents' influences its weight.  Conventions are lavaan's and Mplus's: moments and
Gamma from all n respondents, statistics and errors with N = n - G.

Muthen, du Toit and Spisic (1997), Robust inference using weighted least squares; Savalei (2021), Multivariate
Behavioral Research 56, 390-407 (the robust CFI, TLI and RMSEA).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..arguments import texts
from ..errors import DataProblem, SpecificationError
from ..kernels import gamma as gammas
from ..kernels import influence, latent_moments, latent_response, least_squares, linalg
from ..kernels.discrepancy import Sample, normal_distance
from ..kernels.latent_response import OrderedPattern
from ..responses.moments import Moments
from ..suggestions import did_you_mean
from ..tables import Words, joined
from .composites import WEIGHT
from .estimators import NEEDS_ANSWERS, Estimator, by_likelihood
from .least_squares import full_weight, ordered_gamma, require_respondents
from .options import Options
from .parameters import ParameterTable
from .roles import given_variables
from .specification import Specification

MOST_CATEGORIES = 20


def categories(
    moments: Moments, specification: Specification, options: Options, ordered: bool | Sequence[str] | None
) -> dict[str, np.ndarray]:
    """The categories, in order, of each variable that ``ordered=`` names, over all groups.

    ordered : names, or True for all variables but covariates and what composites are made of
    """
    if moments.answers is None:
        raise SpecificationError(NEEDS_ANSWERS.filled(what=Words("ordered= needs", "ordered=")))
    everyone = np.concatenate(moments.answers)
    levels = {}
    for name in _named(specification, given_variables(specification, options), ordered):
        answers = everyone[:, moments.names.index(name)]
        levels[name] = np.sort(pd.unique(answers[~np.isnan(answers)]))
        if not 2 <= len(levels[name]) <= MOST_CATEGORIES:
            counts = {"name": repr(name), "n": len(levels[name]), "most": MOST_CATEGORIES}
            raise DataProblem(_NOT_ORDERED.filled(**counts))
    return levels


def marked(
    specification: Specification, data: pd.DataFrame | None, estimator: str | None, missing: str
) -> list[str] | None:
    """Name the variables that count as ordered if ``ordered=`` says nothing: columns of ordered categories of pandas.

    None without any, for an estimator of numbers and for ``missing="fiml"``; items of composites stay numbers.
    """
    if not isinstance(data, pd.DataFrame) or missing == "fiml" or (estimator and by_likelihood(estimator)):
        return None
    kinds = dict(zip(data.columns, data.dtypes, strict=True))
    names = [name for name in specification.observed if getattr(kinds.get(name), "ordered", False)]
    return [name for name in names if name in _named(specification, (), True)] or None


def _named(
    specification: Specification, covariates: Sequence[str], ordered: bool | Sequence[str] | None
) -> tuple[str, ...]:
    modelled = [name for name in specification.observed if name not in covariates]
    if isinstance(ordered, bool) or ordered is None:
        summed = {term.rhs for term in specification.relations if term.op == WEIGHT}
        return tuple(name for name in modelled if name not in summed) if ordered else ()
    names = texts("ordered", ordered, "q1")
    unknown = [name for name in names if name not in specification.observed]
    if unknown:
        strange = _NOT_OBSERVED.filled(name=repr(unknown[0]))
        raise SpecificationError(strange + did_you_mean(unknown[0], specification.observed))
    return tuple(name for name in modelled if name in names)


def condensed(table: ParameterTable, moments: Moments, codes: dict[str, np.ndarray]) -> Moments:
    """Add thresholds, correlations and influences of every group."""
    assert moments.answers is not None
    modelled = [name for name in table.observed if name not in table.exogenous]
    levels = np.array([len(codes.get(name, ())) for name in modelled])
    parts = []
    for label, answers in zip(moments.labels, moments.answers, strict=True):
        values = answers[:, : len(modelled)].copy(order="K")
        for i, name in enumerate(modelled):
            if name in codes:
                values[:, i] = _coded(name, label, values[:, i], codes[name])
        with np.errstate(all="ignore"):  # what has no moments is named next
            estimated = latent_moments.moments(values, levels, answers[:, len(modelled) :])
        _require_moments(estimated, modelled, label)
        parts.append(estimated)
    return replace(moments, ordered=tuple(parts))


def _coded(name: str, label: str, answers: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Number the categories from 0; a gap stays NaN."""
    reached = [answers >= lowest for lowest in levels]
    codes = reduce(np.add, reached, np.full(len(answers), -1, dtype=np.int8))
    empty = np.flatnonzero(np.diff([*map(np.count_nonzero, reached), 0]) == 0)
    if len(empty):
        raise DataProblem(_NOBODY.filled(answer=f"{levels[empty[0]]:g}", item=repr(name)), label)
    return np.where(codes < 0, np.nan, codes)


def _require_moments(moments: influence.Moments, names: Sequence[str], label: str) -> None:
    """Refuse moments that do not exist, or have no sampling variance to be weighed by."""
    gamma = influence.gamma_diagonal(moments)
    missing = ~(np.isfinite(moments.vector) & (gamma > 0) & np.isfinite(gamma))
    count = len(moments.layout.covariance)
    owners = np.concatenate([moments.layout.threshold[:, 0], moments.layout.slope[:, 0], moments.layout.variance])
    untold = dict.fromkeys(names[owner] for owner in owners[missing[: len(missing) - count]])
    if untold:
        raise DataProblem(_UNTOLD.filled(names=joined(map(repr, untold), ", ", "、")), label)
    if missing.any():
        a, b = (names[i] for i in moments.layout.covariance[missing[-count:]][0])
        raise DataProblem(_UNTOLD_PAIR.filled(one=repr(a), other=repr(b)), label)


def sample(table: ParameterTable, moments: Moments, method: Estimator) -> Sample:
    """Lay the moments of ordered answers out for the fit."""
    assert moments.ordered is not None
    y = len(table.observed) - len(table.exogenous)
    covariance, mean = moments.covariance.copy(), np.zeros(moments.covariance.shape[:2])
    for g, observed in enumerate(moments.ordered):
        slopes = np.zeros((y, len(table.exogenous)))
        slopes[observed.layout.slope[:, 0], observed.layout.slope[:, 1]] = observed.vector[_slopes(observed.layout)]
        x = moments.covariance[g, y:, y:] * moments.n[g] / (moments.n[g] - 1)
        covariance[g, :y, :y] = observed.covariance + slopes @ x @ slopes.T
        covariance[g, :y, y:] = slopes @ x
        covariance[g, y:, :y] = covariance[g, :y, y:].T
        covariance[g, y:, y:] = x
        numeric = observed.layout.threshold[:, 1] == -1
        mean[g, observed.layout.threshold[numeric, 0]] = observed.vector[: len(numeric)][numeric]
        if moments.mean is not None:
            mean[g, y:] = moments.mean[g, y:]
    target = np.stack([observed.vector for observed in moments.ordered])
    n = moments.n - 1.0
    return Sample(covariance, mean, n / n.sum(), None, _weight(moments, method, target), target)


def _slopes(layout: influence.Layout) -> slice:
    begin = len(layout.threshold)
    return slice(begin, begin + len(layout.slope))


def _weight(moments: Moments, method: Estimator, target: np.ndarray) -> np.ndarray:
    assert moments.ordered is not None
    if method.discrepancy == "ULS":
        return np.ones_like(target)
    if method.discrepancy == "DWLS":
        return np.stack([1 / influence.gamma_diagonal(own) for own in moments.ordered])
    m = target.shape[1]
    require_respondents(moments, m, "estimator='WLS'", _MORE)
    return full_weight(ordered_gamma(moments), _SINGULAR.filled(m=m))


def residual_measures(
    pattern: OrderedPattern, sample: Sample, theta: np.ndarray, weight: np.ndarray
) -> dict[str, float]:
    """RMR, SRMR and CRMR of the moments of ordered answers, as lavaan counts them.

    SRMR, and what ends in ``nomean``, is of covariances alone, the others of thresholds and slopes too.  Means do not
    count, nor do variances, except among the number of moments by which squares are averaged.

    weight : (G,) n_g / n
    """
    seen, fitted = _parts(pattern, sample.target), _parts(pattern, latent_response.responses(pattern, theta).vector)
    i, j = pattern.pairs
    x = np.sqrt(np.diagonal(sample.covariance[:, pattern.exogenous[:, None], pattern.exogenous], axis1=1, axis2=2))
    own = seen.deviation

    def total(values: np.ndarray) -> np.ndarray:
        return np.asarray((values.reshape(len(values), -1) ** 2).sum(axis=1))

    products = own[:, i] * own[:, j]
    covariances = (seen.covariance - fitted.covariance) / products
    correlations = seen.correlations(pattern) - fitted.correlations(pattern)
    slopes = (seen.slopes - fitted.slopes) * x[:, :, None] / own[:, None, :]
    thresholds = total(seen.thresholds - fitted.thresholds)
    raw = total(seen.covariance - fitted.covariance)
    regressed = seen.thresholds.shape[1] + slopes[0].size

    def averaged(summed: np.ndarray, count: int) -> float:
        return float((weight * np.sqrt(summed / max(count, 1))).sum())

    y = pattern.modelled
    standardized, moments = total(covariances), len(i) + y
    without = averaged(standardized, moments)
    return {
        "rmr": averaged(raw + thresholds + total(seen.slopes - fitted.slopes), moments + regressed),
        "rmr_nomean": averaged(raw, moments),
        "srmr": without,
        "srmr_bentler": averaged(standardized + thresholds + total(slopes), moments + regressed),
        "srmr_bentler_nomean": without,
        "crmr": averaged(total(correlations) + thresholds + total(slopes), len(i) + regressed),
        "crmr_nomean": averaged(total(correlations), len(i)),
    }


def residuals(pattern: OrderedPattern, sample: Sample, theta: np.ndarray, *, scaled: bool) -> np.ndarray:
    """What the model leaves unexplained of the covariances of responses, given covariates: -> (G, y, y)

    scaled : of correlations, each matrix by its own deviations
    """
    seen, fitted = (
        _matrix(pattern, _parts(pattern, vector), scaled=scaled)
        for vector in (sample.target, latent_response.responses(pattern, theta).vector)
    )
    return seen - fitted


def _matrix(pattern: OrderedPattern, parts: _Parts, *, scaled: bool) -> np.ndarray:
    i, j = pattern.pairs
    y = pattern.modelled
    result = np.zeros((len(parts.covariance), y, y))
    result[:, range(y), range(y)] = 1.0 if scaled else parts.deviation**2
    result[:, i, j] = result[:, j, i] = parts.correlations(pattern) if scaled else parts.covariance
    return result


class _Parts(NamedTuple):
    """thresholds (G, t)   slopes (G, x, y)   deviation (G, y), one for ordered variables   covariance (G, pairs)"""

    thresholds: np.ndarray
    slopes: np.ndarray
    deviation: np.ndarray
    covariance: np.ndarray

    def correlations(self, pattern: OrderedPattern) -> np.ndarray:
        """The covariances by their own deviations: (G, pairs)"""
        i, j = pattern.pairs
        with np.errstate(divide="ignore", invalid="ignore"):  # a search that failed can end at variances of zero
            return self.covariance / (self.deviation[:, i] * self.deviation[:, j])


def _parts(pattern: OrderedPattern, vector: np.ndarray | None) -> _Parts:
    assert vector is not None
    t, x, y, k = len(pattern.owner), len(pattern.exogenous), pattern.modelled, pattern.numeric
    deviation = np.ones((len(vector), y))
    with np.errstate(invalid="ignore"):  # or below
        deviation[:, k] = np.sqrt(vector[:, t + x * y : t + x * y + len(k)])
    slopes = vector[:, t : t + x * y].reshape(len(vector), x, y)
    return _Parts(vector[:, :t][:, pattern.sign > 0], slopes, deviation, vector[:, t + x * y + len(k) :])


def robust_statistics(
    pattern: OrderedPattern, sample: Sample, moments: Moments, theta: np.ndarray, inverse: np.ndarray
) -> tuple[float, float, float, float] | None:
    """What the robust CFI, TLI and RMSEA of ordered answers are made of (Savalei 2021).

    The normal-theory discrepancy of the polychoric correlations at the estimates, tr(M^T V M Gamma) with
    M = I - Delta^T A^-1 Delta W, W the estimator's weight and V that of normal theory at the model's correlations; and
    both for the independence model.  None where they do not exist: with numeric variables, covariates, or polychoric
    correlations that are no correlation matrix; they see correlations alone (``restricts_thresholds``).

    inverse : (q, q) A^-1
    """
    assert moments.ordered is not None and sample.weight is not None
    if len(pattern.numeric) or len(pattern.exogenous):
        return None
    own = latent_response.responses(pattern, theta)
    R = np.stack([part.correlation for part in moments.ordered])
    implied = own.D[..., :, None] * own.moments.sigma * own.D[..., None, :]
    value = normal_distance(R, implied)
    if not np.isfinite(value).all():
        return None
    P = np.linalg.inv(implied)
    i, j = pattern.pairs
    delta = least_squares.by_parameter(pattern, latent_response.jacobian(pattern, own))
    weighted = least_squares.weigh_rows(sample, delta)[..., -len(i) :]
    delta = delta[..., -len(i) :]
    moving = np.flatnonzero(delta.any(axis=(0, 2)))  # thresholds move no correlation
    delta, weighted, inverse = delta[:, moving], weighted[:, moving], inverse[np.ix_(moving, moving)]
    gamma = ordered_gamma(moments)[..., -len(i) :, -len(i) :]
    moved = inverse @ delta
    through = gammas.weighted_rows(moved, P, i, j)
    around = through @ moved.mT
    total = independence = 0.0
    for h, w in enumerate(sample.share):
        independence += float(np.trace(gamma[h])) / w
        across = weighted[h] @ gamma[h]  # M Gamma M^T, M = 1[g = h] - w Delta_g^T A^-1 Delta_h W_h
        direct = (gammas.products(P[h], i, j) * gamma[h]).sum() - 2 * w * (through[h] * across).sum()
        back = (sample.share[:, None, None] * around * (across @ weighted[h].T)).sum()
        total += float(direct + w * back)
    share = sample.share
    return float((share * value).sum()), float(-(share * linalg.log_determinant_of(R)).sum()), total, independence


def restricts_thresholds(pattern: OrderedPattern, theta: np.ndarray, directions: np.ndarray, df: int) -> bool:
    """Whether some of a model's degrees of freedom are about thresholds: more than its correlations leave.

    directions : (q, f) in which the parameters can move
    """
    if len(directions) == directions.shape[1] and len(pattern.apart.moment) == len(pattern.owner):
        return False  # every threshold has a parameter of its own
    slopes = least_squares.by_parameter(
        pattern, latent_response.jacobian(pattern, latent_response.responses(pattern, theta))
    )
    of_correlations = (directions.T @ slopes[..., -len(pattern.pairs[0]) :]).mT
    of_correlations = of_correlations.reshape(math.prod(of_correlations.shape[:-1]), directions.shape[1])
    length = np.linalg.norm(of_correlations, axis=0)
    moved = of_correlations / np.where(length > 0, length, 1)
    reached = np.linalg.matrix_rank(moved) if moved.size else 0
    return df > len(moved) - reached


_NOBODY = Words(
    "nobody answered {answer} to {item}, which other groups did; a threshold cannot be estimated from no answers. "
    "Bring neighbouring categories together in all groups.",
    "{item}无人选择{answer}，而其他组别有人选择；没有作答便无法估计阈值。请在所有组别中合并相邻类别。",
)
_MORE = Words(
    "more respondents than moments in every group. Take estimator='WLSMV'.",
    "每组受访者应多于样本矩个数。请改用estimator='WLSMV'。",
)
_SINGULAR = Words(
    "estimator='WLS' weighs {m} moments by the inverse of their covariance matrix, which is singular: some moments "
    "follow from others, as with few respondents, rare categories, or items that repeat one another. Take "
    "estimator='WLSMV', or bring rare categories together.",
    "estimator='WLS'以{m}个样本矩的协方差矩阵之逆加权，而该矩阵奇异：部分样本矩可由其他矩推得，如受访者过少、类别罕见或"
    "题项重复。请改用estimator='WLSMV'，或合并罕见类别。",
)
_NOT_OBSERVED = Words("ordered: {name} is no observed variable of the model.", "ordered：{name}不是模型的观测变量。")
_NOT_ORDERED = Words(
    "{name} has {n} different answers; an ordered variable has 2 to {most}. Leave it out of ordered=, or bring its "
    "answers into fewer categories.",
    "{name}有{n}种不同的回答；有序变量应有2至{most}个类别。请不将其列入ordered，或合并类别。",
)
_UNTOLD = Words(
    "thresholds, means or variances of {names} cannot be told from the answers, as where a covariate separates the "
    "categories of an ordered variable (bring categories together, or leave the covariate out), or where a variable "
    "that is not ordered takes two values only (name it in ordered= too; a covariate may be given: fixed_x=True).",
    "无法由作答估计{names}的阈值、均值或方差：可能是协变量将有序变量的类别完全分开（请合并类别或去掉该协变量），"
    "或某个未声明为有序的变量只有两个取值（请也列入ordered=；协变量可视为给定：fixed_x=True）。",
)
_UNTOLD_PAIR = Words(
    "the correlation of {one} with {other} cannot be told from the answers: too few respondents, or answers that "
    "hardly vary. Bring categories together, leave one of the two out, or collect more answers.",
    "无法由作答估计{one}与{other}的相关：受访者过少，或作答几乎没有差异。请合并类别、去掉其中一个变量，或增加样本。",
)
