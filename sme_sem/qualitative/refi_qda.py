"""Projects in the REFI-QDA exchange format (.qdpx), as NVivo, ATLAS.ti and MAXQDA write them.

A .qdpx is a ZIP archive: ``project.qde`` (XML) holds the users, the codebook, the sources and the selections with their
codes; ``sources/`` holds the texts.  Positions of a selection count characters (Unicode code points) of the plain text.
REFI-QDA standard 1.5, 2019, qdasoftware.org.

A code's place in the codebook gives its level: the code itself is the concept, the one it lies in the category, the
outermost one the main category.  Where only two levels are nested, there are no main categories.  A segment coded with
a category itself holds a concept of the same name.  ATLAS.ti nests no codes; there the code group is the category.

Respondent groups are what a variable of a case or document named "group" states; where there is none, the sets of
documents, if no document is in two.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pandas as pd

from ..errors import SourceError
from ..tables import Words
from ..tables.storing import unreadable
from .coding import FIELDS, Coding, coding_of
from .documents import Read, decoded
from .remarks import Remark, Severity

_LARGEST = 500_000_000  # bytes of all that is unpacked
_DEEPEST = 50  # levels of nested codes
_SOURCES = ("TextSource", "PDFSource", "PictureSource", "AudioSource", "VideoSource")
_PLACES = ("startPosition", "endPosition", "page", "firstX", "firstY", "secondX", "secondY", "begin", "end")
_SYNC_POINTS = ("fromSyncPoint", "toSyncPoint")
_GROUP_VARIABLES = ("group", "respondent group", "分组", "群体", "受访者群体")


class _Code(NamedTuple):
    concept: str
    category: str
    main_category: str
    definition: str


class _Archive(NamedTuple):
    """The files of a project by their lower-case name."""

    files: dict[str, bytes]

    def text(self, path: str | None) -> Read | None:
        """Read the text a source points to: ``internal://name.txt`` or a relative path; never a file outside."""
        name = (path or "").partition("://")[2] or path or ""
        found = self.files.get(f"sources/{name}".lower(), self.files.get(name.lower()))
        return decoded(found) if found is not None else None


class _Selected(NamedTuple):
    """A coding of a selection, and the text, if there is one, that positions of the selection count."""

    selection: ElementTree.Element
    coding: ElementTree.Element
    text: str | None
    carrier: str


def read_project(path: Path) -> Coding:
    """Read the coded segments of a .qdpx archive or of a .qde file.

    Raises :class:`~sme_sem.errors.SourceError` if it is neither, or holds no code.
    """
    place = str(path)
    archive = _opened(path, place)
    root = _parsed(archive.files["project.qde"], place)
    codes = _codes(root, place)
    users = {_guid(user): user.get("name", "") for user in _all(root, "User")}
    sources = [element for element in root.iter() if _tag(element) in _SOURCES]
    names = _names(sources)
    groups = _groups(root)
    remarks: list[Remark] = []
    rows: list[dict[str, object]] = []
    for source, name in zip(sources, names, strict=True):
        found, noticed = _coded(source, codes, users, archive)
        group = groups.get(_guid(source), "")
        rows += [{**row, "source": name, "group": group, "row": len(rows) + i} for i, row in enumerate(found, 1)]
        remarks += [Remark(severity, f"{place}, {name}", message) for severity, message in noticed]
    if not rows:
        raise SourceError(
            place, [Words("the project holds no coded segment that could be read", "项目中没有可读取的编码片段")]
        )
    read = coding_of(pd.DataFrame(rows), place, names)
    return replace(read, remarks=(*remarks, *read.remarks))


