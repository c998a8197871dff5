"""Minimise a discrepancy under equality and inequality constraints, one model at a time.

Each step minimises the quadratic model of the Lagrangian subject to the linearised constraints (sequential
quadratic programming)::

    min_d  g^T d + 1/2 d^T (H - sum_i lambda_i H_i) d      subject to  c + A d = 0 (>= 0)

with H_i the second derivatives of constraint i and lambda_i its multiplier from the step before.  Which
inequalities are active is found by adding violated ones and dropping those whose multiplier is negative.  Steps are
halved until the discrepancy plus the weighted violation falls; a full step that only fails because the constraints
bend is first brought back to them.

Parameters are measured in units that make the diagonal of the first H one, and constraints so that their slopes have
length one there: neither the units of the answers nor those of a constraint change the way.

Nocedal and Wright (2006), Numerical Optimization, chapter 18; the correction is their section 18.3.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from . import linalg
from .minimise import Minimum, Status

KEPT = 1e-10  # sum of violations up to which constraints count as kept, beside rounding error
INEXACT = 1e-12  # of the terms of a linear constraint: what may be left where all have one solution
ROUNDING = 1e-15  # of the terms of a constraint
GAIN, PATIENCE = 1e-4, 30  # a search that gains less of what it could, so many times in a row, is given up
STALLED = 1e-13  # g^T H^-1 g below which a step that gains nothing is rounding error
NEAR, PRESSED = 1e-7, 1e-6  # how far from its limit an inequality may be, and how little it must press, to bind
UNKEPT = 1e-6  # and beyond which they are given up


class Restrictions(NamedTuple):
    """values (k,), slopes (k, q); the first ``equalities`` must be zero, the others not negative"""

    values: np.ndarray
    slopes: np.ndarray
    equalities: int

    def of(self, members):
        """Pick some of them: (k,) of bool"""
        return Restrictions(self.values[members], self.slopes[members], int(members[: self.equalities].sum()))


class Units(NamedTuple):
    """In what parameters (q,) and restrictions (k,) are measured."""

    parameters: np.ndarray
    restrictions: np.ndarray

    def of(self, limits):
        """Restrictions in these units."""
        slopes = limits.slopes * self.parameters / self.restrictions[:, None]
        return Restrictions(limits.values / self.restrictions, slopes, limits.equalities)


def natural_units(hessian, limits):
    """Units in which the Hessian has a diagonal of ones and slopes are of length one: (q, q), Restrictions -> Units"""
    curvature = np.diagonal(hessian)
    own = 1 / np.sqrt(np.where(curvature > 0, curvature, 1))
    return Units(own, _lengths(limits.slopes * own))


def _lengths(rows):
    """Length of each row, one where it is zero: (k, q) -> (k,)"""
    length = np.linalg.norm(rows, axis=1)
    return np.where(length > 0, length, 1)


class _Step(NamedTuple):
    """step (q,), multipliers (k,), working (k,): which constraints it keeps exactly, decrement along them"""

    step: np.ndarray
    multipliers: np.ndarray
    working: np.ndarray
    decrement: float


@np.errstate(all="ignore")  # a trial step may leave the admissible region; it is then rejected
def constrained_scoring(slope_at, restrictions_at, start, *, curvature_at=None, tolerance=1e-20, max_iterations=300):
    """Minimise F(theta) subject to restrictions.

    slope_at(theta, exact) -> Slope, restrictions_at(theta) -> Restrictions, start (q,)  ->  Minimum of a batch of one
    curvature_at(theta, multipliers (k,)) -> sum of lambda_i H_i (q, q); without it constraints are taken as linear
    """
    theta = np.array(start, dtype=float)
    slope, limits = slope_at(theta, False), restrictions_at(theta)
    if not (np.isfinite(slope.value) and np.isfinite(limits.values).all()):
        return _ended(theta, np.inf, np.inf, Status.BAD_START, 0)
    units = natural_units(slope.hessian, limits)
    own, each = units.parameters, units.restrictions

    def slope_in_units(x, exact):
        found = slope_at(own * x, exact)
        return found._replace(gradient=found.gradient * own, hessian=found.hessian * np.outer(own, own))

    def curvature_in_units(x, multipliers):
        if curvature_at is None:
            return 0.0
        return curvature_at(own * x, multipliers / each) * np.outer(own, own)

    found = _in_units(
        slope_in_units,
        lambda x: units.of(restrictions_at(own * x)),
        theta / own,
        curvature_in_units,
        tolerance,
        max_iterations,
    )
    return replace(found, theta=found.theta * own)


def _in_units(slope_at, restrictions_at, theta, curvature_at, tolerance, max_iterations):
    slope, limits = slope_at(theta, False), restrictions_at(theta)
    penalty, decrement, status = 1.0, np.inf, Status.ITERATION_LIMIT
    multipliers, iteration, idle = np.zeros(len(limits.values)), -1, 0
    for iteration in range(max_iterations):
        hessian = slope.hessian
        if multipliers.any():
            hessian = hessian - curvature_at(theta, multipliers)
        found = _quadratic_step(slope.gradient, hessian, limits)
        if found is None:
            return _ended(theta, slope.value, decrement, Status.NO_DESCENT, iteration)
        step, multipliers, working, decrement = found
        rest = np.abs(limits.values[working]).sum() + _violation(limits)
        settled = rest < KEPT + _rounding(limits, theta).sum()
        if decrement < tolerance and settled:
            status = Status.CONVERGED
            break
        penalty = max(penalty, 2 * np.abs(multipliers).max(initial=0.0))
        before = slope.value + penalty * _violation(limits)
        for trial in _trials(theta, step, working, restrictions_at):
            new, new_limits = slope_at(trial, decrement < 1e-2), restrictions_at(trial)
            after = new.value + penalty * _violation(new_limits)
            if after <= before + 1e-13 * (1 + abs(before)):  # False for NaN
                theta, slope, limits = trial, new, new_limits
                break
        else:
            status = Status.CONVERGED if decrement < STALLED and settled else Status.NO_DESCENT
            break
        idle = idle + 1 if before - after < GAIN * decrement else 0
        if idle > 2 and decrement < STALLED and settled:
            status = Status.CONVERGED
            break
        if idle == PATIENCE:
            status = Status.NO_DESCENT
            break
    return _ended(theta, slope.value, decrement, status, iteration + 1)


def _rounding(limits, theta):
    """What rounding error can leave of each restriction: (k,)"""
    return ROUNDING * np.abs(limits.slopes) @ np.abs(theta)


def contradiction(restrictions_at, start, *, tries=12, seed=1):
    """Find a smallest set of constraints that no parameter values were found to keep: -> (k,) of bool, or None

    The violation is lowered from ``start`` and from points around it.  For linear constraints, and other convex ones,
    that decides the matter; of curved equalities it can only say that the search found nothing.
    """
    k = len(restrictions_at(start).values)
    everything = np.ones(k, dtype=bool)
    if not _hopeless(restrictions_at, start, everything, tries, seed):
        return None
    kept = everything
    for i in reversed(range(k)):
        fewer = kept.copy()
        fewer[i] = False
        if fewer.any() and _hopeless(restrictions_at, start, fewer, tries, seed):
            kept = fewer
    return kept


def null_space(slopes, q):
    """Directions along which constraints do not change: (k, q) -> (q, q - rank)"""
    if not len(slopes):
        return np.eye(q)
    _, values, directions = np.linalg.svd(slopes)
    rank = int((values > 1e-10 * values[0]).sum()) if values[0] > 0 else 0
    return directions[rank:].T


def inseparable(information, constraints):
    """Which parameters the null space of the information moves, so that they cannot be told apart: -> (k,)

    information : (q, q); its units are divided out, so that a parameter's scale does not matter
    constraints : (k, q) slopes of the constraints that bind, each of which settles a direction
    """
    nothing = np.zeros(0, dtype=int)
    if not (np.isfinite(information).all() and np.isfinite(constraints).all()):
        return nothing  # a search that went astray ended where nothing can be said
    diagonal = np.diagonal(information)
    silent = diagonal <= np.finfo(float).tiny  # moves no moment at all, whatever its unit
    silent &= ~constraints.any(axis=0)
    if silent.any():
        return np.flatnonzero(silent)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1))
    scaled = information * np.outer(scale, scale)
    if len(constraints):
        settled = constraints * scale
        length = np.linalg.norm(settled, axis=1, keepdims=True)
        settled /= np.where(length > 0, length, 1)
        scaled += settled.T @ settled
        again = 1 / np.sqrt(np.diagonal(scaled))
        scaled *= np.outer(again, again)
    q = len(scaled)
    if linalg.has_cholesky(scaled - 1e-10 * q * np.eye(q)):
        return nothing  # the smallest eigenvalue is above 1e-10 q, and q is their sum
    values, vectors = np.linalg.eigh(scaled)
    null = vectors[:, values < 1e-10 * values[-1]]
    weight = np.abs(null).max(axis=1, initial=0.0)
    return np.flatnonzero(weight > 0.05 * max(weight.max(), np.finfo(float).tiny))


def free_directions(slopes, hessian):
    """Directions along which constraints do not change, whatever the parameters' units: (k, q), (q, q) -> (q, f)"""
    own = natural_units(hessian, Restrictions(np.zeros(len(slopes)), slopes, 0)).parameters
    if not len(slopes):
        return np.diag(own)
    rows = slopes * own
    free = null_space(rows / _lengths(rows)[:, None], len(own))
    free[np.linalg.norm(free, axis=1) < 1e-12] = 0  # what constraints hold altogether does not move by rounding either
    return own[:, None] * free


