"""How strong an effect is at values of a moderator, and where it differs from zero.

The values are so many standard deviations of the moderator from its mean and count as fixed (Aiken and West 1991,
Multiple regression: testing and interpreting interactions).  Of a latent moderator the deviation is the model's.
An observed moderator with two values, such as 0 and 1, is looked at where these are.

The product of a construct with an observed moderator is measured by centred answers (:mod:`sme_sem.moderation.models`)
and is zero at the moderator's mean; a column that is a product is zero where the moderator is::

    effect(w) = b + d (w - mean)        effect(w) = b + d w
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from ..arguments import among, probability, require_kind
from ..diagrams.picture import Picture
from ..errors import SpecificationError
from ..kernels import conditional_slope
from ..sem.fit import Fit
from ..sem.fitted import require_solution
from ..sem.presentation import ESTIMATE_COLUMNS, Labels, named, path_label, require_labels
from ..sem.quoted import objections
from ..sem.result import require_group
from ..sem.solution import z_tests
from ..tables import Column, Kind, Language, Table, Tabled, Text, Words, joined, rows_from
from ..tables.format import interval_columns

REACH = 3.0  # deviations from the mean, beyond which a region is of nobody


@dataclass(frozen=True, eq=False)
class SimpleSlopes(Tabled):
    """The effect of a predictor at values of a moderator.

    table : one row per value (and group): group, at (deviations), value, est, se, z, pvalue, ci_lower, ci_upper,
        est_std
    region : one row per group: where the effect differs from zero (Johnson and Neyman): lower and upper end in the
        moderator's units, ``lower_sd`` and ``upper_sd`` in deviations, and ``significant``: ``"outside"`` or
        ``"between"`` these ends, ``"everywhere"`` or ``"nowhere"``
    """

    table: pd.DataFrame
    region: pd.DataFrame
    outcome: str
    predictor: str
    moderator: str
    level: float
    notes: tuple[Text, ...]
    _lines: tuple[Line, ...]
    labels: Labels | None = None

    def tables(self) -> tuple[Table, ...]:
        """Give the slopes and the regions."""
        own = _GROUP if len(self.region) > 1 else ()
        title = _TITLE.filled(
            path=path_label(self.outcome, self.predictor, self.labels), moderator=named(self.moderator, self.labels)
        )
        columns = (*own, *_columns(self.level))
        slopes = Table("simple_slopes", title, columns, rows_from(self.table, columns), self.notes)
        rows = tuple(
            (*(row[c.name] for c in own), _WHERE[row["significant"]], *(row[c.name] for c in _REGION[1:]))
            for row in self.region.to_dict("records")
        )
        return slopes, Table("johnson_neyman", _JOHNSON_NEYMAN, (*own, *_REGION), rows, (_ENDS,))

    def figure(self, group: str | None = None, *, language: Language = "en") -> Picture:
        """Draw the effect over the moderator with its band, the region where it differs from zero in blue.

        Parameters
        ----------
        group
            Label of one group; the first where none is named.
        language : {"en", "zh"}
            Of the words in it.

        Returns
        -------
        Picture
            Shown by notebooks; its ``save`` writes SVG, PNG or PDF.

        Raises
        ------
        SpecificationError
            There is no such group or language.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("y ~ 0.4*x + 0.2*w", 100, seed=1)
        >>> sme.simple_slopes(sme.fit("y ~ x + w + x:w", answers), "y", "x", "w").figure()[:4]
        '<svg'
        """
        from ..report.curves import conditional_effect

        known = [line.group for line in self._lines]
        chosen = known[0] if group is None else group
        require_group(chosen, known)
        line = self._lines[known.index(str(chosen))]
        at = np.linspace(-REACH, REACH, 241)
        est, variance = line.slope(line.mean + at * line.deviation)
        half = float(special.ndtri(0.5 + self.level / 2)) * np.sqrt(variance)
        ends = self.region.loc[self.region["group"] == line.group, ["lower_sd", "upper_sd"]].to_numpy(dtype=float)[0]
        labels = self.labels
        names = (named(self.outcome, labels), named(self.predictor, labels), named(self.moderator, labels))
        return conditional_effect(at, est, est - half, est + half, ends, names, language)


@dataclass(frozen=True, eq=False)
class Line:
    """The effect of one group: b and d (2,), their covariances (2, 2), mean and deviation of the moderator.

    zero : the value of the moderator at which its product is zero
    """

    group: str
    effect: np.ndarray
    vcov: np.ndarray
    mean: float
    deviation: float
    standard: float
    zero: float

    def slope(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The effect at values of the moderator, and its variance."""
        return conditional_slope.slope(self.effect, self.vcov, values - self.zero)


