"""Products of observed variables that a model names and the data do not have: ``y ~ x + z + x:z``.

The product is of the answers as they are, as lavaan makes it; columns centred before give the effects of x and z at
each other's mean (Aiken and West 1991, Multiple Regression: Testing and Interpreting Interactions).
"""

from __future__ import annotations

import pandas as pd

from ..errors import DataProblem, SpecificationError, did_you_mean
from ..responses.numeric import numbers_of
from ..words import Text, Words
from .specification import Specification


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


_OF_CONSTRUCT = Words(
    "{name} is a construct, which has no answers to multiply. Measure the product by products of items: {instead} "
    "makes them.",
    "{name}是潜变量，没有可相乘的作答。请以题项的乘积测量该乘积，可由{instead}生成。",
)
_NO_COLUMN = Words("the data have no column {name}.", "数据中没有{name}列。")
