"""Which hypotheses the answers support.

A hypothesis expects a path and its sign.  It is supported if the estimate has that sign and its
two-sided p value is below alpha; a significant path of the other sign is not support.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from ..errors import SpecificationError
from ..instrument.model import Hypothesis
from ..tables import Column, Kind, Table, Tabled, Words, term
from ..tables.format import cell
from .presentation import Labels, objections, path_label

if TYPE_CHECKING:
    from .fit import Fit

SUPPORTED = term("Supported")
NOT_SUPPORTED = term("Not supported")
NOT_IN_MODEL = Words("not in this model", "该模型中无此路径")
FIXED = Words("fixed in this model", "该路径被固定，未作检验")
NOT_FITTED = Words("model not fitted", "模型未能拟合")


@dataclass(frozen=True, slots=True)
class HypothesisTest:
    """One hypothesis and what became of it.

    est, se, beta, z, pvalue : of the path; NaN where there is none
    supported : None where the path could not be tested
    verdict : the same in words, or the reason why there is none
    """

    id: str
    outcome: str
    cause: str
    sign: str
    text: Words
    est: float
    se: float
    beta: float
    z: float
    pvalue: float
    supported: bool | None
    verdict: Words


@dataclass(frozen=True)
class HypothesisTests(Tabled):
    """All hypotheses of a study, tested at one level.

    labels : what to print for the variables of the paths
    notes : what stands against the fits behind the tests
    """

    tests: tuple[HypothesisTest, ...]
    alpha: float
    labels: Labels | None = None
    notes: tuple[Words, ...] = ()

    @property
    def supported(self) -> tuple[str, ...]:
        """The ids of the supported hypotheses."""
        return tuple(test.id for test in self.tests if test.supported)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per hypothesis at full precision."""
        return pd.DataFrame([{**asdict(t), "text": t.text.en, "verdict": t.verdict.en} for t in self.tests])

    def tables(self) -> tuple[Table, ...]:
        """Give the table of hypotheses with their verdicts, and the rule that decided them."""
        rows = tuple(
            (
                test.id,
                path_label(test.outcome, test.cause, self.labels),
                test.sign,
                test.est,
                test.se,
                test.beta,
                test.z,
                test.pvalue,
                test.verdict,
            )
            for test in self.tests
        )
        rule = _RULE.filled(alpha=cell(self.alpha, Kind.COEFFICIENT).rstrip("0"))
        return (Table("hypotheses", term("Hypothesis testing results"), _COLUMNS, rows, (rule, *self.notes)),)


def test_hypotheses(
    hypotheses: Iterable[Hypothesis],
    fit: Fit | None,
    alpha: float = 0.05,
    *,
    others: Mapping[str, Fit | None] | None = None,
    labels: Labels | None = None,
) -> HypothesisTests:
    """Test hypotheses on the model that holds their paths.

    Parameters
    ----------
    hypotheses
        The instrument's; each expects a path and a sign.
    fit
        The hypothesized model; None where it could not be fitted.
    alpha
        Level of the two-sided test.
    others
        Fits of the models that hypotheses name in place of the hypothesized one.
    labels
        What to print for the variables of the paths.

    Returns
    -------
    HypothesisTests
        ``.tests``, ``.frame``, ``.supported``.
    """
    if not 0 < alpha < 1:
        raise SpecificationError(f"alpha must lie between 0 and 1, such as 0.05; got {alpha!r}")
    known = dict(others or {})
    asked = [(h, known[h.model] if h.model in known else fit) for h in hypotheses]
    said = [words for _, used in asked if used is not None for words in objections(used)]
    tests = tuple(_test(hypothesis, used, alpha) for hypothesis, used in asked)
    return HypothesisTests(tests, alpha, labels, tuple(dict.fromkeys(said)))


def _test(hypothesis: Hypothesis, fit: Fit | None, alpha: float) -> HypothesisTest:
    if fit is None or not fit.converged:
        return _untested(hypothesis, NOT_FITTED)
    frame = fit.estimates()
    at = (frame["op"] == "~") & (frame["lhs"] == hypothesis.outcome) & (frame["rhs"] == hypothesis.cause)
    if not at.any():
        return _untested(hypothesis, NOT_IN_MODEL)
    row = frame[at].iloc[0]
    if not row["free"]:
        return _untested(hypothesis, FIXED)
    est, p_value = float(row["est"]), float(row["pvalue"])
    as_expected = est > 0 if hypothesis.sign == "+" else est < 0
    supported = as_expected and p_value < alpha  # False for NaN
    return replace(
        _untested(hypothesis, SUPPORTED if supported else NOT_SUPPORTED),
        est=est,
        se=float(row["se"]),
        beta=float(row["std_all"]),
        z=float(row["z"]),
        pvalue=p_value,
        supported=supported,
    )


def _untested(hypothesis: Hypothesis, why: Words) -> HypothesisTest:
    return HypothesisTest(
        hypothesis.id,
        hypothesis.outcome,
        hypothesis.cause,
        hypothesis.sign,
        hypothesis.text.words,
        *(math.nan, math.nan, math.nan, math.nan, math.nan),
        supported=None,
        verdict=why,
    )


test_hypotheses.__test__ = False  # type: ignore[attr-defined]  # not a test, whatever pytest reads from the name

_RULE = Words(
    "Supported: the path has the expected sign and its two-sided p is below {alpha}.",
    "判定规则：路径系数方向与预期一致，且双尾p值小于{alpha}，则假设成立。",
)
_COLUMNS = (
    Column("id", term("Hypothesis number")),
    Column("path", term("Path")),
    Column("sign", term("Expected direction")),
    Column("est", Words("b", "非标准化系数 b"), Kind.ESTIMATE),
    Column("se", Words("S.E.", "标准误 S.E."), Kind.ESTIMATE),
    Column("beta", Words("β", "标准化系数 β"), Kind.COEFFICIENT),
    Column("z", Words("C.R. (z)", "C.R.（临界比 z）"), Kind.STATISTIC),
    Column("pvalue", "p", Kind.PROBABILITY),
    Column("verdict", term("Conclusion")),
)
