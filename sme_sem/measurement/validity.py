"""Convergent and discriminant validity of a fitted measurement model.

CR and AVE ask whether the items of a construct have enough in common; MSV, the Fornell-Larcker table,
HTMT and HTMT2 whether two constructs are different.

Conventions, those of semTools' ``compRelSEM`` and ``AVE``: unstandardized loadings and the construct's
total variance, against the variances of the *observed* total score and of the observed items (other
programs put the variances the model implies there, or standardize the loadings first).  Only the
construct's own loadings count as true score.  HTMT and HTMT2 take absolute correlations of the sample.

Of a model of ordered answers, CR is categorical omega (``kernels.scores``), as in ``compRelSEM``: of the total of the
answers themselves.  AVE, HTMT and HTMT2 are those of the responses behind the answers, with unit variance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ..errors import SpecificationError
from ..kernels import hierarchical, latent_response, linalg, scores
from ..kernels import validity as kernel
from ..kernels.latent_response import OrderedPattern
from ..sem.composites import WEIGHT
from ..sem.fitted import require_solution
from ..sem.quoted import objections
from ..sem.solution import Point
from ..suggestions import did_you_mean
from ..tables import Column, Kind, Table, Tabled, Text, Words, about, rows_from, term
from ..threads import one_thread
from .shares import NO_CONSTRUCT

if TYPE_CHECKING:
    from ..sem.fit import Fit


@dataclass(frozen=True, eq=False)
class Validity(Tabled):
    """Validity of the constructs of a fitted model.

    scales : one row per construct (construct, n_items, CR, AVE, MSV, sqrt_AVE, H); NaN where there is none
    fornell_larcker : correlations of constructs below, the square root of AVE on the diagonal
    htmt, htmt2 : constructs by constructs, symmetric, one on the diagonal; like the correlations, NaN between a
        construct and its own parts, which are not to be told apart
    notes : why a value is missing
    cautions : what stands against the fit
    ordered : whether items were taken as ordered, so that CR is categorical omega
    """

    scales: pd.DataFrame
    fornell_larcker: pd.DataFrame
    htmt: pd.DataFrame
    htmt2: pd.DataFrame
    notes: tuple[Text, ...] = ()
    ordered: bool = False
    cautions: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give convergent validity, the Fornell-Larcker table, HTMT and HTMT2."""
        scales = Table(
            "convergent_validity",
            term("Convergent validity"),
            _SCALE_COLUMNS,
            rows_from(self.scales, _SCALE_COLUMNS),
            (_CATEGORICAL if self.ordered else _RELIABILITY, *self.notes, *self.cautions),
        )
        if len(self.scales) < 2:
            return (scales,)
        parts = tuple(note for note in self.notes if note is _PARTS)
        said = (*parts, *self.cautions)  # ratios rest on answers alone
        return (
            scales,
            _triangle("fornell_larcker", _FORNELL_LARCKER, self.fornell_larcker, _DIAGONAL).noted(*said),
            _triangle("htmt", _HTMT, self.htmt, _ARITHMETIC, diagonal=False).noted(*parts),
            _triangle("htmt2", _HTMT2, self.htmt2, _GEOMETRIC, diagonal=False).noted(*parts),
        )


