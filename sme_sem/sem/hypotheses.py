"""Which hypotheses the answers support.

A hypothesis expects a path and its sign.  It is supported if the estimate has that sign and its
two-sided p value is below alpha; a significant path of the other sign is not support.  Of many
some are supported by chance: :mod:`sme_sem.sem.multiple_testing` corrects for that.

A hypothesis with mediators is tested by the product of the paths along its route (:mod:`sme_sem.sem.routes`); where
there are bootstrap samples, by the p value of their interval: below alpha where that of level 1 - alpha excludes zero.

A product, ``outcome ~ cause:moderator``, is tested by the path from the construct that measures it.  Its standardized
coefficient takes the standard deviations of its factors, not of the product::

    beta = b SD(cause) SD(moderator) / SD(outcome)

Wen, Marsh & Hau (2010), Structural Equation Modeling 17, 1-22.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..arguments import chosen, probability
from ..errors import SpecificationError
from ..instrument.parts import Hypothesis
from ..instrument.syntax import product_construct
from ..suggestions import did_you_mean
from ..tables import Column, Kind, Table, Tabled, Words, joined, term
from ..tables.format import cell, level, percent
from . import multiple_testing
from .presentation import Labels, named, path_label, route_label
from .quoted import objections
from .routes import RouteEffect, route_effect

if TYPE_CHECKING:
    from ..resampling.bootstrap import Bootstrap
    from ..resampling.mediation import Interval
    from .fit import Fit

SUPPORTED = term("Supported")
NOT_SUPPORTED = term("Not supported")
_DOUBTED = Words(" (see the caution)", "（见警告）")
OPPOSITE = Words("Not supported (significant in the opposite direction)", "不成立（显著，但方向相反）")
NOT_IN_MODEL = Words("not in this model", "该模型中无此路径")
FIXED = Words("fixed in this model", "该路径被固定，未作检验")
NOT_FITTED = Words("model not fitted", "模型未能拟合")
CORRECTIONS = ("none", "holm", "benjamini-hochberg")


@dataclass(frozen=True, slots=True)
class HypothesisTest:
    """One hypothesis and what became of it.

    est, se, beta, z, pvalue : of the path, or of the product of the paths along a route; NaN where there is none
    pvalue_adjusted : corrected for the number of hypotheses tested; without a correction, the same
    supported : None where the path could not be tested
    verdict : the same in words, or the reason why there is none
    via : the mediators of a route
    ci_lower, ci_upper : interval of est, of level 1 - alpha
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
    pvalue_adjusted: float
    supported: bool | None
    verdict: Words
    via: tuple[str, ...] = ()
    ci_lower: float = math.nan
    ci_upper: float = math.nan

    def relation(self, labels: Labels | None = None) -> Words:
        """Write the path, or the route, as tables of these do."""
        if self.via:
            return route_label((self.cause, *self.via, self.outcome), labels)
        return path_label(self.outcome, self.cause, labels)


@dataclass(frozen=True)
class HypothesisTests(Tabled):
    """All hypotheses of a study, tested at one level.

    labels : what to print for the variables of the paths
    notes : what stands against the fits behind the tests
    correction : for the number of tests, one of ``CORRECTIONS``
    """

    tests: tuple[HypothesisTest, ...]
    alpha: float
    labels: Labels | None = None
    notes: tuple[Words, ...] = ()
    correction: str = "none"

    @property
    def supported(self) -> tuple[str, ...]:
        """The ids of the supported hypotheses."""
        return tuple(test.id for test in self.tests if test.supported)

    @property
    def frame(self) -> pd.DataFrame:
        """One row per hypothesis at full precision."""
        texts = ({"text": t.text.en, "verdict": t.verdict.en, "via": " → ".join(t.via)} for t in self.tests)
        return pd.DataFrame([asdict(t) | own for t, own in zip(self.tests, texts, strict=True)])

    def tables(self) -> tuple[Table, ...]:
        """Give the table of hypotheses with their verdicts, and the rule that decided them."""
        plain = self.correction == "none"
        rows = tuple(
            (
                test.id,
                test.relation(self.labels),
                test.sign,
                test.est,
                test.se,
                test.beta,
                test.z,
                test.pvalue,
                *(() if plain else (test.pvalue_adjusted,)),
                test.verdict,
            )
            for test in self.tests
        )
        rule = (_RULE if plain else _CORRECTED_RULE).filled(
            alpha=level(self.alpha),
            correction="" if plain else multiple_testing.CORRECTIONS[self.correction].cited,
            n=sum(test.supported is not None for test in self.tests),
        )
        columns = _COLUMNS if plain else (*_COLUMNS[:-1], _ADJUSTED, _COLUMNS[-1])
        return (Table("hypotheses", term("Hypothesis testing results"), columns, rows, (rule, *self.notes)),)


