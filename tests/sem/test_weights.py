"""Sampling weights: who had a smaller chance of being asked speaks for more people."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, assert_same, column, pupils, pupils_with_gaps
from sem.models import POPULATIONS, central_difference
from sem.test_robust import TEXT, log_likelihoods

with_or_without_gaps = pytest.mark.parametrize("missing", ["listwise", "fiml"])


def asked(missing):
    data = pupils() if missing == "listwise" else pupils_with_gaps()
    return data.assign(w=1 + np.arange(301) % 3)


def residuals(fit):
    found = fit.residuals("standardized")
    return list(found.values()) if isinstance(found, dict) else [found]


# --- against other formulas ------------------------------------------------------------------------


@with_or_without_gaps
@pytest.mark.parametrize("group", [None, "school"])
def test_whole_weights_estimate_what_repeated_rows_do(missing, group):
    data = asked(missing)
    repeated = data.loc[data.index.repeat(data["w"])]
    weighted = sme.fit(MODEL, data, weights="w", missing=missing, group=group)
    plain = sme.fit(MODEL, repeated, missing=missing, group=group)
    for name in ("est", "std_all"):
        assert_same(column(weighted, name), column(plain, name), rtol=1e-5, atol=1e-6)
    assert weighted.n == 301
    expected = plain.measures()["chisq"] * 301 / len(repeated)
    assert weighted.measures()["chisq"] == pytest.approx(expected, rel=1e-6)
    assert weighted.measures()["srmr"] == pytest.approx(plain.measures()["srmr"], rel=1e-5)


@with_or_without_gaps
def test_whole_weights_are_clusters_of_copies(missing):
    """The sum of w copies' scores is w times the score: the same sandwich, but for the correction for few."""
    data = asked(missing).assign(me=np.arange(301))
    copies = sme.fit(MODEL, data.loc[data.index.repeat(data["w"])], cluster="me", missing=missing)
    weighted = sme.fit(MODEL, data, weights="w", missing=missing, meanstructure=True)
    np.testing.assert_allclose(weighted.vcov * 301 / 300, copies.vcov, rtol=1e-5, atol=1e-8)
    own, theirs = weighted.measures(), copies.measures()
    assert own["chisq_scaled"] == pytest.approx(theirs["chisq_scaled"] * 301 / 300, rel=1e-6)
    expected = copies.residuals("standardized") * np.sqrt(301 / 300)
    np.testing.assert_allclose(weighted.residuals("standardized"), expected, atol=1e-4)


