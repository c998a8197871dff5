"""The likelihood of clusters in product form is that of their answers written out, and scores are its slopes."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from sme_sem.kernels import ram, two_level

P, INNER, OUTER = 4, np.array([0, 1, 2]), np.array([0, 1, 3])  # 2: within only, 3: between only


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(11)
    size = np.array([1, 2, 2, 3, 5, 5, 5, 7])
    code = np.repeat(np.arange(8), size)
    values = rng.standard_normal((size.sum(), P)) + rng.standard_normal((8, P))[code]
    values[:, 3] = rng.standard_normal(8)[code]
    mixed = rng.permutation(len(code))
    return values[mixed], code[mixed]


def levels():
    """Both levels unrestricted: within has the mean of 2, between those of 0, 1 and 3."""
    every, none = np.ones((3, 3), dtype=bool), (np.zeros((3, 3)), np.zeros(3))
    within = two_level.without_structure(every, np.array([False, False, True]), *none)
    between = two_level.without_structure(every, every[0], *none)
    first = np.arange(within.parameters)
    return (
        two_level.Level(within, INNER, first),
        two_level.Level(between, OUTER, within.parameters + np.arange(between.parameters)),
    )


def at(rng):
    """Parameters of both levels, and what they say: (q,), covariances (3, 3) within and between, means (4,)"""
    within, between = (0.2 * own @ own.T + np.eye(3) for own in rng.standard_normal((2, 3, 3)))
    mean = rng.standard_normal(4)
    upper = np.triu_indices(3)
    theta = np.concatenate([within[upper], mean[[2]], 0.5 * between[upper], mean[OUTER]])
    return theta, within, 0.5 * between, mean


def written_out(values, code, within, between, mean):
    """Log-likelihood of each cluster from the covariance matrix of all that was asked of it."""
    found = []
    for cluster in np.unique(code):
        own = values[code == cluster]
        d = len(own)
        k = 3 * d
        W, B = np.zeros((3, 3)), np.zeros((3, 3))
        W[:], B[:2, :2] = within, between[:2, :2]
        sigma = np.zeros((k + 1, k + 1))
        sigma[:k, :k] = np.kron(np.eye(d), W) + np.kron(np.ones((d, d)), B)
        sigma[k, :k] = sigma[:k, k] = np.tile(np.append(between[2, :2], 0), d)
        sigma[k, k] = between[2, 2]
        mu = np.append(np.tile(mean[:3], d), mean[3])
        found.append(multivariate_normal(mu, sigma).logpdf(np.append(own[:, :3].ravel(), own[0, 3])))
    return np.array(found)


def test_log_likelihood_is_that_of_the_answers_written_out(drawn):
    values, code = drawn
    theta, *parts = at(np.random.default_rng(3))
    known = two_level.clusters(values, code, INNER)
    pattern = two_level.joined(*levels(), P, known.sizes)
    value = two_level.slope(list(two_level.in_parts(pattern, two_level.sample(known))), theta).value
    expected = written_out(values, code, *parts).sum()
    assert two_level.log_likelihood(known, value) == pytest.approx(expected, rel=1e-12)


def test_scores_are_the_slopes_of_each_clusters_log_likelihood(drawn):
    values, code = drawn
    theta, *_ = at(np.random.default_rng(4))
    upper = np.triu_indices(3)

    def by_cluster(at):
        within, between = np.zeros((3, 3)), np.zeros((3, 3))
        within[upper], between[upper] = at[:6], at[7:13]
        within, between = (own + np.triu(own, 1).T for own in (within, between))
        return written_out(values, code, within, between, np.array([at[13], at[14], at[6], at[15]]))

    h = 1e-5
    numeric = [(by_cluster(theta + h * e) - by_cluster(theta - h * e)) / (2 * h) for e in np.eye(len(theta))]
    known = two_level.clusters(values, code, INNER)
    pattern = two_level.joined(*levels(), P, known.sizes)
    np.testing.assert_allclose(two_level.scores(pattern, theta, known), np.transpose(numeric), atol=1e-7)


def test_scores_add_up_to_the_gradient(drawn):
    theta, *_ = at(np.random.default_rng(5))
    known = two_level.clusters(*drawn, INNER)
    pattern = two_level.joined(*levels(), P, known.sizes)
    gradient = two_level.slope(list(two_level.in_parts(pattern, two_level.sample(known))), theta).gradient
    np.testing.assert_allclose(
        two_level.scores(pattern, theta, known).sum(axis=0), -known.respondents / 2 * gradient, atol=1e-12
    )


@pytest.mark.parametrize("exact", [False, True])
def test_parts_add_up_to_the_whole(drawn, monkeypatch, exact):
    theta, *_ = at(np.random.default_rng(6))
    known = two_level.clusters(*drawn, INNER)
    pattern, sample = two_level.joined(*levels(), P, known.sizes), two_level.sample(known)
    whole = two_level.slope(list(two_level.in_parts(pattern, sample)), theta, exact=exact)
    monkeypatch.setattr(two_level, "MOST_PAIRS", 2 * len(pattern.matrix) ** 2)
    parts = list(two_level.in_parts(pattern, sample))
    assert [part.groups for part, _ in parts] == [2, 2, 2]
    for one, other in zip(whole, two_level.slope(parts, theta, exact=exact), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


def test_the_contrasts_have_no_part_of_what_is_the_clusters_own(drawn):
    theta, within, *_ = at(np.random.default_rng(7))
    known = two_level.clusters(*drawn, INNER)
    sigma = ram.implied(two_level.joined(*levels(), P, known.sizes), theta).sigma
    expected = np.eye(4)
    expected[:3, :3] = within
    np.testing.assert_allclose(sigma[0], expected, atol=1e-12)
