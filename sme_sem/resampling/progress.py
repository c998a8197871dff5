"""A bar with the time left on a terminal, and nothing where nobody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..tables import Text

Progress = Callable[[int, int], None]
"""Called with the draws done and the draws there are."""


@contextmanager
def shown(progress: bool | Progress, title: Text) -> Iterator[Progress]:
    """Give what is to be called after every task.

    progress : True for a bar, False for silence, or the caller's own function
    """
    if callable(progress):
        yield progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    parts = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TimeRemainingColumn(),
    )
    with Bar(*parts, console=console, transient=True, disable=not (progress and console.is_terminal)) as bar:
        task = bar.add_task(str(title), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
