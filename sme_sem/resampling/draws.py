"""Which respondents a bootstrap sample holds, as counts: how often each of them was drawn.

Units are drawn with replacement, as many as there are, within each stratum: respondents within groups, or whole
clusters.  The draws are cut into tasks of a fixed size, and task k has its own random stream spawned from the seed, so
that the counts do not depend on who works on them, nor in which order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import SpecificationError
from ..words import Words

MOST_AT_ONCE = 250


@dataclass(frozen=True, eq=False)
class Scheme:
    """What is drawn.

    unit : (N,) the unit of each respondent, groups one after another    stratum : (units,) where each is drawn
    """

    unit: np.ndarray
    stratum: np.ndarray

    @property
    def task(self) -> int:
        """How many draws make a task: fewer where respondents are many, so that counts fit into memory."""
        return int(np.clip(2_000_000 // len(self.unit), 10, MOST_AT_ONCE))

    def counts(self, seed: int, task: int, draws: int) -> np.ndarray:
        """How often each respondent stands in each of a task's samples: (draws, N)"""
        random = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(task,)))
        found = np.zeros((draws, len(self.stratum)))
        for stratum in np.unique(self.stratum):
            members = np.flatnonzero(self.stratum == stratum)
            drawn = random.integers(len(members), size=(draws, len(members)))
            found[:, members] = _counted(drawn, len(members))
        return found[:, self.unit]


def scheme(group: np.ndarray, cluster: Sequence[object] | np.ndarray | None) -> Scheme:
    """Decide what is drawn: respondents within groups, or clusters, within groups unless one lies in several.

    group : (N,)
    """
    if cluster is None:
        return Scheme(np.arange(len(group)), group)
    labels = np.asarray(cluster)
    if labels.shape != group.shape:
        raise SpecificationError(
            Words(
                f"cluster= must name one cluster for each of the {len(group)} respondents analysed, got {labels.size}; "
                "with several groups, group after group.",
                f"cluster=须为所分析的{len(group)}名受访者各指明一个聚类，实为{labels.size}个；多组时逐组排列。",
            )
        )
    if absent := int(pd.isna(labels).sum()):
        raise SpecificationError(_NO_CLUSTER.filled(n=absent))
    unit, names = pd.factorize(labels, sort=True)
    if len(names) < 2:
        raise SpecificationError(
            Words(
                "cluster= names one cluster only; at least two are needed, and in practice many more.",
                "cluster=只有一个聚类；至少需要两个，实际应多得多。",
            )
        )
    first = group[np.unique(unit, return_index=True)[1]]
    nested = (first[unit] == group).all()
    return Scheme(unit, first if nested else np.zeros(len(names), dtype=int))


def counts_of_rows(resamples: np.ndarray, respondents: int) -> np.ndarray:
    """Count rows that were drawn elsewhere: (draws, n) row numbers from 0 -> (draws, N)"""
    rows = np.asarray(resamples)
    if rows.ndim != 2 or rows.dtype.kind not in "iu":
        raise SpecificationError(
            Words(
                "resamples= must be a matrix of whole numbers: one line of row numbers for each draw.",
                "resamples=须为整数矩阵：每次抽样一行，列出行号。",
            )
        )
    if rows.shape[1] != respondents:
        raise SpecificationError(
            Words(
                f"resamples= must have a line for each draw and {respondents} columns, one for each respondent "
                f"analysed; it has {rows.shape[0]} lines and {rows.shape[1]} columns.",
                f"resamples=须每次抽样一行，共{respondents}列，对应所分析的受访者；实为{rows.shape[0]}行{rows.shape[1]}列。",
            )
        )
    if rows.size and (rows.min() < 0 or rows.max() >= respondents):
        raise SpecificationError(
            Words(
                f"resamples= must number the respondents analysed from 0 to {respondents - 1}; it has numbers from "
                f"{rows.min()} to {rows.max()}.",
                f"resamples=须以0至{respondents - 1}为所分析的受访者编号；实有{rows.min()}至{rows.max()}。",
            )
        )
    return _counted(rows, respondents)


def without_each(units: int, most: int) -> np.ndarray:
    """Everybody but one unit, or one of ``most`` random sets of units where there are more: -> (sets, units)"""
    sets = np.arange(units) if units <= most else np.random.default_rng(0).permutation(units) % most
    return (np.arange(min(units, most))[:, None] != sets).astype(float)


def _counted(rows: np.ndarray, most: int) -> np.ndarray:
    shifted = rows + most * np.arange(len(rows))[:, None]
    return np.bincount(shifted.ravel(), minlength=len(rows) * most).reshape(len(rows), most).astype(float)


_NO_CLUSTER = Words(
    "cluster= has no cluster for {n} of the respondents; name one for each, or leave these out of the fit.",
    "cluster=中有{n}名受访者没有所属的群；请为每名受访者指明，或在拟合前剔除。",
)
