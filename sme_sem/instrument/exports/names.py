"""How a platform spells the id of a question and the code of an answer, where it does not allow every spelling.

A platform's spelling keeps the letters and digits of an id and their order, so that the answers find
their way back; an id that a platform cannot spell, or could not tell from another one, is a problem
to mend in the instrument.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .questionnaire import Questionnaire


class Spelling(NamedTuple):
    """What a platform makes of an id.

    spell : id -> the platform's name
    allowed : what its names look like; rule : the same in words
    """

    spell: Callable[[str], str]
    allowed: re.Pattern[str]
    rule: str

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """Spell every id."""
        return {one: self.spell(one) for one in ids}

    def problems(self, ids: Iterable[str], reserved: Iterable[str] = ()) -> list[str]:
        """Name the ids that have no spelling, or one that is already taken."""
        found: list[str] = []
        taken = {name.casefold(): f"the platform's own {name!r}" for name in reserved}
        for one, name in self.names(ids).items():
            if not self.allowed.fullmatch(name):
                found.append(f"{one}: {self.rule}; rename it in the instrument")
            elif name.casefold() in taken:
                found.append(f"{one}: would be {name!r}, like {taken[name.casefold()]}; rename one in the instrument")
            taken.setdefault(name.casefold(), one)
        return found


def odd_codes(questionnaire: Questionnaire, allowed: re.Pattern[str], rule: str) -> Iterator[str]:
    """Name the questions with codes of answers that a platform does not allow; ``rule`` says which it does."""
    for question in questionnaire.questions:
        odd = [str(option.code) for option in question.options if not allowed.fullmatch(str(option.code))]
        if odd:
            yield f"{question.id}: {rule}; recode {', '.join(odd)} in the instrument"
