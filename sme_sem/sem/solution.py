"""The standardized solution, R-squared, and quantities defined from parameters, with their errors.

A standardized value is an estimate times powers of standard deviations::

    loading   lambda sd(construct) / sd(indicator)        path       beta sd(predictor) / sd(outcome)
    weight    w sd(item) / sd(composite)
    variance  psi / var(variable)                         covariance psi_ij / sqrt(psi_ii psi_jj)
    mean      alpha / sd(variable)

Variances are the model's total ones, except that a residual covariance is divided by the residual
deviations (so that it is a correlation of residuals), as lavaan does.  ``std_lv`` uses the constructs'
deviations only, ``std_all`` all.  Standard errors follow by the delta method with exact derivatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special

from ..kernels import latent_response, ram
from ..kernels.latent_response import OrderedPattern
from .composites import LOADING
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
        ordered = isinstance(pattern, OrderedPattern)
        A, S, m = (latent_response if ordered else ram).matrices(pattern, theta, covariance, mean)
        return cls(table, pattern, theta, ram.assembled(pattern, ram.total_effects(pattern, A), S, m), S, m)

    @cached_property
    def place(self) -> dict[str, int]:
        """Index of each variable in the model's matrices."""
        return self.table.place

    def estimate(self, p: Parameter) -> float:
        """Value of a parameter, free, fixed, or the sample's."""
        if p.free:
            return float(self.theta[p.index])
        if p.exogenous:
            i = self.place[p.lhs]
            return float(self.m[p.group, i] if p.op == "~1" else self.S[p.group, i, self.place[p.rhs]])
        if p.derived:
            i = self.place[p.lhs]
            return float(self.S[p.group, i, i] if p.op == "~~" else self._responses.D[p.group, i])
        return p.value

    @cached_property
    def _responses(self) -> latent_response.Responses:
        return latent_response.responses(self.pattern, self.theta)

    @cached_property
    def estimates(self) -> np.ndarray:
        """Values of all parameters, in the table's order."""
        index = self.table.index
        found = np.where(index >= 0, np.append(self.theta, np.nan)[index], self.table.value)
        for r in self.table.computed:
            found[r] = self.estimate(self.table.parameters[r])
        return found

    @cached_property
    def _variance_slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives of total and of residual variances: (G, v, q), (G, v, q)"""
        pattern, E, cov = self.pattern, self.moments.E, self.moments.cov
        i, j = pattern.row, pattern.col
        path = pattern.matrix == ram.PATHS
        i, j = np.where(pattern.matrix > ram.INTERCEPTS, 0, i), np.where(pattern.matrix > ram.INTERCEPTS, 0, j)
        total = 2 * pattern.weight * E[..., i] * np.where(path, cov[..., j], E[..., j])
        diagonal = (pattern.matrix == ram.COVARIANCES) & (i == j)
        residual = np.broadcast_to((np.arange(pattern.variables)[:, None] == i) & diagonal, total.shape)
        if isinstance(pattern, OrderedPattern) and pattern.delta:
            follows = latent_response.residual_slopes(pattern, self._responses).mT
            residual = residual.astype(float)
            residual[:, pattern.ordered] += follows
            total = total + E[..., pattern.ordered] ** 2 @ follows
        return ram.by_parameter(pattern, total), ram.by_parameter(pattern, residual)

    def standardized(self, *, observed: bool, covariates: bool = True) -> Quantity:
        """Standardize every parameter of the table: values (r,), gradients (r, q)

        observed : by the observed variables' deviations as well (``std_all``), or the constructs' only
        covariates : by those of covariates too, or they keep their units (lavaan's ``std.nox``, Mplus's STDY)
        """
        powers = _powers(self.table)
        power, variance, scale = self._scales(
            powers, self.table.group, self.estimates, observed=observed, covariates=covariates
        )
        _, variable, residual, unit = powers
        group = self.table.group[:, None]
        d_total, d_residual = self._variance_slopes
        slope = d_total[group, variable]
        slope[residual] = d_residual[group[residual], variable[residual]]
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.where(power != 0, power / variance, 0)
            value = self.estimates * scale
            gradient = np.vecmat(0.5 * value[:, None] * relative, slope)
        index = self.table.index
        free = np.flatnonzero(index >= 0)
        gradient[free, index[free]] += scale[free]
        for r in self.table.derived:
            row = self.table.parameters[r]
            if row.op == "~~":
                gradient[r] += scale[r] * d_residual[row.group, self.place[row.lhs]]
        if observed:
            gradient[unit] = 0
        return Quantity(value, gradient)

    def solution(self, *, observed: bool, covariates: bool = True) -> Quantity:
        """:meth:`standardized`, then what is defined from these values."""
        values = self.standardized(observed=observed, covariates=covariates)
        defined = stacked(list(self.defined(values).values()), self.table.n_free)
        return Quantity(
            np.concatenate([values.value, defined.value]), np.concatenate([values.gradient, defined.gradient])
        )

    def scale(self, *, observed: bool) -> np.ndarray:
        """What standardizes each parameter, as in :meth:`standardized`: (r,)"""
        return self.scale_of(_powers(self.table), self.table.group, self.estimates, observed=observed)

    def scale_of(self, powers: Powers, group: np.ndarray, values: np.ndarray, *, observed: bool) -> np.ndarray:
        """What standardizes relations (r,) of some groups (r,), at their values (r,), whether in the table or not."""
        return self._scales(powers, group, values, observed=observed)[-1]

    def standardized_values(self, *, observed: bool) -> np.ndarray:
        """Values of :meth:`standardized` alone: (r,)"""
        with np.errstate(invalid="ignore"):
            return self.estimates * self.scale(observed=observed)

    def powers(self, *, observed: bool) -> tuple[np.ndarray, np.ndarray]:
        """Which total and which residual deviations standardize each parameter, to which power: (r, v), (r, v)"""
        power, variable, residual, _ = _powers(self.table)
        if not observed:
            power = np.where(variable >= self.pattern.observed, power, 0)
        each = np.zeros((len(power), self.pattern.variables))
        np.add.at(each, (np.arange(len(power))[:, None], variable), power)
        return np.where(residual[:, None], 0, each), np.where(residual[:, None], each, 0)

    def _scales(
        self, powers: Powers, group: np.ndarray, values: np.ndarray, *, observed: bool, covariates: bool = True
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Powers of deviations (r, 2), the variances concerned (r, 2), and their product, which scales: (r,)

        What would be divided by a variance of zero has no standardized value: NaN.
        """
        power, variable, residual, unit = powers
        if not observed:
            power = np.where(variable >= self.pattern.observed, power, 0)
        if not covariates:
            power = np.where(np.isin(variable, [self.place[x] for x in self.table.covariates]), 0, power)
        group = group[:, None]
        variance = np.where(
            residual[:, None],
            np.linalg.diagonal(self.S)[group, variable],
            np.linalg.diagonal(self.moments.cov)[group, variable],
        )
        size = np.where(residual[:, None], np.abs(variance), variance)  # residual ones by their size, as in lavaan
        with np.errstate(divide="ignore", invalid="ignore"):  # a variance that is not used may be zero
            scale = np.exp(0.5 * np.where(power != 0, power * np.log(size), 0).sum(axis=-1))
            scale = np.where(np.isinf(scale), np.nan, scale)
            return power, variance, np.where(unit & observed, 1 / values, scale)

    def known(self, values: Quantity | None = None) -> dict[str, Quantity]:
        """Labelled parameters as quantities, for definitions; ``values`` replaces the estimates."""
        found: dict[str, Quantity] = {}
        for r, row in enumerate(self.table.parameters):
            if not row.label or row.label in found:
                continue
            if values is not None:
                found[row.label] = Quantity(values.value[r], values.gradient[r])
            else:
                found[row.label] = Quantity(np.asarray(self.estimates[r]), self.table.slope_of(row))
        return found

    def defined(self, values: Quantity | None = None) -> dict[str, Quantity]:
        """Evaluate the ``:=`` lines on the estimates, or on standardized ``values``."""
        if not self.table.definitions:
            return {}
        return define(self.table.definitions, self.known(values))

    def r_squared(self) -> np.ndarray:
        """Share of variance explained, of each of the table's ``explained`` variables."""
        group = [g for g, _ in self.table.explained]
        i = [self.place[name] for _, name in self.table.explained]
        total = self.moments.cov[group, i, i]
        return 1 - self.S[group, i, i] / np.where(total > 0, total, np.nan)


