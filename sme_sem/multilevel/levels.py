"""The two models of a two-level model, as they are written one below the other.

A line ``level: 1`` (or ``level: within``) begins what is said of differences within clusters, ``level: 2`` (``level:
between``) what is said of differences between them.  A label at both levels makes two parameters equal; definitions may
stand at either and use the labels of both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..arguments import require_kind
from ..errors import SpecificationError, SyntaxProblem
from ..kernels import ram, two_level
from ..sem.completion import parameter_table
from ..sem.contradictions import refuse_repeated_names
from ..sem.expressions import Quantity, define
from ..sem.numbering import fixed_by_label
from ..sem.options import Options
from ..sem.parameters import Parameter, ParameterTable
from ..sem.specification import Specification
from ..syntax import Term, with_plain_ends
from ..tables import Words
from ..words import at

WITHIN, BETWEEN = "within", "between"
TITLES = {WITHIN: Words("within clusters", "组内"), BETWEEN: Words("between clusters", "组间")}
_HEAD = re.compile(r"\s*level\s*:\s*(\w*)[\s;]*(?:[#!].*)?$", re.IGNORECASE)
_NAMES = {"1": WITHIN, "2": BETWEEN, "within": WITHIN, "between": BETWEEN}
_EXPECTED = Words(
    "'level: 1' on a line of its own before what holds within clusters, and 'level: 2' before what holds between them",
    "组内部分之前单独一行'level: 1'，组间部分之前单独一行'level: 2'",
)


@dataclass(frozen=True, eq=False)
class Given:
    """Covariates whose moments are taken as they are: their names, covariances (x, x) and means (x,)."""

    names: tuple[str, ...] = ()
    covariance: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    mean: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def among(self, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Covariances and means of some variables, zero for those that are not given: (k, k), (k,)"""
        places = [names.index(name) for name in self.names]
        covariance, mean = np.zeros((len(names), len(names))), np.zeros(len(names))
        covariance[np.ix_(places, places)], mean[places] = self.covariance, self.mean
        return covariance, mean


@dataclass(frozen=True, eq=False)
class Level:
    """The model of one level.

    parameters : (q,) which parameter of the whole model each of the table's own is
    given : covariates whose moments are taken as they are, and stand fixed in the table
    """

    name: str
    table: ParameterTable
    parameters: np.ndarray
    given: Given = Given()

    def kernel(self, names: list[str]) -> two_level.Level:
        """The same for :mod:`sme_sem.kernels.two_level`; ``names`` are all observed variables."""
        places = np.array([names.index(name) for name in self.table.observed])
        return two_level.Level(self.table.pattern, places, self.parameters)


@dataclass(frozen=True, eq=False)
class TwoLevels:
    """Both levels of a model, and what it defines by ``:=``."""

    within: Level
    between: Level
    definitions: tuple[Term, ...]

    @property
    def both(self) -> tuple[Level, Level]:
        """Within, between."""
        return self.within, self.between

    @property
    def observed(self) -> list[str]:
        """All observed variables, those of the level within first."""
        return list(dict.fromkeys((*self.within.table.observed, *self.between.table.observed)))

    @property
    def n_free(self) -> int:
        """How many parameters are estimated."""
        return 1 + int(max(level.parameters.max(initial=-1) for level in self.both))

    @property
    def moments(self) -> int:
        """How many moments an unrestricted model would have: covariances at both levels, and means, but given ones."""
        found = len(self.observed)
        for level in self.both:
            k, x = len(level.table.observed), len(level.given.names)
            found += k * (k + 1) // 2 - x * (x + 1) // 2 - x
        return found

    def names(self) -> list[str]:
        """Name each free parameter by its first relation and that one's level."""
        found: dict[int, str] = {}
        for level in self.both:
            for own, name in zip(level.parameters, level.table.names(), strict=True):
                found.setdefault(int(own), f"{name} [{level.name}]")
        return [found[i] for i in range(self.n_free)]

    def pattern(self, sizes: np.ndarray) -> ram.Pattern:
        """Lay both levels into the matrices of one path model; sizes (D,) of clusters"""
        names = self.observed
        return two_level.joined(self.within.kernel(names), self.between.kernel(names), len(names), sizes)


