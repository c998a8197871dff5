"""Robust errors and tests: against lavaan, the matrices of the textbook, and cases with a closed form."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sme_sem as sme
from kernels.test_discrepancy import duplication
from sem.holzinger import (
    ITEMS,
    MODEL,
    assert_same,
    column,
    pupils,
    pupils_with_gaps,
)
from sem.models import POPULATIONS, central_difference
from sme_sem.kernels import discrepancy, ram
from sme_sem.sem import robust
from sme_sem.sem.estimators import chosen_estimator
from sme_sem.sem.robust import adjusted

ROBUST = ["MLM", "MLMV", "MLMVS", "MLR"]
TEXT = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; use ~ trust"


def heavy_tailed(n=150, seed=3):
    """Answers with the shape no normal theory expects."""
    normal = sme.simulate(POPULATIONS["two constructs"], n, seed=seed)
    rng = np.random.default_rng(seed)
    odd = normal * np.sqrt(3 / rng.chisquare(5, size=(n, 1))) + np.linspace(1, 3, 6)
    return odd.assign(region=np.where(rng.random(n) < 0.4, "north", "south"))


# --- against the textbook's matrices ---------------------------------------------------------------


def by_the_book(fit, *, at_sample=False):
    """V, Gamma and Delta of all groups, p* x p* and formed explicitly; Delta by finite differences.

    Satorra and Bentler's matrices, groups weighted by their shares.
    """
    p, means = len(fit.observed), fit.pattern.means
    lower = np.tril_indices(p)
    D = duplication(p)

    def vech(M):
        return np.concatenate([M[i:, i] for i in range(p)])

    def stacked(theta):
        implied = ram.implied(fit.pattern, theta, fit.sample.covariance, fit.moments.mean)
        parts = [[m, vech(s)] if means else [vech(s)] for m, s in zip(implied.mu, implied.sigma)]
        return np.concatenate([x for part in parts for x in part])

    size = (p * means + len(lower[0])) * fit.table.groups
    V, Gamma = np.zeros((size, size)), np.zeros((size, size))
    begin = 0
    implied = ram.implied(fit.pattern, fit.theta, fit.sample.covariance, fit.moments.mean)
    for g, answers in enumerate(fit.moments.answers):
        share = len(answers) / fit.n
        centred = answers - answers.mean(axis=0)
        inverse = np.linalg.inv(fit.moments.covariance[g] if at_sample else implied.sigma[g])
        weight = 0.5 * D.T @ np.kron(inverse, inverse) @ D
        z = np.array([vech(np.outer(row, row)) for row in centred])
        if means:
            weight = np.block([[inverse, np.zeros((p, weight.shape[0]))], [np.zeros((weight.shape[0], p)), weight]])
            z = np.hstack([centred, z])
        place = slice(begin, begin + len(weight))
        V[place, place] = share * weight
        Gamma[place, place] = np.cov(z, rowvar=False, bias=True) / share
        begin += len(weight)
    return V, Gamma, central_difference(stacked, fit.theta)


SETTINGS = {
    "covariances": {},
    "means as well": {"meanstructure": True},
    "two groups": {"group": "region"},
    "two groups, equal": {"group": "region", "group_equal": ["loadings", "intercepts"]},
}
every_setting = pytest.mark.parametrize("options", SETTINGS.values(), ids=SETTINGS)


@every_setting
def test_the_scaled_tests_are_traces_of_the_textbook_s_matrices(options):
    answers = heavy_tailed()
    fits = {name: sme.fit(TEXT, answers, estimator=name, **options) for name in ROBUST[:3]}
    V, Gamma, Delta = by_the_book(fits["MLM"])
    U = V - V @ Delta @ np.linalg.inv(Delta.T @ V @ Delta) @ Delta.T @ V
    UG = U @ Gamma
    trace, squared = np.trace(UG), np.trace(UG @ UG)
    T, df = fits["MLM"].measures()[["chisq", "df"]]
    assert abs(trace / df - 1) > 0.1  # far enough from one to show a mistake

    scaled = fits["MLM"].measures()
    assert scaled["chisq_scaling_factor"] == pytest.approx(trace / df, rel=1e-6)
    assert scaled["chisq_scaled"] == pytest.approx(T * df / trace, rel=1e-6)
    assert scaled["pvalue_scaled"] == pytest.approx(stats.chi2.sf(T * df / trace, df), rel=1e-5)

    shifted = fits["MLMV"].measures()
    a = np.sqrt(df / squared)
    assert shifted["chisq_scaled"] == pytest.approx(a * T + df - a * trace, rel=1e-6)
    assert shifted["df_scaled"] == df

    adjusted = fits["MLMVS"].measures()
    assert adjusted["df_scaled"] == pytest.approx(trace**2 / squared, rel=1e-6)
    assert adjusted["chisq_scaled"] == pytest.approx(T * trace / squared, rel=1e-6)
    assert adjusted["pvalue_scaled"] == pytest.approx(stats.chi2.sf(T * trace / squared, trace**2 / squared), rel=1e-5)


@every_setting
def test_the_errors_of_mlm_are_the_textbook_s_sandwich(options):
    fit = sme.fit(TEXT, heavy_tailed(), estimator="MLM", **options)
    V, Gamma, Delta = by_the_book(fit)
    bread = np.linalg.inv(Delta.T @ V @ Delta)
    expected = bread @ Delta.T @ V @ Gamma @ V @ Delta @ bread / fit.n
    np.testing.assert_allclose(fit.vcov, expected, rtol=1e-5, atol=1e-9)


def log_likelihoods(fit):
    """One respondent's log-likelihood after the other, as a function of theta."""

    def values(theta):
        implied = ram.implied(fit.pattern, theta, fit.sample.covariance, fit.moments.mean)
        centres = implied.mu if fit.pattern.means else fit.moments.mean
        parts = [
            stats.multivariate_normal(centres[g], implied.sigma[g]).logpdf(answers)
            for g, answers in enumerate(fit.moments.answers)
        ]
        return np.concatenate(parts)

    return values


