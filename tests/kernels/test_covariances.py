"""Covariances by NumPy's, and the variance of what does not vary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_sem.kernels import covariances

RNG = np.random.default_rng(3)
VALUES = RNG.standard_normal((40, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.2], [0, 0, 1]]) + [0, 100, -3]
number = st.floats(-1e6, 1e6, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-6)


def test_covariances_are_numpys():
    np.testing.assert_allclose(covariances.of_answers(VALUES), np.cov(VALUES, rowvar=False), rtol=1e-12)
    batch = np.stack([VALUES, 2 * VALUES])
    expected = [np.cov(own, rowvar=False, ddof=0) for own in batch]
    np.testing.assert_allclose(covariances.of_answers(batch, ddof=0), expected, rtol=1e-12)


def test_samples_are_the_respondents_repeated():
    counts = RNG.multinomial(40, np.full(40, 1 / 40), size=5).astype(float)
    mean, found = covariances.of_samples(VALUES, VALUES.mean(axis=0), counts)
    for k, own in enumerate(counts.astype(int)):
        drawn = VALUES.repeat(own, axis=0)
        np.testing.assert_allclose(mean[k], drawn.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(found[k], np.cov(drawn, rowvar=False, ddof=0), rtol=1e-10)


@given(number, st.integers(2, 400))
def test_what_does_not_vary_has_no_variance_whatever_its_value(value, n):
    values = np.column_stack([np.full(n, value), np.arange(n)])
    found = covariances.of_answers(values)
    assert (found[0] == 0).all() and found[1, 1] > 0


@given(number, number, st.integers(20, 200))
def test_a_sample_without_the_only_other_answer_has_no_variance(usual, other, n):
    values = np.column_stack([np.full(n, usual), RNG.standard_normal(n)])
    values[0, 0] = other
    counts = np.ones((2, n))
    counts[0, :2] = 0, 2
    _, found = covariances.of_samples(values, values.mean(axis=0), counts)
    assert (found[0, 0] == 0).all() and found[0, 1, 1] > 0
    apart = abs(usual - other) > 1e-5 * max(abs(usual), abs(other))
    assert found[1, 0, 0] > 0 or not apart


def test_rounding_is_told_from_variance_by_the_size_of_what_varies():
    S = np.array([[1e-30, 1e-16], [1e-16, 4.0]])
    np.testing.assert_array_equal(covariances.without_rounding(S, np.array([5.0, 5.0]), 1e-13), [[0, 0], [0, 4]])
    np.testing.assert_array_equal(covariances.without_rounding(S, np.array([1e-3, 5.0]), 1e-13), S)


@pytest.mark.parametrize("p", [1, 4])
def test_one_variable_is_a_matrix_too(p):
    assert covariances.of_answers(RNG.standard_normal((9, p))).shape == (p, p)
