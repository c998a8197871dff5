"""Names that other programs accept."""

from __future__ import annotations

import re
from collections.abc import Iterable

_KEYWORDS = frozenset(
    "ALL ARE AT BY CATEGORICAL CINTERVAL DATA DEFINE DO FREE GROUPING IF IND IS MISSING MODEL NAMES NEW ON OUTPUT PON "
    "PWITH SAVEDATA THEN TITLE USEVARIABLES VARIABLE VIA WITH XWITH".split()
)


def short_names(names: Iterable[str], longest: int = 8) -> dict[str, str]:
    """Give each name a short one of Latin letters, digits and ``_``, unlike the others whatever their case.

    A name that is short enough stays.  (Mplus takes 8 characters and does not tell cases apart.)

    >>> short_names(["trust", "Trust", "信任", "satisfaction_1", "on"])
    {'trust': 'trust', 'Trust': 'Trust2', '信任': 'v1', 'satisfaction_1': 'sat_1', 'on': 'on2'}
    """
    given = list(dict.fromkeys(names))
    usable = [name for name in given if _usable(name, longest)]
    taken: set[str] = set(_KEYWORDS)
    found: dict[str, str] = {}
    for name in usable:
        if name.upper() not in taken:
            found[name] = name
            taken.add(name.upper())
    for name in given:
        if name not in found:
            found[name] = _free(_shortened(name, longest), taken, longest)
            taken.add(found[name].upper())
    return {name: found[name] for name in given}


def _usable(name: str, longest: int) -> bool:
    return len(name) <= longest and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) is not None


def _shortened(name: str, longest: int) -> str:
    """Keep the beginning and a number at the end, by which items are told apart."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")
    if not re.search(r"[A-Za-z]", plain):
        return "v1"
    plain = plain if plain[0].isalpha() else f"v{plain}"
    number = re.search(r"_?\d+$", plain)
    if len(plain) <= longest or not number or len(number.group()) > longest - 3:
        return plain[:longest].rstrip("_")
    stem = plain[: number.start()]
    return stem[: min(longest - len(number.group()), 3)].rstrip("_") + number.group()


def _free(name: str, taken: set[str], longest: int) -> str:
    """Number a name that another has."""
    stem, count = re.sub(r"\d+$", "", name) or name, 2
    candidate = name
    while candidate.upper() in taken:
        tail = str(count)
        candidate = stem[: longest - len(tail)] + tail
        count += 1
    return candidate
