"""``sme-sem run``, ``verify``, ``demo``, ``list``, ``new``, ``export``: studies and instruments."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..words import Words, written
from .help_texts import both, examples, in_chinese
from .options import FormOption, InstrumentName, LanguageOption, TablesFile, Tongue, Tongues
from .output import (
    DONE,
    LOOK,
    hand_over,
    print_tables,
    progress_bar,
    refuse_existing,
    require_fitting_output,
    say_written,
)

if TYPE_CHECKING:
    from ..report.results import Results
    from ..study import Study
    from ..tables import Language


_EXPORTS = Words(
    """\
\b
Formats:
  xlsform      KoboToolbox and ODK, with groups, required answers, both languages
  limesurvey   LimeSurvey's structure (.txt), items as arrays, both languages
  wenjuanxing  text to paste into Wenjuanxing (问卷星), in Chinese unless --language en
  redcap       REDCap's data dictionary, items as matrices, in one language
  word         a questionnaire to print, in English unless --language zh or both
  ddi          DDI-Codebook 2.5, to archive with the data
  json-schema  JSON Schema of one respondent's answers

\b
Respondents see neither ids nor what a part measures, unless --constructs is given.
""",
    """\
\b
格式：
  xlsform      KoboToolbox与ODK，含分组与必答题，中英文并存
  limesurvey   LimeSurvey的问卷结构（.txt），题项为矩阵题，中英文并存
  wenjuanxing  可粘贴到问卷星的文本，除--language en外为中文
  redcap       REDCap的数据字典，题项为矩阵题，单一语言
  word         供打印的问卷，除--language zh或both外为英文
  ddi          DDI-Codebook 2.5，与数据一并存档
  json-schema  单名受访者作答的JSON Schema

受访者看不到编号，也看不到各部分测量什么，除非加上--constructs。
""",
)

app = typer.Typer()


@app.command(
    epilog=examples(
        "sme-sem run my-study/study.yaml", "sme-sem run my-study/study.yaml --language zh --output results-zh"
    )
)
@in_chinese("运行研究：作答、质量、信度、主成分、模型、假设、报告。")
def run(
    study: Annotated[
        Path,
        typer.Argument(help=both("The study file, such as my-study/study.yaml.", "研究文件，如my-study/study.yaml。")),
    ],
    language: Annotated[
        Tongues | None,
        typer.Option(
            "--language",
            "-l",
            help=both(
                "In place of the study's; both: Chinese into OUTPUT-zh.",
                "语言，代替研究文件中的设置；both：中文另写入OUTPUT-zh。",
            ),
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help=both("Folder for the results, in place of the study's.", "存放结果的文件夹，代替研究文件中的设置。"),
        ),
    ] = None,
) -> None:
    """Run a study: answers, quality, reliability, components, models, hypotheses, report."""
    from ..opening import load_study

    loaded = load_study(study)
    tongue = language.value if language else loaded.choices.language
    _results(loaded, output or loaded.output, tongue)


@app.command(
    epilog=examples("sme-sem verify my-study/results", "sme-sem verify results-zh --study my-study/study.yaml")
)
@in_chinese(
    "重新运行结果文件夹所属的研究，说明每个数值是否相同。\n\n"
    "有数值不同、文件曾被改动，或作答与选项已非原样时，退出码为1。"
)
def verify(
    results: Annotated[
        Path, typer.Argument(help=both("A results folder, with its manifest.json.", "结果文件夹，含manifest.json。"))
    ],
    study: Annotated[
        Path | None,
        typer.Option(
            "--study",
            "-s",
            help=both(
                "The study file; left out, study.yaml in the folder above.",
                "研究文件；缺省为上级文件夹中的study.yaml。",
            ),
        ),
    ] = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Run the study of a results folder again and say whether every number is the same.

    Leaves with exit code 1 if a number differs, a file was edited, or answers and options are no longer the same.
    """
    from ..verification import verify as run_again

    require_fitting_output(form, output)
    with progress_bar() as progress:
        found = run_again(results, study, progress)
    hand_over(found.tables(), language.value, form, output)
    raise typer.Exit(DONE if found.same else LOOK)


