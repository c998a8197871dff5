"""The chi-square difference between two nested models, by the method that fits their estimator.

===================== ===========================================================================================
standard              the plain difference; right for ML, GLS and WLS where their assumptions hold
satorra.bentler.2001  after mean-adjusted tests (MLM, MLR, WLSM, ULSM); its factor can turn negative
satorra.bentler.2010  the same, strictly positive
satorra.2000          after mean-and-variance adjusted tests (MLMV, WLSMV, ULSMV ...): scaled and shifted
===================== ===========================================================================================

The formulas are in ``kernels.scaled_difference``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..errors import SpecificationError
from ..kernels import fit_indices, scaled_difference
from ..sem import least_squares
from ..sem.fit import Fit
from ..tables import Kind, Words
from ..tables.format import cell
from . import nesting


class Difference(NamedTuple):
    """A chi-square difference, its degrees of freedom and p, the method, and why that one."""

    statistic: float
    df: int
    pvalue: float
    method: str
    why: Words


def right_method(fit: Fit) -> str:
    """Name the method that an estimator's test asks for."""
    method = fit.options.method
    if method.mean_adjusted:
        return "satorra.bentler.2001"
    return "standard" if method.test == "standard" and method.chi_square else "satorra.2000"


def difference(wide: Fit, narrow: Fit, method: str = "auto") -> Difference:
    """Test the restriction that makes ``narrow``, which is nested, out of ``wide``.

    Raises :class:`~sme_sem.errors.SpecificationError` where the method does not go with the estimator.
    """
    chosen = right_method(wide) if method == "auto" else method
    df, own, other = narrow.inference.df - wide.inference.df, _chi_square(wide), _chi_square(narrow)
    if other < own - 1e-6 * (1 + own) and _minimised(wide):
        return Difference(np.nan, df, np.nan, chosen, _WORSE)
    if chosen.startswith("satorra.bentler") and not wide.options.method.mean_adjusted:
        asked = {"method": repr(chosen), "right": repr(right_method(wide))}
        used = {"estimator": wide.estimator, "test": repr(wide.options.method.test)}
        raise SpecificationError(_NEEDS_MEAN_ADJUSTED.filled(**asked, **used))
    statistic, why = _BY_METHOD[chosen](wide, narrow)
    if method == "auto" and chosen == "satorra.bentler.2001" and np.isnan(statistic):
        chosen, why = "satorra.bentler.2010", _POSITIVE
        statistic = _satorra_bentler_at(wide, narrow, nesting.reproduced(wide, narrow).theta)
    return Difference(statistic, df, float(fit_indices.p_value(statistic, df)), chosen, why)


def _minimised(fit: Fit) -> bool:
    """Whether the test statistic is the discrepancy that was minimised."""
    return not fit.options.method.residual


def _chi_square(fit: Fit) -> float:
    return fit.inference.test.chi_square


def _standard(wide: Fit, narrow: Fit) -> tuple[float, Words]:
    statistic, better = _chi_square(narrow) - _chi_square(wide), right_method(wide)
    return max(statistic, 0.0), _PLAIN if better == "standard" else _PLAIN_UNFIT.filled(better=better)


def _satorra_bentler_2001(wide: Fit, narrow: Fit) -> tuple[float, Words]:
    statistic, factor = scaled_difference.satorra_bentler(_scaled(narrow), _scaled(wide))
    return statistic, _MEAN_ADJUSTED if factor > 0 else _NEGATIVE


def _satorra_bentler_2010(wide: Fit, narrow: Fit) -> tuple[float, Words]:
    literal = nesting.translated(wide, narrow)
    statistic = _satorra_bentler_at(wide, narrow, literal)
    if nesting.left_over(wide, narrow, literal) < nesting.NOTHING:
        return statistic, _MEAN_ADJUSTED_2010
    exact = _satorra_bentler_at(wide, narrow, nesting.reproduced(wide, narrow).theta)
    if np.isnan(statistic) or np.isnan(exact):
        return exact, _MEAN_ADJUSTED_2010 if exact > 0 else _NO_FACTOR
    p = float(fit_indices.p_value(exact, narrow.inference.df - wide.inference.df))
    return statistic, _NOT_REPRODUCED.filled(exact=cell(exact, Kind.STATISTIC), p=f"{p:.3g}")


def _satorra_bentler_at(wide: Fit, narrow: Fit, theta: np.ndarray) -> float:
    """The difference with the wider model's factor at theta, where it equals the narrower one."""
    factor = _factor_at(wide, theta) if wide.inference.df else np.nan
    test = (_chi_square(wide), wide.inference.df, factor)
    return float(scaled_difference.satorra_bentler(_scaled(narrow), test)[0])


def _factor_at(fit: Fit, theta: np.ndarray) -> float:
    """tr(U Gamma) / df of a model at other parameter values than its estimates; the information may be indefinite."""
    at, N = fit.inference.at(theta), fit.inference.directions
    try:
        bread = N @ np.linalg.inv(N.T @ at.information @ N) @ N.T
    except np.linalg.LinAlgError:
        return np.nan
    return at.scaling_by(bread, N, fit.inference.df).mean_factor


