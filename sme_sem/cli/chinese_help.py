"""The help of every command in Chinese, in lines that fit the terminal.

What a page holds, and how its columns stand, is as in English; Chinese letters take two cells each, and lines may end
between them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

import typer

from ..letters import width
from ..tables.terminal import wrapped
from .help_texts import known

_INDENT = "  "
_GAP = 2
_BROADEST_FIRST = 30  # cells of the options, unless what they mean begins on a line of its own
_LEAST = 50  # cells of a line, however narrow the terminal is
_LEAST_BEHIND = 24  # cells for what is said behind a command; with fewer it stands below
_OF_THE_PARSER = {
    "Show this message and exit.": "显示本说明并退出。",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]...",
}
_KINDS = {"str": "文本", "int": "整数", "float": "数值", "path": "路径"}
_KIND = re.compile(r"<(?P<list>list\[)?(?P<kind>str|int|float|path)\]?>", re.IGNORECASE)
_EXTRA = re.compile(r"\[((?:default: |required).*)\]$")
_Row = tuple[str, str, str]


class _Context(typer.Context):
    """A context whose pages are written in Chinese."""

    def get_help(self) -> str:
        return "\n".join(_page(self))

    def get_usage(self) -> str:
        return "\n".join(_usage(self))


def put_in_place(command: Any) -> None:
    """Have a command, and those under it, print their help in Chinese."""
    command.context_class = _Context
    for own in getattr(command, "commands", {}).values():
        put_in_place(own)


def _page(ctx: _Context) -> Iterator[str]:
    command: Any = ctx.command
    yield from _usage(ctx)
    yield from _paragraphs(_chinese(command.help), _cells(ctx))
    rows: dict[str, list[_Row]] = {"参数": [], "选项": []}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record:
            rows["参数" if parameter.param_type_name == "argument" else "选项"].append(_row(record, parameter.help))
    rows["命令"] = [(name, _first_sentence(own), "") for name, own in getattr(command, "commands", {}).items()]
    for heading, own in rows.items():
        if own:
            yield from ("", f"{heading}：", *_definitions(own, _cells(ctx)))
    yield from _paragraphs(_chinese(command.epilog), _cells(ctx))


def _cells(ctx: _Context) -> int:
    """Cells that a line may take, as the parser has them for English."""
    return max(min(shutil.get_terminal_size().columns, ctx.max_content_width or 80) - 2, _LEAST)


def _usage(ctx: _Context) -> list[str]:
    begin = f"用法：{ctx.command_path} "
    pieces = [_chinese(piece) for piece in ctx.command.collect_usage_pieces(ctx)]
    return _hanging(begin, " ".join(pieces), width(begin), _cells(ctx))


def _chinese(text: str | None) -> str:
    return _texts().get(text, text) if text else ""


@cache
def _texts() -> dict[str, str]:
    return known() | _OF_THE_PARSER


def _first_sentence(command: Any) -> str:
    return re.split("[。\n]", _chinese(command.help))[0] + "。"


def _row(record: tuple[str, str], text: str | None) -> _Row:
    """Give an option, what it means, and its default or that it is required."""
    name = _KIND.sub(lambda found: f"<{_KINDS[found['kind'].lower()]}{'...' * bool(found['list'])}>", record[0])
    found = _EXTRA.search(record[1])
    parts = found[1].split("; ") if found else []
    extra = "；".join("必填" if part == "required" else part.replace("default: ", "默认：", 1) for part in parts)
    return name, _chinese(text), f"[{extra}]" if extra else ""


def _definitions(rows: Sequence[_Row], cells: int) -> Iterator[str]:
    """Write names in one column, and what they mean in the next."""
    first = min(max(width(name) for name, _, _ in rows), _BROADEST_FIRST) + _GAP + len(_INDENT)
    for name, said, extra in rows:
        begin = _INDENT + name
        if width(begin) + _GAP > first:
            yield begin
            begin = ""
        *lines, last = _hanging(begin + " " * (first - width(begin)), said, first, cells)
        fits = width(last + extra) <= cells
        yield from (*lines, last + extra) if fits else (*lines, last, " " * first + extra)


def _paragraphs(text: str, cells: int) -> Iterator[str]:
    """Write paragraphs, each below an empty line; one whose first line is a backspace keeps its lines."""
    for paragraph in filter(None, (part.strip("\n") for part in text.split("\n\n"))):
        first, *lines = paragraph.split("\n")
        kept = lines if first == "\b" else ["".join([first, *lines])]
        yield from ("", *chain.from_iterable(_kept(_INDENT + line, cells) for line in kept))


def _kept(line: str, cells: int) -> list[str]:
    """Break what a line says behind a command, or behind a name, as far as it does not fit."""
    begin, said = re.fullmatch(r"(\s*(?:\S.*?\s{2,})?)(.*)", line).groups()  # type: ignore[union-attr]
    if width(line) <= cells or said.startswith("sme-sem "):
        return [line.rstrip()]
    if cells - width(begin) < _LEAST_BEHIND:
        return [begin.rstrip(), *_hanging(_INDENT * 4, said, len(_INDENT * 4), cells)]
    return _hanging(begin, said, width(begin), cells)


def _hanging(begin: str, said: str, indent: int, cells: int) -> list[str]:
    first, *more = wrapped(said, cells - indent)
    return [begin + first, *(" " * indent + line for line in more)]