@one_thread()
def validity(fit: Fit, *, group: str | None = None) -> Validity:
    """Judge convergent and discriminant validity from a fitted model.

    Parameters
    ----------
    fit : Fit
        A converged model with at least one construct.
    group : str, optional
        Which group, if the model was fitted to several.

    Returns
    -------
    Validity
        ``.scales``, ``.fornell_larcker``, ``.htmt``, ``.htmt2``.

    Raises
    ------
    ConvergenceError
        The model did not converge.
    SpecificationError
        The model has no construct, or ``group`` is none of its groups, or left out where there are several.

    Notes
    -----
    ::

        CR  = (sum of loadings)^2 * variance of the construct / variance of the observed total score
        AVE = (sum of squared loadings) * variance of the construct / sum of the observed variances

    CR is semTools' ``compRelSEM(obs.var=TRUE)``, also called omega.  A construct with one item has
    neither CR nor AVE nor HTMT, nor has one that is measured by constructs or made of its items (``<~``); AVE
    is not defined for a construct that shares an item with another.  MSV is the largest squared correlation with
    another construct that is neither part nor whole of it.  H is maximal reliability, that of the items' best
    weighted sum, from standardized loadings (Hancock and Mueller 2001; ``kernels.hierarchical``); it is not
    defined where AVE is not, nor beside a loading of one or more.

    With ordered answers CR is the categorical omega of Green and Yang (2009), which counts a category as one step; a
    construct measured by ordered and continuous items has none, nor has one in a model with covariates.

    Formulas and sources: :mod:`sme_sem.kernels.validity`.

    Examples
    --------
    >>> import sme_sem as sme
    >>> from sme_sem.measurement.validity import validity
    >>> model = "trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use =~ 0.9*u1 + 0.8*u2 + 0.7*u3; trust ~~ 0.5*use"
    >>> answers = sme.simulate(model, 300, seed=1)
    >>> result = validity(sme.fit("trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3", answers))
    >>> list(result.scales.columns)
    ['construct', 'n_items', 'CR', 'AVE', 'MSV', 'sqrt_AVE', 'H']
    >>> bool((result.fornell_larcker.loc["use", "trust"] ** 2 == result.scales["MSV"]).all())
    True
    """
    require_solution(fit, _UNSOLVED)
    place = _group(fit, group)
    names = [name for name in fit.table.constructs_of(place) if name not in fit.table.phantoms]
    if not names:
        raise SpecificationError(NO_CONSTRUCT)
    point = fit.inference.point
    own = [point.place[name] for name in names]
    constructs = point.moments.cov[place][np.ix_(own, own)]
    related = _parts(fit, place, names)
    correlation = np.where(related, np.nan, linalg.correlation(constructs))
    S = pd.DataFrame(fit.sample.covariance[place], index=fit.observed, columns=fit.observed)
    responses = _ordered_responses(fit, place)
    measured = _loadings(point, place, responses)
    loadings = {name: measured[name] for name in names}
    shared = kernel.largest_shared_variance(correlation)
    rows = []
    for i, name in enumerate(names):
        cr, ave = _convergent(name, loadings, float(constructs[i, i]), S, responses)
        h = np.nan if np.isnan(ave) else float(hierarchical.maximal_reliability(_standardized(point, place, name)))
        root = float(np.sqrt(ave)) if ave >= 0 else np.nan
        rows.append((name, int(_indicators(fit, place, name)), cr, ave, float(shared[i]), root, h))
    scales = pd.DataFrame(rows, columns=["construct", "n_items", "CR", "AVE", "MSV", "sqrt_AVE", "H"])
    lower = np.where(np.tri(len(names), k=-1, dtype=bool), correlation, np.nan)
    np.fill_diagonal(lower, scales["sqrt_AVE"])
    members = np.array([[float(item in loadings[name].index) for item in S] for name in names])
    R = linalg.correlation(S.to_numpy())

    def square(values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, index=names, columns=names)

    return Validity(
        scales,
        square(lower),
        square(np.where(related, np.nan, kernel.heterotrait_monotrait(R, members))),
        square(np.where(related, np.nan, kernel.heterotrait_monotrait_geometric(R, members))),
        (*_gaps(fit, place, loadings, responses), *((_PARTS,) if related.any() else ())),
        ordered=responses is not None,
        cautions=objections(fit),
    )


def _parts(fit: Fit, group: int, constructs: Sequence[str]) -> np.ndarray:
    """Whether one of two constructs of a group measures the other, through all orders: (c, c)"""
    place = {name: i for i, name in enumerate(constructs)}
    found = np.zeros((len(place), len(place)), dtype=bool)
    for p in fit.table.parameters:
        if p.op == "=~" and p.group == group and p.rhs in place:
            found[place[p.lhs], place[p.rhs]] = True
    for _ in place:
        found |= found @ found
    return found | found.T


def _group(fit: Fit, group: str | None) -> int:
    labels = [str(label) for label in fit.moments.labels]
    if group is None and len(labels) == 1:
        return 0
    if group is None:
        raise SpecificationError(_SEVERAL_GROUPS.filled(n=len(labels), first=repr(labels[0])))
    if str(group) not in labels:
        raise SpecificationError(_NO_GROUP.filled(group=repr(group)) + did_you_mean(str(group), labels))
    return labels.index(str(group))


class _Responses(NamedTuple):
    """What lies behind the ordered items of one group.

    scale : by modelled item, what brings loadings to the scale on which the responses are seen
    thresholds : items x thresholds, of responses with unit variance; infinite beyond an item's last
    given_covariates : whether that variance is what covariates leave over
    """

    scale: pd.Series[float]
    thresholds: pd.DataFrame
    given_covariates: bool


