"""Whether coders who worked alone coded alike."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from numbers import Real
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..arguments import among, require_kind, whole
from ..errors import DataProblem
from ..kernels import agreement as kernel
from ..tables import Column, Kind, Table, Tabled, Text, Words, rows_from
from ..tasks import seeded
from .coding import Coding, Level, checked_level

Scale = Literal["nominal", "ordinal", "interval", "ratio"]
_DRAWS_AT_ONCE = 200


@dataclass(frozen=True, eq=False)
class Agreement(Tabled):
    """How far coders agree.

    alpha : Krippendorff's, of all judgements; alpha_ci_lower, alpha_ci_upper : 95% percentile interval from units
        drawn anew
    fleiss : Fleiss' kappa of the units that all coders judged; NaN where there are none
    pairs : first, second, units (both judged), percent (agree), kappa, se
    """

    scale: Scale
    units: int
    coders: tuple[str, ...]
    alpha: float
    alpha_ci_lower: float
    alpha_ci_upper: float
    fleiss: float
    pairs: pd.DataFrame
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give alpha and Fleiss' kappa, then Cohen's kappa of every pair of coders."""
        row = (self.units, len(self.coders), self.alpha, self.alpha_ci_lower, self.alpha_ci_upper, self.fleiss)
        pairs = rows_from(self.pairs)
        return (
            Table("coder_agreement", _TITLE, _ALL, (row,), self.notes),
            Table("coder_agreement_pairs", _PAIRS_TITLE, _PAIRS, pairs),
        )


def agreement(
    judgements: pd.DataFrame | Coding,
    level: Level = "category",
    *,
    scale: Scale = "nominal",
    draws: int = 1000,
    seed: int = 1,
) -> Agreement:
    """Measure agreement by Cohen's and Fleiss' kappa and Krippendorff's alpha.

    Parameters
    ----------
    judgements : DataFrame or Coding
        A row for each unit and a column for each coder, gaps where a coder did not judge; or coded segments with
        the names of their coders.
    level : {"concept", "category", "main_category"}
        Of coded segments, which codes; a segment that one coder gave several is left out, with a note.
    scale : {"nominal", "ordinal", "interval", "ratio"}
        How far apart two judgements are, for alpha; all but nominal need numbers.
    draws : int
        Samples of units behind the interval of alpha.
    seed : int
        The same seed gives the same interval.

    Returns
    -------
    Agreement
        ``.alpha``, ``.fleiss``, ``.pairs``.

    Raises
    ------
    DataProblem
        If fewer than two coders judged a unit in common, or judgements of a scale are no numbers.

    Notes
    -----
    Kappa is undefined (a dash) where both coders put everything into one category.

    Examples
    --------
    >>> import pandas as pd
    >>> coded = pd.DataFrame({"Li": list("aabbab"), "Wang": list("aabbaa")})
    >>> result = agreement(coded)
    >>> round(float(result.pairs["kappa"][0]), 3), round(result.alpha, 3)
    (0.667, 0.686)
    """
    require_kind("judgements", judgements, (pd.DataFrame, Coding), _JUDGEMENTS)
    draws = whole("draws", draws, 0)
    notes: list[Text] = []
    table = _wide(judgements, level, notes) if isinstance(judgements, Coding) else judgements
    coders = tuple(str(name) for name in table)
    values, codes = _coded(table, scale)
    counts = (codes[..., None] == np.arange(len(values))).sum(axis=1).astype(float)
    if len(coders) < 2 or not (counts.sum(axis=1) > 1).any():
        raise DataProblem(
            Words(
                "agreement needs units that two coders or more have judged; none was",
                "一致性须有两名以上编码者共同编码的单元，此处没有",
            )
        )
    numbers = np.arange(len(values), dtype=float) if scale == "nominal" else np.asarray(values, dtype=float)
    alpha = float(kernel.krippendorff_alpha(kernel.coincidences(counts), numbers, scale))
    lower, upper = _interval(counts, numbers, scale, draws, seed)
    complete = (codes >= 0).all(axis=1)
    if not complete.all():
        notes.append(_GAPS.filled(n=int((~complete).sum())))
    return Agreement(
        scale=scale,
        units=int((counts.sum(axis=1) > 0).sum()),
        coders=coders,
        alpha=alpha,
        alpha_ci_lower=lower,
        alpha_ci_upper=upper,
        fleiss=float(kernel.fleiss_kappa(counts[complete])) if complete.any() else float("nan"),
        pairs=_pairs(coders, codes, len(values)),
        notes=tuple(notes),
    )


def _wide(coding: Coding, level: Level, notes: list[Text]) -> pd.DataFrame:
    """Lay segments by coders, leaving out those that somebody gave more than one code."""
    segments = coding.segments[(coding.segments[checked_level(level)] != "") & (coding.segments["coder"] != "")]
    once = segments.drop_duplicates(["unit", "coder", level])
    several = set(once.loc[once.duplicated(["unit", "coder"]), "unit"])
    if several:
        notes.append(_SEVERAL.filled(n=len(several)))
    kept = once[~once["unit"].isin(several)]
    return kept.pivot(index="unit", columns="coder", values=level).reindex(columns=list(coding.coders))


