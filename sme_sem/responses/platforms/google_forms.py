"""Google Forms: ``Timestamp``, perhaps an e-mail address, then questions in full; answers in full, never codes.

The first heading is in the language of whoever made the form.
A row of a grid stands in brackets behind its question; checkboxes are joined by commas or semicolons.
"""

from __future__ import annotations

import re

from ...tables import Words
from ..files import TextTable
from ..times import read_times
from .platform import Adapted, Aside, Heading, Platform

_STAMPS = (
    *("Timestamp", "时间戳记", "时间戳", "時間戳記", "タイムスタンプ", "타임스탬프", "Zeitstempel", "Horodateur"),
    *("Marca temporal", "Carimbo de data/hora", "Informazioni cronologiche", "Tijdstempel", "Отметка времени"),
)
_PERSONAL = re.compile(r"(?:username|e-?mail address|电子邮件地址|电子邮箱地址|用户名)", re.IGNORECASE)
_PLATFORM = re.compile(r"(?:Score|得分|分数|总分)|.+ \[(?:Score|Feedback)\]", re.IGNORECASE)
_ROW = re.compile(r"(.*?)\s*\[([^\[\]]+)\]", re.DOTALL)


def _marks(table: TextTable) -> tuple[Words, ...]:
    name = table.headers[0].strip()
    if name not in _STAMPS:
        return ()
    texts = [text for text in table.cells.iloc[:, 0].unique().tolist() if text.strip()][:20]
    timed = bool(texts) and all(time is not None for time in read_times(texts).values)
    return (_STAMPED.filled(name=name),) if timed else ()


def _adapt(table: TextTable) -> Adapted:
    metadata = {"submitted_at": table.cells.iloc[:, 0]}
    return Adapted(table, tuple(_column(header.strip(), i) for i, header in enumerate(table.headers)), metadata)


def _column(header: str, place: int) -> Heading | Aside:
    if place == 0:
        return "metadata"
    if _PERSONAL.fullmatch(header):
        return "personal"
    if _PLATFORM.fullmatch(header):
        return "platform"
    row = _ROW.fullmatch(header)
    return Heading((header,), ((row[1], row[2]),)) if row and row[1] else Heading((header,))


GOOGLE_FORMS = Platform("google_forms", Words("Google Forms", "谷歌表单"), _marks, _adapt)


_STAMPED = Words("its first column is {name}, and holds times", "第一列为{name}，内容为时间")
