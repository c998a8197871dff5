"""What a path model implies for ordered answers: thresholds, and correlations of latent responses.

An ordered answer is a latent response y* cut at thresholds tau; y* follows the path model with covariances Sigma and
means mu, and is seen on the scale that D puts it::

    threshold   D_i (tau_ik - mu_i)          mean, numeric variable      mu_i
    slope       D_i Pi_ix                    variance, numeric variable  Sigma_ii
    covariance  D_i Sigma_ij D_j             D = 1 and tau = 0 for numeric variables

Sigma and mu are given the exogenous variables x, whose effects are the slopes Pi (columns of E).  Which of D and the
residual variances of ordered variables are parameters is the parameterization:

* delta: D is; residual variances are what makes diag(Sigma) = 1 / D^2, a linear system given the paths;
* theta: residual variances are; D = diag(Sigma)^-1/2.

Moments stand in the order of ``influence.Layout``: thresholds and means by variable, slopes by covariate, variances,
covariances (lower triangle by columns).

Muthen (1984), Psychometrika 49, 115-132; Muthen and Asparouhov (2002), Mplus Web Notes 4.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from . import least_squares, linalg, ram

THRESHOLDS, SCALES = 3, 4


@dataclass(frozen=True, eq=False)
class OrderedPattern(ram.Pattern):
    """A pattern some of whose observed variables are ordered.

    ordered : (o,)   which
    owner : (t,)     the variable of each threshold or mean     tau : (G, t)  fixed values, 0 for a mean
    scale : (G, p)   fixed values of D                          delta : whether D or residual variances are parameters

    ``matrix`` has two more kinds: THRESHOLDS, whose ``row`` is a place in ``owner``, and SCALES, whose ``row`` is a
    variable.
    """

    ordered: np.ndarray
    owner: np.ndarray
    tau: np.ndarray
    scale: np.ndarray
    delta: bool

    @cached_property
    def modelled(self):
        """y: how many observed variables are not exogenous; they come first."""
        return self.observed - len(self.exogenous)

    @cached_property
    def numeric(self):
        """Modelled variables that are not ordered: (k,)"""
        return np.setdiff1d(np.arange(self.modelled), self.ordered)

    @cached_property
    def sending(self):
        """Which of the ordered ones send an arrow: (k,)"""
        return np.flatnonzero(np.isin(self.ordered, self.sources))

    @cached_property
    def sign(self):
        """1 for a threshold, -1 for a mean: (t,)"""
        return np.where(np.isin(self.owner, self.ordered), 1.0, -1.0)

    @cached_property
    def pairs(self):
        """Rows and columns of the covariances: (m,), (m,)"""
        columns, rows = np.triu_indices(self.modelled, 1)
        return rows, columns

    @cached_property
    def cells(self):
        """Which cells are of each kind: kind -> (k,)"""
        return super().cells | {kind: np.flatnonzero(self.matrix == kind) for kind in (THRESHOLDS, SCALES)}

    @cached_property
    def apart(self):
        """What is left to search when thresholds with parameters of their own are set aside: Apart"""
        times = np.bincount(self.parameter[self.parameter >= 0], minlength=self.parameters)
        alone = (self.parameter >= 0) & (times[self.parameter] == 1)
        cells = np.flatnonzero((self.matrix == THRESHOLDS) & alone.all(axis=0))
        own = self.parameter[:, cells]
        staying = np.setdiff1d(np.arange(self.parameters), own)
        cut = self.row[cells]
        thresholds = np.setdiff1d(np.arange(len(self.owner)), cut)
        rest = np.setdiff1d(np.arange(len(self.matrix)), cells)
        matrix, row, parameter = self.matrix[rest], self.row[rest], self.parameter[:, rest]
        place = np.searchsorted(staying, parameter)
        reduced = replace(
            self,
            matrix=matrix,
            row=np.where(matrix == THRESHOLDS, np.searchsorted(thresholds, row), row),
            col=self.col[rest],
            parameter=np.where(parameter >= 0, place, -1),
            factor=self.factor[:, rest],
            parameters=len(staying),
            owner=self.owner[thresholds],
            tau=self.tau[:, thresholds],
        )
        return Apart(reduced, staying, own, cut, ram.as_slice(np.delete(np.arange(self.moments), cut)))

    @property
    def moments(self):
        """m: how many moments a group has."""
        return len(self.owner) + len(self.exogenous) * self.modelled + len(self.numeric) + len(self.pairs[0])


class Apart(NamedTuple):
    """A pattern without the thresholds that fit their moments exactly, whatever the other parameters are.

    That they do needs weights without products of different moments (all least squares but WLS), and no constraints.

    pattern : the rest      staying : (r,) its parameters among all
    parameter : (G, f) of the thresholds set aside      moment : (f,) the moments that are theirs
    rest : the other moments, (m - f,) or a slice
    """

    pattern: OrderedPattern
    staying: np.ndarray
    parameter: np.ndarray
    moment: np.ndarray
    rest: np.ndarray | slice

    def of(self, values):
        """Without the moments set aside: (..., m) -> (..., m - f)"""
        return values[..., self.rest]

    def together(self, sample, theta, owner):
        """All parameters from the rest's, thresholds put where they fit: (..., r), (t,) -> (..., q)"""
        found = responses(self.pattern, theta)
        i = owner[self.moment]
        whole = np.empty((*theta.shape[:-1], len(self.staying) + self.parameter.size))
        whole[..., self.staying] = theta
        whole[..., self.parameter] = sample.target[..., self.moment] / found.D[..., i] + found.moments.mu[..., i]
        return whole


