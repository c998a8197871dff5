"""Why a search for estimates ended without a solution."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import ConvergenceError, IdentificationError, SmeSemError
from ..kernels.constrained import active
from ..kernels.minimise import Status
from ..words import Words
from . import categories, diagnosis, exhausted, objective
from .constraints import binding, contradictory, restrictions, without_value
from .result import Fit

BESIDE = 0.1  # what a parameter that ended at zero is put to, to see whether anything depends on it there


class Failure(NamedTuple):
    """Why a search found no solution; parameters : those that cannot be told apart"""

    status: Status
    code: str
    words: Words
    parameters: tuple[str, ...] = ()

    @property
    def error(self) -> SmeSemError:
        """What is raised of it."""
        return IdentificationError(self.words, self.parameters) if self.parameters else ConvergenceError(self.words)


def _vanished(fit: Fit) -> tuple[str, ...]:
    """Name the parameters that ended at zero, where nothing depends on them, though elsewhere something does."""
    at_zero = (np.diagonal(fit.slope.hessian) == 0) & (fit.theta == 0)
    if not at_zero.any():
        return ()
    beside = np.where(at_zero, BESIDE, fit.theta)
    with np.errstate(all="ignore"):  # that may be no solution
        slope = objective.slope(fit.pattern, fit.sample, fit.moments, beside)
    names = fit.table.names(fit.moments.labels)
    return tuple(names[place] for place in np.flatnonzero(at_zero & (np.diagonal(slope.hessian) > 0)))


def failure_of(fit: Fit) -> Failure | None:
    """Judge where a search ended; None where that is a solution."""
    table, labels, theta, status = fit.table, fit.moments.labels, fit.theta, fit.status
    if status is Status.CONTRADICTION:
        message = diagnosis.contradiction_message(contradictory(table, theta, labels), fit.options.bounds)
        return Failure(status, "contradictory_constraints", message)
    if status is not Status.BAD_START:
        limits = restrictions(table, theta)
        held = limits.slopes[active(limits, fit.slope)]
        names = diagnosis.inseparable(fit.slope.hessian, table, held, labels)
        if status is Status.CONVERGED and not names:
            return None
        gone = exhausted.exhausted(table, fit.pattern, fit.sample, fit.moments, theta)
        if gone:
            return Failure(Status.NO_DESCENT, "not_converged", exhausted.message(gone))
        vanished = _vanished(fit)
        if names and vanished:
            return Failure(status, "not_identified", diagnosis.vanished_message(vanished), vanished)
        if names:
            message = diagnosis.unidentified_message(names, table) + categories.without_weight(table, fit.moments)
            return Failure(status, "not_identified", message, names)
    undefined = without_value(table, theta, labels)
    if undefined:
        return Failure(status, "not_converged", diagnosis.without_value_message(undefined))
    holding = binding(table, theta, fit.slope, labels)
    message = diagnosis.unconverged_message(status, fit.iterations, table, theta, holding)
    return Failure(status, "not_converged", message)
