"""Whether the results hang on those who were set aside for how they answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..comparison import side_by_side
from ..sem.presentation import Labels
from ..sem.quoted import reported
from ..sem.rows import rows_of
from ..tables import NOTHING, Kind, Table, Words, joined
from ..tables.format import cell, level
from .narrative import counted

if TYPE_CHECKING:
    from ..sem.fit import Fit

_MEASURES = ("cfi", "rmsea", "srmr")


def with_and_without(kept: Fit, everyone: Fit, labels: Labels | None = None) -> Table:
    """Fit and paths of one model, with and without those who were set aside, side by side."""
    found = side_by_side({"kept": kept, "everyone": everyone}, labels=labels, titles={"kept": _KEPT, "everyone": _ALL})
    return replace(found.tables()[0], name="with_and_without", title=_TITLE)


def conclusions(kept: Fit, everyone: Fit, alpha: float) -> Words:
    """Count the paths that keep sign and significance, and say how the fit moves."""
    before, after = _conclusions(everyone, alpha), _conclusions(kept, alpha)
    same = sum(before[path] == after[path] for path in after)
    who = Words(counted(everyone.n - kept.n, "respondent", "was", "were"), str(everyone.n - kept.n))
    said = _HOLD.filled(who=who, same=same, all=len(after), alpha=level(alpha))
    first, second = reported(everyone), reported(kept)
    moved = [
        f"{name.upper()} {cell(float(first[name]), Kind.COEFFICIENT)} → {cell(float(second[name]), Kind.COEFFICIENT)}"
        for name in _MEASURES
        if name in first and name in second
    ]
    return said + (_MOVED.filled(moves=joined(moved, ", ", "，")) if moved else NOTHING)


def _conclusions(fit: Fit, alpha: float) -> dict[tuple[str, str, str], tuple[bool, bool]]:
    """Of each path or, in a model without paths, each loading: whether it is positive, and whether significant."""
    estimates = fit.estimates()
    free = estimates[estimates["free"].astype(bool)]
    paths = free[free["op"] == "~"]
    shown = paths if len(paths) else free[free["op"] == "=~"]
    return {(row.lhs, row.rhs, str(row.group)): (bool(row.est > 0), bool(row.pvalue < alpha)) for row in rows_of(shown)}


_KEPT = Words("Without them (reported)", "剔除后（报告结果）")
_ALL = Words("With them", "剔除前")
_TITLE = Words(
    "The hypothesized model with and without those set aside for how they answered", "剔除不认真作答者前后的假设模型"
)
_HOLD = Words(
    "{who} set aside for nothing but how they answered. With and without them, {same} of {all} "
    "estimates have the same sign and the same significance at {alpha}.",
    "仅因作答质量被剔除的有{who}人。剔除前后，{all}个估计值中有{same}个的符号与显著性（{alpha}水平）相同。",
)
_MOVED = Words(" From with to without: {moves}.", "剔除前→剔除后：{moves}。")
