"""What :func:`sme_sem.fit` is asked, read into :class:`~sme_sem.sem.options.Options`: one by one, then together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ..arguments import chosen, flag, means, texts
from ..errors import SpecificationError
from ..responses.design import Drawn
from ..tasks import seeded
from ..words import Words, joined
from . import sampling
from .bounds import KINDS, ROOMS, Bounds
from .estimators import COMPLETE_ONLY, Estimator, chosen_estimator
from .options import (
    Options,
    Parameterization,
    Preset,
    any_ordered,
    bootstrap_of,
    effect_coding_of,
    errors_of_first_order,
    group_equal_of,
    max_iterations_of,
    starts_of,
)
from .ordered import marked
from .roles import given_variables
from .rotation_args import BIFACTOR, OBLIQUE, ORTHOGONAL, rotation_args_of
from .rotation_target import aims_of
from .source import Source
from .specification import Specification
from .spelling import covariates_too, missing_of
from .two_stage import WAYS


@dataclass(frozen=True, eq=False, kw_only=True)
class Asked:
    """How a model is to be fitted: arguments of :func:`sme_sem.fit`, explained there, as they were given."""

    estimator: str | None
    missing: str
    ordered: bool | Sequence[str] | None
    group_equal: str | Sequence[str]
    group_partial: str | Sequence[str]
    std_lv: bool
    effect_coding: bool | str | Sequence[str]
    bounds: Bounds
    orthogonal: bool
    orthogonal_x: bool
    orthogonal_y: bool
    std_ov: bool
    fixed_x: bool
    meanstructure: bool | None
    likelihood: Literal["normal", "wishart"]
    information: Literal["expected", "observed", "first_order"] | None
    se: str | None
    test: str | Sequence[str] | None
    rotation: str | None
    rotation_args: Mapping[str, float | bool | str] | None
    target: Mapping[str, Sequence[str]] | pd.DataFrame | None
    parameterization: Parameterization
    preset: Preset
    max_iterations: int | None
    starts: int
    bootstrap: int
    seed: int | None


def ordered_of(asked: Asked, specification: Specification, source: Source) -> bool | Sequence[str] | None:
    """Read ``ordered=``: names, True for all, or None where neither the call nor the data say anything."""
    fixed_x, missing, ordered = _fixed_x(asked), _missing(asked), asked.ordered
    if ordered is None:
        ordered = marked(specification, source.data, asked.estimator, missing)
        if ordered and source.drawn != Drawn():
            raise SpecificationError(_DRAWN_ORDERED.filled(name=repr(ordered[0])))
    return _of_this_model(ordered, specification, source.data, fixed_x=fixed_x)


def options_of(
    asked: Asked, specification: Specification, source: Source, ordered: bool | Sequence[str] | None
) -> Options:
    """Read everything that is asked of a fit.

    ordered : as :func:`ordered_of` reads it

    Raises :class:`~sme_sem.errors.SpecificationError` for what is unknown, and for what does not go together.
    """
    missing, categorical, drawn = _missing(asked), any_ordered(ordered), source.drawn
    std_lv, draws = flag("std_lv", asked.std_lv), bootstrap_of(asked.bootstrap, asked.se)
    method, information = _method(asked, missing, drawn, draws=draws, ordered=categorical)
    rotation = _rotation(asked.rotation, specification)
    options = Options(
        method=method,
        missing=missing,
        preset=chosen("preset", asked.preset, ("sem", "growth", "explicit")),
        std_lv=std_lv,
        orthogonal=flag("orthogonal", asked.orthogonal),
        orthogonal_x=flag("orthogonal_x", asked.orthogonal_x),
        orthogonal_y=flag("orthogonal_y", asked.orthogonal_y),
        std_ov=flag("std_ov", asked.std_ov),
        fixed_x=_fixed_x(asked) and (method.discrepancy == "ML" or categorical) and missing not in WAYS,
        meanstructure=_meanstructure(asked.meanstructure, missing, source),
        likelihood=chosen("likelihood", asked.likelihood, ("normal", "wishart")),
        information=information,
        max_iterations=max_iterations_of(asked.max_iterations),
        group_equal=group_equal_of(asked.group_equal),
        group_partial=texts("group_partial", asked.group_partial, "x3 ~ 1"),
        effect_coding=effect_coding_of(asked.effect_coding, std_lv=std_lv),
        starts=starts_of(asked.starts),
        seed=seeded(asked.seed),
        rotation=rotation,
        rotation_args=rotation_args_of(rotation, asked.rotation_args),
        target=aims_of(specification, rotation, asked.target),
        cluster=drawn.cluster,
        weights=drawn.weights,
        parameterization=chosen("parameterization", asked.parameterization, ("delta", "theta")),
        bootstrap=draws,
        bounds=chosen("bounds", asked.bounds, KINDS),
    )
    _require_agreement(options, asked, source, ordered=categorical)
    return options


def _missing(asked: Asked) -> str:
    return chosen("missing", missing_of(asked.missing), sampling.MISSING)


def _fixed_x(asked: Asked) -> bool:
    return flag("fixed_x", asked.fixed_x) and not covariates_too(asked.missing)


def _of_this_model(
    ordered: bool | Sequence[str] | None, specification: Specification, data: pd.DataFrame | None, *, fixed_x: bool
) -> bool | Sequence[str] | None:
    """Leave out columns that are not in the model, so that one list serves several, and given covariates."""
    if ordered is None or isinstance(ordered, bool) or not isinstance(data, pd.DataFrame):
        return ordered
    elsewhere = set(data.columns).difference(specification.observed)
    elsewhere.update(given_variables(specification, Options(fixed_x=fixed_x)))
    return [name for name in texts("ordered", ordered, "q1") if name not in elsewhere]


def _method(
    asked: Asked, missing: str, drawn: Drawn, *, draws: int, ordered: bool
) -> tuple[Estimator, Literal["expected", "observed"]]:
    """The estimator with its errors and test, and the information that errors rest on."""
    se, information = asked.se, asked.information
    information = information and chosen("information", information, ("expected", "observed", "first_order"))
    if information == "first_order":
        se, information = errors_of_first_order(se), None
    method = chosen_estimator(
        asked.estimator, None if draws else se, _test(asked.test), gaps=missing == "fiml", ordered=ordered
    )
    method = sampling.estimator(method, missing, drawn)
    information = information or ("observed" if missing == "fiml" else method.information)
    if missing == "fiml" and not method.takes_gaps:
        raise SpecificationError(COMPLETE_ONLY.filled(named=f"estimator={method.name!r}"))
    if method.discrepancy != "ML" and information == "observed":
        raise SpecificationError(_EXPECTED_ONLY.filled(name=repr(method.name)))
    return method, information


def _test(asked: str | Sequence[str] | None) -> str | None:
    """The test beside the plain one, which may be named with it as in lavaan."""
    if asked is None or isinstance(asked, str):
        return asked
    others = [name for name in texts("test", asked, "satorra_bentler") if not means(name, "standard")]
    if len(others) > 1:
        raise SpecificationError(_ONE_TEST.filled(names=joined(map(repr, others), ", ", "、")))
    return others[0] if others else "standard"


def _meanstructure(asked: bool | None, missing: str, source: Source) -> bool | None:
    """Whether means are modelled: always, never, or (None) as the model and its groups have it."""
    asked = None if asked is None else flag("meanstructure", asked)
    needed = missing == "fiml" or missing in WAYS or source.drawn.cluster is not None
    if asked or needed or (asked is None and source.mean is not None):
        return True
    return None if asked is None and source.cov is None else False


def _rotation(rotation: str | None, specification: Specification) -> str | None:
    block_of = {term.lhs: term.block for term in specification.terms if term.block}
    if block_of:
        turning = chosen("rotation", rotation or "geomin", (*OBLIQUE, *ORTHOGONAL, "none"))
        of_two = [name for name, constructs in Counter(block_of.values()).items() if constructs < 3]
        if turning in BIFACTOR and of_two:
            raise SpecificationError(_NO_GROUP_FACTORS.filled(rotation=repr(turning), block=repr(of_two[0])))
        return turning
    if rotation is None:
        return None
    raise SpecificationError(_NOTHING_TO_ROTATE.filled(rotation=repr(rotation)))


def _require_agreement(options: Options, asked: Asked, source: Source, *, ordered: bool) -> None:
    if options.orthogonal and options.rotation == "promax":
        raise SpecificationError(_PROMAX)
    sampling.require_agreement(options, ordered=ordered)
    if ordered and options.bounds in ROOMS and options.parameterization == "theta":
        raise SpecificationError(_VARIANCES_OPEN.filled(bounds=repr(asked.bounds)))
    if source.cov is not None and options.missing != "listwise":
        raise SpecificationError(_NO_GAPS.filled(missing=repr(options.missing)))


_DRAWN_ORDERED = Words(
    "{name} is a column of ordered categories, which cluster= and weights= do not go with: ordered=False takes "
    "categories as numbers.",
    "{name}是有序类别的列，不能与cluster=和weights=同用：ordered=False将类别作为数值处理。",
)
_ONE_TEST = Words(
    "test={names}: a fit has one test beside the plain one; take one, and fit.model_tests() gives the others.",
    "test={names}：除普通检验外，一个拟合只有一种检验；请选其一，其余由fit.model_tests()给出。",
)
_EXPECTED_ONLY = Words(
    "estimator={name} knows the expected information only.", "estimator={name}只能使用期望信息（expected）。"
)
_PROMAX = Words(
    "promax lets constructs correlate; with orthogonal=True take rotation='varimax'.",
    "promax允许潜变量相关；orthogonal=True时请用rotation='varimax'。",
)
_VARIANCES_OPEN = Words(
    "bounds={bounds} rests on the variances of the items, which parameterization='theta' leaves open: take 'delta', or "
    "bounds='pos_var'.",
    "bounds={bounds}以题项的方差为依据，而parameterization='theta'不限定这些方差：请用'delta'，或bounds='pos_var'。",
)
_NO_GAPS = Words(
    "missing={missing} needs data=; a covariance matrix has no gaps.",
    "missing={missing}需要data=；协方差矩阵中没有缺失值。",
)
_NO_GROUP_FACTORS = Words(
    "rotation={rotation} turns the constructs beside a general factor, and exploratory block {block} has fewer than "
    "two of these: name a third construct, or take another rotation.",
    "rotation={rotation}旋转一般因子之外的潜变量，而探索性区块{block}中此类潜变量不足两个：请加入第三个潜变量，或改用其他旋转方法。",
)
_NOTHING_TO_ROTATE = Words(
    'rotation={rotation} turns exploratory blocks, and the model has none: mark its constructs by efa("name")*, as in '
    'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4.',
    'rotation={rotation}旋转探索性区块，而模型中没有：请以efa("名称")*标记其潜变量，如'
    'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4。',
)
