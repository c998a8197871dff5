"""How the variables of a question with several answers are named, one for each option."""

from __future__ import annotations

import re


def option_name(question: str, code: int | str) -> str:
    """Name the variable of an option.

    >>> option_name("channels", 2)
    'channels.2'
    """
    written = re.sub(r"[^\w.]", "_", str(code))
    return f"{question}.{written}"
