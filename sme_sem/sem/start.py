"""Where the search for estimates begins.

Every construct's loadings are first read off one principal axis of its own indicators; the constructs'
covariances follow from weighted composites, and the paths from regressions among them.  Constructs
measured by constructs come after those.  Usually within sampling error of the estimates.
What a composite (``<~``) is made of is weighted so that it agrees most with the other observed variables.

Guesses stand in matrices like the model's own (``kernels.ram``) and are read off where its parameters are; which
indicators, predictors and fixed values each guess goes by is worked out once for a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import isnan

import numpy as np

from ..kernels import factors, latent_response, ram
from .composites import WEIGHT, Composite
from .parameters import Parameter, ParameterTable

Matrix = np.ndarray

CROSS = 0.3  # of its value, where an indicator has loaded on an earlier construct
UNSEEN = 0.3  # of the outcome's deviation, where a construct without items leads to it


def start_values(
    table: ParameterTable, covariance: Matrix, mean: Matrix | None, target: Matrix | None = None
) -> np.ndarray:
    """Give a start for every free parameter: (G, p, p), (G, p) or None -> (q,)

    Start values written in the model win; parameters equal to each other start at their average.
    target : (G, m) the moments of ordered answers, thresholds first
    """
    pattern, written = table.pattern, _written(table)
    values = np.empty(written.shape)
    for group in range(table.groups):
        guess = _Guess(_layout(table, group), covariance[group], None if mean is None else mean[group])
        for kind, cells in pattern.cells.items():
            row, col = pattern.row[cells], pattern.col[cells]
            if kind == latent_response.SCALES:
                values[group, cells] = 1.0
            elif kind == latent_response.THRESHOLDS:
                assert target is not None
                values[group, cells] = target[group, row]
            elif kind == ram.INTERCEPTS:
                values[group, cells] = guess.intercepts[row]
            else:
                values[group, cells] = (guess.paths if kind == ram.PATHS else guess.covariances)[row, col]
    values = np.where(np.isnan(written), values / pattern.factor, written)
    free = pattern.parameter >= 0
    index = pattern.parameter[free]
    count = np.bincount(index, minlength=table.n_free)
    return np.bincount(index, values[free], table.n_free) / np.maximum(count, 1)


@lru_cache(maxsize=64)
def _written(table: ParameterTable) -> np.ndarray:
    """The start values that the model states, in the pattern's cells; NaN for none: (G, c)"""
    pattern = table.pattern
    found = np.full(pattern.parameter.shape, np.nan)
    number = {cell: c for c, cell in enumerate(zip(pattern.matrix, pattern.row, pattern.col, strict=True))}
    for p, cell in zip(table.parameters, table.cells, strict=True):
        if p.free and not isnan(p.start):
            found[p.group, number[cell]] = p.start
    return found


def plain_start(
    table: ParameterTable, covariance: Matrix, mean: Matrix | None, target: Matrix | None = None
) -> np.ndarray:
    """A cautious start, always admissible: loadings one, paths and covariances zero, half the variance unexplained."""
    cut = {pair: t for t, pair in enumerate(table.thresholds)}
    values = np.zeros(table.n_free)
    place = {name: i for i, name in enumerate(table.observed)}
    for p in table.parameters:
        if not p.free:
            continue
        own = covariance[p.group, place[p.lhs], place[p.lhs]] if p.lhs in place else np.nan
        if not isnan(p.start):
            values[p.index] = p.start
        elif p.op == "=~":
            marker = place.get(p.rhs)
            values[p.index] = 1.0 if marker is None else np.sqrt(max(covariance[p.group, marker, marker], 0.0)) * 0.5
        elif p.op == "~~" and p.lhs == p.rhs:
            values[p.index] = 0.05 if np.isnan(own) else own / 2
        elif p.op == "|" and target is not None:
            values[p.index] = target[p.group, cut[p.lhs, p.rhs]]
        elif p.op == "~*~":
            values[p.index] = 1.0
        elif p.op == "~1" and mean is not None and p.lhs in place:
            values[p.index] = mean[p.group, place[p.lhs]]
    return values


