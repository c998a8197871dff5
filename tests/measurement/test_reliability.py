"""Reliability of scales: the numbers reach the reader, and oddities are said."""

import numpy as np
import pandas as pd
import pingouin
import pytest

from sme_sem.errors import DataProblem, SpecificationError
from sme_sem.measurement import reliability
from sme_sem.measurement.item_advice import item_advice
from sme_sem.tables import text

SCALES = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}
SCALE_COLUMNS = [
    *["scale", "n_items", "n", "alpha", "alpha_ci_lower", "alpha_ci_upper", "alpha_standardized"],
    *["mean_correlation", "omega", "lambda2", "split_half"],
]
ITEM_COLUMNS = [
    *["scale", "item", "mean", "sd", "scale_mean_if_deleted", "scale_variance_if_deleted"],
    *["item_rest", "alpha_if_deleted"],
]


def notes(result, table):
    return [str(note) for note in next(t for t in result.tables() if t.name == table).notes]


def test_the_result_has_the_promised_columns(pupils):
    result = reliability(pupils, SCALES)
    assert list(result.scales) == SCALE_COLUMNS
    assert list(result.items) == ITEM_COLUMNS
    assert result.scales["scale"].tolist() == list(SCALES)
    assert result.items["item"].tolist() == [f"x{i}" for i in range(1, 10)]


def test_alphas_of_the_three_scales_are_the_published_ones(pupils, pupils_reference):
    alphas = reliability(pupils, SCALES).scales.set_index("scale")["alpha"]
    assert alphas.round(3).to_dict() == pupils_reference["published_alpha"]


def test_one_scale_of_nine_items_agrees_with_psych(pupils, pupils_reference):
    result = reliability(pupils, {"all": list(pupils)})
    row = result.scales.iloc[0]
    assert row["alpha"] == pytest.approx(pupils_reference["alpha"], rel=1e-9)
    assert (row["alpha_ci_lower"], row["alpha_ci_upper"]) == pytest.approx(pupils_reference["feldt"], rel=1e-9)
    np.testing.assert_allclose(result.items["item_rest"], pupils_reference["item_rest"], rtol=1e-9)
    np.testing.assert_allclose(result.items["alpha_if_deleted"], pupils_reference["alpha_if_deleted"], rtol=1e-9)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_alpha_and_its_interval_agree_with_pingouin_to_its_three_digits(pupils, level):
    for scale, items in SCALES.items():
        row = reliability(pupils, {scale: items}, level=level).scales.iloc[0]
        alpha, interval = pingouin.cronbach_alpha(pupils[items], ci=level)
        assert row["alpha"] == pytest.approx(alpha, rel=1e-12)
        assert [round(row["alpha_ci_lower"], 3), round(row["alpha_ci_upper"], 3)] == interval.tolist()


def test_the_scale_without_an_item_is_computed_from_the_answers(pupils):
    items = reliability(pupils, {"visual": ["x1", "x2", "x3"]}).items.set_index("item")
    rest = pupils["x1"] + pupils["x3"]
    assert items.loc["x2", "scale_mean_if_deleted"] == pytest.approx(rest.mean())
    assert items.loc["x2", "scale_variance_if_deleted"] == pytest.approx(rest.var())
    assert items.loc["x2", "item_rest"] == pytest.approx(rest.corr(pupils["x2"]))
    assert items.loc["x2", "mean"] == pytest.approx(pupils["x2"].mean())
    assert items.loc["x2", "sd"] == pytest.approx(pupils["x2"].std())


def test_a_gap_costs_the_respondent_in_that_scale_only_and_is_said(pupils):
    pupils.loc[[4, 9], "x2"] = np.nan
    result = reliability(pupils, SCALES)
    assert result.scales["n"].tolist() == [299, 301, 301]
    assert notes(result, "reliability") == [
        "visual: N = 299 of 301 respondents; 2 left out (listwise) because an answer is missing."
    ]
    complete = reliability(pupils.dropna(), SCALES).scales
    assert result.scales.loc[0, "alpha"] == complete.loc[0, "alpha"]


def test_pandas_own_missing_values_and_whole_numbers_are_read():
    answers = pd.DataFrame({"a": [1, 2, 3, 4, None], "b": [1, 2, 4, 4, 5], "c": [2, 1, 3, 4, 4]}, dtype="Int64")
    row = reliability(answers, {"trust": ["a", "b", "c"]}).scales.iloc[0]
    assert row["n"] == 4
    assert row["alpha"] == pytest.approx(pingouin.cronbach_alpha(answers.dropna().astype(float))[0])


