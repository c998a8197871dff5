"""What would be gained if an equality were given up: a score test of every one.

Labels shared, ``group_equal`` and ``==`` are taken apart again: every parameter of the table stands for itself, and
equality r is A_r theta = 0.  With s the slope and I the expected information of the average log-likelihood, let the
columns of L be the directions that the other equalities leave (L^T I L = 1) and Z those among them that this equality
bars (Z^T I L0 = 0 for every direction L0 that all equalities leave)::

    X2 = n |Z^T s|^2        epc = A_r L L^T s        robust X2 = n (Z^T s)^T (Z^T B Z)^-1 (Z^T s)

X2 is the drop in chi-square to be expected, epc the difference (left less right) that would show, B the spread of
the respondents' own slopes.  Values are those of lavaan's ``lavTestScore``, but df counts the columns of Z: where the
means of constructs are free only because intercepts are equal, giving up all of these frees fewer than their number.

Silvey (1959), Annals of Mathematical Statistics 30, 389-407; Satorra (1989), Psychometrika 54, 131-151.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..errors import SpecificationError
from ..kernels import fit_indices
from ..kernels.constrained import active, null_space
from ..words import Words
from .constraints import restrictions
from .fitted import require_solution
from .parameters import Parameter

if TYPE_CHECKING:
    from .result import Fit


@dataclass(frozen=True, eq=False)
class _Apart:
    """The model with every parameter on its own, r of them.

    n : respondents   slope : (r,)   information : (r, r)
    spread : (r, r) average product of the respondents' slopes, or None where they are taken as normal
    tested : (k, r) slopes of the equalities   kept : (h, r) of what holds anyway (effect coding, limits reached)
    """

    n: float
    slope: np.ndarray
    information: np.ndarray
    spread: np.ndarray | None
    tested: np.ndarray
    kept: np.ndarray


@dataclass(frozen=True)
class _Test:
    x2: float
    df: int
    robust: float
    epc: float


def score_tests(fit: Fit) -> pd.DataFrame:
    """One row for each equality, and the test of all together last."""
    require_solution(fit, _NOT_TESTED)
    free = [p for p in fit.table.parameters if p.free]
    place: dict[int, int] = {}
    pairs = [(place.setdefault(p.index, r), r) for r, p in enumerate(free)]
    pairs = [(a, b) for a, b in pairs if a != b]
    stated = [(t.lhs, t.rhs, "", "") for t in fit.table.definitions if t.op == "=="]
    if not pairs and not stated:
        raise SpecificationError(_NOTHING_EQUAL)
    apart = _taken_apart(fit, free, place, pairs)
    labels = fit.moments.labels
    shared = [(str(free[a]), str(free[b]), labels[free[a].group], labels[free[b].group]) for a, b in pairs]
    count = len(apart.tested)
    tests = [_test(apart, np.arange(count) == r) for r in range(count)] + [_test(apart, np.ones(count, dtype=bool))]
    rows = [*stated, *shared, ("total", "", "", "")]
    frame = pd.DataFrame(rows, columns=["lhs", "rhs", "group_lhs", "group_rhs"])
    frame.insert(1, "op", ["=="] * count + [""])
    frame["x2"], frame["df"] = [t.x2 for t in tests], [t.df for t in tests]
    frame["pvalue"] = fit_indices.p_value(frame["x2"], frame["df"])
    if apart.spread is not None:
        frame["x2_robust"] = [t.robust for t in tests]
        frame["pvalue_robust"] = fit_indices.p_value(frame["x2_robust"], frame["df"])
    frame["epc"] = [t.epc for t in tests]
    return frame


def _taken_apart(fit: Fit, free: list[Parameter], place: dict[int, int], pairs: list[tuple[int, int]]) -> _Apart:
    count = iter(range(len(free)))
    rows = tuple(p.numbered(next(count)) if p.free else p for p in fit.table.parameters)
    table = replace(fit.table, parameters=rows, definitions=(), sums=())
    own = replace(fit.inference, table=table, pattern=table.pattern).at(fit.theta[[p.index for p in free]])
    method = fit.options.method
    robust = method.needs_answers if method.discrepancy == "ML" else method.scaled
    spread = own.spread(around_sample=method.se == "robust_sem") if robust else None
    first = np.zeros((fit.table.n_free, len(free)))
    first[list(place), list(place.values())] = 1
    shared = np.zeros((len(pairs), len(free)))
    for row, (a, b) in zip(shared, pairs, strict=True):
        row[a], row[b] = 1, -1
    limits = restrictions(fit.table, fit.theta)
    index = np.arange(len(limits.values))
    stated = (index >= len(fit.table.sums)) & (index < limits.equalities)
    slopes = limits.slopes @ first
    n = float(fit.n)
    if method.discrepancy != "ML":
        n *= (1 - fit.table.groups / n) ** 2  # lavaan's least squares divide by n here
    return _Apart(
        n,
        -own.slope.gradient / 2,
        own.expected_information,
        spread,
        np.concatenate([slopes[stated], shared]),
        slopes[active(limits, fit.slope) & ~stated],
    )


def _test(apart: _Apart, released: np.ndarray) -> _Test:
    """Test what is released while the rest is kept; without degrees of freedom where it only gives a scale."""
    free = _directions(apart, np.concatenate([apart.tested[~released], apart.kept]))
    restricted = _directions(apart, np.concatenate([apart.tested, apart.kept]))
    new = free @ null_space(restricted.T @ apart.information @ free, free.shape[1])
    df = new.shape[1]
    if not df:
        return _Test(0.0, 0, np.nan, np.nan)
    slope = new.T @ apart.slope
    x2_robust = np.nan
    if apart.spread is not None:
        x2_robust = float(apart.n * slope @ np.linalg.solve(new.T @ apart.spread @ new, slope))
    epc = apart.tested[released] @ free @ (free.T @ apart.slope)
    return _Test(float(apart.n * slope @ slope), df, x2_robust, float(epc[0]) if len(epc) == 1 else np.nan)


def _directions(apart: _Apart, held: np.ndarray) -> np.ndarray:
    """L: ways the parameters can move and be told from each other, scaled so that L^T I L is the identity."""
    known = np.diagonal(apart.information)
    unit = 1 / np.sqrt(np.where(known > 0, known, 1))  # a parameter's unit must not matter
    N = unit[:, None] * null_space(held * unit, len(unit))
    spectrum, axes = np.linalg.eigh(N.T @ apart.information @ N)
    told = spectrum > 1e-9 * spectrum[-1:]
    return np.asarray(N @ axes[:, told] / np.sqrt(spectrum[told]))


_NOT_TESTED = Words(
    "its equalities cannot be tested; see fit.diagnostics.", "其等式约束无法检验；详见fit.diagnostics。"
)
_NOTHING_EQUAL = Words(
    "the model holds no parameters equal, so there is nothing to test: neither by a label shared, nor by '==' or "
    "group_equal=.",
    "模型没有设定相等的参数，因而无可检验：既无共用的标签，也无'=='或group_equal=。",
)
