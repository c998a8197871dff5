"""Which drivers matter most: how much each moves an outcome, beside how well it already does.

::

    importance  = total standardized effect of a construct on the target
    performance = mean answer to its items, from 0 (lowest answer of the scale) to 100 (highest)

What counts much and does badly is where an effort pays.  How much a driver counts is the size of its effect; where that
is negative, higher scores lower the outcome, and a high score does badly.  Items that reflect a construct count alike,
one with a negative loading is turned; those of a composite (``<~``) count by their weights, from the lowest value that
it can have to the highest (:mod:`sme_sem.measurement.shares`).

Ringle & Sarstedt (2016), Industrial Management & Data Systems 116, 1865-1886 (there with unstandardized effects and
weighted scores).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..arguments import among, probability
from ..errors import DataProblem, SpecificationError
from ..responses.moments import rows_by_group
from ..responses.numeric import numbers_of, require_frame
from ..sem.fit import Fit
from ..sem.fitted import require_solution
from ..sem.quoted import objections
from ..sem.rows import rows_of
from ..suggestions import did_you_mean
from ..tables import Column, Kind, Table, Tabled, Text, Words, about, joined, rows_from
from .answers import ends_of
from .shares import Shares, require_items, shares

Scale = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Importance(Tabled):
    """Drivers of one outcome.

    table : one row per driver and group: construct, group, importance, pvalue (of the total effect), performance, n
        (respondents with an answer to any of its items), first (importance is significant and its size above the mean
        of its group, performance below the mean; of a negative effect, above it)
    """

    table: pd.DataFrame
    target: str
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the drivers, the most important ones first."""
        grouped = self.table["group"].nunique() > 1
        columns = _COLUMNS if grouped else tuple(c for c in _COLUMNS if c.name != "group")
        rows = tuple(
            (*row[:-1], (_FIRST if importance > 0 else _LOWER) if row[-1] else "")
            for row, importance in zip(
                rows_from(self.table, columns),
                self.table["importance"],
                strict=True,
            )
        )
        notes = (_NOTE, _NEGATIVE, *self.notes) if (self.table["importance"] < 0).any() else (_NOTE, *self.notes)
        return (Table("importance", TITLE.filled(target=self.target), columns, rows, notes),)

    def in_order(self, groups: Iterable[str]) -> Importance:
        """Let the groups stand in an order; those not named keep theirs and stand last.

        Parameters
        ----------
        groups
            Their labels, such as ``instrument.category_labels(group)``: the order of a question's categories.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("y ~ 0.5*x", 200, seed=1).clip(-4, 4)
        >>> answers["size"] = ["large", "small"] * 100
        >>> found = sme.importance(sme.fit("y ~ x", answers), answers, "y", (-4, 4), group="size")
        >>> list(found.in_order(["small", "large"]).table["group"])
        ['small', 'large']
        """
        place = {label: at for at, label in enumerate(groups)}
        last = self.table["group"].map(lambda label: place.get(label, len(place)))
        table = self.table.loc[last.sort_values(kind="stable").index].reset_index(drop=True)
        return replace(self, table=table)


