"""Cut-offs of fit indices that fit the model: what SRMR, RMSEA and CFI are where the model leaves out something known.

Samples as large as the one at hand are drawn from the population that the model describes, and from populations in
which it leaves out more and more (:mod:`sme_sem.resampling.misspecified`), and the model is fitted to each.  A level's
cut-off is the value that 95 % of its samples are worse than, provided that 95 % of the samples of the true model are
better; where the two overlap more, 90 % are asked for, and where they overlap even then there is none.

McNeish and Wolf (2023), Psychological Methods 28, 61-88.  Their cut-offs are of confirmatory factor models; here paths
among constructs stay as they were estimated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ..arguments import whole
from ..errors import ConvergenceError, SpecificationError
from ..kernels import fit_indices, linalg, ram, wishart
from ..kernels.discrepancy import Sample
from ..kernels.minimise import Status
from ..sem import indices, objective
from ..sem.fitted import require_solution
from ..sem.quoted import reported
from ..sem.search import estimated
from ..tables import Column, Kind, Table, Tabled, Words, rows_from
from ..tasks import Progress, done, fixed_seed
from .misspecified import Level, levels
from .refit import inverse_hessian, refitted

if TYPE_CHECKING:
    from ..sem.fit import Fit

INDICES = ("srmr", "rmsea", "cfi")
ERRORS = (0.05, 0.10)
CHUNK = 125  # samples a worker takes at a time
LEAST = 0.5  # of the samples of a level that must give estimates


class _Task(NamedTuple):
    """Some samples from one population."""

    fit: Fit
    inverse: np.ndarray
    population: Level
    draws: int
    seed: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class DynamicCutoffs(Tabled):
    """Cut-offs of the indices of one model at one number of respondents.

    table : one row for each level and share of errors: level, added (what the model leaves out there, beside what it
        does at the levels before), size, error, srmr, rmsea, cfi; NaN where samples of the true model cannot be told
        from those of the level
    indices : what they are for the fit itself, the highest level whose cut-off is reached, 0 if none is, and the lowest
        level with a cut-off, 0 if none has one: index, value, level, lowest
    draws : one row for each sample: level (0 for the true model), srmr, rmsea, cfi, NaN where it gave no estimates
    populations : what was drawn from, level by level
    """

    table: pd.DataFrame
    indices: pd.DataFrame
    draws: pd.DataFrame
    populations: tuple[Level, ...]
    n: int
    seed: int

    def tables(self) -> tuple[Table, ...]:
        """Give the cut-offs, and where the fit stands."""
        shown = self.table.assign(added=[self.populations[level].added for level in self.table["level"]])
        drawn = self.draws.groupby("level").size().max()
        failed = int(self.draws[INDICES[0]].isna().sum())
        notes = [_RULE, _DRAWN.filled(draws=drawn, n=self.n, seed=self.seed)]
        if failed:
            notes.append(_FAILED.filled(failed=failed))
        own = tuple(
            (_NAMES[row["index"]], row["value"], _verdict(row["level"], row["lowest"]))
            for row in self.indices.to_dict("records")
        )
        return (
            Table("dynamic_cutoffs", _TITLE, _COLUMNS, rows_from(shown, _COLUMNS), tuple(notes)),
            Table("dynamic_levels", _WHERE, _OWN, own),
        )


def dynamic_cutoffs(
    fit: Fit,
    draws: int = 1000,
    *,
    seed: int = 1,
    workers: int | None = None,
    progress: bool | Progress = True,
) -> DynamicCutoffs:
    """Find cut-offs of SRMR, RMSEA and CFI that go with a model, its loadings and its number of respondents.

    Parameters
    ----------
    fit
        A converged model of one group by maximum likelihood, from complete answers or their covariances.
    draws
        Samples from each population.
    seed
        The same seed gives the same result, to the last bit, however many workers there are.
    workers
        Processes that share the work, -1 for all cores; None for what ``joblib.parallel_config`` says, or one.
    progress
        A bar on a terminal (nothing elsewhere), or a function of the samples done and the samples there are.

    Returns
    -------
    DynamicCutoffs
        ``.table``, ``.indices``, ``.draws``.

    Raises
    ------
    SpecificationError
        The model has no degrees of freedom, or no item in which something could be left out; or it is not of the kind
        above.
    ConvergenceError
        The fit, or most samples of a population, did not converge.

    Notes
    -----
    Samples are normal; of an estimator that corrects for answers that are not (MLR), the robust indices are compared.

    Sources: :mod:`sme_sem.resampling.dynamic_cutoffs`.

    Examples
    --------
    >>> import sme_sem as sme
    >>> population = "trust =~ 1*t1 + 1*t2 + 1*t3; use =~ 1*u1 + 1*u2 + 1*u3; trust ~~ 0.4*use"
    >>> model = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3"
    >>> fit = sme.fit(model, sme.simulate(population, 300, seed=1))
    >>> found = sme.dynamic_cutoffs(fit, 200, progress=False)
    >>> found.table[["added", "srmr", "cfi"]].round(2).to_numpy().tolist()
    [['u3 on trust', 0.06, 0.96]]
    """
    require_solution(fit, _NOT_FOUND)
    _require_kind(fit)
    draws = whole("draws", draws, 100, _DRAWS)
    seed = fixed_seed(seed)
    populations = levels(fit)
    if len(populations) < 2:
        raise SpecificationError(_NOTHING_FREE)
    found = _simulated(fit, populations, draws, seed, workers, progress)
    table = pd.DataFrame(_rows(populations, found))
    own = pd.DataFrame(_standing(reported(fit), table))
    columns = pd.DataFrame(np.concatenate(found), columns=list(INDICES))
    columns.insert(0, "level", np.repeat([population.number for population in populations], draws))
    return DynamicCutoffs(table, own, columns, tuple(populations), fit.n, seed)


def _require_kind(fit: Fit) -> None:
    moments = fit.moments
    plain = fit.options.method.discrepancy == "ML" and moments.ordered is None and fit.settled is None
    complete = moments.patterns is None and moments.first_stage is None and fit.options.missing != "pairwise"
    alone = fit.table.groups == 1 and moments.design.clusters is None and moments.design.weights is None
    if not (plain and complete and alone):
        raise SpecificationError(_OTHER_KIND)
    if fit.inference.df <= 0:
        raise SpecificationError(_SATURATED)
    if not fit.admissible:
        raise SpecificationError(_INADMISSIBLE)


def _simulated(
    fit: Fit, populations: Sequence[Level], draws: int, seed: int, workers: int | None, progress: bool | Progress
) -> list[np.ndarray]:
    """Indices of the samples from each population: (draws, 3) each"""
    starts, tasks = range(0, draws, CHUNK), []
    for population in populations:
        own = _fitted_to(fit, population)
        inverse = inverse_hessian(own)
        for start in starts:
            drawn = min(CHUNK, draws - start)
            tasks.append(_Task(own, inverse, population, drawn, (seed, population.number, start)))
    parts = done(_drawn, tasks, title="Samples", workers=workers, progress=progress, size=lambda task: task.draws)
    found = [np.concatenate(parts[k : k + len(starts)]) for k in range(0, len(parts), len(starts))]
    for population, values in zip(populations, found, strict=True):
        if np.isfinite(values[:, 0]).mean() < LEAST:
            raise ConvergenceError(_MOST_FAILED.filled(level=population.number, draws=draws, n=fit.n))
    return found


def _fitted_to(fit: Fit, population: Level) -> Fit:
    """The model fitted to a population: samples from it have their estimates near there."""
    mean = population.mean[None] if fit.table.means else None
    sample = fit.sample._replace(covariance=population.covariance[None], mean=mean)
    moments = replace(fit.moments, answers=None, index=None, rows=None)
    best = estimated(fit.table, fit.pattern, sample, moments, fit.options.max_iterations)
    theta = best.theta[0] if best.status[0] is Status.CONVERGED else fit.theta
    slope = objective.slope(fit.pattern, sample, moments, theta)
    return replace(fit, moments=moments, sample=sample, theta=theta, slope=slope)


def _drawn(task: _Task) -> np.ndarray:
    """Draw covariances of normal answers, fit the model to them, and give the indices: (draws, 3), NaN for none."""
    fit, rng = task.fit, np.random.default_rng(task.seed)
    p, n = len(fit.observed), fit.n
    L = linalg.cholesky(task.population.covariance)
    products = L @ wishart.sums_of_products(rng, task.draws, n, p) @ L.T
    covariance = products / (n - 1 if fit.options.unbiased else n)
    mean = None
    if fit.table.means:
        mean = (task.population.mean + rng.normal(size=(task.draws, p)) @ L.T / np.sqrt(n))[:, None]
    sample = Sample(covariance[:, None], mean, np.ones((task.draws, 1)))
    best = refitted(fit, sample, task.inverse)
    with np.errstate(all="ignore"):  # a search that failed can end anywhere
        values = _indices_of(fit, sample, best.theta, best.value)
    values[best.status != Status.CONVERGED] = np.nan
    return values


def _indices_of(fit: Fit, sample: Sample, theta: np.ndarray, value: np.ndarray) -> np.ndarray:
    N, df = fit.inference.total, fit.inference.df
    base, base_df = indices.baseline(sample, len(fit.table.covariates))
    moments = ram.implied(fit.pattern, theta, sample.covariance, sample.mean)
    means = (sample.mean, moments.mu) if fit.table.means else ()
    return np.stack(
        [
            fit_indices.srmr(sample.covariance, moments.sigma, *means)[:, 0],
            fit_indices.rmsea(N * value, df, N),
            fit_indices.cfi(N * value, df, N * base, base_df),
        ],
        axis=-1,
    )


def _rows(populations: Sequence[Level], found: Sequence[np.ndarray]) -> Iterator[dict[str, Any]]:
    """A row for each level; a second one with more errors where not all indices have a cut-off with few."""
    for population, values in zip(populations[1:], found[1:], strict=True):
        for error in ERRORS:
            own = {name: _cutoff(name, found[0][:, k], values[:, k], error) for k, name in enumerate(INDICES)}
            yield {
                "level": population.number,
                "added": str(population.added),
                "size": population.size,
                "error": error,
                **own,
            }
            if not np.isnan(list(own.values())).any():
                break


def _cutoff(name: str, true: np.ndarray, wrong: np.ndarray, error: float) -> float:
    """The value that a level's samples are worse than and the true model's better, but for the errors; NaN for none."""
    sign = -1.0 if name == "cfi" else 1.0
    worse, better = np.nanquantile(sign * wrong, error), np.nanquantile(sign * true, 1 - error)
    return float(sign * worse) if better < worse else np.nan


def _standing(measures: dict[str, float], table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for name in INDICES:
        value = float(measures[name])
        cutoff = table[name].to_numpy()
        reached = value <= cutoff if name == "cfi" else value >= cutoff  # False for NaN
        level, there = table["level"].to_numpy(), ~np.isnan(cutoff)
        lowest = int(level[there].min()) if there.any() else 0
        yield {"index": name, "value": value, "level": int(level[reached].max(initial=0)), "lowest": lowest}


def _verdict(level: int, lowest: int) -> Words:
    """Say as much as the cut-offs do: an index is below the lowest level that has one, not below those without."""
    if not lowest:
        return _NO_CUTOFF
    return _AT_LEAST.filled(level=level) if level else _BETTER.filled(level=lowest)


_NAMES = {"srmr": "SRMR", "rmsea": "RMSEA", "cfi": "CFI"}
_TITLE = Words("Dynamic cut-offs of fit indices", "拟合指标的动态临界值")
_WHERE = Words("How much the model may leave out", "模型可能遗漏的程度")
_COLUMNS = (
    Column("level", Words("Level", "水平"), Kind.COUNT, once=True),
    Column("added", Words("Left out besides", "新增遗漏"), once=True),
    Column("size", Words("Size", "大小"), Kind.COEFFICIENT, once=True),
    Column("error", Words("Errors", "误判率"), Kind.COEFFICIENT),
    Column("srmr", "SRMR", Kind.COEFFICIENT),
    Column("rmsea", "RMSEA", Kind.COEFFICIENT),
    Column("cfi", "CFI", Kind.COEFFICIENT),
)
_OWN = (
    Column("index", Words("Index", "指标")),
    Column("value", Words("Value", "数值"), Kind.COEFFICIENT),
    Column("verdict", Words("As much as is left out at", "相当于遗漏程度")),
)
_AT_LEAST = Words("level {level} or more", "水平{level}或以上")
_BETTER = Words("less than level {level}", "低于水平{level}")
_NO_CUTOFF = Words("cannot be told: no cut-off", "无临界值，无从判断")
_RULE = Words(
    "A model that leaves out what a level has, and what the levels before it have, is as bad as the cut-off or worse "
    "in all but so many samples (errors), and a model that leaves out nothing is better in as many; a dash where the "
    "two cannot be told apart (McNeish & Wolf, 2023).",
    "若模型遗漏该水平及以前各水平所列内容，除误判率所示比例外，样本的指标不优于临界值；若无遗漏，则除同样比例外均优于临界值；"
    "破折号表示二者无法区分（McNeish与Wolf，2023）。",
)
_DRAWN = Words(
    "{draws} normal samples of N = {n} from each population; seed {seed}.",
    "每个总体抽取{draws}个正态样本（N = {n}）；随机种子{seed}。",
)
_FAILED = Words("{failed} samples gave no estimates and are left out.", "{failed}个样本未得到估计，不计入。")
_DRAWS = Words("how many samples to draw from each population, at least 100", "每个总体的抽样次数，至少100次")
_NOT_FOUND = Words("it has no cut-offs; see fit.diagnostics.", "没有临界值；参见fit.diagnostics。")
_OTHER_KIND = Words(
    "dynamic cut-offs are simulated for models of one group by maximum likelihood (ML, MLR, MLM ...), from complete "
    "answers that are numbers, without clusters, weights or rotation. Fit such a model for them.",
    "动态临界值仅适用于以极大似然法（ML、MLR、MLM等）拟合的单组模型，作答须为完整的数值，且不含聚类、权重与旋转。请另行拟合此类模型。",
)
_SATURATED = Words(
    "the model has no degrees of freedom: it fits whatever the answers are, and no cut-off tells anything.",
    "模型自由度为零：无论作答如何均完全拟合，临界值没有意义。",
)
_INADMISSIBLE = Words(
    "the solution is inadmissible, so no population can be drawn from it; see fit.diagnostics.",
    "解不可接受，无法据以构造总体；参见fit.diagnostics。",
)
_NOTHING_FREE = Words(
    "nothing can be left out of this model: that takes two constructs and an item of one of them alone, or one "
    "construct with four such items.",
    "此模型没有可遗漏的内容：须有两个以上构念且有仅属其一的题项，或一个构念有四个此类题项。",
)
_MOST_FAILED = Words(
    "most of the {draws} samples of level {level} gave no estimates: {n} respondents are too few for this model.",
    "水平{level}的{draws}个样本大多未得到估计：{n}名受访者对此模型而言过少。",
)