class _Guess:
    """Guesses for one group, by variables.

    loadings, paths : (v, v) what each row's variable takes from each column's; loadings are among the paths
    covariances : (v, v) residual variances and covariances   intercepts : (v,)
    """

    def __init__(self, layout: _Layout, covariance: Matrix, mean: Matrix | None) -> None:
        p, v = layout.observed, layout.variables
        self.loadings, self.implied = np.zeros((v, v)), np.zeros((v, v))
        self.implied[:p, :p] = covariance
        self.weights: list[Matrix] = []
        for measured in layout.rounds:
            if isinstance(measured, _Made):
                self._make(measured, p)
            else:
                self._add(measured)
        self.paths = self.loadings.copy()
        for regression in sorted(layout.regressions, key=lambda own: self.implied[own.outcome, own.outcome] != 0):
            self._regress(regression)  # what no item shows gets its unit from what leads to it, and so comes first
        self.covariances = self._residuals(layout)
        self.intercepts = np.zeros(v) if mean is None else self._intercepts(layout, mean)
        for made, weights in zip(layout.made, self.weights, strict=True):
            self._carry(made, weights, mean)

    def _add(self, measured: _Round) -> None:
        """Add constructs, row by row, with their weighted composites' covariances."""
        M, rows, own = self.implied, measured.constructs, measured.own
        deviation = np.sqrt(np.maximum(np.diagonal(M), 1e-12))
        loadings = np.zeros(own.shape)
        for alike, columns in measured.sizes:
            units = deviation[columns]
            R = M[columns[:, :, None], columns[:, None, :]] / (units[:, :, None] * units[:, None, :])
            loadings[alike[:, None], columns] = factors.principal_axis(R) * units
        scale = measured.scale(loadings)
        unique = np.maximum(deviation**2 - loadings**2, 0.1 * deviation**2)
        loadings /= scale[:, None]
        weights = loadings / unique
        weights /= np.vecdot(weights, loadings)[:, None]
        composites = np.where(own, loadings * scale[:, None] ** 2, weights @ M)
        among = np.triu(composites @ weights.T, 1)  # a later construct meets the earlier ones as they were added
        M[rows], M[:, rows] = composites, composites.T
        M[rows[:, None], rows] = among + among.T + np.diag(scale**2)
        self.loadings[:, rows] = (loadings * measured.share).T

    def _make(self, made: _Made, observed: int) -> None:
        """Add a composite with the covariances of its weighted items."""
        M, items = self.implied, made.items
        deviation = np.sqrt(np.maximum(np.diagonal(M)[items], 1e-12))
        rest = np.setdiff1d(np.arange(observed), made.below)
        weights = np.ones(len(items))
        if len(rest):
            R = M[items[:, None], items] / np.outer(deviation, deviation) + 1e-3 * np.eye(len(items))
            unit = np.sqrt(np.maximum(np.diagonal(M)[rest], 1e-12))
            L = np.linalg.cholesky(R)
            across = np.linalg.solve(L, M[items[:, None], rest] / np.outer(deviation, unit))
            weights = np.linalg.solve(L.T, np.linalg.svd(across, full_matrices=False)[0][:, 0])
        if abs(weights[made.marker]) < 0.1 * abs(weights).max():  # too little to give the others their scale
            weights[made.marker] = 0.1 * abs(weights).max()
        weights /= deviation
        weights *= made.fixed[made.marker] / weights[made.marker]
        weights = np.where(np.isnan(made.fixed), weights, made.fixed)
        self.weights.append(weights)
        own = weights @ M[items]
        M[made.composite], M[:, made.composite] = own, own
        M[made.composite, made.composite] = own[items] @ weights

    def _carry(self, made: _Made, weights: Matrix, mean: Matrix | None) -> None:
        """Put the arrows between a composite and its items, and what is left of these, in their places."""
        M, items, c = self.implied, made.items, made.composite
        others = np.arange(len(items)) != made.marker
        marker, rest = items[made.marker], items[others]
        loadings = M[rest, c] / M[c, c]
        self.paths[rest, c] = loadings
        self.paths[marker, c] = 1 / weights[made.marker]
        self.paths[marker, rest] = -weights[others] / weights[made.marker]
        left = M[rest[:, None], rest] - np.outer(loadings, loadings) * M[c, c]
        left.flat[:: len(rest) + 1] *= 1.01  # positive definite, whatever rounding does
        self.covariances[marker, marker] = 0.0
        self.covariances[rest[:, None], rest] = left
        if mean is not None and items.max() < len(mean):
            self.intercepts[c] = weights @ mean[items]
            self.intercepts[items] = mean[items] - self.paths[items, c] * self.intercepts[c]
            self.intercepts[marker] = 0.0

    def _regress(self, own: _Regression) -> None:
        M, y, x = self.implied, own.outcome, own.free
        self.paths[y, own.fixed] = own.values
        if len(x):
            among = M[x[:, None], x]
            among.flat[:: len(x) + 1] = 1.02 * np.diagonal(among) + 1e-8
            known = own.values @ M[own.fixed[:, None], x] + self.loadings[y] @ M[:, x]
            found = np.linalg.solve(among, M[y, x] - known)
            size = M.diagonal()[x]
            if not size.all():  # without items: away from zero, where products of paths stand still
                from_theirs = np.einsum(
                    "ij,jk,ik->i", self.paths[x], M, self.paths[x]
                )  # in units of what leads to them
                unit = np.sqrt(np.where(from_theirs > 0, from_theirs, 1.0))
                found = np.where(size == 0, UNSEEN * np.sqrt(max(M[y, y], 0.0)) / unit, found)
            self.paths[y, x] = found

    def _residuals(self, layout: _Layout) -> Matrix:
        """What is left of variances, and covariances of what nothing explains."""
        variance = np.diagonal(self.implied)
        slopes = np.where(layout.regressed, self.paths, 0.0)
        left = variance - self.loadings**2 @ variance - (slopes * self.implied).sum(axis=1)
        alone = ~layout.explained
        found = np.where(alone[:, None] & alone, self.implied, 0.0)
        # observed variables keep at least a fifth, constructs a tenth: away from the boundary
        floor = np.where(np.arange(len(variance)) < layout.observed, 0.2, 0.1) * variance
        np.fill_diagonal(found, np.maximum(left, floor))
        return found

    def _intercepts(self, layout: _Layout, mean: Matrix) -> Matrix:
        """Means of constructs from the indicators whose intercepts are fixed; the other intercepts follow."""
        found, p, free = np.zeros(layout.variables), layout.observed, layout.free_means
        if len(free) and len(layout.tied):
            gap = mean[layout.tied] - layout.tied_at
            found[free] = np.linalg.lstsq(self.loadings[layout.tied[:, None], free], gap, rcond=None)[0]
        found[:p] = mean - self.loadings[:p, free] @ found[free]
        return found


