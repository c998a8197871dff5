"""Which cases stay, by rules that are data: ``"mentions > mean"``, ``"self_share >= 0.3"``, ``"index top 30"``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..arguments import texts
from ..errors import DataProblem
from ..responses.numeric import require_frame
from ..suggestions import did_you_mean
from ..tables import Column, Kind, Table, Tabled, Words, rows_from

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_RULE = re.compile(r"\s*(\w+)\s*(?:(>=|<=|>|<)\s*(mean|median|p\d{1,2}|-?\d+(?:\.\d+)?)|top\s+(\d+))\s*")


@dataclass(frozen=True, eq=False)
class Selection(Tabled):
    """Cases that pass every rule.

    cases : all of them, with a column ``kept``
    rules : rule, threshold (the number the rule came to), passed (cases that meet this rule), left (cases that meet it
        and all before)
    """

    cases: pd.DataFrame
    rules: pd.DataFrame

    @property
    def kept(self) -> pd.DataFrame:
        """The cases that pass every rule."""
        return self.cases[self.cases["kept"]].drop(columns="kept")

    def tables(self) -> tuple[Table, ...]:
        """Give the way from all cases to those kept."""
        rows = rows_from(self.rules)
        return (Table("selection", _TITLE, _COLUMNS, rows, (_ALL.filled(n=len(self.cases)),)),)


def select(cases: pd.DataFrame, rules: Sequence[str]) -> Selection:
    """Keep the cases that pass every rule.

    Parameters
    ----------
    cases
        A row for each case (firm, document) with numeric columns.
    rules
        Each a column, a comparison (``>``, ``>=``, ``<``, ``<=``) and a number, ``mean``, ``median`` or a percentile
        such as ``p75``, all taken over all cases; or ``column top 30``, ties with the last included.

    Returns
    -------
    Selection
        ``.kept``, ``.cases``, ``.rules``.

    Raises
    ------
    DataProblem
        If a rule cannot be read, or names a column that is missing or not numeric.

    Examples
    --------
    >>> import pandas as pd
    >>> firms = pd.DataFrame({"firm": ["A", "B", "C"], "mentions": [1, 2, 9], "self_share": [0.9, 0.1, 0.6]})
    >>> select(firms, ["mentions > mean", "self_share >= 0.5"]).kept["firm"].tolist()
    ['C']
    """
    require_frame(cases, "cases")
    kept = pd.Series(True, index=cases.index)
    rows = []
    for rule in texts("rules", rules, "mentions > mean"):
        threshold, passed = _applied(cases, rule)
        kept &= passed
        rows.append((rule, threshold, int(passed.sum()), int(kept.sum())))
    steps = pd.DataFrame(rows, columns=["rule", "threshold", "passed", "left"])
    return Selection(cases.assign(kept=kept), steps)


def _applied(cases: pd.DataFrame, rule: str) -> tuple[float, pd.Series[bool]]:
    match = _RULE.fullmatch(rule)
    if match is None:
        raise DataProblem(
            _OF.filled(rule=repr(rule))
            + Words(
                "expected for example 'mentions > mean', 'self_share >= 0.3' or 'index top 30'",
                "应写作如'mentions > mean'、'self_share >= 0.3'或'index top 30'",
            )
        )
    name, comparison, reference, top = match.groups()
    if name not in cases:
        raise DataProblem(
            _OF.filled(rule=repr(rule))
            + Words(f"no column is named {name!r}.", f"没有名为{name!r}的列。")
            + did_you_mean(name, map(str, cases))
        )
    if not pd.api.types.is_numeric_dtype(cases[name]):
        raise DataProblem(_OF.filled(rule=repr(rule)) + Words(f"column {name!r} is not numeric", f"列{name!r}不是数值"))
    values = cases[name].astype(float)
    if top is not None:
        comparison, threshold = ">=", float(values.nlargest(int(top)).min())
    elif reference in ("mean", "median"):
        threshold = float(values.mean() if reference == "mean" else values.median())
    elif reference.startswith("p"):
        threshold = float(values.quantile(int(reference[1:]) / 100))
    else:
        threshold = float(reference)
    return threshold, _COMPARISONS[comparison](values, threshold)  # False for NaN


_OF = Words("rule {rule}: ", "规则{rule}：")
_TITLE = Words("Selection", "样本筛选")
_ALL = Words("Before: {n} cases.", "筛选前：{n}个。")
_COLUMNS = (
    Column("rule", Words("Rule", "规则")),
    Column("threshold", Words("Threshold", "阈值"), Kind.ESTIMATE),
    Column("passed", Words("Meet it", "符合数"), Kind.COUNT),
    Column("left", Words("Left", "保留数"), Kind.COUNT),
)
