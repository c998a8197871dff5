"""Missing answers and nonresponse: counts, tests by other programs, planted differences, and what is refused."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import stats

import sme_sem as sme
from sme_sem.errors import DataProblem, SpecificationError


@pytest.fixture
def survey():
    rng = np.random.default_rng(1)
    answers = sme.simulate("t =~ .8*a + .8*b + .7*c", 300, seed=1)
    sector = rng.choice(["food", "steel"], 300)
    age = rng.normal(40, 8, 300)
    answers["a"] = answers["a"].mask(age > 48)
    answers["b"] = answers["b"].mask(rng.random(300) < 0.1)
    return answers.assign(age=age, sector=sector, day=np.arange(300))


def test_amounts_are_counted_by_item_construct_respondent_and_pattern(survey):
    found = sme.missing(survey, {"t": ["a", "b", "c"]})
    gaps = survey[["a", "b", "c"]].isna()
    assert found.items["missing"].tolist() == gaps.sum().tolist()
    assert found.scales.iloc[0].tolist() == [
        "t",
        3,
        gaps.sum().sum(),
        100 * gaps.to_numpy().mean(),
        gaps.any(axis=1).sum(),
    ]
    assert (
        dict(zip(found.respondents["gaps"], found.respondents["respondents"]))
        == gaps.sum(axis=1).value_counts().to_dict()
    )
    assert found.patterns["respondents"].sum() == 300 and found.patterns["percent"].sum() == pytest.approx(100)
    both = int((gaps["a"] & gaps["b"]).sum())
    assert found.patterns.set_index("open").loc["a, b", "respondents"] == both
    assert found.mcar.chisq == pytest.approx(sme.mcar(survey[["a", "b", "c"]]).chisq)


def test_gaps_that_go_with_age_are_found_and_others_not(survey):
    found = sme.missing(survey, {"t": ["a", "b", "c"]}, background=["age", "sector"]).background
    p = found.set_index(["item", "variable"])["pvalue_corrected"]
    assert p["a", "age"] < 1e-10
    assert (p.drop(("a", "age")) > 0.05).all() and len(p) == 4
    assert found.set_index(["item", "variable"]).loc[("a", "age"), "effect"] > 1


def test_means_are_compared_as_scipy_and_pingouin_do(survey):
    row = sme.missing(survey, {"t": ["a", "b", "c"]}, background=["age"]).background.iloc[1]
    x, y = (survey["age"][survey["b"].isna()], survey["age"][survey["b"].notna()])
    t = stats.ttest_ind(x, y, equal_var=False)
    assert (row["statistic"], row["df"], row["pvalue"]) == pytest.approx((t.statistic, t.df, t.pvalue))
    assert row["effect"] == pytest.approx(pingouin.compute_effsize(x, y, eftype="hedges"), rel=1e-9)


def test_categories_are_compared_by_pearsons_chi_square(survey):
    row = sme.missing(survey, {"t": ["a", "b", "c"]}, background=["sector"]).background.iloc[1]
    table = pd.crosstab(survey["b"].isna(), survey["sector"])
    chi_square, p, df, _ = stats.chi2_contingency(table, correction=False)
    assert (row["statistic"], row["df"], row["pvalue"]) == pytest.approx((chi_square, df, p))
    assert row["effect"] == pytest.approx(stats.contingency.association(table, method="cramer"), rel=1e-9)


def test_without_gaps_there_is_no_test_and_one_pattern(survey):
    found = sme.missing(survey[["c", "age"]], background=["age"])
    assert found.mcar is None and len(found.background) == 0
    assert found.patterns.iloc[0].tolist() == ["", 300, 100]
    assert "Left open" in str(found) and "缺失模式" in found.to("text", "zh")


def test_missing_answers_without_littles_test_say_why():
    frame = pd.DataFrame({"a": [1.0, 1.0, 1.0, np.nan], "b": [1.0, 2.0, 3.0, 4.0]})
    found = sme.missing(frame)
    assert found.mcar is None
    assert "Little's test was not possible: everybody gave the same answer to a." in str(found)


def test_late_respondents_who_differ_are_found(survey):
    late = survey["day"] >= 225
    drifted = survey.assign(c=survey["c"] + late * 1.0)
    found = sme.nonresponse(drifted, "day", ["b", "c", "sector"])
    table = found.table.set_index("variable")
    assert (found.n_early, found.n_late) == (75, 75)
    assert table.loc["c", "pvalue_corrected"] < 0.001 and table.loc["c", "effect"] < -0.5
    assert (table.loc[["b", "sector"], "pvalue_corrected"] > 0.05).all()
    assert "早期（第一组）受访者75名" in found.to("text", "zh")


def test_two_waves_are_compared_as_they_are(survey):
    waves = survey.assign(wave=np.where(survey["day"] < 200, 1, 2))
    found = sme.nonresponse(waves, "wave", ["c"], correction="bonferroni")
    t = stats.ttest_ind(survey["c"][:200], survey["c"][200:], equal_var=False)
    assert (found.n_early, found.n_late) == (200, 100)
    assert found.table["pvalue"][0] == pytest.approx(t.pvalue)


def test_many_tests_are_corrected_together(survey):
    found = sme.nonresponse(survey, "day", ["a", "b", "c"], correction="bonferroni").table
    assert found["pvalue_corrected"].to_numpy() == pytest.approx(np.minimum(3 * found["pvalue"].to_numpy(), 1))


def test_rare_categories_and_missing_times_are_said(survey):
    rare = survey.assign(kind=["rare"] * 3 + ["usual"] * 297)
    rare.loc[:1, "day"] = np.nan
    text = str(sme.nonresponse(rare, "day", ["kind"]))
    assert "kind: expected counts below 5" in text and "2 respondents without day left out" in text


def test_numbers_kept_as_objects_and_columns_named_by_numbers_are_counted(survey):
    plain = survey[["a", "b", "c"]]
    expected = sme.missing(plain)
    objects = sme.missing(plain.astype(object).where(plain.notna(), None))
    pd.testing.assert_frame_equal(objects.items, expected.items)
    numbered = sme.missing(plain.set_axis(range(3), axis=1), background=[2])
    assert numbered.items["missing"].tolist() == expected.items["missing"].tolist()[:2]
    assert numbered.patterns["respondents"].tolist() == sme.missing(plain[["a", "b"]]).patterns["respondents"].tolist()
    assert set(numbered.background["item"]) == {0, 1} and "Left open" in str(numbered)


def test_a_column_that_holds_no_numbers_is_not_left_out_in_silence(survey):
    assert "No items, as they hold words only: sector." in str(sme.missing(survey))
    assert sme.missing(survey, background=["sector"]).items["item"].tolist() == ["a", "b", "c", "age", "day"]
    with pytest.raises(SpecificationError, match=r"^frame must be a pandas DataFrame .*, not ndarray\.$"):
        sme.missing(survey.to_numpy())


def test_unknown_columns_and_shares_are_refused(survey):
    with pytest.raises(SpecificationError, match=r"^order: no column 'days'. Did you mean 'day'\?$"):
        sme.nonresponse(survey, "days")
    with pytest.raises(SpecificationError, match=r"^share=0.7: give a share"):
        sme.nonresponse(survey, "day", share=0.7)
    with pytest.raises(SpecificationError, match=r"^correction='none' is not available"):
        sme.nonresponse(survey, "day", ["c"], correction="none")
    with pytest.raises(SpecificationError, match=r"^background: no column 'Age'. Did you mean 'age'\?$"):
        sme.missing(survey, background=["Age"])
    with pytest.raises(DataProblem, match=r"^1 early and 1 late respondents"):
        sme.nonresponse(survey[:2], "day", ["c"])


@pytest.mark.parametrize(
    "written",
    [
        [f"2023/5/{1 + day // 10} {day % 10 + 5}:00:00" for day in range(120)],
        [str(day + 1) for day in range(120)],
        pd.Categorical([f"day {day}" for day in range(120)], [f"day {day}" for day in range(120)], ordered=True),
    ],
)
def test_times_and_numbers_written_as_text_are_put_in_their_own_order(written):
    frame = pd.DataFrame({"when": written, "v": np.arange(120.0)})
    row = sme.nonresponse(frame, "when", ["v"]).table.iloc[0]
    assert (row["mean_first"], row["mean_second"]) == (14.5, 104.5)


def test_two_waves_written_as_numbers_are_put_in_the_order_of_numbers():
    frame = pd.DataFrame({"wave": np.repeat(["2", "10"], 20), "v": np.arange(40.0)})
    assert sme.nonresponse(frame, "wave", ["v"]).table.loc[0, "mean_first"] == 9.5


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (["first", "second", "third", "later"], "it is text, and neither number nor time"),
        (["4/5/2026", "5/6/2026", "7/6/2026", "8/9/2026"], "day and month could be the other way round"),
    ],
)
def test_text_without_an_order_is_refused(written, why):
    with pytest.raises(SpecificationError) as caught:
        sme.nonresponse(pd.DataFrame({"when": written * 5, "v": range(20)}), "when")
    assert str(caught.value) == (
        f"order='when' cannot be put in order: {why}. Turn it into times (pandas.to_datetime) or serial numbers, or "
        "name a column with two waves."
    )


def test_it_is_said_where_the_order_of_the_rows_decides():
    frame = pd.DataFrame({"day": np.repeat([1, 2, 3], 40), "v": range(120)})
    assert "The waves end among respondents with the same day" in str(sme.nonresponse(frame, "day", ["v"]))
    assert "The waves end" not in str(sme.nonresponse(frame.assign(day=range(120)), "day", ["v"]))


def test_numbers_kept_as_texts_are_items_and_what_is_no_number_is_refused():
    frame = pd.DataFrame({"a": [1, 2, None] * 4, "b": ["4", None, "5"] * 4})
    assert list(sme.missing(frame).items["item"]) == ["a", "b"]
    with pytest.raises(DataProblem, match=r"^not numeric: 'b' \(such as 'often'\)"):
        sme.missing(frame.assign(b=["4", "often", None] * 4))


def test_corrections_have_one_name_everywhere(survey):
    ours = sme.nonresponse(survey, "day", ["a", "b", "c"], correction="Benjamini-Hochberg").table
    expected = stats.false_discovery_control(ours["pvalue"])
    np.testing.assert_allclose(ours["pvalue_corrected"], expected, rtol=1e-12)
    with pytest.raises(SpecificationError, match=r"it can be 'holm', 'benjamini-hochberg', 'bonferroni'\.$"):
        sme.nonresponse(survey, "day", ["c"], correction="fdr")


def test_numbers_are_compared_as_numbers_whatever_pandas_keeps_them_as():
    rng = np.random.default_rng(1)
    size = pd.Series(rng.integers(1, 8, 80).astype(float))
    size[40] = np.nan
    plain = sme.nonresponse(pd.DataFrame({"day": range(80), "size": size}), "day").table
    early, late = size[:20], size[60:]
    expected = stats.ttest_ind(early, late, equal_var=False)
    assert plain.loc[0, "test"] == "t" and plain.loc[0, "statistic"] == pytest.approx(expected.statistic)
    assert plain.loc[0, "pvalue"] == pytest.approx(expected.pvalue)
    for kept in (
        pd.Series([None if v != v else int(v) for v in size], dtype=object),
        pd.Series([None if v != v else f"{v:g}" for v in size], dtype=object),
        size.astype("Int64"),
    ):
        found = sme.nonresponse(pd.DataFrame({"day": range(80), "size": kept}), "day").table
        pd.testing.assert_frame_equal(found, plain)


def test_waves_may_be_kept_in_columns_with_gaps_of_any_type():
    rng = np.random.default_rng(2)
    x = rng.normal(size=80)
    plain = sme.nonresponse(pd.DataFrame({"x": x, "w": [1.0, 2.0] * 39 + [np.nan] * 2}), "w").table
    for waves in (
        pd.array([1, 2] * 39 + [None] * 2, dtype="Int64"),
        pd.array([False, True] * 39 + [None] * 2, dtype="boolean"),
        pd.array(["a", "b"] * 39 + [None] * 2, dtype="string"),
    ):
        found = sme.nonresponse(pd.DataFrame({"x": x, "w": waves}), "w").table
        pd.testing.assert_frame_equal(found, plain)


def test_odd_columns_are_named_or_refused():
    rng = np.random.default_rng(3)
    rare = sme.nonresponse(pd.DataFrame({0: range(40), 1: rng.choice(list("abcdefgh"), 40)}), 0)
    assert any(str(note).startswith("1: expected counts below 5") for note in rare.notes)
    twice = pd.DataFrame({"day": range(40), "s": 1.0})
    twice = pd.concat([twice, twice[["s"]]], axis=1)
    with pytest.raises(DataProblem, match="column 's' occurs more than once"):
        sme.nonresponse(twice, "day")
    endless = pd.DataFrame({"day": range(40), "s": [np.inf, *range(39)]})
    with pytest.raises(DataProblem, match="infinite values in 's'"):
        sme.nonresponse(endless, "day")
    with pytest.raises(DataProblem, match="infinite values in 's'"):
        sme.missing(endless.assign(q=[1.0, np.nan] * 20)[["q", "s"]].rename_axis(None), background=["s"])


def test_why_there_is_no_test_of_little_is_said_in_chinese_too():
    frame = sme.simulate("t =~ .8*t1 + .8*t2 + .7*t3", 100, seed=1).assign(t1=4.0)
    frame.loc[:5, "t2"] = np.nan
    (note,) = (note for note in sme.missing(frame).notes if "Little" in str(note))
    assert note.zh == "无法进行Little检验：所有人对t1的回答相同，请将其删去。"
