"""Respondents' influences: sums over answers one by one, and Gamma in whole, in part and along directions."""

import numpy as np
import pytest

from sme_sem.kernels import contingency, influence, latent_moments


def moments(n=300, p=5, seed=1, gaps=0.0):
    """Ordered answers that share a cause: the first item has two categories, the others four."""
    rng = np.random.default_rng(seed)
    response = rng.normal(size=(n, p)) + rng.normal(size=(n, 1))
    codes = np.digitize(response, [-1.0, 0.2, 1.1]).astype(float)
    codes[:, 0] = response[:, 0] > 0
    codes[rng.random((n, p)) < gaps] = np.nan
    return latent_moments.moments(codes, np.array([2, *[4] * (p - 1)]))


def one_by_one(found):
    """Every respondent's influences, each looked up alone."""
    own, pairs = found.influence, found.layout.covariance
    rows = []
    for codes in own.codes:
        single = [own.single[i, codes[i], k] for i, k in found.layout.threshold]
        rows.append(single + [own.pair[k, codes[i], codes[j]] for k, (i, j) in enumerate(pairs)])
    return np.array(rows)


with_and_without_gaps = pytest.mark.parametrize("gaps", [0.0, 0.1])


@with_and_without_gaps
def test_influences_are_looked_up_by_answers(gaps):
    found = moments(gaps=gaps)
    np.testing.assert_array_equal(influence.influences(found), one_by_one(found))
    np.testing.assert_array_equal(influence.influences(found, slice(7, 11)), one_by_one(found)[7:11])


@with_and_without_gaps
@pytest.mark.parametrize("n", [300, 5000])  # within one portion and over several
def test_gamma_is_n_times_the_sum_of_products_of_influences(gaps, n):
    found = moments(n=n, gaps=gaps)
    z = one_by_one(found)
    np.testing.assert_allclose(influence.gamma(found), n * z.T @ z, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(influence.gamma_diagonal(found), n * (z**2).sum(axis=0), rtol=1e-12)


@pytest.mark.parametrize("bits", [0, 5, 62])  # a whole number holds the answers to one item, to two, to all
def test_equal_respondents_are_found_whatever_a_whole_number_holds(monkeypatch, bits):
    monkeypatch.setattr(contingency, "_KEY_BITS", bits)
    found = moments(n=5000)
    codes, times = found.influence.different, found.influence.times
    different, counts = np.unique(found.influence.codes, axis=0, return_counts=True)
    place = np.lexsort(codes.T[::-1])
    np.testing.assert_array_equal(codes[place], different)
    np.testing.assert_array_equal(times[place], counts)
    z = one_by_one(found)
    np.testing.assert_allclose(influence.gamma(found), 5000 * z.T @ z, rtol=1e-11, atol=1e-12)


def test_respondents_who_all_differ_are_taken_as_they_are():
    codes = np.array([[0, 1], [1, 0], [1, 1]])
    own, times = contingency.collapsed(codes, 3)
    assert own is codes and times is None


@with_and_without_gaps
def test_gamma_along_directions_is_their_product_with_gamma(gaps):
    found = moments(gaps=gaps)
    m = len(found.vector)
    D = np.random.default_rng(2).normal(size=(m, 6))
    D[:, 1] = 0
    D[:, 3] = 2.5 * (np.arange(m) == 4)
    D[: m // 2, 4:] = 0
    np.testing.assert_allclose(influence.gamma_along(found, D), D.T @ influence.gamma(found) @ D, rtol=1e-10, atol=1e-9)


def test_influences_of_continuous_answers_are_summed_alike():
    rng = np.random.default_rng(3)
    found = latent_moments.moments(rng.normal(size=(5000, 3)) + rng.normal(size=(5000, 1)), np.zeros(3, dtype=int))
    z = found.influence
    np.testing.assert_allclose(influence.gamma(found), 5000 * z.T @ z, rtol=1e-11, atol=1e-12)
    D = rng.normal(size=(z.shape[1], 2))
    np.testing.assert_allclose(influence.gamma_along(found, D), 5000 * (z @ D).T @ (z @ D), rtol=1e-11)


def test_rows_of_one_entry_are_told():
    lone, place, value = influence.lone_entries(np.array([[0, 3.0, 0], [1, 1, 0], [0, 0, 0]]))
    assert lone.tolist() == [True, False, True]
    assert place.tolist() == [1, 0] and value.tolist() == [3, 0]
