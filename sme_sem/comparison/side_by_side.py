"""Several fitted models in one table: a path has one row, a model a block of columns.

Below the paths stand the explained variances and the fit of each model, as journals print competing
models.  What a model does not contain is left empty.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from ..arguments import texts
from ..errors import SpecificationError
from ..sem.columns import measure_columns
from ..sem.fit import Fit
from ..sem.fitted import require_models
from ..sem.presentation import OF_MODEL, STARS_NOTE, Labels, named, path_label, require_labels
from ..sem.quoted import corrected, objections, reported_alike
from ..sem.rivals import comparable
from ..sem.rows import rows_of
from ..tables import Column, Kind, Number, Table, Tabled, Text, Words, joined, term
from ..words import at

RELATIONS = ("~", "=~", "<~", "~~")


@dataclass(frozen=True, eq=False)
class SideBySide(Tabled):
    """Several models beside each other.

    fits : by name, in the order of the columns
    relations : operators of lavaan's syntax whose parameters are shown
    labels, titles : what to print for variables, and for the names of models
    """

    fits: Mapping[str, Fit]
    relations: tuple[str, ...]
    labels: Labels | None = None
    titles: Labels | None = None

    @property
    def table(self) -> pd.DataFrame:
        """One row per model and parameter: model, lhs, op, rhs, group, est, se, pvalue, std_all."""
        columns = ["lhs", "op", "rhs", "group", "est", "se", "pvalue", "std_all"]
        shown = [_shown(fit, self.relations)[columns].assign(model=name) for name, fit in self.fits.items()]
        return pd.concat(shown, ignore_index=True)[["model", *columns]]

    def tables(self) -> tuple[Table, ...]:
        """Give the one table."""
        measures = reported_alike(self.fits.values())
        blocks = [_Block(fit, self.relations, own) for fit, own in zip(self.fits.values(), measures, strict=True)]
        keys = dict.fromkeys(key for block in blocks for key in block.parameters)
        grouped = any(fit.table.groups > 1 for fit in self.fits.values())
        ordered = sorted(keys, key=lambda key: self.relations.index(key[1]))
        rows: list[tuple[Any, ...]] = [
            (_KINDS[key[1]], _parameter(key, self.labels, grouped), *_beside(block.parameter(key) for block in blocks))
            for key in ordered
        ]
        explained = dict.fromkeys(key for block in blocks for key in block.explained)
        rows += [
            (
                _EXPLAINED,
                _of_group(named(name, self.labels), group, grouped),
                *_beside(b.share((name, group)) for b in blocks),
            )
            for name, group in explained
        ]
        rows += [
            (_FIT, measure.heading, *_beside(b.measure(measure.name, measure.kind) for b in blocks))
            for measure in _MEASURES
        ]
        columns = [Column("part", "", once=True), Column("row", "")]
        for place, name in enumerate(self.fits, start=1):
            group = named(name, self.titles)
            columns += [
                Column(f"est_{place}", "b", Kind.ESTIMATE, group),
                Column(f"se_{place}", "S.E.", Kind.ESTIMATE, group),
                Column(f"std_{place}", "β", Kind.COEFFICIENT, group),
            ]
        return (Table("side_by_side", _TITLE, tuple(columns), tuple(rows), self._notes(), blank=True),)

    def _notes(self) -> tuple[Text, ...]:
        notes: list[Text] = [_MEANING, STARS_NOTE]
        fits = list(self.fits.values())
        if not all(comparable(a, b) for a, b in pairwise(fits)):
            notes.insert(1, _OTHER_DATA)
        if any(corrected(fit) for fit in fits):
            notes.insert(1, _CORRECTED)
        for name, fit in self.fits.items():
            notes += [OF_MODEL.filled(model=named(name, self.titles), said=said) for said in objections(fit)]
        return tuple(notes)


def side_by_side(
    models: Mapping[str, Fit],
    *,
    relations: Sequence[str] = ("~",),
    labels: Labels | None = None,
    titles: Labels | None = None,
) -> SideBySide:
    """Lay several fitted models side by side in one table.

    Parameters
    ----------
    models : mapping of str to Fit
        By the name that stands over a model's columns.
    relations : sequence of str, default ("~",)
        What to show: paths ``"~"``, loadings ``"=~"``, weights of composites ``"<~"``, covariances ``"~~"``; of models
        without paths, loadings and weights.
    labels, titles : mapping of str to text, optional
        What to print for variables, and for the names of models.

    Returns
    -------
    SideBySide
        ``.table`` at full precision; prints as one table and goes ``.to("latex")`` or ``.save("models.docx")``.

    Raises
    ------
    SpecificationError
        If there is no model, or a relation is unknown.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("use ~ 0.4*cost + 0.3*trust; trust ~ 0.5*cost", 200, seed=1)
    >>> full = sme.fit("use ~ cost + trust; trust ~ cost", answers)
    >>> partial = sme.fit("use ~ trust; trust ~ cost", answers)
    >>> result = sme.side_by_side({"full": full, "partial": partial})
    >>> result.table[["model", "lhs", "rhs"]].apply(" ".join, axis=1).tolist()
    ['full use cost', 'full use trust', 'full trust cost', 'partial use trust', 'partial trust cost']
    """
    require_models(models)
    require_labels(labels)
    require_labels(titles, "titles")
    if not models:
        raise SpecificationError(_AT_LEAST_ONE)
    chosen = tuple(dict.fromkeys(texts("relations", relations, "~")))
    unknown = [relation for relation in chosen if relation not in RELATIONS]
    if unknown or not chosen:
        known = joined(map(repr, RELATIONS), ", ", "、")
        raise SpecificationError(at(f"relations={tuple(relations)!r}", _CHOOSE.filled(known=known)))
    if not any(len(_shown(fit, chosen)) for fit in models.values()):
        chosen = ("=~", "<~") if any(fit.table.composites for fit in models.values()) else ("=~",)
    return SideBySide(dict(models), chosen, labels, titles)


class _Block:
    """What one model shows, by row."""

    def __init__(self, fit: Fit, relations: tuple[str, ...], measures: Mapping[str, float]) -> None:
        shown = _shown(fit, relations)
        self.parameters = {_key(row): row for row in rows_of(shown)}
        self.explained = _explained(fit)
        self._measures = {**measures, "n": fit.n}

    def parameter(self, key: tuple[str, str, str, str]) -> tuple[Any, ...]:
        row = self.parameters.get(key)
        if row is None:
            return math.nan, math.nan, math.nan
        if not row.free:
            return row.est, math.nan, row.std_all
        return Number(row.est, p=row.pvalue), row.se, row.std_all

    def share(self, key: tuple[str, str]) -> tuple[Any, ...]:
        return Number(self.explained.get(key, math.nan), kind=Kind.COEFFICIENT), math.nan, math.nan

    def measure(self, name: str, kind: Kind) -> tuple[Any, ...]:
        return Number(float(self._measures.get(name, math.nan)), kind=kind), math.nan, math.nan


def _shown(fit: Fit, relations: Sequence[str]) -> pd.DataFrame:
    """Parameters of the relations asked for; of covariances, only the free ones between two variables."""
    estimates = fit.estimates()
    own = estimates["op"].isin(list(relations))
    apart = (estimates["op"] != "~~") | ((estimates["lhs"] != estimates["rhs"]) & estimates["free"].astype(bool))
    within = (estimates["op"] == "~~") & estimates["lhs"].isin(fit.table.made)
    return estimates[own & apart & ~within]


def _key(row: Any) -> tuple[str, str, str, str]:
    """Name a parameter; a covariance is the same whichever of its variables comes first."""
    lhs, rhs = sorted((str(row.lhs), str(row.rhs))) if row.op == "~~" else (str(row.lhs), str(row.rhs))
    return lhs, str(row.op), rhs, str(row.group)


def _explained(fit: Fit) -> dict[tuple[str, str], float]:
    """R-squared of the variables that paths lead to, by name and group."""
    shares = fit.shares
    outcomes = dict.fromkeys((row.lhs, row.group) for row in fit.rows if row.op == "~")
    return {(name, group): shares[group, name] for name, group in outcomes if (group, name) in shares}


def _parameter(key: tuple[str, str, str, str], labels: Labels | None, grouped: bool) -> Text:
    lhs, op, rhs, group = key
    if op == "~":
        said: Text = path_label(lhs, rhs, labels)
    else:
        sign = _SIGNS[op]
        said = sign.filled(a=named(lhs, labels), b=named(rhs, labels))
    return _of_group(said, group, grouped)


def _of_group(said: Text, group: str, grouped: bool) -> Text:
    return _GROUP.filled(said=said, group=group) if grouped and group else said  # a model of one group names none


def _beside(blocks: Any) -> tuple[Any, ...]:
    return tuple(value for block in blocks for value in block)


_SIGNS = {
    "=~": Words.same("{a} → {b}"),
    "<~": Words.same("{a} ← {b}"),
    "~~": Words.same("{a} ↔ {b}"),
}
_KINDS = {"~": term("Path"), "=~": term("Factor loading"), "<~": Words("Weight", "权重"), "~~": term("Covariance")}
_EXPLAINED, _FIT = Words.same("R²"), term("Model fit")
_GROUP = Words("{said} ({group})", "{said}（{group}）")
_MEASURES = (
    Column("n", "N", Kind.COUNT),
    *measure_columns("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "aic", "bic"),
)
_TITLE = Words("Models side by side", "各模型并列结果")
_MEANING = Words(
    "b: unstandardized, β: standardized estimate, S.E.: standard error of b.",
    "b为非标准化系数，β为标准化系数，S.E.为b的标准误。",
)
_OTHER_DATA = Words(
    "The models rest on different variables or respondents: their χ², AIC and BIC cannot be compared.",
    "各模型的变量或样本不同，χ²、AIC与BIC不可比较。",
)
_CORRECTED = Words(
    "χ², CFI, TLI and RMSEA of models with a corrected test are the corrected ones.",
    "采用校正检验的模型，其χ²、CFI、TLI与RMSEA均为校正值。",
)
_AT_LEAST_ONE = Words(
    "name at least one fitted model, as {'full': fit}", "请至少给出一个有名称的拟合模型，如{'full': fit}"
)
_CHOOSE = Words("choose from {known}", "可选{known}")
