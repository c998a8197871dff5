"""Projects in the REFI-QDA exchange format (.qdpx), as NVivo, ATLAS.ti and MAXQDA write them.

A .qdpx is a ZIP archive: ``project.qde`` (XML) holds the users, the codebook, the sources and the selections with their
codes; ``sources/`` holds the texts.  Positions of a selection count characters (Unicode code points) of the plain text.
REFI-QDA standard 1.5, 2019, qdasoftware.org.

A code's place in the codebook gives its level: the code itself is the concept, the one it lies in the category, the
outermost one the main category.  Where only two levels are nested, there are no main categories.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pandas as pd

from ..errors import SourceError
from ..tables import Words
from .coding import FIELDS, Coding, coding_of
from .remarks import Remark, Severity

_LARGEST = 500_000_000  # bytes of one unpacked file
_SOURCES = ("TextSource", "PDFSource", "PictureSource", "AudioSource", "VideoSource")
_GROUP_VARIABLES = ("group", "respondent group", "分组", "群体", "受访者群体")


class _Code(NamedTuple):
    concept: str
    category: str
    main_category: str
    definition: str


class _Archive(NamedTuple):
    """The files of a project by their lower-case name."""

    files: dict[str, bytes]

    def text(self, path: str | None) -> str | None:
        """Find the text a source points to: ``internal://name.txt`` or a relative path."""
        if not path:
            return None
        name = path.partition("://")[2] or path
        found = self.files.get(f"sources/{name}".lower(), self.files.get(name.lower()))
        if found is None:
            return None
        try:
            return found.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None


def read_project(path: Path) -> Coding:
    """Read the coded segments of a .qdpx archive or of a .qde file.

    Raises :class:`~sme_sem.errors.SourceError` if it is neither, or holds no code.
    """
    place = str(path)
    archive = _opened(path, place)
    root = _parsed(archive.files["project.qde"], place)
    codes = _codes(root)
    users = {_guid(user): user.get("name", "") for user in _all(root, "User")}
    groups = _groups(root)
    remarks: list[Remark] = []
    rows: list[dict[str, object]] = []
    sources = [element for element in root.iter() if _tag(element) in _SOURCES]
    for source in sources:
        found, noticed = _coded(source, codes, users, archive)
        rows += [
            {**row, "group": groups.get(_guid(source), ""), "row": len(rows) + i} for i, row in enumerate(found, 1)
        ]
        remarks += [Remark(severity, f"{place}, {_named(source)}", message) for severity, message in noticed]
    if not rows:
        raise SourceError(place, ["the project holds no coded segment that could be read"])
    read = coding_of(pd.DataFrame(rows), place, tuple(map(_named, sources)))
    return replace(read, remarks=(*remarks, *read.remarks))


def _coded(
    source: ElementTree.Element, codes: dict[str, _Code], users: dict[str, str], archive: _Archive
) -> tuple[list[dict[str, object]], list[tuple[Severity, Words]]]:
    """List the coded segments of one source, and what was noticed about them."""
    rows: list[dict[str, object]] = []
    noticed: list[tuple[Severity, Words]] = []
    text, selections = _text(source, archive), list(_selections(source))
    if text is None and any(start is not None for _, _, start, _ in selections):
        noticed.append(("warning", _NO_TEXT))
    for selection, coding, start, end in selections:
        reference = next(iter(_all(coding, "CodeRef")), None)
        code = codes.get(reference.get("targetGUID", "").lower()) if reference is not None else None
        if code is None:
            noticed.append(("error", _NO_CODE))
            continue
        words = selection.get("name", "")
        if text is not None and start is not None and end is not None:
            if 0 <= start < end <= len(text):
                words = text[start:end]
            else:
                noticed.append(("warning", _OUTSIDE.filled(start=start, end=end, length=len(text))))
        user = (coding.get("creatingUser") or selection.get("creatingUser") or "").lower()
        segment = {
            "source": _named(source),
            "segment_id": f"{start}-{end}" if start is not None else _guid(selection),
            "segment": " ".join(words.split()),
            "coder": users.get(user, ""),
        }
        rows.append({**dict.fromkeys(FIELDS, ""), **segment, **code._asdict()})
    return rows, noticed


def _named(source: ElementTree.Element) -> str:
    return source.get("name") or _guid(source)


