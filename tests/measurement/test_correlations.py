import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import stats

from sme_sem import DataProblem, SpecificationError, correlations, simulate
from sme_sem.tables import text

SCALES = {"trust": ["t1", "t2"], "use": ["u1", "u2"], "age": ["a"]}


@pytest.fixture(scope="module")
def frame():
    model = "f =~ 0.8*t1 + 0.7*t2 + 0.3*u1 + 0.2*u2 + 0*a; u1 ~~ 0.4*u2"
    return simulate(model, 150, seed=8)


def test_scores_are_means_of_items_and_correlations_those_of_scipy(frame):
    result = correlations(frame, SCALES)
    trust, use = frame[["t1", "t2"]].mean(axis=1), frame[["u1", "u2"]].mean(axis=1)
    r, p = stats.pearsonr(trust, use)
    assert result.correlation.loc["trust", "use"] == pytest.approx(r, rel=1e-12)
    assert result.pvalue.loc["trust", "use"] == pytest.approx(p, rel=1e-9)
    assert result.scores.set_index("scale").loc["use", "sd"] == pytest.approx(use.std(), rel=1e-12)


def test_correlations_do_not_change_with_units_and_means_do(frame):
    one, other = correlations(frame, SCALES), correlations(10 * frame + 3, SCALES)
    np.testing.assert_allclose(one.correlation, other.correlation, rtol=0, atol=1e-12)
    np.testing.assert_allclose(10 * one.scores["mean"] + 3, other.scores["mean"], rtol=1e-12)


def test_the_table_is_a_triangle_with_stars_over_numbers_that_stay_numbers(frame):
    result = correlations(frame, SCALES)
    table = result.tables()[0]
    assert [column.name for column in table.columns] == ["scale", "mean", "sd", "trust", "use", "age"]
    assert table.rows[0][3:] == ("—", "", "")
    below = table.rows[1][3]
    assert below == result.correlation.loc["use", "trust"] and below.p == result.pvalue.loc["use", "trust"]
    p = below.p
    stars = "***" if p < 0.001 else "**" if p < 0.01 else "*" if p < 0.05 else ""
    assert f"{below:.3f}{stars}".replace("0.", ".") in text.render(table)


def test_a_gap_anywhere_leaves_the_respondent_out_and_is_said(frame):
    gaps = frame.copy()
    gaps.loc[[2, 5], "a"] = np.nan
    result = correlations(gaps, SCALES)
    assert result.n == 148
    assert "N = 148 of 150 respondents; 2 left out" in text.render(result.tables()[0])
    pd.testing.assert_frame_equal(result.correlation, correlations(gaps.dropna(), SCALES).correlation)


def test_columns_are_correlated_where_no_scales_are_named(frame):
    result = correlations(frame[["t1", "a"]])
    assert list(result.correlation) == ["t1", "a"] and math.isnan(result.pvalue.loc["a", "a"])


def test_a_perfect_correlation_has_p_zero():
    frame = pd.DataFrame({"a": [1, 2, 3, 4.0], "b": [2, 4, 6, 8.0]})
    assert correlations(frame).pvalue.loc["a", "b"] == 0


@pytest.mark.parametrize(
    ("columns", "scales", "error", "message"),
    [
        ({"a": [1, 2, 3], "b": [2, 2, 2]}, None, DataProblem, "everybody has the same score on b"),
        ({"a": [1, 2], "b": [2, 3]}, None, DataProblem, "2 complete respondents (of 2): correlations need three."),
        ({"a": [1, 2, 3]}, {}, SpecificationError, "no scale named"),
        ({"trust": [1, 2, 3]}, {"s": ["trsut"]}, SpecificationError, "Did you mean 'trust'?"),
    ],
)
def test_what_cannot_be_correlated_is_refused_with_the_reason(columns, scales, error, message):
    with pytest.raises(error) as refusal:
        correlations(pd.DataFrame(columns), scales)
    assert message in str(refusal.value)


REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "correlations.json").read_text("utf-8"))
MATH = ["gender", "education", "age", "ACT", "SATV", "SATQ"]


@pytest.fixture(scope="module")
def students():
    return pd.read_csv(Path(__file__).parents[1] / "reference" / "satact.csv")[MATH]


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
def test_correlations_of_pairs_agree_with_psych(students, method):
    result = correlations(students, method=method, missing="pairwise")
    np.testing.assert_allclose(result.correlation, REFERENCE["correlation"][method], rtol=0, atol=1e-13)
    assert result.n == 700 and result.pairs["n"].min() == 687
    if method != "kendall":  # psych tests Kendall's as if it were Pearson's
        p = np.array(REFERENCE["p_holm"][method], dtype=float)[np.tril_indices(6, -1)]
        corrected = correlations(students, method=method, missing="pairwise", correction="holm").pairs
        np.testing.assert_allclose(corrected["pvalue_corrected"], p, rtol=1e-10, atol=1e-15)


