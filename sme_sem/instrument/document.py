"""Read a YAML text into plain dicts, lists, texts and numbers, and nothing else.

Stricter and more predictable than YAML at large, because survey authors write these files by hand:

- only ``true`` and ``false`` are truth values, so the answers Yes, No and On stay texts;
- a date and ``12:30`` stay texts; whole and decimal numbers are numbers;
- lines of Chinese that are folded into one are joined without a space;
- a key written twice is a problem, not a silent replacement;
- aliases (``*name``) and tags (``!!type``) are refused: a few lines of them can grow without bound,
  or build objects of any kind;
- so are texts of more values than anybody writes by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from ..tables.storing import reason_of
from ..words import Text
from .address import address

_LARGEST = 1_000_000  # bytes; the longest questionnaires take a fifth of this
_DEEPEST = 20
_MOST_VALUES = 40_000  # the longest questionnaire shipped has 2,000
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?([0-9]{1,18}\.[0-9]{0,18}|\.[0-9]{1,18})([eE][-+]?[0-9]{1,3})?")

_CHINESE = "\u3001-\u303f\u3400-\u9fff\uff00-\uffef"
_FOLD = re.compile(f"(?<=[{_CHINESE}]) +(?=[{_CHINESE}])")  # a line break that YAML folded to a space


class UnreadableError(Exception):
    """The text is not a YAML document we accept; the message says where and what would do."""


def read_file(path: Path, kind: str, file: str, missing: Callable[[Path], Text]) -> tuple[Any, list[Text]]:
    """Read the document of a file.

    kind, file : what it is and what to name, as in "an instrument" and "the YAML file"
    missing : what to say where there is no such file
    """
    try:
        if path.is_dir():
            raise UnreadableError(f"is a folder; name {file} in it")
        if not path.exists():
            raise UnreadableError(missing(path))
        if not path.is_file():
            raise UnreadableError(f"is not a regular file; name {file}")
        if path.stat().st_size > _LARGEST:
            raise UnreadableError(f"is larger than {_LARGEST // 1_000_000} MB; {kind} is a short text")
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UnreadableError(f"cannot be read: {reason_of(error)}") from None
    try:
        return read_document(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableError(_not_utf8(content, error.start)) from None


def _not_utf8(content: bytes, start: int) -> str:
    line = content.count(b"\n", 0, start) + 1
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "is saved as UTF-16; save it as UTF-8"
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return f"line {line}: not UTF-8 text; save the file as UTF-8"
    return f"line {line}: not UTF-8 text, but it reads as Chinese in GBK; save the file as UTF-8"


def read_document(text: str) -> tuple[Any, list[Text]]:
    """Read one document; with it, the keys that were written twice or cannot be keys."""
    problems: list[Text] = []
    try:
        reader = _Reader(yaml.parse(text, Loader=yaml.SafeLoader), problems)
        return reader.document(), problems
    except yaml.MarkedYAMLError as error:
        raise UnreadableError(_in_plain_words(error, text.splitlines())) from None
    except yaml.YAMLError as error:
        place = getattr(error, "position", None)
        line = f"line {text.count(chr(10), 0, place) + 1}: " if place is not None else ""
        raise UnreadableError(f"{line}an invisible control character; delete it, or save the file as UTF-8") from None


class _Reader:
    """Builds values from the parser's events, keeping the address of each."""

    def __init__(self, events: Iterator[Any], problems: list[Text]) -> None:
        self.events, self.problems, self.values = events, problems, 0

    def document(self) -> Any:
        next(self.events)  # the stream starts
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self.events), ())
        next(self.events)  # the document ends
        another = next(self.events)
        if not isinstance(another, yaml.StreamEndEvent):
            raise _refusal(another, "a second document starts here; expected one in a file")
        return value

    def _value(self, event: Any, place: tuple[int | str, ...]) -> Any:
        if isinstance(event, yaml.AliasEvent):
            raise _refusal(event, f"the alias *{event.anchor} is not accepted; write its content out")
        if event.tag is not None:
            raise _refusal(
                event,
                f"the tag {event.tag.replace('tag:yaml.org,2002:', '!!')} is not accepted; leave it out",
            )
        self.values += 1
        if self.values > _MOST_VALUES:
            raise _refusal(event, f"more than {_MOST_VALUES:,} keys and values to here; no questionnaire needs as many")
        if len(place) > _DEEPEST:
            raise _refusal(event, f"nested more than {_DEEPEST} levels deep; no instrument needs that")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(place)
        return _scalar(event)

    def _list(self, place: tuple[int | str, ...]) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self._value(event, (*place, len(values))))
        return values

    def _mapping(self, place: tuple[int | str, ...]) -> dict[int | str, Any]:
        values: dict[int | str, Any] = {}
        lines: dict[int | str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, line = self._value(event, (*place, "?")), event.start_mark.line + 1
            usable = isinstance(key, (int, str)) and not isinstance(key, bool)
            value = self._value(next(self.events), (*place, key if usable else "?"))
            if not usable:
                self.problems.append(
                    f"{address((*place, f'line {line}'))}: a key must be text or a whole number, got {key!r}"
                )
            elif key in values:
                self.problems.append(
                    f"{address((*place, key))}: written twice, at line {lines[key]} and line {line}; keep one"
                )
            else:
                values[key], lines[key] = value, line
        return values


def _scalar(event: Any) -> Any:
    value = event.value
    if event.style != "|" and event.end_mark.line > event.start_mark.line:
        value = _FOLD.sub("", value)
    if event.style is not None:  # quoted, or a block of text
        return value
    if value in _NULL:
        return None
    if value in _TRUTH:
        return _TRUTH[value]
    if _WHOLE.fullmatch(value):
        return int(value)
    return float(value) if _DECIMAL.fullmatch(value) else value


def _refusal(event: Any, problem: str) -> UnreadableError:
    return UnreadableError(f"line {event.start_mark.line + 1}, column {event.start_mark.column + 1}: {problem}")


_ADVICE: tuple[tuple[str, str], ...] = (
    (
        "mapping values are not allowed",
        "a second ': ' in one line; put the text in quotes, or check the indentation",
    ),
    ("'\\t' that cannot start", "a tab; indent with spaces"),
    ("cannot start any token", "a text cannot begin with this character; put it in quotes"),
    (
        "sequence entries are not allowed",
        "a '-' stands where no list can begin; put a text such as '-' in quotes",
    ),
    ("expected <block end>", "the line does not fit the ones above it; align it with its neighbours"),
    ("could not find expected ':'", "the key above has no ': ' after it; write 'key: value'"),
    ("unexpected end of stream", "a quotation mark is never closed; close it"),
    ("expected ',' or", "a bracket is never closed, a comma is missing, or a text with ? : ' needs quotes"),
    ("expected the node content", "a value is missing; write it, or put the text in quotes"),
    ("unknown escape character", "a backslash in double quotes; use single quotes"),
    ("expected alphabetic or numeric", "a text cannot begin with '&' or '*'; put it in quotes"),
)


def _in_plain_words(error: yaml.MarkedYAMLError, lines: list[str]) -> str:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"not YAML: {error}"
    found = " ".join(filter(None, (error.context, error.problem)))
    advice = next((words for sign, words in _ADVICE if sign in found), f"not YAML: {found}")
    if error.context_mark and ("is never closed" in advice):
        advice += f" (opened at line {error.context_mark.line + 1})"
    nearby = lines[max(mark.line - 1, 0) : mark.line + 1]
    if any(re.match(r"[\s-]*\w+：", line) for line in nearby):
        advice = "a full-width colon '：' after a key; write ': ', with a space"
    return f"line {mark.line + 1}, column {mark.column + 1}: {advice}"
