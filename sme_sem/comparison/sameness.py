"""Whether models can be compared at all: the same answers, explained by the same kind of estimate."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from ..errors import ConvergenceError, SpecificationError
from ..sem.fit import Fit
from ..sem.fitted import require_models
from ..sem.rivals import equal_moments

_ADVICE = "Chi-square, AIC and BIC are only comparable for the same answers; fit both models to the same data."


def require_comparable(fits: Mapping[str, Fit]) -> None:
    """Refuse models whose fits cannot be set against each other, with the reason."""
    require_models(fits)
    if len(fits) < 2:
        raise SpecificationError(f"compare needs two models or more, by name; {len(fits)} given.")
    for name, fit in fits.items():
        if not fit.converged:
            raise ConvergenceError(f"model {name!r} did not converge: its chi-square means nothing. Mend or drop it.")
    for (a, first), (b, second) in pairwise(fits.items()):
        reason = _other_answers(first, second) or _other_estimates(first, second)
        if reason:
            raise SpecificationError(f"models {a!r} and {b!r} cannot be compared: {reason}")


def same_rows(a: Fit, b: Fit) -> bool:
    """Whether both were fitted to the same respondents in the same order, so that these can be compared one by one."""
    if a.moments.answers is None or b.moments.answers is None:
        return False
    other = b.moments.of(a.moments.names).answers
    assert other is not None
    return all(np.array_equal(x, y, equal_nan=True) for x, y in zip(a.moments.answers, other, strict=True))


def _other_answers(a: Fit, b: Fit) -> str:
    only = [sorted(set(x.observed) - set(y.observed)) for x, y in ((a, b), (b, a))]
    if only[0] or only[1]:
        return f"only one of them contains {', '.join(map(repr, only[0] + only[1]))}. {_ADVICE}"
    if a.moments.labels != b.moments.labels and set(a.moments.labels) == set(b.moments.labels):
        return f"their groups stand in different orders ({_groups(a)}; {_groups(b)}). Fit both to the same DataFrame."
    if a.moments.labels != b.moments.labels:
        return f"their groups are {_groups(a)} and {_groups(b)}. Give both the same group=."
    if not np.array_equal(a.moments.n, b.moments.n):
        return f"they rest on {_rows(a)} and {_rows(b)} respondents. {_ADVICE}"
    drawn = _otherwise_drawn(a, b)
    if drawn:
        return drawn
    if not equal_moments(a.moments, b.moments):
        return f"their {a.n} respondents are not the same, or answered otherwise. {_ADVICE}"
    return ""


def _otherwise_drawn(a: Fit, b: Fit) -> str:
    """Whether one takes respondents for drawn with other chances, or together with others."""
    one, other = a.moments.design, b.moments.design
    for argument, x, y in (("weights", one.weights, other.weights), ("cluster", one.clusters, other.clusters)):
        if (x is None) != (y is None):
            return f"only one of them is fitted with {argument}=. Give both the same."
        if x is not None and y is not None and not all(map(_alike, x, y)):
            return f"their {argument}= are not the same, row by row. Fit both to one DataFrame with one column for it."
    return ""


def _alike(x: np.ndarray, y: np.ndarray) -> bool:
    return len(x) == len(y) and np.allclose(x, y)


def _other_estimates(a: Fit, b: Fit) -> str:
    x, y = a.options, b.options
    if x.method.discrepancy != y.method.discrepancy:
        return f"one is estimated by {x.estimator}, the other by {y.estimator}. Take one estimator for both."
    if x.method.test != y.method.test:
        return f"their tests differ ({x.method.test} and {y.method.test}). Take one estimator and test= for both."
    if x.information != y.information and x.method.test != "standard":
        return f"information={x.information!r} in one, {y.information!r} in the other. Take the same for both."
    if (x.missing, x.likelihood) != (y.missing, y.likelihood):
        return (
            f"missing={x.missing!r}, likelihood={x.likelihood!r} in one, missing={y.missing!r}, "
            f"likelihood={y.likelihood!r} in the other. Take the same for both."
        )
    if a.table.ordered != b.table.ordered:
        return "other variables are ordered in one than in the other. Give both the same ordered=."
    if a.table.means != b.table.means:
        return "one models means, the other does not. Give both meanstructure=True."
    if set(a.table.exogenous) != set(b.table.exogenous):
        one = sorted(set(a.table.exogenous) ^ set(b.table.exogenous))
        return f"only one takes {', '.join(map(repr, one))} as given. Give both fixed_x=False."
    return ""


def _groups(fit: Fit) -> str:
    return ", ".join(fit.moments.labels) if len(fit.moments.labels) > 1 else "one"


def _rows(fit: Fit) -> str:
    return " + ".join(str(int(n)) for n in fit.moments.n)
