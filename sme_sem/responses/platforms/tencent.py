"""Tencent Survey (腾讯问卷): one row of headings such as ``1.…``, in front of or between columns of its own.

Its columns are 编号, 开始答题时间, 结束答题时间, 答题时长 (seconds, or ``3分25秒``), 清洗数据结果 and others.
In the download by text an option bears a letter (``D.无所谓``), in the one by code it is a number.  Each row of a
matrix and each option of a multiple choice has a column of its own, named behind a colon (``6.通勤方式:地铁``); the
cell of an option that was not chosen is empty.  A blank to fill in is written ``____{fillblank-…}`` or ``_填空1``.
"""

from __future__ import annotations

import re

from ...tables import Words
from ..files import TextTable
from .platform import INSIDE, KIND, Adapted, Aside, Heading, Platform, first, has_columns, known, present

_TIMES = ("开始答题时间", "结束答题时间")
_METADATA = ("编号", *_TIMES, "答题时长", "答题渠道", "语言")
_MARKS = (*_METADATA, "清洗数据结果", "智能清洗数据无效概率", "地理位置省", "地理位置市", "自定义字段")
_PERSONAL = frozenset({"IP", "昵称", "用户ID", "用户标识", "openid"})
_PLATFORM = re.compile(
    r"清洗数据结果|智能清洗数据无效概率|地理位置.*|用户类型|自定义字段|UA|Referrer|总分|中奖(?:时间|金额)|审核状态"
)
_NUMBERED = re.compile(r"Q?\d+\s*[.．、:：]\s*(.*)", re.DOTALL)
_BLANK = re.compile(r"_*(?:_填空\d*|\{fillblank[^{}]*\}(?:\[.*\])?)|_{3,}", re.DOTALL)
_LETTER = re.compile(r"\s*[A-Z]{1,2}[.．、]\s*")
_PICTURE = "[图片]"


def _marks(table: TextTable) -> tuple[Words, ...]:
    own = present(table, _MARKS)
    return has_columns(own) if len(own) >= 3 and set(_TIMES) <= set(own) else ()


def _adapt(table: TextTable) -> Adapted:
    return Adapted(
        table=table,
        columns=_columns(table),
        metadata=known(
            {
                "respondent_id": first(table, ("编号",)),
                "started_at": first(table, ("开始答题时间",)),
                "submitted_at": first(table, ("结束答题时间",)),
                "duration_s": first(table, ("答题时长",)),
                "source": first(table, ("答题渠道",)),
                "language": first(table, ("语言",)),
            }
        ),
        missing=frozenset({"(跳过)", "(空)"}),
        option_number=re.compile(r"(\d+)"),
        aliases=_bare_option,
    )


def _columns(table: TextTable) -> tuple[Heading | Aside, ...]:
    """Say what each column is; of two with one heading but for a blank, the second holds what was filled in."""
    columns: list[Heading | Aside] = []
    before: set[str] = set()
    for header in table.headers:
        own = header.strip()
        plain = _BLANK.sub("", own).strip()
        columns.append(_aside(own) or (Heading((own,)) if plain != own and plain in before else _heading(own, plain)))
        before.add(plain)
    return tuple(columns)


def _heading(own: str, plain: str) -> Heading:
    found = _NUMBERED.fullmatch(KIND.sub("", plain))
    if found is None:
        return Heading((own,))
    asked = found[1].strip()
    splits = [(asked[: colon.start()], asked[colon.end() :]) for colon in re.finditer("[:：]", asked)]
    inside = INSIDE.fullmatch(asked)
    if inside:
        splits.append((inside[1], inside[2]))
    parts = tuple((question.strip(), _bare_option(part)) for question, part in splits if part.strip())
    return Heading(() if inside and not inside[1] else (own, asked), parts)


def _bare_option(text: str) -> str:
    """Write an option without its letter, its picture and its blank."""
    return _LETTER.sub("", _BLANK.sub("", text.replace(_PICTURE, "")), count=1).strip()


def _aside(header: str) -> Aside | None:
    if header in _PERSONAL:
        return "personal"
    if _PLATFORM.fullmatch(header):
        return "platform"
    return "metadata" if header in _METADATA else None


TENCENT = Platform("tencent", Words("Tencent Survey", "腾讯问卷"), _marks, _adapt)
