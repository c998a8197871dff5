"""What components and factors have in common: where correlations come from, the order of columns, and their tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..arguments import chosen, require_kind
from ..errors import DataProblem, SpecificationError
from ..kernels import components as kernel
from ..kernels import linalg
from ..suggestions import did_you_mean
from ..tables import Column, Kind, Table, Tabled, Text, Words, term
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


class Rotated(NamedTuple):
    """Columns after rotation.

    frames : loadings, structure, weights and correlations   explained : (m,) by each column   notes : on the rotation
    """

    frames: dict[str, pd.DataFrame]
    explained: Any
    notes: tuple[Words, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Extracted(Tabled):
    """Columns that stand for a set of items, components or factors, and their rotation.

    loadings : items x columns; after an oblique rotation the pattern matrix
    structure : correlations of items with columns; equals ``loadings`` unless oblique
    correlations : correlations between columns; the identity unless oblique
    communalities : share of every item's variance the columns explain
    variance : one row per column
    weights : items x columns; standardised answers times these are the scores
    suppress : loadings below this size are left out of the printed table, never of ``loadings``
    """

    loadings: pd.DataFrame
    structure: pd.DataFrame
    correlations: pd.DataFrame
    communalities: pd.Series[float]
    variance: pd.DataFrame
    weights: pd.DataFrame
    method: Rotation
    suppress: float
    notes: tuple[Text, ...] = ()
    answers: Answers | None = field(default=None, repr=False)

    def scores(self) -> pd.DataFrame:
        """Score every respondent on every component or factor (regression method, Thurstone).

        Rows are those of the data; a respondent with a missing answer has missing scores.  Scores have mean 0, those of
        components variance 1.

        Raises
        ------
        DataProblem
            There are no answers: they came as a covariance matrix, or correlations are polychoric.

        Examples
        --------
        >>> import sme_sem as sme
        >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", 100, seed=1)
        >>> sme.components(answers, 1).scores().shape
        (100, 1)
        """
        if self.answers is None:
            call = type(self).__name__.lower()
            raise DataProblem(
                Words(
                    f"scores need the answers: call {call}(frame) instead of {call}(cov=...), with Pearson's "
                    "correlations.",
                    f"得分需要原始作答：请以{call}(frame)代替{call}(cov=...)，并用Pearson相关。",
                )
            )
        complete = self.answers.frame
        return (self.answers.values - complete.mean()) / complete.std() @ self.weights

    def _sorted_loadings(self, extraction: Words, name: str, title: Words, notes: tuple[Text, ...] = ()) -> Table:
        """Items under the column they load on most, the strongest first; small loadings left out."""
        size = self.loadings.abs().to_numpy()
        order = np.lexsort((-size.max(axis=1), size.argmax(axis=1)))
        rows = tuple(
            (
                str(self.loadings.index[i]),
                *(float(v) if abs(v) >= self.suppress else None for v in self.loadings.iloc[i]),
                float(self.communalities.iloc[i]),
            )
            for i in order
        )
        columns = (
            Column("item", term("Item")),
            *(Column(str(name), str(name), Kind.COEFFICIENT, named=True) for name in self.loadings),
            Column("communality", term("Communality"), Kind.COEFFICIENT),
        )
        how = (
            _METHOD.filled(method=extraction),
            *((_ROTATED.filled(method=self.method.label),) if self.method.name != "none" else ()),
            *((_SUPPRESSED.filled(size=cell(self.suppress, Kind.COEFFICIENT)),) if self.suppress > 0 else ()),
        )
        return Table(name, title, columns, rows, (*notes, *how), blank=True)

    def _if_oblique(self, name: str, title: Words, corner: Words) -> tuple[Table, ...]:
        """Structure and correlations of columns that correlate."""
        if not self.method.oblique:
            return ()
        structure = _matrix("structure_matrix", term("Structure matrix"), term("Item"), self.structure)
        return structure, _matrix(name, title, corner, self.correlations)


def source(frame: pd.DataFrame | None, cov: pd.DataFrame | None, n: int | None, correlation: CorrelationKind) -> Source:
    """Take correlations from answers or from a covariance matrix."""
    if n is not None:
        require_kind("n", n, Real, _SIZE)
    if (frame is None) == (cov is None):
        raise SpecificationError(
            Words(
                "give either the answers (frame) or their covariances (cov), and only one of them",
                "请给出作答（frame）或其协方差（cov），只取其一",
            )
        )
    if frame is None:
        if correlation != "pearson":
            raise SpecificationError(
                Words(
                    f"correlation={correlation!r} needs the answers (frame), not cov=.",
                    f"correlation={correlation!r}需要原始作答（frame），而非cov=。",
                )
            )
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
        raise SpecificationError(
            Words(
                f"suppress={suppress!r}: give a size of loadings, such as suppress=0.3.",
                f"suppress={suppress!r}：应为载荷的大小，如suppress=0.3。",
            )
        )


def _correlations_of(cov: Any) -> tuple[Any, list[Any]]:
    frame = cov if isinstance(cov, pd.DataFrame) else pd.DataFrame(np.atleast_2d(cov))
    names = list(frame.columns)
    try:
        S = frame.to_numpy(dtype=float)
    except (TypeError, ValueError):
        raise DataProblem(Words("cov holds something that is not a number.", "cov中有非数值。")) from None
    if S.shape[0] != S.shape[1] or len(S) < 2:
        raise DataProblem(
            Words(
                f"cov must be square with at least two items, got {S.shape[0]} x {S.shape[1]}.",
                f"cov须为至少两个题项的方阵，实为{S.shape[0]} x {S.shape[1]}。",
            )
        )
    if not np.isfinite(S).all() or not np.allclose(S, S.T, rtol=1e-8, atol=1e-10):
        raise DataProblem(
            Words(
                "cov must be symmetric and without gaps; give the full matrix, not one triangle.",
                "cov须对称且无缺失；请给出完整矩阵，而非三角矩阵。",
            )
        )
    if without := [str(name) for name, variance in zip(names, np.diagonal(S), strict=True) if variance <= 0]:
        raise DataProblem(
            Words(
                f"no variance in {', '.join(without)}: the diagonal of cov must be positive.",
                f"{'、'.join(without)}没有方差：cov的对角线须为正。",
            )
        )
    return require_full_rank(linalg.correlation((S + S.T) / 2), names), names


def rotated(
    R: Any, names: list[Any], letter: str, loadings: Any, rotation: Rotation, explaining: Callable[[Any, Any], Any]
) -> Rotated:
    """Turn the columns, put them into order and name them.

    explaining : of loadings and structure, what columns explain of every item
    """
    own, phi, settled = turned(loadings, rotation)
    own, phi = in_order(own, phi, explaining(own, own @ phi).sum(axis=0))
    structure = own @ phi
    labels = [f"{letter}{j + 1}" for j in range(len(phi))]
    by_item = {"loadings": own, "structure": structure, "weights": kernel.score_weights(R, structure)}
    items = pd.Index(names, name="item")
    return Rotated(
        {name: pd.DataFrame(values, index=items, columns=labels) for name, values in by_item.items()}
        | {"correlations": pd.DataFrame(phi, index=labels, columns=labels)},
        explaining(own, structure).sum(axis=0),
        () if settled else (UNSETTLED,),
    )


def in_order(loadings: Any, phi: Any, explained: Any) -> tuple[Any, Any]:
    """Columns by the variance they explain, each with a positive sum."""
    order = np.argsort(-explained, kind="stable")
    sign = kernel.signs(loadings[:, order])
    return loadings[:, order] * sign, phi[np.ix_(order, order)] * np.outer(sign, sign)


def _matrix(name: str, title: Words, corner: Words, frame: pd.DataFrame) -> Table:
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
_SIZE = Words("the number of respondents, such as n=250", "受访者数，如n=250")
