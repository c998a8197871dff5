"""Exploratory blocks: constructs whose loadings on all items of the block are estimated, and then rotated.

``efa("b")*f1 + efa("b")*f2 =~ x1 + ... + x6`` fits as well with any rotation of f1 and f2.  So the model is first
estimated with loadings fixed at zero (an echelon of m (m - 1) / 2) and uncorrelated constructs of variance one;
then the constructs are turned until their loadings are simple, and everything that touches them turns along::

    eta* = H^T eta     A* = M A M^-1     S* = M S M^T     m* = M m     M = I, with H^T in the place of the block

After that all loadings and the block's correlations are free parameters, tied by the conditions of a stationary
criterion.  Standard errors come from the information within the directions these conditions leave free, which is
the inverse of the bordered information matrix (Jennrich 1973, Psychometrika 38, 593-604; Asparouhov and Muthen
2009, Structural Equation Modeling 16, 397-438).  They equal the delta method's exactly, and the spread of estimates
over samples.  lavaan's errors of correlated constructs (``rotation.se`` of either kind) leave the correlations out of
the items' variances in these conditions and differ, by a quarter for loadings near zero; its estimates, and its errors
of uncorrelated constructs, are the same as here.

Promax is no minimum of a criterion: its conditions are those of varimax, of which it is made, and that it leads to
itself (:func:`~sme_sem.kernels.rotation.promax_slopes`).  lavaan has no errors of it.

Conventions, lavaan's: loadings are standardized by the items' variances given what else predicts the constructs
before they are rotated, and for varimax normalised by Kaiser besides; a construct's loadings have a positive sum;
constructs stand in the order of the items they load on most (both as a target says, if there is one), but for a general
factor, which stays the first; lavaan puts it among the others.  A rotation is
never allowed to change the fit, so orthogonal rotations keep constructs of one block uncorrelated, but not those of
different blocks.  Each group is rotated on its own; where groups share their loadings, the first one's rotation serves
them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SpecificationError
from ..kernels import factors, linalg, ram
from ..kernels import rotation as kernel
from ..kernels.discrepancy import Sample
from ..tables import Words
from . import objective
from .bounds import renumbered
from .constraints import constrained, restrictions
from .diagnosis import Diagnostic, examine
from .options import Options
from .parameters import Parameter, ParameterTable
from .rotation_args import BIFACTOR
from .rotation_target import criterion as towards
from .rotation_target import signed
from .solution import Point

if TYPE_CHECKING:
    from .result import Fit

STARTS = 30
_AT_REST = 1e-8

CRITERIA: dict[str, kernel.Criterion] = {
    "geomin": kernel.geomin,
    "oblimin": kernel.quartimin,
    "quartimin": kernel.quartimin,
    "varimax": kernel.varimax,
    "quartimax": kernel.quartimax,
    "equamax": kernel.equamax,
    "parsimax": kernel.parsimax,
    "cf_quartimax": partial(kernel.crawford_ferguson, columns=0),
    "cf_varimax": kernel.oblique_varimax,
    "cf_equamax": kernel.equamax,
    "cf_parsimax": kernel.parsimax,
    "cf_facparsim": partial(kernel.crawford_ferguson, columns=1),
    "infomax": kernel.infomax,
    "bentler": kernel.bentler,
    "simplimax": kernel.simplimax,
    "entropy": kernel.entropy,
    "mccammon": kernel.mccammon,
    "tandem1": kernel.tandem1,
    "tandem2": kernel.tandem2,
    "biquartimin": kernel.bifactor(kernel.quartimin),
}


@dataclass(frozen=True, eq=False)
class Block:
    """Constructs to be rotated together, in the groups that share their loadings.

    groups : the first one is rotated; the others follow
    loadings : (p, m) parameters, as ``uniquenesses`` (p,) and ``covariances`` (m, m); -1 where fixed
    fixed : (p,) values of uniquenesses that are fixed, NaN of those that make a response's variance one
    """

    name: str
    constructs: tuple[str, ...]
    items: tuple[str, ...]
    groups: tuple[int, ...]
    loadings: np.ndarray
    uniquenesses: np.ndarray
    covariances: np.ndarray
    fixed: np.ndarray

    @property
    def parameters(self) -> np.ndarray:
        """The free parameters that the rotation looks at."""
        every = np.concatenate([self.loadings.ravel(), self.uniquenesses, self.covariances.ravel()])
        return np.unique(every[every >= 0])

    def measured(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Loadings, correlations and uniquenesses: (..., q) -> (..., p, m), (..., m, m), (..., p)"""
        correlations = np.where(self.covariances >= 0, theta[..., self.covariances], np.eye(len(self.constructs)))
        uniquenesses = np.where(self.uniquenesses >= 0, theta[..., self.uniquenesses], self.fixed)
        return theta[..., self.loadings], correlations, uniquenesses


