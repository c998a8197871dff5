"""Browne's residual tests at estimates of maximum likelihood, and errors of first derivatives by another name."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import linalg

import sme_sem as sme
from sem.holzinger import FOLDER, pupils, pupils_with_gaps
from sme_sem import DataProblem, SpecificationError
from sme_sem.kernels import gamma, least_squares, ram

REFERENCE = json.loads((FOLDER / "continuous.json").read_text("utf-8"))["residual_tests"]
MODEL = "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n x9 ~ visual + textual"


@pytest.mark.parametrize("case", REFERENCE, ids=lambda case: f"{len(case['model'])} {list(case['options'].values())}")
def test_residual_tests_agree_with_lavaan(case):
    options = {key.replace(".", "_"): value for key, value in case["options"].items()}
    measures = sme.fit(case["model"], pupils(), **options).measures()
    assert measures["df"] == case["df"]
    assert measures["chisq"] == pytest.approx(case["chisq"], rel=5e-6)


def test_the_distribution_free_statistic_is_what_no_parameter_can_take_up():
    fit = sme.fit(MODEL, pupils(), test="browne_residual_adf")
    answers = pupils()[list(fit.observed)].to_numpy()
    Gamma = gamma.distribution_free(answers, means=False)
    sigma = fit.implied().to_numpy()
    rest = least_squares.moments_vector(np.cov(answers.T, bias=True) - sigma)
    Delta = np.empty((len(rest), len(fit.theta)))
    for r in range(len(fit.theta)):  # central differences of the implied covariances
        moved = [_implied(fit, r, step) for step in (1e-5, -1e-5)]
        Delta[:, r] = least_squares.moments_vector(moved[0] - moved[1]) / 2e-5
    C = linalg.null_space(Delta.T)
    expected = 301 * (C.T @ rest) @ np.linalg.solve(C.T @ Gamma @ C, C.T @ rest)
    assert fit.measures()["chisq"] == pytest.approx(expected, rel=1e-5)


def _implied(fit, r, step):
    theta = fit.theta.copy()
    theta[r] += step
    return ram.implied(fit.pattern, theta, fit.sample.covariance, fit.sample.mean).sigma[0]


def test_given_covariates_are_what_they_predict_and_no_more():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((4000, 1))
    answers = np.concatenate([x + rng.standard_normal((4000, 2)), x], axis=1)
    found = gamma.distribution_free(answers, means=True, given=1)
    residual = np.concatenate([np.eye(2), -np.ones((1, 2))])  # y - x, with the slope one that was planted
    own = (answers @ residual).var(axis=0)
    np.testing.assert_allclose(np.diagonal(found)[:3], [*own, 0], rtol=2e-3, atol=1e-12)
    assert found[-1, -1] == pytest.approx(0, abs=1e-12)  # the variance of x


@pytest.mark.parametrize("test", ["browne_residual_adf", "browne_residual_nt"])
def test_saturated_means_add_nothing_and_free_groups_add_up(test):
    # lavaan inverts a singular matrix where covariates are given and means modelled, and gives other numbers there
    text = "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n textual ~ x9 + x7"
    schools = [own for _, own in pupils().groupby("school")]
    alone = [
        [sme.fit(text, own, test=test, meanstructure=m).measures()["chisq"] for m in (False, True)] for own in schools
    ]
    assert [without for without, _ in alone] == pytest.approx([along for _, along in alone], rel=1e-8)
    together = sme.fit(text, pupils(), group="school", test=test).measures()["chisq"]
    assert together == pytest.approx(sum(own for own, _ in alone), rel=1e-8)


def test_information_of_first_order_is_that_of_mlf():
    for data, options in ((pupils(), {}), (pupils_with_gaps(), {"missing": "fiml"})):
        named = sme.fit(MODEL, data, information="first.order", **options)
        known = sme.fit(MODEL, data, estimator="MLF", **options)
        pd.testing.assert_frame_equal(named.estimates(), known.estimates())
    expected = sme.fit(MODEL, data, missing="fiml").estimates()["se"]
    assert (known.estimates()["se"] / expected).dropna().sub(1).abs().max() > 0.02
    with pytest.raises(SpecificationError, match="leave se='robust' out"):
        sme.fit(MODEL, pupils(), information="first_order", se="robust")


def test_answers_too_few_for_the_weight_are_refused_when_fitting():
    with pytest.raises(DataProblem, match="test='browne_residual_adf' weighs 28 moments by the inverse"):
        sme.fit(MODEL, pupils().head(28), test="browne_residual_adf")
    with pytest.raises(SpecificationError, match="needs the answers themselves"):
        own = pupils()[[f"x{i}" for i in range(1, 10)]]
        sme.fit(MODEL, cov=own.cov(), n=301, test="browne.residual.adf")
