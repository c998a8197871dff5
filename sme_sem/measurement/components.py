"""Principal components of a set of items, as a questionnaire's dimensions are first looked at.

Components of the correlation matrix, varimax by default, with the tables that accompany
them: variance explained, and the rotated loadings sorted by component.

Components are ordered by the variance they explain after rotation, and each has a positive
sum of loadings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import whole
from ..errors import DataProblem
from ..kernels import components as kernel
from ..tables import Column, Kind, Table, Words, rows_from, term
from ..threads import one_thread
from . import extraction
from .item_correlations import CorrelationKind, correlation_named
from .rotations import Rotation


@dataclass(frozen=True, eq=False, kw_only=True)
class Components(extraction.Extracted):
    """Principal components and their rotation.

    loadings : items x components; after an oblique rotation the pattern matrix
    structure : correlations of items with components; equals ``loadings`` unless oblique
    correlations : correlations between components; the identity unless oblique
    communalities : share of every item's variance the components explain
    variance : one row per component (component, eigenvalue, percent, cumulative, and
        extraction and rotation sums of squared loadings with percent and cumulative)
    eigenvalues : all of them, the largest first
    weights : items x components; standardised answers times these are the scores
    suppress : loadings below this size are left out of the printed table, never of ``loadings``
    """

    eigenvalues: pd.Series[float]

    def tables(self) -> tuple[Table, ...]:
        """Give the variance explained and the loadings; if oblique, also structure and correlations."""
        columns = _variance_columns(self.method)
        variance = Table(
            "total_variance_explained",
            term("Total variance explained"),
            columns,
            rows_from(self.variance, columns),
            (*self.notes, _SUMS, *((_OBLIQUE,) if self.method.oblique else ())),
            blank=True,
        )
        loadings = self._sorted_loadings(term("Principal component analysis"), *_LOADINGS_TABLE[self.method.kind])
        title = term("Component correlation matrix")
        return variance, loadings, *self._if_oblique("component_correlations", title, term("Component"))


@one_thread()
def components(
    frame: pd.DataFrame | None = None,
    n_components: int | None = None,
    rotation: str = "varimax",
    *,
    cov: pd.DataFrame | None = None,
    n: int | None = None,
    correlation: CorrelationKind = "pearson",
    suppress: float = 0.5,
) -> Components:
    """Extract principal components of the correlation matrix and rotate them.

    Parameters
    ----------
    frame : DataFrame, optional
        One row per respondent, one numeric column per item; rows with a gap are left out.
    n_components : int, optional
        How many to keep; without it, those with an eigenvalue above 1 (Kaiser's criterion).
    rotation : {"varimax", "quartimax", "equamax", "promax", "oblimin", "geomin", "none"}, default "varimax"
        Varimax keeps the components uncorrelated, promax and oblimin let them correlate; one component is not rotated.
    cov : DataFrame, optional
        A covariance or correlation matrix, in place of ``frame``.
    n : int, optional
        Number of respondents behind ``cov``; it is only printed.
    correlation : {"pearson", "polychoric"}
        Of the answers, or of the responses behind ordered answers; from polychoric ones there are no scores.
    suppress : float, default 0.5
        Loadings of a smaller size are left out of the printed table.

    Returns
    -------
    Components
        ``.loadings``, ``.communalities``, ``.variance``, ``.eigenvalues``, ``.weights``, ``.scores()``;
        after an oblique rotation ``.structure`` and ``.correlations`` differ from them.

    Raises
    ------
    DataProblem
        Respondents are too few, or an item is not numeric, does not vary or follows from others.
    SpecificationError
        Neither or both of ``frame`` and ``cov`` are given, ``n_components`` is not among 1 to the number of items, or a
        rotation or correlation is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"a": [1, 2, 4, 4, 5], "b": [1, 3, 3, 5, 5], "c": [2, 2, 3, 4, 4]})
    >>> result = components(answers, n_components=1)
    >>> result.loadings["PC1"].round(3).to_dict()
    {'a': 0.963, 'b': 0.957, 'c': 0.972}
    >>> float(result.variance["percent"][0].round(1))
    92.9
    """
    method = extraction.rotation_named(rotation)
    extraction.require_size(suppress)
    R, names, notes, answers = extraction.source(frame, cov, n, correlation_named(correlation))
    eigenvalues, loadings = kernel.principal_components(R)
    m = _how_many(n_components, eigenvalues)
    extracted = loadings[:, :m]
    method = method if m > 1 else extraction.rotation_named("none")  # one component cannot be turned
    found = extraction.rotated(R, names, "PC", extracted, method, lambda rotated, structure: structure**2)
    return Components(
        **found.frames,
        communalities=pd.Series((extracted**2).sum(axis=1), index=pd.Index(names, name="item"), name="communality"),
        variance=_variance(eigenvalues, m, found.explained, method.oblique),
        eigenvalues=pd.Series(eigenvalues, index=range(1, len(eigenvalues) + 1), name="eigenvalue"),
        method=method,
        suppress=suppress,
        notes=(*notes, *((_KAISER,) if n_components is None else ()), *found.notes),
        answers=answers,
    )


def _how_many(n_components: int | None, eigenvalues: Any) -> int:
    p = len(eigenvalues)
    if n_components is None:
        above_one = int((eigenvalues > 1 + 1e-12).sum())
        if not above_one:
            raise DataProblem(_NO_COMPONENT)
        return above_one
    return whole("n_components", n_components, 1, Words(f"a whole number from 1 to {p}", f"1至{p}的整数"), p)


def _variance(eigenvalues: Any, m: int, rotated: Any, oblique: bool) -> pd.DataFrame:
    p = len(eigenvalues)

    def padded(values: Any) -> Any:
        return np.concatenate([values, np.full(p - m, np.nan)])

    extraction = eigenvalues[:m]
    share = np.full(m, np.nan) if oblique else 100 * rotated / p  # correlated components overlap
    return pd.DataFrame(
        {
            "component": np.arange(1, p + 1),
            "eigenvalue": eigenvalues,
            "percent": 100 * eigenvalues / p,
            "cumulative": 100 * eigenvalues.cumsum() / p,
            "extraction": padded(extraction),
            "extraction_percent": padded(100 * extraction / p),
            "extraction_cumulative": padded(100 * extraction.cumsum() / p),
            "rotation": padded(rotated),
            "rotation_percent": padded(share),
            "rotation_cumulative": padded(share.cumsum()),
        }
    )


def _variance_columns(method: Rotation) -> tuple[Column, ...]:
    initial = _block("", "eigenvalue", term("Initial eigenvalues"))
    extracted = _block("extraction_", "extraction", term("Extraction sums of squared loadings"))
    rotated = _block("rotation_", "rotation", term("Rotation sums of squared loadings"))
    shown = 0 if method.kind == "none" else 1 if method.oblique else 3
    return (Column("component", term("Component")), *initial, *extracted, *rotated[:shown])


def _block(prefix: str, total: str, group: Words) -> tuple[Column, ...]:
    """Total, percent and cumulative percent, under one heading."""
    return (
        Column(total, Words("Total", "总计"), Kind.ESTIMATE, group),
        Column(f"{prefix}percent", Words("%", "方差百分比"), Kind.PERCENT, group),
        Column(f"{prefix}cumulative", Words("Cum. %", "累积百分比"), Kind.PERCENT, group),
    )


_LOADINGS_TABLE = {
    "none": ("component_matrix", term("Component matrix")),
    "orthogonal": ("rotated_components", term("Rotated component matrix")),
    "oblique": ("rotated_components", term("Pattern matrix")),
}
_KAISER = Words(
    "Components with an eigenvalue above 1 were kept (Kaiser's criterion).",
    "保留特征值大于1的成分（凯撒准则）。",
)
_SUMS = Words(
    "%: share of the total variance; cum. %: the same, cumulated.",
    "百分比均指占总方差的百分比。",
)
_OBLIQUE = Words(
    "The components correlate, so their rotated sums of squares cannot be added to a total.",
    "成分之间相关，旋转载荷平方和不能相加得到总方差。",
)
_NO_COMPONENT = Words(
    "no eigenvalue exceeds 1: the items are uncorrelated. Give n_components to go on.",
    "没有大于1的特征值：题项互不相关。如需继续，请指定n_components。",
)
