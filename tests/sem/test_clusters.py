"""Respondents drawn in clusters: errors and tests rest on sums over clusters."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.drawn import pupils as drawn_pupils
from sem.holzinger import MODEL, assert_same, column, pupils, pupils_with_gaps
from sem.models import POPULATIONS, central_difference
from sem.test_fiml import with_gaps
from sem.test_robust import TEXT, by_the_book, heavy_tailed, log_likelihoods


def alike(clusters=60, members=5, seed=2):
    """Answers of respondents whose firm moves all of them."""
    n = clusters * members
    firm = np.arange(n) % clusters
    shift = sme.simulate(POPULATIONS["two constructs"], clusters, seed=seed + 1000).iloc[firm].reset_index(drop=True)
    return (sme.simulate(POPULATIONS["two constructs"], n, seed=seed) + 0.8 * shift).assign(firm=firm)


# --- against other formulas ------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"group": "half", "group_equal": ["loadings"]}], ids=["one", "groups"])
def test_the_sandwich_is_made_of_sums_over_clusters(options):
    data = alike().sort_values("firm", ignore_index=True)
    data["half"] = np.where(data["firm"] < 30, "north", "south")
    fit = sme.fit(TEXT, data, cluster="firm", **options)
    scores = pd.DataFrame(central_difference(log_likelihoods(fit), fit.theta)).groupby(data["firm"]).sum().to_numpy()
    samples = (scores[:30], scores[30:]) if options else (scores,)
    B = sum(own.T @ own * len(own) / (len(own) - 1) for own in samples)
    bread = np.linalg.inv(fit.inference.observed_information)
    np.testing.assert_allclose(fit.vcov, bread @ (B / fit.n) @ bread / fit.n, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("estimator", ["MLR", "MLM"])
def test_the_scaled_test_is_a_trace_with_the_clustered_gamma(estimator):
    data = alike()
    fit = sme.fit(TEXT, data, cluster="firm", estimator=estimator)
    V, _, Delta = by_the_book(fit, at_sample=estimator == "MLR")
    centred = fit.moments.answers[0] - fit.moments.mean[0]
    products = np.array([np.concatenate([np.outer(row, row)[i:, i] for i in range(6)]) for row in centred])
    z = np.hstack([centred, products - products.mean(axis=0)])
    sums = pd.DataFrame(z).groupby(data["firm"].to_numpy()).sum().to_numpy()
    Gamma = sums.T @ sums / fit.n * 60 / 59
    if estimator == "MLM":
        U = V - V @ Delta @ np.linalg.inv(Delta.T @ V @ Delta) @ Delta.T @ V
        trace = np.trace(U @ Gamma)
    else:
        scores = pd.DataFrame(central_difference(log_likelihoods(fit), fit.theta))
        own = scores.groupby(data["firm"].to_numpy()).sum().to_numpy()
        bread = np.linalg.inv(fit.inference.observed_information)
        trace = np.trace(V @ Gamma) - np.trace(own.T @ own / fit.n * 60 / 59 @ bread)
    assert fit.measures()["chisq_scaling_factor"] == pytest.approx(trace / fit.measures()["df"], rel=1e-5)
    assert trace / fit.measures()["df"] > 1.2


def test_the_error_of_a_mean_is_that_of_the_cluster_totals():
    data = alike()[["t1", "t2", "firm"]]
    fit = sme.fit("t1 ~~ t2", data, cluster="firm")
    totals = (data["t1"] - data["t1"].mean()).groupby(data["firm"]).sum()
    expected = np.sqrt(60 / 59 * (totals**2).sum()) / len(data)
    assert column(fit, "se")["t1", "~1", "", ""] == pytest.approx(expected, rel=1e-9)


# --- limits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_clusters_of_one_are_mlr_but_for_the_correction_for_few(missing):
    data = pupils_with_gaps().dropna() if missing == "listwise" else pupils_with_gaps()
    alone = data.assign(me=np.arange(len(data)))
    clustered = sme.fit(MODEL, alone, cluster="me", missing=missing)
    plain = sme.fit(MODEL, data, estimator="MLR", missing=missing, meanstructure=True)
    correction = len(data) / (len(data) - 1)
    np.testing.assert_allclose(clustered.vcov, plain.vcov * correction, rtol=1e-7, atol=1e-10)
    factor = "chisq_scaling_factor"
    assert clustered.measures()[factor] == pytest.approx(plain.measures()[factor] * correction, rel=1e-8)
    assert clustered.estimator == "MLR"


@pytest.mark.parametrize("missing", ["listwise", "fiml", "robust_two_stage"])
def test_asking_everyone_twice_and_saying_so_adds_nothing(missing):
    once = with_gaps(heavy_tailed().drop(columns="region"), 0.1) if missing != "listwise" else heavy_tailed()
    once = once.assign(me=np.arange(len(once)))
    a, b = (sme.fit(TEXT, data, cluster="me", missing=missing) for data in (once, pd.concat([once, once])))
    np.testing.assert_allclose(b.vcov, a.vcov, rtol=1e-6, atol=1e-9)
    assert b.measures()["chisq_scaled"] == pytest.approx(a.measures()["chisq_scaled"], rel=1e-6)
    assert b.measures()["chisq"] == pytest.approx(2 * a.measures()["chisq"], rel=1e-8)


def test_errors_are_as_large_as_estimates_vary_from_sample_to_sample():
    estimates, clustered, plain = [], [], []
    for seed in range(40):
        data = alike(seed=seed)
        fit = sme.fit(TEXT, data, cluster="firm")
        rows = fit.estimates().query("free")
        estimates.append(rows["est"].to_numpy())
        clustered.append(rows["se"].to_numpy())
        plain.append(
            sme.fit(TEXT, data, estimator="MLR", meanstructure=True).estimates().query("free")["se"].to_numpy()
        )
    varies = np.std(estimates, axis=0)
    assert 0.8 < np.median(np.mean(clustered, axis=0) / varies) < 1.2
    assert np.median(np.mean(plain, axis=0) / varies) < 0.85


# --- what must not matter --------------------------------------------------------------------------


def test_names_of_clusters_and_order_of_respondents_do_not_matter():
    data = alike()
    plain = sme.fit(TEXT, data, cluster="firm")
    renamed = data.assign(firm="firm " + data["firm"].astype(str)).sample(frac=1, random_state=1)
    np.testing.assert_allclose(sme.fit(TEXT, renamed, cluster="firm").vcov, plain.vcov, rtol=1e-6, atol=1e-10)


def test_estimates_are_those_of_maximum_likelihood():
    data = alike()
    clustered, plain = sme.fit(TEXT, data, cluster="firm"), sme.fit(TEXT, data, meanstructure=True)
    assert_same(column(clustered), column(plain), rtol=1e-12)
    assert clustered.measures()["chisq"] == pytest.approx(plain.measures()["chisq"], rel=1e-12)


@pytest.mark.parametrize("estimator", ["MLR", "MLM"])
def test_residuals_and_score_tests_account_for_clusters_of_one(estimator):
    """Sums over n clusters of one are enlarged by n / (n - 1) in the square, and that is all."""
    text, data = TEXT.replace("t2", "a*t2").replace("t3", "a*t3"), alike().assign(me=np.arange(300))
    own = sme.fit(text, data, cluster="me", estimator=estimator)
    plain = sme.fit(text, data, estimator=estimator, meanstructure=True)
    found = own.residuals("standardized") * np.sqrt(300 / 299)
    np.testing.assert_allclose(found, plain.residuals("standardized"), atol=1e-6)
    tests, expected = own.score_tests(), plain.score_tests()
    np.testing.assert_allclose(tests["x2_robust"] * 300 / 299, expected["x2_robust"], rtol=1e-6)


def test_residuals_account_for_clusters_alike_with_and_without_gaps():
    listwise, fiml = (sme.fit(TEXT, alike(), cluster="firm", missing=how) for how in ("listwise", "fiml"))
    plain = sme.fit(TEXT, alike(), estimator="MLR", meanstructure=True).residuals("standardized")
    found = listwise.residuals("standardized")
    np.testing.assert_allclose(found, fiml.residuals("standardized"), atol=1e-4)
    assert (found - plain).abs().max(axis=None) > 0.1


# --- what should be known --------------------------------------------------------------------------


def codes(fit):
    return [(d.severity, d.code) for d in fit.diagnostics]


def test_enough_clusters_need_no_warning():
    assert codes(sme.fit(TEXT, alike(), cluster="firm")) == []


def test_few_clusters_are_warned_of():
    fit = sme.fit(TEXT, alike(clusters=12, members=20), cluster="firm")
    assert codes(fit) == [("warning", "few_clusters")]
    assert fit.diagnostics[0].message == (
        "12 clusters for 19 free parameters: cluster-robust errors and tests need many clusters in every group (at "
        "least 30, and more than there are parameters); with fewer the errors tend to be too small."
    )
    assert "聚类" in fit.diagnostics[0].words.zh


def test_fewer_clusters_than_parameters_are_warned_of():
    data = pupils().assign(room=np.arange(301) % 32)
    assert codes(sme.fit(MODEL, data, cluster="room")) == []
    more = MODEL + "x1 ~~ x4 + x7; x2 ~~ x5; x3 ~~ x8"
    assert codes(sme.fit(more, data, cluster="room")) == [("warning", "few_clusters")]


def test_every_group_needs_enough_clusters():
    fit = sme.fit(MODEL, drawn_pupils(), cluster="class", group="school")
    assert codes(fit) == [("warning", "few_clusters")]
    assert fit.diagnostics[0].message.startswith("51 clusters for 60 free parameters:")


def test_clusters_with_members_in_several_groups_are_warned_of():
    data = alike()
    data["sex"] = np.where(np.arange(len(data)) < 150, "f", "m")
    fit = sme.fit(TEXT, data, cluster="firm", group="sex")
    assert ("warning", "clusters_cross_groups") in codes(fit)


# --- what can go wrong -----------------------------------------------------------------------------


def message(problem, data, **options):
    with pytest.raises(problem) as caught:
        sme.fit(TEXT, data, **options)
    return str(caught.value)


def test_an_unknown_column_is_named():
    assert message(sme.SpecificationError, alike(), cluster="form") == (
        "cluster='form' names no column of the data. Did you mean 'firm'?"
    )


@pytest.mark.parametrize("written", [float, str])
def test_respondents_without_a_cluster_are_counted(written):
    data = alike()
    data["firm"] = data["firm"].astype(written).where(data["firm"] > 3, {float: float("nan"), str: ""}[written])
    assert message(sme.DataProblem, data, cluster="firm") == (
        "cluster='firm': 20 respondents belong to no cluster (the value is missing). Fill it in, or remove those rows."
    )


def test_one_cluster_is_none():
    assert message(sme.DataProblem, alike().assign(firm=1), cluster="firm") == (
        "cluster='firm': all respondents are in one cluster; errors need several that are independent of each other."
    )


@pytest.mark.parametrize("estimator", ["MLMV", "MLMVS", "MLF", "GLS", "ULSMV", "WLS", "DWLS", "WLSM"])
def test_other_estimators_are_refused(estimator):
    assert message(sme.SpecificationError, alike(), cluster="firm", estimator=estimator) == (
        f"cluster= goes with estimator='MLR' or 'MLM' ('ML' is taken for 'MLR'), not with '{estimator}'."
    )


def test_a_covariance_matrix_has_no_clusters():
    S = alike().drop(columns="firm").cov()
    assert message(sme.SpecificationError, None, cov=S, n=300, cluster="firm") == (
        "cluster= and weights= tell about respondents, so they need data=."
    )


def test_a_column_that_tells_no_clusters_is_refused():
    twice = pd.concat([alike(), alike()[["firm"]]], axis=1)
    assert message(sme.DataProblem, twice, cluster="firm") == (
        "column 'firm' occurs more than once in the data: rename or remove one."
    )
    lists = alike().assign(firm=[[1, 2]] * len(alike()))
    assert message(sme.DataProblem, lists, cluster="firm").startswith("cluster='firm': the column holds lists")
