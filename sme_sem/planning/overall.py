"""Power of the test of overall fit, and the respondents it needs (MacCallum, Browne and Sugawara 1996)."""

from __future__ import annotations

import math
from numbers import Real

from ..arguments import probability, require_kind, whole
from ..errors import SpecificationError
from ..kernels import overall_power as kernel
from ..words import Words, at


def rmsea_power(
    n: float, df: float, *, null: float = 0.05, true: float = 0.08, alpha: float = 0.05, groups: int = 1
) -> float:
    """Power of the chi-square test of overall fit.

    Formulas and sources: :mod:`sme_sem.kernels.overall_power`.

    Parameters
    ----------
    n, df
        Respondents of all groups together, and the model's degrees of freedom.
    null
        The RMSEA tested: .05 for close fit, 0 for exact fit.
    true
        The RMSEA in the population.  If it is below ``null``, the test is that of not-close fit.
    alpha
        Level of the test.
    groups
        How many groups the model has.

    Returns
    -------
    float
        The probability of rejecting the hypothesis tested.

    Raises
    ------
    SpecificationError
        If a value makes no sense.

    Examples
    --------
    >>> round(rmsea_power(200, 20), 3)
    0.454
    """
    _sensible(df, null, true, alpha, groups)
    require_kind("n", n, Real, _NUMBER)
    if not 1 < n < math.inf:
        raise SpecificationError(at(f"n={n!r}", _RESPONDENTS))
    return kernel.overall_power(n, df, null, true, alpha, groups)


def rmsea_sample_size(
    df: float, *, power: float = 0.8, null: float = 0.05, true: float = 0.08, alpha: float = 0.05, groups: int = 1
) -> int:
    """Respondents needed for a power of the test of overall fit.

    Formulas and sources: :mod:`sme_sem.kernels.overall_power`.

    Parameters
    ----------
    df
        The model's degrees of freedom.
    power
        The power wanted.
    null, true, alpha, groups
        As for :func:`rmsea_power`.

    Returns
    -------
    int
        The smallest number of respondents, of all groups together.

    Raises
    ------
    SpecificationError
        If a value makes no sense, or ten million respondents are too few.

    Examples
    --------
    >>> rmsea_sample_size(20)
    434
    """
    _sensible(df, null, true, alpha, groups)
    require_kind("power", power, Real, _NUMBER)
    if not alpha < power < 1:
        raise SpecificationError(at(f"power={power!r}", _POWER))
    found = kernel.respondents_needed(power, df, null, true, alpha, groups)
    if math.isnan(found):
        raise SpecificationError(_TOO_NEAR.filled(power=f"{power:g}"))
    return int(found)


def _sensible(df: float, null: float, true: float, alpha: float, groups: int) -> None:
    for name, value in (("df", df), ("null", null), ("true", true)):
        require_kind(name, value, Real, _NUMBER)
    if df == math.inf:
        raise SpecificationError(at("df=inf", _FINITE))
    if not df > 0:
        raise SpecificationError(at(f"df={df!r}", _NO_TEST))
    if not (0 <= null < 1 and 0 <= true < 1) or null == true:
        raise SpecificationError(at(f"null={null!r}, true={true!r}", _TWO_VALUES))
    probability("alpha", alpha, 0.05)
    whole("groups", groups, 1, Words("how many groups there are, one or more", "组数，不小于1"))


_NUMBER = Words("a number", "数值")
_RESPONDENTS = Words("the number of respondents must be above 1, and finite.", "受访者数须大于1且有限。")
_POWER = Words("a power lies between alpha and 1, such as 0.8.", "统计功效应介于alpha与1之间，如0.8。")
_TOO_NEAR = Words(
    "ten million respondents are too few for a power of {power}: null and true are near.",
    "一千万名受访者仍不足以达到{power}的统计功效：null与true过于接近。",
)
_FINITE = Words("the degrees of freedom of a model are a finite number.", "模型的自由度须为有限值。")
_NO_TEST = Words(
    "a model without degrees of freedom has no test of overall fit.", "自由度不大于0的模型没有整体拟合检验。"
)
_TWO_VALUES = Words("give two different RMSEA values from 0 to below 1.", "应给出两个不同的RMSEA值，不小于0且小于1。")
