"""Generalized, unweighted and (diagonally) weighted least squares on continuous answers.

Conventions are lavaan's: covariances divided by n - 1, Gamma from the answers divided by n, statistics (N - G) F;
the diagonal that weighs DWLS is Gamma's of normal theory, and that of the answers where errors or tests are robust.
``ULS`` and ``DWLS`` give F no chi-square distribution; their plain test is Browne's residual statistic under
normality, the generalized least squares distance less what the parameters could still take up::

    T = (N - G) (F_GLS - 1/2 g^T H^-1 g)         at the estimates, whatever they minimise

Its distribution-free version weighs by the inverse of the answers' own Gamma.

Browne (1984), British Journal of Mathematical and Statistical Psychology 37, 62-83, equation 2.20.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..errors import DataProblem, SpecificationError
from ..kernels import discrepancy, fit_indices, gamma, influence, latent_response, least_squares, linalg, ram
from ..kernels.discrepancy import Sample
from ..kernels.latent_response import OrderedPattern
from ..responses.moments import Moments
from ..tables import Words
from .estimators import NEEDS_ANSWERS, Estimator
from .robust import Scaling, adjusted


def weighted(sample: Sample, moments: Moments, method: Estimator) -> Sample:
    """Give the sample moments the weight the estimator asks for."""
    by_covariances = weighted_by_covariances(sample, method)
    if by_covariances is not None:
        return by_covariances
    found = distribution_free(moments, means=sample.mean is not None)
    variances = _told(np.diagonal(found, axis1=1, axis2=2), sample, moments.names)
    if method.discrepancy == "DWLS":
        return sample._replace(weight=1 / variances)
    return sample._replace(weight=_inverse(found, moments, "estimator='WLS'"))


def _inverse(found: np.ndarray, moments: Moments, asked: str) -> np.ndarray:
    m = found.shape[-1]
    require_respondents(moments, m, asked, _MORE.filled(m=m))
    return full_weight(found, _SINGULAR.filled(asked=asked))


def require_respondents(moments: Moments, m: int, asked: str, needed: Words) -> None:
    """Refuse to weigh m moments by all their covariances where a group has no more respondents than that."""
    fewest = int(moments.n.min())
    if fewest <= m:
        raise DataProblem(_TOO_FEW.filled(asked=asked, m=m, fewest=fewest, needed=needed))


def full_weight(found: np.ndarray, singular: Words) -> np.ndarray:
    """Invert Gamma, or say what it means that there is no inverse: (G, m, m) -> (G, m, m)"""
    smallest = np.linalg.eigvalsh(linalg.correlation(found))[:, 0]
    if not (smallest > found.shape[-1] * 1e-13).all():  # False for NaN
        raise DataProblem(singular)
    return np.asarray(gamma.inverse(found))


def weighted_by_covariances(sample: Sample, method: Estimator) -> Sample | None:
    """Weigh by the covariances alone, (..., G, p, p) of a batch or not; None where it takes the answers themselves."""
    if method.discrepancy == "ML":
        return sample
    if method.discrepancy == "GLS":
        return sample._replace(metric=linalg.whitener(sample.covariance))
    if method.discrepancy == "ULS":
        p = sample.covariance.shape[-1]
        m = p * (p + 1) // 2 + (sample.mean is not None) * p
        return sample._replace(weight=np.ones((*sample.share.shape, m)))
    if method.discrepancy == "DWLS" and method.se != "robust_sem" and not method.scaled:
        return sample._replace(
            weight=1 / gamma.normal_theory_diagonal(sample.covariance, means=sample.mean is not None)
        )
    return None


def _told(variances: np.ndarray, sample: Sample, names: tuple[str, ...]) -> np.ndarray:
    """Refuse moments without sampling variance, in the variables' own units: (G, m) -> (G, m)"""
    spread = np.linalg.diagonal(sample.covariance)
    unit = least_squares.moments_vector(
        spread[:, :, None] * spread[:, None, :], None if sample.mean is None else spread
    )
    silent = ~(variances > 1e-12 * unit).all(axis=0)
    if silent.any():
        columns, rows = np.triu_indices(len(names))
        first = int(np.flatnonzero(silent)[0]) - (len(variances[0]) - len(rows))
        a, b = names[rows[first]], names[columns[first]]
        alone = Words(f"variance of {a!r}", f"{a!r}的方差")
        what = alone if a == b else Words(f"covariance of {a!r} and {b!r}", f"{a!r}与{b!r}的协方差")
        raise DataProblem(_NO_WEIGHTS.filled(what=what))
    return variances


@lru_cache(maxsize=2)
def distribution_free(moments: Moments, *, means: bool, given: int = 0) -> np.ndarray:
    """Gamma of every group from the answers; kept, because weights, errors and tests all ask for it: -> (G, m, m)

    given : how many of the last variables are
    """
    if moments.answers is None:
        raise SpecificationError(NEEDS_ANSWERS.filled(what=Words("this estimator needs", "该估计方法")))
    return np.stack([gamma.distribution_free(own, means=means, given=given) for own in moments.answers])


