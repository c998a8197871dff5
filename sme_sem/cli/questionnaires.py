"""``sme-sem validate``, ``screen``, ``reliability`` ...: one step with the answers to an instrument."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import SpecificationError
from ..suggestions import or_known
from ..words import Words, at
from .answers import construct_named, findings_code, kept_answers, list_findings, read_answers, say_platform
from .help_texts import both, examples, in_chinese
from .options import (
    Form,
    FormOption,
    LanguageOption,
    RuleOption,
    Source,
    TablesFile,
    Tongue,
    reads_answers,
)
from .output import LOOK, for_programs, hand_over, require_fitting_output, require_new_csv

if TYPE_CHECKING:
    from ..responses import Responses
    from ..tables import Table

app = typer.Typer()


@app.command(epilog=examples("sme-sem validate answers.xlsx --instrument bmi-drivers"))
@in_chinese(
    "对照问卷检查作答数据文件：一次读取，逐格检查。\n\n"
    "有作答或列无法使用时，退出码为1。警告（如未通过注意力检测题）不计在内：谁因何被剔除，请看：sme-sem "
    "screen"
)
@reads_answers
def validate(
    source: Source,
    rule: RuleOption = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Check a file of answers against its instrument: every cell, in one reading.

    Leaves with exit code 1 if answers or columns could not be used.  Warnings, such as attention checks that were not
    passed, do not count: whom they set aside, and why, tells  sme-sem screen.
    """
    from ..responses.screening import DEFAULT_RULES, screen

    require_fitting_output(form, output)
    responses = read_answers(source)
    screening = screen(responses, rule or DEFAULT_RULES)
    quality = screening.quality.tables()[:1] if screening.quality is not None else ()
    say_platform(responses, language.value, err=for_programs(form, output))
    hand_over([*responses.tables(), *screening.tables(), *quality], language.value, form, output)
    list_findings(responses, language.value, err=for_programs(form, output))
    raise typer.Exit(findings_code(responses))


