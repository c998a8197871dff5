"""What a report keeps to itself: advice to someone who writes Python.

Messages of fits end in sentences that name options of functions (``max_iterations``, ``bounds=``).  Whoever reads a
report has none of these, so such sentences are left out of it; the fits still tell them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from ..tables import Table, Words
from .report import Content, Section

_OPTION = re.compile(r"max_iterations|bounds=|starts=\d|preset=|\bsme\.[a-z]|\bfit\.[a-z_]+\(|residuals\(\"")
_ENGLISH, _CHINESE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])"), re.compile("(?<=。)")


def without_advice(section: Section) -> Section:
    """Leave advice on Python out of paragraphs, notes and cells.

    >>> said = Words("It did not converge. Raise max_iterations.", "未收敛。请增大max_iterations。")
    >>> without_advice(Section("fit", "Fit", (said,))).content
    (Words(en='It did not converge.', zh='未收敛。'),)
    """
    return replace(section, content=tuple(map(_content, section.content)))


def _content(piece: Content) -> Content:
    if not isinstance(piece, Table):
        return _said(piece)
    rows = tuple(tuple(map(_said, row)) for row in piece.rows)
    return replace(piece, rows=rows, notes=tuple(map(_said, piece.notes)))


def _said(text: Any) -> Any:
    if isinstance(text, Words) and (_OPTION.search(text.en) or _OPTION.search(text.zh)):
        return Words(_kept(text.en, _ENGLISH, " "), _kept(text.zh, _CHINESE, ""))
    if isinstance(text, str) and _OPTION.search(text):
        return _kept(text, _ENGLISH, " ")
    return text


def _kept(text: str, ends: re.Pattern[str], between: str) -> str:
    """Keep the sentences that name no option; a text of nothing else stays."""
    return between.join(one for one in ends.split(text) if not _OPTION.search(one)) or text
