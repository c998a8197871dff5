"""What loadings of exploratory blocks are to come close to: ``rotation="target"``.

A target names the items that belong to each construct, and the block's other loadings aim at zero; or it is a table of
values, with gaps where nothing is said.  Asparouhov and Muthen (2009), Structural Equation Modeling 16, 397-438.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import require_kind, texts
from ..errors import SpecificationError
from ..kernels import rotation as kernel
from ..suggestions import did_you_mean
from ..words import Words, joined
from .specification import Specification

Aim = tuple[str, str, float]
"""A construct, an item, and what the loading should come close to."""


def aims_of(specification: Specification, rotation: str | None, target: Any) -> tuple[Aim, ...]:
    """Read ``target=``: items by construct, or a table of items by constructs.

    Raises :class:`~sme_sem.errors.SpecificationError` for unknown names, where too few aims settle a rotation, and
    where rotation and target do not go together.
    """
    if rotation != "target":
        if target is not None:
            raise SpecificationError(_OTHER_ROTATION.filled(rotation=repr(rotation)))
        return ()
    require_kind("target", target, (Mapping, pd.DataFrame), _AIMS)
    known = _block_loadings(specification)
    found = list(_of_table(target)) if isinstance(target, pd.DataFrame) else list(_of_items(known, target))
    for construct, item, _ in found:
        _require_loading(known, construct, item)
    _require_enough(specification, found)
    return tuple(found)


def criterion(aims: Sequence[Aim], constructs: Sequence[str], items: Sequence[str]) -> kernel.Criterion:
    """How far the loadings of one block are from what they aim at."""
    values = np.full((len(items), len(constructs)), np.nan)
    for construct, item, value in aims:
        if construct in constructs:
            values[items.index(item), constructs.index(construct)] = value
    return kernel.target(values)


def signed(aims: Sequence[Aim], constructs: Sequence[str]) -> np.ndarray:
    """Which constructs aim at something other than zero, and so have a direction: (m,)"""
    directed = {construct for construct, _, value in aims if value != 0}
    return np.array([construct in directed for construct in constructs])


def _block_loadings(specification: Specification) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for term in specification.relations:
        if term.block:
            found.setdefault(term.lhs, []).append(term.rhs)
    return found


def _require_enough(specification: Specification, aims: Sequence[Aim]) -> None:
    """A rotation of m constructs is settled by m - 1 aims of each."""
    said = Counter(construct for construct, _, _ in aims)
    for block in dict.fromkeys(term.block for term in specification.relations if term.block):
        constructs = dict.fromkeys(term.lhs for term in specification.relations if term.block == block)
        least = len(constructs) - 1
        few = [construct for construct in constructs if said[construct] < least]
        if few:
            names = joined(few, ", ", "、")
            raise SpecificationError(_TOO_FEW.filled(names=names, least=least, n=len(constructs)))


def _require_loading(known: Mapping[str, Sequence[str]], construct: str, item: str) -> None:
    if construct not in known:
        raise SpecificationError(_NO_CONSTRUCT.filled(name=repr(construct)) + did_you_mean(construct, known))
    if item not in known[construct]:
        strange = _NO_ITEM.filled(item=repr(item), construct=repr(construct))
        raise SpecificationError(strange + did_you_mean(item, known[construct]))


def _of_items(known: Mapping[str, Sequence[str]], target: Mapping[Any, Any]) -> Iterator[Aim]:
    for construct, items in target.items():
        own = texts(f"target[{construct!r}]", items, "x1")
        for item in own:
            _require_loading(known, str(construct), item)
        yield from ((construct, item, 0.0) for item in known[construct] if item not in own)


def _of_table(target: pd.DataFrame) -> Iterator[Aim]:
    try:
        values = target.astype(float)
    except (TypeError, ValueError):
        raise SpecificationError(_NUMBERS) from None
    for construct, own in values.items():
        yield from ((str(construct), str(item), float(value)) for item, value in own.items() if np.isfinite(value))


_OTHER_ROTATION = Words(
    "target= is for rotation='target'; rotation={rotation} has none.",
    "target=用于rotation='target'；rotation={rotation}没有目标。",
)
_AIMS = Words(
    "the items of each construct, such as {'F1': ['x1', 'x2'], 'F2': ['x3', 'x4']}, or a table of items by "
    "constructs with gaps where a loading is free",
    "各潜变量的题项，如{'F1': ['x1', 'x2'], 'F2': ['x3', 'x4']}，或以题项为行、潜变量为列的表，载荷自由之处留空",
)
_TOO_FEW = Words(
    "target: {names} aims at fewer than {least} values, which settles no rotation of {n} constructs: say more of these "
    "loadings.",
    "target：{names}的目标值不足{least}个，不能确定{n}个潜变量的旋转：请为其载荷给出更多目标值。",
)
_NO_CONSTRUCT = Words(
    "target: {name} is no construct of an exploratory block.", "target：{name}不是探索性区块的潜变量。"
)
_NO_ITEM = Words("target: {item} is no item of {construct}.", "target：{item}不是{construct}的题项。")
_NUMBERS = Words(
    "target: the table holds numbers, and gaps (NaN) where a loading is free.",
    "target：表中应为数值，载荷自由之处应为缺失值（NaN）。",
)
