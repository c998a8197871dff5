"""Wenjuanxing (问卷星): one row of headings such as ``1、…``, ``第3题(…)`` or ``7(1)、…``, after columns of its own.

Its columns are 序号, 提交答卷时间, 所用时间 (``80秒``), 来源, 来源详情 and 来自IP.  There are downloads by option text,
where the options of a multiple choice are joined by ``┋`` (in a ranking by ``→``), and by option number, where each
option has a column of 0 and 1, and where -3 stands for a question that was skipped and -2 for one left blank.  What
was written beside an option follows it as ``〖…〗``.
"""

from __future__ import annotations

import re

from ...tables import Words
from ..files import TextTable
from .platform import INSIDE, KIND, Adapted, Aside, Heading, Platform, first, has_columns, known, present

_OWN = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
_PERSONAL = ("来自IP", "IP", "用户ID", "微信昵称", "微信OpenID")
_PLATFORM = ("来源详情", "总分", "用户标识", "标签")
_WITHIN = r"[(（]((?:[^()（）]|[(（][^()（）]*[)）])+)[)）]"  # brackets, perhaps with others inside
_HEADING = re.compile(rf"(?:第\s*(\d+)\s*题|(\d+))\s*(?:{_WITHIN})?\s*[、.．:：]?\s*(.*)", re.DOTALL)
_DASHED = re.compile(r"(.+?)[—–]+(.+)", re.DOTALL)
_BESIDE = re.compile(r"〖[^〖〗]*〗")


def _marks(table: TextTable) -> tuple[Words, ...]:
    own = present(table, _OWN)
    return has_columns(own) if len(own) >= 3 and "提交答卷时间" in own else ()


def _adapt(table: TextTable) -> Adapted:
    return Adapted(
        table=table,
        columns=_columns(table),
        metadata=known(
            {
                "respondent_id": first(table, ("序号",)),
                "submitted_at": first(table, ("提交答卷时间",)),
                "duration_s": first(table, ("所用时间",)),
                "source": first(table, ("来源",)),
            }
        ),
        missing=frozenset({"-2", "-3", "(跳过)", "(空)"}),
        option_number=re.compile(r"(\d+)"),
        aliases=lambda text: _BESIDE.sub("", text).strip(),
    )


def _columns(table: TextTable) -> tuple[Heading | Aside, ...]:
    """Say what each column is; the options of one question have its wording at the first of them only."""
    columns: list[Heading | Aside] = []
    number, stem = "", ""
    for header in table.headers:
        own = header.strip()
        aside = _aside(own)
        if aside:
            columns.append(aside)
            continue
        found = _HEADING.fullmatch(KIND.sub("", own))
        if found is None:
            columns.append(Heading((own,)))
            continue
        counted, inner, rest = found[1] or found[2], found[3] or "", found[4].strip()
        split = INSIDE.fullmatch(rest) or _DASHED.fullmatch(rest)
        if split and split[1]:
            stem = split[1].strip()
        elif counted != number:
            stem = "" if split else rest
        number = counted
        columns.append(_heading(own, inner, rest, stem))
    return tuple(columns)


def _heading(own: str, inner: str, rest: str, stem: str) -> Heading:
    if inner and not inner.isdigit():  # 第3题(行标题)
        return Heading((), ((stem or rest, inner), ("", inner)))
    if inner:  # 7(1)、行标题
        return Heading((), ((stem, rest),))
    parts = [
        (split[1].strip() or stem, split[2].strip()) for known in (INSIDE, _DASHED) if (split := known.fullmatch(rest))
    ]
    return Heading((own, rest) if not rest.startswith(("(", "（")) else (), tuple(parts))


def _aside(header: str) -> Aside | None:
    if header in _PERSONAL:
        return "personal"
    if header in _PLATFORM:
        return "platform"
    return "metadata" if header in _OWN else None


WENJUANXING = Platform("wenjuanxing", Words("Wenjuanxing", "问卷星"), _marks, _adapt)
