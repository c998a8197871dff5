"""The parameters of a model: every relation in every group, free or fixed, and where it stands in the matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..kernels import latent_response, ram
from ..kernels.latent_response import OrderedPattern
from ..relation import Relation, circular
from ..syntax import Term
from . import composites
from .bounds import Bound
from .composites import Composite
from .effect_coding import Sum
from .specification import Specification


@dataclass(frozen=True, slots=True)
class Parameter(Relation):
    """One relation in one group.

    index : position among the free parameters; -1 when fixed
    value : where it is fixed (NaN: at the sample's moment, for an exogenous variable)
    user : whether the specification states it
    exogenous : a moment among exogenous observed variables, kept as the sample has it
    derived : neither free nor fixed, it follows from the others: the residual variance of an ordered variable in the
        delta parameterization, its scale in theta
    """

    group: int = 0
    index: int = -1
    value: float = np.nan
    start: float = np.nan
    label: str = ""
    user: bool = False
    exogenous: bool = False
    derived: bool = False

    @property
    def free(self) -> bool:
        """Whether it is estimated."""
        return self.index >= 0

    @property
    def varies(self) -> bool:
        """Whether another sample would give it another value."""
        return self.free or self.exogenous or self.derived

    def numbered(self, index: int, value: float = np.nan) -> Parameter:
        """The same at another place among the free parameters, or (-1) fixed at a value."""
        kept = (self.start, self.label, self.user, self.exogenous, self.derived)  # dataclasses.replace takes long
        return Parameter(self.lhs, self.op, self.rhs, self.group, index, value, *kept)


@dataclass(frozen=True, eq=False)
class ParameterTable:
    """All parameters of a model, and the variables they connect.

    covariates : observed variables that only predict; they stand last among the observed
    exogenous : those of them whose moments are kept as the sample has them (``fixed_x``): all or none
    sums : what effect coding makes some of the free parameters add up to
    bounds : of single free parameters
    ordered : how many thresholds each ordered variable has      delta : their parameterization, or else theta
    composites : constructs that are made of their items
    """

    specification: Specification
    observed: tuple[str, ...]
    latent: tuple[str, ...]
    exogenous: tuple[str, ...]
    covariates: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    definitions: tuple[Term, ...]
    groups: int
    means: bool
    sums: tuple[Sum, ...] = ()
    ordered: Mapping[str, int] = field(default_factory=dict)
    delta: bool = True
    bounds: tuple[Bound, ...] = ()
    composites: tuple[Composite, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """Observed variables first, then constructs."""
        return (*self.observed, *self.latent)

    @cached_property
    def composed(self) -> tuple[str, ...]:
        """Names of the composites."""
        return tuple(composite.name for composite in self.composites)

    @cached_property
    def phantoms(self) -> tuple[str, ...]:
        """Constructs without items, ``f =~ 0``."""
        measured = {p.lhs for p in self.parameters if p.op == "=~"} | {*self.composed}
        return tuple(name for name in self.latent if name not in measured)

    @cached_property
    def made(self) -> frozenset[str]:
        """What composites are made of."""
        return frozenset(item for composite in self.composites for item in composite.items)

    @cached_property
    def feedback(self) -> bool:
        """Whether arrows lead back to where they began."""
        return circular({(p.effect, p.cause) for p in self.parameters if p.effect and (p.free or p.value != 0)})

    @cached_property
    def n_free(self) -> int:
        """How many parameters are estimated (equal ones count once)."""
        return 1 + max((p.index for p in self.parameters), default=-1)

    @cached_property
    def index(self) -> np.ndarray:
        """Which free parameter each relation is, -1 for none: (r,)"""
        return np.array([p.index for p in self.parameters], dtype=int)

    @cached_property
    def group(self) -> np.ndarray:
        """The group each relation belongs to: (r,)"""
        return np.array([p.group for p in self.parameters], dtype=int)

    @cached_property
    def value(self) -> np.ndarray:
        """Where each relation is fixed, NaN for none: (r,)"""
        return np.array([p.value for p in self.parameters])

    @cached_property
    def computed(self) -> np.ndarray:
        """Which relations are neither free nor fixed: (k,)"""
        return np.flatnonzero([p.varies and not p.free for p in self.parameters])

    @cached_property
    def derived(self) -> np.ndarray:
        """Which relations follow from the others: (d,)"""
        return np.flatnonzero([p.derived for p in self.parameters])

    @property
    def labels(self) -> dict[str, int]:
        """Which free parameter each label names."""
        return {p.label: p.index for p in self.parameters if p.label and p.free}

    def constructs_of(self, group: int) -> tuple[str, ...]:
        """Constructs of one group: all, unless groups have models of their own."""
        if not self.specification.blocks:
            return self.latent
        named = {name for p in self.parameters if p.group == group for name in (p.lhs, p.rhs)}
        return tuple(name for name in self.latent if name in named)

    def slope_of(self, p: Parameter) -> np.ndarray:
        """Derivative of one relation's value by the free parameters: a one in its own place, or zero if fixed: (q,)"""
        return (np.arange(self.n_free) == p.index).astype(float)

    def names(self, labels: Sequence[str] = ()) -> list[str]:
        """Name each free parameter by the first relation it stands in.

        labels : of the groups; a relation that is another parameter elsewhere then tells its own groups, as in
            ``visual =~ x2 [Pasteur]``
        """
        names: dict[int, str] = {}
        where: dict[tuple[int, str], list[int]] = {}
        for p in self.parameters:
            if p.free:
                name = names.setdefault(p.index, str(p))
                if str(p) == name:
                    where.setdefault((p.index, name), []).append(p.group)
        if len(labels) > 1:
            for (index, name), groups in where.items():
                if len(groups) < len(labels):
                    names[index] = f"{name} [{', '.join(labels[g] for g in groups)}]"
        return [names[i] for i in range(self.n_free)]

    @property
    def moments(self) -> int:
        """How many moments of the sample the model is to reproduce."""
        p, x = len(self.observed), len(self.exogenous)
        y = p - x
        if self.ordered:
            numeric = y - len(self.ordered)
            return self.groups * (len(self.thresholds) + y * x + numeric + y * (y - 1) // 2)
        return self.groups * (p * (p + 1) // 2 - x * (x + 1) // 2 + self.means * y)

    @cached_property
    def thresholds(self) -> list[tuple[str, str]]:
        """Every threshold, and the mean of every numeric variable, in the order of the sample's moments."""
        modelled = [name for name in self.observed if name not in self.exogenous]
        return [(n, f"t{k + 1}" if n in self.ordered else "") for n in modelled for k in range(self.ordered.get(n, 1))]

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each variable stands among all."""
        return {name: i for i, name in enumerate(self.variables)}

    @cached_property
    def explained(self) -> tuple[tuple[int, str], ...]:
        """Every variable that something points to, by group."""
        pointed_at = {(p.group, p.effect) for p in self.parameters}
        return tuple((g, name) for g in range(self.groups) for name in self.variables if (g, name) in pointed_at)

    @cached_property
    def cells(self) -> list[tuple[int, int, int]]:
        """The matrix that each relation stands in (``ram.PATHS`` ...), its row and its column."""
        cut = {pair: t for t, pair in enumerate(self.thresholds)} if self.ordered else {}
        markers = {composite.name: composite.marker for composite in self.composites}
        return [_cell(p, self.place, cut, markers) for p in self.parameters]

    @cached_property
    def pattern(self) -> ram.Pattern:
        """The parameters laid into the matrices A, S and m, thresholds and scales beside them."""
        place, thresholds = self.place, self.thresholds if self.ordered else []
        v, G = len(place), self.groups
        A, S, m = np.zeros((G, v, v)), np.zeros((G, v, v)), np.zeros((G, v))
        tau, scale = np.zeros((G, len(thresholds))), np.ones((G, len(self.observed)))
        cells: dict[tuple[int, int, int], int] = {}
        occupied: list[tuple[int, int, int, float]] = []
        times = self._times
        for p, (kind, i, j) in zip(self.parameters, self.cells, strict=True):
            factor = -times[p.lhs, p.group] if p.op == composites.WEIGHT else 1.0
            value = 0.0 if np.isnan(p.value) else factor * p.value
            if p.op == composites.WEIGHT and i == place[p.rhs]:  # the marker, led to by the composite itself
                value = -factor
            if p.free:
                occupied.append((p.group, cells.setdefault((kind, i, j), len(cells)), p.index, factor))
            elif p.derived:
                continue
            elif kind == ram.PATHS:
                A[p.group, i, j] = value
            elif kind == ram.COVARIANCES:
                S[p.group, i, j] = S[p.group, j, i] = value
            else:
                {ram.INTERCEPTS: m, latent_response.THRESHOLDS: tau}.get(kind, scale)[p.group, i] = value
        matrix, row, col = np.array(list(cells), dtype=int).reshape(-1, 3).T
        parameter, factors = np.full((G, len(cells)), -1), np.ones((G, len(cells)))
        for group, cell, index, factor in occupied:
            parameter[group, cell], factors[group, cell] = index, factor
        exogenous = np.array([place[x] for x in self.exogenous], dtype=int)
        plain = (len(self.observed), A, S, m, matrix, row, col, parameter, factors, self.n_free, exogenous, self.means)
        if not self.ordered:
            return ram.Pattern(*plain)
        ordered = np.array([place[n] for n in self.observed if n in self.ordered], dtype=int)
        owner = np.array([place[name] for name, _ in thresholds], dtype=int)
        return OrderedPattern(*plain, ordered, owner, tau, scale, self.delta)

    @property
    def _times(self) -> dict[tuple[str, int], float]:
        """How many times its composite a marker is, by the composite and the group: one over the marker's weight."""
        markers = {(composite.name, composites.WEIGHT, composite.marker) for composite in self.composites}
        return {(p.lhs, p.group): 1 / p.value for p in self.parameters if p.key in markers}


def _cell(
    p: Parameter, place: dict[str, int], cut: dict[tuple[str, str], int], markers: dict[str, str]
) -> tuple[int, int, int]:
    if p.op == composites.WEIGHT:
        marker = markers[p.lhs]
        return ram.PATHS, place[marker], place[p.lhs if p.rhs == marker else p.rhs]
    if p.op == composites.LOADING:
        return ram.PATHS, place[p.rhs], place[p.lhs]
    if p.effect:
        return ram.PATHS, place[p.effect], place[p.cause]
    if p.op == "~1":
        return ram.INTERCEPTS, place[p.lhs], 0
    if p.op == "|":
        return latent_response.THRESHOLDS, cut[p.lhs, p.rhs], 0
    if p.op == "~*~":
        return latent_response.SCALES, place[p.lhs], 0
    i, j = sorted((place[p.lhs], place[p.rhs]))
    return ram.COVARIANCES, i, j
