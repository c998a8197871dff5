"""Whether those who answered late, who stand for those who did not answer, answered differently from the early ones.

Extrapolation supposes that late respondents resemble nonrespondents; agreement of both waves makes nonresponse bias
less likely and proves nothing.

Armstrong and Overton (1977), Journal of Marketing Research 14, 396-402.  Tests and effects:
:mod:`sme_sem.measurement.differences`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import DataProblem, SpecificationError
from ..responses.numeric import require_frame
from ..responses.times import read_times
from ..sem.multiple_testing import CORRECTIONS, Correction, corrected, correction_of
from ..tables import Table, Tabled, Text, Words, joined, term
from . import differences as tests


@dataclass(frozen=True, eq=False)
class Nonresponse(Tabled):
    """Early against late respondents.

    table : one row per variable (variable, test, n_first, n_second, mean_first, mean_second, statistic, df, pvalue,
        pvalue_corrected, effect): first are the early, second the late ones; test is "t" (effect: Hedges' g) or "chisq"
        (effect: Cramer's V)
    n_early, n_late : how many were compared
    """

    table: pd.DataFrame
    n_early: int
    n_late: int
    correction: Correction
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the comparison."""
        title = term("Non-response bias") + Words(": ", "：") + term("Early vs late respondents")
        how = {"early": self.n_early, "late": self.n_late, "correction": CORRECTIONS[self.correction].title}
        rows = tests.printed(self.table, tests.PRINTED)
        return (Table("nonresponse", title, tests.PRINTED, rows, (_NOTE.filled(**how), *self.notes)),)


def nonresponse(
    frame: pd.DataFrame,
    order: str,
    variables: Sequence[str] | None = None,
    *,
    share: float = 0.25,
    categorical: Sequence[str] = (),
    correction: Correction = "holm",
) -> Nonresponse:
    """Compare early with late respondents.

    Sources: :mod:`sme_sem.measurement.nonresponse`.

    Parameters
    ----------
    frame : DataFrame
        One row per respondent.
    order : str
        A column that says when respondents answered: a time or a serial number, also written as text, or two values
        for two waves, the smaller of which is the early one.
    variables : sequence of str, optional
        What to compare, all other columns without it: numbers by means, anything else as categories.
    share : float
        Of the respondents: the first and the last so many are compared, unless ``order`` has two values.
    categorical : sequence of str
        Variables whose numbers are only names.
    correction : {"holm", "benjamini-hochberg", "bonferroni"}
        For the number of tests.

    Returns
    -------
    Nonresponse
        ``.table``, ``.n_early``, ``.n_late``.

    Raises
    ------
    SpecificationError
        A column is unknown, ``order`` is text that cannot be put in order, or ``share`` not between 0 and one half.
    DataProblem
        A wave has fewer than two respondents.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> answers = sme.simulate("trust =~ .8*t1 + .8*t2", 200, seed=1).assign(day=np.arange(200))
    >>> sme.nonresponse(answers, "day").table[["variable", "test", "n_first", "n_second"]].values.tolist()
    [['t1', 't', 50, 50], ['t2', 't', 50, 50]]
    """
    require_frame(frame)
    correction = correction_of(correction)
    require_kind("order", order, Hashable, _ORDER)
    tests.known_columns(frame, [order], "order")
    chosen = tests.known_columns(frame, frame.columns if variables is None else variables, "variables")
    categorical = tests.known_columns(frame, categorical, "categorical")
    chosen = [name for name in chosen if name != order]
    if not isinstance(share, Real) or not 0 < share <= 0.5:
        raise SpecificationError(_SHARE.filled(share=repr(share)))
    when = _in_order(frame[order], order)
    known = when.notna().to_numpy()
    waves, tied = sorted(when.dropna().unique()), False
    if len(waves) == 2:
        early, late = ((when == wave).to_numpy(dtype=bool, na_value=False) for wave in waves)
    else:
        place = when.rank(method="first").to_numpy()
        each = int(share * known.sum())
        early, late = place <= each, place > known.sum() - each  # False for NaN
        ends = when.dropna().sort_values().iloc[[each - 1, each, -each - 1, -each]].tolist() if each else []
        tied = bool(ends) and (ends[0] == ends[1] or ends[2] == ends[3])
    if min(early.sum(), late.sum()) < 2:
        raise DataProblem(_TOO_FEW.filled(early=early.sum(), late=late.sum()))
    table = tests.differences(frame, early, late, chosen, categorical)
    table["pvalue_corrected"] = corrected(table["pvalue"], correction)
    rare = tests.sparse(frame, early, late, list(table.loc[table["test"] == "chisq", "variable"]))
    notes: list[Text] = [_TIED.filled(order=order)] if tied else []
    notes += [_SPARSE.filled(names=joined(map(str, rare), ", ", "、"))] if rare else []
    if not known.all():
        notes.append(_UNDATED.filled(n=int((~known).sum()), order=order))
    return Nonresponse(table, int(np.sum(early)), int(np.sum(late)), correction, tuple(notes))


def _in_order(when: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Take texts for the numbers or times that they are; two texts are two waves."""
    if pd.api.types.is_numeric_dtype(when) or pd.api.types.is_datetime64_any_dtype(when):
        return when
    if isinstance(when.dtype, pd.CategoricalDtype) and when.dtype.ordered:
        return when.cat.codes.astype(float).where(when.notna())
    texts = when.dropna().astype(str)
    numbers = pd.to_numeric(texts, errors="coerce")
    if numbers.notna().all():
        return numbers.reindex(when.index)
    times = read_times(list(texts))
    points = [time for time in times.values if time is not None]
    if len(points) == len(texts) and not times.undecided:
        return pd.Series(points, index=texts.index).reindex(when.index)
    if texts.nunique() == 2:
        return when
    raise SpecificationError(_NO_ORDER.filled(name=repr(name), why=_UNDECIDED if times.undecided else _TEXT))


_ORDER = Words("the name of a column that says when respondents answered", "表示作答时间或先后的列名")
_SHARE = Words(
    "share={share}: give a share above 0 and at most 0.5, such as 0.25.",
    "share={share}：应为大于0且不超过0.5的比例，如0.25。",
)
_TOO_FEW = Words(
    "{early} early and {late} late respondents: each wave needs at least two.",
    "早期受访者{early}名，晚期受访者{late}名：每组至少需要两名。",
)
_NO_ORDER = Words(
    "order={name} cannot be put in order: {why}. Turn it into times (pandas.to_datetime) or serial numbers, or name a "
    "column with two waves.",
    "order={name}无法排序：{why}。请转换为时间（pandas.to_datetime）或序号，或指定一个只含前后两批的列。",
)
_UNDECIDED = Words("day and month could be the other way round", "日与月的先后无法判定")
_TEXT = Words("it is text, and neither number nor time", "内容为文本，既非数值也非时间")
_NOTE = Words(
    "{early} early (first) and {late} late (second) respondents; p corrected by {correction}. Agreement makes "
    "non-response bias less likely but proves nothing (Armstrong & Overton, 1977).",
    "早期（第一组）受访者{early}名，晚期（第二组）受访者{late}名；p值按{correction}法校正。"
    "无差异降低无应答偏差的可能，但不能证明其不存在（Armstrong与Overton，1977）。",
)
_SPARSE = Words(
    "{names}: expected counts below 5, so χ² is only rough.", "{names}：存在小于5的期望频数，χ²检验仅供参考。"
)
_TIED = Words(
    "The waves end among respondents with the same {order}; the order of the rows decided which of them count.",
    "两组的分界处有多名受访者的{order}相同，由数据行的先后决定其归属。",
)
_UNDATED = Words("{n} respondents without {order} left out.", "{n}名受访者缺少{order}，未纳入比较。")
