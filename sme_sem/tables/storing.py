"""Files that are either complete or not there.

A file is written beside its place under a temporary name, then renamed: whoever opens it
never meets half of it, and a failure leaves what stood there before.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from ..errors import ExportError, require_kind


def store(path: str | Path, content: bytes) -> Path:
    """Put ``content`` at ``path``, making its folder where that is missing."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name[:80]}.{os.getpid()}.part")
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
    except BaseException as problem:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        if isinstance(problem, OSError) and problem.filename is not None:  # nobody asked for the temporary name
            raise OSError(problem.errno, problem.strerror, str(path)) from problem
        raise
    return path


def deliver(path: str | Path, content: bytes) -> Path:
    """Put ``content`` where a person wanted it, or say why that cannot be."""
    try:
        return store(path, content)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ExportError(str(path), [f"cannot be written: {reason_of(error)}"]) from None


def require_path(path: object, name: str = "path", wanted: str = "the path of a file") -> None:
    """Refuse what names no place."""
    require_kind(name, path, (str, os.PathLike), wanted)


def reason_of(error: Exception) -> str:
    """Say why a place cannot be read or written, and what may help."""
    reason = getattr(error, "strerror", None) or str(error)
    if isinstance(error, PermissionError):
        return f"{reason}; check the rights of the folder, and close its files in other programs"
    return reason


def file_names(names: Iterable[str], longest: int = 80) -> tuple[str, ...]:
    """Make each name fit for a file or a sheet, and different from the others whatever the case of letters.

    >>> file_names(["fit indices", "Fit/indices", "信度"])
    ('fit_indices', 'Fit_indices_2', '信度')
    """
    taken: set[str] = set()
    found: list[str] = []
    for name in names:
        stem = re.sub(r"[^\w.-]+", "_", name).strip("._") or "table"
        candidate, number = stem[:longest], 1
        while candidate.casefold() in taken:
            number += 1
            tail = f"_{number}"
            candidate = stem[: longest - len(tail)] + tail
        taken.add(candidate.casefold())
        found.append(candidate)
    return tuple(found)
