"""How much each item counts in a construct's score.

Items that reflect a construct count alike, through all orders.  Those that a composite (``<~``) is made of count by its
weights: a score of it is, up to its unit, ::

    sum over its parts of   standardized weight * score of the part / standard deviation of that score

which of observed items is the composite itself.  Shares are scaled so that their sizes have mean one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ..errors import SpecificationError
from ..sem.fit import Fit
from ..words import Words

Shares = dict[str, float]


def shares(fit: Fit, group: str, units: Mapping[str, float] | None = None, *, signed: bool = True) -> dict[str, Shares]:
    """Share of every item behind each construct, by construct and item, negative where high answers mean little.

    units : what scores are made of is answers divided by these, item by item
    signed : whether items that load negatively are turned; those of a composite go by their weights
    """
    place = {name: i for i, name in enumerate(fit.table.observed)}
    unit = np.array([1.0 if units is None else units.get(name, 1.0) for name in place])
    covariance = fit.sample.covariance[fit.moments.labels.index(group)] / np.outer(unit, unit)
    parts = _parts(fit, group, signed=signed)

    def behind(name: str, above: tuple[str, ...] = ()) -> Shares:
        if name in above:
            raise SpecificationError(
                Words(
                    f"{name!r} measures itself, through {' and '.join(above)}.",
                    f"{name!r}经由{'、'.join(above)}测量其自身。",
                )
            )
        if name not in parts:
            return {name: 1.0}
        below = {part: behind(part, (*above, name)) for part in parts[name]}
        if name not in fit.table.composed:
            return {item: parts[name][part] * share for part, own in below.items() for item, share in own.items()}
        found: Shares = {}
        for part, own in below.items():
            index, share = [place[item] for item in own], np.array(list(own.values()))
            deviation = np.sqrt(share @ covariance[np.ix_(index, index)] @ share)
            for item, each in own.items():
                found[item] = found.get(item, 0.0) + parts[name][part] * each / deviation
        size = np.mean(np.abs(list(found.values())))
        return {item: share / float(size) for item, share in found.items()}

    return {name: behind(name) for name in parts}


def require_items(fit: Fit, names: Iterable[str]) -> None:
    """Refuse constructs without items (``f =~ 0``), of which nothing can be scored."""
    for name in names:
        if name in fit.table.phantoms:
            raise SpecificationError(
                Words(
                    f"{name!r} is a construct without items (=~ 0), of which nothing can be scored.",
                    f"{name!r}是没有题项的构念（=~ 0），无从计分。",
                )
            )


def _parts(fit: Fit, group: str, *, signed: bool) -> dict[str, Shares]:
    """What each construct is measured by, with the sign of the loading, or made of, with the standardized weight."""
    estimates = fit.estimates()
    own = estimates[estimates["op"].isin(("=~", "<~")) & (estimates["group"] == group)]
    found: dict[str, Shares] = {}
    for name, op, part, value in zip(own["lhs"], own["op"], own["rhs"], own["std_all"], strict=True):
        loading = -1.0 if signed and value < 0 else 1.0
        found.setdefault(str(name), {})[str(part)] = float(value) if op == "<~" else loading
    return found


NO_CONSTRUCT = Words(
    "the model has no construct with items: write at least one '=~' line.", "模型中没有带题项的构念：请至少写一行'=~'。"
)