def active(limits, slope):
    """Which restrictions bind: all equalities, and inequalities that hold a search back: Restrictions, Slope -> (k,)

    An inequality does where it is at its limit and the discrepancy falls beyond.  How near, and how steep, is told in
    the Hessian's natural units.
    """
    equal = np.arange(len(limits.values)) < limits.equalities
    if not len(equal):
        return equal
    units = natural_units(slope.hessian, limits)
    own = units.of(limits)
    held = equal | (np.abs(own.values) < NEAR)
    if (held & ~equal).any():
        pressure = np.linalg.lstsq(own.slopes[held].T, slope.gradient * units.parameters, rcond=None)[0]
        held[held] = equal[held] | (np.abs(pressure) > PRESSED)
    return held


def _trials(theta, step, working, restrictions_at):
    """The full step, the same brought back to the constraints, and halves of it."""
    yield theta + step
    limits = restrictions_at(theta + step)
    if working.any() and np.isfinite(limits.values).all():
        yield theta + step + np.linalg.lstsq(limits.slopes[working], -limits.values[working], rcond=None)[0]
    for halving in range(1, 40):
        yield theta + step / 2**halving


def _quadratic_step(gradient, hessian, limits):
    """Solve the quadratic subproblem: -> _Step, or None where it has no solution"""
    k, equal = len(limits.values), limits.equalities
    working = np.arange(k) < equal
    for _ in range(4 * k + 4):
        solved = _equality_step(gradient, hessian, limits.values[working], limits.slopes[working])
        if solved is None:
            return None
        step, own, decrement = solved
        multipliers = np.zeros(k)
        multipliers[working] = own
        wrong = np.flatnonzero(working & (np.arange(k) >= equal) & (multipliers < -1e-12))
        if len(wrong):
            working[wrong[multipliers[wrong].argmin()]] = False
            continue
        after = limits.values + limits.slopes @ step
        broken = np.flatnonzero(~working & (after < -1e-12))
        if not len(broken):
            break
        working[broken[after[broken].argmin()]] = True
    return _Step(step, multipliers, working, decrement)


