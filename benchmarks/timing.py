"""Seconds of the processor that a job takes: one thread, so what others do on the machine counts little."""

from __future__ import annotations

import time
from collections.abc import Callable

RUNS, ENOUGH, SLOW = 50, 1.0, 3.0


def fastest(job: Callable[[], object]) -> float:
    """Fastest of repeated runs after a first one.

    Runs until they took a second together; a first run of more than three seconds is not repeated.
    """
    first = _seconds(job)
    if first > SLOW:
        return first
    taken = [_seconds(job)]
    while sum(taken) < ENOUGH and len(taken) < RUNS:
        taken.append(_seconds(job))
    return min(taken)


def _seconds(job: Callable[[], object]) -> float:
    started = time.process_time()
    job()
    return time.process_time() - started
