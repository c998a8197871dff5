"""A study's ledger: every fit of its answers, in the order they were done, and how each came about.

One JSON object a line, appended and never changed.  A line names the hash of an earlier line, so that one that is
removed from the middle, or altered, is noticed.  A fit that is already there (same answers, specification, options,
versions and label) is not written again.

==================  =============================================================================================
hypothesized        the model the study was made to test
planned rival       named beside it before anything was fitted to these answers
post hoc            fitted after others had been: by a search, or by a study file that was changed
==================  =============================================================================================
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import StudyError
from .tables.storing import require_path, unreadable, unwritable
from .words import Words, at, joined

if TYPE_CHECKING:
    from .comparison.specification_search import Search
    from .sem.fit import Fit

HYPOTHESIZED, PLANNED_RIVAL, POST_HOC = "hypothesized", "planned rival", "post hoc"
LABELS = (HYPOTHESIZED, PLANNED_RIVAL, POST_HOC)
NAME = "ledger.jsonl"
_VERSIONED = ("sme-sem", "numpy", "scipy", "pandas")


@dataclass(frozen=True)
class Entry:
    """One fit.

    data : SHA-256 of the answers    specification : the model, as its terms read    options : of the fit
    versions : of the packages it was computed with    label : one of :data:`LABELS`
    name : of the model    looked_at : how many models were considered to come to this one
    outcome : n, converged, chisq, df; or the reason why there are none
    """

    data: str
    specification: str
    options: Mapping[str, Any]
    versions: Mapping[str, str]
    label: str
    name: str = ""
    looked_at: int = 1
    outcome: Mapping[str, Any] | None = None

    @property
    def key(self) -> str:
        """Equal for fits that are one and the same."""
        own = {name: value for name, value in asdict(self).items() if name not in ("name", "outcome")}
        return json.dumps(own, sort_keys=True, ensure_ascii=False)


def entry(fit: Fit, data: str, label: str, *, name: str = "", looked_at: int = 1) -> Entry:
    """Describe a fit for the ledger.

    Parameters
    ----------
    fit
        The fitted model.
    data
        SHA-256 of the answers it was fitted to.
    label
        ``"hypothesized"``, ``"planned rival"`` or ``"post hoc"``.
    name
        Of the model.
    looked_at
        How many models were considered to come to this one, as ``sme.search`` tells.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", 100, seed=1)
    >>> entry(sme.fit("trust =~ t1 + t2 + t3", answers), "9f86d0", "post hoc").outcome["n"]
    100
    """
    options = {key: value for key, value in asdict(fit.options).items() if key != "method"}
    method = asdict(fit.options.method)
    found: dict[str, Any] = {"n": fit.n, "converged": fit.converged}
    if fit.converged:
        found |= {"chisq": float(fit.inference.test.chi_square), "df": int(fit.inference.df)}
    told = json.loads(json.dumps({**options, "estimator": method}))  # as reading gives them back
    return Entry(data, str(fit.specification), told, versions(), label, name, looked_at, found)


def entries_of_search(found: Search, data: str) -> tuple[Entry, ...]:
    """Describe the models a search went through, all post hoc, each with how many it had looked at by then.

    Parameters
    ----------
    found
        What ``sme.search`` found.
    data
        SHA-256 of the answers it searched.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("trust =~ 1*t1 + 1*t2 + 1*t3 + 1*t4 + 1*t5; t1 ~~ 0.5*t2", 400, seed=1)
    >>> found = sme.search(sme.fit("trust =~ t1 + t2 + t3 + t4 + t5", answers), most=1, halves=0, progress=False)
    >>> [(one.name, one.looked_at) for one in entries_of_search(found, "9f86d0")]
    [('search: t1 ~~ t2', 10)]
    """
    looked_at = found.steps["looked_at"].cumsum() if len(found.steps) else ()
    changes = found.steps["change"] if len(found.steps) else ()
    return tuple(
        entry(fit, data, POST_HOC, name=f"search: {change}", looked_at=int(so_far))
        for fit, change, so_far in zip(found.fits, changes, looked_at, strict=True)
    )


def versions() -> dict[str, str]:
    """Versions of the packages a fit depends on."""
    return {name: metadata.version(name) for name in _VERSIONED}


def record(path: str | Path, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Append fits that are not yet there, in one piece, and give the whole ledger.

    Parameters
    ----------
    path
        The file; made where it is missing.
    entries
        What was fitted.

    Raises
    ------
    StudyError
        If the file cannot be written, or has been altered.

    Examples
    --------
    >>> import tempfile
    >>> one = Entry("9f86d0", "use ~ trust", {}, {}, "hypothesized")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = record(Path(folder) / "ledger.jsonl", [one])
    ...     len(record(Path(folder) / "ledger.jsonl", [one]))
    1
    """
    known = read(path)
    path = Path(path)
    there = {one.key for one in known}
    new = list({one.key: one for one in entries if one.key not in there}.values())
    for one in new:
        if one.label not in LABELS:
            strange = _NO_LABEL.filled(label=repr(one.label), known=joined(LABELS, ", ", "、"))
            raise StudyError(str(path), [at("label", strange)])
    if not new:
        return known
    previous = _last(path)
    text = ""
    for one in new:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = json.dumps({**asdict(one), "recorded": now, "previous": previous}, ensure_ascii=False, sort_keys=True)
        text += line + "\n"
        previous = _hash(line)
    try:
        _append(path, text.encode())
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise StudyError(str(path), [unwritable(error)]) from None
    return (*known, *new)


