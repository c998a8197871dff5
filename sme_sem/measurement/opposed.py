"""Which items correlate negatively with the rest of their scale, and what was probably done to them, or not done.

An item that the instrument reverses and whose answers were recoded before is turned twice; one of a reversed wording
that nobody turned is not turned at all.  Clearly negative is a corrected item-total correlation below -.10 whose 95 per
cent interval (Fisher's) leaves out zero.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, combinations

import numpy as np

from ..kernels import reliability as kernel
from ..tables import Kind, Words, about
from ..tables.format import cell
from ..tables.language import About
from .answers import Answers

_SMALL, _Z = -0.10, 1.959964
_MOST = 8  # reversed items of a scale of which every combination is looked at


def opposed(scale: str, answers: Answers, reversed_items: Collection[str]) -> list[About]:
    """Say of the items that clearly go against their scale what to do about them.

    reversed_items : those that were turned when the answers were read
    """
    S, items = answers.covariance, [str(item) for item in answers.frame]
    r = kernel.item_rest_correlation(S)
    clear = _clearly(r, answers.n)
    if not clear.any():
        return []
    shown = {item: cell(float(value), Kind.COEFFICIENT) for item, value in zip(items, r, strict=True)}
    negative = [item for item, is_clear in zip(items, clear, strict=True) if is_clear]
    turned = [item for item in items if item in reversed_items]
    again = next((own for own in _some(turned) if _agree(S, items, own, answers.n)), None)
    if again is not None and set(again) != set(negative):
        listed = ", ".join(f"{item} {shown[item]}" for item in negative)
        return [about([scale], _TWICE_TOGETHER.filled(items=", ".join(again), negative=listed))]
    if len(items) == 2 and again is None:
        return [about([scale], _ONE_OF_TWO.filled(items=" – ".join(items), r=shown[items[0]]))]
    said = ((item, _TWICE if item in turned else _NOT_TURNED) for item in negative)
    return [about([scale], words.filled(item=item, r=shown[item])) for item, words in said]


def slightly(scale: str, answers: Answers) -> Iterator[About]:
    """Name the items whose correlation with the others is below zero, though hardly."""
    r = kernel.item_rest_correlation(answers.covariance)
    for item, value, clear in zip(answers.frame, r, _clearly(r, answers.n), strict=True):
        if value < 0 and not clear:
            yield about([scale], _HARDLY.filled(item=item, r=cell(float(value), Kind.COEFFICIENT)))


def _clearly(r: np.ndarray, n: int) -> np.ndarray:
    if n <= 3:  # nothing is clear
        return np.zeros(r.shape, dtype=bool)
    with np.errstate(divide="ignore"):
        return np.asarray((r < _SMALL) & (np.arctanh(np.clip(r, -1, 1)) * np.sqrt(n - 3) < -_Z))


def _some(turned: list[str]) -> Iterator[tuple[str, ...]]:
    """Every choice of some of them, the fewest first."""
    sizes = range(1, len(turned) + 1) if len(turned) <= _MOST else (1, len(turned))
    return chain.from_iterable(combinations(turned, size) for size in sizes)


def _agree(S: np.ndarray, items: list[str], own: tuple[str, ...], n: int) -> bool:
    """Whether no item goes against the others any more once these are turned back."""
    sign = np.where([item in own for item in items], -1.0, 1.0)
    return not _clearly(kernel.item_rest_correlation(S * np.outer(sign, sign)), n).any()


_REMEDY = (
    "probably recoded already. Remove 'reversed: true' from the instrument, or give the raw answers.",
    "很可能在数据中已反向计分。请删去问卷中的reversed: true，或改用原始作答。",
)
_TWICE = Words(
    "{item} is reversed by the instrument and correlates negatively with the rest after reversal ({r}): " + _REMEDY[0],
    "{item}由问卷设定反向计分，转换后与其余题项呈负相关（{r}）：" + _REMEDY[1],
)
_TWICE_TOGETHER = Words(
    "{items}: reversed by the instrument; after reversal items correlate negatively with the rest ({negative}), but "
    "not without it: " + _REMEDY[0],
    "{items}由问卷设定反向计分，转换后有题项与其余题项呈负相关（{negative}），不转换则无此现象：" + _REMEDY[1],
)
_NOT_TURNED = Words(
    "{item} correlates negatively with the other items ({r}): probably to be reversed. Mark it 'reversed: true' in the "
    "instrument if it is worded so.",
    "{item}与其余题项呈负相关（{r}），很可能需要反向计分：若其表述为反向，请在问卷中注明reversed: true。",
)
_ONE_OF_TWO = Words(
    "{items} correlate negatively ({r}): one of the two is probably to be reversed, or was reversed twice. Compare "
    "their wording with 'reversed:' in the instrument and with the answers.",
    "{items}呈负相关（{r}）：其中一题很可能需要反向计分，或被反向了两次。请对照题目表述、问卷中的reversed与数据。",
)
_HARDLY = Words(
    "{item} hardly correlates with the other items ({r}): does it measure the same?",
    "{item}与其余题项几乎不相关（{r}）：请检查其是否测量同一构念。",
)
