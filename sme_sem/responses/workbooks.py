"""Refuse a workbook that would unfold to more than the machine can hold, before anything unfolds it.

A workbook is a zip archive of XML.  A few kilobytes can hold gigabytes of zeros, and two cells in opposite corners
of a sheet span sixteen billion others.  Sizes that the archive itself states are not believed: the members
are inflated piece by piece, and counted.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from struct import unpack_from

from ..errors import ResponseError

_PIECE = 1 << 20
_MOST_BYTES = 6 << 30
_MOST_FOLD = 200
_UNSUSPICIOUS_BYTES = 64 << 20
_MOST_CELLS = 120_000_000
_UNSUSPICIOUS_CELLS = 5_000_000
_REFERENCE = re.compile(rb'\br="([A-Z]{0,3})([0-9]{1,7})"')
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
    total = 0
    for member in members:
        own, extent = 0, _Extent()
        for piece in _inflated(data, member):
            own += len(piece)
            if total + own > min(_MOST_BYTES, max(_UNSUSPICIOUS_BYTES, _MOST_FOLD * len(data))):
                raise _refusal(path, f"unfolds from {len(data):,} to more than {total + own:,} bytes")
            if "sheet" in member.filename or member.filename == "content.xml":
                extent.extend(piece)
        total += own
        if extent.cells > _MOST_CELLS or extent.cells > max(_UNSUSPICIOUS_CELLS, 100 * extent.given):
            raise _refusal(path, f"spans {extent.cells:,} cells, {extent.given:,} of them written")


class _Extent:
    """How far the cells of a sheet reach."""

    def __init__(self) -> None:
        self.columns = self.rows = self.given = 0
        self.rest = b""

    def extend(self, piece: bytes) -> None:
        text = self.rest + piece
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


def _refusal(path: Path, found: str) -> ResponseError:
    return ResponseError(
        f"{path}: is no ordinary workbook: it {found}; open it in a spreadsheet program, copy the answers alone "
        "into a new workbook, or save them as CSV"
    )
