"""The weighted sum of chi-squares against every case whose distribution is known, and against draws."""

import numpy as np
import pytest
from scipy import stats

from sme_sem.kernels.weighted_chi_square import upper_tail


@pytest.mark.parametrize("df", [1, 2, 3, 7, 50, 300])
@pytest.mark.parametrize("weight", [1.0, 0.02, 400.0])
def test_equal_weights_give_a_chi_square_down_to_tiny_probabilities(df, weight):
    for x in (1e-8, 0.01, 0.5, df, 3 * df, 20 * df, 400):
        assert upper_tail(weight * x, np.full(df, weight)) == pytest.approx(stats.chi2.sf(x, df), rel=1e-9, abs=1e-300)


def test_two_pairs_of_weights_give_a_sum_of_exponentials():
    for x in (0.1, 1, 4, 60):
        expected = (np.exp(-x / 2) - 0.3 * np.exp(-x / 0.6)) / 0.7
        assert upper_tail(x, [1, 1, 0.3, 0.3]) == pytest.approx(expected, rel=1e-9)


def test_opposite_pairs_give_a_laplace_distribution():
    for x in (0.0, 0.2, 3, 50):
        assert upper_tail(x, [1, 1, -1, -1]) == pytest.approx(0.5 * np.exp(-x / 2), rel=1e-9)
        assert upper_tail(-x, [1, 1, -1, -1]) == pytest.approx(1 - 0.5 * np.exp(-x / 2), rel=1e-9)


def test_weights_of_both_signs_agree_with_draws():
    weights = np.array([3, 1, 0.5, -0.2, -2])
    draws = np.random.default_rng(632).chisquare(1, (200_000, 5)) @ weights
    for x in (-6, -1, 0, 0.5, 5):
        share = (draws > x).mean()
        assert abs(upper_tail(x, weights) - share) < 4.5 * np.sqrt(share * (1 - share) / len(draws))


def test_the_two_tails_of_mirrored_weights_sum_to_one():
    weights = np.array([2.0, 0.7, -1.1, -0.05])
    for x in (0.3, 2.0, 9.0):
        assert upper_tail(x, weights) + upper_tail(-x, -weights) == pytest.approx(1, abs=1e-10)


def test_the_ends_are_exact():
    assert upper_tail(0, [1, 2]) == 1
    assert upper_tail(-1, [1, 2]) == 1
    assert upper_tail(1, [-1, -2]) == 0
    assert upper_tail(1, []) == 0
    assert np.isnan(upper_tail(np.nan, [1]))
    assert np.isnan(upper_tail(1, [1, np.nan]))
