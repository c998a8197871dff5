"""Which items of a pre-test to keep, to revise or to drop, by rules the analyst picks.

An item breaks a rule when its corrected item-total correlation or its loading on the scale's one factor is below the
profile's bound, when alpha would rise without it, or when too many respondents choose an end of the scale.  None
broken: keep.  The item-total correlation broken together with another rule: drop.  Anything else: revise.  The rules
are conventions; content decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import SpecificationError
from ..kernels import linalg
from ..kernels import reliability as kernel
from ..suggestions import and_known
from ..tables import Column, Kind, Table, Tabled, Text, Words, joined, term
from .answers import complete_answers, ends_of
from .reliability import nothing_to_compare, reliability


@dataclass(frozen=True)
class ItemRules:
    """Bounds for items, and where they come from; None for a rule that does not apply.

    item_rest, loading : least values    end : largest share (0 to 1) at the lowest or the highest answer
    alpha_rises : whether an item without which alpha is larger breaks a rule
    """

    name: str
    source: str
    item_rest: float
    loading: float | None = None
    end: float | None = None
    alpha_rises: bool = True


RULES = {
    rules.name: rules
    for rules in (
        ItemRules("nunnally-bernstein", "Nunnally & Bernstein (1994), Psychometric Theory", 0.3),
        ItemRules("hair", "Hair, Black, Babin & Anderson (2010), Multivariate Data Analysis", 0.5, loading=0.5),
        ItemRules("wu", "吴明隆 (2010), 问卷统计分析实务", 0.4, loading=0.45),
    )
}


@dataclass(frozen=True, eq=False)
class ItemAdvice(Tabled):
    """Advice on the items of a pre-test.

    items : one row per item (scale, item, n, mean, sd, floor, ceiling, item_rest, alpha, alpha_if_deleted, loading,
        advice, broken): floor and ceiling are percentages at the lowest and highest answer; advice is "keep", "revise"
        or "drop"; broken lists the rules: item_rest, loading, alpha, end
    """

    items: pd.DataFrame
    rules: ItemRules
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the items with advice and reasons."""
        rows = tuple(
            (*row[:11], _ADVICE[row[11]], _reasons(row[12])) for row in self.items.itertuples(index=False, name=None)
        )
        title = term("Item analysis") + Words(": advice", "：取舍建议")
        return (Table("item_advice", title, _COLUMNS, rows, (_rule_note(self.rules), *self.notes)),)


def item_advice(
    frame: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    rules: str | ItemRules,
    *,
    response_scale: tuple[float, float] | None = None,
) -> ItemAdvice:
    """Advise which items to keep, revise or drop.

    Parameters
    ----------
    frame : DataFrame
        Answers of the pre-test, reverse-worded items recoded; each scale uses the respondents who answered all of it.
    scales : mapping of str to sequence of str
        The items of each scale.
    rules : str or ItemRules
        ``"nunnally-bernstein"``, ``"hair"``, ``"wu"``, or bounds of one's own with their source.
    response_scale : (float, float), optional
        Lowest and highest answer possible; without it the lowest and highest found in the scale.

    Returns
    -------
    ItemAdvice
        ``.items``, ``.rules``.

    Raises
    ------
    SpecificationError
        No such profile of rules is known, ``response_scale`` is none, or the scales are none, see
        :func:`sme_sem.reliability`.
    DataProblem
        The answers to a scale cannot be analysed, see :func:`sme_sem.reliability`.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("t =~ .9*a + .9*b + .9*c + .0*d", 300, seed=1)
    >>> sme.item_advice(answers, {"t": ["a", "b", "c", "d"]}, "wu").items[["item", "advice"]].values.tolist()
    [['a', 'keep'], ['b', 'keep'], ['c', 'keep'], ['d', 'drop']]
    """
    if isinstance(rules, str):
        if rules not in RULES:
            unknown = Words(f"unknown rules {rules!r}.", f"未知的规则{rules!r}。")
            raise SpecificationError(unknown + and_known(rules, RULES))
        rules = RULES[rules]
    require_kind("rules", rules, ItemRules, _KNOWN.filled(names=joined(RULES, ", ", "、")))
    _require_ends(response_scale)
    found = reliability(frame, scales)
    alpha = dict(zip(found.scales["scale"], found.scales["alpha"].astype(float), strict=True))
    rows, unloaded = [], []
    for name, items in scales.items():
        if name not in alpha:
            raise nothing_to_compare(name)
        own = complete_answers(frame, items)
        values = own.frame
        low, high = response_scale or (values.min(axis=None), values.max(axis=None))
        loadings = kernel.one_factor_ml(linalg.correlation(own.covariance))[0]
        if np.isnan(loadings).all():
            unloaded.append(str(name))
        analysed = found.items[found.items["scale"] == name].set_index("item")
        for item, loading in zip(items, loadings, strict=True):
            row = analysed.loc[item].to_dict()
            ends = [100 * float((values[item].to_numpy() == end).mean()) for end in (low, high)]
            numbers = (float(row["item_rest"]), alpha[name], float(row["alpha_if_deleted"]), float(loading))
            broken = _broken(rules, *numbers, max(ends) / 100)
            rows.append(
                (name, item, own.n, row["mean"], row["sd"], *ends, *numbers, _advice(broken), ", ".join(broken))
            )
    notes = (_UNLOADED.filled(names=Words(", ".join(unloaded), "、".join(unloaded))),) if unloaded else ()
    return ItemAdvice(pd.DataFrame(rows, columns=[column.name for column in _COLUMNS]), rules, notes)