def spread(
    pattern: ram.Pattern, sample: Sample, moments: Moments, theta: np.ndarray, *, normal: bool, whole: bool = True
) -> np.ndarray:
    """B of the sandwich: Delta V Gamma V Delta^T, Gamma of normal theory or from the answers: -> (q, q)

    whole : take Gamma of ordered answers whole, as something else needs it too
    """
    sample = _explicit(sample, means=pattern.means)
    left = least_squares.weigh_rows(sample, moment_slopes(pattern, sample, theta))
    if moments.ordered is not None and not whole:
        parts = zip(sample.share, moments.ordered, left, strict=True)
        return np.asarray(sum(w * influence.gamma_along(own, rows.T) for w, own, rows in parts))
    return np.asarray(gamma.spread(left, _gamma(sample, moments, means=pattern.means, normal=normal), sample.share))


def of_residuals(
    pattern: ram.Pattern, sample: Sample, moments: Moments, theta: np.ndarray, *, normal: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gamma, how the implied moments move, and that weighed by V and by groups: -> (G, m, m), (G, q, m), (G, q, m)"""
    sample = _explicit(sample, means=pattern.means)
    slopes = moment_slopes(pattern, sample, theta)
    weighted = sample.share[:, None, None] * least_squares.weigh_rows(sample, slopes)
    return _gamma(sample, moments, means=pattern.means, normal=normal), slopes, weighted


def scaling(
    estimator: Estimator,
    pattern: ram.Pattern,
    sample: Sample,
    moments: Moments,
    theta: np.ndarray,
    inverse: np.ndarray,
    directions: np.ndarray,
    df: int,
) -> Scaling:
    """Find the correction of a test statistic.

    inverse : (q, q) of Delta V Delta^T, summed over groups   directions : (q, f) in which the parameters can move
    """
    sample = _explicit(sample, means=pattern.means)
    if estimator.test == "satorra_bentler" and moments.ordered is not None and _diagonal(sample):
        assert sample.weight is not None
        trace = float(np.vecdot(sample.weight, [influence.gamma_diagonal(own) for own in moments.ordered]).sum())
        taken_up = (inverse * spread(pattern, sample, moments, theta, normal=False, whole=False)).sum()
        return adjusted(estimator, df, trace - float(taken_up), np.nan)
    found = _gamma(sample, moments, means=pattern.means, normal=False)
    unbound = directions.shape[0] == directions.shape[1]
    if isinstance(pattern, OrderedPattern) and _diagonal(sample) and unbound:  # U is zero where moments fit exactly
        apart = pattern.apart
        sample = sample._replace(weight=apart.of(sample.weight))
        found = apart.of(apart.of(found).mT).mT
        pattern, theta, directions = apart.pattern, theta[apart.staying], np.eye(len(apart.staying))
    slopes = moment_slopes(pattern, sample, theta)
    return adjusted(estimator, df, *gamma.traces(slopes, sample.weight, found, sample.share, directions))


def _diagonal(sample: Sample) -> bool:
    return sample.weight is not None and sample.weight.ndim == 2


def goodness_parts(pattern: ram.Pattern, sample: Sample, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """e^T V e and s^T V s by group, of which the GFI is made: 1 - their ratio."""
    if sample.metric is not None:
        implied = ram.implied(pattern, theta, sample.covariance, sample.mean)
        mean, implied_mean = (sample.mean, implied.mu) if pattern.means else (None, None)
        return fit_indices.gfi_parts(sample.covariance, implied.sigma, 0, mean, implied_mean, sample.covariance)
    e = moment_residuals(pattern, sample, theta)
    s = sample.target
    if s is None:
        s = least_squares.moments_vector(sample.covariance, sample.mean if pattern.means else None)
    return np.vecdot(e, least_squares.weigh(sample, e)), np.vecdot(s, least_squares.weigh(sample, s))


def residual_weight(sample: Sample, moments: Moments, method: Estimator, given: int) -> np.ndarray | None:
    """What weighs Browne's distribution-free residual statistic, (G, m, m); None where the estimator has another test.

    given : how many of the last variables are; their own moments do not vary, and weigh nothing

    Raises :class:`~sme_sem.errors.DataProblem` where the answers cannot tell it.
    """
    if method.test != "browne_residual_adf":
        return None
    means, p = sample.mean is not None, len(moments.names)
    varies = _varying(p, given, means=means)
    variances = np.diagonal(distribution_free(moments, means=means, given=given), axis1=1, axis2=2)
    _told(np.where(varies, variances, np.inf), sample, moments.names)
    return _weight_of_answers(moments, given, means=means)


def _varying(p: int, given: int, *, means: bool) -> np.ndarray:
    """Which moments of p variables vary where the last ones are given: -> (m,)"""
    columns, rows = np.triu_indices(p)
    return np.concatenate([np.arange(p * means) < p - given, np.minimum(rows, columns) < p - given])


@lru_cache(maxsize=2)
def _weight_of_answers(moments: Moments, given: int, *, means: bool) -> np.ndarray:
    """Inverse of Gamma among what varies; kept for the fit, its test and the baseline's: -> (G, m, m)"""
    found = distribution_free(moments, means=means, given=given)
    weight = np.zeros_like(found)
    varies = _varying(len(moments.names), given, means=means)
    within = np.ix_(np.arange(len(found)), varies, varies)
    weight[within] = _inverse(found[within], moments, "test='browne_residual_adf'")
    return weight


def browne_residual(
    pattern: ram.Pattern, sample: Sample, theta: np.ndarray, directions: np.ndarray, weight: np.ndarray | None = None
) -> float:
    """Browne's residual statistic, divided by N - G: under normality, or by the weight of the answers.

    directions : (q, f) in which the parameters can move
    """
    if weight is None:
        at = discrepancy.slope(pattern, sample._replace(metric=linalg.whitener(sample.covariance), weight=None), theta)
    else:
        at = least_squares.slope(pattern, sample._replace(metric=None, weight=weight), theta)
    W = linalg.whitener(directions.T @ at.hessian @ directions) @ directions.T
    taken_up = W @ at.gradient
    return float(at.value - taken_up @ taken_up / 2)


def _explicit(sample: Sample, *, means: bool) -> Sample:
    """Write the weight of generalized least squares out."""
    if sample.weight is not None:
        return sample
    return sample._replace(weight=gamma.inverse(gamma.normal_theory(sample.covariance, means=means)))


def _gamma(sample: Sample, moments: Moments, *, means: bool, normal: bool) -> np.ndarray:
    if moments.ordered is not None:
        return ordered_gamma(moments)
    if normal:
        return np.asarray(gamma.normal_theory(sample.covariance, means=means))
    return distribution_free(moments, means=means)


@lru_cache(maxsize=2)
def ordered_gamma(moments: Moments) -> np.ndarray:
    """Gamma of ordered answers, by group; kept, because errors, tests and indices all ask for it: -> (G, m, m)"""
    assert moments.ordered is not None
    return np.stack([influence.gamma(own) for own in moments.ordered])


def moment_residuals(pattern: ram.Pattern, sample: Sample, theta: np.ndarray) -> np.ndarray:
    """How far the moments of every group, ordered answers' or not, are from the model's: -> (G, m)"""
    if isinstance(pattern, OrderedPattern):
        assert sample.target is not None
        return np.asarray(sample.target - latent_response.responses(pattern, theta).vector)
    implied = ram.implied(pattern, theta, sample.covariance, sample.mean)
    return np.asarray(least_squares.residual(pattern, sample, implied))


def moment_slopes(pattern: ram.Pattern, sample: Sample, theta: np.ndarray) -> np.ndarray:
    """How the moments of every group, ordered answers' or not, move with the parameters: -> (G, q, m)"""
    if isinstance(pattern, OrderedPattern):
        cells = latent_response.jacobian(pattern, latent_response.responses(pattern, theta))
    else:
        cells = least_squares.jacobian(pattern, ram.implied(pattern, theta, sample.covariance, sample.mean))
    return np.asarray(least_squares.by_parameter(pattern, cells))


_TOO_FEW = Words(
    "{asked} weighs {m} moments by the inverse of their covariance matrix, which {fewest} respondents cannot tell: it "
    "needs {needed}",
    "{asked}以{m}个样本矩的协方差矩阵之逆加权，{fewest}名受访者不足以估计：{needed}",
)
_MORE = Words(
    "more than {m} in every group, and several times as many to be trusted. Take estimator='DWLS', 'ULSM' or 'MLR'.",
    "每组至少应多于{m}名，且数倍于此方可靠。请改用estimator='DWLS'、'ULSM'或'MLR'。",
)
_SINGULAR = Words(
    "{asked} needs the inverse of the covariance matrix of all moments, which is singular: some moments follow from "
    "others, as with answers that take two values only. Take estimator='DWLS', 'ULSM' or 'MLR'.",
    "{asked}需要全部样本矩的协方差矩阵之逆，而该矩阵奇异：部分样本矩可由其他矩推得，如仅有两种取值的回答。请改用"
    "estimator='DWLS'、'ULSM'或'MLR'。",
)

_NO_WEIGHTS = Words(
    "the weights of this estimator do not exist: the {what} has no sampling error, as of an item answered yes and no "
    "equally often. Take estimator='ULSM', 'MLR', or ordered= for such items.",
    "该估计方法的权重不存在：{what}没有抽样误差，例如是、否各半的题项。请用estimator='ULSM'或'MLR'，或将此类题项列入ordered。",
)
