"""Models that name products of constructs, ``outcome ~ A + B + A:B``, made ready to be fitted.

Each product becomes a construct of its own, ``AxB``, measured by products of the items of its factors, every item used
once.  The first items come first: they set the scales of their constructs, and so their product sets that of ``AxB``
to A times B.  The others are matched best with best, by their correlations with the rest of their scale; the shorter
construct says how many are used (Marsh, Wen and Hau 2004, Psychological Methods 9, 275-300).

A moderator may be observed, ``outcome ~ A + size + A:size``.  It stays in the model as it is and, centred, multiplies
every item of A; so does a construct of one item.  Its moments are then estimated, and it correlates freely with A and
with the product, unless a path joins them; so do all observed causes with each other and with exogenous constructs,
which a model would otherwise hold apart.  Of a predictor that the model explains it is what remains unexplained that
correlates.  The path of A is its effect at the moderator's mean.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..errors import SpecificationError
from ..kernels import reliability
from ..responses.numeric import matrix_of, require_frame
from ..sem.composites import WEIGHT
from ..sem.specification import Specification
from ..suggestions import did_you_mean
from ..tables import Table, Tabled
from ..words import Words, at
from .products import Products, product_indicators

if TYPE_CHECKING:
    from ..sem.fit import Fit


@dataclass(frozen=True, eq=False)
class Moderated(Tabled):
    """A model with its products as constructs, and the answers with their indicators.

    model : to be fitted to ``frame``
    products : one record per product, in the order of the model; empty for a model without any
    written, answers : what they were made from    group : within which groups products are centred
    """

    model: Specification
    frame: pd.DataFrame
    products: tuple[Products, ...]
    written: Specification
    answers: pd.DataFrame
    group: str | None = None

    def fit(self, **options: Any) -> Fit:
        """Fit the model; products are never normally distributed, so that ``"ML"`` becomes ``"MLR"`` with them.

        ``ordered=True`` takes the items as ordered, and their products as numbers.

        With ``group=`` products are made anew, centred within these groups.

        Parameters
        ----------
        **options
            Of :func:`sme_sem.fit`.

        Raises
        ------
        SmeSemError
            As :func:`sme_sem.fit` does.

        Examples
        --------
        >>> import sme_sem as sme
        >>> population = "A =~ .8*a1 + .8*a2 + .8*a3; B =~ .8*b1 + .8*b2 + .8*b3; y ~ .4*A"
        >>> moderated = sme.with_products(
        ...     "A =~ a1 + a2 + a3; B =~ b1 + b2 + b3; y ~ A + B + A:B", sme.simulate(population, 400, seed=2))
        >>> moderated.fit().estimator
        'MLR'
        """
        from ..sem.fit import fit

        if self.products and options.get("group") != self.group:
            return with_products(self.written, self.answers, options.get("group")).fit(**options)
        return fit(self.model, self.frame, **self.suited(options))

    def suited(self, options: dict[str, Any]) -> dict[str, Any]:
        """Options of a fit as products need them: robust errors, and which items are ordered.

        >>> with_products("y ~ x", pd.DataFrame({"x": [1], "y": [2]})).suited({"estimator": "ML"})
        {'estimator': 'ML'}
        """
        if self.products and options.get("estimator") in (None, "ML") and not options.get("ordered"):
            options = {**options, "estimator": "MLR"}
        if self.products and options.get("ordered") is True:  # products of answers have no categories
            numbers = {*_moderators(self.written), *_observed_causes(self.written)}
            asked = [name for name in self.written.observed if name in self.answers.columns and name not in numbers]
            options = {**options, "ordered": asked}
        return options

    def tables(self) -> tuple[Table, ...]:
        """List the indicators of every product."""
        return tuple(table for one in self.products for table in one.tables())


def with_products(model: str | Specification, frame: pd.DataFrame, group: str | None = None) -> Moderated:
    """Measure the products that a model names, such as ``RT:DF`` in ``SINN ~ RT + DF + RT:DF``.

    Sources: :mod:`sme_sem.moderation.models`.

    Parameters
    ----------
    model
        Model syntax; the factors of a product are constructs measured by items, or one such and a column of numbers.
    frame
        One row per respondent.
    group
        A column whose values divide the respondents; products are centred within each group.

    Returns
    -------
    Moderated
        ``.model`` and ``.frame`` for :func:`sme_sem.fit`.  ``RT:DF`` is called ``RTxDF`` there, as
        :func:`sme_sem.simple_slopes` expects it, in units of RT times DF as long as their first loadings are fixed to
        one.  Products of items are not normally distributed: take an estimator
        with robust standard errors, such as ``"MLR"``.

    Raises
    ------
    SpecificationError
        If a product of a construct is not with another one or a column of numbers, or an item has no column.
    SyntaxProblem
        If the model cannot be read.
    DataProblem
        If an item holds no numbers, or ``group`` does not divide the respondents into groups.

    Examples
    --------
    >>> import sme_sem as sme
    >>> population = "A =~ .8*a1 + .8*a2 + .8*a3; B =~ .8*b1 + .8*b2 + .8*b3; Y =~ .8*y1 + .8*y2 + .8*y3; Y ~ .4*A"
    >>> answers = sme.simulate(population, 400, seed=2)
    >>> measured = "A =~ a1 + a2 + a3; B =~ b1 + b2 + b3; Y =~ y1 + y2 + y3"
    >>> moderated = sme.with_products(f"{measured}; Y ~ A + B + A:B", answers)
    >>> fit = sme.fit(moderated.model, moderated.frame, estimator="MLR")
    >>> fit.estimates().query("op == '~'")["rhs"].tolist()
    ['A', 'B', 'AxB']
    """
    written = Specification.read(model).for_all_groups("with_products")
    require_frame(frame)
    latent = set(written.latent)  # products of observed variables are made by the fit itself
    products = (name for name in dict.fromkeys(term.rhs for term in written.relations) if ":" in name)
    names = [name for name in products if latent & set(name.split(":"))]
    if not names:
        return Moderated(written, frame, (), written, frame, group)
    composites = {term.lhs for term in written.relations if term.op == WEIGHT}
    items = {name: [t.rhs for t in written.terms if (t.op, t.lhs) == ("=~", name)] for name in written.latent}
    made: list[Products] = []
    for name in names:
        factors = _factors(name, items, composites, frame)
        own = {factor: _ordered(frame, factor, items.get(factor, [factor])) for factor in factors}
        shortest = min(map(len, own.values()))
        matched = own if shortest == 1 else {factor: one[:shortest] for factor, one in own.items()}
        made.append(product_indicators(made[-1].frame if made else frame, matched, group=group))
    ready = written.rename({name: one.name for name, one in zip(names, made, strict=True)})
    measured = {item for own in items.values() if len(own) > 1 for item in own}
    for lines in (*(one.model for one in made), *_shared(made, measured)):
        ready = ready.add(lines)
    for pair in _apart(ready, {one.name: tuple(name.split(":")) for name, one in zip(names, made, strict=True)}):
        ready = ready.add(pair)
    return Moderated(ready, made[-1].frame, tuple(made), written, frame, group)


def _factors(
    name: str, items: dict[str, list[str]], composites: Collection[str], frame: pd.DataFrame
) -> tuple[str, ...]:
    factors = tuple(name.split(":"))
    if len(factors) != 2:
        raise SpecificationError(_TWO_FACTORS.filled(name=repr(name), n=len(factors)))
    for factor in factors:
        if factor in composites:
            raise SpecificationError(_OF_COMPOSITE.filled(name=repr(name), factor=repr(factor)))
        if factor not in items:
            _require_quantity(name, factor, items, frame)
            continue
        if constructs := [item for item in items[factor] if item in items]:
            items_of = {"factor": repr(factor), "constructs": ", ".join(constructs)}
            raise SpecificationError(_OF_SECOND_ORDER.filled(name=repr(name), **items_of))
    return factors


def _require_quantity(name: str, factor: str, items: dict[str, list[str]], frame: pd.DataFrame) -> None:
    """Refuse a factor that is neither a construct nor a column whose numbers are a quantity."""
    said = _NO_CONSTRUCT.filled(name=repr(name), factor=repr(factor))
    owners = [construct for construct, own in items.items() if factor in own]
    if owners:
        raise SpecificationError(said + _BUT_AN_ITEM.filled(owner=repr(owners[0])))
    if factor not in frame.columns:
        known = [*items, *map(str, frame.columns)]
        raise SpecificationError(said + _AND_NO_COLUMN + did_you_mean(factor, known))
    kind = frame[factor].dtype
    if isinstance(kind, pd.CategoricalDtype) and not kind.ordered and len(kind.categories) > 2:
        counted = {"factor": repr(factor), "n": len(kind.categories)}
        raise SpecificationError(_UNORDERED.filled(name=repr(name), **counted))


def _ordered(frame: pd.DataFrame, construct: str, items: list[str]) -> list[str]:
    """Order items by their correlation with the rest of the scale, the highest first; but before them the first."""
    absent = [item for item in items if item not in frame.columns]
    if absent:
        near = did_you_mean(absent[0], map(str, frame.columns))
        missing = Words(f"the data have no column {absent[0]!r}.", f"数据中没有{absent[0]!r}列。")
        raise SpecificationError(at(repr(construct), missing + near))
    if len(items) < 3:
        return items
    with_rest = reliability.item_rest_correlation(pd.DataFrame(matrix_of(frame[items])).cov().to_numpy())
    return [items[0], *(items[1 + place] for place in np.argsort(-with_rest[1:], kind="stable"))]


def _shared(products: list[Products], measured: Collection[str]) -> list[str]:
    """Free the residual covariances of indicators of different products that have an item of a scale in common."""
    indicators = [list(zip(product.columns, product.pairs, strict=True)) for product in products]
    return [
        f"{column} ~~ {other}"
        for one, two in combinations(indicators, 2)
        for column, pair in one
        for other, second in two
        if set(pair) & set(second) & set(measured)
    ]


def _apart(model: Specification, products: dict[str, tuple[str, ...]]) -> list[str]:
    """Free the covariances that a product with an observed moderator needs and the model would fix at zero."""
    latent = set(model.latent)
    pairs: list[tuple[str, str]] = []
    for name, factors in products.items():
        if not latent.issuperset(factors):
            pairs += combinations((*(factor for factor in factors if factor in model.variables), name), 2)
    if not pairs:
        return []
    explained = _explained(model)
    sources = [name for name in model.latent if name not in explained]
    causes = _observed_causes(model)
    pairs += [*combinations(causes, 2), *product(causes, sources)]
    joined = {frozenset((term.lhs, term.rhs)) for term in model.relations if term.op in ("~", "~~", "=~")}
    joined |= {frozenset(pair) for pair in combinations(sources, 2)}  # correlated without being asked
    wanted = {frozenset(pair): pair for pair in pairs}
    return [f"{a} ~~ {b}" for both, (a, b) in wanted.items() if both not in joined]


def _explained(model: Specification) -> set[str]:
    return {term.lhs if term.op == "~" else term.rhs for term in model.relations if term.op in ("~", "=~", WEIGHT)}


def _observed_causes(model: Specification) -> list[str]:
    """Name the observed variables that only predict."""
    causes = {term.rhs for term in model.relations if term.op == "~"} - _explained(model)
    return [name for name in model.observed if name in causes]


def _moderators(model: Specification) -> set[str]:
    """Name the observed factors of products."""
    factors = {factor for term in model.relations if ":" in term.rhs for factor in term.rhs.split(":")}
    return factors - set(model.latent)


_TWO_FACTORS = Words(
    "the product {name} has {n} factors; a product is of two constructs.", "乘积{name}有{n}个因子；乘积由两个构念组成。"
)
_OF_COMPOSITE = Words(
    "the product {name}: {factor} is a composite (<~), and products of its items would not be the product. Fit the "
    "model without it, add fit.scores()[{factor}] to the answers under another name, and put a construct measured by "
    "this column alone in the composite's place.",
    "乘积{name}：{factor}是合成构念（<~），其题项的乘积并非该乘积。请先拟合不含乘积的模型，将fit.scores()[{factor}]以另一名称"
    "加入数据，并以仅由该列测量的潜变量代替合成构念。",
)
_OF_SECOND_ORDER = Words(
    "the product {name}: {factor} is measured by constructs ({constructs}), and only items can be multiplied; take the "
    "product of one of these.",
    "乘积{name}：{factor}由潜变量测量（{constructs}），而只有题项可以相乘；请取其中之一的乘积。",
)
_NO_CONSTRUCT = Words(
    "the product {name}: {factor} is no construct of the model (=~)", "乘积{name}：{factor}不是模型的潜变量（=~）"
)
_BUT_AN_ITEM = Words(
    " but an item of {owner}, which can be multiplied in its place.", "，而是{owner}的题项；可改以{owner}相乘。"
)
_AND_NO_COLUMN = Words(", and the data have no such column.", "，数据中也没有该列。")
_UNORDERED = Words(
    "the product {name}: {factor} has {n} categories without order, which no one product holds. Compare them as groups "
    "(group=), or multiply a 0/1 column of one category.",
    "乘积{name}：{factor}有{n}个无序类别，单个乘积无法表示。请作多组比较（group=），或以某一类别的0/1列相乘。",
)