class Responses(NamedTuple):
    """The model at some theta, given the exogenous variables.

    moments : Implied with (..., G) axes   vector : (..., G, m)   D : (..., G, y)   tau : (..., G, t)
    """

    moments: ram.Implied
    vector: np.ndarray
    D: np.ndarray
    tau: np.ndarray


def slope(pattern, sample, theta):
    """F of weighted least squares, its gradient and its expected Hessian: (..., q) -> Slope"""
    found = responses(pattern, theta)
    delta = jacobian(pattern, found)
    curvature = least_squares.expected_curvature(sample, delta)
    return least_squares.slope_of(pattern, sample, sample.target - found.vector, delta, curvature)


def matrices(pattern, theta, covariance, mean):
    """A, S and m as ``ram.matrices``, with the residual variances of ordered variables put in."""
    A, S, m = ram.matrices(pattern, theta, covariance, mean)
    if pattern.delta:
        given = _without_exogenous(pattern, S)
        E = ram.total_effects(pattern, A)
        _fill(pattern, given, E, _placed(pattern, theta, SCALES, pattern.scale))
        o = pattern.ordered
        S[..., o, o] = given[..., o, o]
    return A, S, m


def responses(pattern, theta):
    """Evaluate the model: (..., q) -> Responses"""
    p, G = pattern.observed, pattern.groups
    A, S, m = ram.matrices(pattern, theta, np.zeros((G, p, p)), np.zeros((G, p)))
    E = ram.total_effects(pattern, A)
    D = _placed(pattern, theta, SCALES, pattern.scale)
    if pattern.delta:
        _fill(pattern, S, E, D)
    moments = ram.assembled(pattern, E, S, m)
    y, o, k = pattern.modelled, pattern.ordered, pattern.numeric
    variance = np.linalg.diagonal(moments.sigma)
    if not pattern.delta:
        D[..., o] = 1 / np.sqrt(np.where(variance[..., o] > 0, variance[..., o], np.nan))
    D = D[..., :y]
    tau = _placed(pattern, theta, THRESHOLDS, pattern.tau)
    i, j = pattern.pairs
    slopes = D[..., None, :] * E[..., :y, :][..., pattern.exogenous].mT
    vector = np.concatenate(
        [
            pattern.sign * D[..., pattern.owner] * (tau - moments.mu[..., pattern.owner]),
            slopes.reshape(*slopes.shape[:-2], len(pattern.exogenous) * y),
            variance[..., k],
            D[..., i] * D[..., j] * moments.sigma[..., i, j],
        ],
        axis=-1,
    )
    return Responses(moments, vector, D, tau)


