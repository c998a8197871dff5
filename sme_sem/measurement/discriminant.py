"""Whether two constructs are two: chi-square tests and intervals of their correlation, and of HTMT.

For every pair of constructs the measurement model is compared with one that does not tell them apart:

* ``phi``: their correlation is fixed to one (to minus one if it is negative);
* ``merged``: in addition they correlate alike with every other construct, so that they are one.

A significant difference says that they are distinct.  With many pairs p values are corrected (Holm).  Both tests reject
at correlations as high as .95 once samples are large; the interval of the correlation against a bound such as .85 says
more.

Joreskog (1971), Psychometrika 36, 109-133 (correlation fixed to one).  Ronkko and Cho (2022), Organizational Research
Methods 25, 6-47.  Henseler, Ringle and Sarstedt (2015), Journal of the Academy of Marketing Science 43, 115-135, and
Roemer, Schuberth and Henseler (2021), Industrial Management & Data Systems 121, 2637-2650 (HTMT, HTMT2 and intervals).
Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..arguments import probability, whole
from ..errors import ConvergenceError, SpecificationError
from ..kernels import fit_indices, intervals
from ..kernels import validity as kernel
from ..sem.composites import composites_of
from ..sem.multiple_testing import corrected
from ..sem.quoted import objections
from ..sem.specification import Specification
from ..tables import Column, Kind, Table, Tabled, Text, Words, about, joined, rows_from, term
from ..tables.format import interval_columns, percent
from ..threads import one_thread
from .answers import complete_answers, require_correlations, require_scales, resampled

if TYPE_CHECKING:
    from ..sem.fit import Fit


@dataclass(frozen=True, eq=False)
class Discriminant(Tabled):
    """Tests that constructs are distinct.

    tests : one row per pair and test (construct, other, correlation, ci_lower, ci_upper, test, chisq_diff, df_diff,
        pvalue, pvalue_holm, cfi_diff); NaN where the restricted model was not found
    n : respondents of every model
    """

    tests: pd.DataFrame
    n: int
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the tests."""
        rows = tuple((*row[:5], _TESTS[row[5]], *row[6:]) for row in self.tests.itertuples(index=False, name=None))
        title = term("Discriminant validity") + Words(": chi-square tests", "：卡方检验")
        return (Table("discriminant_tests", title, _COLUMNS, rows, (_NOTE.filled(n=self.n), *self.notes)),)


