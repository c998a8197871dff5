"""Questions with several answers at once: which options were chosen.

A platform writes the chosen options into one cell, joined by ``┋``, ``→``, ``;``, ``|``, commas or spaces, or gives
each option a column of its own.  Either way each option becomes a variable, 1 where it was chosen and 0 where not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..instrument.parts import BackgroundQuestion
from ..tables import Words
from .files import CHOSEN_TOGETHER
from .labels import NO_ANSWER, Reader, Reading, category_reader, folded, number

_JOINS = (CHOSEN_TOGETHER, "→", "\n", ";", "；", "|", ",", "，", "、", " ")
_MOST_PIECES = 400
_CHOSEN = frozenset({"1", "1.0", "y", "yes", "true", "checked", "selected", "是", "选中", "已选"})
_NOT_CHOSEN = frozenset({"0", "0.0", "n", "no", "false", "unchecked", "notselected", "否", "未选中", "未选"})


def joined_reader(question: BackgroundQuestion) -> Reader:
    """Read a cell that holds all chosen options; the value is the tuple of their codes.

    >>> from sme_sem.instrument.parts import Bilingual
    >>> labels = {1: {"en": "Shops, own", "zh": "门店"}, 2: {"en": "Online", "zh": "线上"}}
    >>> question = BackgroundQuestion(id="q", label="Q", wording="Which?", kind="multiple", categories=labels)
    >>> read = joined_reader(question)
    >>> read("Online, Shops, own").value, read("门店┋线上").value, read("1 2").value
    ((2.0, 1.0), (1.0, 2.0), (1.0, 2.0))
    """
    single = category_reader(question)
    codes = {str(code): float(code) if isinstance(code, int) else code for code in question.categories}
    names = {*codes, *(_spaced(name) for label in question.categories.values() for name in (label.en, label.zh))}

    def read(text: str) -> Reading:
        words = text.split()
        if len(words) > 1 and all(word in codes for word in words) and names.isdisjoint({text.strip(), _spaced(text)}):
            return Reading(tuple(dict.fromkeys(codes[word] for word in words)), "recoded")
        alone = single(text)
        if isinstance(alone.value, (float, str)):
            return Reading((alone.value,), alone.rule)
        if alone.rule != "unknown_category":
            return alone
        for join in _JOINS:
            pieces = text.strip().split(join)
            if 1 < len(pieces) <= _MOST_PIECES:
                chosen = _pieces(pieces, join, single)
                if chosen:
                    return Reading(chosen, "recoded")
        return alone

    return read


def numbers_in(texts: Iterable[str]) -> set[float | None]:
    """Collect the numbers that stand in a column, and None where something else does."""
    return {number(folded(text)) for text in texts}


def option_reader(code: Any, question: BackgroundQuestion, columns: Mapping[Any, Collection[float | None]]) -> Reader:
    """Read a cell that says whether one option was chosen: 1 or 0, yes or no, or the option itself.

    columns : the numbers in each option's column; where 1 says "chosen", or the number of this option stands at
        another, it does not say "chosen" here (1 and 2 may be yes and no)
    """
    single = category_reader(question)
    by_one = code != 1 and any(
        (other != 1 and 1 in own) or (other != code and code in own) for other, own in columns.items()
    )

    def read(text: str) -> Reading:
        fold = folded(text)
        if not fold:
            return Reading(None, "empty_cell")
        if fold in _CHOSEN or fold in _NOT_CHOSEN:
            return Reading(float(fold in _CHOSEN))
        if fold in NO_ANSWER:
            return Reading(None, "missing_code")
        own = single(text)
        if own.value == code and not (by_one and number(fold) is not None):
            return Reading(1.0, "recoded")
        return Reading(None, "unknown_category", _UNCLEAR)

    return read


def filled(answers: Mapping[Any, np.ndarray]) -> dict[Any, np.ndarray]:
    """Take an empty cell for "not chosen" where the respondent said something of another option."""
    said = np.logical_or.reduce([~np.isnan(own) for own in answers.values()])
    return {code: np.where(np.isnan(own) & said, 0.0, own) for code, own in answers.items()}


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())


def _pieces(pieces: Sequence[str], join: str, single: Reader) -> tuple[Any, ...] | None:
    """Read all pieces, joining neighbours again where a label itself holds the join; None if one is unknown."""
    chosen: list[Any] = []
    start, last = 0, 40  # a label with more joins than that is none
    while start < len(pieces):
        for end in range(min(len(pieces), start + last), start, -1):
            found = single(join.join(pieces[start:end]))
            if found.value is not None:
                chosen.append(found.value)
                start = end
                break
        else:
            if pieces[start].strip():
                return None
            start += 1
    return tuple(dict.fromkeys(chosen)) or None


_UNCLEAR = Words("neither says that the option was chosen nor that it was not", "无法判断该选项是否被选中")
