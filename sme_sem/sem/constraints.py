"""Constraints between parameters: ``a == 2*b``, ``a > b + 0.3``, bounds of single ones, and the sums of effect coding.

Parameters with one label are one parameter already; what is written with ``==``, ``<`` or ``>`` comes here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..kernels.constrained import Restrictions, active, contradiction
from ..kernels.discrepancy import Slope
from .expressions import Quantity, define, evaluate
from .parameters import ParameterTable

STEP = 1e-100  # of the imaginary kind: f'(x) = Im f(x + ih) / h has no rounding error


def restrictions(table: ParameterTable, theta: np.ndarray) -> Restrictions:
    """Evaluate the constraints at some parameter values: equalities first, inequalities as ``>= 0``.

    Of the equalities the sums of effect coding come first, of the inequalities bounds last.
    """
    q = table.n_free
    if not constrained(table):
        return Restrictions(np.zeros(0), np.zeros((0, q)), 0)
    weights = _sum_weights(table)
    totals = np.array([s.total for s in table.sums])
    equal, unequal = _differences(table, theta)
    both = [*equal, *unequal]
    values = np.array([float(d.value) for d in both])
    slopes = np.array([np.broadcast_to(d.gradient, (q,)) for d in both]).reshape(len(both), q)
    sides = np.zeros((len(table.bounds), q))
    for row, bound in zip(sides, table.bounds, strict=True):
        row[bound.index] = bound.sign
    distances = sides @ theta - np.array([b.sign * b.value for b in table.bounds])
    return Restrictions(
        np.concatenate([weights @ theta - totals, values, distances]),
        np.concatenate([weights, slopes, sides]),
        len(totals) + len(equal),
    )


def curvature(table: ParameterTable, theta: np.ndarray, multipliers: np.ndarray) -> np.ndarray:
    """Sum of the constraints' second derivatives, weighted: (q,), (k,) -> (q, q)

    Gradients are exact, and so are their derivatives by a complex step (Squire and Trapp 1998, SIAM Review 40).
    """
    q = table.n_free
    others = slice(len(table.sums), len(multipliers) - len(table.bounds))
    moved = np.flatnonzero(restrictions(table, theta).slopes[others].any(axis=0))
    total = np.zeros((q, q))
    if len(moved):
        points = theta + 1j * STEP * np.eye(q)[moved]
        equal, unequal = _differences(table, points)
        for weight, difference in zip(multipliers[others], (*equal, *unequal), strict=True):
            total[moved] += weight * np.broadcast_to(difference.gradient, points.shape).imag / STEP
    return (total + total.T) / 2


def constrained(table: ParameterTable) -> bool:
    """Whether the model has such constraints."""
    return bool(table.sums) or limited(table)


def limited(table: ParameterTable) -> bool:
    """Whether any are beside the sums of effect coding: the model's own, and bounds."""
    return bool(table.bounds) or stated(table)


def stated(table: ParameterTable) -> bool:
    """Whether the model's text has any in lines of their own."""
    return any(term.op != ":=" for term in table.definitions)


def contradictory(table: ParameterTable, start: np.ndarray, labels: Sequence[str] = ()) -> tuple[str, ...]:
    """Name the fewest constraints for which no values were found that keep them; empty if there is no such trouble.

    labels : of the groups
    """
    if not limited(table):
        return ()
    with np.errstate(all="ignore"):
        members = contradiction(lambda theta: restrictions(table, theta), start)
    if members is None:
        return ()
    return tuple(text for text, member in zip(_texts(table, labels), members, strict=True) if member)


def binding(table: ParameterTable, theta: np.ndarray, slope: Slope, labels: Sequence[str]) -> tuple[str, ...]:
    """Name the constraints that the model states and that hold a search at some parameter values."""
    return _holding(table, theta, slope, labels, slice(None))


def at_limit(table: ParameterTable, theta: np.ndarray, slope: Slope, labels: Sequence[str]) -> tuple[str, ...]:
    """Name the inequalities and bounds that hold estimates back."""
    equalities = len(table.sums) + sum(term.op == "==" for term in table.definitions)
    return _holding(table, theta, slope, labels, slice(equalities, None))


def _holding(
    table: ParameterTable, theta: np.ndarray, slope: Slope, labels: Sequence[str], asked: slice
) -> tuple[str, ...]:
    """Name those of the constraints asked for that are active."""
    if not limited(table):
        return ()
    limits = restrictions(table, theta)
    if not np.isfinite(limits.values).all():
        return ()
    own = active(limits, slope)
    return tuple(text for text, held in zip(_texts(table, labels)[asked], own[asked], strict=True) if held)


def without_value(table: ParameterTable, theta: np.ndarray, labels: Sequence[str]) -> tuple[str, ...]:
    """Name the constraints that cannot be evaluated at some parameter values."""
    values = restrictions(table, theta).values
    return tuple(text for text, value in zip(_texts(table, labels), values, strict=True) if not np.isfinite(value))


def labelled(table: ParameterTable, theta: np.ndarray) -> dict[str, Quantity]:
    """What labels and definitions stand for at some parameter values: (..., q)

    Raises :class:`~sme_sem.errors.SpecificationError` for a definition that uses an unknown label.
    """
    values: dict[str, Quantity] = {}
    for p in table.parameters:
        if p.label and p.label not in values:
            values[p.label] = Quantity(np.asarray(theta[..., p.index] if p.free else p.value), table.slope_of(p))
    return values | define(table.definitions, values)


def _differences(table: ParameterTable, theta: np.ndarray) -> tuple[list[Quantity], list[Quantity]]:
    """What must be zero, and what must not be negative: (..., q)"""
    if not stated(table):
        return [], []
    known = labelled(table, theta)
    equal: list[Quantity] = []
    unequal: list[Quantity] = []
    for term in table.definitions:
        if term.op == ":=":
            continue
        left, right = evaluate(term.lhs, known), evaluate(term.rhs, known)
        if term.op == "<":
            left, right = right, left
        difference = Quantity(left.value - right.value, left.gradient - right.gradient)
        (equal if term.op == "==" else unequal).append(difference)
    return equal, unequal


def _sum_weights(table: ParameterTable) -> np.ndarray:
    weights = np.zeros((len(table.sums), table.n_free))
    for row, own in zip(weights, table.sums, strict=True):
        np.add.at(row, list(own.indices), 1.0)
    return weights


def _texts(table: ParameterTable, labels: Sequence[str]) -> list[str]:
    """The constraints as written, in the order of :func:`restrictions`."""
    names = table.names(labels)
    sums = [f"({' + '.join(names[i] for i in s.indices)}) == {s.total:g}" for s in table.sums]
    written = [(t.op, str(t)) for t in table.definitions if t.op != ":="]
    limits = [f"{names[b.index]} {b.op} {b.value:g}" for b in table.bounds]
    equal = [text for op, text in written if op == "=="]
    return sums + equal + [text for op, text in written if op != "=="] + limits
