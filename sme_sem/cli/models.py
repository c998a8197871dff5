"""``sme-sem fit``, ``compare``, ``invariance``, ``power``, ``simulate``: models and populations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import SmeSemError, SpecificationError
from ..words import Words, at, joined
from .help_texts import both, examples, in_chinese
from .numbers import numbers_of, suspecting, text_of
from .options import (
    EstimatorOption,
    FormOption,
    GapsOption,
    GroupOption,
    LanguageOption,
    MissingCodes,
    ModelFile,
    Numbers,
    OrderedOption,
    Sheet,
    TablesFile,
    Tongue,
)
from .output import DONE, LOOK, hand_over, require_fitting_output, require_new_csv

if TYPE_CHECKING:
    import pandas as pd

    from ..multilevel import TwoLevelFit
    from ..sem.fit import Fit
    from ..tables import Table, Text


_WHICH_TEST = Words(
    """\
\b
Tests (--method auto chooses for each pair):
  standard               nested, ML or GLS: the chi-square difference
  satorra.bentler.2001   nested, MLM or MLR: the scaled difference; .2010 where its factor turns negative
  satorra.2000           nested, WLSMV: the difference scaled and shifted
  vuong                  not nested: can these respondents tell the models apart, and which is nearer?
""",
    """\
\b
检验（--method auto为每一对自行选择）：
  standard               嵌套，ML或GLS：卡方差值
  satorra.bentler.2001   嵌套，MLM或MLR：校正的卡方差值；校正系数为负时用.2010
  satorra.2000           嵌套，WLSMV：经缩放与平移的卡方差值
  vuong                  非嵌套：这些受访者能否区分两个模型，哪一个更接近？
""",
)
_STEPS = Words(
    """\
\b
Steps:
  configural   the same items for the same constructs
  thresholds   + equal thresholds (with --ordered)
  metric       + equal loadings: relations may be compared between groups
  scalar       + equal intercepts: means of constructs may be compared
  strict       + equal residual variances
  means        + equal means of constructs; after scalar or strict, where --steps names it
""",
    """\
\b
步骤：
  configural   各组以相同的题项测量相同的构念
  thresholds   + 阈值相等（配--ordered）
  metric       + 载荷相等：构念间的关系可跨组比较
  scalar       + 截距相等：构念的均值可跨组比较
  strict       + 残差方差相等
  means        + 构念的均值相等；接在scalar或strict之后，须由--steps列出
""",
)
_POPULATION = (
    Words("\b\nA population, such as:", "\b\n总体，例如：")
    + """
  trust =~ 0.8*t1 + 0.7*t2 + 0.7*t3
  use =~ 0.8*u1 + 0.7*u2 + 0.6*u3
  use ~ 0.3*trust