def importance(
    fit: Fit,
    frame: pd.DataFrame,
    target: str,
    scale: Scale | Mapping[str, Scale],
    *,
    group: str | None = None,
    alpha: float = 0.05,
    controls: Collection[str] = (),
) -> Importance:
    """Lay the importance of every driver of an outcome beside its performance.

    Formulas and sources: :mod:`sme_sem.measurement.importance`.

    Parameters
    ----------
    fit
        A fitted model; where it has groups, importance is that of each group.
    frame
        The answers, one row per respondent, reversed items turned.
    target
        The outcome.
    scale
        Lowest and highest answer, of all items or by item.
    group
        A column of ``frame``: performance is then that of each of its groups.  With a model of several groups, the
        column these were made of.
    alpha
        Below which p an importance is significant.
    controls
        Variables of the model that are no drivers, such as the age of a firm: nobody improves them, and they have no
        scale.

    Returns
    -------
    Importance
        ``.table``; the drivers with the largest effects, of either sign, come first.

    Raises
    ------
    ConvergenceError
        If the model did not converge.
    SpecificationError
        If nothing but controls leads to the target, an item has no scale, the groups of model and answers differ, or
        ``alpha`` is no probability.
    DataProblem
        If the answers lack an item, hold words, or lie outside its scale.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("y ~ 0.5*x + 0.2*w", 300, seed=1)
    >>> found = sme.importance(sme.fit("y ~ x + w", answers), answers, "y", (-4, 4))
    >>> list(found.table["construct"])
    ['x', 'w']
    """
    require_solution(fit, _UNSOLVED)
    _require_scale(scale)
    probability("alpha", alpha, 0.05)
    require_frame(frame)
    drivers = [name for name in drivers_of(fit, target) if name not in set(controls)]
    if not drivers:
        raise SpecificationError(_ONLY_CONTROLS.filled(target=repr(target)))
    require_items(fit, drivers)
    items = {label: _items(fit, label, drivers, scale) for label in fit.moments.labels}
    frame = _checked_answers(frame, {item for of in items.values() for own in of.values() for item in own}, scale)
    parts = _parts(fit, frame, group)
    rows = []
    for name in drivers:
        effects = fit.effects(target, name).query("effect == 'total'")
        totals = {row.group: (float(row.est_std), float(row.pvalue)) for row in rows_of(effects)}
        for title, part in parts.items():
            label = title if title in totals else fit.moments.labels[0]
            rows.append((name, title, *totals[label], *_performance(part, items[label][name], scale)))
    table = pd.DataFrame(rows, columns=["construct", "group", "importance", "pvalue", "performance", "n"])
    table["size"] = table["importance"].abs()
    means = table.groupby("group", sort=False)[["size", "performance"]].transform("mean")
    above = (table["size"] >= means["size"]) & (table["pvalue"] < alpha)
    table["first"] = above & (np.sign(table["importance"]) * (table["performance"] - means["performance"]) < 0)
    table["place"] = table["group"].map({title: at for at, title in enumerate(parts)})
    table = table.sort_values(["place", "size"], ascending=[True, False], kind="stable", ignore_index=True)
    weighted = [name for name in fit.table.composed if name in drivers]
    notes = (about(weighted, _WEIGHTED),) if weighted else ()
    return Importance(table.drop(columns=["size", "place"]), target, (*notes, *objections(fit)))


def drivers_of(fit: Fit, target: str) -> list[str]:
    """Name all variables from which paths lead to the target, in the order of the model."""
    paths = list(dict.fromkeys((p.cause, p.effect) for p in fit.table.parameters if p.op == "~"))
    names = dict.fromkeys(name for path in paths for name in path)
    if not among(target, names):
        raise SpecificationError(_NO_OUTCOME.filled(target=repr(target)) + did_you_mean(target, names))
    reached = {target}
    while new := {source for source, outcome in paths if outcome in reached} - reached:
        reached |= new
    found = [name for name in names if name in reached and name != target]
    if not found:
        raise SpecificationError(_NO_PATH.filled(target=repr(target)))
    return found


def _items(fit: Fit, label: str, drivers: list[str], scale: Scale | Mapping[str, Scale]) -> dict[str, Shares]:
    """Observed variables behind each driver, and how much they count, in a group of the model."""
    named = scale if isinstance(scale, Mapping) else dict.fromkeys(fit.observed, scale)
    units = {name: high - low for name, (low, high) in named.items() if high > low}
    found = shares(fit, label, units)
    return {name: found.get(name, {name: 1.0}) for name in drivers}


def _checked_answers(frame: pd.DataFrame, items: set[str], scale: Scale | Mapping[str, Scale]) -> pd.DataFrame:
    """Give the answers as numbers; refuse those that no performance can be made of."""
    absent = sorted(items - set(frame.columns))
    if absent:
        raise DataProblem(_ABSENT.filled(items=_quoted(absent)))
    without = sorted(item for item in items if isinstance(scale, Mapping) and item not in scale)
    if without:
        raise SpecificationError(_WITHOUT_SCALE.filled(items=_quoted(without)))
    frame = frame.assign(**{str(name): own for name, own in numbers_of(frame[sorted(items)]).items()})
    for item in sorted(items):
        low, high = _bounds(item, scale)
        if not low < high:
            raise SpecificationError(_UPSIDE_DOWN.filled(item=repr(item), ends=(low, high)))
        beyond = frame[item].dropna()
        if len(beyond) and not beyond.between(low, high).all():
            raise DataProblem(_BEYOND.filled(item=repr(item), low=f"{low:g}", high=f"{high:g}"))
    return frame


def _require_scale(scale: object) -> None:
    """Refuse what does not say the lowest and the highest answer."""
    for own in scale.values() if isinstance(scale, Mapping) else (scale,):
        if not ends_of(own):
            raise SpecificationError(_ENDS.filled(scale=f"{own!r:.40}"))


def _bounds(item: str, scale: Scale | Mapping[str, Scale]) -> Scale:
    return scale[item] if isinstance(scale, Mapping) else scale