def _coded(table: pd.DataFrame, scale: Scale) -> tuple[Sequence[Any], np.ndarray]:
    """Number the judgements, ascending; a gap is -1."""
    if not among(scale, kernel.LEVELS):
        raise DataProblem(
            Words(
                f"scale: expected {', '.join(kernel.LEVELS)}, got {scale!r}",
                f"scale：应为{'、'.join(kernel.LEVELS)}之一，实为{scale!r}",
            )
        )
    cells = _spelled_alike(table)
    gap = pd.isna(cells) | (cells == "")
    if scale != "nominal":
        columns = [pd.to_numeric(column, errors="coerce") for column in cells.T]
        cells = np.array(columns, dtype=float).reshape(cells.T.shape).T
        wrong = np.isnan(cells) & ~gap
        if wrong.any():
            row, column = np.argwhere(wrong)[0]
            raise DataProblem(
                Words(
                    f"a judgement of {table.columns[column]} is {table.iloc[row, column]!r}; scale={scale!r} needs "
                    "numbers",
                    f"{table.columns[column]}有一项判断为{table.iloc[row, column]!r}；scale={scale!r}需要数值",
                )
            )
    known = sorted(set(cells[~gap].tolist()), key=lambda v: (str(type(v)), v) if scale == "nominal" else v)
    place = {value: i for i, value in enumerate(known)}
    codes = [[-1 if empty else place[v] for v, empty in zip(*row, strict=True)] for row in zip(cells, gap, strict=True)]
    return known, np.array(codes, dtype=int).reshape(table.shape)


def _spelled_alike(table: pd.DataFrame) -> np.ndarray:
    """Judgements without spaces around them; numbers are texts where some are, so that 1 of one coder is "1"."""
    cells = table.to_numpy(dtype=object, copy=True)
    cells[pd.isna(cells)] = None  # pandas' NA is neither like nor unlike a text
    for (row, column), value in np.ndenumerate(cells):
        if not isinstance(value, Hashable):
            said = {"coder": table.columns[column], "value": repr(value), "unit": table.index[row]}
            raise DataProblem(_NO_CODE.filled(**said))
        cells[row, column] = value.strip() if isinstance(value, str) else value
    if any(isinstance(value, str) and value for value in cells.flat):
        numeric = [isinstance(v, Real) and not isinstance(v, bool) and v == v for v in cells.flat]
        texts = [f"{v:.15g}" if own else v for v, own in zip(cells.flat, numeric, strict=True)]
        cells = np.array([*texts, None], dtype=object)[:-1].reshape(cells.shape)
    return cells


def _interval(counts: np.ndarray, values: np.ndarray, scale: Scale, draws: int, seed: int) -> tuple[float, float]:
    rng, n, found = np.random.default_rng(seeded(seed)), len(counts), []
    for start in range(0, draws, _DRAWS_AT_ONCE):
        weight = rng.multinomial(n, np.full(n, 1 / n), size=min(_DRAWS_AT_ONCE, draws - start)).astype(float)
        found.append(kernel.krippendorff_alpha(kernel.coincidences(counts, weight), values, scale))
    drawn = np.concatenate(found) if found else np.array([])
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return float("nan"), float("nan")
    lower, upper = np.quantile(drawn, (0.025, 0.975))
    return float(lower), float(upper)


def _pairs(coders: Sequence[str], codes: np.ndarray, k: int) -> pd.DataFrame:
    rows = []
    for i, j in combinations(range(len(coders)), 2):
        both = (codes[:, i] >= 0) & (codes[:, j] >= 0)
        table = np.zeros((k, k))
        np.add.at(table, (codes[both, i], codes[both, j]), 1)
        kappa, error = kernel.cohen_kappa(table)
        agreed = 100 * np.trace(table) / both.sum() if both.any() else float("nan")
        rows.append((coders[i], coders[j], int(both.sum()), agreed, float(kappa), float(error)))
    return pd.DataFrame(rows, columns=["first", "second", "units", "percent", "kappa", "se"])


_JUDGEMENTS = Words(
    "a DataFrame with a column for each coder, or coded segments", "每位编码者一列的DataFrame，或编码片段"
)
_NO_CODE = Words(
    "a judgement of {coder} is {value} (unit {unit}); give each unit one code, as a text or a number",
    "{coder}的一个判断为{value}（单元{unit}）；每个单元应为一个编码，即文字或数字",
)
_TITLE, _PAIRS_TITLE = Words("Agreement of coders", "编码者一致性"), Words("Agreement by pair", "两两编码者一致性")
_GAPS = Words(
    "{n} units that not everybody judged are left out of Fleiss' kappa.",
    "Fleiss κ未纳入{n}个未经全体编码者判断的单元。",
)
_SEVERAL = Words(
    "{n} segments that a coder gave several codes are left out.", "剔除{n}个被同一编码者赋予多个编码的片段。"
)
_ALL = (
    Column("units", Words("Units", "单元数"), Kind.COUNT),
    Column("coders", Words("Coders", "编码者数"), Kind.COUNT),
    Column("alpha", Words("Krippendorff's alpha", "Krippendorff α"), Kind.COEFFICIENT),
    Column("lower", Words("95% lower", "95%下限"), Kind.COEFFICIENT),
    Column("upper", Words("95% upper", "95%上限"), Kind.COEFFICIENT),
    Column("fleiss", Words("Fleiss' kappa", "Fleiss κ"), Kind.COEFFICIENT),
)
_PAIRS = (
    Column("first", Words("Coder", "编码者")),
    Column("second", Words("Coder", "编码者")),
    Column("units", Words("Units", "单元数"), Kind.COUNT),
    Column("percent", Words("% agreement", "一致百分比"), Kind.PERCENT),
    Column("kappa", Words("Cohen's kappa", "Cohen κ"), Kind.COEFFICIENT),
    Column("se", Words("Standard error", "标准误"), Kind.COEFFICIENT),
)
