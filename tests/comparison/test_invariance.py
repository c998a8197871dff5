"""Invariance by steps: the field's models, planted differences found, and ordered items by rules of their own."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import ITEMS, MODEL, pupils
from sme_sem.tables import text

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "comparison.json").read_text("utf-8"))
ONE = "trust =~ t1 + t2 + t3 + t4"


def two_regions(n=400, *, seed=632, loading=0.8, intercept=0.0):
    """Two regions that differ in one loading and in one intercept."""
    frames = []
    for region, own, shift in (("north", 0.8, 0.0), ("south", loading, intercept)):
        frame = sme.simulate(f"trust =~ 1*t1 + {own}*t2 + 0.9*t3 + 0.7*t4", n, seed=seed + len(frames))
        frame["t3"] += shift
        frames.append(frame.assign(region=region))
    return pd.concat(frames, ignore_index=True)


def in_categories(frame, cuts=(-1.0, 0.0, 1.0)):
    frame = frame.copy()
    items = [c for c in frame if c.startswith("t")]
    frame[items] = np.digitize(frame[items], cuts) + 1
    return frame


def test_the_steps_are_the_models_an_analyst_would_fit():
    table = sme.invariance(MODEL, pupils(), group="school").table.set_index("step")
    for step, statistic, df, p in REFERENCE["lavaan_07"]["invariance_ml.auto"]:
        assert table.loc[step, "chisq_diff"] == pytest.approx(statistic, rel=1e-7)
        assert table.loc[step, "df_diff"] == df
        assert table.loc[step, "pvalue_diff"] == pytest.approx(p, rel=1e-6)
    assert table.loc["metric", "cfi_diff"] == pytest.approx(table["cfi"].diff()["metric"], rel=1e-12)
    assert np.isnan(table.loc["configural", "cfi_diff"])


def test_robust_estimators_get_corrected_differences():
    table = sme.invariance(MODEL, pupils(), group="school", estimator="MLR").table
    assert table["test"].tolist()[1:] == ["satorra.bentler.2001"] * 3


def test_score_tests_agree_with_lavaan_and_the_largest_stands_first():
    found = sme.invariance(MODEL, pupils(), group="school").releases("scalar").set_index("relation")["statistic"]
    reference = REFERENCE["score_tests_of_intercepts"]
    assert found.index[0] == "x3 ~ 1"
    assert found.to_dict() == pytest.approx(reference, abs=3e-5)


def test_a_score_test_foretells_what_releasing_brings():
    whole = sme.invariance(ONE, two_regions(), group="region")
    released = sme.invariance(ONE, two_regions(), group="region", group_partial="t3 ~ 1")
    fall = whole.fits["scalar"].measures()["chisq"] - released.fits["scalar"].measures()["chisq"]
    score = whole.releases("scalar").set_index("relation").loc["t3 ~ 1", "statistic"]
    assert score == pytest.approx(fall, abs=0.05)


def test_a_planted_intercept_is_found_and_nothing_else():
    found = sme.invariance(ONE, two_regions(intercept=0.6), group="region").partial("scalar")
    assert found.released == ("t3 ~ 1",)
    assert found.table.set_index("step").loc["scalar", "df_diff"] == 2
    assert "Not held equal: t3 ~ 1." in str(found)
    assert "which it therefore fits by construction: t3 ~ 1." in str(found)


def test_a_planted_loading_is_found_at_the_metric_step():
    found = sme.invariance(ONE, two_regions(loading=0.3), group="region").partial("metric", alpha=0.01)
    assert found.released == ("trust =~ t2",)


def test_partial_invariance_that_does_not_come_about_is_refused():
    frame = two_regions()
    south = frame["region"] == "south"
    frame.loc[south, ["t2", "t3", "t4"]] += [0.8, -0.8, 1.6]
    with pytest.raises(sme.DataProblem, match="step 'scalar' still differs significantly"):
        sme.invariance(ONE, frame, group="region").partial("scalar", most=1)


def test_tests_of_paths_agree_with_lavaan():
    model = MODEL + "\nspeed ~ visual + textual"
    found = sme.invariance(model, pupils(), group="school", steps=("configural", "metric")).paths.set_index("path")
    assert found["chisq"].to_dict() == pytest.approx(REFERENCE["wald_tests_of_paths"], rel=1e-4)
    assert found.columns.tolist() == ["Pasteur", "Grant-White", "chisq", "df", "pvalue"]


@pytest.mark.parametrize(("estimator", "near"), [("ML", 1e-7), ("MLR", 2e-5)])  # lavaan's optimizer stops there
@pytest.mark.parametrize("strict", [False, True])
def test_equal_means_of_constructs_agree_with_lavaan(estimator, near, strict):
    steps = ("configural", "metric", "scalar", *(("strict",) if strict else ()), "means")
    row = sme.invariance(MODEL, pupils(), group="school", steps=steps, estimator=estimator).table.iloc[-1]
    statistic, df, p = REFERENCE["latent_means"][estimator.lower() + ".residuals" * strict]
    assert row["chisq_diff"] == pytest.approx(statistic, rel=near)
    assert row["df_diff"] == df and row["pvalue_diff"] == pytest.approx(p, rel=20 * near)


def test_means_are_compared_only_where_that_is_asked_for_and_can_be():
    assert "means" not in sme.invariance(MODEL, pupils(), group="school").fits
    with pytest.raises(sme.SpecificationError, match="put 'scalar' or 'strict' before 'means'"):
        sme.invariance(MODEL, pupils(), group="school", steps=("configural", "metric", "means"))


def test_score_tests_of_means_agree_with_lavaan_and_a_mean_can_be_released():
    steps = ("configural", "metric", "scalar", "means")
    found = sme.invariance(MODEL, pupils(), group="school", steps=steps)
    scores = found.releases("means").set_index("relation")["statistic"]
    assert scores.to_dict() == pytest.approx(REFERENCE["score_tests_of_means"], rel=1e-5)
    partial = found.partial("means")
    assert partial.released == partial.found == ("textual ~ 1",)
    assert partial.table.set_index("step").loc["means", "df_diff"] == 2
    assert partial.table.set_index("step").loc["scalar", "df"] == found.table.set_index("step").loc["scalar", "df"]


@pytest.mark.parametrize("strict", [False, True])
def test_means_of_constructs_of_ordered_items_are_what_the_step_before_leaves_free(strict):
    steps = ("configural", "thresholds", "metric", "scalar", *(("strict",) if strict else ()), "means")
    options = {"group": "region", "ordered": True, "steps": steps}
    table = sme.invariance(ONE, in_categories(two_regions()), **options).table
    assert table["df_diff"].iloc[-1] == 1
    free = sme.invariance(ONE, in_categories(two_regions()), **options, group_partial="trust ~ 1").table
    assert free["chisq"].iloc[-1] == pytest.approx(table["chisq"].iloc[-2], abs=1e-7)


def test_each_school_alone_is_fitted_as_lavaan_fits_it_and_they_add_up():
    found = sme.invariance(MODEL, pupils(), group="school")
    frame = found.fit_by_group.set_index("group")
    for school, measures in REFERENCE["fit_of_each_school"].items():
        assert frame.loc[school, list(measures)].to_dict() == pytest.approx(measures, rel=1e-7)
    whole = found.table.iloc[0]
    assert frame["chisq"].sum() == pytest.approx(whole["chisq"], rel=1e-9)
    assert frame["df"].sum() == whole["df"] and frame["n"].tolist() == [156, 145]


def test_a_group_whose_model_has_values_of_its_own_is_not_fitted_alone_and_says_why():
    found = sme.invariance("trust =~ t1 + c(1, 0.8)*t2 + t3 + t4", two_regions(), group="region")
    assert found.fit_by_group["chisq"].isna().all()
    assert "north, south: could not be fitted alone: trust =~ t2: 2 values for 1 group" in str(found)
    assert "north、south：无法单独拟合：trust =~ t2：1个组有2个取值" in text.render(found.tables()[1], "zh")


def test_the_interval_of_the_rmsea_is_that_of_the_fit():
    found = sme.invariance(MODEL, pupils(), group="school", estimator="MLR")
    for row, fit in zip(found.table.to_dict("records"), found.fits.values(), strict=True):
        for end in ("rmsea_ci_lower", "rmsea_ci_upper"):
            assert row[end] == fit.measures()[f"{end}_robust"]
    printed = found.tables()[0].frame()
    assert (printed["rmsea_ci_lower"] < printed["rmsea"]).all() and (printed["rmsea"] < printed["rmsea_ci_upper"]).all()


def test_paths_are_printed_by_group_with_their_errors():
    model = MODEL + "\nspeed ~ visual + textual"
    found = sme.invariance(model, pupils(), group="school", steps=("configural", "metric"))
    table = found.tables()[-1]
    row = table.records()[0]
    assert row["path"] == "speed ← visual"
    assert row["Grant-White"] == pytest.approx(0.400, abs=5e-4)  # lavaan prints .400 (.125)
    assert row["se_Grant-White"] == pytest.approx(0.125, abs=5e-4)
    assert row["chisq"] == found.paths["chisq"][0]
    assert "Loadings held equal" in str(table.notes[-1])
    alone = sme.invariance(model, pupils(), group="school", steps=("configural",)).tables()[-1]
    assert "Loadings are not held equal" in str(alone.notes[-1])


def test_groups_stand_in_the_order_of_their_categories_or_as_asked_for():
    frame = two_regions()
    frame["region"] = pd.Categorical(frame["region"], ["south", "north"])
    found = sme.invariance(ONE, frame, group="region")
    assert found.groups == ("south", "north")
    assert [row["group"] for row in found.tables()[1].records()] == ["south", "north"]
    shown = found.labelled(groups={"north": "North", "east": "East"})[1]
    assert [row["group"] for row in shown.records()] == ["North", "south"]
    assert shown.records()[1]["chisq"] == found.tables()[1].records()[0]["chisq"]


def test_ordered_items_begin_with_thresholds():
    frame = in_categories(two_regions())
    result = sme.invariance(ONE, frame, group="region", ordered=True)
    assert result.table["step"].tolist() == ["configural", "thresholds", "metric", "scalar", "strict"]
    assert result.table["df_diff"].tolist()[1:] == [4 * 3 - 8, 3, 3, 4]
    assert (result.table["pvalue_diff"][1:] > 0.01).all()


def test_three_categories_make_thresholds_a_step_without_content():
    frame = in_categories(two_regions(), (-0.5, 0.7))
    result = sme.invariance(ONE, frame, group="region", ordered=True, steps=("configural", "thresholds"))
    row = result.table.iloc[1]
    assert (row["df_diff"], row["test"]) == (0, "none")
    assert row["chisq"] == pytest.approx(result.table.iloc[0]["chisq"], abs=1e-8)


def test_a_planted_intercept_of_an_ordered_item_is_seen_and_can_be_released():
    frame = in_categories(two_regions(intercept=0.8))
    table = sme.invariance(ONE, frame, group="region", ordered=True).table.set_index("step")
    assert table.loc["scalar", "pvalue_diff"] < 1e-6
    released = sme.invariance(ONE, frame, group="region", ordered=True, group_partial="t3 ~ 1")
    row = released.table.set_index("step").loc["scalar"]
    assert row["df_diff"] == 2 and row["pvalue_diff"] > 0.01
    estimates = released.fits["scalar"].estimates().set_index(["lhs", "op", "group"])["est"]
    assert estimates["t3", "~1", "north"] == 0
    assert estimates["t3", "~1", "south"] == pytest.approx(0.8, abs=0.25)


def test_two_categories_cannot_tell_the_steps_apart():
    frame = in_categories(two_regions(), (0.0,))
    with pytest.raises(sme.SpecificationError, match="with two categories, thresholds, loadings and intercepts"):
        sme.invariance(ONE, frame, group="region", ordered=True)
    table = sme.invariance(
        ONE, frame, group="region", ordered=True, steps=("configural", "scalar", "strict")
    ).table.set_index("step")
    assert table["df_diff"].tolist()[1:] == [2, 4]
    # with two of its relations apart, the scale of an item is not told: it is one, and no df is gained
    steps = ("configural", "scalar")
    for apart in (["t3 ~ 1"], ["t3 ~ 1", "trust =~ t3"]):
        found = sme.invariance(ONE, frame, group="region", ordered=True, steps=steps, group_partial=apart)
        assert found.table["df_diff"].tolist()[1:] == [1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": ("metric", "configural")}, "begin with 'configural' and keep the order"),
        ({"steps": ("configural", "weak")}, "step 'weak' is none of configural, thresholds, metric"),
        ({"steps": ("configural", "thresholds")}, "'thresholds' belong to ordered items"),
        ({"group_equal": "loadings"}, "leave group_equal= out"),
        ({"steps": "metric"}, r"^steps=\('metric',\): begin with 'configural'"),
        ({"steps": 3}, r"^steps=3: give a text, or a list of texts, such as steps=\['configural'\]\.$"),
        ({"group": None}, r"^group must be the name of a column, whose values are the groups .*, not None\.$"),
    ],
)
def test_steps_that_make_no_sense_are_refused(options, message):
    with pytest.raises(sme.SpecificationError, match=message):
        sme.invariance(MODEL, pupils()[[*ITEMS, "school"]], **({"group": "school"} | options))


def test_the_steps_print_in_both_languages():
    table, groups = sme.invariance(MODEL, pupils(), group="school").tables()
    assert "Metric (weak) invariance" in text.render(table)
    assert "单位不变性" in text.render(table, "zh")
    assert "Fit in each group alone" in text.render(groups) and "各组单独拟合" in text.render(groups, "zh")


def test_a_step_that_only_the_cfi_leaves_standing_is_named_with_what_speaks_against_it():
    found = sme.invariance(ONE, two_regions(1500, loading=0.7, intercept=0.1), group="region")
    metric = found.table.set_index("step").loc["metric"]
    assert metric["cfi_diff"] > -0.01 and metric["pvalue_diff"] < 0.05 and metric["rmsea_diff"] > 0.015
    (said,) = (note for note in found.tables()[0].notes if "customary bound" in str(note))
    assert said.en.startswith(
        "Metric (weak) invariance: ΔCFI lies within the customary bound of .01, but Δχ² is signif"
    )
    assert "(p = .034) and ΔRMSEA = .021 is not below .015 (Chen, 2007)" in said.en and "Δχ²显著（p = .034）" in said.zh
    fails = sme.invariance(MODEL, pupils(), group="school")  # ΔCFI itself speaks against the scalar step
    assert "customary bound" not in str(fails.tables()[0].notes)


def test_steps_whose_estimates_limits_hold_back_say_so():
    bounded = "visual =~ x1 + lower(0.9)*x2 + x3 + x4"
    printed = str(sme.invariance(bounded, pupils(), group="school", steps=("configural", "metric")))
    assert "Metric (weak) invariance: estimates are held back by these limits: visual =~ x2 > 0.9" in printed
    assert "held back" not in str(sme.invariance(bounded.replace("0.9", "0"), pupils(), group="school"))


def test_paths_of_groups_repeat_what_stands_against_their_fit():
    answers = two_regions(12, seed=2).assign(use=lambda frame: frame["t1"] - 0.2 * frame["t2"])
    model = "trust =~ t2 + t3 + t4\nuse ~ trust"
    steps = sme.invariance(model, answers, group="region", steps=("configural", "metric"))
    against = [d.message for d in steps.fits["metric"].diagnostics if d.severity == "warning"]
    assert against and all(any(message in str(note) for note in steps.tables()[-1].notes) for message in against)


def test_labels_of_paths_do_not_hold_them_equal_across_groups():
    paths = "speed ~ visual + textual"
    plain = sme.invariance(f"{MODEL}\n{paths}", pupils(), group="school")
    labelled = f"{MODEL}\nspeed ~ b*visual + c*textual\nboth := b*c"
    named = sme.invariance(labelled, pupils(), group="school")
    pd.testing.assert_frame_equal(named.table, plain.table)
    pd.testing.assert_frame_equal(named.paths, plain.paths)
    pd.testing.assert_frame_equal(named.fit_by_group, plain.fit_by_group)
    assert "Each group has these labels for itself" in str(named) and str(named).count("b, c") == 1
    assert "for itself" not in str(plain)
    total = named.fit_by_group["chisq"].sum()
    assert named.table["chisq"][0] == pytest.approx(total, rel=1e-9)


def test_labels_of_loadings_are_each_group_s_own_until_a_step_holds_them_equal():
    tied = "trust =~ t1 + a*t2 + a*t3 + t4"
    steps = sme.invariance(tied, two_regions(loading=0.5), group="region")
    assert steps.table["df"].tolist() == [6, 8, 11, 15]
    own = steps.fits["configural"].estimates().query("op == '=~'").set_index(["group", "rhs"])["est"]
    for region in ("north", "south"):
        assert own[region, "t2"] == own[region, "t3"]
    assert own["north", "t2"] != own["south", "t2"]


def test_what_is_meant_to_be_equal_in_all_groups_stays_so():
    once = sme.invariance("trust =~ t1 + a*t2 + t3 + t4\na > 0", two_regions(), group="region")
    each = sme.invariance("trust =~ t1 + c(a, a)*t2 + t3 + t4", two_regions(), group="region")
    assert once.table["df"][0] == each.table["df"][0] == 5


def test_all_steps_have_the_indices_of_one_kind():
    """Where thresholds are equal there are no robust indices, and those of the step before would not compare."""
    draws = np.random.default_rng(3)
    factor = draws.normal(size=1000)
    responses = 0.7 * factor[:, None] + np.sqrt(0.51) * draws.normal(size=(1000, 4))
    responses[:, :2] += 0.5 * draws.normal(
        size=(1000, 1)
    )  # a and b have more in common, so that nothing fits perfectly
    answers = pd.DataFrame(np.searchsorted([-1, -0.3, 0.3, 1], responses) + 1, columns=["a", "b", "c", "d"])
    answers["g"] = np.repeat(["x", "y"], 500)
    found = sme.invariance(
        "f =~ a + b + c + d", answers, group="g", ordered=list("abcd"), steps=["configural", "thresholds"]
    )
    for row in found.table.to_dict("records"):
        measures = found.fits[row["step"]].measures()
        assert row["cfi"] == measures["cfi_scaled"] and row["rmsea"] == measures["rmsea_scaled"]
    assert found.fits["configural"].measures()["cfi_robust"] != found.table["cfi"][0]
