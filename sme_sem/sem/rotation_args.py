"""What a rotation can be told besides its name: ``rotation_args=``, in lavaan's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from ..arguments import chosen, flag, plain, require_kind
from ..errors import SpecificationError
from ..kernels.rotation import EPSILON
from ..suggestions import did_you_mean

OBLIQUE = (
    "geomin",
    "oblimin",
    "quartimin",
    "promax",
    "infomax",
    "bigeomin",
    "biquartimin",
    "target",
    "cf_quartimax",
    "cf_varimax",
    "cf_equamax",
    "cf_parsimax",
    "cf_facparsim",
)
ORTHOGONAL = ("varimax", "quartimax", "equamax", "parsimax")
BIFACTOR = ("bigeomin", "biquartimin")
BY_KAISER = ("varimax", "promax")


@dataclass(frozen=True)
class RotationArgs:
    """How a rotation is carried out.

    geomin_epsilon : what is added to squared loadings, so that one of zero does not make its row as simple as can be
    oblimin_gamma : zero for quartimin; the larger, the more constructs correlate
    promax_kappa : the power to which varimax's loadings are raised
    orthogonal : whether constructs of a block stay uncorrelated
    row_weights : ``"kaiser"`` gives all items the same communality while they are rotated, ``"none"`` not; empty for
        what the rotation has by custom
    """

    geomin_epsilon: float = EPSILON
    oblimin_gamma: float = 0.0
    promax_kappa: float = 4.0
    orthogonal: bool = False
    row_weights: str = ""

    def kaiser(self, rotation: str | None) -> bool:
        """Whether rows are weighted by Kaiser's normalisation."""
        return self.row_weights == "kaiser" or (not self.row_weights and rotation in BY_KAISER)


BY_CUSTOM = RotationArgs()
_OWN = {"geomin_epsilon": ("geomin", "bigeomin"), "oblimin_gamma": ("oblimin",), "promax_kappa": ("promax",)}
_NAMES = (*_OWN, "orthogonal", "row_weights")


def rotation_args_of(rotation: str | None, args: Any) -> RotationArgs:
    """Read ``rotation_args=``.

    Raises :class:`~sme_sem.errors.SpecificationError` for what is unknown, or is of another rotation.

    >>> rotation_args_of("geomin", {"geomin.epsilon": 0.01}).geomin_epsilon
    0.01
    """
    if args is None:
        return BY_CUSTOM
    require_kind("rotation_args", args, Mapping, "a dict, such as {'geomin_epsilon': 0.01}")
    if args and rotation in (None, "none"):
        raise SpecificationError("rotation_args= tells about a rotation, and there is none: leave it out.")
    found: dict[str, Any] = {}
    for written, value in args.items():
        name = plain(str(written))
        if name not in _NAMES:
            raise SpecificationError(
                f"rotation_args: {written!r} is not known; it can have {', '.join(_NAMES)}.{did_you_mean(name, _NAMES)}"
            )
        if rotation not in _OWN.get(name, (rotation,)):
            raise SpecificationError(f"rotation_args: {name} is for rotation={_OWN[name][0]!r}, not {rotation!r}.")
        found[name] = _READ[name](name, value)
    if found.get("orthogonal") and rotation == "promax":
        raise SpecificationError(
            "promax lets constructs correlate; uncorrelated they are as rotation='varimax' has them."
        )
    if found.get("orthogonal") is False and rotation in ORTHOGONAL:
        raise SpecificationError(
            f"rotation={rotation!r} keeps constructs uncorrelated; they correlate by {', '.join(OBLIQUE)}."
        )
    return RotationArgs(**found)


def _number(name: str, value: object) -> float:
    least, wanted = {"geomin_epsilon": (0.0, "above 0"), "promax_kappa": (1.0, "above 1")}.get(name, (-np.inf, ""))
    if isinstance(value, Real) and not isinstance(value, bool) and least < float(value) < np.inf:
        return float(value)
    raise SpecificationError(f"rotation_args: {name}={value!r}: give a number{' ' * bool(wanted)}{wanted}.")


def _flag(name: str, value: object) -> bool:
    return flag(f"rotation_args: {name}", value)


def _weights(name: str, value: str) -> str:
    found = chosen(f"rotation_args: {name}", value, ("default", "none", "kaiser"))
    return "" if found == "default" else found


_READ = {**dict.fromkeys(_OWN, _number), "orthogonal": _flag, "row_weights": _weights}
