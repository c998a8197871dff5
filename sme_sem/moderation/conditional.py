"""Indirect effects at values of a moderator, and how they change with it, with bootstrap intervals.

With d and e the coefficients of the products (zero where a stage is not moderated) and w the moderator::

    indirect(w) = (a + d w) (b + e w)        index of moderated mediation = d b + a e, where one of d, e is zero

The index is the slope of the indirect effect over w; where both stages are moderated there is no single slope, and the
contrast of the effects at the highest and the lowest value stands for it.  Values are so many standard deviations of
the moderator from its mean and count as fixed; an observed one with two values is looked at where these are.  Where
the product of a construct is a construct, w counts from the mean of an observed moderator.

Hayes (2015), Multivariate Behavioral Research 50, 1-22; Edwards and Lambert (2007), Psychological Methods 12, 1-22
(both stages).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..arguments import chosen, require_kind
from ..errors import SpecificationError
from ..resampling.bootstrap import Bootstrap, statistics_of
from ..resampling.mediation import (
    A_BOOTSTRAP,
    P_VALUES,
    Interval,
    estimate_columns,
    path_of,
    require_interval,
    with_interval,
)
from ..sem.quoted import objections
from ..tables import Column, Kind, Table, Tabled, Words, rows_from, term
from ..tables.format import percent
from .slopes import (
    DEVIATIONS,
    FIXED_TWO,
    centre_of,
    deviations_at,
    deviations_of,
    numbers_at,
    product_of,
    two_values,
    zero_of,
)

if TYPE_CHECKING:
    from ..sem.fit import Fit


@dataclass(frozen=True, eq=False)
class ConditionalIndirect(Tabled):
    """The indirect effect of a predictor through a mediator, at values of a moderator.

    table : one row per value (and group): group, at (deviations), value, est, se, ci_lower, ci_upper, pvalue
    change : one row per change (and group): group, change (``"index"``, the index of moderated mediation, or
        ``"contrast"``, highest less lowest value), est, se, ci_lower, ci_upper, pvalue
    stages : which paths are moderated: ``"first"``, ``"second"`` or both
    two : whether the effects are those at the two values of the moderator
    route : predictor, mediator, outcome    level : confidence of the intervals
    """

    fit: Fit
    table: pd.DataFrame
    change: pd.DataFrame
    route: tuple[str, str, str]
    moderator: str
    stages: tuple[str, ...]
    level: float
    two: bool = False

    def tables(self) -> tuple[Table, ...]:
        """Give the effects, and how they change."""
        title = _TITLE.filled(route=" → ".join(self.route), moderator=self.moderator)
        changes = self.change.assign(change=self.change["change"].map(_CHANGES))
        said = (
            (_LEVEL.filled(level=percent(self.level)), FIXED_TWO)
            if self.two
            else (_FIXED.filled(level=percent(self.level)),)
        )
        notes = (*said, *objections(self.fit))
        own = _GROUP if self.fit.table.groups > 1 else ()
        numbers = estimate_columns(self.level)
        return tuple(
            Table(name, heading, (*own, *columns, *numbers), rows_from(frame, (*own, *columns, *numbers)), notes)
            for name, heading, columns, frame in (
                ("conditional_indirect", title, _COLUMNS, self.table),
                ("moderated_mediation", _MODERATED, _CHANGE, changes),
            )
        )


def conditional_indirect(
    found: Bootstrap,
    predictor: str,
    mediator: str,
    outcome: str,
    moderator: str,
    at: Sequence[float] | None = None,
    *,
    interval: Interval = "perc",
) -> ConditionalIndirect:
    """Find an indirect effect at values of a moderator, and the index of moderated mediation.

    Formulas and sources: :mod:`sme_sem.moderation.conditional`.

    Parameters
    ----------
    found
        A bootstrap of a model such as :func:`sme_sem.moderated_mediation` writes, by respondents or clusters.
    predictor, mediator, outcome, moderator
        Names in the model; a product is named by its two variables, joined by an x.
    at
        Standard deviations of the moderator from its mean; left out, as :func:`sme_sem.simple_slopes` takes them.
    interval
        ``"perc"``, ``"bc"`` or ``"bca"``.

    Returns
    -------
    ConditionalIndirect
        ``.table``, ``.change``.

    Raises
    ------
    SpecificationError
        The model lacks one of the paths, or no path of the route is moderated.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> answers = sme.simulate("M ~ 0.4*X + 0.2*W", 400, seed=4)
    >>> answers["XxW"] = answers["X"] * answers["W"]
    >>> answers["M"] += 0.3 * answers["XxW"]
    >>> answers["Y"] = 0.5 * answers["M"] + np.random.default_rng(1).normal(size=400)
    >>> fit = sme.fit(sme.moderated_mediation("X", "M", "Y", "W"), answers)
    >>> effects = sme.conditional_indirect(sme.bootstrap(fit, 300, seed=1), "X", "M", "Y", "W")
    >>> effects.stages, bool(effects.change["ci_lower"].item() > 0)
    (('first',), True)
    """
    require_kind("found", found, Bootstrap, A_BOOTSTRAP)
    interval = chosen("interval", interval, tuple(P_VALUES))
    if found.kind == "bollen-stine":
        raise SpecificationError(_OF_THE_MODEL)
    require_interval(found, interval)
    asked = None if at is None else numbers_at(at, DEVIATIONS)
    fit = found.fit
    first = product_of(fit, mediator, predictor, moderator)
    second = product_of(fit, outcome, mediator, moderator)
    stages = tuple(name for name, carrier in (("first", first), ("second", second)) if carrier)
    if not stages:
        names = {"predictor": predictor, "mediator": mediator, "outcome": outcome, "moderator": moderator}
        raise SpecificationError(_NOT_MODERATED.filled(quoted=repr(moderator), **names))
    two = two_values(fit, moderator) if asked is None else None
    rows: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for g, group in enumerate(fit.moments.labels):
        paths = ((mediator, predictor), (mediator, first), (outcome, mediator), (outcome, second))
        a, d, b, e = (_path(found, group, *path) for path in paths)
        (spread,), mean = deviations_of(fit, g, moderator), centre_of(fit, g, moderator)
        deviations = deviations_at(mean, spread, asked, two)
        values = mean + deviations * spread
        zeros = [zero_of(fit, g, moderator, carrier) for carrier in (first, second)]
        effects = [(a + d * (w - zeros[0])) * (b + e * (w - zeros[1])) for w in values]
        one = len(stages) == 1
        effects.append(d * b + a * e if one else effects[int(values.argmax())] - effects[int(values.argmin())])
        numbers = _numbers(found, np.stack(effects, axis=1), interval)
        for place, (deviation, value) in enumerate(zip(deviations, values, strict=True)):
            own = {name: column[place] for name, column in numbers.items()}
            rows.append({"group": group, "at": deviation, "value": value} | own)
        last = {name: column[-1] for name, column in numbers.items()}
        changes.append({"group": group, "change": "index" if one else "contrast"} | last)
    route = (predictor, mediator, outcome)
    table, change = pd.DataFrame(rows), pd.DataFrame(changes)
    return ConditionalIndirect(fit, table, change, route, moderator, stages, found.level, two is not None)


def _path(found: Bootstrap, group: str, outcome: str, cause: str | None) -> np.ndarray:
    """A coefficient: its estimate, then every draw, then with each respondent left out; zero for no cause."""
    count = 1 + len(found.draws) + len(found.left_out)
    if cause is None:
        return np.zeros(count)
    own = path_of(found.table, outcome, cause, group)
    if not len(own):
        raise SpecificationError(_NO_FREE_PATH.filled(outcome=outcome, cause=cause))
    place = own.index[0]
    return np.concatenate([[own["est"].iloc[0]], found.draws.to_numpy()[:, place], found.left_out[:, place]])


def _numbers(found: Bootstrap, effects: np.ndarray, interval: Interval) -> dict[str, np.ndarray]:
    draws = 1 + len(found.draws)
    return with_interval(statistics_of(effects[1:draws], effects[0], effects[draws:], found.level), interval)


_TITLE = term("Conditional indirect effect") + Words(": {route} at values of {moderator}", "：{route}（{moderator}）")
_MODERATED = Words("How the indirect effect changes with the moderator", "间接效应随调节变量的变化")
_CHANGES = {
    "index": term("Index of moderated mediation"),
    "contrast": Words("Highest less lowest value", "最高值减最低值"),
}
_GROUP = (Column("group", Words("Group", "组别"), once=True),)
_COLUMNS = (
    Column("at", Words("Moderator (SD)", "调节变量（标准差）"), Kind.ESTIMATE),
    Column("value", Words("Its value", "取值"), Kind.ESTIMATE),
)
_CHANGE = (Column("change", Words("Change", "变化")),)
_LEVEL = Words("{level} bootstrap intervals.", "{level}的Bootstrap置信区间。")
_FIXED = Words(
    "{level} bootstrap intervals; values of the moderator are standard deviations from its mean and count as fixed.",
    "{level}的Bootstrap置信区间；调节变量取值以距均值的标准差表示，并视为固定值。",
)
_OF_THE_MODEL = Words(
    "kind='bollen-stine' is for the test of the model alone; take kind='nonparametric'.",
    "kind='bollen-stine'只用于模型的检验；请用kind='nonparametric'。",
)
_NOT_MODERATED = Words(
    "no path of {predictor} → {mediator} → {outcome} is moderated by {quoted}: the model needs {mediator} ~ "
    "{predictor}x{moderator} or {outcome} ~ {mediator}x{moderator}.",
    "{predictor} → {mediator} → {outcome}中没有受{quoted}调节的路径：模型须含{mediator} ~ {predictor}x{moderator}"
    "或{outcome} ~ {mediator}x{moderator}。",
)
_NO_FREE_PATH = Words("the model has no free path {outcome} ~ {cause}.", "模型中没有自由的路径{outcome} ~ {cause}。")
