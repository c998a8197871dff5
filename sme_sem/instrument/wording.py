"""Say in plain words what pydantic found wrong with a document."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import did_you_mean
from .address import address
from .model import Bilingual, Instrument

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
}
_BEYOND = {
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be {le} or less",
}


def problems_of(
    error: ValidationError,
    record: type[BaseModel] = Instrument,
    spans: Mapping[tuple[int | str, ...], str] = types.MappingProxyType({}),
) -> list[str]:
    """One line for each error in what should have been such a record, beginning with its place.

    spans : by place, which numbers are expected there, where a bound alone would not say it
    """
    return [_line(record, spans, one) for one in error.errors()]


def _line(record: type[BaseModel], spans: Mapping[tuple[int | str, ...], str], error: Any) -> str:
    place, kind, found = error["loc"], error["type"], error["input"]
    context, message = error.get("ctx", {}), error["msg"]
    at_key = bool(place) and place[-1] == "[key]"
    where = address(place[:-1] if at_key else place)
    if kind == "missing":
        return f"{where}: missing; expected {_expected(record, place)}"
    if kind == "extra_forbidden":
        known = _fields_at(record, place[:-1])
        guess = did_you_mean(str(place[-1]), known) or f" Known here: {', '.join(known)}."
        return f"{where}: not a known field.{guess}"
    if kind in _WANTED or kind == "model_type":
        wanted = _WANTED.get(kind) or _expected(record, place)
        return f"{where}: expected {wanted}{' as key' * at_key}, got {_shown(found)}{_advice(wanted, found)}"
    if kind == "literal_error":
        return f"{where}: expected {context['expected']}, got {_shown(found)}"
    if kind == "too_short":
        return f"{where}: is empty; expected at least one entry"
    if kind in _BEYOND and place in spans:
        return f"{where}: expected {spans[place]}, got {_shown(found)}"
    if kind in _BEYOND:
        return f"{where}: {_BEYOND[kind].format(**context)}, got {_shown(found)}"
    if kind == "code_type":
        return f"{where}: {message}, got {_shown(found)}"
    return f"{where}: {message}"


def _advice(wanted: str, found: Any) -> str:
    if found is None:
        return ""
    if wanted == "a whole number" and isinstance(found, str) and found.isdecimal():
        return "; at most 18 digits, without quotation marks"
    if wanted == "text" and not isinstance(found, (list, dict)):
        return "; put it in quotes if it is meant as text"
    if isinstance(found, str) and "：" in found:
        return "; a full-width colon '：' is no ': '"
    return ""


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a mapping"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _expected(record: type[BaseModel], place: Sequence[int | str]) -> str:
    """Name what belongs at a place, from the type the model declares for it."""
    wanted = _type_at(record, place)
    origin = get_origin(wanted)
    if wanted is Bilingual or wanted is str:
        return "text"
    if origin is Literal:
        return "one of " + ", ".join(map(repr, get_args(wanted)))
    if origin is tuple:
        return "a list"
    return {int: "a whole number", bool: "true or false"}.get(wanted, "a mapping")


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