def read_levels(model: object, options: Options) -> TwoLevels:
    """Read a model's two levels, and complete each as a model of one level is completed."""
    require_kind(Words("a two-level model", "两层模型"), model, str, Words("text with ", "文本，含") + _EXPECTED)
    assert isinstance(model, str)
    within, between = (Specification.read(text) for text in parted(model))
    for specification in (within, between):
        _refuse_what_levels_lack(specification)
    definitions = tuple(t for s in (within, between) for t in s.terms if t.op == ":=")
    inner, outer = (parameter_table(_without_definitions(own), options, 1) for own in (within, between))
    if inner.bounds or outer.bounds:
        raise SpecificationError(_NO_BOUNDS)
    inner = _without_means(inner, set(inner.observed) & set(outer.observed))
    refuse_repeated_names((*inner.parameters, *outer.parameters), definitions)
    _require_labels(definitions, inner, outer)
    fixed = fixed_by_label((*inner.parameters, *outer.parameters))
    return _joined(_held(inner, fixed), _held(outer, fixed), definitions, (Given(), Given()))


def _held(table: ParameterTable, fixed: Mapping[str, Parameter]) -> ParameterTable:
    """Fix what has the label of something fixed, at this level or the other."""
    rows = [p.numbered(-1, fixed[p.label].value) if p.free and p.label in fixed else p for p in table.parameters]
    return _with(table, rows)


def _joined(
    inner: ParameterTable,
    outer: ParameterTable,
    definitions: tuple[Term, ...],
    given: Sequence[Given],
) -> TwoLevels:
    within = Level(WITHIN, inner, np.arange(inner.n_free), given[0])
    return TwoLevels(within, Level(BETWEEN, outer, _numbered(outer, inner), given[1]), definitions)