def _scaled(fit: Fit) -> tuple[float, int, float]:
    return _chi_square(fit), fit.inference.df, fit.inference.scaling.mean_factor


def _satorra_2000(wide: Fit, narrow: Fit) -> tuple[float, Words]:
    own, other = wide.inference, narrow.inference
    m, N = other.df - own.df, own.directions
    inside = _moment_slopes(narrow, wide) @ other.directions
    A = scaled_difference.restriction(_moment_slopes(wide, wide) @ N, inside)
    onto = np.linalg.pinv(N)  # the information's inverse among the directions, which are not of length one
    inverse = onto @ own.bread @ onto.T
    trace, squared = scaled_difference.restricted(A, inverse, N.T @ own.spread(around_sample=True) @ N)
    plain = own.total * (other.value - own.value)
    right = right_method(wide)
    why = _SHIFTED if right == "satorra.2000" else _SHIFTED_AS_ASKED.filled(right=right)
    return float(scaled_difference.shifted(plain, m, trace, squared)), why


def _moment_slopes(fit: Fit, like: Fit) -> np.ndarray:
    """What the parameters do to the moments, groups below each other: -> (M, q), in the order of another fit's."""
    pattern = nesting.aligned(fit, like.table).pattern
    return np.concatenate(list(least_squares.moment_slopes(pattern, like.sample, fit.theta).mT))


_BY_METHOD: dict[str, Callable[[Fit, Fit], tuple[float, Words]]] = {
    "standard": _standard,
    "satorra.bentler.2001": _satorra_bentler_2001,
    "satorra.bentler.2010": _satorra_bentler_2010,
    "satorra.2000": _satorra_2000,
}
_PLAIN = Words(
    "nested; the likelihood-ratio (plain chi-square difference) test goes with this estimator",
    "嵌套；该估计方法适用似然比检验（普通卡方差异检验）",
)
_PLAIN_UNFIT = Words(
    "nested; but the plain difference of this estimator's statistics is no chi-square: take {better}",
    "嵌套；但该估计方法下普通卡方差值不服从卡方分布，应使用{better}",
)
_MEAN_ADJUSTED = Words(
    "nested; both tests are mean-adjusted, so their difference is scaled (Satorra and Bentler 2001)",
    "嵌套；两个检验均经均值校正，故对差值进行校正（Satorra与Bentler，2001）",
)
_MEAN_ADJUSTED_2010 = Words(
    "nested; strictly positive scaled difference (Satorra and Bentler 2010)",
    "嵌套；严格为正的校正卡方差异检验（Satorra与Bentler，2010）",
)
_NEGATIVE = Words(
    "nested; the scaling factor of the difference is not positive, so this method has no answer: take "
    "satorra.bentler.2010",
    "嵌套；差值的校正系数不为正，此方法无解，应使用satorra.bentler.2010",
)
_NO_FACTOR = Words(
    "nested; where the wider model equals the narrower one its information cannot be inverted, so this method has no "
    "answer: take satorra.bentler.2001",
    "嵌套；较宽模型在等同于较窄模型之处信息矩阵不可逆，此方法无解，应使用satorra.bentler.2001",
)
_POSITIVE = Words(
    "nested; the scaling factor of 2001 is not positive, so the strictly positive test is used "
    "(Satorra and Bentler 2010)",
    "嵌套；2001年方法的校正系数不为正，故采用严格为正的检验（Satorra与Bentler，2010）",
)
_NOT_REPRODUCED = Words(
    "nested; as programs do, the wider model is evaluated at the narrower one's estimates, but these do not reproduce "
    "its moments here (other parameters carry the scale or the means); where they are reproduced the statistic is "
    "{exact} (p = {p}): prefer that, or satorra.bentler.2001",
    "嵌套；按软件惯例将较窄模型的估计值代入较宽模型，但此处不能重现其矩（量尺或均值由不同参数设定）；"
    "若重现，统计量为{exact}（p = {p}），宜采用该值或satorra.bentler.2001",
)
_SHIFTED = Words(
    "nested; the tests are adjusted in mean and variance, so the difference is scaled and shifted (Satorra 2000)",
    "嵌套；检验经均值与方差校正，故对差值进行缩放与平移（Satorra，2000）",
)
_SHIFTED_AS_ASKED = Words(
    "nested; scaled and shifted (Satorra 2000), as was asked for; the tests of this estimator call for {right}",
    "嵌套；按指定方法对差值进行缩放与平移（Satorra，2000）；该估计方法本应使用{right}",
)
_WORSE = Words(
    "nested; but the wider model fits worse than the narrower one, so its estimates are not the best: fit it again "
    "from other start values",
    "嵌套；但较宽模型的拟合反而更差，说明其估计未达最优，请更换初始值重新拟合",
)
_NEEDS_MEAN_ADJUSTED = Words(
    "method={method} needs mean-adjusted tests, and the models are fitted by {estimator} (test={test}). Fit them with "
    "estimator='MLM', 'MLR' or 'WLSM', or take method={right}.",
    "method={method}需要均值校正的检验，而模型以{estimator}估计（test={test}）。请以estimator='MLM'、'MLR'或'WLSM'拟合，"
    "或设method={right}。",
)