def _ordered_responses(fit: Fit, group: int) -> _Responses | None:
    pattern = fit.pattern
    if not isinstance(pattern, OrderedPattern):
        return None
    found = latent_response.responses(pattern, fit.theta)
    names = pd.Index(fit.observed[: pattern.modelled])
    own = {
        names[i]: pd.Series(np.sort(found.vector[group, : len(pattern.owner)][pattern.owner == i]))
        for i in pattern.ordered
    }
    thresholds = pd.DataFrame(own).T.fillna(np.inf)
    return _Responses(pd.Series(found.D[group], index=names), thresholds, len(pattern.exogenous) > 0)


def _loadings(point: Point, group: int, responses: _Responses | None) -> dict[str, pd.Series[float]]:
    """Loadings of each construct's observed items in one group, on the scale of their observed covariances."""
    observed, found = set(point.table.observed), {name: {} for name in point.table.latent}  # type: ignore[var-annotated]
    for p in point.table.parameters:
        if p.op == "=~" and p.group == group and p.rhs in observed:
            found[p.lhs][p.rhs] = point.estimate(p) * (1 if responses is None else responses.scale[p.rhs])
    return {name: pd.Series(own, dtype=float) for name, own in found.items()}


def _standardized(point: Point, group: int, construct: str) -> np.ndarray:
    """Standardized loadings of a construct's observed items in one group."""
    observed, values = set(point.table.observed), point.standardized_values(observed=True)
    own = [
        p.op == "=~" and p.group == group and p.lhs == construct and p.rhs in observed for p in point.table.parameters
    ]
    return values[np.array(own)]


def _indicators(fit: Fit, group: int, construct: str) -> int:
    own = (p for p in fit.table.parameters if p.group == group and p.lhs == construct)
    return len({p.rhs for p in own if p.op in ("=~", WEIGHT)})


def _convergent(
    name: str,
    loadings: dict[str, pd.Series[float]],
    variance: float,
    covariance: pd.DataFrame,
    responses: _Responses | None,
) -> tuple[float, float]:
    """CR and AVE of one construct; NaN where it has none."""
    own = loadings[name]
    if len(own) < 2:
        return np.nan, np.nan
    S = covariance.loc[own.index, own.index].to_numpy()
    cr = np.nan
    if responses is None or not own.index.isin(responses.thresholds.index).any():
        cr = kernel.composite_reliability(own.to_numpy(), variance, S)
    elif not _without_total(name, loadings, responses):
        tau = responses.thresholds.loc[own.index].to_numpy()
        cr = scores.categorical_omega(own.to_numpy(), np.array(variance), S, tau)
    ave = np.nan if _shared_items(name, loadings) else kernel.average_variance_extracted(own.to_numpy(), variance, S)
    return float(cr), float(ave)


def _shared_items(name: str, loadings: dict[str, pd.Series[float]]) -> list[str]:
    others = {item for other, own in loadings.items() if other != name for item, value in own.items() if value != 0}
    return [str(item) for item in loadings[name].index if item in others]


def _without_total(name: str, loadings: dict[str, pd.Series[float]], responses: _Responses | None) -> bool:
    """Tell whether a construct has ordered items but their total no categorical omega."""
    if responses is None:
        return False
    ordered = loadings[name].index.isin(responses.thresholds.index)
    return bool(ordered.any() and (responses.given_covariates or not ordered.all()))


def _gaps(
    fit: Fit, group: int, loadings: dict[str, pd.Series[float]], responses: _Responses | None
) -> tuple[Words, ...]:
    """Say of which constructs something is missing, and why."""
    made = fit.table.composed
    few = [name for name, own in loadings.items() if len(own) < 2 and name not in made]
    higher = [name for name in few if _indicators(fit, group, name) > len(loadings[name])]
    single = [name for name in few if name not in higher]
    crossed = [name for name, own in loadings.items() if len(own) > 1 and _shared_items(name, loadings)]
    mixed = [name for name, own in loadings.items() if len(own) > 1 and _without_total(name, loadings, responses)]
    notes = ((_SINGLE, single), (_HIGHER, higher), (_MADE, made), (_CROSSED, crossed), (_MIXED, mixed))
    return tuple(about(names, said) for said, names in notes if names)


