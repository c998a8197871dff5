import numpy as np
import pytest

from kernels.test_batches import Model
from sem.models import POPULATIONS
from sme_sem.kernels import discrepancy, gradients, least_squares, linalg

KINDS = ("maximum likelihood", "generalized", "diagonally weighted", "weighted")


def near(name, kind, *batch, means):
    model = Model(name, meanstructure=means)
    means = model.pattern.means
    covariance = model.covariance(*batch) / 50 + np.eye(model.p)
    sample = discrepancy.Sample(covariance, model.mean(*batch) if means else None, model.share(*batch))
    m = model.p * (model.p + 1) // 2 + means * model.p
    if kind == "generalized":
        sample = sample._replace(metric=linalg.whitener(covariance))
    elif kind == "diagonally weighted":
        sample = sample._replace(weight=np.linspace(0.5, 2, m) * np.ones((*batch, model.G, m)))
    elif kind == "weighted":
        half = np.random.default_rng(3).normal(size=(*batch, model.G, m, 2 * m))
        sample = sample._replace(weight=half @ half.mT / m)
    return model.pattern, sample, model.theta(*batch)


@pytest.mark.parametrize("means", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", list(POPULATIONS))
def test_value_and_gradient_are_those_of_the_whole_slope(name, kind, means):
    pattern, sample, theta = near(name, kind, 4, means=means)
    slope = least_squares.slope if sample.weight is not None else discrepancy.slope
    expected = slope(pattern, sample, theta)
    value, gradient = gradients.gradient(pattern, sample, theta)
    assert np.allclose(value + gradients.constant(sample), expected.value, rtol=1e-11, atol=1e-11)
    assert np.allclose(gradient, expected.gradient, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("kind", KINDS)
def test_one_bad_member_leaves_its_neighbours_untouched(kind):
    pattern, sample, theta = near("paths among constructs", kind, 3, means=True)
    whole = gradients.gradient(pattern, sample, theta)
    theta[1] = np.nan
    value, gradient = gradients.gradient(pattern, sample, theta)
    assert np.isnan(value[1])
    assert np.array_equal(value[[0, 2]], whole[0][[0, 2]])
    assert np.array_equal(gradient[[0, 2]], whole[1][[0, 2]])


@pytest.mark.parametrize("means", [False, True])
@pytest.mark.parametrize("kind", KINDS[:2])
@pytest.mark.parametrize("name", ["paths among constructs", "second order", "feedback"])
def test_curvature_is_the_diagonal_of_the_expected_hessian(name, kind, means):
    pattern, sample, theta = near(name, kind, 4, means=means)
    expected = np.linalg.diagonal(discrepancy.slope(pattern, sample, theta).hessian)
    assert np.allclose(gradients.curvature(pattern, sample, theta), expected, rtol=1e-10)


def test_one_model_confronts_many_samples():
    pattern, sample, theta = near("paths among constructs", "maximum likelihood", 3, means=True)
    same = gradients.gradient(pattern, sample, np.broadcast_to(theta[0], theta.shape))
    for one, many in zip(gradients.gradient(pattern, sample, theta[0]), same):
        assert np.allclose(one, many, rtol=1e-13)
