"""``sme-sem code ...``: from words to constructs, on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import SourceError, SpecificationError
from ..words import Words, at
from .help_texts import both, examples, in_chinese
from .numbers import suspect_codes, text_of
from .options import Form, LanguageOption, MissingCodes, Tongue
from .output import LOOK, for_programs, hand_over, refuse_existing, say_written

if TYPE_CHECKING:
    from ..qualitative.coding import Level
    from ..qualitative.remarks import Remark
    from ..qualitative.selection import Selection
    from ..tables import Language, Table

app = typer.Typer(
    name="code",
    help=both(
        "From words to constructs: coded interviews, keywords in reports, patents, literature, experts.",
        "从文字到构念：访谈编码、报告关键词、专利、文献与专家评分。",
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)


class _Level(str, Enum):  # noqa: UP042 - typer shows the value of this kind
    _value_: Level
    concept = "concept"
    category = "category"
    main_category = "main_category"


_Segments = Annotated[
    Path,
    typer.Argument(
        help=both(
            "Coded segments: CSV, Excel, or a REFI-QDA project (.qdpx) of NVivo, ATLAS.ti, MAXQDA.",
            "编码片段：CSV、Excel，或NVivo、ATLAS.ti、MAXQDA的REFI-QDA项目（.qdpx）。",
        )
    ),
]
_LevelOption = Annotated[_Level, typer.Option("--level", help=both("Which codes.", "采用哪一级编码。"))]
_Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help=both("Folder for tables (CSV, Excel) and figures.", "存放表格（CSV、Excel）与图的文件夹。"),
    ),
]
_FormOption = Annotated[
    Form | None,
    typer.Option(
        "--format", "-f", help=both("How tables are printed; left out, as text.", "表格的显示格式；缺省为文本。")
    ),
]
_Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        help=both(
            "A column with a heading of its own, such as study=Author; may be repeated.",
            "字段对应的列名，如study=Author；可重复。",
        ),
    ),
]
_Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rule",
        help=both(
            "Keep what passes, such as 'mentions > mean' or 'studies >= 3'; may be repeated.",
            "只保留符合条件者，如'mentions > mean'或'studies >= 3'；可重复。",
        ),
    ),
]


@app.command(epilog=examples("sme-sem code describe interviews.qdpx --level category --output coded"))
@in_chinese("频次、编码表、共现、饱和度；如注明编码者与组别，则有一致性与组间比较。")
def describe(
    segments: _Segments,
    column: _Columns = None,
    level: _LevelOption = _Level.concept,
    hold_out: Annotated[
        str | None,
        typer.Option(
            help=both(
                "Sources held out to check saturation, with commas between.", "预留的材料，用于检验饱和度，以逗号分隔。"
            )
        ),
    ] = None,
    output: _Output = None,
    language: LanguageOption = Tongue.en,
    form: _FormOption = None,
) -> None:
    """Frequencies, coding tables, co-occurrence, saturation; agreement and groups where the segments name them."""
    from .. import qualitative
    from ..report import word_figures

    coding = qualitative.read_coding(segments, _named(column))
    which = level.value
    counted = qualitative.frequencies(coding, which)
    saturated = qualitative.saturation(coding, which)
    together = qualitative.cooccurrence(coding, which)
    tables = [*coding.tables(), *counted.tables(), *qualitative.coding_tables(coding), *together.tables()]
    tables += saturated.tables()
    if hold_out is not None:
        tables += qualitative.hold_out(coding, [name.strip() for name in hold_out.split(",")]).tables()
    if len(coding.coders) > 1:
        tables += qualitative.agreement(coding, which).tables()
    if len(coding.groups) == 2:
        tables += qualitative.compare_groups(coding, which).tables()
    sources = dict(counted.table[["code", "sources"]].itertuples(index=False, name=None))
    edges = together.edges[["first", "second", "together"]].itertuples(index=False, name=None)
    figures = {
        "frequencies": word_figures.word_bars(sources, heading=word_figures.SOURCES, language=language.value),
        "network": word_figures.code_network(sources, edges),
        "saturation": word_figures.saturation_curve(
            list(saturated.curve["total"]), list(saturated.curve["expected"]), language.value
        ),
    }
    _hand_over(tables, figures if output else {}, output, language.value, form, coding.remarks)


@app.command(epilog=examples("sme-sem code keywords reports/ --keywords themes.yaml --rule 'mentions > mean'"))
@in_chinese("按文档、企业与年份统计关键词，并依规则选取企业。")
def keywords(
    documents: Annotated[
        list[Path],
        typer.Argument(
            help=both("Files and folders of reports: txt, PDF, docx.", "报告的文件与文件夹：txt、PDF、docx。")
        ),
    ],
    themes: Annotated[
        Path,
        typer.Option(
            "--keywords", "-k", help=both("Keywords by theme: YAML, or a table.", "各主题的关键词：YAML文件或表格。")
        ),
    ],
    rule: _Rules = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            help=both(
                "Regular expression with groups firm and year, for the files' names.",
                "用于文件名的正则表达式，含分组firm与year。",
            )
        ),
    ] = None,
    words: Annotated[
        Path | None,
        typer.Option(
            help=both(
                "User dictionary: a word a line, kept together when text is cut.",
                "用户词典：每行一词，分词时不予切开。",
            )
        ),
    ] = None,
    workers: Annotated[int, typer.Option(help=both("Processes that read documents.", "读取文档的进程数。"))] = 2,
    output: _Output = None,
    language: LanguageOption = Tongue.en,
    form: _FormOption = None,
) -> None:
    """Count keywords by document, firm and year, and choose firms by rules."""
    import time

    from ..qualitative import count_keywords, select
    from ..report import word_figures
    from ..tables import Words, written

    started = time.perf_counter()
    counted = count_keywords(documents, themes, pattern=pattern, words=_words(words), workers=workers, progress=True)
    seconds = time.perf_counter() - started
    tables = list(counted.tables())
    if rule:
        tables += _kept(select(counted.by_firm(), rule), "firm")
    totals = dict(counted.totals[["keyword", "mentions"]].itertuples(index=False, name=None))
    figures = {
        "keywords": word_figures.word_bars(totals, language=language.value),
        "word_cloud": word_figures.word_cloud(totals),
    }
    characters = int(counted.documents["characters"].sum())
    read = Words(
        "{n} documents, {characters} characters in {seconds} s", "{n}份文档，{characters}个字符，用时{seconds}秒"
    )
    said = read.filled(n=len(counted.documents), characters=characters, seconds=f"{seconds:.1f}")
    typer.echo(written(said, language.value), err=True)
    _hand_over(tables, figures if output else {}, output, language.value, form, counted.remarks)


@app.command(epilog=examples("sme-sem code citations patents.csv --output patents"))
@in_chinese("各企业的专利自引，以及内部引用链的深度。")
def citations(
    patents: Annotated[
        Path,
        typer.Argument(
            help=both(
                "Table with the columns firm, patent, cited and, if known, cited_firm.",
                "含firm、patent、cited各列的表格；如已知，另加cited_firm列。",
            )
        ),
    ],
    column: _Columns = None,
    rule: _Rules = None,
    output: _Output = None,
    language: LanguageOption = Tongue.en,
    form: _FormOption = None,
) -> None:
    """Self-citation and the depth of internal chains, by firm."""
    from ..qualitative import read_citations, select

    found = read_citations(patents, _named(column))
    tables = list(found.tables())
    if rule:
        tables += _kept(select(found.firms, rule), "firm")
    _hand_over(tables, {}, output, language.value, form, found.remarks)


@app.command(epilog=examples("sme-sem code elements literature.csv --rule 'studies >= 3'"))
@in_chinese("各要素见于多少篇文献，哪些可列入专家问卷。")
def elements(
    literature: Annotated[
        Path, typer.Argument(help=both("Table with the columns study and element.", "含study与element两列的表格。"))
    ],
    synonyms: Annotated[
        Path | None,
        typer.Option(help=both("Table with the columns written and element.", "含written与element两列的表格。")),
    ] = None,
    column: _Columns = None,
    rule: _Rules = None,
    output: _Output = None,
    language: LanguageOption = Tongue.en,
    form: _FormOption = None,
) -> None:
    """How many studies use each element, and which are candidates for the expert questionnaire."""
    from ..qualitative import read_elements

    found = read_elements(literature, synonyms, _named(column))
    tables = list(found.tables())
    if rule:
        tables += _kept(found.candidates(rule), "element")
    _hand_over(tables, {}, output, language.value, form, found.remarks)


@app.command(epilog=examples("sme-sem code experts ratings.csv --relevant 4"))
@in_chinese("专家对各要素的评价、意见的一致程度，以及保留哪些要素。")
def experts(
    ratings: Annotated[
        Path,
        typer.Argument(
            help=both(
                "Table with a row for each expert and a column for each element.", "表格：每名专家一行，每个要素一列。"
            )
        ),
    ],
    relevant: Annotated[
        float, typer.Option(help=both("Relevant is rated so or above.", "评分达到此值即视为相关。"))
    ] = 4,
    missing_code: MissingCodes = None,
    rule: _Rules = None,
    output: _Output = None,
    language: LanguageOption = Tongue.en,
    form: _FormOption = None,
) -> None:
    """What experts make of each element, how far they agree, and which elements stay."""
    from ..qualitative import expert_panel, read_ratings

    rated = read_ratings(ratings, missing_code or ())
    suspect_codes(rated, language.value)
    panel = expert_panel(rated, relevant=relevant)
    tables = list(panel.tables())
    if rule:
        tables += _kept(panel.keep(rule), "element")
    _hand_over(tables, {}, output, language.value, form, ())


@app.command(epilog=examples("sme-sem code draft segments.csv --relations relations.csv --output draft.yaml"))
@in_chinese("由范畴、概念与关系起草问卷与模型；编码链以CSV存于同一文件夹。")
def draft(
    segments: _Segments,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help=both("Instrument file to write; it must not exist.", "要写出的问卷文件；不可与已有文件同名。"),
        ),
    ],
    relations: Annotated[
        Path | None,
        typer.Option(help=both("Table with the columns cause, effect and sign.", "含cause、effect、sign三列的表格。")),
    ] = None,
    title: Annotated[str | None, typer.Option(help=both("Title of the questionnaire.", "问卷的标题。"))] = None,
    column: _Columns = None,
    language: LanguageOption = Tongue.en,
    form: _FormOption = None,
) -> None:
    """Draft an instrument and a model from categories, concepts and relations; the trail goes beside it as CSV."""
    from ..qualitative import draft_instrument, read_coding, read_relations
    from ..tables import Words, written
    from ..tables.storing import store_all

    trail = output.with_name(f"{output.stem}-trail.csv")
    for place in (output, trail):
        refuse_existing(place)
    coding = read_coding(segments, _named(column))
    drafted = draft_instrument(coding, read_relations(relations) if relations else (), name=output.stem, title=title)
    kept = drafted.trail.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
    store_all({output: drafted.text.encode("utf-8"), trail: kept})
    hand_over(drafted.tables(), language.value, form, None)
    for place in (output, trail):
        say_written(place, language.value, err=for_programs(form, None))
    shown = Words("In study.yaml, to show it in the report:  ", "在 study.yaml 中加入下行，报告便会列出编码链：  ")
    typer.echo(written(shown, language.value) + f"trail: {trail.name}", err=for_programs(form, None))


def _named(columns: Sequence[str] | None) -> dict[str, str]:
    """Take apart what was said of columns: ``study=Author``."""
    found = {}
    for said in columns or ():
        field, _, heading = map(str.strip, said.partition("="))
        if not field or not heading:
            raise SpecificationError(
                at(
                    f"--column {said}",
                    Words("expected FIELD=HEADING, such as study=Author", "应写作 字段=列名，如study=Author"),
                )
            )
        found[field] = heading
    return found


def _words(path: Path | None) -> Sequence[str]:
    """Read a user dictionary: the first word of each line, as jieba's own files have it."""
    lines = () if path is None else text_of(path).splitlines()
    return [line.split()[0] for line in lines if line.strip()]


