"""Say in plain words what pydantic found wrong with a document."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..suggestions import did_you_mean
from ..words import NOTHING, Text, Words, at
from .address import address
from .model import Instrument
from .parts import Bilingual

_TEXT, _LIST, _MAPPING = Words("text", "文字"), Words("a list", "列表"), Words("a mapping", "键值对")
_WHOLE, _NUMBER = Words("a whole number", "整数"), Words("a number", "数字")
_YES_OR_NO = Words("true or false", "true或false")
_NOTHING, _EMPTY = Words("nothing", "空值"), Words("an empty file", "空文件")
_UNKNOWN, _GOT = Words("not a known field.", "未知的键。"), Words(", got {found}", "，实际为{found}")
_WANTED = {
    "string_type": _TEXT,
    "int_type": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _YES_OR_NO,
    "tuple_type": _LIST,
    "dict_type": _MAPPING,
}
_BEYOND = {
    "greater_than": Words("must be above {gt}", "必须大于{gt}"),
    "greater_than_equal": Words("must be {ge} or more", "不得小于{ge}"),
    "less_than": Words("must be below {lt}", "必须小于{lt}"),
    "less_than_equal": Words("must be {le} or less", "不得大于{le}"),
}


def problems_of(
    error: ValidationError,
    record: type[BaseModel] = Instrument,
    spans: Mapping[tuple[int | str, ...], Words] = types.MappingProxyType({}),
) -> list[Words]:
    """One line for each error in what should have been such a record, beginning with its place.

    spans : by place, which numbers are expected there, where a bound alone would not say it
    """
    return [_line(record, spans, one) for one in error.errors()]


def _line(record: type[BaseModel], spans: Mapping[tuple[int | str, ...], Words], error: Any) -> Words:
    place, kind, found = error["loc"], error["type"], error["input"]
    context = error.get("ctx", {})
    at_key = bool(place) and place[-1] == "[key]"
    where = address(place[:-1] if at_key else place)
    if kind == "missing":
        wanted = _expected(record, place)
        return at(where, Words(f"missing; expected {wanted}", f"缺少；应为{wanted.zh}"))
    if kind == "extra_forbidden":
        known = _fields_at(record, place[:-1])
        listed = Words(f" Known here: {', '.join(known)}.", f"此处可用：{'、'.join(known)}。")
        return at(where, _UNKNOWN) + (did_you_mean(str(place[-1]), known) or listed)
    if kind in _WANTED or kind == "model_type":
        wanted = _WANTED.get(kind) or _expected(record, place)
        as_key = Words(" as key", "作为键") if at_key else NOTHING
        return _not_so(where, wanted + as_key, found) + _advice(wanted, found)
    if kind == "literal_error":
        choices = context["expected"]
        return _not_so(where, Words(choices, choices.replace(", ", "、").replace(" or ", "或")), found)
    if kind == "invalid_key":
        return at(where, Words("Keys should be strings", "键须为文字"))
    if kind == "too_short":
        return at(where, Words("is empty; expected at least one entry", "为空；至少应有一项"))
    if kind in _BEYOND and place in spans:
        return _not_so(where, spans[place], found)
    if kind in _BEYOND:
        return at(where, _BEYOND[kind].filled(**context)) + _GOT.filled(found=_shown(found))
    said = at(where, context.get("said", error["msg"]))
    return said + _GOT.filled(found=_shown(found)) if kind == "code_type" else said


def _not_so(where: str, wanted: Words, found: Any) -> Words:
    return at(where, Words(f"expected {wanted}", f"应为{wanted.zh}")) + _GOT.filled(found=_shown(found))


def no_mapping(document: Any, fields: str) -> Words:
    """Say that a document is none with such fields."""
    kinds = {list: _LIST, str: Words(f"the text {document!r:.40}", f"文字{document!r:.40}"), type(None): _EMPTY}
    wanted = Words(f"expected a mapping with {fields}", f"应为含{fields.replace(', ', '、')}的键值对")
    return wanted + _GOT.filled(found=kinds.get(type(document), repr(document)))


def _advice(wanted: Words, found: Any) -> Text:
    if found is None:
        return ""
    if wanted == _WHOLE and isinstance(found, str) and found.isdecimal():
        return Words("; at most 18 digits, without quotation marks", "；最多18位，不加引号")
    if wanted == _TEXT and not isinstance(found, (list, dict)):
        return Words("; put it in quotes if it is meant as text", "；若为文字，请加引号")
    return full_width_colon(found) if isinstance(found, str) else ""


def full_width_colon(found: Any) -> Text:
    """Point to the colon of Chinese in a text where that of YAML is meant."""
    return Words("; a full-width colon '：' is no ': '", "；全角冒号“：”不等于“: ”") if "：" in str(found) else ""


def _shown(value: Any) -> Words:
    if value is None:
        return _NOTHING
    if isinstance(value, (list, dict)):
        return _LIST if isinstance(value, list) else _MAPPING
    text = repr(value)
    short = text if len(text) <= 60 else f"{text[:57]}..."
    return Words(short, short)


def _expected(record: type[BaseModel], place: Sequence[int | str]) -> Words:
    """Name what belongs at a place, from the type the model declares for it."""
    wanted = _type_at(record, place)
    origin = get_origin(wanted)
    if wanted is Bilingual or wanted is str:
        return _TEXT
    if origin is Literal:
        choices = [repr(choice) for choice in get_args(wanted)]
        return Words("one of " + ", ".join(choices), "以下之一：" + "、".join(choices))
    if origin is tuple:
        return _LIST
    return {int: _WHOLE, bool: _YES_OR_NO}.get(wanted, _MAPPING)


def _fields_at(record: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    found = _type_at(record, place)
    return list(found.model_fields) if isinstance(found, type) and issubclass(found, BaseModel) else []


def _type_at(record: type[BaseModel], place: Sequence[int | str]) -> Any:
    """Walk the declared types along a place."""
    wanted: Any = record
    for step in place:
        if isinstance(wanted, type) and issubclass(wanted, BaseModel):
            field = wanted.model_fields.get(str(step))
            wanted = _bare(field.annotation) if field else None
        else:
            arguments = [a for a in get_args(wanted) if a is not Ellipsis]
            wanted = _bare(arguments[-1]) if arguments else None
    return wanted


def _bare(wanted: Any) -> Any:
    """Take ``Annotated[...]`` and ``... | None`` off a type."""
    origin = get_origin(wanted)
    if origin is Annotated:
        return _bare(get_args(wanted)[0])
    if origin in (Union, types.UnionType):
        return _bare(next(a for a in get_args(wanted) if a is not types.NoneType))
    return wanted
