"""The standardized solution, R-squared, and quantities defined from parameters, with their errors.

A standardized value is an estimate times powers of standard deviations::

    loading   lambda sd(construct) / sd(indicator)        path       beta sd(predictor) / sd(outcome)
    variance  psi / var(variable)                         covariance psi_ij / sqrt(psi_ii psi_jj)
    mean      alpha / sd(variable)

Variances are the model's total ones, except that a residual covariance is divided by the residual
deviations (so that it is a correlation of residuals), as lavaan does.  ``std_lv`` uses the constructs'
deviations only, ``std_all`` all.  Standard errors follow by the delta method with exact derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..kernels import ram
from .expressions import Quantity, define
from .parameters import Parameter, ParameterTable


@dataclass(frozen=True, eq=False)
class Point:
    """A parameter table at some values: what every derived quantity is computed from.

    theta : (q,)   moments : the implied moments there, without a batch axis
    """

    table: ParameterTable
    pattern: ram.Pattern
    theta: np.ndarray
    moments: ram.Implied
    S: np.ndarray
    m: np.ndarray

    @classmethod
    def at(
        cls,
        table: ParameterTable,
        pattern: ram.Pattern,
        theta: np.ndarray,
        covariance: np.ndarray,
        mean: np.ndarray | None,
    ) -> Point:
        """Evaluate the model: theta (q,), covariance (G, p, p) and mean (G, p) of the sample."""
        _, S, m = ram.matrices(pattern, theta, covariance, mean)
        return cls(table, pattern, theta, ram.implied(pattern, theta, covariance, mean), S, m)

    @cached_property
    def place(self) -> dict[str, int]:
        """Index of each variable in the model's matrices."""
        return {name: i for i, name in enumerate(self.table.variables)}

    def estimate(self, p: Parameter) -> float:
        """Value of a parameter, free, fixed, or the sample's."""
        if p.free:
            return float(self.theta[p.index])
        if p.exogenous:
            i = self.place[p.lhs]
            return float(self.m[p.group, i] if p.op == "~1" else self.S[p.group, i, self.place[p.rhs]])
        return p.value

    @cached_property
    def estimates(self) -> np.ndarray:
        """Values of all parameters, in the table's order."""
        return np.array([self.estimate(p) for p in self.table.parameters])

    @cached_property
    def _variance_slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives of total and of residual variances: (G, v, q), (G, v, q)"""
        pattern, E, cov = self.pattern, self.moments.E, self.moments.cov
        i, j = pattern.row, pattern.col
        path = pattern.matrix == ram.PATHS
        weight = np.where(pattern.matrix == ram.INTERCEPTS, 0, 2 * pattern.weight)
        total = weight * E[..., i] * np.where(path, cov[..., j], E[..., j])
        diagonal = (pattern.matrix == ram.COVARIANCES) & (i == j)
        residual = np.broadcast_to((np.arange(pattern.variables)[:, None] == i) & diagonal, total.shape)
        return total @ pattern.gather, residual @ pattern.gather

    def standardized(self, *, observed: bool) -> Quantity:
        """Standardize every parameter of the table: values (r,), gradients (r, q)

        observed : by the observed variables' deviations as well (``std_all``), or the constructs' only
        """
        v, p = self.pattern.variables, self.pattern.observed
        rows = self.table.parameters
        power_total, power_residual = np.zeros((len(rows), v)), np.zeros((len(rows), v))
        for r, row in enumerate(rows):
            for i, power, of_total in self._powers(row):
                if observed or i >= p:
                    (power_total if of_total else power_residual)[r, i] += power
        group = np.array([row.group for row in rows], dtype=int)
        total = np.linalg.diagonal(self.moments.cov)
        residual = np.abs(np.linalg.diagonal(self.S))
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.exp(
                0.5
                * (_weighted(power_total, np.log(total)[group]) + _weighted(power_residual, np.log(residual)[group]))
            )
            value = self.estimates * scale
            d_total, d_residual = self._variance_slopes
            bend = _sloped(power_total, (d_total / total[..., None])[group])
            bend += _sloped(power_residual, (d_residual / residual[..., None])[group])
        gradient = 0.5 * value[:, None] * bend
        free = np.array([r for r, row in enumerate(rows) if row.free], dtype=int)
        gradient[free, [rows[r].index for r in free]] += scale[free]
        return Quantity(value, gradient)

    def _powers(self, row: Parameter) -> list[tuple[int, float, bool]]:
        """Which variances a parameter is multiplied by, to which power, total or residual."""
        i = self.place[row.lhs]
        j = self.place[row.rhs] if row.rhs else -1
        match row.op:
            case "=~":
                return [(i, 1, True), (j, -1, True)]
            case "~":
                return [(j, 1, True), (i, -1, True)]
            case "~1":
                return [(i, -1, True)]
        return [(i, -2, True)] if i == j else [(i, -1, False), (j, -1, False)]

    def known(self, values: Quantity | None = None) -> dict[str, Quantity]:
        """Labelled parameters as quantities, for definitions; ``values`` replaces the estimates."""
        q = self.table.n_free
        found: dict[str, Quantity] = {}
        for r, row in enumerate(self.table.parameters):
            if not row.label or row.label in found:
                continue
            if values is not None:
                found[row.label] = Quantity(values.value[r], values.gradient[r])
            else:
                unit = np.zeros(q)
                if row.free:
                    unit[row.index] = 1
                found[row.label] = Quantity(np.asarray(self.estimates[r]), unit)
        return found

    def defined(self, values: Quantity | None = None) -> dict[str, Quantity]:
        """Evaluate the ``:=`` lines on the estimates, or on standardized ``values``."""
        return define(self.table.definitions, self.known(values))

    def r_squared(self) -> list[tuple[int, str, float]]:
        """Share of variance explained, for every variable that something points to: (group, name, value)"""
        explained = {(p.group, p.rhs if p.op == "=~" else p.lhs) for p in self.table.parameters if p.op in ("=~", "~")}
        found = []
        for group in range(self.table.groups):
            for name in self.table.variables:
                if (group, name) in explained:
                    i = self.place[name]
                    total = self.moments.cov[group, i, i]
                    found.append((group, name, 1 - self.S[group, i, i] / total if total > 0 else np.nan))
        return found


def standard_errors(gradients: np.ndarray, vcov: np.ndarray) -> np.ndarray:
    """Delta method: sqrt(diag(J V J')): (r, q), (q, q) -> (r,)"""
    variance = np.einsum("rq,qs,rs->r", gradients, vcov, gradients, optimize=True)
    return np.sqrt(np.where(variance >= 0, variance, np.nan))


def stacked(quantities: Sequence[Quantity], q: int) -> Quantity:
    """Lay quantities side by side: values (r,), gradients (r, q)"""
    if not quantities:
        return Quantity(np.zeros(0), np.zeros((0, q)))
    gradients = [np.broadcast_to(x.gradient, (q,)) for x in quantities]
    return Quantity(np.array([float(x.value) for x in quantities]), np.stack(gradients))


def _weighted(power: np.ndarray, logs: np.ndarray) -> np.ndarray:
    return np.where(power != 0, power * logs, 0).sum(axis=-1)


def _sloped(power: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """sum_i power[r, i] slopes[r, i, q], where slopes of unused variables may be NaN."""
    i = np.argsort(-np.abs(power), axis=1)[:, :2]  # a parameter uses at most two variances
    chosen = np.take_along_axis(power, i, axis=1)
    own = np.take_along_axis(slopes, i[..., None], axis=1)
    return np.where(chosen[..., None] != 0, chosen[..., None] * own, 0).sum(axis=1)
