"""What the parser refuses, in Chinese: options that are missing or unknown, and values that are none.

The parser has its words in English only, so they are recognised; what is not stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer

from .chinese_help import put_in_place
from .output import DONE, LOOK

_WRONG_USE: Any = typer.BadParameter.__base__  # of all that the parser refuses
_ABORTED = "已中止。"
_IN_CHINESE = tuple(
    (re.compile(en, re.DOTALL), zh)
    for en, zh in (
        (r"^Missing (?:argument|parameter):? (.+?)\.(?= |$)", r"缺少参数\1。"),
        (r"^Missing option (.+?)\.(?= |$)", r"缺少选项\1。"),
        (r"^Missing command\.$", "缺少命令。"),
        (r" Choose from:\s*", "可选："),
        (r"^No such option:? ('?)(\S+?)\1\.?(?= |$)", r"没有选项\2。"),
        (r"^No such command '(.*?)'\.", r"没有命令'\1'。"),
        (r" \(Possible options: (.+)\)$", r"是否应为\1？"),
        (r" Did you mean (.+)\?$", r"是否应为\1？"),
        (r"^Invalid value for (.+?): ", r"\1的取值无效："),
        (r"^Invalid value: ", "取值无效："),
        (r"('.*') is not one of (.+)\.$", r"\1不在可选值之内；可选\2。"),
        (r"(?:Input should be|'[^']*' is not) a valid integer.*$", "应为整数。"),
        (r"(?:Input should be|'[^']*' is not) a valid (?:number|float).*$", "应为数值。"),
        (r"^Option (.+) requires an argument\.$", r"选项\1后须有取值。"),
        (r"^Option (.+) does not take a value\.$", r"选项\1不带取值。"),
        (r"^Got unexpected extra arguments?(?:\(s\))? \((.+)\)$", r"多余的参数：\1"),
    )
)


def run(command: Any, asked: Sequence[str]) -> int:
    """Run a command whose help and whose parser's refusals are in Chinese, and give its exit code."""
    put_in_place(command)
    try:
        left = command(args=list(asked), standalone_mode=False)
    except _WRONG_USE as problem:
        typer.echo(_refusal(problem), err=True)
        return int(problem.exit_code)
    except typer.Abort:
        typer.echo(_ABORTED, err=True)
        return LOOK
    return left or DONE


def _refusal(problem: Any) -> str:
    """Write how the command is used, where its help is, and what is wrong."""
    said, ctx = problem.format_message(), problem.ctx
    if ctx is None:
        return f"错误：{in_chinese(said)}"
    if said == ctx.get_help():  # nothing was asked for
        return str(said)
    where = f"查看说明：{ctx.command_path} {ctx.help_option_names[0]} -l zh"
    return f"{ctx.get_usage()}\n{where}\n\n错误：{in_chinese(said)}"


def in_chinese(said: str) -> str:
    """Say in Chinese what the parser says.

    >>> in_chinese("No such option: --ordred (Possible options: --ordered)")
    '没有选项--ordred。是否应为--ordered？'
    >>> in_chinese("Invalid value for '--language' / '-l': 'cn' is not one of 'en', 'zh', 'both'.")
    "--language / -l的取值无效：'cn'不在可选值之内；可选'en'、'zh'、'both'。"
    """
    for en, zh in _IN_CHINESE:
        said = en.sub(zh, said)
    return re.sub(r"'(--?[\w-]+)'", r"\1", re.sub(r"(?<=['\w]),(?: (?=['-])|\n\t)", "、", said))