def standard_errors(gradients: np.ndarray, vcov: np.ndarray) -> np.ndarray:
    """Delta method: sqrt(diag(J V J')), NaN for a row of J that is not finite: (r, q), (q, q) -> (r,)"""
    gradients = np.where(np.isfinite(gradients).all(axis=-1, keepdims=True), gradients, np.nan)
    variance = np.vecdot(gradients @ vcov, gradients)
    most = (np.abs(gradients) @ np.sqrt(np.abs(np.diagonal(vcov)))) ** 2
    return np.sqrt(np.where(variance >= -1e-12 * most, np.maximum(variance, 0), np.nan))  # below zero by rounding


def parameter_errors(vcov: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Standard errors of relations by which parameter each is, NaN for -1, a fixed one: (q, q), (r,) -> (r,)"""
    variance = np.append(np.diagonal(vcov), np.nan)
    return np.asarray(np.sqrt(np.where(variance >= 0, variance, np.nan))[index])


def z_tests(estimate: np.ndarray, se: np.ndarray, level: float) -> dict[str, np.ndarray]:
    """Columns with the standard error, z, the two-sided p and the interval."""
    z = estimate / np.where(se > 0, se, np.nan)
    half = special.ndtri(0.5 + level / 2) * se
    return {
        "se": se,
        "z": z,
        "pvalue": 2 * special.ndtr(-np.abs(z)),
        "ci_lower": estimate - half,
        "ci_upper": estimate + half,
    }


def without_constants(se: np.ndarray) -> np.ndarray:
    """A standard error of zero belongs to a constant: no error at all."""
    return np.where(se > 1e-12, se, np.nan)


def stacked(quantities: Sequence[Quantity], q: int) -> Quantity:
    """Lay quantities side by side: values (r,), gradients (r, q)"""
    if not quantities:
        return Quantity(np.zeros(0), np.zeros((0, q)))
    gradients = [np.broadcast_to(x.gradient, (q,)) for x in quantities]
    return Quantity(np.array([float(x.value) for x in quantities]), np.stack(gradients))


class Powers(NamedTuple):
    """Which standard deviations standardize each relation.

    power : (r, 2), zero for none   variable : (r, 2) whose
    residual : (r,) whether the residual deviations, not the total ones
    unit : (r,) whether it is the scale of a latent response, which is one once standardized
    """

    power: np.ndarray
    variable: np.ndarray
    residual: np.ndarray
    unit: np.ndarray

    @classmethod
    def of(cls, op: np.ndarray, first: np.ndarray, second: np.ndarray) -> Powers:
        """From operators (r,) and the variables at their two ends (r,), (r,), twice the same where there is one."""
        own, unit, loading = first == second, op == "~*~", np.isin(op, ("=~", LOADING))
        moment, level = op == "~~", np.isin(op, ("~1", "|"))
        power = np.zeros((len(op), 2))
        power[:, 0] = np.select([unit, moment & own, loading], [0, -2, 1], -1)
        power[:, 1] = np.select([unit | level | moment & own, moment | loading], [0, -1], 1)
        return cls(power, np.column_stack([first, second]), moment & ~own, unit)


@lru_cache(maxsize=64)
def _powers(table: ParameterTable) -> Powers:
    place = table.place
    first = np.array([place[p.lhs] for p in table.parameters], dtype=int)
    second = np.array([place.get(p.rhs, i) for p, i in zip(table.parameters, first, strict=True)], dtype=int)
    return Powers.of(np.array([p.op for p in table.parameters], dtype=str), first, second)
