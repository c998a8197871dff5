"""What was said to a reader who writes Python, said to one who types commands: ``ordered=True`` is ``--ordered``.

Only names of which the running command has an option are written so.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, get_args

from ..letters import width
from ..words import Language, Text, Words, written

if TYPE_CHECKING:
    from ..tables import Table

_NAMED = re.compile(
    r"(?<![A-Za-z0-9_.-])(?<![A-Za-z0-9_]\()"  # no attribute, and nothing called: sme.fit(cluster=)
    r"(?P<name>[a-z][a-z_]*)="
    r"""(?P<value>'[^']*'|"[^"]*"|\([^()]*\)|\[[^\[\]]*\]|-?\d+(?:\.\d+)?|(?:True|False|None)(?![A-Za-z0-9_]))?"""
)
_HEAD = re.compile(r"^(?P<name>[a-z][a-z_]*)(?P<colon>[:：])")  # what is said of an option as a whole
_OTHERWISE = {"group_partial": "free", "rules": "rule", "n_components": "n"}
_OTHERWISE_OF_NUMBERS = {"ordered": "categories", "missing": "missing_share"}
_OPTIONS: ContextVar[Callable[[], dict[str, Any]]] = ContextVar("options of the running command", default=dict)
_WITHOUT = Words("leaving out {option}", "不加{option}")


@contextmanager
def running(root: Callable[[], Any], arguments: Sequence[str]) -> Iterator[None]:
    """Remember, while it is at work, which command arguments ask for; its options are looked up when they matter."""
    before = _OPTIONS.set(cache(partial(_options_of, root, arguments)))
    try:
        yield
    finally:
        _OPTIONS.reset(before)


def _options_of(root: Callable[[], Any], arguments: Sequence[str]) -> dict[str, Any]:
    command = root()
    for word in arguments:
        command = getattr(command, "commands", {}).get(word, command)
    return {p.name: p for p in command.params if p.param_type_name == "option"}


def as_typed(said: Text) -> Words:
    """Write the names of options as the running command has them.

    >>> import typer
    >>> app = typer.Typer()
    >>> @app.command()
    ... def fit(ordered: bool = False, missing: str = "listwise"): ...
    >>> with running(lambda: typer.main.get_command(app), []):
    ...     as_typed("ordered=True has no missing='fiml'; leave cluster= out").en
    ...     as_typed(Words("", "missing='fiml'：不适用于ordered=True的题项")).zh
    '--ordered has no --missing fiml; leave cluster= out'
    '--missing fiml：不适用于--ordered的题项'
    """
    return Words(*(_typed(written(said, language), language) for language in get_args(Language)))


def tables_as_typed(tables: Sequence[Table]) -> list[Table]:
    """Write the names of options in notes and remarks of tables as the running command has them."""
    return [
        replace(
            table,
            rows=tuple(tuple(as_typed(v) if isinstance(v, Words) else v for v in row) for row in table.rows),
            notes=tuple(map(as_typed, table.notes)),
        )
        for table in tables
    ]


def _typed(text: str, language: Language) -> str:
    return _NAMED.sub(partial(_option, language=language), _HEAD.sub(_headed, text))


def _headed(found: re.Match[str]) -> str:
    option = _known(found["name"], of_a_number=True)
    return found[0] if option is None else max(option.opts, key=len) + found["colon"]


def _option(found: re.Match[str], language: Language) -> str:
    value = found["value"] or ""
    option = _known(found["name"], of_a_number=value[-1:].isdigit())
    if option is None or value == "None":
        return found[0]
    flag = max(option.opts, key=len)
    if option.is_flag:
        return written(_WITHOUT.filled(option=flag), language) if value == "False" else flag
    values = _values(value) if option.multiple else [",".join(_values(value))]
    typed = " ".join(f"{flag} {shlex.quote(own)}" for own in values if own)
    following = found.string[found.end() :][:1]
    return typed + " " * (following.isalnum() and width(following) == 2) if typed else flag


def _known(name: str, *, of_a_number: bool) -> Any:
    """Find the option that is called so in Python, if the running command has it."""
    other = _OTHERWISE.get(name) or (_OTHERWISE_OF_NUMBERS.get(name) if of_a_number else None)
    options = _OPTIONS.get()()
    return options.get(name) or options.get(other or "")


def _values(text: str) -> list[str]:
    """List the values that stand behind a name."""
    try:
        value = ast.literal_eval(text) if text else ()
    except (SyntaxError, ValueError):
        value = text
    return list(map(str, value if isinstance(value, (list, tuple)) else [value]))
