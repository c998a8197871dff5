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
from ..words import NOTHING, Words, joined

OBLIQUE = (
    "geomin",
    "oblimin",
    "quartimin",
    "promax",
    "infomax",
    "bentler",
    "simplimax",
    "bigeomin",
    "biquartimin",
    "target",
    "cf_quartimax",
    "cf_varimax",
    "cf_equamax",
    "cf_parsimax",
    "cf_facparsim",
)
ORTHOGONAL = ("varimax", "quartimax", "equamax", "parsimax", "entropy", "mccammon", "tandem1", "tandem2")
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
    require_kind("rotation_args", args, Mapping, _A_DICT)
    if args and rotation in (None, "none"):
        raise SpecificationError(_NO_ROTATION)
    found: dict[str, Any] = {}
    for written, value in args.items():
        name = plain(str(written))
        if name not in _NAMES:
            strange = _UNKNOWN.filled(name=repr(written), names=joined(_NAMES, ", ", "、"))
            raise SpecificationError(strange + did_you_mean(name, _NAMES))
        if rotation not in _OWN.get(name, (rotation,)):
            raise SpecificationError(_OF_ANOTHER.filled(name=name, own=repr(_OWN[name][0]), rotation=repr(rotation)))
        found[name] = _READ[name](name, value)
    if found.get("orthogonal") and rotation == "promax":
        raise SpecificationError(_PROMAX)
    if found.get("orthogonal") is False and rotation in ORTHOGONAL:
        oblique = joined(OBLIQUE, ", ", "、")
        raise SpecificationError(_UNCORRELATED.filled(rotation=repr(rotation), oblique=oblique))
    return RotationArgs(**found)


def _number(name: str, value: object) -> float:
    least = {"geomin_epsilon": 0.0, "promax_kappa": 1.0}.get(name, -np.inf)
    if isinstance(value, Real) and not isinstance(value, bool) and least < float(value) < np.inf:
        return float(value)
    above = _ABOVE.filled(least=f"{least:g}") if np.isfinite(least) else NOTHING
    raise SpecificationError(_GIVE_NUMBER.filled(name=name, value=repr(value), above=above))


def _flag(name: str, value: object) -> bool:
    return flag(f"rotation_args: {name}", value)


def _weights(name: str, value: str) -> str:
    found = chosen(f"rotation_args: {name}", value, ("default", "none", "kaiser"))
    return "" if found == "default" else found


_READ = {**dict.fromkeys(_OWN, _number), "orthogonal": _flag, "row_weights": _weights}
_A_DICT = Words("a dict, such as {'geomin_epsilon': 0.01}", "字典，如{'geomin_epsilon': 0.01}")
_NO_ROTATION = Words(
    "rotation_args= tells about a rotation, and there is none: leave it out.",
    "rotation_args=用于说明旋转，而此处没有旋转：请删去。",
)
_UNKNOWN = Words(
    "rotation_args: {name} is not known; it can have {names}.", "rotation_args：没有名为{name}的选项；可用{names}。"
)
_OF_ANOTHER = Words(
    "rotation_args: {name} is for rotation={own}, not {rotation}.",
    "rotation_args：{name}用于rotation={own}，而非{rotation}。",
)
_PROMAX = Words(
    "promax lets constructs correlate; uncorrelated they are as rotation='varimax' has them.",
    "promax允许潜变量相关；潜变量不相关时即为rotation='varimax'的结果。",
)
_UNCORRELATED = Words(
    "rotation={rotation} keeps constructs uncorrelated; they correlate by {oblique}.",
    "rotation={rotation}使潜变量保持不相关；允许相关的旋转有{oblique}。",
)
_GIVE_NUMBER = Words(
    "rotation_args: {name}={value}: give a number{above}.", "rotation_args：{name}={value}：应为{above}数值。"
)
_ABOVE = Words(" above {least}", "大于{least}的")
