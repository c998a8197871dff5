"""Covariance matrices, means and counts by group, as lists or by the groups' labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from ..errors import SpecificationError
from ..words import Words, joined


class Summary(NamedTuple):
    """What is known of one group; its label is empty where it is the only one."""

    label: str
    covariance: Any
    n: Any
    mean: Any


def summaries(
    covariance: pd.DataFrame | Mapping[str, pd.DataFrame] | Sequence[pd.DataFrame],
    n: int | Mapping[str, int] | Sequence[int] | None,
    mean: pd.Series | Mapping[str, pd.Series] | Sequence[pd.Series] | None,
) -> list[Summary]:
    """Put together what belongs to each group; groups of a list are called ``"Group 1"`` and so on, as by lavaan.

    Raises :class:`~sme_sem.errors.SpecificationError` where one argument knows other groups than another.

    >>> S = pd.DataFrame([[1.0]], ["x"], ["x"])
    >>> [(group.label, group.n) for group in summaries({"east": S, "west": S}, {"west": 90, "east": 80}, None)]
    [('east', 80), ('west', 90)]
    """
    if not isinstance(covariance, Mapping | list | tuple):
        return [Summary("", covariance, n, mean)]
    labels = list(covariance) if isinstance(covariance, Mapping) else [f"Group {g + 1}" for g in range(len(covariance))]
    if not labels:
        raise SpecificationError(_NONE)
    each = [_by_group(name, given, labels) for name, given in (("cov", covariance), ("n", n), ("mean", mean))]
    unknown = [label for label, own in zip(labels, each[2], strict=True) if own is None]
    if 0 < len(unknown) < len(labels):
        raise SpecificationError(_UNKNOWN_MEANS.filled(groups=_listed(unknown)))
    shown = [str(label) for label in labels] if len(labels) > 1 else [""]
    return [Summary(*own) for own in zip(shown, *each, strict=True)]


def _by_group(name: str, given: Any, labels: Sequence[str]) -> list[Any]:
    if given is None and name == "mean":
        return [None] * len(labels)
    if isinstance(given, Mapping) or (name == "n" and isinstance(given, pd.Series)):
        own = dict(given)
        if set(own) != set(labels):
            raise SpecificationError(_OTHER_GROUPS.filled(name=name, own=_listed(own), groups=_listed(labels)))
        return [own[label] for label in labels]
    many = not isinstance(given, str | pd.Series | pd.DataFrame) and hasattr(given, "__len__")
    found = list(given) if many else [given] * (given is not None)
    if not found or len(found) != len(labels):
        counts = {"n": len(labels), "s": "s" * (len(labels) != 1), "other": len(found)}
        raise SpecificationError(_OTHER_COUNT.filled(name=name, **counts))
    return found


def _listed(labels: Iterable[object]) -> Words:
    return joined(map(repr, labels), ", ", "、")


_NONE = Words(
    "cov= holds no covariance matrix: give one, or one of each group.", "cov=中没有协方差矩阵：请给出一个，或每组一个。"
)
_UNKNOWN_MEANS = Words(
    "mean= is not known of {groups}: give the means of every group, or of none.",
    "mean=缺少{groups}的均值：请给出所有组的均值，或均不给出。",
)
_OTHER_GROUPS = Words(
    "{name}= is of the groups {own}, and cov= of {groups}.", "{name}=的组为{own}，而cov=的组为{groups}。"
)
_OTHER_COUNT = Words(
    "cov= is of {n} group{s}, {name}= of {other}: give as many in both, as in cov=[S1, S2], n=[120, 95].",
    "cov=有{n}个组，{name}=有{other}个：两者须相同，如cov=[S1, S2], n=[120, 95]。",
)
