"""Turn the bytes of a text file into rows of cells: which encoding, which delimiter."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, takewhile

from ..errors import ResponseError
from ..tables import Words
from ..words import at
from .findings import Finding, finding

_END = "\x1eend of the answers\x1e"  # stands alone on its line unless a quotation mark was left open
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CHINESE_UTF8 = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){4}")  # four characters in a row: no accident
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z")
_MOST_COLUMNS, _MOST_ROWS = 16_384, 5_000_000
_LONGEST_LINE = 10_000_000
_TELLING = 200_000
"""Bytes that show in which encoding a file is."""
_NAMES = {"\t": Words("tab", "制表符"), ",": Words("comma", "逗号"), ";": Words("semicolon", "分号")}


def decoded(source: str, data: bytes, encoding: str | None = None) -> tuple[str, list[Finding]]:
    """Decode a file, saying which encoding was taken unless it is UTF-8."""
    if encoding is not None:
        return _plain(source, _as_told(source, data, encoding)), []
    taken, text = _recognised(source, data)
    if taken in ("utf-8", "utf-8-sig"):
        return _plain(source, text), []
    return _plain(source, text), [finding("info", "encoding", _NOT_UTF8.filled(taken=taken), value=taken)]


def delimited(
    source: str, text: str, notes: list[Finding], *, prefer_tab: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Split a text into rows of cells with their numbers, one at a time; empty rows above and below are left out.

    The first row holds the column names; to ``notes`` is added what does not have as many cells.
    """
    told = re.match(r"sep=([,;\t])\r?\n", text, re.IGNORECASE)  # a line that Excel writes and hides
    delimiter = told[1] if told else _delimiter(text, prefer_tab)
    numbered = enumerate(_records(source, text, told.end() if told else 0, delimiter), start=1)
    first = next(((i, record) for i, record in numbered if any(cell.strip() for cell in record)), None)
    if first is None:
        raise ResponseError(at(source, EMPTY))
    yield first
    names, empty = _few(source, *first), 0
    for i, record in numbered:
        if i > _MOST_ROWS:
            raise ResponseError(at(source, _ENDLESS.filled(most=f"{_MOST_ROWS:,}")))
        if not record:
            empty += 1
            continue
        _few(source, i, record)
        yield from ((j, []) for j in range(i - empty, i))
        empty = 0
        if len(record) != names:
            notes += _uneven(i, record, names, delimiter)
        yield i, record


def _few(source: str, row: int, record: list[str]) -> int:
    """Count the cells of a row; refuse more than a sheet can have."""
    if len(record) > _MOST_COLUMNS:
        said = _WIDE.filled(cells=f"{len(record):,}", most=f"{_MOST_COLUMNS:,}")
        raise ResponseError(in_row(source, row, said + _ONE_PER_ROW))
    return len(record)


