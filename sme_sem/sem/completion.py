"""From a specification to its parameters: every relation, free or fixed, that the model implies.

What a specification leaves unsaid is added as lavaan's ``sem()`` adds it (``preset="sem"``): residual
variances; covariances among exogenous constructs and among final outcomes; the first loading of each
construct fixed to one (or its variance, with ``std_lv``); the residual of a single indicator fixed to zero,
unless its loading is (a phantom variable, which it does not measure); intercepts of observed variables if
means are modelled. ``preset="growth"`` frees the means of constructs in place of the intercepts;
``"explicit"`` adds only variances fixed to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

import numpy as np

from ..errors import SpecificationError
from ..syntax import DEFINING, Term
from ..words import Words, at
from . import composites
from .bounds import bounded_variances, bounds
from .contradictions import (
    NOTHING_OBSERVED,
    refuse_ordered_items_of_composites,
    refuse_repeated_names,
    require_common_parts,
    require_sound_terms,
    require_thresholds,
)
from .effect_coding import sums, with_free_means
from .group_equality import concerns_means, equal_thresholds, held_equal, released, require_excepted
from .numbering import equated, numbered
from .options import Options
from .parameters import Parameter, ParameterTable
from .roles import Roles
from .specification import Specification


@lru_cache(maxsize=64)
def parameter_table(
    specification: Specification, options: Options, groups: int = 1, thresholds: tuple[tuple[str, int], ...] = ()
) -> ParameterTable:
    """Complete a specification: what is free, fixed, equal, and what is added by default.

    thresholds : each ordered variable, and how many it has

    Raises :class:`~sme_sem.errors.SpecificationError` for contradictions and unknown labels.
    """
    ordered = dict(thresholds)
    roles, by_group = Roles(specification.united), specification.by_group(groups)
    roles_of = [Roles(model) for model in by_group] if specification.blocks else [roles] * groups
    for block, block_roles in zip(specification.blocks, roles_of, strict=False):
        require_common_parts(block, block_roles, roles)
    require_thresholds(specification, ordered)
    refuse_ordered_items_of_composites(roles, ordered)
    given = _Given(
        options,
        means=_has_means(specification, options, groups, ordered),
        ordered=ordered,
        exogenous=roles.covariates if options.fixed_x else (),
    )
    held = held_equal(roles, options)
    parameters = list(_in_all_groups(by_group, roles_of, given, held, own_models=bool(specification.blocks)))
    require_excepted(parameters, options.group_partial)
    if "intercepts" in options.effect_coding:
        parameters = with_free_means(parameters)
    parameters = numbered(parameters, equated(by_group), held)
    definitions = tuple(t for t in specification.terms if t.op in DEFINING)
    refuse_repeated_names(parameters, definitions)
    stated = bounds(parameters, by_group)
    if not specification.observed:
        raise SpecificationError(NOTHING_OBSERVED)
    return ParameterTable(
        specification=specification,
        observed=(*(n for n in specification.observed if n not in roles.covariates), *roles.covariates),
        latent=specification.latent,
        exogenous=given.exogenous,
        covariates=roles.covariates,
        parameters=tuple(parameters),
        definitions=definitions,
        groups=groups,
        means=given.means,
        sums=sums(parameters, options.effect_coding),
        ordered=ordered,
        delta=options.parameterization == "delta",
        bounds=(*stated, *bounded_variances(parameters, options.bounds, specification.latent, stated)),
        composites=roles.composites,
    )


@dataclass(frozen=True, eq=False)
class _Given:
    """What decides about every relation alike; the fields are those of the table."""

    options: Options
    means: bool
    ordered: Mapping[str, int]
    exogenous: tuple[str, ...]


def _has_means(specification: Specification, options: Options, groups: int, ordered: Mapping[str, int]) -> bool:
    return (
        bool(ordered)
        or options.meanstructure is True
        or options.preset == "growth"
        or (groups > 1 and (options.meanstructure is None or concerns_means(options)))
        or any(t.op == "~1" for t in specification.terms)
    )


@dataclass(frozen=True)
class _Row:
    """A relation before it is given to groups: the term, and whether the user wrote it."""

    term: Term
    user: bool
    value: float = np.nan  # the default when fixed; NaN together with free
    free: bool = True
    exogenous: bool = False
    derived: bool = False

    def fixed(self, value: float) -> _Row:
        """The same, fixed at a value."""
        return replace(self, value=value, free=False)


def _in_all_groups(
    by_group: Sequence[Specification],
    roles_of: Sequence[Roles],
    given: _Given,
    held: Callable[[Parameter], bool],
    *,
    own_models: bool,
) -> Iterator[Parameter]:
    """Every relation in every group; from the second on those are free that equality with the first tells.

    own_models : whether groups have models of their own
    """
    groups = len(by_group)
    rows: list[_Row] = []
    first: list[Parameter] = []
    for group, (model, roles) in enumerate(zip(by_group, roles_of, strict=True)):
        if not group or own_models:
            require_sound_terms(model, 1 if own_models else groups)
            rows = _rows(model, roles, given)
        own = [_in_group(row, group, groups) for row in rows]
        first = first or own
        thresholds = equal_thresholds(own, first, held) if given.ordered else {}
        for row, p in zip(rows, own, strict=True):
            told = group and released(p, row.term, roles, given.options, thresholds) and not held(p)
            told = told and (not own_models or roles.share(p.lhs, roles_of[:group]))
            yield p.numbered(0) if told else p


def _rows(model: Specification, roles: Roles, given: _Given) -> list[_Row]:
    """Every relation of one group: what is stated, and what no model need write; :func:`numbered` keeps the first."""
    rows = [_Row(term, user=True) for term in model.relations]
    rows += [_Row(term, False, np.nan if free else 0.0, free) for term, free in _added(roles, given)]
    return [_of_ordered(_with_defaults(row, roles, given), given) for row in rows]


def _added(roles: Roles, given: _Given) -> Iterator[tuple[Term, bool]]:
    """What no model need write, and whether it is free (else it is zero)."""
    preset = given.options.preset
    yield from composites.added(roles.composites, given.means, roles.latent)
    for name in (*(n for n in roles.observed if n not in roles.covariates), *roles.latent):
        yield Term(name, "~~", name), preset != "explicit"
    yield from ((Term(a, "~~", b), True) for a, b in _covarying(roles, automatic=preset != "explicit"))
    if given.means:
        yield from ((Term(n, "~1"), preset == "sem") for n in roles.observed)
        yield from ((Term(n, "~1"), preset == "growth") for n in roles.latent)
    for name, count in given.ordered.items():
        yield from ((Term(name, "|", f"t{k + 1}"), True) for k in range(count))
        yield Term(name, "~*~", name), True


def _covarying(roles: Roles, *, automatic: bool) -> Iterator[tuple[str, str]]:
    """Pairs whose covariance is free: by custom, within an exploratory block, and among covariates."""
    if automatic:
        yield from combinations(roles.exogenous_constructs, 2)
        yield from combinations((*roles.final_constructs, *roles.final_observed), 2)
    yield from (pair for pair in combinations(roles.block_of, 2) if roles.one_block(*pair))
    for place, a in enumerate(roles.covariates):
        yield from ((a, b) for b in roles.covariates[place:])


def _with_defaults(row: _Row, roles: Roles, given: _Given) -> _Row:
    """Fix what is fixed by convention: scales of constructs, single indicators, exogenous moments."""
    term, options, exogenous = row.term, given.options, given.exogenous
    automatic = options.preset != "explicit"
    if term.op == composites.WEIGHT:
        return row.fixed(1.0) if roles.markers[term.lhs] == term.rhs else row
    if not row.user and (term.lhs in roles.made or (term.op == "~~" and term.lhs == term.rhs in roles.markers)):
        return row
    if (
        term.op == "=~"
        and automatic
        and (not options.std_lv or term.lhs in roles.made)
        and "loadings" not in options.effect_coding
        and term.lhs not in roles.block_of
        and roles.indicators_of[term.lhs][0] == term.rhs
    ):
        return row.fixed(1.0)
    if term.op == "~~" and term.lhs == term.rhs:
        if term.lhs in roles.block_of or (options.std_lv and term.lhs in roles.latent):
            return row.fixed(1.0)
        if automatic and not row.user and _only_indicator(term.lhs, roles):
            return row.fixed(0.0)
    if term.op == "~~" and not row.user and roles.one_block(term.lhs, term.rhs):
        return row if options.oblique else row.fixed(0.0)
    if term.op == "~~" and term.lhs != term.rhs and not row.user and {term.lhs, term.rhs} <= {*roles.latent}:
        exogenous_ones = {term.lhs, term.rhs} <= {*roles.exogenous_constructs}
        if options.orthogonal or (options.orthogonal_x if exogenous_ones else options.orthogonal_y):
            return row.fixed(0.0)
    if not row.user and term.op in ("~~", "~1") and term.lhs in exogenous and (term.rhs or term.lhs) in exogenous:
        return replace(row, value=np.nan, free=False, exogenous=True)
    return row


def _of_ordered(row: _Row, given: _Given) -> _Row:
    """Fix what identifies latent responses: intercepts at zero, and a scale or a residual variance at one."""
    term, delta = row.term, given.options.parameterization == "delta"
    if term.lhs not in given.ordered:
        return row
    residual, scale = term.op == "~~" and term.lhs == term.rhs, term.op == "~*~"
    if (residual and delta) or (scale and not delta):
        if row.user:
            what = Words("residual variance", "残差方差") if residual else Words("scale", "尺度")
            own, other = ("delta", "theta") if delta else ("theta", "delta")
            raise SpecificationError(at(str(term), _FOLLOWS.filled(own=own, what=what, other=other)))
        return replace(row, value=np.nan, free=False, derived=True)
    if row.user:
        return row
    if residual or scale:
        return row.fixed(1.0)
    return row.fixed(0.0) if term.op == "~1" else row


def _only_indicator(name: str, roles: Roles) -> bool:
    owners = roles.owners_of.get(name, [])
    return len(owners) == 1 and len(roles.indicators_of[owners[0]]) == 1 and name not in roles.unmeasuring


def _in_group(row: _Row, group: int, groups: int) -> Parameter:
    """Apply the modifiers of the row's term for one group (index 0 stands for 'free' until numbered)."""
    term = row.term

    def own(values: tuple[object, ...]) -> object:
        return values[group if len(values) == groups else 0] if values else ...

    fixed, label, start = own(term.fixed), own(term.labels), own(term.starts)
    free, value = row.free, row.value
    if fixed is None:
        free, value = True, np.nan
    elif fixed is not ...:
        free, value = False, float(fixed)  # type: ignore[arg-type]
    return Parameter(
        term.lhs,
        term.op,
        term.rhs,
        group,
        0 if free else -1,
        value,
        float(start) if isinstance(start, float) else np.nan,
        str(label) if label is not ... else "",
        row.user,
        row.exogenous and not free and fixed is ...,
        row.derived and fixed is ...,
    )


_FOLLOWS = Words(
    "in the {own} parameterization the {what} of an ordered variable follows from the rest; leave it out, or take "
    "parameterization='{other}'.",
    "在{own}参数化下，有序变量的{what}由其余参数推得；请删去，或设parameterization='{other}'。",
)