"""
)

app = typer.Typer()


@app.command(
    epilog=examples(
        "sme-sem fit model.txt answers.csv --missing-code -99",
        "sme-sem fit model.txt answers.csv --estimator MLR --missing fiml --output fit.docx",
        "sme-sem fit model.txt answers.csv --ordered --group region --format json",
        "sme-sem fit model.txt answers.csv --bootstrap 5000 --output fit.xlsx",
        "sme-sem fit model.txt answers.csv --dynamic-cutoffs 1000",
        Words.same("sme-sem fit levels.txt answers.csv --cluster firm        ")
        + Words("a model with 'level: 1' and 'level: 2'", "含'level: 1'与'level: 2'的模型"),
        "sme-sem fit model.txt answers.csv --format csv --output tables",
    )
)
@in_chinese("用一份数值文件拟合一个模型，并显示结果表。")
def fit(
    model: ModelFile,
    data: Numbers,
    estimator: EstimatorOption = None,
    missing: GapsOption = "listwise",
    ordered: OrderedOption = False,
    group: GroupOption = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            help=both(
                "Column that tells who belongs together, as employees of a firm do; also of two-level models.",
                "标明哪些受访者同属一个聚类的列，如同一企业的员工；两层模型亦用此列。",
            )
        ),
    ] = None,
    bootstrap: Annotated[
        int,
        typer.Option(
            help=both(
                "Draw the respondents anew so often, for errors and intervals, also of mediation.",
                "对受访者重复抽样的次数，用以估计标准误与置信区间，包括中介效应。",
            )
        ),
    ] = 0,
    dynamic_cutoffs: Annotated[
        int,
        typer.Option(
            help=both(
                "Draw so many samples (1000 will do) for cut-offs of SRMR, RMSEA and CFI that suit the model.",
                "模拟样本数（1000即可），用以得出适合该模型的SRMR、RMSEA与CFI动态临界值。",
            )
        ),
    ] = 0,
    seed: Annotated[
        int, typer.Option(help=both("Of the bootstrap and of dynamic cut-offs.", "Bootstrap与动态临界值的随机种子。"))
    ] = 1,
    thresholds: Annotated[
        str,
        typer.Option(
            help=both(
                "Whose thresholds judge the fit: conventional, hu-bentler, or wu (NFI, IFI, PNFI and more).",
                "以何种标准判断拟合：conventional、hu-bentler或wu（含NFI、IFI、PNFI等）。",
            )
        ),
    ] = "conventional",
    sheet: Sheet = None,
    missing_code: MissingCodes = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Fit one model to a file of numbers and print its tables."""
    from ..multilevel import has_levels, parted
    from ..multilevel.presentation import two_level_tables
    from ..sem.cutoffs import profile
    from ..sem.fit import fit as estimate
    from ..sem.presentation import fit_tables
    from ..sem.quoted import objections

    require_fitting_output(form, output)
    judging = profile(thresholds)
    text, numbers = text_of(model), numbers_of(data, sheet, missing_code or (), language.value)
    options = _fit_options(estimator, missing, ordered)
    levels = has_levels(text)
    with suspecting(numbers, parted(text) if levels else [text], group, language.value):
        fitted: Fit | TwoLevelFit
        if levels:
            options |= {"group": group, "bootstrap": bootstrap, "dynamic_cutoffs": dynamic_cutoffs}
            fitted = _fit_two_level(text, numbers, cluster, options)
            first, *others = two_level_tables(fitted, judging)
            drawn: Sequence[Table] = ()
        else:
            fitted = estimate(text, numbers, group=group, cluster=cluster, bootstrap=bootstrap, seed=seed, **options)
            first, *others = fit_tables(fitted, profile=judging)
            drawn = [*_drawn(fitted), *_cutoffs_of(fitted, dynamic_cutoffs, seed)]
        objected = objections(fitted)
        shown = [first, *(_without(table, objected) for table in (*others, *drawn))]
        hand_over(shown, language.value, form, output)
    raise typer.Exit(LOOK if objected else DONE)


