"""Columns that say who a respondent is: names, addresses, telephone numbers, where they sat.

No analysis needs them, so they are dropped unless asked for.  A column is recognised by its name, or by its answers.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from .coded import texts_of

_NUMBERING = re.compile(r"^\s*(?:第\s*\d+\s*题|q?\d+(?:[._]\d+)*(?:[(（]\d+[)）])?)?[\s、.:：。)）\]-]*", re.IGNORECASE)
_REQUEST = re.compile(
    r"^(?:what(?: is|'s) |(?:please |kindly )?(?:enter|provide|write|state|give|type|leave|fill in|tell) (?:us )?|"
    r"(?:请问|请?您?(?:填写|输入|填入|留下|提供|写下|告知)(?:一下)?)?(?:[您你]的?)?)"
)
_QUESTION = re.compile("(?:是什么|是多少|是|为)$")
_REMARK = re.compile(
    r"\s*[(（\[【](?:optional|required|confidential|(?:if|for|so|we|as) .*|first.* last(?: name)?|"
    r"(?:可?选填|非?必填|可不填|可选|匿名|保密|仅|用于|方便|便于|如|以便|若).*)[)）\]】]$"
)
_PART = re.compile(r"(.*?)(?:\s*(?:[—–]+|--+|[/:：]| - )\s*([^—–/:：]+)|\s*[(（\[【]([^()（）\[\]【】]+)[)）\]】])$")
_JOINED = re.compile(r"\s*(?:[及和与或、/,，;；&+]|\band\b|\bor\b)\s*")
_YOUR = r"(?:(?:your|my|the|respondent|recipient|contact(?: person)?|participant|interviewee)'?s? ?)?"
_SORT = r"(?:first|last|full|family|given|middle|maiden|sur|nick|user)"
_SOMEBODY = r"(?:the |your |a )?(?:respondent|recipient|contact(?: person)?|participant|interviewee)"
_ACCOUNT = r" ?(?:id|name|user ?name|number|no|account|handle)"
_NO_CHOICE = r"(?!.*(?:是否|有没有|有无|使用|通过|喜欢|经常|关注))"  # asks about a telephone, not for its number
_NAMED = {
    "name": re.compile(
        rf"{_YOUR}(?:{_SORT}(?: ?name)?(?: and | & | ?[/,+&] ?))?(?:{_SORT} ?)?name|name of {_SOMEBODY}|contact person|"
        r".{0,6}姓名|名字|叫什么名字|联系人|昵称|(?:该|应该)?(?:如何|怎么|怎样)?称呼您?|尊称|贵姓"
    ),
    "e-mail address": re.compile(rf"{_YOUR}e-?mail(?: ?address)?|.{{0,6}}(?:邮箱|电子邮件)(?:地址)?"),
    "phone number": re.compile(
        rf"{_YOUR}(?:(?:tele|mobile |cell ?)?(?:phone|mobile)|tel)(?: ?(?:number|no))?|"
        rf"{_NO_CHOICE}.{{0,6}}(?:手机号?码?|电话(?:号码)?|联系方式)"
    ),
    "account": re.compile(
        rf"{_YOUR}(?:(?:wechat|weixin|qq|whatsapp)(?:{_ACCOUNT})?|(?:skype|telegram|facebook|twitter){_ACCOUNT})|"
        rf"{_NO_CHOICE}.{{0,6}}(?:微信|qq|支付宝)(?:号码?|[账帐]号|昵称|id)?"
    ),
    "IP address": re.compile(r"(?:来自)?ip(?: ?addr(?:ess)?)?|ip地址"),
    "location": re.compile(
        rf"(?:location)?(?:latitude|longitude)|{_YOUR}(?:(?:home|mailing|postal|street|shipping|delivery) )?address|"
        r"经纬度|(?:详细|家庭|收货|邮寄)?(?:住址|地址)"
    ),
    "identity number": re.compile(r".{0,4}身份证号?码?"),
}
_BARE = re.compile(
    r"(?:user ?)?name|名字|地址|(?:tele|mobile )?phone|mobile|tel|e-?mail|(?:ip )?address|ip|wechat|weixin|whatsapp|qq|"
    r"手机|电话|邮箱|电子邮件|微信|支付宝"
)
"""What may as well be an option or the row of a question about something else."""
_ASKS_WHO = re.compile(
    r"^contact$|contact (?:person|details|info)|personal (?:details|info|data)|recipient|respondent|about you$|"
    r"your details|^请?您?填写(?:以下|下列|相关)?(?:信息|内容)?$|"
    r"您的联系|联系人|联系信息|收货|收件|邮寄|个人(?:信息|资料)|留下"
)
_ANSWERED = {
    "e-mail address": re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE),
    "IP address": re.compile(
        r"(?:\d{1,3}\.){3}\d{1,3}(?:[(（].*[)）])?|(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{0,4}", re.IGNORECASE
    ),
    "phone number": re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}|\+\d[\d ()-]{7,16}\d"),
}


def personal(header: str, column: pd.Series[Any]) -> str | None:
    """Name the personal data that a column holds, or say that it seems to hold none.

    >>> personal("2、您的姓名：", pd.Series(["王芳"])), personal("remark", pd.Series(["a@b.org", ""]))
    ('name', 'e-mail address')
    """
    name = re.sub(r"[\s_]+", " ", _NUMBERING.sub("", header)).casefold().replace("’", "'")
    return _named(_plain(_REMARK.sub("", _plain(name)))) or _answered(column)


def _named(text: str, about: str = "") -> str | None:
    """Read a heading as a whole, as a list, or by its last part: ``Contact details - name``, ``请填写—收货人姓名``."""
    known = _kind(text)
    if known:
        return known if not about or not _BARE.fullmatch(text) or _ASKS_WHO.search(about) else None
    parts = [_kind(part) for part in _JOINED.split(text)]
    if all(parts):
        return parts[0]
    inside = _PART.fullmatch(text)
    return _named(_plain(inside[2] or inside[3]), f"{about} {inside[1]}".strip()) if inside else None


def _kind(text: str) -> str | None:
    """Match a heading, without its request or question, with what is known."""
    asked = _plain(_QUESTION.sub("", _REQUEST.sub("", text, count=1)))
    return next((kind for kind, known in _NAMED.items() if known.fullmatch(asked)), None)


def _plain(text: str) -> str:
    return text.strip(" :：*?？.。!！")


def _answered(column: pd.Series[Any]) -> str | None:
    """Half of the answers of a column look like an address or a number of somebody."""
    codes, texts = texts_of(column)
    counts = np.bincount(codes, minlength=len(texts)).tolist()
    held = [(text.strip(), count) for text, count in zip(texts, counts, strict=True) if text.strip()]
    total = sum(count for _, count in held)
    for kind, known in _ANSWERED.items():
        if total and 2 * sum(count for text, count in held if known.fullmatch(text)) >= total:
            return kind
    return None
