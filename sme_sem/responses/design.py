"""How respondents were drawn: with which probabilities, and together with whom.

Weights are scaled to sum to the number of respondents over all groups, so that N keeps its meaning (lavaan's
``sampling.weights.normalization = "total"``).  Clusters are counted within each group.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import require_kind
from ..errors import DataProblem, SpecificationError
from ..suggestions import did_you_mean
from ..words import Words, at
from .numeric import repeated


@dataclass(frozen=True, eq=False)
class Design:
    """Weights and clusters of the respondents, by group; None where all count alike or were drawn one by one.

    weights : (n,) each    clusters : (n,) each, numbered from 0
    crossed : whether a cluster has members in more than one group
    """

    weights: tuple[np.ndarray, ...] | None = None
    clusters: tuple[np.ndarray, ...] | None = None
    crossed: bool = False

    def of(self, group: int) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Weights and clusters of one group's respondents."""
        return (
            None if self.weights is None else self.weights[group],
            None if self.clusters is None else self.clusters[group],
        )


EQUAL_CHANCES = Design()


@dataclass(frozen=True)
class Drawn:
    """Columns of the data that tell how respondents were drawn."""

    weights: str | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        for name, column in (("weights", self.weights), ("cluster", self.cluster)):
            if column is not None:
                require_kind(name, column, Hashable, COLUMN_OF_DATA.filled(name=name, example=repr(name)))

    def design(self, frame: pd.DataFrame, rows: list[np.ndarray]) -> Design:
        """Read them for the respondents kept.

        rows : for each group, which rows of the frame are kept, (n_collected,) of bool
        """
        return Design(self._weights(frame, rows), *self._clusters(frame, rows))

    def _weights(self, frame: pd.DataFrame, rows: list[np.ndarray]) -> tuple[np.ndarray, ...] | None:
        if self.weights is None:
            return None
        column = _column(frame, self.weights, "weights")
        if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
            raise DataProblem(at(f"weights={self.weights!r}", _NOT_NUMERIC))
        values = column.to_numpy(dtype=float, na_value=np.nan)
        kept = np.any(rows, axis=0)
        wrong = kept & ~(np.isfinite(values) & (values > 0))
        if wrong.any():
            example = values[wrong][0]
            shown = _MISSING if np.isnan(example) else f"{example:g}"
            raise DataProblem(at(f"weights={self.weights!r}", _UNUSABLE.filled(n=wrong.sum(), first=shown)))
        scaled = values * (kept.sum() / values[kept].sum())
        return tuple(scaled[own] for own in rows)

    def _clusters(self, frame: pd.DataFrame, rows: list[np.ndarray]) -> tuple[tuple[np.ndarray, ...] | None, bool]:
        if self.cluster is None:
            return None, False
        column = _column(frame, self.cluster, "cluster")
        try:
            codes = coded_by_value(column)[0]
        except TypeError:  # lists and their like cannot be told apart
            raise DataProblem(at(f"cluster={self.cluster!r}", _COLLECTIONS)) from None
        missing = int((codes[np.any(rows, axis=0)] < 0).sum())
        if missing:
            raise DataProblem(_NO_CLUSTER.filled(name=repr(self.cluster), n=missing))
        own = tuple(np.unique(codes[members], return_inverse=True)[1] for members in rows)
        for members in own:
            if members.max() == 0:
                of_group = Words(" of a group", "某组的") if len(rows) > 1 else ""
                raise DataProblem(_ONE_CLUSTER.filled(name=repr(self.cluster), of_group=of_group))
        met = [set(codes[members]) for members in rows]
        return own, len(set().union(*met)) < sum(map(len, met))


def coded_by_value(column: pd.Series[Any]) -> tuple[np.ndarray, pd.Index]:
    """Number the different values as they first occur, from 0; a missing one and an empty text are -1.

    >>> codes, values = coded_by_value(pd.Series(["north", " ", "south", None]))
    >>> codes.tolist(), list(values)
    ([0, -1, 1, -1], ['north', 'south'])
    """
    codes, values = pd.factorize(column, use_na_sentinel=True)
    named = np.array([not isinstance(value, str) or bool(value.strip()) for value in values], dtype=bool)
    places = np.append(np.where(named, named.cumsum() - 1, -1), -1)  # -1, the missing, finds the last
    return places[codes], pd.Index(values)[named]


def _column(frame: pd.DataFrame, name: str, argument: str) -> pd.Series:
    if name not in frame.columns:
        present = [str(column) for column in frame.columns]
        unknown = Words(f"{argument}={name!r} names no column of the data.", f"{argument}={name!r}：数据中没有该列。")
        raise SpecificationError(unknown + did_you_mean(name, present))
    column = frame[name]
    if isinstance(column, pd.DataFrame):
        raise repeated(name)
    return column


COLUMN_OF_DATA = Words("the name of a column of the data, such as {name}={example}", "数据中的列名，如{name}={example}")
_NOT_NUMERIC = Words("the column is not numeric; a weight is a number above zero.", "该列不是数值；权重须为大于0的数。")
_MISSING = Words("missing", "缺失")
_UNUSABLE = Words(
    "{n} respondents have no usable weight (the first is {first}); every weight must be a number above zero. Fill them "
    "in, or remove those rows.",
    "{n}名受访者没有可用的权重（第一个为{first}）；权重须为大于0的数。请补全，或删去这些行。",
)
_COLLECTIONS = Words(
    "the column holds lists or other collections; a cluster is told by a text or a number.",
    "该列含列表或其他集合；聚类须以文本或数值表示。",
)
_NO_CLUSTER = Words(
    "cluster={name}: {n} respondents belong to no cluster (the value is missing). Fill it in, or remove those rows.",
    "cluster={name}：{n}名受访者不属于任何聚类（该列缺失）。请补全，或删去这些行。",
)
_ONE_CLUSTER = Words(
    "cluster={name}: all respondents{of_group} are in one cluster; errors need several that are independent of each "
    "other.",
    "cluster={name}：{of_group}所有受访者同属一个聚类；标准误需要多个相互独立的聚类。",
)
