"""Columns that say who a respondent is: names, addresses, telephone numbers, where they sat.

No analysis needs them, so they are dropped unless asked for.  A column is recognised by its name, or by its answers.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from .coded import texts_of

_NUMBERING = re.compile(r"^\s*(?:第\s*\d+\s*题|q?\d+)?[\s、.:：。)）\]-]*", re.IGNORECASE)
_YOUR = r"(?:(?:your|respondent|recipient|contact|participant)'?s? ?)?"
_NAMED = {
    "name": re.compile(
        rf"{_YOUR}(?:(?:first|last|full|family|given|sur) ?)?name|.{{0,6}}姓名|(?:您的)?(?:名字|联系人)"
    ),
    "e-mail address": re.compile(rf"{_YOUR}e-?mail(?: ?address)?|.{{0,6}}(?:邮箱|电子邮件)(?:地址)?"),
    "phone number": re.compile(
        rf"{_YOUR}(?:tele|mobile |cell ?)?(?:phone|mobile)(?: ?number)?|"
        r".{0,6}(?:手机号?码?|电话(?:号码)?|联系方式|微信号?)"
    ),
    "IP address": re.compile(r"(?:来自)?ip(?: ?addr(?:ess)?)?|ip地址"),
    "location": re.compile(r"(?:location)?(?:latitude|longitude)|经纬度|(?:您的)?(?:详细|家庭)?(?:住址|地址)"),
    "identity number": re.compile(r".{0,4}身份证号?码?"),
}
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
    name = re.sub(r"[\s_]+", " ", _NUMBERING.sub("", header)).strip(" :：*?？").casefold()
    named = next((kind for kind, known in _NAMED.items() if known.fullmatch(name)), None)
    return named or _answered(column)


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