def _coded(
    source: ElementTree.Element, codes: dict[str, _Code], users: dict[str, str], archive: _Archive
) -> tuple[list[dict[str, object]], list[tuple[Severity, Words]]]:
    """List the coded segments of one source, and what was noticed about them."""
    rows: list[dict[str, object]] = []
    noticed: dict[tuple[Severity, Words], None] = {}
    for selection, coding, text, carrier in _selections(source, archive, noticed):
        reference = next(iter(_all(coding, "CodeRef")), None)
        code = codes.get(reference.get("targetGUID", "").lower()) if reference is not None else None
        if code is None:
            noticed["error", _NO_CODE] = None
            continue
        words = selection.get("name", "")
        if _tag(selection) == "PlainTextSelection":
            start, end = (_number(selection.get(name)) for name in ("startPosition", "endPosition"))
            if text is None:
                noticed["warning", _NO_TEXT] = None
            elif start is None or end is None or not 0 <= start < end <= len(text):
                stated = {
                    "start": selection.get("startPosition", "?")[:12],
                    "end": selection.get("endPosition", "?")[:12],
                }
                noticed["warning", _OUTSIDE.filled(length=len(text), **stated)] = None
            else:
                words = text[start:end]
        user = (coding.get("creatingUser") or selection.get("creatingUser") or "").lower()
        stands = [selection.get(name, "") for name in (*_PLACES, *_SYNC_POINTS)]
        segment = {
            "segment_id": " ".join([carrier, *stands]) if any(stands) else _guid(selection),
            "segment": " ".join(words.split()),
            "coder": users.get(user, ""),
        }
        rows.append({**dict.fromkeys(FIELDS, ""), **segment, **code._asdict()})
    return rows, list(noticed)


def _names(sources: Sequence[ElementTree.Element]) -> tuple[str, ...]:
    """Name every source, the second of a name with a number: folders may hold documents of the same name."""
    found: Counter[str] = Counter()
    names = []
    for source in sources:
        name = source.get("name", "").strip() or _guid(source)
        found[name] += 1
        names.append(name if found[name] == 1 else f"{name} ({found[name]})")
    return tuple(names)


def _opened(path: Path, place: str) -> _Archive:
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the name
        raise SourceError(place, [unreadable(problem)]) from None
    if path.suffix.lower() == ".qde":
        return _Archive({"project.qde": content})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            wanted = [i for i in archive.infolist() if i.filename.lower().endswith((".qde", ".txt"))]
            if sum(info.file_size for info in wanted) > _LARGEST:
                raise SourceError(
                    place,
                    [
                        Words(
                            f"holds more than {_LARGEST // 1_000_000} MB of text", f"文本超过{_LARGEST // 1_000_000} MB"
                        )
                    ],
                )
            files = {info.filename.replace("\\", "/").lower(): archive.read(info) for info in wanted}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as problem:
        message = Words(
            f"is no intact REFI-QDA archive ({problem}); export the project again as .qdpx",
            "不是完整的REFI-QDA文件；请重新导出为.qdpx",
        )
        raise SourceError(place, [message]) from None
    except Exception as problem:  # zlib's own error has no name that every Python shares
        if type(problem).__module__ not in ("zlib", "lzma", "bz2"):
            raise
        raise SourceError(
            place,
            [
                Words(
                    f"is damaged ({problem}); export the project again as .qdpx",
                    "已损坏；请重新导出为.qdpx",
                )
            ],
        ) from None
    project = next((name for name in files if name.endswith(".qde")), None)
    if project is None:
        raise SourceError(
            place,
            [
                Words(
                    "holds no project.qde; export the project again as .qdpx", "其中没有project.qde；请重新导出为.qdpx"
                )
            ],
        )
    return _Archive({**files, "project.qde": files[project]})


def _parsed(content: bytes, place: str) -> ElementTree.Element:
    plain = content.replace(b"\0", b"")  # of UTF-16
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise SourceError(
            place,
            [
                Words(
                    "project.qde declares entities, which no REFI-QDA project does; it was not read",
                    "project.qde声明了实体，REFI-QDA项目不会如此；未读取",
                )
            ],
        )
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        raise SourceError(
            place,
            [
                Words(
                    f"project.qde is no well-formed XML ({problem}); export it again",
                    "project.qde不是格式正确的XML；请重新导出",
                )
            ],
        ) from None
    if _tag(root) != "Project":
        raise SourceError(
            place,
            [
                Words(
                    f"project.qde begins with <{_tag(root)}>; expected <Project>",
                    f"project.qde以<{_tag(root)}>开头；应为<Project>",
                )
            ],
        )
    return root


