"""How a platform writes an answer, where that is neither a code of the instrument nor a label.

A sign for "no answer" that is a valid code as well, and a number that could be a code or count the options,
are refused: nobody can tell from the file which was meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..tables import Words
from .labels import Reader, Reading, folded, number
from .platforms import Adapted

_JOINED = re.compile(r"\d+(?:[^\d.]\d+)+")  # numbers of several options in one cell
UNUSABLE = ("off_scale", "fractional", "not_a_number", "unknown_category", "option_numbers")


def in_dialect(read: Reader, written: Adapted, codes: Sequence[float | str], texts: Sequence[str]) -> Reader:
    """Let a reader understand what its platform writes.

    codes : the answers that the question allows, in the order of its options; empty if it has none
    texts : the different texts of the column, which together show whether numbers count the options
    """
    counts = [float(i + 1) for i in range(len(codes))]
    meant = dict(zip(counts, codes, strict=True))
    counted = list(codes) == counts
    pattern = written.option_number
    folds = [fold for fold in map(folded, texts) if fold not in written.missing]
    known = {number(part) for fold in folds for part in _parts(fold)} - {None}
    undecided = bool(codes) and not counted and bool(known) and known <= set(counts)

    def reader(text: str) -> Reading:
        fold = folded(text)
        found = read(text)
        if fold in written.missing:
            clash = found.value is not None and bool(codes)
            return Reading(None, "option_numbers", _CLASH) if clash else Reading(None, "missing_code")
        if pattern and codes and (option := pattern.fullmatch(text.strip())) and float(option[1]) in meant:
            by_letter = number(fold) is None
            if (undecided and not by_letter) or (by_letter and not counted and found.value is None):
                return Reading(None, "option_numbers", _UNDECIDED)
            if by_letter and found.value is None:
                return Reading(meant[float(option[1])], "recoded")
        if pattern and undecided and isinstance(found.value, tuple) and _JOINED.fullmatch(fold):
            return Reading(None, "option_numbers", _UNDECIDED)
        if found.rule in UNUSABLE and written.aliases:
            other = written.aliases(text)
            again = read(other) if other != text else found
            return Reading(again.value, "recoded") if again.value is not None else again
        return found

    return reader


def _parts(fold: str) -> list[str]:
    return re.split(r"\D", fold) if _JOINED.fullmatch(fold) else [fold]


_CLASH = Words(
    "is a code of the question and the platform's sign for no answer; export the texts of the options",
    "既是该题的编码，又是平台表示未作答的符号；请导出选项文字",
)
_UNDECIDED = Words(
    "could be a code or count the options from 1, and for this question the two differ; export the texts of the "
    "options",
    "可能是编码，也可能是从1开始的选项序号，而本题两者不同；请导出选项文字",
)
