"""What kind of mediation a bootstrap finds on every route from a predictor to an outcome.

With ab the indirect effect of the route and c' the direct effect, each tested by whether its interval excludes zero::

    ab and c' differ from zero, same sign       complementary      partial mediation
    ab and c' differ from zero, opposite sign   competitive        partial mediation (suppression)
    only ab                                     indirect-only      full mediation
    only c'                                     direct-only        no mediation
    neither                                     no effect          no mediation

The names on the left are Zhao, Lynch and Chen's (2010), Journal of Consumer Research 37, 197-206; on the right those
of Baron and Kenny (1986), Journal of Personality and Social Psychology 51, 1173-1182.  That the total effect be
significant is not asked for.  Where the model has no direct path c' is zero because the model says so: full mediation
is then assumed, and a rival with the path would have to be fitted to find it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ..arguments import chosen, require_kind
from ..errors import SpecificationError
from ..sem.presentation import EFFECTS, Labels, require_labels, route_label
from ..sem.quoted import objections
from ..tables import NOTHING, Column, Kind, Table, Tabled, Text, Words, term
from ..tables.format import interval_columns, percent
from .bootstrap import Bootstrap, route_of, statistics_of

if TYPE_CHECKING:
    from ..sem.fit import Fit

Interval = Literal["perc", "bc", "bca"]
Pairs = Literal["ends", "all"]
P_VALUES: dict[Interval, str] = {"perc": "pvalue", "bc": "bc_pvalue", "bca": "bca_pvalue"}


@dataclass(frozen=True, eq=False)
class Mediation(Tabled):
    """Direct, indirect and total effects with bootstrap intervals, and what they say of mediation.

    effects : one row for each effect: predictor, outcome, group, effect (direct, indirect, total indirect, total),
        route, est, se, ci_lower, ci_upper, pvalue, est_std; on indirect rows type (complementary, competitive,
        indirect-only, direct-only, no effect), mediation (full, partial, none; both empty where an interval does not
        exist) and assumed (the model has no direct path); share, the indirect part of the total effect, where all of it
        has one sign
    differences : one row for each pair of indirect effects: first, first_group, second, second_group, est, se,
        ci_lower, ci_upper, pvalue
    """

    fit: Fit
    effects: pd.DataFrame
    differences: pd.DataFrame
    interval: Interval
    level: float
    labels: Labels

    def tables(self) -> tuple[Table, ...]:
        """Give the effects with their verdicts, and the differences between indirect effects."""
        several = self.fit.table.groups > 1
        columns = tuple(c for c in _columns(self.level) if several or c.name != "group")
        interval = _INTERVALS.filled(kind=INTERVAL_NAMES[self.interval], level=percent(self.level))
        notes = [interval, _VERDICTS, *([_ASSUMED] if self.effects["assumed"].any() else [])]
        cells = [self._cells(row) for row in self.effects.to_dict("records")]
        rows = tuple(tuple(row[column.name] for column in columns) for row in cells)
        found = [Table("mediation", _TITLE, columns, rows, (*notes, *objections(self.fit)))]
        if len(self.differences):
            cells, columns = [self._compared(row) for row in self.differences.to_dict("records")], _compared(self.level)
            rows = tuple(tuple(row[column.name] for column in columns) for row in cells)
            found.append(Table("indirect_differences", _DIFFERENT, columns, rows, (interval,)))
        return tuple(found)

    def _cells(self, row: dict[Any, Any]) -> dict[str, Any]:
        return row | {
            "route": self._route(row["route"]),
            "effect": EFFECTS[row["effect"]],
            "type": _TYPES.get(row["type"], ""),
            "mediation": _SUPPRESSING
            if row["type"] == "competitive"
            else _KINDS.get(row["mediation"], NOTHING) + ("*" if row["assumed"] else ""),
        }

    def _compared(self, row: dict[Any, Any]) -> dict[str, Any]:
        several = self.fit.table.groups > 1
        return row | {
            side: self._route(row[side]) + (f" [{row[f'{side}_group']}]" if several else "")
            for side in ("first", "second")
        }

    def _route(self, written: str) -> Words:
        return route_label(written.split(" → "), self.labels)


def mediation(
    found: Bootstrap, *, interval: Interval = "perc", pairs: Pairs = "ends", labels: Labels | None = None
) -> Mediation:
    """Say of every route what kind of mediation it is.

    Formulas and sources: :mod:`sme_sem.resampling.mediation`.

    Parameters
    ----------
    found
        A bootstrap of a model with at least one indirect effect, by respondents or clusters.
    interval
        Whose limits and p-values are taken: percentile (``"perc"``), bias-corrected (``"bc"``) or ``"bca"``.
    pairs
        Which indirect effects are compared: those of one predictor on one outcome in a group (``"ends"``), or
        ``"all"``, those of different groups too.
    labels
        What to print for constructs and variables.

    Returns
    -------
    Mediation
        ``.effects``, ``.differences``; printing it shows both tables, in English and Chinese.

    Raises
    ------
    SpecificationError
        The model has no indirect effect, or the samples were drawn where the model holds.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("m ~ 0.5*x; y ~ 0.5*m; x ~~ 1*x", 300, seed=1)
    >>> draws = sme.bootstrap(sme.fit("m ~ x; y ~ m + x", answers), 500, seed=1)
    >>> verdict = sme.mediation(draws).effects.set_index("route").loc["x → m → y"]
    >>> verdict["type"], verdict["mediation"]
    ('indirect-only', 'full')
    """
    require_kind("found", found, Bootstrap, A_BOOTSTRAP)
    require_labels(labels)
    interval = chosen("interval", interval, tuple(P_VALUES))
    pairs = chosen("pairs", pairs, ("ends", "all"))
    _require_draws_of_answers(found)
    require_interval(found, interval)
    table = found.table
    routes = table[(table["kind"] == "effect") & (table["op"] == "indirect")]
    if not len(routes):
        raise SpecificationError(
            Words(
                "the model has no indirect effect: no variable with a path (~) to it has a path to another.",
                "模型没有间接效应：没有变量既接受路径（~）又指向其他变量。",
            )
        )
    rows = list(_effects(found, interval))
    return Mediation(
        found.fit, pd.DataFrame(rows), _differences(found, routes, interval, pairs), interval, found.level, labels or {}
    )


def _require_draws_of_answers(found: Bootstrap) -> None:
    if found.kind == "bollen-stine":
        raise SpecificationError(
            Words(
                "kind='bollen-stine' draws from answers in which the model holds, which is for the test of the model "
                "alone; take kind='nonparametric' for effects.",
                "kind='bollen-stine'从模型成立的作答中抽样，只用于检验模型；求效应请取kind='nonparametric'。",
            )
        )


def require_interval(found: Bootstrap, interval: Interval) -> None:
    """Refuse intervals for which nobody was left out."""
    if interval == "bca" and not len(found.left_out):
        raise SpecificationError(_NO_BCA)


def significant(lower: float, upper: float) -> bool:
    """Whether an interval excludes zero; not where it does not exist."""
    return bool(lower > 0 or upper < 0)


def verdict(indirect: tuple[float, float, float], direct: tuple[float, float, float]) -> tuple[str, str]:
    """Name the type and the kind of mediation, from estimate and limits of the route and of the direct effect.

    >>> verdict((0.2, 0.1, 0.3), (-0.3, -0.5, -0.1))
    ('competitive', 'partial')
    """
    through, beside = significant(*indirect[1:]), significant(*direct[1:])
    if through and beside:
        return ("complementary" if indirect[0] * direct[0] > 0 else "competitive"), "partial"
    if through:
        return "indirect-only", "full"
    return ("direct-only" if beside else "no effect"), "none"


def _effects(found: Bootstrap, interval: Interval) -> Iterator[dict[str, Any]]:
    table = found.table
    effects = table[table["kind"] == "effect"]
    scaled = dict(zip(table["parameter"], table["est"], strict=True))
    for (group, predictor, outcome), own in effects.groupby(["group", "rhs", "lhs"], sort=False):
        path = path_of(table, outcome, predictor, group)
        ends = {"predictor": predictor, "outcome": outcome, "group": group}
        direct = _numbers(path.iloc[0], interval, scaled) if len(path) else _fixed(found.fit, ends)
        beside = bool(len(path)) or direct["est"] != 0
        if beside:
            yield ends | {"effect": "direct", "route": f"{predictor} → {outcome}"} | direct | _NO_VERDICT
        parts = own[own["op"] == "indirect"]
        total = own.loc[own["op"] == "total", "est"].iloc[0]
        shared = len({np.sign(x) for x in (*parts["est"], direct["est"]) if x}) == 1
        for _, row in own.iterrows():
            numbers = _numbers(row, interval, scaled)
            said = dict(_NO_VERDICT)
            if row["op"] == "indirect":
                through, apart = _limits(numbers), _limits(direct)
                kinds = ("", "") if np.isnan([*through, *apart]).any() else verdict(through, apart)
                said = {"type": kinds[0], "mediation": kinds[1], "assumed": not beside and kinds[1] == "full"}
            elif len(parts) == 1 and row["op"] == "total_indirect":
                continue  # the one route, already there
            part = row["op"] in ("indirect", "total_indirect")
            share = numbers["est"] / total if part and shared and beside else np.nan
            route = (
                route_of(found.fit, row["parameter"], row["group"])
                if row["op"] == "indirect"
                else f"{predictor} → {outcome}"
            )
            yield ends | {"effect": row["op"].replace("_", " "), "route": route} | numbers | said | {"share": share}


_NO_VERDICT = {"type": "", "mediation": "", "assumed": False, "share": np.nan}


def path_of(table: pd.DataFrame, outcome: object, cause: object, group: object) -> pd.DataFrame:
    """The row of a structural path in a bootstrap's table, or none."""
    free = (table["kind"] == "estimate") & (table["op"] == "~")
    return table[free & (table["lhs"] == outcome) & (table["rhs"] == cause) & (table["group"] == group)]


