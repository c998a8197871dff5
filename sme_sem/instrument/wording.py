"""Say in plain words what pydantic found wrong with a document."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import did_you_mean
from .address import address
from .model import Bilingual, Instrument

_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
}


def problems_of(error: ValidationError) -> list[str]:
    """One line for each error, beginning with its place."""
    return [_line(one["loc"], one["type"], one["input"], one.get("ctx", {}), one["msg"]) for one in error.errors()]


def _line(place: Sequence[int | str], kind: str, found: Any, context: dict[str, Any], message: str) -> str:
    at_key = bool(place) and place[-1] == "[key]"
    where = address(place[:-1] if at_key else place)
    if kind == "missing":
        return f"{where}: missing; expected {_expected(place)}"
    if kind == "extra_forbidden":
        known = _fields_at(place[:-1])
        guess = did_you_mean(str(place[-1]), known) or f" Known here: {', '.join(known)}."
        return f"{where}: not a known field.{guess}"
    if kind in ("string_type", "int_type", "bool_type", "tuple_type", "dict_type", "model_type"):
        wanted = _WANTED.get(kind) or _expected(place)
        wanted += " as key" * at_key
        return f"{where}: expected {wanted}, got {_shown(found)}{_advice(kind, found)}"
    if kind == "literal_error":
        return f"{where}: expected {context['expected']}, got {_shown(found)}"
    if kind == "too_short":
        return f"{where}: is empty; expected at least one entry"
    if kind == "greater_than_equal":
        return f"{where}: must be {context['ge']} or more, got {_shown(found)}"
    if kind == "code_type":
        return f"{where}: {message}, got {_shown(found)}"
    return f"{where}: {message}"


def _advice(kind: str, found: Any) -> str:
    if found is None:
        return ""
    if kind == "string_type" and not isinstance(found, (list, dict)):
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


def _expected(place: Sequence[int | str]) -> str:
    """Name what belongs at a place, from the type the model declares for it."""
    wanted = _type_at(place)
    origin = get_origin(wanted)
    if wanted is Bilingual or wanted is str:
        return "text"
    if origin is Literal:
        return "one of " + ", ".join(map(repr, get_args(wanted)))
    if origin is tuple:
        return "a list"
    return {int: "a whole number", bool: "true or false"}.get(wanted, "a mapping")


def _fields_at(place: Sequence[int | str]) -> list[str]:
    record = _type_at(place)
    return list(record.model_fields) if isinstance(record, type) and issubclass(record, BaseModel) else []


def _type_at(place: Sequence[int | str]) -> Any:
    """Walk the declared types along a place."""
    wanted: Any = Instrument
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
