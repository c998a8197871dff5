"""Path diagrams of fitted models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ..arguments import flag, require_kind
from ..diagrams.drawing import path_diagram
from ..diagrams.model import Covariance, DiagramModel, Loading, Node, Path
from ..diagrams.pair import diagram_pair
from ..diagrams.picture import Picture
from ..errors import ConvergenceError, SpecificationError
from ..tables import Language, Text, Words
from ..tables.format import stars
from ..tables.language import require_language
from ..words import at
from . import presentation, quoted
from .fitted import A_FIT, NOT_CONVERGED
from .result import Fit
from .rows import rows_of


def diagram(
    fit: Fit | Mapping[Text, Fit],
    *,
    labels: presentation.Labels | None = None,
    language: Language = "en",
    items: bool = True,
    grey: bool = False,
) -> Picture:
    """Draw the standardized solution of a model; two models, or two groups, beside each other with differences marked.

    Parameters
    ----------
    fit
        One fitted model, or two by the titles to write above them.
    labels
        What to write on variables; a variable without a label shows its name.
    language : {"en", "zh"}
        Of labels given in two languages.
    items
        Whether to draw the items; without them the structural model remains.
    grey
        Whether to do without colour, for print.

    Returns
    -------
    Picture
        ``.svg``, and ``.save("model.pdf")`` (.svg, .png).  What stands against a fit is written beneath.

    Raises
    ------
    ConvergenceError
        If a model did not converge: it has no solution to show.
    SpecificationError
        If there are more than two models or groups to draw, or an argument is of another kind.

    Examples
    --------
    >>> import sme_sem as sme
    >>> fit = sme.fit("y ~ x + w", sme.simulate("y ~ 0.4*x + 0.2*w", 300, seed=1))
    >>> ">w</text>" in sme.diagram(fit, grey=True).svg
    True
    """
    require_language(language)
    presentation.require_labels(labels)
    grey = flag("grey", grey)
    fits = dict(fit) if isinstance(fit, Mapping) else {"": fit}
    for one in fits.values():
        require_kind("fit", one, Fit, A_FIT + _OR_TWO)
    for title, one in fits.items():
        if not one.converged:
            problem = NOT_CONVERGED + _NO_SOLUTION
            raise ConvergenceError(at(title, problem) if title else problem)
    drawn = [
        (title if one.table.groups == 1 else Words.same("{a} {b}").filled(a=title, b=group), one, group)
        for title, one in fits.items()
        for group in one.moments.labels
    ]
    if not 1 <= len(drawn) <= 2:
        raise SpecificationError(_TOO_MANY.filled(n=len(drawn)))
    models = [diagram_model(one, labels, group) for _, one, group in drawn]
    notes = tuple(dict.fromkeys(said for one in fits.values() for said in quoted.objections(one)))
    if len(models) == 1:
        return Picture(path_diagram(models[0], language, items=items, grey=grey, notes=notes))
    pair, titles = (models[0], models[1]), (drawn[0][0], drawn[1][0])
    return Picture(diagram_pair(pair, titles, language, items=items, grey=grey, notes=notes))


def diagram_model(fit: Fit, labels: presentation.Labels | None = None, group: str | None = None) -> DiagramModel:
    """Give the path diagram its nodes and arrows, with standardized values; of the first group where none is named."""
    group = fit.moments.labels[0] if group is None else group
    estimates = fit.estimates()
    estimates = estimates[estimates["group"] == group]
    shares = fit.shares
    paths = estimates[estimates["op"] == "~"]
    weights = fit.composites()
    inner = dict.fromkeys((*fit.latent, *paths["rhs"], *paths["lhs"]))
    nodes = [
        Node(
            name,
            presentation.named(name, labels),
            name in fit.latent,
            _value(shares.get((group, name))),
            name in fit.table.composed,
        )
        for name in inner
    ]
    covariances = estimates[(estimates["op"] == "~~") & (estimates["lhs"] != estimates["rhs"])]
    covariances = covariances[~covariances["lhs"].isin(fit.table.made)]
    return DiagramModel(
        tuple(nodes),
        (*_loadings(estimates), *_weights(weights[weights["group"] == group])),
        tuple(
            Path(row.rhs, row.lhs, _value(row.std_all), _stars(row.pvalue), bool(row.pvalue < 0.05))
            for row in rows_of(paths)
        ),
        tuple(
            Covariance(row.lhs, row.rhs, _value(row.std_all), _stars(row.pvalue))
            for row in rows_of(covariances[covariances["free"].astype(bool)])
        ),
    )


def _loadings(estimates: pd.DataFrame) -> Iterator[Loading]:
    for row in rows_of(estimates[estimates["op"] == "=~"]):
        yield Loading(row.lhs, row.rhs, _value(row.std_all), _stars(row.pvalue))


def _weights(composites: pd.DataFrame) -> Iterator[Loading]:
    for row in rows_of(composites):
        yield Loading(row.construct, row.item, _value(row.weight_std), _stars(row.pvalue), weight=True)


def _value(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _stars(p_value: float) -> str:
    return "" if p_value != p_value else stars(p_value)


_OR_TWO = Words(", or two of them by name", "，或按名称给出的两个")
_NO_SOLUTION = Words("it has no solution to draw: mend it first.", "没有可绘制的解：请先修正模型。")
_TOO_MANY = Words(
    "one or two models or groups are drawn in one picture, got {n}.", "一张图绘制一个或两个模型或组，而此处有{n}个。"
)