def _kept(chosen: Selection, column: str) -> tuple[Table, ...]:
    """Tables of a choice by rules, and the names of those it kept."""
    from ..tables import Column, Table, Words

    rows = tuple((str(name),) for name in chosen.kept[column])
    names = Table("kept", Words("Kept", "保留样本"), (Column("name", Words("Name", "名称")),), rows)
    return *chosen.tables(), names


def _hand_over(
    tables: Sequence[Table],
    figures: Mapping[str, str],
    output: Path | None,
    language: Language,
    form: Form | None,
    remarks: Iterable[Remark],
) -> None:
    """Print the tables, store them with the figures where a folder is named, and leave with the right code."""
    hand_over(tables, language, form, None)
    if output is not None:
        from ..tables import csv_file, excel
        from ..tables.storing import store_all

        if output.is_dir() and any(output.iterdir()):
            raise SourceError(str(output), [Words("is not empty; name a new folder", "其中已有文件；请指定新文件夹")])
        contents = csv_file.files(tables, output / "tables", language)
        contents[output / "tables.xlsx"] = excel.render(tables, language)
        contents |= {output / "figures" / f"{name}.svg": svg.encode("utf-8") for name, svg in figures.items()}
        store_all(contents)
        say_written(output, language, err=for_programs(form, None))
    if any(remark.severity == "error" for remark in remarks):
        raise typer.Exit(LOOK)
