"""The command line: parse, call one function, print its tables, return an exit code.

Exit codes: 0 done; 1 done, with something a person must look at; 2 the input was refused, with one
message that says what is wrong, where, and what would do.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .code_commands import app as code_commands
from .errors import ExportError, ResponseError, SmeSemError, SpecificationError, StudyError

if TYPE_CHECKING:
    import pandas as pd

    from .report.results import Results
    from .responses import Responses
    from .sem.fit import Fit
    from .study import Study
    from .tables import Table, Text

DONE, LOOK, REFUSED = 0, 1, 2

_MOST_FINDINGS = 20
_MISSING_CODES = (-9.0, -99.0, -999.0, 99.0, 999.0)
_GUIDE = """\
From a questionnaire and its answers to reliability, principal components, structural equation models and
a report.

\b
The first steps:
  sme-sem demo                                         a study on synthetic answers; see results/report.html
  sme-sem demo corporate-reputation --language zh      a study on 344 real answers, in Chinese
  sme-sem new my-study --instrument corporate-reputation
  sme-sem run my-study/study.yaml                      change study.yaml, run it again
  sme-sem verify my-study/results                      are all numbers still the same?

\b
One step at a time:
  sme-sem validate answers.xlsx --instrument bmi-drivers
  sme-sem screen answers.xlsx --instrument bmi-drivers
  sme-sem reliability answers.xlsx --instrument bmi-drivers
  sme-sem fit model.txt answers.csv
  sme-sem compare full.txt partial.txt answers.csv
  sme-sem invariance model.txt answers.csv --group region
  sme-sem power population.txt -n 200 -n 400           before there are any answers

\b
Ask your own respondents:
  sme-sem export bmi-drivers --to xlsform              a form for KoboToolbox or ODK; see: sme-sem export --help

\b
Begin with words:
  sme-sem code describe interviews.qdpx                frequencies, saturation, agreement; see: sme-sem code --help

\b
Exit codes: 0 done; 1 done, something needs a person; 2 the input was refused.
"""


def _examples(*commands: str) -> str:
    """Write commands under a command's help, each on its own line."""
    return "\n".join(("\b", "Examples:", *(f"  {command}" for command in commands)))


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

_WHICH_TEST = """\
\b
Tests (--method auto chooses for each pair):
  standard               nested, ML or GLS: the chi-square difference
  satorra.bentler.2001   nested, MLM or MLR: the scaled difference; .2010 where its factor turns negative
  satorra.2000           nested, WLSMV: the difference scaled and shifted
  vuong                  not nested: can these respondents tell the models apart, and which is nearer?
"""
_STEPS = """\
\b
Steps:
  configural   the same items for the same constructs
  thresholds   + equal thresholds (with --ordered)
  metric       + equal loadings: relations may be compared between groups
  scalar       + equal intercepts: means of constructs may be compared
  strict       + equal residual variances
"""
_POPULATION = """\
\b
A population, such as:
  trust =~ 0.8*t1 + 0.7*t2 + 0.7*t3
  use =~ 0.8*u1 + 0.7*u2 + 0.6*u3
  use ~ 0.3*trust
"""

