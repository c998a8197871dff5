"""The specific indirect effect along one route, tested as the fit tests.

The product of the paths from cause to outcome; its error by the delta method, or from bootstrap samples, and then with
the interval of these and the p that goes with it.  Standardized, the product of the standardized paths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from .effects import effects, product
from .expressions import Quantity
from .rows import rows_of
from .solution import standard_errors, z_tests

if TYPE_CHECKING:
    from ..resampling.bootstrap import Bootstrap
    from ..resampling.mediation import Interval
    from .fit import Fit


class Tested(NamedTuple):
    """A number with its error, test and interval."""

    est: float
    se: float
    z: float
    pvalue: float
    ci_lower: float
    ci_upper: float


@dataclass(frozen=True, slots=True)
class RouteEffect:
    """The product of the paths along a route.

    free : of each path, whether the model estimates it
    """

    estimate: Tested
    standardized: Tested
    free: tuple[bool, ...]

    @property
    def estimated(self) -> bool:
        """Whether the product could come out otherwise: a path is free, and none is fixed to zero."""
        return any(self.free) and (all(self.free) or self.estimate.est != 0)


def route_effect(
    fit: Fit,
    route: Sequence[str],
    level: float = 0.95,
    *,
    samples: Bootstrap | None = None,
    interval: Interval = "perc",
) -> RouteEffect | None:
    """Look the effect along a route up, from cause to outcome; None where the model has not every path of it.

    level : of the interval
    samples : of the fit, and their interval; left out, those of ``bootstrap=`` where the fit has some
    """
    legs = _legs(fit, route)
    if legs is None:
        return None
    group = str(legs["group"].iloc[0])
    written = " → ".join(route)
    own = (
        row
        for row in rows_of(effects(fit, [(route[-1], route[0])]))
        if (row.effect, row.route, row.group) == ("indirect", written, group)
    )
    row = next(own, None)
    if row is None:
        return None
    every = fit.inference.standardized
    std = product([Quantity(every.value[at], every.gradient[at]) for at in legs.index])
    est = np.array([row.est, float(std.value)])
    drawn = samples or fit.bootstrapped
    if drawn is None:
        se = np.array([row.se, float(standard_errors(std.gradient[None], fit.inference.vcov)[0])])
        found = z_tests(est, se, level)
    else:
        from ..resampling.mediation import of_route

        numbers = of_route(drawn, route, group, interval, level)
        found = z_tests(est, numbers["se"], level) | {n: numbers[n] for n in ("pvalue", "ci_lower", "ci_upper")}
    raw, scaled = (
        Tested(*own) for own in zip(est.tolist(), *(found[n].tolist() for n in Tested._fields[1:]), strict=True)
    )
    return RouteEffect(raw, scaled, tuple(legs["free"].tolist()))


def _legs(fit: Fit, route: Sequence[str]) -> pd.DataFrame | None:
    """The rows of the paths along a route, in the first group that has them all."""
    frame = fit.estimates()
    paths = frame[frame["op"] == "~"]
    for _, own in paths.groupby("group", sort=False):
        place = {(row.rhs, row.lhs): row.Index for row in own.itertuples()}
        steps = list(pairwise(route))
        if all(step in place for step in steps):
            return own.loc[[place[step] for step in steps]]
    return None