@dataclass(frozen=True, eq=False)
class _Round:
    """Constructs whose indicators are known once the rounds before are done.

    constructs : (k,)
    own : (k, v) whether a variable is an indicator   share : (k, v) how much of its loading it starts at
    sizes : constructs with equally many indicators, (m,) and (m, i)
    marker, value : (k,) the variable whose loading stands for a construct's unit, and what it is then
    deviation : (k,) of the construct, where its variance is fixed, or NaN      averaged : the mean loading is one
    """

    constructs: np.ndarray
    own: np.ndarray
    share: np.ndarray
    sizes: tuple[tuple[np.ndarray, np.ndarray], ...]
    marker: np.ndarray
    value: np.ndarray
    deviation: np.ndarray
    averaged: np.ndarray

    def scale(self, loadings: Matrix) -> np.ndarray:
        """The constructs' standard deviations, with the signs that make their markers what they are: (k, v) -> (k,)"""
        marked = loadings[np.arange(len(loadings)), self.marker]
        found = np.where(self.averaged, loadings.sum(axis=1) / self.own.sum(axis=1), marked / self.value)
        found = np.where(np.isnan(self.deviation), found, self.deviation * np.where(marked < 0, -1.0, 1.0))
        return np.where(found == 0, 1.0, found)


@dataclass(frozen=True, eq=False)
class _Made:
    """A composite whose items are known once the rounds before are done.

    composite : place of it      items : (k,)      marker : which of the items
    fixed : (k,) weights, NaN where free           below : observed variables that stand behind the items
    """

    composite: int
    items: np.ndarray
    marker: int
    fixed: np.ndarray
    below: np.ndarray


@dataclass(frozen=True, eq=False)
class _Regression:
    """An outcome, its predictors with free slopes and those with fixed ones."""

    outcome: int
    free: np.ndarray
    fixed: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class _Layout:
    """What the guesses of one group go by.

    explained : (v,) whether indicator or outcome   regressed : (v, v) whether the row's variable is regressed on it
    free_means : constructs with free means         tied, tied_at : observed variables with fixed intercepts
    """

    observed: int
    variables: int
    rounds: tuple[_Round | _Made, ...]
    regressions: tuple[_Regression, ...]
    explained: np.ndarray
    regressed: np.ndarray
    free_means: np.ndarray
    tied: np.ndarray
    tied_at: np.ndarray

    @property
    def made(self) -> list[_Made]:
        """Composites, in their order."""
        return [own for own in self.rounds if isinstance(own, _Made)]


