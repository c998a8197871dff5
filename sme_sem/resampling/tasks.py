"""The work of a bootstrap, cut into tasks that any number of workers may do in any order.

A task holds everything it needs, so that one worker, many, or a cluster give the same bytes; see
:mod:`sme_sem.tasks` for how they are distributed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..kernels.minimise import Status
from ..sem.origin import Centred
from .draws import Scheme, counts_of_rows, without_each
from .incomplete import refitted_with_gaps
from .quantities import Quantities
from .refit import refitted
from .samples import at_once, samples

if TYPE_CHECKING:
    from ..sem.fit import Fit

STATUSES = tuple(Status)


class Outcome(NamedTuple):
    """What became of the draws of a task.

    values : (draws, quantities), NaN where a draw failed
    statistic : (draws,) N times the discrepancy, NaN where that is not asked for
    status : (draws,) the place of its Status in ``STATUSES``
    """

    values: np.ndarray
    statistic: np.ndarray
    status: np.ndarray


@dataclass(frozen=True, eq=False)
class Task:
    """Some of the draws.

    number : which random stream they come from    draws : how many
    rows : the caller's own rows in place of random ones    left_out : units left out in turn, in place of draws
    """

    number: int
    draws: int
    rows: np.ndarray | None = None
    left_out: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Job:
    """A fit, what is kept of every sample, how samples are drawn, and the inverse Hessian at the estimates.

    saturated : whether the moments of samples with gaps are estimated without the model too
    moved : how far the fit's predictors were moved, for samples to be searched where they stand around zero
    """

    fit: Fit
    quantities: Quantities
    scheme: Scheme
    seed: int
    inverse: np.ndarray
    saturated: bool = True
    moved: Centred | None = None

    def outcome(self, task: Task) -> Outcome:
        """Draw, fit and evaluate the samples of a task."""
        counts, most = self._counts(task), at_once(self.fit)
        parts = [self._outcome(counts[k : k + most]) for k in range(0, len(counts), most)]
        return Outcome(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _counts(self, task: Task) -> np.ndarray:
        if task.left_out is not None:
            return task.left_out[:, self.scheme.unit]
        if task.rows is not None:
            return counts_of_rows(task.rows, len(self.scheme.unit))
        return self.scheme.counts(self.seed, task.number, task.draws)

    def _outcome(self, counts: np.ndarray) -> Outcome:
        with np.errstate(all="ignore"):  # a sample may have no variance in a variable: it fails and is counted
            if self.fit.moments.patterns is not None:
                sample, found = refitted_with_gaps(self.fit, counts, self.inverse, saturated=self.saturated)
            else:
                sample = samples(self.fit, counts)
                found = refitted(self.fit, sample, self.inverse)
        failed = found.status != Status.CONVERGED
        theta = found.theta
        if self.moved is not None:
            theta, sample = self.moved.back_from(theta, sample)
        values = self.quantities.evaluate(theta, sample)
        values[failed] = np.nan
        unbiased = round(self.fit.n - self.fit.inference.total)
        statistic = np.where(failed, np.nan, (counts.sum(axis=1) - unbiased) * found.value)
        return Outcome(values, statistic, np.array([STATUSES.index(s) for s in found.status], dtype=np.int8))


def tasks_of_draws(scheme: Scheme, draws: int, resamples: np.ndarray | None) -> list[Task]:
    """Cut the draws into tasks."""
    found = []
    for number, start in enumerate(range(0, draws, scheme.task)):
        end = min(start + scheme.task, draws)
        found.append(Task(number, end - start, None if resamples is None else resamples[start:end]))
    return found


def tasks_of_jackknife(scheme: Scheme, most: int, first: int) -> list[Task]:
    """Cut leaving out every unit, or ``most`` sets of units, in turn into tasks; they are numbered from ``first``."""
    sets = without_each(len(scheme.stratum), most)
    starts = range(0, len(sets), scheme.task)
    return [
        Task(first + k, len(sets[start : start + scheme.task]), left_out=sets[start : start + scheme.task])
        for k, start in enumerate(starts)
    ]