def _triangle(name: str, title: Text, values: pd.DataFrame, note: Text, *, diagonal: bool = True) -> Table:
    """Lay a lower triangle into a table; above it stays empty."""
    names = [str(n) for n in values.columns]
    numbers = values.to_numpy()
    rows = tuple(
        (row, *(float(numbers[i, j]) if j < i + diagonal else "" for j in range(len(names))))
        for i, row in enumerate(names)
    )
    columns = (Column("construct", term("Construct")), *(Column(n, n, Kind.COEFFICIENT, named=True) for n in names))
    return Table(name, title, columns, rows, (note,))


_UNSOLVED = Words("it says nothing on validity; see fit.diagnostics.", "无法据以评价效度；详见fit.diagnostics。")
_SEVERAL_GROUPS = Words(
    "the model has {n} groups: name one, group={first} for instance.", "模型有{n}个组：请指定其一，如group={first}。"
)
_NO_GROUP = Words("no group {group}.", "没有组{group}。")
_FORNELL_LARCKER = term("Discriminant validity") + Words(": ", "：") + term("Fornell-Larcker criterion")
_HTMT = term("Heterotrait-monotrait ratio") + Words(" (HTMT)", "（HTMT）")
_HTMT2 = term("Heterotrait-monotrait ratio") + Words(" (HTMT2)", "（HTMT2）")
_RELIABILITY = Words(
    "CR: composite reliability (omega), explained variance of the total score over its observed variance. "
    "AVE: average variance extracted. MSV: maximum shared variance. H: maximal reliability.",
    "CR：组合信度（ω系数），为总分的真分数方差与观测方差之比；AVE：平均方差提取量；MSV：最大共享方差；H：最大信度。",
)
_CATEGORICAL = Words(
    "CR: composite reliability of the total of the ordered answers (categorical omega). AVE: average variance "
    "extracted from the responses behind the answers. MSV: maximum shared variance. H: their maximal reliability.",
    "CR：有序作答总分的组合信度（分类ω系数）；AVE：潜在连续反应的平均方差提取量；MSV：最大共享方差；H：潜在连续反应的最大信度。",
)
_DIAGONAL = Words(
    "Diagonal: square root of AVE. Below: correlations among constructs, which should be smaller.",
    "对角线为AVE平方根，下三角为潜变量间相关系数；对角线的值应大于其所在行与列的相关系数。",
)
_ARITHMETIC = Words(
    "Arithmetic means of absolute item correlations. Usual bounds: .85, or .90 for related constructs.",
    "采用题项相关系数绝对值的算术平均。常用临界值为.85，概念相近的构念为.90。",
)
_GEOMETRIC = Words(
    "Geometric means of absolute item correlations, which do not presume equal loadings.",
    "采用题项相关系数绝对值的几何平均，不要求各题项载荷相等。",
)
_SINGLE = Words("a single item has neither CR nor AVE nor HTMT.", "仅有一个题项，无法计算CR、AVE与HTMT。")
_HIGHER = Words(
    "measured by constructs, so CR, AVE and HTMT of items do not apply; the number of items counts those constructs.",
    "由其他构念测量（高阶因子），不适用基于题项的CR、AVE与HTMT；题项数为其下属构念数。",
)
_MADE = Words(
    "made of its items, so CR, AVE and HTMT do not apply; see the weights of composites.",
    "由题项合成，不适用CR、AVE与HTMT；请参见合成构念的题项权重。",
)
_PARTS = Words(
    "A construct is not compared with its own parts: MSV, correlations and HTMT leave these pairs out.",
    "高阶构念不与其自身的组成构念相比较：MSV、相关系数与HTMT均不含此类配对。",
)
_CROSSED = Words(
    "shares an item with another construct, so AVE is not defined.",
    "与其他构念共用题项，AVE无定义。",
)
_MIXED = Words(
    "no CR, because ordered items stand beside continuous ones or the model has covariates.",
    "有序题项与连续题项并存，或模型含协变量，故不报告CR。",
)
_SCALE_COLUMNS = (
    Column("construct", term("Construct")),
    Column("n_items", term("Number of items"), Kind.COUNT),
    Column("CR", term("Composite reliability") + Words(" (CR)", " CR"), Kind.COEFFICIENT),
    Column("AVE", "AVE", Kind.COEFFICIENT),
    Column("MSV", "MSV", Kind.COEFFICIENT),
    Column("sqrt_AVE", term("Square root of AVE"), Kind.COEFFICIENT),
    Column("H", "H", Kind.COEFFICIENT),
)
