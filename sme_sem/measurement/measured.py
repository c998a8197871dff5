"""The measurement model as theses print it: every loading, and what the items of a construct share.

Loadings, standard errors and C.R. (critical ratio) come from the fit, CR (composite reliability) and AVE
from :func:`sme_sem.validity`; each construct is named once.
Fornell & Larcker (1981), Journal of Marketing Research 18, 39-50.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..sem.composites import WEIGHT
from ..sem.presentation import Labels, measurement_model, named
from ..sem.specification import Specification
from ..tables import Column, Kind, Table, Words, term, written
from .validity import Validity

if TYPE_CHECKING:
    from ..sem.fit import Fit


def measurement_part(specification: Specification) -> Specification:
    """Take what a model says of how constructs are measured; of what they do to each other nothing is left.

    A model without paths stays as it is, and so does one with composites, which are what they explain, or with
    constraints.  Anderson and Gerbing (1988), Psychological Bulletin 103, 411-423.

    >>> print(measurement_part(Specification.read("A =~ a1 + a2; B =~ b1 + b2; a1 ~~ a2; B ~ A + sex; A ~~ 0*A")))
    A =~ a1 + a2
    B =~ b1 + b2
    a1 ~~ a2
    A ~~ 0.0*A
    """
    terms = specification.terms
    if not any(t.op == "~" for t in terms) or any(t.op in (WEIGHT, "==", "<", ">") for t in terms):
        return specification
    constructs = set(specification.latent)
    inside = constructs | {t.rhs for t in terms if t.op == "=~"}

    def stays(op: str, ends: set[str]) -> bool:
        if op in ("~~", "~1"):
            return ends <= inside and (len(ends) == 1 or not ends <= constructs)
        return op in ("=~", "|", "~*~") and not ends.isdisjoint(inside)

    return Specification(tuple(t for t in terms if stays(t.op, {t.lhs, t.rhs} - {""})))


def measurement_table(
    fit: Fit, validity: Validity, alpha: Mapping[str, float] | None = None, labels: Labels | None = None
) -> Table:
    """Put CR, AVE and alpha of every construct beside its loadings.

    Parameters
    ----------
    fit : Fit
        Of one group.
    validity : Validity
        Of the same fit.
    alpha : mapping of str to float, optional
        Cronbach's alpha by construct.
    labels : mapping of str to text, optional
        What to print for constructs.

    Returns
    -------
    Table
        Of a fit to several groups it is that of the loadings alone.

    Examples
    --------
    >>> import sme_sem as sme
    >>> from sme_sem.measurement.measured import measurement_table
    >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", 300, seed=1)
    >>> fit = sme.fit("trust =~ t1 + t2 + t3", answers)
    >>> [column.name for column in measurement_table(fit, sme.validity(fit)).columns][-3:]
    ['std_all', 'CR', 'AVE']
    """
    table = measurement_model(fit, labels)
    if fit.table.groups > 1:
        return table
    scales = validity.scales.set_index("construct")
    known = {written(named(name, labels)): name for name in fit.latent}
    rows = []
    for row in table.rows:
        name = known[written(row[0])]
        own = (math.nan, math.nan) if name not in scales.index else tuple(scales.loc[name, ["CR", "AVE"]].astype(float))
        of_scale = () if alpha is None else (alpha.get(name, math.nan),)
        rows.append((*row, *of_scale, *own))
    alphas = () if alpha is None else (_ALPHA,)
    columns = (*table.columns, *alphas, _CR, _AVE)
    return replace(table, columns=columns, rows=tuple(rows)).noted(_MEANING)


_ALPHA = Column("alpha", Words("α", "克隆巴赫α系数"), Kind.COEFFICIENT, once=True)
_CR = Column("CR", term("Composite reliability") + Words(" (CR)", " CR"), Kind.COEFFICIENT, once=True)
_AVE = Column("AVE", "AVE", Kind.COEFFICIENT, once=True)
_MEANING = Words(
    "CR: composite reliability; AVE: average variance extracted by the construct.",
    "CR为组合信度，AVE为平均方差提取量。",
)
