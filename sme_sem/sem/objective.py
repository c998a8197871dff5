"""The discrepancy a fit minimises: from complete moments, from answers with gaps, or by weighted least squares."""

from __future__ import annotations

import numpy as np

from ..kernels import discrepancy, fiml, latent_response, least_squares, ram
from ..kernels.discrepancy import Sample, Slope
from ..responses.moments import Moments
from . import two_stage


def slope(pattern: ram.Pattern, sample: Sample, moments: Moments, theta: np.ndarray, *, exact: bool = False) -> Slope:
    """Value, gradient and Hessian of the discrepancy at theta (q,)."""
    if moments.patterns is not None:
        found = fiml.slope(pattern, moments.patterns, sample, theta, exact=exact)
        return found._replace(value=found.value - moments.saturated)
    if isinstance(pattern, latent_response.OrderedPattern):
        return latent_response.slope(pattern, sample, theta)
    if sample.weight is not None:
        return least_squares.slope(pattern, sample, theta, exact=exact)
    return discrepancy.slope(pattern, sample, theta, exact=exact)


def in_product_form(sample: Sample, moments: Moments) -> bool:
    """Whether the expected Hessian comes from products of columns alone (``kernels.discrepancy``)."""
    return moments.patterns is None and moments.first_stage is None and sample.weight is None


def weighs_moments(sample: Sample, moments: Moments) -> bool:
    """Whether the expected Hessian is that of moments with a weight of their own (``kernels.least_squares``)."""
    return moments.patterns is None and moments.first_stage is None and sample.weight is not None


def expected_information(pattern: ram.Pattern, sample: Sample, moments: Moments, theta: np.ndarray) -> np.ndarray:
    """Expected Hessian of the discrepancy, for respondents who answer what these did: (q,) -> (q, q)"""
    if moments.patterns is not None:
        return np.asarray(fiml.expected_information(pattern, moments.patterns, sample, theta))
    if moments.first_stage is not None:
        implied = ram.implied(pattern, theta, sample.covariance, sample.mean)
        return 2 * two_stage.information(pattern, moments, sample, implied)
    return np.asarray(slope(pattern, sample, moments, theta).hessian)
