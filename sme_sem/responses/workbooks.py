"""Refuse a workbook that would unfold to more than the machine can hold, before anything unfolds it.

A workbook is a zip archive of XML.  A few kilobytes can hold gigabytes of zeros, two cells in opposite corners
of a sheet span sixteen billion others, and a thousand cells can share one text of a million letters.  Sizes that the
archive itself states are not believed, nor are the names of its parts: all are inflated piece by piece, and counted.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from struct import unpack_from

from ..errors import ResponseError
from ..words import Words, at

_PIECE = 1 << 20
_MOST_BYTES = 6 << 30
_MOST_FOLD = 200
_UNSUSPICIOUS_BYTES = 64 << 20
_MOST_CELLS = 120_000_000
_UNSUSPICIOUS_CELLS = 5_000_000
_UNSUSPICIOUS_TEXT = 128 << 20
_USUAL_TEXT = 100  # bytes in a cell, on average over a sheet of much text
_LONGEST_TEXT = 400_000  # bytes: a cell holds 32,767 characters, each perhaps escaped
_REFERENCE = re.compile(rb"""<(?:\w+:)?(?:c|row)\s[^<>]*?\br=["']([A-Z]{0,3})([0-9]{1,7})["']""")
_SHARES = re.compile(rb"""\bt=["']s["']""")
_SHARED = re.compile(rb"""\bt=["']s["'][^<>]*>\s*<(?:\w+:)?v>\s*([0-9]{1,9})\s*<""")
_TAG = 1_000  # bytes of a tag, at most, that a piece may part
_SHARED_TEXTS = re.compile(rb"<(?:\w+:)?sst[\s>]")
_END_OF_SHARED = re.compile(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si\s*/>")
_CELL = re.compile(rb"<table:table-cell[^>]*value-type[^>]*>")
_REPEATED = re.compile(rb'number-columns-repeated="([0-9]+)"')
_ROWS_REPEATED = re.compile(rb'number-rows-repeated="([0-9]+)"')


def check_size(path: Path, data: bytes) -> None:
    """Refuse an archive that inflates without measure, or a sheet that is almost empty and immense.

    Raises :class:`~sme_sem.errors.ResponseError`.
    """
    if not data.startswith(b"PK"):
        return
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return  # the reader of workbooks says what is wrong with it
    binary = any(member.filename.endswith("workbook.bin") for member in members)
    total, sharing, shared = 0, 0, _SharedTexts().lengths
    for member in members:
        own, extent, texts = 0, _Extent(), _SharedTexts()
        if binary and (spanned := _binary_span(b"".join(_bounded(data, member)))) > _MOST_CELLS:
            raise _refusal(path, _SPANS.filled(cells=f"{spanned:,}"))
        for piece in _inflated(data, member):
            own += len(piece)
            if total + own > min(_MOST_BYTES, max(_UNSUSPICIOUS_BYTES, _MOST_FOLD * len(data))):
                raise _refusal(path, _UNFOLDS.filled(size=f"{len(data):,}", more=f"{total + own:,}"))
            extent.extend(piece)
            texts.extend(piece)
            if extent.longest > _LONGEST_TEXT:
                raise _refusal(path, _LONG_TEXT.filled(most=f"{_LONGEST_TEXT:,}"))
        total += own
        sharing += extent.sharing
        shared = [max(pair) for pair in zip_longest(shared, texts.lengths, fillvalue=0)]
        if extent.cells > _MOST_CELLS or extent.cells > max(_UNSUSPICIOUS_CELLS, 100 * extent.given):
            written = _WRITTEN.filled(given=f"{extent.given:,}")
            raise _refusal(path, _SPANS.filled(cells=f"{extent.cells:,}") + written)
    usual = max(_UNSUSPICIOUS_TEXT, _USUAL_TEXT * sharing)
    if max(shared, default=0) * sharing > usual:
        text = sum(_referred(_inflated(data, member), shared) for member in members)
        if text > usual:
            raise _refusal(path, _IN_COMMON.filled(cells=f"{sharing:,}", size=f"{text:,}"))


class _SharedTexts:
    """How long the texts are to which cells refer by number."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self.before, self.rest, self.begun = 0, b"", False

    def extend(self, piece: bytes) -> None:
        self.begun = self.begun or _SHARED_TEXTS.search(piece) is not None
        if not self.begun:
            return
        *ended, after = _END_OF_SHARED.split(self.rest + piece)
        for text in ended:
            self.lengths.append(self.before + len(text))
            self.before = 0
        self.rest = after[-_TAG:]
        self.before += len(after) - len(self.rest)


class _Extent:
    """How far the cells of a sheet reach."""

    def __init__(self) -> None:
        self.columns = self.rows = self.given = self.sharing = self.longest = 0
        self.rest = b""

    def extend(self, piece: bytes) -> None:
        text = self.rest + piece
        if b"\0" not in piece:  # no picture
            self.longest = max(self.longest, *map(len, text.split(b"<")))
        self.sharing += len(_SHARES.findall(text))
        found = _REFERENCE.findall(text)
        self.given += len(found)
        for letters, number in set(found):
            self.columns, self.rows = max(self.columns, _column(letters)), max(self.rows, int(number))
        for repeated in _REPEATED.findall(b"".join(_CELL.findall(text))) if b"columns-repeated" in text else ():
            self.columns = max(self.columns, int(repeated))
        for repeated in _ROWS_REPEATED.findall(text) if self.columns > 1024 else ():
            self.rows = max(self.rows, int(repeated))
        self.rest = text[text.rfind(b"<") :] if len(text) < 2 * _PIECE else b""

    @property
    def cells(self) -> int:
        return self.columns * self.rows


def _referred(pieces: Iterator[bytes], lengths: Sequence[int]) -> int:
    """Sum the lengths of the shared texts to which the cells of a sheet refer."""
    total, rest = 0, b""
    for piece in pieces:
        text, end = rest + piece, 0
        for found in _SHARED.finditer(text):
            number, end = int(found[1]), found.end()
            total += lengths[number] if number < len(lengths) else 0
        rest = text[end:][-_TAG:]
    return total


def _bounded(data: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give what a member holds, up to the size of which an archive of this length is not suspected."""
    left = max(_UNSUSPICIOUS_BYTES, _MOST_FOLD * len(data))
    for piece in _inflated(data, member):
        left -= len(piece)
        if left < 0:
            return
        yield piece


def _binary_span(part: bytes) -> int:
    """Count the cells between the corners of a binary sheet (.xlsb).

    A part is a sequence of records, each of a number, a length and a content; 0 begins a row, 1 to 11 are its cells.
    """
    at = rows = columns = 0
    while at + 2 <= len(part):
        kind = part[at]
        at += 2 if kind > 127 else 1
        length = shift = 0
        while at < len(part) and shift < 28:
            length |= (part[at] & 127) << shift
            shift, at = shift + 7, at + 1
            if part[at - 1] < 128:
                break
        if kind <= 11 and at + 4 <= len(part):
            (place,) = unpack_from("<I", part, at)
            rows, columns = (max(rows, place + 1), columns) if kind == 0 else (rows, max(columns, place + 1))
        at += length
    return rows * columns


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + letter - 64
    return place


def _inflated(data: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give what a member really holds, in pieces."""
    start = member.header_offset
    if start + 30 > len(data):
        return
    name, extra = unpack_from("<HH", data, start + 26)
    packed = memoryview(data)[start + 30 + name + extra :][: member.compress_size]
    if member.compress_type != zipfile.ZIP_DEFLATED:
        yield bytes(packed)
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(0, len(packed), _PIECE):
            waiting: bytes | memoryview = packed[at : at + _PIECE]
            while len(waiting):
                yield inflate.decompress(waiting, _PIECE)
                waiting = inflate.unconsumed_tail
    except zlib.error:
        return


def _refusal(path: Path, found: Words) -> ResponseError:
    return ResponseError(at(str(path), _NOT_ORDINARY.filled(found=found)))


_NOT_ORDINARY = Words(
    "is no ordinary workbook: it {found}; open it in a spreadsheet program, copy the answers alone into a new "
    "workbook, or save them as CSV",
    "不是普通的工作簿：{found}；请用电子表格软件打开，只将作答复制到新的工作簿，或另存为CSV",
)
_SPANS = Words("spans {cells} cells", "共{cells}个单元格")
_WRITTEN = Words(", {given} of them written", "，其中仅{given}个有内容")
_UNFOLDS = Words("unfolds from {size} to more than {more} bytes", "由{size}字节展开为{more}字节以上")
_LONG_TEXT = Words("holds a text of more than {most} bytes", "含超过{most}字节的文本")
_IN_COMMON = Words(
    "shares its texts among {cells} cells, {size} bytes in all", "{cells}个单元格共用其文本，合计{size}字节"
)
