"""Answers of respondents in clusters, checked and condensed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import DataProblem
from ..kernels import linalg, two_level
from ..kernels.discrepancy import Sample
from ..responses.design import Drawn
from ..responses.moments import moments_of_answers, usable_covariance
from ..sem.diagnosis import Diagnostic
from ..sem.source import refuse_columns
from ..tables import NOTHING, Words
from .levels import Given, TwoLevels

FEW = 50  # clusters: with fewer, errors at level 2 are known to be too small (Maas and Hox 2005, Methodology 1, 86-92)
NOTABLE = 0.05  # the share of variance between clusters that should not be left unsaid


@dataclass(frozen=True, eq=False)
class Answers:
    """What is known of the answers.

    known : condensed      names : of its variables      cluster : the column      offered : respondents in the data
    """

    known: two_level.Clusters
    names: tuple[str, ...]
    cluster: str
    offered: int

    @property
    def n(self) -> int:
        """How many respondents are analysed."""
        return int(self.known.respondents)

    @cached_property
    def sample(self) -> Sample:
        """The moments of contrasts and clusters, which the searches look at."""
        return two_level.sample(self.known)

    @property
    def clusters(self) -> int:
        """How many clusters."""
        return len(self.known.size)


def condensed(data: object, cluster: str, levels: TwoLevels) -> Answers:
    """Read the columns of the model; respondents with a gap are left out."""
    require_kind(
        "data",
        data,
        pd.DataFrame,
        Words("a pandas DataFrame, one row per respondent", "pandas的DataFrame，每名受访者一行"),
    )
    assert isinstance(data, pd.DataFrame)
    names, constructs = levels.observed, (*levels.within.table.latent, *levels.between.table.latent)
    refuse_columns(constructs, data)
    found = moments_of_answers(data, names, drawn=Drawn(cluster=cluster), constructs=constructs)
    assert found.answers is not None and found.design.clusters is not None
    values, code = found.answers[0], found.design.clusters[0]
    inner = np.array([names.index(name) for name in levels.within.table.observed], dtype=int)
    _require_both_levels(code, len(inner), cluster)
    _require_variation(values, code, inner, names)
    known = two_level.clusters(values, code, inner)
    answers = Answers(known, tuple(names), str(cluster), len(data))
    usable_covariance(answers.sample.covariance[0][np.ix_(inner, inner)], levels.within.table.observed, len(code))
    return answers


def _require_both_levels(code: np.ndarray, k: int, cluster: object) -> None:
    """Refuse clusters that leave too little to one of the levels; k variables vary within clusters."""
    n, clusters = len(code), int(code.max()) + 1
    if clusters == n:
        raise DataProblem(_ALONE.filled(cluster=repr(cluster)))
    if clusters < 3:
        raise DataProblem(_TOO_FEW.filled(cluster=repr(cluster), n=clusters))
    if n - clusters < k:
        raise DataProblem(_TOO_SMALL.filled(n=n, clusters=clusters, ways=n - clusters, k=k))


def _require_variation(values: np.ndarray, code: np.ndarray, inner: np.ndarray, names: list[str]) -> None:
    """Refuse a variable at a level at which it does not vary, or away from one at which it does."""
    sizes = np.bincount(code)
    for place, name in enumerate(names):
        means = np.bincount(code, values[:, place]) / sizes
        left = np.abs(values[:, place] - means[code]).max()
        constant = left <= 1e-10 * max(np.abs(values[:, place]).max(), 1e-300)
        if constant and place in inner:
            raise DataProblem(_OF_CLUSTERS.filled(name=repr(name)))
        if not constant and place not in inner:
            raise DataProblem(_OF_RESPONDENTS.filled(name=name))


def moments_of(answers: Answers, covariates: tuple[tuple[str, ...], tuple[str, ...]]) -> list[Given]:
    """Covariances and means of covariates of one level: of respondents, of clusters."""
    known, found = answers.known, []
    within = known.squares.sum(axis=0)
    by_level = (known.size, within), (np.ones(len(known.size)), np.zeros_like(within))
    for names, (weight, inside) in zip(covariates, by_level, strict=True):
        places = [answers.names.index(name) for name in names]
        mean = np.average(known.means[:, places], axis=0, weights=weight)
        around = known.means[:, places] - mean
        squares = (weight[:, None] * around).T @ around + inside[np.ix_(places, places)]
        found.append(Given(names, squares / weight.sum(), mean))
    return found


def log_likelihood_of_given(answers: Answers, levels: TwoLevels) -> float:
    """The part of covariates that are taken as given."""
    found = 0.0
    for level, n in zip(levels.both, (answers.n, answers.clusters), strict=True):
        k, volume = len(level.given.names), float(linalg.log_determinant_of(level.given.covariance))
        found -= 0.5 * n * (k * np.log(2 * np.pi) + volume + k)
    return found


def noticed(answers: Answers, levels: TwoLevels) -> list[Diagnostic]:
    """What the analyst should know of the clusters."""
    found = []
    if answers.clusters < FEW:
        found.append(Diagnostic("info", "few_clusters", _FEW.filled(n=answers.clusters, few=FEW)))
    outer, shares = set(levels.between.table.observed), _shares(answers)
    ignored = [n for n in levels.within.table.observed if n not in outer and shares[n] > NOTABLE]
    if ignored:
        names = ", ".join(f"{name} ({shares[name]:.2f})" for name in ignored)
        found.append(Diagnostic("info", "varies_between", _IGNORED.filled(names=names)))
    return found


def little_between(answers: Answers, levels: TwoLevels) -> Words:
    """Name variables of both levels that hardly vary between clusters, where a model of that level has no hold."""
    inner, shares = set(levels.within.table.observed), _shares(answers)
    little = [n for n in levels.between.table.observed if n in inner and shares[n] < NOTABLE]
    names = ", ".join(f"{name} ({max(shares[name], 0):.2f})" for name in little)
    return _LITTLE.filled(names=names) if little else NOTHING


def _shares(answers: Answers) -> dict[str, float]:
    """Share of each variable's variance that lies between clusters, by analysis of variance; it may be negative."""
    within, between = _by_analysis_of_variance(answers.known)
    return dict(zip(answers.names, (between / (between + within)).tolist(), strict=True))