def covariates_of_one_level(levels: TwoLevels) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name, for each level, the covariates that do not stand at the other: their likelihood has no part in the rest."""
    inner, outer = levels.both
    return (
        tuple(name for name in inner.table.covariates if name not in outer.table.observed),
        tuple(name for name in outer.table.covariates if name not in inner.table.observed),
    )


def with_given(levels: TwoLevels, given: Sequence[Given]) -> TwoLevels:
    """Fix the moments of covariates, level by level."""
    inner, outer = (_taking(level.table, own) for level, own in zip(levels.both, given, strict=True))
    return _joined(inner, outer, levels.definitions, given)


def _taking(table: ParameterTable, given: Given) -> ParameterTable:
    place, rows = {name: i for i, name in enumerate(given.names)}, []
    for p in table.parameters:
        if p.free and p.op == "~1" and p.lhs in place:
            p = p.numbered(-1, float(given.mean[place[p.lhs]]))
        elif p.free and p.op == "~~" and p.lhs in place and p.rhs in place:
            p = p.numbered(-1, float(given.covariance[place[p.lhs], place[p.rhs]]))
        rows.append(p)
    return _with(table, rows)


def has_levels(model: str) -> bool:
    """Tell whether a model is written in levels.

    >>> has_levels("level: 1"), has_levels("f =~ level1 + level2")
    (True, False)
    """
    return any(_HEAD.match(line) for line in with_plain_ends(model).split("\n"))


def parted(model: str) -> tuple[str, str]:
    """The text of each level; lines keep their numbers, so that a mistake is found where it stands."""
    lines = with_plain_ends(model).split("\n")
    found: dict[str, list[str]] = {}
    own: list[str] | None = None
    for number, line in enumerate(lines, start=1):
        head = _HEAD.match(line)
        if head:
            name = _NAMES.get(head[1].lower(), "")
            if not name or name in found:
                own_name = repr(head[1])
                twice = Words(f"there is a level {own_name} already", f"已有层{own_name}")
                problem = twice if name else Words(f"there is no level {own_name}", f"没有层{own_name}")
                raise SyntaxProblem(number, 1 + len(line) - len(line.lstrip()), line, problem, _EXPECTED)
            own = found[name] = [""] * (number - 1)
        elif own is None and re.sub(r"[#!].*", "", line).strip():
            raise SyntaxProblem(number, 1, line, Words("this belongs to no level", "此行不属于任何一层"), _EXPECTED)
        for name, text_of in found.items():
            text_of.append(line if found[name] is own and not head else "")
    for name in (WITHIN, BETWEEN):
        if name not in found:
            missing = Words(f"the model has no level {name!r}", f"模型缺少{TITLES[name].zh}层")
            raise SyntaxProblem(len(lines), 1, lines[-1], missing, _EXPECTED)
    return "\n".join(found[WITHIN]), "\n".join(found[BETWEEN])


def _refuse_what_levels_lack(specification: Specification) -> None:
    held = [t for t in specification.terms if t.op in ("==", "<", ">")]
    if held:
        raise SpecificationError(at(f"{held[0].lhs} {held[0].op} {held[0].rhs}", _NO_CONSTRAINTS))
    for term in specification.terms:
        if term.block or term.op in ("<~", "|", "~*~"):
            what = Words("exploratory blocks", "探索性区块") if term.block else repr(term.op)
            raise SpecificationError(_NUMERIC_ONLY.filled(what=what))


def _require_labels(definitions: tuple[Term, ...], *tables: ParameterTable) -> None:
    """Find labels that no parameter has before the search."""
    one = Quantity(np.asarray(1.0), np.zeros(0))
    define(definitions, {p.label: one for table in tables for p in table.parameters if p.label})


def _without_definitions(specification: Specification) -> Specification:
    return replace(specification, terms=tuple(t for t in specification.terms if t.op != ":="))


def _without_means(table: ParameterTable, elsewhere: set[str]) -> ParameterTable:
    """Fix at zero, within clusters, the intercepts of variables that have one between them."""
    stated = [p.lhs for p in table.parameters if p.op == "~1" and p.user and p.lhs in elsewhere and (p.free or p.value)]
    if stated:
        raise SpecificationError(_MEAN_WITHIN.filled(name=stated[0]))
    rows = [p.numbered(-1, 0.0) if p.op == "~1" and p.lhs in elsewhere else p for p in table.parameters]
    return _with(table, rows)


def _with(table: ParameterTable, rows: Sequence[Parameter]) -> ParameterTable:
    """The same with other rows; the free ones that are left are numbered anew."""
    number = {old: new for new, old in enumerate(dict.fromkeys(p.index for p in rows if p.free))}
    return replace(table, parameters=tuple(p.numbered(number[p.index]) if p.free else p for p in rows))


def _numbered(outer: ParameterTable, inner: ParameterTable) -> np.ndarray:
    """Which parameter of the whole model each of those between clusters is: a label of both levels is one."""
    shared = {p.index: inner.labels[p.label] for p in outer.parameters if p.free and p.label in inner.labels}
    found, q = np.empty(outer.n_free, dtype=int), inner.n_free
    for own in range(outer.n_free):
        found[own] = shared.get(own, q)
        q += own not in shared
    return found


_NO_BOUNDS = Words(
    "a two-level model takes no bounds: leave lower() and upper() out.", "两层模型不接受界限：请删去lower()与upper()。"
)
_NO_CONSTRAINTS = Words(
    "a two-level model takes no constraints but equality by a common label, as in 'cw =~ c1 + a*c2' at level 1 and "
    "'cb =~ c1 + a*c2' at level 2.",
    "两层模型只接受以共同标签表示的相等，如第一层写'cw =~ c1 + a*c2'，第二层写'cb =~ c1 + a*c2'。",
)
_NUMERIC_ONLY = Words(
    "a two-level model takes no {what}: it is of constructs measured by numeric items.",
    "两层模型不接受{what}：其潜变量须由连续题项测量。",
)
_MEAN_WITHIN = Words(
    "{name} ~ 1 stands at level 1, but the mean of a variable of both levels belongs to level 2: move it there.",
    "{name} ~ 1写在第一层，而两层共有变量的均值属于第二层：请移至第二层。",
)
