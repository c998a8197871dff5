"""Find the parameters at which a discrepancy is smallest, for a whole batch at once.

Scoring with Levenberg and Marquardt's damping: the step solves (H + lambda diag H) step = -gradient.
A step that does not lower the discrepancy raises lambda, one that does lowers it.  Far from the
minimum H is the expected Hessian, positive definite wherever the model is identified; near the
minimum it is the exact one where that is positive definite, so that the last digits arrive in two or
three steps; the very last of them reuses the Hessian of the step before, and is not looked back upon unless it is long.

Each member walks its own path and leaves when it has arrived.

A member has arrived when the gradient is zero in the metric of the Hessian, g^T H^-1 g < 1e-20, or will be after a
step that gains as the one before did.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

import numpy as np

from . import linalg
from .discrepancy import Slope

NEAR = 1e-1  # g^T H^-1 g below which the exact Hessian is tried
LAST = 1e-11  # and below which it no longer changes between undamped steps
STALLED = 1e-13  # and below which a decrement that no longer shrinks is rounding error
DIGITS, SLOPES = 1e-13, 1e-9  # how much a step may raise F, relative: rounding error; where slopes alone can judge it
LONG = 1e-2  # relative; a last step is as a rule shorter by orders of magnitude
GAIN, PATIENCE = 1e-12, 60  # a member that gains less, relative, so many times in a row is given up
HOPELESS = 1e9  # damping that no longer moves anything
SLOW, FEW = 100, 12  # iterations after which expected Hessians are left, and of exact ones in their place
DIFFERENCE = 1e-5  # of a parameter, by which gradients are compared; near the cube root of rounding error


class Status(Enum):
    """How a minimisation ended, and what to tell the user about it."""

    CONVERGED = ""
    ITERATION_LIMIT = (
        "the iterations ended before the estimates settled. Check the data for outliers and the model for "
        "constructs with one or two weak indicators. Raise max_iterations, or give start values"
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

    def put(self, members, found):
        """Write another search's findings, of as many, over those of some members."""
        for name in self.__dataclass_fields__:
            getattr(self, name)[members] = getattr(found, name)

    def of(self, members):
        """Pick some of them."""
        return Minimum(*(getattr(self, name)[members] for name in self.__dataclass_fields__))

    @classmethod
    def joined(cls, parts):
        """Put batches one after another."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))


class _Walk(NamedTuple):
    """The members still on their way, and where each stands.

    member : (b,) their places in the batch   theta, gradient : (b, q)   hessian : (b, q, q)
    value, decrement, damping, idle : (b,)
    """

    member: np.ndarray
    theta: np.ndarray
    value: np.ndarray
    gradient: np.ndarray
    hessian: np.ndarray
    decrement: np.ndarray
    damping: np.ndarray
    idle: np.ndarray

    def of(self, chosen):
        return _Walk(*(part[chosen] for part in self))


def scoring_alone(slope_at, start, *, max_iterations=300):
    """Minimise one discrepancy: slope_at(theta, exact) -> Slope, start (q,)  ->  Minimum of a batch of one"""

    def slope_of_batch(theta, members, exact):
        value, gradient, hessian = slope_at(theta[0], exact)
        return Slope(np.asarray(value)[None], gradient[None], hessian[None])

    return scoring(slope_of_batch, start[None], max_iterations=max_iterations)


def scoring_by_expectation(slope_at, start, *, max_iterations=300):
    """Minimise as ``scoring`` does where only expected Hessians are at hand.

    Where a model fits badly they lead to the minimum, but by small steps: members that are slow get there by exact
    ones, from differences of gradients, or else go on as before.
    """
    found = scoring(slope_at, start, max_iterations=min(max_iterations, SLOW))
    few = min(FEW, max_iterations - SLOW)
    late = np.flatnonzero((found.status == Status.ITERATION_LIMIT) | (found.status == Status.NO_DESCENT))
    if len(late) and few > 0:
        own = scoring(_of_members(_differenced(slope_at), late), found.theta[late], max_iterations=few)
        there = own.status == Status.CONVERGED
        _put_later(found, late[there], own.of(there))
    late = np.flatnonzero(found.status == Status.ITERATION_LIMIT)
    if len(late) and few > 0:
        own = scoring(_of_members(slope_at, late), found.theta[late], max_iterations=max_iterations - SLOW)
        _put_later(found, late, own)
    return found


def _put_later(found, members, later):
    """Write what a search that went on found, with the iterations of both."""
    found.put(members, replace(later, iterations=later.iterations + found.iterations[members]))


def _of_members(slope_at, chosen):
    return lambda theta, members, exact: slope_at(theta, chosen[members], exact)


def _differenced(slope_at):
    """The same function, with Hessians from differences of gradients where they are to be exact."""

    def slope(theta, members, exact):
        own = slope_at(theta, members, False)
        if not exact:
            return own
        b, q = theta.shape
        step = (DIFFERENCE * (1 + abs(theta)))[..., None]
        around = theta[:, None] + np.concatenate([step * np.eye(q), -step * np.eye(q)], axis=-2)
        gradient = slope_at(around.reshape(b * 2 * q, q), np.repeat(members, 2 * q), False).gradient
        ahead, behind = gradient.reshape(b, 2, q, q).swapaxes(0, 1)
        hessian = (ahead - behind) / (2 * step)
        return own._replace(hessian=(hessian + hessian.mT) / 2)

    return slope


@np.errstate(all="ignore")  # a trial step may leave the admissible region; it is then rejected
def scoring(slope_at, start, *, tolerance=1e-20, max_iterations=300):
    """Minimise B discrepancies of q parameters each.

    slope_at(theta, members, exact) -> Slope of the chosen members
    start : (B, q)
    """
    start = np.array(start, dtype=float)
    B, q = start.shape
    members = np.arange(B)
    first = slope_at(start, members, False)
    decrement, damping, idle = np.full(B, np.inf if q else 0.0), np.zeros(B), np.zeros(B, dtype=int)
    walk = _Walk(members, start, first.value, first.gradient, first.hessian, decrement, damping, idle)
    found = Minimum(start.copy(), np.empty(B), np.empty(B), np.empty(B, dtype=object), np.zeros(B, dtype=int))
    usable = _usable(*first)
    if not usable.all():
        _leave(found, walk.of(~usable), Status.BAD_START, 0)
        walk = walk.of(usable)
    if q == 0:
        _leave(found, walk, Status.CONVERGED, 0)
        return found
    for iteration in range(max_iterations):
        if not len(walk.member):
            return found
        step, now, solved = _step(walk.hessian, walk.gradient, walk.damping)
        plain = solved & (walk.damping == 0)
        near = solved & (now < NEAR)  # damped steps count too: a poor expected Hessian is left behind
        now = np.where(plain, now, walk.decrement)
        arrived = plain & _settled(now, walk.decrement, tolerance)
        if arrived.any():
            arrived &= _within(slope_at, walk, step, arrived)
        walk = walk._replace(decrement=now)
        if arrived.any():
            there = walk.of(arrived)
            _leave(found, there._replace(theta=there.theta + step[arrived]), Status.CONVERGED, iteration)
            staying = ~arrived
            walk, step, solved, near = walk.of(staying), step[staying], solved[staying], near[staying]
            if not len(walk.member):
                return found
        walk = _moved(slope_at, walk, step, solved, near)
        hopeless = (walk.damping > HOPELESS) | (walk.idle >= PATIENCE)
        if hopeless.any():
            _leave(found, walk.of(hopeless), Status.NO_DESCENT, iteration + 1)
            walk = walk.of(~hopeless)
    _leave(found, walk, Status.ITERATION_LIMIT, max_iterations)
    return found


def _settled(now, before, tolerance):
    """Whether nothing is left after a step: (b,) decrements of this one and of the one before -> (b,)"""
    next_too_small = (before < NEAR) & (now**2 < tolerance * before)
    stalled = (now < STALLED) & (now > before / 4)
    return (now < tolerance) | next_too_small | stalled


def _within(slope_at, walk, step, arrived):
    """Whether the last steps end where there is a discrepancy: only long ones, in flat valleys, are looked at."""
    far = arrived & (abs(step) > LONG * (1 + abs(walk.theta))).any(axis=-1)
    if not far.any():
        return True
    inside, own = np.ones(len(far), dtype=bool), np.flatnonzero(far)
    new = slope_at(walk.theta[own] + step[own], walk.member[own], False)
    inside[own] = _usable(*new) & (new.value <= walk.value[own] + DIGITS * (1 + abs(walk.value[own])))
    return inside


def _leave(found, walk, status, iterations):
    """Write down how the search of some members ended."""
    i = walk.member
    found.theta[i], found.value[i], found.decrement[i] = walk.theta, walk.value, walk.decrement
    found.status[i], found.iterations[i] = status, iterations


def _moved(slope_at, walk, step, solved, near):
    """Try a step for each member: those whose discrepancy falls are there, the others' damping rises."""
    undamped = walk.damping == 0
    last = (walk.decrement <= LAST) & undamped
    trial = walk.theta + (step if solved.all() else np.where(solved[:, None], step, 0))
    new = _looked(slope_at, trial, walk.member, near & ~last, solved)
    size = 1 + abs(walk.value)
    lower = _usable(*new) & (new.value <= walk.value + np.where(last, SLOPES, DIGITS) * size)  # False for NaN
    value = _where(lower, new.value, walk.value)
    damping = walk.damping
    if not (lower & undamped).all():
        eased = np.where(damping > 1e-5, damping / 10, 0.0)
        damping = np.where(lower, eased, np.maximum(damping * 10, 1e-4))
    return walk._replace(
        theta=_where(lower, trial, walk.theta),
        value=value,
        gradient=_where(lower, new.gradient, walk.gradient),
        hessian=_where(lower & ~last, new.hessian, walk.hessian),
        damping=damping,
        idle=np.where(walk.value - value > GAIN * size, 0, walk.idle + 1),
    )


