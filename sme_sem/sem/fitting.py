"""Fit a model that is laid out, parameter by parameter, to moments in its order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import IdentificationError
from ..kernels import ram
from ..kernels.discrepancy import Sample, Slope
from ..kernels.minimise import Minimum, Status
from ..responses.moments import Moments
from . import diagnosis, interactions, least_squares, objective, ordered, sampling
from .bounds import within_moments
from .constraints import at_limit
from .diagnosis import Diagnostic
from .failure import failure_of
from .options import Options
from .origin import centred
from .parameters import ParameterTable
from .result import Fit
from .search import estimated
from .starts import from_several_starts, second_chance

BEYOND = 10.0  # a standardized error beyond it says that the answers do not tell the parameter


def fit_table(table: ParameterTable, options: Options, moments: Moments, *, raising: bool) -> Fit:
    """Fit a model that is laid out to moments in its order; without ``raising`` a failure is one of its diagnostics."""
    pattern = table.pattern
    sample = sample_of(table, moments, options)
    table = within_moments(table, options.bounds, np.diagonal(sample.covariance, axis1=-2, axis2=-1))
    _require_moments(table, moments.labels)
    moved = centred(table, pattern, sample, moments)
    near, around = (sample, moments) if moved is None else (moved.sample, moved.moments)
    best, noticed = _searched(table, pattern, near, around, options)
    status, theta = best.status[0], best.theta[0]
    slope = _slope(pattern, near, around, theta)
    estimates = theta if moved is None else moved.back(theta)
    if status is Status.CONVERGED and not (np.isfinite(slope.value).all() and np.isfinite(estimates).all()):
        status = Status.NO_DESCENT
    fit = Fit(table, options, around, near, pattern, theta, status, int(best.iterations[0]), tuple(noticed), slope)
    failure = failure_of(fit)
    if failure is not None:
        if raising:
            raise failure.error
        fit = replace(fit, status=failure.status)._noting([Diagnostic("error", failure.code, failure.words)])
    if moved is not None:
        slope = _slope(pattern, sample, moments, estimates)
        fit = replace(fit, moments=moments, sample=sample, theta=estimates, slope=slope)
    return fit._noting(_examined(fit)) if failure is None else fit


def _searched(
    table: ParameterTable, pattern: ram.Pattern, sample: Sample, moments: Moments, options: Options
) -> tuple[Minimum, list[Diagnostic]]:
    """Search for the estimates, from random starts too where they are asked for or the ordinary search fails."""
    best = estimated(table, pattern, sample, moments, options.max_iterations)
    if not options.starts:
        return second_chance(table, pattern, sample, moments, best, options.max_iterations)
    if best.status[0] in (Status.BAD_START, Status.CONTRADICTION):
        return best, []
    best, said = from_several_starts(
        table, pattern, sample, moments, best, options.starts, options.seed, options.max_iterations
    )
    return best, [said]


def _slope(pattern: ram.Pattern, sample: Sample, moments: Moments, theta: np.ndarray) -> Slope:
    with np.errstate(over="ignore", invalid="ignore"):  # a search that failed can end anywhere
        return objective.slope(pattern, sample, moments, theta)


def sample_of(table: ParameterTable, moments: Moments, options: Options) -> Sample:
    """Put what the discrepancy needs to know of the answers together, as the estimator takes it."""
    if table.ordered:
        return ordered.sample(table, moments, options.method)
    n = moments.n.astype(float)
    covariance = moments.covariance * (n / (n - 1))[:, None, None] if options.unbiased else moments.covariance
    weight = n - options.unbiased
    plain = Sample(covariance, moments.mean if table.means else None, weight / weight.sum())
    least_squares.residual_weight(plain, moments, options.method, len(table.exogenous))  # refuses too few answers
    return least_squares.weighted(plain, moments, options.method)


def _require_moments(table: ParameterTable, labels: Sequence[str]) -> None:
    available = table.moments
    equalities = len(table.sums) + sum(term.op == "==" for term in table.definitions)
    if table.n_free - equalities > available:
        message = diagnosis.too_many_parameters_message(table.n_free, available)
        raise IdentificationError(message, table.names(labels))


def _hardly_told(fit: Fit) -> list[str]:
    """Name the parameters of which the answers say next to nothing at the estimates, as their errors tell.

    Errors of all are looked at where one would be large, and larger than its estimate, even if the others were known;
    those of intercepts may be large by right, where a predictor is far from zero.
    """
    N = fit.inference.total
    alone = N * np.diagonal(fit.slope.hessian) / 2  # one over the squared error, were the others known
    if (alone * fit.theta**2 >= 1).all():
        return []
    scales = np.abs(fit.inference.point.scale(observed=True)).tolist()
    unit = np.zeros(fit.table.n_free)
    for p, scale in zip(fit.table.parameters, scales, strict=True):
        if p.free and p.op not in ("~1", "|") and scale > 0:
            unit[p.index] = scale
    if (alone >= unit**2).all():
        return []
    with np.errstate(invalid="ignore"):
        errors = np.sqrt(np.diagonal(fit.inference.inverse(fit.slope.hessian / 2)) / N)
    names = fit.table.names(fit.moments.labels)
    return [names[index] for index in np.flatnonzero(errors * unit > BEYOND)]


def _examined(fit: Fit) -> list[Diagnostic]:
    """Look for what is odd about estimates that were found."""
    table, labels, point = fit.table, fit.moments.labels, fit.inference.point
    diagnostics = diagnosis.examine(point, fit.n, labels)
    diagnostics += sampling.examine(fit.moments.design, fit.options, table)
    robust = fit.options.method.se == "robust_huber_white"
    diagnostics += interactions.examine(point, fit.sample, fit.n, robust=robust)
    nowhere = [name for name, quantity in point.defined().items() if not np.isfinite(quantity.value)]
    diagnostics += [diagnosis.undefined(nowhere)] if nowhere else []
    held = at_limit(table, fit.theta, fit.slope, labels)
    diagnostics += [diagnosis.at_limit(held)] if held else []
    vague = _hardly_told(fit)
    diagnostics += [diagnosis.hardly_told(vague)] if vague else []
    if fit.options.method.se == "first_order" and not np.isfinite(fit.inference.vcov).all():
        diagnostics.append(diagnosis.NO_FIRST_ORDER)
    return diagnostics
