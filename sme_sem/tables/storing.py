"""Files that are either complete or not there.

A file is written beside its place under a temporary name, then renamed: whoever opens it
never meets half of it, and a failure leaves what stood there before.  Files that belong together
are placed together.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..arguments import require_kind
from ..errors import ExportError
from ..words import Text, Words


def store(path: str | Path, content: bytes) -> Path:
    """Put ``content`` at ``path``, making its folder where that is missing."""
    return store_all({Path(path): content})[0]


def store_all(contents: Mapping[Path, bytes]) -> tuple[Path, ...]:
    """Put each content at its path; where one cannot be written, say why and leave all as it was."""
    with contextlib.ExitStack() as undo:
        path = Path()
        waiting: dict[Path, Path] = {}
        try:
            for number, (path, content) in enumerate(contents.items()):
                _make_folder(path.parent, undo)
                waiting[path] = path.with_name(f".{path.name[:80]}.{os.getpid()}.{number}.part")
                undo.callback(_remove, waiting[path])
                waiting[path].write_bytes(content)
            for path, unfinished in waiting.items():
                earlier = path.read_bytes() if len(contents) > 1 and path.is_file() else None
                os.replace(unfinished, path)
                undo.callback(_restore, path, earlier)
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise ExportError(str(path), [unwritable(error)]) from None
        undo.pop_all()
    return tuple(contents)


def _make_folder(folder: Path, undo: contextlib.ExitStack) -> None:
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(exist_ok=True)
        undo.callback(_remove_empty, missing)


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError, ValueError):
        path.unlink(missing_ok=True)


def _restore(path: Path, earlier: bytes | None) -> None:
    _remove(path)
    if earlier is not None:
        with contextlib.suppress(OSError):
            path.write_bytes(earlier)


_A_FILE = Words("the path of a file", "文件的路径")
A_FOLDER = Words("the path of a folder", "文件夹的路径")


def require_path(path: object, name: str = "path", wanted: Text = _A_FILE) -> None:
    """Refuse what names no place."""
    require_kind(name, path, (str, os.PathLike), wanted)


def unreadable(error: Exception) -> Words:
    """Say why a place cannot be read, and what may help."""
    return Words("cannot be read: ", "无法读取：") + _reason(error)


def unwritable(error: Exception) -> Words:
    """Say why a place cannot be written, and what may help."""
    return Words("cannot be written: ", "无法写入：") + _reason(error)


def _reason(error: Exception) -> Words:
    reason = getattr(error, "strerror", None) or str(error)
    return Words(reason, reason) + (_RIGHTS if isinstance(error, PermissionError) else "")


IS_A_FILE = Words("is a file; name a folder", "是文件；请写文件夹")
_RIGHTS = Words(
    "; check the rights of the folder, and close its files in other programs",
    "；请检查文件夹权限，并在其他程序中关闭其文件",
)


def sha256_of(file: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


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