def jacobian(pattern, found):
    """Slopes of the moments by cell: Responses -> (..., G, c, m)"""
    moments, D = found.moments, found.D
    y, o, k, owner = pattern.modelled, pattern.ordered, pattern.numeric, pattern.owner
    i, j = pattern.pairs
    u = moments.X[..., pattern.a].mT[..., :y]
    v = moments.X[..., pattern.b].mT[..., :y] * pattern.weight[:, None]
    own = 2 * u * v
    joint = _crossed(u, v, i, j)
    centre = u * ram.mean_weight(pattern, moments.eta)[..., None]
    sigma = moments.sigma[..., i, j]
    dD = _scale_slopes(pattern, found)
    if pattern.delta:
        own, joint = _with_residuals(pattern, found, own, joint, dD)
    else:
        dD[..., o] = -0.5 * D[..., None, o] ** 3 * own[..., o]
    d_tau = ((pattern.matrix == THRESHOLDS)[:, None] & (pattern.row[:, None] == np.arange(len(owner)))).astype(float)
    height = (found.tau - moments.mu[..., owner])[..., None, :]
    scale = D[..., None, :]
    effects = moments.E[..., :y, :][..., pattern.exogenous].mT
    path = (pattern.matrix == ram.PATHS)[:, None]
    sent = np.where(path, moments.E[..., pattern.col, :][..., pattern.exogenous], 0)
    slopes = (scale * u)[..., None, :] * sent[..., None] + dD[..., None, :] * effects[..., None, :, :]
    return np.concatenate(
        [
            pattern.sign * (dD[..., owner] * height + scale[..., owner] * (d_tau - centre[..., owner])),
            slopes.reshape(*slopes.shape[:-2], len(pattern.exogenous) * y),
            own[..., k],
            scale[..., i] * scale[..., j] * joint
            + (_crossed(dD, scale, i, j) * sigma[..., None, :] if dD.any() else 0.0),
        ],
        axis=-1,
    )


def residual_slopes(pattern, found):
    """How residual variances of ordered variables follow from the other cells (delta): Responses -> (..., G, c, o)"""
    u = found.moments.X[..., pattern.a].mT[..., pattern.ordered]
    v = found.moments.X[..., pattern.b].mT[..., pattern.ordered] * pattern.weight[:, None]
    return _residual_slopes(pattern, found, 2 * u * v, _scale_slopes(pattern, found)[..., pattern.ordered])


def _residual_slopes(pattern, found, own, dD):
    """own, dD : (..., G, c, o) slopes of variances, those residual variances held, and of scales"""
    o = pattern.ordered
    wanted = -2 / found.D[..., None, o] ** 3 * dD - own
    return wanted @ linalg.inverse(found.moments.E[..., o, :][..., o] ** 2).mT


def _scale_slopes(pattern, found):
    """Slopes of D where it is a parameter: (..., G, c, y)"""
    dD = np.zeros((*found.D.shape[:-1], len(pattern.row), pattern.modelled))
    cells = pattern.cells[SCALES]
    dD[..., cells, pattern.row[cells]] = 1
    return dD


def _with_residuals(pattern, found, own, joint, dD):
    """Add what the residual variances of ordered variables do when they follow from the rest.

    own (..., G, c, y), joint (..., G, c, m): slopes of variances and covariances with those residual variances held
    """
    o = pattern.ordered
    i, j = pattern.pairs
    E = found.moments.E[..., : pattern.modelled, :][..., o]
    residual = _residual_slopes(pattern, found, own[..., o], dD[..., o])
    own = own + residual @ (E**2).mT
    if len(pattern.sending):
        reach = E[..., pattern.sending]
        joint = joint + residual[..., pattern.sending] @ (reach[..., i, :] * reach[..., j, :]).mT
    return own, joint


def _fill(pattern, S, E, D):
    """Put in, in place, the residual variances that make diag(Sigma) = 1 / D^2 for ordered variables."""
    o = pattern.ordered
    S[..., o, o] = 0
    reach = E[..., o, :]
    missing = 1 / D[..., o] ** 2 - np.vecdot(reach @ S, reach)
    S[..., o, o] = linalg.solve(reach[..., o] ** 2, missing)


def _crossed(u, v, i, j):
    """u_i v_j + u_j v_i: (..., y), (..., y), (m,), (m,) -> (..., m)"""
    return u.take(i, axis=-1) * v.take(j, axis=-1) + u.take(j, axis=-1) * v.take(i, axis=-1)


def _without_exogenous(pattern, S):
    x = pattern.exogenous
    S = S.copy()
    S[..., x, :] = 0
    S[..., :, x] = 0
    return S


def _placed(pattern, theta, kind, fixed):
    """Fixed values of thresholds or scales with the parameters put in: (..., q), (G, n) -> (..., G, n)"""
    values = np.broadcast_to(fixed, (*theta.shape[:-1], *fixed.shape)).copy()
    cells = pattern.cells[kind]
    for g in range(pattern.groups):
        free = cells[pattern.parameter[g, cells] >= 0]
        values[..., g, pattern.row[free]] = theta[..., pattern.parameter[g, free]]
    return values