app = typer.Typer(
    name="sme-sem",
    help=_GUIDE,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
app.add_typer(code_commands)


class Tongue(str, Enum):  # noqa: UP042 - typer shows the value of this kind
    """Language of tables and report."""

    en = "en"
    zh = "zh"


Answers = Annotated[Path, typer.Argument(help="File of answers: CSV, TSV, Excel (.xlsx, .xls, .ods) or SPSS (.sav).")]
InstrumentName = Annotated[
    str, typer.Option("--instrument", "-i", help="A shipped instrument (see: sme-sem list), or a YAML file.")
]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook; left out, the first one.")]
RuleOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Screen by this rule instead of empty, missing, attention and duplicate_id; may be repeated: careless, "
        "duplicate_row."
    ),
]
PlatformOption = Annotated[
    str, typer.Option(help="Survey platform that wrote the file; left out, it is recognised by its marks.")
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
OrderedOption = Annotated[bool, typer.Option("--ordered", help="Answers are ordered categories, not numbers.")]


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments
        What follows ``sme-sem``; left out, those of the process.

    Returns
    -------
    int
        0 done; 1 done, something needs a person; 2 the input was refused.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a stream that is no text file stays as it is
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app(args=None if arguments is None else list(arguments))
    except SmeSemError as problem:
        return _refuse(str(problem))
    except OSError as problem:
        named = f"{problem.filename}: " if problem.filename else ""
        return _refuse(f"{named}{problem.strerror or problem}")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else DONE if leaving.code is None else LOOK
    return DONE


# --- studies -----------------------------------------------------------------------------------------


@app.command(
    epilog=_examples(
        "sme-sem run my-study/study.yaml", "sme-sem run my-study/study.yaml --language zh --output results-zh"
    )
)
def run(
    study: Annotated[Path, typer.Argument(help="The study file, such as my-study/study.yaml.")],
    language: Annotated[
        Tongue | None, typer.Option("--language", "-l", help="In place of the study's language.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the results, in place of the study's.")
    ] = None,
) -> None:
    """Run a study: answers, quality, reliability, components, models, hypotheses, report."""
    from .study import load_study

    loaded = load_study(study)
    tongue = language.value if language else loaded.choices.language
    _results(loaded, output or loaded.output, tongue)


@app.command(
    epilog=_examples("sme-sem verify my-study/results", "sme-sem verify results-zh --study my-study/study.yaml")
)
def verify(
    results: Annotated[Path, typer.Argument(help="A results folder, with its manifest.json.")],
    study: Annotated[
        Path | None, typer.Option("--study", "-s", help="The study file; left out, study.yaml in the folder above.")
    ] = None,
    language: LanguageOption = Tongue.en,
) -> None:
    """Run the study of a results folder again and say whether every number is the same.

    Leaves with exit code 1 if a number differs, a file was edited, or answers and options are no longer the same.
    """
    from .verification import verify as run_again

    with _progress() as progress:
        found = run_again(results, study, progress)
    _print(found.tables(), language.value)
    raise typer.Exit(DONE if found.same else LOOK)


@app.command(epilog=_examples("sme-sem demo", "sme-sem demo corporate-reputation --language zh --output results-zh"))
def demo(
    instrument: Annotated[str, typer.Argument(help="A shipped instrument (see: sme-sem list).")] = "bmi-drivers",
    language: LanguageOption = Tongue.en,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the results.")] = Path("results"),
) -> None:
    """Run a study of a shipped instrument on the answers that come with it."""
    from .study import demo_study

    _results(demo_study(instrument, output=output), output, language.value)


@app.command("list", epilog=_examples("sme-sem list", "sme-sem list --language zh", "sme-sem list --format json"))
def list_instruments(language: LanguageOption = Tongue.en, form: FormOption = None, output: TablesFile = None) -> None:
    """List the shipped instruments."""
    from .instrument import load_instrument, shipped
    from .tables import Column, Kind, Table, Words

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
    _hand_over([table], language.value, form, output)


@app.command(epilog=_examples("sme-sem new my-study --instrument corporate-reputation"))
def new(
    study: Annotated[Path, typer.Argument(help="Folder of the new study.")],
    instrument: InstrumentName,
) -> None:
    """Begin a study: a folder with a commented study file, its instrument, and the answers if there are any."""
    from .instrument import load_instrument, new_study

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
    + _examples(
        "sme-sem export bmi-drivers --to xlsform",
        "sme-sem export mystudy/instrument.yaml --to word --language both --output questionnaire.docx",
        "sme-sem export bmi-drivers --to wenjuanxing --output questionnaire.txt",
    )
)
def export(
    instrument: Annotated[str, typer.Argument(help="A shipped instrument (see: sme-sem list), or a YAML file.")],
    to: Annotated[str, typer.Option("--to", "-t", help="One of the formats below.")],
    language: Annotated[
        str | None, typer.Option("--language", "-l", help="en, zh or both; left out, the format's usual one.")
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
    from .instrument import export_instrument, load_instrument
    from .instrument.exports import default_name, format_named

    known, form = load_instrument(instrument), format_named(to)
    target = output / default_name(known, to) if output.is_dir() else output
    if target.exists():
        raise ExportError(str(target), ["already exists; name another file, or move it away"])
    written = export_instrument(known, target, format=to, language=language, constructs=constructs)  # type: ignore[arg-type]
    typer.echo(f"Written: {written}")
    typer.echo(form.advice.zh if language == "zh" else form.advice.en)


# --- single steps ------------------------------------------------------------------------------------


@app.command(epilog=_examples("sme-sem validate answers.xlsx --instrument bmi-drivers"))
def validate(
    answers: Answers,
    instrument: InstrumentName,
    sheet: Sheet = None,
    platform: PlatformOption = "auto",
    rule: RuleOption = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Check a file of answers against its instrument: every cell, in one reading."""
    from .responses.screening import DEFAULT_RULES, screen

    responses = _read(answers, instrument, sheet, platform)
    screening = screen(responses, rule or DEFAULT_RULES)
    quality = screening.quality.tables()[:1] if screening.quality is not None else ()
    _say_platform(responses, language.value, err=_for_programs(form, output))
    _hand_over([*responses.tables(), *screening.tables(), *quality], language.value, form, output)
    _list_findings(responses, language.value, err=_for_programs(form, output))
    raise typer.Exit(_findings_code(responses))


@app.command(
    epilog=_examples(
        "sme-sem screen answers.xlsx --instrument bmi-drivers",
        "sme-sem screen answers.xlsx -i bmi-drivers --kept kept.csv --output screening.docx --language zh",
    )
)
def screen(
    answers: Answers,
    instrument: InstrumentName,
    sheet: Sheet = None,
    platform: PlatformOption = "auto",
    max_missing: Annotated[float, typer.Option(help="Largest share of items, 0 to 1, that may be missing.")] = 0.5,
    min_flags: Annotated[int, typer.Option(help="Indices that must raise a flag before somebody is set aside.")] = 2,
    kept: Annotated[Path | None, typer.Option(help="CSV file for the checked answers of those who are kept.")] = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Judge how attentively each respondent answered, and say who is set aside and why.

    Leaves with exit code 1 if somebody is set aside, or answers could not be used.
    """
    from .responses.quality_indices import Cutoffs
    from .responses.screening import DEFAULT_RULES
    from .responses.screening import screen as judge
    from .tables.storing import store

    _check_output(form, output)
    if kept is not None and kept.exists():
        raise StudyError(str(kept), ["already exists; name another file, or move it away"])
    responses = _read(answers, instrument, sheet, platform)
    found = judge(responses, (*DEFAULT_RULES, "careless"), max_missing=max_missing, cutoffs=Cutoffs(flags=min_flags))
    quality = found.quality.tables() if found.quality is not None else ()
    shown = [*found.tables(), found.set_aside(), *quality]
    _hand_over([table for table in shown if table.rows], language.value, form, output)
    if kept is not None:
        store(kept, found.responses().frame.to_csv(index=False, lineterminator="\n").encode())
    raise typer.Exit(DONE if found.kept.all() else LOOK)


@app.command(
    epilog=_examples(
        "sme-sem reliability answers.csv --instrument corporate-reputation",
        "sme-sem reliability answers.csv -i corporate-reputation --output reliability.docx --language zh",
    )
)
def reliability(
    answers: Answers,
    instrument: InstrumentName,
    sheet: Sheet = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Item analysis and reliability of every scale of the instrument."""
    from .measurement import reliability as analyse

    responses = _kept(answers, instrument, sheet, language.value, err=_for_programs(form, output))
    columns = set(responses.items)
    present = {
        name: [item for item in items if item in columns] for name, items in responses.instrument.scales().items()
    }
    result = analyse(responses.frame, {name: items for name, items in present.items() if len(items) > 1})
    _hand_over(result.tables(), language.value, form, output)
    raise typer.Exit(_findings_code(responses))


@app.command(
    epilog=_examples("sme-sem components answers.csv --instrument bmi-drivers --constructs VP,VC,VD,VCAP -n 4")
)
def components(
    answers: Answers,
    instrument: InstrumentName,
    constructs: Annotated[
        str | None, typer.Option(help="Names of constructs, with commas between; left out, all of them.")
    ] = None,
    n: Annotated[
        int | None, typer.Option("-n", "--n-components", help="How many; left out, eigenvalues above 1.")
    ] = None,
    rotation: Annotated[str, typer.Option(help="varimax, promax, oblimin or none.")] = "varimax",
    sheet: Sheet = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """KMO, Bartlett's test and principal components of the items."""
    from .errors import did_you_mean
    from .measurement import adequacy
    from .measurement import components as condense

    responses = _kept(answers, instrument, sheet, language.value, err=_for_programs(form, output))
    scales = responses.instrument.scales(single_items=True)
    wanted = [name.strip() for name in constructs.split(",")] if constructs else list(scales)
    for name in wanted:
        if not scales.get(name):
            raise SpecificationError(
                f"--constructs: no construct with items is named {name!r}.{did_you_mean(name, scales)}"
            )
    items = [item for item in responses.items if any(item in scales[name] for name in wanted)]
    frame = responses.frame[items]
    found = [*adequacy(frame).tables(), *condense(frame, n, rotation).tables()]
    _hand_over(found, language.value, form, output)
    raise typer.Exit(_findings_code(responses))


@app.command(
    epilog=_examples(
        "sme-sem fit model.txt answers.csv --missing-code -99",
        "sme-sem fit model.txt answers.csv --format json",
        "sme-sem fit model.txt answers.csv --output fit.xlsx",
        "sme-sem fit model.txt answers.csv --format csv --output tables",
    )
)
def fit(
    model: ModelFile,
    data: Numbers,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Fit one model to a file of numbers and print its tables."""
    from .sem.fit import fit as estimate
    from .sem.presentation import fit_tables, objections

    text, numbers = _text(model), _numbers(data, sheet, missing_code or ())
    try:
        fitted = estimate(text, numbers)
    except SmeSemError:
        _suspect_codes(numbers, language.value, err=True)
        raise
    objected = objections(fitted)
    first, *others = fit_tables(fitted)
    shown = [first, *(_without(table, objected) for table in others)]
    _hand_over(shown, language.value, form, output)
    if objected:
        _suspect_codes(numbers, language.value, err=_for_programs(form, output))
    raise typer.Exit(LOOK if objected else DONE)


@app.command(
    "compare",
    epilog=_WHICH_TEST
    + "\n\n"
    + _examples(
        "sme-sem compare full.txt partial.txt answers.csv",
        "sme-sem compare full.txt partial.txt answers.csv --estimator MLR --output comparison.docx --language zh",
    ),
)
def compare_models(
    models: Annotated[
        list[Path], typer.Argument(help="Text files, each with a model in lavaan syntax; a model has its file's name.")
    ],
    data: Numbers,
    method: Annotated[str, typer.Option(help="auto, or one of the tests below for all pairs.")] = "auto",
    estimator: EstimatorOption = None,
    missing: GapsOption = "listwise",
    ordered: OrderedOption = False,
    group: Annotated[str | None, typer.Option(help="Column that divides the respondents into groups.")] = None,
    folds: Annotated[int | None, typer.Option(help="Cross-validate on so many parts of the respondents.")] = None,
    seed: Annotated[int, typer.Option(help="Of the division into parts.")] = 1,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Compare models of the same answers: fit, and for each pair the test that is right for it.

    Which models are special cases of others is found out, not asked.  Models of other respondents, items or groups are
    refused with the reason.
    """
    from .comparison import compare
    from .sem.presentation import objections

    _check_output(form, output)
    stems = [path.stem for path in models]
    if len(set(stems)) < len(stems):
        raise SpecificationError("two model files have the same name, which is to be the model's: rename one.")
    numbers = _numbers(data, sheet, missing_code or ())
    options = _fit_options(estimator, missing, ordered)
    with _suspecting(numbers, language.value):
        fits = {path.stem: _fit_of(path, numbers, group=group, **options) for path in models}
        result = compare(fits, method=method, folds=folds, seed=seed)
    _hand_over(result.tables(), language.value, form, output)
    raise typer.Exit(LOOK if any(objections(own) for own in fits.values()) else DONE)


@app.command(
    "invariance",
    epilog=_STEPS
    + "\n\n"
    + _examples(
        "sme-sem invariance model.txt answers.csv --group region",
        "sme-sem invariance model.txt answers.csv --group region --permutations 1000 --output steps.xlsx",
        'sme-sem invariance model.txt answers.csv --group region --free "trust =~ t2" --free "t3 ~ 1"',
    ),
)
def invariance_steps(
    model: ModelFile,
    data: Numbers,
    group: Annotated[str, typer.Option("--group", "-g", help="Column that divides the respondents into groups.")],
    steps: Annotated[str | None, typer.Option(help="Some of the steps below, with commas; left out, all.")] = None,
    free: Annotated[
        list[str] | None, typer.Option(help="Relation that is not held equal, such as 't3 ~ 1'; may be repeated.")
    ] = None,
    permutations: Annotated[
        int, typer.Option(help="Deal respondents out to the groups so often, for p-values without a distribution.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Of the permutations.")] = 1,
    workers: Annotated[int | None, typer.Option(help="Processes that share the permutations; -1: all cores.")] = None,
    estimator: EstimatorOption = None,
    missing: GapsOption = "listwise",
    ordered: OrderedOption = False,
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Test step by step whether the questions measure the same in every group."""
    from .comparison import invariance
    from .sem.presentation import objections

    _check_output(form, output)
    text, numbers = _text(model), _numbers(data, sheet, missing_code or ())
    with _suspecting(numbers, language.value):
        result = invariance(
            text,
            numbers,
            group=group,
            steps=None if steps is None else [step.strip() for step in steps.split(",")],
            group_partial=free or (),
            permutations=permutations,
            seed=seed,
            workers=workers,
            **_fit_options(estimator, missing, ordered),
        )
    _hand_over(result.tables(), language.value, form, output)
    raise typer.Exit(LOOK if any(objections(own) for own in result.fits.values()) else DONE)


@app.command(
    "power",
    epilog=_POPULATION
    + "\n\n"
    + _examples(
        "sme-sem power population.txt -n 200 -n 300 -n 400 --draws 1000",
        "sme-sem power population.txt -n 300 --categories 5 --missing-share 0.05 --output power.xlsx",
    ),
)
def power_of_study(
    population: Annotated[Path, typer.Argument(help="Text file: lavaan syntax with a value for every parameter.")],
    n: Annotated[list[int], typer.Option("-n", help="Number of respondents; may be repeated.")],
    draws: Annotated[int, typer.Option(help="Samples for each number of respondents.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same result.")] = 1,
    analysis: Annotated[
        Path | None, typer.Option(help="Text file with the model to fit; left out, the population's.")
    ] = None,
    categories: Annotated[
        int | None, typer.Option(help="Answers have so many ordered categories; left out, they are numbers.")
    ] = None,
    missing_share: Annotated[float, typer.Option(help="Share of answers that will be missing at random.")] = 0.0,
    alpha: Annotated[float, typer.Option(help="Level of the tests.")] = 0.05,
    wanted: Annotated[float, typer.Option(help="Power that the respondents needed are for.")] = 0.8,
    estimator: Annotated[
        str | None, typer.Option(help="ML, MLR ...; left out, ML, or WLSMV with --categories.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that share the samples; -1: all cores.")] = None,
    ledger: Annotated[
        Path | None, typer.Option(help="A study's ledger.jsonl, to show that this came before its answers.")
    ] = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Find by simulation what a study of so many respondents would find, and how many it needs."""
    from .planning import power

    _check_output(form, output)
    options: dict[str, Any] = {} if estimator is None else {"estimator": estimator}
    result = power(
        _text(population),
        n,
        draws,
        seed,
        analysis=None if analysis is None else _text(analysis),
        ordered=categories,
        missing=missing_share,
        alpha=alpha,
        wanted=wanted,
        workers=workers,
        ledger=ledger,
        **options,
    )
    _hand_over(result.tables(), language.value, form, output)
    raise typer.Exit(LOOK if result.samples["failed"].any() else DONE)


@app.command(
    epilog=_examples(
        "sme-sem simulate population.txt -n 300 --seed 1 --output simulated.csv",
        "sme-sem simulate --instrument bmi-drivers --output answers.csv",
        "sme-sem simulate --instrument bmi-drivers --platform wenjuanxing --output answers.csv",
    )
)
def simulate(
    output: Annotated[Path, typer.Option("--output", "-o", help="CSV file to write; it must not exist.")],
    model: Annotated[
        Path | None, typer.Argument(help="Text file with a population model: lavaan syntax with values.")
    ] = None,
    instrument: Annotated[
        str | None, typer.Option("--instrument", "-i", help="Draw answers to an instrument instead.")
    ] = None,
    n: Annotated[int | None, typer.Option("-n", help="Number of respondents.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same answers.")] = None,
    platform: Annotated[
        str, typer.Option("--platform", help="Write an instrument's answers as plain, wenjuanxing or qualtrics does.")
    ] = "plain",
) -> None:
    """Draw synthetic answers from a population model, or for an instrument that states one."""
    from .downloads import download
    from .instrument import load_instrument
    from .simulation import simulate as draw
    from .synthetic import draw_answers
    from .tables.storing import store

    if (model is None) == (instrument is None):
        raise SpecificationError("name either a file with a population model, or an --instrument")
    if output.exists():
        raise StudyError(str(output), ["already exists; name another file, or move it away"])
    if instrument is not None:
        known = load_instrument(instrument)
        answers = draw_answers(known, n, seed)
        written = download(answers, known, platform)
    else:
        if platform != "plain":
            raise SpecificationError("--platform is for the answers to an --instrument: a model has no questions")
        if n is None:
            raise SpecificationError("-n is missing: say how many respondents to draw")
        answers = draw(_text(model), n, seed=1 if seed is None else seed)  # type: ignore[arg-type]
        written = answers.to_csv(index=False, lineterminator="\n").encode()
    store(output, written)
    typer.echo(f"{len(answers)} synthetic respondents, {answers.shape[1]} columns: {output}")


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and leave.", is_eager=True, callback=lambda asked: _version(asked)
        ),
    ] = False,
) -> None:
    pass


# --- helpers -----------------------------------------------------------------------------------------


def _version(asked: bool) -> None:
    if asked:
        from . import __version__

        typer.echo(f"sme-sem {__version__}")
        raise typer.Exit(DONE)


def _quoted(argument: str | Path) -> str:
    """Write an argument so that the shell takes it back as one."""
    text = str(argument)
    if os.name == "nt":
        return f'"{text}"' if re.search(r"[^\w.:\\/+-]", text) else text
    return shlex.quote(text)


def _refuse(message: str) -> int:
    typer.echo(f"sme-sem: {message}", err=True)
    return REFUSED


def _results(study: Study, output: Path, language: str) -> None:
    """Run, save, and print: headline tables, what needs a person, where everything lies."""
    from .report.folder import check_folder

    check_folder(output)
    with _progress() as progress:
        results = study.run(progress)
        progress(_WRITING[language], 1, 1)
        results.save(output, language)  # type: ignore[arg-type]
    _print(results.tables(), language)
    _list_problems(results, language)
    typer.echo(f"{_WHERE[language]}{output / 'report.html'}")
    raise typer.Exit(LOOK if results.problems else DONE)


@contextmanager
def _progress() -> Iterator[Callable[[Text, int, int], None]]:
    """Show a bar on the terminal, and nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=None)
        yield lambda name, done, total: bar.update(task, description=str(name), completed=done, total=total)


def _for_programs(form: Form | None, output: Path | None) -> bool:
    """Whether a program reads what is printed, so that remarks belong elsewhere."""
    return form not in (None, Form.table) and output is None


def _check_output(form: Form | None, output: Path | None) -> None:
    """Refuse a file that could not take several tables, before the work is done."""
    from .tables.formats import format_of

    if output is None:
        return
    if output.is_file():
        raise StudyError(str(output), ["already exists; name another file, or move it away"])
    if form is None and format_of(output).single:
        raise SpecificationError(f"{output}: holds one table only, and these are several; name a workbook (.xlsx)")


def _hand_over(tables: Sequence[Table], language: str, form: Form | None, output: Path | None) -> None:
    """Print tables in the form asked for, or store them."""
    from .tables import csv_file
    from .tables.formats import FORMATS, rendered, save
    from .tables.storing import store

    if output is not None:
        if output.is_file():
            raise StudyError(str(output), ["already exists; name another file, or move it away"])
        if form is Form.csv and output.suffix.lower() != ".csv":
            csv_file.write(tables, output, language)  # type: ignore[arg-type]
        elif form is None or (form is Form.csv and len(tables) == 1):
            save(tables, output, language)  # type: ignore[arg-type]
        elif form is Form.csv:
            raise SpecificationError(
                f"--output {output}: a CSV file holds one table, and here are {len(tables)}; name a folder"
            )
        else:
            name = "text" if form is Form.table else form.value
            content = FORMATS[name].file(tables, language)  # type: ignore[arg-type]
            store(output, content.encode("utf-8") if isinstance(content, str) else content)
        typer.echo(f"Written: {output}")
    elif form in (None, Form.table):
        _print(tables, language)
    elif form is Form.csv:
        texts = [csv_file.render(table, language) for table in tables]  # type: ignore[arg-type]
        typer.echo("\n".join(text.replace("\r\n", "\n") for text in texts), nl=False)
    else:
        typer.echo(rendered(tables, form.value, language))  # type: ignore[arg-type]


def _print(tables: Iterable[Table], language: str) -> None:
    from .tables import text

    for table in tables:
        typer.echo(text.render(table, language) + "\n")  # type: ignore[arg-type]


def _fit_options(estimator: str | None, missing: str, ordered: bool) -> dict[str, Any]:
    """Options of a fit, only those that were asked for."""
    asked = {"estimator": estimator, "ordered": ordered or None}
    return {"missing": missing} | {name: value for name, value in asked.items() if value is not None}


def _fit_of(path: Path, numbers: pd.DataFrame, **options: Any) -> Fit:
    """Fit one of several models, and name it where that fails."""
    from .sem.fit import fit as estimate

    try:
        return estimate(_text(path), numbers, **options)
    except SmeSemError as problem:
        raise SpecificationError(f"{path}: {problem}") from None


@contextmanager
def _suspecting(numbers: pd.DataFrame, language: str) -> Iterator[None]:
    """Where the work is refused, point out numbers that may stand for missing answers."""
    try:
        yield
    except SmeSemError:
        _suspect_codes(numbers, language, err=True)
        raise


def _list_problems(results: Results, language: str) -> None:
    from .tables import Words, written

    if results.synthetic:
        said = Words(
            "These are synthetic answers: they say nothing about anybody.", "以上为合成数据，不代表任何真实样本。"
        )
        typer.echo(written(said, language) + "\n")  # type: ignore[arg-type]
    if results.problems:
        typer.echo(written(Words("Needs attention:", "须处理："), language))  # type: ignore[arg-type]
    for problem in results.problems:
        step, message = (written(text, language) for text in (problem.step, problem.message))  # type: ignore[arg-type]
        first, *more = str(message).splitlines()
        typer.echo("\n    ".join((f"  {step}: {first}", *more)))


def _read(answers: Path, instrument: str, sheet: str | None, platform: str = "auto") -> Responses:
    from .instrument import load_instrument
    from .responses import read_responses

    return read_responses(answers, load_instrument(instrument), sheet=sheet, platform=platform)


def _say_platform(responses: Responses, language: str, *, err: bool = False) -> None:
    """Print which platform wrote the file, and how that is known."""
    from .responses.findings import message_of
    from .responses.platforms import REGISTRY
    from .tables import Words, written

    name = Words("Platform: ", "平台：") + REGISTRY[responses.platform].title
    typer.echo(written(name, language), err=err)  # type: ignore[arg-type]
    found = responses.findings[responses.findings["rule"] == "platform"]
    said = (written(message_of(row), language) for row in found.to_dict("records"))  # type: ignore[arg-type]
    typer.echo("".join(f"  {message}\n" for message in said), err=err)


def _kept(answers: Path, instrument: str, sheet: str | None, language: str, *, err: bool = False) -> Responses:
    """Read and screen, and say how many are left."""
    from .responses import screen
    from .tables import Words, written

    responses = _read(answers, instrument, sheet)
    kept = screen(responses).responses()
    _list_findings(responses, language, err=err)
    counted = Words("collected {n} → valid {kept}\n", "回收{n} → 有效{kept}\n")
    typer.echo(written(counted.filled(n=responses.collected, kept=len(kept.frame)), language), err=err)  # type: ignore[arg-type]
    if not len(kept.frame):
        raise ResponseError(f"{responses.source}: nobody is left after screening; see: sme-sem validate")
    return kept


def _list_findings(responses: Responses, language: str, *, err: bool = False) -> None:
    """Print errors and warnings, one a line, and count those that would fill the screen."""
    from .responses.findings import SEVERITIES, placed
    from .tables import Words, written

    grave = responses.findings[responses.findings["severity"] != "info"]
    for found in grave.head(_MOST_FINDINGS).to_dict("records"):
        said = SEVERITIES[found["severity"]] + Words(": ", "：") + placed(found)
        typer.echo(written(said, language), err=err)  # type: ignore[arg-type]
    if len(grave) > _MOST_FINDINGS:
        more = Words("and {n} more", "另有{n}条").filled(n=len(grave) - _MOST_FINDINGS)
        typer.echo(written(more, language), err=err)  # type: ignore[arg-type]
    if len(grave):
        typer.echo("", err=err)


def _findings_code(responses: Responses) -> int:
    return LOOK if (responses.findings["severity"] == "error").any() else DONE


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SpecificationError(f"{path}: not UTF-8 text; save the file as UTF-8") from None


def _numbers(path: Path, sheet: str | None, missing_codes: Sequence[float]) -> pd.DataFrame:
    """Read a table of numbers; a column that holds anything else stays text, and a model cannot use it."""
    import pandas as pd

    from .responses.files import read_table

    cells = read_table(path, sheet).cells
    columns = [_as_numbers(cells.iloc[:, i], missing_codes) for i in range(cells.shape[1])]
    return pd.concat(columns, axis=1).set_axis(cells.columns, axis=1)


def _without(table: Table, notes: Sequence[Text]) -> Table:
    """Leave out notes that already stand under an earlier table on the screen."""
    return replace(table, notes=tuple(note for note in table.notes if note not in notes))


def _suspect_codes(frame: pd.DataFrame, language: str, *, err: bool = False) -> None:
    """Point out numbers that stand for missing answers elsewhere and lie far from the others of a column."""
    from .tables import Words, written

    found: dict[float, list[str]] = {}
    for name in frame.columns:
        for code in _likely_codes(frame[name]):
            found.setdefault(code, []).append(str(name))
    for code, names in found.items():
        columns = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
        said = Words(
            f"{code:g} lies far from the other values of {columns}. If it stands for a missing answer, "
            f"say so: --missing-code {code:g}",
            f"{columns} 中的 {code:g} 远离其他取值。若它表示缺失，请注明：--missing-code {code:g}",
        )
        typer.echo(written(said, language), err=err)  # type: ignore[arg-type]


def _likely_codes(column: pd.Series[Any]) -> list[float]:
    """Which of the usual codes occur in a column at more than its own width away from the other values.

    >>> import pandas as pd
    >>> _likely_codes(pd.Series([1.0, 5.0, -99.0])), _likely_codes(pd.Series([60.0, 120.0, 99.0]))
    ([-99.0], [])
    """
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(column):
        return []
    others = column[~column.isin(_MISSING_CODES)].dropna()
    if others.empty:
        return []
    low, high = float(others.min()), float(others.max())
    room = max(high - low, 1)
    return [code for code in _MISSING_CODES if (column == code).any() and (code < low - room or code > high + room)]


def _as_numbers(texts: pd.Series[Any], missing_codes: Sequence[float]) -> pd.Series[Any]:
    import pandas as pd

    stripped = texts.str.strip()
    stripped = stripped.mask(stripped.isin(("", "NA", "NaN", ".")))
    values = pd.to_numeric(stripped, errors="coerce")
    if bool((values.isna() & stripped.notna()).any()):
        return texts
    return values.mask(values.isin(list(missing_codes)))


_WRITING = {"en": "Writing the report", "zh": "生成报告"}
_WHERE = {"en": "Report: ", "zh": "报告："}
