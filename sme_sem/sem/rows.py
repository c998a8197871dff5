"""The rows of a table of estimates one by one, their values as attributes."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import pandas as pd


class Estimated(NamedTuple):
    """One parameter or definition of a fitted model, as its table of estimates has it."""

    lhs: str
    op: str
    rhs: str
    group: str
    label: str
    free: bool
    est: float
    se: float
    z: float
    pvalue: float
    ci_lower: float
    ci_upper: float
    std_lv: float
    std_all: float


def estimated(frame: pd.DataFrame) -> tuple[Estimated, ...]:
    """Give the rows of a table of estimates."""
    return tuple(map(Estimated._make, zip(*(frame[name].tolist() for name in Estimated._fields), strict=True)))


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Give the rows, columns as attributes and numbers as Python's own.

    >>> [row.est for row in rows_of(pd.DataFrame({"lhs": ["trust"], "est": [0.5]}))]
    [0.5]
    """
    row = _kind(tuple(frame.columns))
    return map(row._make, zip(*(frame[name].tolist() for name in frame), strict=True))


@lru_cache(maxsize=64)
def _kind(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names)  # the columns are known only here
