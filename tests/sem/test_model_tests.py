"""Tests of a model by other statistics: lavaan's, and those of the fit that was asked for them."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from chinese import wholly_chinese
from sem.holzinger import MODEL, pupils, pupils_with_gaps
from sem.ordered_answers import fitted as fitted_ordered
from sem.reading_off import CASES, cases_with, fitted
from sme_sem.errors import ConvergenceError, DataProblem, SpecificationError

LIKELIHOOD = ["satorra_bentler", "scaled_shifted", "mean_var_adjusted", "yuan_bentler", "yuan_bentler_mplus"]
RESIDUAL = ["browne_residual_nt", "browne_residual_adf"]


@pytest.mark.parametrize("case", cases_with("model_tests"))
def test_every_statistic_agrees_with_lavaan(case):
    theirs = CASES[case]["model_tests"]
    found = fitted(case).model_tests(list(theirs)).set_index("test")
    for name, expected in theirs.items():
        own = found.loc[name.replace(".", "_")]
        assert own["chisq"] == pytest.approx(expected["stat"], rel=1e-6)
        assert own["df"] == pytest.approx(expected["df"], rel=1e-6)
        if "scaling.factor" in expected:
            assert own["scaling_factor"] == pytest.approx(expected["scaling.factor"], rel=1e-6)
            assert own["shift"] == pytest.approx(expected.get("shift.parameter", 0), rel=1e-5)


def test_each_is_the_test_of_a_fit_that_was_asked_for_it():
    own = sme.fit(MODEL, pupils()).model_tests().set_index("test")
    assert list(own.index) == ["standard", *(name for name in LIKELIHOOD if name != "yuan_bentler"), *RESIDUAL]
    own = sme.fit(MODEL, pupils()).model_tests([*LIKELIHOOD, *RESIDUAL]).set_index("test")
    for name in LIKELIHOOD:
        asked = sme.fit(MODEL, pupils(), test=name).measures()
        assert list(own.loc[name, ["chisq", "df", "pvalue"]]) == list(
            asked[["chisq_scaled", "df_scaled", "pvalue_scaled"]]
        )
    for name in RESIDUAL:
        asked = sme.fit(MODEL, pupils(), test=name).measures()
        assert list(own.loc[name, ["chisq", "df", "pvalue"]]) == list(asked[["chisq", "df", "pvalue"]])


def test_only_what_goes_with_the_fit_is_listed_and_its_own_test_first():
    gaps = sme.fit(MODEL, pupils_with_gaps(), estimator="MLR", missing="fiml").model_tests()
    assert list(gaps["test"]) == ["yuan_bentler_mplus", "standard"]
    ordered = fitted_ordered("bfi_wlsmv").model_tests()
    assert list(ordered["test"]) == ["scaled_shifted", "standard", "satorra_bentler", "mean_var_adjusted"]
    assert np.isnan(ordered["pvalue"][1])  # the plain one of DWLS is no chi-square
    answers = pupils()[[f"x{i}" for i in range(1, 10)]]
    covariances = sme.fit(MODEL, cov=answers.cov(), n=len(answers)).model_tests()
    assert list(covariances["test"]) == ["standard", "browne_residual_nt"]
    firms = pupils().assign(firm=np.arange(len(pupils())) % 60)
    clusters = sme.fit(MODEL, firms, cluster="firm").model_tests()
    assert list(clusters["test"]) == ["yuan_bentler_mplus"]


def test_few_respondents_leave_out_what_weighs_by_their_own_moments():
    few = sme.fit(MODEL, pupils().head(40)).model_tests()
    assert "browne_residual_adf" not in list(few["test"]) and "browne_residual_nt" in list(few["test"])
    with pytest.raises(DataProblem, match="browne_residual_adf"):
        sme.fit(MODEL, pupils().head(40)).model_tests("browne_residual_adf")


def test_a_saturated_model_leaves_nothing_to_test():
    found = sme.fit("visual =~ x1 + x2 + x3", pupils()).model_tests()
    assert (found["df"] == 0).all() and found["pvalue"].isna().all()
    assert found["chisq"].abs().max() < 1e-10


@pytest.mark.parametrize("tests", ["nonsense", ["standard", "wald"], 3])
def test_an_unknown_test_is_refused(tests):
    with pytest.raises(SpecificationError) as refused:
        sme.fit(MODEL, pupils()).model_tests(tests)
    assert wholly_chinese(refused.value.in_chinese())


def test_what_a_fit_cannot_have_is_refused_by_name():
    gaps = sme.fit(MODEL, pupils_with_gaps(), missing="fiml")
    with pytest.raises(SpecificationError, match="needs complete answers"):
        gaps.model_tests("scaled_shifted")
    answers = pupils()[[f"x{i}" for i in range(1, 10)]]
    with pytest.raises(SpecificationError, match="give data=, not cov="):
        sme.fit(MODEL, cov=answers.cov(), n=len(answers)).model_tests("satorra_bentler")
    lost = sme.fit(MODEL, pupils(), max_iterations=1, on_failure="return")
    with pytest.raises(ConvergenceError):
        lost.model_tests()


@pytest.mark.parametrize("tests", [["standard", "satorra.bentler"], ("satorra_bentler",)])
def test_the_plain_test_may_be_named_beside_another(tests):
    pd.testing.assert_series_equal(
        sme.fit(MODEL, pupils(), test=tests).measures(), sme.fit(MODEL, pupils(), test="satorra_bentler").measures()
    )
    assert "chisq_scaled" not in sme.fit(MODEL, pupils(), test=["standard"]).measures()


def test_two_tests_beside_the_plain_one_are_refused_and_told_where_they_are():
    with pytest.raises(SpecificationError, match="model_tests") as refused:
        sme.fit(MODEL, pupils(), test=["satorra_bentler", "scaled_shifted"])
    assert wholly_chinese(refused.value.in_chinese())
