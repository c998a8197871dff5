"""Principal components and the slopes of their rotation criteria."""

import json
from pathlib import Path

import numpy as np
import pytest

from sme_sem.kernels import components

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "measurement.json").read_text("utf-8"))
ABILITIES = REFERENCE["thurstone"]


def full(triangle):
    p = len(triangle)
    lower = np.array([[*row, *[0] * (p - len(row))] for row in triangle])
    return lower + np.tril(lower, -1).T


CORRELATION = full(ABILITIES["correlation"])


def correlations(*batch, p=5):
    half = np.random.default_rng(5).normal(size=(*batch, 40, p)) + 0.7
    S = half.mT @ half
    scale = np.sqrt(np.linalg.diagonal(S))
    return S / (scale[..., :, None] * scale[..., None, :])


def loadings(*batch, p=6, m=3):
    return np.random.default_rng(6).normal(size=(*batch, p, m))


def turned(angle, i, j, m=3):
    T = np.eye(m)
    T[[i, j], [i, j]] = np.cos(angle)
    T[i, j], T[j, i] = -np.sin(angle), np.sin(angle)
    return T


def test_eigenvalues_and_unrotated_loadings_agree_with_psych():
    eigenvalues, own = components.principal_components(CORRELATION)
    theirs = np.array(ABILITIES["loadings"]["none"])
    np.testing.assert_allclose(eigenvalues, ABILITIES["eigenvalues"], rtol=1e-12)
    np.testing.assert_allclose(own[:, :3], theirs * components.signs(theirs), atol=1e-10)


def test_all_components_together_give_the_correlations_back():
    _, own = components.principal_components(CORRELATION)
    np.testing.assert_allclose(own @ own.T, CORRELATION, atol=1e-14)


def test_every_column_has_a_positive_sum():
    _, own = components.principal_components(correlations(20))
    assert (own.sum(axis=-2) > 0).all()


def test_where_the_sum_vanishes_the_largest_loading_is_positive():
    column = np.array([[0.25], [-0.5], [0.25]])
    assert components.signs(column) == -1
    assert components.signs(-column) == 1


def test_an_indefinite_matrix_shows_its_negative_eigenvalue():
    R = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    eigenvalues, own = components.principal_components(R)
    assert eigenvalues[-1] == pytest.approx(-0.8)
    assert np.isnan(own[:, -1]).all()
    assert np.isfinite(own[:, :-1]).all()


def test_score_weights_give_components_of_variance_one():
    _, own = components.principal_components(CORRELATION)
    W = components.score_weights(CORRELATION, own[:, :3])
    np.testing.assert_allclose(W.T @ CORRELATION @ W, np.eye(3), atol=1e-13)
    np.testing.assert_allclose(CORRELATION @ W, own[:, :3], atol=1e-13)


def test_only_the_items_of_an_exact_dependence_are_named():
    R = np.eye(5)
    R[1, 3] = R[3, 1] = 1
    np.testing.assert_allclose(components.determined(R), [0, 0.5, 0, 0.5, 0], atol=1e-12)
    assert components.determined(CORRELATION).max() == 0


KERNELS = [
    (components.principal_components, [correlations]),
    (components.signs, [loadings]),
    (components.score_weights, [lambda *batch: correlations(*batch, p=6), loadings]),
    (components.determined, [correlations]),
]
every_kernel = pytest.mark.parametrize("kernel, makers", KERNELS, ids=lambda x: getattr(x, "__name__", ""))


def answers(kernel, *arguments):
    result = kernel(*arguments)
    return result if isinstance(result, tuple) else (result,)


@every_kernel
def test_a_batch_is_its_members_side_by_side(kernel, makers):
    batch = [make(2, 3) for make in makers]
    alone = [answers(kernel, *(x[b] for x in batch)) for b in np.ndindex(2, 3)]
    for together, members in zip(answers(kernel, *batch), zip(*alone)):
        np.testing.assert_array_equal(together.reshape(6, *together.shape[2:]), np.stack(members))


@every_kernel
def test_an_empty_batch_is_answered_with_an_empty_batch(kernel, makers):
    assert all(len(answer) == 0 for answer in answers(kernel, *(make(0) for make in makers)))


def test_a_member_with_a_gap_leaves_its_neighbours_alone():
    batch = correlations(4)
    before = components.principal_components(batch)
    batch[1, 0, 1] = np.nan
    for was, now in zip(before, components.principal_components(batch)):
        assert np.isnan(now[1]).all()
        np.testing.assert_array_equal(np.delete(now, 1, axis=0), np.delete(was, 1, axis=0))
