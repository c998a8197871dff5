"""Options of a question as variables: how one for each is named, and when their codes are one number."""

from __future__ import annotations

import re
from collections.abc import Collection


def option_name(question: str, code: int | str) -> str:
    """Name the variable of an option.

    >>> option_name("channels", 2)
    'channels.2'
    """
    written = re.sub(r"[^\w.]", "_", str(code))
    return f"{question}.{written}"


def is_quantity(codes: Collection[object]) -> bool:
    """Whether codes of categories without order may count as a number all the same: two differ by one.

    >>> is_quantity([1, 2]), is_quantity([1, 2, 3]), is_quantity(["a", "b"])
    (True, False, False)
    """
    return len(codes) < 3 and not any(isinstance(code, str) for code in codes)
