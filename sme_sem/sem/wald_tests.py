"""Whether constraints hold that a model was estimated without: Wald tests.

With h the left sides less the right ones at the estimates, J their slopes and V the estimates' covariance matrix::

    X2 = h^T (J V J^T)^- h        df = rank of J V J^T

V is the fit's own, so that robust errors, or those from samples, make a robust test.  A constraint that follows from
the others adds no degree of freedom.  Values are those of lavaan's ``lavTestWald``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import SpecificationError
from ..kernels import fit_indices
from ..kernels.wald import statistic
from ..syntax import read_terms
from ..words import Words, at
from .constraints import labelled
from .expressions import evaluate
from .fitted import require_solution

if TYPE_CHECKING:
    from .result import Fit

_ROUNDING = 1e-14  # of what a variance could be if nothing cancelled


def wald_tests(fit: Fit, constraints: str) -> pd.DataFrame:
    """One row for each constraint, and the test of all together last."""
    require_solution(fit, Words("nothing can be tested; see fit.diagnostics.", "无从检验；详见fit.diagnostics。"))
    require_kind("constraints", constraints, str, _TEXT)
    terms = read_terms(constraints)
    if not terms or any(term.op != "==" for term in terms):
        raise SpecificationError(at(repr(constraints), _NO_EQUALITIES))
    known = labelled(fit.table, fit.theta)
    sides = [(evaluate(term.lhs, known), evaluate(term.rhs, known)) for term in terms]
    h = np.array([float(left.value - right.value) for left, right in sides])
    J = np.stack([np.broadcast_to(left.gradient - right.gradient, fit.theta.shape) for left, right in sides])
    vcov = fit.inference.vcov
    spread = J @ vcov @ J.T
    with np.errstate(invalid="ignore"):  # a solution may have no errors
        most = (np.abs(J) @ np.sqrt(np.diagonal(vcov))) ** 2
    spread[np.diagonal(spread) <= _ROUNDING * most] = 0
    texts = [f"{term.lhs} == {term.rhs}" for term in terms]
    each = [_test(h[r : r + 1], spread[r : r + 1, r : r + 1], texts[r]) for r in range(len(h))]
    rows = [*((term.lhs, "==", term.rhs) for term in terms), ("total", "", "")]
    frame = pd.DataFrame(rows, columns=["lhs", "op", "rhs"])
    frame["difference"], frame["se"] = [*h, np.nan], [*np.sqrt(np.diagonal(spread)), np.nan]
    frame["x2"], frame["df"] = zip(*each, _test(h, spread, "; ".join(texts)), strict=True)
    frame["pvalue"] = fit_indices.p_value(frame["x2"], frame["df"])
    return frame


def _test(h: np.ndarray, spread: np.ndarray, text: str) -> tuple[float, int]:
    """X2 and its degrees of freedom: (k,), (k, k)"""
    if not (np.isfinite(h).all() and np.isfinite(spread).all() and (np.diagonal(spread) >= 0).all()):
        raise SpecificationError(_NO_VALUE.filled(text=repr(text)))
    if not (np.diagonal(spread) > 0).all():
        raise SpecificationError(_FIXED.filled(text=repr(text)))
    x2, df = statistic(h, spread)
    if np.isnan(x2):
        raise SpecificationError(at(repr(text), _CONTRADICTORY))
    return x2, df


_NO_EQUALITIES = Words(
    "a Wald test is of equalities between labels and numbers, as in 'a == b; c == 0'.",
    "Wald检验针对标签与数值之间的等式，如'a == b; c == 0'。",
)
_NO_VALUE = Words(
    "{text} has no value, or no standard error, at the estimates.", "{text}在估计值处没有取值，或没有标准误。"
)
_FIXED = Words(
    "{text} is about what is fixed, by the model or by its constraints: test estimated parameters.",
    "{text}涉及已由模型或其约束固定的参数：请检验估计的参数。",
)
_CONTRADICTORY = Words(
    "these cannot all hold, whatever the parameters are.", "无论参数取何值，这些等式都不可能同时成立。"
)
_TEXT = Words("text, such as 'a == b; c == 0'", "文本，如'a == b; c == 0'")
