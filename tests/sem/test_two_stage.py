"""Two stages: moments from every answer given, then the model; errors and test that know of both stages."""

import json

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import FOLDER, MODEL, assert_same, column, keyed, pupils, pupils_with_gaps
from sem.models import POPULATIONS, fitted_text, true_theta
from sem.test_fiml import with_gaps
from sem.test_robust import TEXT, by_the_book, heavy_tailed
from sme_sem.comparison.difference import difference

WAYS = ["two_stage", "robust_two_stage"]
NEWER = json.loads((FOLDER / "two_stage.json").read_text("utf-8"))["cases"]["robust_two_stage"]
either_way = pytest.mark.parametrize("missing", WAYS)


# --- against lavaan --------------------------------------------------------------------------------


def test_indices_that_need_the_independence_model_agree_with_the_newer_lavaan():
    measures = sme.fit(MODEL, pupils_with_gaps(), missing="robust_two_stage").measures()
    assert len(NEWER["measures"]) == 25
    for name, value in NEWER["measures"].items():
        assert measures[name] == pytest.approx(value, rel=1e-6, abs=1e-8), name


def test_modification_indices_agree_with_the_newer_lavaan():
    ours = keyed(sme.fit(MODEL, pupils_with_gaps(), missing="robust_two_stage").modification_indices())
    for *key, mi, epc in NEWER["modification_indices"]:
        assert (ours[tuple(key)]["mi"], ours[tuple(key)]["epc"]) == pytest.approx((mi, epc), rel=1e-6), key


@either_way
def test_lavaan_s_spelling_with_dots_is_understood(missing):
    dotted, own = (sme.fit(MODEL, pupils_with_gaps(), missing=m) for m in (missing.replace("_", "."), missing))
    assert dotted.options == own.options
    np.testing.assert_array_equal(dotted.vcov, own.vcov)


# --- against other formulas ------------------------------------------------------------------------


@either_way
@pytest.mark.parametrize("options", [{}, {"group": "region", "group_equal": ["loadings"]}], ids=["one", "groups"])
def test_without_gaps_the_errors_are_the_textbook_s_sandwich_at_the_sample_moments(missing, options):
    answers = heavy_tailed()
    plain = sme.fit(TEXT, answers, meanstructure=True, **options)
    fit = sme.fit(TEXT, answers, missing=missing, **options)
    assert_same(column(fit), column(plain), rtol=1e-7, atol=1e-7)
    V, Gamma, Delta = by_the_book(plain, at_sample=True)
    if missing == "two_stage":
        Gamma = np.linalg.inv(V)
    bread = np.linalg.inv(Delta.T @ V @ Delta)
    np.testing.assert_allclose(fit.vcov, bread @ Delta.T @ V @ Gamma @ V @ Delta @ bread / fit.n, rtol=1e-4, atol=1e-8)
    U = V - V @ Delta @ bread @ Delta.T @ V
    measures = fit.measures()
    assert measures["chisq"] == pytest.approx(plain.measures()["chisq"], rel=1e-8)
    assert measures["chisq_scaling_factor"] == pytest.approx(np.trace(U @ Gamma) / measures["df"], rel=1e-6)


def test_without_gaps_and_with_normal_answers_nothing_is_scaled():
    measures = sme.fit(MODEL, pupils(), missing="two_stage").measures()
    assert measures["chisq_scaling_factor"] == pytest.approx(1, rel=1e-8)
    for name in ("cfi", "tli", "rmsea"):
        assert measures[f"{name}_robust"] == pytest.approx(measures[name], rel=1e-6), name


@pytest.mark.parametrize("method", ["satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000"])
def test_without_gaps_and_with_normal_answers_differences_are_not_scaled_either(method):
    equal = MODEL.replace("x2", "a*x2").replace("x3", "a*x3")
    wide, narrow = (sme.fit(text, pupils(), missing="two_stage") for text in (MODEL, equal))
    plain = narrow.measures()["chisq"] - wide.measures()["chisq"]
    assert difference(wide, narrow, method).statistic == pytest.approx(plain, rel=1e-6)