@app.command(
    epilog=examples(
        "sme-sem screen answers.xlsx --instrument bmi-drivers",
        "sme-sem screen answers.xlsx -i bmi-drivers --kept kept.csv --output screening.docx --language zh",
    )
)
@in_chinese("判断每名受访者作答是否认真，说明剔除了谁及其原因。\n\n有受访者被剔除，或有作答无法使用时，退出码为1。")
@reads_answers
def screen(
    source: Source,
    max_missing: Annotated[
        float,
        typer.Option(
            help=both("Largest share of items, 0 to 1, that may be missing.", "允许缺失的题项的最大比例，0至1。")
        ),
    ] = 0.5,
    min_flags: Annotated[
        int,
        typer.Option(
            help=both("Indices that must raise a flag before somebody is set aside.", "达到多少项指标标记才予剔除。")
        ),
    ] = 2,
    kept: Annotated[
        Path | None,
        typer.Option(
            help=both(
                "CSV file for the checked answers of those who are kept, each behind the platform's id or the row of "
                "the file, reverse-coded items turned once.",
                "保留者作答的CSV文件：作答已检查，反向计分题已转换一次，行首为平台编号或原文件行号。",
            )
        ),
    ] = None,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Judge how attentively each respondent answered, and say who is set aside and why.

    Leaves with exit code 1 if somebody is set aside, or answers could not be used.
    """
    from ..responses.quality_indices import Cutoffs
    from ..responses.screening import DEFAULT_RULES
    from ..responses.screening import screen as judge
    from ..tables.storing import store

    require_fitting_output(form, output)
    if kept is not None:
        require_new_csv(kept)
    responses = read_answers(source)
    found = judge(responses, (*DEFAULT_RULES, "careless"), max_missing=max_missing, cutoffs=Cutoffs(flags=min_flags))
    quality = found.quality.tables() if found.quality is not None else ()
    shown = [*found.tables(), found.set_aside(), *quality]
    hand_over([table for table in shown if table.rows], language.value, form, output)
    if kept is not None:
        store(kept, found.responses().to_csv().encode())
    raise typer.Exit(findings_code(responses) if found.kept.all() else LOOK)


@app.command(
    epilog=examples(
        "sme-sem reliability answers.csv --instrument corporate-reputation",
        "sme-sem reliability answers.csv -i corporate-reputation --output reliability.docx --language zh",
    )
)
@in_chinese("问卷各量表的项目分析与信度。")
@reads_answers
def reliability(
    source: Source,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Item analysis and reliability of every scale of the instrument."""
    from ..measurement import reliability as analyse

    def tables(kept: Responses) -> Sequence[Table]:
        found = analyse(kept.frame, kept.scales(reflective=True), reversed_items=kept.instrument.reversed_items)
        return [table.labelled(kept.instrument.labels(), "scale") for table in found.tables()]

    _handed_over(tables, source, language, form, output)


@app.command(
    epilog=examples(
        "sme-sem correlations answers.csv --instrument corporate-reputation",
        "sme-sem correlations answers.csv -i corporate-reputation --method spearman --correction holm",
    )
)
@in_chinese("各构念得分的均值、标准差与相关。")
@reads_answers
def correlations(
    source: Source,
    method: Annotated[
        str, typer.Option(help=both("pearson, spearman, kendall.", "相关系数：pearson、spearman、kendall。"))
    ] = "pearson",
    missing: Annotated[
        str,
        typer.Option(
            help=both(
                "listwise (leave respondents with gaps out) or pairwise (use every pair of scores).",
                "listwise（剔除有缺失的受访者）或pairwise（使用每对得分）。",
            )
        ),
    ] = "listwise",
    control: Annotated[
        list[str] | None,
        typer.Option(help=both("Construct or column to hold constant; may be repeated.", "须控制的构念或列；可重复。")),
    ] = None,
    correction: Annotated[
        str,
        typer.Option(
            help=both(
                "Of p values for their number: none, holm, benjamini-hochberg, bonferroni.",
                "p值的多重检验校正：none、holm、benjamini-hochberg、bonferroni。",
            )
        ),
    ] = "none",
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Means, standard deviations and correlations of the constructs' scores."""
    from ..measurement import correlations as correlate

    options: Any = {"method": method, "missing": missing, "correction": correction}  # checked where they are used

    def tables(kept: Responses) -> Sequence[Table]:
        held = [construct_named(name, kept.instrument) for name in control or ()]
        survey = kept.instrument
        scales = kept.scales(fewest=1)
        found = correlate(kept.frame, scales, controls=held, categorical=survey.nominal, **options)
        return replace(found, labels=survey.labels()).tables()

    _handed_over(tables, source, language, form, output)


@app.command(
    epilog=examples(
        'sme-sem regression answers.csv -i corporate-reputation --model "CUSL ~ COMP + LIKE"',
        'sme-sem regression answers.csv -i corporate-reputation -m "CUSL ~ LIKE" -m "CUSL ~ LIKE + COMP" --se hc3',
        'sme-sem regression answers.csv -i corporate-reputation -m "CUSL ~ LIKE + COMP + LIKE:COMP" --center',
    )
)
@in_chinese("以其他构念的得分解释某一构念的得分：分层回归。")
@reads_answers
def regression(
    source: Source,
    model: Annotated[
        list[str],
        typer.Option(
            "--model",
            "-m",
            help=both(
                "'y ~ x + z' of constructs or columns; repeated: one step after the other.",
                "由构念或列写成的'y ~ x + z'；重复给出时依次为各步。",
            ),
        ),
    ],
    se: Annotated[
        str,
        typer.Option(
            help=both(
                "standard, or hc3 where the residuals' variance differs.", "标准误：standard；残差方差不齐时用hc3。"
            )
        ),
    ] = "standard",
    center: Annotated[
        bool,
        typer.Option(
            "--center", help=both("Mean-centre the factors of products x:z first.", "先将乘积x:z的各因子均值中心化。")
        ),
    ] = False,
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """Regress a construct's score on others, step by step."""
    from ..measurement.regression import regression as regress

    options: Any = {"se": se, "center": center}  # checked where it is used

    def tables(kept: Responses) -> Sequence[Table]:
        survey = kept.instrument
        known: Any = {"categorical": survey.nominal, "labels": survey.labels()}
        return regress(model, kept.frame, kept.scales(fewest=1), **known, **options).tables()

    _handed_over(tables, source, language, form, output)


@app.command(epilog=examples("sme-sem components answers.csv --instrument bmi-drivers --constructs VP,VC,VD,VCAP -n 4"))
@in_chinese("题项的KMO、巴特利特检验与主成分。")
@reads_answers
def components(
    source: Source,
    constructs: Annotated[
        str | None,
        typer.Option(
            help=both(
                "Names or labels of constructs, with commas between; left out, all of them.",
                "构念的名称或标签，以逗号分隔；缺省为全部。",
            )
        ),
    ] = None,
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            "--n-components",
            help=both("How many; left out, eigenvalues above 1.", "成分个数；缺省为特征值大于1者。"),
        ),
    ] = None,
    rotation: Annotated[
        str,
        typer.Option(
            help=both(
                "varimax, quartimax, equamax, promax, oblimin, geomin, none.",
                "旋转方法：varimax、quartimax、equamax、promax、oblimin、geomin、none。",
            )
        ),
    ] = "varimax",
    language: LanguageOption = Tongue.en,
    form: FormOption = None,
    output: TablesFile = None,
) -> None:
    """KMO, Bartlett's test and principal components of the items."""
    from ..measurement import adequacy
    from ..measurement import components as condense

    def tables(kept: Responses) -> Sequence[Table]:
        scales = kept.instrument.scales(single_items=True)
        asked = re.split("[,，、]", constructs) if constructs else list(scales)
        wanted = [construct_named(name.strip(), kept.instrument) for name in asked]
        for name in wanted:
            if not scales.get(name):
                unknown = Words(f"no construct with items is named {name!r}.", f"没有名为{name!r}的带题项的构念。")
                raise SpecificationError(at("--constructs", unknown + or_known(name, scales)))
        items = [item for item in kept.items if any(item in scales[name] for name in wanted)]
        frame = kept.frame[items]
        return [*adequacy(frame).tables(), *condense(frame, n, rotation).tables()]

    _handed_over(tables, source, language, form, output)


def _handed_over(
    tables: Callable[[Responses], Sequence[Table]],
    source: Source,
    language: Tongue,
    form: Form | None,
    output: Path | None,
) -> None:
    """Read and screen the answers, hand over what is made of those kept, and leave with what was found in them."""
    require_fitting_output(form, output)
    kept = kept_answers(source, language.value, err=for_programs(form, output))
    hand_over(tables(kept), language.value, form, output)
    raise typer.Exit(findings_code(kept))
