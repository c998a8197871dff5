"""Permutation tests of invariance: how large a step's loss of fit is when groups are made by chance.

Where nothing differs between groups, it does not matter who belongs to which.  So respondents are dealt out to groups
of the same sizes again and again, every step is fitted each time, and the loss of fit found is set among those so
found, of chi-square as of any index::

    p = (1 + permutations that lose as much or more) / (1 + permutations)

For the configural step the fit itself is set among those of the permutations: whether the same model, good or bad,
holds in all groups.  No distribution is supposed, and no cut-off such as .01 for the CFI is needed.

Jorgensen, Kite, Chen and Short (2018), Psychological Methods 23, 708-728; the p-value of Phipson and Smyth (2010),
Statistical Applications in Genetics and Molecular Biology 9, 39.  Respondents are dealt out as if nothing at all
differed between groups, means and variances of constructs included, and only this is what the p-values suppose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from ..arguments import whole
from ..errors import ConvergenceError, SmeSemError, SpecificationError
from ..kernels import fit_indices
from ..kernels.latent_response import OrderedPattern
from ..kernels.minimise import Status
from ..sem import ordered
from ..sem.constraints import constrained
from ..sem.fit import Fit
from ..sem.fitting import sample_of
from ..sem.inference import Inference
from ..sem.search import estimated
from ..sem.stack import searched, stacked
from ..tables import Column, Kind, Table, Text, Words
from ..tasks import Progress, done, seeded
from .folds import moments_of

if TYPE_CHECKING:
    from .invariance import Design

CHUNK = 25  # permutations a worker takes at a time
MEASURES = ("chisq", "cfi", "tli", "rmsea", "srmr")
_WORSE = np.array([1.0, -1.0, -1.0, 1.0, 1.0])  # which way a measure goes when the fit gets worse
_LEVEL = 0.95


class Task(NamedTuple):
    """Some permutations of the respondents of all steps' fits."""

    design: Design
    fits: Mapping[str, Fit]
    released: Mapping[str, Sequence[str]]
    seed: int
    numbers: range


def permuted(
    design: Design,
    fits: Mapping[str, Fit],
    released: Mapping[str, Sequence[str]],
    *,
    permutations: int,
    seed: int,
    workers: int | None,
    progress: bool | Progress,
) -> pd.DataFrame:
    """Test every step by permutations of who belongs to which group.

    Parameters
    ----------
    design, fits, released
        Of the steps: what they have in common, their fits, and what each leaves free.
    permutations, seed, workers, progress
        As for :func:`sme_sem.invariance`.

    Returns
    -------
    DataFrame
        One row per step and measure: step, measure, observed (its change from the step above; of the first step, the
        measure itself), critical (what chance passes in 5 of 100 permutations), pvalue, permutations, failed.
    """
    _require_permutable(fits, permutations)
    seeded(seed)
    parts = [range(at, min(at + CHUNK, permutations)) for at in range(0, permutations, CHUNK)]
    tasks = [Task(design, fits, released, seed, part) for part in parts]
    found = done(_dealt, tasks, title="Permutations", workers=workers, progress=progress, size=lambda t: len(t.numbers))
    drawn = _changes(np.concatenate(found))
    observed = _changes(np.array([[_measured(fit.inference) for fit in fits.values()]]))[0]
    usable = np.isfinite(drawn[..., 0]).all(axis=1)
    if 2 * usable.sum() < permutations:
        raise ConvergenceError(_LOST.filled(n=permutations - usable.sum(), of=permutations))
    return _summed_up(tuple(fits), observed, drawn[usable], permutations)


def _require_permutable(fits: Mapping[str, Fit], permutations: Any) -> None:
    whole(
        "permutations",
        permutations,
        19,
        Words(
            "a whole number, 19 or more (no p of .05 comes from fewer), such as 1000",
            "不小于19的整数（更少则得不到.05的p值），如1000",
        ),
    )
    if any(fit.options.cluster for fit in fits.values()):
        raise SpecificationError(_CLUSTERED)


def _summed_up(steps: Sequence[str], observed: np.ndarray, drawn: np.ndarray, permutations: int) -> pd.DataFrame:
    """Set what was found among what chance gives: (steps, measures), (permutations, steps, measures)"""
    near = 1e-9 * (1 + np.abs(observed))
    as_bad = (_WORSE * drawn >= _WORSE * observed - near).sum(axis=0)
    pvalue = np.where(np.isfinite(observed), (1 + as_bad) / (1 + len(drawn)), np.nan)
    critical = _WORSE * np.quantile(_WORSE * drawn, _LEVEL, axis=0)
    rows = [
        {
            "step": step,
            "measure": measure,
            "observed": observed[s, m],
            "critical": critical[s, m],
            "pvalue": pvalue[s, m],
            "permutations": len(drawn),
            "failed": permutations - len(drawn),
        }
        for s, step in enumerate(steps)
        for m, measure in enumerate(MEASURES)
    ]
    return pd.DataFrame(rows)


def _changes(measures: np.ndarray) -> np.ndarray:
    """The first step's measures, and the others' differences from the step above: (..., steps, measures)"""
    return np.concatenate([measures[..., :1, :], np.diff(measures, axis=-2)], axis=-2)


def _measured(own: Inference) -> list[float]:
    """The plain measures of a fit; permutations need no correction."""
    test = own.test
    x2, df, b, bdf = test.chi_square, test.df, test.baseline, test.baseline_df
    return [
        x2,
        float(fit_indices.cfi(x2, df, b, bdf)),
        float(fit_indices.tli(x2, df, b, bdf)),
        float(fit_indices.rmsea(x2, df, test.total, test.groups)),
        _srmr(own),
    ]


