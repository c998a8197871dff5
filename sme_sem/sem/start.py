"""Where the search for estimates begins.

Every construct's loadings are first read off one principal axis of its own indicators; the constructs'
covariances follow from weighted composites, and the paths from regressions among them.  Constructs
measured by constructs come after those.  Usually within sampling error of the estimates.
"""

from __future__ import annotations

from math import isnan

import numpy as np

from .parameters import Parameter, ParameterTable

Matrix = np.ndarray


def start_values(
    table: ParameterTable, covariance: Matrix, mean: Matrix | None, target: Matrix | None = None
) -> np.ndarray:
    """Give a start for every free parameter: (G, p, p), (G, p) or None -> (q,)

    Start values written in the model win; parameters equal to each other start at their average.
    target : (G, m) the moments of ordered answers, thresholds first
    """
    cut = {pair: t for t, pair in enumerate(table.thresholds)}
    total, count = np.zeros(table.n_free), np.zeros(table.n_free)
    for group in range(table.groups):
        guess = _Guess(table, group, covariance[group], None if mean is None else mean[group])
        for p in table.parameters:
            if p.free and p.group == group:
                if not isnan(p.start):
                    total[p.index] += p.start
                elif p.op == "|" and target is not None:
                    total[p.index] += target[group, cut[p.lhs, p.rhs]]
                else:
                    total[p.index] += 1.0 if p.op == "~*~" else guess.of(p.lhs, p.op, p.rhs)
                count[p.index] += 1
    return total / np.maximum(count, 1)


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
            values[p.index] = 1.0 if marker is None else np.sqrt(covariance[p.group, marker, marker]) * 0.5
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
    """Guesses for one group: loadings, and the covariances of everything that is known so far."""

    def __init__(self, table: ParameterTable, group: int, covariance: Matrix, mean: Matrix | None) -> None:
        self.table, self.group = table, group
        self.rows: dict[tuple[str, str], list[Parameter]] = {}
        for row in table.parameters:
            if row.group == group:
                self.rows.setdefault((row.op, row.lhs), []).append(row)
        self.place = {name: i for i, name in enumerate(table.variables)}
        p, v = len(table.observed), len(table.variables)
        self.M = np.zeros((v, v))
        self.M[:p, :p] = covariance
        self.known = np.arange(v) < p
        self.loading: dict[tuple[str, str], float] = {}
        self._constructs()
        self.paths = self._regressions()
        self._residuals()
        self.intercept = {} if mean is None else self._intercepts(mean)

    def of(self, lhs: str, op: str, rhs: str) -> float:
        if op == "=~":
            return self.loading.get((lhs, rhs), 0.0)
        if op == "~":
            return self.paths.get((lhs, rhs), 0.0)
        if op == "~1":
            return self.intercept.get(lhs, 0.0)
        i, j = self.place[lhs], self.place[rhs]
        if i == j:
            return float(self.residual[i])
        return float(self.M[i, j]) if not (self.explained[i] or self.explained[j]) else 0.0

    def _constructs(self) -> None:
        """Add constructs whose indicators are known until none is left."""
        waiting = list(self.table.latent)
        owned: set[str] = set()
        while waiting:
            ready = [f for f in waiting if all(self.known[self.place[i]] for i in self._indicators(f))]
            if not ready:
                break  # constructs measured by each other: they keep zeros
            self._add(ready, owned)
            waiting = [f for f in waiting if f not in ready]

    def _indicators(self, construct: str) -> list[str]:
        return [p.rhs for p in self.rows.get(("=~", construct), ())]

    def _add(self, constructs: list[str], owned: set[str]) -> None:
        """Add constructs, row by row, with their weighted composites' covariances."""
        M, rows = self.M, [self.place[f] for f in constructs]
        names = [self._indicators(f) for f in constructs]
        index = [np.array([self.place[n] for n in own], dtype=int) for own in names]
        deviation = np.sqrt(np.maximum(np.diagonal(M), 1e-12))
        loadings, own = np.zeros((len(rows), len(M))), np.zeros((len(rows), len(M)), dtype=bool)
        for k in {len(i) for i in index}:
            alike = np.array([c for c, i in enumerate(index) if len(i) == k])
            columns = np.array([index[c] for c in alike])
            units = deviation[columns]
            R = M[columns[:, :, None], columns[:, None, :]] / (units[:, :, None] * units[:, None, :])
            loadings[alike[:, None], columns] = _principal_axis(R) * units
            own[alike[:, None], columns] = True
        scale = np.array(
            [self._scale(f, n, x[i]) for f, n, x, i in zip(constructs, names, loadings, index, strict=True)]
        )
        unique = np.maximum(deviation**2 - loadings**2, 0.1 * deviation**2)
        loadings = loadings / scale[:, None]
        weights = loadings / unique
        weights /= np.vecdot(weights, loadings)[:, None]
        composites = np.where(own, loadings * scale[:, None] ** 2, weights @ M)
        among = np.triu(composites @ weights.T, 1)  # a later construct meets the earlier ones as they were added
        M[rows], M[:, rows] = composites, composites.T
        M[np.ix_(rows, rows)] = among + among.T + np.diag(scale**2)
        self.known[rows] = True
        for construct, own_names, values in zip(constructs, names, loadings, strict=True):
            for name in own_names:
                value = float(values[self.place[name]])
                self.loading[construct, name] = 0.3 * value if name in owned else value
            owned.update(own_names)

    def _scale(self, construct: str, names: list[str], loadings: Matrix) -> float:
        """The construct's standard deviation, from its fixed loading or its fixed variance."""
        for p in self.rows.get(("=~", construct), ()):
            if not p.free and abs(p.value) > 1e-12:
                return float(loadings[names.index(p.rhs)] / p.value) or 1.0
        for p in self.rows.get(("~~", construct), ()):
            if p.lhs == p.rhs and not p.free and p.value > 0:
                return float(np.sqrt(p.value) * (np.sign(loadings[0]) or 1.0))  # the first indicator gives the sign
        return float(loadings.mean() if self.table.sums else loadings[0]) or 1.0

    def _regressions(self) -> dict[tuple[str, str], float]:
        found = {}
        for (op, outcome), own in self.rows.items():
            if op != "~":
                continue
            y = self.place[outcome]
            free = [p for p in own if p.free]
            x = [self.place[p.rhs] for p in free]
            target = self.M[y, x] - sum(
                (p.value * self.M[self.place[p.rhs], x] for p in own if not p.free), start=np.zeros(len(x))
            )
            Mx = self.M[np.ix_(x, x)]
            ridge = 0.02 * np.diag(np.diagonal(Mx)) + 1e-8 * np.eye(len(x))
            slopes = np.linalg.solve(Mx + ridge, target) if len(x) else target
            for p, slope in zip(free, slopes, strict=True):
                found[outcome, p.rhs] = float(slope)
            for p in own:
                if not p.free:
                    found[outcome, p.rhs] = p.value
        return found

    def _residuals(self) -> None:
        variance = np.diagonal(self.M).copy()
        self.residual = variance.copy()
        self.explained = np.zeros(len(variance), dtype=bool)
        p = len(self.table.observed)
        for (construct, indicator), value in self.loading.items():
            i = self.place[indicator]
            self.explained[i] = True
            self.residual[i] -= value**2 * variance[self.place[construct]]
        for (outcome, predictor), slope in self.paths.items():
            i = self.place[outcome]
            self.explained[i] = True
            self.residual[i] -= slope * self.M[i, self.place[predictor]]
        # observed variables keep at least a fifth, constructs a tenth: away from the boundary
        floor = np.where(np.arange(len(variance)) < p, 0.2, 0.1) * variance
        self.residual = np.maximum(self.residual, floor)

    def _intercepts(self, mean: Matrix) -> dict[str, float]:
        """Means of constructs from the indicators whose intercepts are fixed; the other intercepts follow."""
        rows = {name: own[0] for (op, name), own in self.rows.items() if op == "~1"}
        free = [f for f in self.table.latent if f in rows and rows[f].free]
        tied = [
            (i, n)
            for i, n in enumerate(self.table.observed)
            if n in rows and not rows[n].free and not rows[n].exogenous
        ]
        constructs = np.zeros(len(free))
        if free and tied:
            loadings = np.array([[self.loading.get((f, n), 0.0) for f in free] for _, n in tied])
            gap = np.array([mean[i] - rows[n].value for i, n in tied])
            constructs = np.linalg.lstsq(loadings, gap, rcond=None)[0]
        found = {f: float(a) for f, a in zip(free, constructs, strict=True)}
        for i, name in enumerate(self.table.observed):
            explained = sum(a * self.loading.get((f, name), 0.0) for f, a in zip(free, constructs, strict=True))
            found[name] = float(mean[i] - explained)
        return found


def _principal_axis(R: Matrix, rounds: int = 3) -> Matrix:
    """Loadings on one common factor of a correlation matrix: (..., k, k) -> (..., k)"""
    k = R.shape[-1]
    if k == 1:
        return np.ones(R.shape[:-1])
    if k == 2:
        r = np.where(R[..., 0, 1] == 0, 0.1, R[..., 0, 1])
        root = np.sqrt(np.minimum(abs(r), 0.95))
        return np.stack([root, root * np.sign(r)], axis=-1)
    each = np.arange(k)
    reduced = R.copy()
    reduced[..., each, each] = 0
    communality = abs(reduced).max(axis=-1)
    axis = np.zeros(communality.shape)
    for _ in range(rounds):
        reduced[..., each, each] = communality
        values, vectors = np.linalg.eigh(reduced)
        axis = vectors[..., -1] * np.sqrt(np.maximum(values[..., -1:], 1e-4))
        communality = np.clip(axis**2, 0.02, 0.95)
    axis = np.sign(axis) * np.sqrt(np.clip(axis**2, 0.02, 0.95))
    return axis * np.where(axis.sum(axis=-1, keepdims=True) < 0, -1, 1)
