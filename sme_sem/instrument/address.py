"""Places in a document: how they are written, and how they are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def address(place: Iterable[int | str]) -> str:
    """Write a place as an author would look for it.

    >>> address(["constructs", 0, "items", 1, "wording"])
    'constructs[0].items[1].wording'
    """
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return steps.removeprefix(".") or "the document"


def find(document: Any, pattern: str, kind: type = str) -> Iterator[tuple[str, Any]]:
    """Find everything of one kind that a pattern such as ``"constructs.*.items.*.id"`` fits.

    ``*`` stands for each entry of a list or mapping.  What is missing or of another kind is passed over.

    >>> list(find({"constructs": [{"name": "MKT"}, {"name": 3}]}, "constructs.*.name"))
    [('constructs[0].name', 'MKT')]
    """
    for place, value in _matches(document, pattern.split("."), ()):
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            yield address(place), value


def _matches(value: Any, steps: list[str], place: tuple[int | str, ...]) -> Iterator[tuple[Any, Any]]:
    if not steps:
        yield place, value
        return
    step, rest = steps[0], steps[1:]
    entries: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, list) and step == "*":
        entries = enumerate(value)
    elif isinstance(value, dict):
        entries = value.items() if step == "*" else [(step, value[step])] if step in value else []
    for key, entry in entries:
        yield from _matches(entry, rest, (*place, key))
