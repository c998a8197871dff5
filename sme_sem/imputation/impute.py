"""Multiple imputation of questionnaire answers by chained equations.

Every item with gaps is drawn given all other columns: ordered items by proportional odds, others by predictive mean
matching, so that only answers that somebody gave are ever filled in (:mod:`sme_sem.kernels.chained_equations`).  The
result supposes that whether an answer is missing depends on what was answered, not on what was withheld (missing at
random).

Rubin (1987), Multiple Imputation for Nonresponse in Surveys.  van Buuren (2007), Statistical Methods in Medical
Research 16, 219-242.  Gelman and Rubin (1992), Statistical Science 7, 457-472, and Brooks and Gelman (1998), Journal of
Computational and Graphical Statistics 7, 434-455 (R-hat).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import listed, require_kind, whole
from ..errors import DataProblem, SpecificationError
from ..kernels import chained_equations as kernel
from ..measurement.answers import complete_answers
from ..responses.design import coded_by_value
from ..responses.numeric import GROUP_COLUMN, holding_words, matrix_of, no_column, require_frame
from ..suggestions import did_you_mean
from ..tables import NOTHING, Column, Kind, Table, Tabled, Text, Words, term
from ..tasks import Progress, done, fixed_seed
from ..threads import one_thread
from ..words import at
from . import chains

CHAINS_AT_ONCE = 2
SETTLED = 1.2
"""R-hat above which the chains of an item have not mixed (Brooks and Gelman 1998)."""


@dataclass(frozen=True, eq=False)
class Imputations(Tabled):
    """Completed copies of one table of answers: a sequence of DataFrames.

    data : the answers as they were given
    filled : (m, gaps) what each copy has in place of the gaps of ``items``, row by row
    items : one row per item used (item, missing, percent, method, rhat); R-hat compares the chains' means
    trace : (m, iterations, items) mean of what was drawn for each item
    group, seed : within which groups gaps were filled, and what the draws follow from
    """

    data: pd.DataFrame
    filled: np.ndarray
    items: pd.DataFrame
    trace: np.ndarray
    group: str | None
    seed: int

    @property
    def m(self) -> int:
        """How many copies."""
        return len(self.filled)

    @property
    def n(self) -> int:
        """How many respondents each copy has."""
        return len(self.data)

    @property
    def n_incomplete(self) -> int:
        """How many respondents left something open."""
        return int(self._gaps.any(axis=1).sum())

    def __len__(self) -> int:
        return self.m

    def __getitem__(self, i: int) -> pd.DataFrame:
        gaps, copy = self._gaps, self.data.copy()
        filled_in = np.asarray(gaps.any(axis=0))
        names = list(self.items.loc[filled_in, "item"])
        values = matrix_of(self.data[names])
        values[gaps[:, filled_in]] = self.filled[i]
        for name, own in zip(names, values.T, strict=True):
            copy[name] = own
        return copy

    def __iter__(self) -> Iterator[pd.DataFrame]:
        return (self[i] for i in range(self.m))

    @property
    def _gaps(self) -> np.ndarray:
        return self.data[list(self.items["item"])].isna().to_numpy()

    def stacked(self) -> pd.DataFrame:
        """All copies one below the other; the first level of the index is the copy, counted from 1.

        Examples
        --------
        >>> import numpy as np, sme_sem as sme
        >>> answers = sme.simulate("use ~ 0.5*trust", 100, seed=1)
        >>> answers = answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1)
        >>> copies = sme.impute(answers, m=3, seed=3, progress=False)
        >>> copies.stacked().shape
        (300, 2)
        """
        return pd.concat(list(self), keys=range(1, self.m + 1), names=["imputation"])

    def tables(self) -> tuple[Table, ...]:
        """Say what was filled in, and how."""
        rows = tuple((*row[:3], _METHODS[row[3]], row[4]) for row in self.items.itertuples(index=False, name=None))
        iterations = self.trace.shape[1]
        values = {"m": self.m, "n": self.n, "open": self.n_incomplete, "seed": self.seed, "iterations": iterations}
        return (
            Table("imputation", term("Multiple imputation"), _COLUMNS, rows, (_HOW.filled(**values), *self._notes())),
        )

    def _notes(self) -> tuple[Text, ...]:
        unsettled = [str(name) for name in self.items.loc[self.items["rhat"] > SETTLED, "item"]]
        silent = int(self._gaps.all(axis=1).sum())
        notes: list[Text] = [_ASSUMPTION]
        if len(unsettled):
            notes.append(_UNSETTLED.filled(items=Words(", ".join(unsettled), "、".join(unsettled))))
        if silent:
            notes.append(_SILENT.filled(n=silent))
        return tuple(notes)


@one_thread()
def impute(
    data: pd.DataFrame,
    m: int = 20,
    *,
    seed: int,
    ordered: bool | Sequence[str] | None = None,
    variables: Sequence[str] | None = None,
    group: str | None = None,
    iterations: int = 10,
    donors: int = 5,
    workers: int | None = None,
    progress: bool | Progress = True,
) -> Imputations:
    """Fill in missing answers several times.

    Parameters
    ----------
    data
        One row per respondent.
    m
        How many completed copies; as a rule of thumb at least the percentage of incomplete respondents.
    seed
        The same seed gives the same copies, however many workers there are; copy i is the same for every ``m``.
    ordered
        Items whose ordered categories are drawn by proportional odds, or ``True`` for all with gaps.  Others are drawn
        by predictive mean matching.
    variables
        Columns that predict one another and whose gaps are filled in; the others travel along unchanged.  Without it
        all columns but ``group``, less those that hold words only or in which everybody gave the same answer.
    group
        A column whose values divide the respondents; each group is imputed by itself, so that parameters may differ.
    iterations
        How often every item is drawn in turn before a copy is taken.
    donors
        Among how many of the nearest answers predictive mean matching draws.
    workers
        Processes that share the work, -1 for all cores.
    progress
        A bar on a terminal, or a function of the copies done and the copies there are.

    Returns
    -------
    Imputations
        A sequence of DataFrames with ``.items``, ``.stacked()`` and a table that says what was done.

    Raises
    ------
    DataProblem
        Nothing is missing, nobody answered an item, too few did for the number of predictors, or a column holds
        something else than numbers.
    SpecificationError
        An argument names no column, or is out of range.

    Notes
    -----
    An R-hat above 1.2 says that there were too few iterations: the table then advises more.

    Sources: :mod:`sme_sem.imputation.impute`.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> answers = sme.simulate("trust =~ .8*t1 + .8*t2 + .7*t3", 200, seed=1)
    >>> lost = np.random.default_rng(2).random(answers.shape) < 0.1
    >>> copies = sme.impute(answers.mask(lost), m=5, seed=3)
    >>> len(copies), int(copies[0].isna().to_numpy().sum()), copies.n_incomplete
    (5, 0, 56)
    """
    m, iterations, donors = (
        whole(name, value, 1) for name, value in (("m", m), ("iterations", iterations), ("donors", donors))
    )
    fixed_seed(seed)
    require_frame(data, "data")
    values = _used(data, variables, group)
    names: list[Any] = list(values)
    gaps = values.isna().to_numpy()
    if not gaps.any():
        raise DataProblem(_COMPLETE)
    open_items = np.asarray(gaps.any(axis=0))
    drawn_by_odds = _ordered(ordered, names, open_items)
    members = _members(data, group)
    plans = []
    for label, member in members.items():
        own = values.to_numpy()[member]
        _enough(own, names, label)
        plans.append(chains.Plan(own, drawn_by_odds, iterations, donors))
    parts = [range(first, min(first + CHAINS_AT_ONCE, m)) for first in range(0, m, CHAINS_AT_ONCE)]
    work = partial(chains.run, plans, seed)
    found = done(work, parts, title="Imputations", workers=workers, progress=progress, size=len)
    filled = np.full((m, gaps.sum()), np.nan)
    trace = np.zeros((m, iterations, len(names)))
    total = np.maximum(gaps.sum(axis=0), 1)
    for g, member in enumerate(members.values()):
        own = np.isin(np.nonzero(gaps)[0], member)
        filled[:, own] = np.concatenate([part[g].filled for part in found])
        share = gaps[member].sum(axis=0) / total
        trace += np.where(share > 0, np.concatenate([part[g].trace for part in found]), 0.0) * share
    items = pd.DataFrame(
        {
            "item": names,
            "missing": gaps.sum(axis=0),
            "percent": 100 * gaps.mean(axis=0),
            "method": [
                "none" if not open_ else "odds" if odds else "matching"
                for open_, odds in zip(open_items, drawn_by_odds, strict=True)
            ],
            "rhat": np.where(open_items, kernel.r_hat(trace), np.nan),
        }
    )
    return Imputations(data, filled, items, trace, group, seed)


def _used(data: pd.DataFrame, variables: Sequence[str] | None, group: str | None) -> pd.DataFrame:
    """Columns that predict one another: those named, or all that vary or are to be filled in."""
    if group is not None:
        require_kind("group", group, Hashable, GROUP_COLUMN)
    if group is not None and group not in data.columns:
        raise no_column(group, data, "group")
    if variables is not None:
        wanted = listed("variables", variables, "t1")
        return complete_answers(data, [name for name in wanted if name != group]).values
    others = {group, *holding_words(data)}
    values = complete_answers(data, [name for name in data.columns if name not in others]).values
    return values.loc[:, (values.nunique() > 1) | values.isna().any()]


def _ordered(ordered: bool | Sequence[str] | None, names: Sequence[str], open_items: np.ndarray) -> np.ndarray:
    if isinstance(ordered, bool) or ordered is None:
        return open_items & np.full(len(names), bool(ordered))
    wanted = listed("ordered", ordered, "t1")
    for name in wanted:
        if name not in names:
            unknown = _NO_VARIABLE.filled(name=repr(name)) + did_you_mean(name, map(str, names))
            raise SpecificationError(at("ordered", unknown))
    return np.isin(names, wanted)


def _members(data: pd.DataFrame, group: str | None) -> dict[str, np.ndarray]:
    """Row numbers of each group's respondents."""
    if group is None:
        return {"": np.arange(len(data))}
    codes, labels = coded_by_value(data[group])
    if missing := int((codes < 0).sum()):
        raise DataProblem(at("group", _WITHOUT_GROUP.filled(n=missing, group=repr(group))))
    return {str(label): np.flatnonzero(codes == code) for code, label in enumerate(labels)}


