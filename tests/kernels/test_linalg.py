"""Factorisations that set hopeless members aside."""

import numpy as np
import pytest

from sme_sem.kernels import linalg


def covariances(*batch, p=4, seed=0):
    half = np.random.default_rng(seed).normal(size=(*batch, p, 3 * p))
    return half @ half.mT


INDEFINITE = np.array([[1.0, 2.0], [2.0, 1.0]])
SINGULAR = np.ones((2, 2))
MIXED = np.stack([np.eye(2), INDEFINITE, 4 * np.eye(2), np.full((2, 2), np.nan)])


def test_the_factor_multiplies_back_to_the_matrix():
    M = covariances(5)
    L = linalg.cholesky(M)
    np.testing.assert_allclose(L @ L.mT, M, rtol=1e-12)
    assert not np.triu(L, 1).any()


def test_in_the_metric_of_its_whitener_a_matrix_is_the_identity():
    M = covariances(5)
    W = linalg.whitener(M)
    np.testing.assert_allclose(W @ M @ W.mT, np.broadcast_to(np.eye(4), M.shape), atol=1e-12)


def test_only_members_without_a_factor_are_nan():
    factor = linalg.cholesky(MIXED)
    np.testing.assert_array_equal(factor[0], np.eye(2))
    np.testing.assert_array_equal(factor[2], 2 * np.eye(2))
    assert np.isnan(factor[[1, 3]]).all()


def test_whiteners_of_hopeless_members_are_nan():
    assert np.isnan(linalg.whitener(MIXED)[[1, 3]]).any(axis=(-2, -1)).all()
    np.testing.assert_array_equal(linalg.whitener(MIXED)[2], np.eye(2) / 2)


def test_units_do_not_disturb_a_whitener():
    M = np.broadcast_to(0.95 + 0.05 * np.eye(15), (50, 15, 15))
    units = 10.0 ** np.random.default_rng(1).uniform(-11, 11, size=(50, 15))
    rescaled = linalg.whitener(M * (units[..., None] * units[..., None, :]))
    np.testing.assert_allclose(rescaled * units[..., None, :], linalg.whitener(M), atol=1e-9)


@pytest.mark.parametrize(
    ("matrix", "answer"),
    [
        (np.eye(3), True),
        (INDEFINITE, False),
        (SINGULAR, False),
        (np.full((2, 2), np.nan), False),
        (1e-12 * np.eye(2), True),
    ],
)
def test_positive_definite_means_that_every_eigenvalue_clears_rounding_error(matrix, answer):
    assert linalg.is_positive_definite(matrix) == answer


def test_an_infinite_entry_is_not_positive_definite():
    assert not linalg.is_positive_definite(np.diag([1.0, np.inf]))


def test_the_inverse_of_an_indefinite_matrix_is_found():
    np.testing.assert_allclose(linalg.inverse(INDEFINITE) @ INDEFINITE, np.eye(2), atol=1e-15)


def test_only_singular_members_have_no_inverse():
    inverse = linalg.inverse(np.stack([np.eye(2), SINGULAR, 2 * np.eye(2)]))
    np.testing.assert_array_equal(inverse[0], np.eye(2))
    assert np.isnan(inverse[1]).all()
    np.testing.assert_array_equal(inverse[2], np.eye(2) / 2)


def test_singular_and_not_finite_matrices_are_not_invertible():
    batch = np.stack([np.eye(2), SINGULAR, np.full((2, 2), np.inf)])
    np.testing.assert_array_equal(linalg.is_invertible(batch), [True, False, False])


def test_the_log_determinant_is_that_of_slogdet():
    M = covariances(5)
    np.testing.assert_allclose(linalg.log_determinant(linalg.whitener(M)), np.linalg.slogdet(M)[1], rtol=1e-12)


def test_a_correlation_matrix_has_a_unit_diagonal_and_knows_no_units():
    M = covariances(5)
    R = linalg.correlation(M)
    np.testing.assert_allclose(np.linalg.diagonal(R), 1, rtol=1e-14)
    units = np.diag([1e-3, 1.0, 20.0, 1e4])
    np.testing.assert_allclose(linalg.correlation(units @ M @ units), R, rtol=1e-12)


def test_vech_takes_the_lower_triangle_column_by_column():
    M = np.array([[1, 2, 4], [2, 3, 5], [4, 5, 6]])
    np.testing.assert_array_equal(linalg.vech(M), [1, 2, 4, 3, 5, 6])


def test_definite_systems_are_solved_and_the_others_are_nan():
    M, v = covariances(5), np.random.default_rng(3).normal(size=(5, 4))
    np.testing.assert_allclose(np.matvec(M, linalg.solve_definite(M, v)), v, atol=1e-10)
    found = linalg.solve_definite(MIXED, np.ones((4, 2)))
    np.testing.assert_array_equal(found[[0, 2]], [[1, 1], [0.25, 0.25]])
    assert np.isnan(found[[1, 3]]).all()


def test_one_matrix_is_inverted_and_solved_for_many_rows_whatever_its_signs():
    for M in (np.array([[4.0, 1.0], [1.0, 2.0]]), np.array([[1.0, 3.0], [3.0, 1.0]])):
        np.testing.assert_allclose(linalg.inverse_definite(M) @ M, np.eye(2), atol=1e-14)
        rows = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]])
        np.testing.assert_allclose(linalg.solve_rows(M, rows) @ M, rows, atol=1e-14)
    assert np.isnan(linalg.inverse_definite(np.ones((2, 2)))).all()
    assert np.isnan(linalg.solve_rows(np.ones((2, 2)), np.eye(2))).all()


def test_a_factorisation_goes_through_for_definite_matrices_only():
    assert [linalg.has_cholesky(M) for M in (*MIXED, np.zeros((0, 0)))] == [True, False, True, False, True]
    assert not linalg.has_cholesky(SINGULAR - 1e-10 * np.eye(2))


def test_a_whitener_of_nothing_is_nothing():
    assert linalg.whitener(np.zeros((3, 0, 0))).shape == (3, 0, 0)