def test_rank_correlations_of_two_are_those_of_scipy(students):
    two = students[["education", "ACT"]]
    for method, theirs in (("spearman", stats.spearmanr), ("kendall", stats.kendalltau)):
        own, other = correlations(two, method=method), theirs(two["education"], two["ACT"])
        assert own.correlation.iloc[1, 0] == pytest.approx(other.statistic, rel=1e-12)
        assert own.pvalue.iloc[1, 0] == pytest.approx(other.pvalue, rel=1e-9)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_partial_correlations_are_those_of_pingouin_and_of_residuals(students, method):
    result = correlations(students, method=method, controls=["gender", "age"])
    assert list(result.correlation) == ["education", "ACT", "SATV", "SATQ"]
    complete = students.dropna()
    for row in result.pairs.itertuples():
        theirs = pingouin.partial_corr(complete, row.first, row.second, ["gender", "age"], method=method).iloc[0]
        assert row.r == pytest.approx(theirs["r"], rel=1e-10) and row.n == 687
        if method == "pearson":
            assert row.pvalue == pytest.approx(theirs.filter(like="p").iloc[-1], rel=1e-8)
    if method == "pearson":
        design = np.column_stack([np.ones(len(complete)), complete[["gender", "age"]]])
        left = complete - design @ np.linalg.lstsq(design, complete, rcond=None)[0]
        assert result.correlation.loc["ACT", "SATQ"] == pytest.approx(left.corr().loc["ACT", "SATQ"], rel=1e-12)
        assert "gender, age: held constant" in text.render(result.tables()[0])


def test_a_scale_can_be_held_constant_and_one_name_is_enough(frame):
    scales = SCALES | {"trust": ["t1", "t2"]}
    by_scale = correlations(frame, scales, controls="trust")
    scored = frame.assign(trust=frame[["t1", "t2"]].mean(axis=1), use=frame[["u1", "u2"]].mean(axis=1))
    assert by_scale.correlation.loc["use", "age"] == pytest.approx(
        correlations(scored[["use", "a", "trust"]], controls="trust").correlation.loc["use", "a"]
    )


def test_intervals_are_fishers_and_widen_with_the_level(students):
    pairs = correlations(students).pairs.set_index(["first", "second"])
    r, n = pairs.loc[("ACT", "age"), ["r", "n"]]
    z, half = math.atanh(r), 1.959963984540054 / math.sqrt(n - 3)
    assert pairs.loc[("ACT", "age"), "ci_lower"] == pytest.approx(math.tanh(z - half), rel=1e-12)
    assert pairs.loc[("ACT", "age"), "ci_upper"] == pytest.approx(math.tanh(z + half), rel=1e-12)
    wide = correlations(students, level=0.99).pairs
    assert (wide["ci_upper"].to_numpy() > pairs["ci_upper"].to_numpy()).all()


@pytest.mark.parametrize(("method", "rho"), [("pearson", 0.5), ("spearman", 0.4826), ("kendall", 1 / 3)])
def test_intervals_cover_the_population(method, rho):
    # of two normal variables that correlate .5, Spearman's is 6 / pi asin(.25) and Kendall's 2 / pi asin(.5)
    rng, covered = np.random.default_rng(3), 0
    for _ in range(400):
        x = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=60)
        row = correlations(pd.DataFrame(x, columns=["a", "b"]), method=method).pairs.iloc[0]
        covered += row["ci_lower"] < rho < row["ci_upper"]
    assert 0.92 < covered / 400 < 0.98


def test_pairs_of_complete_answers_are_the_listwise_ones(frame):
    for method in ("pearson", "spearman", "kendall"):
        pd.testing.assert_frame_equal(
            correlations(frame, method=method, missing="pairwise").correlation,
            correlations(frame, method=method).correlation,
            rtol=1e-12,
        )


def test_stars_tell_the_corrected_p_values_and_the_table_says_so(frame):
    plain, held = correlations(frame), correlations(frame, correction="bonferroni")
    pairs = len(frame.columns) * (len(frame.columns) - 1) // 2
    np.testing.assert_allclose(held.pairs["pvalue_corrected"], np.minimum(1, pairs * plain.pairs["pvalue"]), rtol=1e-12)
    np.testing.assert_array_equal(held.pvalue, plain.pvalue)
    assert held.tables()[0].rows[1][3].p == held.pairs["pvalue_corrected"][0]
    assert f"corrected for {pairs} correlations (Bonferroni)" in text.render(held.tables()[0])