def of_route(
    found: Bootstrap, route: Sequence[str], group: str, interval: Interval, level: float
) -> dict[str, np.ndarray]:
    """Error, limits and p-value of the effect along a route, as it is and standardized: (2,) each"""
    _require_draws_of_answers(found)
    table, written = found.table, " → ".join(route)
    effects = table[(table["kind"] == "effect") & (table["op"] == "indirect") & (table["group"] == group)]
    (name,) = (own for own in effects["parameter"] if route_of(found.fit, own, group) == written)
    both = [table.index[table["parameter"] == own][0] for own in (name, f"std({name})")]
    est = table["est"].to_numpy()[both]
    numbers = statistics_of(found.draws.to_numpy()[:, both], est, found.left_out[:, both], level)
    return with_interval(numbers, interval)


def with_interval(numbers: Mapping[str, Any] | pd.Series, interval: Interval) -> dict[str, Any]:
    """Pick estimate and error with the limits and the p-value of one kind of interval, named as tables name them."""
    names = {"ci_lower": f"{interval}_lower", "ci_upper": f"{interval}_upper", "pvalue": P_VALUES[interval]}
    return {"est": numbers["est"], "se": numbers["se"]} | {name: numbers[own] for name, own in names.items()}


def _numbers(row: pd.Series, interval: Interval, scaled: dict[str, float]) -> dict[str, float]:
    return with_interval(row, interval) | {"est_std": scaled[f"std({row['parameter']})"]}


