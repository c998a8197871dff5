"""What people said and how it was coded: segments, each with its concept, category and main category.

A coding is one table, a row for each time a coder gave a segment a concept.  Categories and main categories are those
of the concept (open, axial and selective coding), so a concept should stand in one category only; where it does not, a
remark says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import pandas as pd

from ..arguments import among, require_kind, texts
from ..errors import DataProblem
from ..suggestions import did_you_mean
from ..tables import Column, Kind, Table, Tabled, Words
from .lists import ListSource, read_list
from .remarks import Remark, in_row, remarks_table

Level = Literal["concept", "category", "main_category"]
LEVELS: tuple[Level, ...] = get_args(Level)
LEVEL_NAMES = {
    "concept": Words("Concept", "概念"),
    "category": Words("Category", "范畴"),
    "main_category": Words("Main category", "主范畴"),
}
NO_CODES = {
    level: Words(f"no {level} was given to any segment; choose another level", f"没有片段归入{name.zh}；请选其他层级")
    for level, name in LEVEL_NAMES.items()
}
FIELDS = {
    "source": ("document", "interview", "case", "来源", "资料来源", "材料", "文件", "受访者", "企业"),
    "group": ("respondent_group", "分组", "群体", "受访者群体", "类别"),
    "segment_id": ("segment id", "片段编号", "语句编号"),
    "segment": ("quotation", "quote", "text", "片段", "原始语句", "原始材料", "引文"),
    "concept": ("code", "open_code", "概念", "初始概念", "概念化", "编码"),
    "category": ("initial_category", "axial_code", "范畴", "初始范畴", "范畴化"),
    "main_category": ("main category", "selective_code", "主范畴"),
    "coder": ("rater", "编码者", "编码员"),
    "definition": ("category_definition", "范畴内涵", "定义"),
}


@dataclass(frozen=True, eq=False)
class Coding(Tabled):
    """Coded segments.

    segments : one row per coded segment: unit (which stretch of text; the same for all its codes and coders), source,
        group, segment, concept, category, main_category, coder, definition, row (of the file)
    sources : all documents, in their order, those without a code included
    remarks : what was noticed while reading
    """

    segments: pd.DataFrame
    sources: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def coders(self) -> tuple[str, ...]:
        """Names of the coders, in the order they appear."""
        return tuple(name for name in dict.fromkeys(self.segments["coder"]) if name)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the respondent groups, in the order they appear."""
        return tuple(name for name in dict.fromkeys(self.segments["group"]) if name)

    def codes(self, level: Level = "concept") -> tuple[str, ...]:
        """Name the codes of a level, in the order they appear.

        Parameters
        ----------
        level : {"concept", "category", "main_category"}
            Which codes.

        Raises
        ------
        DataProblem
            There is no such level.

        Examples
        --------
        >>> import pandas as pd
        >>> coding = read_coding(pd.DataFrame({"source": ["F1", "F1", "F2"], "concept": ["price", "tax", "price"]}))
        >>> coding.codes()
        ('price', 'tax')
        """
        return tuple(name for name in dict.fromkeys(self.segments[checked_level(level)]) if name)

    def of_sources(self, sources: str | Iterable[str]) -> Coding:
        """Keep some sources only.

        Parameters
        ----------
        sources
            Their names.

        Raises
        ------
        DataProblem
            One is unknown.

        Examples
        --------
        >>> import pandas as pd
        >>> coding = read_coding(pd.DataFrame({"source": ["F1", "F1", "F2"], "concept": ["price", "tax", "price"]}))
        >>> coding.of_sources(("F2",)).codes()
        ('price',)
        """
        sources = texts("sources", sources, "F1")
        for name in sources:
            if name not in self.sources:
                raise DataProblem(
                    Words(f"no source is named {name!r}.", f"没有名为{name!r}的资料。")
                    + did_you_mean(name, self.sources)
                )
        return replace(self, segments=self.segments[self.segments["source"].isin(sources)], sources=sources)

    def tables(self) -> tuple[Table, ...]:
        """Count sources, segments and the codes of every level; then what was noticed."""
        counted: list[tuple[Words, int]] = [
            (Words("Sources", "资料数"), len(self.sources)),
            (Words("Coded segments", "编码片段数"), int(self.segments["unit"].nunique())),
            (Words("Coders", "编码者数"), max(len(self.coders), 1)),
            *((LEVEL_NAMES[level], len(self.codes(level))) for level in LEVELS),
        ]
        columns = (Column("what", Words("Counted", "统计内容")), Column("n", Words("Number", "数量"), Kind.COUNT))
        return Table("coding", Words("Coding", "编码概况"), columns, tuple(counted)), *remarks_table(self.remarks)


def require_coding(coding: object) -> None:
    """Refuse what holds no coded segments."""
    require_kind("coding", coding, Coding, _SEGMENTS)


