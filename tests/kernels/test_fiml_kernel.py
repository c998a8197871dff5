"""Likelihood from answers with gaps, against one respondent's normal density after the other."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kernels.gapped import CASES, Case, normal, saturated_log_likelihoods
from sem.models import central_difference, parameters_of
from sme_sem.kernels import discrepancy, fiml, fit_indices, gaps, ram
from sme_sem.kernels.gaps import missing_patterns

every_case = pytest.mark.parametrize("case", [Case(*x) for x in CASES.values()], ids=list(CASES))


# --- patterns --------------------------------------------------------------------------------------


def test_respondents_who_left_the_same_open_are_one_pattern():
    a = np.array([[1, 2], [3, np.nan], [5, 4], [np.nan, 1], [4, np.nan]])
    b = np.array([[2, np.nan], [1.0, 1.0]])
    found = missing_patterns([a, b])
    rows = pd.DataFrame(np.vstack([a, b]), columns=["x", "y"])
    for k, (mask, n, mean, group) in enumerate(zip(*found[:4])):
        own = rows[found.member == k].to_numpy()[:, mask > 0]
        assert len(own) == n
        np.testing.assert_allclose(mean[mask > 0], own.mean(axis=0))
        np.testing.assert_array_equal(found.rows[found.of == k][:, mask > 0], own)
        assert group == (np.flatnonzero(found.member == k)[0] >= len(a))
    assert len(found.n) == 5
    assert found.n.sum() == 7 and found.share.sum() == pytest.approx(1)
    np.testing.assert_array_equal(found.mask[found.member] > 0, rows.notna())
    assert (found.mean[found.mask == 0] == 0).all()


def test_the_order_of_respondents_does_not_change_the_patterns():
    case = Case("means")
    shuffled = missing_patterns([case.answers[0][np.random.default_rng(1).permutation(60)]])
    for name in ("mask", "n", "mean", "share"):
        np.testing.assert_allclose(getattr(shuffled, name), getattr(case.patterns, name), atol=1e-14)


def test_a_large_pattern_is_kept_as_few_rows_that_say_the_same():
    rng = np.random.default_rng(3)
    answers = rng.standard_normal((70, 4)) + 2
    answers[:40, 1] = np.nan
    answers[40:43, 0] = np.nan
    found = missing_patterns([answers])
    np.testing.assert_array_equal(np.bincount(found.of), [5, 3, 5])
    np.testing.assert_array_equal(found.n[[0, 2]], [27, 40])
    for mu in (np.zeros(4), rng.standard_normal(4)):
        for k, mask in enumerate(found.mask):
            own = np.where(mask, answers[found.member == k] - mu, 0)
            rows = (found.rows[found.of == k] - found.level[found.of == k, None] * mu) * mask
            np.testing.assert_allclose(rows.T @ rows, own.T @ own, atol=1e-12 * abs(own.T @ own).max())


def test_rows_or_respondents_give_the_same_likelihood_and_slopes():
    case = Case("means", 2, gaps=0.05, n=200)
    single, order = gaps.one_by_one(case.patterns, case.every)
    assert len(case.patterns.rows) < len(single.rows) == len(order)
    np.testing.assert_array_equal(single.rows, np.nan_to_num(case.every)[order])
    ours, theirs = (
        fiml.slope(case.pattern, patterns, case.sample, case.theta, exact=True) for patterns in (case.patterns, single)
    )
    for a, b in zip(ours, theirs):
        np.testing.assert_allclose(a, b, atol=1e-12 * (1 + abs(b).max()))


@pytest.mark.parametrize("groups", [1, 2])
def test_a_pattern_sees_its_own_part_of_the_moments(groups):
    case = Case("means", groups)
    implied = ram.implied(case.pattern, case.theta)
    seen = gaps.look(case.patterns, implied.sigma, implied.mu)
    P = gaps.precisions(case.patterns, seen)
    for k, (mask, g) in enumerate(zip(case.patterns.mask, case.patterns.group)):
        there, gone = np.flatnonzero(mask), np.flatnonzero(mask == 0)
        sigma, mu = implied.sigma[g], implied.mu[g]
        inverse = np.zeros_like(sigma)
        inverse[np.ix_(there, there)] = np.linalg.inv(sigma[np.ix_(there, there)])
        np.testing.assert_allclose(P[k], inverse, atol=1e-12)
        for r in np.flatnonzero(case.patterns.of == k):
            d = (case.patterns.rows[r] - case.patterns.level[r] * mu)[there]
            expected = np.zeros(len(mask))
            expected[there], expected[gone] = d, sigma[np.ix_(gone, there)] @ inverse[np.ix_(there, there)] @ d
            np.testing.assert_allclose(seen.filled[r], expected, atol=1e-12)
            np.testing.assert_allclose(seen.pull[r], inverse @ expected, atol=1e-12)


def test_available_moments_are_those_of_pandas():
    answers = Case("feedback").every
    covariance, mean = gaps.available_moments(answers)
    frame, n = pd.DataFrame(answers), len(answers)
    np.testing.assert_allclose(covariance, frame.cov() * (n - 1) / n, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(mean, frame.mean(), rtol=1e-12)


# --- discrepancy and derivatives -------------------------------------------------------------------


@every_case
def test_the_discrepancy_is_the_likelihood_of_what_was_answered(case):
    constant = np.log(2 * np.pi) * (~np.isnan(case.every)).sum()
    expected = (-2 * case.log_likelihoods(case.theta).sum() - constant) / len(case.every)
    assert case.value(case.theta) == pytest.approx(expected, rel=1e-12)


@every_case
def test_the_gradient_is_that_of_finite_differences(case):
    numeric = central_difference(case.value, case.theta)
    np.testing.assert_allclose(case.slope(case.theta).gradient, numeric, atol=2e-8 * (1 + abs(numeric).max()))


@every_case
def test_the_exact_hessian_is_that_of_finite_differences(case):
    numeric = central_difference(lambda x: case.slope(x).gradient, case.theta)
    exact = case.slope(case.theta, exact=True).hessian
    np.testing.assert_allclose(exact, numeric, atol=1e-7 * (1 + abs(numeric).max()))
    np.testing.assert_allclose(exact, exact.T, atol=1e-12 * abs(exact).max())


@every_case
def test_the_cheap_hessian_leads_downhill(case):
    cheap, exact = case.slope(case.theta), case.slope(case.theta, exact=True)
    assert np.linalg.eigvalsh(cheap.hessian)[0] > 0
    assert cheap.value == exact.value
    np.testing.assert_array_equal(cheap.gradient, exact.gradient)


@every_case
def test_patterns_taken_one_at_a_time_give_the_same_hessian(case, monkeypatch):
    whole = case.slope(case.theta, exact=True).hessian
    monkeypatch.setattr(fiml, "CHUNK", 1)
    np.testing.assert_allclose(case.slope(case.theta, exact=True).hessian, whole, atol=1e-12 * abs(whole).max())


@every_case
def test_scores_are_slopes_of_each_respondent_s_log_likelihood(case):
    moments = ram.implied(case.pattern, case.theta)
    scores = fiml.scores(case.pattern, case.patterns, moments, case.every)
    numeric = central_difference(case.log_likelihoods, case.theta)
    np.testing.assert_allclose(scores, numeric, atol=1e-7 * (1 + abs(numeric).max()))
    np.testing.assert_allclose(scores.mean(axis=0), -case.slope(case.theta).gradient / 2, atol=1e-12)


@every_case
def test_expected_information_is_summed_over_what_each_pattern_shows(case):
    def stacked(theta):
        implied = ram.implied(case.pattern, theta)
        return np.concatenate([implied.mu, implied.sigma.reshape(case.pattern.groups, -1)], axis=-1)

    p = case.pattern.observed
    slopes = central_difference(stacked, case.theta)
    sigma = ram.implied(case.pattern, case.theta).sigma
    expected = 0.0
    for mask, group, share in zip(case.patterns.mask, case.patterns.group, case.patterns.share):
        seen = np.flatnonzero(mask)
        P = np.linalg.inv(sigma[group][np.ix_(seen, seen)])
        mean = slopes[group][:p][seen]
        part = slopes[group][p:].reshape(p, p, -1)[np.ix_(seen, seen)]
        white = np.einsum("ij,jkr->ikr", P, part)
        expected = expected + share * (np.einsum("ikr,kis->rs", white, white) + 2 * mean.T @ P @ mean)
    found = fiml.expected_information(case.pattern, case.patterns, case.sample, case.theta)
    np.testing.assert_allclose(found, expected, atol=1e-7 * abs(expected).max())


@every_case
def test_chosen_columns_are_those_of_the_expected_information(case):
    pattern, share = case.pattern, case.sample.share[:, None, None]
    every, some = np.arange(len(pattern.matrix)), np.arange(1, len(pattern.matrix), 2)
    gradient, whole, own = fiml.gradient_and_expected_columns(pattern, case.patterns, case.sample, case.theta, every)
    _, columns, diagonal = fiml.gradient_and_expected_columns(pattern, case.patterns, case.sample, case.theta, some)
    np.testing.assert_allclose(columns, whole[..., some], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(diagonal, own, rtol=1e-12)
    np.testing.assert_allclose(own, np.diagonal(whole, axis1=1, axis2=2), rtol=1e-9)
    information = fiml.expected_information(pattern, case.patterns, case.sample, case.theta)
    np.testing.assert_allclose(ram.sum_cell_pairs(pattern, share * whole), information, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(
        ram.sum_cells(pattern, share[..., 0] * gradient), case.slope(case.theta).gradient, rtol=1e-9, atol=1e-12
    )


def test_moments_of_given_variables_carry_no_expected_information():
    """As if the model had no cell that moves them: what a candidate path into a covariate tells lies elsewhere."""
    table = parameters_of("y =~ y1 + y2 + y3; y ~ x1 + x2; x1 ~ y", meanstructure=True)
    pattern = table.pattern
    pattern = replace(pattern, exogenous=np.array([3, 4]))
    rng = np.random.default_rng(7)
    answers = rng.standard_normal((80, 5))
    answers[:, :3][rng.random((80, 3)) < 0.3] = np.nan
    answers = answers[~np.isnan(answers[:, :3]).all(axis=1)]
    patterns = missing_patterns([answers])
    sample = discrepancy.Sample(np.eye(5)[None], np.zeros((1, 5)), np.ones(1))
    theta = rng.uniform(0.3, 0.6, pattern.parameters)
    moments = ram.implied(pattern, theta, sample.covariance, sample.mean)
    slopes, mean_slopes = (x[0] for x in ram.jacobian(pattern, moments))
    assert abs(slopes[:, 3:, 3:]).max() > 0.1
    slopes[:, 3:, 3:], mean_slopes[:, 3:] = 0, 0
    P = gaps.precisions(patterns, gaps.look(patterns, moments.sigma, moments.mu))
    white = P[:, None] @ slopes
    by_cell = np.einsum("k,kaij,kbji->ab", patterns.share, white, white)
    by_cell += 2 * np.einsum("k,ai,kij,bj->ab", patterns.share, mean_slopes, P, mean_slopes)
    found = fiml.expected_information(pattern, patterns, sample, theta)
    np.testing.assert_allclose(found, ram.sum_cell_pairs(pattern, by_cell[None]), atol=1e-12)


# --- complete answers ------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "groups"), CASES.values(), ids=list(CASES))
def test_without_shareeverything_is_that_of_complete_answers(name, groups):
    case = Case(name, groups, gaps=0)
    covariance = np.stack([np.cov(own.T, bias=True) for own in case.answers])
    sample = discrepancy.Sample(covariance, np.stack([own.mean(axis=0) for own in case.answers]), case.sample.share)
    saturated = (case.sample.share * (np.linalg.slogdet(covariance)[1] + case.pattern.observed)).sum()
    for exact in (False, True):
        ours = case.slope(case.theta, exact=exact)
        theirs = discrepancy.slope(case.pattern, sample, case.theta, exact=exact)
        assert ours.value - saturated == pytest.approx(theirs.value, rel=1e-10)
        np.testing.assert_allclose(ours.gradient, theirs.gradient, atol=1e-11 * (1 + abs(theirs.gradient).max()))
        np.testing.assert_allclose(ours.hessian, theirs.hessian, atol=1e-11 * abs(theirs.hessian).max())
    expected = discrepancy.slope(case.pattern, sample, case.theta).hessian
    information = fiml.expected_information(case.pattern, case.patterns, case.sample, case.theta)
    np.testing.assert_allclose(information, expected, atol=1e-11 * abs(expected).max())
    sigma, mu, value = fiml.saturated(case.patterns, groups)
    np.testing.assert_allclose(sigma, covariance, atol=1e-12)
    np.testing.assert_allclose(mu, sample.mean, atol=1e-12)
    assert value == pytest.approx(saturated, rel=1e-12)


@pytest.mark.parametrize("exogenous", [0, 2])
def test_without_sharethe_goodness_of_fit_index_is_the_plain_one(exogenous):
    case = Case("means", 2, gaps=0)
    covariance, mean = (np.stack(x) for x in zip(*map(gaps.available_moments, case.answers)))
    implied = ram.implied(case.pattern, case.theta)
    sigma, mu = implied.sigma.copy(), implied.mu.copy()
    if exogenous:
        sigma[:, -2:, -2:], mu[:, -2:] = covariance[:, -2:, -2:], mean[:, -2:]
    ours = fiml.gfi_parts(case.patterns, sigma, mu, covariance, mean, exogenous)
    theirs = fit_indices.gfi_parts(covariance, sigma, exogenous, mean, mu)
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)


@pytest.mark.parametrize("exogenous", [0, 2])
def test_the_goodness_of_fit_index_weighs_residuals_by_what_each_pattern_shows(exogenous):
    case = Case("means", 2)
    implied = ram.implied(case.pattern, case.theta)
    covariance, mean = (np.stack(x) for x in zip(*map(gaps.available_moments, case.answers)))
    found = fiml.gfi_parts(case.patterns, implied.sigma, implied.mu, covariance, mean, exogenous)
    kept = np.arange(6) < 6 - exogenous
    expected = np.zeros((2, 2))
    for mask, g, n in zip(case.patterns.mask, case.patterns.group, case.patterns.n):
        there = np.flatnonzero(mask)
        P = np.linalg.inv(implied.sigma[g][np.ix_(there, there)])
        for part, (S, m) in enumerate(
            [(covariance[g] - implied.sigma[g], mean[g] - implied.mu[g]), (covariance[g], mean[g])]
        ):
            S, m = np.where(np.logical_or.outer(kept, kept), S, 0)[np.ix_(there, there)], (m * kept)[there]
            expected[part, g] += n / len(case.answers[g]) * (np.trace(P @ S @ P @ S) + 2 * m @ P @ m)
    np.testing.assert_allclose(found, expected, rtol=1e-10)


# --- saturated moments -----------------------------------------------------------------------------


@pytest.mark.parametrize("groups", [1, 2])
def test_the_saturated_moments_are_a_maximum(groups):
    case = Case("means", groups)
    sigma, mu, value = fiml.saturated(case.patterns, groups)
    i, j = np.triu_indices(6)
    total = 0.0
    for g, own in enumerate(case.answers):
        likelihood = saturated_log_likelihoods(own, 6)
        best = np.concatenate([mu[g], sigma[g][i, j]])
        slope = central_difference(lambda x: likelihood(x).sum(), best)  # noqa: B023
        np.testing.assert_allclose(slope, 0, atol=1e-5)
        for seed in range(10):
            beside = best + np.random.default_rng(seed).uniform(-0.02, 0.02, len(best))
            assert likelihood(beside).sum() < likelihood(best).sum()
        total += likelihood(best).sum()
    constant = np.log(2 * np.pi) * (~np.isnan(case.every)).sum()
    assert value == pytest.approx((-2 * total - constant) / len(case.every), rel=1e-12)


def test_the_density_these_tests_rest_on_is_scipy_s():
    case = Case("feedback")
    mean, covariance = np.arange(4.0), np.eye(4) + 0.3
    for row, ours in zip(case.every, normal(case.every, mean, covariance)):
        seen = ~np.isnan(row)
        theirs = stats.multivariate_normal(mean[seen], covariance[np.ix_(seen, seen)]).logpdf(row[seen])
        assert ours == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("gaps", [0.1, 0.6])
def test_another_step_of_em_changes_nothing(gaps):
    case = Case("means", gaps=gaps, n=400)
    sigma, mu, _ = fiml.saturated(case.patterns, 1)
    filled, unknown = np.empty((len(case.every), 6)), np.zeros((6, 6))
    for i, row in enumerate(case.every):
        there, gone = np.flatnonzero(~np.isnan(row)), np.flatnonzero(np.isnan(row))
        regression = sigma[0][np.ix_(gone, there)] @ np.linalg.inv(sigma[0][np.ix_(there, there)])
        filled[i, there], filled[i, gone] = row[there], mu[0][gone] + regression @ (row - mu[0])[there]
        unknown[np.ix_(gone, gone)] += sigma[0][np.ix_(gone, gone)] - regression @ sigma[0][np.ix_(there, gone)]
    np.testing.assert_allclose(filled.mean(axis=0), mu[0], atol=1e-10)
    np.testing.assert_allclose(np.cov(filled.T, bias=True) + unknown / len(filled), sigma[0], atol=1e-10)


def test_saturated_moments_that_were_not_found_have_no_value():
    case = Case("means")
    assert np.isfinite(fiml.saturated(case.patterns, 1)[2])
    sigma, _, value = fiml.saturated(case.patterns, 1, max_iterations=1)
    assert np.isnan(value) and np.isfinite(sigma).all()


def test_two_variables_one_with_sharehave_anderson_s_closed_form():
    rng = np.random.default_rng(2)
    x = rng.standard_normal(80) + 1
    y = 0.6 * x + rng.standard_normal(80)
    y[x > 1.5] = np.nan
    met = ~np.isnan(y)
    slope = np.cov(x[met], y[met], bias=True)[0, 1] / x[met].var()
    residual = y[met].var() - slope**2 * x[met].var()
    sigma, mu, _ = fiml.saturated(missing_patterns([np.column_stack([x, y])]), 1)
    np.testing.assert_allclose(mu[0], [x.mean(), y[met].mean() + slope * (x.mean() - x[met].mean())], atol=1e-8)
    expected = [[x.var(), slope * x.var()], [slope * x.var(), residual + slope**2 * x.var()]]
    np.testing.assert_allclose(sigma[0], expected, atol=1e-8)


def test_impossible_moments_have_no_value():
    case = Case("two constructs")
    theta = case.theta.copy()
    theta[case.table.names().index("trust ~~ trust")] = -5
    assert np.isnan(case.value(theta))


def test_whole_weights_condense_as_repeated_rows_do():
    rng = np.random.default_rng(6)
    answers = rng.standard_normal((40, 3))
    answers[rng.random((40, 3)) < 0.25] = np.nan
    times = rng.integers(1, 4, 40)
    weighted = missing_patterns([answers], [times.astype(float)])
    repeated = missing_patterns([answers.repeat(times, axis=0)])
    for name in ("mask", "n", "mean", "share", "group"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name), atol=1e-12, err_msg=name)
    assert weighted.member.shape == (40,)
    root = rng.standard_normal((1, 3, 3))
    sigma, mu = root @ root.mT + np.eye(3), rng.standard_normal((1, 3))
    one, other = gaps.look(weighted, sigma, mu), gaps.look(repeated, sigma, mu)
    assert one.value == pytest.approx(other.value, rel=1e-12)
    np.testing.assert_allclose(one.filled.T @ one.filled, other.filled.T @ other.filled, rtol=1e-10)
    np.testing.assert_allclose(weighted.level @ one.filled, repeated.level @ other.filled, rtol=1e-10)


@pytest.mark.parametrize("name", list(CASES))
def test_the_gradient_alone_is_that_of_the_slope(name):
    case = Case(*CASES[name])
    value, gradient = fiml.gradient(case.pattern, case.patterns, case.sample, case.theta)
    assert value == case.value(case.theta)
    assert gradient == pytest.approx(case.slope(case.theta).gradient, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("share", [0.03, 0.25])  # few large patterns, many small ones
def test_respondents_who_count_twice_are_as_two_alike(share):
    case = Case(*CASES["two groups"], gaps=share, n=200)
    rng = np.random.default_rng(5)
    drawn = [rng.integers(len(own), size=len(own)) for own in case.answers]
    counts = np.concatenate([np.bincount(rows, minlength=len(rows)) for rows in drawn]).astype(float)
    again = missing_patterns([own[rows] for own, rows in zip(case.answers, drawn)])
    counted = gaps.recounted(case.patterns, case.every, counts)
    found, expected = (
        (*fiml.slope(case.pattern, patterns, case.sample, case.theta, exact=True), *fiml.saturated(patterns, 2))
        for patterns in (counted, again)
    )
    for own, wanted in zip(found, expected):
        assert own == pytest.approx(wanted, rel=1e-8, abs=1e-9)
