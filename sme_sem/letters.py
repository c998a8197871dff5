"""Letters of every script: which may stand in a name, how wide they are in a terminal, and how they fill lines."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from unicodedata import category, east_asian_width

_BLOCKS = (range(0x0300, 0x1200), range(0x1700, 0x1E00), range(0x3020, 0x30A0))


def _marks() -> str:
    """List accents and vowel signs of living scripts, which a pattern takes for no letters, as its ranges."""
    found = [code for code in chain(*_BLOCKS) if category(chr(code)).startswith("M")]
    known = set(found)
    begins = (code for code in found if code - 1 not in known)
    ends = (code for code in found if code + 1 not in known)
    return "".join(f"{chr(begin)}-{chr(end)}" for begin, end in zip(begins, ends, strict=True))


WORD = rf"[^\W\d][\w{_marks()}]*"
"""Pattern of a word: a letter or underscore, then also digits, accents and vowel signs."""
NAME = WORD.replace(r"[\w", r"[\w.")
"""Pattern of a variable's name: a word that may have points in it."""


def width(text: str) -> int:
    r"""Count the cells of a terminal: wide (East Asian) letters take two, accents and vowel signs above or below none.

    >>> width("信任"), width("trust"), width("e\u0301")
    (4, 5, 1)
    """
    return len(text) if text.isascii() else sum(map(_cells, text))


def lines_of(pieces: Iterable[str], cells: int) -> list[str]:
    """Put pieces of a text one behind the other on lines of so many cells, without blanks at their ends.

    >>> lines_of(["Corporate ", "social ", "responsibility"], 16)
    ['Corporate social', 'responsibility']
    """
    lines = [""]
    for piece in pieces:
        if lines[-1] and width(lines[-1]) + width(piece.rstrip()) > cells:
            lines.append("")
        lines[-1] += piece.lstrip() if len(lines) > 1 and not lines[-1] else piece
    return [line.rstrip() for line in lines]


@lru_cache(maxsize=4096)
def _cells(letter: str) -> int:
    return 0 if category(letter) in ("Mn", "Me") else 2 if east_asian_width(letter) in "WF" else 1
