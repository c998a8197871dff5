"""Mardia's coefficients: by their definition over all pairs of people, in one dimension, and in batches."""

import numpy as np
import pytest
from scipy import stats

from sme_sem.kernels import normality

COEFFICIENTS = [normality.mardia_skew, normality.mardia_kurtosis]
every_coefficient = pytest.mark.parametrize("kernel", COEFFICIENTS, ids=lambda kernel: kernel.__name__)


def samples(*batch, n=25, p=3):
    return np.random.default_rng(7).exponential(size=(*batch, n, p))


def test_the_coefficients_are_means_over_pairs_of_respondents():
    x = samples()
    difference = x - x.mean(axis=0)
    products = difference @ np.linalg.inv(np.cov(x, rowvar=False)) @ difference.T
    assert normality.mardia_skew(x) == pytest.approx((products**3).mean(), rel=1e-12)
    assert normality.mardia_kurtosis(x) == pytest.approx((np.diag(products) ** 2).mean(), rel=1e-12)


def test_one_item_gives_the_ordinary_skewness_squared_and_the_ordinary_kurtosis():
    x = samples(n=40, p=1)
    divisor = 39 / 40  # a variance divided by n - 1 instead of n
    assert normality.mardia_skew(x) == pytest.approx(stats.skew(x[:, 0]) ** 2 * divisor**3, rel=1e-12)
    kurtosis = stats.kurtosis(x[:, 0], fisher=False)
    assert normality.mardia_kurtosis(x) == pytest.approx(kurtosis * divisor**2, rel=1e-12)


@every_coefficient
def test_units_and_mixtures_of_items_do_not_matter(kernel):
    x = samples()
    mixed = x @ np.array([[100, 3, 0], [0, 0.01, 1], [2, 0, 5]]) + [1000, 0, -5]
    assert kernel(mixed) == pytest.approx(kernel(x), rel=1e-9)


def test_normal_answers_have_skewness_near_zero_and_kurtosis_near_p_times_p_plus_two():
    x = np.random.default_rng(1).normal(size=(20_000, 4))
    assert normality.mardia_skew(x) < 0.02
    assert normality.mardia_kurtosis(x) == pytest.approx(24, abs=0.4)


def test_the_tests_reject_exponential_answers_and_keep_normal_ones():
    rng = np.random.default_rng(3)
    for draw, rejected in ((rng.normal, False), (rng.exponential, True)):
        x = draw(size=(400, 3))
        _, df, skew_p = normality.skew_test(normality.mardia_skew(x), 400, 3)
        _, kurtosis_p = normality.kurtosis_test(normality.mardia_kurtosis(x), 400, 3)
        assert df == 10
        assert (skew_p < 0.001) is np.bool_(rejected)
        assert (kurtosis_p < 0.001) is np.bool_(rejected)


@every_coefficient
def test_a_batch_is_its_members_side_by_side(kernel):
    batch = samples(2, 3)
    alone = [kernel(member) for member in batch.reshape(6, 25, 3)]
    np.testing.assert_array_equal(kernel(batch).reshape(6), alone)


@every_coefficient
def test_an_empty_batch_is_answered_with_an_empty_batch(kernel):
    assert kernel(samples(0)).shape == (0,)


@every_coefficient
def test_one_singular_member_leaves_its_neighbours_alone(kernel):
    batch = samples(4)
    good = kernel(batch)
    batch[2, :, 1] = batch[2, :, 0]
    after = kernel(batch)
    assert np.isnan(after[2])
    np.testing.assert_array_equal(np.delete(after, 2), np.delete(good, 2))