def simple_slopes(
    fit: Fit,
    outcome: str,
    predictor: str,
    moderator: str,
    at: Sequence[float] | None = None,
    *,
    product: str | None = None,
    level: float = 0.95,
    labels: Labels | None = None,
) -> SimpleSlopes:
    """Find the effect of a predictor at values of a moderator.

    Sources: :mod:`sme_sem.moderation.slopes`.

    Parameters
    ----------
    fit
        A model with paths from predictor, moderator and their product to the outcome.
    outcome, predictor, moderator
        Names in the model; predictor and moderator may change places.  Where both are one variable the product is its
        square, and the slopes are those of the curve.
    at
        Standard deviations of the moderator from its mean; left out, -1, 0 and 1, or the two values of an observed
        moderator that has no more.
    product
        The variable that carries the interaction, where it is not the two names joined by an x or a colon.  An
        observed moderator must be the one that was multiplied, on the same scale; a product that is a construct must be
        measured by centred answers, within groups if there are several (:func:`sme_sem.with_products` does so).
    level
        Of intervals and of the region.
    labels
        What to print for the three names.

    Returns
    -------
    SimpleSlopes
        ``.table``, ``.region`` (Johnson and Neyman), ``.figure()``.

    Raises
    ------
    SpecificationError
        If the model lacks one of the paths, or an argument is out of range.
    ConvergenceError
        If the model did not converge.

    Examples
    --------
    >>> import numpy as np, sme_sem as sme
    >>> answers = sme.simulate("y ~ 0.4*x + 0.2*w", 300, seed=1)
    >>> answers["xxw"] = answers["x"] * answers["w"]
    >>> answers["y"] += 0.3 * answers["xxw"]
    >>> slopes = sme.simple_slopes(sme.fit("y ~ x + w + xxw", answers), "y", "x", "w")
    >>> slopes.table[["at", "est"]].round(2).to_numpy().tolist()
    [[-1.0, 0.0], [0.0, 0.34], [1.0, 0.68]]
    """
    require_solution(fit, Words("it has no slopes: mend it first.", "没有简单斜率：请先修正模型。"))
    probability("level", level, 0.95)
    require_labels(labels)
    asked = None if at is None else numbers_at(at, DEVIATIONS)
    carrier = _product(fit, outcome, predictor, moderator, product)
    lines = tuple(_line(fit, g, outcome, predictor, moderator, carrier) for g in range(fit.table.groups))
    two = two_values(fit, moderator) if asked is None else None
    at_all = [deviations_at(line.mean, line.deviation, asked, two) for line in lines]
    table = pd.concat([_slopes(line, own, level) for line, own in zip(lines, at_all, strict=True)], ignore_index=True)
    z = float(special.ndtri(0.5 + level / 2))
    region = pd.DataFrame([_region(line, z) for line in lines])
    notes = (_FIXED if two is None else FIXED_TWO, *objections(fit))
    return SimpleSlopes(table, region, outcome, predictor, moderator, level, notes, lines, labels)


def numbers_at(at: Iterable[float], what: Text, fewest: int = 1) -> np.ndarray:
    """Read the values of a moderator, finite numbers, so many at least."""
    try:
        given: object = list(at)
        values = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        given, values = at, np.full(1, np.nan)
    if values.ndim != 1 or len(values) < fewest or not np.isfinite(values).all():
        raise SpecificationError(_SUCH_AS.filled(given=repr(given), what=what))
    return values


