"""Verify a results folder: run its study again, and compare every number of every table.

The manifest of the folder says what went in (hashes of answers and instrument, options, versions) and what came out
(the hash of each file).  Three things are looked at: whether files were changed after they were written, whether the
study still states what it stated, and whether the numbers come out the same.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .errors import StudyError
from .instrument import shipped
from .opening import demo_study, load_study
from .report.folder import MANIFEST, files_in
from .steps import Progress
from .study import Study
from .tables import Column, Kind, Table, Tabled, Text, Words
from .tables.storing import require_path, sha256_of
from .words import at

_SHOWN = 20


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the folder has it: where, as stored, and as found now."""

    where: Text
    stored: str
    found: str


@dataclass(frozen=True)
class Verification(Tabled):
    """What a second run of a study found.

    numbers : how many numbers of the tables were compared
    changed : files that were changed, removed or added after they were written
    inputs : answers, instrument or options that are no longer those of the manifest
    differences : values of tables that came out otherwise
    versions : packages of another version than then; by themselves no difference
    """

    numbers: int
    changed: tuple[Words, ...]
    inputs: tuple[Difference, ...]
    differences: tuple[Difference, ...]
    versions: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether nothing was changed and every value came out the same."""
        return not (self.changed or self.inputs or self.differences)

    def tables(self) -> tuple[Table, ...]:
        """Give the counts, then what differs, the first of it one by one."""
        rows = (
            (_COMPARED, self.numbers),
            (_DIFFERENT, len(self.differences)),
            (_CHANGED, len(self.changed)),
            (_INPUTS, len(self.inputs)),
            (_VERSIONS, len(self.versions)),
        )
        counts = Table("verification", _TITLE, _COUNTS, rows, (_SAME if self.same else _NOT_SAME,))
        listed: list[tuple[Text, str, str]] = [(name, "", "") for name in self.changed]
        listed += [(d.where, d.stored, d.found) for d in (*self.inputs, *self.differences, *self.versions)]
        if not listed:
            return (counts,)
        more = (_MORE.filled(n=len(listed) - _SHOWN),) if len(listed) > _SHOWN else ()
        return counts, Table("verification_differences", _FIRST, _DIFFERENCES, tuple(listed[:_SHOWN]), more)


def verify(folder: str | Path, study: str | Path | None = None, progress: Progress | None = None) -> Verification:
    """Run the study behind a results folder again and say whether every number is the same.

    Parameters
    ----------
    folder
        As :meth:`Results.save` wrote it.
    study
        The study file; left out, ``study.yaml`` in the folder above, or the shipped instrument of a demonstration.
    progress
        As for :meth:`Study.run`.

    Returns
    -------
    Verification
        ``.same``, and what is not.

    Raises
    ------
    StudyError
        The folder holds no results, no study belongs to it, or the study file has problems.
    InstrumentError, ResponseError
        The study's instrument has problems, or its answers can no longer be read.

    Examples
    --------
    >>> import tempfile, sme_sem as sme
    >>> with tempfile.TemporaryDirectory() as place:
    ...     study = sme.load_study(sme.new_study(place, "corporate-reputation"))
    ...     found = verify(study.run().save(study.output))
    >>> found.same, found.differences
    (True, ())
    """
    require_path(folder, "folder", Words("the path of a folder of results", "结果文件夹的路径"))
    folder = Path(folder)
    stored = _manifest(folder)
    again = replace(_study_of(folder, stored, study), ledger=None)  # a second run is no new fit
    with tempfile.TemporaryDirectory() as place:
        results = replace(again.run(progress), recorded=stored.get("recorded_fits"))
        fresh = Path(results.save(Path(place) / "results", stored["language"]))
        now = _manifest(fresh)
        compared, differences = _tables(folder, fresh, sorted({*stored["files"], *now["files"]}))
    inputs = [d for part in ("data", "instrument", "options") for d in _leaves(stored.get(part), now.get(part), part)]
    versions = _leaves(stored["versions"], now["versions"], "versions")
    versions = [*_leaves(stored["sme_sem"], now["sme_sem"], "sme_sem"), *versions]
    return Verification(compared, tuple(_changed(folder, stored["files"])), tuple(inputs), differences, tuple(versions))


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise StudyError(str(folder), [at(MANIFEST, _NO_MANIFEST)]) from None
    except ValueError:
        raise StudyError(str(folder), [at(MANIFEST, _UNREADABLE)]) from None
    wanted = ("sme_sem", "versions", "language", "files", "instrument")
    missing = [name for name in wanted if not isinstance(found, dict) or name not in found]
    if missing:
        raise StudyError(str(folder), [at(MANIFEST, _LACKS.filled(name=repr(missing[0])))])
    return dict(found)


_NO_MANIFEST = Words(
    "no such file; name a folder that sme-sem run has written", "文件不存在；请指定由sme-sem run写出的文件夹"
)
_UNREADABLE = Words("not readable as JSON; run the study again", "无法作为JSON读取；请重新运行研究")
_LACKS = Words("has no {name}; run the study again", "缺少{name}；请重新运行研究")
_NO_STUDY = Words("no study.yaml stands in {folder}; name it with --study", "{folder}中没有study.yaml；请以--study指明")


def _study_of(folder: Path, stored: dict[str, Any], study: str | Path | None) -> Study:
    file = Path(study) if study is not None else folder.resolve().parent / "study.yaml"
    if study is not None or file.is_file():
        return load_study(file)
    name = stored["instrument"].get("name")
    if name in shipped() and stored.get("recorded_fits") is None:  # a study of its own counts its fits in a ledger
        return demo_study(name)
    raise StudyError(str(folder), [_NO_STUDY.filled(folder=folder.resolve().parent)])


def _changed(folder: Path, files: dict[str, str]) -> Iterator[Words]:
    for name, stored in sorted(files.items()):
        path = folder / name
        if not path.is_file():
            yield _FILE_REMOVED.filled(file=name)
        elif sha256_of(path) != stored:
            yield _FILE_CHANGED.filled(file=name)
    for name in files_in(folder):
        if name not in files and name != MANIFEST:
            yield _FILE_ADDED.filled(file=name)


def _tables(before: Path, now: Path, files: list[str]) -> tuple[int, tuple[Difference, ...]]:
    compared, found = 0, []
    for name in files:
        if not (name.startswith("tables/") and name.endswith(".csv")):
            continue
        old, new = _cells(before / name), _cells(now / name)
        compared += sum(_is_number(value) for value in old.values())
        for place in dict.fromkeys([*old, *new]):
            if old.get(place) != new.get(place):
                row, column = place
                where = _CELL.filled(file=name.removeprefix("tables/"), row=row, column=column)
                found.append(Difference(where, old.get(place, "–"), new.get(place, "–")))
    return compared, tuple(found)


def _cells(file: Path) -> dict[tuple[int, str], str]:
    """The values of a table by row, counted from 1, and column."""
    if not file.is_file():
        return {}
    rows = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""))
    header = next(rows, [])
    return {(i, column): value for i, row in enumerate(rows, 1) for column, value in zip(header, row, strict=False)}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _leaves(stored: Any, found: Any, place: str) -> list[Difference]:
    """Compare two documents entry by entry."""
    if isinstance(stored, dict) and isinstance(found, dict):
        return [
            d for key in sorted({*stored, *found}) for d in _leaves(stored.get(key), found.get(key), f"{place}.{key}")
        ]
    return [] if stored == found else [Difference(place, str(stored), str(found))]


_TITLE = Words("Verification: the study run again", "复核：重新运行研究")
_FIRST = Words("What differs", "差异明细")
_COMPARED = Words("Numbers compared", "比对的数值")
_DIFFERENT = Words("Values of tables that differ", "不一致的表格数值")
_CHANGED = Words("Files changed, removed or added since", "写出后被改动、删除或新增的文件")
_INPUTS = Words("Answers, instrument or options that differ", "不一致的数据、问卷或选项")
_VERSIONS = Words("Packages of another version", "版本不同的软件包")
_FILE_REMOVED = Words("{file}: removed", "{file}：已删除")
_FILE_CHANGED = Words("{file}: changed", "{file}：已改动")
_FILE_ADDED = Words("{file}: added", "{file}：新增")
_CELL = Words("{file}, row {row}, {column}", "{file}，第{row}行，{column}")
_SAME = Words("Every number is the same.", "所有数值一致。")
_NOT_SAME = Words("These results are not what the study gives now.", "结果与当前研究的输出不一致。")
_MORE = Words("{n} more are not listed.", "另有{n}条未列出。")
_COUNTS = (Column("what", Words("What", "项目")), Column("count", Words("Count", "数量"), Kind.COUNT))
_DIFFERENCES = (
    Column("where", Words("Where", "位置")),
    Column("stored", Words("In the folder", "文件夹中")),
    Column("found", Words("Now", "现在")),
)
