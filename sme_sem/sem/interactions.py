"""Products of observed variables that a model names and the data do not have: ``y ~ x + z + x:z``.

The product is of the answers as they are, as lavaan makes it; columns centred before give the effects of x and z at
each other's mean (Aiken and West 1991, Multiple Regression: Testing and Interpreting Interactions).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..errors import DataProblem, SpecificationError
from ..responses.numeric import numbers_of
from ..suggestions import did_you_mean
from ..words import Text, Words
from .diagnosis import Diagnostic
from .specification import Specification

if TYPE_CHECKING:
    from ..kernels.discrepancy import Sample
    from .parameters import ParameterTable
    from .solution import Point

NOTABLE = 0.2  # a correlation that a model wrongly holds at less bends the errors of paths by some per cent
_BY_CHANCE = 2.5  # standard errors that a correlation of a centred product may be off


def with_interactions(data: pd.DataFrame, specification: Specification) -> pd.DataFrame:
    """Add the products that the model names as columns; one that the data have already stays as it is.

    Raises
    ------
    SpecificationError
        A factor of a product is a construct, or no column.
    DataProblem
        A factor holds no numbers.

    Examples
    --------
    >>> data = pd.DataFrame({"y": [1, 2, 2], "x": [1, 2, 3], "z": [2, 0, 1]})
    >>> with_interactions(data, Specification.read("y ~ x + z + x:z"))["x:z"].tolist()
    [2.0, 0.0, 3.0]
    """
    absent = [name for name in specification.observed if ":" in name and name not in data.columns]
    if not absent:
        return data
    return data.assign(**{name: _product(data, name, specification) for name in absent})


def _product(data: pd.DataFrame, name: str, specification: Specification) -> pd.Series[float]:
    factors = name.split(":")
    constructs = [factor for factor in factors if factor in specification.latent]
    if constructs:
        instead = "sme.with_products(model, data)" if len(factors) == 2 else "sme.product_indicators"
        raise SpecificationError(_of_product(name, _OF_CONSTRUCT.filled(name=repr(constructs[0]), instead=instead)))
    product = pd.Series(1.0, index=data.index)
    for factor in factors:
        if factor not in data.columns:
            near = did_you_mean(factor, map(str, data.columns))
            raise SpecificationError(_of_product(name, _NO_COLUMN.filled(name=repr(factor)) + near))
        try:
            product = product * numbers_of(data[[factor]])[factor].astype(float)
        except DataProblem as problem:
            raise DataProblem(_of_product(name, problem.said)) from None
    return product


def _of_product(name: str, said: Text) -> Words:
    return Words(f"the product {name!r}: ", f"乘积{name!r}：") + said


def examine(point: Point, sample: Sample, n: int, *, robust: bool) -> list[Diagnostic]:
    """Look for products of explained variables that the model sets apart from what remains of these.

    M W covaries with the residual e of M by E(W e^2), which is zero where W is centred.  Estimates of paths stay what
    they are, but their errors rest on covariances that the model implies, unless they are Huber and White's
    (``robust``), which rest on the scores of the respondents.  In a sample of n the correlation of M W with
    a normal M, of whose variance the share v is left unexplained, is off by chance with variance v (1 + 2v) / n.
    """
    found, place = [], point.table.place
    implied = point.moments.sigma
    for name, factor, other in _set_apart(point.table):
        i, j = place[name], place[factor]
        with np.errstate(divide="ignore", invalid="ignore"):
            wanted, given = (
                own[..., i, j] / np.sqrt(own[..., i, i] * own[..., j, j]) for own in (implied, sample.covariance)
            )
            left = point.S[..., j, j] / implied[..., j, j]
            chance = np.sqrt(left * (1 + 2 * left) / (n * sample.share))
        off = np.max(np.abs(given - wanted), initial=0.0, where=np.abs(given - wanted) > _BY_CHANCE * chance)
        if off > NOTABLE:
            among = combinations(_causes(point.table), 2)
            lines = "; ".join([f"{factor} ~~ {name}", *map(" ~~ ".join, among)])
            values = {"name": name, "factor": factor, "other": other, "off": f"{off:.2f}", "lines": lines}
            said = _SET_APART + (_RESTS_OF_ROBUST if robust else _RESTS) + _CENTRE
            found.append(Diagnostic("warning", "product_set_apart", said.filled(**values)))
    return found


def _causes(table: ParameterTable) -> list[str]:
    """Name the observed variables that only predict."""
    explained = {p.lhs if p.op == "~" else p.rhs for p in table.parameters if p.op in ("~", "=~")}
    causes = {p.rhs for p in table.parameters if p.op == "~"} - explained
    return [name for name in table.observed if name in causes]


@lru_cache(maxsize=64)
def _set_apart(table: ParameterTable) -> tuple[tuple[str, str, str], ...]:
    """Products of observed variables, the factor that the model explains, and the other one."""
    rows = table.parameters
    explained, known = {p.lhs for p in rows if p.op == "~"}, set(table.observed)
    related = {frozenset((p.lhs, p.rhs)) for p in rows if p.op in ("~", "~~")}
    found = []
    for name in _causes(table):
        for factor in (own for own in table.observed if own in explained):
            others = {name.removeprefix(factor + joint) for joint in "x:"} | {
                name.removesuffix(joint + factor) for joint in "x:"
            }
            other = next(iter(sorted(others & known - {name})), None)
            if other is not None and frozenset((name, factor)) not in related:
                found.append((name, factor, other))
    return tuple(found)


_SET_APART = Words(
    "{name} is a product of {factor}, and the model holds it uncorrelated with what it leaves unexplained of {factor}; "
    "in the answers it is not (their correlation is off by {off}). ",
    "{name}是{factor}的乘积，而模型将其与{factor}未被解释的部分设为不相关；数据并非如此（相关系数相差{off}）。",
)
_RESTS = Words(
    "Standard errors, standardized values and fit indices rest on that; errors of a bootstrap do not. ",
    "标准误、标准化结果与拟合指标均受此影响，Bootstrap标准误则不受影响。",
)
_RESTS_OF_ROBUST = Words(
    "Standardized values and fit indices rest on that; robust standard errors do not. ",
    "标准化结果与拟合指标均受此影响，稳健标准误则不受影响。",
)
_CENTRE = Words(
    "Centre {other} before it is multiplied, or write {lines}.",
    "请先将{other}中心化再相乘，或写{lines}。",
)
_OF_CONSTRUCT = Words(
    "{name} is a construct, which has no answers to multiply. Measure the product by products of items: {instead} "
    "makes them.",
    "{name}是潜变量，没有可相乘的作答。请以题项的乘积测量该乘积，可由{instead}生成。",
)
_NO_COLUMN = Words("the data have no column {name}.", "数据中没有{name}列。")
