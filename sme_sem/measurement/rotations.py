"""Turning components until every item belongs to few of them.

Varimax, promax and oblimin are factor_analyzer's, run until they stand still; where that is a saddle, as with items
that are exactly alike, they go on to a minimum.  Varimax, quartimax and equamax normalise
the rows (Kaiser).  Promax raises the varimax loadings to the fourth power and fits them: components as R's
``stats::promax`` and psych's ``principal`` do, factors with rows normalised for that, as psych's ``fa`` and SPSS do,
which moves loadings in the second decimal.  Oblimin is direct quartimin (delta or gamma 0) without row normalisation,
as in R's GPArotation; geomin's epsilon is 0.001, as in lavaan, and its rows are not normalised.

Kaiser (1958), Psychometrika 23, 187-200.  Hendrickson & White (1964), British Journal of
Statistical Psychology 17, 65-70.  Jennrich & Sampson (1966), Psychometrika 31, 313-323.
Quartimax, equamax and geomin, with their sources: ``kernels.rotation``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..kernels import rotation as projection
from ..tables import Words, term

Turned = tuple[Any, Any, bool]  # loadings (p, m), component correlations (m, m), has it come to rest


@dataclass(frozen=True)
class Rotation:
    """A way to rotate: its name, what tables call it, and the function that turns loadings."""

    name: str
    label: Words
    kind: Literal["none", "orthogonal", "oblique"]
    turn: Callable[[Any], Turned]

    @property
    def oblique(self) -> bool:
        """Say whether the rotated components may correlate."""
        return self.kind == "oblique"


def _unrotated(loadings: Any) -> Turned:
    return loadings, np.eye(loadings.shape[1]), True


def _varimax(loadings: Any) -> Turned:
    """Maximise the variance of squared, row-normalised loadings within columns.

    An item without any communality has no direction: it is left out of the rotation.
    """
    from factor_analyzer import Rotator

    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    directed = length[:, 0] > 1e-8
    turned, rest = loadings[directed], np.inf
    for _ in range(_ROUNDS):
        # a tolerance below zero never stops early, so that each round runs to its end
        turned = Rotator("varimax", tol=-1, max_iter=50).fit_transform(turned)
        directions = turned / length[directed]
        rest = _from_rest(projection.varimax, directions, np.eye(turned.shape[1]), oblique=False) / len(directions)
        if rest < _AT_REST:
            break
    eye = np.eye(loadings.shape[1])
    lower = projection.below(projection.varimax, turned / length[directed], eye, oblique=False)
    if lower is not None:
        turned, rest = turned @ lower.rotation, lower.violation / len(turned)
    if rest >= _AT_REST:  # slow where items that load alike are few
        last = projection.best(projection.varimax, turned / length[directed], eye[None], oblique=False)
        turned, rest = turned @ last.rotation, last.violation / len(turned)
    rotated = np.zeros_like(loadings)
    rotated[directed] = turned
    return rotated, eye, bool(rest < _AT_REST)


def _promax(loadings: Any) -> Turned:
    from factor_analyzer import Rotator

    turned, _, settled = _varimax(loadings)
    # no iteration: the loadings are at their varimax already, and a second, unnormalised one would leave it
    promax = Rotator("promax", normalize=False, power=4, max_iter=0)
    return promax.fit_transform(turned), promax.phi_, settled


def _promax_of_directions(loadings: Any) -> Turned:
    """Promax of the rows in length one, brought back to their own."""
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    turned, phi, settled = _promax(loadings / np.where(length > 1e-8, length, 1.0))
    return turned * length, phi, settled


def _oblimin(loadings: Any) -> Turned:
    from factor_analyzer import Rotator

    oblimin = Rotator("oblimin", gamma=0, tol=1e-7, max_iter=1000)
    turned = oblimin.fit_transform(loadings)
    rotation = np.linalg.inv(np.linalg.pinv(loadings) @ turned).T
    lower = projection.below(projection.quartimin, loadings, rotation, oblique=True)
    if lower is None and _from_rest(projection.quartimin, turned, oblimin.phi_, oblique=True) < 1e-6:
        return turned, oblimin.phi_, True
    found = lower or projection.best(projection.quartimin, loadings, rotation[None], oblique=True)
    T = found.rotation
    return projection.apply(T, loadings, oblique=True), T.T @ T, bool(found.violation < 1e-6)


def _from_rest(criterion: Callable[[Any], Any], loadings: Any, correlations: Any, *, oblique: bool) -> float:
    """How far a rotation is from where its criterion stands still."""
    return float(np.abs(projection.conditions(criterion, loadings, correlations, oblique=oblique)).max(initial=0.0))


def _searched(criterion: Callable[[Any], Any], *, oblique: bool) -> Callable[[Any], Turned]:
    """Make a rotation of a criterion: the lowest place found from many starts; orthogonal ones normalise the rows."""

    def turn(loadings: Any) -> Turned:
        length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
        rows = loadings if oblique else loadings / np.where(length > 1e-8, length, 1.0)
        starts = projection.random_starts(loadings.shape[1], _STARTS)
        found = projection.best(criterion, rows, starts, oblique=oblique)
        phi = found.rotation.T @ found.rotation if oblique else np.eye(loadings.shape[1])
        return projection.apply(found.rotation, loadings, oblique=oblique), phi, bool(found.violation < 1e-8)

    return turn


_ROUNDS = 40
_AT_REST = 1e-10
_STARTS = 30

ROTATIONS = {
    rotation.name: rotation
    for rotation in (
        Rotation("varimax", term("Varimax with Kaiser normalization"), "orthogonal", _varimax),
        Rotation("promax", Words("Promax (power 4)", "Promax斜交旋转（幂次4）"), "oblique", _promax),
        Rotation("oblimin", Words("Direct oblimin (delta 0)", "直接Oblimin斜交旋转（δ = 0）"), "oblique", _oblimin),
        Rotation(
            "geomin",
            Words("Geomin (epsilon 0.001)", "Geomin斜交旋转（ε = 0.001）"),
            "oblique",
            _searched(projection.geomin, oblique=True),
        ),
        Rotation(
            "quartimax",
            Words("Quartimax with Kaiser normalization", "凯撒正态化最大四次方值法"),
            "orthogonal",
            _searched(projection.quartimax, oblique=False),
        ),
        Rotation(
            "equamax",
            Words("Equamax with Kaiser normalization", "凯撒正态化最大平衡值法"),
            "orthogonal",
            _searched(projection.equamax, oblique=False),
        ),
        Rotation("none", Words("none", "未旋转"), "none", _unrotated),
    )
}

KAISER_PROMAX = Rotation(
    "promax",
    Words("Promax (power 4) with Kaiser normalization", "凯撒正态化Promax斜交旋转（幂次4）"),
    "oblique",
    _promax_of_directions,
)
ROTATIONS_OF_FACTORS = {**ROTATIONS, "promax": KAISER_PROMAX}
