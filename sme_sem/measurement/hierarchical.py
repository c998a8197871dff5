"""Whether one total score may stand for several dimensions: hierarchical omega of a bifactor or second-order model.

The general construct is the one that reaches every item, directly (bifactor) or through the constructs it explains
(second order); what the others add is specific.  Formulas and sources: :mod:`sme_sem.kernels.hierarchical`.  As for CR,
the variance of a total is the observed one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..errors import SpecificationError
from ..kernels import hierarchical as kernel
from ..sem.fitted import require_solution
from ..sem.quoted import objections
from ..tables import Column, Kind, Table, Tabled, Text, Words, rows_from, term
from ..threads import one_thread

if TYPE_CHECKING:
    from ..sem.fit import Fit
    from ..sem.solution import Point


@dataclass(frozen=True, eq=False)
class Hierarchical(Tabled):
    """Omega of a general and of specific constructs.

    scales : one row per construct (construct, n_items, omega, omega_h, ecv), the general one first.  For it ``omega``
        is the share of the total's variance due to all constructs and ``omega_h`` that due to it alone; for a specific
        one the same of the total of its own items (omega_h is then what it adds beyond the general one); ``ecv`` is its
        share in the variance that all constructs explain
    """

    general: str
    scales: pd.DataFrame
    notes: tuple[Text, ...] = ()

    def tables(self) -> tuple[Table, ...]:
        """Give the coefficients."""
        rows = rows_from(self.scales)
        title = Words("Hierarchical omega", "分层ω系数")
        return (Table("hierarchical_omega", title, _COLUMNS, rows, (_NOTE.filled(general=self.general), *self.notes)),)


@one_thread()
def hierarchical(fit: Fit) -> Hierarchical:
    """Divide the variance of total scores between a general construct and specific ones.

    Formulas and sources: :mod:`sme_sem.kernels.hierarchical`.

    Parameters
    ----------
    fit : Fit
        A bifactor model (constructs uncorrelated) or a second-order one, of continuous answers in one group.

    Returns
    -------
    Hierarchical
        ``.general``, ``.scales`` (construct, n_items, omega, omega_h, ecv).

    Raises
    ------
    SpecificationError
        No construct reaches every item, or constructs correlate beyond what the general one explains.
    ConvergenceError
        The fit did not converge.

    Examples
    --------
    >>> import sme_sem as sme
    >>> population = "a =~ .8*a1 + .7*a2 + .7*a3; b =~ .8*b1 + .7*b2 + .7*b3; c =~ .7*c1 + .7*c2 + .8*c3"
    >>> answers = sme.simulate(population + "; g =~ .9*a + .8*b + .8*c", 500, seed=1)
    >>> fit = sme.fit("a =~ a1 + a2 + a3; b =~ b1 + b2 + b3; c =~ c1 + c2 + c3; g =~ a + b + c", answers)
    >>> found = sme.hierarchical(fit)
    >>> found.general, found.scales["construct"].tolist()
    ('g', ['g', 'a', 'b', 'c'])
    """
    require_solution(fit, _UNSOLVED)
    if fit.table.groups > 1 or fit.table.ordered:
        raise SpecificationError(_ONE_GROUP)
    point, p = fit.inference.point, len(fit.observed)
    names = list(fit.latent)
    items = [
        i for i, name in enumerate(fit.observed) if any(q.op == "=~" and q.rhs == name for q in fit.table.parameters)
    ]
    sources = _sources(point)
    effects = point.moments.E[0][np.ix_(items, range(p, p + len(names)))]
    reached = np.abs(effects) > 1e-12
    whole = [j for j in range(len(names)) if reached[:, j].all()]
    if len(whole) != 1 or len(names) < 2:
        raise SpecificationError(_NO_GENERAL)
    psi = np.diagonal(sources)
    if np.abs(sources - np.diag(psi)).max() > 1e-10 * psi.max():
        raise SpecificationError(_CORRELATED)
    g = whole[0]
    S = fit.sample.covariance[0][np.ix_(items, items)]
    ecv = kernel.explained_common_variance(effects, psi)
    rows = []
    for j in [g, *(j for j in range(len(names)) if j != g)]:
        own = reached[:, j]
        shares = kernel.total_shares(effects[own], psi, np.asarray(S[np.ix_(own, own)].sum()))
        rows.append((names[j], int(own.sum()), float(shares.sum()), float(shares[j]), float(ecv[j])))
    scales = pd.DataFrame(rows, columns=["construct", "n_items", "omega", "omega_h", "ecv"])
    return Hierarchical(names[g], scales, objections(fit))


def _sources(point: Point) -> np.ndarray:
    """Covariances of what constructs do not have from other constructs: disturbances, and what covariates explain."""
    p, moments = point.pattern.observed, point.moments
    of_observed = -np.linalg.inv(moments.E[0])[p:, :p]
    return np.asarray(of_observed @ moments.cov[0][:p, :p] @ of_observed.T + point.S[0][p:, p:])


_UNSOLVED = Words("it says nothing on reliability; see fit.diagnostics.", "无法据以评价信度；详见fit.diagnostics。")
_ONE_GROUP = Words("hierarchical omega is of one group and of continuous answers.", "分层ω仅适用于单个组的连续作答。")
_NO_GENERAL = Words(
    "hierarchical omega needs one general construct that reaches every item, beside specific ones: a bifactor or "
    "second-order model.",
    "分层ω需要一个影响全部题项的一般因子，以及若干特殊因子：即双因子模型或二阶模型。",
)
_CORRELATED = Words(
    "constructs correlate beside the general one, or by what explains them, so their shares cannot be told apart: fit "
    "a bifactor model with orthogonal=True, or drop the covariances.",
    "除一般因子外，构念之间还存在相关，或因共同的自变量而相关，其份额无法区分："
    "请以orthogonal=True拟合双因子模型，或删去这些协方差。",
)
_COLUMNS = (
    Column("construct", term("Construct")),
    Column("n_items", term("Number of items"), Kind.COUNT),
    Column("omega", Words("omega", "ω"), Kind.COEFFICIENT),
    Column("omega_h", Words("omega hierarchical", "分层ω"), Kind.COEFFICIENT),
    Column("ecv", "ECV", Kind.COEFFICIENT),
)
_NOTE = Words(
    "General construct: {general}. omega: share of the total score's variance due to all constructs; omega "
    "hierarchical: due to the row's construct alone; ECV: its share in the explained common variance (Reise, 2012; "
    "Rodriguez, Reise & Haviland, 2016).",
    "一般因子：{general}。ω为总分方差中由全部构念解释的比例；分层ω为仅由该行构念解释的比例；"
    "ECV为其在共同方差中的份额（Reise，2012；Rodriguez、Reise与Haviland，2016）。",
)
