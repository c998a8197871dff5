"""Regressions in steps: R's values, second formulas, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import DataProblem, SpecificationError
from sme_sem.tables import Words, text

FOLDER = Path(__file__).parents[1] / "reference"
REFERENCE = json.loads((FOLDER / "regression.json").read_text("utf-8"))
STEPS = ["x9 ~ x1 + x3", "x9 ~ x1 + x3 + f + x1:f"]
SCALES = {"f": ["x4", "x5", "x6"]}


@pytest.fixture(scope="module")
def pupils():
    return pd.read_csv(FOLDER / "hs.csv")


@pytest.fixture(scope="module")
def stepwise(pupils):
    return sme.regression(STEPS, pupils, SCALES)


@pytest.mark.parametrize(("model", "name"), [(1, "first"), (2, "second")])
def test_coefficients_and_measures_are_those_of_r(stepwise, model, name):
    theirs = REFERENCE[name]
    own = stepwise.coefficients.query("model == @model")
    for column, key in (("est", "est"), ("se", "se"), ("t", "t"), ("pvalue", "p")):
        np.testing.assert_allclose(own[column], theirs[key], rtol=1e-9)
    np.testing.assert_allclose(own[["ci_lower", "ci_upper"]], theirs["ci"], rtol=1e-9)
    np.testing.assert_allclose(own["vif"][1:], theirs["vif"], rtol=1e-9)
    row = stepwise.models.set_index("model").loc[model]
    for measure in ("r2", "r2_adjusted", "sigma", "aic", "bic", "durbin_watson", "breusch_pagan"):
        assert row[measure] == pytest.approx(theirs[measure], rel=1e-9), measure
    assert row["breusch_pagan_pvalue"] == pytest.approx(theirs["breusch_pagan_p"], rel=1e-9)
    np.testing.assert_allclose(row[["f", "df1", "df2"]].astype(float), theirs["f"], rtol=1e-9)


@pytest.mark.parametrize(("se", "key"), [("standard", "change"), ("hc3", "change_hc3")])
def test_the_change_between_steps_is_tested_as_r_does(pupils, se, key):
    last = sme.regression(STEPS, pupils, SCALES, se=se).models.iloc[1]
    np.testing.assert_allclose(
        last[["f_change", "df_change", "pvalue_change"]].astype(float), REFERENCE[key], rtol=1e-8
    )


def test_robust_errors_are_those_of_sandwich(pupils):
    own = sme.regression(STEPS[1], pupils, SCALES, se="hc3")
    np.testing.assert_allclose(own.coefficients["se"], REFERENCE["second"]["hc3"], rtol=1e-9)
    assert "HC3" in text.render(own.tables()[0])


def test_what_each_respondent_does_is_that_of_r(stepwise, pupils):
    assert list(stepwise.cases.index) == list(pupils.index)
    for name, theirs in REFERENCE["cases"].items():
        np.testing.assert_allclose(stepwise.cases[name][:12], theirs, rtol=1e-9)


def test_a_regression_is_the_path_model_of_observed_variables(pupils):
    own = sme.regression("x9 ~ x1 + x3", pupils).coefficients.set_index("predictor")
    fit = sme.fit("x9 ~ x1 + x3", pupils)
    theirs = fit.estimates().query("op == '~'").set_index("rhs")
    np.testing.assert_allclose(own.loc[["x1", "x3"], "est"], theirs["est"], rtol=1e-9)
    np.testing.assert_allclose(own.loc[["x1", "x3"], "beta"], theirs["std_all"], rtol=1e-9)
    n, k = len(pupils), 3  # errors of maximum likelihood divide by n
    np.testing.assert_allclose(own.loc[["x1", "x3"], "se"], theirs["se"] * np.sqrt(n / (n - k)), rtol=1e-7)


def test_units_move_slopes_and_not_what_is_standardized(pupils, stepwise):
    units = pupils.assign(x1=1000 * pupils["x1"], x9=pupils["x9"] / 1000)
    own, other = stepwise.coefficients, sme.regression(STEPS, units, SCALES).coefficients
    for column in ("beta", "t", "pvalue", "vif"):
        np.testing.assert_allclose(own[column][1:3], other[column][1:3], rtol=1e-7)
    np.testing.assert_allclose(own["est"][1], 1e6 * other["est"][1], rtol=1e-7)


def test_planted_slopes_are_found_and_intervals_widen_with_the_level():
    answers = sme.simulate("y ~ 0.5*a + 0.2*b; a ~~ 0.3*b; y ~~ 0.5*y", 5000, seed=2)
    narrow, wide = (sme.regression("y ~ a + b", answers, level=level).coefficients for level in (0.9, 0.99))
    np.testing.assert_allclose(narrow["est"][1:], [0.5, 0.2], atol=0.03)
    assert (wide["ci_upper"] > narrow["ci_upper"]).all() and (wide["ci_lower"] < narrow["ci_lower"]).all()


def test_models_that_do_not_contain_each_other_have_no_change(pupils):
    models = sme.regression(["x9 ~ x1", "x9 ~ x3"], pupils).models
    assert models["r2_change"].isna().all() and models["pvalue_change"].isna().all()


def test_rows_with_a_gap_in_any_step_are_left_out_of_all(pupils):
    gaps = pupils.assign(x3=pupils["x3"].where(pupils.index > 4))
    found = sme.regression(["x9 ~ x1", "x9 ~ x1 + x3"], gaps)
    assert found.models["n"].tolist() == [296, 296] and found.cases.index[0] == 5
    assert "5 left out" in text.render(found.tables()[1])


def test_tables_stand_step_by_step_in_both_languages(stepwise, pupils):
    names = [table.name for table in stepwise.tables()]
    assert names == ["regression_steps", "regression", "regression_models", "regression_residuals"]
    steps = stepwise.tables()[0]
    assert [row[0] for row in steps.rows] == ["x1", "x3", "f", "x1:f"] and steps.rows[2][1] == ""
    assert "x9的分层回归" in text.render(steps, "zh")
    assert "截距" in text.render(stepwise.tables()[1], "zh") and "Intercept" in text.render(stepwise.tables()[1])
    one = sme.regression("x9 ~ x1", pupils).tables()
    assert [table.name for table in one] == ["regression", "regression_models", "regression_residuals"]
    assert "model" not in [column.name for column in one[0].columns]


def test_alike_predictors_and_unequal_variances_are_told():
    rng = np.random.default_rng(5)
    a = rng.normal(size=300)
    frame = pd.DataFrame({"a": a, "b": a + 0.1 * rng.normal(size=300), "y": a + np.exp(a) * rng.normal(size=300)})
    said = text.render(sme.regression("y ~ a + b", frame).tables()[0])
    assert "a, b: nearly the same as other predictors (VIF of 5 or more)" in said and "compare se='hc3'" in said
    assert "compare se='hc3'" not in text.render(sme.regression("y ~ a + b", frame, se="hc3").tables()[0])


@pytest.mark.parametrize(
    ("models", "error", "message"),
    [
        ([], SpecificationError, "no model"),
        ("f =~ x1 + x2 + x3", SpecificationError, "a regression is of one outcome"),
        ("x9 ~ x1\nx8 ~ x1", SpecificationError, "a regression is of one outcome"),
        ("x9 ~ b*x1", SpecificationError, "without labels or fixed values"),
        (["x9 ~ x1", "x8 ~ x1"], SpecificationError, "a regression is of one outcome"),
        ("x9 ~ x11", SpecificationError, "no column: 'x11'. Did you mean 'x1'"),
        ("x9 ~ x1 + twice", DataProblem, "can be computed from one another"),
        ("x9 ~ x1 + same", DataProblem, "everybody gave the same answer to same"),
        (3, SpecificationError, ""),
    ],
)
def test_what_is_no_regression_is_refused(pupils, models, error, message):
    frame = pupils.assign(twice=2 * pupils["x1"], same=1)
    with pytest.raises(error) as refusal:
        sme.regression(models, frame)
    assert message in str(refusal.value)


def test_a_misspelt_scale_is_told_from_a_column(pupils):
    with pytest.raises(SpecificationError, match=r"neither a scale nor a column: 'verball'. Did you mean 'verbal'"):
        sme.regression("x9 ~ verball", pupils, {"verbal": ["x4", "x5"]})


def test_options_and_few_respondents_are_refused(pupils):
    with pytest.raises(SpecificationError, match="it can be 'standard', 'hc3'"):
        sme.regression("x9 ~ x1", pupils, se="hc9")
    with pytest.raises(SpecificationError, match="level=95"):
        sme.regression("x9 ~ x1", pupils, level=95)
    with pytest.raises(DataProblem, match="at least 4 are needed"):
        sme.regression("x9 ~ x1 + x3", pupils.head(3))


@pytest.mark.parametrize("se", ["standard", "hc3"])
def test_no_unit_is_too_far_from_another(se):
    rng = np.random.default_rng(7)
    z = pd.DataFrame(rng.normal(size=(100, 3)), columns=["rev", "roa", "age"])
    z["y"] = 0.4 * z.roa + 0.2 * z.age + rng.normal(size=100)
    units = z.assign(rev=z.rev * 1e11 + 3e12, roa=z.roa * 1e-4, y=z.y * 1e6)
    own, other = (sme.regression(["y ~ age", "y ~ age + rev + roa"], frame, se=se) for frame in (z, units))
    for measure in ("f", "f_change", "pvalue_change", "r2", "breusch_pagan", "durbin_watson"):
        np.testing.assert_allclose(own.models[measure], other.models[measure], rtol=1e-7)
    np.testing.assert_allclose(own.coefficients["t"][1:2], other.coefficients["t"][1:2], rtol=1e-7)
    np.testing.assert_allclose(own.coefficients["t"][3:], other.coefficients["t"][3:], rtol=1e-7)
    assert "rev: the slope is too small for three decimals." in text.render(
        sme.regression("y ~ rev", z.assign(rev=z.rev * 1e7)).tables()[0]
    )


def test_a_predictor_of_one_respondent_has_no_robust_errors_and_no_influence(pupils):
    frame = pupils.assign(one=(pupils.index == 3).astype(float))
    with pytest.raises(DataProblem, match="respondent 3 alone decides a slope"):
        sme.regression("x9 ~ x1 + one", frame, se="hc3")
    found = sme.regression("x9 ~ x1 + one", frame)
    assert found.cases.loc[3, ["studentized", "cook", "dffits"]].isna().all()
    assert found.cases.drop(index=3).notna().all(axis=None)
    (table, *_), largest = found.tables(), found.cases["cook"].idxmax()
    assert "predictor is about them alone: respondents 3" in text.render(table)
    assert f"(respondent {largest})." in text.render(table) and f"（受访者{largest}）。" in text.render(table, "zh")


def test_one_degree_of_freedom_is_enough():
    found = sme.regression("y ~ x", pd.DataFrame({"x": [1.0, 2, 4], "y": [1.0, 3, 2]}))
    assert found.models["df2"].tolist() == [1] and found.cases["studentized"].isna().all()


def test_an_intercept_may_be_written(pupils):
    pd.testing.assert_frame_equal(
        sme.regression("x9 ~ 1 + x1", pupils).coefficients, sme.regression("x9 ~ x1", pupils).coefficients
    )


@pytest.mark.parametrize(
    ("model", "scales", "message"),
    [
        ("x9 ~ x1 + x1:x9", None, "x9 cannot predict itself: leave out x1:x9"),
        ("f ~ x4 + x1", {"f": ["x4", "x5"]}, "x4: an item of the outcome f predicts it"),
        ("x9 ~ f", {"f": ["x4", "x4", "x5"]}, "named more than once: x4"),
        ("x9 ~ f", {"f": [["x4"], "x5"]}, "scale 'f' needs a list of its items"),
        ("x9 ~ f", {"f": []}, "scale 'f' needs a list of its items"),
        ("x9 ~ 1", None, "a model without predictors"),
        ("x9 ~ x1*x3", None, "products written x:z"),
    ],
)
def test_what_an_outcome_shares_with_its_predictors_and_odd_scales_are_refused(pupils, model, scales, message):
    with pytest.raises(SpecificationError) as refusal:
        sme.regression(model, pupils, scales)
    assert message in str(refusal.value)


REGIONS = {1: Words("North", "北"), 2: Words("East", "东"), 3: Words("South", "南"), 4: Words("West", "西")}


@pytest.fixture
def firms(pupils):
    """Pupils called firms of regions: the code 1 nobody has, one is missing."""
    regions = pd.Series([2, 3, 4], dtype="Int64").loc[[i % 3 for i in range(len(pupils))]].reset_index(drop=True)
    return pupils.assign(region=regions.mask(pupils.index == 7))


def test_categories_are_compared_with_the_first_that_somebody_chose(firms):
    found = sme.regression("x9 ~ x1 + region", firms, categorical={"region": REGIONS})
    assert found.coefficients["predictor"].tolist() == ["(Intercept)", "x1", "region=3", "region=4"]
    own = firms.dropna()
    design = np.column_stack([np.ones(len(own)), own["x1"], own["region"] == 3, own["region"] == 4]).astype(float)
    expected = np.linalg.lstsq(design, own["x9"].to_numpy(), rcond=None)[0]
    assert found.coefficients["est"].to_numpy() == pytest.approx(expected, rel=1e-9)
    (table, *_) = found.tables()
    assert [str(row[0]) for row in table.rows[2:]] == ["region: South", "region: West"]
    assert [row[0].zh for row in table.rows[2:]] == ["region：南", "region：西"]
    note = next(note for note in table.notes if "reference" in str(note))
    assert note.en.startswith("Slopes of categories compare each with the reference: region (East).")
    assert note.en.endswith("Nobody is in: region: North.") and "region（东）" in note.zh


def test_labels_stand_before_categories_and_in_their_notes(firms):
    labels = {"region": Words("Region", "地区"), "x1": "Vision"}
    found = sme.regression(["x9 ~ x1 + region:x1"], firms, categorical={"region": REGIONS}, labels=labels)
    (table, *_) = found.tables()
    assert [str(row[0]) for row in table.rows[1:]] == ["Vision", "Region: South × Vision", "Region: West × Vision"]
    assert any("地区（东）" in note.zh and "地区：" in note.zh for note in table.notes if "reference" in str(note))
    with pytest.raises(SpecificationError, match="labels must be labels by name"):
        sme.regression("x9 ~ x1", firms, labels=["Vision"])


def test_a_step_of_categories_alone_is_a_one_way_analysis_of_variance(firms):
    from scipy.stats import f_oneway

    found = sme.regression("x9 ~ region", firms, categorical=["region"]).models.iloc[0]
    groups = [own["x9"].to_numpy() for _, own in firms.dropna().groupby("region")]
    assert [found["f"], found["pvalue"]] == pytest.approx(list(f_oneway(*groups)), rel=1e-9)
    assert (found["df1"], found["df2"]) == (2, len(firms) - 1 - 3)


def test_categories_added_in_a_step_are_tested_together_and_stand_side_by_side(firms):
    found = sme.regression(["x9 ~ x1", "x9 ~ x1 + region"], firms, categorical={"region": REGIONS})
    assert found.models["df_change"].iloc[1] == 2
    assert [str(row[0]) for row in found.tables()[0].rows] == ["x1", "region: South", "region: West"]


def test_a_product_with_categories_is_one_with_each_of_them(firms):
    found = sme.regression("x9 ~ x1 + region + region:x1", firms, categorical={"region": REGIONS})
    assert found.coefficients["predictor"].tolist()[4:] == ["region=3:x1", "region=4:x1"]
    assert [str(row[0]) for row in found.tables()[0].rows[4:]] == ["region: South × x1", "region: West × x1"]
    slopes = [np.polyfit(own["x1"], own["x9"], 1)[0] for _, own in firms.dropna().groupby("region")]
    est = found.coefficients.set_index("predictor")["est"]
    told = [est["x1"], est["x1"] + est["region=3:x1"], est["x1"] + est["region=4:x1"]]
    assert told == pytest.approx(slopes, rel=1e-9)


def test_codes_of_categories_may_be_letters(firms):
    lettered = firms.assign(region=firms["region"].map({2: "e", 3: "s", 4: "w"}))
    found = sme.regression("x9 ~ region", lettered, categorical={"region": {"e": "East", "s": "South", "w": "West"}})
    assert found.coefficients["predictor"].tolist() == ["(Intercept)", "region=s", "region=w"]


def test_categories_are_no_outcome_and_none_may_be_strange_or_alone(firms):
    with pytest.raises(SpecificationError) as refusal:
        sme.regression("region ~ x1", firms, categorical={"region": REGIONS})
    assert str(refusal.value) == (
        "region is a question of categories without order, and its codes are no quantity to be explained. Take a "
        "construct or a number as the outcome, and region as a predictor; explaining a category needs a logistic "
        "regression. If its categories stand in order, write 'ordered: true' to it in the instrument."
    )
    with pytest.raises(DataProblem, match="region: 4 is none of its categories"):
        sme.regression("x9 ~ region", firms, categorical={"region": {2: "East", 3: "South"}})
    with pytest.raises(DataProblem, match="region: everybody is in the same category"):
        sme.regression("x9 ~ region", firms.assign(region=2), categorical={"region": REGIONS})
    with pytest.raises(SpecificationError, match=r"categorical: no column 'regoin'\. Did you mean 'region'"):
        sme.regression("x9 ~ region", firms, categorical=["regoin"])
    assert len(sme.regression("x9 ~ x1", firms, categorical={"absent": REGIONS}).coefficients) == 2


def test_centred_factors_have_their_slopes_at_the_mean_and_the_product_keeps_its_own(pupils):
    answers = pupils.assign(kind=[1, 2, 3] * 100 + [1])
    models = ["x9 ~ x1 + x3 + kind", "x9 ~ x1 + x3 + kind + x1:x3 + kind:x1"]
    raw, centred = (sme.regression(models, answers, categorical=["kind"], center=center) for center in (False, True))
    by_hand = answers.assign(x1=answers["x1"] - answers["x1"].mean(), x3=answers["x3"] - answers["x3"].mean())
    own = sme.regression(models, by_hand, categorical=["kind"])
    np.testing.assert_allclose(centred.coefficients[["est", "se"]], own.coefficients[["est", "se"]], rtol=1e-8)
    plain, last = (found.coefficients.query("model == 2").set_index("predictor")["est"] for found in (raw, centred))
    for name in ("x1:x3", "kind=2:x1"):
        assert last[name] == pytest.approx(plain[name], rel=1e-9)
    assert last["x1"] == pytest.approx(plain["x1"] + plain["x1:x3"] * answers["x3"].mean(), rel=1e-9)
    np.testing.assert_allclose(centred.models["r2"], raw.models["r2"], rtol=1e-12)
    said = [note for note in centred.notes if "x1, x3: mean-centred, in products and beside them." in str(note)]
    assert len(said) == 1 and "x1、x3：已均值中心化（乘积项及其主效应）。" in said[0].zh
    assert not [note for note in sme.regression("x9 ~ x1 + x3", answers, center=True).notes if "centred" in str(note)]
    with pytest.raises(SpecificationError, match="center must be True or False"):
        sme.regression(models, answers, center="yes")


def test_a_product_is_no_outcome():
    frame = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 3)), columns=list("xyz"))
    with pytest.raises(SpecificationError, match="x:z: a product is no outcome"):
        sme.regression("x:z ~ y", frame)
    frame["x:z"] = frame["x"] * frame["z"]
    assert sme.regression("x:z ~ y", frame).outcome == "x:z"


def test_slopes_by_category_need_the_slope_of_the_reference():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.normal(size=(100, 2)), columns=["y", "x"]).assign(g=[1, 2] * 50)
    with pytest.raises(SpecificationError, match="g:x without x: the slope of x in the category of reference"):
        sme.regression("y ~ g + g:x", frame, categorical=["g"])
    found = sme.regression("y ~ g + x + g:x", frame, categorical=["g"]).coefficients.set_index("predictor")["est"]
    own = {g: np.polyfit(one["x"], one["y"], 1)[0] for g, one in frame.groupby("g")}
    assert found["x"] == pytest.approx(own[1]) and found["x"] + found["g=2:x"] == pytest.approx(own[2])


def test_a_refusal_of_answers_keeps_its_chinese():
    frame = pd.DataFrame({"y": [1.0, 2, 3], "x": [2.0, 2, 2]})
    with pytest.raises(DataProblem) as refusal:
        sme.regression("y ~ x", frame)
    assert refusal.value.in_chinese().startswith("y ~ x：") and "相同" in refusal.value.in_chinese()


def test_answers_in_the_place_of_models_are_refused_as_such(pupils):
    with pytest.raises(
        SpecificationError, match=r"^a model is text in lavaan's syntax, or a Specification, not DataFrame"
    ):
        sme.regression(pupils, "x1 ~ x2")
