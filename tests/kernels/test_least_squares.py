"""Least squares: derivatives by finite differences, and one weight written in the form of another."""

import numpy as np
import pytest

from kernels.test_discrepancy import CASES, Case, perfect
from sem.models import POPULATIONS, central_difference
from sme_sem.kernels import discrepancy, gamma, least_squares, linalg, ram


def moments_of(sample):
    """How many moments a group has."""
    p = sample.covariance.shape[-1]
    return p * (p + 1) // 2 + (0 if sample.mean is None else p)


def metric(sample):
    return sample._replace(metric=linalg.whitener(sample.covariance))


def identity(sample):
    return sample._replace(weight=np.ones((len(sample.share), moments_of(sample))))


def diagonal(sample):
    rng = np.random.default_rng(5)
    return sample._replace(weight=rng.uniform(0.5, 2, size=(len(sample.share), moments_of(sample))))


def full(sample):
    m = moments_of(sample)
    half = np.random.default_rng(6).standard_normal((len(sample.share), m, 2 * m))
    return sample._replace(weight=half @ half.mT / (2 * m))


def explicit_gls(sample):
    found = gamma.normal_theory(sample.covariance, means=sample.mean is not None)
    return sample._replace(weight=np.linalg.inv(found))


WEIGHTS = {"product form": metric, "identity": identity, "diagonal": diagonal, "full": full}


def slope(pattern, sample, theta, exact=False):
    kernel = least_squares if sample.metric is None else discrepancy
    return kernel.slope(pattern, sample, theta, exact=exact)


class Weighted(Case):
    """A case of ``test_discrepancy`` whose sample carries a weight."""

    def __init__(self, weigh, *case):
        super().__init__(*case)
        self.sample = weigh(self.sample)

    def slope(self, theta, exact=False):
        return slope(self.pattern, self.sample, theta, exact)


def residuals(case):
    """Residuals of means, if modelled, and of the lower triangle by columns, one group and one entry at a time."""
    implied = ram.implied(case.pattern, case.theta, case.sample.covariance, case.sample.mean)
    p = case.pattern.observed
    return [
        ([] if case.sample.mean is None else list(case.sample.mean[g] - implied.mu[g]))
        + [case.sample.covariance[g, i, j] - implied.sigma[g, i, j] for j in range(p) for i in range(j, p)]
        for g in range(case.pattern.groups)
    ]


every_weight = pytest.mark.parametrize("weigh", WEIGHTS.values(), ids=WEIGHTS)
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@every_case
@every_weight
def test_the_gradient_is_that_of_finite_differences(weigh, case):
    case = Weighted(weigh, *case)
    numeric = central_difference(lambda x: case.slope(x).value, case.theta)
    np.testing.assert_allclose(case.slope(case.theta).gradient, numeric, atol=2e-8 * (1 + abs(numeric).max()))


@every_case
@every_weight
def test_the_exact_hessian_is_that_of_finite_differences(weigh, case):
    case = Weighted(weigh, *case)
    numeric = central_difference(lambda x: case.slope(x).gradient, case.theta)
    exact = case.slope(case.theta, exact=True).hessian
    np.testing.assert_allclose(exact, numeric, atol=1e-7 * (1 + abs(numeric).max()))
    expected = case.slope(case.theta).hessian
    assert abs(exact - expected).max() > 1e-3 * abs(expected).max()  # far enough apart to be told


@pytest.mark.parametrize("name", POPULATIONS)
@every_weight
def test_where_the_model_fits_perfectly_the_expected_hessian_is_the_exact_one(weigh, name):
    pattern, sample, theta = perfect(name)
    sample = weigh(sample)
    expected, exact = (slope(pattern, sample, theta, exact=exact) for exact in (False, True))
    assert expected.value == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(expected.gradient, 0, atol=1e-12)
    np.testing.assert_allclose(exact.hessian, expected.hessian, atol=1e-11 * abs(expected.hessian).max())


@every_case
def test_the_product_form_is_the_weight_by_the_inverse_of_normal_theory_s_gamma(case):
    product, explicit = Weighted(metric, *case), Weighted(explicit_gls, *case)
    for exact in (False, True):
        for ours, theirs in zip(product.slope(product.theta, exact), explicit.slope(explicit.theta, exact)):
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10 * (1 + abs(theirs).max()))
    assert discrepancy.value(product.pattern, product.sample, product.theta) == product.slope(product.theta).value


@every_case
def test_without_a_weight_the_value_is_the_sum_of_squared_residuals(case):
    case = Weighted(identity, *case)
    expected = sum(share * np.sum(np.square(own)) for share, own in zip(case.sample.share, residuals(case)))
    assert case.slope(case.theta).value == pytest.approx(expected, rel=1e-12)


@every_case
def test_a_full_weight_is_a_quadratic_form_in_the_residuals(case):
    case = Weighted(full, *case)
    parts = zip(case.sample.share, residuals(case), case.sample.weight)
    assert case.slope(case.theta).value == pytest.approx(sum(w * np.dot(x, V @ x) for w, x, V in parts), rel=1e-12)


@every_case
def test_a_diagonal_may_be_written_as_a_vector_or_as_a_matrix(case):
    vector = Weighted(diagonal, *case)
    weight = vector.sample.weight
    matrix = vector.sample._replace(weight=weight[..., None] * np.eye(weight.shape[-1]))
    for exact in (False, True):
        ours = vector.slope(vector.theta, exact)
        for part, theirs in zip(ours, slope(vector.pattern, matrix, vector.theta, exact)):
            np.testing.assert_allclose(part, theirs, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("exact", [False, True])
@every_weight
def test_a_batch_is_its_members_side_by_side(weigh, exact):
    cases = [Weighted(weigh, "means", 2) for _ in range(3)]
    steps = np.random.default_rng(2).uniform(-0.05, 0.05, size=(3, len(cases[0].theta)))
    theta = cases[0].theta + steps
    theta[1] = np.nan
    batch = discrepancy.Sample(*(None if x[0] is None else np.stack(x) for x in zip(*(c.sample for c in cases))))
    found = slope(cases[0].pattern, batch, theta, exact)
    for i in (0, 2):
        for together, alone in zip(found, cases[i].slope(theta[i], exact)):
            np.testing.assert_array_equal(together[i], alone)
    assert np.isnan(found.value[1])
