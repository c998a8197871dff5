"""Texts of the help in both languages, side by side where they are written.

The parser is given the English; the Chinese is found by it where somebody asks for Chinese.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from typing import Any, TypeVar

from ..words import NOTHING, Text, Words, joined

_Command = TypeVar("_Command", bound=Callable[..., Any])
_WRITTEN: dict[str, str] = {}


def both(en: str, zh: str) -> str:
    """Keep the Chinese of a text, and give its English."""
    _WRITTEN[en] = zh
    return en


def in_chinese(zh: str) -> Callable[[_Command], _Command]:
    """Keep the Chinese of a command's docstring."""

    def kept(command: _Command) -> _Command:
        both(command.__doc__ or "", zh)
        return command

    return kept


def examples(*commands: Text, above: Words = NOTHING) -> str:
    """Write commands under a command's help, each on its own line."""
    heading = Words("\b\nExamples:\n  ", "\b\n示例：\n  ")
    shown = heading + joined(commands, "\n  ", "\n  ")
    said = above + "\n\n" + shown if above else shown
    return both(said.en, said.zh)


def known() -> dict[str, str]:
    """Chinese by English, both as the parser shows them.

    >>> folder = both("Folder of the new study.", "新研究的文件夹。")
    >>> known()[folder]
    '新研究的文件夹。'
    """
    return {cleandoc(en): cleandoc(zh) for en, zh in _WRITTEN.items()}