@app.command(epilog=examples("sme-sem demo", "sme-sem demo corporate-reputation --language both"))
@in_chinese("以内置问卷所附的作答运行一项研究。")
def demo(
    instrument: Annotated[
        str, typer.Argument(help=both("A shipped instrument (see: sme-sem list).", "内置问卷（请看：sme-sem list）。"))
    ] = "bmi-drivers",
    language: Annotated[
        Tongues,
        typer.Option(
            "--language",
            "-l",
            help=both(
                "Of report and tables; both: Chinese into OUTPUT-zh.", "报告与表格的语言；both：中文另写入OUTPUT-zh。"
            ),
        ),
    ] = Tongues.en,
    output: Annotated[
        Path, typer.Option("--output", "-o", help=both("Folder for the results.", "存放结果的文件夹。"))
    ] = Path("results"),
) -> None:
    """Run a study of a shipped instrument on the answers that come with it."""
    from ..opening import demo_study

    _results(demo_study(instrument, output=output), output, language.value)


@app.command("list", epilog=examples("sme-sem list", "sme-sem list --language zh", "sme-sem list --format json"))
@in_chinese("列出内置问卷。")
def list_instruments(language: LanguageOption = Tongue.en, form: FormOption = None, output: TablesFile = None) -> None:
    """List the shipped instruments."""
    from ..instrument import load_instrument, shipped
    from ..tables import Column, Kind, Table

    rows = []
    for name in shipped():
        instrument = load_instrument(name)
        synthetic = bool(instrument.answers and instrument.answers.synthetic)
        kind = Words("synthetic", "合成") if synthetic else Words("real", "真实")
        rows.append((name, instrument.title.words, len(instrument.items()), kind if instrument.answers else None))
    columns = (
        Column("name", Words("Instrument", "问卷")),
        Column("title", Words("Title", "标题")),
        Column("items", Words("Items", "题项数"), Kind.COUNT),
        Column("answers", Words("Answers", "数据")),
    )
    table = Table("instruments", Words("Shipped instruments", "内置问卷"), columns, tuple(rows))
    hand_over([table], language.value, form, output)


@app.command(
    epilog=examples(
        "sme-sem new my-study --instrument corporate-reputation",
        "sme-sem new my-study --instrument corporate-reputation --language zh",
    )
)
@in_chinese("新建研究：一个文件夹，内有带注释的研究文件、问卷，以及所附的作答（如有）。")
def new(
    study: Annotated[Path, typer.Argument(help=both("Folder of the new study.", "新研究的文件夹。"))],
    instrument: InstrumentName,
    language: Annotated[
        Tongue,
        typer.Option("--language", "-l", help=both("Language of the study file.", "研究文件的语言。")),
    ] = Tongue.en,
) -> None:
    """Begin a study: a folder with a commented study file, its instrument, and the answers if there are any."""
    from ..instrument import load_instrument, new_study

    file = new_study(study, instrument, language.value)
    _say(_BEGUN.filled(file=file), language)
    known = load_instrument(instrument)
    with_answers = known.answers is not None and known.answers.file and (file.parent / known.answers.file).is_file()
    if not with_answers:
        answers = file.parent / "answers.csv"
        drawn = known.answers is not None and known.answers.synthetic is not None
        _say(_PUT_INTO.filled(answers=answers) + (_OR_DRAW if drawn else _END), language)
        if drawn:
            typer.echo(f"  sme-sem simulate --instrument {_quoted(instrument)} --output {_quoted(answers)}")
    _say(_THEN + f"  sme-sem run {_quoted(file)}", language)


