"""Scaled differences: where they must be plain, and where they must be a projection."""

import numpy as np
import pytest

from sme_sem.kernels import scaled_difference as kernel


def problem(seed=3, moments=9, wide=5, narrow=3):
    random = np.random.default_rng(seed)
    delta = random.standard_normal((moments, wide))
    inside = delta @ random.standard_normal((wide, narrow))
    root = random.standard_normal((wide, wide))
    return delta, inside, root @ root.T + np.eye(wide)


def test_factors_of_one_leave_the_difference_as_it_is():
    assert kernel.satorra_bentler((30.0, 7, 1.0), (20.0, 4, 1.0)) == (10.0, 1.0)


def test_a_saturated_wider_model_needs_no_factor():
    assert kernel.satorra_bentler((30.0, 7, 1.5), (0.0, 0, np.nan)) == (pytest.approx(20.0), 1.5)


def test_a_negative_factor_gives_no_answer():
    statistic, factor = kernel.satorra_bentler((30.0, 5, 1.0), (20.0, 4, 1.5))
    assert np.isnan(statistic) and factor == -1.0


def test_the_restriction_is_what_closes_the_narrower_model():
    delta, inside, _ = problem()
    A = kernel.restriction(delta, inside)
    assert A.shape == (2, 5)
    np.testing.assert_allclose(A @ np.linalg.pinv(delta) @ inside, 0, atol=1e-12)


def test_under_a_correct_model_the_traces_are_the_degrees_of_freedom():
    delta, inside, information = problem()
    A = kernel.restriction(delta, inside)
    assert kernel.restricted(A, np.linalg.inv(information), information) == pytest.approx((2, 2), rel=1e-10)
    assert kernel.shifted(7.0, 2, 2.0, 2.0) == pytest.approx(7.0)


def test_the_traces_are_those_of_the_projection_written_out():
    delta, inside, information = problem()
    spread = problem(seed=8)[2]
    A, P = kernel.restriction(delta, inside), np.linalg.inv(information)
    UG = P @ A.T @ np.linalg.inv(A @ P @ A.T) @ A @ P @ spread
    expected = np.trace(UG), np.trace(UG @ UG)
    assert kernel.restricted(A, P, spread) == pytest.approx(expected, rel=1e-10)
    turn = np.random.default_rng(1).standard_normal((5, 5))  # other parameters of the same model
    inverse = np.linalg.inv(turn)
    again = kernel.restriction(delta @ turn, inside)
    assert kernel.restricted(again, inverse @ P @ inverse.T, turn.T @ spread @ turn) == pytest.approx(
        expected, rel=1e-8
    )


def test_a_shifted_difference_has_the_wanted_mean_and_variance():
    values = np.array([4.0, 0.5, 0.25])
    draws = np.random.default_rng(632).chisquare(1, (200_000, 3)) @ values
    adjusted = kernel.shifted(draws, 3, values.sum(), (values**2).sum())
    assert adjusted.mean() == pytest.approx(3, abs=0.03)
    assert adjusted.var() == pytest.approx(6, rel=0.05)