@lru_cache(maxsize=64)
def _layout(table: ParameterTable, group: int) -> _Layout:
    place, v = table.place, len(table.variables)
    rows: dict[tuple[str, str], list[Parameter]] = {}
    for p in table.parameters:
        if p.group == group:
            rows.setdefault((p.op, p.lhs), []).append(p)
    rounds = tuple(_rounds(table, rows, place))
    regressions = tuple(_regression(own, place) for (op, _), own in rows.items() if op == "~")
    regressed = np.zeros((v, v), dtype=bool)
    for own in regressions:
        regressed[own.outcome, own.free] = regressed[own.outcome, own.fixed] = True
    explained = np.asarray(regressed.any(axis=1))
    for measured in rounds:
        if isinstance(measured, _Made):
            explained[measured.items] = True
        else:
            explained |= measured.own.any(axis=0)
    means = {name: own[0] for (op, name), own in rows.items() if op == "~1"}
    tied = [means[n] for n in table.observed if n in means and not means[n].free and not means[n].exogenous]
    return _Layout(
        len(table.observed),
        v,
        rounds,
        regressions,
        explained,
        regressed,
        np.array([place[f] for f in table.latent if f in means and means[f].free], dtype=int),
        np.array([place[p.lhs] for p in tied], dtype=int),
        np.array([p.value for p in tied]),
    )


_Rows = dict[tuple[str, str], list[Parameter]]


def _rounds(table: ParameterTable, rows: _Rows, place: dict[str, int]) -> Iterator[_Round | _Made]:
    """Constructs whose indicators are known, until none is left; those measured by each other keep zeros."""
    indicators = {f: [place[p.rhs] for p in rows.get(("=~", f), ())] for f in table.latent}
    composites = {composite.name: composite for composite in table.composites}
    indicators |= {name: [place[item] for item in composite.items] for name, composite in composites.items()}
    behind = {i: {i} for i in range(len(table.observed))}
    waiting, owned = list(table.latent), set[int]()
    while ready := [f for f in waiting if behind.keys() >= set(indicators[f])]:
        behind |= {place[f]: set[int]().union(*(behind[i] for i in indicators[f])) for f in ready}
        measured = {f: indicators[f] for f in ready if indicators[f] and f not in composites}
        if measured:
            yield _round(table, rows, place, measured, owned)
        for f in ready:
            if f in composites:
                yield _made(composites[f], rows, place, behind[place[f]])
        waiting = [f for f in waiting if f not in ready]


def _made(composite: Composite, rows: _Rows, place: dict[str, int], below: set[int]) -> _Made:
    weights = {p.rhs: p for p in rows[(WEIGHT, composite.name)]}
    fixed = [np.nan if weights[item].free else weights[item].value for item in composite.items]
    return _Made(
        place[composite.name],
        np.array([place[item] for item in composite.items]),
        composite.items.index(composite.marker),
        np.array(fixed),
        np.array(sorted(below)),
    )


def _round(
    table: ParameterTable, rows: _Rows, place: dict[str, int], indicators: dict[str, list[int]], owned: set[int]
) -> _Round:
    """One round; what its constructs are measured by is put among the ``owned``."""
    k, each = len(indicators), list(indicators.values())
    own, share = np.zeros((k, len(place)), dtype=bool), np.ones((k, len(place)))
    marker, value = np.zeros(k, dtype=int), np.ones(k)
    deviation, averaged = np.full(k, np.nan), np.zeros(k, dtype=bool)
    for c, (construct, columns) in enumerate(indicators.items()):
        own[c, columns] = True
        share[c, [i for i in columns if i in owned]] = CROSS
        owned.update(columns)
        marker[c] = columns[0]
        fixed = [p for p in rows[("=~", construct)] if not p.free and abs(p.value) > 1e-12]
        variance = [p.value for p in rows.get(("~~", construct), ()) if p.lhs == p.rhs and not p.free and p.value > 0]
        if fixed:
            marker[c], value[c] = place[fixed[0].rhs], fixed[0].value
        elif variance:
            deviation[c] = np.sqrt(variance[0])
        else:
            averaged[c] = bool(table.sums)
    sizes = []
    for size in set(map(len, each)):
        alike = [c for c, columns in enumerate(each) if len(columns) == size]
        sizes.append((np.array(alike), np.array([each[c] for c in alike])))
    constructs = np.array([place[f] for f in indicators])
    return _Round(constructs, own, share, tuple(sizes), marker, value, deviation, averaged)


def _regression(own: list[Parameter], place: dict[str, int]) -> _Regression:
    fixed = [p for p in own if not p.free]
    return _Regression(
        place[own[0].lhs],
        np.array([place[p.rhs] for p in own if p.free], dtype=int),
        np.array([place[p.rhs] for p in fixed], dtype=int),
        np.array([p.value for p in fixed]),
    )
