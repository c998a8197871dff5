"""Linear algebra on one thread.

The matrices of a model are small: several threads take as long as one for them on an idle machine, and many times as
long on a busy one, where they wait for each other.  One thread also adds numbers up in the same order on every machine.
Several cores are for several fits, by ``workers=`` (:mod:`sme_sem.tasks`).
"""

from __future__ import annotations

from contextlib import ContextDecorator, nullcontext
from functools import cache, cached_property
from threading import current_thread, main_thread
from typing import Any, TypeVar, overload

_T = TypeVar("_T")


class one_thread(ContextDecorator):  # noqa: N801 - reads as what it does
    """While the block or function runs, BLAS computes on one thread; then as before.

    That holds for the whole process, so only its main thread may ask for it; elsewhere nothing changes.

    Examples
    --------
    >>> with one_thread():
    ...     sum(i**2 for i in range(4))
    14
    """

    _depth = 0
    _limit: Any = None

    def __enter__(self) -> None:
        """Hold BLAS to one thread, unless a block around this one does."""
        if current_thread() is not main_thread():
            return
        if not one_thread._depth:
            blas = _libraries()
            several = any(library.get_num_threads() != 1 for library in blas.lib_controllers)
            one_thread._limit = blas.limit(limits=1) if several else nullcontext()
            one_thread._limit.__enter__()
        one_thread._depth += 1

    def __exit__(self, *failure: object) -> None:
        """Give the threads back at the end of the outermost block."""
        if current_thread() is not main_thread():
            return
        one_thread._depth -= 1
        if not one_thread._depth:
            one_thread._limit.__exit__(None, None, None)


class computed(cached_property[_T]):  # noqa: N801 - stands where cached_property would
    """A property that is computed once, on one thread."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> computed[_T]: ...

    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> _T: ...

    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> computed[_T] | _T:
        """Compute it, where that has not been done."""
        with one_thread():
            return super().__get__(instance, owner)


@cache
def _libraries() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")