def _as_told(source: str, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except (LookupError, TypeError, ValueError) as problem:
        if isinstance(problem, UnicodeDecodeError):
            line = data.count(b"\n", 0, problem.start) + 1
            why = _OTHER_BYTES.filled(line=line, encoding=encoding)
        else:
            why = _NO_ENCODING.filled(encoding=repr(encoding))
        raise ResponseError(at(source, Words("cannot be decoded: ", "无法解码：") + why)) from None


def _recognised(source: str, data: bytes) -> tuple[str, str]:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    for candidate in _candidates(source, data, marked):
        try:
            return candidate, data.decode(candidate)
        except UnicodeDecodeError:
            continue
    raise ResponseError(at(source, _UNRECOGNISED))


def _candidates(source: str, data: bytes, marked: str | None) -> Iterable[str]:
    if marked:
        yield marked
        return
    before, behind = data[::2].count(0), data[1::2].count(0)
    if max(before, behind) > 0.15 * len(data) and not min(before, behind):  # UTF-16 without its mark
        yield "utf-16-le" if behind else "utf-16-be"
    yield "utf-8"
    if b"\0" in data:
        return
    lines = [line for line in enumerate(data.splitlines(), start=1) if not line[1].isascii()]
    first = _first(lines)
    chinese = _looks_chinese(b"\n".join(line for _, line in first)[:_TELLING])
    guess = None if chinese else _guess(data)
    _of_one_encoding(source, lines if chinese or guess else first)
    if chinese:
        yield "gb18030"
        guess = _guess(data)
    if guess:
        yield guess


def _first(lines: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Take as many lines as an encoding shows in, so that a large file of nothing readable is refused by them."""
    sizes = accumulate(len(line) for _, line in lines)
    return lines[: 1 + sum(1 for _ in takewhile(lambda size: size < _TELLING, sizes))]


def _guess(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_TELLING]).best()
    return None if best is None else best.encoding


def _of_one_encoding(source: str, lines: list[tuple[int, bytes]]) -> None:
    """Refuse a file of which some lines are UTF-8 beyond doubt and others cannot be: two files were joined."""
    foreign = next((i for i, line in lines if not _is_utf8(line)), None)
    surely = next((i for i, line in lines if _CHINESE_UTF8.search(line) and _is_utf8(line)), None)
    if foreign is not None and surely is not None:
        raise ResponseError(at(source, _MIXED.filled(surely=surely, foreign=foreign)))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _looks_chinese(data: bytes) -> bool:
    """Most bytes beyond ASCII come in the pairs of GB 2312, the everyday part of GB 18030."""
    pairs = sum(map(len, re.findall(rb"(?:[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])+", data)))
    return pairs >= 0.9 * sum(map(len, re.findall(rb"[\x80-\xff]+", data)))


def _plain(source: str, text: str) -> str:
    """Refuse what is no text: control characters, or a web page under the name of a table."""
    control = re.search(r"[\x00-\x08\x0e-\x1a]", text)
    if control and (control[0] == "\0" or len(re.findall(r"[\x00-\x08\x0e-\x1a]", text)) * 100 > len(text)):
        raise ResponseError(at(source, _BINARY))
    if re.match(r"\s*<(!doctype|html|table|\?xml)", text, re.IGNORECASE):
        raise ResponseError(at(source, _WEB_PAGE))
    return text


def _delimiter(text: str, prefer_tab: bool) -> str:
    """Choose the delimiter that gives many columns, the same number in every row, or else several in every row."""
    sample = text[:100_000].splitlines(keepends=True)
    sample = (sample[:-1] if len(text) > 100_000 and len(sample) > 1 else sample)[:50]  # the last may be cut

    def columns(delimiter: str) -> tuple[float, int, bool]:
        try:
            rows = csv.reader(sample, delimiter=delimiter)
            widths = [len(row) for row in rows if any(cell.strip(" ,;\t\r\n") for cell in row)]
        except csv.Error:
            return 0.0, 0, False
        head, body = widths[0] if widths else 0, widths[1:]
        alike = sum(width == head for width in body) / len(body) if body else 1.0
        split = min(widths, default=0) > 1
        return max(head * alike, float(split)), head * split, delimiter == ("\t" if prefer_tab else ",")

    return max(_NAMES, key=columns)


def _records(source: str, text: str, start: int, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(_lines(source, text, start), delimiter=delimiter)
    begun, before, last = 1, 0, None
    try:
        for record in reader:
            if last is not None:
                yield last
                begun = before + 1
            last, before = record, reader.line_num
    except csv.Error as problem:
        raise ResponseError(_in_line(source, reader.line_num, _UNSPLIT.filled(problem=problem))) from None
    if last != [_END]:
        raise ResponseError(_in_line(source, begun, _OPEN_QUOTE))


def _lines(source: str, text: str, start: int) -> Iterator[str]:
    """Give the lines without making a second copy of the text, and a mark behind the last."""
    for number, line in enumerate(_LINE.finditer(text, start), start=1):
        if line.end() - line.start() > _LONGEST_LINE:
            said = _LONG_LINE.filled(most=f"{_LONGEST_LINE:,}")
            raise ResponseError(_in_line(source, number, said + _ONE_PER_ROW))
        yield line[0]
    yield _END


def _uneven(row: int, record: list[str], names: int, delimiter: str) -> Iterator[Finding]:
    cells = len(record)
    if cells < names:
        yield finding("warning", "short_row", _SHORT.filled(cells=cells, names=names), row=row)
    elif any(cell.strip() for cell in record[names:]):
        message = _LONG.filled(cells=cells, names=names, delimiter=_NAMES[delimiter])
        yield finding("error", "long_row", message, row=row)


def in_row(source: str, row: int, said: Words) -> Words:
    """Put the file and the row before what is said of it."""
    return Words(f"{source}, row {row}: ", f"{source}第{row}行：") + said


def _in_line(source: str, line: int, said: Words) -> Words:
    return Words(f"{source}, line {line}: ", f"{source}第{line}行：") + said


EMPTY = Words("is empty; expected column names and one row per respondent", "为空；应有列名，且每名受访者一行")
_ENDLESS = Words(
    "has more than {most} rows; a file of answers has one for each respondent. Leave out what is not an answer, or "
    "read the file in parts",
    "超过{most}行；数据文件每名受访者一行。请删去非作答内容，或分批读取",
)
_WIDE = Words("has {cells} cells, at most {most} are read; ", "有{cells}个单元格，最多读取{most}个；")
_LONG_LINE = Words("has more than {most} characters; ", "超过{most}个字符；")
_ONE_PER_ROW = Words(
    "is there one row per respondent, and a line break behind each?", "是否每名受访者一行，且行末均有换行？"
)
_OTHER_BYTES = Words(
    "its line {line} is not valid {encoding}; leave encoding= out to have it recognised",
    "第{line}行不是有效的{encoding}；请删去encoding=以自动识别",
)
_NO_ENCODING = Words(
    "{encoding} is not an encoding; try 'utf-8', 'gb18030' or 'utf-16'",
    "{encoding}不是编码名称；可试'utf-8'、'gb18030'或'utf-16'",
)
_UNRECOGNISED = Words(
    "is not a table of answers, or its encoding could not be recognised; save it as .xlsx or as CSV in UTF-8, or name "
    "the encoding with encoding=",
    "不是作答数据表，或无法识别其编码；请另存为.xlsx或UTF-8的CSV，或以encoding=指定编码",
)
_MIXED = Words(
    "mixes encodings: line {surely} is UTF-8, line {foreign} is not; were two files joined? Save each in UTF-8 first, "
    "or name one encoding for all of it with encoding=",
    "混用编码：第{surely}行是UTF-8，第{foreign}行不是；是否合并了两个文件？请先分别另存为UTF-8，或以encoding=统一指定编码",
)
_BINARY = Words(
    "is not a table of answers (it holds binary data); expected CSV, TSV, an Excel workbook or an SPSS .sav file",
    "不是作答数据表（含二进制数据）；应为CSV、TSV、Excel工作簿或SPSS的.sav文件",
)
_WEB_PAGE = Words(
    "is a web page or XML, not a table of answers; open it in a spreadsheet program and save it as .xlsx",
    "是网页或XML，不是作答数据表；请用电子表格软件打开并另存为.xlsx",
)
_UNSPLIT = Words(
    "cannot be split into cells ({problem}); look for a quotation mark that is opened there or above and never closed",
    "无法拆分为单元格（{problem}）；请检查该处或其上方是否有未闭合的引号",
)
_OPEN_QUOTE = Words(
    'a quotation mark (") is opened in this row and never closed, so the rows below it cannot be told apart; close it '
    "or remove it",
    '此行有未闭合的引号（"），其后各行无法区分；请补全或删去',
)
_NOT_UTF8 = Words(
    "the file is not UTF-8; it was read as {taken} (choose another with encoding=)",
    "文件不是UTF-8编码，按{taken}读取（可用encoding=另行指定）",
)
_SHORT = Words(
    "has {cells} cells for {names} column names; those not there were read as empty",
    "有{cells}个单元格，而列名有{names}个；缺少的单元格按空白处理",
)
_LONG = Words(
    "has {cells} cells for {names} column names: is there a {delimiter} inside an answer that is not quoted? Answers "
    "behind it may stand in the wrong column",
    "有{cells}个单元格，而列名只有{names}个：是否有答案含{delimiter}而未加引号？其后的答案可能错列",
)
