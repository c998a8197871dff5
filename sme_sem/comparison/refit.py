"""The same estimator on another model, or on some of the respondents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import SpecificationError
from ..sem.fit import Fit, _fitted
from ..sem.parameters import parameter_table
from ..sem.specification import Specification
from .folds import moments_of


def refitted(fit: Fit, specification: Specification) -> Fit:
    """Fit another specification of the same variables to the same moments, by the same options.

    Raises :class:`~sme_sem.errors.IdentificationError` or :class:`~sme_sem.errors.ConvergenceError` as a fit does.
    """
    table = parameter_table(specification, fit.options, fit.table.groups, tuple(fit.table.ordered.items()))
    if set(table.observed) != set(fit.table.observed):
        raise SpecificationError("the changed model is of other variables.")
    table = replace(table, observed=fit.table.observed, exogenous=fit.table.exogenous, covariates=fit.table.covariates)
    return _fitted(table, fit.options, fit.moments, raising=True)


def refitted_among(fit: Fit, rows: tuple[np.ndarray, ...]) -> Fit:
    """Fit the same model to some of the respondents, by group; one may occur several times."""
    assert fit.moments.answers is not None
    kept = tuple(own[chosen] for own, chosen in zip(fit.moments.answers, rows, strict=True))
    return refitted(replace(fit, moments=moments_of(fit.moments, kept)), fit.specification)
