"""What a model might say and does not: relations it fixes or leaves out, as arrays, because there are thousands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from ..kernels import latent_response, ram
from .composites import LOADING, WEIGHT
from .parameters import ParameterTable
from .solution import Powers

OPERATORS = ("=~", "~", "~~", "~1", "|", "~*~")
LOADS, PATH, COVARIES, INTERCEPT, THRESHOLD, SCALE = range(6)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Relations that could be freed, each in one group.

    names : all variables, then thresholds, then an empty one
    op, lhs, rhs : (r,) places in OPERATORS, and in names twice
    group : (r,)            value : (r,) where the model has them
    pattern : of the model in which all of them are free: its last parameters, of one cell each
    """

    names: tuple[str, ...]
    op: np.ndarray
    lhs: np.ndarray
    rhs: np.ndarray
    group: np.ndarray
    value: np.ndarray
    pattern: ram.Pattern

    def columns(self, chosen: np.ndarray, labels: Sequence[str]) -> dict[str, pd.api.extensions.ExtensionArray]:
        """Say what some of them (k,) are: lhs, op, rhs and the label of the group."""
        names, operators, groups = (pd.array(list(own), dtype="str") for own in (self.names, OPERATORS, labels))
        return {
            "lhs": names.take(self.lhs[chosen]),
            "op": operators.take(self.op[chosen]),
            "rhs": names.take(self.rhs[chosen]),
            "group": groups.take(self.group[chosen]),
        }

    @property
    def powers(self) -> Powers:
        """Which deviations standardize them."""
        other = np.where(self.rhs < self.pattern.variables, self.rhs, self.lhs)
        return Powers.of(np.array(OPERATORS)[self.op], self.lhs, other)


@lru_cache(maxsize=16)
def candidates_of(table: ParameterTable) -> Candidates:
    """List what a model could free: nothing that is free under another name, nor what is taken from the sample."""
    op, lhs, rhs = np.concatenate([np.stack(np.broadcast_arrays(*block)) for block in _possible(table)], axis=1)
    cells = _cells(op, lhs, rhs, len(table.variables))
    _, first = np.unique(_code(cells), return_index=True)
    first.sort()
    op, lhs, rhs, cells = op[first], lhs[first], rhs[first], cells[:, first]
    shape = table.groups, len(op)
    left, right = (np.broadcast_to(side, shape).copy() for side in (lhs, rhs))
    value, open_ones = np.zeros(shape), np.ones(shape, dtype=bool)
    for g in range(table.groups):  # what a group does not have is not freed there
        absent = [table.place[name] for name in {*table.latent}.difference(table.constructs_of(g))]
        open_ones[g, np.isin(lhs, absent) | np.isin(rhs, absent)] = False
    position = {code: k for k, code in enumerate(_code(cells).tolist())}
    for p, code in zip(table.parameters, _code(np.array(table.cells).T).tolist(), strict=True):
        if code not in position or p.op in (WEIGHT, LOADING):
            continue
        here = p.group, position[code]
        if p.free or p.exogenous:
            open_ones[here] = False
        elif not p.derived:
            value[here] = p.value
        if p.op == "~~":  # a covariance is written as the model writes it
            left[here], right[here] = table.place[p.lhs], table.place[p.rhs]
    group, k = np.nonzero(open_ones)
    names = (*table.variables, *(cut for _, cut in table.thresholds if table.ordered), "")
    pattern = _freed(table, cells[:, k], group)
    return Candidates(names, op[k], left[group, k], right[group, k], group, value[group, k], pattern)


def _possible(table: ParameterTable) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Loadings, residual covariances, covariances of constructs, paths, and intercepts if modelled.

    Of ordered variables thresholds, and scales: freed where a variable measures less evenly than the model has it.
    """
    place, rows = table.place, table.parameters

    def places(names: Sequence[str]) -> np.ndarray:
        return np.array([place[name] for name in names], dtype=int)

    latent = [n for n in table.latent if n not in table.made]
    observed = [n for n in table.observed if n not in table.exogenous and n not in table.made]
    indicators = {p.rhs for p in rows if p.op == "=~"}
    regressed = dict.fromkeys([p.lhs for p in rows if p.op == "~"] + [p.rhs for p in rows if p.op == "~"])
    items = [n for n in observed if n not in regressed]
    for construct in (n for n in latent if n not in table.composed):
        own = [p.rhs for p in rows if p.op == "=~" and p.lhs == construct]
        yield LOADS, places([construct]), places([*items, *own])
    for names in map(places, (observed, latent)):
        yield COVARIES, names, names
        first, second = np.triu_indices(len(names), 1)
        yield COVARIES, names[first], names[second]
    for x in table.exogenous:
        yield COVARIES, places([x]), places([n for n in observed if n in regressed])
    for outcome in regressed:
        item = outcome in indicators and outcome not in latent
        yield PATH, places([outcome]), places([n for n in regressed if n != outcome and not (item and n in latent)])
    last = len(table.variables) + len(table.thresholds) * bool(table.ordered)
    if table.means:
        yield INTERCEPT, places([n for n in (*observed, *latent) if n not in table.composed]), np.array([last])
    if table.ordered:
        cuts = [t for t, (_, cut) in enumerate(table.thresholds) if cut]
        owners = places([table.thresholds[t][0] for t in cuts])
        yield THRESHOLD, owners, len(table.variables) + np.array(cuts, dtype=int)
    if table.delta:
        ordered = places(list(table.ordered))
        yield SCALE, ordered, ordered


def _cells(op: np.ndarray, lhs: np.ndarray, rhs: np.ndarray, variables: int) -> np.ndarray:
    """The matrix each stands in, its row and its column, as ``ParameterTable.cells`` has them: (3, r)"""
    none = np.zeros_like(lhs)
    kinds = (ram.PATHS, ram.PATHS, ram.COVARIANCES, ram.INTERCEPTS, latent_response.THRESHOLDS, latent_response.SCALES)
    row = np.choose(op, [rhs, lhs, np.minimum(lhs, rhs), lhs, rhs - variables, lhs])
    col = np.choose(op, [lhs, rhs, np.maximum(lhs, rhs), none, none, none])
    return np.stack([np.array(kinds)[op], row, col])


def _code(cells: np.ndarray) -> np.ndarray:
    """One number for each cell: (3, r) -> (r,)"""
    return (cells[0] << 40) | (cells[1] << 20) | cells[2]


def _freed(table: ParameterTable, cells: np.ndarray, group: np.ndarray) -> ram.Pattern:
    """The model's pattern with one parameter more for each of the cells (3, r) of some groups (r,)."""
    base = table.pattern
    stack = np.concatenate([np.stack([base.matrix, base.row, base.col]), cells], axis=1)
    _, first, where = np.unique(_code(stack), return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.argsort(order)[where[base.matrix.size :]]  # cells that are there already stay where they are
    matrix, row, col = stack[:, first[order]]
    wider = ((0, 0), (0, len(matrix) - base.matrix.size))
    parameter = np.pad(base.parameter, wider, constant_values=-1)
    parameter[group, place] = table.n_free + np.arange(len(place))
    factor = np.pad(base.factor, wider, constant_values=1.0)
    return replace(
        base,
        matrix=matrix,
        row=row,
        col=col,
        parameter=parameter,
        factor=factor,
        parameters=table.n_free + len(place),
    )