def test_hypotheses(
    hypotheses: Iterable[Hypothesis],
    fit: Fit | None,
    alpha: float = 0.05,
    *,
    correction: str = "none",
    others: Mapping[str, Fit | None] | None = None,
    labels: Labels | None = None,
    titles: Labels | None = None,
    bootstrap: Bootstrap | None = None,
    interval: Interval = "perc",
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
    correction : {"none", "holm", "benjamini-hochberg"}
        For the number of hypotheses that can be tested.
    others
        Fits of the models that hypotheses name in place of the hypothesized one.
    labels
        What to print for the variables of the paths.
    titles
        What to print for the models of ``others``.
    bootstrap
        Samples of ``fit``, for hypotheses with mediators; left out, those of its ``bootstrap=``, if there are any.
    interval : {"perc", "bc", "bca"}
        Of these samples, whose p value decides; of a fit's own it is the percentile interval.

    Returns
    -------
    HypothesisTests
        ``.tests``, ``.frame``, ``.supported``.

    Raises
    ------
    SpecificationError
        A fit of several groups: which of its paths the hypothesis means is not said.
    """
    probability("alpha", alpha, 0.05)
    correction = chosen("correction", correction, CORRECTIONS, did_you_mean(correction, CORRECTIONS))
    source = _Source(fit, bootstrap, chosen("interval", interval, ("perc", "bc", "bca")), 1 - alpha)
    known = dict(others or {})
    if any(used is not None and used.table.groups > 1 for used in (fit, *known.values())):
        raise SpecificationError(_ONE_GROUP)
    asked = [(h, known[h.model] if h.model in known else fit) for h in hypotheses]
    effects = [_along(hypothesis, used, source) for hypothesis, used in asked]
    found = [_test(*own, effect, 1 - alpha) for own, effect in zip(asked, effects, strict=True)]
    judged = _with_verdicts(found, alpha, correction)
    tests = tuple(_doubted(test, used) for test, (_, used) in zip(judged, asked, strict=True))
    said = list(_elsewhere(asked, fit, titles))
    said += [words for _, used in asked if used is not None for words in objections(used)]
    said += [_PRODUCT for h, _ in asked if h.moderator]
    said += _said_of_routes(tests, effects, [source.of(used) for _, used in asked], 1 - alpha)
    return HypothesisTests(tests, alpha, labels, tuple(dict.fromkeys(said)), correction)


def _with_verdicts(tests: Sequence[HypothesisTest], alpha: float, correction: str) -> tuple[HypothesisTest, ...]:
    """Decide on every hypothesis that could be tested; a p value that is not known supports nothing."""
    p_values = multiple_testing.corrected([test.pvalue for test in tests], correction)
    found = []
    for test, p_value in zip(tests, p_values.tolist(), strict=True):
        if test.supported is not None:
            clear = p_value < alpha  # False for NaN
            supported = test.supported and clear
            verdict = SUPPORTED if supported else OPPOSITE if clear else NOT_SUPPORTED
            test = replace(test, pvalue_adjusted=p_value, supported=supported, verdict=verdict)
        found.append(test)
    return tuple(found)


def _doubted(test: HypothesisTest, fit: Fit | None) -> HypothesisTest:
    """Say in a verdict itself that a warning stands against its solution, as notes are not always copied."""
    if test.supported is None or fit is None or fit.admissible:
        return test
    return replace(test, verdict=test.verdict + _DOUBTED)


def _elsewhere(
    asked: Sequence[tuple[Hypothesis, Fit | None]], fit: Fit | None, titles: Labels | None
) -> Iterator[Words]:
    """Name the models, and their respondents, of hypotheses that are not tested in the hypothesized one."""
    tested = [(h.id, h.model, used) for h, used in asked if used is not None]
    others = {model: used for _, model, used in tested if model is not None and used is not fit}
    for model, used in others.items():
        ids = joined([name for name, own, _ in tested if own == model], ", ", "、")
        yield _IN_ANOTHER.filled(ids=ids, model=named(model, titles), n=used.n)
    if others and fit is not None and any(used is fit for _, _, used in tested):
        yield _IN_THIS.filled(n=fit.n)


_Samples = tuple["Bootstrap | None", "Interval"]
"""Bootstrap samples, if there are any, and the interval to take."""


@dataclass(frozen=True, eq=False)
class _Source:
    """Where errors of routes come from: samples of one fit, or what the others bring."""

    fit: Fit | None
    bootstrap: Bootstrap | None
    interval: Interval
    level: float

    def of(self, used: Fit | None) -> _Samples:
        if used is not None and used is self.fit and self.bootstrap is not None:
            return self.bootstrap, self.interval
        return (None if used is None else used.bootstrapped), "perc"


def _along(hypothesis: Hypothesis, fit: Fit | None, source: _Source) -> RouteEffect | None:
    """The effect along the route of a hypothesis with mediators, if there is one."""
    if not hypothesis.via or fit is None or not fit.converged:
        return None
    samples, interval = source.of(fit)
    return route_effect(fit, hypothesis.route, source.level, samples=samples, interval=interval)


def _test(hypothesis: Hypothesis, fit: Fit | None, along: RouteEffect | None, level: float) -> HypothesisTest:
    """Look the path up; until it is judged, ``supported`` says whether its sign is the expected one."""
    if fit is None or not fit.converged:
        return _untested(hypothesis, NOT_FITTED)
    return _tested_route(hypothesis, along) if hypothesis.via else _tested_path(hypothesis, fit, level)


def _tested_route(hypothesis: Hypothesis, along: RouteEffect | None) -> HypothesisTest:
    if along is None:
        return _untested(hypothesis, NOT_IN_MODEL)
    if not along.estimated:
        return _untested(hypothesis, FIXED)
    found = along.estimate
    return replace(
        _untested(hypothesis, NOT_SUPPORTED),
        **found._asdict(),
        beta=along.standardized.est,
        supported=_as_expected(hypothesis, found.est),
    )


def _as_expected(hypothesis: Hypothesis, est: float) -> bool:
    return est > 0 if hypothesis.sign == "+" else est < 0


def _tested_path(hypothesis: Hypothesis, fit: Fit, level: float) -> HypothesisTest:
    frame = fit.estimates(level=level)
    names = (hypothesis.cause, product_construct(hypothesis.cause))
    at = (frame["op"] == "~") & (frame["lhs"] == hypothesis.outcome) & frame["rhs"].isin(names)
    if not at.any():
        return _untested(hypothesis, NOT_IN_MODEL)
    row = frame[at].iloc[0]
    if not row["free"]:
        return _untested(hypothesis, FIXED)
    est = float(row["est"])
    return replace(
        _untested(hypothesis, NOT_SUPPORTED),
        est=est,
        se=float(row["se"]),
        beta=_standardized_product(hypothesis, fit, est) if hypothesis.moderator else float(row["std_all"]),
        z=float(row["z"]),
        pvalue=float(row["pvalue"]),
        ci_lower=float(row["ci_lower"]),
        ci_upper=float(row["ci_upper"]),
        supported=_as_expected(hypothesis, est),
    )


def _standardized_product(hypothesis: Hypothesis, fit: Fit, est: float) -> float:
    point = fit.inference.point
    variances = np.diagonal(point.moments.cov[0])
    names = (hypothesis.cause.partition(":")[0], str(hypothesis.moderator), hypothesis.outcome)
    if any(name not in point.place for name in names):
        return math.nan
    cause, moderator, outcome = (math.sqrt(float(variances[point.place[name]])) for name in names)
    return est * cause * moderator / outcome


def _untested(hypothesis: Hypothesis, why: Words) -> HypothesisTest:
    return HypothesisTest(
        hypothesis.id,
        hypothesis.outcome,
        hypothesis.cause,
        hypothesis.sign,
        hypothesis.text.words,
        *(math.nan,) * 6,
        supported=None,
        verdict=why,
        via=hypothesis.via,
    )


def _said_of_routes(
    tests: Sequence[HypothesisTest],
    effects: Sequence[RouteEffect | None],
    samples: Sequence[_Samples],
    level: float,
) -> Iterator[Words]:
    """Say by what routes are tested: by the delta method or by which samples; and which of their paths are fixed."""
    every = zip(tests, effects, samples, strict=True)
    tested = [(t, e, s) for t, e, s in every if e is not None and t.supported is not None]
    by_delta = [test.id for test, _, (drawn, _) in tested if drawn is None]
    if by_delta:
        yield _BY_DELTA.filled(ids=joined(by_delta, ", ", "、"))
    for drawn, interval in {id(s[0]): s for *_, s in tested}.values():
        if drawn is not None:
            own = [_limits(test) for test, _, (used, _) in tested if used is drawn]
            yield _said_of_samples(drawn, interval, level, own)
    partly = [test.id for test, effect, _ in tested if not all(effect.free)]
    if partly:
        yield _PARTLY_FIXED.filled(ids=joined(partly, ", ", "、"))


def _said_of_samples(drawn: Bootstrap, interval: Interval, level: float, limits: Sequence[str]) -> Words:
    from ..resampling.mediation import INTERVAL_NAMES

    n, listed = len(drawn.draws) - drawn.failed, joined(limits, ", ", "、")
    return _BY_SAMPLES.filled(intervals=listed, n=n, level=percent(level), kind=INTERVAL_NAMES[interval])


def _limits(test: HypothesisTest) -> str:
    return f"{test.id} [{cell(test.ci_lower, Kind.ESTIMATE)}, {cell(test.ci_upper, Kind.ESTIMATE)}]"


test_hypotheses.__test__ = False  # type: ignore[attr-defined]  # not a test, whatever pytest reads from the name

_IN_ANOTHER = Words("{ids}: tested in the model “{model}” (N = {n}).", "{ids}：在模型“{model}”中检验（N = {n}）。")
_IN_THIS = Words(
    "The other hypotheses: tested in the hypothesized model (N = {n}).", "其余假设：在假设模型中检验（N = {n}）。"
)
_RULE = Words(
    "Supported: the path has the expected sign and its two-sided p is below {alpha}.",
    "判定规则：路径系数方向与预期一致，且双尾p值小于{alpha}，则假设成立。",
)
_BY_DELTA = Words(
    "{ids}: tested by the product of the paths along the route, its error by the delta method (Sobel, 1982). Products "
    "are not normal in small samples: a bootstrap is the better test.",
    "{ids}：以路径链上各路径系数之积检验，标准误由Delta法（Sobel，1982）得到。小样本下乘积并不服从正态分布，宜用Bootstrap检验。",
)
_BY_SAMPLES = Words(
    "Tested by the product of the paths along the route, with its error, {level} {kind} interval and the p that goes "
    "with this from {n} bootstrap samples: {intervals}.",
    "以路径链上各路径系数之积检验，标准误、{level}{kind}置信区间及相应p值来自{n}个Bootstrap样本：{intervals}。",
)
_PARTLY_FIXED = Words(
    "{ids}: a path of the route is fixed by the model; the test is of the others.",
    "{ids}：路径链中有路径被模型固定，检验仅涉及其余路径。",
)
_PRODUCT = Words(
    "A product (×) is measured by products of items (with an observed moderator, of items and the moderator), double "
    "mean centred; its β is b × SD(cause) × SD(moderator) / "
    "SD(outcome) (Wen, Marsh and Hau, 2010); tables of paths and diagrams standardize the product itself.",
    "乘积项（×）由双重均值中心化的题项乘积（调节变量为观测变量时，为题项与该变量的乘积）测量；其β为b×原因变量标准差×调节变量标准差／结果变量标准差（Wen、Marsh与Hau，2010）；"
    "路径系数表与路径图则以乘积项自身的标准差标准化。",
)
_CORRECTED_RULE = Words(
    "Supported: the path has the expected sign and its two-sided p, corrected for {n} tests ({correction}), is below "
    "{alpha}.",
    "判定规则：路径系数方向与预期一致，且经{n}次检验校正（{correction}）的双尾p值小于{alpha}，则假设成立。",
)
_ADJUSTED = Column("pvalue_adjusted", Words("p corrected", "校正p值"), Kind.PROBABILITY)
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
_ONE_GROUP = Words(
    "hypotheses are tested in one group: give a fit of one group's respondents.",
    "假设在单个组中检验：请给出以一个组的受访者拟合的模型。",
)
