"""Arguments and options that commands share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .help_texts import both

if TYPE_CHECKING:
    from ..tables import Language


class Tongue(str, Enum):  # noqa: UP042 - typer shows the value of this kind
    """Language of tables and report."""

    _value_: Language
    en = "en"
    zh = "zh"


class Tongues(str, Enum):  # noqa: UP042 - typer shows the value of this kind
    """Languages of a report."""

    _value_: Literal["en", "zh", "both"]
    en = "en"
    zh = "zh"
    both = "both"


InstrumentName = Annotated[
    str,
    typer.Option(
        "--instrument",
        "-i",
        help=both(
            "A shipped instrument (see: sme-sem list), or a YAML file.", "内置问卷（请看：sme-sem list），或YAML文件。"
        ),
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(help=both("Sheet of a workbook; left out, the first one.", "工作簿中的工作表；缺省为第一张。")),
]
RuleOption = Annotated[
    list[str] | None,
    typer.Option(
        help=both(
            "Screen by this rule instead of empty, preview, missing, attention and duplicate_id; may be repeated: "
            "unfinished, careless, duplicate_row.",
            "按此规则筛选，代替empty、preview、missing、attention与duplicate_id；可重复；另有"
            "unfinished、careless、duplicate_row。",
        )
    ),
]
LanguageOption = Annotated[
    Tongue, typer.Option("--language", "-l", help=both("Language of the tables.", "表格的语言。"))
]
ModelFile = Annotated[
    Path, typer.Argument(help=both("Text file with the model in lavaan syntax.", "模型的文本文件，采用lavaan语法。"))
]
Numbers = Annotated[
    Path,
    typer.Argument(
        help=both(
            "File of numbers: one row per respondent, one column per variable.",
            "数值文件：每名受访者一行，每个变量一列。",
        )
    ),
]
MissingCodes = Annotated[
    list[float] | None,
    typer.Option(help=both("Number that stands for a missing answer; may be repeated.", "表示缺失的数值；可重复。")),
]
EstimatorOption = Annotated[
    str | None,
    typer.Option(
        help=both(
            "ML, MLR (answers that are not normal), MLM, WLSMV ...; left out, ML, or WLSMV with --ordered.",
            "ML、MLR（作答非正态时）、MLM、WLSMV等；缺省为ML，有--ordered时为WLSMV。",
        )
    ),
]
GapsOption = Annotated[
    str,
    typer.Option(
        "--missing",
        help=both(
            "listwise (leave respondents with gaps out), fiml (use every answer) ...",
            "listwise（剔除有缺失的受访者）、fiml（使用全部作答）等。",
        ),
    ),
]
GroupOption = Annotated[
    str | None, typer.Option(help=both("Column that divides the respondents into groups.", "将受访者分组的列。"))
]
OrderedOption = Annotated[
    bool,
    typer.Option("--ordered", help=both("Answers are ordered categories, not numbers.", "作答为有序类别，而非数值。")),
]


@dataclass(frozen=True)
class Source:
    """A file of answers to an instrument, and how it is read."""

    answers: Annotated[
        Path,
        typer.Argument(
            help=both(
                "File of answers: CSV, TSV, Excel (.xlsx, .xls, .ods), SPSS (.sav) or Stata (.dta).",
                "作答数据文件：CSV、TSV、Excel（.xlsx、.xls、.ods）、SPSS（.sav）或Stata（.dta）。",
            )
        ),
    ]
    instrument: InstrumentName
    sheet: Sheet = None
    platform: Annotated[
        str,
        typer.Option(
            help=both(
                "Survey platform that wrote the file; left out, it is recognised by its marks.",
                "导出该文件的问卷平台；缺省时按其标志识别。",
            )
        ),
    ] = "auto"
    encoding: Annotated[
        str | None,
        typer.Option(
            help=both(
                "Encoding of a text file, such as gb18030; left out, it is recognised.",
                "文本文件的编码，如gb18030；缺省时自动识别。",
            )
        ),
    ] = None


def reads_answers(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command, in place of its parameter ``source``, an argument or option for each field of a Source."""
    own, read = (inspect.signature(one, eval_str=True).parameters.values() for one in (command, Source))
    shown = [p.replace(kind=p.KEYWORD_ONLY) for p in (*read, *own) if p.name != "source"]

    @wraps(command)
    def reading(**given: Any) -> None:
        source = Source(**{field.name: given.pop(field.name) for field in fields(Source)})
        command(source=source, **given)

    reading.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    return reading


class Form(str, Enum):  # noqa: UP042 - typer shows the value of this kind
    """How tables are written."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"
    latex = "latex"
    html = "html"


FormOption = Annotated[
    Form | None,
    typer.Option(
        "--format",
        "-f",
        help=both(
            "How tables are written; left out, by the suffix of --output, or as text.",
            "表格的格式；缺省依--output的后缀，或为文本。",
        ),
    ),
]
TablesFile = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help=both(
            "File for the tables (.txt .csv .json .md .tex .html .docx .xlsx); with csv also a folder.",
            "存放表格的文件（.txt .csv .json .md .tex .html .docx .xlsx）；csv格式也可为文件夹。",
        ),
    ),
]