def _opened(path: Path, place: str) -> _Archive:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise SourceError(place, [f"cannot be read: {problem.strerror or problem}"]) from None
    if path.suffix.lower() == ".qde":
        return _Archive({"project.qde": content})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = [i for i in archive.infolist() if i.filename.lower().endswith((".qde", ".txt"))]
            if any(info.file_size > _LARGEST for info in wanted):
                raise SourceError(place, [f"holds a file of more than {_LARGEST // 1_000_000} MB"])
            files = {info.filename.replace("\\", "/").lower(): archive.read(info) for info in wanted}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as problem:
        message = f"is no intact REFI-QDA archive ({problem}); export the project again as .qdpx"
        raise SourceError(place, [message]) from None
    except Exception as problem:  # zlib's own error has no name that every Python shares
        if type(problem).__module__ not in ("zlib", "lzma", "bz2"):
            raise
        raise SourceError(place, [f"is damaged ({problem}); export the project again as .qdpx"]) from None
    project = next((name for name in files if name.endswith(".qde")), None)
    if project is None:
        raise SourceError(place, ["holds no project.qde; export the project again as .qdpx"])
    return _Archive({**files, "project.qde": files[project]})


def _parsed(content: bytes, place: str) -> ElementTree.Element:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise SourceError(place, ["project.qde declares entities, which no REFI-QDA project does; it was not read"])
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        raise SourceError(place, [f"project.qde is no well-formed XML ({problem}); export it again"]) from None
    if _tag(root) != "Project":
        raise SourceError(place, [f"project.qde begins with <{_tag(root)}>; expected <Project>"])
    return root


def _codes(root: ElementTree.Element) -> dict[str, _Code]:
    found: dict[str, _Code] = {}

    def visit(element: ElementTree.Element, above: tuple[ElementTree.Element, ...]) -> None:
        path = (*above, element)
        names = [step.get("name", "").strip() for step in path]
        category = names[-2] if len(names) > 1 else ""
        main = names[0] if len(names) > 2 else ""
        definition = _description(path[-2]) if len(path) > 1 else ""
        found[_guid(element)] = _Code(names[-1], category, main, definition)
        for below in element:
            if _tag(below) == "Code":
                visit(below, path)

    for codes in _all(root, "Codes"):
        for element in codes:
            if _tag(element) == "Code":
                visit(element, ())
    return found


def _description(code: ElementTree.Element) -> str:
    return next((" ".join((e.text or "").split()) for e in code if _tag(e) == "Description"), "")


def _groups(root: ElementTree.Element) -> dict[str, str]:
    """Give a source the group that its case, or a variable of its own, states."""
    names = {
        _guid(v): v.get("name", "").strip().casefold() for v in _all(root, "Variable") if v.get("name") is not None
    }

    def stated(element: ElementTree.Element) -> str:
        for value in (child for child in element if _tag(child) == "VariableValue"):
            reference = next(iter(_all(value, "VariableRef")), None)
            target = reference.get("targetGUID", "").lower() if reference is not None else ""
            if names.get(target) in _GROUP_VARIABLES:
                return next(((e.text or "").strip() for e in value if _tag(e).endswith("Value")), "")
        return ""

    found = {_guid(e): stated(e) for e in root.iter() if _tag(e) in _SOURCES}
    for case in _all(root, "Case"):
        for reference in _all(case, "SourceRef"):
            if group := stated(case):
                found[reference.get("targetGUID", "").lower()] = group
    return found


def _text(source: ElementTree.Element, archive: _Archive) -> str | None:
    """Read the plain text of a source, or of the representation it carries (PDF)."""
    for element in (source, *_all(source, "Representation")):
        inline = next((e.text for e in element if _tag(e) == "PlainTextContent"), None)
        if inline is not None:
            return inline
        found = archive.text(element.get("plainTextPath"))
        if found is not None:
            return found
    return None


def _selections(
    source: ElementTree.Element,
) -> Iterator[tuple[ElementTree.Element, ElementTree.Element, int | None, int | None]]:
    """Every coding of every selection, with its place in the text where it has one; a whole source may be coded."""
    for element in source.iter():
        if element is not source and not _tag(element).endswith("Selection"):
            continue
        plain = _tag(element) == "PlainTextSelection"
        start, end = (_number(element.get(name)) if plain else None for name in ("startPosition", "endPosition"))
        for coding in element:
            if _tag(coding) == "Coding":
                yield element, coding, start, end


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdecimal() else None


def _all(element: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return [e for e in element.iter() if _tag(e) == tag]


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _guid(element: ElementTree.Element) -> str:
    return element.get("guid", "").lower()


_NO_TEXT = Words("its text is not in the archive; segments are known by position", "归档中缺少原文，片段仅以位置标识")
_NO_CODE = Words("a segment names a code that the codebook lacks; left out", "片段所引用的编码不在编码本中，未使用")
_OUTSIDE = Words(
    "a segment from {start} to {end} lies outside the text of {length} characters",
    "片段位置 {start}–{end} 超出原文长度 {length}",
)
