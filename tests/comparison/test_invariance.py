"""Invariance by steps: the field's models, planted differences found, and ordered items by rules of their own."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import ITEMS, MODEL, pupils

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
    from sme_sem.tables import text

    (table,) = sme.invariance(MODEL, pupils(), group="school").tables()
    assert "Metric (weak) invariance" in text.render(table)
    assert "单位不变性" in text.render(table, "zh")


def test_steps_whose_estimates_limits_hold_back_say_so():
    bounded = "visual =~ x1 + lower(0.9)*x2 + x3 + x4"
    printed = str(sme.invariance(bounded, pupils(), group="school", steps=("configural", "metric")))
    assert "Metric (weak) invariance: estimates are held back by these limits: visual =~ x2 > 0.9" in printed
    assert "held back" not in str(sme.invariance(bounded.replace("0.9", "0"), pupils(), group="school"))
