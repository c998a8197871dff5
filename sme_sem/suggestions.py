"""What a person may have meant: known spellings near to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import islice

from .words import NOTHING, Words, joined

_MOST_COMPARED = 1_000
_MOST_KNOWN = 20


def did_you_mean(unknown: object, known: Iterable[str]) -> Words:
    """Name the nearest known spellings: ``" Did you mean 'MK1' or 'MK2'?"``, or nothing.

    >>> did_you_mean("vizual", ["visual", "textual", "speed"]).zh
    "是否应为'visual'？"
    """
    return perhaps(nearest(unknown, known) if isinstance(unknown, str) else [])


def perhaps(near: Sequence[str]) -> Words:
    """Ask whether one of these was meant; nothing where there are none."""
    if not near:
        return NOTHING
    return Words(f" Did you mean {' or '.join(map(repr, near))}?", f"是否应为{'或'.join(map(repr, near))}？")


def or_known(unknown: object, known: Iterable[str]) -> Words:
    """Name the nearest known spellings, or else what is known.

    >>> or_known("QQ", ["trust", "use"]).en
    ' Known are trust, use.'
    """
    names = list(dict.fromkeys(known))
    return did_you_mean(unknown, names) or _known(names)


def and_known(unknown: object, known: Iterable[str]) -> Words:
    """Name the nearest known spellings, and what is known.

    >>> and_known("trst", ["trust", "use"]).en
    " Did you mean 'trust'? Known are trust, use."
    """
    names = list(dict.fromkeys(known))
    return did_you_mean(unknown, names) + _known(names)


def nearest(unknown: str, known: Iterable[str]) -> list[str]:
    """List the known spellings nearest to an unknown one, three at most."""
    by_fold = {name.casefold(): name for name in islice(dict.fromkeys(known), _MOST_COMPARED)}
    near = get_close_matches(unknown[:_MOST_COMPARED].casefold(), by_fold, n=3, cutoff=0.6)
    return [by_fold[fold] for fold in near]


def _known(names: Sequence[str]) -> Words:
    if not names:
        return NOTHING
    more = len(names) - _MOST_KNOWN
    rest = Words(f" and {more} more", f"等{len(names)}个") if more > 0 else NOTHING
    return Words(" Known are ", "可用：") + joined(names[:_MOST_KNOWN], ", ", "、") + rest + Words(".", "。")
