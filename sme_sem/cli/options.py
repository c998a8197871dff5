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
    str, typer.Option("--instrument", "-i", help="A shipped instrument (see: sme-sem list), or a YAML file.")
]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook; left out, the first one.")]
RuleOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Screen by this rule instead of empty, preview, missing, attention and duplicate_id; may be repeated: "
        "unfinished, careless, duplicate_row."
    ),
]
LanguageOption = Annotated[Tongue, typer.Option("--language", "-l", help="Language of the tables.")]
ModelFile = Annotated[Path, typer.Argument(help="Text file with the model in lavaan syntax.")]
Numbers = Annotated[Path, typer.Argument(help="File of numbers: one row per respondent, one column per variable.")]
MissingCodes = Annotated[
    list[float] | None, typer.Option(help="Number that stands for a missing answer; may be repeated.")
]
EstimatorOption = Annotated[
    str | None,
    typer.Option(help="ML, MLR (answers that are not normal), MLM, WLSMV ...; left out, ML, or WLSMV with --ordered."),
]
GapsOption = Annotated[
    str, typer.Option("--missing", help="listwise (leave respondents with gaps out), fiml (use every answer) ...")
]
GroupOption = Annotated[str | None, typer.Option(help="Column that divides the respondents into groups.")]
OrderedOption = Annotated[bool, typer.Option("--ordered", help="Answers are ordered categories, not numbers.")]


@dataclass(frozen=True)
class Source:
    """A file of answers to an instrument, and how it is read."""

    answers: Annotated[
        Path, typer.Argument(help="File of answers: CSV, TSV, Excel (.xlsx, .xls, .ods), SPSS (.sav) or Stata (.dta).")
    ]
    instrument: InstrumentName
    sheet: Sheet = None
    platform: Annotated[
        str, typer.Option(help="Survey platform that wrote the file; left out, it is recognised by its marks.")
    ] = "auto"
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of a text file, such as gb18030; left out, it is recognised.")
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
    typer.Option("--format", "-f", help="How tables are written; left out, by the suffix of --output, or as text."),
]
TablesFile = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="File for the tables (.txt .csv .json .md .tex .html .docx .xlsx); with csv also a folder.",
    ),
]


def examples(*commands: str) -> str:
    """Write commands under a command's help, each on its own line."""
    return "\n".join(("\b", "Examples:", *(f"  {command}" for command in commands)))
