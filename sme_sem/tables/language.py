"""What tables write in two languages: names of statistics, and remarks on variables.

Headings and statistics come from the shared vocabulary (``vocabulary.csv``) through :func:`term`,
so that one thing has one name.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import get_args

from ..errors import SpecificationError
from ..words import Language, Text, Words, joined, written


def require_language(language: object) -> None:
    """Refuse a language that nothing is written in."""
    if language not in get_args(Language):
        raise SpecificationError(
            Words(
                f"language={language!r} is not available; it can be 'en' or 'zh'.",
                f"language={language!r}不可用；可选'en'或'zh'。",
            )
        )


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


class Naming(About):
    """A sentence in which some variables are named, which may later be written as labels."""

    def labelled(self, labels: Mapping[str, Text]) -> Words:
        """Write the names by their labels, as far as these are known.

        >>> naming(Words("A2 goes with A.", "A2与A相关。"), ["A"]).labelled({"A": Words("Trust", "信任")}).zh
        'A2与信任相关。'
        """
        known = sorted((name for name in self.names if name in labels), key=len, reverse=True)
        found = re.compile(rf"(?<![A-Za-z0-9_])({'|'.join(map(re.escape, known))})(?![A-Za-z0-9_])")
        if not known:
            return self.said
        en = found.sub(lambda m: written(labels[m[1]]), self.said.en)
        zh = found.sub(lambda m: written(labels[m[1]], "zh"), self.said.zh)
        return Words(en, zh)


def naming(said: Words, names: Iterable[str]) -> Naming:
    """Remember which names of variables a sentence holds."""
    return Naming(said.en, said.zh, tuple(names), said)


def about(names: Iterable[str], said: Words) -> About:
    """Put the names of variables before what is said of them."""
    own = tuple(names)
    text = _said_of(own, said)
    return About(text.en, text.zh, own, said)


def _said_of(labels: Iterable[Text], said: Words) -> Words:
    return joined(labels, ", ", "、") + Words(": ", "：") + said


def cited(sources: str) -> Words:
    """Write authors and years with the punctuation of each language.

    >>> cited("Dunn, Heggestad & Shanock (2018); Mulaik et al. (1989)").zh
    'Dunn、Heggestad与Shanock（2018）；Mulaik等（1989）'
    """
    zh = sources
    for plain, chinese in ((", ", "、"), (" & ", "与"), ("; ", "；"), (" et al.", "等"), (" (", "（"), (")", "）")):
        zh = zh.replace(plain, chinese)
    return Words(sources, zh)


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
