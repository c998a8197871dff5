"""The choices that turn a specification into a parameter table and a fit, each with the field's default."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import Literal

from ..arguments import chosen, means, texts, whole
from ..errors import SpecificationError
from ..words import Words
from .bounds import Bounds
from .estimators import ESTIMATORS, Estimator
from .rotation_args import BY_CUSTOM, OBLIQUE, RotationArgs

Preset = Literal["sem", "growth", "explicit"]
Parameterization = Literal["delta", "theta"]

GROUP_EQUAL = (
    "loadings",
    "thresholds",
    "intercepts",
    "means",
    "residuals",
    "residual_covariances",
    "lv_variances",
    "lv_covariances",
    "regressions",
    "composite_weights",
)


EFFECT_CODING = ("loadings", "intercepts")


@dataclass(frozen=True)
class Options:
    """What was asked of a fit, in lavaan's words.

    method : the estimator, with its errors and test
    meanstructure : whether means are modelled; None: where the model has intercepts, or there are several groups
    preset : ``"sem"`` (also for CFA), ``"growth"`` or ``"explicit"`` (nothing is added to the model)
    likelihood : ``"normal"`` divides by n, ``"wishart"`` by n - 1 (as AMOS and LISREL do)
    group_equal : kinds of parameters held equal across groups (:data:`GROUP_EQUAL`)
    group_partial : relations excepted from that, such as ``"visual =~ x2"``
    parameterization : of ordered variables; ``"delta"`` scales their latent responses, ``"theta"`` their residuals
    orthogonal : covariances of constructs are zero unless the model states them
    orthogonal_x, orthogonal_y : the same of exogenous constructs only, and of what is left of the others
    std_ov : answers are standardized first, group by group, but for covariates that keep their moments
    fixed_x : exogenous observed variables keep their sample moments and cost no parameters
    effect_coding : what gives constructs their scale in place of a marker (:data:`EFFECT_CODING`)
    starts, seed : how many random starts the search is repeated from, and what they are drawn from
    rotation : how exploratory blocks are turned (:mod:`~sme_sem.sem.rotation_args`, or ``"none"``); None without any
    rotation_args : what the rotation is told besides
    target : what loadings are to come close to by ``rotation="target"``: construct, item, value
    cluster, weights : columns that tell how respondents were drawn
    missing : what becomes of gaps: ``"listwise"``, ``"fiml"``, ``"two_stage"``, ``"pairwise"`` ...
    std_lv : constructs have variance one in place of a marker
    information : what errors rest on, ``"expected"`` or ``"observed"``
    max_iterations : after which a search gives up
    bootstrap : how many samples errors are drawn from in place of the formula; zero for none
    bounds : which parameters are kept within what limits (:data:`~sme_sem.sem.bounds.KINDS`)
    """

    method: Estimator = ESTIMATORS["ML"]
    missing: str = "listwise"
    preset: Preset = "sem"
    std_lv: bool = False
    orthogonal: bool = False
    orthogonal_x: bool = False
    orthogonal_y: bool = False
    std_ov: bool = False
    fixed_x: bool = True
    meanstructure: bool | None = None
    likelihood: Literal["normal", "wishart"] = "normal"
    information: Literal["expected", "observed"] = "expected"
    max_iterations: int = 300
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    effect_coding: tuple[str, ...] = ()
    starts: int = 0
    seed: int | None = None
    rotation: str | None = None
    rotation_args: RotationArgs = BY_CUSTOM
    target: tuple[tuple[str, str, float], ...] = ()
    cluster: str | None = None
    weights: str | None = None
    parameterization: Parameterization = "delta"
    bootstrap: int = 0
    bounds: Bounds = "none"

    @property
    def estimator(self) -> str:
        """The estimator's name."""
        return self.method.name

    @property
    def oblique(self) -> bool:
        """Whether the constructs of an exploratory block correlate."""
        return self.rotation in OBLIQUE and not (self.orthogonal or self.rotation_args.orthogonal)

    @property
    def unbiased(self) -> bool:
        """Whether covariances are divided by n - 1, and statistics multiplied by it."""
        return self.likelihood == "wishart" or self.method.discrepancy != "ML"


def group_equal_of(value: str | Sequence[str]) -> tuple[str, ...]:
    """Read ``group_equal=``."""
    return tuple(chosen("group_equal", kind, GROUP_EQUAL) for kind in texts("group_equal", value, "loadings"))


def effect_coding_of(value: bool | str | Sequence[str], *, std_lv: bool) -> tuple[str, ...]:
    """Read ``effect_coding=``: True stands for both kinds."""
    if isinstance(value, bool):
        kinds: tuple[str, ...] = EFFECT_CODING if value else ()
    else:
        kinds = tuple(
            chosen("effect_coding", kind, EFFECT_CODING) for kind in texts("effect_coding", value, "loadings")
        )
    if std_lv and "loadings" in kinds:
        raise SpecificationError(
            Words(
                "effect_coding gives constructs the scale of their indicators, std_lv=True a variance of one: choose "
                "one.",
                "effect_coding使构念取其指标的尺度，std_lv=True则使构念的方差为1：请择其一。",
            )
        )
    return kinds


def bootstrap_of(value: int, se: str | None) -> int:
    """Read ``bootstrap=``, how many samples errors are taken from; ``se="bootstrap"`` alone stands for 1000."""
    value = whole(
        "bootstrap", value, 0, Words("how many samples to draw, such as bootstrap=1000", "抽样次数，如bootstrap=1000")
    )
    asked = means(se, "bootstrap")
    if value and not (se is None or asked):
        raise SpecificationError(
            Words(
                f"bootstrap={value} gives standard errors from samples; leave se={se!r} out.",
                f"bootstrap={value}由抽样得到标准误；请删去se={se!r}。",
            )
        )
    return value or 1000 * asked


def errors_of_first_order(se: str | None) -> str:
    """Read ``information="first_order"``, which are the errors of that name."""
    if se is None or means(se, "standard") or means(se, "first_order"):
        return "first_order"
    raise SpecificationError(
        Words(
            f"information='first_order' is se='first_order': leave se={se!r} out.",
            f"information='first_order'即se='first_order'：请删去se={se!r}。",
        )
    )


def any_ordered(ordered: bool | Sequence[str] | None) -> bool:
    """Whether ``ordered=`` names a variable.

    >>> any_ordered(["q1"]), any_ordered([]), any_ordered(None)
    (True, False, False)
    """
    return len(ordered) > 0 if isinstance(ordered, Sized) else bool(ordered)


def starts_of(value: int) -> int:
    """Read ``starts=``: how many, zero or more."""
    return whole(
        "starts",
        value,
        0,
        Words("how many random starts to search from, such as starts=20", "随机初值的个数，如starts=20"),
    )


def max_iterations_of(value: int | None) -> int:
    """Read ``max_iterations=``: 300 unless told."""
    if value is None:
        return 300
    return whole(
        "max_iterations",
        value,
        0,
        Words("how many steps a search may take, such as max_iterations=1000", "搜索的最多步数，如max_iterations=1000"),
    )
