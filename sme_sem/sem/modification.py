"""What would change if a fixed parameter were freed.

With s the slope and I the information of -2 log L / 2 at the estimates, r the candidate and t the free
parameters::

    V = I_rr - I_rt I_tt^-1 I_tr        MI = N s_r^2 / V        EPC = -s_r / V

MI is the drop in chi-square to be expected, EPC the value the parameter would take.
Sorbom (1989), Psychometrika 54, 371-384; Saris, Satorra and Sorbom (1987).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from ..kernels import discrepancy, linalg, ram
from ..responses.moments import Moments
from . import objective
from .parameters import Parameter, ParameterTable


@dataclass(frozen=True, eq=False)
class Candidates:
    """Modification index and expected parameter change of each candidate: (r,), (r,)"""

    parameters: tuple[Parameter, ...]
    mi: np.ndarray
    epc: np.ndarray


def modification_indices(
    table: ParameterTable, sample: discrepancy.Sample, moments: Moments, theta: np.ndarray, directions: np.ndarray
) -> Candidates:
    """Score test of every parameter that the model fixes at zero or leaves out.

    sample : with axes (G, ...), without a batch   theta : (q,)
    directions : (q, f) in which the free parameters can move
    """
    candidates = tuple(_candidates(table))
    q = table.n_free
    extra = tuple(replace(p, index=q + r) for r, p in enumerate(candidates))
    kept = [p for p in table.parameters if p.free or (p.key, p.group) not in {(c.key, c.group) for c in candidates}]
    pattern = replace(table, parameters=(*kept, *extra)).pattern()
    values = np.concatenate([theta, [0.0 if np.isnan(p.value) else p.value for p in extra]])
    score = objective.slope(pattern, sample, moments, values).gradient / 2
    information = objective.expected_information(pattern, sample, moments, values) / 2
    if moments.patterns is None:
        _leave_exogenous(table, pattern, sample, values, information)
    r = np.arange(q, q + len(extra))
    W = linalg.whitener(directions.T @ information[:q, :q] @ directions) @ directions.T
    whitened = information[q:, :q] @ W.T
    own = np.diagonal(information)[r]
    V = own - np.vecdot(whitened, whitened)
    usable = V > 1e-8 * own  # else the candidate cannot be told from the free parameters
    V = np.where(usable, V, np.nan)
    s = score[r]
    if sample.metric is not None or sample.weight is not None:
        s = s * (1 - table.groups / moments.total)  # lavaan's least squares divide by n here
    return Candidates(candidates, moments.total * s**2 / V, -s / V)


def _leave_exogenous(
    table: ParameterTable,
    pattern: ram.Pattern,
    sample: discrepancy.Sample,
    values: np.ndarray,
    information: np.ndarray,
) -> None:
    """Correct, in place, the information of candidates that would change moments among exogenous variables.

    Those moments are given: they carry no information (lavaan's convention; the slope stays as it is).
    """
    p, x = pattern.observed, len(table.exogenous)
    into = np.flatnonzero((pattern.matrix == ram.PATHS) & (pattern.row >= p - x) & (pattern.row < p))
    if not len(into):
        return
    moments = ram.implied(pattern, values, sample.covariance, sample.mean)
    W = linalg.whitener(moments.sigma)
    X = W @ moments.X
    slopes, mean_slopes = (part[:, into] for part in ram.jacobian(pattern, moments))
    slopes[..., p - x :, p - x :] = 0
    mean_slopes[..., p - x :] = 0
    along = ram.mean_weight(pattern, moments.eta) if pattern.means else np.zeros(pattern.parameter.shape)
    for place, cell in enumerate(into):
        for group in np.flatnonzero(pattern.parameter[:, cell] >= 0):
            parameter = pattern.parameter[group, cell]
            Z = W[group] @ slopes[group, place] @ W[group].T
            nu = W[group] @ mean_slopes[group, place] * pattern.means
            inner = (X[group].T @ Z @ X[group])[pattern.a, pattern.b] * pattern.weight
            inner = inner + (nu @ X[group])[pattern.a] * along[group]
            across = sample.share[group] * (inner @ pattern.gather[group])
            information[parameter, :] = information[:, parameter] = across
            information[parameter, parameter] = sample.share[group] * ((Z**2).sum() / 2 + nu @ nu)


def _candidates(table: ParameterTable) -> Iterator[Parameter]:
    fixed = {(p.key, p.group): p for p in table.parameters if not p.free}
    free = {(p.key, p.group) for p in table.parameters if p.free}
    for group in range(table.groups):
        for lhs, op, rhs in dict.fromkeys(_possible(table)):
            p = Parameter(lhs, op, rhs, group, value=0.0)
            if (p.key, group) in free:
                continue
            known = fixed.get((p.key, group))
            if known is None:
                yield p
            elif not known.exogenous:
                yield known


def _possible(table: ParameterTable) -> Iterator[tuple[str, str, str]]:
    """Loadings, residual covariances, covariances of constructs, paths, and intercepts if modelled."""
    rows = table.parameters
    latent, observed = table.latent, [n for n in table.observed if n not in table.exogenous]
    indicators = {p.rhs for p in rows if p.op == "=~"}
    regressed = dict.fromkeys([p.lhs for p in rows if p.op == "~"] + [p.rhs for p in rows if p.op == "~"])
    items = [n for n in observed if n not in regressed]
    for construct in latent:
        yield from ((construct, "=~", item) for item in items)
        yield from ((construct, "=~", p.rhs) for p in rows if p.op == "=~" and p.lhs == construct)
    for names in (observed, list(latent)):
        yield from ((n, "~~", n) for n in names)
        yield from ((a, "~~", b) for a, b in combinations(names, 2))
    yield from ((x, "~~", n) for x in table.exogenous for n in observed if n in regressed)
    for outcome in regressed:
        for predictor in regressed:
            if outcome != predictor and not (outcome in indicators and outcome not in latent and predictor in latent):
                yield outcome, "~", predictor
    if table.means:
        yield from ((n, "~1", "") for n in (*observed, *latent))
