"""Which language a command line asks for, wherever among its words that is said.

Commands take ``--language`` themselves.  Before their names, and where there is only help to print, the words mean the
same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_APART = ("-l", "--language")
_LANGUAGES = ("en", "zh", "both")
_TOGETHER = {f"{begin}{language}" for begin in ("-l", "--language=") for language in _LANGUAGES}


def asks_for_chinese(asked: Sequence[str]) -> bool:
    """Whether help, tables and refusals are to be in Chinese.

    >>> asks_for_chinese(["fit", "--help", "-l", "zh"]), asks_for_chinese(["fit", "--language=en"])
    (True, False)
    """
    said = [asked[i + _words(asked[i:]) - 1] for i in range(len(asked)) if _words(asked[i:])]
    return bool(said) and said[-1].endswith("zh")


def in_place(asked: Sequence[str], command: Any) -> list[str]:
    """Put a language that is named before a command behind its name, or leave it out where nothing takes one.

    >>> import typer
    >>> app = typer.Typer()
    >>> @app.command()
    ... def fit(model: str, language: str = "en"): ...
    >>> @app.command()
    ... def leave(): ...
    >>> root = typer.main.get_command(app)
    >>> in_place(["-l", "zh", "fit", "model.txt"], root), in_place(["leave", "--help", "--language=zh"], root)
    (['fit', '-l', 'zh', 'model.txt'], ['leave', '--help'])
    """
    rest, before, said = list(asked), [], []
    while rest and not _takes_one(command):
        if n := _words(rest):
            said += rest[:n]
            del rest[:n]
        else:
            before.append(rest.pop(0))
            command = getattr(command, "commands", {}).get(before[-1], command)
    return [*before, *(said if _takes_one(command) else ()), *rest]


def _takes_one(command: Any) -> bool:
    return any("--language" in parameter.opts for parameter in command.params)


def _words(rest: Sequence[str]) -> int:
    """Count the words at the beginning that name a language."""
    return 2 if rest[0] in _APART and rest[1:2] and rest[1] in _LANGUAGES else int(rest[0] in _TOGETHER)
