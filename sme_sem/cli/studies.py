"""``sme-sem run``, ``verify``, ``demo``, ``list``, ``new``, ``export``: studies and instruments."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .options import FormOption, InstrumentName, LanguageOption, TablesFile, Tongue, Tongues, examples
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


_EXPORTS = """\
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
"""

app = typer.Typer()


@app.command(
    epilog=examples(
        "sme-sem run my-study/study.yaml", "sme-sem run my-study/study.yaml --language zh --output results-zh"
    )
)
def run(
    study: Annotated[Path, typer.Argument(help="The study file, such as my-study/study.yaml.")],
    language: Annotated[
        Tongues | None,
        typer.Option("--language", "-l", help="In place of the study's; both: Chinese into OUTPUT-zh."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the results, in place of the study's.")
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
def verify(
    results: Annotated[Path, typer.Argument(help="A results folder, with its manifest.json.")],
    study: Annotated[
        Path | None, typer.Option("--study", "-s", help="The study file; left out, study.yaml in the folder above.")
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
def demo(
    instrument: Annotated[str, typer.Argument(help="A shipped instrument (see: sme-sem list).")] = "bmi-drivers",
    language: Annotated[
        Tongues,
        typer.Option("--language", "-l", help="Of report and tables; both: Chinese into OUTPUT-zh."),
    ] = Tongues.en,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")] = Path("results"),
) -> None:
    """Run a study of a shipped instrument on the answers that come with it."""
    from ..opening import demo_study

    _results(demo_study(instrument, output=output), output, language.value)


@app.command("list", epilog=examples("sme-sem list", "sme-sem list --language zh", "sme-sem list --format json"))
def list_instruments(language: LanguageOption = Tongue.en, form: FormOption = None, output: TablesFile = None) -> None:
    """List the shipped instruments."""
    from ..instrument import load_instrument, shipped
    from ..tables import Column, Kind, Table, Words

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


@app.command(epilog=examples("sme-sem new my-study --instrument corporate-reputation"))
def new(
    study: Annotated[Path, typer.Argument(help="Folder of the new study.")],
    instrument: InstrumentName,
) -> None:
    """Begin a study: a folder with a commented study file, its instrument, and the answers if there are any."""
    from ..instrument import load_instrument, new_study

    file = new_study(study, instrument)
    typer.echo(f"Begun: {file}")
    known = load_instrument(instrument)
    with_answers = known.answers is not None and known.answers.file and (file.parent / known.answers.file).is_file()
    if not with_answers:
        answers = file.parent / "answers.csv"
        drawn = known.answers is not None and known.answers.synthetic is not None
        typer.echo(f"Put the answers into {answers}" + (", or draw synthetic ones:" if drawn else "."))
        if drawn:
            typer.echo(f"  sme-sem simulate --instrument {_quoted(instrument)} --output {_quoted(answers)}")
    typer.echo(f"Then:  sme-sem run {_quoted(file)}")


@app.command(
    epilog=_EXPORTS
    + "\n\n"
    + examples(
        "sme-sem export bmi-drivers --to xlsform",
        "sme-sem export mystudy/instrument.yaml --to word --language both --output questionnaire.docx",
        "sme-sem export bmi-drivers --to wenjuanxing --output questionnaire.txt",
    )
)
def export(
    instrument: Annotated[str, typer.Argument(help="A shipped instrument (see: sme-sem list), or a YAML file.")],
    to: Annotated[str, typer.Option("--to", "-t", help="One of the formats below.")],
    language: Annotated[
        Tongues | None, typer.Option("--language", "-l", help="Left out, the format's usual one.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write, or a folder; an existing file is kept.")
    ] = Path("."),
    constructs: Annotated[
        bool, typer.Option("--constructs", help="Head the parts with the constructs' labels; respondents see them.")
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
    from ..tables import Words, written

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


_WRITING = {"en": "Writing the report", "zh": "生成报告"}
_WHERE = {"en": "Report: ", "zh": "报告："}
