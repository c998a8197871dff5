"""Populations of which only what matters is written: the other variances follow.

With ``v = A v + e`` and ``Cov(e) = S``, ``Cov(v) = (I - A)^-1 S (I - A)^-T``.  A variance that is not
written is what the arrows into its variable leave of one, so that loadings and paths are standardized
ones.  Moderated effects make no covariance matrix; respondents are then drawn variable by variable, causes
before outcomes.  Their products are of variables with mean zero and variance one and come on top: the
variance of a moderated outcome is a little larger than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from .errors import SpecificationError
from .instrument.parts import Product
from .kernels import linalg, ram
from .simulation import laid_out, simulate
from .tasks import seeded
from .words import Words


def draw(population: str, n: int, *, seed: int, products: Sequence[Product] = ()) -> pd.DataFrame:
    """Draw ``n`` respondents; items in columns, as far as the population names them.

    Parameters
    ----------
    population
        lavaan syntax with values.
    n, seed
        Number of respondents, and seed.
    products
        Effects of products of two variables.

    Examples
    --------
    >>> draw("f =~ 0.8*a + 0.6*b; g =~ 0.7*c + 0.7*d; g ~ 0.5*f", 2000, seed=1).std().round(1).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    text = standardized(population)
    if not products:
        return simulate(text, n, seed=seed)
    table, theta = laid_out(text)
    A, S, m = (x[0] for x in ram.matrices(table.pattern, theta))
    names = list(table.variables)
    own = m + np.random.default_rng(seeded(seed)).standard_normal((n, len(names))) @ linalg.cholesky(S).T
    values = own
    for _ in names:  # the longest chain of arrows is shorter than this
        moved = own + values @ A.T
        for product in products:
            one, other = (values[:, names.index(name)] for name in product.of)
            moved[:, names.index(product.outcome)] += product.effect * one * other
        if np.array_equal(moved, values):
            break
        values = moved
    else:
        raise SpecificationError(
            Words(
                "the population has a loop of effects, which products do not go with.",
                "总体中有循环的效应，与乘积项不能并存。",
            )
        )
    return pd.DataFrame(values, columns=names)[list(table.observed)]


@cache
def standardized(population: str) -> str:
    """Write the variances that a population leaves out, so that its variables have variance one.

    >>> print(standardized("f =~ 0.8*a + 0.6*b"))
    f =~ 0.8*a + 0.6*b
    a ~~ 0.36*a
    b ~~ 0.64*b
    f ~~ 1*f
    """
    table, theta = laid_out(population)
    pattern, names = table.pattern, list(table.variables)
    left_out = [p for p in table.parameters if p.free and p.op == "~~" and p.lhs == p.rhs and np.isnan(p.start)]
    at, places = [p.index for p in left_out], [names.index(p.lhs) for p in left_out]
    for _ in names:  # each round settles the variables one arrow further from the causes
        theta[at] += 1 - np.diagonal(ram.implied(pattern, theta).cov[0])[places]
    if np.isnan(theta).any():
        raise SpecificationError(_NO_EQUILIBRIUM)
    for p in left_out:
        if theta[p.index] <= 0:
            raise SpecificationError(_OVEREXPLAINED.filled(name=repr(p.lhs)))
    lines = (f"{p.lhs} ~~ {float(theta[p.index].round(12)):.12g}*{p.lhs}" for p in left_out)
    return "\n".join((population.rstrip("\n"), *lines))


_NO_EQUILIBRIUM = Words(
    "the population has a feedback loop that finds no equilibrium.", "总体含反馈回路，且无法达到均衡。"
)
_OVEREXPLAINED = Words(
    "the population explains more than all of {name}: lower the effects on it, or write its variance.",
    "总体对{name}的解释超过其全部方差：请减小对它的效应，或写明其方差。",
)