def test_an_item_that_was_not_recoded_is_named_with_its_correlation(pupils):
    pupils["x2"] = 8 - pupils["x2"]
    result = reliability(pupils, SCALES)
    r = result.items.loc[1, "item_rest"]
    assert r < 0
    assert notes(result, "item_analysis") == [
        f"visual: x2 correlates negatively with the other items ({r:.3f}): ".replace("0.", ".")
        + "probably to be reversed. Mark it 'reversed: true' in the instrument if it is worded so."
    ]
    assert list(map(str, result.opposed)) == notes(result, "item_analysis")


def test_an_item_recoded_before_the_instrument_reverses_it_is_told_from_one_never_reversed(pupils):
    pupils["x2"] = 8 - pupils["x2"]
    (said,) = reliability(pupils, SCALES, reversed_items=("x2", "x5")).opposed
    assert said.en.startswith("visual: x2 is reversed by the instrument and correlates negatively with the rest after")
    assert said.en.endswith("recoded already. Remove 'reversed: true' from the instrument, or give the raw answers.")
    assert "x2由问卷设定反向计分，转换后与其余题项呈负相关" in said.zh and "很可能在数据中已反向计分" in said.zh
    assert said.labelled({"visual": "Sight"}).en.startswith("Sight: x2 is reversed")


def test_where_most_of_a_scale_was_recoded_before_those_are_named_and_not_the_item_left_over(pupils):
    pupils["x4"], pupils["x5"] = 8 - pupils["x4"], 8 - pupils["x5"]
    (said,) = reliability(pupils, SCALES, reversed_items=("x4", "x5")).opposed
    assert said.en.startswith("textual: x4, x5: reversed by the instrument; after reversal items correlate negatively")
    assert "(x6 " in said.en and "probably recoded already" in said.en


def test_of_two_items_against_each_other_the_reversed_one_is_named_or_none(pupils):
    pupils["x4"] = 8 - pupils["x4"]
    (said,) = reliability(pupils, {"two": ["x4", "x5"]}, reversed_items=["x4"]).opposed
    assert said.en.startswith("two: x4: reversed by the instrument;") and "probably recoded already" in said.en
    (said,) = reliability(pupils, {"two": ["x4", "x5"]}).opposed
    assert "x4 – x5 correlate negatively" in said.en and "one of the two is probably to be reversed" in said.en


def test_an_item_that_hardly_correlates_is_no_open_problem(pupils):
    noise = pupils.assign(x2=np.random.default_rng(4).permutation(pupils["x2"]))
    result = reliability(noise, SCALES)
    assert -0.1 < result.items.loc[1, "item_rest"] < 0 and result.opposed == ()
    (note,) = notes(result, "item_analysis")
    assert note.startswith("visual: x2 hardly correlates with the other items (-.") and "measure the same?" in note


def test_an_item_everybody_answered_alike_is_named_and_the_scale_still_reported(pupils):
    pupils["x2"] = 4.0
    result = reliability(pupils, SCALES)
    assert np.isnan(result.items.loc[1, "item_rest"])
    assert np.isfinite(result.scales.loc[0, "alpha"])
    assert notes(result, "item_analysis") == ["visual: everybody gave the same answer to x2; it has no correlations."]


def test_two_items_have_no_omega_and_the_table_says_why(pupils):
    result = reliability(pupils, {"pair": ["x1", "x2"], "visual": ["x1", "x2", "x3"]})
    assert result.scales["omega"].isna().tolist() == [True, False]
    assert notes(result, "reliability") == ["pair: omega is not identified by two items."]


def test_a_scale_without_a_proper_factor_has_no_omega_and_the_table_says_why(pupils):
    pupils["x3"] = pupils["x1"] + 1e-9 * pupils["x3"]
    result = reliability(pupils, {"visual": ["x1", "x2", "x3"]})
    assert result.scales["omega"].isna().all()
    assert notes(result, "reliability")[0].startswith("visual: no omega, because a one-factor model has no")