def _srmr(own: Inference) -> float:
    weight, sample, implied = own.test.weight, own.sample, own.point.moments
    if isinstance(own.pattern, OrderedPattern):
        return float(ordered.residual_measures(own.pattern, sample, own.theta, weight)["srmr"])
    mean, implied_mean = (sample.mean, implied.mu) if own.table.means else (None, None)
    return float((weight * fit_indices.srmr(sample.covariance, implied.sigma, mean, implied_mean)).sum())


def _dealt(task: Task) -> np.ndarray:
    """Measures of every step in every permutation, NaN where a step has none: -> (permutations, steps, measures)"""
    orders = [_order(task, number) for number in task.numbers]
    together = all(fit.options.method.discrepancy == "ML" and _alike(fit) for fit in task.fits.values())
    by_step = [(_together if together else _one_by_one)(task, step, orders) for step in task.fits]
    return np.stack(by_step, axis=1)


def _alike(fit: Fit) -> bool:
    """Whether moments of permuted answers are all that a fit of them needs."""
    plain = fit.options.weights is None and fit.moments.first_stage is None and fit.options.missing != "pairwise"
    return plain and fit.options.rotation is None


def _order(task: Task, number: int) -> np.ndarray:
    """Deal out the respondents: the new order of those of all groups, one group after another."""
    answers = next(iter(task.fits.values())).moments.answers
    assert answers is not None
    random = np.random.default_rng(np.random.SeedSequence(task.seed, spawn_key=(number,)))
    return random.permutation(sum(map(len, answers)))


def _together(task: Task, step: str, orders: Sequence[np.ndarray]) -> np.ndarray:
    """Fit one step to all permutations, at once where answers are complete."""
    fit = task.fits[step]
    assert fit.moments.answers is not None
    pooled, ends = np.concatenate(fit.moments.answers), np.cumsum([len(own) for own in fit.moments.answers])[:-1]
    moments = [moments_of(fit.moments, tuple(np.split(pooled[order], ends))) for order in orders]
    samples = [sample_of(fit.table, own, fit.options) for own in moments]
    together = fit.moments.patterns is None and not constrained(fit.table)
    first = searched(fit, stacked(samples)) if together else None
    found = []
    for k, (sample, own) in enumerate(zip(samples, moments, strict=True)):
        best = None if first is None or first.status[k] is not Status.CONVERGED else first.theta[k]
        if best is None:
            again = estimated(fit.table, fit.pattern, sample, own, fit.options.max_iterations)
            best = again.theta[0] if again.status[0] is Status.CONVERGED else None
        if best is None:
            found.append([np.nan] * len(MEASURES))
        else:
            found.append(_measured(replace(fit.inference, moments=own, sample=sample).at(best)))
    return np.array(found)


def _one_by_one(task: Task, step: str, orders: Sequence[np.ndarray]) -> np.ndarray:
    """Fit one step as it was fitted first, to every permutation of the data."""
    design, moments = task.design, task.fits[step].moments
    assert moments.rows is not None
    frame = design.data.iloc[np.concatenate(moments.rows)]
    found = []
    for order in orders:
        dealt = frame.iloc[order].reset_index(drop=True)
        dealt[design.group] = frame[design.group].to_numpy()
        try:
            fit = replace(design, data=dealt).fitted(step, task.released[step])
        except SmeSemError:
            found.append([np.nan] * len(MEASURES))
            continue
        found.append(_measured(fit.inference))
    return np.array(found)


def permutation_table(frame: pd.DataFrame, names: Mapping[str, Text]) -> Table:
    """Write the p-values, a step a line."""
    rows = []
    for step, own in frame.groupby("step", sort=False):
        pvalues = own.set_index("measure")["pvalue"]
        counted = own.iloc[0]
        rows.append((names[str(step)], *(pvalues[m] for m in MEASURES), counted["permutations"], counted["failed"]))
    return Table("invariance_permutation", _TITLE, _COLUMNS, tuple(rows), (_RULE,))


_TITLE = Words("Permutation test of invariance", "不变性的置换检验")
_COLUMNS = (
    Column("step", Words("Step", "步骤")),
    Column("chisq", Words("p of Δχ²", "Δχ²的p值"), Kind.PROBABILITY),
    Column("cfi", Words("p of ΔCFI", "ΔCFI的p值"), Kind.PROBABILITY),
    Column("tli", Words("p of ΔTLI", "ΔTLI的p值"), Kind.PROBABILITY),
    Column("rmsea", Words("p of ΔRMSEA", "ΔRMSEA的p值"), Kind.PROBABILITY),
    Column("srmr", Words("p of ΔSRMR", "ΔSRMR的p值"), Kind.PROBABILITY),
    Column("permutations", Words("Permutations", "置换次数"), Kind.COUNT),
    Column("failed", Words("Without estimates", "未得到估计"), Kind.COUNT),
)
_RULE = Words(
    "Share of random divisions into groups of the same sizes that lose as much fit or more (Jorgensen, Kite, Chen and "
    "Short 2018); of the first step, that fit as badly. Uncorrected statistics, which permutations do not need "
    "corrected.",
    "受访者随机重新分组（各组人数不变）后拟合损失不小于实际值的比例（Jorgensen、Kite、Chen与Short，2018）；"
    "首个步骤为拟合同样差或更差的比例。置换检验使用未校正的统计量，无需校正。",
)
_LOST = Words(
    "{n} of {of} permutations had a step without estimates, so they say nothing of chance: the groups may be too small "
    "for the model.",
    "{of}次置换中有{n}次在某一步没有估计值，因而无法说明偶然性：对该模型而言，各组样本可能过小。",
)
_CLUSTERED = Words(
    "permutations deal out respondents one by one, and cluster= says that they belong together: leave one out.",
    "置换将受访者逐一重新分配，而cluster=说明他们成批抽取：请删去其一。",
)
