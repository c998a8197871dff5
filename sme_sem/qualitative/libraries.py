"""Libraries that only the qualitative part needs; they come with ``pip install "sme-sem[qualitative]"``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..errors import SourceError
from ..words import Words


def library(name: str, purpose: Words) -> Any:
    """Import a library, or say how to get it."""
    try:
        return import_module(name)
    except ModuleNotFoundError as problem:
        if problem.name != name:
            raise
        advice = Words(
            f'{purpose} needs {name}; install it with: pip install "sme-sem[qualitative]"',
            f'{purpose.zh}需要{name}；请安装：pip install "sme-sem[qualitative]"',
        )
        raise SourceError(name, [advice]) from None
