"""Normality of answers: against R's psych and pingouin, and on awkward data."""

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sme_sem.errors import DataProblem
from sme_sem.measurement.normality import normality

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "normality.json").read_text("utf-8"))


@pytest.fixture
def answers():
    return pd.DataFrame(REFERENCE["answers"], columns=["a", "b", "c"])


@pytest.fixture
def result(answers):
    return normality(answers)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("mardia_skew", "b1p"),
        ("mardia_skew_chisq", "skew"),
        ("mardia_skew_pvalue", "p_skew"),
        ("mardia_kurtosis", "b2p"),
        ("mardia_kurtosis_z", "kurtosis"),
        ("mardia_kurtosis_pvalue", "p_kurt"),
    ],
)
def test_mardia_s_coefficients_agree_with_psych(result, ours, theirs):
    assert getattr(result, ours) == pytest.approx(REFERENCE["mardia"][theirs], rel=1e-10)


def test_skewness_and_kurtosis_of_items_agree_with_psych_s_second_type(result):
    np.testing.assert_allclose(result.items["skew"], REFERENCE["skew_type2"], rtol=1e-10)
    np.testing.assert_allclose(result.items["kurtosis"], REFERENCE["kurtosis_type2"], rtol=1e-10)
    assert result.items["item"].tolist() == ["a", "b", "c"]
    assert result.mardia_skew_df == 10


def test_the_henze_zirkler_test_is_pingouin_s_on_the_answers_as_they_are(answers, result):
    from pingouin import multivariate_normality

    found = multivariate_normality(answers.astype(float))
    assert result.henze_zirkler == pytest.approx(found.hz, rel=1e-9)
    assert result.henze_zirkler_pvalue == pytest.approx(found.pval, rel=1e-9)


def test_whole_numbers_are_not_rounded_on_the_way(answers, result):
    assert answers.dtypes.eq("int64").all()
    assert result.henze_zirkler == normality(answers.astype(float)).henze_zirkler


def test_units_do_not_matter(answers, result):
    rescaled = normality(answers * [1e6, 1e-6, 1])
    assert rescaled.mardia_skew == pytest.approx(result.mardia_skew, rel=1e-9)
    assert rescaled.henze_zirkler == pytest.approx(result.henze_zirkler, rel=1e-9)


def test_a_gap_costs_the_respondent_in_the_multivariate_tests_only(answers):
    answers = answers.astype(float)
    answers.loc[0, "a"] = np.nan
    result = normality(answers)
    assert result.n == 39
    assert result.items["n"].tolist() == [39, 40, 40]
    assert result.mardia_skew == normality(answers.drop(index=0)).mardia_skew
    assert "39 of 40" in str(result)


def test_the_henze_zirkler_test_is_left_out_for_very_many_respondents_and_says_so(answers, monkeypatch):
    module = import_module("sme_sem.measurement.normality")  # the package gives the function of that name
    monkeypatch.setattr(module, "LARGEST_HENZE_ZIRKLER", 39)
    result = normality(answers)
    assert np.isnan(result.henze_zirkler)
    assert np.isfinite(result.mardia_kurtosis)
    assert "Henze-Zirkler test not computed" in str(result)


def test_a_constant_item_is_named(answers):
    with pytest.raises(DataProblem, match=r"everybody gave the same answer to d: no correlations"):
        normality(answers.assign(d=3))


def test_both_languages_are_complete(result):
    multivariate, items = result.tables()
    assert [table.name for table in result.tables()] == ["multivariate_normality", "item_normality"]
    assert len(multivariate.rows) == 3
    assert len(items.rows) == 3
    assert multivariate.title.zh == "多元正态性"
    assert items.columns[4].heading.zh == "偏度"
