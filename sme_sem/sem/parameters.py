"""From a specification to its parameters: every relation, free or fixed, that the model implies.

What a specification leaves unsaid is added as lavaan's ``sem()`` adds it (``preset="sem"``): residual
variances; covariances among exogenous constructs and among final outcomes; the first loading of each
construct fixed to one (or its variance, with ``std_lv``); the residual of a single indicator fixed to zero,
unless its loading is (a phantom variable, which it does not measure); intercepts of observed variables if
means are modelled. ``preset="growth"`` frees the means of constructs in place of the intercepts;
``"explicit"`` adds only variances fixed to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import combinations

import numpy as np

from ..errors import SpecificationError, did_you_mean
from ..kernels import latent_response, ram
from ..kernels.latent_response import OrderedPattern
from ..relation import Relation, bare, circular
from ..syntax import DEFINING, Term
from ..words import Words, at
from . import composites
from .bounds import Bound, bounded_variances, bounds
from .composites import Composite
from .effect_coding import Sum, sums, with_free_means
from .options import Options
from .specification import Specification


@dataclass(frozen=True, slots=True)
class Parameter(Relation):
    """One relation in one group.

    index : position among the free parameters; -1 when fixed
    value : where it is fixed (NaN: at the sample's moment, for an exogenous variable)
    user : whether the specification states it
    exogenous : a moment among exogenous observed variables, kept as the sample has it
    derived : neither free nor fixed, it follows from the others: the residual variance of an ordered variable in the
        delta parameterization, its scale in theta
    """

    group: int = 0
    index: int = -1
    value: float = np.nan
    start: float = np.nan
    label: str = ""
    user: bool = False
    exogenous: bool = False
    derived: bool = False

    @property
    def free(self) -> bool:
        """Whether it is estimated."""
        return self.index >= 0

    @property
    def varies(self) -> bool:
        """Whether another sample would give it another value."""
        return self.free or self.exogenous or self.derived

    def numbered(self, index: int, value: float = np.nan) -> Parameter:
        """The same at another place among the free parameters, or (-1) fixed at a value."""
        own = (self.start, self.label, self.user, self.exogenous, self.derived)  # dataclasses.replace takes long
        return Parameter(self.lhs, self.op, self.rhs, self.group, index, value, *own)


@dataclass(frozen=True, eq=False)
class ParameterTable:
    """All parameters of a model, and the variables they connect.

    covariates : observed variables that only predict; they stand last among the observed
    exogenous : those of them whose moments are kept as the sample has them (``fixed_x``): all or none
    sums : what effect coding makes some of the free parameters add up to
    bounds : of single free parameters
    ordered : how many thresholds each ordered variable has      delta : their parameterization, or else theta
    composites : constructs that are made of their items
    """

    specification: Specification
    observed: tuple[str, ...]
    latent: tuple[str, ...]
    exogenous: tuple[str, ...]
    covariates: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    definitions: tuple[Term, ...]
    groups: int
    means: bool
    sums: tuple[Sum, ...] = ()
    ordered: Mapping[str, int] = field(default_factory=dict)
    delta: bool = True
    bounds: tuple[Bound, ...] = ()
    composites: tuple[Composite, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """Observed variables first, then constructs."""
        return (*self.observed, *self.latent)

    @cached_property
    def composed(self) -> tuple[str, ...]:
        """Names of the composites."""
        return tuple(composite.name for composite in self.composites)

    @cached_property
    def phantoms(self) -> tuple[str, ...]:
        """Constructs without items, ``f =~ 0``."""
        measured = {p.lhs for p in self.parameters if p.op == "=~"} | {*self.composed}
        return tuple(name for name in self.latent if name not in measured)

    @cached_property
    def made(self) -> frozenset[str]:
        """What composites are made of."""
        return frozenset(item for composite in self.composites for item in composite.items)

    @cached_property
    def feedback(self) -> bool:
        """Whether arrows lead back to where they began."""
        return circular({(p.effect, p.cause) for p in self.parameters if p.effect and (p.free or p.value != 0)})

    @cached_property
    def n_free(self) -> int:
        """How many parameters are estimated (equal ones count once)."""
        return 1 + max((p.index for p in self.parameters), default=-1)

    @cached_property
    def index(self) -> np.ndarray:
        """Which free parameter each relation is, -1 for none: (r,)"""
        return np.array([p.index for p in self.parameters], dtype=int)

    @cached_property
    def group(self) -> np.ndarray:
        """The group each relation belongs to: (r,)"""
        return np.array([p.group for p in self.parameters], dtype=int)

    @cached_property
    def value(self) -> np.ndarray:
        """Where each relation is fixed, NaN for none: (r,)"""
        return np.array([p.value for p in self.parameters])

    @cached_property
    def computed(self) -> np.ndarray:
        """Which relations are neither free nor fixed: (k,)"""
        return np.flatnonzero([p.varies and not p.free for p in self.parameters])

    @cached_property
    def derived(self) -> np.ndarray:
        """Which relations follow from the others: (d,)"""
        return np.flatnonzero([p.derived for p in self.parameters])

    @property
    def labels(self) -> dict[str, int]:
        """Which free parameter each label names."""
        return {p.label: p.index for p in self.parameters if p.label and p.free}

    def constructs_of(self, group: int) -> tuple[str, ...]:
        """Constructs of one group: all, unless groups have models of their own."""
        if not self.specification.blocks:
            return self.latent
        named = {name for p in self.parameters if p.group == group for name in (p.lhs, p.rhs)}
        return tuple(name for name in self.latent if name in named)

    def slope_of(self, p: Parameter) -> np.ndarray:
        """Derivative of one relation's value by the free parameters: a one in its own place, or zero if fixed: (q,)"""
        return (np.arange(self.n_free) == p.index).astype(float)

    def names(self, labels: Sequence[str] = ()) -> list[str]:
        """Name each free parameter by the first relation it stands in.

        labels : of the groups; a relation that is another parameter elsewhere then tells its own groups, as in
            ``visual =~ x2 [Pasteur]``
        """
        found: dict[int, str] = {}
        where: dict[tuple[int, str], list[int]] = {}
        for p in self.parameters:
            if p.free:
                own = found.setdefault(p.index, str(p))
                if str(p) == own:
                    where.setdefault((p.index, own), []).append(p.group)
        if len(labels) > 1:
            for (index, own), groups in where.items():
                if len(groups) < len(labels):
                    found[index] = f"{own} [{', '.join(labels[g] for g in groups)}]"
        return [found[i] for i in range(self.n_free)]

    @property
    def moments(self) -> int:
        """How many moments of the sample the model is to reproduce."""
        p, x = len(self.observed), len(self.exogenous)
        y = p - x
        if self.ordered:
            numeric = y - len(self.ordered)
            return self.groups * (len(self.thresholds) + y * x + numeric + y * (y - 1) // 2)
        return self.groups * (p * (p + 1) // 2 - x * (x + 1) // 2 + self.means * y)

    @cached_property
    def thresholds(self) -> list[tuple[str, str]]:
        """Every threshold, and the mean of every numeric variable, in the order of the sample's moments."""
        modelled = [name for name in self.observed if name not in self.exogenous]
        return [(n, f"t{k + 1}" if n in self.ordered else "") for n in modelled for k in range(self.ordered.get(n, 1))]

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each variable stands among all."""
        return {name: i for i, name in enumerate(self.variables)}

    @cached_property
    def explained(self) -> tuple[tuple[int, str], ...]:
        """Every variable that something points to, by group."""
        pointed_at = {(p.group, p.effect) for p in self.parameters}
        return tuple((g, name) for g in range(self.groups) for name in self.variables if (g, name) in pointed_at)

    @cached_property
    def cells(self) -> list[tuple[int, int, int]]:
        """The matrix that each relation stands in (``ram.PATHS`` ...), its row and its column."""
        cut = {pair: t for t, pair in enumerate(self.thresholds)} if self.ordered else {}
        markers = {composite.name: composite.marker for composite in self.composites}
        return [_cell(p, self.place, cut, markers) for p in self.parameters]

    @cached_property
    def pattern(self) -> ram.Pattern:
        """The parameters laid into the matrices A, S and m, thresholds and scales beside them."""
        place, thresholds = self.place, self.thresholds if self.ordered else []
        v, G = len(place), self.groups
        A, S, m = np.zeros((G, v, v)), np.zeros((G, v, v)), np.zeros((G, v))
        tau, scale = np.zeros((G, len(thresholds))), np.ones((G, len(self.observed)))
        cells: dict[tuple[int, int, int], int] = {}
        occupied: list[tuple[int, int, int, float]] = []
        times = self._times
        for p, (kind, i, j) in zip(self.parameters, self.cells, strict=True):
            factor = -times[p.lhs, p.group] if p.op == composites.WEIGHT else 1.0
            value = 0.0 if np.isnan(p.value) else factor * p.value
            if p.op == composites.WEIGHT and i == place[p.rhs]:  # the marker, led to by the composite itself
                value = -factor
            if p.free:
                occupied.append((p.group, cells.setdefault((kind, i, j), len(cells)), p.index, factor))
            elif p.derived:
                continue
            elif kind == ram.PATHS:
                A[p.group, i, j] = value
            elif kind == ram.COVARIANCES:
                S[p.group, i, j] = S[p.group, j, i] = value
            else:
                {ram.INTERCEPTS: m, latent_response.THRESHOLDS: tau}.get(kind, scale)[p.group, i] = value
        matrix, row, col = np.array(list(cells), dtype=int).reshape(-1, 3).T
        parameter, factors = np.full((G, len(cells)), -1), np.ones((G, len(cells)))
        for group, cell, index, factor in occupied:
            parameter[group, cell], factors[group, cell] = index, factor
        exogenous = np.array([place[x] for x in self.exogenous], dtype=int)
        plain = (len(self.observed), A, S, m, matrix, row, col, parameter, factors, self.n_free, exogenous, self.means)
        if not self.ordered:
            return ram.Pattern(*plain)
        ordered = np.array([place[n] for n in self.observed if n in self.ordered], dtype=int)
        owner = np.array([place[name] for name, _ in thresholds], dtype=int)
        return OrderedPattern(*plain, ordered, owner, tau, scale, self.delta)

    @property
    def _times(self) -> dict[tuple[str, int], float]:
        """How many times its composite a marker is, by the composite and the group: one over the marker's weight."""
        own = {(composite.name, composites.WEIGHT, composite.marker) for composite in self.composites}
        return {(p.lhs, p.group): 1 / p.value for p in self.parameters if p.key in own}


def _cell(
    p: Parameter, place: dict[str, int], cut: dict[tuple[str, str], int], markers: dict[str, str]
) -> tuple[int, int, int]:
    if p.op == composites.WEIGHT:
        marker = markers[p.lhs]
        return ram.PATHS, place[marker], place[p.lhs if p.rhs == marker else p.rhs]
    if p.op == composites.LOADING:
        return ram.PATHS, place[p.rhs], place[p.lhs]
    if p.effect:
        return ram.PATHS, place[p.effect], place[p.cause]
    if p.op == "~1":
        return ram.INTERCEPTS, place[p.lhs], 0
    if p.op == "|":
        return latent_response.THRESHOLDS, cut[p.lhs, p.rhs], 0
    if p.op == "~*~":
        return latent_response.SCALES, place[p.lhs], 0
    i, j = sorted((place[p.lhs], place[p.rhs]))
    return ram.COVARIANCES, i, j


@lru_cache(maxsize=64)
def parameter_table(
    specification: Specification, options: Options, groups: int = 1, thresholds: tuple[tuple[str, int], ...] = ()
) -> ParameterTable:
    """Complete a specification: what is free, fixed, equal, and what is added by default.

    thresholds : each ordered variable, and how many it has

    Raises :class:`~sme_sem.errors.SpecificationError` for contradictions and unknown labels.
    """
    ordered = dict(thresholds)
    roles, by_group = _Roles(specification.united), specification.by_group(groups)
    roles_of = [_Roles(own) for own in by_group] if specification.blocks else [roles] * groups
    for block, own_roles in zip(specification.blocks, roles_of, strict=False):
        _go_together(block, own_roles, roles)
    _thresholds_exist(specification, ordered)
    _made_of_numbers(roles, ordered)
    means = (
        bool(ordered)
        or options.meanstructure
        or options.preset == "growth"
        or (groups > 1 and (options.meanstructure is None or _means_held(options)))
        or any(t.op == "~1" for t in specification.terms)
    )
    exogenous = roles.covariates if options.fixed_x else ()
    held = _kinds_equal(roles, options)
    parameters: list[Parameter] = []
    rows: list[_Row] = []
    for group, (own, own_roles) in enumerate(zip(by_group, roles_of, strict=True)):
        if not group or specification.blocks:
            rows = _stated(own, 1 if specification.blocks else groups) + _added(own_roles, options, means, ordered)
            rows = [_with_defaults(row, own_roles, options, exogenous) for row in rows]
            rows = [_of_ordered(row, options, ordered) for row in rows]
        for row in rows:
            p = _in_group(row, group, groups)
            released = group and _needed(p, row, own_roles, options, ordered) and not held(p)
            released = released and (not specification.blocks or own_roles.share(p.lhs, roles_of[:group]))
            parameters.append(p.numbered(0) if released else p)
    _excepted_are_there(parameters, options.group_partial)
    if "intercepts" in options.effect_coding:
        parameters = with_free_means(parameters)
    parameters = _numbered(parameters, _equated(by_group), held)
    definitions = tuple(t for t in specification.terms if t.op in DEFINING)
    defined_once(parameters, definitions)
    stated = bounds(parameters, by_group)
    table = ParameterTable(
        specification,
        (*(n for n in specification.observed if n not in roles.covariates), *roles.covariates),
        specification.latent,
        exogenous,
        roles.covariates,
        tuple(parameters),
        definitions,
        groups,
        means,
        sums(parameters, options.effect_coding),
        ordered,
        options.parameterization == "delta",
        (*stated, *bounded_variances(parameters, options.bounds, specification.latent, stated)),
        roles.composites,
    )
    if not table.observed:
        raise SpecificationError(NOTHING_OBSERVED)
    return table


def _means_held(options: Options) -> bool:
    return not {"intercepts", "means"}.isdisjoint(options.group_equal)


def given_variables(specification: Specification, options: Options) -> tuple[str, ...]:
    """Exogenous observed variables whose moments the model takes as given."""
    return _Roles(specification.united).covariates if options.fixed_x else ()


@lru_cache(maxsize=64)
def baseline_table(table: ParameterTable) -> ParameterTable:
    """The independence model of the same variables: variances, means and thresholds, and covariates as they are."""
    covariates = set(table.covariates)
    rows: list[Parameter] = []
    count = 0
    for group in range(table.groups):
        pairs = [(n, n) for n in table.observed if n not in covariates]
        pairs += [(a, b) for i, a in enumerate(table.covariates) for b in table.covariates[i:]]
        relations = [(a, "~~", b) for a, b in pairs]
        relations += [(n, "~1", "") for n in table.observed] if table.means else []
        if table.ordered:
            relations += [(n, "|", t) for n, t in table.thresholds if t]
            relations += [(n, "~", x) for n in table.observed for x in table.exogenous if n not in covariates]
        for lhs, op, rhs in relations:
            given, ordered = lhs in table.exogenous, lhs in table.ordered
            free = not given and not (ordered and op in ("~~", "~1"))
            value = 0.0 if op == "~1" else 1.0
            derived = ordered and op == "~~" and table.delta
            fixed = np.nan if free or given or derived else value
            rows.append(Parameter(lhs, op, rhs, group, count if free else -1, fixed, exogenous=given, derived=derived))
            count += free
    return replace(table, latent=(), parameters=tuple(rows), definitions=(), sums=(), bounds=(), composites=())


@dataclass(frozen=True)
class _Row:
    """A relation before it is given to groups: the term, and whether the user wrote it."""

    term: Term
    user: bool
    value: float = np.nan  # the default when fixed; NaN together with free
    free: bool = True
    exogenous: bool = False
    derived: bool = False


class _Roles:
    """Which variable plays which part (lavaan's ``ov.x``, ``lv.x``, ``ov.y``, ``lv.y`` ...)."""

    def __init__(self, specification: Specification) -> None:
        terms = specification.relations
        self.latent = specification.latent
        self.observed = specification.observed
        latent = set(self.latent)
        indicators = {t.rhs for t in terms if t.op in ("=~", composites.WEIGHT)}
        outcomes = {t.lhs for t in terms if t.op == "~"}
        predictors = {t.rhs for t in terms if t.op == "~"}
        spoken_of = {n for t in terms if t.op in ("~~", "~1") for n in (t.lhs, t.rhs)}
        self.covariates = tuple(n for n in self.observed if n in predictors - indicators - outcomes - spoken_of)
        self.exogenous_constructs = tuple(n for n in self.latent if n not in indicators and n not in outcomes)
        last = outcomes - predictors - indicators
        self.final_constructs = tuple(n for n in self.latent if n in last)
        self.final_observed = tuple(n for n in self.observed if n in last and n not in latent)
        self.block_of = {t.lhs: t.block for t in terms if t.block}
        self.composites = composites.composites_of(specification)
        self.markers = {composite.name: composite.marker for composite in self.composites}
        self.made = {item for composite in self.composites for item in composite.items}
        self.indicators_of: dict[str, list[str]] = {}
        self.owners_of: dict[str, list[str]] = {}
        self.effects_of: dict[str, list[str]] = {}
        self.fixed_means = {t.lhs for t in terms if t.op == "~1" and t.fixed and None not in t.fixed}
        self.unmeasuring = {t.rhs for t in terms if t.op == "=~" and t.fixed and not any(v != 0 for v in t.fixed)}
        for t in terms:
            if t.cause:
                self.effects_of.setdefault(t.cause, []).append(t.effect)
            if t.op == "=~":
                self.indicators_of.setdefault(t.lhs, []).append(t.rhs)
                self.owners_of.setdefault(t.rhs, []).append(t.lhs)

    def tells(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether equal intercepts tell a construct's mean: not where free means of constructs below make up for it."""
        for effect in self.effects_of.get(name, ()):
            if effect not in self.latent:
                return True
            fixed = effect in self.fixed_means
            if fixed and effect not in seen and self.tells(effect, seen | {name}):
                return True
        return False

    def share(self, name: str, earlier: Iterable[_Roles]) -> bool:
        """Whether something can be equal to an earlier group's that tells a construct's variance and mean."""
        own = set(self.effects_of.get(name, ()))
        return name not in self.latent or any(not own.isdisjoint(other.effects_of.get(name, ())) for other in earlier)

    def one_block(self, a: str, b: str) -> bool:
        """Whether two different constructs stand in the same exploratory block."""
        return a != b and a in self.block_of and self.block_of[a] == self.block_of.get(b)


def _go_together(block: str, own: _Roles, whole: _Roles) -> None:
    """See that the block of a group names what the others do, in the parts that all groups have in common."""
    absent = [name for name in whole.observed if name not in own.observed]
    if absent:
        raise SpecificationError(_ELSEWHERE_ONLY.filled(name=absent[0], block=repr(block)))
    explained = [name for name in own.covariates if name not in whole.covariates]
    if explained:
        raise SpecificationError(_PREDICTS_ONLY.filled(name=explained[0], block=repr(block)))
    if own.composites != whole.composites or own.block_of != whole.block_of:
        raise SpecificationError(_COMMON_TO_ALL.filled(block=repr(block)))


def _equated(by_group: Sequence[Specification]) -> dict[tuple[tuple[str, str, str], int], str]:
    """What ``equal()`` says of relations in each group."""
    return {(t.key, g): t.equal for g, own in enumerate(by_group) for t in own.relations if t.equal}


def _stated(specification: Specification, groups: int) -> list[_Row]:
    loadings = {term.key for term in specification.relations if term.op == "=~"}
    for term in specification.relations:
        for kind, what in _LISTS.items():
            n = len(getattr(term, kind))
            if n not in (0, 1, groups):
                many = Words(f"{groups} group{'s' * (groups > 1)}", str(groups))
                raise SpecificationError(at(str(term), _ONE_FOR_EACH.filled(n=n, what=what, groups=many)))
        if term.op == "=~" and term.lhs == term.rhs:
            raise SpecificationError(at(str(term), _OWN_INDICATOR))
        if term.op == "~" and term.lhs == term.rhs:
            raise SpecificationError(at(str(term), _ON_ITSELF))
        if term.op == "~" and (term.rhs, "=~", term.lhs) in loadings:
            raise SpecificationError(_SAME_ARROW.filled(term=term, loading=f"{term.rhs} =~ {term.lhs}"))
    return [_Row(term, user=True) for term in specification.relations]


def _added(roles: _Roles, options: Options, means: bool, ordered: Mapping[str, int]) -> list[_Row]:
    """Rows that no model need write; where the user wrote one, :func:`_numbered` keeps that."""
    automatic = options.preset != "explicit"
    brought = composites.added(roles.composites, means, roles.latent)
    rows = [_Row(term, False, np.nan if free else 0.0, free) for term, free in brought]
    for name in (*(n for n in roles.observed if n not in roles.covariates), *roles.latent):
        rows.append(_Row(Term(name, "~~", name), False, 0.0 if not automatic else np.nan, automatic))
    if automatic:
        rows += [_Row(Term(a, "~~", b), False) for a, b in combinations(roles.exogenous_constructs, 2)]
        final = (*roles.final_constructs, *roles.final_observed)
        rows += [_Row(Term(a, "~~", b), False) for a, b in combinations(final, 2)]
    rows += [_Row(Term(a, "~~", b), False) for a, b in combinations(roles.block_of, 2) if roles.one_block(a, b)]
    for place, a in enumerate(roles.covariates):
        rows += [_Row(Term(a, "~~", b), False) for b in roles.covariates[place:]]
    if means:
        free_observed = options.preset == "sem"
        rows += [_Row(Term(n, "~1"), False, np.nan if free_observed else 0.0, free_observed) for n in roles.observed]
        free_latent = options.preset == "growth"
        rows += [_Row(Term(n, "~1"), False, np.nan if free_latent else 0.0, free_latent) for n in roles.latent]
    for name, count in ordered.items():
        rows += [_Row(Term(name, "|", f"t{k + 1}"), False) for k in range(count)]
        rows.append(_Row(Term(name, "~*~", name), False))
    return rows


def _with_defaults(row: _Row, roles: _Roles, options: Options, exogenous: Sequence[str]) -> _Row:
    """Fix what is fixed by convention: scales of constructs, single indicators, exogenous moments."""
    term, automatic = row.term, options.preset != "explicit"
    if term.op == composites.WEIGHT:
        return replace(row, value=1.0, free=False) if roles.markers[term.lhs] == term.rhs else row
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
        return replace(row, value=1.0, free=False)
    if term.op == "~~" and term.lhs == term.rhs:
        if term.lhs in roles.block_of or (options.std_lv and term.lhs in roles.latent):
            return replace(row, value=1.0, free=False)
        if automatic and not row.user and _only_indicator(term.lhs, roles):
            return replace(row, value=0.0, free=False)
    if term.op == "~~" and not row.user and roles.one_block(term.lhs, term.rhs):
        return row if options.oblique else replace(row, value=0.0, free=False)
    if term.op == "~~" and term.lhs != term.rhs and not row.user and {term.lhs, term.rhs} <= {*roles.latent}:
        exogenous_ones = {term.lhs, term.rhs} <= {*roles.exogenous_constructs}
        if options.orthogonal or (options.orthogonal_x if exogenous_ones else options.orthogonal_y):
            return replace(row, value=0.0, free=False)
    if not row.user and term.op in ("~~", "~1") and term.lhs in exogenous and (term.rhs or term.lhs) in exogenous:
        return replace(row, value=np.nan, free=False, exogenous=True)
    return row


def _of_ordered(row: _Row, options: Options, ordered: Mapping[str, int]) -> _Row:
    """Fix what identifies latent responses: intercepts at zero, and a scale or a residual variance at one."""
    term, delta = row.term, options.parameterization == "delta"
    if term.lhs not in ordered:
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
        return replace(row, value=1.0, free=False)
    return replace(row, value=0.0, free=False) if term.op == "~1" else row


def _thresholds_exist(specification: Specification, ordered: Mapping[str, int]) -> None:
    for term in specification.relations:
        if term.op in ("|", "~*~") and term.lhs not in ordered:
            raise SpecificationError(at(str(term), _NOT_ORDERED.filled(name=repr(term.lhs))))
        if term.op == "|" and term.rhs not in {f"t{k + 1}" for k in range(ordered[term.lhs])}:
            count = ordered[term.lhs]
            last = Words(f" to t{count}", f"至t{count}") if count > 1 else ""
            raise SpecificationError(at(str(term), _THRESHOLDS.filled(n=count + 1, last=last)))
        if term.op == "~*~" and term.lhs != term.rhs:
            raise SpecificationError(at(str(term), _OF_ONE.filled(name=repr(term.lhs))))


def _made_of_numbers(roles: _Roles, ordered: Mapping[str, int]) -> None:
    for name in (name for name in ordered if name in roles.made):
        raise SpecificationError(_SUMMED.filled(name=repr(name)))


def _only_indicator(name: str, roles: _Roles) -> bool:
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


def _needed(p: Parameter, row: _Row, roles: _Roles, options: Options, ordered: Mapping[str, int]) -> bool:
    """Whether a fixed parameter is free in a later group once the measurement is equal, unless it is held equal itself.

    Construct means that something tells (``_Roles.tells``); markers, or variances of constructs without one;
    covariances within an exploratory block.  Of ordered variables intercepts once thresholds are equal; scales (theta:
    residual variances) too where a variable has several, and where it has one once loadings and intercepts are equal;
    means of constructs once intercepts are (Wu and Estabrook 2016, Psychometrika 81, 1014-1045).
    """
    equal = options.group_equal
    if p.free or p.derived:
        return False
    if p.op == "=~":
        return "loadings" in equal and options.preset != "explicit" and not row.term.fixed
    if p.user or p.lhs in roles.markers:
        return False
    itself = p.lhs == p.rhs
    if p.lhs in ordered:
        measured = p.op == "~*~" or (p.op == "~~" and itself)
        told = measured and (ordered[p.lhs] > 1 or _tells_its_scale(p.lhs, options))
        return "thresholds" in equal and (told or (p.op == "~1" and options.preset == "sem"))
    if p.lhs not in roles.latent:
        return False
    if p.op == "~1":
        return "intercepts" in equal and options.preset == "sem" and roles.tells(p.lhs)
    own_scale = options.std_lv or p.lhs in roles.block_of
    apart = (itself and own_scale) or roles.one_block(p.lhs, p.rhs)
    return p.op == "~~" and "loadings" in equal and apart


def _tells_its_scale(binary: str, options: Options) -> bool:
    """Whether all else of an item with two categories is equal, but for one relation that may differ."""
    apart = [bare(text) for text in options.group_partial]
    released = [text for text in apart if text in (f"{binary}~1", f"{binary}|t1") or text.endswith(f"=~{binary}")]
    return {"loadings", "intercepts"} <= {*options.group_equal} and len(released) < 2


def defined_once(parameters: Iterable[Parameter], definitions: Iterable[Term]) -> None:
    """Refuse a name that is defined twice, or is a label as well."""
    taken = {p.label: Words(f"the label of {p}", f"是{p}的标签") for p in parameters if p.label}
    for term in definitions:
        if term.op == ":=":
            if term.lhs in taken:
                raise SpecificationError(at(str(term), _TAKEN.filled(name=repr(term.lhs), what=taken[term.lhs])))
            taken[term.lhs] = Words(f"defined as {term.rhs}", f"定义为{term.rhs}")


def _excepted_are_there(parameters: list[Parameter], excepted: Sequence[str]) -> None:
    if not excepted:
        return
    known = {bare(str(p)): str(p) for p in parameters}
    known |= {f"{p.rhs}{p.op}{p.lhs}": str(p) for p in parameters if p.op == "~~"}
    for text in excepted:
        if bare(text) not in known:
            near = did_you_mean(text, dict.fromkeys(known.values()))
            raise SpecificationError(at("group_partial", _NO_PARAMETER.filled(text=repr(text)) + near))


_KINDS = {
    "=~": "loadings",
    composites.WEIGHT: "composite_weights",
    "~": "regressions",
    "|": "thresholds",
    "~*~": "scales",
}


def _kinds_equal(roles: _Roles, options: Options) -> Callable[[Parameter], bool]:
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


def _numbered(
    parameters: list[Parameter],
    equal: Mapping[tuple[tuple[str, str, str], int], str],
    held: Callable[[Parameter], bool],
) -> list[Parameter]:
    """Number the free parameters; equal labels, ``equal()``, and kinds held equal across groups share a number."""
    first: dict[tuple[tuple[str, str, str], int], Parameter] = {}
    for p in parameters:  # what the model states stands before what is added by default
        first.setdefault((p.key, p.group), p)
    kept = list(first.values())
    twins = _twins(kept, equal, held)
    by_label = fixed_by_label(kept)
    numbered: list[Parameter] = []
    count = 0
    for place, p in enumerate(kept):
        twin = by_label.get(p.label) if p.label else None
        if twin is None and place in twins:
            twin = numbered[twins[place]]
        if twin is not None and p.free:
            p = p.numbered(twin.index, twin.value)
        elif p.free:
            p = p.numbered(count)
            count += 1
        if p.label:
            by_label.setdefault(p.label, p)
        numbered.append(p)
    return numbered


def fixed_by_label(parameters: Iterable[Parameter]) -> dict[str, Parameter]:
    """The first fixed relation with each label: all that carry it have its value."""
    found: dict[str, Parameter] = {}
    for p in parameters:
        if p.label and not p.varies:
            found.setdefault(p.label, p)
    return found


def _twins(
    kept: list[Parameter],
    equal: Mapping[tuple[tuple[str, str, str], int], str],
    held: Callable[[Parameter], bool],
) -> dict[int, int]:
    """Which parameter, by place, equals which earlier one, by ``equal()`` or across groups.

    A parameter with a label equals those of its label alone, whatever is held equal across groups, as in lavaan.
    """
    if not equal and not any(p.group for p in kept):
        return {}
    place_of = {(bare(str(p)), p.group): place for place, p in enumerate(kept)}
    twins: dict[int, int] = {}
    for place, p in enumerate(kept):
        written = equal.get((p.key, p.group))
        if written:
            target = place_of.get((bare(written), p.group))
            if target is None:
                near = did_you_mean(written, [str(q) for q in kept])
                raise SpecificationError(at(str(p), _EQUAL_TO_NOTHING.filled(written=repr(written)) + near))
            if target != place:
                twins[max(place, target)] = min(place, target)
        elif p.free and p.group and not p.label and held(p):
            earlier = (place_of.get((bare(str(p)), group)) for group in range(p.group))
            first = next((own for own in earlier if own is not None and not kept[own].label), place)
            if first != place and kept[first].free:
                twins.setdefault(place, first)
    return twins


NOTHING_OBSERVED = Words(
    "the model names no observed variable: write at least one '=~', '~' or '~~' line.",
    "模型中没有观测变量：请至少写一行'=~'、'~'或'~~'。",
)
_ELSEWHERE_ONLY = Words(
    "'{name}' stands in the model of another group, and not in that of group {block}: groups have the same observed "
    "variables. Add the line '{name} ~~ {name}' to its block, or 'y ~ 0*{name}' where it predicts y elsewhere.",
    "'{name}'出现在其他组的模型中，而不在组{block}的模型中：各组的观测变量须相同。请在其区块中加一行"
    "'{name} ~~ {name}'；若它在其他组预测y，则加'y ~ 0*{name}'。",
)
_PREDICTS_ONLY = Words(
    "'{name}' only predicts in group {block} and does more in another: add the line '{name} ~~ {name}' to its block.",
    "'{name}'在组{block}中只是自变量，在其他组中则不然：请在其区块中加一行'{name} ~~ {name}'。",
)
_COMMON_TO_ALL = Words(
    "group {block} has other composites (<~) or exploratory blocks (efa()) than the rest: write them before the first "
    "'group:' line, for all groups.",
    "组{block}的合成构念（<~）或探索性区块（efa()）与其他组不同：请写在第一个'group:'行之前，使其适用于各组。",
)
_LISTS = {
    "fixed": Words("values", "取值"),
    "labels": Words("labels", "标签"),
    "starts": Words("start values", "初始值"),
    "lowers": Words("lower bounds", "下界"),
    "uppers": Words("upper bounds", "上界"),
}
_ONE_FOR_EACH = Words(
    "{n} {what} for {groups}; give one, or one for each group.", "{groups}个组有{n}个{what}；请给出一个，或每组一个。"
)
_OWN_INDICATOR = Words("a construct cannot be its own indicator.", "潜变量不能是自己的题项。")
_ON_ITSELF = Words("a variable cannot be regressed on itself.", "变量不能对自身回归。")
_SAME_ARROW = Words(
    "{term} is the arrow of {loading} once more: keep one of them.", "{term}与{loading}是同一条路径：请保留其一。"
)
_FOLLOWS = Words(
    "in the {own} parameterization the {what} of an ordered variable follows from the rest; leave it out, or take "
    "parameterization='{other}'.",
    "在{own}参数化下，有序变量的{what}由其余参数推得；请删去，或设parameterization='{other}'。",
)
_NOT_ORDERED = Words("{name} is not an ordered variable; name it in ordered=.", "{name}不是有序变量；请列入ordered。")
_THRESHOLDS = Words(
    "the answers have {n} categories, so the thresholds are t1{last}.", "作答有{n}个类别，因此阈值为t1{last}。"
)
_OF_ONE = Words("a scale belongs to one variable, {name}.", "尺度只属于一个变量，即{name}。")
_SUMMED = Words(
    "{name} is an item of a composite (<~), which is a sum of numbers: leave it out of ordered=.",
    "{name}是合成构念（<~）的题项，而合成构念是数值之和：请勿列入ordered。",
)
_TAKEN = Words("{name} is {what} already; give it another name.", "{name}已{what}；请改用其他名称。")
_NO_PARAMETER = Words("{text} is no parameter of the model.", "模型中没有参数{text}。")
_EQUAL_TO_NOTHING = Words("equal({written}) names no parameter.", "equal({written})所指的参数不存在。")
