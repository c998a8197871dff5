"""Find the parameters at which a discrepancy is smallest, for a whole batch at once.

Scoring with Levenberg and Marquardt's damping: the step solves (H + lambda diag H) step = -gradient.
A step that does not lower the discrepancy raises lambda, one that does lowers it.  Far from the
minimum H is the expected Hessian, positive definite wherever the model is identified; near the
minimum it is the exact one where that is positive definite, so that the last digits arrive in two or
three steps; the very last of them reuses the Hessian of the step before, and is not looked back upon.

Each member walks its own path and leaves when it has arrived.  This is the only loop in ``kernels``,
and the only module that needs the batch axis by name.

A member has arrived when the gradient is zero in the metric of the Hessian: g^T H^-1 g < 1e-20.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from . import linalg

NEAR = 1e-1  # g^T H^-1 g below which the exact Hessian is tried
LAST = 1e-11  # and below which it no longer changes between undamped steps
STALLED = 1e-13  # and below which a decrement that no longer shrinks is rounding error
DIGITS, SLOPES = 1e-13, 1e-9  # how much a step may raise F, relative: rounding error; where slopes alone can judge it
GAIN, PATIENCE = 1e-12, 60  # a member that gains less, relative, so many times in a row is given up
HOPELESS = 1e9  # damping that no longer moves anything


class Status(Enum):
    """How a minimisation ended, and what to tell the user about it."""

    CONVERGED = ""
    ITERATION_LIMIT = (
        "the iterations ended before the estimates settled. Raise max_iterations, check the data for "
        "outliers and the model for constructs with one or two weak indicators, or give start values"
    )
    NO_DESCENT = (
        "no step lowers the discrepancy any further although its slope is not zero. The model may not be "
        "identified, or its best fit lies where a variance becomes zero or negative"
    )
    BAD_START = "the covariance matrix implied by the starting values is not positive definite"
    CONTRADICTION = "no values of the parameters keep the constraints"


@dataclass(frozen=True, eq=False)
class Minimum:
    """theta (B, q), value (B,), decrement (B,), status (B,) of Status, iterations (B,)"""

    theta: np.ndarray
    value: np.ndarray
    decrement: np.ndarray
    status: np.ndarray
    iterations: np.ndarray

    @classmethod
    def joined(cls, parts):
        """Put batches one after another."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))


def scoring(slope_at, start, *, tolerance=1e-20, max_iterations=300):
    """Minimise B discrepancies of q parameters each.

    slope_at(theta, members, exact) -> Slope of the chosen members
    start : (B, q)
    """
    theta = np.array(start, dtype=float)
    B, q = theta.shape
    everyone = np.arange(B)
    value, gradient, hessian = (np.array(x) for x in slope_at(theta, everyone, False))
    status = np.full(B, Status.ITERATION_LIMIT, dtype=object)
    status[~_usable(value, gradient, hessian)] = Status.BAD_START
    iterations = np.zeros(B, dtype=int)
    damping, idle = np.zeros(B), np.zeros(B, dtype=int)
    decrement = np.full(B, np.inf)

    active = everyone[status != Status.BAD_START]
    if q == 0:
        status[active], decrement[active] = Status.CONVERGED, 0.0
        active = active[:0]
    for _ in range(max_iterations):
        if not len(active):
            break
        before, damped = decrement[active], damping[active]
        step, now, solved = _step(hessian[_some(active, B)], gradient[active], damped)
        plain = solved & (damped == 0)
        near = solved & (now < NEAR)  # damped steps count too: a poor expected Hessian is left behind
        now = np.where(plain, now, before)
        arrived = plain & ((now < tolerance) | (now < STALLED) & (now > before / 4))
        decrement[active] = now
        status[active[arrived]] = Status.CONVERGED
        theta[active[arrived]] += step[arrived]
        if arrived.any():
            staying = ~arrived
            active, step, solved, now, damped, near = (x[staying] for x in (active, step, solved, now, damped, near))

        earlier = value[active]
        trial = theta[active] + np.where(solved[:, None], step, 0)
        exact = near & ((now > LAST) | (damped > 0))
        accepted = np.zeros(len(active), dtype=bool)
        for kind in (False, True):
            chosen = np.flatnonzero((exact == kind) & solved)
            if not len(chosen):
                continue
            members = active[chosen]
            new = slope_at(trial[chosen], members, kind)
            judged = np.where((now[chosen] < LAST) & (damped[chosen] == 0), SLOPES, DIGITS)
            rounding = judged * (1 + abs(value[members]))
            lower = _usable(*new) & (new.value <= value[members] + rounding)  # False for NaN
            accepted[chosen] = lower
            members = members[lower]
            theta[members] = trial[chosen[lower]]
            value[members], gradient[members] = new.value[lower], new.gradient[lower]
            fresh = np.flatnonzero(lower & ((now[chosen] > LAST) | (damped[chosen] > 0)))
            hessian[_some(active[chosen[fresh]], B)] = new.hessian[_some(fresh, len(chosen))]
        iterations[active] += 1
        eased = np.where(damped > 1e-5, damped / 10, 0.0)
        damping[active] = np.where(accepted, eased, np.maximum(damped * 10, 1e-4))
        gained = earlier - value[active] > GAIN * (1 + abs(earlier))
        idle[active] = np.where(gained, 0, idle[active] + 1)
        hopeless = (damping[active] > HOPELESS) | (idle[active] >= PATIENCE)
        status[active[hopeless]] = Status.NO_DESCENT
        active = active[~hopeless]
    return Minimum(theta, value, decrement, status, iterations)


def _some(members, among):
    """Members of a batch in ascending order, as a slice where they are all: what need not be copied is not."""
    return slice(None) if len(members) == among else members


def _step(hessian, gradient, damping):
    """The damped step, g^T H^-1 g, and whether there is one: (b, q, q), (b, q), (b,) -> (b, q), (b,), (b,)"""
    diagonal = np.linalg.diagonal(hessian)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1))  # a parameter's unit must not matter
    damped = hessian * (scale[:, :, None] * scale[:, None, :])
    each = np.arange(damped.shape[-1])
    damped[:, each, each] += damping[:, None]
    direction = linalg.solve_definite(damped, gradient * scale)
    solved = np.isfinite(direction).all(axis=-1)
    decrement = np.linalg.vecdot(gradient * scale, direction)
    return -scale * direction, np.where(solved, decrement, np.inf), solved


def _usable(value, gradient, hessian):
    return np.isfinite(value) & np.isfinite(gradient).all(axis=-1) & np.isfinite(hessian).all(axis=(-2, -1))
