"""A population to draw from, the model that will be fitted to it, and what that model finds in the whole population.

The model is the population's without its values, so that its parameters are free; constructs get their scale as in any
fit.  Its parameters are those it takes in the population's own moments: what estimates are compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Number, Real

import numpy as np
import pandas as pd

from ..arguments import whole
from ..errors import SmeSemError, SpecificationError
from ..sem.completion import parameter_table
from ..sem.fit import Fit
from ..sem.fit import fit as fit_model
from ..sem.options import Options
from ..sem.specification import Specification
from ..simulation import population_moments, refuse_what_is_not_drawn
from ..suggestions import did_you_mean
from ..syntax import DEFINING
from ..words import Words, at, joined

LARGE = 1_000_000  # respondents of the fit to the population's moments; no result depends on it


@dataclass(frozen=True, eq=False)
class Population:
    """What is drawn from.

    covariance : (p, p) of the variables ``names``    mean : (p,)
    cuts : thresholds of ordered variables, in standard deviations    gaps : share of answers missing, by variable
    """

    names: tuple[str, ...]
    covariance: np.ndarray
    mean: np.ndarray
    cuts: Mapping[str, np.ndarray]
    gaps: Mapping[str, float]

    def answers(self, n: int, seed: Sequence[int]) -> pd.DataFrame:
        """Draw n respondents; missing answers are missing completely at random."""
        random = np.random.default_rng(seed)
        values = random.standard_normal((n, len(self.names))) @ np.linalg.cholesky(self.covariance).T + self.mean
        for name, thresholds in self.cuts.items():
            own = self.names.index(name)
            z = (values[:, own] - self.mean[own]) / np.sqrt(self.covariance[own, own])
            values[:, own] = 1 + np.searchsorted(thresholds, z)
        for name, share in self.gaps.items():
            values[random.random(n) < share, self.names.index(name)] = np.nan
        return pd.DataFrame(values, columns=list(self.names))


def population(
    model: str | Specification,
    missing: float | Mapping[str, float],
    ordered: int | Mapping[str, int | Sequence[float]] | None,
) -> Population:
    """Read a population and what becomes of its answers."""
    specification = Specification.read(model)
    refuse_what_is_not_drawn(specification)
    _valued(specification)
    names, covariance, mean = population_moments(specification)
    items = [t.rhs for t in specification.terms if t.op == "=~" and t.rhs in names]
    if ordered is not None and not isinstance(ordered, Mapping) and not items:
        raise SpecificationError(at("ordered", _NO_INDICATORS.filled(ordered=repr(ordered), name=repr(names[0]))))
    cut = {} if ordered is None else dict(ordered) if isinstance(ordered, Mapping) else dict.fromkeys(items, ordered)
    shares = dict(missing) if isinstance(missing, Mapping) else dict.fromkeys(names, missing) if missing else {}
    for what, given in (("ordered", cut), ("missing", shares)):
        for name in given:
            if name not in names:
                raise SpecificationError(
                    at(
                        what,
                        Words(f"the population has no observed variable {name!r}.", f"总体中没有观测变量{name!r}。")
                        + did_you_mean(str(name), names),
                    )
                )
    for name, share in shares.items():
        if not isinstance(share, Real) or not 0 <= share < 1:
            raise SpecificationError(at("missing", _NO_SHARE.filled(name=repr(name), share=repr(share))))
    cuts = {name: _thresholds(name, own) for name, own in cut.items()}
    return Population(names, covariance, mean, cuts, shares)


def _valued(specification: Specification) -> None:
    """See that the effects have values: power to find a zero that was not meant tells nothing."""
    rows = parameter_table(specification, Options(fixed_x=False)).parameters
    left = [p for p in rows if p.free and p.user and p.op in ("=~", "~") and np.isnan(p.start)]
    if left:
        p = left[0]
        example = f"{p.lhs} {p.op} 0.5*{p.rhs}"
        raise SpecificationError(_NO_VALUE.filled(relations=joined(left, ", ", "、"), example=example))


def analysis_of(model: str | Specification, ordered: Sequence[str] = ()) -> Specification:
    """Take the values out of a population's text: what was given is now estimated.

    Residual variances and means of ordered variables are left out: they have none that could be estimated.
    """
    terms = [
        t if t.op in DEFINING else replace(t, fixed=(), starts=())
        for t in Specification.read(model).terms
        if not (t.lhs in ordered and (t.op == "~1" or (t.op == "~~" and t.rhs == t.lhs)))
    ]
    return Specification(tuple(terms))


_SHAPING = ("std_lv", "orthogonal", "orthogonal_x", "orthogonal_y", "meanstructure", "effect_coding")


def truth(of: Population, analysis: Specification, options: Mapping[str, object]) -> Fit:
    """Fit the analysis model to the population's moments.

    Latent responses of ordered variables have a variance of one, as in the delta parameterization.
    """
    if options.get("std_ov"):
        raise SpecificationError(
            Words(
                "std_ov= standardizes every sample by itself, so that its estimates have no one value in the "
                "population: leave it out.",
                "std_ov=逐个样本标准化，其估计值在总体中没有唯一的取值：请删去。",
            )
        )
    deviations = np.sqrt(np.diagonal(of.covariance))
    scale = np.where([name in of.cuts for name in of.names], 1 / deviations, 1.0)
    S = pd.DataFrame(of.covariance * np.outer(scale, scale), index=list(of.names), columns=list(of.names))
    means = None if of.cuts else pd.Series(of.mean, index=list(of.names))
    kept = {key: options[key] for key in _SHAPING if key in options}
    try:
        return fit_model(analysis, cov=S, mean=means, n=LARGE, fixed_x=False, **kept)  # type: ignore[arg-type]
    except SmeSemError as problem:
        raise SpecificationError(_NOT_EVEN_ITSELF + Words(str(problem), problem.in_chinese())) from None


def _thresholds(name: str, own: int | Sequence[float]) -> np.ndarray:
    """Thresholds of equally wide categories between -2 and 2, or those given."""
    if isinstance(own, (Number, str)):
        own = whole(
            "ordered", own, 2, Words(f"how many categories {name!r} has, two or more", f"{name!r}的类别数，不小于2")
        )
        return -2 + 4 * np.arange(1, own) / own
    try:
        cuts = np.asarray(own, dtype=float)
    except (TypeError, ValueError):
        cuts = np.full(1, np.nan)
    if cuts.ndim != 1 or not len(cuts) or not np.isfinite(cuts).all() or not (np.diff(cuts) > 0).all():
        must = Words(
            f"the thresholds of {name!r} must rise, each a finite number; got {own!r}.",
            f"{name!r}的阈值须递增，且各为有限数值；实为{own!r}。",
        )
        raise SpecificationError(at("ordered", must))
    return cuts


_NO_VALUE = Words(
    "the population gives no value to {relations}: write them, as in {example}.",
    "总体未给出{relations}的取值：请写明，如{example}。",
)
_NO_SHARE = Words(
    "{name} has a share of {share}; give one from 0 to below 1.", "{name}的比例为{share}；应为0至1（不含1）。"
)
_NO_INDICATORS = Words(
    "{ordered} categories are for the indicators of constructs, and the population has none: name the variables, as in "
    "ordered={{{name}: {ordered}}}.",
    "{ordered}个类别用于潜变量的题项，而总体没有潜变量：请指明变量，如ordered={{{name}: {ordered}}}。",
)
_NOT_EVEN_ITSELF = Words(
    "the analysis model cannot be fitted to the population itself, so no sample would do: ",
    "分析模型无法拟合总体本身，任何样本也都不行：",
)
