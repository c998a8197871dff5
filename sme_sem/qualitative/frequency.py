"""How often each concept and category was named, and how categories are built from concepts.

A code counts once for a segment, whoever and how many coders gave it; ``sources`` is in how many documents or
interviews it occurs, which is what grounded-theory papers report.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..tables import Column, Kind, Table, Tabled, Words, rows_from
from .coding import LEVEL_NAMES, Coding, Level, checked_level, require_coding


@dataclass(frozen=True, eq=False)
class Frequencies(Tabled):
    """How often the codes of a level occur.

    table : code, segments, sources, percent (of all sources), most sources first
    by_source : codes x sources, segments
    """

    level: Level
    table: pd.DataFrame
    by_source: pd.DataFrame

    def tables(self) -> tuple[Table, ...]:
        """Give the frequencies, and segments by code and source."""
        code = LEVEL_NAMES[self.level]
        columns = (Column("code", code), _SEGMENTS, _SOURCES, _PERCENT)
        crossed = (Column("code", code), *(Column(str(s), str(s), Kind.COUNT, named=True) for s in self.by_source))
        return (
            Table(f"{self.level}_frequencies", code + _FREQUENCY, columns, rows_from(self.table)),
            Table(f"{self.level}_by_source", code + _BY_SOURCE, crossed, rows_from(self.by_source.reset_index())),
        )


def frequencies(coding: Coding, level: Level = "concept") -> Frequencies:
    """Count segments and sources of every code of a level.

    Parameters
    ----------
    coding
        Coded segments.
    level : {"concept", "category", "main_category"}
        Which codes.

    Returns
    -------
    Frequencies
        ``.table`` and ``.by_source``.

    Raises
    ------
    DataProblem
        There is no such level.

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.qualitative import read_coding
    >>> coding = read_coding(pd.DataFrame({"source": ["F1", "F1", "F2"], "concept": ["a", "b", "a"]}))
    >>> frequencies(coding).table.to_dict("records")[0]
    {'code': 'a', 'segments': 2, 'sources': 2, 'percent': 100.0}
    """
    once = occurrences(coding, level)
    by_source = pd.crosstab(once[level], once["source"]).reindex(
        index=list(coding.codes(level)), columns=list(coding.sources), fill_value=0
    )
    by_source.index.name, by_source.columns.name = "code", None
    table = pd.DataFrame(
        {
            "code": by_source.index.astype(object),
            "segments": by_source.sum(axis=1).to_numpy(),
            "sources": (by_source > 0).sum(axis=1).to_numpy(),
        }
    )
    table["percent"] = 100 * table["sources"] / len(coding.sources)
    table = table.sort_values(["sources", "segments"], ascending=False, kind="stable", ignore_index=True)
    return Frequencies(level, table, by_source)


def occurrences(coding: Coding, level: Level) -> pd.DataFrame:
    """Each code of a level once for each segment: unit, source, group and the code."""
    require_coding(coding)
    checked_level(level)
    named = coding.segments[coding.segments[level] != ""]
    return named.drop_duplicates(["unit", level])[["unit", "source", "group", level]]


def coding_tables(coding: Coding) -> tuple[Table, ...]:
    """Lay out the three steps of coding as papers print them.

    Parameters
    ----------
    coding
        Coded segments.

    Returns
    -------
    tuple of Table
        ``open_coding`` (segment, concept, category), ``categories`` (category, number of sources, concepts) and, if
        there are main categories, ``axial_coding`` (main category, category, definition).

    Examples
    --------
    >>> import pandas as pd
    >>> from sme_sem.qualitative import read_coding
    >>> coding = read_coding(pd.DataFrame({
    ...     "source": ["F1", "F2"], "concept": ["tax relief", "grant"], "category": ["subsidy", "subsidy"]}))
    >>> coding_tables(coding)[1].rows
    (('subsidy', 2, 'tax relief、grant'),)
    """
    require_coding(coding)
    segments = coding.segments
    opened = segments.drop_duplicates(["unit", "concept"])
    columns = (_SOURCE, Column("segment", Words("Segment", "原始语句")), *map(_level, ("concept", "category")))
    rows = rows_from(opened[["source", "segment", "concept", "category"]])
    tables = [Table("open_coding", Words("Open coding", "开放式编码"), columns, rows)]
    named = segments[segments["category"] != ""]
    if len(named):
        built = tuple(
            (category, int(own["source"].nunique()), "、".join(dict.fromkeys(own["concept"])))
            for category, own in named.groupby("category", sort=False)
        )
        columns = (_level("category"), _SOURCES, Column("concepts", Words("Concepts", "初始概念")))
        tables.append(Table("categories", Words("Categories from open coding", "开放式编码结果"), columns, built))
    main = named[named["main_category"] != ""]
    if len(main):
        pairs = main.drop_duplicates(["main_category", "category"]).sort_values(
            "main_category", key=lambda m: m.map({n: i for i, n in enumerate(dict.fromkeys(m))}), kind="stable"
        )
        columns = (*map(_level, ("main_category", "category")), Column("definition", Words("Definition", "范畴内涵")))
        rows = rows_from(pairs[["main_category", "category", "definition"]])
        tables.append(Table("axial_coding", Words("Axial coding", "主轴式编码"), columns, rows))
    return tuple(tables)


def _level(level: str) -> Column:
    return Column(level, LEVEL_NAMES[level])


_FREQUENCY, _BY_SOURCE = Words(": frequency", "频数"), Words(" by source", "与资料来源交叉表")
_SOURCE = Column("source", Words("Source", "资料来源"))
_SEGMENTS = Column("segments", Words("Segments", "参考点数"), Kind.COUNT)
_SOURCES = Column("sources", Words("Sources", "材料数量"), Kind.COUNT)
_PERCENT = Column("percent", Words("% of sources", "占材料百分比"), Kind.PERCENT)
