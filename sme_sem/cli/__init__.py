"""The command line: parse, call one function, print its tables, return an exit code.

Exit codes: 0 done; 1 done, with something a person must look at; 2 the input was refused, with one
message that says what is wrong, where, and what would do.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ..errors import SmeSemError
from ..words import Language, Words, at, written
from . import coding, models, questionnaires, studies
from .asked_language import asks_for_chinese, in_place
from .help_texts import both
from .option_names import as_typed, running
from .output import DONE, LOOK, REFUSED

_GUIDE = both(
    """\
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
  sme-sem correlations answers.xlsx --instrument bmi-drivers --method spearman
  sme-sem regression answers.xlsx --instrument bmi-drivers --model "VCAP ~ MKT + CAP"
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
""",
    """\
从问卷及其作答，到信度、主成分、结构方程模型与报告。

\b
入门：
  sme-sem demo                                         以合成作答进行的研究；见results/report.html
  sme-sem demo corporate-reputation --language zh      以344份真实作答进行的研究，中文
  sme-sem new my-study --instrument corporate-reputation
  sme-sem run my-study/study.yaml                      修改study.yaml，再次运行
  sme-sem verify my-study/results                      所有数值是否仍然相同？

\b
逐步进行：
  sme-sem validate answers.xlsx --instrument bmi-drivers
  sme-sem screen answers.xlsx --instrument bmi-drivers
  sme-sem reliability answers.xlsx --instrument bmi-drivers
  sme-sem correlations answers.xlsx --instrument bmi-drivers --method spearman
  sme-sem regression answers.xlsx --instrument bmi-drivers --model "VCAP ~ MKT + CAP"
  sme-sem fit model.txt answers.csv
  sme-sem compare full.txt partial.txt answers.csv
  sme-sem invariance model.txt answers.csv --group region
  sme-sem power population.txt -n 200 -n 400           尚无作答之时

\b
向自己的受访者施测：
  sme-sem export bmi-drivers --to xlsform              KoboToolbox或ODK的表单：sme-sem export --help -l zh

\b
从文字开始：
  sme-sem code describe interviews.qdpx                频次、饱和度、一致性：sme-sem code --help -l zh

\b
退出码：0 完成；1 完成，但有待人工处理；2 输入被拒绝。
""",
)


class _Commands(TyperGroup):
    """Commands whose refusals of a value are the parser's own words, without those of the library behind it."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as problem:
            problem.message = problem.message.removeprefix("Value error, ")
            raise


app = typer.Typer(
    name="sme-sem",
    cls=_Commands,
    help=_GUIDE,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
for part in (studies, questionnaires, models, coding):
    app.add_typer(part.app)


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
    asked = list(sys.argv[1:] if arguments is None else arguments)
    command = typer.main.get_command(app)
    with running(lambda: command, asked):
        return _run(command, in_place(asked, command), "zh" if asks_for_chinese(asked) else "en")


def _run(command: Any, asked: list[str], language: Language) -> int:
    try:
        if language == "zh":
            from .chinese_refusals import run

            return run(command, asked)
        command(args=asked)
    except SmeSemError as problem:
        return _refuse(as_typed(Words(str(problem), problem.in_chinese())), language)
    except OSError as problem:
        return _refuse(_of_the_system(problem), language)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else DONE if leaving.code is None else LOOK
    return DONE


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help=both("Print the version and leave.", "显示版本并退出。"),
            is_eager=True,
            callback=lambda asked: _version(asked),
        ),
    ] = False,
) -> None:
    pass


def _version(asked: bool) -> None:
    if asked:
        from .. import __version__

        typer.echo(f"sme-sem {__version__}")
        raise typer.Exit(DONE)


_RIGHTS = Words(
    "; check the rights of the folder, close the file in other programs, or name another place",
    "；请检查文件夹的权限，关闭其他程序中的该文件，或指定其他位置",
)
_OF_THE_SYSTEM = {
    FileNotFoundError: "文件不存在",
    IsADirectoryError: "是文件夹，而非文件",
    NotADirectoryError: "是文件，而非文件夹",
    FileExistsError: "已存在",
    PermissionError: "没有权限",
}


def _of_the_system(problem: OSError) -> Words:
    said = problem.strerror or str(problem)
    told = Words(said, _OF_THE_SYSTEM.get(type(problem), said))
    told = at(str(problem.filename), told) if problem.filename else told
    return told + _RIGHTS if isinstance(problem, PermissionError) else told


def _refuse(message: Words, language: Language) -> int:
    typer.echo(f"sme-sem: {written(message, language)}", err=True)
    return REFUSED
