"""Words in two languages, English and Simplified Chinese, side by side.

A text that will be read is a :class:`Words`: both languages stand at the place where the text is
written, so none can be forgotten.  A refusal may carry one, and so may every cell of a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Words:
    """One text in English and in Simplified Chinese.

    >>> note = Words("N = {n}.", "样本量 N = {n}。")
    >>> note.filled(n=344).zh
    '样本量 N = 344。'
    """

    en: str
    zh: str

    @staticmethod
    def same(text: str) -> Words:
        """What both languages write alike.

        >>> Words.same("{a} ← {b}").filled(a=Words("use", "使用"), b="x").zh
        '使用 ← x'
        """
        return Words(text, text)

    def __str__(self) -> str:
        return self.en

    def __bool__(self) -> bool:
        return bool(self.en)

    def filled(self, **values: object) -> Words:
        """Put values into the ``{places}`` of both texts; a value may itself be Words."""
        return Words(
            self.en.format(**{k: written(v, "en") for k, v in values.items()}),
            self.zh.format(**{k: written(v, "zh") for k, v in values.items()}),
        )

    def __add__(self, other: Text) -> Words:
        return Words(self.en + written(other, "en"), self.zh + written(other, "zh"))


Text = str | Words
NOTHING = Words("", "")


def written(text: object, language: Language = "en") -> str:
    """Choose the language: Words give their own, anything else its ``str``."""
    if isinstance(text, Words):
        return text.zh if language == "zh" else text.en
    return str(text)


def at(place: Text, said: Text) -> Words:
    """Put the place that something is said of before it.

    >>> at("data", Words("missing.", "缺少。")).zh
    'data：缺少。'
    """
    return Words("{place}: ", "{place}：").filled(place=place) + said


def joined(texts: Iterable[object], en: str = "; ", zh: str = "；") -> Words:
    """Put texts one behind the other, with the punctuation of each language between them.

    >>> joined([Words("gender", "性别"), "AVE"]).zh
    '性别；AVE'
    """
    known = list(texts)
    return Words(en.join(written(t) for t in known), zh.join(written(t, "zh") for t in known))
