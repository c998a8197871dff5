"""Answers from a population: draw respondents from a model whose parameters are all known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .arguments import whole
from .errors import SpecificationError
from .kernels import linalg, ram
from .sem.completion import parameter_table
from .sem.composites import WEIGHT
from .sem.options import Options
from .sem.parameters import ParameterTable
from .sem.specification import Specification
from .tasks import seeded
from .words import Words, at


def simulate(model: str | Specification, n: int, *, seed: int) -> pd.DataFrame:
    """Draw ``n`` respondents from a multivariate normal population.

    Parameters
    ----------
    model
        lavaan syntax with values: ``"trust =~ 0.8*t1 + 0.7*t2"``.  First loadings without a value are one;
        residual variances without a value are one; other parameters without a value are zero.
    n
        Number of respondents.
    seed
        The same seed gives the same answers, to the last bit.

    Returns
    -------
    DataFrame
        One row per respondent, one column per observed variable, in the order of the model.

    Raises
    ------
    SyntaxProblem, SpecificationError
        The model cannot be read or contradicts itself, its covariance matrix is not positive definite, or ``n`` or
        ``seed`` is no such number.

    Examples
    --------
    >>> import sme_sem as sme
    >>> answers = sme.simulate("trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3", 100, seed=1)
    >>> answers.shape, list(answers.columns)
    ((100, 3), ['t1', 't2', 't3'])
    """
    n = whole("n", n, 1)
    names, covariance, mean = population_moments(model)
    draws = np.random.default_rng(seeded(seed)).standard_normal((n, len(names)))
    return pd.DataFrame(draws @ linalg.cholesky(covariance).T + mean, columns=list(names))


def population_moments(model: str | Specification) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Names, covariance matrix (p, p) and means (p,) of a population's observed variables; see :func:`simulate`."""
    table, theta = laid_out(model)
    moments = ram.implied(table.pattern, theta)
    if np.isnan(linalg.cholesky(moments.sigma[0])).any():
        raise SpecificationError(_NOT_DEFINITE)
    return table.observed, moments.sigma[0], moments.mu[0]


def refuse_what_is_not_drawn(population: Specification) -> None:
    """Refuse composites and products in a population, and say what to write instead."""
    for term in population.relations:
        if term.op == WEIGHT:
            raise SpecificationError(at(f"{term.lhs} <~", _NO_COMPOSITES))
        if product := next((name for name in (term.lhs, term.rhs) if ":" in name), ""):
            one = "".join(product.split(":"))
            raise SpecificationError(at(product, _NO_PRODUCTS.filled(one=one)))


def laid_out(model: str | Specification) -> tuple[ParameterTable, np.ndarray]:
    """Read a population, with every parameter at its value: unwritten variances one, all else zero."""
    specification = Specification.read(model)
    refuse_what_is_not_drawn(specification)
    table = parameter_table(specification, Options(fixed_x=False))
    theta = np.zeros(table.n_free)
    for p in table.parameters:
        if p.free:
            default = 1.0 if p.op == "~~" and p.lhs == p.rhs else 0.0
            theta[p.index] = p.start if not np.isnan(p.start) else default
    return table, theta


_NOT_DEFINITE = Words(
    "the population's covariance matrix is not positive definite: lower some covariances, or raise variances.",
    "总体的协方差矩阵不是正定矩阵：请减小某些协方差，或增大方差。",
)
_NO_COMPOSITES = Words(
    "a population has no composites. Put their items in their place as predictors, with weight times path (0.5 * 0.4 "
    "gives y ~ 0.2*x1), and write the items' covariances.",
    "总体中不能有合成构念。请以其题项作自变量代替，系数为权重乘以路径（0.5 * 0.4即y ~ 0.2*x1），并写明题项的协方差。",
)
_NO_PRODUCTS = Words(
    "variables drawn from a normal distribution have no product among them, and a column of that name would have "
    "nothing to do with its factors. Draw these, multiply them and add the effect to the outcome; or, for a rough "
    "power, name the product as a variable of its own ({one}) with the variance and covariances that it has.",
    "正态总体中抽取的变量不含乘积，以此为名的列与其因子毫无关系。请先抽取各因子，相乘后将效应加到结果变量上；若仅粗略估计功效，"
    "可将乘积作为独立变量（{one}）写入，并给出其方差与协方差。",
)
