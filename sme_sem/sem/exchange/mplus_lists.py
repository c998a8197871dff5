"""Lists of names in Mplus: ``x1-x4``, ``u1a-u1c``, and from one name of an order to another."""

from __future__ import annotations

import re
from collections.abc import Sequence


def expanded(text: str, order: Sequence[str] = ()) -> list[str]:
    """Expand the lists in a row of names: by an order, or by their numbers."""
    found: list[str] = []
    for word in re.sub(r"\s*-\s*", "-", text).split():
        first, _, last = word.partition("-")
        found += (between(order, first, last) or numbered(first, last)) if last else [word]
    return found


def between(order: Sequence[str], first: str, last: str) -> list[str]:
    """The names of an order from one to another; empty where it does not have them so."""
    known = [name.upper() for name in order]
    a, b = first.upper(), last.upper()
    return list(order[known.index(a) : known.index(b) + 1]) if a in known and b in known else []


def numbered(first: str, last: str) -> list[str]:
    """Expand ``x1-x4`` or ``x1a-x1d``; empty where the two do not differ in a number or a letter at their end only."""
    a, b = re.fullmatch(r"(.*?)(\d+)", first), re.fullmatch(r"(.*?)(\d+)", last)
    if not a or not b:
        return _lettered(first, last)
    if a.group(1).upper() != b.group(1).upper():
        return []
    width = len(a.group(2)) if a.group(2).startswith("0") else 0
    return [f"{a.group(1)}{i:0{width}}" for i in range(int(a.group(2)), int(b.group(2)) + 1)]


def _lettered(first: str, last: str) -> list[str]:
    a, b = (re.fullmatch(r"(.+?)([a-z])", name.lower()) for name in (first, last))
    if not a or not b or a.group(1) != b.group(1):
        return []
    letters = "abcdefghijklmnopqrstuvwxyz"
    stem, upper = first[:-1], first[-1].isupper()
    found = letters[letters.index(a.group(2)) : letters.index(b.group(2)) + 1]
    return [stem + (letter.upper() if upper else letter) for letter in found]