def _fixed(fit: Fit, ends: Mapping[str, Any]) -> dict[str, float]:
    """What the model says of a direct path that it does not estimate: a fixed number, or zero."""
    group = fit.moments.labels.index(ends["group"])
    wanted = ("~", ends["outcome"], ends["predictor"], group)
    value = sum(p.value for p in fit.table.parameters if (p.op, p.lhs, p.rhs, p.group) == wanted)
    return {"est": value, "se": np.nan, "ci_lower": value, "ci_upper": value, "pvalue": np.nan, "est_std": np.nan}


def _limits(numbers: dict[str, float]) -> tuple[float, float, float]:
    return numbers["est"], numbers["ci_lower"], numbers["ci_upper"]


def _differences(found: Bootstrap, routes: pd.DataFrame, interval: Interval, pairs: Pairs) -> pd.DataFrame:
    """Compare indirect effects, draw by draw."""
    ends = ["lhs", "rhs", "group"]
    wanted = [
        (i, j)
        for i, j in combinations(routes.index, 2)
        if pairs == "all" or all(routes.loc[i, name] == routes.loc[j, name] for name in ends)
    ]
    columns = ["first", "first_group", "second", "second_group", "est", "se", "ci_lower", "ci_upper", "pvalue"]
    if not wanted:
        return pd.DataFrame(columns=columns)
    first, second = np.array(wanted).T
    values, est, se = found.draws.to_numpy(), found.table["est"].to_numpy(), found.table["se"].to_numpy()
    numbers = statistics_of(
        values[:, first] - values[:, second],
        est[first] - est[second],
        found.left_out[:, first] - found.left_out[:, second],
        found.level,
        np.nan_to_num(se[first] + se[second]),
    )
    one, other = (routes.loc[list(side)] for side in (first, second))
    return pd.DataFrame(
        {
            "first": [route_of(found.fit, row["parameter"], row["group"]) for _, row in one.iterrows()],
            "first_group": one["group"].to_numpy(),
            "second": [route_of(found.fit, row["parameter"], row["group"]) for _, row in other.iterrows()],
            "second_group": other["group"].to_numpy(),
        }
        | with_interval(numbers, interval)
    )


