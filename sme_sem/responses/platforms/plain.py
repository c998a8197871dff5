"""Tables that no survey platform wrote, or none that left its marks: one row of names, one row per respondent.

SPSS and Stata files bring wordings, labels and missing codes of their own, which the reader of files has already taken.
"""

from __future__ import annotations

from ...tables import Words
from ..files import TextTable
from .platform import Adapted, Heading, Platform


def _adapt(table: TextTable) -> Adapted:
    told = table.wordings
    headings = [Heading((name, told[i]) if i in told else (name,)) for i, name in enumerate(table.headers)]
    return Adapted(table, tuple(headings))


def _of_kind(kind: str, program: str) -> Platform:
    return Platform(
        name=kind,
        title=Words(f"{program} file", f"{program}数据文件"),
        marks=lambda table: (Words("its content is that of one", "文件内容即为此类"),) if table.kind == kind else (),
        adapt=_adapt,
        last_resort=True,
    )


_NO_MARKS = Words("no survey platform has left its marks; one row of column names", "没有问卷平台的标志；首行为列名")
PLAIN = Platform(
    name="plain",
    title=Words("plain table", "普通表格"),
    marks=lambda table: () if table.kind in ("spss", "stata") else (_NO_MARKS,),
    adapt=_adapt,
    last_resort=True,
)
SPSS = _of_kind("spss", "SPSS")
STATA = _of_kind("stata", "Stata")
