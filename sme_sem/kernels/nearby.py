"""Minimise many discrepancies that lie near one whose minimum and curvature are known, as bootstrap samples do.

Quasi-Newton steps that need gradients only.  Every member starts from the known minimum with the known inverse
Hessian H^-1, shared by all, and corrects it by its own last moves s and turns y of the gradient (limited-memory
BFGS)::

    H^-1 <- (I - r s y^T) H^-1 (I - r y s^T) + r s s^T        r = 1 / y^T s

Nothing of size q x q is formed for a member.  A member that does not get near its minimum in a few steps is handed
back as unfinished; whoever asked may start it again by ``minimise.scoring``.

Nocedal and Wright (2006), Numerical Optimization, section 7.2.  The products with H^-1 are taken for all moving members
at once, so that last digits may depend on the company.
"""

from typing import NamedTuple

import numpy as np

from .minimise import Minimum, Status

MEMORY = 10  # moves that are remembered
SHORTEST = 1e-3  # of a step; who needs a shorter one is not near


def nearby(gradient_at, start, inverse, scale=None, *, tolerance=1e-12, max_iterations=60):
    """Minimise B discrepancies of q parameters each.

    gradient_at(theta, members) -> value (b,), gradient (b, q) of the chosen members
    start : (B, q)   inverse : (q, q) of the Hessian, or of one near it
    scale : (B, q) roots of how much larger the diagonal of each member's Hessian is, where that is known
    A member arrives with the step that it takes where g^T H^-1 g < tolerance, and is not looked at again; the others
    keep ``Status.ITERATION_LIMIT``.
    """
    theta = np.array(start, dtype=float)
    B, q = theta.shape
    active = np.arange(B)
    value, gradient = (np.array(x) for x in gradient_at(theta, active))
    status = np.full(B, Status.ITERATION_LIMIT, dtype=object)
    decrement, length, iterations = np.full(B, np.inf), np.ones(B), np.zeros(B, dtype=int)
    past = _Past(np.zeros((MEMORY, B, q)), np.zeros((MEMORY, B, q)), np.zeros((MEMORY, B)))
    scale = np.ones_like(theta) if scale is None else scale
    active = active[np.isfinite(value) & np.isfinite(gradient).all(axis=-1)]
    for number in range(max_iterations):
        direction = _corrected(gradient[active], inverse, scale[active], past.of(active), number)
        decrement[active] = now = np.vecdot(gradient[active], direction)
        arrived = now < tolerance
        status[active[arrived]] = Status.CONVERGED
        theta[active[arrived]] -= direction[arrived]
        staying = ~arrived & (length[active] > SHORTEST)
        active, step = active[staying], -length[active[staying], None] * direction[staying]
        if not len(active):
            break
        trial = theta[active] + step
        new_value, new_gradient = gradient_at(trial, active)
        rounding = 1e-13 * (1 + abs(value[active]))
        lower = np.isfinite(new_gradient).all(axis=-1) & (new_value <= value[active] + rounding)  # False for NaN
        iterations[active] += 1
        length[active] = np.where(lower, 1.0, length[active] / 4)
        moved = active[lower]
        past.keep(number, moved, step[lower], new_gradient[lower] - gradient[moved])
        theta[moved], value[moved], gradient[moved] = trial[lower], new_value[lower], new_gradient[lower]
    return Minimum(theta, value, decrement, status, iterations)


class _Past(NamedTuple):
    """The last moves and turns, in turn: (MEMORY, B, q), (MEMORY, B, q), and r (MEMORY, B), zero for none"""

    moves: np.ndarray
    turns: np.ndarray
    weights: np.ndarray

    def of(self, members):
        """Pick members, without a copy where all are meant."""
        everybody = len(members) == self.weights.shape[1]
        return self if everybody else _Past(*(part[:, members] for part in self))

    def keep(self, number, members, moves, turns):
        """Put the newest in the oldest's place."""
        place = number % MEMORY
        bend = np.vecdot(turns, moves)
        self.weights[place] = 0
        self.moves[place, members], self.turns[place, members] = moves, turns
        self.weights[place, members] = np.where(bend > 0, 1 / np.where(bend > 0, bend, 1), 0.0)


def _corrected(gradient, inverse, scale, past, number):
    """H^-1 g with every member's own scale and corrections: (b, q), (q, q), (b, q) -> (b, q)"""
    order = [back % MEMORY for back in range(number - 1, max(number - MEMORY, 0) - 1, -1)]
    direction = gradient.copy()
    along = np.zeros(past.weights.shape)
    for k in order:
        along[k] = past.weights[k] * np.vecdot(past.moves[k], direction)
        direction -= along[k, :, None] * past.turns[k]
    direction = (direction / scale) @ inverse / scale
    for k in reversed(order):
        back = past.weights[k] * np.vecdot(past.turns[k], direction)
        direction += (along[k] - back)[:, None] * past.moves[k]
    return direction
