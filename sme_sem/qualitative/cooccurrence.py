"""Which codes are named together: in the same segment, or by the same source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..arguments import among
from ..errors import DataProblem
from ..tables import Column, Kind, Table, Tabled, Words, rows_from
from .coding import LEVEL_NAMES, NO_CODES, Coding, Level
from .frequency import occurrences


@dataclass(frozen=True, eq=False)
class Cooccurrence(Tabled):
    """How many segments, or sources, hold two codes.

    matrix : codes x codes; on the diagonal, how many hold the code
    edges : first, second, together, jaccard (together over those that hold either), most together first
    level, within : which codes, and whether segments or sources were counted
    """

    level: Level
    within: Literal["segment", "source"]
    matrix: pd.DataFrame
    edges: pd.DataFrame

    def tables(self) -> tuple[Table, ...]:
        """Give the matrix and the pairs that occur."""
        where = _WITHIN[self.within]
        names = (
            Column("code", LEVEL_NAMES[self.level]),
            *(Column(str(c), str(c), Kind.COUNT, named=True) for c in self.matrix),
        )
        return (
            Table("cooccurrence", _MATRIX.filled(where=where), names, tuple(self.matrix.itertuples(name=None))),
            Table(
                "cooccurrence_pairs",
                _PAIRS.filled(where=where),
                _COLUMNS,
                rows_from(self.edges),
            ),
        )


def cooccurrence(
    coding: Coding, level: Level = "category", *, within: Literal["segment", "source"] = "source"
) -> Cooccurrence:
    """Count how often two codes are named together.

    Parameters
    ----------
    coding
        Coded segments.
    level : {"concept", "category", "main_category"}
        Which codes.
    within : {"segment", "source"}
        Together in one segment, or anywhere in one source.

    Returns
    -------
    Cooccurrence
        ``.matrix`` and ``.edges``.

    Raises
    ------
    DataProblem
        If no code of the level was given.

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.qualitative import read_coding
    >>> coding = read_coding(pd.DataFrame({"source": ["F1", "F1", "F2"], "concept": ["a", "b", "a"]}))
    >>> cooccurrence(coding, "concept").edges.to_dict("records")
    [{'first': 'a', 'second': 'b', 'together': 1, 'jaccard': 0.5}]
    """
    if not among(within, _WITHIN):
        raise DataProblem(
            Words(
                f"within: expected 'segment' or 'source', got {within!r}",
                f"within：应为'segment'或'source'，实为{within!r}",
            )
        )
    once, codes = occurrences(coding, level), coding.codes(level)
    if not codes:
        raise DataProblem(NO_CODES[level])
    held = pd.crosstab(once["unit" if within == "segment" else "source"], once[level])[list(codes)].to_numpy() > 0
    together = held.T.astype(int) @ held.astype(int)
    own = np.diagonal(together)
    first, second = np.nonzero(np.triu(together, 1))
    both = together[first, second]
    edges = pd.DataFrame(
        {
            "first": [codes[i] for i in first],
            "second": [codes[i] for i in second],
            "together": both,
            "jaccard": both / (own[first] + own[second] - both),
        }
    ).sort_values("together", ascending=False, kind="stable", ignore_index=True)
    return Cooccurrence(level, within, pd.DataFrame(together, index=list(codes), columns=list(codes)), edges)


_WITHIN = {"segment": Words("segment", "同一片段"), "source": Words("source", "同一材料")}
_MATRIX = Words("Codes named in the same {where}", "{where}内的编码共现矩阵")
_PAIRS = Words("Pairs of codes in the same {where}", "{where}内的共现编码对")
_COLUMNS = (
    Column("first", Words("Code", "编码")),
    Column("second", Words("Code", "编码")),
    Column("together", Words("Together", "共现次数"), Kind.COUNT),
    Column("jaccard", Words("Jaccard", "Jaccard系数"), Kind.COEFFICIENT),
)