# --- before the search ---------------------------------------------------------------------------------------


def blocks_of(table: ParameterTable) -> tuple[Block, ...]:
    """Read the blocks of two or more constructs, and see that they can be rotated.

    Raises :class:`~sme_sem.errors.SpecificationError` if constructs of a block differ in their items, or if
    loadings are fixed, equal to each other, or equal in some groups only in part.
    """
    found = []
    for name in dict.fromkeys(t.block for t in table.specification.relations if t.block):
        constructs = _constructs(table, name)
        if len(constructs) < 2:
            continue
        items = _items(table, name, constructs)
        leaders: list[Block] = []
        for group in range(table.groups):
            own = _in_group(table, name, constructs, items, group)
            twin = next((b for b, other in enumerate(leaders) if np.isin(own.loadings, other.loadings).any()), None)
            if twin is None:
                leaders.append(own)
            elif np.array_equal(own.loadings, leaders[twin].loadings):
                leaders[twin] = replace(leaders[twin], groups=(*leaders[twin].groups, group))
            else:
                raise SpecificationError(_of_block(name, _PARTLY_EQUAL))
        found += leaders
    return tuple(found)


def _constructs(table: ParameterTable, name: str) -> tuple[str, ...]:
    terms = [t for t in table.specification.relations if t.block]
    own = tuple(dict.fromkeys(t.lhs for t in terms if t.block == name))
    for t in terms:
        if t.lhs in own and t.block != name:
            both = {"name": repr(t.lhs), "one": repr(name), "other": repr(t.block)}
            raise SpecificationError(_IN_TWO.filled(**both))
    return own


def _items(table: ParameterTable, name: str, constructs: Sequence[str]) -> tuple[str, ...]:
    by_construct = [
        dict.fromkeys(t.rhs for t in table.specification.relations if t.op == "=~" and t.lhs == c) for c in constructs
    ]
    items = tuple(by_construct[0])
    for construct, own in zip(constructs, by_construct, strict=True):
        odd = set(own) ^ set(items)
        if odd:
            said = _SAME_ITEMS.filled(one=constructs[0], other=construct, odd=", ".join(sorted(odd)))
            raise SpecificationError(_of_block(name, said))
    if len(items) <= len(constructs):
        raise SpecificationError(_of_block(name, _FEW_ITEMS.filled(constructs=len(constructs), items=len(items))))
    return items


def _in_group(
    table: ParameterTable, name: str, constructs: tuple[str, ...], items: tuple[str, ...], group: int
) -> Block:
    rows = {(p.key, p.group): p for p in table.parameters}

    def row(lhs: str, op: str, rhs: str) -> Parameter:
        return rows[Parameter(lhs, op, rhs).key, group]

    loadings = np.array([[row(c, "=~", i).index for c in constructs] for i in items])
    if (loadings < 0).any() or len(np.unique(loadings)) < loadings.size:
        raise SpecificationError(_of_block(name, _FREE_LOADINGS))
    errors = [row(i, "~~", i) for i in items]
    for e in errors:
        if e.derived and row(e.lhs, "~*~", e.lhs).free:
            raise SpecificationError(_of_block(name, _FREE_SCALE.filled(item=repr(e.lhs))))
    covariances = np.array([[-1 if a == b else row(a, "~~", b).index for b in constructs] for a in constructs])
    return Block(
        name,
        constructs,
        items,
        (group,),
        loadings,
        np.array([e.index for e in errors]),
        covariances,
        np.array([e.value for e in errors]),
    )


