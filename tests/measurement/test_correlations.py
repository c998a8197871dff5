import math

import numpy as np
import pandas as pd
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
