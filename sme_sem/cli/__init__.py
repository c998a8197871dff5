"""The command line: parse, call one function, print its tables, return an exit code.

Exit codes: 0 done; 1 done, with something a person must look at; 2 the input was refused, with one
message that says what is wrong, where, and what would do.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import pairwise
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ..errors import SmeSemError
from ..words import Words, written
from . import coding, models, questionnaires, studies
from .option_names import as_typed, running
from .output import DONE, LOOK, REFUSED

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
"""


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
    with running(partial(typer.main.get_command, app), asked):
        return _run(asked)


def _run(asked: list[str]) -> int:
    try:
        app(args=asked)
    except SmeSemError as problem:
        said = as_typed(Words(str(problem), problem.in_chinese()))
        return _refuse(written(said, "zh" if _asks_for_chinese(asked) else "en"))
    except OSError as problem:
        named = f"{problem.filename}: " if problem.filename else ""
        advice = _RIGHTS if isinstance(problem, PermissionError) else ""
        return _refuse(f"{named}{problem.strerror or problem}{advice}")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else DONE if leaving.code is None else LOOK
    return DONE


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


def _version(asked: bool) -> None:
    if asked:
        from .. import __version__

        typer.echo(f"sme-sem {__version__}")
        raise typer.Exit(DONE)


_RIGHTS = "; check the rights of the folder, close the file in other programs, or name another place"


def _asks_for_chinese(asked: Sequence[str]) -> bool:
    """Whether a command was asked to write Chinese; what it refuses is then told in Chinese, where it can be."""
    apart = any(option in ("-l", "--language") and value == "zh" for option, value in pairwise(asked))
    return apart or bool({"-lzh", "--language=zh"} & set(asked))


def _refuse(message: str) -> int:
    typer.echo(f"sme-sem: {message}", err=True)
    return REFUSED