def _equality_step(gradient, hessian, values, slopes):
    """min 1/2 d'Hd + g'd with values + slopes d = 0, by the null space: -> step, multipliers, decrement along it

    The multipliers are lambda in g + Hd = slopes' lambda.  Where H curves downwards along the constraints, its
    eigenvalues are turned round.
    """
    q = len(gradient)
    N = null_space(slopes, q)
    particular = np.linalg.lstsq(slopes, -values, rcond=None)[0] if len(values) else np.zeros(q)
    reduced = N.T @ hessian @ N
    force = -N.T @ (gradient + hessian @ particular)
    try:
        spectrum, axes = np.linalg.eigh(reduced)
    except np.linalg.LinAlgError:
        return None
    floor = 1e-8 * np.abs(spectrum).max(initial=1.0)
    if len(spectrum) and spectrum[0] < 1e-4 * floor:
        spectrum = np.maximum(np.abs(spectrum), floor)
    along = axes @ ((axes.T @ force) / spectrum)
    step = particular + N @ along
    multipliers = np.linalg.lstsq(slopes.T, gradient + hessian @ step, rcond=None)[0] if len(values) else np.zeros(0)
    return step, multipliers, float(along @ force)


def _hopeless(restrictions_at, start, members, tries, seed):
    """Whether linear ones contradict each other, or every attempt to keep these constraints ends far from it."""
    if _apart(restrictions_at, start, members):
        return True
    generator = np.random.default_rng(seed)
    seen = False
    for attempt in range(tries):
        spread = 0.0 if attempt == 0 else 2.0 ** ((attempt - 1) % 4 - 1)
        point = start + spread * generator.standard_normal(len(start))
        violation = _lowered(restrictions_at, point, members)
        if violation < UNKEPT:
            return False
        seen |= bool(np.isfinite(violation))
    return seen