@every_setting
def test_mlr_is_the_sandwich_of_the_likelihood_s_own_derivatives(options):
    fit = sme.fit(TEXT, heavy_tailed(), estimator="MLR", **options)
    scores = central_difference(log_likelihoods(fit), fit.theta)
    np.testing.assert_allclose(scores.sum(axis=0), 0, atol=1e-5)
    B = scores.T @ scores / fit.n
    A = central_difference(lambda x: discrepancy.slope(fit.pattern, fit.sample, x).gradient / 2, fit.theta)
    bread = np.linalg.inv(A)
    np.testing.assert_allclose(fit.vcov, bread @ B @ bread / fit.n, rtol=1e-5, atol=1e-8)
    V, Gamma, _ = by_the_book(fit, at_sample=True)
    factor = (np.trace(V @ Gamma) - np.trace(B @ bread)) / fit.measures()["df"]
    assert fit.measures()["chisq_scaling_factor"] == pytest.approx(factor, rel=1e-6)
    assert fit.measures()["chisq_scaled"] == pytest.approx(fit.measures()["chisq"] / factor, rel=1e-6)


@every_setting
def test_mlf_takes_its_errors_from_first_derivatives_alone(options):
    fit = sme.fit(TEXT, heavy_tailed(), estimator="MLF", **options)
    scores = central_difference(log_likelihoods(fit), fit.theta)
    np.testing.assert_allclose(fit.vcov, np.linalg.inv(scores.T @ scores), rtol=1e-5, atol=1e-8)
    assert "chisq_scaled" not in fit.measures()


# --- closed forms ----------------------------------------------------------------------------------


def test_the_robust_error_of_a_regression_is_white_s():
    rng = np.random.default_rng(4)
    x = rng.exponential(size=(200, 2))
    y = 1 + x @ [0.5, -0.3] + rng.standard_normal(200) * (0.3 + x[:, 0])
    data = pd.DataFrame({"y": y, "a": x[:, 0], "b": x[:, 1]})
    X = np.column_stack([np.ones(200), x])
    beta = np.linalg.solve(X.T @ X, X.T @ y)
    residual = y - X @ beta
    bread = np.linalg.inv(X.T @ X)
    white = np.sqrt(np.diagonal(bread @ (X.T * residual**2) @ X @ bread))
    found = column(sme.fit("y ~ a + b; y ~ 1", data, estimator="MLR"), "se")
    ours = [found["y", "~1", "", ""], found["y", "~", "a", ""], found["y", "~", "b", ""]]
    np.testing.assert_allclose(ours, white, rtol=1e-8)
    plain = column(sme.fit("y ~ a + b; y ~ 1", data), "se")
    assert found["y", "~", "a", ""] > 1.2 * plain["y", "~", "a", ""]


@pytest.mark.parametrize("estimator", ["MLR", "MLM"])
def test_the_robust_error_of_a_variance_is_that_of_the_fourth_moment(estimator):
    data = heavy_tailed()[["t1", "t2"]]
    fit = sme.fit("t1 ~~ t2", data, estimator=estimator)
    d = data["t1"] - data["t1"].mean()
    expected = np.sqrt(((d**4).mean() - (d**2).mean() ** 2) / len(d))
    assert column(fit, "se")["t1", "~~", "t1", ""] == pytest.approx(expected, rel=1e-9)


