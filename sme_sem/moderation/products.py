"""Products of indicators, which measure the interaction of two constructs or the square of one.

The unconstrained approach: products of centred indicators are indicators of a construct of their own.  Centred once
more (double mean centring), they need no mean structure, and their construct's variance and covariances are free.
Products that share an indicator have correlated residuals.

A construct that is one column, such as an observed moderator, multiplies every indicator of the other.  These products
share the column and have no correlated residuals: where it is measured without error they have none, and an error of it
enters them in proportion to their loadings, as the construct of the products does.

Marsh, Wen and Hau (2004), Psychological Methods 9, 275-300; double mean centring: Lin, Wen, Marsh and Lin (2010),
Structural Equation Modeling 17, 374-391; residual centring: Little, Bovaird and Widaman (2006), Structural Equation
Modeling 13, 497-519.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, product
from types import NoneType

import numpy as np
import pandas as pd

from ..arguments import chosen, listed, require_kind
from ..errors import DataProblem, SpecificationError
from ..responses.moments import rows_by_group
from ..responses.numeric import INFINITE, matrix_of, repeated, require_frame
from ..suggestions import did_you_mean
from ..tables import Column, Table, Tabled, Words
from ..words import at

METHODS = ("double_mean_centering", "mean_centering", "residual", "none")
Pair = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Products(Tabled):
    """Product indicators and the construct they measure.

    name : of the construct of the products    frame : the answers, with the products as further columns
    columns : their names    pairs : which indicators each is the product of
    model : the lines to add to a model: the construct, and the residual covariances of products that share an indicator
    """

    name: str
    frame: pd.DataFrame
    columns: tuple[str, ...]
    pairs: tuple[Pair, ...]
    model: str

    def tables(self) -> tuple[Table, ...]:
        """List the products."""
        rows = tuple((column, a, b) for column, (a, b) in zip(self.columns, self.pairs, strict=True))
        return (Table("product_indicators", _TITLE.filled(name=self.name), _COLUMNS, rows),)


def product_indicators(
    frame: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    *,
    name: str | None = None,
    method: str = "double_mean_centering",
    match: bool = True,
    group: str | None = None,
) -> Products:
    """Make the product indicators of two constructs, or of one with itself.

    Sources: :mod:`sme_sem.moderation.products`.

    Parameters
    ----------
    frame
        One row per respondent.
    constructs
        Two constructs with their indicators; one for its square.  An observed variable is a construct of one indicator.
    name
        Of the construct the products measure; the two names joined by an x (``"MKTxCAP"``), or ``"MKTxMKT"``.
    method
        ``"double_mean_centering"``; ``"mean_centering"`` leaves the products' means; ``"residual"`` takes out of each
        product what the indicators themselves explain; ``"none"`` multiplies the answers as they are.
    match
        Each indicator once, first with first; one column alone with every indicator of the other.  False: every pair.
    group
        A column whose values divide the respondents: answers are centred within each group, as a model of several
        groups needs it.  The product is then zero, and paths beside it hold, at each group's own means.

    Returns
    -------
    Products
        ``.frame`` to fit to, ``.model`` to add to the model.  A respondent with a gap in either indicator has one in
        the product; with ``"residual"``, one with a gap in any indicator has gaps in all products.

    Raises
    ------
    SpecificationError
        If an indicator is no column, constructs cannot be matched, or ``method`` is unknown.
    DataProblem
        If an indicator holds no numbers, or ``group`` does not divide the respondents into groups.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("A =~ 1*a1 + 1*a2; B =~ 1*b1 + 1*b2", 300, seed=1)
    >>> products = sme.product_indicators(answers, {"A": ["a1", "a2"], "B": ["b1", "b2"]})
    >>> products.model
    'AxB =~ a1.b1 + a2.b2'
    >>> bool(abs(products.frame["a1.b1"].mean()) < 1e-12)
    True
    """
    require_frame(frame)
    require_kind("constructs", constructs, Mapping, _BY_CONSTRUCT)
    method = chosen("method", method, METHODS)
    own = {construct: tuple(listed(construct, items, "a1")) for construct, items in constructs.items()}
    require_kind(
        "name", name, (str, NoneType), Words("the name of the product, such as name='AxB'", "乘积的名称，如name='AxB'")
    )
    for construct, indicators in own.items():
        require_kind(_EACH_NAME, construct, str, Words("a text, such as 'A'", "文本，如'A'"))
        if len(set(indicators)) < len(indicators):
            raise SpecificationError(_TWICE.filled(construct=repr(construct), items=", ".join(map(str, indicators))))
    if len(own) not in (1, 2):
        raise SpecificationError(_ONE_OR_TWO.filled(n=len(own)))
    for construct, indicators in own.items():
        _usable(frame, construct, indicators)
    pairs = _pairs(list(own.values()), match=match)
    joined = name or "x".join([*own, *own][:2])
    columns = tuple(f"{a}.{b}" for a, b in pairs)
    taken = [column for column in (*columns, joined) if column in frame.columns]
    if taken:
        raise SpecificationError(_TAKEN.filled(name=repr(taken[0])))
    items = list(dict.fromkeys(item for one in own.values() for item in one))
    answers = matrix_of(frame[items])
    if infinite := [item for item, own in zip(items, answers.T, strict=True) if np.isinf(own).any()]:
        raise DataProblem(INFINITE.filled(names=", ".join(map(repr, infinite))))
    place = {item: i for i, item in enumerate(items)}
    left, right = (np.array([place[pair[side]] for pair in pairs]) for side in (0, 1))
    values = np.full((len(answers), len(pairs)), np.nan)
    for rows in [np.arange(len(frame))] if group is None else rows_by_group(frame, group).values():
        values[rows] = multiplied(answers[rows], left, right, method)
    made = pd.DataFrame(values, index=frame.index, columns=list(columns))
    alone = {indicators[0] for indicators in own.values() if len(indicators) == 1}
    return Products(joined, pd.concat([frame, made], axis=1), columns, pairs, _model(joined, columns, pairs, alone))


def multiplied(answers: np.ndarray, left: np.ndarray, right: np.ndarray, method: str) -> np.ndarray:
    """Products of the columns ``left`` and ``right``: (n, k), (m,), (m,) -> (n, m)"""
    centred = answers - np.nanmean(answers, axis=0)
    if method == "none":
        return np.asarray(answers[:, left] * answers[:, right])
    products = centred[:, left] * centred[:, right]
    if method == "mean_centering":
        return np.asarray(products)
    if method == "double_mean_centering":
        return np.asarray(products - np.nanmean(products, axis=0))
    complete = ~np.isnan(centred).any(axis=1)
    explaining = np.column_stack([np.ones(complete.sum()), centred[complete]])
    coefficients = np.linalg.lstsq(explaining, products[complete], rcond=None)[0]
    residuals = np.full_like(products, np.nan)
    residuals[complete] = products[complete] - explaining @ coefficients
    return residuals


def _usable(frame: pd.DataFrame, construct: str, items: tuple[str, ...]) -> None:
    if not items:
        raise SpecificationError(_WITHOUT.filled(construct=repr(construct)))
    for item in items:
        if item not in frame.columns:
            strange = at(repr(construct), _NO_COLUMN.filled(item=repr(item)))
            raise SpecificationError(strange + did_you_mean(item, map(str, frame.columns)))
        if isinstance(frame[item], pd.DataFrame):
            raise repeated(item)
        if frame[item].isna().all():
            raise DataProblem(at(repr(construct), _NO_NUMBERS.filled(item=repr(item))))


def _pairs(items: list[tuple[str, ...]], *, match: bool) -> tuple[Pair, ...]:
    first, second = items[0], items[-1]
    if match and 1 not in (len(first), len(second)):
        if len(first) != len(second):
            counts = {"one": len(first), "other": len(second), "fewer": min(len(first), len(second))}
            raise SpecificationError(_UNMATCHED.filled(**counts))
        return tuple(zip(first, second, strict=True))
    if len(items) == 1:
        return tuple(combinations_with_replacement(first, 2))
    return tuple(product(first, second))


def _model(name: str, columns: Sequence[str], pairs: Sequence[Pair], alone: Collection[str]) -> str:
    lines = [f"{name} =~ {' + '.join(columns)}"]
    for (a, own), (b, other) in combinations(zip(columns, pairs, strict=True), 2):
        if set(own) & set(other) - set(alone):
            lines.append(f"{a} ~~ {b}")
    return "\n".join(lines)


_TWICE = Words(
    "{construct} names an indicator twice ({items}): name each once.",
    "{construct}中有题项重复（{items}）：每个题项只写一次。",
)
_TITLE = Words("Product indicators: {name}", "乘积指标：{name}")
_COLUMNS = (
    Column("column", Words("Column", "列")),
    Column("first", Words("First indicator", "第一指标")),
    Column("second", Words("Second indicator", "第二指标")),
)
_BY_CONSTRUCT = Words("indicators by construct, such as {'A': ['a1', 'a2']}", "各构念的指标，如{'A': ['a1', 'a2']}")
_EACH_NAME = Words("each name in constructs", "constructs中的每个名称")
_ONE_OR_TWO = Words(
    "constructs= names {n}: give two for an interaction, or one for its square.",
    "constructs=含{n}个构念：交互项应给出两个，平方项应给出一个。",
)
_TAKEN = Words(
    "the data already have a column {name}: rename it, or give another name=.",
    "数据中已有列{name}：请将其改名，或另设name=。",
)
_WITHOUT = Words("{construct} has no indicator: name its columns.", "{construct}没有指标：请写明其列名。")
_NO_COLUMN = Words("the data have no column {item}.", "数据中没有列{item}。")
_NO_NUMBERS = Words("{item} holds no numbers to multiply.", "{item}中没有可供相乘的数值。")
_UNMATCHED = Words(
    "constructs of {one} and {other} indicators cannot be matched one to one: name {fewer} of each, best those with "
    "the highest loadings, in the same order, or take match=False.",
    "指标数为{one}与{other}的构念无法一一配对：请各取{fewer}个指标，最好是载荷最高的，且顺序对应；或设match=False。",
)
