"""Factor scores of the analysed respondents, or of others, see :mod:`sme_sem.kernels.factor_scores`.

Conventions are those of lavaan's ``lavPredict``: answers are taken around the model's means, or around the sample's
where the model has none (constructs then have the means that observed predictors give them, else zero); observed
predictors stand as variables of their own beside the constructs, observed outcomes are indicators like the others.
A construct measured by constructs alone gets its Bartlett score from the items of those (lavaan gives a constant).
Scores from ordered answers are posterior modes or means (:mod:`sme_sem.sem.ordered_scores`); of continuous ones both
are the regression scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..arguments import chosen
from ..errors import SpecificationError
from ..kernels import factor_scores, ram
from ..words import Words
from . import ordered_scores
from .fitted import require_solution
from .parameters import ParameterTable
from .respondents import respondents

if TYPE_CHECKING:
    from .result import Fit
    from .solution import Point


def scores(fit: Fit, method: str, data: pd.DataFrame | None, *, errors: bool) -> pd.DataFrame:
    """One row per respondent, one column per construct; with ``errors`` as many ``<construct>_se``."""
    method = chosen("method", method, ("regression", "ebm", "eap", "bartlett"))
    require_solution(
        fit, Words("there are no factor scores; see fit.diagnostics.", "没有因子得分；详见fit.diagnostics。")
    )
    if not fit.latent:
        raise SpecificationError(
            Words(
                "the model has no constructs (no '=~' line), so there are no factor scores.",
                "模型没有构念（没有'=~'一行），因而没有因子得分。",
            )
        )
    if fit.table.composites and method == "bartlett":
        raise SpecificationError(
            Words(
                "Bartlett's scores are of constructs that items reflect, and the model has composites (<~), which are "
                "known exactly: take method='regression'.",
                "Bartlett得分用于由题项反映的构念，而模型含合成构念（<~），其值可精确得知：请取method='regression'。",
            )
        )
    asked = respondents(fit, data, fit.observed)
    if fit.table.ordered:
        if method == "bartlett":
            raise SpecificationError(
                Words(
                    "Bartlett's scores are of continuous answers; from ordered ones take method='ebm'.",
                    "Bartlett得分用于连续作答；有序作答请取method='ebm'。",
                )
            )
        means = method == "eap"
        parts = [ordered_scores.of_group(fit, g, own, means=means) for g, own in enumerate(asked.answers)]
    else:
        parts = [_of_group(fit, g, own, bartlett=method == "bartlett") for g, own in enumerate(asked.answers)]
    for g, (values, deviations) in enumerate(parts):  # a construct that a group does not have
        absent = ~np.isin(fit.latent, fit.table.constructs_of(g))
        values[:, absent] = deviations[:, absent] = np.nan
    frame = asked.laid_out([values for values, _ in parts], fit.latent)
    if errors:
        frame[[f"{name}_se" for name in fit.latent]] = asked.laid_out([own for _, own in parts], fit.latent)
    return frame


def _of_group(fit: Fit, group: int, answers: np.ndarray, *, bartlett: bool) -> tuple[np.ndarray, np.ndarray]:
    """Scores and their standard errors: (n, p) -> (n, l), (n, l)"""
    p, implied = len(fit.observed), fit.inference.point.moments
    sigma, V, C = implied.sigma[group], implied.cov[group, p:, p:], implied.cov[group, p:, :p]
    centre, alpha = means_of(fit, group)
    answered, member = np.unique(~np.isnan(answers), axis=0, return_inverse=True)
    P = factor_scores.precision(sigma, answered)
    weights, variances = _bartlett(fit.inference.point, group, P) if bartlett else factor_scores.regression(P, C, V)
    variances = np.where(variances < 1e-12 * np.diagonal(V), 0.0, variances)  # a composite is known but for rounding
    deviations = np.where(np.isnan(answers), 0.0, answers - centre)
    member = member.ravel()
    return alpha + np.matvec(weights[member], deviations), np.sqrt(variances)[member]


def means_of(fit: Fit, group: int) -> tuple[np.ndarray, np.ndarray]:
    """Means of observed variables, the sample's where the model has none, and of constructs: -> (p,), (l,)"""
    if fit.table.means:
        implied = fit.inference.point.moments
        return implied.mu[group], implied.eta[group, len(fit.observed) :]
    assert fit.moments.mean is not None
    centre = fit.moments.mean[group]
    return centre, _means_of_constructs(fit.inference.point, group, centre)