def _by_analysis_of_variance(known: two_level.Clusters) -> tuple[np.ndarray, np.ndarray]:
    """Variances within and between clusters, from mean squares: (p,), (p,)"""
    N, J = known.respondents, len(known.size)
    size = known.size[:, None]
    within = np.diagonal(known.squares, axis1=1, axis2=2).sum(axis=0) / (N - J)
    mean = (size * known.means).sum(axis=0) / N
    squares = (size * (known.means - mean) ** 2).sum(axis=0) / (J - 1)
    return within, (squares - within) / ((N - (size**2).sum() / N) / (J - 1))


_ALONE = Words(
    "every cluster of {cluster} has one respondent with all answers, so that nothing varies within clusters: name the "
    "column that respondents share.",
    "{cluster}的每个组都只有一名完整作答的受访者，组内没有差异：请指明受访者共有的列。",
)
_TOO_FEW = Words(
    "{cluster} divides the respondents into {n} clusters; two levels need more.",
    "{cluster}只将受访者分为{n}个组；两层模型需要更多的组。",
)
_TOO_SMALL = Words(
    "{n} respondents in {clusters} clusters differ within these in {ways} ways only, too few for {k} variables at "
    "level 1: use fewer variables, or ask more respondents of each cluster.",
    "{n}名受访者分属{clusters}个组，组内自由度仅{ways}，不足以容纳第一层的{k}个变量：请减少变量，或增加每组的受访者。",
)
_OF_CLUSTERS = Words(
    "{name} is the same for all respondents of a cluster, so it can only stand at level 2: take it out of level 1.",
    "{name}在同组受访者中取值相同，只能用于第二层：请从第一层删去。",
)
_OF_RESPONDENTS = Words(
    "'{name}' stands at level 2 only, but differs among respondents of a cluster: name it at level 1 too (the line "
    "'{name} ~~ {name}' is enough), or put each cluster's mean in its place.",
    "'{name}'仅出现在第二层，但在组内有差异：请在第一层也写入（加一行'{name} ~~ {name}'即可），或改用各组均值。",
)
_FEW = Words(
    "there are {n} clusters: with fewer than {few}, errors and tests at level 2 are too favourable.",
    "只有{n}个组：少于{few}个时，第二层的标准误与检验过于乐观。",
)
_LITTLE = Words(
    " Of these variables hardly any variance lies between clusters (in brackets its share), which leaves level 2 "
    "little to go by: {names}. Make that level simpler, as by 'y ~~ 0*y' or loadings equal to those within, or take "
    "sme.fit(cluster=).",
    "下列变量几乎没有组间方差（括号内为比例），第二层模型缺乏依据：{names}。请简化该层，例如写“y ~~ 0*y”"
    "或令载荷与组内相等，或改用sme.fit(cluster=)。",
)
_IGNORED = Words(
    "variables at level 1 only, of whose variance a part (in brackets) lies between clusters: {names}. Name them at "
    "level 2 too, or take the deviations from the clusters' means.",
    "下列变量仅出现在第一层，但其部分方差位于组间（括号内为比例）：{names}。请在第二层也写入，或改用组内离差。",
)
