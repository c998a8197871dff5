"""Whether raters of the same targets agree: intraclass correlations and Kendall's W.

Shrout and Fleiss (1979), Psychological Bulletin 86, 420-428.  McGraw and Wong (1996), Psychological Methods 1, 30-46.
Kendall and Babington Smith (1939), Annals of Mathematical Statistics 10, 275-287.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..arguments import probability
from ..errors import DataProblem
from ..kernels import intraclass as kernel
from ..kernels import panel
from ..responses.numeric import require_frame
from ..tables import Column, Kind, Table, Tabled, Text, Words
from ..tables.format import percent
from .answers import complete_answers


@dataclass(frozen=True, eq=False)
class RaterAgreement(Tabled):
    """Agreement of raters.

    icc : one row per coefficient (type, icc, F, df1, df2, pvalue, ci_lower, ci_upper): ICC1 each target has raters of
        its own, ICC2 raters are a sample and levels count, ICC3 these raters only, levels do not; k: of their mean
    w, chisq, df, pvalue : Kendall's W, corrected for ties, and its test
    n_targets, n_raters : what was rated, and by how many who rated everything
    """

    icc: pd.DataFrame
    w: float
    chisq: float
    df: int
    pvalue: float
    n_targets: int
    n_raters: int
    level: float
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the intraclass correlations, and Kendall's W."""
        rows = tuple((row[0], _MEANING[row[0]], *row[1:]) for row in self.icc.itertuples(index=False, name=None))
        notes = (_SIZE.filled(n=self.n_targets, k=self.n_raters, level=percent(self.level)), *self.notes)
        whole = (self.w, self.chisq, self.df, self.pvalue, self.n_raters, self.n_targets)
        return (
            Table("intraclass", Words("Intraclass correlations", "组内相关系数"), _COLUMNS, rows, notes),
            Table("kendall_w", Words("Kendall's W", "肯德尔和谐系数W"), _W_COLUMNS, (whole,), (_KENDALL,)),
        )


def rater_agreement(ratings: pd.DataFrame, *, level: float = 0.95) -> RaterAgreement:
    """Measure how far raters agree on the same targets.

    Parameters
    ----------
    ratings : DataFrame
        A row for each rater, a numeric column for each target; raters who left one open are set aside and counted.
    level : float
        Of the intervals.

    Returns
    -------
    RaterAgreement
        ``.icc``, ``.w``, ``.chisq``, ``.df``, ``.pvalue``.

    Raises
    ------
    DataProblem
        There are fewer than two raters or targets, all targets are rated alike, or a rating is not numeric.
    SpecificationError
        ``level`` is not between 0 and 1.

    Notes
    -----
    The analysis of variance and intervals are those of psych's ``ICC`` (``lmer=FALSE``).

    Sources: :mod:`sme_sem.measurement.raters`.

    Examples
    --------
    >>> import pandas as pd, sme_sem as sme
    >>> ratings = pd.DataFrame({"price": [9, 8, 9], "trust": [2, 1, 3], "speed": [5, 6, 5], "design": [7, 6, 8]})
    >>> found = sme.rater_agreement(ratings)
    >>> found.icc.set_index("type")["icc"].round(2).loc[["ICC2", "ICC2k"]].tolist(), round(found.w, 2)
    ([0.92, 0.97], 0.98)
    """
    probability("level", level, 0.95)
    require_frame(ratings, "ratings")
    answers = complete_answers(ratings)
    values = answers.frame.to_numpy()
    n_raters, n_targets = values.shape
    if min(n_raters, n_targets) < 2:
        raise DataProblem(_TOO_FEW.filled(raters=n_raters, answered=answers.n_answered, targets=n_targets))
    squares = kernel.mean_squares((values - values[0, 0]).T)  # exactly zero where nothing varies
    if not squares.targets > 0:
        raise DataProblem(_ALIKE)
    F, df1, df2, p = kernel.intraclass_tests(squares)
    lower, upper = kernel.intraclass_interval(squares, level)
    w, chi_square, of_w = map(float, panel.kendall_test(values))
    return RaterAgreement(
        icc=pd.DataFrame(
            {
                "type": kernel.KINDS,
                "icc": kernel.intraclass(squares),
                "F": F,
                "df1": df1,
                "df2": df2,
                "pvalue": p,
                "ci_lower": lower,
                "ci_upper": upper,
            }
        ),
        w=w,
        chisq=chi_square,
        df=n_targets - 1,
        pvalue=of_w,
        n_targets=n_targets,
        n_raters=n_raters,
        level=level,
        notes=() if answers.n == answers.n_answered else (_LEFT_OUT.filled(n=answers.n_answered - answers.n),),
    )


_TOO_FEW = Words(
    "{raters} raters who rated everything (of {answered}) and {targets} targets: agreement needs at least two of each.",
    "对全部对象评分的评分者{raters}名（共{answered}名），评分对象{targets}个：计算一致性各需至少两个。",
)
_ALIKE = Words(
    "the raters' mean is the same for every target, so there is nothing to agree on.",
    "各评分对象的评分者均值完全相同，无从比较一致性。",
)
_MEANING = {
    "ICC1": Words("one rater, raters differ by target", "单个评分者，各对象评分者不同"),
    "ICC2": Words("one rater, absolute agreement", "单个评分者，绝对一致性"),
    "ICC3": Words("one rater, consistency", "单个评分者，相对一致性"),
    "ICC1k": Words("mean of raters, raters differ by target", "评分者均值，各对象评分者不同"),
    "ICC2k": Words("mean of raters, absolute agreement", "评分者均值，绝对一致性"),
    "ICC3k": Words("mean of raters, consistency", "评分者均值，相对一致性"),
}
_COLUMNS = (
    Column("type", Words("Type", "类型")),
    Column("meaning", Words("Of", "含义")),
    Column("icc", "ICC", Kind.COEFFICIENT),
    Column("F", "F", Kind.STATISTIC),
    Column("df1", "df1", Kind.COUNT),
    Column("df2", "df2", Kind.COUNT),
    Column("pvalue", "p", Kind.PROBABILITY),
    Column("ci_lower", Words("CI lower", "置信区间下限"), Kind.COEFFICIENT),
    Column("ci_upper", Words("CI upper", "置信区间上限"), Kind.COEFFICIENT),
)
_W_COLUMNS = (
    Column("w", "W", Kind.COEFFICIENT),
    Column("chisq", "χ²", Kind.STATISTIC),
    Column("df", "df", Kind.COUNT),
    Column("pvalue", "p", Kind.PROBABILITY),
    Column("n_raters", Words("Raters", "评分者数"), Kind.COUNT),
    Column("n_targets", Words("Targets", "对象数"), Kind.COUNT),
)
_SIZE = Words(
    "{n} targets, {k} raters, {level} intervals. Shrout and Fleiss (1979); McGraw and Wong (1996).",
    "评分对象{n}个，评分者{k}名，{level}置信区间。Shrout与Fleiss（1979）；McGraw与Wong（1996）。",
)
_KENDALL = Words(
    "Corrected for ties; χ² = raters × (targets - 1) × W. Kendall and Babington Smith (1939).",
    "已作同分校正；χ² = 评分者数 ×（对象数 - 1）× W。Kendall与Babington Smith（1939）。",
)
_LEFT_OUT = Words("{n} raters left out because they left a target open.", "{n}名评分者因未评全部对象而剔除。")