_TITLE = Words("Mediation: effects with bootstrap intervals", "中介效应：Bootstrap检验结果")
_DIFFERENT = Words("Differences between indirect effects", "间接效应的差异比较")
_TYPES: dict[str, Text] = {
    "complementary": term("Complementary mediation"),
    "competitive": term("Competitive mediation"),
    "indirect-only": term("Indirect-only mediation"),
    "direct-only": term("Direct-only nonmediation"),
    "no effect": term("No-effect nonmediation"),
}
_KINDS: dict[str, Words] = {
    "full": term("Full mediation"),
    "partial": term("Partial mediation"),
    "none": term("No mediation"),
}
_SUPPRESSING = term("Partial mediation") + Words(" (suppression)", "（遮掩效应）")


def estimate_columns(level: float) -> tuple[Column, ...]:
    """Give the columns of an effect that was drawn anew: estimate, error, the limits of an interval of a level, p."""
    return (
        Column("est", Words("Estimate", "估计值"), Kind.ESTIMATE),
        Column("se", term("Bootstrap standard error"), Kind.ESTIMATE),
        *interval_columns(level),
        Column("pvalue", "p", Kind.PROBABILITY),
    )


def _columns(level: float) -> tuple[Column, ...]:
    return (
        Column("group", Words("Group", "组别"), once=True),
        Column("route", term("Path")),
        Column("effect", Words("Effect", "效应类型")),
        *estimate_columns(level),
        Column("est_std", Words("β", "标准化效应 β"), Kind.COEFFICIENT),
        Column("share", term("Proportion mediated"), Kind.COEFFICIENT),
        Column("type", Words("Type (Zhao et al.)", "类型（Zhao等）")),
        Column("mediation", Words("Verdict", "结论")),
    )


def _compared(level: float) -> tuple[Column, ...]:
    return (
        Column("first", Words("First route", "路径一")),
        Column("second", Words("Second route", "路径二")),
        Column("est", Words("Difference", "差异"), Kind.ESTIMATE),
        *estimate_columns(level)[1:],
    )


INTERVAL_NAMES: dict[Interval, Words] = {
    "perc": Words("percentile", "百分位法"),
    "bc": Words("bias-corrected percentile", "偏差校正百分位法"),
    "bca": Words("BCa", "BCa法"),
}
_NO_BCA = Words(
    "the bootstrap has no BCa intervals, because it was called with bca=False: leave that out, or take "
    "interval='perc'.",
    "该Bootstrap没有BCa区间，因为调用时设定了bca=False：请去掉该选项，或取interval='perc'。",
)
A_BOOTSTRAP = Words("a bootstrap as sme.bootstrap returns it", "sme.bootstrap返回的结果")
_INTERVALS = Words("{level} {kind} bootstrap intervals.", "{level}的{kind}Bootstrap置信区间。")
_VERDICTS = Words(
    "An effect counts where its interval excludes zero. Types: Zhao, Lynch and Chen (2010); full and partial "
    "mediation: Baron and Kenny (1986); suppression, where direct and indirect effect have opposite signs: MacKinnon, "
    "Krull and Lockwood (2000).",
    "置信区间不含0即为显著。类型依据Zhao、Lynch与Chen（2010）；完全与部分中介依据Baron与Kenny（1986）；"
    "直接效应与间接效应符号相反为遮掩效应，依据MacKinnon、Krull与Lockwood（2000）。",
)
_ASSUMED = Words(
    "* The model has no direct path, so full mediation is assumed, not found: compare it with a model that has the "
    "path.",
    "* 模型未设直接路径，完全中介属模型假定而非检验结果：请与含直接路径的模型比较。",
)
