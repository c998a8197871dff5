"""Coefficients of internal consistency: axioms, second formulas, planted values, psych's numbers."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from sme_sem.kernels import linalg, reliability

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "measurement.json").read_text("utf-8"))
TESTS = REFERENCE["holzinger_swineford"]


def full(triangle):
    p = len(triangle)
    lower = np.array([[*row, *[0] * (p - len(row))] for row in triangle])
    return lower + np.tril(lower, -1).T


COVARIANCE = full(TESTS["covariance"])
SCALES = {"visual": slice(0, 3), "textual": slice(3, 6), "speed": slice(6, 9)}
exactly = partial(pytest.approx, rel=TESTS["tolerance"])


def one_factor(loadings, unique):
    return np.outer(loadings, loadings) + np.diag(unique)


def samples(*batch, k=4, n=60, seed=20240607):
    """Covariance matrices (..., k, k) of k items that share something."""
    rng = np.random.default_rng(seed)
    answers = rng.normal(size=(*batch, n, 1)) + rng.normal(size=(*batch, n, k))
    answers -= answers.mean(axis=-2, keepdims=True)
    return answers.mT @ answers / (n - 1)


def test_alpha_agrees_with_psych():
    assert reliability.cronbach_alpha(COVARIANCE) == exactly(TESTS["alpha"])
    assert reliability.standardized_alpha(COVARIANCE) == exactly(TESTS["standardized_alpha"])
    assert reliability.mean_inter_item_correlation(COVARIANCE) == exactly(TESTS["mean_correlation"])


@pytest.mark.parametrize("scale", SCALES)
def test_alpha_of_the_three_scales_is_the_published_one(scale):
    own = COVARIANCE[SCALES[scale], SCALES[scale]]
    assert round(float(reliability.cronbach_alpha(own)), 3) == TESTS["published_alpha"][scale]


def test_feldts_interval_agrees_with_psych():
    interval = reliability.alpha_interval(TESTS["alpha"], TESTS["n"], 9)
    assert interval == exactly(tuple(TESTS["feldt"]))


def test_feldts_interval_covers_the_true_alpha_as_often_as_it_says():
    true = reliability.cronbach_alpha(np.ones((4, 4)) + np.eye(4))
    lower, upper = reliability.alpha_interval(reliability.cronbach_alpha(samples(4000, n=40)), 40, 4, 0.9)
    covered = ((lower < true) & (true < upper)).mean()
    assert covered == pytest.approx(0.9, abs=3 * np.sqrt(0.9 * 0.1 / 4000))


def test_lambda2_of_correlations_agrees_with_psych():
    assert reliability.guttman_lambda2(linalg.correlation(COVARIANCE)) == exactly(TESTS["lambda2_of_correlations"])


def test_item_statistics_agree_with_psych():
    np.testing.assert_allclose(reliability.alpha_if_deleted(COVARIANCE), TESTS["alpha_if_deleted"], rtol=1e-9)
    np.testing.assert_allclose(reliability.item_rest_correlation(COVARIANCE), TESTS["item_rest"], rtol=1e-9)


def test_what_remains_without_an_item_is_the_scale_of_the_others():
    for item in range(9):
        rest = np.delete(np.delete(COVARIANCE, item, axis=0), item, axis=1)
        assert reliability.alpha_if_deleted(COVARIANCE)[item] == exactly(reliability.cronbach_alpha(rest))
        assert reliability.variance_if_deleted(COVARIANCE)[item] == exactly(rest.sum())
        expected = COVARIANCE[item].sum() - COVARIANCE[item, item]
        expected /= np.sqrt(COVARIANCE[item, item] * rest.sum())
        assert reliability.item_rest_correlation(COVARIANCE)[item] == exactly(expected)


def test_items_in_small_units_keep_their_numbers_beside_one_in_a_large_unit():
    """A turnover in yuan beside two ratios: what is left without it rests on the ratios alone."""
    S = one_factor(np.array([0.8, 0.7, 0.6]), np.array([0.4, 0.5, 0.6]))
    unit = np.array([1e9, 1e-3, 1e-2])
    in_units = S * np.outer(unit, unit)
    rest = in_units[1:, 1:]
    assert reliability.variance_if_deleted(in_units)[0] == exactly(rest.sum())
    assert reliability.alpha_if_deleted(in_units)[0] == exactly(reliability.cronbach_alpha(rest))
    assert reliability.item_rest_correlation(in_units)[0] == exactly(
        in_units[0, 1:].sum() / np.sqrt(in_units[0, 0] * rest.sum())
    )


def test_parallel_items_have_one_reliability_whatever_the_coefficient():
    S = one_factor(np.full(6, 0.8), np.full(6, 0.5))
    share = (6 * 0.8) ** 2 / ((6 * 0.8) ** 2 + 6 * 0.5)
    for coefficient in (
        reliability.cronbach_alpha,
        reliability.standardized_alpha,
        reliability.guttman_lambda2,
        reliability.split_half,
    ):
        assert coefficient(S) == exactly(share)
    assert reliability.mcdonald_omega(*reliability.one_factor_ml(S)) == exactly(share)


@given(st.integers(2, 7), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_alpha_never_exceeds_lambda2(k, seed):
    S = samples(k=k, n=12, seed=seed)
    assert reliability.cronbach_alpha(S) <= reliability.guttman_lambda2(S) + 1e-12


def test_the_split_half_of_two_items_is_spearman_browns_formula():
    S = np.array([[4.0, 1.0], [1.0, 1.0]])
    assert reliability.split_half(S) == exactly(2 * 0.5 / 1.5)


def test_the_split_half_of_five_items_sets_three_against_two():
    S = samples(k=5)
    odd, even = np.array([1, 0, 1, 0, 1]), np.array([0, 1, 0, 1, 0])
    r = odd @ S @ even / np.sqrt((odd @ S @ odd) * (even @ S @ even))
    assert reliability.split_half(S) == exactly(2 * r / (1 + r))


def test_coefficients_do_not_change_with_the_divisor():
    for coefficient in (
        reliability.cronbach_alpha,
        reliability.guttman_lambda2,
        reliability.split_half,
        reliability.item_rest_correlation,
        reliability.alpha_if_deleted,
    ):
        np.testing.assert_allclose(coefficient(COVARIANCE * 300 / 301), coefficient(COVARIANCE), rtol=1e-13)


@pytest.mark.parametrize("k", [3, 5, 12])
def test_planted_loadings_come_back(k):
    rng = np.random.default_rng(k)
    loadings, unique = rng.uniform(0.3, 2, k), rng.uniform(0.2, 3, k)
    found = reliability.one_factor_ml(one_factor(loadings, unique))
    np.testing.assert_allclose(found[0], loadings, rtol=1e-8)
    np.testing.assert_allclose(found[1], unique, rtol=1e-8)


def test_three_items_are_solved_by_hand():
    S = COVARIANCE[SCALES["visual"], SCALES["visual"]]
    loadings, unique = reliability.one_factor_ml(S)
    assert loadings[0] == exactly(np.sqrt(S[0, 1] * S[0, 2] / S[1, 2]))
    assert unique[0] == exactly(S[0, 0] - S[0, 1] * S[0, 2] / S[1, 2])


def test_one_factor_is_where_a_plain_minimiser_ends():
    S = COVARIANCE

    def discrepancy(theta):
        implied = one_factor(theta[:9], np.exp(theta[9:]))
        return np.linalg.slogdet(implied)[1] + np.trace(np.linalg.solve(implied, S))

    loadings, unique = reliability.one_factor_ml(S)
    start = np.concatenate([np.sqrt(np.diag(S) / 2), np.log(np.diag(S) / 2)])
    plain = optimize.minimize(discrepancy, start, method="BFGS", options={"gtol": 1e-7})
    np.testing.assert_allclose(loadings, plain.x[:9], atol=1e-4)
    assert discrepancy(np.concatenate([loadings, np.log(unique)])) <= plain.fun + 1e-12


def test_one_factor_stands_still_at_its_answer():
    S = samples(200, k=6, n=100)
    loadings, unique = reliability.one_factor_ml(S)
    implied = loadings[..., :, None] * loadings[..., None, :] + unique[..., None] * np.eye(6)
    inverse = np.linalg.inv(implied)
    slope = np.linalg.diagonal(inverse @ (implied - S) @ inverse) * unique
    assert np.abs(slope).max() < 1e-10
    assert np.isfinite(unique).all()


def test_one_factor_reproduces_every_variance():
    loadings, unique = reliability.one_factor_ml(COVARIANCE)
    np.testing.assert_allclose(loadings**2 + unique, np.diag(COVARIANCE), rtol=1e-9)


def test_units_do_not_matter_to_the_factor():
    units = np.array([1, 10, 0.1, 3, 1, 1, 7, 1, 1])
    plain, scaled = (reliability.one_factor_ml(S) for S in (COVARIANCE, COVARIANCE * np.outer(units, units)))
    np.testing.assert_allclose(scaled[0], plain[0] * units, rtol=1e-8)


HOPELESS = {
    "a loading above one": np.array([[1, 0.9, 0.9], [0.9, 1, 0.5], [0.9, 0.5, 1]]),
    "correlations that contradict each other": np.array([[1, 0.3, 0.2], [0.3, 1, -0.25], [0.2, -0.25, 1]]),
    "a symmetric contradiction": np.array([[1, 0.5, 0.5], [0.5, 1, -0.5], [0.5, -0.5, 1.1]]),
    "a constant item": np.diag([1.0, 1.0, 0.0]),
    "a duplicate": np.array([[1, 1, 0.5], [1, 1, 0.5], [0.5, 0.5, 1]]),
}


@pytest.mark.parametrize("name", HOPELESS)
def test_without_a_proper_solution_there_is_no_factor(name):
    loadings, unique = reliability.one_factor_ml(HOPELESS[name])
    assert np.isnan(loadings).all()
    assert np.isnan(unique).all()


def test_two_items_do_not_identify_a_factor():
    assert np.isnan(reliability.one_factor_ml(np.array([[1, 0.5], [0.5, 1]]))[0]).all()
    assert np.isnan(reliability.alpha_if_deleted(np.array([[1, 0.5], [0.5, 1]]))).all()


def test_uncorrelated_items_have_no_reliability_and_no_factor():
    S = np.diag([1.0, 2.0, 3.0, 4.0])
    assert reliability.cronbach_alpha(S) == pytest.approx(0, abs=1e-12)
    assert np.isnan(reliability.one_factor_ml(S)[0]).all()


def test_the_interval_is_symmetric_in_probability():
    lower, upper = reliability.alpha_interval(0.8, 50, 5)
    ratios = [(1 - bound) / 0.2 for bound in (upper, lower)]
    np.testing.assert_allclose(stats.f.cdf(ratios, 49, 196), [0.025, 0.975], rtol=1e-10)


def omega(covariance):
    return reliability.mcdonald_omega(*reliability.one_factor_ml(covariance))


def interval(covariance):
    return reliability.alpha_interval(reliability.cronbach_alpha(covariance), 60, 4)


every_kernel = pytest.mark.parametrize(
    "kernel",
    [
        reliability.cronbach_alpha,
        reliability.standardized_alpha,
        reliability.guttman_lambda2,
        reliability.split_half,
        reliability.mean_inter_item_correlation,
        reliability.variance_if_deleted,
        reliability.alpha_if_deleted,
        reliability.item_rest_correlation,
        reliability.one_factor_ml,
        omega,
        interval,
    ],
    ids=lambda kernel: kernel.__name__,
)


def answers(kernel, covariance):
    result = kernel(covariance)
    return result if isinstance(result, tuple) else (result,)


@every_kernel
def test_a_batch_is_its_members_side_by_side(kernel):
    batch = samples(2, 3)
    alone = [answers(kernel, member) for member in batch.reshape(6, 4, 4)]
    for together, members in zip(answers(kernel, batch), zip(*alone)):
        np.testing.assert_array_equal(together.reshape(6, *together.shape[2:]), np.stack(members))


@every_kernel
def test_an_empty_batch_is_answered_with_an_empty_batch(kernel):
    assert all(len(answer) == 0 for answer in answers(kernel, samples(0)))


@every_kernel
def test_one_bad_member_leaves_its_neighbours_alone(kernel):
    batch = samples(6)
    good = answers(kernel, batch)
    batch[2] = np.nan
    for before, after in zip(good, answers(kernel, batch)):
        assert np.isnan(after[2]).all()
        np.testing.assert_array_equal(np.delete(after, 2, axis=0), np.delete(before, 2, axis=0))