def _enough(values: np.ndarray, names: Sequence[str], label: str) -> None:
    """Refuse items that too few answered, or all alike."""
    given = (~np.isnan(values)).sum(axis=0)
    where = _OF_GROUP.filled(group=repr(label)) if label else NOTHING
    for j, name in enumerate(names):
        if given[j] == len(values):
            continue
        own = values[:, j][~np.isnan(values[:, j])]
        if given[j] < len(names) + 2:
            counts = {"n": given[j], "others": len(names) - 1, "least": len(names) + 2}
            raise DataProblem(at(name, _TOO_FEW.filled(where=where, **counts)))
        if (own == own[0]).all():
            raise DataProblem(at(name, _ALIKE.filled(where=where)))


_COMPLETE = Words(
    "no answer is missing, so there is nothing to impute: fit the model to the data themselves.",
    "没有缺失的回答，无需插补：请直接以原数据拟合模型。",
)
_NO_VARIABLE = Words("no variable {name}.", "没有变量{name}。")
_WITHOUT_GROUP = Words(
    "{n} respondents have no {group}. Leave them out first.", "{n}名受访者的{group}缺失。请先将其剔除。"
)
_OF_GROUP = Words(" of group {group}", "组{group}中")
_TOO_FEW = Words(
    "{n} respondents{where} answered it, and {others} other columns are to predict it: at least {least} answers are "
    "needed. Name fewer columns (variables=).",
    "{where}{n}名受访者作答，用于预测的其他列有{others}个：至少需要{least}份作答。请减少列数（variables=）。",
)
_ALIKE = Words(
    "everybody{where} who answered it gave the same answer. Leave it out.", "{where}所有作答者的回答相同。请删去该列。"
)
_METHODS = {
    "none": Words("complete", "无缺失"),
    "odds": Words("proportional odds", "比例优势模型"),
    "matching": Words("predictive mean matching", "预测均值匹配"),
}
_COLUMNS = (
    Column("item", term("Item")),
    Column("missing", Words("Missing values", "缺失值"), Kind.COUNT),
    Column("percent", term("Percentage"), Kind.PERCENT),
    Column("method", Words("Drawn by", "插补方法")),
    Column("rhat", "R-hat", Kind.ESTIMATE),
)
_HOW = Words(
    "{m} completed copies of {n} respondents, {open} of whom left something open; chained equations, {iterations} "
    "iterations, seed {seed}.",
    "链式方程多重插补：{n}名受访者（其中{open}名有缺失），共{m}个完整数据集，迭代{iterations}次，随机种子{seed}。",
)
_ASSUMPTION = Words(
    "Imputation supposes that answers are missing at random given the other columns.",
    "插补以给定其他变量时随机缺失（MAR）为前提。",
)
_UNSETTLED = Words(
    "{items}: the chains have not mixed (R-hat above 1.2); give more iterations.",
    "{items}：各链尚未混合（R-hat大于1.2），请增加迭代次数。",
)
_SILENT = Words(
    "{n} respondents answered nothing; what is filled in for them says nothing new.",
    "{n}名受访者未作答任何题项，其插补值不提供新信息。",
)
