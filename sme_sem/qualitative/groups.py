"""Whether two groups of respondents, such as firms and government, name different things.

For every code: how many segments (or sources) of each group hold it, its rank in each group, chi-square with Cramer's
V, and the odds ratio with its interval.  The odds ratio of a table with an empty cell has one half added to each cell
(Haldane 1956, Annals of Human Genetics 20, 309-311); intervals are Woolf's (1955, Annals of Human Genetics 19,
251-253).  P-values of the codes are also given after Holm (1979, Scandinavian Journal of Statistics 6, 65-70).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from ..arguments import among, texts
from ..errors import DataProblem
from ..sem.multiple_testing import corrected
from ..suggestions import did_you_mean
from ..tables import Column, Kind, Table, Tabled, Words, rows_from, term
from .coding import LEVEL_NAMES, Coding, Level, require_coding
from .frequency import occurrences

_FEW = 5  # expected count below which chi-square is replaced by Fisher's exact test


@dataclass(frozen=True, eq=False)
class GroupComparison(Tabled):
    """Codes by group.

    table : code, one count per group, one rank per group, chisq, pvalue (Fisher's where an expected count is below 5,
        chisq NaN then), pvalue_holm, cramers_v, odds_ratio (first against second group), or_ci_lower, or_ci_upper
    chisq, df, pvalue, cramers_v : of the whole table of mentions by code and group
    rank_correlation : Spearman's, of the two groups' counts
    unit, sizes : whether mentions or sources were counted, and how many of them each group has
    """

    level: Level
    unit: Literal["mentions", "sources"]
    groups: tuple[str, str]
    sizes: tuple[int, int]
    table: pd.DataFrame
    chisq: float
    df: int
    pvalue: float
    cramers_v: float
    rank_correlation: float

    def tables(self) -> tuple[Table, ...]:
        """Give the codes by group, then the whole table's test."""
        first, second = self.groups
        columns = (
            Column("code", LEVEL_NAMES[self.level]),
            Column("first", first, Kind.COUNT),
            Column("second", second, Kind.COUNT),
            Column("first_rank", _RANK.filled(group=first), Kind.COUNT),
            Column("second_rank", _RANK.filled(group=second), Kind.COUNT),
            *_TESTS,
        )
        rows = rows_from(self.table)
        sizes = dict(zip(("n", "m"), self.sizes, strict=True))
        said = (_UNITS[self.unit].filled(first=first, second=second, **sizes), _METHOD)
        whole = (self.chisq, self.df, self.pvalue, self.cramers_v, self.rank_correlation)
        return (
            Table("groups", _TITLE.filled(first=first, second=second), columns, rows, said),
            Table("groups_overall", _WHOLE_TITLE, _WHOLE, (whole,)),
        )