def test_given_covariates_or_estimated_ones_are_tested_alike_by_the_likelihood_s_sandwich():
    text = "use =~ u1 + u2 + u3; use ~ t1 + t2"
    given, estimated = (sme.fit(text, heavy_tailed(), estimator="MLR", fixed_x=fixed) for fixed in (True, False))
    for name in ("chisq_scaled", "df_scaled"):
        assert given.measures()[name] == pytest.approx(estimated.measures()[name], rel=1e-7), name
    a, b = column(given, "se"), column(estimated, "se")
    for predictor in ("t1", "t2"):
        assert a["use", "~", predictor, ""] == pytest.approx(b["use", "~", predictor, ""], rel=1e-7)


# --- what must and must not matter -----------------------------------------------------------------


@pytest.mark.parametrize("estimator", [*ROBUST, "MLF"])
def test_estimates_and_the_plain_test_are_those_of_maximum_likelihood(estimator):
    plain, robust = sme.fit(MODEL, pupils()), sme.fit(MODEL, pupils(), estimator=estimator)
    assert robust.estimator == estimator
    for name in ("est", "std_all"):
        assert_same(column(robust, name), column(plain, name), rtol=1e-12)
    for name in ("chisq", "df", "pvalue", "cfi", "rmsea", "srmr", "aic"):
        assert robust.measures()[name] == pytest.approx(plain.measures()[name], rel=1e-12), name
    assert not np.allclose(robust.vcov, plain.vcov, rtol=1e-2)


@pytest.mark.parametrize("estimator", ROBUST)
def test_normal_answers_need_no_correction(estimator):
    answers = sme.simulate(POPULATIONS["two constructs"], 4000, seed=8)
    measures = sme.fit(TEXT, answers, estimator=estimator).measures()
    assert measures["chisq_scaling_factor"] == pytest.approx(1, abs=0.05)
    errors = [column(sme.fit(TEXT, answers, estimator=e), "se") for e in (estimator, "ML")]
    assert_same(*errors, rtol=0.12)


@pytest.mark.parametrize("estimator", ROBUST)
def test_heavy_tails_lower_the_statistic_and_widen_the_errors_of_variances(estimator):
    answers = heavy_tailed(n=400)
    fit = sme.fit(TEXT, answers, estimator=estimator)
    assert fit.measures()["chisq_scaling_factor"] > 1.1
    robust, plain = column(fit, "se"), column(sme.fit(TEXT, answers), "se")
    assert sum(robust[key] > plain[key] for key in plain if key[1] == "~~") >= 6


@pytest.mark.parametrize("estimator", ROBUST)
def test_units_do_not_change_a_scaled_test(estimator):
    answers = heavy_tailed().drop(columns="region")
    plain = sme.fit(TEXT, answers, estimator=estimator).measures()
    rescaled = sme.fit(TEXT, answers * [10, 1, 0.1, 3, 1, 1] + 5, estimator=estimator).measures()
    for name in ("chisq_scaled", "df_scaled", "cfi_scaled", "rmsea_scaled"):
        assert rescaled[name] == pytest.approx(plain[name], rel=1e-6), name


@pytest.mark.parametrize("estimator", [*ROBUST, "MLF"])
def test_asking_everyone_twice_halves_the_squared_errors_and_keeps_the_scaling(estimator):
    answers = heavy_tailed()
    once, twice = (sme.fit(TEXT, pd.concat([answers] * k), estimator=estimator) for k in (1, 2))
    np.testing.assert_allclose(twice.vcov * 2, once.vcov, rtol=1e-6, atol=1e-10)
    if estimator != "MLF":
        factor = "chisq_scaling_factor"
        assert twice.measures()[factor] == pytest.approx(once.measures()[factor], rel=1e-8)


@pytest.mark.parametrize("estimator", ["MLMV", "MLMVS"])
def test_memory_does_not_grow_with_the_square_of_the_respondents(estimator):
    answers = pd.concat([pupils()] * 60)
    fit = sme.fit(MODEL, answers, estimator=estimator)
    tracemalloc.start()
    fit.measures()
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used < len(answers) ** 2  # a byte, not the eight of a number, for each pair
    once = sme.fit(MODEL, pupils(), estimator=estimator).measures()
    assert fit.measures()["df_scaled"] == pytest.approx(once["df_scaled"], rel=1e-8)


