"""Factor scores: lavaan's, and what must hold of them."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, pupils, pupils_with_gaps
from sem.reading_off import CASES, cases_with, fitted

# lavaan's optimum is not polished under equal loadings and with covariates: four digits; elsewhere five and more
TOLERANCE = {"schools": 1e-4, "covariates": 1e-4, "paths": 1e-4}


@pytest.mark.parametrize("method", ["regression", "bartlett"])
@pytest.mark.parametrize("case", cases_with("scores"))
def test_scores_and_their_errors_agree_with_lavaan(case, method):
    found = fitted(case).scores(method, errors=True)
    for group in CASES[case]["scores"][method]:
        rows = found.loc[[i - 1 for i in group["case"]]]
        # lavaan gives a construct of constructs no score of its own by Bartlett's method, but the same to everybody
        own = [name for name in group["columns"] if not (method == "bartlett" and name == "g")]
        place = [group["columns"].index(name) for name in own]
        tolerance = {"rtol": TOLERANCE.get(case, 1e-5), "atol": TOLERANCE.get(case, 1e-5)}
        np.testing.assert_allclose(rows[own], np.array(group["scores"])[:, place], **tolerance)
        errors = np.array(group["errors"], dtype=float)[:, place]
        np.testing.assert_allclose(rows[[f"{n}_se" for n in own]], errors, **tolerance)


def test_rows_are_the_respondents_analysed_under_the_data_s_own_index():
    data = pupils().set_axis([f"pupil {i}" for i in range(301)])
    data.iloc[[3, 10], 1] = np.nan
    found = sme.fit(MODEL, data).scores()
    assert list(found.index) == [name for i, name in enumerate(data.index) if i not in (3, 10)]
    assert list(found.columns) == ["visual", "textual", "speed"]


def test_groups_come_back_in_the_order_of_the_data():
    data = pupils().sample(frac=1, random_state=4)
    mixed, plain = sme.fit(MODEL, data, group="school").scores(), sme.fit(MODEL, pupils(), group="school").scores()
    assert list(mixed.index) == list(data.index)
    pd.testing.assert_frame_equal(mixed.sort_index(), plain, rtol=1e-5, atol=1e-7)


def test_ebm_is_another_name_of_regression():
    fit = fitted("whole")
    pd.testing.assert_frame_equal(fit.scores("ebm"), fit.scores())


def test_regression_scores_vary_less_than_constructs_by_their_error_variance():
    fit = fitted("whole")
    found = fit.scores(errors=True)
    total = fit.estimates().query("op == '~~' and lhs == rhs and lhs in @fit.latent").set_index("lhs")["est"]
    for name in fit.latent:
        assert found[name].var(ddof=0) == pytest.approx(total[name] - found[f"{name}_se"].iloc[0] ** 2, rel=0.05)


def test_bartlett_scores_are_unbiased_and_errors_are_those_made():
    model = "f =~ 0.9*a + 0.8*b + 0.7*c; h =~ 0.8*d + 0.6*e + 0.7*k; f ~~ 0.5*h"
    drawn = sme.simulate(model + "; z ~ 1*f; z ~~ 0.000001*z", 4000, seed=2)  # z is as good as the construct itself
    fit = sme.fit("f =~ a + b + c; h =~ d + e + k", drawn)
    truth = 0.9 * drawn["z"]  # the unit of a, whose loading is fixed to one
    for method, slope in (("bartlett", 1.0), ("regression", None)):
        found = fit.scores(method, errors=True)
        miss = found["f"] - truth + truth.mean()
        assert np.sqrt((miss**2).mean()) == pytest.approx(found["f_se"].iloc[0], rel=0.05)
        if slope:
            assert np.polyfit(truth, found["f"], 1)[0] == pytest.approx(slope, abs=0.04)


def test_the_bartlett_score_of_a_construct_of_constructs_is_that_of_their_items():
    """Generalised least squares from the items, with what the first constructs leave open among the errors."""
    fit = fitted("second_order")
    E, p = fit.inference.point.moments.E[0], len(fit.observed)
    loadings = E[:p, [p + 3]]
    P = np.linalg.inv(fit.implied())
    weights = np.linalg.inv(loadings.T @ P @ loadings) @ loadings.T @ P
    own = pupils()[list(fit.observed)]
    expected = (own - own.mean()) @ weights.T
    np.testing.assert_allclose(fit.scores("bartlett")["g"], expected[0], atol=1e-10)
    assert fit.scores("bartlett")["g"].corr(fit.scores()["g"]) > 0.999


def test_a_construct_without_any_answered_indicator_has_no_bartlett_score():
    data = pupils_with_gaps()
    data.loc[7, ["x7", "x8", "x9"]] = np.nan
    found = sme.fit(MODEL, data, missing="fiml")
    assert found.scores("bartlett", errors=True).loc[7].isna().to_dict() == {
        **dict.fromkeys(["visual", "textual", "visual_se", "textual_se"], False),
        **dict.fromkeys(["speed", "speed_se"], True),
    }
    assert np.isfinite(found.scores().loc[7]).all()  # the others tell something about it


def test_without_gaps_fiml_gives_the_scores_of_complete_answers():
    fiml = sme.fit(MODEL, pupils(), missing="fiml").scores(errors=True)
    pd.testing.assert_frame_equal(fiml, sme.fit(MODEL, pupils(), meanstructure=True).scores(errors=True), atol=1e-6)


def test_a_model_without_constructs_says_so():
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit("x1 ~ x2 + x3", pupils()).scores()
    assert str(caught.value) == "the model has no constructs (no '=~' line), so there are no factor scores."


def test_a_covariance_matrix_has_no_respondents():
    own = pupils()[["x1", "x2", "x3"]]
    with pytest.raises(sme.SpecificationError) as caught:
        sme.fit("visual =~ x1 + x2 + x3", cov=own.cov(), n=301).scores()
    assert "need the answers themselves: fit with data=, not cov=, or give answers as data= here." in str(caught.value)


def test_an_unknown_method_is_refused():
    with pytest.raises(sme.SpecificationError, match="method='sum' is not available"):
        fitted("whole").scores("sum")


def test_bartlett_s_scores_weigh_every_equation_a_construct_stands_in():
    fit = sme.fit("visual =~ x1 + x2 + x3; x9 ~ visual + x8; x7 ~ x9 + visual", pupils())
    found = fit.scores("bartlett", errors=True)
    own = {(row.lhs, row.op, row.rhs): row.est for row in fit.estimates().itertuples()}
    d = pupils()[list(fit.observed)] - pupils()[list(fit.observed)].mean()
    equations = [(own["visual", "=~", x], d[x], own[x, "~~", x]) for x in ("x1", "x2", "x3")]
    equations.append((own["x9", "~", "visual"], d["x9"] - own["x9", "~", "x8"] * d["x8"], own["x9", "~~", "x9"]))
    equations.append((own["x7", "~", "visual"], d["x7"] - own["x7", "~", "x9"] * d["x9"], own["x7", "~~", "x7"]))
    information = sum(slope**2 / variance for slope, _, variance in equations)
    score = sum(slope * left / variance for slope, left, variance in equations) / information
    np.testing.assert_allclose(found["visual"], score, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found["visual_se"], information**-0.5, rtol=1e-9)


def test_bartlett_s_scores_of_growth_whose_occasions_follow_each_other():
    text = "i =~ 1*x4 + 1*x5 + 1*x6 + 1*x9; s =~ 1*x5 + 2*x6 + 3*x9; x5 ~ p*x4; x6 ~ p*x5; x9 ~ p*x6; s ~~ 0*i"
    fit = sme.fit(text, pupils(), preset="growth", on_failure="return")
    own = fit.estimates().set_index(["lhs", "op", "rhs"])["est"]
    y = pupils()[["x4", "x5", "x6", "x9"]].to_numpy()
    left = y - np.column_stack([np.zeros(len(y)), own["x5", "~", "x4"] * y[:, :3]])
    design = np.column_stack([np.ones(4), np.arange(4)])
    weight = 1 / np.array([own[x, "~~", x] for x in ("x4", "x5", "x6", "x9")])
    by_hand = np.linalg.solve(design.T * weight @ design, design.T * weight @ left.T).T
    np.testing.assert_allclose(fit.scores("bartlett"), by_hand, rtol=1e-6, atol=1e-6)