def compare_groups(
    coding: Coding,
    level: Level = "category",
    *,
    groups: tuple[str, str] | None = None,
    unit: Literal["mentions", "sources"] = "mentions",
) -> GroupComparison:
    """Compare what two groups of respondents name.

    Parameters
    ----------
    coding
        Coded segments with their respondents' group.
    level : {"concept", "category", "main_category"}
        Which codes.
    groups
        Names of two groups; needed where there are more.
    unit : {"mentions", "sources"}
        Count segments, which treats those of one source as independent, or sources, each once.

    Returns
    -------
    GroupComparison
        ``.table``, ``.chisq``, ``.cramers_v``, ``.rank_correlation``.

    Raises
    ------
    DataProblem
        If there are not two groups, or a group is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.qualitative import read_coding
    >>> rows = [("F", "market")] * 30 + [("F", "tax")] * 10 + [("G", "market")] * 10 + [("G", "tax")] * 30
    >>> coding = read_coding(pd.DataFrame([(f"{g}{i}", g, c) for i, (g, c) in enumerate(rows)],
    ...                      columns=["source", "group", "concept"]))
    >>> result = compare_groups(coding, "concept")
    >>> result.table["odds_ratio"].round(6).tolist(), round(result.cramers_v, 3)
    ([9.0, 0.111111], 0.5)
    """
    require_coding(coding)
    first, second = _two(coding, groups)
    if not among(unit, _UNITS):
        raise DataProblem(
            Words(
                f"unit: expected 'mentions' or 'sources', got {unit!r}",
                f"unit：应为'mentions'或'sources'，实为{unit!r}",
            )
        )
    once = occurrences(coding, level)
    once = once[once["group"].isin((first, second))]
    if unit == "sources":
        once = once.drop_duplicates(["source", "group", level])
    counts = pd.crosstab(once[level], once["group"]).reindex(columns=[first, second], fill_value=0)
    counts = counts.reindex([code for code in coding.codes(level) if code in counts.index])
    if counts.empty or not counts.sum().all():
        raise DataProblem(
            Words(
                f"level {level}: both groups, {first} and {second}, need codes; choose another level",
                f"{LEVEL_NAMES[level].zh}：{first}与{second}两组都须有编码；请选其他层级",
            )
        )
    named = coding.segments.loc[:, ["source", "group"]].drop_duplicates()["group"]
    sizes = counts.sum() if unit == "mentions" else named.value_counts().reindex([first, second])
    n = sizes.to_numpy(dtype=float)
    held = counts.to_numpy(dtype=float)
    rows = [_of_code(own, n) for own in held]
    columns = ["chisq", "pvalue", "cramers_v", "odds_ratio", "or_ci_lower", "or_ci_upper"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(2, "pvalue_holm", corrected(table["pvalue"], "holm"))
    ranks = counts.rank(ascending=False, method="min").astype(int)
    table.insert(0, "code", counts.index.astype(object))
    for place, (name, values) in enumerate(
        (
            ("first", counts[first]),
            ("second", counts[second]),
            ("first_rank", ranks[first]),
            ("second_rank", ranks[second]),
        ),
        1,
    ):
        table.insert(place, name, values.to_numpy())
    chisq, df, pvalue, v = _whole(held)
    varies = (counts.nunique() > 1).all()
    return GroupComparison(
        level=level,
        unit=unit,
        groups=(first, second),
        sizes=(int(n[0]), int(n[1])),
        table=table.sort_values(["first", "second"], ascending=False, kind="stable", ignore_index=True),
        chisq=chisq,
        df=df,
        pvalue=pvalue,
        cramers_v=v,
        rank_correlation=float(stats.spearmanr(counts[first], counts[second]).statistic) if varies else float("nan"),
    )


def _two(coding: Coding, groups: tuple[str, str] | None) -> tuple[str, str]:
    known = coding.groups
    chosen = known if groups is None else texts("groups", groups, "F")
    for name in chosen:
        if name not in known:
            raise DataProblem(
                Words(f"no respondent group is named {name!r}.", f"没有名为{name!r}的受访者组。")
                + did_you_mean(name, known)
            )
    if len(set(chosen)) != 2:
        raise DataProblem(
            Words(
                f"a comparison needs two groups; the coding has {len(known)} ({', '.join(known) or 'no group named'}). "
                "Name two with groups=(...)",
                f"比较需要两个组；编码中有{len(known)}个（{'、'.join(known) or '未注明组别'}）。"
                "请以groups=(...)指定两个",
            )
        )
    return chosen[0], chosen[1]


def _of_code(held: np.ndarray, n: np.ndarray) -> tuple[float, ...]:
    """Test one code: held or not, by group."""
    table = np.array([held, n - held])
    if not table.sum(axis=1).all():
        return (float("nan"),) * 6
    test = stats.chi2_contingency(table, correction=False)
    v = float(np.sqrt(test.statistic / n.sum()))
    chisq, p = float(test.statistic), float(test.pvalue)
    if test.expected_freq.min() < _FEW:
        chisq, p = float("nan"), float(stats.fisher_exact(table.astype(int)).pvalue)
    cells = table + 0.5 * (table == 0).any()
    log = float(np.log(cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0])))
    error = 1.959963984540054 * float(np.sqrt((1 / cells).sum()))
    return chisq, p, v, float(np.exp(log)), float(np.exp(log - error)), float(np.exp(log + error))


def _whole(held: np.ndarray) -> tuple[float, int, float, float]:
    if len(held) < 2:
        return float("nan"), 0, float("nan"), float("nan")
    test = stats.chi2_contingency(held, correction=False)
    return float(test.statistic), int(test.dof), float(test.pvalue), float(np.sqrt(test.statistic / held.sum()))


_TITLE = Words("What {first} and {second} name", "{first}与{second}的编码比较")
_WHOLE_TITLE = Words("Both groups, all codes", "两组总体比较")
_RANK = Words("Rank, {group}", "{group}排序")
_UNITS = {
    "mentions": Words(
        "Counted: segments ({first}: {n}, {second}: {m}), as if those of one source were independent.",
        "统计单位：片段（{first}：{n}，{second}：{m}），视同一材料的片段相互独立。",
    ),
    "sources": Words(
        "Counted: sources ({first}: {n}, {second}: {m}), each once for a code.",
        "统计单位：材料（{first}：{n}，{second}：{m}），每份材料对同一编码仅计一次。",
    ),
}
_METHOD = Words(
    "Chi-square without continuity correction; a dash where an expected count is below 5, the p-value then is "
    "Fisher's. Odds ratio: first against second group.",
    "卡方未作连续性校正；期望频数小于5时以Fisher精确检验给出p值。优势比：第一组相对第二组。",
)
_TESTS = (
    Column("chisq", "χ²", Kind.STATISTIC),
    Column("pvalue", term("p value"), Kind.PROBABILITY),
    Column("pvalue_holm", Words("p (Holm)", "p（Holm）"), Kind.PROBABILITY),
    Column("cramers_v", "Cramér V", Kind.COEFFICIENT),
    Column("odds_ratio", Words("Odds ratio", "优势比"), Kind.ESTIMATE),
    Column("or_ci_lower", Words("95% lower", "95%下限"), Kind.ESTIMATE),
    Column("or_ci_upper", Words("95% upper", "95%上限"), Kind.ESTIMATE),
)
_WHOLE = (
    Column("chisq", "χ²", Kind.STATISTIC),
    Column("df", term("Degrees of freedom"), Kind.COUNT),
    Column("pvalue", term("p value"), Kind.PROBABILITY),
    Column("cramers_v", "Cramér V", Kind.COEFFICIENT),
    Column("rank_correlation", Words("Spearman's rho", "Spearman秩相关"), Kind.COEFFICIENT),
)
