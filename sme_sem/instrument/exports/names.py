"""How a platform spells the id of a question and the code of an answer, where it does not allow every spelling.

A platform's spelling keeps the letters and digits of an id and their order, so that the answers find
their way back; an id that a platform cannot spell, or could not tell from another one, is a problem
to mend in the instrument.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ...words import Text, Words, at, joined
from .questionnaire import Questionnaire


class Spelling(NamedTuple):
    """What a platform makes of an id.

    spell : id -> the platform's name
    allowed : what its names look like; rule : the same in words
    """

    spell: Callable[[str], str]
    allowed: re.Pattern[str]
    rule: Words

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Spell every id."""
        return {one: self.spell(one) for one in ids}

    def problems(self, ids: Iterable[str], reserved: Iterable[str] = ()) -> list[Words]:
        """Name the ids that have no spelling, or one that is already taken."""
        found: list[Words] = []
        taken: dict[str, Text] = {name.casefold(): _OWN.filled(name=repr(name)) for name in reserved}
        for one, name in self.names(ids).items():
            if not self.allowed.fullmatch(name):
                found.append(at(one, self.rule + _RENAME))
            elif name.casefold() in taken:
                found.append(at(one, _TAKEN.filled(name=repr(name), other=taken[name.casefold()])))
            taken.setdefault(name.casefold(), one)
        return found


def odd_codes(questionnaire: Questionnaire, allowed: re.Pattern[str], rule: Words) -> Iterator[Words]:
    """Name the questions with codes of answers that a platform does not allow; ``rule`` says which it does."""
    for question in questionnaire.questions:
        odd = [str(option.code) for option in question.options if not allowed.fullmatch(str(option.code))]
        if odd:
            yield recode(question.id, rule, odd)


def recode(question: str, rule: Words, codes: Iterable[str]) -> Words:
    """Say which codes of a question's answers cannot be, and why."""
    return at(question, rule + _RECODE.filled(codes=joined(codes, ", ", "、")))


_OWN = Words("the platform's own {name}", "平台自用的{name}")
_RENAME = Words("; rename it in the instrument", "；请在问卷中改名")
_TAKEN = Words(
    "would be {name}, like {other}; rename one in the instrument", "将写作{name}，与{other}相同；请在问卷中为其一改名"
)
_RECODE = Words("; recode {codes} in the instrument", "；请在问卷中更改编码{codes}")
