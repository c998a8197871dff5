"""What components and factors have in common: where correlations come from, the order of columns, and their tables."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..errors import DataProblem, SpecificationError, did_you_mean, require_kind
from ..kernels import components as kernel
from ..kernels import linalg
from ..sem.spelling import chosen
from ..tables import Column, Kind, Table, Text, Words, term
from ..tables.format import cell
from .answers import Answers, complete_answers, require_full_rank
from .item_correlations import CorrelationKind, correlations_of_items
from .rotations import ROTATIONS, Rotation, Turned


class Source(NamedTuple):
    """What is condensed.

    correlation : (p, p)   names : of the items   notes : on the sample   answers : None where scores make no sense
    """

    correlation: Any
    names: list[Any]
    notes: tuple[Text, ...]
    answers: Answers | None


def source(frame: pd.DataFrame | None, cov: pd.DataFrame | None, n: int | None, correlation: CorrelationKind) -> Source:
    """Take correlations from answers or from a covariance matrix."""
    if n is not None:
        require_kind("n", n, Real, "the number of respondents, such as n=250")
    if (frame is None) == (cov is None):
        raise SpecificationError("give either the answers (frame) or their covariances (cov), and only one of them")
    if frame is None:
        if correlation != "pearson":
            raise SpecificationError(f"correlation={correlation!r} needs the answers (frame), not cov=.")
        R, names = _correlations_of(cov)
        return Source(R, names, () if n is None else (Words("N = {n}.", "样本量 N = {n}。").filled(n=n),), None)
    answers = complete_answers(frame)
    R, notes = correlations_of_items(answers, correlation)
    kept = answers if correlation == "pearson" else None
    return Source(R, list(answers.frame), (*answers.sample_notes(), *notes), kept)


def rotation_named(name: str, known: Mapping[str, Rotation] = ROTATIONS) -> Rotation:
    """Look a rotation up."""
    return known[chosen("rotation", name, tuple(known), did_you_mean(name, known))]


def turned(loadings: Any, rotation: Rotation) -> Turned:
    """Rotate the columns; a single one stays as it is."""
    m = loadings.shape[1]
    return rotation.turn(loadings) if m > 1 else (loadings, np.eye(m), True)


def require_size(suppress: float) -> None:
    """Refuse a size below which loadings are not printed that is none."""
    if not isinstance(suppress, Real) or not float(suppress) >= 0:  # False for NaN
        raise SpecificationError(f"suppress={suppress!r}: give a size of loadings, such as suppress=0.3.")


def _correlations_of(cov: Any) -> tuple[Any, list[Any]]:
    frame = cov if isinstance(cov, pd.DataFrame) else pd.DataFrame(np.atleast_2d(cov))
    names = list(frame.columns)
    try:
        S = frame.to_numpy(dtype=float)
    except (TypeError, ValueError):
        raise DataProblem("cov holds something that is not a number.") from None
    if S.shape[0] != S.shape[1] or len(S) < 2:
        raise DataProblem(f"cov must be square with at least two items, got {S.shape[0]} x {S.shape[1]}.")
    if not np.isfinite(S).all() or not np.allclose(S, S.T, rtol=1e-8, atol=1e-10):
        raise DataProblem("cov must be symmetric and without gaps; give the full matrix, not one triangle.")
    if without := [str(name) for name, variance in zip(names, np.diagonal(S), strict=True) if variance <= 0]:
        raise DataProblem(f"no variance in {', '.join(without)}: the diagonal of cov must be positive.")
    return require_full_rank(linalg.correlation((S + S.T) / 2), names), names


def in_order(loadings: Any, phi: Any, explained: Any) -> tuple[Any, Any]:
    """Columns by the variance they explain, each with a positive sum."""
    order = np.argsort(-explained, kind="stable")
    sign = kernel.signs(loadings[:, order])
    return loadings[:, order] * sign, phi[np.ix_(order, order)] * np.outer(sign, sign)


def scores(answers: Answers | None, weights: pd.DataFrame, caller: str) -> pd.DataFrame:
    """Standardised answers times weights, one row per respondent."""
    if answers is None:
        raise DataProblem(
            f"scores need the answers: call {caller}(frame) instead of {caller}(cov=...), with Pearson's correlations."
        )
    complete = answers.frame
    return (answers.values - complete.mean()) / complete.std() @ weights


def sorted_loadings(
    loadings: pd.DataFrame, communalities: pd.Series[float], suppress: float
) -> tuple[tuple[Column, ...], tuple[tuple[Any, ...], ...]]:
    """Items under the column they load on most, the strongest first; small loadings left out."""
    size = loadings.abs().to_numpy()
    order = np.lexsort((-size.max(axis=1), size.argmax(axis=1)))
    rows = tuple(
        (
            str(loadings.index[i]),
            *(float(v) if abs(v) >= suppress else None for v in loadings.iloc[i]),
            float(communalities.iloc[i]),
        )
        for i in order
    )
    columns = (
        Column("item", term("Item")),
        *(Column(str(name), str(name), Kind.COEFFICIENT, named=True) for name in loadings),
        Column("communality", term("Communality"), Kind.COEFFICIENT),
    )
    return columns, rows


def how(method: Words, rotation: Rotation, suppress: float) -> tuple[Words, ...]:
    """Say how loadings were extracted and rotated, and which are not shown."""
    return (
        _METHOD.filled(method=method),
        *((_ROTATED.filled(method=rotation.label),) if rotation.name != "none" else ()),
        *((_SUPPRESSED.filled(size=cell(suppress, Kind.COEFFICIENT)),) if suppress > 0 else ()),
    )


def matrix(name: str, title: Words, corner: Words, frame: pd.DataFrame) -> Table:
    """Lay a matrix of coefficients into a table."""
    columns = (Column("name", corner), *(Column(str(c), str(c), Kind.COEFFICIENT, named=True) for c in frame))
    rows = tuple((str(row[0]), *row[1:]) for row in frame.itertuples(name=None))
    return Table(name, title, columns, rows)


_METHOD = Words("Extraction method: {method}.", "提取方法：{method}。")
_ROTATED = Words("Rotation method: {method}.", "旋转方法：{method}。")
_SUPPRESSED = Words("Loadings below {size} in size are not shown.", "绝对值小于{size}的载荷未显示。")
UNSETTLED = Words(
    "The rotation had not come to rest: the loadings may change in the last digits shown.",
    "旋转尚未完全收敛，载荷的末位数字可能变化。",
)