def _looked(slope_at, theta, members, exact, solved):
    """Slopes of a batch, each member's by the kind of Hessian it wants; those without a step get no finite value."""
    if solved.all():
        if exact.all():
            return slope_at(theta, members, True)
        if not exact.any():
            return slope_at(theta, members, False)
    b, q = theta.shape
    found = Slope(np.full(b, np.inf), np.zeros((b, q)), np.zeros((b, q, q)))
    for kind in (False, True):
        chosen = np.flatnonzero(solved & (exact == kind))
        if len(chosen):
            part = slope_at(theta[chosen], members[chosen], kind)
            for whole, own in zip(found, part, strict=True):
                whole[chosen] = own
    return found


def _where(chosen, new, old):
    """np.where by member; nothing is copied where all agree."""
    if chosen.all():
        return new
    return np.where(chosen.reshape(-1, *[1] * (new.ndim - 1)), new, old) if chosen.any() else old


def _step(hessian, gradient, damping):
    """The damped step, g^T H^-1 g, and whether there is one: (b, q, q), (b, q), (b,) -> (b, q), (b,), (b,)"""
    if damping.any():
        each = np.arange(hessian.shape[-1])
        diagonal, hessian = np.linalg.diagonal(hessian), hessian.copy()
        hessian[:, each, each] += damping[:, None] * np.where(diagonal > 0, diagonal, 1)
    direction = linalg.solve_definite(hessian, gradient)  # factored as it is: a parameter's unit moves no digit
    solved = np.isfinite(direction).all(axis=-1)
    decrement = np.linalg.vecdot(gradient, direction)
    return -direction, np.where(solved, decrement, np.inf), solved


def _usable(value, gradient, hessian):
    return np.isfinite(value) & np.isfinite(gradient).all(axis=-1) & np.isfinite(hessian).all(axis=(-2, -1))
