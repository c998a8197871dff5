"""Scores of respondents to whom a model was not fitted, and what answers tell about others."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import FOLDER, MODEL, pupils, pupils_with_gaps

CASES = json.loads((FOLDER / "prediction.json").read_text("utf-8"))["cases"]
USE = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; use ~ trust"


@cache
def answers(name):
    data = pd.read_csv(FOLDER / name)
    return data.iloc[::2], data.iloc[1::2]


@cache
def fitted(name):
    case = CASES[name]
    options = {key.replace(".", "_"): value for key, value in case.get("options", {}).items()}
    return sme.fit(case["model"], answers(case["data"])[0], **options)


def customers(n=400, seed=1):
    model = "trust =~ .9*t1 + .8*t2 + .7*t3; use =~ .9*u1 + .8*u2 + .7*u3; use ~ .6*trust"
    return sme.simulate(model, n, seed=seed)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "scores" in case])
def test_scores_of_other_respondents_agree_with_lavaan(name):
    case = CASES[name]
    others = answers(case["data"])[1]
    found = fitted(name).scores(case["method"], data=others)
    assert list(found.index) == list(others.index)
    for g, group in enumerate(case["scores"]):
        own = found if len(case["scores"]) == 1 else found[others["school"] == others["school"].unique()[g]]
        np.testing.assert_allclose(own[group["columns"]].head(12), group["scores"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "told" in case])
def test_predictions_agree_with_lavaan(name):
    told = CASES[name]["told"]
    found = fitted(name).predict(answers(CASES[name]["data"])[1], outcomes=told["outcomes"], given=told["given"])
    assert list(found.columns) == told["outcomes"]
    np.testing.assert_allclose(found.head(12), told["values"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("options", [{}, {"group": "school"}, {"missing": "fiml"}, {"estimator": "MLR"}])
def test_respondents_analysed_before_have_the_same_scores_when_they_come_again(options):
    data = pupils_with_gaps().sample(frac=1, random_state=1)
    fit = sme.fit(MODEL, data, **options)
    for method in ("regression", "bartlett"):
        before, again = fit.scores(method, errors=True), fit.scores(method, data=data, errors=True)
        assert list(again.index) == list(data.index)
        pd.testing.assert_frame_equal(again.loc[before.index], before, rtol=1e-12)
        assert again.drop(index=before.index).isna().all(axis=None)


@pytest.mark.parametrize("method", ["ebm", "eap"])
def test_so_have_those_with_ordered_answers(method):
    data = customers().apply(lambda own: pd.cut(own, [-9, -1, 0, 1, 9], labels=False))
    fit = sme.fit(USE, data.head(300), ordered=True)
    again = fit.scores(method, data=data)
    pd.testing.assert_frame_equal(again.head(300), fit.scores(method), rtol=1e-10)
    assert again.notna().all(axis=None)
    alike = data.iloc[[350] * 2]
    assert fit.scores(method, data=alike).nunique().eq(1).all()


def test_a_score_does_not_depend_on_who_else_is_scored():
    fit, others = fitted("means"), answers("hs.csv")[1]
    pd.testing.assert_frame_equal(fit.scores(data=others.iloc[[7]]), fit.scores(data=others).iloc[[7]], rtol=1e-12)


def test_a_saturated_model_foretells_as_regression_does():
    data = pupils()
    fit = sme.fit("x1 ~ x4 + x7; x9 ~ x4 + x7; x1 ~~ x9; x4 ~~ x7", data, fixed_x=False)
    found = fit.predict(errors=True)
    X = np.column_stack([np.ones(len(data)), data[["x4", "x7"]]])
    for name in ("x1", "x9"):
        weights, square, *_ = np.linalg.lstsq(X, data[name])
        np.testing.assert_allclose(found[name], X @ weights, atol=1e-8)
        np.testing.assert_allclose(found[f"{name}_se"], np.sqrt(square[0] / len(data)), rtol=1e-8)


def test_errors_are_the_size_of_what_is_missed_and_gaps_are_met_under_fiml():
    fit, others = sme.fit(USE, customers(4000), missing="fiml"), customers(4000, seed=2)
    found = fit.predict(others, errors=True)
    assert list(found.columns) == ["u1", "u2", "u3", "u1_se", "u2_se", "u3_se"]
    missed = (others[["u1", "u2", "u3"]] - found[["u1", "u2", "u3"]]).std()
    np.testing.assert_allclose(missed, found[["u1_se", "u2_se", "u3_se"]].iloc[0], rtol=0.05)
    fewer = fit.predict(others.assign(t2=np.nan, u1=np.nan), errors=True)
    assert (fewer["u1_se"] > found["u1_se"]).all()
    alone = fit.predict(others, outcomes="u1", given=["t1", "t3"])
    np.testing.assert_allclose(fewer["u1"], alone["u1"], rtol=1e-10)


def test_constructs_are_foretold_too_and_from_their_items_are_their_scores():
    fit = sme.fit(USE, customers())
    pd.testing.assert_frame_equal(
        fit.predict(outcomes=["use", "trust"], given=list(fit.observed)), fit.scores()[["use", "trust"]], rtol=1e-9
    )
    assert list(fit.predict(outcomes="use").columns) == ["use"]


def test_only_the_given_columns_are_needed_and_rows_without_them_foretell_nothing():
    fit, others = sme.fit(USE, customers()), customers(5, seed=3)[["t1", "t2", "t3"]]
    others.iloc[2, 1] = np.nan
    assert fit.predict(others).isna().all(axis=1).tolist() == [False, False, True, False, False]


def test_products_of_answers_are_made_for_other_respondents_too():
    data = sme.simulate("y ~ .5*x + .3*z; x ~~ .2*z", 200, seed=1)
    data["y"] += 0.4 * data["x"] * data["z"]
    fit = sme.fit("y ~ x + z + x:z", data, meanstructure=True)
    b = fit.estimates().set_index(["lhs", "op", "rhs"])["est"]
    x, z = data["x"], data["z"]
    by_hand = b["y", "~1", ""] + b["y", "~", "x"] * x + b["y", "~", "z"] * z + b["y", "~", "x:z"] * x * z
    np.testing.assert_allclose(fit.predict(data[["x", "z"]])["y"], by_hand, rtol=1e-9)


def test_a_covariance_matrix_with_means_scores_respondents():
    own = pupils()
    items = [f"x{i}" for i in range(1, 10)]
    fit = sme.fit(MODEL, cov=own[items].cov(), mean=own[items].mean(), n=301)
    whole = sme.fit(MODEL, own, meanstructure=True).scores()
    np.testing.assert_allclose(fit.scores(data=own), whole, atol=1e-6)
    without = sme.fit(MODEL, cov=own[items].cov(), n=301)
    with pytest.raises(sme.SpecificationError, match="give mean= beside cov="):
        without.scores(data=own)
    with pytest.raises(sme.SpecificationError, match="give answers as data="):
        without.predict(outcomes="x1", given="x2")


def test_what_other_respondents_must_bring_is_said():
    fit, others = fitted("schools"), answers("hs.csv")[1]
    with pytest.raises(sme.SpecificationError, match=r"unknown variable 'school'.*no column that tells them"):
        fit.scores(data=others.drop(columns="school"))
    with pytest.raises(sme.DataProblem, match=r"not fitted to: 'Eton'\. It knows 'Pasteur', 'Grant-White'"):
        fit.scores(data=others.replace({"school": {"Pasteur": "Eton"}}))
    with pytest.raises(sme.SpecificationError, match="unknown variable 'x1': the new answers have no column"):
        fit.scores(data=others.drop(columns="x1"))
    with pytest.raises(sme.SpecificationError, match="data must be a pandas DataFrame"):
        fit.scores(data=[1, 2])
    nowhere = others.assign(school=others["school"].where(others.index != 5))
    assert fit.scores(data=nowhere).isna().all(axis=1).sum() == 1
    with pytest.raises(sme.SpecificationError, match="std_ov="):
        sme.fit(MODEL, pupils(), std_ov=True).scores(data=others)


def test_an_ordered_answer_nobody_gave_before_is_refused():
    data = customers().apply(lambda own: pd.cut(own, [-9, -1, 0, 1, 9], labels=False))
    fit = sme.fit(USE, data, ordered=True)
    with pytest.raises(sme.DataProblem, match="'u2': nobody whom the model was fitted to answered 7"):
        fit.scores(data=data.head(3).assign(u2=[1, 7, 2]))
    with pytest.raises(sme.SpecificationError, match="ordered categories"):
        fit.predict(data)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"outcomes": "u9"}, "outcomes='u9' is no variable of the model"),
        ({"given": "trust"}, "given='trust' is a construct"),
        ({"outcomes": "t1", "given": ["t1", "t2"]}, "'t1' is both"),
        ({"outcomes": ["t1", "t2", "t3", "u1", "u2", "u3"]}, "no observed variable is left"),
        ({"outcomes": 3}, "outcomes=3"),
    ],
)
def test_what_cannot_be_foretold_is_refused(arguments, message):
    with pytest.raises(sme.SpecificationError, match=message):
        sme.fit(USE, customers()).predict(**arguments)


def test_a_model_without_regressions_is_told_what_to_foretell():
    fit = sme.fit("trust =~ t1 + t2 + t3", customers())
    with pytest.raises(sme.SpecificationError, match="give outcomes="):
        fit.predict()
    assert list(fit.predict(outcomes="t3").columns) == ["t3"]