@one_thread()
def discriminant(frame: pd.DataFrame, model: str | Specification, **options: Any) -> Discriminant:
    """Test for every pair of constructs whether they are distinct.

    Sources: :mod:`sme_sem.measurement.discriminant`.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent.
    model : str or Specification
        A measurement model, constructs correlating freely.  Composites (``<~``), and constructs that they are made of,
        are left out of the tests.
    **options
        Further arguments of :func:`sme_sem.fit`: ``estimator="ML"`` (the only one) and ``missing``.

    Returns
    -------
    Discriminant
        ``.tests``, two rows for each pair (one where there are but two constructs, for which both tests are the same).

    Raises
    ------
    SpecificationError
        There are fewer than two constructs, they are not free to correlate, or a robust estimator was asked for.
    ConvergenceError
        The measurement model was not found.
    SmeSemError
        The measurement model cannot be fitted to these answers, see :func:`sme_sem.fit`.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("t =~ .8*t1 + .8*t2 + .8*t3; u =~ .8*u1 + .8*u2 + .8*u3; t ~~ .5*u", 300, seed=1)
    >>> found = sme.discriminant(answers, "t =~ t1 + t2 + t3; u =~ u1 + u2 + u3")
    >>> found.tests[["construct", "other", "test", "df_diff"]].values.tolist(), bool(found.tests["pvalue"][0] < 0.001)
    ([['t', 'u', 'phi', 1.0]], True)
    """
    from ..sem.fit import fit

    specification = Specification.read(model).for_all_groups("discriminant")
    made = _composed(specification)
    names = [name for name in specification.latent if name not in made]
    if len(names) < 2:
        raise SpecificationError(_TWO_REFLECTED.filled(made=joined(made, ", ", "、")) if made else _TWO)
    free = fit(specification, frame, **(options | {"std_lv": True, "on_failure": "raise"}))
    if free.options.method.discrepancy != "ML" or free.options.method.scaled or free.table.groups > 1:
        raise SpecificationError(_ONLY_ML)
    correlations = _correlations(free, names)
    if missing := [pair for pair in combinations(names, 2) if pair not in correlations]:
        a, b = missing[0]
        raise SpecificationError(_NOT_FREE.filled(a=a, b=b))
    rows, lost = [], []
    entire = [name for name in specification.latent if name not in free.table.made]
    for (a, b), (r, lower, upper) in correlations.items():
        for test, restricted in _restricted(specification, entire, a, b, 1 if r >= 0 else -1).items():
            tight = fit(restricted, frame, **(options | {"std_lv": True, "on_failure": "return"}))
            if not tight.converged:
                lost.append(f"{a} ~~ {b} ({test})")
            rows.append((a, b, r, lower, upper, test, *_difference(tight, free)))
    tests = pd.DataFrame(rows, columns=_NAMES)
    for test in tests["test"].unique():
        own = tests["test"] == test
        tests.loc[own, "pvalue_holm"] = corrected(tests.loc[own, "pvalue"], "holm")
    notes = tuple(about(own, said) for own, said in ((made, _COMPOSED), (lost, _LOST)) if own)
    return Discriminant(tests[[column.name for column in _COLUMNS]], free.n, (*notes, *objections(free)))


def _composed(specification: Specification) -> list[str]:
    """Composites, and constructs that composites are made of: these have no correlation that could be fixed."""
    own = {name for composite in composites_of(specification) for name in (composite.name, *composite.items)}
    return [name for name in specification.latent if name in own]


def _correlations(fit: Fit, names: Sequence[str]) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Correlation of each pair with its interval."""
    rows = fit.estimates()
    order = {name: i for i, name in enumerate(names)}
    among = rows["lhs"].isin(names) & rows["rhs"].isin(names) & (rows["lhs"] != rows["rhs"])
    own = rows[(rows["op"] == "~~") & among & rows["free"]]
    found = {}
    for row in own.itertuples():
        a, b = sorted((str(row.lhs), str(row.rhs)), key=order.__getitem__)
        found[a, b] = (float(row.est), float(row.ci_lower), float(row.ci_upper))  # type: ignore[arg-type]
    return found


def _restricted(
    specification: Specification, names: Sequence[str], a: str, b: str, sign: int
) -> dict[str, Specification]:
    """The models in which a and b are one."""
    fixed = specification.add(f"{a} ~~ {sign}*{b}")
    others = [name for name in names if name not in (a, b)]
    if not others:
        return {"phi": fixed}
    equal = [f"{a} ~~ same_{i}_*{c}; {b} ~~ also_{i}_*{c}; also_{i}_ == {sign}*same_{i}_" for i, c in enumerate(others)]
    return {"phi": fixed, "merged": fixed.add("; ".join(equal))}


def _difference(tight: Fit, free: Fit) -> tuple[float, float, float, float]:
    if not tight.converged:
        return (np.nan,) * 4
    narrow, wide = tight.measures(), free.measures()
    chi_square, df = float(narrow["chisq"] - wide["chisq"]), float(narrow["df"] - wide["df"])
    return chi_square, df, float(fit_indices.p_value(chi_square, df)), float(narrow["cfi"] - wide["cfi"])


@dataclass(frozen=True, eq=False)
class Heterotrait(Tabled):
    """HTMT and HTMT2 with bootstrap intervals.

    ratios : one row per pair of constructs (construct, other, htmt, htmt_ci_lower, htmt_ci_upper, htmt2,
        htmt2_ci_lower, htmt2_ci_upper)
    draws, failed : bootstrap samples, and how many of them had no ratio
    n, level : respondents who answered every item, and the confidence of the intervals
    """

    ratios: pd.DataFrame
    n: int
    draws: int
    failed: int
    level: float
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the ratios."""
        rows = rows_from(self.ratios)
        values = {"draws": self.draws, "failed": self.failed, "level": percent(self.level)}
        title = term("Heterotrait-monotrait ratio")
        return (Table("htmt_intervals", title, _RATIO_COLUMNS, rows, (_PERCENTILE.filled(**values), *self.notes)),)


