"""Find the parameters at which a discrepancy is smallest, for a whole batch at once.

Scoring with Levenberg and Marquardt's damping: the step solves (H + lambda diag H) step = -gradient.
A step that does not lower the discrepancy raises lambda, one that does lowers it.  Far from the
minimum H is the expected Hessian, positive definite wherever the model is identified; near the
minimum it is the exact one where that is positive definite, so that the last digits arrive in two or
three steps.

Each member walks its own path and leaves when it has arrived.  This is the only loop in ``kernels``,
and the only module that needs the batch axis by name.

A member has arrived when the gradient is zero in the metric of the Hessian: g^T H^-1 g < 1e-20.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from . import linalg

NEAR = 1e-2  # g^T H^-1 g below which the exact Hessian is tried
STALLED = 1e-13  # and below which a decrement that no longer shrinks is rounding error
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
    damping = np.zeros(B)
    decrement = np.full(B, np.inf)

    active = everyone[status != Status.BAD_START]
    if q == 0:
        status[active], decrement[active] = Status.CONVERGED, 0.0
        active = active[:0]
    for _ in range(max_iterations):
        if not len(active):
            break
        step, new_decrement, solved = _step(hessian[active], gradient[active], damping[active])
        stalled = (new_decrement < STALLED) & (new_decrement > decrement[active] / 4) & (damping[active] == 0)
        decrement[active] = np.where(solved & (damping[active] == 0), new_decrement, decrement[active])
        arrived = solved & ((new_decrement < tolerance) & (damping[active] == 0) | stalled)
        status[active[arrived]] = Status.CONVERGED
        active, step, solved = active[~arrived], step[~arrived], solved[~arrived]

        trial = theta[active] + np.where(solved[:, None], step, 0)
        exact = decrement[active] < NEAR
        accepted = np.zeros(len(active), dtype=bool)
        for kind in (False, True):
            chosen = np.flatnonzero((exact == kind) & solved)
            if not len(chosen):
                continue
            new = slope_at(trial[chosen], active[chosen], kind)
            rounding = 1e-13 * (1 + abs(value[active[chosen]]))
            lower = _usable(*new) & (new.value <= value[active[chosen]] + rounding)  # False for NaN
            members = active[chosen[lower]]
            theta[members] = trial[chosen[lower]]
            value[members], gradient[members] = new.value[lower], new.gradient[lower]
            hessian[members] = new.hessian[lower]
            accepted[chosen[lower]] = True
        iterations[active] += 1
        eased = np.where(damping[active] > 1e-5, damping[active] / 10, 0.0)
        damping[active] = np.where(accepted, eased, np.maximum(damping[active] * 10, 1e-4))
        hopeless = damping[active] > HOPELESS
        status[active[hopeless]] = Status.NO_DESCENT
        active = active[~hopeless]
    return Minimum(theta, value, decrement, status, iterations)


def _step(hessian, gradient, damping):
    """The damped step, g^T H^-1 g, and whether there is one: (b, q, q), (b, q), (b,) -> (b, q), (b,), (b,)"""
    diagonal = np.linalg.diagonal(hessian)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1))  # a parameter's unit must not matter
    scaled = hessian * (scale[:, :, None] * scale[:, None, :])
    damped = scaled + damping[:, None, None] * np.eye(hessian.shape[-1])
    solved = np.isfinite(np.linalg.diagonal(linalg.cholesky(damped))).all(axis=-1)  # positive definite
    damped = np.where(solved[:, None, None], damped, np.eye(hessian.shape[-1]))
    direction = linalg.solve(damped, gradient * scale)
    solved &= np.isfinite(direction).all(axis=-1)
    decrement = np.linalg.vecdot(gradient * scale, direction)
    return -scale * direction, np.where(solved, decrement, np.inf), solved


def _usable(value, gradient, hessian):
    return np.isfinite(value) & np.isfinite(gradient).all(axis=-1) & np.isfinite(hessian).all(axis=(-2, -1))
