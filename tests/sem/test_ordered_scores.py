"""Factor scores of ordered answers: lavaan's, and what must hold of them."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import sme_sem as sme
from sem.holzinger import FOLDER
from sem.ordered_answers import AGREE, answers, drawn, fitted, persons
from sme_sem.kernels import bivariate

REFERENCE = json.loads((FOLDER / "ordered_scores.json").read_text("utf-8"))
EXTRA = ["E1", "E2", "E3", "E4", "E5"]
TRUST = """
    trust =~ 0.9*t1 + 0.8*t2 + 0.7*t3 + 0.8*t4
    t1 ~~ 0.19*t1; t2 ~~ 0.36*t2; t3 ~~ 0.51*t3; t4 ~~ 0.36*t4
    z ~ 1*trust; z ~~ 0.000001*z
"""  # z is as good as the construct itself
MODEL = "trust =~ t1 + t2 + t3 + t4"


@pytest.mark.parametrize("case", REFERENCE["cases"])
def test_scores_agree_with_lavaan(case):
    own = REFERENCE["cases"][case]
    data = persons()
    data = data[data.iloc[:, :15].notna().all(axis=1)].head(400)
    ordered = [name for name in AGREE + EXTRA if name not in own["continuous"]]
    found = sme.fit(REFERENCE["model"] + own["more"], data, ordered=ordered).scores().iloc[:6]
    for construct in ("agree", "extra"):
        np.testing.assert_allclose(found[construct], own[construct], atol=5e-5)


@pytest.fixture(scope="module")
def survey():
    own = sme.simulate(TRUST, 1500, seed=3)
    cut = own[["t1", "t2", "t3", "t4"]].apply(lambda y: np.digitize(y, [-1.2, -0.4, 0.5, 1.3]))
    return cut, own["z"]


def test_scores_are_nearest_to_the_construct_and_their_errors_are_those_made(survey):
    data, truth = survey
    fit = sme.fit(MODEL, data, ordered=True, std_lv=True)
    found = fit.scores(errors=True)
    assert found["trust"].corr(truth) > 0.93
    miss = found["trust"] - truth
    assert np.sqrt((miss**2).mean()) == pytest.approx(np.sqrt((found["trust_se"] ** 2).mean()), rel=0.05)


def test_regression_and_ebm_are_two_names_and_equal_answers_have_equal_scores(survey):
    fit = sme.fit(MODEL, survey[0], ordered=True)
    pd.testing.assert_frame_equal(fit.scores("ebm"), fit.scores())
    patterns = survey[0].assign(score=fit.scores()["trust"].round(9)).groupby(["t1", "t2", "t3", "t4"])["score"]
    assert (patterns.nunique() == 1).all()


def test_a_higher_answer_means_a_higher_score(survey):
    fit = sme.fit(MODEL, survey[0], ordered=True)
    steps = survey[0].assign(score=fit.scores()["trust"]).query("t2 == 2 and t3 == 2 and t4 == 2")
    assert steps.groupby("t1")["score"].mean().is_monotonic_increasing


@pytest.mark.parametrize("grouped", [False, True])
def test_theta_gives_the_scores_of_delta_in_another_unit(survey, grouped):
    data = survey[0].assign(town=np.where(np.arange(1500) % 2, "west", "east"))
    options = {"group": "town", "group_equal": ["loadings", "thresholds"]} if grouped else {}
    delta, theta = (
        sme.fit(MODEL, data, ordered=["t1", "t2", "t3", "t4"], parameterization=own, std_lv=True, **options)
        for own in ("delta", "theta")
    )
    if grouped:  # one unit for both groups: that of the first
        data, truth = data["town"] == "east", "trust"
        pd.testing.assert_series_equal(delta.scores()[truth][data], theta.scores()[truth][data], atol=1e-5)
    else:
        pd.testing.assert_frame_equal(delta.scores(errors=True), theta.scores(errors=True), atol=1e-5)


def test_rows_come_back_under_the_data_s_own_index_with_incomplete_ones_left_out():
    data = answers("ability_binary_theta")
    found = fitted("ability_binary_theta").scores(errors=True)
    assert list(found.index) == list(data.dropna().index)
    assert list(found.columns) == ["f1", "f2", "f3", "f1_se", "f2_se", "f3_se"]
    assert np.isfinite(found).all(axis=None)


def test_constructs_of_constructs_have_scores():
    model = "agree =~ A1 + A2 + A3; extra =~ E1 + E2 + E3; consc =~ C1 + C2 + C3; all =~ agree + extra + consc"
    found = sme.fit(model, persons(), ordered=True).scores(errors=True)
    assert np.isfinite(found).all(axis=None) and found["all"].corr(found["agree"]) > 0.5


# --- means instead of modes ------------------------------------------------------------------------


def test_means_have_the_smallest_errors_and_those_are_the_ones_made(survey):
    data, truth = survey
    fit = sme.fit(MODEL, data, ordered=True, std_lv=True)
    found = fit.scores("eap", errors=True)
    miss = found["trust"] - truth
    assert np.sqrt((miss**2).mean()) == pytest.approx(np.sqrt((found["trust_se"] ** 2).mean()), rel=0.05)
    assert (miss**2).mean() <= ((fit.scores()["trust"] - truth) ** 2).mean()
    assert found["trust"].var() + (found["trust_se"] ** 2).mean() == pytest.approx(1, abs=0.03)  # of the construct


def test_means_allow_for_correlated_residuals():
    model = "trust =~ 0.7*t1 + 0.7*t2 + 0.8*t3 + 0.6*t4; t1 ~~ {}0.3*t2"
    for sign in ("", "-"):
        data = drawn(model.format(sign), 3000, seed=2)
        fit = sme.fit(MODEL + "; t1 ~~ t2", data, ordered=True, std_lv=True)
        found = fit.scores("eap", errors=True)
        rows = data.drop_duplicates().index[:5]
        mean, deviation = by_grid(fit, data.loc[rows])
        np.testing.assert_allclose(found.loc[rows, "trust"], mean, atol=2e-4)
        np.testing.assert_allclose(found.loc[rows, "trust_se"], deviation, atol=2e-4)


def by_grid(fit, data):
    """Mean and deviation of one construct by a dense grid, the pair t1, t2 by rectangles of its distribution."""
    point = fit.inference.point
    loading, theta = point.moments.X[0][:4, 4], point.S[0][:4, :4]
    cut = fit.estimates().query("op == '|'").groupby("lhs")["est"].apply(list)
    z, h = np.linspace(-5, 5, 1001), np.sqrt(np.diagonal(theta))
    found = []
    for own in data.to_numpy():
        edges = [np.r_[-38, cut[f"t{i + 1}"], 38][[a - 1, a]] for i, a in enumerate(own)]
        (a, b), (c, d) = ([(e - loading[i] * z) / h[i] for e in edges[i]] for i in (0, 1))
        rho = theta[0, 1] / (h[0] * h[1])
        P = sum(s * bivariate.distribution(u, v, rho) for s, u, v in ((1, b, d), (-1, a, d), (-1, b, c), (1, a, c)))
        for i in (2, 3):
            low, high = ((e - loading[i] * z) / h[i] for e in edges[i])
            P = P * (norm.cdf(high) - norm.cdf(low))
        share = P * norm.pdf(z)
        share = share / share.sum()
        mean = share @ z
        found.append((mean, np.sqrt(share @ (z - mean) ** 2)))
    return np.array(found).T


def test_means_of_continuous_answers_are_regression_scores():
    data = sme.simulate(TRUST, 100, seed=1)
    fit = sme.fit(MODEL, data)
    pd.testing.assert_frame_equal(fit.scores("eap"), fit.scores("regression"))


def test_means_of_constructs_of_constructs():
    model = "agree =~ A1 + A2 + A3; extra =~ E1 + E2 + E3; consc =~ C1 + C2 + C3; all =~ agree + extra + consc"
    fit = sme.fit(model, persons().head(400), ordered=True)
    found, modes = fit.scores("eap", errors=True), fit.scores("ebm")
    assert np.isfinite(found).all(axis=None)
    assert all(found[name].corr(modes[name]) > 0.99 for name in modes)


# --- what is refused -------------------------------------------------------------------------------


def refusal(fit, method="regression"):
    with pytest.raises(sme.SpecificationError) as caught:
        fit.scores(method)
    return str(caught.value)


def test_bartlett_scores_are_of_continuous_answers(survey):
    fit = sme.fit(MODEL, survey[0], ordered=True)
    assert (
        refusal(fit, "bartlett") == "Bartlett's scores are of continuous answers; from ordered ones take method='ebm'."
    )


def test_correlated_residuals_are_refused_by_modes(survey):
    fit = sme.fit(MODEL + "; t1 ~~ t2", survey[0], ordered=True)
    assert refusal(fit) == (
        "these factor scores of ordered answers need answers that are independent given the constructs, and the model "
        "correlates residuals (~~). Take method='eap', which allows for that."
    )


def test_means_need_few_constructs():
    truth = "; ".join(f"f{k} =~ 0.8*a{k} + 0.7*b{k} + 0.7*c{k}" for k in range(5))
    fit = sme.fit(truth.replace("0.8*", "").replace("0.7*", ""), drawn(truth, 400, seed=1), ordered=True)
    assert refusal(fit, "eap") == (
        "method='eap' integrates over constructs and correlated residuals together, 4 at most; this model has 5. Take "
        "method='ebm', or score fewer constructs in a model of their own."
    )


def test_answers_that_send_paths_are_refused(survey):
    fit = sme.fit("trust =~ t1 + t2 + t3; t4 ~ trust; t3 ~ t4", survey[0], ordered=True)
    assert refusal(fit) == ("factor scores of ordered answers need answers that send no paths, and 't4' does.")


def test_a_heywood_case_has_no_scores():
    fit = sme.fit("f =~ t1 + t2 + t3", drawn("t1 ~~ 0.6*t2 + 0.6*t3; t2 ~~ 0.2*t3", 200, seed=1), ordered=True)
    assert refusal(fit) == (
        "factor scores of ordered answers do not exist: the residual variance of 't1' is not positive."
    )
