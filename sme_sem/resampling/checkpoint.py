"""Finished tasks on disk, so that an interrupted bootstrap goes on where it stopped.

The file is replaced as a whole, so that it is never half written, and carries a digest of everything the result depends
on: a file of another analysis is refused, not mixed in.
"""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SpecificationError
from ..tables.storing import require_path, store
from ..words import Words
from .tasks import Job, Outcome, Task

if TYPE_CHECKING:
    from ..sem.fit import Fit

EVERY = 2.0  # seconds between two writings


class Checkpoint:
    """The finished tasks of one analysis, in memory and on disk."""

    def __init__(self, path: str | Path, digest: str) -> None:
        require_path(path, "checkpoint")
        self.path, self.digest = Path(path), digest
        self.finished: dict[int, Outcome] = {}
        self._written = time.monotonic()
        if self.path.exists():
            self.finished = _read(self.path, digest)
        else:
            self.write()  # a place that cannot be written is told before the work

    def add(self, number: int, outcome: Outcome) -> None:
        """Keep a finished task; write if the last writing is some time ago."""
        self.finished[number] = outcome
        if time.monotonic() - self._written > EVERY:
            self.write()

    def write(self) -> None:
        """Replace the file."""
        parts = {f"{name}-{k}": getattr(o, name) for k, o in self.finished.items() for name in Outcome._fields}
        file = io.BytesIO()
        np.savez(file, digest=self.digest, **parts)
        store(self.path, file.getvalue())
        self._written = time.monotonic()


def digest_of(job: Job, tasks: Iterable[Task]) -> str:
    """Sum up what the outcomes depend on: model, options, answers, seed and draws."""
    found = hashlib.sha256()
    fit = job.fit
    for part in (fit.table.parameters, fit.table.definitions, fit.options, job.seed, job.quantities.members is None):
        found.update(repr(part).encode())
    for array in (fit.theta, job.scheme.unit, job.scheme.stratum, *_answers(fit)):
        found.update(repr(array.shape).encode() + np.ascontiguousarray(array).tobytes())
    for task in tasks:
        found.update(f"{task.number} {task.draws}".encode())
        for own in (task.rows, task.left_out):
            found.update(b"-" if own is None else np.ascontiguousarray(own).tobytes())
    return found.hexdigest()


def _answers(fit: Fit) -> tuple[np.ndarray, ...]:
    return fit.moments.answers or ()


def _read(path: Path, digest: str) -> dict[int, Outcome]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            known = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        raise SpecificationError(
            Words(
                f"checkpoint={str(path)!r} is no checkpoint of a bootstrap: name another file.",
                f"checkpoint={str(path)!r}不是自助法的存档：请指定其他文件。",
            )
        ) from None
    if str(known.get("digest")) != digest:
        raise SpecificationError(
            Words(
                f"checkpoint={str(path)!r} belongs to another analysis: other answers, model, options, seed or "
                "draws. Name another file, or remove this one.",
                f"checkpoint={str(path)!r}属于另一分析：作答、模型、选项、种子或抽样次数不同。请指定其他文件，或将其删除。",
            )
        )
    numbers = {int(name.split("-")[1]) for name in known if "-" in name}
    return {k: Outcome(*(known[f"{name}-{k}"] for name in Outcome._fields)) for k in sorted(numbers)}
