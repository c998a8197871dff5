"""The search repeated from random starts: whether the minimum found is the only one.

Starts lie around the good one (:mod:`sme_sem.sem.start`), some near and some far: each parameter between a quarter
and two units of its own away on average, a unit being what a single respondent could tell of it.  Variances are
multiplied, so that they stay positive.  A start whose implied matrix is not positive definite is drawn back towards
the good one.
"""

from __future__ import annotations

import numpy as np

from ..kernels import ram
from ..kernels.discrepancy import Sample
from ..kernels.minimise import Minimum, Status
from ..responses.moments import Moments
from ..tables import Words
from . import objective
from .constraints import constrained
from .diagnosis import Diagnostic
from .parameters import ParameterTable
from .search import same, search, search_together, search_within
from .start import start_values

NEAR, FAR = 0.25, 2.0
CHANCES, SEED = 8, 8  # random starts after a search that failed, and what they are drawn from
PATIENCE = 100  # iterations; a random start that needs more is given up


def from_several_starts(
    table: ParameterTable,
    pattern: ram.Pattern,
    sample: Sample,
    moments: Moments,
    first: Minimum,
    starts: int,
    seed: int | None,
    max_iterations: int,
) -> tuple[Minimum, Diagnostic]:
    """Search from as many random starts, keep the lowest minimum of all, and say how many reached it.

    first : where the ordinary search ended, which had a start that can be evaluated
    """
    patience = min(max_iterations, PATIENCE)
    points = _random_starts(table, pattern, sample, moments, starts, np.random.default_rng(seed))
    with np.errstate(all="ignore"):
        if constrained(table):
            ends = [search_within(table, pattern, sample, moments, p, patience) for p in points]
        elif moments.patterns is not None:
            ends = [search(pattern, sample, moments, p, patience) for p in points]
        else:
            ends = _one_by_one(search_together(pattern, sample, moments, points, patience))
    arrived = [m for m in ends if m.status[0] is Status.CONVERGED]
    best = min([first, *arrived], key=lambda m: (m.status[0] is not Status.CONVERGED, m.value[0]))
    reached = sum(same(m, best) for m in arrived)
    failed = first.status[0] is not Status.CONVERGED
    lower = not failed and not same(first, best)
    return best if failed or lower else first, _said(reached, len(arrived) - reached, starts, lower=lower)


def second_chance(
    table: ParameterTable,
    pattern: ram.Pattern,
    sample: Sample,
    moments: Moments,
    first: Minimum,
    max_iterations: int,
) -> tuple[Minimum, list[Diagnostic]]:
    """Search from a few random starts after an ordinary search that failed, where that costs little.

    It is left as it ended where answers have gaps or constraints bind, and where fewer iterations were asked for.
    """
    failed = first.status[0] in (Status.ITERATION_LIMIT, Status.NO_DESCENT)
    if not failed or moments.patterns is not None or constrained(table) or max_iterations < PATIENCE:
        return first, []
    problem = table, pattern, sample, moments
    best, said = from_several_starts(*problem, first, CHANCES, SEED, max_iterations)
    if best.status[0] is not Status.CONVERGED:
        return first, []
    message = Words("the ordinary search did not converge. But ", "常规搜索未收敛，但") + said.words
    return best, [Diagnostic(said.severity, "second_chance", message)]


def _random_starts(
    table: ParameterTable,
    pattern: ram.Pattern,
    sample: Sample,
    moments: Moments,
    starts: int,
    generator: np.random.Generator,
) -> np.ndarray:
    good = start_values(table, sample.covariance, sample.mean, sample.target)
    information = np.diagonal(objective.slope(pattern, sample, moments, good, exact=False).hessian)
    unit = 1 / np.sqrt(np.where(information > 0, information, np.inf))
    variances = np.zeros(table.n_free, dtype=bool)
    variances[[p.index for p in table.parameters if p.free and p.op == "~~" and p.lhs == p.rhs]] = True
    draws = np.linspace(NEAR, FAR, starts)[:, None] * generator.standard_normal((starts, table.n_free))
    for _ in range(20):
        points = np.where(variances, good * np.exp(draws), good + unit * draws)
        values = [objective.slope(pattern, sample, moments, p, exact=False).value for p in points]
        outside = ~np.isfinite(values)
        if not outside.any():
            break
        draws[outside] /= 2
    return points


def _one_by_one(minima: Minimum) -> list[Minimum]:
    parts = (minima.theta, minima.value, minima.decrement, minima.status, minima.iterations)
    return [Minimum(*(part[i : i + 1] for part in parts)) for i in range(len(minima.value))]


def _said(reached: int, elsewhere: int, starts: int, *, lower: bool) -> Diagnostic:
    said = Words(
        "{reached} of {starts} searches from random starts reached this minimum",
        "{starts}次随机初始值的搜索中有{reached}次到达该最小值",
    )
    if elsewhere:
        said += Words(
            ", {elsewhere} ended in others that are higher: look whether those tell another story before you interpret "
            "this one",
            "，{elsewhere}次停在其他更高的极小值；解释结果之前请查看那些解是否有不同含义",
        )
    if starts - reached - elsewhere:
        said += Words(", {lost} did not converge", "，{lost}次未收敛")
    said += Words(".", "。")
    if lower:
        said += Words(" The ordinary start had led to a higher one.", "常规初始值所得的极小值更高。")
    message = said.filled(reached=reached, starts=starts, elsewhere=elsewhere, lost=starts - reached - elsewhere)
    if elsewhere or lower:
        return Diagnostic("warning", "local_minima", message)
    return Diagnostic("info", "starts_agree", message)
