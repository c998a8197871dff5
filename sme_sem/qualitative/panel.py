"""What a panel of experts makes of candidate elements: how important, and how far the experts agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import DataProblem, ResponseError, SourceError
from ..kernels import panel as kernel
from ..measurement.answers import complete_answers
from ..measurement.components import Components, components
from ..responses.files import read_table
from ..responses.numeric import require_frame
from ..tables import Column, Kind, Table, Tabled, Text, Words, joined, rows_from, term
from .lists import ListSource, about
from .selection import Selection, select


@dataclass(frozen=True, eq=False)
class Panel(Tabled):
    """Ratings of elements by experts.

    ratings : experts x elements
    elements : element, experts, mean, sd (divided by n - 1), cv (sd / mean), cvr (content validity ratio), i_cvi (share
        who rate it relevant), kappa (i_cvi corrected for chance)
    w, chisq, df, pvalue : Kendall's W of the experts who rated everything, and its test
    s_cvi_ave, s_cvi_ua : mean of i_cvi; share of elements that every expert rates relevant
    critical_cvr : smallest content validity ratio beyond chance (one-sided .05) of a panel of this size
    """

    ratings: pd.DataFrame
    elements: pd.DataFrame
    w: float
    chisq: float
    df: int
    pvalue: float
    s_cvi_ave: float
    s_cvi_ua: float
    critical_cvr: float
    notes: tuple[Text, ...] = ()

    def keep(self, rules: Sequence[str]) -> Selection:
        """Choose elements by rules such as ``"mean >= 3.5"`` and ``"cv <= 0.25"``.

        Parameters
        ----------
        rules
            About the columns of ``elements``, as for :func:`select`.

        Raises
        ------
        DataProblem
            A rule cannot be read, or names no such column.

        Examples
        --------
        >>> import pandas as pd
        >>> panel = expert_panel(pd.DataFrame({"value": [5, 5, 4], "channel": [4, 3, 3], "cost": [2, 1, 2]}))
        >>> panel.keep(["mean >= 3"]).kept["element"].tolist()
        ['value', 'channel']
        """
        return select(self.elements, rules)

    def components(
        self, kept: Sequence[str] | None = None, n_components: int | None = None, rotation: str = "varimax"
    ) -> Components:
        """Condense the ratings of the elements kept; experts must be more than elements.

        Parameters
        ----------
        kept
            Their names; all, where left out.
        n_components, rotation
            As for :func:`sme_sem.components`.

        Raises
        ------
        DataProblem, SpecificationError
            As :func:`sme_sem.components` does.

        Examples
        --------
        >>> import pandas as pd
        >>> panel = expert_panel(pd.DataFrame({"value": [5, 5, 4, 2], "channel": [4, 3, 3, 1], "cost": [2, 1, 2, 5]}))
        >>> panel.components(["value", "channel"], 1).loadings.shape
        (2, 1)
        """
        return components(complete_answers(self.ratings, kept).values, n_components, rotation)

    def tables(self) -> tuple[Table, ...]:
        """Give the elements, and the agreement of the experts."""
        whole = (self.w, self.chisq, self.df, self.pvalue, self.s_cvi_ave, self.s_cvi_ua, self.critical_cvr)
        rows = rows_from(self.elements)
        return (
            Table("expert_ratings", Words("Expert ratings", "专家评分"), _COLUMNS, rows, self.notes),
            Table("expert_agreement", Words("Agreement of experts", "专家意见协调性"), _WHOLE, (whole,)),
        )


def read_ratings(source: ListSource, missing_codes: Sequence[float] = ()) -> pd.DataFrame:
    """Read expert ratings: a row for each expert, a column for each element, empty where there is none.

    Parameters
    ----------
    source
        File or DataFrame; a column ``expert`` (专家) only names the experts.
    missing_codes
        Numbers that stand for a missing rating, such as 99.

    Returns
    -------
    DataFrame
        Numbers, the experts' names as index.

    Raises
    ------
    SourceError
        If the file cannot be read, or holds anything but numbers.

    Examples
    --------
    >>> read_ratings(pd.DataFrame({"expert": ["Li", "Wang"], "value": [5, 4]}))["value"].tolist()
    [5.0, 4.0]
    """
    place = "DataFrame" if isinstance(source, pd.DataFrame) else str(source)
    try:
        table = read_table(source)
    except ResponseError as problem:
        raise about(place, problem) from None
    texts = table.cells.apply(lambda column: column.str.strip())
    named = [name for name in texts if str(name).strip().casefold() in _EXPERT]
    cells = texts.drop(columns=named)
    numbers = cells.apply(pd.to_numeric, errors="coerce")
    wrong = numbers.isna().to_numpy() & cells.ne("").to_numpy()
    if wrong.any():
        found = [(table.rows[i], str(cells.columns[j]), cells.iat[i, j]) for i, j in np.argwhere(wrong)[:10]]
        raise SourceError(
            place,
            [
                Words(f"row {row}, {column}: {text!r} is no number", f"第{row}行，{column}：{text!r}不是数值")
                for row, column, text in found
            ],
        )
    numbers = numbers.astype(float).where(~numbers.isin(list(missing_codes)))
    return numbers.set_axis(texts[named[0]] if named else pd.RangeIndex(1, len(numbers) + 1), axis=0)


def expert_panel(ratings: pd.DataFrame, *, relevant: float = 4, essential: float | None = None) -> Panel:
    """Describe how experts rate elements.

    Parameters
    ----------
    ratings : DataFrame
        A row for each expert, a numeric column for each element, gaps as NaN.
    relevant : float, default 4
        An element is rated relevant from this answer on (4 of 5; take 3 on a scale of 4).
    essential : float, optional
        An element is called essential from this answer on, for the content validity ratio; left out, as ``relevant``.

    Returns
    -------
    Panel
        ``.elements``, ``.w``, ``.s_cvi_ave``, ``.keep(rules)``, ``.components(kept)``.

    Raises
    ------
    DataProblem
        If there are fewer than two experts or elements, or a rating is no number.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = expert_panel(pd.DataFrame({"value": [5, 5, 4], "channel": [4, 3, 3], "cost": [2, 1, 2]}))
    >>> panel.w, panel.elements["i_cvi"].round(2).tolist()
    (1.0, [1.0, 0.33, 0.0])
    """
    require_frame(ratings, "ratings")
    for name, value in (("relevant", relevant), ("essential", relevant if essential is None else essential)):
        require_kind(name, value, Real, _LEAST_ANSWER.filled(name=name))
        if value != value:
            raise DataProblem(_LEAST.filled(name=name, value=repr(value)))
    if repeated := [str(name) for name in ratings.columns[ratings.columns.duplicated()]]:
        raise DataProblem(_TWICE.filled(names=joined(repeated, ", ", "、")))
    try:
        values = ratings.astype(float)
    except (TypeError, ValueError) as problem:
        raise DataProblem(
            Words(
                f"expert ratings: every column must hold numbers ({problem})", f"专家评分：各列都须为数值（{problem}）"
            )
        ) from None
    if infinite := [str(name) for name in values if np.isinf(values[name]).any()]:
        raise DataProblem(_INFINITE.filled(names=joined(infinite, ", ", "、")))
    values = values.dropna(how="all")
    if values.shape[0] < 2 or values.shape[1] < 2:
        raise DataProblem(
            Words(
                f"expert ratings: needs two experts and two elements or more, got {values.shape}",
                f"专家评分：至少需要两名专家与两个要素，实为{values.shape}",
            )
        )
    if unrated := [str(name) for name in values if values[name].notna().sum() < 2]:
        raise DataProblem(
            Words(
                f"expert ratings: fewer than two experts rated {', '.join(unrated)}. Leave it out.",
                f"专家评分：对{'、'.join(unrated)}评分的专家不足两名，请删去。",
            )
        )
    experts = values.notna().sum().to_numpy()
    agreeing = (values >= relevant).sum().to_numpy()
    deciding = agreeing if essential is None else (values >= essential).sum().to_numpy()
    mean, sd = values.mean().to_numpy(), values.std().to_numpy()
    elements = pd.DataFrame(
        {
            "element": [str(name) for name in values],
            "experts": experts,
            "mean": mean,
            "sd": sd,
            "cv": np.divide(sd, mean, out=np.full(len(mean), np.nan), where=mean > 0),
            "cvr": kernel.content_validity_ratio(deciding, experts),
            "i_cvi": agreeing / experts,
            "kappa": kernel.modified_kappa(agreeing, experts),
        }
    )
    complete = values.dropna()
    m, k = complete.shape
    w, chi_square, p = map(float, kernel.kendall_test(complete.to_numpy()))
    left_out = len(values) - m
    return Panel(
        ratings=values,
        elements=elements,
        w=w,
        chisq=chi_square,
        df=k - 1,
        pvalue=p,
        s_cvi_ave=float(elements["i_cvi"].mean()),
        s_cvi_ua=float((elements["i_cvi"] == 1).mean()),
        critical_cvr=kernel.critical_ratio(len(values)),
        notes=(_RELEVANT.filled(relevant=f"{relevant:g}"), *((_GAPS.filled(n=left_out),) if left_out else ())),
    )


_EXPERT = ("expert", "expert_id", "id", "专家", "专家编号")
_LEAST = Words(
    "{name} is the least answer that counts, such as {name}=4, not {value}",
    "{name}为计入的最低评分，如{name}=4，不能为{value}",
)
_TWICE = Words("expert ratings: a column stands twice: {names}. Keep one.", "专家评分：列重复：{names}。请保留一列。")
_INFINITE = Words(
    "expert ratings: infinite ratings of {names}. Correct them, or leave them empty.",
    "专家评分：{names}的评分为无穷大。请更正或留空。",
)
_RELEVANT = Words("Relevant: rated {relevant} or above.", "“相关”指评分不低于{relevant}。")
_GAPS = Words("{n} experts with gaps are left out of Kendall's W.", "Kendall W未纳入{n}位有缺失评分的专家。")
_COLUMNS = (
    Column("element", Words("Element", "要素")),
    Column("experts", Words("Experts", "专家数"), Kind.COUNT),
    Column("mean", term("Mean"), Kind.ESTIMATE),
    Column("sd", term("Standard deviation"), Kind.ESTIMATE),
    Column("cv", Words("Coefficient of variation", "变异系数"), Kind.ESTIMATE),
    Column("cvr", "CVR", Kind.COEFFICIENT),
    Column("i_cvi", "I-CVI", Kind.COEFFICIENT),
    Column("kappa", Words("Modified kappa", "修正κ"), Kind.COEFFICIENT),
)
_WHOLE = (
    Column("w", "Kendall W", Kind.COEFFICIENT),
    Column("chisq", "χ²", Kind.STATISTIC),
    Column("df", term("Degrees of freedom"), Kind.COUNT),
    Column("pvalue", term("p value"), Kind.PROBABILITY),
    Column("s_cvi_ave", "S-CVI/Ave", Kind.COEFFICIENT),
    Column("s_cvi_ua", "S-CVI/UA", Kind.COEFFICIENT),
    Column("critical_cvr", Words("Critical CVR", "CVR临界值"), Kind.COEFFICIENT),
)
_LEAST_ANSWER = Words("the least answer that counts, such as {name}=4", "计入的最低评分，如{name}=4")
