"""The complete answers to some items, or the reason why they carry no correlations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import listed, require_kind
from ..errors import DataProblem, SpecificationError
from ..kernels import components as kernel
from ..kernels import covariances, linalg
from ..resampling.draws import MOST_AT_ONCE, counts_of_rows
from ..responses.numeric import INFINITE, no_column, numbers_of, require_frame
from ..suggestions import did_you_mean, or_known
from ..tables import Words, joined
from ..tasks import seeded


@dataclass(frozen=True, eq=False)
class Answers:
    """Numeric answers to some items.

    values : one row per respondent, NaN where an answer is missing
    frame : the rows without a gap, which all statistics use
    """

    values: pd.DataFrame
    frame: pd.DataFrame

    @property
    def n_answered(self) -> int:
        """Count all respondents."""
        return len(self.values)

    @property
    def n(self) -> int:
        """Count the respondents who answered every item."""
        return len(self.frame)

    @property
    def covariance(self) -> Any:
        """Covariance of the items, divided by n - 1."""
        return covariances.of_answers(self.frame.to_numpy())

    @property
    def constant(self) -> list[str]:
        """Name the items that everybody answered alike."""
        values = self.frame.to_numpy()
        return [str(name) for name, alike in zip(self.frame, (values == values[:1]).all(axis=0), strict=True) if alike]

    def sample_notes(self) -> tuple[Words, ...]:
        """Say how many respondents stand behind the numbers, and why not more."""
        if self.n == self.n_answered:
            return (Words("N = {n}.", "样本量 N = {n}。").filled(n=self.n),)
        return (_LISTWISE.filled(n=self.n, answered=self.n_answered, left=self.n_answered - self.n),)


_LISTWISE = Words(
    "N = {n} of {answered} respondents; {left} left out (listwise) because an answer is missing.",
    "样本量 N = {n}（共 {answered} 名受访者，{left} 名因缺失值按列表删除）。",
)


_NOBODY = Words("nobody answered {names}. Leave it out.", "{names}无人作答。请删去。")
_TOO_FEW = Words(
    "{n} complete respondents (of {answered}) for {items} items: at least {least} are needed, and in practice several "
    "times as many. Take fewer items, or fill in or collect more answers.",
    "{items}个题项仅有{n}份完整答卷（共{answered}份），至少需要{least}份，实际应数倍于此。请减少题项，或补全、增加答卷。",
)
_CONSTANT = Words(
    "everybody gave the same answer to {names}: no correlations. Leave it out.",
    "所有受访者对{names}的回答相同，无法计算相关。请删去。",
)
_TIED = Words(
    "the correlation matrix is singular: {names} can be computed from one another (a duplicate, or a total beside its "
    "parts). Leave one out.",
    "相关矩阵奇异：{names}可相互推算（重复题项，或总分与其分项并存）。请删去其一。",
)


def complete_answers(frame: pd.DataFrame, items: Sequence[str] | None = None) -> Answers:
    """Take the items' columns (all of them without ``items``) and keep the rows without a gap."""
    require_frame(frame)
    if frame.columns.nlevels > 1:
        raise DataProblem(_LEVELS.filled(n=frame.columns.nlevels))
    _refuse_repeated(frame.columns)
    chosen = frame if items is None else frame[_known(items, frame)]
    values = pd.DataFrame(
        {name: own.to_numpy(dtype=float, na_value=np.nan) for name, own in numbers_of(chosen).items()},
        index=frame.index,
    )
    if infinite := [str(name) for name in values if np.isinf(values[name]).any()]:
        raise DataProblem(INFINITE.filled(names=joined(infinite, ", ", "、")))
    if empty := [str(name) for name in values if len(values) and values[name].isna().all()]:
        raise DataProblem(_NOBODY.filled(names=joined(empty, ", ", "、")))
    return Answers(values, values.dropna())


SCORED = Words("The score of a scale is the mean of its items.", "量表得分为其题项的平均值。")
STARS = Words("*** p < .001, ** p < .01, * p < .05 (two-tailed).", "*** p < .001，** p < .01，* p < .05（双尾）。")


_AT_LEAST_TWO_ITEMS, _ITS_ITEMS = Words("at least two items", "至少两个题项"), Words("its items", "其题项")


def require_scales(scales: object, wanted: Words = _AT_LEAST_TWO_ITEMS) -> None:
    """Refuse what does not say by name which items each construct has."""
    require_kind("scales", scales, Mapping, _SCALES)
    assert isinstance(scales, Mapping)
    for name, items in scales.items():
        if isinstance(items, str) or not isinstance(items, Collection):
            raise needs_list(name, items, wanted)


def needs_list(scale: object, items: object, wanted: Words = _AT_LEAST_TWO_ITEMS) -> SpecificationError:
    """What to say of a scale whose items are no list, or too few."""
    return SpecificationError(_NEEDS_LIST.filled(scale=repr(scale), wanted=wanted, items=repr(items)))


def ends_of(value: object) -> tuple[float, ...]:
    """The lowest and the highest answer possible, if a value says them; else nothing.

    >>> ends_of([1, 5]), ends_of(5)
    ((1, 5), ())
    """
    ends = tuple(value) if isinstance(value, Iterable) else ()
    return ends if len(ends) == 2 and all(isinstance(end, Real) for end in ends) else ()