def test_repeated_row_names_do_no_harm(frame):
    doubled = frame.set_axis([0] * len(frame))
    pd.testing.assert_frame_equal(correlations(doubled, SCALES).correlation, correlations(frame, SCALES).correlation)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"method": "pearsn"}, SpecificationError, "it can be 'pearson', 'spearman', 'kendall'"),
        ({"missing": "fiml"}, SpecificationError, "it can be 'listwise', 'pairwise'"),
        ({"correction": "tukey"}, SpecificationError, "it can be 'none', 'holm', 'benjamini-hochberg'"),
        ({"controls": "size"}, SpecificationError, "no column: 'size'."),
        (
            {"controls": "a", "method": "kendall"},
            SpecificationError,
            "controls= and method='kendall' do not go together",
        ),
        ({"controls": "a", "missing": "pairwise"}, SpecificationError, "controls= and missing='pairwise'"),
        ({"level": 95}, SpecificationError, "level=95"),
    ],
)
def test_options_that_make_no_sense_are_refused(frame, options, error, message):
    with pytest.raises(error) as refusal:
        correlations(frame, **options)
    assert message in str(refusal.value)


def test_what_the_controls_explain_altogether_and_pairs_nobody_answered_are_refused(frame):
    with pytest.raises(DataProblem, match="double can be computed from the controls"):
        correlations(frame.assign(double=2 * frame["a"]), controls="a")
    apart = frame.assign(a=frame["a"].where(frame.index < 70), t1=frame["t1"].where(frame.index >= 68))
    with pytest.raises(DataProblem, match="fewer than three respondents answered both"):
        correlations(apart, missing="pairwise")


def test_numbers_of_respondents_are_those_of_the_pairs(frame):
    gaps = frame.assign(a=frame["a"].where(frame.index >= 20), t1=frame["t1"].where(frame.index < 140))
    result = correlations(gaps[["a", "t1"]], missing="pairwise")
    assert result.n == 120 and "N = 120 of 150 respondents for each correlation" in text.render(result.tables()[0])
    assert "N = 120 to 140 of 150" in text.render(correlations(gaps[["a", "t1", "t2"]], missing="pairwise").tables()[0])
    alone = correlations(frame[["a"]], missing="pairwise", correction="holm")
    assert alone.n == 150 and alone.pairs.empty and "corrected" not in text.render(alone.tables()[0])


def test_a_control_that_follows_from_another_counts_once(frame):
    doubled = frame.assign(b=3 * frame["a"] + 1)
    one, two = correlations(frame, controls="a"), correlations(doubled, controls=["a", "b"])
    pd.testing.assert_frame_equal(one.pairs, two.pairs, rtol=1e-9)
    pd.testing.assert_frame_equal(correlations(frame, controls=["a", "a"]).pairs, one.pairs)


def test_nothing_left_to_correlate_is_said(frame):
    with pytest.raises(SpecificationError, match="nothing is left to correlate"):
        correlations(frame[["a"]], controls="a")
    with pytest.raises(SpecificationError, match="named more than once: t1"):
        correlations(frame, {"trust": ["t1", "t1"]})


def test_columns_named_by_numbers_can_be_held_constant(frame):
    numbered = frame.set_axis(range(5), axis=1)
    found = correlations(numbered, controls=4).correlation
    assert found.columns.tolist() == ["0", "1", "2", "3"]
    named = correlations(frame, controls=[frame.columns[4]]).correlation
    np.testing.assert_array_equal(found, named)
    scales = {"trust": [0, 1], "use": [2, 3]}
    np.testing.assert_array_equal(
        correlations(numbered, scales, controls=[4]).correlation,
        correlations(
            frame, {k: frame.columns[v].tolist() for k, v in scales.items()}, controls=frame.columns[4]
        ).correlation,
    )
    with pytest.raises(SpecificationError, match=r"^no column: 7\. Known are 0, 1, 2, 3, 4\.$"):
        correlations(numbered, controls=7)


def test_codes_of_categories_are_not_held_constant_unless_there_are_two():
    answers = simulate("y ~ 0.4*x", 90, seed=1).assign(region=[1, 2, 3] * 30, listed=[1, 2] * 45)
    three, two = {"region": {1: "North", 2: "East", 3: "West"}}, {"listed": {1: "Yes", 2: "No"}}
    with pytest.raises(SpecificationError) as refusal:
        correlations(answers, controls="region", categorical=three)
    assert str(refusal.value) == (
        "controls: region is a question of categories without order, and its codes are no quantity to hold constant. "
        "Take it as a predictor of a regression, which compares its categories: 'Y ~ X + region'. If its categories "
        "stand in order, write 'ordered: true' to it in the instrument."
    )
    assert correlations(answers[["y", "x", "listed"]], controls="listed", categorical=two).n == 90