@app.command(
    epilog=examples(
        "sme-sem export bmi-drivers --to xlsform",
        "sme-sem export mystudy/instrument.yaml --to word --language both --output questionnaire.docx",
        "sme-sem export bmi-drivers --to wenjuanxing --output questionnaire.txt",
        above=_EXPORTS,
    )
)
@in_chinese(
    "将问卷写成用于施测的表单、可打印的问卷或编码手册。\n\n"
    "题目的编号不变，收回的作答无须另行对应：sme-sem validate ANSWERS -i INSTRUMENT"
)
def export(
    instrument: Annotated[
        str,
        typer.Argument(
            help=both(
                "A shipped instrument (see: sme-sem list), or a YAML file.",
                "内置问卷（请看：sme-sem list），或YAML文件。",
            )
        ),
    ],
    to: Annotated[str, typer.Option("--to", "-t", help=both("One of the formats below.", "下列格式之一。"))],
    language: Annotated[
        Tongues | None,
        typer.Option("--language", "-l", help=both("Left out, the format's usual one.", "语言；缺省依该格式的惯例。")),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help=both(
                "File to write, or a folder; an existing file is kept.", "要写出的文件，或文件夹；不覆盖已有文件。"
            ),
        ),
    ] = Path("."),
    constructs: Annotated[
        bool,
        typer.Option(
            "--constructs",
            help=both(
                "Head the parts with the constructs' labels; respondents see them.",
                "以构念的标签作为各部分的标题；受访者可见。",
            ),
        ),
    ] = False,
) -> None:
    """Write an instrument as a form to field, a questionnaire to print, or a codebook.

    Questions keep their ids, so the answers come back without a mapping:  sme-sem validate ANSWERS -i INSTRUMENT
    """
    from ..instrument import export_instrument, load_instrument
    from ..instrument.exports import default_name, format_named

    known, form = load_instrument(instrument), format_named(to)
    tongue = language.value if language else None
    target = output / default_name(known, to) if output.is_dir() else output
    refuse_existing(target)
    written = export_instrument(known, target, format=to, language=tongue, constructs=constructs)
    say_written(written, "zh" if tongue == "zh" else "en")
    typer.echo(form.advice.zh if tongue == "zh" else form.advice.en)


def _results(study: Study, output: Path, language: Literal["en", "zh", "both"]) -> None:
    """Run, save, and print: headline tables, what needs a person, where everything lies."""
    from ..report.folder import require_free_folder

    folders: dict[Language, Path]
    folders = {"en": output, "zh": Path(f"{output}-zh")} if language == "both" else {language: output}
    for folder in folders.values():
        require_free_folder(folder)
    shown = next(iter(folders))
    with progress_bar() as progress:
        results = study.run(progress)
        for tongue, folder in folders.items():
            progress(_WRITING[tongue], 1, 1)
            results.save(folder, tongue)
    print_tables(results.tables(), shown)
    _list_problems(results, shown)
    for tongue, folder in folders.items():
        typer.echo(f"{_WHERE[tongue]}{folder / 'report.html'}")
    raise typer.Exit(LOOK if results.problems else DONE)


def _list_problems(results: Results, language: Language) -> None:
    if results.synthetic:
        said = Words(
            "These are synthetic answers: they say nothing about anybody.", "以上为合成数据，不代表任何真实样本。"
        )
        typer.echo(written(said, language) + "\n")
    if results.problems:
        typer.echo(written(Words("Needs attention:", "须处理："), language))
    for problem in results.problems:
        step, message = (written(text, language) for text in (problem.step, problem.message))
        first, *more = str(message).splitlines()
        typer.echo("\n    ".join((f"  {step}: {first}", *more)))


def _quoted(argument: str | Path) -> str:
    """Write an argument so that the shell takes it back as one."""
    text = str(argument)
    if os.name == "nt":
        return f'"{text}"' if re.search(r"[^\w.:\\/+-]", text) else text
    return shlex.quote(text)


def _say(said: Words, language: Tongue) -> None:
    typer.echo(written(said, language.value))


_BEGUN = Words("Begun: {file}", "已建立：{file}")
_PUT_INTO = Words("Put the answers into {answers}", "请将作答存入{answers}")
_OR_DRAW, _END = Words(", or draw synthetic ones:", "，或抽取合成作答："), Words(".", "。")
_THEN = Words("Then:", "随后：")
_WRITING = {"en": "Writing the report", "zh": "生成报告"}
_WHERE = {"en": "Report: ", "zh": "报告："}
