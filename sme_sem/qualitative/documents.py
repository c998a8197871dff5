"""The words of a document: text files, PDF and Word.

A file that cannot be read is never a reason to stop: it is named with the reason, and the others are read.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import SourceError
from ..tables import Words
from ..tables.storing import require_path
from .libraries import library

SUFFIXES = (".txt", ".text", ".md", ".pdf", ".docx")
_LARGEST, _UNPACKED = 200_000_000, 500_000_000  # bytes of a file, and of what a Word file holds
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SAMPLE = 20_000  # characters, or bytes, that tell what a text is
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_HAN = re.compile("[\u3400-\u9fff]")
_SHORT_LINE = 10  # characters; shorter ones are headings, or cells of a table
_EXAMPLE = r"(?P<firm>\w+?)_(?P<year>\d{4})"
_YEAR_OF = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*年)")


class Read(NamedTuple):
    """The text of a document; None where there is none, with the reason."""

    text: str | None
    remark: Words | None = None


def documents_in(sources: str | Path | Iterable[str | Path]) -> tuple[Path, ...]:
    """List the documents among files and folders (and what lies in them), in the order of their names.

    Raises :class:`~sme_sem.errors.SourceError` if a path does not exist, or there is no document.
    """
    given = list(sources) if isinstance(sources, Iterable) and not isinstance(sources, str) else [sources]
    for one in given:
        require_path(one, "sources", _SOURCES)
    found: list[Path] = []
    for path in map(Path, given):
        if path.is_dir():
            inside = (p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and not p.name.startswith(("~$", ".")))
            found += sorted(p for p in inside if p.is_file())
        elif path.exists():
            found.append(path)
        else:
            raise SourceError(str(path), [Words("no such file or folder", "没有该文件或文件夹")])
    if not found:
        raise SourceError(
            ", ".join(map(str, given)),
            [
                Words(
                    f"holds no document; expected {', '.join(SUFFIXES)} files",
                    f"没有文档；应为{'、'.join(SUFFIXES)}文件",
                )
            ],
        )
    return tuple(dict.fromkeys(found))


def read_document(path: Path) -> Read:
    """Read the text of a document, or say why it has none.

    >>> read_document(Path("report.odt")).remark.en
    'is no .txt, .text, .md, .pdf or .docx file; not read'
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        return Read(None, _KIND)
    try:
        if path.stat().st_size > _LARGEST:
            return Read(None, _LARGE.filled(size=_LARGEST // 1_000_000))
        data = path.read_bytes()
    except OSError as problem:
        return Read(None, _CLOSED.filled(reason=problem.strerror or problem))
    if not data.strip():
        return Read(None, _EMPTY)
    reader = {".pdf": _pdf, ".docx": _docx}.get(suffix, decoded)
    return reader(data)


def name_pattern(pattern: str, paths: Iterable[Path]) -> re.Pattern[str]:
    """Check how names of files tell firm and year: a regular expression that has such groups and fits a name.

    Raises :class:`~sme_sem.errors.SourceError` for any other.
    """
    place = f"pattern {pattern!r}"
    try:
        found = re.compile(pattern)
    except re.error as problem:
        raise SourceError(
            place, [Words(f"is no regular expression: {problem}", f"不是正则表达式：{problem}")]
        ) from None
    if not {"firm", "year"} & set(found.groupindex):
        raise SourceError(
            place,
            [
                Words(
                    f"names neither firm nor year; write groups, such as {_EXAMPLE}",
                    f"未指明firm或year；请写出分组，如{_EXAMPLE}",
                )
            ],
        )
    stems = [path.stem for path in paths]
    if not any(map(found.search, stems)):
        raise SourceError(
            place, [Words(f"fits the name of no document, such as {stems[0]!r}", f"与任何文档名都不符，如{stems[0]!r}")]
        )
    return found


def firm_and_year(path: Path, pattern: re.Pattern[str] | None = None) -> tuple[str, int | None]:
    """Read the firm and the year off a file's name.

    pattern : of :func:`name_pattern`; without it the firm stands before the first ``_``, ``-`` or blank, and the year
        is the one before 年, else the first of four digits

    >>> firm_and_year(Path("600001_2015年年度报告.pdf")), firm_and_year(Path("acme 2019.txt"))
    (('600001', 2015), ('acme', 2019))
    """
    stem = path.stem
    if pattern is not None:
        match = pattern.search(stem)
        named: dict[str, Any] = match.groupdict() if match else {}
        year = named.get("year")
        return named.get("firm") or stem, int(year) if year and year.isdecimal() else None
    found = _YEAR_OF.search(stem) or _YEAR.search(stem)
    firm = re.split(r"[_\-\s]+", stem, maxsplit=1)[0]
    return firm or stem, int(found[1]) if found else None


def decoded(data: bytes) -> Read:
    """Read the bytes of a text file: UTF-8, what a byte order mark says, GB18030, or what looks likeliest.

    >>> decoded("坚持创新".encode("gb18030")).remark.en
    'read as GB18030'
    """
    mark = next((name for start, name in _MARKS if data.startswith(start)), None)
    wide = b"\0" in data[:_SAMPLE]
    for encoding in (mark,) if mark else ("utf-16-le", "utf-16-be") if wide else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding in (mark, "utf-8"):
            return Read(text) if "\0" not in text[:_SAMPLE] else Read(None, _BINARY)
        if "\0" not in text[:_SAMPLE] and _likely(text[:_SAMPLE]):
            return Read(text, _ENCODING.filled(encoding=encoding.upper()))
    if wide and mark is None:
        return Read(None, _BINARY)
    from charset_normalizer import from_bytes

    best = None if mark else from_bytes(data[:200_000]).best()
    if best is None:
        return Read(None, _UNKNOWN)
    try:
        return Read(data.decode(best.encoding), _ENCODING.filled(encoding=best.encoding))
    except UnicodeDecodeError:
        return Read(None, _UNKNOWN)


def _likely(text: str) -> bool:
    """Tell whether characters beyond ASCII are punctuation (rows 1 to 3) or common ones (16 to 55) of GB 2312.

    Nearly all of a Chinese text is; of Western or traditional Chinese bytes that were taken for GB18030, at most half.
    """
    beyond = [c for c in text if not c.isascii()]
    rows = [code[0] - 0xA0 for code in (c.encode("gb2312", "ignore") for c in beyond) if code]
    return sum(row <= 3 or 16 <= row <= 55 for row in rows) >= 0.6 * len(beyond)


def _pdf(data: bytes) -> Read:
    import logging

    pypdf = library("pypdf", Words("reading PDF files", "读取PDF文件"))
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it would say is in the remark
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return Read(None, _LOCKED)
        pages = [page.extract_text() or "" for page in reader.pages]
    except Exception as problem:  # a broken file fails in many ways; each is a file that cannot be read
        return Read(None, _BROKEN.filled(kind="PDF", reason=f"{type(problem).__name__}: {problem}"[:120]))
    blank = sum(not page.strip() for page in pages)
    if blank == len(pages):
        return Read(None, _SCANNED)
    text = "\n".join(map(_unwrapped, pages))
    return Read(text, _PARTLY.filled(blank=blank, pages=len(pages)) if blank else None)


def _unwrapped(page: str) -> str:
    r"""Join the full lines of a page between Chinese characters: they end where the page does, also inside a word.

    >>> _unwrapped("目录\n公司坚持微创新，持续推进商业模\n式创新与数字化转型，提高研发微\n创新")
    '目录\n公司坚持微创新，持续推进商业模式创新与数字化转型，提高研发微创新'
    """
    lines = [line.strip() for line in page.split("\n")]
    full = max(_SHORT_LINE, 0.8 * sorted(map(len, lines))[len(lines) * 3 // 4])
    found = lines[0]
    for before, line in pairwise(lines):
        wrapped = len(before) >= full and _HAN.match(before[-1:]) and _HAN.match(line)
        found += line if wrapped else f"\n{line}"
    return found


def _docx(data: bytes) -> Read:
    from docx import Document

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _UNPACKED:
                return Read(None, _LARGE.filled(size=_UNPACKED // 1_000_000))
        text = "".join(_written(Document(io.BytesIO(data)).element.body)).strip()
    except Exception as problem:  # as for PDF
        return Read(None, _BROKEN.filled(kind="Word", reason=f"{type(problem).__name__}: {problem}"[:120]))
    return Read(text) if text else Read(None, _EMPTY)


def _written(part: Any) -> Iterator[str]:
    """The words of a part of a Word file, each once: in merged cells, tables in tables, text boxes and form fields."""
    for child in part:
        kind = str(child.tag).rpartition("}")[2]
        if kind == "t":
            yield child.text or ""
        elif kind != "Fallback":  # which repeats a text box for old programs
            yield "\n" if kind in ("p", "br", "cr", "tab") else ""
            yield from _written(child)


_KIND = Words(
    "is no .txt, .text, .md, .pdf or .docx file; not read", "不是支持的文档格式（txt、md、pdf、docx），未读取"
)
_LARGE = Words("is larger than {size} MB; not read", "超过{size} MB，未读取")
_CLOSED = Words("cannot be opened ({reason}); not read", "无法打开（{reason}），未读取")
_EMPTY = Words("is empty; not used", "内容为空，未使用")
_BINARY = Words("holds binary data, not text; not read", "为二进制数据而非文本，未读取")
_UNKNOWN = Words(
    "its encoding could not be recognised; save it as UTF-8. Not read", "无法识别编码，请另存为UTF-8；未读取"
)
_ENCODING = Words("read as {encoding}", "按{encoding}编码读取")
_LOCKED = Words("is protected by a password; not read", "受密码保护，未读取")
_BROKEN = Words("is a broken {kind} file ({reason}); not read", "{kind}文件已损坏（{reason}），未读取")
_SCANNED = Words(
    "holds no text, as scanned pages do; run text recognition (OCR) first", "无文本层（扫描件），请先进行文字识别"
)
_PARTLY = Words("{blank} of {pages} pages hold no text", "{pages}页中有{blank}页无文本")
_SOURCES = Words("the path of a file or folder, or a list of these", "文件或文件夹的路径，或其列表")
