"""Minimise a discrepancy under equality and inequality constraints, one model at a time.

Each step minimises the quadratic model of the discrepancy subject to the linearised constraints (sequential
quadratic programming); which inequalities are active is found by adding violated ones and dropping those whose
multiplier is negative.  Steps are halved until the discrepancy plus the weighted violation falls.

Nocedal and Wright (2006), Numerical Optimization, chapter 18.
"""

from typing import NamedTuple

import numpy as np

from .minimise import Minimum, Status


class Restrictions(NamedTuple):
    """values (k,), slopes (k, q); the first ``equalities`` must be zero, the others not negative"""

    values: np.ndarray
    slopes: np.ndarray
    equalities: int


def constrained_scoring(slope_at, restrictions_at, start, *, tolerance=1e-20, max_iterations=300):
    """Minimise F(theta) subject to restrictions.

    slope_at(theta, exact) -> Slope, restrictions_at(theta) -> Restrictions, start (q,)  ->  Minimum of a batch of one
    """
    theta = np.array(start, dtype=float)
    slope, limits = slope_at(theta, False), restrictions_at(theta)
    if not (np.isfinite(slope.value) and np.isfinite(limits.values).all()):
        return _ended(theta, np.inf, np.inf, Status.BAD_START, 0)
    penalty, decrement, status = 1.0, np.inf, Status.ITERATION_LIMIT
    for iteration in range(max_iterations):
        step, multipliers = _quadratic_step(slope, limits)
        if step is None:
            return _ended(theta, slope.value, decrement, Status.NO_DESCENT, iteration)
        decrement = float(step @ slope.hessian @ step)
        if decrement < tolerance and _violation(limits) < 1e-10:
            status = Status.CONVERGED
            break
        penalty = max(penalty, 2 * np.abs(multipliers).max(initial=0.0))
        before = slope.value + penalty * _violation(limits)
        for halving in range(40):
            trial = theta + step / 2**halving
            new, new_limits = slope_at(trial, decrement < 1e-2), restrictions_at(trial)
            after = new.value + penalty * _violation(new_limits)
            if after <= before + 1e-13 * (1 + abs(before)):  # False for NaN
                theta, slope, limits = trial, new, new_limits
                break
        else:
            status = Status.CONVERGED if decrement < 1e-13 and _violation(limits) < 1e-10 else Status.NO_DESCENT
            break
    return _ended(theta, slope.value, decrement, status, iteration + 1)


def null_space(slopes, q):
    """Directions along which constraints do not change: (k, q) -> (q, q - rank)"""
    if not len(slopes):
        return np.eye(q)
    _, values, directions = np.linalg.svd(slopes)
    rank = int((values > 1e-10 * values[0]).sum()) if values[0] > 0 else 0
    return directions[rank:].T


def active(limits, tolerance=1e-7):
    """Which restrictions bind: all equalities, and inequalities at their limit: Restrictions -> (k,)"""
    index = np.arange(len(limits.values))
    return (index < limits.equalities) | (np.abs(limits.values) < tolerance)


def _quadratic_step(slope, limits):
    """Step and multipliers of the quadratic subproblem; None where it has no solution."""
    k, equal = len(limits.values), limits.equalities
    working = np.arange(k) < equal
    for _ in range(4 * k + 4):
        solved = _equality_step(slope, limits.values[working], limits.slopes[working])
        if solved is None:
            return None, np.zeros(k)
        step, own = solved
        multipliers = np.zeros(k)
        multipliers[working] = own
        wrong = np.flatnonzero(working & (np.arange(k) >= equal) & (multipliers < -1e-12))
        if len(wrong):
            working[wrong[multipliers[wrong].argmin()]] = False
            continue
        after = limits.values + limits.slopes @ step
        broken = np.flatnonzero(~working & (after < -1e-12))
        if not len(broken):
            return step, multipliers
        working[broken[after[broken].argmin()]] = True
    return step, multipliers


def _equality_step(slope, values, slopes):
    """min 1/2 d'Hd + g'd with values + slopes d = 0, by the null space.

    The multipliers are lambda in g + Hd = slopes' lambda.
    """
    H, g = slope.hessian, slope.gradient
    N = null_space(slopes, len(g))
    particular = np.linalg.lstsq(slopes, -values, rcond=None)[0] if len(values) else np.zeros(len(g))
    reduced = N.T @ H @ N
    smallest = np.linalg.eigvalsh(reduced)[0] if reduced.size else 1.0
    largest = np.abs(reduced).max(initial=1.0)
    if smallest < 1e-12 * largest:
        reduced = reduced + (1e-8 * largest - min(smallest, 0)) * np.eye(len(reduced))
    try:
        step = particular + N @ np.linalg.solve(reduced, -N.T @ (g + H @ particular))
    except np.linalg.LinAlgError:
        return None
    multipliers = np.linalg.lstsq(slopes.T, g + H @ step, rcond=None)[0] if len(values) else np.zeros(0)
    return step, multipliers


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