@one_thread()
def heterotrait(
    frame: pd.DataFrame, scales: Mapping[str, Sequence[str]], *, draws: int = 2000, seed: int = 1, level: float = 0.95
) -> Heterotrait:
    """Give HTMT and HTMT2 of every pair of constructs with bootstrap percentile intervals.

    Sources: :mod:`sme_sem.measurement.discriminant`.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent; rows with a gap in an item are left out.
    scales : mapping of str to sequence of str
        The items of each construct, at least two.
    draws, seed, level
        Of the bootstrap.

    Returns
    -------
    Heterotrait
        ``.ratios``, ``.failed``.

    Raises
    ------
    SpecificationError
        There are fewer than two constructs, one has fewer than two items, or an argument is out of range.
    DataProblem
        Respondents are too few, or an item is not numeric, does not vary or follows from others.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("t =~ .8*t1 + .8*t2 + .8*t3; u =~ .8*u1 + .8*u2 + .8*u3; t ~~ .5*u", 300, seed=1)
    >>> found = sme.heterotrait(answers, {"t": ["t1", "t2", "t3"], "u": ["u1", "u2", "u3"]}, draws=500)
    >>> row = found.ratios.iloc[0]
    >>> bool(row["htmt_ci_lower"] < row["htmt"] < row["htmt_ci_upper"])
    True
    """
    probability("level", level, 0.95)
    require_scales(scales)
    if len(scales) < 2 or any(len(own) < 2 for own in scales.values()):
        raise SpecificationError(_TWO_SCALES)
    draws = whole("draws", draws, 2, Words("at least two, in practice some thousands", "至少2，实际宜为数千"))
    items = list(dict.fromkeys(item for own in scales.values() for item in own))
    answers = complete_answers(frame, items)
    R = require_correlations(answers)
    members = np.array([[float(item in own) for item in items] for own in scales.values()])
    pairs = np.triu_indices(len(scales), 1)

    def ratios(correlation: Any) -> np.ndarray:
        both = (kernel.heterotrait_monotrait, kernel.heterotrait_monotrait_geometric)
        return np.stack([kind(correlation, members)[..., *pairs] for kind in both], axis=-2)

    sample = np.concatenate([ratios(correlations) for correlations in resampled(answers, draws, seed)])
    usable = np.isfinite(sample).all(axis=(-2, -1))
    if usable.sum() < 2:
        raise ConvergenceError(_HARDLY_ANY)
    ordered = np.sort(sample[usable].reshape(usable.sum(), -1), axis=0)
    limits = intervals.percentile(ordered, level).reshape(2, *sample.shape[1:])
    names, estimate = list(scales), ratios(R)
    table = pd.DataFrame({"construct": [names[i] for i in pairs[0]], "other": [names[j] for j in pairs[1]]})
    for which, name in enumerate(("htmt", "htmt2")):
        table[name] = estimate[which]
        table[f"{name}_ci_lower"], table[f"{name}_ci_upper"] = limits[:, which]
    return Heterotrait(table, answers.n, draws, int(draws - usable.sum()), level, answers.sample_notes())