def _line(number: int, said: Words) -> Words:
    return Words(f"line {number}: ", f"第{number}行：") + said


_NO_ENTRY = Words("is no entry of a ledger; restore the file", "不是台账记录；请恢复该文件")
_ALTERED = Words("a line before it was altered or removed; restore the file", "此前有行被改动或删除；请恢复该文件")


def read(path: str | Path) -> tuple[Entry, ...]:
    """Read a ledger, none where there is no file; :class:`StudyError` names a line that was altered or removed."""
    require_path(path, "ledger")
    path = Path(path)
    entries, hashes = [], {""}
    for number, line in enumerate(_lines(path), start=1):
        try:
            document = json.loads(line)
            previous = document.pop("previous")
            document.pop("recorded")
            entries.append(Entry(**document))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise StudyError(str(path), [_line(number, _NO_ENTRY)]) from None
        if previous not in hashes:
            raise StudyError(str(path), [_line(number, _ALTERED)])
        hashes.add(_hash(line))
    return tuple(entries)


def counts(entries: Iterable[Entry]) -> dict[str, int]:
    """How many fits have each label.

    >>> counts([Entry("9f86d0", "use ~ trust", {}, {}, "post hoc")])
    {'hypothesized': 0, 'planned rival': 0, 'post hoc': 1}
    """
    labels = [one.label for one in entries]
    return {label: labels.count(label) for label in LABELS}


def label_of(entries: Iterable[Entry], data: str, specification: str, intended: str) -> str:
    """Label a model by what was known when it was first named.

    A model keeps its first label; one that comes after others were fitted to the same answers is post hoc.
    """
    same = [one for one in entries if one.data == data]
    earlier = [one.label for one in same if one.specification == specification]
    if earlier:
        return earlier[0]
    return POST_HOC if same else intended


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name, or no text
        raise StudyError(str(path), [unreadable(error)]) from None


def _last(path: Path) -> str:
    lines = _lines(path)
    return _hash(lines[-1]) if lines else ""


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _append(path: Path, content: bytes) -> None:
    """Write all lines by one call, so that another process adds before or after them, never between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    try:
        os.write(file, content)
        os.fsync(file)
    finally:
        os.close(file)


_NO_LABEL = Words("{label} is none of {known}", "没有{label}；可选{known}")