def _require_ends(ends: object) -> None:
    """Refuse what does not say the lowest and the highest answer possible."""
    pair = ends_of(ends)
    if ends is not None and not (pair and pair[0] < pair[1]):
        raise SpecificationError(_ENDS.filled(ends=repr(ends)))


def _broken(
    rules: ItemRules, item_rest: float, alpha: float, alpha_without: float, loading: float, end: float
) -> list[str]:
    """Names of the rules an item breaks; what is not known breaks none, but a constant item has no correlation."""
    tests = {
        "item_rest": not item_rest >= rules.item_rest,
        "loading": rules.loading is not None and loading < rules.loading,
        "alpha": rules.alpha_rises and alpha_without > alpha,
        "end": rules.end is not None and end > rules.end,
    }
    return [name for name, broken in tests.items() if broken]


def _advice(broken: Sequence[str]) -> str:
    if not broken:
        return "keep"
    return "drop" if "item_rest" in broken and len(broken) > 1 else "revise"


def _reasons(broken: str) -> Text:
    return joined(_REASONS[name] for name in broken.split(", ") if name)


def _rule_note(rules: ItemRules) -> Words:
    """Name the rules that are asked for, and what follows of them."""
    asked = [
        said.filled(bound=f"{bound:g}")
        for said, bound in ((_AT_LEAST, rules.item_rest), (_LOADING, rules.loading), (_AT_MOST, rules.end))
        if bound is not None
    ]
    asked += [_ALPHA] if rules.alpha_rises else []
    return _RULES.filled(source=rules.source, asked=joined(asked, ", ", "，"))


_ADVICE = {"keep": Words("keep", "保留"), "revise": Words("revise", "修改"), "drop": Words("drop", "删除")}
_REASONS = {
    "item_rest": Words("item-total correlation low", "校正题总相关过低"),
    "loading": Words("loading low", "因子载荷过低"),
    "alpha": Words("alpha rises without it", "删除后α升高"),
    "end": Words("most answers at one end", "作答集中于量表一端"),
}
_COLUMNS = (
    Column("scale", term("Dimension"), once=True),
    Column("item", term("Item")),
    Column("n", "n", Kind.COUNT),
    Column("mean", term("Mean"), Kind.ESTIMATE),
    Column("sd", term("Standard deviation"), Kind.ESTIMATE),
    Column("floor", Words("Floor %", "地板效应（%）"), Kind.PERCENT),
    Column("ceiling", Words("Ceiling %", "天花板效应（%）"), Kind.PERCENT),
    Column("item_rest", term("Corrected item-total correlation"), Kind.COEFFICIENT),
    Column("alpha", term("Cronbach's alpha"), Kind.COEFFICIENT),
    Column("alpha_if_deleted", term("Cronbach's alpha if item deleted"), Kind.COEFFICIENT),
    Column("loading", term("Factor loading"), Kind.COEFFICIENT),
    Column("advice", Words("Advice", "建议")),
    Column("broken", Words("Because", "理由")),
)
_RULES = Words(
    "Rules: {source}: {asked}. Keep: none broken; drop: the item-total correlation and another; else revise.",
    "标准：{source}：{asked}。全部满足则保留；校正题总相关及另一项不满足则删除；其余修改。",
)
_AT_LEAST = Words("item-total correlation at least {bound}", "校正题总相关不低于{bound}")
_LOADING = Words("loading on one factor at least {bound}", "单因子载荷不低于{bound}")
_AT_MOST = Words("share of answers at one end at most {bound}", "量表一端作答比例不高于{bound}")
_ALPHA = Words("alpha does not rise without the item", "删除该题后α不升高")
_KNOWN = Words("an ItemRules, or one of {names}", "ItemRules对象，或{names}之一")
_ENDS = Words(
    "response_scale={ends}: give the lowest and the highest answer, such as (1, 5).",
    "response_scale={ends}：应给出最低分与最高分，如(1, 5)。",
)
_UNLOADED = Words("{names}: one factor has no proper solution, so no loadings.", "{names}：单因子解不合理，无载荷。")