def checked_level(level: str) -> str:
    """Refuse a level that is none."""
    if not among(level, LEVELS):
        raise DataProblem(
            Words(
                f"level: expected {', '.join(LEVELS)}, got {level!r}.",
                f"level：应为{'、'.join(LEVELS)}之一，实为{level!r}。",
            )
            + did_you_mean(level, LEVELS)
        )
    return level


def read_coding(source: ListSource, columns: Mapping[str, str] | None = None, *, sheet: str | None = None) -> Coding:
    """Read coded segments from a table (CSV, Excel, DataFrame) or from a REFI-QDA project (.qdpx).

    NVivo, ATLAS.ti and MAXQDA write .qdpx.  There the nesting of the codes gives the levels: a code within two others
    is a concept of a category of a main category.

    Parameters
    ----------
    source
        File or DataFrame.  A table needs the columns ``source`` and ``concept``; ``segment``, ``category``,
        ``main_category``, ``group``, ``coder``, ``segment_id`` and ``definition`` are used where they are there.
        Chinese headings such as 概念, 范畴 and 主范畴 are known.
    columns
        Field -> heading, where the file has headings of its own.
    sheet
        Sheet of a workbook.

    Returns
    -------
    Coding
        ``.segments``, ``.sources``, ``.remarks``.

    Raises
    ------
    SourceError
        If the file cannot be read, lacks a column, or holds no code.

    Examples
    --------
    >>> import pandas as pd
    >>> coding = read_coding(pd.DataFrame({
    ...     "source": ["F1", "F1", "F2"], "concept": ["price war", "tax relief", "price war"],
    ...     "category": ["competition", "subsidy", "competition"]}))
    >>> coding.sources, coding.codes("category")
    (('F1', 'F2'), ('competition', 'subsidy'))
    """
    if isinstance(source, (str, os.PathLike)) and Path(source).suffix.lower() in (".qdpx", ".qde"):
        from .refi_qda import read_project

        return read_project(Path(source))
    frame, rows = read_list(source, FIELDS, ("source", "concept"), columns or {}, sheet)
    return coding_of(frame.assign(row=rows), "DataFrame" if isinstance(source, pd.DataFrame) else str(source))


def coding_of(frame: pd.DataFrame, place: str, sources: tuple[str, ...] = ()) -> Coding:
    """Check a table of segments: rows without source or concept go, with a remark; doubled ones count once."""
    from ..errors import SourceError

    remarks: list[Remark] = []
    kept = frame
    for field in ("source", "concept"):
        empty = kept[field] == ""
        blank = empty & (kept[list(FIELDS)] == "").all(axis=1)
        remarks += [Remark("error", in_row(place, row), _EMPTY[field]) for row in kept.loc[empty & ~blank, "row"]]
        kept = kept[~empty]
    if kept.empty:
        raise SourceError(
            place,
            [
                Words(
                    "holds no coded segment: no row has both a source and a concept",
                    "没有编码片段：没有一行兼有来源与概念",
                )
            ],
        )
    kept = kept.assign(unit=_units(kept))
    doubled = kept.duplicated(["unit", "concept", "category", "main_category", "coder"])
    remarks += [Remark("warning", in_row(place, row), _DOUBLED) for row in kept.loc[doubled, "row"]]
    kept = kept[~doubled].reset_index(drop=True)
    remarks += _in_two_places(kept, place)
    named = tuple(dict.fromkeys((*sources, *kept["source"])))
    return Coding(kept[["unit", *FIELDS, "row"]].drop(columns="segment_id"), named, tuple(remarks))


def _units(frame: pd.DataFrame) -> pd.Series[Any]:
    """Name the stretch of text of each row: by its id, else by its words, else by its row."""
    own = [
        (source, identity or text or f"row {row}")
        for source, identity, text, row in zip(
            frame["source"], frame["segment_id"], frame["segment"], frame["row"], strict=True
        )
    ]
    numbers = {unit: number for number, unit in enumerate(dict.fromkeys(own), 1)}
    return pd.Series([numbers[unit] for unit in own], index=frame.index)


def _in_two_places(frame: pd.DataFrame, place: str) -> list[Remark]:
    found = []
    for low, high in (("concept", "category"), ("category", "main_category")):
        pairs = frame.loc[(frame[low] != "") & (frame[high] != ""), [low, high]].drop_duplicates()
        for code, above in pairs.groupby(low, sort=False)[high]:
            if len(above) > 1:
                found.append(Remark("warning", place, _TWICE.filled(code=code, above=", ".join(above))))
    return found


_EMPTY = {
    "source": Words("no source is named; the row was left out", "未注明来源，该行未使用"),
    "concept": Words("no concept is given; the row was left out", "未给出概念，该行未使用"),
}
_DOUBLED = Words("repeats an earlier row; counted once", "与先前的行重复，仅计一次")
_TWICE = Words("{code} stands under more than one: {above}", "“{code}”同时归入：{above}")
_SEGMENTS = Words(
    "coded segments as sme.qualitative.read_coding returns them", "sme.qualitative.read_coding返回的编码片段"
)
