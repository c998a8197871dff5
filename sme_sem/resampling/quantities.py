"""What is kept of every bootstrap sample, each under one name.

Estimates, quantities defined with ``:=``, both standardized anew in every sample, R-squared, the effects along
the structural paths, and HTMT if asked for.  Names are lavaan's where it has one::

    BMI~INNOV, INNOV=~ic2, indirect:=a*b            with .g2 behind them in the second group
    std(BMI~INNOV), r2(BMI), INNOV → BMI → PERF, total_indirect(INNOV → PERF), total(INNOV → PERF), htmt(BMI, PERF)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..kernels import latent_response, linalg, ram
from ..kernels import validity as kernel
from ..kernels.discrepancy import Sample
from ..kernels.latent_response import OrderedPattern
from ..sem.effects import routes
from ..sem.expressions import Quantity, define
from ..sem.solution import Point

if TYPE_CHECKING:
    from ..sem.fit import Fit


class Row(NamedTuple):
    """One quantity.

    kind : estimate, defined, r_squared, effect, htmt, or standardized of the first, second and fourth
    """

    parameter: str
    kind: str
    lhs: str
    op: str
    rhs: str
    group: str = ""
    label: str = ""


class _Route(NamedTuple):
    """An effect in one group: the routes that make it up, or the total of all."""

    kind: str
    group: int
    steps: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Quantities:
    """The quantities of a model, and how to evaluate them for many samples."""

    point: Point
    labels: tuple[str, ...]
    kept: np.ndarray
    effects: tuple[_Route, ...]
    members: np.ndarray | None

    @classmethod
    def of(cls, fit: Fit, *, htmt: bool = False) -> Quantities:
        """Choose what is kept of a fit's samples."""
        point = fit.inference.point
        varying = [p.varies for p in fit.table.parameters]
        labels = tuple(str(label) for label in fit.moments.labels)
        return cls(point, labels, np.flatnonzero(varying), tuple(_effects(point)), _members(fit) if htmt else None)

    def rows(self) -> list[Row]:
        """Describe every quantity, in the order of :meth:`evaluate`."""
        table = self.point.table
        ending = ["" if g == 0 else f".g{g + 1}" for g in range(table.groups)]
        every = [
            Row(f"{p.lhs}{p.op}{p.rhs}{ending[p.group]}", "estimate", p.lhs, p.op, p.rhs, self.labels[p.group], p.label)
            for p in table.parameters
        ]
        defined = [
            Row(f"{t.lhs}:={''.join(t.rhs.split())}", "defined", t.lhs, ":=", t.rhs, "", t.lhs)
            for t in table.definitions
            if t.op == ":="
        ]
        found = [every[r] for r in self.kept] + defined
        found += [row._replace(parameter=f"std({row.parameter})", kind="standardized") for row in every]
        found += [row._replace(parameter=f"std({row.parameter})", kind="standardized_defined") for row in defined]
        found += [
            Row(f"r2({name}){ending[g]}", "r_squared", name, "r2", name, self.labels[g]) for g, name in table.explained
        ]
        effects = [self._described(effect, ending[effect.group]) for effect in self.effects]
        found += effects
        found += [row._replace(parameter=f"std({row.parameter})", kind="standardized_effect") for row in effects]
        if self.members is not None:
            found += [
                Row(f"htmt({a}, {b}){ending[g]}", "htmt", a, "htmt", b, self.labels[g])
                for g in range(table.groups)
                for a, b in combinations(table.latent, 2)
            ]
        return found

    def _described(self, effect: _Route, ending: str) -> Row:
        written = " → ".join(effect.steps)
        name = written if effect.kind == "indirect" else f"{effect.kind}({written})"
        outcome, predictor = effect.steps[-1], effect.steps[0]
        return Row(name + ending, "effect", outcome, effect.kind, predictor, self.labels[effect.group])

    def evaluate(self, theta: np.ndarray, sample: Sample) -> np.ndarray:
        """Evaluate all of them: (draws, q), samples of as many draws -> (draws, quantities)"""
        pattern, table = self.point.pattern, self.point.table
        ordered = isinstance(pattern, OrderedPattern)
        A, S, m = (latent_response if ordered else ram).matrices(pattern, theta, sample.covariance, sample.mean)
        moments = ram.assembled(pattern, ram.total_effects(pattern, A), S, m)
        total, residual = np.linalg.diagonal(moments.cov), np.abs(np.linalg.diagonal(S))
        with np.errstate(divide="ignore", invalid="ignore"):  # a variance below zero standardizes nothing: NaN
            estimates = self._estimates(theta, S, m)
            standardized = self._standardized(estimates, total, residual)
            explained = [
                1 - S[:, g, i, i] / np.where(total[:, g, i] > 0, total[:, g, i], np.nan)
                for g, i in ((g, self.point.place[name]) for g, name in table.explained)
            ]
            effects = self._effects(A, moments.E)
            scaled = [
                value
                * np.sqrt(total[:, e.group, self.point.place[e.steps[0]]])
                / np.sqrt(total[:, e.group, self.point.place[e.steps[-1]]])
                for value, e in zip(effects, self.effects, strict=True)
            ]
            columns = [*estimates[:, self.kept].T, *self._defined(estimates)]
            columns += [*standardized.T, *self._defined(standardized), *explained, *effects, *scaled]
            if self.members is not None:
                columns += self._htmt(sample, table.groups)
        return np.stack(np.broadcast_arrays(*columns), axis=1) if columns else np.zeros((len(theta), 0))

    def _estimates(self, theta: np.ndarray, S: np.ndarray, m: np.ndarray) -> np.ndarray:
        """Values of all parameters of the table: (draws, r)"""
        place, pattern = self.point.place, self.point.pattern
        rows = self.point.table.parameters
        found = np.empty((len(theta), len(rows)))
        scales = latent_response.responses(pattern, theta).D if any(p.op == "~*~" for p in rows) else None
        for r, p in enumerate(rows):
            if p.free:
                found[:, r] = theta[:, p.index]
            elif p.exogenous or p.derived:
                i = place[p.lhs]
                if p.op == "~*~":
                    assert scales is not None
                    found[:, r] = scales[:, p.group, i]
                else:
                    found[:, r] = m[:, p.group, i] if p.op == "~1" else S[:, p.group, i, place[p.rhs]]
            else:
                found[:, r] = p.value
        return found

    def _standardized(self, estimates: np.ndarray, total: np.ndarray, residual: np.ndarray) -> np.ndarray:
        rows = self.point.table.parameters
        of_totals, of_residuals = self.point.powers(observed=True)
        found = estimates.copy()
        for r, row in enumerate(rows):
            for powers, variances in ((of_totals, total), (of_residuals, residual)):
                for i in np.flatnonzero(powers[r]):
                    found[:, r] *= variances[:, row.group, i] ** (powers[r, i] / 2)
            if row.op == "~*~":  # the scale of a standardized response is one
                found[:, r] = 1
        return found

    def _defined(self, values: np.ndarray) -> list[np.ndarray]:
        none = np.zeros((len(values), 1))
        known: dict[str, Quantity] = {}
        for r, row in enumerate(self.point.table.parameters):
            if row.label:
                known.setdefault(row.label, Quantity(values[:, r], none))
        return [found.value for found in define(self.point.table.definitions, known).values()]

    def _effects(self, A: np.ndarray, E: np.ndarray) -> list[np.ndarray]:
        place, found = self.point.place, []
        for kind, g, steps in self.effects:
            arrows = [A[:, g, place[b], place[a]] for a, b in pairwise(steps)]
            if kind == "indirect":
                found.append(np.prod(arrows, axis=0))
            else:
                through = E[:, g, place[steps[-1]], place[steps[0]]]
                found.append(through - arrows[0] if kind == "total_indirect" else through)
        return found

    def _htmt(self, sample: Sample, groups: int) -> list[np.ndarray]:
        found = kernel.heterotrait_monotrait(linalg.correlation(sample.covariance), self.members)
        pairs = combinations(range(found.shape[-1]), 2)
        return [found[:, g, i, j] for g, (i, j) in product(range(groups), list(pairs))]


def _effects(point: Point) -> Iterator[_Route]:
    """Every route of two and more structural paths, with the total indirect and the total effect behind them."""
    for group in range(point.table.groups):
        arrows = [(p.cause, p.effect) for p in point.table.parameters if p.op == "~" and p.group == group]
        starts = dict.fromkeys(a for a, _ in arrows)
        ends = dict.fromkeys(b for _, b in arrows)
        for start, end in product(starts, ends):
            if start == end:
                continue
            indirect = [route for route in routes(arrows, start, end) if len(route) > 2]
            if indirect:
                yield from (_Route("indirect", group, route) for route in indirect)
                yield _Route("total_indirect", group, (start, end))
                yield _Route("total", group, (start, end))


def _members(fit: Fit) -> np.ndarray:
    """Which items belong to which construct: (constructs, p)"""
    found = np.zeros((len(fit.latent), len(fit.observed)))
    for p in fit.table.parameters:
        if p.op == "=~" and p.rhs in fit.observed:
            found[fit.latent.index(p.lhs), fit.observed.index(p.rhs)] = 1
    return found