def two_values(fit: Fit, moderator: str) -> np.ndarray | None:
    """Give the two values of an observed variable that has no more; None of any other."""
    if moderator not in fit.observed or fit.moments.answers is None:
        return None
    place = fit.moments.names.index(moderator)
    found = np.unique(np.concatenate([own[:, place] for own in fit.moments.answers]))
    found = found[~np.isnan(found)]
    return found if len(found) == 2 else None


def deviations_at(mean: float, deviation: float, asked: np.ndarray | None, two: np.ndarray | None) -> np.ndarray:
    """How far from the mean to look: where asked, at two values, or one deviation to either side."""
    if asked is not None:
        return asked
    return np.array([-1.0, 0.0, 1.0]) if two is None else (two - mean) / deviation


def _product(fit: Fit, outcome: str, predictor: str, moderator: str, product: str | None) -> str:
    require_kind("product", product, (str, NoneType), _A_VARIABLE)
    causes = {p.rhs for p in fit.table.parameters if p.op == "~" and p.lhs == outcome}
    for name in (predictor, moderator):
        if not among(name, causes):
            raise SpecificationError(_NO_PATH.filled(outcome=outcome, name=name))
    carrier = product_of(fit, outcome, predictor, moderator, product)
    if carrier is None:
        missing = product or f"{predictor}x{moderator}"
        pair = {"predictor": repr(predictor), "moderator": repr(moderator)}
        raise SpecificationError(
            _NO_CARRIER.filled(outcome=outcome, missing=missing, **pair)
            + _CAUSES.filled(outcome=repr(outcome), causes=joined(sorted(causes), ", ", "、"))
        )
    return carrier


def product_of(fit: Fit, outcome: str, a: str, b: str, product: str | None = None) -> str | None:
    """Name the cause of ``outcome`` that carries the interaction of two variables; None where there is none."""
    causes = {p.rhs for p in fit.table.parameters if p.op == "~" and p.lhs == outcome}
    names = [product] if product else [f"{one}{j}{two}" for j in "x:" for one, two in _orders(a, b)]
    return next((name for name in names if name in causes), None)