def test_the_tables_are_written_in_both_languages(pupils):
    scales, items = reliability(pupils, SCALES).tables()
    assert (scales.name, items.name) == ("reliability", "item_analysis")
    english, chinese = text.render(items), text.render(items, "zh")
    assert "Corrected item-total correlation (CITC)" in english
    assert "校正项总计相关性（CITC）" in chinese
    assert "删除项后的克隆巴赫α系数" in chinese
    assert "95%置信区间下限" in text.render(scales, "zh")
    assert ".626" in text.render(scales)


def test_tables_keep_full_precision(pupils):
    result = reliability(pupils, SCALES)
    assert result.tables()[0].frame()["alpha"].tolist() == result.scales["alpha"].tolist()


def problem(error, *arguments, **options):
    with pytest.raises(error) as caught:
        reliability(*arguments, **options)
    return str(caught.value)


def test_an_unknown_item_is_named_with_the_nearest_column(pupils):
    pupils = pupils.rename(columns={"x3": "market3"})
    message = problem(SpecificationError, pupils, {"visual": ["x1", "market_3"]})
    assert message == "scale 'visual': no column 'market_3'. Did you mean 'market3'?"


def test_an_item_named_twice_is_refused(pupils):
    message = problem(SpecificationError, pupils, {"visual": ["x1", "x2", "x1"]})
    assert message == "scale 'visual': named more than once: x1. Every item counts once."


@pytest.mark.parametrize("items", [["x1"], [], "x1"])
def test_a_scale_needs_two_items(pupils, items):
    message = problem(SpecificationError, pupils, {"visual": items})
    assert message == f"scale 'visual' needs a list of at least two items, got {items!r}"


def test_text_is_refused_by_the_column_s_name(pupils):
    pupils["x2"] = "agree"
    assert problem(DataProblem, pupils, SCALES) == (
        "scale 'visual': not numeric: 'x2' (such as 'agree'). Give answers as numbers and leave empty what was not "
        "answered, or leave the column out; labels become numbers where an instrument reads the answers."
    )


def test_a_scale_nobody_completed_is_refused(pupils):
    pupils.loc[:150, "x1"] = np.nan
    pupils.loc[151:, "x2"] = np.nan
    assert problem(DataProblem, pupils, SCALES) == (
        "scale 'visual': 0 of 301 respondents answered all of x1, x2, x3; at least two are needed. "
        "Leave out the item that is mostly missing."
    )


def test_an_empty_item_is_named(pupils):
    pupils["x2"] = np.nan
    assert problem(DataProblem, pupils, SCALES) == "scale 'visual': nobody answered x2. Leave it out."


def test_identical_answers_everywhere_are_refused(pupils):
    message = problem(DataProblem, pupils * 0 + 3, SCALES)
    names = ", ".join(map(repr, SCALES))
    assert message == f"scales {names}: everybody gave the same answers, so there is nothing to compare."


def test_a_scale_that_everybody_answered_alike_leaves_the_others_their_numbers(pupils):
    alike = next(iter(SCALES))
    others = {name: items for name, items in SCALES.items() if name != alike}
    found = reliability(pupils.assign(**dict.fromkeys(SCALES[alike], 3)), SCALES)
    pd.testing.assert_frame_equal(found.scales, reliability(pupils, others).scales)
    assert f"{alike}: left out, because everybody gave the same answers." in str(found)
    assert f"{alike}：所有受访者作答完全相同，未作分析。" in found.to("text", "zh")


def test_item_advice_still_refuses_a_scale_that_everybody_answered_alike(pupils):
    alike = next(iter(SCALES))
    with pytest.raises(DataProblem, match=rf"^scale '{alike}': everybody gave the same answers"):
        item_advice(pupils.assign(**dict.fromkeys(SCALES[alike], 3)), SCALES, "wu")


@pytest.mark.parametrize("level", [0, 1, 95])
def test_a_level_that_is_no_probability_is_refused(pupils, level):
    message = problem(SpecificationError, pupils, SCALES, level=level)
    assert message == f"level={level}: give a share between 0 and 1, such as level=0.95."


def test_no_scale_at_all_is_refused(pupils):
    assert problem(SpecificationError, pupils, {}).startswith("no scale named")


def test_something_that_is_no_data_frame_is_refused():
    assert problem(SpecificationError, [[1, 2], [2, 3]], {"a": ["x", "y"]}) == (
        "frame must be a pandas DataFrame with one column per item, not list."
    )


INNOVATION = {"INNOV": ["ic1", "ic2", "ic3", "ic4"], "PERF": ["pf1", "pf2", "pf3", "pf4"]}


