"""Bootstrap standard errors, intervals and p-values of a fitted model.

Samples are drawn from the respondents with replacement, the model is fitted to each of them, and every quantity is
computed anew in each.  Samples whose estimates were not found are set aside, counted and shown.

Efron and Tibshirani (1993), An Introduction to the Bootstrap; Bollen and Stine (1992), Sociological Methods and
Research 21, 205-229 (the test of the model: answers are first transformed so that the model holds in them); Enders
(2002), Structural Equation Modeling 9, 352-370 (the same for answers with gaps).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from ..arguments import chosen, probability, whole
from ..errors import ConvergenceError, SpecificationError
from ..kernels import intervals, linalg, ram
from ..responses.moments import Moments
from ..sem.fitted import require_solution
from ..sem.origin import around_means
from ..tables import Table, Tabled, Words
from ..tasks import Progress, results, seeded, shown
from ..threads import one_thread
from .checkpoint import Checkpoint, digest_of
from .draws import MOST_AT_ONCE, counts_of_rows, scheme
from .quantities import Quantities
from .refit import inverse_hessian
from .tasks import STATUSES, Job, Outcome, Task, tasks_of_draws, tasks_of_jackknife

if TYPE_CHECKING:
    from ..sem.fit import Fit

Kind = Literal["nonparametric", "bollen-stine", "cluster"]
_KINDS: tuple[Kind, ...] = ("nonparametric", "bollen-stine", "cluster")
_MOST_LEFT_OUT = 1000
_CONSTANT = 1e-10  # a standard error is rounding below this share of the values, and of the errors of what they rest on


@dataclass(frozen=True, eq=False)
class Bootstrap(Tabled):
    """How the estimates of a model vary over samples drawn from the respondents.

    table : one row for each quantity: parameter, kind, lhs, op, rhs, group, label, est, se, bias; the limits
        perc_lower, perc_upper and so on of the percentile (perc), bias-corrected (bc), BCa (bca), basic and normal
        (norm) intervals; pvalue, which goes with the percentile interval, bc_pvalue and bca_pvalue
    draws : the quantities in every sample, NaN where it failed
    failed : how many samples failed, and are not used    failures : the same by reason
    statistic : N times the discrepancy in every sample; NaN with ``missing="fiml"`` unless the model is tested or
        ``htmt`` asked for, since samples with gaps must be estimated without the model for it as well
    pvalue : Bollen and Stine's test of the model; NaN for the other kinds
    left_out : the quantities with each respondent (cluster, or random set of them) left out, for BCa intervals
    fit : the model with its estimates    kind, level, seed : how samples were drawn, and the confidence of intervals
    """

    fit: Fit
    kind: Kind
    level: float
    seed: int | None
    table: pd.DataFrame
    draws: pd.DataFrame
    statistic: np.ndarray
    failures: dict[str, int]
    pvalue: float
    left_out: np.ndarray

    @property
    def failed(self) -> int:
        """How many samples failed."""
        return sum(self.failures.values())

    @property
    def negative_variances(self) -> int:
        """In how many samples a variance was estimated below zero."""
        table = self.table
        own = (table["kind"] == "estimate") & (table["op"] == "~~") & (table["lhs"] == table["rhs"])
        return int((self.draws.to_numpy()[:, own.to_numpy()] < 0).any(axis=1).sum())

    @property
    def vcov(self) -> np.ndarray:
        """Covariances of the free parameters over the samples: (q, q)"""
        kept = _of_parameters(self.fit, self.draws.to_numpy(), self.table["kind"])
        return np.atleast_2d(np.cov(kept[np.isfinite(kept).all(axis=1)], rowvar=False))

    def errors(self, level: float, *, standardized: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Standard errors and percentile limits of the rows of ``fit.estimates()`` or ``fit.standardized()``.

        Parameters
        ----------
        level
            Confidence of the limits.
        standardized
            Which of the two tables.

        Returns
        -------
        tuple of arrays
            Standard error, lower and upper limit, one value for each row; NaN where nothing was estimated.

        Examples
        --------
        >>> import sme_sem as sme
        >>> fit = sme.fit("use ~ trust", sme.simulate("use ~ 0.5*trust", 100, seed=1))
        >>> se, lower, upper = sme.bootstrap(fit, 50, progress=False).errors(0.90, standardized=True)
        >>> bool(lower[0] < fit.standardized()["est_std"][0] < upper[0])
        True
        """
        level = probability("level", level, 0.95)
        kinds = ("standardized", "standardized_defined") if standardized else ("estimate", "defined")
        wanted = self.table["kind"].isin(kinds).to_numpy()
        values, error = self.draws.to_numpy()[:, wanted], self.table["se"].to_numpy()[wanted]
        parameters = self.fit.table.parameters
        rows = len(parameters) + sum(term.op == ":=" for term in self.fit.table.definitions)
        there = np.ones(rows, dtype=bool)
        if not standardized:
            there[: len(parameters)] = [p.varies for p in parameters]
        with np.errstate(invalid="ignore"):  # where no draw has a value
            limits = intervals.percentile(np.sort(values, axis=0), level)
        found = np.full((3, rows), np.nan)
        found[:, there] = np.where(np.isnan(error), np.nan, [error, *limits])
        se, lower, upper = found
        return se, lower, upper

    def errors_of_effects(
        self, effects: Iterable[tuple[str, str, str, str, str]], level: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Standard error and percentile limits of effects: name, route, predictor, outcome, group; NaN for none."""
        table = self.table[self.table["kind"].isin(["estimate", "effect"]) & ~self.table["op"].isin(["~~", "~1"])]
        columns = (table[name].tolist() for name in ("kind", "op", "parameter", "rhs", "lhs", "group"))
        place: dict[tuple[str, ...], int] = {}
        for k, kind, op, parameter, predictor, outcome, group in zip(table.index, *columns, strict=True):
            own = predictor, outcome, group
            if kind == "effect" and op == "indirect":
                place["indirect", route_of(self.fit, parameter, group), *own] = k
            elif kind == "effect":
                place[op.replace("_", " "), "", *own] = k
            elif op == "~":
                place["direct", f"{predictor} → {outcome}", *own] = k
                place.setdefault(("total", "", *own), k)
        found = [place.get(effect, -1) for effect in effects]
        values = self.draws.to_numpy()[:, found]
        _, error = _mean_and_error(values)
        with np.errstate(invalid="ignore"):
            result = np.array([error, *intervals.percentile(np.sort(values, axis=0), level)])
        result[:, np.array(found) < 0] = np.nan
        return result[0], result[1], result[2]

    def tables(self) -> tuple[Table, ...]:
        """Give the test of the model, effects, estimates, standardized estimates and explained variance."""
        from .presentation import bootstrap_tables

        return bootstrap_tables(self)


@one_thread()
def bootstrap(
    fit: Fit,
    draws: int = 5000,
    *,
    seed: int = 1,
    kind: Kind = "nonparametric",
    resamples: np.ndarray | None = None,
    level: float = 0.95,
    cluster: Sequence[object] | np.ndarray | None = None,
    htmt: bool = False,
    bca: bool = True,
    checkpoint: str | Path | None = None,
    workers: int | None = None,
    progress: bool | Progress = True,
) -> Bootstrap:
    """Fit a model again to samples drawn from its respondents.

    Parameters
    ----------
    fit
        A converged model, fitted to the answers themselves.
    draws
        How many samples.
    seed
        The same seed gives the same result, to the last bit, however many workers there are.
    kind
        ``"nonparametric"`` draws respondents, within groups; ``"cluster"`` draws whole clusters (``cluster=``, or
        those of the fit); ``"bollen-stine"`` draws from answers transformed so that the model holds, and tests the
        model, by whole clusters where there are any.
    resamples
        The caller's own samples: (draws, n) numbers, from 0, of the respondents analysed, groups one after another.
    level
        Of the intervals.
    cluster
        The cluster of each respondent analysed, in the order of the answers (groups one after another); left out,
        the clusters of the fit (``sme.fit(..., cluster=)``).
    htmt
        Keep the heterotrait-monotrait ratios of the constructs as well.
    bca
        Give BCa intervals, for which every respondent is left out in turn.
    checkpoint
        A file for finished work.  An interrupted bootstrap called again goes on from there, with the same result.
    workers
        Processes that share the work, -1 for all cores; None for what ``joblib.parallel_config`` says, or one.
    progress
        A bar on a terminal (nothing elsewhere), or a function of the draws done and the draws there are.

    Returns
    -------
    Bootstrap
        ``.table``, ``.draws``, ``.failed``, ``.pvalue``.

    Raises
    ------
    SpecificationError
        The fit has no answers to draw from, or an argument does not go with it.
    ConvergenceError
        The fit, or nearly every sample, did not converge.

    Notes
    -----
    BCa takes its acceleration from leaving out each respondent (cluster) in turn, or each of 1000 random sets of them.
    The p-value is the level at which the percentile interval just touches zero.

    Sources: :mod:`sme_sem.resampling.bootstrap`.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("m ~ 0.4*x; y ~ 0.5*m + 0.1*x; x ~~ 1*x", 200, seed=1)
    >>> fit = sme.fit("m ~ a*x; y ~ b*m + x; indirect := a*b", answers)
    >>> found = sme.bootstrap(fit, 200, seed=1)
    >>> found.failed
    0
    >>> indirect = found.table.set_index("parameter").loc["indirect:=a*b"]
    >>> bool(indirect["bca_lower"] > 0), bool(indirect["pvalue"] < 0.05)
    (True, True)
    """
    require_solution(
        fit, Words("there is nothing to bootstrap; see fit.diagnostics.", "无从作自助法；详见fit.diagnostics。")
    )
    kind = chosen("kind", kind, _KINDS)
    if kind != "nonparametric" and cluster is None:
        cluster = _clusters_of(fit)
    _suited(fit, kind, cluster)
    probability("level", level, 0.95)
    assert fit.moments.answers is not None
    plan = scheme(np.repeat(np.arange(fit.table.groups), [len(own) for own in fit.moments.answers]), cluster)
    if resamples is not None:
        resamples = np.atleast_1d(resamples)
        counts_of_rows(resamples[:1], fit.n)
        draws, own_seed = len(resamples), None
    else:
        own_seed = seeded(seed)
    draws = whole(
        "draws",
        draws,
        2,
        Words(
            "how many samples to draw, at least two, and for intervals 1000 or more",
            "抽样次数，至少2次，求区间须1000次以上",
        ),
    )
    near, moved = around_means(fit)
    moments = _conforming(near) if kind == "bollen-stine" else near.moments
    source = replace(near, moments=moments)  # without what has been computed of it: it travels to the workers
    saturated = htmt or kind == "bollen-stine"
    job = Job(source, Quantities.of(fit, htmt=htmt), plan, seed, inverse_hessian(near), saturated, moved)
    drawn = tasks_of_draws(job.scheme, draws, resamples)
    without = tasks_of_jackknife(job.scheme, _MOST_LEFT_OUT, len(drawn)) if bca else []
    outcome, left_out = _done(job, drawn, without, checkpoint, workers, progress)
    return _summed_up(job, fit, kind, level, own_seed, outcome, left_out)


def _suited(fit: Fit, kind: Kind, cluster: Sequence[object] | np.ndarray | None) -> None:
    if fit.moments.answers is None:
        raise SpecificationError(
            Words(
                "a bootstrap draws from the answers themselves: fit the model with data=, not cov=.",
                "自助法从原始作答中抽样：请以data=而非cov=拟合模型。",
            )
        )
    if (kind == "cluster" and cluster is None) or (kind == "nonparametric" and cluster is not None):
        raise SpecificationError(
            Words(
                "kind='cluster' and cluster=, the cluster of each respondent, go together.",
                "kind='cluster'与cluster=（每名受访者所属的聚类）须并用。",
            )
        )
    if kind == "nonparametric" and fit.moments.design.clusters is not None:
        raise SpecificationError(
            Words(
                "the fit knows that respondents were drawn in clusters; a bootstrap that draws them one by one would "
                "give errors that are too small. Take kind='cluster'.",
                "拟合时已知受访者按聚类抽取；逐一抽取的自助法会使标准误偏小。请取kind='cluster'。",
            )
        )
    if fit.settled is not None:
        raise SpecificationError(
            Words(
                "rotated constructs may change places and signs from sample to sample, so their loadings have no "
                "bootstrap distribution; fit a confirmatory model, or use the standard errors of the fit.",
                "旋转后的因子在各样本间可能互换位置与符号，其载荷没有自助分布；请拟合验证性模型，或采用拟合结果的标准误。",
            )
        )
    if kind != "bollen-stine":
        return
    if fit.moments.ordered is not None:
        raise SpecificationError(
            Words(
                "kind='bollen-stine' transforms numbers; ordered answers cannot be transformed.",
                "kind='bollen-stine'须变换数值，有序作答无法变换。",
            )
        )
    if fit.options.missing == "pairwise":
        raise SpecificationError(
            Words(
                "kind='bollen-stine' needs answers in which the model can be made to hold; moments from pairs of "
                "answers come from other respondents each. Fit with missing='fiml' or 'listwise'.",
                "kind='bollen-stine'须将作答变换为模型成立的情形；成对计算的矩来自不同的受访者。请以missing='fiml'或'listwise'拟合。",
            )
        )


def _clusters_of(fit: Fit) -> np.ndarray | None:
    """Number the clusters the fit knows over all groups."""
    design = fit.moments.design
    if design.clusters is None:
        return None
    if design.crossed:
        raise SpecificationError(
            Words(
                "some clusters of the fit have members in several groups: name the cluster of each respondent by "
                "cluster=.",
                "有的聚类分属多个组：请以cluster=指明每名受访者所属的聚类。",
            )
        )
    ends = np.cumsum([0, *(own.max() + 1 for own in design.clusters)])
    return np.concatenate([own + end for own, end in zip(design.clusters, ends[:-1], strict=True)])


def _done(
    job: Job,
    drawn: list[Task],
    without: list[Task],
    path: str | Path | None,
    workers: int | None,
    progress: bool | Progress,
) -> tuple[Outcome, np.ndarray]:
    """Do all the work: the outcome of every draw, and the quantities with each unit left out."""
    tasks = [*drawn, *without]
    checkpoint = None if path is None else Checkpoint(path, digest_of(job, tasks))
    finished = {} if checkpoint is None else dict(checkpoint.finished)
    total = sum(task.draws for task in tasks)
    done = sum(task.draws for task in tasks if task.number in finished)
    try:
        with shown(progress, _TITLE) as report:
            report(done, total)
            left = [task for task in tasks if task.number not in finished]
            for task, outcome in zip(left, results(job.outcome, left, workers), strict=True):
                finished[task.number] = outcome
                if checkpoint is not None:
                    checkpoint.add(task.number, outcome)
                done += task.draws
                report(done, total)
    finally:
        if checkpoint is not None:
            checkpoint.write()
    parts = [finished[task.number] for task in tasks]
    every = Outcome(*(np.concatenate([part[k] for part in parts[: len(drawn)]]) for k in range(3)))
    left_out = [part.values for part in parts[len(drawn) :]]
    return every, np.concatenate(left_out) if left_out else every.values[:0]


def _summed_up(
    job: Job, fit: Fit, kind: Kind, level: float, seed: int | None, outcome: Outcome, left_out: np.ndarray
) -> Bootstrap:
    reasons = Counter(STATUSES[k].name.lower() for k in outcome.status)
    reasons.pop("converged", None)
    if len(outcome.status) - reasons.total() < 2:
        raise ConvergenceError(_FAILED.filled(failed=reasons.total(), samples=len(outcome.status)))
    estimate = job.quantities.evaluate(fit.theta[None], fit.sample.of(None))[0]
    values = np.where(np.isfinite(outcome.values), outcome.values, np.nan)
    rows = job.quantities.rows()
    table = pd.DataFrame(rows, columns=list(rows[0]._fields) if rows else None)
    scale = _scale(job.quantities, fit, values, table["kind"])
    table = table.assign(**statistics_of(values, estimate, left_out, level, scale))
    columns = pd.DataFrame(values, columns=[row.parameter for row in rows])
    pvalue = np.nan
    if kind == "bollen-stine":
        finite = outcome.statistic[np.isfinite(outcome.statistic)]
        pvalue = float((finite >= fit.inference.total * fit.inference.value).mean())
    return Bootstrap(fit, kind, level, seed, table, columns, outcome.statistic, dict(reasons), pvalue, left_out)


def statistics_of(
    values: np.ndarray, estimate: np.ndarray, left_out: np.ndarray, level: float, scale: np.ndarray | float = 0.0
) -> dict[str, np.ndarray]:
    """Everything the table says of each quantity: draws (R, k), estimates (k,), respondents left out (n, k).

    scale : (k,) the errors of what each quantity rests on, in its unit
    """
    ordered = np.sort(values, axis=0)
    mean, se = _mean_and_error(values)
    varies = _varying(values, se, scale)
    jackknife = left_out[np.isfinite(left_out).all(axis=1)]
    a = intervals.acceleration(-jackknife) if len(jackknife) > 1 else np.full(len(estimate), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):  # where all draws lie on one side, there is no correction
        w = intervals.bias_correction(ordered, estimate)
        limits = {
            "perc": intervals.percentile(ordered, level),
            "bc": intervals.percentile(ordered, level, w),
            "bca": intervals.percentile(ordered, level, w, a),
            "basic": intervals.basic(ordered, level, estimate),
            "norm": intervals.normal(estimate, mean - estimate, se, level),
        }
        p_values = {
            "pvalue": intervals.p_value(ordered),
            "bc_pvalue": intervals.p_value(ordered, w),
            "bca_pvalue": intervals.p_value(ordered, w, a),
        }
    found = {"est": estimate, "se": np.where(varies, se, np.where(np.isnan(se), np.nan, 0.0)), "bias": mean - estimate}
    for name, pair in limits.items():
        for end, limit in zip(("lower", "upper"), pair, strict=True):
            found[f"{name}_{end}"] = np.where(varies, limit, np.where(np.isnan(se), np.nan, estimate))
    return found | {name: np.where(varies, p, np.nan) for name, p in p_values.items()}


def route_of(fit: Fit, parameter: str, group: str) -> str:
    """The name of an indirect effect without its group."""
    return parameter if fit.table.groups == 1 else parameter.removesuffix(f".g{fit.moments.labels.index(group) + 1}")


def _mean_and_error(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation over the draws there are, NaN of fewer than two: (R, k) -> (k,) each"""
    count = np.isfinite(values).sum(axis=0)
    enough = np.where(count > 1, count, np.nan)
    mean = np.nansum(values, axis=0) / enough
    return mean, np.sqrt(np.nansum((values - mean) ** 2, axis=0) / (enough - 1))


def _varying(values: np.ndarray, error: np.ndarray, scale: np.ndarray | float) -> np.ndarray:
    """Which quantities differ between draws by more than rounding, in whatever unit: (R, k), (k,), (k,) -> (k,)"""
    size = np.max(np.abs(values), axis=0, initial=0.0, where=np.isfinite(values))
    return np.asarray(error > _CONSTANT * np.maximum(size, scale))


def _of_parameters(fit: Fit, values: np.ndarray, kinds: pd.Series) -> np.ndarray:
    """Pick the free parameters, each once: (R, k) -> (R, q)"""
    index = fit.table.index[[p.varies for p in fit.table.parameters]]
    first = [int(np.flatnonzero(index == q)[0]) for q in range(fit.table.n_free)]
    return np.asarray(values[:, (kinds == "estimate").to_numpy()][:, first])


def _scale(quantities: Quantities, fit: Fit, values: np.ndarray, kinds: pd.Series) -> np.ndarray:
    """How far each quantity goes if every parameter moves by its error, with no step against another: -> (k,)

    Beside it the rounding of a difference that is always zero is seen, however large other quantities' units are.
    """
    _, errors = _mean_and_error(_of_parameters(fit, values, kinds))
    q = len(errors)
    sample = fit.sample.of(None)
    found = np.zeros(values.shape[1])
    with np.errstate(all="ignore"):  # a step may leave the region where a quantity exists
        estimate = quantities.evaluate(fit.theta[None], sample)
        for first in range(0, q, MOST_AT_ONCE):
            own = np.arange(first, min(first + MOST_AT_ONCE, q))
            steps = np.nan_to_num(errors[own])[:, None] * (own[:, None] == np.arange(q))
            moved = quantities.evaluate(fit.theta + steps, sample.of(np.zeros(len(own), dtype=int)))
            found += np.nansum(np.abs(moved - estimate), axis=0)
    return found


def _conforming(fit: Fit) -> Moments:
    """Answers transformed so that the model holds in them: mu + (y - ybar) S^-1/2 Sigma^1/2, group by group.

    Of answers with gaps what was answered is transformed, by these variables' part of S and Sigma (Enders 2002).
    """
    moments = fit.moments
    assert moments.answers is not None and moments.mean is not None
    implied = ram.implied(fit.pattern, fit.theta, fit.sample.covariance, fit.sample.mean)
    means = implied.mu if fit.table.means else moments.mean
    of_groups = zip(moments.answers, moments.mean, means, fit.sample.covariance, implied.sigma, strict=True)
    answers = tuple(_turned(*own) for own in of_groups)
    if moments.patterns is not None or moments.first_stage is not None:
        return replace(moments, answers=answers)
    turns = linalg.root(implied.sigma) @ linalg.inverse(linalg.root(fit.sample.covariance))
    return replace(moments, answers=answers, mean=means, covariance=turns @ moments.covariance @ turns.mT)


def _turned(
    answers: np.ndarray, centre: np.ndarray, mean: np.ndarray, sample: np.ndarray, implied: np.ndarray
) -> np.ndarray:
    """Give answers (n, p) with sample moments the implied ones, pattern by pattern of what was answered."""
    masks, of = np.unique(~np.isnan(answers), axis=0, return_inverse=True)
    found = answers.copy()
    for k, own in enumerate(masks):
        rows = np.ix_(of.ravel() == k, own)
        S, Sigma = (linalg.root(matrix[np.ix_(own, own)]) for matrix in (sample, implied))
        found[rows] = mean[own] + (answers[rows] - centre[own]) @ (Sigma @ linalg.inverse(S)).T
    return found


_TITLE = Words("Bootstrap", "自助法抽样")
_FAILED = Words(
    "{failed} of {samples} samples failed, so nothing can be said from them. The model may have too many parameters "
    "for so few respondents; see fit.diagnostics.",
    "{samples}个抽样中有{failed}个拟合失败，无法据此得出结论。就样本量而言，模型参数可能过多。",
)