def anchored(table: ParameterTable, blocks: Sequence[Block], sample: Sample) -> ParameterTable:
    """The same model, identified before any rotation: an echelon of zero loadings, constructs uncorrelated.

    The zeros stand with items that tell the constructs apart; start values come from principal factors.
    """
    zero: set[int] = set()
    start = dict.fromkeys(_touching(table, blocks), 0.0)
    for block in blocks:
        variances, loadings = _principal_factors(table, block, sample)
        echelon, pivots = factors.echelon(loadings)
        for construct in range(len(block.constructs)):
            zero.update(block.loadings[pivots[:construct], construct])
        zero.update(block.covariances[block.covariances >= 0])
        start |= dict(zip(block.loadings.ravel(), echelon.ravel(), strict=True))
        rest = np.maximum(variances - (loadings**2).sum(axis=1), 0.2 * variances)
        start |= dict(zip(block.uniquenesses, rest, strict=True))
    kept = {old: new for new, old in enumerate(i for i in range(table.n_free) if i not in zero)}
    rows = []
    for p in table.parameters:
        if p.index in zero:
            rows.append(p.numbered(-1, 0.0))
        elif p.free:
            rows.append(replace(p, index=kept[p.index], start=start.get(p.index, p.start)))
        else:
            rows.append(p)
    constraints = table.definitions if constrained(table) else ()
    return replace(table, parameters=tuple(rows), definitions=constraints, bounds=renumbered(table.bounds, kept))


def _touching(table: ParameterTable, blocks: Sequence[Block]) -> Iterator[int]:
    """Free parameters that change when a block is rotated, but for variances."""
    for block in blocks:
        for p in table.parameters:
            if p.free and p.group in block.groups and {p.lhs, p.rhs} & set(block.constructs) and p.lhs != p.rhs:
                yield p.index


