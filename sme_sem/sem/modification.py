"""What would change if a fixed parameter were freed.

With s the slope and I the information of -2 log L / 2 at the estimates, r the candidate and t the free
parameters::

    V = I_rr - I_rt I_tt^-1 I_tr        MI = N s_r^2 / V        EPC = -s_r / V

MI is the drop in chi-square to be expected, EPC the value the parameter would take.
Sorbom (1989), Psychometrika 54, 371-384; Saris, Satorra and Sorbom (1987).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..kernels import discrepancy, fiml, least_squares, linalg, ram
from ..kernels.gaps import Patterns
from ..responses.moments import Moments
from . import least_squares as weighing
from . import objective, two_stage
from .candidates import Candidates, candidates_of
from .parameters import ParameterTable
from .solution import Point


@dataclass(frozen=True, eq=False)
class Indices:
    """Modification index and expected parameter change of each candidate: (r,), (r,)"""

    candidates: Candidates
    mi: np.ndarray
    epc: np.ndarray

    def frame(self, point: Point, labels: Sequence[str]) -> pd.DataFrame:
        """What is known of each, largest first, beside its change standardized as the solution at the point is."""
        of, order = self.candidates, np.argsort(-self.mi, kind="stable")
        order = order[~np.isnan(self.mi[order])]
        columns: dict[str, Any] = of.columns(order, labels)
        columns |= {"mi": self.mi[order], "epc": self.epc[order]}
        for name, observed in (("sepc_lv", False), ("sepc_all", True)):
            scale = point.scale_of(of.powers, of.group, of.value, observed=observed)
            with np.errstate(invalid="ignore"):  # a variance of zero standardizes nothing
                columns[name] = (self.epc * scale)[order]
        return pd.DataFrame(columns)


def with_given_moments(frame: pd.DataFrame, table: ParameterTable, labels: Sequence[str]) -> pd.DataFrame:
    """Add moments of covariates, kept as the sample has them: freed they would stay where they are, so all is zero.

    lavaan lists them too.
    """
    given = [p for p in table.parameters if p.exogenous]
    if not given:
        return frame
    rows = [(p.lhs, p.op, p.rhs, labels[p.group], 0.0, 0.0, 0.0, 0.0) for p in given]
    kinds = dict.fromkeys(("lhs", "op", "rhs", "group"), "str") | dict.fromkeys(_NUMBERS, "float")
    return pd.concat([frame, pd.DataFrame(rows, columns=list(kinds)).astype(kinds)], ignore_index=True)


_NUMBERS = ("mi", "epc", "sepc_lv", "sepc_all")


def modification_indices(
    table: ParameterTable, sample: discrepancy.Sample, moments: Moments, theta: np.ndarray, directions: np.ndarray
) -> Indices:
    """Score test of every parameter that the model fixes at zero or leaves out.

    sample : with axes (G, ...), without a batch   theta : (q,)
    directions : (q, f) in which the free parameters can move
    """
    freed, q = candidates_of(table), table.n_free
    values = np.concatenate([theta, freed.value])
    if moments.patterns is not None:
        beside = _among_gaps(freed.pattern, sample, moments.patterns, values, q)
    elif objective.in_product_form(sample, moments):
        beside = _among_moments(freed.pattern, sample, values, q)
    elif objective.weighs_moments(sample, moments):
        beside = _among_weighed(freed.pattern, sample, values, q)
    else:
        beside = _among_first_stage(freed.pattern, sample, moments, values, q)
    if moments.patterns is None:
        _leave_exogenous(table, freed.pattern, sample, values, beside)
    s, free, across, own = beside
    known = across.T @ (linalg.whitener(directions.T @ free @ directions) @ directions.T).T
    V = own - np.vecdot(known, known)
    usable = V > 1e-8 * own  # else the candidate cannot be told from the free parameters
    V = np.where(usable, V, np.nan)
    if sample.metric is not None or sample.weight is not None:
        s = s * (1 - table.groups / moments.total)  # lavaan's least squares divide by n here
    return Indices(freed, moments.total * s**2 / (2 * V), -s / V)


class _Beside(NamedTuple):
    """Slope of F at the candidates (r,), and its expected Hessian: twice what the formulas have.

    free : (q, q) among the free parameters   across : (q, r) with the candidates   own : (r,) of each candidate
    """

    slope: np.ndarray
    free: np.ndarray
    across: np.ndarray
    own: np.ndarray


def _among_moments(pattern: ram.Pattern, sample: discrepancy.Sample, values: np.ndarray, q: int) -> _Beside:
    """From complete moments, without the Hessian of the candidates among themselves."""
    moments = ram.implied(pattern, values, sample.covariance, sample.mean)
    white = discrepancy.whitened(pattern, sample, moments)
    free = _cells_of(pattern, q)
    gradient = discrepancy.gradient_by_cell(pattern, moments, white)
    return _by_parameter(
        pattern, sample, q, free, gradient, *discrepancy.expected_columns(pattern, moments, white, free)
    )


def _among_gaps(
    pattern: ram.Pattern, sample: discrepancy.Sample, patterns: Patterns, values: np.ndarray, q: int
) -> _Beside:
    """The same from answers with gaps."""
    free = _cells_of(pattern, q)
    found = fiml.gradient_and_expected_columns(pattern, patterns, sample, values, free)
    return _by_parameter(pattern, sample, q, free, *found)


def _cells_of(pattern: ram.Pattern, q: int) -> np.ndarray:
    """The cells of the free parameters: (k,)"""
    return np.flatnonzero(((pattern.parameter >= 0) & (pattern.parameter < q)).any(axis=0))


def _by_parameter(
    pattern: ram.Pattern,
    sample: discrepancy.Sample,
    q: int,
    free: np.ndarray,
    gradient: np.ndarray,
    curvature: np.ndarray,
    diagonal: np.ndarray,
) -> _Beside:
    """From slopes (G, c), columns of the Hessian (G, c, k) for cells ``free`` (k,), and its diagonal (G, c)."""
    gather = _gather(pattern, q, free)
    with_free = curvature @ (gather * sample.share[:, None, None])
    group, cell = np.nonzero(pattern.parameter >= q)
    order = np.argsort(pattern.parameter[group, cell])
    group, cell = group[order], cell[order]
    return _Beside(
        sample.share[group] * gradient[group, cell],
        (gather.mT @ with_free[:, free]).sum(axis=0),
        with_free[group, cell].T,
        sample.share[group] * diagonal[group, cell],
    )


def _among_weighed(pattern: ram.Pattern, sample: discrepancy.Sample, values: np.ndarray, q: int) -> _Beside:
    """The same from moments with a weight of their own."""
    share = sample.share[:, None, None]
    slopes = weighing.moment_slopes(pattern, sample, values)
    pulled = least_squares.weigh(sample, weighing.moment_residuals(pattern, sample, values))
    by_free = (2 * share * least_squares.weigh_rows(sample, slopes[:, :q]) @ slopes.mT).sum(axis=0)
    own = slopes[:, q:]
    return _Beside(
        (-2 * share * own @ pulled[..., None]).sum(axis=0)[:, 0],
        by_free[:, :q],
        by_free[:, q:],
        2 * sample.share @ np.vecdot(least_squares.weigh_rows(sample, own), own),
    )


def _among_first_stage(
    pattern: ram.Pattern, sample: discrepancy.Sample, moments: Moments, values: np.ndarray, q: int
) -> _Beside:
    """The same from moments that were estimated from answers with gaps."""
    implied = ram.implied(pattern, values, sample.covariance, sample.mean)
    by_cell = discrepancy.gradient_by_cell(pattern, implied, discrepancy.whitened(pattern, sample, implied))
    gradient = ram.sum_cells(pattern, sample.share[:, None] * by_cell)
    by_free, diagonal = two_stage.information_beside(pattern, moments, sample, implied, q)
    return _Beside(gradient[q:], 2 * by_free[:, :q], 2 * by_free[:, q:], 2 * diagonal[q:])


def _leave_exogenous(
    table: ParameterTable,
    pattern: ram.Pattern,
    sample: discrepancy.Sample,
    values: np.ndarray,
    beside: _Beside,
) -> None:
    """Correct, in place, the Hessian of candidates that would change moments among exogenous variables.

    Those moments are given: they carry no information (lavaan's convention; the slope stays as it is).
    """
    p, x, q = pattern.observed, len(table.exogenous), table.n_free
    into = np.flatnonzero((pattern.matrix == ram.PATHS) & (pattern.row >= p - x) & (pattern.row < p))
    if not len(into):
        return
    moments = ram.implied(pattern, values, sample.covariance, sample.mean)
    W = linalg.whitener(moments.sigma)
    X = W @ moments.X
    slopes, mean_slopes = ram.jacobian(pattern, moments, into)
    slopes[..., p - x :, p - x :] = 0
    mean_slopes[..., p - x :] = 0
    along = ram.mean_weight(pattern, moments.eta) if pattern.means else np.zeros(pattern.parameter.shape)
    gather = _gather(pattern, q, np.arange(len(pattern.matrix)))
    for place, cell in enumerate(into):
        for group in np.flatnonzero(pattern.parameter[:, cell] >= 0):
            r = pattern.parameter[group, cell] - q
            Z = W[group] @ slopes[group, place] @ W[group].T
            nu = W[group] @ mean_slopes[group, place] * pattern.means
            inner = (X[group].T @ Z @ X[group])[pattern.a, pattern.b] * pattern.weight
            inner = inner + (nu @ X[group])[pattern.a] * along[group]
            beside.across[:, r] = 2 * sample.share[group] * (inner @ gather[group])
            beside.own[r] = sample.share[group] * ((Z**2).sum() + 2 * nu @ nu)


def _gather(pattern: ram.Pattern, q: int, cells: np.ndarray) -> np.ndarray:
    """What sums some cells into the first q parameters, as ``pattern.gather`` sums all into all: (G, k, q)"""
    return (pattern.parameter[:, cells, None] == np.arange(q)) * pattern.factor[:, cells, None]
