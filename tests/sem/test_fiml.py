"""Answers with gaps: every answer given is used, and what it says is what the likelihood says."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sme_sem as sme
from sem import drawn
from sem.holzinger import (
    ITEMS,
    MODEL,
    assert_same,
    column,
    pupils,
    pupils_with_gaps,
)
from sem.models import POPULATIONS, central_difference, fitted_text, moments_by_hand, true_theta
from sme_sem.kernels import fiml, ram

TEXT = fitted_text(POPULATIONS["paths among constructs"])


def with_gaps(data, share=0.15, seed=0):
    """Answers left open completely at random."""
    holes = np.random.default_rng(seed).random(data.shape) < share
    return data.mask(holes)


@pytest.fixture(scope="module")
def answers():
    return sme.simulate(POPULATIONS["paths among constructs"], 300, seed=5)


@pytest.fixture(scope="module")
def gaps(answers):
    return with_gaps(answers)


# --- the likelihood --------------------------------------------------------------------------------


def log_likelihood(data, mean, covariance):
    total = 0.0
    for row in data.to_numpy():
        seen = ~np.isnan(row)
        if seen.any():
            total += stats.multivariate_normal(mean[seen], covariance[np.ix_(seen, seen)]).logpdf(row[seen])
    return total


def test_the_log_likelihoods_are_sums_of_normal_densities():
    data = pupils_with_gaps()[ITEMS]
    fit = sme.fit(MODEL, data, missing="fiml")
    assert 0 < data.isna().to_numpy().mean() < 0.5
    implied = ram.implied(fit.pattern, fit.theta)
    own = log_likelihood(data, implied.mu[0], fit.implied().to_numpy())
    saturated = log_likelihood(data, fit.moments.mean[0], fit.moments.covariance[0])
    measures = fit.measures()
    assert measures["logl"] == pytest.approx(own, rel=1e-10)
    assert measures["unrestricted_logl"] == pytest.approx(saturated, rel=1e-10)
    assert measures["chisq"] == pytest.approx(2 * (saturated - own), rel=1e-7)


def test_the_baseline_takes_each_item_by_itself():
    data = pupils_with_gaps()[ITEMS]
    measures = sme.fit(MODEL, data, missing="fiml").measures()
    alone = sum(stats.norm(x.mean(), x.std(ddof=0)).logpdf(x).sum() for x in (data[i].dropna() for i in ITEMS))
    assert measures["baseline_chisq"] == pytest.approx(2 * (measures["unrestricted_logl"] - alone), rel=1e-8)
    assert measures["baseline_df"] == 36


def test_a_covariate_with_gaps_stays_free_in_the_baseline(gaps):
    text = "use =~ u1 + u2 + u3; use ~ g1 + t1"
    measures = sme.fit(text, gaps, missing="fiml", fixed_x=False).measures()
    assert measures["baseline_df"] == 9
    pair = sme.fit("g1 ~~ t1", gaps[["g1", "t1"]], missing="fiml", meanstructure=True).measures()["logl"]
    single = sum(
        stats.norm(x.mean(), x.std(ddof=0)).logpdf(x).sum() for x in (gaps[i].dropna() for i in ("u1", "u2", "u3"))
    )
    assert measures["baseline_chisq"] == pytest.approx(2 * (measures["unrestricted_logl"] - single - pair), rel=1e-8)


def test_errors_are_the_curvature_of_the_likelihood(gaps):
    fit = sme.fit(TEXT, gaps, missing="fiml")

    def gradient(theta):
        return fiml.slope(fit.pattern, fit.moments.patterns, fit.sample, theta).gradient

    np.testing.assert_allclose(gradient(fit.theta), 0, atol=1e-6)
    hessian = central_difference(gradient, fit.theta)
    np.testing.assert_allclose(fit.vcov, np.linalg.inv(fit.n * hessian / 2), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("text", [TEXT, TEXT + "; use ~~ a*use; a > 0.1"])
def test_the_search_ends_where_the_slope_is_rounding_error(gaps, text):
    fit = sme.fit(text, gaps, missing="fiml")
    exact = fiml.slope(fit.pattern, fit.moments.patterns, fit.sample, fit.theta, exact=True)
    assert exact.gradient @ np.linalg.solve(exact.hessian, exact.gradient) < 1e-20
    assert fit.iterations <= 10


def test_robust_errors_are_the_sandwich_of_scores(gaps):
    fit = sme.fit(TEXT, gaps, missing="fiml", estimator="MLR")
    every = np.concatenate(fit.moments.answers)
    scores = fiml.scores(fit.pattern, fit.moments.patterns, ram.implied(fit.pattern, fit.theta), every)
    np.testing.assert_allclose(scores.sum(axis=0), 0, atol=1e-4)
    bread = sme.fit(TEXT, gaps, missing="fiml").vcov.to_numpy()
    np.testing.assert_allclose(fit.vcov, bread @ (scores.T @ scores) @ bread, rtol=1e-6, atol=1e-10)


def test_expected_information_can_be_chosen(gaps):
    plain = column(sme.fit(TEXT, gaps, missing="fiml"), "se")
    expected = column(sme.fit(TEXT, gaps, missing="fiml", information="expected"), "se")
    assert_same(expected, plain, rtol=0.2)
    assert any(not np.isclose(expected[key], plain[key], rtol=1e-3) for key in plain if np.isfinite(plain[key]))


def test_the_expected_information_adds_up_what_each_pattern_of_answers_tells(gaps):
    fit = sme.fit(TEXT, gaps, missing="fiml", information="expected")

    def stacked(theta):
        implied = ram.implied(fit.pattern, theta)
        return np.concatenate([implied.mu[0], implied.sigma[0].ravel()])

    p, slopes = len(fit.observed), central_difference(stacked, fit.theta).T
    sigma, total = ram.implied(fit.pattern, fit.theta).sigma[0], 0
    for seen in gaps[list(fit.observed)].notna().to_numpy():
        P = np.zeros((p, p))
        P[np.ix_(seen, seen)] = np.linalg.inv(sigma[np.ix_(seen, seen)])
        along = [P @ s[p:].reshape(p, p) for s in slopes]
        total = total + slopes[:, :p] @ P @ slopes[:, :p].T
        total = total + 0.5 * np.array([[np.trace(a @ b) for b in along] for a in along])
    np.testing.assert_allclose(fit.vcov, np.linalg.inv(total), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("case", ["fiml_expected", "fiml_expected_mlr"])
def test_with_the_expected_information_errors_and_tests_are_lavaan_s(case):
    assert not drawn.differing_estimates(case)
    # robust CFI, TLI and RMSEA follow the formulas of lavaan 0.7 (test_lavaan)
    assert {name for name in drawn.differing_measures(case) if not name.endswith("robust")} == set()


# --- complete answers ------------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLF"])
@pytest.mark.parametrize("group", [None, "school"])
def test_without_gaps_it_is_maximum_likelihood_with_observed_information(estimator, group):
    ours = sme.fit(MODEL, pupils(), estimator=estimator, missing="fiml", group=group)
    theirs = sme.fit(MODEL, pupils(), estimator=estimator, meanstructure=True, group=group, information="observed")
    for name in ("est", "se", "std_lv", "std_all"):
        assert_same(column(ours, name), column(theirs, name), atol=1e-6)
    a, b = ours.measures(), theirs.measures()
    for name in ("chisq", "df", "npar", "cfi", "tli", "rmsea", "logl", "unrestricted_logl", "aic", "bic"):
        assert a[name] == pytest.approx(b[name], rel=1e-8), name
    assert a["srmr"] == pytest.approx(b["srmr"], rel=1e-6)
    if estimator == "MLR":
        for name in ("chisq_scaled", "pvalue_scaled", "cfi_scaled", "rmsea_scaled", "chisq_scaling_factor"):
            assert a[name] == pytest.approx(b[name], rel=1e-5), name


def test_without_gaps_the_index_made_for_gaps_is_the_plain_one():
    measures = sme.fit(MODEL, pupils(), missing="fiml").measures()
    for name in ("cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper"):
        assert measures[f"{name}_robust"] == pytest.approx(measures[name], rel=1e-6), name


# --- recovery --------------------------------------------------------------------------------------


def test_parameters_are_found_again_from_a_sample_with_answers_deleted_at_random():
    population = POPULATIONS["paths among constructs"]
    fit = sme.fit(TEXT, with_gaps(sme.simulate(population, 3000, seed=2), 0.2), missing="fiml")
    found = column(fit)
    covariances, _ = moments_by_hand(population)
    for term in sme.Specification.read(population).relations:
        row = found[term.lhs, term.op, term.rhs, ""]
        se = column(fit, "se")[term.lhs, term.op, term.rhs, ""]
        if np.isfinite(se):
            assert abs(row - term.fixed[0]) < 4 * se, term
    for item in covariances.index:
        assert abs(found[item, "~1", "", ""]) < 4 * column(fit, "se")[item, "~1", "", ""]


def test_planted_parameters_lie_within_their_joint_error():
    population = POPULATIONS["means"]
    fit = sme.fit(fitted_text(population), with_gaps(sme.simulate(population, 2000, seed=4), 0.2), missing="fiml")
    away = fit.theta - true_theta(population, fit.table)
    distance = away @ np.linalg.solve(fit.vcov.to_numpy(), away)
    assert stats.chi2.sf(distance, len(away)) > 1e-4


def test_a_follow_up_asked_only_of_some_does_not_distort_its_mean():
    """u1 is asked only of those with a low t1: the mean of those asked is too low, the estimate is not."""
    data = sme.simulate("trust =~ 1*t1 + 0.9*u1 + 0.8*u2; t1 ~~ 0.3*t1; u1 ~~ 0.3*u1; u2 ~~ 0.4*u2", 3000, seed=6)
    asked = data.assign(u1=data["u1"].where(data["t1"] < 0.3))
    est = [
        sme.fit("trust =~ t1 + u1 + u2; u1 ~ 1", asked, missing=how).estimates().query("lhs == 'u1' and op == '~1'")
        for how in ("fiml", "listwise")
    ]
    z = [float(rows["est"].iloc[0] / rows["se"].iloc[0]) for rows in est]
    assert abs(z[0]) < 3
    assert z[1] < -10


def test_gaps_cost_precision_and_less_than_setting_respondents_aside_does(answers, gaps):
    complete = sme.fit(TEXT, answers, meanstructure=True)
    used, dropped = (sme.fit(TEXT, gaps, missing=how, meanstructure=True) for how in ("fiml", "listwise"))
    assert (used.n, dropped.n) == (300, len(gaps.dropna()))
    ratio = [
        np.nanmedian([column(fit, "se")[key] / se for key, se in column(complete, "se").items()])
        for fit in (used, dropped)
    ]
    assert 1.02 < ratio[0] < 0.8 * ratio[1]


# --- groups, covariates, respondents ---------------------------------------------------------------


def test_groups_that_share_nothing_are_fitted_apart():
    data = pupils_with_gaps()
    together = sme.fit(MODEL, data, missing="fiml", group="school")
    apart = {school: sme.fit(MODEL, rows, missing="fiml") for school, rows in data.groupby("school", sort=False)}
    for name in ("est", "se", "std_all"):
        expected = {(*key[:3], school): v for school, fit in apart.items() for key, v in column(fit, name).items()}
        assert_same(column(together, name), expected, atol=1e-6)
    total = sum(fit.measures()["chisq"] for fit in apart.values())
    assert together.measures()["chisq"] == pytest.approx(total, rel=1e-7)


def test_nobody_is_lost_but_those_who_answered_nothing(gaps):
    empty = gaps.copy()
    empty.iloc[[0, 7]] = np.nan
    fit = sme.fit(TEXT, empty, missing="fiml")
    assert (fit.n, fit.moments.n_collected) == (298, 300)
    assert_same(column(fit), column(sme.fit(TEXT, empty.drop(index=[0, 7]), missing="fiml")))


def test_a_given_covariate_must_be_answered(answers):
    data = answers.copy()
    data.loc[:9, "g1"] = np.nan
    data.loc[5:19, "u1"] = np.nan
    text = "use =~ u1 + u2 + u3; use ~ g1"
    fit = sme.fit(text, data, missing="fiml")
    assert fit.n == 290
    assert_same(column(fit), column(sme.fit(text, data.drop(index=range(10)), missing="fiml")))
    everyone = sme.fit(text, data, missing="fiml", fixed_x=False)
    assert everyone.n == 300


def test_given_covariates_or_estimated_ones_give_the_same_paths(gaps, answers):
    data = gaps.assign(g1=answers["g1"], t1=answers["t1"])
    text = "use =~ u1 + u2 + u3; use ~ g1 + t1"
    given, free = (sme.fit(text, data, missing="fiml", fixed_x=fixed) for fixed in (True, False))
    assert given.measures()["chisq"] == pytest.approx(free.measures()["chisq"], rel=1e-6)
    for name in ("est", "se"):
        a, b = column(given, name), column(free, name)
        for key in a:
            if key[1] in ("=~", "~") and np.isfinite(a[key]):
                assert a[key] == pytest.approx(b[key], rel=1e-5), key


def test_the_order_of_respondents_does_not_matter(gaps):
    plain, shuffled = (sme.fit(TEXT, d, missing="fiml") for d in (gaps, gaps.sample(frac=1, random_state=3)))
    assert_same(column(shuffled), column(plain), atol=1e-6)


def test_a_gap_is_a_gap_whatever_it_is_written_as(gaps):
    nullable = gaps.convert_dtypes()
    assert str(nullable["t1"].dtype) == "Float64"
    assert_same(column(sme.fit(TEXT, nullable, missing="fiml")), column(sme.fit(TEXT, gaps, missing="fiml")))


# --- what can go wrong -----------------------------------------------------------------------------


def message(problem, data=None, **arguments):
    with pytest.raises(problem) as caught:
        sme.fit(MODEL, data, missing="fiml", **arguments)
    return str(caught.value)


def test_an_item_nobody_answered_is_named():
    assert message(sme.DataProblem, pupils_with_gaps().assign(x5=np.nan)) == (
        "without any answer: 'x5'. Remove it from the model."
    )


def test_an_item_nobody_in_a_group_answered_is_named():
    data = pupils_with_gaps()
    data.loc[data["school"] == "Pasteur", "x5"] = np.nan
    assert message(sme.DataProblem, data, group="school") == (
        "group 'Pasteur': without any answer: 'x5'. Remove it from the model."
    )


def test_two_items_never_answered_together_are_named():
    data = pupils()
    data.loc[:150, "x1"] = np.nan
    data.loc[151:, "x2"] = np.nan
    assert message(sme.DataProblem, data) == (
        "fewer than two respondents answered both 'x1' and 'x2': their covariance cannot be estimated. "
        "Remove one of them from the model."
    )


def test_items_whose_moments_cannot_be_found_are_named():
    data = pupils()
    data["x3"] = data["x1"] + data["x2"]
    data = data[ITEMS].mask(np.random.default_rng(3).random((301, 9)) < 0.15)
    assert message(sme.DataProblem, data) == (
        "the means and covariances of the answers with gaps were not found: what was answered comes near to an exact "
        "linear relation among 'x1', 'x2', 'x3'. One of them may be a sum or a copy of others, or too few respondents "
        "answered them together; remove one from the model, or use missing='listwise'."
    )


def test_an_item_answered_alike_by_all_is_named():
    data = pupils_with_gaps()
    assert message(sme.DataProblem, data.assign(x1=data["x2"] * 0 + 2)) == (
        "no variation in 'x1': every respondent gave the same answer, so nothing can covary with it. "
        "Remove it from the model."
    )


def test_a_covariance_matrix_has_no_gaps():
    assert message(sme.SpecificationError, cov=pupils()[ITEMS].cov(), n=301) == (
        "missing='fiml' needs data=; a covariance matrix has no gaps."
    )


def test_another_way_with_gaps_lists_the_ways_there_are():
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit(MODEL, pd.DataFrame(), missing="fml")
    assert str(caught.value).startswith("missing='fml' is not available; it can be 'listwise', 'fiml'")


@pytest.mark.parametrize("origin", [1e5, 2e6])
def test_where_answers_with_gaps_begin_is_no_exact_relation_between_them(gaps, origin):
    there = sme.fit(TEXT, gaps + origin, missing="fiml")
    assert there.measures()["chisq"] == pytest.approx(sme.fit(TEXT, gaps, missing="fiml").measures()["chisq"], abs=1e-5)


@pytest.mark.parametrize("name", ["fiml.x", "ml.x", "direct_x"])
def test_covariates_with_gaps_are_modelled_where_that_is_asked_for(name):
    data = pupils_with_gaps()
    assert data["x9"].isna().any()
    text = "visual =~ x1 + x2 + x3; visual ~ x9"
    found = sme.fit(text, data, missing=name)
    free = sme.fit(text, data, missing="fiml", fixed_x=False)
    np.testing.assert_array_equal(found.theta, free.theta)
    assert found.n > sme.fit(text, data, missing="fiml").n
