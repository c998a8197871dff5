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