def _principal_factors(table: ParameterTable, block: Block, sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """The items' variances and a first factor solution: (p,), (p, m)"""
    p, m = block.loadings.shape
    place = {name: i for i, name in enumerate(table.observed)}
    if not place.keys() >= set(block.items):  # constructs of constructs: any loadings that are not alike
        return np.ones(p), np.random.default_rng(0).uniform(0.2, 0.8, size=(p, m))
    index = np.array([place[i] for i in block.items])
    S = sample.covariance[block.groups[0]][np.ix_(index, index)]
    R = linalg.correlation(S)
    inverse = linalg.inverse(R + 1e-6 * np.eye(p))
    communalities = np.clip(1 - 1 / np.diagonal(inverse), 0.05, 0.95)
    for _ in range(10):
        np.fill_diagonal(R, communalities)
        values, vectors = np.linalg.eigh(R)
        loadings = vectors[:, -m:] * np.sqrt(np.maximum(values[-m:], 0.01))
        communalities = np.clip((loadings**2).sum(axis=1), 0.02, 0.95)
    variances = np.diagonal(S)
    return variances, loadings * np.sqrt(variances)[:, None]


def refuse_restrictions(
    table: ParameterTable, first: ParameterTable, blocks: Sequence[Block], sample: Sample, *, oblique: bool
) -> None:
    """See that a rotation leads from the anchored model to the same model again, whatever its parameters.

    Raises :class:`~sme_sem.errors.SpecificationError` naming what the model says of one construct of a block only.
    """
    random = np.random.default_rng(0)
    theta = random.uniform(0.2, 0.8, first.n_free)
    rotations = [random.standard_normal((len(b.constructs),) * 2) for b in blocks]
    rotations = [H / np.linalg.norm(H, axis=0) if oblique else np.linalg.qr(H)[0] for H in rotations]
    turned = _turned(first, blocks, rotations, theta, sample)
    again = ram.matrices(table.pattern, _read(table, turned, first, theta), sample.covariance, sample.mean)
    for kind, (wanted, got) in enumerate(zip(turned, again, strict=True)):
        off = np.abs(wanted - got) > 1e-9 * (1 + np.abs(wanted))
        if off.any():
            raise SpecificationError(_restricted(table, blocks, kind, np.argwhere(off)[0]))
    limits = restrictions(table, np.ones(table.n_free)) if constrained(table) else None
    moved = list(_touching(table, blocks))
    if limits is not None and (limits.slopes[:, moved] != 0).any():
        name = table.names()[moved[int(np.flatnonzero((limits.slopes[:, moved] != 0).any(axis=0))[0])]]
        raise SpecificationError(_CONSTRAINED.filled(name=repr(name)))


def _restricted(table: ParameterTable, blocks: Sequence[Block], kind: int, place: np.ndarray) -> Words:
    a, b = table.variables[place[1]], table.variables[place[2]] if kind != ram.INTERCEPTS else ""
    touched = (block for block in blocks if {a, b} & set(block.constructs))
    block = next(touched, blocks[0])  # a label may equate something elsewhere with what rotates
    measured = b in table.latent and any(p.op == "=~" and p.rhs == a for p in table.parameters)
    written = {
        ram.PATHS: f"{b} =~ {a}" if measured else f"{a} ~ {b}",
        ram.COVARIANCES: f"{a} ~~ {b}",
        ram.INTERCEPTS: f"{a} ~ 1",
    }[kind]
    constructs = ", ".join(block.constructs)
    return _of_block(block.name, _RESTRICTED.filled(relation=repr(written), constructs=constructs))


def _of_block(name: str, said: Words) -> Words:
    return Words(f"exploratory block {name!r}: ", f"探索性区块{name!r}：") + said


# --- after the search ----------------------------------------------------------------------------------------


def rotated(fit: Fit, table: ParameterTable, blocks: Sequence[Block]) -> Fit:
    """Rotate the blocks of a fit of the anchored model.

    table : the model with all loadings and correlations of the blocks free
    """
    options, sample = fit.options, fit.sample
    before = fit.table, fit.theta
    read = _read(table, ram.matrices(fit.pattern, fit.theta, sample.covariance, sample.mean), *before)
    found = [_found(block, options, read) for block in blocks]
    theta = _read(table, _turned(fit.table, blocks, [H for H, _ in found], fit.theta, sample), *before)
    pattern = table.pattern
    diagnostics = examine(Point.at(table, pattern, theta, sample.covariance, sample.mean), fit.n, fit.moments.labels)
    diagnostics += [said for said in fit.diagnostics if said.code == "at_limit"]
    diagnostics += [
        Diagnostic("warning", "rotation_unsettled", _UNSETTLED.filled(block=block.name, rotation=str(options.rotation)))
        for block, (_, violation) in zip(blocks, found, strict=True)
        if not violation < _AT_REST
    ]
    slopes = [_slopes(block, options, theta) for block in blocks]
    return replace(
        fit,
        table=table,
        pattern=pattern,
        theta=theta,
        diagnostics=tuple(diagnostics),
        slope=objective.slope(pattern, sample, fit.moments, theta),
        settled=np.concatenate(slopes),
    )


def criterion_of(block: Block, options: Options) -> kernel.Criterion:
    """What is least once the block is turned."""
    if options.rotation == "target":
        return towards(options.target, block.constructs, block.items)
    if options.rotation in ("geomin", "bigeomin"):
        criterion = partial(kernel.geomin, epsilon=options.rotation_args.geomin_epsilon)
        return kernel.bifactor(criterion) if options.rotation in BIFACTOR else criterion
    if options.rotation == "oblimin":
        return partial(kernel.oblimin, gamma=options.rotation_args.oblimin_gamma)
    return CRITERIA[str(options.rotation)]


def _found(block: Block, options: Options, theta: np.ndarray) -> tuple[np.ndarray, float]:
    """H (m, m) of a block, signed and ordered, and how far from rest it is; a target says order and some signs."""
    loadings, correlations, uniquenesses = block.measured(theta)
    kaiser, oblique = options.rotation_args.kaiser(options.rotation), options.oblique
    if options.rotation == "promax":
        scaled = loadings * _weights(loadings, correlations, uniquenesses, False)[:, None]
        H, violation = kernel.promax(scaled, options.rotation_args.promax_kappa, kaiser=kaiser)
    else:
        weights = _weights(loadings, correlations, uniquenesses, kaiser)
        starts = kernel.random_starts(loadings.shape[1], STARTS)
        criterion = criterion_of(block, options)
        H, _, violation = kernel.best(criterion, loadings * weights[:, None], starts, oblique=oblique)
    turned = kernel.apply(H, loadings, oblique=oblique)
    H = H * np.where((turned.sum(axis=0) < 0) & ~signed(options.target, block.constructs), -1, 1)
    if options.rotation == "target":
        return H, violation
    size = np.abs(turned)
    large = size >= 0.8 * size.max(axis=0)
    position = (np.arange(len(size))[:, None] * large).sum(axis=0) / large.sum(axis=0)
    if options.rotation in BIFACTOR:
        position[0] = -1
    return H[:, np.argsort(position, kind="stable")], violation


def _weights(loadings: np.ndarray, correlations: np.ndarray, uniquenesses: np.ndarray, kaiser: bool) -> np.ndarray:
    """What the rows of the loadings are multiplied by: (..., p, m), (..., m, m), (..., p) -> (..., p)"""
    common = ((loadings @ correlations) * loadings).sum(axis=-1)
    length = np.sqrt(common if kaiser else np.where(np.isnan(uniquenesses), 1.0, common + uniquenesses))
    return np.where(np.abs(length) > 1e-10, 1 / np.where(length == 0, 1, length), 0)


def _slopes(block: Block, options: Options, theta: np.ndarray) -> np.ndarray:
    """Derivatives of the block's conditions by all parameters, each row of length one: -> (k, q)"""
    moved = block.parameters
    points = theta + 1j * kernel.IMAGINARY * (moved[:, None] == np.arange(len(theta)))
    loadings, correlations, uniquenesses = block.measured(points)
    args = options.rotation_args
    kaiser = args.kaiser(options.rotation)
    weights = _weights(loadings, correlations, uniquenesses, kaiser and options.rotation != "promax")
    scaled = loadings * weights[..., None]
    if options.rotation == "promax":
        by_moved = kernel.promax_slopes(scaled, correlations, args.promax_kappa, kaiser=kaiser)
    else:
        values = kernel.conditions(criterion_of(block, options), scaled, correlations, oblique=options.oblique)
        by_moved = values.imag / kernel.IMAGINARY
    slopes = np.zeros((by_moved.shape[-1], len(theta)))
    slopes[:, moved] = by_moved.T
    return slopes / np.linalg.norm(slopes, axis=1, keepdims=True)


Matrices = tuple[np.ndarray, np.ndarray, np.ndarray]


def _turned(
    table: ParameterTable, blocks: Sequence[Block], rotations: Sequence[np.ndarray], theta: np.ndarray, sample: Sample
) -> Matrices:
    """A, S and m of the anchored model after the constructs are turned: (G, v, v), (G, v, v), (G, v)"""
    A, S, m = ram.matrices(table.pattern, theta, sample.covariance, sample.mean)
    M = np.broadcast_to(np.eye(A.shape[-1]), A.shape).copy()
    for block, H in zip(blocks, rotations, strict=True):
        index = np.array([table.variables.index(c) for c in block.constructs])
        for group in block.groups:
            M[group][np.ix_(index, index)] = H.T
    return M @ A @ np.linalg.inv(M), M @ S @ M.mT, np.matvec(M, m)


def _read(table: ParameterTable, matrices: Matrices, before: ParameterTable, values: np.ndarray) -> np.ndarray:
    """The free parameters of a table, read off its matrices; thresholds and scales are as they were before: -> (q,)"""
    pattern = table.pattern
    theta = np.zeros(table.n_free)
    unturned = {(p.key, p.group): values[p.index] for p in before.parameters if p.free and p.op in ("|", "~*~")}
    for p in table.parameters:
        if p.free and p.op in ("|", "~*~"):
            theta[p.index] = unturned[p.key, p.group]
    for group, cell in product(range(table.groups), range(len(pattern.matrix))):
        parameter = pattern.parameter[group, cell]
        if parameter >= 0 and pattern.matrix[cell] <= ram.INTERCEPTS:
            i, j = pattern.row[cell], pattern.col[cell]
            kind = matrices[pattern.matrix[cell]][group]
            value = kind[i] if pattern.matrix[cell] == ram.INTERCEPTS else kind[i, j]
            theta[parameter] = value / pattern.factor[group, cell]
    return theta


_UNSETTLED = Words(
    "the {rotation} rotation of block {block} did not come to rest; do not interpret its loadings and standard errors. "
    "The block may have too many constructs, or an item that determines a construct alone: try fewer constructs or "
    "another rotation.",
    "区块{block}的{rotation}旋转未收敛；请勿解释其载荷与标准误。可能是潜变量过多，或某一题项单独决定了一个潜变量："
    "请减少潜变量或改用其他旋转方法。",
)


_PARTLY_EQUAL = Words(
    "some of its loadings are equal across groups and some are not, which no rotation keeps. Hold all of them equal, "
    "or none.",
    "部分载荷跨组相等，部分不等，旋转后无法保持。请令其全部相等，或全部不设相等。",
)
_IN_TWO = Words(
    "{name} stands in two exploratory blocks, {one} and {other}.", "{name}同属两个探索性区块：{one}与{other}。"
)
_SAME_ITEMS = Words(
    "{one} and {other} must load on the same items, but {odd} belongs to one of them only.",
    "{one}与{other}的题项须相同，而{odd}只属于其中之一。",
)
_FEW_ITEMS = Words(
    "{constructs} constructs need more than {items} items.", "{constructs}个潜变量须有多于{items}个题项。"
)
_FREE_LOADINGS = Words(
    "its loadings are what the rotation finds; none can be fixed or equal to another. Write the constructs without "
    "efa() to restrict them.",
    "其载荷由旋转得出，不能固定或设为相等。如需限制，请去掉这些潜变量的efa()。",
)
_FREE_SCALE = Words(
    "the scale of {item} is free, so that its rotation has no fixed unit; take parameterization='theta'.",
    "{item}的尺度自由估计，旋转没有固定的单位；请设parameterization='theta'。",
)
_CONSTRAINED = Words(
    "a constraint restricts {name}, which changes with the rotation of its exploratory block. Constrain parameters "
    "outside the blocks only, or write the constructs without efa().",
    "约束涉及{name}，而它随所在探索性区块的旋转而变。请只约束区块以外的参数，或去掉潜变量的efa()。",
)
_RESTRICTED = Words(
    "the model fixes, leaves out or equates {relation}, so that it would not survive a rotation. What is free for one "
    "of {constructs} must be free for all of them.",
    "模型固定、省略了{relation}或将其设为相等，旋转后无法保持。对{constructs}之一自由的参数，对其余潜变量也须自由。",
)
