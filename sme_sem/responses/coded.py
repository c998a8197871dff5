"""Columns of text in which each different text is stored once: a million answers are a million small numbers.

A column is a pandas Categorical whose categories are the different texts, in the order in which they first occur.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

_AT_ONCE = 2_000


class _Column:
    """Gives each different text a number, in the order in which they come."""

    def __init__(self, rows_before: int) -> None:
        self.known: defaultdict[str, int] = defaultdict()
        self.known.default_factory = self.known.__len__
        self.parts: list[np.ndarray] = []
        if rows_before:
            self.add([""] * rows_before)

    def add(self, texts: Sequence[str]) -> None:
        codes = np.fromiter(map(self.known.__getitem__, texts), np.int32, len(texts))
        self.parts.append(codes.astype(np.min_scalar_type(-len(self.known) - 1)))

    def finished(self) -> pd.Categorical:
        return _categorical(np.concatenate(self.parts) if self.parts else np.zeros(0, np.int8), list(self.known))


def coded(texts: Sequence[str]) -> pd.Categorical:
    """Store one column.

    >>> coded(["5", "", "5"]).categories.tolist()
    ['5', '']
    """
    column = _Column(0)
    column.add(texts)
    return column.finished()


def coded_columns(records: Iterable[Sequence[str]], width: int) -> list[pd.Categorical]:
    """Store rows of cells by column; a row may be shorter than ``width`` or longer, what is not there is empty."""
    columns = [_Column(0) for _ in range(width)]
    done, waiting = 0, iter(records)
    while part := list(islice(waiting, _AT_ONCE)):
        widest = max(map(len, part))
        columns += [_Column(done) for _ in range(widest - len(columns))]
        for i, texts in enumerate(_turned(part, len(columns))):
            columns[i].add(texts)
        done += len(part)
    return [column.finished() for column in columns]


def texts_of(column: pd.Series[Any]) -> tuple[np.ndarray, list[str]]:
    """For each cell its position among the different texts, and these texts."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), list(column.cat.categories)
    codes, different = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=False)
    return codes, list(different)


def where(column: pd.Series[Any], holds: Callable[[str], bool]) -> np.ndarray:
    """Say of each cell whether something holds of its text, asking once for each different text."""
    codes, texts = texts_of(column)
    return np.array([holds(text) for text in texts], dtype=bool)[codes]


def blank(column: pd.Series[Any]) -> np.ndarray:
    """Say which cells hold nothing but spaces."""
    return where(column, lambda text: not text.strip())


def respelled(column: pd.Series[Any], change: Callable[[str], str]) -> pd.Series[Any]:
    """Change the texts of a column, each different one once."""
    codes, texts = texts_of(column)
    positions, different = pd.factorize(np.array([change(text) for text in texts] or [""], dtype=object))
    own = _categorical(positions[codes].astype(codes.dtype), list(different))
    return pd.Series(own, index=column.index, name=column.name)


def _turned(records: list[Sequence[str]], width: int) -> Iterator[Sequence[str]]:
    if any(len(record) != width for record in records):
        records = [[*record, *[""] * (width - len(record))] for record in records]
    return zip(*records, strict=True) if width else iter(())


def _categorical(codes: np.ndarray, texts: list[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype=object), validate=False)