def _means_of_constructs(point: Point, group: int, mean: np.ndarray) -> np.ndarray:
    """Means that follow from those of observed predictors where the model has none itself: (p,) -> (l,)"""
    own = [point.place[name] for name in _of_their_own(point.table)]
    E, p = point.moments.E[group], len(mean)
    return np.asarray(E[p:, own] @ np.linalg.solve(E[np.ix_(own, own)], mean[own]))


def _bartlett(point: Point, group: int, P: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights and error variances, level by level of constructs measured by constructs."""
    table, p = point.table, len(point.table.observed)
    levels = _levels(table)
    weights, variances = np.empty((len(P), len(table.latent), p)), np.empty((len(P), len(table.latent)))
    for level in sorted(set(levels.values())):
        front = _front(table, levels, level)
        index = np.array([point.place[name] for name in front])
        V = point.moments.cov[group][np.ix_(index, index)]
        found = factor_scores.bartlett(P, _loadings(point, group, index), V)
        for place, name in enumerate(front):
            if levels.get(name) == level:
                k = table.latent.index(name)
                weights[:, k], variances[:, k] = found[0][:, place], found[1][:, place]
    return weights, variances


def _levels(table: ParameterTable) -> dict[str, int]:
    """1 for constructs with an observed indicator, one more for each layer of constructs above those."""
    indicators: dict[str, list[str]] = {name: [] for name in table.latent}
    for p in table.parameters:
        if p.op == "=~":
            indicators[p.lhs].append(p.rhs)
    found = {name: 1 for name, own in indicators.items() if any(i not in indicators for i in own)}
    for level in range(2, len(indicators) + 1):
        ready = {n for n, own in indicators.items() if n not in found and any(i in found for i in own)}
        found |= dict.fromkeys(ready, level)
    return dict.fromkeys(table.latent, 1) | found


def _front(table: ParameterTable, levels: dict[str, int], level: int) -> list[str]:
    """What answers are explained by at a level: its constructs, lower ones nothing there measures, and predictors."""
    measured = {p.rhs for p in table.parameters if p.op == "=~" and levels[p.lhs] <= level}
    constructs = [n for n in table.latent if levels[n] == level or (levels[n] < level and n not in measured)]
    return constructs + _of_their_own(table)


def _of_their_own(table: ParameterTable) -> list[str]:
    """Observed variables that stand beside the constructs: they predict something, and no construct explains them.

    So do those that covary with a construct.
    """
    latent = set(table.latent)
    found = {p.rhs for p in table.parameters if p.op == "~"} - _explained(table)
    for p in table.parameters:
        if p.op == "~~" and (p.lhs in latent) != (p.rhs in latent) and (p.free or p.value != 0):
            found |= {p.lhs, p.rhs}
    return [n for n in table.observed if n in found]


def _explained(table: ParameterTable) -> set[str]:
    """What an arrow leads to from a construct, directly or by way of others."""
    arrows = {(p.cause, p.effect) for p in table.parameters if p.effect}
    reached, new = set(table.latent), set(table.latent)
    while new:
        new = {effect for cause, effect in arrows if cause in new} - reached
        reached |= new
    return reached


def _loadings(point: Point, group: int, front: np.ndarray) -> np.ndarray:
    """How observed variables depend on the front, by way of loadings and their own paths: -> (p, f)"""
    v, p = point.pattern.variables, point.pattern.observed
    A = np.zeros((v, v))
    for row in point.table.parameters:
        if row.group == group and row.effect and (row.op == "=~" or point.place[row.effect] < p):
            A[point.place[row.effect], point.place[row.cause]] = point.estimate(row)
    A[front] = 0
    return np.asarray(ram.total_effects(point.pattern, A)[:p, front])
