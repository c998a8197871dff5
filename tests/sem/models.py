"""Populations whose parameters are all known, and a plain way to their covariances.

A population is written as model syntax with every value in it.  Decimal values are what a fit has to find again;
whole ones (``1*``, ``0*``) are fixed in the model that is fitted.
"""

import re

import numpy as np
import pandas as pd

from sme_sem.sem.completion import parameter_table
from sme_sem.sem.options import Options
from sme_sem.sem.specification import Specification


def residuals(names, *values):
    """``~~`` lines that give every name its own residual variance."""
    names = names.split()
    return "\n".join(f"{name} ~~ {values[i % len(values)]}*{name}" for i, name in enumerate(names))


POPULATIONS = {
    "two constructs": f"""
        trust =~ 1*t1 + 0.8*t2 + 1.2*t3
        use =~ 1*u1 + 0.9*u2 + 0.7*u3
        trust ~~ 0.7*trust + 0.25*use
        use ~~ 0.6*use
        {residuals("t1 t2 t3 u1 u2 u3", 0.5, 0.7, 0.4)}
    """,
    "paths among constructs": f"""
        trust =~ 1*t1 + 0.8*t2 + 1.2*t3
        use =~ 1*u1 + 0.9*u2 + 0.7*u3
        gain =~ 1*g1 + 1.1*g2 + 0.6*g3
        use ~ 0.5*trust
        gain ~ 0.3*trust + 0.4*use
        t1 ~~ 0.15*u1
        trust ~~ 0.7*trust
        use ~~ 0.6*use
        gain ~~ 0.5*gain
        {residuals("t1 t2 t3 u1 u2 u3 g1 g2 g3", 0.5, 0.7, 0.4)}
    """,
    "second order": f"""
        f1 =~ 1*a1 + 0.8*a2 + 1.2*a3
        f2 =~ 1*b1 + 0.9*b2 + 0.7*b3
        f3 =~ 1*c1 + 1.1*c2 + 0.6*c3
        general =~ 1*f1 + 0.9*f2 + 0.7*f3
        general ~~ 0.5*general
        f1 ~~ 0.3*f1
        f2 ~~ 0.4*f2
        f3 ~~ 0.35*f3
        {residuals("a1 a2 a3 b1 b2 b3 c1 c2 c3", 0.5, 0.7, 0.4)}
    """,
    "feedback": """
        y1 ~ 0.4*y2 + 0.5*x1
        y2 ~ 0.3*y1 + 0.6*x2
        y1 ~~ 0.8*y1 + 0.2*y2
        y2 ~~ 0.9*y2
        x1 ~~ 1.5*x1 + 0.3*x2
        x2 ~~ 1.2*x2
    """,
    "equal loadings": f"""
        trust =~ 1*t1 + a*0.8*t2 + a*0.8*t3
        use =~ 1*u1 + a*0.8*u2 + 0.7*u3
        trust ~~ 0.7*trust + 0.25*use
        use ~~ 0.6*use
        t1 ~~ e*0.5*t1
        u1 ~~ e*0.5*u1
        {residuals("t2 t3 u2 u3", 0.6, 0.7, 0.4)}
    """,
    "means": f"""
        trust =~ 1*t1 + 0.8*t2 + 1.2*t3
        use =~ 1*u1 + 0.9*u2 + 0.7*u3
        use ~ 0.5*trust
        trust ~ 0.9*1
        use ~ 0.4*1
        t1 ~ 0*1
        u1 ~ 0*1
        t2 ~ 0.3*1
        t3 ~ -0.2*1
        u2 ~ 2.5*1
        u3 ~ 1.5*1
        trust ~~ 0.7*trust
        use ~~ 0.6*use
        {residuals("t1 t2 t3 u1 u2 u3", 0.5, 0.7, 0.4)}
    """,
}


def fitted_text(population):
    """The model to be fitted: the population without its decimal values."""
    return re.sub(r"-?\d*\.\d+\*", "", population)


def parameters_of(text, groups=1, **options):
    return parameter_table(Specification.read(text), Options(**options), groups)


def moments_by_hand(population):
    """Covariances and means of the observed variables, from the textbook formula: DataFrame, Series"""
    spec = Specification.read(population)
    names = [*spec.observed, *spec.latent]
    A, S = (pd.DataFrame(0.0, names, names) for _ in range(2))
    m = pd.Series(0.0, names)
    for term in spec.relations:
        (value,) = term.fixed
        if term.op == "=~":
            A.loc[term.rhs, term.lhs] = value
        elif term.op == "~":
            A.loc[term.lhs, term.rhs] = value
        elif term.op == "~1":
            m[term.lhs] = value
        else:
            S.loc[term.lhs, term.rhs] = S.loc[term.rhs, term.lhs] = value
    E = np.linalg.inv(np.eye(len(names)) - A.to_numpy())
    observed = list(spec.observed)
    covariance = pd.DataFrame(E @ S.to_numpy() @ E.T, names, names).loc[observed, observed]
    return covariance, pd.Series(E @ m.to_numpy(), names)[observed]


def true_theta(population, table):
    """The population's values in the order of a table's free parameters; intercepts it does not state are zero."""
    values = {term.key: term.fixed[0] for term in Specification.read(population).relations}
    theta = np.full(table.n_free, np.nan)
    for p in table.parameters:
        if p.free:
            theta[p.index] = values.get(p.key, 0.0) if p.op == "~1" else values[p.key]
    return theta


def noisy_covariance(covariance, n, seed):
    """A covariance matrix as n respondents from that population would have it (divided by n)."""
    draws = np.random.default_rng(seed).standard_normal((n, len(covariance)))
    answers = draws @ np.linalg.cholesky(np.asarray(covariance)).T
    return np.cov(answers, rowvar=False, bias=True)


def central_difference(function, x, step=1e-5):
    """Derivative of an array-valued function along each entry of x, last axis."""
    columns = []
    for i in range(len(x)):
        h = np.zeros(len(x))
        h[i] = step
        columns.append((np.asarray(function(x + h)) - np.asarray(function(x - h))) / (2 * step))
    return np.stack(columns, axis=-1) if columns else np.zeros((*np.shape(function(x)), 0))