def _orders(a: str, b: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (a, b), (b, a)


def _line(fit: Fit, group: int, outcome: str, predictor: str, moderator: str, product: str) -> Line:
    by_cause = {p.rhs: p for p in fit.table.parameters if (p.op, p.lhs, p.group) == ("~", outcome, group)}
    own = [by_cause[name] for name in (predictor, product)]
    point = fit.inference.point
    padded = np.pad(fit.inference.vcov, (0, 1))  # index -1: fixed, without error
    index = [p.index if p.free else -1 for p in own]
    times = np.array([1.0, 2.0 if predictor == moderator else 1.0])  # the slope of b x + d x^2 is b + 2 d x
    of_moderator, of_predictor, of_outcome = deviations_of(fit, group, moderator, predictor, outcome)
    return Line(
        fit.moments.labels[group],
        times * [point.estimate(p) for p in own],
        times[:, None] * padded[np.ix_(index, index)] * times,
        centre_of(fit, group, moderator),
        of_moderator,
        of_predictor / of_outcome,
        zero_of(fit, group, moderator, product),
    )


def deviations_of(fit: Fit, group: int, *names: str) -> list[float]:
    """Give the standard deviations of variables as the model has them; NaN where their variance is not above zero."""
    point = fit.inference.point
    variances = np.diagonal(point.moments.cov[group])[[point.place[name] for name in names]]
    return [float(np.sqrt(variance)) if variance > 0 else np.nan for variance in variances]


def centre_of(fit: Fit, group: int, name: str) -> float:
    """The mean of a moderator in the units of its values: an observed variable's own, zero of a construct.

    Products of constructs are measured by centred answers, so that they are zero at the (group's) mean wherever the
    model may put it.
    """
    if name not in fit.observed:
        return 0.0
    means = fit.inference.point.moments.mu if fit.table.means else fit.moments.mean
    return 0.0 if means is None else float(means[group, fit.observed.index(name)])


def zero_of(fit: Fit, group: int, moderator: str, product: str | None) -> float:
    """Where a moderator stands when its product is zero: at its mean where the product is a construct, else at zero."""
    return centre_of(fit, group, moderator) if product in fit.latent else 0.0


def _slopes(line: Line, at: np.ndarray, level: float) -> pd.DataFrame:
    values = line.mean + at * line.deviation
    est, variance = line.slope(values)
    columns = {"group": line.group, "at": at, "value": values, "est": est}
    tests = z_tests(est, np.sqrt(variance), level)
    return pd.DataFrame(columns | tests | {"est_std": est * line.standard})


def _region(line: Line, z: float) -> dict[str, Any]:
    ends, outside = conditional_slope.significant_region(line.effect, line.vcov, z)
    if np.isnan(ends).any():
        where = "everywhere" if outside else "nowhere"
    else:
        where = "outside" if outside else "between"
    ends = ends + line.zero
    in_deviations = (ends - line.mean) / line.deviation
    return {
        "group": line.group,
        "significant": where,
        "lower": float(ends[0]),
        "upper": float(ends[1]),
        "lower_sd": float(in_deviations[0]),
        "upper_sd": float(in_deviations[1]),
    }


def _columns(level: float) -> tuple[Column, ...]:
    return (
        Column("at", Words("Moderator (SD)", "调节变量（标准差）"), Kind.ESTIMATE),
        Column("value", Words("Its value", "取值"), Kind.ESTIMATE),
        *ESTIMATE_COLUMNS,
        *interval_columns(level),
        Column("est_std", Words("β", "标准化系数 β"), Kind.COEFFICIENT),
    )


_TITLE = Words("Simple slopes: {path} at values of {moderator}", "简单斜率：{path}（调节变量{moderator}）")
_JOHNSON_NEYMAN = Words("Where the effect differs from zero (Johnson-Neyman)", "效应显著区间（Johnson-Neyman法）")
_GROUP = (Column("group", Words("Group", "组别")),)
_REGION = (
    Column("significant", Words("Significant", "显著范围")),
    Column("lower", Words("Lower end", "下端点"), Kind.ESTIMATE),
    Column("upper", Words("Upper end", "上端点"), Kind.ESTIMATE),
    Column("lower_sd", Words("Lower end, in SD", "下端点（标准差）"), Kind.ESTIMATE),
    Column("upper_sd", Words("Upper end, in SD", "上端点（标准差）"), Kind.ESTIMATE),
)
_WHERE = {
    "outside": Words("outside the ends", "端点之外"),
    "between": Words("between the ends", "端点之间"),
    "everywhere": Words("everywhere", "处处显著"),
    "nowhere": Words("nowhere", "处处不显著"),
}
_FIXED = Words(
    "Values of the moderator are standard deviations from its mean and count as fixed.",
    "调节变量取值以距均值的标准差表示，并视为固定值。",
)
FIXED_TWO = Words(
    "The moderator has two values; the effect is given at each of them.",
    "调节变量仅有两个取值，表中给出各取值处的效应。",
)
_ENDS = Words(
    "Ends beyond about three standard deviations concern nobody.", "距均值约三个标准差以外的端点没有实际意义。"
)
DEVIATIONS = Words("standard deviations from the mean", "距均值的标准差个数")
_SUCH_AS = Words("at={given}: give {what}, such as (-1, 0, 1).", "at={given}：应给出{what}，如(-1, 0, 1)。")
_A_VARIABLE = Words("the name of a variable of the model, such as product='AxB'", "模型中的变量名，如product='AxB'")
_NO_PATH = Words("the model has no path {outcome} ~ {name}.", "模型中没有路径{outcome} ~ {name}。")
_NO_CARRIER = Words(
    "no path {outcome} ~ {missing} carries the interaction of {predictor} and {moderator}; name the product by "
    "product=.",
    "没有路径{outcome} ~ {missing}表示{predictor}与{moderator}的交互；请以product=指明乘积变量。",
)
_CAUSES = Words(" Causes of {outcome} are {causes}.", "指向{outcome}的变量有{causes}。")
