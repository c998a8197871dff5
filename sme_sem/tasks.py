"""Work cut into tasks that any number of workers may do, and a bar that shows how far it is.

A task is done by one worker with one thread of linear algebra, results come back in the order of the tasks, and chance
is seeded by task: the number of workers changes nothing.  joblib distributes them, so
``with joblib.parallel_config(backend="dask")`` sends them to a cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from numbers import Integral
from typing import TYPE_CHECKING, TypeVar

from .arguments import whole
from .errors import SpecificationError
from .words import Words

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import ProgressColumn

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")
Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is, first with zero."""


def seeded(seed: int | None) -> int | None:
    """Check what chance is to follow from, as NumPy takes it; None leaves it to chance.

    >>> seeded(1)
    1
    """
    return None if seed is None else fixed_seed(seed)


def fixed_seed(seed: object) -> int:
    """Check what chance is to follow from, where it may not be left to chance."""
    return whole("seed", seed, 0, Words("a whole number, at least 0, such as seed=1", "不小于0的整数，如seed=1"))


def done(
    work: Callable[[_Task], _Done],
    tasks: Sequence[_Task],
    *,
    title: str,
    workers: int | None = None,
    progress: bool | Progress = True,
    size: Callable[[_Task], int] = lambda task: 1,
) -> list[_Done]:
    """Do every task and give the results in their order.

    Parameters
    ----------
    work, tasks
        ``work`` is called with each task; both travel to the workers.
    title
        What the bar says.
    workers
        Processes that share the work, -1 for all cores; None for what ``joblib.parallel_config`` says, or one.
    progress
        True for a bar on a terminal, False for silence, or a function called with what is done and what there is.
    size
        How much a task counts for.

    Examples
    --------
    >>> done(abs, [-1, 2, -3], title="Absolute values", progress=False)
    [1, 2, 3]
    """
    total, so_far, found = sum(map(size, tasks)), 0, []
    with shown(progress, title) as report:
        report(0, total)
        for task, result in zip(tasks, results(work, tasks, workers), strict=True):
            found.append(result)
            so_far += size(task)
            report(so_far, total)
    return found


def results(work: Callable[[_Task], _Done], tasks: Sequence[_Task], workers: int | None) -> Iterable[_Done]:
    """Do the tasks, and give each result as soon as those before it are there."""
    if workers is not None and (isinstance(workers, bool) or not isinstance(workers, Integral) or workers == 0):
        raise SpecificationError(
            Words(
                f"workers={workers!r}: give a number of processes such as 2, or -1 for all cores.",
                f"workers={workers!r}：应为进程数，如2；-1为使用全部核心。",
            )
        )
    alone = partial(_alone, work)
    if workers == 1 or len(tasks) < 2:
        return map(alone, tasks)
    import joblib

    parallel = joblib.Parallel(n_jobs=workers, return_as="generator")
    found: Iterable[_Done] = parallel(joblib.delayed(alone)(task) for task in tasks)
    return found


def _alone(work: Callable[[_Task], _Done], task: _Task) -> _Done:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        return work(task)


@contextmanager
def shown(progress: bool | Progress, title: object) -> Iterator[Progress]:
    """Give what is called after every task: on a terminal a bar with the time left, or the caller's own."""
    if callable(progress):
        yield progress
        return
    from rich.progress import TextColumn, TimeRemainingColumn

    with terminal_bar(TextColumn("{task.completed}/{task.total}"), TimeRemainingColumn(), wanted=progress) as bar:
        task = bar.add_task(str(title), total=None)
        yield lambda so_far, total: bar.update(task, completed=so_far, total=total)


def terminal_bar(*more: ProgressColumn, wanted: bool = True) -> Bar:
    """Make a bar that is seen on a terminal only, and gone when all is done."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    parts = (TextColumn("{task.description}"), BarColumn(), *more)
    return Bar(*parts, console=console, transient=True, disable=not (wanted and console.is_terminal))