def test_ordinal_alpha_is_that_of_the_polychoric_correlations(recoded, firms_survey_reference):
    scales = reliability(recoded, INNOVATION, ordered=True).scales.set_index("scale")
    for name in INNOVATION:
        assert scales.loc[name, "ordinal_alpha"] == pytest.approx(
            firms_survey_reference["ordinal_alpha"][name], abs=2e-8
        )


def test_ordinal_coefficients_recover_those_of_the_responses_behind_the_answers():
    rng = np.random.default_rng(8)
    responses = rng.normal(size=(4000, 1)) * 0.7 + rng.normal(size=(4000, 4)) * np.sqrt(0.51)
    answers = pd.DataFrame(np.digitize(responses, [-0.9, 0.3, 1.2]), columns=list("abcd"))
    found = reliability(answers, {"s": list("abcd")}, ordered=True).scales.iloc[0]
    truth = 4 * 0.49 / (4 * 0.49 + 0.51)
    assert found["ordinal_alpha"] == pytest.approx(truth, abs=0.012)
    assert found["ordinal_omega"] == pytest.approx(truth, abs=0.012)
    assert found["alpha"] < truth - 0.03


def test_ordinal_columns_stand_in_the_table_only_when_asked_for(recoded):
    plain, ordered = (reliability(recoded, INNOVATION, ordered=o).tables()[0] for o in (False, True))
    assert [c.name for c in ordered.columns][-2:] == ["ordinal_alpha", "ordinal_omega"]
    assert not {"ordinal_alpha", "ordinal_omega"} & {c.name for c in plain.columns}
    assert ordered.notes[-1].zh.startswith("有序α与ω系数基于多分格相关")


def test_answers_too_fine_to_be_ordered_are_named(recoded):
    amounts = recoded.assign(ic1=np.arange(len(recoded)))
    with pytest.raises(
        DataProblem, match=r"^scale 'INNOV': ic1 has 632 different answers; an ordered item has at most"
    ):
        reliability(amounts, INNOVATION, ordered=True)


def test_a_constant_item_has_no_ordinal_coefficients(recoded):
    found = reliability(recoded.assign(ic1=3), INNOVATION, ordered=True).scales.set_index("scale")
    assert found.loc["INNOV", ["ordinal_alpha", "ordinal_omega"]].isna().all()
    assert found.loc["PERF", ["ordinal_alpha", "ordinal_omega"]].notna().all()


def test_perfect_and_contradictory_polychoric_correlations_are_noted():
    rng = np.random.default_rng(1)
    response = rng.normal(size=(60, 4)) + rng.normal(size=(60, 1))
    answers = pd.DataFrame((response > 0).astype(int), columns=list("abcd")).assign(b=lambda own: own["a"])
    notes = [str(note) for note in reliability(answers, {"s": list("abcd")}, ordered=True).tables()[0].notes]
    assert (
        "s: a and b: the answers fit a perfect correlation best; the value shown is the bound of the search." in notes
    )
    total = pd.DataFrame(np.digitize(response, [-1, 1]), columns=list("abcd")).assign(d=lambda own: own["a"] + own["b"])
    notes = [str(note) for note in reliability(total, {"s": list("abcd")}, ordered=True).tables()[0].notes]
    assert "s: The matrix is not positive definite, as can happen to correlations estimated pair by pair." in notes


@pytest.mark.parametrize("n", [2, 3])
def test_two_or_three_respondents_show_no_item_against_the_others(n):
    frame = pd.DataFrame({"a": [1.0, 2, 4], "b": [5.0, 3, 2], "c": [1.0, 3, 3]})[:n]
    assert reliability(frame, {"two": ["a", "b"]}).opposed == ()


def test_an_item_whose_others_cancel_out_has_no_correlation_with_them_and_no_warning():
    frame = pd.DataFrame({"a": [5.0, 3, 3], "b": [0.0, 2, 2], "c": [0.0, 1, 1]})  # a + b is 5
    items = reliability(frame, {"s": list("abc")}).items.set_index("item")
    assert items.loc["c", "scale_variance_if_deleted"] == 0 and np.isnan(items.loc["c", "item_rest"])
    constant = frame.assign(d=1.0, e=0.0)[["d", "e", "a", "b", "c"]]  # here rounding leaves less than nothing
    assert np.isnan(reliability(constant, {"s": list(constant)}).items.set_index("item").loc["c", "item_rest"])