@app.command(
    "compare",
    epilog=examples(
        "sme-sem compare full.txt partial.txt answers.csv",
        "sme-sem compare full.txt partial.txt answers.csv --estimator MLR --output comparison.docx --language zh",
        above=_WHICH_TEST,
    ),
)
@in_chinese(
    "比较同一批作答的多个模型：拟合，以及适用于每一对模型的检验。\n\n"
    "哪些模型嵌套于其他模型由程序判定，无须指明。受访者、题项或组别不同的模型不予比较，并说明原因。"
)
def compare_models(
    models: Annotated[
        list[Path],
        typer.Argument(
            help=both(
                "Text files, each with a model in lavaan syntax; a model has its file's name.",
                "文本文件，每个文件一个模型，采用lavaan语法；文件名即模型名。",
            )
        ),
    ],
    data: Numbers,
    method: Annotated[
        str,
        typer.Option(
            help=both("auto, or one of the tests below for all pairs.", "auto，或以下列检验之一用于所有模型对。")
        ),
    ] = "auto",
    estimator: EstimatorOption = None,
    missing: GapsOption = "listwise",
    ordered: OrderedOption = False,
    group: GroupOption = None,
    folds: Annotated[
        int | None,
        typer.Option(
            help=both("Cross-validate on so many parts of the respondents.", "交叉验证时将受访者分成的份数。")
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help=both("Of the division into parts.", "划分各份的随机种子。"))] = 1,
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
    from ..comparison import compare
    from ..sem.quoted import objections

    require_fitting_output(form, output)
    stems = [path.stem for path in models]
    if len(set(stems)) < len(stems):
        raise SpecificationError(_SAME_NAME)
    numbers = numbers_of(data, sheet, missing_code or (), language.value)
    options = _fit_options(estimator, missing, ordered)
    texts = {path: text_of(path) for path in models}
    with suspecting(numbers, texts.values(), group, language.value):
        fits = {path.stem: _fit_of(path, text, numbers, group=group, **options) for path, text in texts.items()}
        result = compare(fits, method=method, folds=folds, seed=seed)
        hand_over(result.tables(), language.value, form, output)
    raise typer.Exit(LOOK if any(objections(own) for own in fits.values()) else DONE)


@app.command(
    "invariance",
    epilog=examples(
        "sme-sem invariance model.txt answers.csv --group region",
        "sme-sem invariance model.txt answers.csv --group region --permutations 1000 --output steps.xlsx",
        'sme-sem invariance model.txt answers.csv --group region --free "trust =~ t2" --free "t3 ~ 1"',
        "sme-sem invariance model.txt answers.csv --group region --partial scalar",
        above=_STEPS,
    ),
)
@in_chinese("逐步检验各题在每一组中测量的内容是否相同。")
def invariance_steps(
    model: ModelFile,
    data: Numbers,
    group: Annotated[
        str,
        typer.Option(
            "--group", "-g", help=both("Column that divides the respondents into groups.", "将受访者分组的列。")
        ),
    ],
    steps: Annotated[
        str | None,
        typer.Option(
            help=both(
                "Some of the steps below, with commas; left out, all but means.",
                "下列步骤中的若干步，以逗号分隔；缺省为除means外的全部。",
            )
        ),
    ] = None,
    free: Annotated[
        list[str] | None,
        typer.Option(
            help=both(
                "Relation that is not held equal, such as 't3 ~ 1'; may be repeated.",
                "不限制相等的关系，如't3 ~ 1'；可重复。",
            )
        ),
    ] = None,
    partial: Annotated[
        str | None,
        typer.Option(
            help=both(
                "Release equalities of this step, the largest score test first, until it does not differ.",
                "逐一释放该步的等值设定，从得分检验值最大者起，直至差异不显著。",
            )
        ),
    ] = None,
    alpha: Annotated[
        float, typer.Option(help=both("Level of that step's difference test.", "该步差异检验的显著性水平。"))
    ] = 0.05,
    permutations: Annotated[
        int,
        typer.Option(
            help=both(
                "Deal respondents out to the groups so often, for p-values without a distribution.",
                "将受访者随机重新分到各组的次数，以得出不依赖分布的p值。",
            )
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(help=both("Of the permutations.", "置换的随机种子。"))] = 1,
    workers: Annotated[
        int | None,
        typer.Option(
            help=both("Processes that share the permutations; -1: all cores.", "分担置换的进程数；-1为全部内核。")
        ),
    ] = None,
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
    from ..comparison import invariance
    from ..sem.quoted import objections

    require_fitting_output(form, output)
    if partial is not None and permutations:
        raise SpecificationError(_SEARCH_FIRST)
    text, numbers = text_of(model), numbers_of(data, sheet, missing_code or (), language.value)
    with suspecting(numbers, [text], group, language.value):
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
        if partial is not None:
            result = result.partial(partial, alpha=alpha)
        hand_over(result.tables(), language.value, form, output)
    raise typer.Exit(LOOK if any(objections(own) for own in result.fits.values()) else DONE)


@app.command(
    "power",
    epilog=examples(
        "sme-sem power population.txt -n 200 -n 300 -n 400 --draws 1000",
        "sme-sem power population.txt -n 300 --categories 5 --missing-share 0.05 --output power.xlsx",
        above=_POPULATION,
    ),
)
@in_chinese("以模拟推算若干受访者的研究能发现什么，以及需要多少受访者。")
def power_of_study(
    population: Annotated[
        Path,
        typer.Argument(
            help=both(
                "Text file: lavaan syntax with a value for every parameter.",
                "文本文件：lavaan语法，每个参数均给出取值。",
            )
        ),
    ],
    n: Annotated[
        list[int], typer.Option("-n", help=both("Number of respondents; may be repeated.", "受访者人数；可重复。"))
    ],
    draws: Annotated[
        int, typer.Option(help=both("Samples for each number of respondents.", "每种受访者人数所抽的样本数。"))
    ] = 1000,
    seed: Annotated[
        int, typer.Option(help=both("The same seed gives the same result.", "随机种子：种子相同，结果相同。"))
    ] = 1,
    analysis: Annotated[
        Path | None,
        typer.Option(
            help=both(
                "Text file with the model to fit; left out, the population's.",
                "待拟合模型的文本文件；缺省为总体的模型。",
            )
        ),
    ] = None,
    categories: Annotated[
        int | None,
        typer.Option(
            help=both(
                "Answers have so many ordered categories; left out, they are numbers.",
                "作答的有序类别数；缺省时作答为数值。",
            )
        ),
    ] = None,
    missing_share: Annotated[
        float, typer.Option(help=both("Share of answers that will be missing at random.", "随机缺失的作答所占比例。"))
    ] = 0.0,
    alpha: Annotated[float, typer.Option(help=both("Level of the tests.", "检验的显著性水平。"))] = 0.05,
    wanted: Annotated[
        float, typer.Option(help=both("Power that the respondents needed are for.", "推算所需人数时要求的统计功效。"))
    ] = 0.8,
    estimator: Annotated[
        str | None,
        typer.Option(
            help=both(
                "ML, MLR ...; left out, ML, or WLSMV with --categories.",
                "ML、MLR等；缺省为ML，有--categories时为WLSMV。",
            )
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help=both("Processes that share the samples; -1: all cores.", "分担各样本的进程数；-1为全部内核。")
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(
            help=both(
                "A study's ledger.jsonl, to show that this came before its answers.",
                "研究的ledger.jsonl，表明此项推算先于作答。",
            )
        ),
    ] = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Find by simulation what a study of so many respondents would find, and how many it needs."""
    from ..planning import power

    require_fitting_output(form, output)
    options: dict[str, Any] = {} if estimator is None else {"estimator": estimator}
    result = power(
        text_of(population),
        n,
        draws,
        seed,
        analysis=None if analysis is None else text_of(analysis),
        ordered=categories,
        missing=missing_share,
        alpha=alpha,
        wanted=wanted,
        workers=workers,
        ledger=ledger,
        **options,
    )
    hand_over(result.tables(), language.value, form, output)
    raise typer.Exit(LOOK if result.samples["failed"].any() else DONE)


@app.command(
    epilog=examples(
        "sme-sem simulate population.txt -n 300 --seed 1 --output simulated.csv",
        "sme-sem simulate --instrument bmi-drivers --output answers.csv",
        "sme-sem simulate --instrument bmi-drivers --platform wenjuanxing --output answers.csv",
    )
)
@in_chinese("由总体模型，或由载有总体模型的问卷，抽取合成作答。")
def simulate(
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help=both("CSV file to write; it must not exist.", "要写出的CSV文件；不可与已有文件同名。"),
        ),
    ],
    model: Annotated[
        Path | None,
        typer.Argument(
            help=both(
                "Text file with a population model: lavaan syntax with values.",
                "总体模型的文本文件：带取值的lavaan语法。",
            )
        ),
    ] = None,
    instrument: Annotated[
        str | None,
        typer.Option(
            "--instrument", "-i", help=both("Draw answers to an instrument instead.", "改为抽取对某份问卷的作答。")
        ),
    ] = None,
    n: Annotated[int | None, typer.Option("-n", help=both("Number of respondents.", "受访者人数。"))] = None,
    seed: Annotated[
        int | None, typer.Option(help=both("The same seed gives the same answers.", "随机种子：种子相同，作答相同。"))
    ] = None,
    platform: Annotated[
        str,
        typer.Option(
            "--platform",
            help=both(
                "Write an instrument's answers as plain, wenjuanxing or qualtrics does.",
                "问卷作答的写出格式：plain、wenjuanxing或qualtrics。",
            ),
        ),
    ] = "plain",
    language: Annotated[
        Tongue, typer.Option("--language", "-l", help=both("Language of what is said.", "显示信息的语言。"))
    ] = Tongue.en,
) -> None:
    """Draw synthetic answers from a population model, or for an instrument that states one."""
    from ..downloads import download
    from ..instrument import load_instrument
    from ..simulation import simulate as draw
    from ..synthetic import draw_answers
    from ..tables.storing import store

    if (model is None) == (instrument is None):
        raise SpecificationError(_EITHER)
    require_new_csv(output)
    if instrument is not None:
        known = load_instrument(instrument)
        answers = draw_answers(known, n, seed)
        written = download(answers, known, platform)
    else:
        if platform != "plain":
            raise SpecificationError(_NO_QUESTIONS)
        if n is None:
            raise SpecificationError(_HOW_MANY)
        answers = draw(text_of(model), n, seed=1 if seed is None else seed)  # type: ignore[arg-type]
        written = answers.to_csv(index=False, lineterminator="\n").encode()
    store(output, written)
    said = _DRAWN.filled(n=len(answers), k=answers.shape[1], path=output)
    typer.echo(said.zh if language is Tongue.zh else said.en)


def _fit_options(estimator: str | None, missing: str, ordered: bool) -> dict[str, Any]:
    """Options of a fit, only those that were asked for."""
    asked = {"estimator": estimator, "ordered": ordered or None}
    return {"missing": missing} | {name: value for name, value in asked.items() if value is not None}


def _fit_two_level(text: str, numbers: pd.DataFrame, cluster: str | None, options: dict[str, Any]) -> TwoLevelFit:
    """Fit a two-level model, or say which of the options it does not take."""
    from ..multilevel import fit_two_level

    others = ("ordered", "group", "bootstrap", "dynamic_cutoffs")
    refused = [f"--{name.replace('_', '-')}" for name in others if options.get(name)]
    refused += ["--missing"] * (options["missing"] != "listwise")
    if refused:
        raise SpecificationError(_NOT_WITH_LEVELS.filled(options=joined(refused, ", ", "、")))
    if cluster is None:
        raise SpecificationError(_NO_CLUSTER)
    return fit_two_level(text, numbers, cluster=cluster, estimator=options.get("estimator", "ML"))


def _drawn(fit: Fit) -> Sequence[Table]:
    """Give the tables of a bootstrap: the routes of mediation where there are any, then all quantities."""
    from ..resampling.mediation import mediation

    drawn = fit.bootstrapped
    if drawn is None:
        return ()
    indirect = (drawn.table["op"] == "indirect").any()
    return (*(mediation(drawn).tables() if indirect else ()), *drawn.tables())


def _cutoffs_of(fit: Fit, draws: int, seed: int) -> Sequence[Table]:
    """Give the tables of dynamic cut-offs, where they were asked for."""
    from ..resampling.dynamic_cutoffs import dynamic_cutoffs

    return dynamic_cutoffs(fit, draws, seed=seed).tables() if draws else ()


def _fit_of(path: Path, text: str, numbers: pd.DataFrame, **options: Any) -> Fit:
    """Fit one of several models, and name it where that fails."""
    from ..sem.fit import fit as estimate

    try:
        return estimate(text, numbers, **options)
    except SmeSemError as problem:
        raise SpecificationError(at(str(path), Words(str(problem), problem.in_chinese()))) from None


def _without(table: Table, notes: Sequence[Text]) -> Table:
    """Leave out notes that already stand under an earlier table on the screen."""
    return replace(table, notes=tuple(note for note in table.notes if note not in notes))


_SAME_NAME = Words(
    "two model files have the same name, which is to be the model's: rename one.",
    "两个模型文件同名，而文件名即模型名：请为其一改名。",
)
_SEARCH_FIRST = Words(
    "--partial and --permutations: permutations do not repeat the search, so their p-values would not hold. Search "
    "first, and name in --free what there is a reason for.",
    "--partial与--permutations：置换不重复搜索，其p值因此不成立。请先搜索，再以--free列出有依据的关系。",
)
_EITHER = Words(
    "name either a file with a population model, or an --instrument", "请指定总体模型的文件或--instrument，只取其一"
)
_NO_QUESTIONS = Words(
    "--platform is for the answers to an --instrument: a model has no questions",
    "--platform用于对--instrument的作答：模型没有题目",
)
_HOW_MANY = Words("-n is missing: say how many respondents to draw", "缺少-n：请指定抽取多少名受访者")
_DRAWN = Words("{n} synthetic respondents, {k} columns: {path}", "模拟受访者{n}名，{k}列：{path}")
_NOT_WITH_LEVELS = Words("a two-level model takes no {options}: leave it out.", "两层模型不接受{options}：请删去。")
_NO_CLUSTER = Words(
    "the model has two levels: name the column that tells the clusters by --cluster.",
    "模型有两层：请以--cluster指明分组的列。",
)