_TWO = Words(
    "discriminant validity compares constructs: the model needs at least two.",
    "区分效度比较构念：模型至少需要两个构念。",
)
_TWO_REFLECTED = Words(
    "discriminant validity compares constructs that their items reflect (=~), unlike {made}: the model needs at least "
    "two.",
    "区分效度比较由题项反映的构念（=~），{made}不属此类：模型至少需要两个这样的构念。",
)
_ONLY_ML = Words(
    "the tests are likelihood-ratio tests of one group: take estimator='ML', without group=.",
    "本检验为单组似然比检验：请取estimator='ML'，且不用group=。",
)
_NOT_FREE = Words(
    "{a} and {b} are not free to correlate: give a measurement model without paths.",
    "{a}与{b}不能自由相关：请给出不含路径的测量模型。",
)
_TWO_SCALES = Words(
    "HTMT compares constructs: give at least two, each with at least two items.",
    "HTMT比较构念：请至少给出两个构念，每个至少两个题项。",
)
_HARDLY_ANY = Words(
    "hardly any bootstrap sample had correlations: items vary too little.",
    "几乎没有Bootstrap样本可求得相关：题项的变异过小。",
)
_TESTS = {"phi": Words("correlation of one", "相关固定为1"), "merged": Words("merged into one", "合并为一个构念")}
_NAMES = [
    "construct",
    "other",
    "correlation",
    "ci_lower",
    "ci_upper",
    "test",
    "chisq_diff",
    "df_diff",
    "pvalue",
    "cfi_diff",
]
_COLUMNS = (
    Column("construct", term("Construct"), once=True),
    Column("other", Words("With", "对比构念")),
    Column("correlation", Words("Correlation", "相关系数"), Kind.COEFFICIENT),
    *interval_columns(0.95, Kind.COEFFICIENT),
    Column("test", Words("Against", "对照模型")),
    Column("chisq_diff", "Δχ²", Kind.STATISTIC),
    Column("df_diff", "Δdf", Kind.COUNT),
    Column("pvalue", "p", Kind.PROBABILITY),
    Column("pvalue_holm", Words("p (Holm)", "p（Holm校正）"), Kind.PROBABILITY),
    Column("cfi_diff", "ΔCFI", Kind.COEFFICIENT),
)
_RATIO_COLUMNS = (
    Column("construct", term("Construct"), once=True),
    Column("other", Words("With", "对比构念")),
    *(
        Column(f"{name}{end}", heading, Kind.COEFFICIENT, name.upper())
        for name in ("htmt", "htmt2")
        for end, heading in (
            ("", Words("Ratio", "比率")),
            ("_ci_lower", Words("CI lower", "置信区间下限")),
            ("_ci_upper", Words("CI upper", "置信区间上限")),
        )
    ),
)
_NOTE = Words(
    "N = {n}, maximum likelihood. A significant test says that the two constructs are distinct; an interval that stays "
    "below .85 says so more strictly (Rönkkö & Cho, 2022).",
    "样本量 N = {n}，极大似然估计。检验显著说明两个构念可以区分；"
    "相关系数的置信区间低于.85是更严格的证据（Rönkkö与Cho，2022）。",
)
_LOST = Words("the restricted model was not found.", "受限模型未得到解。")
_COMPOSED = Words(
    "composites (<~), or what they are made of, are not compared: the tests are of constructs that items reflect.",
    "合成构念（<~）及其组成构念不参与比较：本检验适用于由题项反映的构念。",
)
_PERCENTILE = Words(
    "{level} percentile intervals of {draws} bootstrap samples ({failed} without a ratio). HTMT: Henseler, Ringle and "
    "Sarstedt (2015); HTMT2: Roemer, Schuberth and Henseler (2021).",
    "{level}百分位Bootstrap置信区间，抽样{draws}次（其中{failed}次无法计算）。HTMT：Henseler、Ringle与Sarstedt（2015）；"
    "HTMT2：Roemer、Schuberth与Henseler（2021）。",
)
