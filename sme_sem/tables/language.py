"""Words in two languages, English and Simplified Chinese, side by side.

A text that will be printed is a :class:`Words`: both languages stand at the place where
the text is written, so none can be forgotten.  Headings and statistics come from the shared
vocabulary (``vocabulary.csv``) through :func:`term`, so that one thing has one name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

from ..errors import SpecificationError

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

    def __str__(self) -> str:
        return self.en

    def filled(self, **values: object) -> Words:
        """Put values into the ``{places}`` of both texts; a value may itself be Words."""
        return Words(
            self.en.format(**{k: written(v, "en") for k, v in values.items()}),
            self.zh.format(**{k: written(v, "zh") for k, v in values.items()}),
        )

    def __add__(self, other: Text) -> Words:
        return Words(self.en + written(other, "en"), self.zh + written(other, "zh"))


Text = str | Words


def require_language(language: object) -> None:
    """Refuse a language that nothing is written in."""
    if language not in get_args(Language):
        raise SpecificationError(f"language={language!r} is not available; it can be 'en' or 'zh'.")


def written(text: object, language: Language = "en") -> str:
    """Choose the language: Words give their own, anything else its ``str``."""
    if isinstance(text, Words):
        return text.zh if language == "zh" else text.en
    return str(text)


def joined(texts: Iterable[object], en: str = "; ", zh: str = "；") -> Words:
    """Put texts one behind the other, with the punctuation of each language between them.

    >>> joined([Words("gender", "性别"), "AVE"]).zh
    '性别；AVE'
    """
    known = list(texts)
    return Words(en.join(written(t) for t in known), zh.join(written(t, "zh") for t in known))


@dataclass(frozen=True, slots=True)
class About(Words):
    """What is said of some variables, after their names, which may later be written as labels."""

    names: tuple[str, ...]
    said: Words

    def labelled(self, labels: Mapping[str, Text]) -> Words:
        """Write the names by their labels, as far as these are known.

        >>> about(["AI", "BD"], Words("one item each.", "各一题。")).labelled({"AI": "Insight"}).en
        'Insight, BD: one item each.'
        """
        return _said_of([labels.get(name, name) for name in self.names], self.said)


def about(names: Iterable[str], said: Words) -> About:
    """Put the names of variables before what is said of them."""
    own = tuple(names)
    text = _said_of(own, said)
    return About(text.en, text.zh, own, said)


def _said_of(labels: Iterable[Text], said: Words) -> Words:
    return joined(labels, ", ", "、") + Words(": ", "：") + said


def term(english: str) -> Words:
    """Look up a statistic's or a heading's name in both languages.

    >>> term("Standard error").zh
    '标准误'
    """
    try:
        return Words(english, _vocabulary()[english])
    except KeyError:
        raise KeyError(f"{english!r} is not in tables/vocabulary.csv: add it there with its Chinese name") from None


@cache
def _vocabulary() -> dict[str, str]:
    file = resources.files(__package__) / "vocabulary.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    return {row["en"]: row["zh"] for row in csv.DictReader(lines)}
