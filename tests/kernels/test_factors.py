"""Exploratory factors: derivatives, planted loadings, and a model without a proper solution."""

import numpy as np
import pytest

from sme_sem.kernels import factors

BOTH = pytest.mark.parametrize("extract", [factors.maximum_likelihood, factors.minimum_residuals])
LOADINGS = np.array([[0.8, 0], [0.7, 0.2], [0.6, 0], [0.5, -0.3], [0, 0.7], [0.1, 0.8], [0, 0.6]])


def planted():
    R = LOADINGS @ LOADINGS.T
    np.fill_diagonal(R, 1)
    return R


def noisy():
    values = np.random.default_rng(4).multivariate_normal(np.zeros(7), planted(), size=300)
    return np.corrcoef(values, rowvar=False)


@BOTH
def test_planted_factors_are_found_up_to_rotation(extract):
    found = extract(planted(), 2)
    assert found.proper
    np.testing.assert_allclose(found.loadings @ found.loadings.T, LOADINGS @ LOADINGS.T, atol=1e-9)
    np.testing.assert_allclose(found.unique, 1 - (LOADINGS**2).sum(axis=1), atol=1e-9)


@pytest.mark.parametrize(("slope", "start"), [(factors._likelihood, np.log(0.5)), (factors._residuals, 0.5)])
def test_slopes_are_those_of_finite_differences(slope, start):
    x = start + np.random.default_rng(1).uniform(-0.15, 0.15, size=7)
    steps = 1e-5 * np.eye(7)
    ahead, behind = ([slope(noisy()[None], (x + s)[None], 2, True) for s in sign * steps] for sign in (1, -1))
    here = slope(noisy()[None], x[None], 2, True)
    numeric = np.array([(a.value[0] - b.value[0]) / 2e-5 for a, b in zip(ahead, behind, strict=True)])
    np.testing.assert_allclose(here.gradient[0], numeric, atol=1e-8)
    numeric = np.array([(a.gradient[0] - b.gradient[0]) / 2e-5 for a, b in zip(ahead, behind, strict=True)])
    np.testing.assert_allclose(here.hessian[0], numeric, atol=1e-7)


def test_one_factor_is_that_of_statsmodels():
    from statsmodels.multivariate.factor import Factor

    R = noisy()[:4, :4]
    theirs = Factor(corr=R, n_factor=1, method="ml", nobs=200).fit()
    found = factors.maximum_likelihood(R, 1)
    np.testing.assert_allclose(abs(found.loadings), abs(theirs.loadings), atol=1e-4)
    np.testing.assert_allclose(found.unique, theirs.uniqueness, atol=1e-4)


def test_each_method_is_best_by_its_own_measure():
    ml, minres = (extract(noisy(), 2) for extract in (factors.maximum_likelihood, factors.minimum_residuals))
    discrepancy, residual = factors.likelihood_discrepancy, factors.root_mean_square_residual
    assert discrepancy(noisy(), ml.loadings, ml.unique) < discrepancy(noisy(), minres.loadings, minres.unique)
    assert residual(noisy(), minres.loadings, minres.unique) < residual(noisy(), ml.loadings, ml.unique)


@BOTH
def test_a_unique_variance_below_zero_is_no_solution(extract):
    R = np.array([[1, 0.9, 0.8], [0.9, 1, 0.5], [0.8, 0.5, 1]])  # wants a loading of 1.2
    found = extract(R, 1)
    assert not found.proper
    assert np.isnan(found.loadings).all()


def test_degrees_of_freedom_are_correlations_less_what_rotation_leaves_of_loadings():
    assert [factors.degrees_of_freedom(9, m) for m in (1, 2, 3)] == [27, 19, 12]
