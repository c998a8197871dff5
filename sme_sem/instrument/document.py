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

from ..errors import SmeSemError
from ..tables.storing import unreadable
from ..words import Words, at
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


class UnreadableError(SmeSemError):
    """The text is not a YAML document we accept; the message says where and what would do."""


def read_file(path: Path, file: Words, missing: Callable[[Path], Words]) -> tuple[Any, list[Words]]:
    """Read the document of a file.

    file : what to name, as in "the YAML file"
    missing : what to say where there is no such file
    """
    try:
        if path.is_dir():
            raise UnreadableError(_FOLDER.filled(file=file))
        if not path.exists():
            raise UnreadableError(missing(path))
        if not path.is_file():
            raise UnreadableError(_NOT_REGULAR.filled(file=file))
        if path.stat().st_size > _LARGEST:
            raise UnreadableError(_TOO_LARGE.filled(size=_LARGEST // 1_000_000, file=file))
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UnreadableError(unreadable(error)) from None
    try:
        return read_document(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableError(_not_utf8(content, error.start)) from None


def _not_utf8(content: bytes, start: int) -> Words:
    line = content.count(b"\n", 0, start) + 1
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _UTF_16
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return _on_line(line, NOT_UTF_8)
    return _on_line(line, _GBK)


def read_document(text: str) -> tuple[Any, list[Words]]:
    """Read one document; with it, the keys that were written twice or cannot be keys."""
    problems: list[Words] = []
    try:
        reader = _Reader(yaml.parse(text, Loader=yaml.SafeLoader), problems)
        return reader.document(), problems
    except yaml.MarkedYAMLError as error:
        raise UnreadableError(_in_plain_words(error, text.splitlines())) from None
    except yaml.YAMLError as error:
        place = getattr(error, "position", None)
        line = text.count("\n", 0, place) + 1 if place is not None else None
        raise UnreadableError(_on_line(line, _CONTROL)) from None


class _Reader:
    """Builds values from the parser's events, keeping the address of each."""

    def __init__(self, events: Iterator[Any], problems: list[Words]) -> None:
        self.events, self.problems, self.values = events, problems, 0

    def document(self) -> Any:
        next(self.events)  # the stream starts
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self.events), ())
        next(self.events)  # the document ends
        another = next(self.events)
        if not isinstance(another, yaml.StreamEndEvent):
            raise _refusal(another, _SECOND)
        return value

    def _value(self, event: Any, place: tuple[int | str, ...]) -> Any:
        if isinstance(event, yaml.AliasEvent):
            raise _refusal(event, _ALIAS.filled(alias=event.anchor))
        if event.tag is not None:
            raise _refusal(event, _TAG.filled(tag=event.tag.replace("tag:yaml.org,2002:", "!!")))
        self.values += 1
        if self.values > _MOST_VALUES:
            raise _refusal(event, _TOO_MANY.filled(most=f"{_MOST_VALUES:,}"))
        if len(place) > _DEEPEST:
            raise _refusal(event, _TOO_DEEP.filled(most=_DEEPEST))
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
                self.problems.append(at(address((*place, f"line {line}")), _NO_KEY.filled(key=repr(key))))
            elif key in values:
                self.problems.append(at(address((*place, key)), _TWICE.filled(first=lines[key], second=line)))
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


def _refusal(event: Any, problem: Words) -> UnreadableError:
    return UnreadableError(_marked(event.start_mark, problem))


def _marked(mark: Any, problem: Words) -> Words:
    line, column = mark.line + 1, mark.column + 1
    return Words(f"line {line}, column {column}: ", f"第{line}行第{column}列：") + problem


def _on_line(line: int | None, problem: Words) -> Words:
    return problem if line is None else Words(f"line {line}: ", f"第{line}行：") + problem


_FOLDER = Words("is a folder; name {file} in it", "是文件夹；请写其中的{file}")
_NOT_REGULAR = Words("is not a regular file; name {file}", "不是普通文件；请写{file}")
_TOO_LARGE = Words("is larger than {size} MB; {file} is a short text", "超过{size} MB；{file}应为短文本")
_UTF_16 = Words("is saved as UTF-16; save it as UTF-8", "以UTF-16保存；请另存为UTF-8")
NOT_UTF_8 = Words("not UTF-8 text; save the file as UTF-8", "不是UTF-8文本；请将文件另存为UTF-8")
_GBK = Words(
    "not UTF-8 text, but it reads as Chinese in GBK; save the file as UTF-8",
    "不是UTF-8文本，可能是GBK编码的中文；请将文件另存为UTF-8",
)
_CONTROL = Words(
    "an invisible control character; delete it, or save the file as UTF-8",
    "有不可见的控制字符；请删去，或将文件另存为UTF-8",
)
_SECOND = Words("a second document starts here; expected one in a file", "此处开始第二个文档；一个文件只能有一个")
_ALIAS = Words("the alias *{alias} is not accepted; write its content out", "不接受别名*{alias}；请写出其内容")
_TAG = Words("the tag {tag} is not accepted; leave it out", "不接受标签{tag}；请删去")
_TOO_MANY = Words(
    "more than {most} keys and values to here; no questionnaire needs as many",
    "至此已超过{most}个键和值；问卷不需要这么多",
)
_TOO_DEEP = Words("nested more than {most} levels deep; no instrument needs that", "嵌套超过{most}层；问卷不需要这么深")
_NO_KEY = Words("a key must be text or a whole number, got {key}", "键须为文字或整数，实际为{key}")
_TWICE = Words(
    "written twice, at line {first} and line {second}; keep one", "在第{first}行与第{second}行重复；请保留一个"
)
_OPENED = Words(" (opened at line {line})", "（始于第{line}行）")
_NOT_YAML = Words("not YAML: {found}", "不是YAML：{found}")
_FULL_WIDTH = Words(
    "a full-width colon '：' after a key; write ': ', with a space", "键后为全角冒号“：”；请写“: ”，冒号后留空格"
)
_QUOTE, _BRACKET = (
    Words("a quotation mark is never closed; close it", "引号没有闭合；请补上"),
    Words(
        "a bracket is never closed, a comma is missing, or a text with ? : ' needs quotes",
        "括号没有闭合，或缺少逗号，或含? : '的文字需加引号",
    ),
)
_ADVICE: tuple[tuple[str, Words], ...] = (
    (
        "mapping values are not allowed",
        Words(
            "a second ': ' in one line; put the text in quotes, or check the indentation",
            "一行中有第二个“: ”；请给文字加引号，或检查缩进",
        ),
    ),
    ("'\\t' that cannot start", Words("a tab; indent with spaces", "有制表符；请用空格缩进")),
    (
        "cannot start any token",
        Words("a text cannot begin with this character; put it in quotes", "文字不能以此字符开头；请加引号"),
    ),
    (
        "sequence entries are not allowed",
        Words(
            "a '-' stands where no list can begin; put a text such as '-' in quotes",
            "此处不能以“-”开始列表；若“-”为文字，请加引号",
        ),
    ),
    (
        "expected <block end>",
        Words(
            "the line does not fit the ones above it; align it with its neighbours",
            "该行与上方各行不对齐；请与相邻行对齐",
        ),
    ),
    (
        "could not find expected ':'",
        Words("the key above has no ': ' after it; write 'key: value'", "上方的键后没有“: ”；请写“键: 值”"),
    ),
    ("unexpected end of stream", _QUOTE),
    ("expected ',' or", _BRACKET),
    (
        "expected the node content",
        Words("a value is missing; write it, or put the text in quotes", "缺少值；请补上，或给文字加引号"),
    ),
    (
        "unknown escape character",
        Words("a backslash in double quotes; use single quotes", "双引号内有反斜杠；请改用单引号"),
    ),
    (
        "expected alphabetic or numeric",
        Words("a text cannot begin with '&' or '*'; put it in quotes", "文字不能以“&”或“*”开头；请加引号"),
    ),
)


def _in_plain_words(error: yaml.MarkedYAMLError, lines: list[str]) -> Words:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return _NOT_YAML.filled(found=error)
    found = " ".join(filter(None, (error.context, error.problem)))
    advice = next((words for sign, words in _ADVICE if sign in found), _NOT_YAML.filled(found=found))
    if error.context_mark and advice in (_QUOTE, _BRACKET):
        advice += _OPENED.filled(line=error.context_mark.line + 1)
    nearby = lines[max(mark.line - 1, 0) : mark.line + 1]
    if any(re.match(r"[\s-]*\w+：", line) for line in nearby):
        advice = _FULL_WIDTH
    return _marked(mark, advice)
