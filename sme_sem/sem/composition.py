"""What composites are made of, as analysts of formative measurement read it.

Weights standardized with their delta-method errors; loadings, the correlations of items and composite; and variance
inflation, which tells how far the items explain one another (Hair, Risher, Sarstedt and Ringle 2019, European Business
Review 31, 2-24).  Loadings and inflation follow from the implied moments, which are the sample's where they are free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..kernels import linalg
from .composites import WEIGHT

if TYPE_CHECKING:
    from .result import Fit

COLUMNS = ("weight_std", "se", "z", "pvalue", "ci_lower", "ci_upper")


def composition(fit: Fit, level: float) -> pd.DataFrame:
    """A row for each item of each composite, group by group; see :meth:`Fit.composites`."""
    estimates, standardized = fit.estimates(level=level), fit.standardized(level=level)
    own = estimates["op"] == WEIGHT
    frame = estimates.loc[own, ["lhs", "rhs", "group", "est"]].set_axis(
        ["construct", "item", "group", "weight"], axis=1
    )
    tests = standardized.loc[own].rename(columns={"est_std": "weight_std"})
    frame = frame.join(tests[list(COLUMNS)])
    place = fit.table.place
    R = linalg.correlation(fit.inference.point.moments.cov)
    group = [fit.moments.labels.index(label) for label in frame["group"]]
    construct, item = ([place[name] for name in frame[side]] for side in ("construct", "item"))
    frame["loading"] = R[group, construct, item]
    inflation = np.empty(len(frame))
    for rows in frame.groupby(
        ["group", "construct"]
    ).indices.values():  # a composite's items need not follow each other
        place_of = np.array(item)[rows]
        among = R[group[rows[0]]][np.ix_(place_of, place_of)]
        inflation[rows] = np.diagonal(linalg.inverse(among))
    return frame.assign(vif=inflation).reset_index(drop=True)
