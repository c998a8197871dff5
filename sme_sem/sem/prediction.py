"""What answers to some questions tell about others, by the fitted model.

With Sigma and mu the model's moments, x what is given and y what is foretold::

    E(y | x) = mu_y + Sigma_yx Sigma_xx^-1 (x - mu_x)        var(y | x) = Sigma_yy - Sigma_yx Sigma_xx^-1 Sigma_xy

Where the model has no means, mu are the sample's.  de Rooij, Karch, Fokkema, Bakk, Pratiwi and Kelderman (2023),
Structural Equation Modeling 30, 132-148; lavaan's ``lavPredictY``.  Unlike a regression of y on x it uses what the
model says of how they hang together, which in small samples foretells better where the model holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..arguments import texts
from ..errors import SpecificationError
from ..kernels import factor_scores
from ..suggestions import did_you_mean
from ..words import Words
from .fitted import require_solution
from .parameters import ParameterTable
from .respondents import respondents
from .scores import means_of

if TYPE_CHECKING:
    from .result import Fit


def predict(
    fit: Fit,
    data: pd.DataFrame | None,
    outcomes: str | Sequence[str] | None,
    given: str | Sequence[str] | None,
    *,
    errors: bool,
) -> pd.DataFrame:
    """A row per respondent, a column per outcome; with ``errors`` as many ``<outcome>_se``."""
    require_solution(fit, Words("it foretells nothing; see fit.diagnostics.", "无法据以预测；详见fit.diagnostics。"))
    if fit.table.ordered:
        raise SpecificationError(_ORDERED)
    later = _later(fit.table)
    found = _named(fit, "outcomes", outcomes, [*fit.observed, *fit.latent]) or [n for n in fit.observed if n in later]
    if not found:
        raise SpecificationError(_NOTHING_LATER)
    known = _named(fit, "given", given, fit.observed)
    known = known or [n for n in fit.observed if n not in later and n not in found]
    if not known:
        raise SpecificationError(_NOTHING_GIVEN)
    both = [name for name in found if name in known]
    if both:
        raise SpecificationError(_BOTH.filled(name=repr(both[0])))
    asked = respondents(fit, data, known)
    parts = [_of_group(fit, g, own, found, known) for g, own in enumerate(asked.answers)]
    frame = asked.laid_out([values for values, _ in parts], found)
    if errors:
        frame[[f"{name}_se" for name in found]] = asked.laid_out([own for _, own in parts], found)
    return frame


def _of_group(
    fit: Fit, group: int, answers: np.ndarray, outcomes: Sequence[str], given: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Expected outcomes and their standard deviations: (n, k) -> (n, o), (n, o)"""
    cov, place = fit.inference.point.moments.cov[group], fit.inference.point.place
    mean = np.concatenate(means_of(fit, group))
    y, x = (np.array([place[name] for name in names]) for names in (outcomes, given))
    answered, member = np.unique(~np.isnan(answers), axis=0, return_inverse=True)
    P = factor_scores.precision(cov[np.ix_(x, x)], answered)
    weights, variances = factor_scores.regression(P, cov[np.ix_(y, x)], cov[np.ix_(y, y)])
    deviations = np.where(np.isnan(answers), 0.0, answers - mean[x])
    member = member.ravel()
    return mean[y] + np.matvec(weights[member], deviations), np.sqrt(np.maximum(variances, 0.0))[member]


def _later(table: ParameterTable) -> set[str]:
    """What regressions explain, and what that measures or explains in turn."""
    arrows = {(p.cause, p.effect) for p in table.parameters if p.effect}
    reached = {p.effect for p in table.parameters if p.op == "~" and p.effect}
    new = reached
    while new:
        new = {effect for cause, effect in arrows if cause in new} - reached
        reached = reached | new
    return reached


def _named(fit: Fit, argument: str, names: str | Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """The variables asked for, of the model."""
    asked = () if names is None else texts(argument, names, "q1")
    for name in asked:
        if name not in known:
            kind = _CONSTRUCT if name in fit.latent else _UNKNOWN
            raise SpecificationError(kind.filled(argument=argument, name=repr(name)) + did_you_mean(name, known))
    return list(dict.fromkeys(asked))


_ORDERED = Words(
    "answers are foretold as numbers, and this model takes them as ordered categories: fit without ordered=, or take "
    "fit.scores(data=...).",
    "预测以数值进行，而此模型把作答视为有序类别：请不用ordered=拟合，或取fit.scores(data=...)。",
)
_NOTHING_LATER = Words(
    "the model explains nothing by a regression (~), so nothing tells what is to be foretold: give outcomes=, such as "
    "outcomes=['q1'].",
    "模型中没有回归（~），无从得知要预测什么：请给出outcomes=，如outcomes=['q1']。",
)
_NOTHING_GIVEN = Words(
    "no observed variable is left from which to foretell: name some as given=, such as given=['q1'].",
    "没有可据以预测的观测变量：请以given=指定，如given=['q1']。",
)
_BOTH = Words(
    "{name} is both among outcomes= and given=: what is given need not be foretold.",
    "{name}同时出现在outcomes=与given=中：已给出的变量无须预测。",
)
_UNKNOWN = Words("{argument}={name} is no variable of the model. ", "{argument}={name}不是模型的变量。")
_CONSTRUCT = Words(
    "{argument}={name} is a construct, and nobody answered it: name its items. ",
    "{argument}={name}是潜变量，无人直接作答：请指定其题项。",
)