@pytest.mark.parametrize(("missing", "estimator"), [("two_stage", "ML"), ("robust_two_stage", "MLR")])
@pytest.mark.parametrize("group", [None, "school"])
def test_a_saturated_model_is_the_same_in_one_stage_or_two(missing, estimator, group):
    text = "x1 ~~ x2 + x5 + x7; x2 ~~ x5 + x7; x5 ~~ x7"
    data = pupils_with_gaps()
    stages = sme.fit(text, data, missing=missing, group=group)
    full = sme.fit(text, data, missing="fiml", estimator=estimator, group=group)
    np.testing.assert_allclose(stages.theta, full.theta, rtol=1e-6)
    np.testing.assert_allclose(stages.vcov, full.vcov, rtol=1e-5, atol=1e-8)


def test_weights_and_clusters_reach_the_first_stage():
    text = "x1 ~~ x2 + x5 + x7; x2 ~~ x5 + x7; x5 ~~ x7"
    data = pupils_with_gaps().assign(w=1 + np.arange(301) % 4, room=np.arange(301) // 5)
    for drawn in ({"weights": "w"}, {"cluster": "room"}, {"weights": "w", "cluster": "room"}):
        stages = sme.fit(text, data, missing="robust_two_stage", **drawn)
        full = sme.fit(text, data, missing="fiml", estimator="MLR", **drawn)
        np.testing.assert_allclose(stages.theta, full.theta, rtol=1e-6)
        np.testing.assert_allclose(stages.vcov, full.vcov, rtol=1e-5, atol=1e-8)


# --- recovery --------------------------------------------------------------------------------------


@either_way
def test_planted_parameters_lie_within_their_joint_error(missing):
    population = POPULATIONS["means"]
    fit = sme.fit(fitted_text(population), with_gaps(sme.simulate(population, 2000, seed=4), 0.2), missing=missing)
    away = fit.theta - true_theta(population, fit.table)
    distance = away @ np.linalg.solve(fit.vcov.to_numpy(), away)
    assert 0.3 * len(away) < distance < 2.5 * len(away)


def test_errors_are_as_large_as_estimates_vary_and_the_scaled_test_has_its_degrees_of_freedom():
    """Heavy-tailed answers with gaps, sixty times over."""
    estimates, errors, statistics = [], [], []
    for seed in range(60):
        data = with_gaps(heavy_tailed(300, seed).drop(columns="region"), 0.2, seed)
        fit = sme.fit(TEXT, data, missing="robust_two_stage")
        rows = fit.estimates().query("free and op == '~~'")
        estimates.append(rows["est"].to_numpy())
        errors.append(rows["se"].to_numpy())
        statistics.append(fit.measures()[["chisq", "chisq_scaled", "df"]].to_numpy())
    ratio = np.median(np.mean(errors, axis=0) / np.std(estimates, axis=0))
    assert 0.75 < ratio < 1.25
    chisq, scaled, df = np.mean(statistics, axis=0)
    assert abs(scaled - df) < 3 * np.sqrt(2 * df / 60)
    assert chisq > 1.2 * scaled


# --- what must and must not matter -----------------------------------------------------------------


@either_way
def test_groups_that_share_nothing_are_fitted_apart(missing):
    data = pupils_with_gaps()
    together = sme.fit(MODEL, data, missing=missing, group="school")
    apart = {school: sme.fit(MODEL, rows, missing=missing) for school, rows in data.groupby("school", sort=False)}
    for name in ("est", "se", "std_all"):
        expected = {(*key[:3], school): v for school, fit in apart.items() for key, v in column(fit, name).items()}
        assert_same(column(together, name), expected, atol=1e-6, rtol=1e-5)


@either_way
def test_exogenous_variables_are_estimated_and_nobody_is_set_aside_for_their_gaps(missing):
    text = "textual =~ x4 + x5 + x6; textual ~ x2"
    data = pupils_with_gaps()
    fit = sme.fit(text, data, missing=missing)
    assert fit.n == 301
    assert fit.options.fixed_x is False
    assert ("x2", "~~", "x2", "") in {key for key, free in column(fit, "free").items() if free}


def test_gaps_enlarge_errors_beyond_those_of_complete_answers():
    fit = sme.fit(MODEL, pupils_with_gaps(), missing="two_stage")
    first = pd.DataFrame(fit.sample.covariance[0] * 301 / 300, index=fit.observed, columns=fit.observed)
    stages, as_if = (column(found, "se") for found in (fit, sme.fit(MODEL, cov=first, n=301)))
    loadings = [key for key in as_if if key[1] == "=~" and as_if[key] > 0]
    assert np.mean([stages[key] / as_if[key] for key in loadings]) > 1.03


def test_score_tests_of_complete_answers_taken_as_normal_need_no_correction():
    text = MODEL.replace("x2", "a*x2").replace("x3", "a*x3")
    found = sme.fit(text, pupils(), missing="two_stage").score_tests()
    np.testing.assert_allclose(found["x2_robust"], found["x2"], rtol=1e-6)


def test_score_tests_account_for_clusters():
    """Every pupil twice, the copies a cluster: what is tested does not change, what is known of it does not either."""
    text = MODEL.replace("x2", "a*x2").replace("x3", "a*x3")
    data = pupils_with_gaps()
    twice = pd.concat([data, data]).assign(me=np.tile(np.arange(301), 2))
    once = sme.fit(text, data, missing="robust_two_stage").score_tests()
    found = sme.fit(text, twice, missing="robust_two_stage", cluster="me").score_tests()
    np.testing.assert_allclose(found["x2"], 2 * once["x2"], rtol=1e-5)
    np.testing.assert_allclose(found["x2_robust"] * 301 / 300, once["x2_robust"], rtol=1e-5)


def test_everyone_gets_a_factor_score():
    fits = [sme.fit(MODEL, pupils_with_gaps(), missing=how) for how in ("fiml", "two_stage", "pairwise")]
    fiml, stages, pairs = (fit.scores() for fit in fits)
    assert len(fiml) == len(stages) == len(pairs) == 301
    assert (stages.corrwith(fiml) > 0.999).all()
    assert (pairs.corrwith(fiml) > 0.99).all()


# --- what can go wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["two_stage", "robust_two_stage", "pairwise"])
def test_residuals_without_a_known_error_are_refused(missing):
    fit = sme.fit(MODEL, pupils_with_gaps(), missing=missing)
    assert fit.residuals("raw").abs().max(axis=None) > 0
    with pytest.raises(sme.SpecificationError) as caught:
        fit.residuals("standardized")
    assert str(caught.value) == (
        f"residuals have errors with missing='listwise' and 'fiml', not with {missing!r}; type='cor' and "
        "type='raw' are there."
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        *(
            (
                options,
                "missing='two_stage' has its own errors and test: take estimator='ML' and leave se= and test= out; "
                "'robust_two_stage' does not suppose normal answers.",
            )
            for options in ({"estimator": "MLR"}, {"estimator": "DWLS"}, {"se": "robust"}, {"test": "robust"})
        ),
        (
            {"information": "expected"},
            "missing='two_stage' rests on the observed information: leave information= out.",
        ),
        ({"likelihood": "wishart"}, "missing='two_stage' divides by n: leave likelihood= out."),
        (
            {"cluster": "school"},
            "missing='two_stage' supposes a simple random sample: with cluster= or weights= use 'robust_two_stage'.",
        ),
    ],
)
def test_choices_that_exclude_each_other_are_named(options, message):
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit(MODEL, pupils_with_gaps(), missing="two_stage", **options)
    assert str(caught.value) == message


@either_way
def test_a_covariance_matrix_has_no_first_stage(missing):
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit("x1 ~~ x2", cov=pupils()[["x1", "x2"]].cov(), n=301, missing=missing)
    assert str(caught.value) == f"missing={missing!r} needs data=; a covariance matrix has no gaps."


def test_the_table_of_the_test_says_how_gaps_weights_and_clusters_were_met():
    data = pupils_with_gaps().assign(w=1.0 + np.arange(301) % 2, room=np.arange(301) // 5)
    stages = sme.fit(MODEL, data, missing="two_stage")
    assert "Estimator: ML in two stages, all answers used; errors and test account for the gaps." in str(stages)
    assert "χ² is corrected for gaps in the answers;" in str(stages)
    both = str(sme.fit(MODEL, data, missing="robust_two_stage", weights="w", cluster="room"))
    assert "Sampling weights: w." in both
    assert "Errors and test account for clusters: room." in both