def _codes(root: ElementTree.Element, place: str) -> dict[str, _Code]:
    sets = _code_groups(root)
    found: dict[str, _Code] = {}

    def visit(element: ElementTree.Element, above: tuple[ElementTree.Element, ...]) -> int:
        """Note a code and those in it; give how many levels lie in it."""
        path = (*above, element)
        if len(path) > _DEEPEST:
            raise SourceError(
                place,
                [
                    Words(
                        f"codes are nested more than {_DEEPEST} deep; flatten the codebook",
                        f"编码嵌套超过{_DEEPEST}层；请减少编码本的层级",
                    )
                ],
            )
        deep = max((1 + visit(below, path) for below in element if _tag(below) == "Code"), default=0)
        names = [step.get("name", "").strip() for step in path]
        lowest = path[-2:][0] if not deep else element
        if deep:
            category, main = names[-1], names[0] if len(names) > 1 or deep > 1 else ""
        else:
            category, main = names[-2] if len(names) > 1 else "", names[0] if len(names) > 2 else ""
        group = sets.get(_guid(element)) if not category else None
        if group is not None:
            category, lowest = group.get("name", "").strip(), group
        found[_guid(element)] = _Code(names[-1], category, main, _description(lowest) if category else "")
        return deep

    for codes in _all(root, "Codes"):
        for element in codes:
            if _tag(element) == "Code":
                visit(element, ())
    return found


def _code_groups(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """Find the first set that each code is a member of."""
    found: dict[str, ElementTree.Element] = {}
    for group in _all(root, "Set"):
        for member in _all(group, "MemberCode"):
            found.setdefault(member.get("targetGUID", "").lower(), group)
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
    return found if any(found.values()) else _source_sets(root)


def _source_sets(root: ElementTree.Element) -> dict[str, str]:
    """Name the set each document is in; none where sets overlap."""
    members = [
        (member.get("targetGUID", "").lower(), group.get("name", "").strip())
        for group in _all(root, "Set")
        for member in _all(group, "MemberSource")
    ]
    found = dict(members)
    return found if len(found) == len(set(members)) else {}


def _selections(
    source: ElementTree.Element, archive: _Archive, noticed: dict[tuple[Severity, Words], None]
) -> Iterator[_Selected]:
    """Give every coding of every selection with its text; a whole source may be coded, too."""
    waiting: list[tuple[ElementTree.Element, str | None, str]] = [(source, None, "")]
    while waiting:
        element, text, carrier = waiting.pop()
        if element is source or _tag(element) in ("Representation", "Transcript"):
            read = _own_text(element, archive)
            text, carrier = read.text if read else text, _guid(element)
            if read is not None and read.remark is not None:
                noticed["info" if read.text is not None else "warning", _TEXT + read.remark] = None
        if element is source or _tag(element).endswith("Selection"):
            yield from (_Selected(element, child, text, carrier) for child in element if _tag(child) == "Coding")
        waiting += [(child, text, carrier) for child in reversed(element)]


def _own_text(element: ElementTree.Element, archive: _Archive) -> Read | None:
    """Read the text that an element carries, or points to."""
    inline = next((child.text for child in element if _tag(child) == "PlainTextContent"), None)
    return Read(inline) if inline is not None else archive.text(element.get("plainTextPath"))


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdecimal() and len(text) < 16 else None


def _all(element: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return [e for e in element.iter() if _tag(e) == tag]


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _guid(element: ElementTree.Element) -> str:
    return element.get("guid", "").lower()


_TEXT = Words("its text: ", "原文：")
_NO_TEXT = Words("its text is not in the archive; segments are known by position", "归档中缺少原文，片段仅以位置标识")
_NO_CODE = Words("a segment names a code that the codebook lacks; left out", "片段所引用的编码不在编码本中，未使用")
_OUTSIDE = Words(
    "a segment from {start} to {end} lies outside the text of {length} characters",
    "片段位置 {start}–{end} 超出原文长度 {length}",
)
