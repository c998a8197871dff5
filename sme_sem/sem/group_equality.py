"""What ``group_equal`` and ``group_partial`` hold equal across groups, and what they leave free in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..errors import SpecificationError
from ..relation import bare
from ..suggestions import did_you_mean
from ..syntax import Term
from ..words import Words, at
from . import composites
from .options import Options
from .parameters import Parameter
from .roles import Roles

_KINDS = {
    "=~": "loadings",
    composites.WEIGHT: "composite_weights",
    "~": "regressions",
    "|": "thresholds",
    "~*~": "scales",
}


def held_equal(roles: Roles, options: Options) -> Callable[[Parameter], bool]:
    """Which parameters ``group_equal`` holds equal across groups.

    As in lavaan, what a covariance is goes by its left side, and moments of covariates are of no kind.
    """
    latent, excepted = set(roles.latent), {bare(text) for text in options.group_partial}

    def kind(p: Parameter) -> str:
        if p.op in _KINDS:
            return _KINDS[p.op]
        if p.lhs in roles.covariates:
            return "covariates"
        if p.lhs in roles.made or p.op == composites.LOADING:
            return "items of composites"
        if p.op == "~1":
            return "means" if p.lhs in latent else "intercepts"
        if p.lhs == p.rhs:
            return "lv_variances" if p.lhs in latent else "residuals"
        return "lv_covariances" if p.lhs in latent else "residual_covariances"

    def held(p: Parameter) -> bool:
        names = {bare(str(p)), f"{p.rhs}{p.op}{p.lhs}" if p.op == "~~" else ""}
        return kind(p) in options.group_equal and not names & excepted

    return held


def equal_thresholds(
    own: Sequence[Parameter], first: Sequence[Parameter], held: Callable[[Parameter], bool]
) -> dict[str, int]:
    """How many thresholds of each ordered variable a group has in common with the first.

    own, first : the parameters of the two groups
    """
    theirs, ours = _thresholds(first), _thresholds(own)

    def common(p: Parameter) -> bool:
        label = theirs[p.key].label if p.key in theirs else ""
        return p.label == label if p.free and (p.label or label) else held(p) or not p.free

    found = dict.fromkeys((p.lhs for p in ours.values()), 0)
    for p in ours.values():
        found[p.lhs] += common(p)
    return found


def _thresholds(parameters: Sequence[Parameter]) -> dict[tuple[str, str, str], Parameter]:
    """Thresholds by relation; of one that is there twice, stated and by default, the first counts."""
    return {p.key: p for p in reversed(parameters) if p.op == "|"}


def released(p: Parameter, term: Term, roles: Roles, options: Options, thresholds: Mapping[str, int]) -> bool:
    """Whether a fixed parameter is free in a later group once the measurement is equal, unless it is held equal itself.

    Construct means that something tells (``Roles.tells``); markers, or variances of constructs without one;
    covariances within an exploratory block.  Of ordered variables intercepts where a threshold is equal, and where
    several are, the scale (theta: the residual variance); means of constructs once intercepts are (Wu and
    Estabrook 2016, Psychometrika 81, 1014-1045).

    thresholds : how many of each ordered variable are equal (:func:`equal_thresholds`)
    """
    equal = options.group_equal
    if p.free or p.derived:
        return False
    if p.op == "=~":
        return "loadings" in equal and options.preset != "explicit" and not term.fixed
    if p.user or p.lhs in roles.markers:
        return False
    itself = p.lhs == p.rhs
    if p.lhs in thresholds:
        measured = thresholds[p.lhs] > 1 and (p.op == "~*~" or (p.op == "~~" and itself))
        placed = thresholds[p.lhs] > 0 and p.op == "~1" and options.preset == "sem"
        return "thresholds" in equal and (measured or placed)
    if p.lhs not in roles.latent:
        return False
    if p.op == "~1":
        return "intercepts" in equal and options.preset == "sem" and roles.tells(p.lhs)
    own_scale = options.std_lv or p.lhs in roles.block_of
    apart = (itself and own_scale) or roles.one_block(p.lhs, p.rhs)
    return p.op == "~~" and "loadings" in equal and apart


def concerns_means(options: Options) -> bool:
    """Whether intercepts or means are held equal, so that there must be some."""
    return not {"intercepts", "means"}.isdisjoint(options.group_equal)


def require_excepted(parameters: Sequence[Parameter], excepted: Sequence[str]) -> None:
    """Refuse an exception from equality that is no parameter of the model."""
    if not excepted:
        return
    written = {bare(str(p)): str(p) for p in parameters}
    written |= {f"{p.rhs}{p.op}{p.lhs}": str(p) for p in parameters if p.op == "~~"}
    for text in excepted:
        if bare(text) not in written:
            near = did_you_mean(text, dict.fromkeys(written.values()))
            raise SpecificationError(at("group_partial", _NO_PARAMETER.filled(text=repr(text)) + near))


_NO_PARAMETER = Words("{text} is no parameter of the model.", "模型中没有参数{text}。")
