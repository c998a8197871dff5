"""What groups have in common beside their measurement: how a model fits each of them, and whether paths are the same.

A model without anything held equal between groups fits all of them as it fits each one alone: their chi-squares and
degrees of freedom add up to those of the configural step.  A path ``b_g`` is compared between groups by::

    W = d' (C V C')^-1 d,    d = C b = (b_2 - b_1, ..., b_G - b_1),    V the covariance matrix of the estimates b

which is a chi-square with G - 1 degrees of freedom where the path is the same everywhere.  That asks for equal
loadings, or the constructs have a unit of their own in every group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..errors import SmeSemError
from ..kernels import fit_indices, wald
from ..sem.columns import measure_columns
from ..sem.fit import Fit
from ..sem.parameters import Parameter
from ..sem.presentation import Labels, path_label
from ..sem.quoted import corrected, objections, reported
from ..tables import Column, Kind, Table, Text, Words, joined, rows_from, term

MEASURES = ("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "srmr")


class PathTest(NamedTuple):
    """One path in every group, and the Wald test that it is the same in all."""

    outcome: str
    cause: str
    estimates: tuple[float, ...]
    errors: tuple[float, ...]
    chisq: float
    df: int
    pvalue: float


def ordered_groups(labels: Sequence[str], column: pd.Series) -> tuple[str, ...]:
    """Give the groups in the order of their column's categories, or as they are where it has none.

    >>> sizes = pd.Series(pd.Categorical(["100+", "1-9", "10-99"], ["1-9", "10-99", "100+"]))
    >>> ordered_groups(("100+", "1-9", "10-99"), sizes)
    ('1-9', '10-99', '100+')
    """
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return tuple(labels)
    place = {str(category): k for k, category in enumerate(column.dtype.categories)}
    return tuple(sorted(labels, key=lambda label: place.get(label, len(place))))


def measures_of(alone: Mapping[str, Fit | SmeSemError], n: Mapping[str, float]) -> pd.DataFrame:
    """Lay out the fit of each group: group, n, and the measures as they are quoted, NaN without a fit."""
    rows = []
    for label, fit in alone.items():
        found = reported(fit) if isinstance(fit, Fit) else {}
        rows.append({"group": label, "n": n[label], **{name: found.get(name, np.nan) for name in MEASURES}})
    return pd.DataFrame(rows)


def fit_table(frame: pd.DataFrame, alone: Mapping[str, Fit | SmeSemError], groups: Labels) -> Table:
    """Write the fit of each group; those that have none say why."""
    rows = tuple((groups[label], *rest) for label, *rest in rows_from(frame, _FIT_COLUMNS))
    fits = {label: fit for label, fit in alone.items() if isinstance(fit, Fit)}
    notes: list[Text] = [_ALONE]
    if any(corrected(fit) for fit in fits.values()):
        notes.append(_CORRECTED)
    refused: dict[Words, list[Text]] = {}
    for label, why in alone.items():
        if isinstance(why, SmeSemError):
            refused.setdefault(Words(str(why), why.in_chinese()), []).append(groups[label])
    notes += [_REFUSED.filled(groups=joined(names, ", ", "、"), why=why) for why, names in refused.items()]
    for label, fit in fits.items():
        notes += [_OF.filled(group=groups[label], said=said) for said in objections(fit)]
    return Table("fit_by_group", _FIT, _FIT_COLUMNS, rows, tuple(notes))


def path_tests(fit: Fit) -> Iterator[PathTest]:
    """Test of every path that is free, and not held equal, in all groups."""
    by_relation: dict[str, list[Parameter]] = {}
    for p in fit.table.parameters:
        if p.op == "~" and p.free:
            by_relation.setdefault(str(p), []).append(p)
    for own in by_relation.values():
        if len({p.index for p in own}) < len(fit.moments.labels):
            continue
        index = [p.index for p in own]
        apart = fit.theta[index[1:]] - fit.theta[index[0]]
        contrast = np.hstack([-np.ones((len(apart), 1)), np.eye(len(apart))])
        vcov = fit.inference.vcov[np.ix_(index, index)]
        chi_square, df = wald.statistic(apart, contrast @ vcov @ contrast.T)
        p_value = float(fit_indices.p_value(chi_square, df))
        errors = np.sqrt(np.diagonal(vcov))
        yield PathTest(
            own[0].lhs, own[0].rhs, tuple(fit.theta[index]), tuple(errors), float(chi_square), int(df), p_value
        )


def path_table(fit: Fit, *, equal_loadings: bool, labels: Labels | None, groups: Labels) -> Table:
    """Write the paths of every group with their tests; without rows where none is free in all groups."""
    place = {label: k for k, label in enumerate(fit.moments.labels)}
    columns = [Column("path", term("Path"))]
    for label in groups:
        columns += [
            Column(label, "b", Kind.ESTIMATE, groups[label]),
            Column(f"se_{label}", "S.E.", Kind.ESTIMATE, groups[label]),
        ]
    columns += measure_columns("chisq", "df", "pvalue")
    rows = tuple(
        (
            path_label(test.outcome, test.cause, labels),
            *(value for g in groups for value in (test.estimates[place[g]], test.errors[place[g]])),
            test.chisq,
            test.df,
            test.pvalue,
        )
        for test in path_tests(fit)
    )
    notes = (_MEANING, _EQUAL_LOADINGS if equal_loadings else _FREE_LOADINGS, *objections(fit))
    return Table("paths_by_group", _PATHS, tuple(columns), rows, notes)


_FIT = Words("Fit in each group alone", "各组单独拟合")
_FIT_COLUMNS = (
    Column("group", Words("Group", "组别")),
    Column("n", "N", Kind.COUNT),
    *measure_columns(*MEASURES),
)
_ALONE = Words(
    "The model of the configural step, fitted to the respondents of one group at a time.",
    "形态不变性模型分别在各组样本中单独拟合的结果。",
)
_CORRECTED = Words(
    "χ² and p are the corrected ones; CFI, TLI and RMSEA are the robust versions, or the scaled ones where there are "
    "none.",
    "χ²与p为校正值；CFI、TLI与RMSEA为稳健版本，无稳健版本时为校正版本。",
)
_REFUSED = Words("{groups}: could not be fitted alone: {why}", "{groups}：无法单独拟合：{why}")
_OF = Words("{group}: {said}", "{group}：{said}")
_PATHS = Words("Path coefficients by group", "各组路径系数")
_MEANING = Words("b: unstandardized coefficient, S.E.: its standard error.", "b为非标准化系数，S.E.为其标准误。")
_EQUAL_LOADINGS = Words(
    "Loadings held equal; the Wald test asks whether a path is the same in all groups.",
    "载荷跨组相等；Wald检验考察路径系数是否跨组相等。",
)
_FREE_LOADINGS = Words(
    "Loadings are not held equal, so constructs may have another unit in each group; the Wald test asks whether a path "
    "is the same in all groups.",
    "载荷未设定跨组相等，各组潜变量的量尺可能不同；Wald检验考察路径系数是否跨组相等。",
)
