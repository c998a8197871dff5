"""The results folder: the report, its tables and figures, and a manifest of what made them.

The folder is written aside under a temporary name and renamed at the end, so that it is complete or
not there.  The same results give the same bytes: the manifest holds versions, hashes, options and
counts, but no time and no place.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ExportError, StudyError
from ..responses.findings import listed
from ..sem.exchange import write_syntax
from ..tables import Language, Words, csv_file, excel, latex, markdown, word
from ..tables.language import require_language
from ..tables.storing import A_FOLDER, IS_A_FILE, file_names, require_path, sha256_of, store, unreadable, unwritable
from . import html
from . import word as report_word
from .computing import COMPUTED_WITH
from .contents import report_of
from .report import SYNTHETIC

if TYPE_CHECKING:
    from .results import Results

MANIFEST = "manifest.json"
_PACKAGES = (*COMPUTED_WITH, "python-docx", "resvg-py", "xlsxwriter")
_CLUTTER = (".DS_Store", "Thumbs.db", "desktop.ini")


def save(results: Results, folder: str | Path, language: Language = "en") -> Path:
    """Write everything that is handed over; see :meth:`Results.save`."""
    require_path(folder, "folder", A_FOLDER)
    require_language(language)
    folder = Path(folder)
    require_free_folder(folder)
    try:
        return _placed(results, folder.resolve(), language, shown=folder)
    except ExportError as error:  # of the models for other programs
        raise StudyError(str(folder), error.lines) from None
    except OSError as error:
        raise StudyError(str(folder), [unwritable(error)]) from None


def require_free_folder(folder: str | Path) -> None:
    """Refuse a folder that holds anything but earlier results as they were written; worth asking before a long run."""
    folder = Path(folder)
    try:
        if not folder.resolve().exists():
            return
        if not folder.is_dir():
            raise StudyError(str(folder), [IS_A_FILE])
        present = files_in(folder)
        if not present:
            return
        written = _earlier_files(folder)
        problems = _lost(folder, present, written or {})
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise StudyError(str(folder), [unreadable(error)]) from None
    if written is None:
        raise StudyError(str(folder), [_NOT_RESULTS])
    if problems:
        raise StudyError(str(folder), problems)


def manifest(results: Results, language: Language) -> dict[str, Any]:
    """Say what went in and what it was computed with; neither time nor place."""
    from .. import __version__

    responses = results.screening.screened
    return {
        "sme_sem": __version__,
        "versions": {name: metadata.version(name) for name in _PACKAGES},
        "instrument": {
            "name": results.instrument.name,
            "version": results.instrument.version,
            "sha256": results.sha256.get("instrument"),
        },
        "data": {
            "source": responses.source,
            "sha256": results.sha256.get("data", responses.sha256),
            "synthetic": results.synthetic,
        },
        "language": language,
        "options": dict(results.options),
        "counts": results.counts,
        "recorded_fits": None if results.recorded is None else dict(results.recorded),
        "findings": _findings(responses.findings["severity"]),
        "models": {
            name: {
                "syntax": str(fit.specification),
                "n": fit.n,
                "converged": fit.converged,
                "diagnostics": [d.code for d in fit.diagnostics],
            }
            for name, fit in results.fits.items()
        },
        "failed_models": {name: str(why) for name, why in results.failures.items()},
    }


def _placed(results: Results, target: Path, language: Language, *, shown: Path) -> Path:
    """Write the folder aside, then put it in place of an earlier one."""
    missing = [parent for parent in target.parents if not parent.exists()]
    aside = target.with_name(f".{target.name[:80]}.{os.getpid()}.part")
    earlier = target.with_name(f".{target.name[:80]}.{os.getpid()}.old")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        with _no_collecting():
            _write(results, aside, language)
        if target.exists():
            target.rename(earlier)
            try:
                aside.rename(target)
            except BaseException:
                earlier.rename(target)
                raise
            shutil.rmtree(earlier, ignore_errors=True)
        else:
            aside.rename(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        for parent in missing:
            with contextlib.suppress(OSError):
                parent.rmdir()
        raise
    return shown


def _write(results: Results, folder: Path, language: Language) -> None:
    report = report_of(results, language)
    tables, figures = report.tables(), report.figures()
    html.write(report, folder / "report.html", language)
    store(folder / "report.docx", report_word.render(report, language))
    banner = SYNTHETIC if report.synthetic else None
    excel.write(tables, folder / "tables.xlsx", language, banner=banner)
    store(folder / "tables.docx", word.render(tables, language, banner=banner))
    store(folder / "tables.tex", latex.document(tables, language, banner=banner).encode())
    csv_file.write(tables, folder / "tables", language)
    for name, table in zip(file_names(table.name for table in tables), tables, strict=True):
        store(folder / "tables" / f"{name}.tex", f"{latex.render(table, language)}\n".encode())
        store(folder / "tables" / f"{name}.md", f"{markdown.render(table, language)}\n".encode())
    for name, figure in zip(file_names(figure.name for figure in figures), figures, strict=True):
        store(folder / "figures" / f"{name}.svg", figure.svg.encode("utf-8"))
    write_syntax(results.fits, folder / "syntax")
    files = {name: sha256_of(folder / name) for name in files_in(folder)}
    document = {**manifest(results, language), "files": files}
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    store(folder / MANIFEST, f"{text}\n".encode())


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """Put off the search for cycles: so many objects are made that it would go through all others again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def files_in(folder: Path) -> list[str]:
    """Name every file below a folder, by its path from there; what systems leave about does not count."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() and path.name not in _CLUTTER and not path.name.startswith(("~$", ".~lock"))
    )


def _earlier_files(folder: Path) -> dict[str, str] | None:
    """Hashes of the files of earlier results, as they were written; None where the folder holds none."""
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    files = document.get("files") if isinstance(document, dict) and "sme_sem" in document else None
    return files if isinstance(files, dict) else None


def _lost(folder: Path, present: list[str], written: dict[str, str]) -> list[Words]:
    """Say which files would be lost: those that are no results, and results that were edited."""
    foreign = [name for name in present if name not in {*written, MANIFEST}]
    edited = [name for name in present if name in written and sha256_of(folder / name) != written[name]]
    said = []
    if foreign:
        said.append(_FOREIGN.filled(names=listed(foreign, most=5)))
    if edited:
        said.append(_EDITED.filled(names=listed(edited, most=5)))
    return [what + _MOVE for what in said]


_NOT_RESULTS = Words(
    "is not empty and holds no earlier results; name a new or an empty folder",
    "文件夹非空，且不含先前的结果；请指定新的或空的文件夹",
)
_FOREIGN = Words("holds files that are no results ({names}) and would be lost", "其中有非结果文件（{names}），将会丢失")
_EDITED = Words(
    "holds results that were edited since they were written ({names}), which would be lost",
    "其中的结果在写出后被改动（{names}），改动将会丢失",
)
_MOVE = Words("; move them, or name another folder", "；请将其移走，或指定其他文件夹")


def _findings(severities: Any) -> dict[str, int]:
    return {name: int((severities == name).sum()) for name in ("error", "warning", "info")}