@pytest.mark.parametrize("estimator", ["MLR", "MLM"])
def test_errors_and_the_test_take_the_scores_of_each_model_once(estimator, monkeypatch):
    seen, scores = [], robust.scores
    monkeypatch.setattr(
        robust, "scores", lambda pattern, *own, **how: seen.append(pattern) or scores(pattern, *own, **how)
    )
    fit = sme.fit(MODEL, pupils(), estimator=estimator)
    fit.estimates(), fit.measures(), fit.standardized()
    assert seen == [fit.pattern, fit.inference.baseline.pattern]


@pytest.mark.parametrize("estimator", ROBUST)
def test_a_saturated_model_has_errors_and_nothing_to_test(estimator):
    fit = sme.fit("trust =~ t1 + t2 + t3", heavy_tailed(), estimator=estimator)
    assert fit.measures()["df"] == fit.measures()["df_scaled"] == 0
    assert fit.measures()["chisq_scaled"] == 0
    assert np.isnan(fit.measures()["pvalue_scaled"])
    assert np.isfinite(fit.estimates().query("free")["se"]).all()


# --- what can go wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("estimator", [*ROBUST, "MLF"])
def test_covariances_alone_are_not_enough(estimator):
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit(MODEL, cov=pupils()[ITEMS].cov(), n=301, estimator=estimator)
    assert str(caught.value) == (
        f"estimator={estimator!r} needs the answers themselves: give data=, or take 'ML' with cov=."
    )


@pytest.mark.parametrize("estimator", ["MLM", "MLMV", "MLMVS"])
def test_satorra_and_bentler_s_tests_need_complete_answers(estimator):
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit(MODEL, pupils(), estimator=estimator, missing="fiml")
    assert str(caught.value) == (
        f"estimator={estimator!r} needs complete answers; with missing='fiml' use 'ML' or 'MLR'."
    )


def test_an_unknown_estimator_lists_the_known_ones():
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit(MODEL, pupils(), estimator="mlx")
    assert str(caught.value).startswith("estimator='mlx' is not available; it can be 'ML', 'MLM',")


def test_without_a_positive_correction_there_is_no_scaled_test():
    found = adjusted(chosen_estimator("MLR", None, None), 5, -0.3, np.nan)
    assert np.isnan([found.factor, found.shift, found.mean_factor]).all()


@pytest.mark.parametrize("estimator", ["ULSMV", "WLSMVS"])
def test_a_trace_beyond_numbers_gives_no_scaled_statistic(estimator):
    # as of an ordered and a numeric item that correlate perfectly; the statistic came out as df, with a p of .4
    found = adjusted(chosen_estimator(estimator, None, None), 5, 1e200, np.inf)
    assert np.isnan([found.factor, found.shift]).all()


def test_the_likelihood_s_sandwich_takes_the_unbiased_covariances_where_the_estimates_do():
    # lavaan 0.6-14
    text = "f =~ NA*x1 + a*x1 + a*x2 + x3; f ~~ 1*f"
    measures = sme.fit(text, pupils().iloc[:60], estimator="MLR", likelihood="wishart").measures()
    assert measures["chisq_scaling_factor"] == pytest.approx(0.940903590807, rel=1e-6)
    assert measures["chisq_scaled"] == pytest.approx(8.167198102981, rel=1e-6)
    assert measures["baseline_chisq_scaling_factor"] == pytest.approx(0.883571349378, rel=1e-9)


@pytest.mark.parametrize("options", [{"estimator": "MLR"}, {"estimator": "MLMV"}, {"missing": "fiml"}])
def test_without_degrees_of_freedom_robust_measures_say_that_nothing_is_left_out(options):
    measures = sme.fit("visual =~ x1 + x2 + x3", pupils_with_gaps(), **options).measures()
    perfect = {"cfi": 1, "tli": 1, "nnfi": 1, "rni": 1, "rmsea": 0, "rmsea_ci_lower": 0, "rmsea_ci_upper": 0}
    assert {name: measures[f"{name}_robust"] for name in perfect} == perfect
    assert np.isnan(measures["rmsea_pvalue_robust"])


@pytest.mark.parametrize("options", [{"estimator": "MLR"}, {"estimator": "MLM"}, {"missing": "fiml"}])
def test_the_robust_cfi_does_not_praise_a_saturated_model_that_an_inequality_keeps_from_the_answers(options):
    measures = sme.fit("x1 ~ b*x4; b > 2", pupils(), **options).measures()
    assert measures["df"] == 0
    assert measures["cfi"] < 0.5
    assert np.isnan(measures["cfi_robust"])