def _apart(restrictions_at, start, members):
    """Whether the linear equalities, those whose slopes are the same elsewhere, have no common solution."""
    here = restrictions_at(start).of(members)
    there = restrictions_at(start + np.linspace(0.3, 0.7, len(start))).of(members)
    linear = (np.arange(len(here.values)) < here.equalities) & (here.slopes == there.slopes).all(axis=1)
    A, c = here.slopes[linear], here.values[linear]
    if not len(c) or not np.isfinite(c).all():
        return False
    rest = np.abs(A @ np.linalg.lstsq(A, c, rcond=None)[0] - c)
    return bool((rest > INEXACT * (1 + np.abs(c) + np.abs(A) @ np.abs(start))).any())


def _lowered(restrictions_at, start, members, *, max_iterations=100):
    """Lower the sum of squared violations by Levenberg's steps; what is left of the violation, NaN without a value"""
    theta, damping = start, 1e-6
    limits = restrictions_at(theta).of(members)
    if not np.isfinite(limits.values).all():
        return np.nan
    for _ in range(max_iterations):
        if _violation(limits) < KEPT:
            break
        residual, slopes = _shortfall(limits)
        gram = slopes @ slopes.T
        size = np.trace(gram)
        if not size > 0:
            break
        inner = gram + damping * size * np.eye(len(gram))
        trial = theta - slopes.T @ np.linalg.solve(inner, residual)
        new = restrictions_at(trial).of(members)
        lower = (_shortfall(new)[0] ** 2).sum() < (residual**2).sum()  # False for NaN
        if lower:
            theta, limits, damping = trial, new, max(damping / 10, 1e-12)
        else:
            damping *= 10
        if damping > 1e6:
            break
    return _violation(limits)


def _shortfall(limits):
    """Violations (k,) and their slopes (k, q); both zero where an inequality holds"""
    held = (np.arange(len(limits.values)) >= limits.equalities) & (limits.values >= 0)
    return np.where(held, 0.0, limits.values), np.where(held[:, None], 0.0, limits.slopes)


def _violation(limits):
    equal = limits.equalities
    return np.abs(limits.values[:equal]).sum() + np.maximum(-limits.values[equal:], 0).sum()


def _ended(theta, value, decrement, status, iterations):
    return Minimum(
        theta[None],
        np.array([value]),
        np.array([decrement]),
        np.array([status], dtype=object),
        np.array([iterations]),
    )
