"""The same estimator on another model, or on some of the respondents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import SpecificationError
from ..sem import objective
from ..sem.completion import parameter_table
from ..sem.fit import Fit
from ..sem.fitting import fit_table
from ..sem.options import Options
from ..sem.parameters import ParameterTable
from ..sem.search import estimated
from ..sem.specification import Specification
from ..words import Words
from .folds import moments_of


def refitted(fit: Fit, specification: Specification) -> Fit:
    """Fit another specification of the same variables to the same moments, by the same options.

    Raises :class:`~sme_sem.errors.IdentificationError` or :class:`~sme_sem.errors.ConvergenceError` as a fit does.
    """
    return fit_table(table_like(fit, specification), fit.options, fit.moments, raising=True)


def estimated_again(fit: Fit, specification: Specification) -> Fit:
    """Estimate another specification of the same variables from the same moments, and leave what comes unjudged."""
    table = table_like(fit, specification)
    sample = fit.sample._replace(mean=fit.sample.mean if table.means else None)
    pattern = table.pattern
    best = estimated(table, pattern, sample, fit.moments, fit.options.max_iterations)
    theta = best.theta[0]
    expected = objective.slope(pattern, sample, fit.moments, theta)
    return replace(
        fit, table=table, pattern=pattern, theta=theta, status=best.status[0], diagnostics=(), slope=expected
    )


def table_like(fit: Fit, specification: Specification, options: Options | None = None) -> ParameterTable:
    """Lay another specification out, its variables in the fit's order; refuse one of other variables."""
    own = fit.table
    table = parameter_table(specification, options or fit.options, own.groups, tuple(own.ordered.items()))
    if set(table.observed) != set(own.observed):
        raise SpecificationError(Words("the changed model is of other variables.", "改动后的模型所含变量不同。"))
    return replace(table, observed=own.observed, exogenous=own.exogenous, covariates=own.covariates)


def refitted_among(fit: Fit, rows: tuple[np.ndarray, ...]) -> Fit:
    """Fit the same model to some of the respondents, by group; one may occur several times."""
    assert fit.moments.answers is not None
    kept = tuple(own[chosen] for own, chosen in zip(fit.moments.answers, rows, strict=True))
    return refitted(replace(fit, moments=moments_of(fit.moments, kept)), fit.specification)