def _parts(fit: Fit, frame: pd.DataFrame, group: str | None) -> dict[str, pd.DataFrame]:
    if group is None:
        if fit.table.groups > 1:
            raise SpecificationError(_GROUPS)
        return {"": frame}
    parts = {title: frame[rows] for title, rows in rows_by_group(frame, group).items()}
    if fit.table.groups > 1:
        absent = [title for title in fit.moments.labels if title not in parts]
        if absent:
            raise SpecificationError(_ABSENT_GROUPS.filled(group=repr(group), absent=_quoted(absent)))
        return {title: parts[title] for title in fit.moments.labels}
    return parts


def _performance(frame: pd.DataFrame, items: Shares, scale: Scale | Mapping[str, Scale]) -> tuple[float, int]:
    means = []
    for item, share in items.items():
        low, high = _bounds(item, scale)
        reached = 100 * (frame[item].mean() - low) / (high - low)
        means.append(reached if share > 0 else 100 - reached)
    answered = frame[list(items)].notna().any(axis=1)
    return float(np.average(means, weights=np.abs(list(items.values())))), int(answered.sum())


def _quoted(names: Iterable[object]) -> Words:
    return joined(map(repr, names), ", ", "、")


TITLE = Words("Importance and performance of the drivers of {target}", "{target}各驱动因素的重要性与绩效")
_FIRST = Words("improve first", "优先改进")
_LOWER = Words("lower first", "优先降低")
_NOTE = Words(
    "Importance: total standardized effect. Performance: mean answer from 0 (lowest of the scale) to 100 (highest). "
    "Improve first: importance significant and of more than average size, performance below average (Ringle & "
    "Sarstedt, 2016).",
    "重要性：标准化总效应。绩效：题项均值换算为0（量表最低分）至100（最高分）。优先改进：重要性显著且绝对值高于平均，"
    "绩效低于平均（Ringle与Sarstedt，2016）。",
)
_WEIGHTED = Words("made of items, which count by their weights.", "由题项合成，题项按其权重计入绩效。")
_NEGATIVE = Words(
    "With a negative effect (−) higher scores lower the outcome; lower first: such a driver of more than average size "
    "whose scores are above average.",
    "效应为负（−）时，得分越高结果越低；优先降低：绝对值高于平均且得分高于平均的负向因素。",
)
_COLUMNS = (
    Column("group", Words("Group", "组别"), once=True),
    Column("construct", Words("Driver", "驱动因素")),
    Column("importance", Words("Importance (total β)", "重要性（总效应β）"), Kind.COEFFICIENT),
    Column("pvalue", "p", Kind.PROBABILITY),
    Column("performance", Words("Performance (0-100)", "绩效（0-100）"), Kind.PERCENT),
    Column("n", "n", Kind.COUNT),
    Column("first", Words("Priority", "优先级")),
)
_UNSOLVED = Words("no driver has an importance: mend it first.", "无法给出驱动因素的重要性：请先修正模型。")
_ONLY_CONTROLS = Words(
    "nothing but controls leads to {target}, so it has no drivers.", "指向{target}的只有控制变量，因此没有驱动因素。"
)
_NO_OUTCOME = Words("{target} is no outcome of the model.", "{target}不是模型中的因变量。")
_NO_PATH = Words(
    "no path of the model leads to {target}, so it has no drivers.", "模型中没有指向{target}的路径，因此没有驱动因素。"
)
_ABSENT = Words(
    "the answers have no column {items}, which the drivers rest on.", "作答中没有列{items}，而计算驱动因素需要这些列。"
)
_WITHOUT_SCALE = Words("scale= names no lowest and highest answer of {items}.", "scale=未给出{items}的最低分与最高分。")
_UPSIDE_DOWN = Words(
    "scale of {item}: the lowest answer must be below the highest, got {ends}.",
    "{item}的量表范围：最低分须小于最高分，实为{ends}。",
)
_BEYOND = Words(
    "answers to {item} lie outside its scale, {low} to {high}.", "{item}的作答超出其量表范围（{low}至{high}）。"
)
_ENDS = Words(
    "scale={scale}: give the lowest and the highest answer, such as scale=(1, 7), or these by item.",
    "scale={scale}：应给出最低分与最高分，如scale=(1, 7)，或按题项分别给出。",
)
_GROUPS = Words(
    "the model has groups; name by group= the column of the answers that holds them.",
    "模型含多个组；请以group=指明作答中表示组别的列。",
)
_ABSENT_GROUPS = Words("column {group} has no group {absent} of the model.", "{group}列中没有模型的组{absent}。")