@with_or_without_gaps
@pytest.mark.parametrize("group", [None, "school"])
def test_equal_weights_are_no_weights(missing, group):
    data = asked(missing).assign(w=2.5)
    weighted = sme.fit(MODEL, data, weights="w", missing=missing, group=group)
    plain = sme.fit(MODEL, data, estimator="MLR", missing=missing, group=group)
    assert weighted.estimator == "MLR"
    for name in ("est", "se"):
        assert_same(column(weighted, name), column(plain, name), rtol=1e-7, atol=1e-8)
    # lavaan's GFI compares with the means and covariances of the answers there are, with weights with those of EM
    other = ["gfi", "agfi", "gfi_lisrel", "agfi_lisrel", "pgfi"] if missing == "fiml" else []
    own, theirs = weighted.measures().drop(other), plain.measures().drop(other)
    pd.testing.assert_series_equal(own, theirs, rtol=1e-6)
    for a, b in zip(residuals(weighted), residuals(plain), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_the_unit_of_weights_does_not_matter():
    a = sme.fit(MODEL, asked("listwise"), weights="w")
    b = sme.fit(MODEL, asked("listwise").assign(w=lambda d: d["w"] * 1234.5), weights="w")
    np.testing.assert_allclose(a.vcov, b.vcov, rtol=1e-8, atol=1e-12)


def test_the_sandwich_is_made_of_weighted_scores():
    data = asked("listwise")
    fit = sme.fit(MODEL, data, weights="w", meanstructure=True)
    w = (data["w"] / data["w"].mean()).to_numpy()
    scores = central_difference(log_likelihoods(fit), fit.theta) * w[:, None]
    np.testing.assert_allclose(scores.sum(axis=0), 0, atol=1e-4)
    bread = np.linalg.inv(fit.inference.observed_information)
    np.testing.assert_allclose(fit.vcov, bread @ (scores.T @ scores / 301) @ bread / 301, rtol=1e-4, atol=1e-7)


def test_a_weighted_mean_has_its_textbook_error():
    data = asked("listwise")
    fit = sme.fit("x1 ~~ x2; x1 ~ 1; x2 ~ 1", data, weights="w")
    w, x = data["w"], data["x1"]
    mean = np.average(x, weights=w)
    assert column(fit)["x1", "~1", "", ""] == pytest.approx(mean, rel=1e-9)
    error = np.sqrt((w**2 * (x - mean) ** 2).sum()) / w.sum()
    assert column(fit, "se")["x1", "~1", "", ""] == pytest.approx(error, rel=1e-9)
    covariance = np.average((x - mean) * (data["x2"] - np.average(data["x2"], weights=w)), weights=w)
    assert column(fit)["x1", "~~", "x2", ""] == pytest.approx(covariance, rel=1e-9)


# --- recovery --------------------------------------------------------------------------------------


def test_weights_undo_a_selection_that_distorts_the_unweighted_estimates():
    everyone = sme.simulate(POPULATIONS["two constructs"], 12000, seed=3)
    chance = 1 / (1 + np.exp(-2 * everyone["t1"].to_numpy()))
    met = np.random.default_rng(3).random(12000) < chance
    sample = everyone[met].assign(w=1 / chance[met])
    text = TEXT + "; t1 ~ 1"
    truth = column(sme.fit(text, everyone))
    weighted, plain = sme.fit(text, sample, weights="w"), sme.fit(text, sample, estimator="MLR")
    errors = column(weighted, "se")
    away = {key: abs(value - truth[key]) / errors[key] for key, value in column(weighted).items() if errors[key] > 0}
    assert max(away.values()) < 4
    key = ("t1", "~1", "", "")
    assert abs(column(plain)[key] - truth[key]) / column(plain, "se")[key] > 10


# --- what can go wrong -----------------------------------------------------------------------------


def message(problem, data, **options):
    with pytest.raises(problem) as caught:
        sme.fit(MODEL, data, **options)
    return str(caught.value)


@pytest.mark.parametrize(("value", "shown"), [(0, "0"), (-1.5, "-1.5"), (np.nan, "missing"), (np.inf, "inf")])
def test_weights_that_are_none_are_counted(value, shown):
    data = asked("listwise").astype({"w": float})
    data.loc[[4, 9], "w"] = value
    assert message(sme.DataProblem, data, weights="w") == (
        f"weights='w': 2 respondents have no usable weight (the first is {shown}); every weight must be a number "
        "above zero. Fill them in, or remove those rows."
    )


def test_a_weight_of_someone_set_aside_does_not_matter():
    data = asked("listwise").astype({"w": float})
    data.loc[4, ["w", "x1"]] = np.nan
    assert sme.fit(MODEL, data, weights="w").n == 300


def test_words_are_no_weights():
    assert message(sme.DataProblem, pupils(), weights="school") == (
        "weights='school': the column is not numeric; a weight is a number above zero."
    )


@pytest.mark.parametrize("estimator", ["MLM", "MLMV", "MLMVS", "MLF", "GLS", "ULS", "WLS", "DWLS", "WLSMV"])
def test_other_estimators_are_refused(estimator):
    assert message(sme.SpecificationError, asked("listwise"), weights="w", estimator=estimator) == (
        f"weights= goes with estimator='MLR' ('ML' is taken for 'MLR'), not with '{estimator}'."
    )


@pytest.mark.parametrize("options", [{"se": "robust_sem"}, {"test": "satorra_bentler"}, {"se": "none"}])
def test_other_errors_and_tests_are_refused(options):
    assert message(sme.SpecificationError, asked("listwise"), weights="w", **options) == (
        "weights= brings errors and a test of its own: leave se= and test= out, and take estimator='MLR' ('ML' is "
        "taken for 'MLR')."
    )


def test_weighted_covariances_have_no_n_less_one():
    assert message(sme.SpecificationError, asked("listwise"), weights="w", likelihood="wishart") == (
        "weights= goes with likelihood='normal': a weighted covariance has no n - 1."
    )