def require_items(scales: Mapping[str, Sequence[str]] | None) -> dict[str, list[str]]:
    """The items of each scale; refuse what does not name them, or names one twice."""
    if scales is None:
        return {}
    require_scales(scales, _ITS_ITEMS)
    found = {name: list(items) for name, items in scales.items()}
    for name, items in found.items():
        if not items or not all(isinstance(item, Hashable) for item in items):
            raise needs_list(name, items, _ITS_ITEMS + _SUCH_AS)
        _refuse_repeated(items)
    return found


def scored(answers: pd.DataFrame, scales: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """The mean of each scale's items, missing where one of them is."""
    return pd.DataFrame(
        {name: answers[list(own)].mean(axis=1, skipna=False) for name, own in scales.items()}, answers.index
    )


def require_scores(names: Iterable[str], frame: pd.DataFrame, scales: Mapping[str, Collection[str]]) -> None:
    """Refuse a name that is neither a scale's nor a column's."""
    for name in names:
        if name not in scales and name not in frame.columns:
            said = (_NEITHER if scales else _NO_COLUMN).filled(name=repr(name))
            items = {item for own in scales.values() for item in own}
            known = [*scales, *(str(column) for column in frame.columns if column not in items)]
            near = did_you_mean(name, (*known, *map(str, frame.columns)))
            raise SpecificationError(said + (near or or_known(name, known)))


def require_respondents(answers: Answers) -> None:
    """Refuse so few respondents, or items, that no correlation matrix of full rank comes of them."""
    names = list(answers.frame)
    if len(names) < 2:
        raise too_few_items(len(names))
    if answers.n <= len(names):
        counts = {"n": answers.n, "answered": answers.n_answered, "items": len(names), "least": len(names) + 1}
        raise DataProblem(_TOO_FEW.filled(**counts))


def too_few_items(n: int) -> DataProblem:
    """What to say of one item, or none, where correlations are wanted."""
    return DataProblem(_TOO_FEW_ITEMS.filled(n=n, s="s" * (n != 1)))


def require_correlations(answers: Answers) -> Any:
    """Return the items' correlation matrix; refuse answers that cannot have one of full rank."""
    require_respondents(answers)
    if constant := answers.constant:
        raise DataProblem(_CONSTANT.filled(names=joined(constant, ", ", "、")))
    return require_full_rank(linalg.correlation(answers.covariance), list(answers.frame))


def resampled(answers: Answers, draws: int, seed: int | None) -> Iterator[Any]:
    """Correlations of samples of respondents drawn with replacement, some hundred samples at a time: (b, p, p) each."""
    values, random = answers.frame.to_numpy(), np.random.default_rng(seeded(seed))
    for first in range(0, draws, MOST_AT_ONCE):
        rows = random.integers(len(values), size=(min(MOST_AT_ONCE, draws - first), len(values)))
        counts = counts_of_rows(rows, len(values))
        yield linalg.correlation(covariances.of_samples(values, values.mean(axis=0), counts)[1])


def require_full_rank(correlation: Any, names: Sequence[object]) -> Any:
    """Return the correlation matrix; refuse one in which some items follow exactly from others."""
    smallest = float(np.linalg.eigvalsh(correlation)[0])
    if smallest < -1e-8:
        raise DataProblem(_NO_COVARIANCES.filled(smallest=f"{smallest:.3g}"))
    share = kernel.determined(correlation)
    if tied := [str(name) for name, part in zip(names, share, strict=True) if part > 1e-6]:
        raise DataProblem(_TIED.filled(names=joined(tied, ", ", "、")))
    return correlation


def _known(items: object, frame: pd.DataFrame) -> list[Any]:
    found = listed("items", items, "MK1")
    for item in found:
        if item not in frame.columns:
            raise no_column(item, frame)
    _refuse_repeated(found)
    return found


def _refuse_repeated(names: Iterable[object]) -> None:
    if repeated := [str(name) for name, times in Counter(names).items() if times > 1]:
        raise SpecificationError(_REPEATED.filled(names=joined(repeated, ", ", "、")))


_SCALES = Words(
    "items by construct, such as {'market': ['MK1', 'MK2', 'MK3']}",
    "按构念列出的题项，如{'market': ['MK1', 'MK2', 'MK3']}",
)
_NEEDS_LIST = Words("scale {scale} needs a list of {wanted}, got {items}", "量表{scale}需要{wanted}的列表，实为{items}")
_SUCH_AS = Words(", such as ['MK1', 'MK2']", "（如['MK1', 'MK2']）")
_REPEATED = Words("named more than once: {names}. Every item counts once.", "重复指定：{names}。每个题项只计一次。")
_NO_COVARIANCES = Words(
    "not a covariance matrix: its smallest eigenvalue is negative ({smallest}). Compute it from complete answers "
    "(listwise), and give it with all its digits.",
    "不是协方差矩阵：最小特征值为负（{smallest}）。请以完整作答（列表删除）计算，并给出全部小数位。",
)
_LEVELS = Words(
    "the columns have names of {n} levels; give each one name, such as frame.columns = frame.columns.map('_'.join)",
    "列名有{n}层；请给每列一个名称，如frame.columns = frame.columns.map('_'.join)",
)
_NEITHER = Words("neither a scale nor a column: {name}.", "{name}既不是量表也不是列。")
_NO_COLUMN = Words("no column: {name}.", "没有列{name}。")
_TOO_FEW_ITEMS = Words("{n} item{s}: correlations need at least two.", "{n}个题项：计算相关至少需要两个。")
NO_SCALE = Words(
    "no scale named: give at least one, as {'market': ['MK1', 'MK2', 'MK3']}",
    "没有指定量表：请至少给出一个，如{'market': ['MK1', 'MK2', 'MK3']}",
)
