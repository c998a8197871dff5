"""Fit measures of a fitted model, from the answers, from fitted rivals, and as lavaan prints them."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sme_sem as sme
from sem.holzinger import FOLDER
from sem.models import POPULATIONS, fitted_text, moments_by_hand

MODEL = fitted_text(POPULATIONS["paths among constructs"])
REFERENCE = json.loads((FOLDER / "fit_measures.json").read_text("utf-8"))["cases"]


@pytest.fixture(scope="module")
def answers():
    return sme.simulate(POPULATIONS["paths among constructs"], 300, seed=5)


@pytest.fixture(scope="module")
def fit(answers):
    return sme.fit(MODEL, answers)


def test_the_log_likelihood_is_that_of_the_normal_density(fit, answers):
    X = answers[list(fit.observed)]
    normal = stats.multivariate_normal(X.mean(), fit.implied())
    assert fit.measures()["logl"] == pytest.approx(normal.logpdf(X).sum(), rel=1e-12)
    saturated = stats.multivariate_normal(X.mean(), X.cov(ddof=0))
    assert fit.measures()["unrestricted_logl"] == pytest.approx(saturated.logpdf(X).sum(), rel=1e-12)


def test_the_log_likelihood_of_modelled_means_is_too():
    answers = sme.simulate(POPULATIONS["means"], 200, seed=5)
    fit = sme.fit(fitted_text(POPULATIONS["means"]), answers)
    rows = fit.estimates().set_index(["lhs", "op", "rhs"])["est"]
    mean = answers.mean()
    mean["t1"] = rows["trust", "~1", ""]
    mean["t2"] = rows["t2", "~1", ""] + rows["trust", "=~", "t2"] * rows["trust", "~1", ""]
    X = answers[list(fit.observed)]
    normal = stats.multivariate_normal(mean[list(fit.observed)], fit.implied())
    assert fit.measures()["logl"] == pytest.approx(normal.logpdf(X).sum(), rel=1e-9)


def test_covariates_that_are_given_have_no_part_in_the_log_likelihood():
    answers = sme.simulate("y ~ 0.5*a + 0.3*b; a ~~ 0.4*b", 150, seed=2)
    fit = sme.fit("y ~ a + b", answers)
    X = np.column_stack([np.ones(150), answers[["a", "b"]]])
    residual = answers["y"] - X @ np.linalg.lstsq(X, answers["y"])[0]
    expected = stats.norm(0, residual.std(ddof=0)).logpdf(residual).sum()
    assert fit.measures()["logl"] == pytest.approx(expected, rel=1e-12)


def test_chi_square_is_twice_the_difference_of_the_log_likelihoods(fit):
    m = fit.measures()
    assert m["chisq"] == pytest.approx(2 * (m["unrestricted_logl"] - m["logl"]), rel=1e-9)
    assert m["pvalue"] == pytest.approx(stats.chi2.sf(m["chisq"], m["df"]))
    assert m["fmin"] == pytest.approx(m["chisq"] / (2 * 300))


def test_information_criteria_are_their_formulas(fit):
    m = fit.measures()
    k = fit.table.n_free
    assert m["npar"] == k
    assert m["aic"] == pytest.approx(-2 * m["logl"] + 2 * k)
    assert m["bic"] == pytest.approx(-2 * m["logl"] + k * np.log(300))
    assert m["bic2"] == pytest.approx(-2 * m["logl"] + k * np.log(302 / 24))


def test_degrees_of_freedom_are_moments_less_parameters(fit):
    assert fit.measures()["df"] == 9 * 10 / 2 - fit.table.n_free == 23


def test_means_that_are_free_change_neither_chi_square_nor_its_degrees_of_freedom(fit, answers):
    with_means = sme.fit(MODEL, answers, meanstructure=True).measures()
    for name in ("chisq", "df", "cfi", "rmsea", "baseline_chisq", "baseline_df"):
        assert with_means[name] == pytest.approx(fit.measures()[name], rel=1e-9), name
    assert with_means["npar"] == fit.measures()["npar"] + 9


def test_the_baseline_is_the_model_of_independence(fit, answers):
    alone = "\n".join(f"{name} ~~ {name}" for name in fit.observed)
    independence = sme.fit(alone, answers).measures()
    assert fit.measures()["baseline_chisq"] == pytest.approx(independence["chisq"], rel=1e-10)
    assert fit.measures()["baseline_df"] == independence["df"] == 36
    assert independence["cfi"] == pytest.approx(0, abs=1e-9)


def test_covariates_stay_correlated_in_the_baseline(answers):
    fit = sme.fit("g1 ~ t1 + u1; g2 ~ t1 + u1", answers)
    independence = sme.fit("g1 ~ 0*t1 + 0*u1; g2 ~ 0*t1 + 0*u1; g1 ~~ 0*g2", answers).measures()
    assert fit.measures()["baseline_chisq"] == pytest.approx(independence["chisq"], rel=1e-10)
    assert fit.measures()["baseline_df"] == independence["df"] == 5


@pytest.mark.parametrize("text", ["trust =~ t1 + t2 + t3", "t1 ~ t2 + t3", "t1 ~~ t2 + t3; t2 ~~ t3"])
def test_a_saturated_model_fits_perfectly(text, answers):
    m = sme.fit(text, answers).measures()
    assert m["df"] == 0
    assert m["chisq"] == pytest.approx(0, abs=1e-8)
    assert np.isnan(m["pvalue"])
    assert m[["cfi", "tli", "gfi", "agfi"]].to_list() == pytest.approx([1] * 4)
    assert m[["rmsea", "rmsea_ci_upper", "srmr"]].to_list() == pytest.approx([0] * 3, abs=1e-6)


@pytest.mark.parametrize("name", POPULATIONS)
def test_exact_covariances_fit_perfectly(name):
    covariance, mean = moments_by_hand(POPULATIONS[name])
    means = {"mean": mean} if name == "means" else {}
    m = sme.fit(fitted_text(POPULATIONS[name]), cov=covariance, n=400, **means).measures()
    assert m["chisq"] == pytest.approx(0, abs=1e-9)
    assert m["cfi"] == pytest.approx(1)
    assert m["srmr"] == pytest.approx(0, abs=1e-6)


def test_the_residual_indices_come_from_the_residuals(fit, answers):
    residuals = fit.residuals().to_numpy()
    lower = residuals[np.tril_indices(9, -1)]
    assert fit.measures()["crmr"] == pytest.approx(np.sqrt((lower**2).mean()))
    assert abs(np.diagonal(residuals)).max() < 1e-12
    S = answers[list(fit.observed)].cov(ddof=0).to_numpy()
    raw = (S - fit.implied().to_numpy())[np.tril_indices(9)]
    assert fit.measures()["rmr"] == pytest.approx(np.sqrt((raw**2).mean()))


def test_parsimony_weighs_by_degrees_of_freedom(fit):
    m = fit.measures()
    assert m["pnfi"] == pytest.approx(m["df"] / m["baseline_df"] * m["nfi"])
    assert m["pcfi"] == pytest.approx(m["df"] / m["baseline_df"] * m["cfi"])
    assert m["agfi"] == pytest.approx(1 - 45 / m["df"] * (1 - m["gfi"]))
    assert m["pgfi"] == pytest.approx(m["df"] / 45 * m["gfi"])


def test_units_change_no_measure_but_the_rmr_and_the_likelihoods(fit, answers):
    rescaled = sme.fit(MODEL, answers * [10, 1, 1, 0.1, 1, 1, 1, 1, 5]).measures()
    for name, value in (
        fit.measures().drop(["rmr", "rmr_nomean", "logl", "unrestricted_logl", "aic", "bic", "bic2"]).items()
    ):
        assert rescaled[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name


def test_a_wrong_model_fits_worse_by_every_index(fit, answers):
    wrong = sme.fit("trust =~ t1 + u2 + g3; use =~ u1 + t2 + g2; gain =~ g1 + t3 + u3", answers, on_failure="return")
    good, bad = fit.measures(), wrong.measures()
    for name in ("cfi", "tli", "nfi", "gfi", "mfi", "pvalue", "rmsea_pvalue"):
        assert bad[name] < good[name], name
    for name in ("chisq", "rmsea", "srmr", "rmr", "crmr", "aic", "bic", "ecvi"):
        assert bad[name] > good[name], name


@pytest.mark.parametrize("case", sorted(REFERENCE))
def test_every_variant_of_a_measure_agrees_with_lavaan(case):
    own = REFERENCE[case]
    measures = sme.fit("\n".join(own["model"]), pd.read_csv(FOLDER / own["data"]), **own["options"]).measures()
    for name, value in own["measures"].items():
        assert measures[name] == pytest.approx(value, rel=2e-5, abs=1e-7), name


def test_least_squares_have_no_likelihood_and_no_criteria_made_of_it(answers):
    names = set(sme.fit(MODEL, answers, estimator="GLS").measures().index)
    assert not names & {"logl", "unrestricted_logl", "aic", "bic", "bic2"}
    assert {"rmsea", "srmr", "cn_05", "gfi", "ecvi"} <= names


def test_the_corrections_of_the_two_log_likelihoods_make_that_of_the_test(answers):
    m = sme.fit(MODEL + "\nuse =~ k*u2 + k*u3", answers, estimator="MLR").measures()
    k, df = m["npar"], m["df"]
    both = m["scaling_factor_h1"] * (k + df) - m["scaling_factor_h0"] * k
    assert m["chisq_scaling_factor"] == pytest.approx(both / df, rel=1e-10)


def test_at_the_critical_n_the_misfit_is_just_significant(fit):
    m = fit.measures()
    for name, alpha in (("cn_05", 0.05), ("cn_01", 0.01)):
        assert stats.chi2.sf(m["chisq"] / 300 * (m[name] - 1), m["df"]) == pytest.approx(alpha, rel=1e-9)
