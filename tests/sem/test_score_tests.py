"""Score tests of equalities: lavaan's, and against the model with the equality given up."""

import numpy as np
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, pupils, pupils_with_gaps
from sem.holzinger import fitted as fitted_case
from sem.ordered_answers import fitted as fitted_ordered
from sem.reading_off import CASES, cases_with, fitted

# lavaan 0.7 (snapshot of August 2026), lavTestScore() at polished optima, on hs.csv
LABELS = [9.13339782704672, 0.0363673330089953, 2.87048386143843, 12.0402490214941]
SCALAR_TOTAL = 46.9560646513209
PARTIAL = {"group_equal": ["loadings", "intercepts"], "estimator": "MLR"}
EQUAL = MODEL.replace("x2", "a*x2").replace("x3", "a*x3").replace("x5", "b*x5").replace("x6", "c*x6")


@pytest.mark.parametrize("case", cases_with("tests"))
def test_every_equality_and_all_together_agree_with_lavaan(case):
    # constrained optima of lavaan are good to five digits
    theirs, ours = CASES[case]["tests"], fitted(case).score_tests()
    single = ours[ours["op"] == "=="]["x2"]
    assert len(single) == len(theirs["univariate"])
    np.testing.assert_allclose(np.sort(single), np.sort(theirs["univariate"]), rtol=5e-4)
    assert ours["x2"].iloc[-1] == pytest.approx(theirs["total"]["X2"], rel=1e-5)


def test_the_polished_total_of_equal_loadings_and_intercepts_is_lavaan_s():
    total = fitted("schools").score_tests().iloc[-1]
    assert total["x2"] == pytest.approx(SCALAR_TOTAL, rel=1e-9)
    assert total["df"] == 12  # 15 equalities, three of which the means of the constructs take up


def test_labels_and_written_constraints_together_agree_with_lavaan_to_the_last_digits():
    fit = fitted_case("hs_cfa_labels_eq").score_tests()
    np.testing.assert_allclose(fit["x2"], LABELS, rtol=1e-8)
    assert list(fit["df"]) == [1, 1, 1, 3]


@pytest.mark.parametrize("constraint", ["b == c + 0.1", "d == 0.74", "b*c == 0.7"])
def test_the_test_is_about_the_drop_in_chi_square_when_the_equality_is_given_up(constraint):
    answers = sme.simulate("f =~ 1*t1 + 0.9*t2 + 0.8*t3 + 0.7*t4", 3000, seed=5)
    text = "f =~ t1 + b*t2 + c*t3 + d*t4"
    kept, free = sme.fit(f"{text}\n{constraint}", answers), sme.fit(text, answers)
    found = kept.score_tests().iloc[0]
    drop = kept.measures()["chisq"] - free.measures()["chisq"]
    assert drop > 0.1
    assert found["x2"] == pytest.approx(drop, rel=0.05)
    assert (found["df"], found["lhs"], found["op"], found["rhs"]) == (1, *constraint.replace(" ", "").partition("=="))


def test_the_expected_difference_is_about_the_one_that_shows():
    kept = sme.fit(MODEL.replace("x2", "a*x2").replace("x3", "a*x3"), pupils())
    found = kept.score_tests().iloc[0]
    free = sme.fit(MODEL, pupils()).estimates().query("op == '=~'").set_index("rhs")["est"]
    assert found["epc"] == pytest.approx(free["x2"] - free["x3"], rel=0.15)
    assert (found["lhs"], found["rhs"]) == ("visual =~ x2", "visual =~ x3")


def test_a_label_shared_is_an_equality_written():
    shared = sme.fit(EQUAL, pupils()).score_tests()
    written = sme.fit(EQUAL.replace("a*x3", "aa*x3") + "\n a == aa", pupils()).score_tests()
    np.testing.assert_allclose(written[["x2", "epc"]], shared[["x2", "epc"]], rtol=1e-6)
    assert (shared["x2"].iloc[-1], shared["df"].iloc[-1]) == (pytest.approx(shared["x2"].iloc[0]), 1)


def test_a_unit_of_measurement_changes_no_test():
    data = pupils()
    data["x2"] *= 1000
    plain = sme.fit(MODEL, pupils(), group="school", group_equal="loadings").score_tests()
    scaled = sme.fit(MODEL, data, group="school", group_equal="loadings").score_tests()
    np.testing.assert_allclose(scaled["x2"], plain["x2"], rtol=1e-6)
    assert set(plain["group_lhs"][:-1]) == {"Pasteur"} and set(plain["group_rhs"][:-1]) == {"Grant-White"}


@pytest.mark.parametrize(
    "options", [{"estimator": "MLR"}, {"estimator": "MLM"}, {"estimator": "MLR", "missing": "fiml"}]
)
def test_robust_estimators_give_the_robust_form_beside_the_plain_one(options):
    data = pupils_with_gaps() if "missing" in options else pupils()
    found = sme.fit(MODEL, data, group="school", group_equal="loadings", **options).score_tests()
    single = found.iloc[:-1]
    ratio = single["x2_robust"] / single["x2"]
    assert ratio.between(0.5, 2).all() and (abs(ratio - 1) > 1e-3).all()
    assert (found["df"].iloc[-1], found["pvalue_robust"].between(0, 1).all()) == (6, True)


def test_the_robust_form_is_the_plain_one_for_normal_answers():
    answers = sme.simulate("f =~ 0.8*a + 0.7*b + 0.6*c + 0.7*d", 20000, seed=3)
    found = sme.fit("f =~ a + k*b + k*c + k*d", answers, estimator="MLR").score_tests()
    np.testing.assert_allclose(found["x2_robust"], found["x2"], rtol=0.06)


def test_robust_tests_of_groups_agree_with_lavaan():
    # lavaan 0.7 (snapshot of August 2026): equal loadings and intercepts but x3 ~ 1 and x7 ~ 1, MLR
    fit = sme.fit(MODEL, pupils(), group="school", group_partial=["x3 ~ 1", "x7 ~ 1"], **PARTIAL)
    found = fit.score_tests()
    np.testing.assert_allclose(found["x2"][:2], [0.734497747580441, 0.492149039832771], rtol=1e-9)
    np.testing.assert_allclose(found["x2_robust"][:2], [0.80803057326151, 0.534593565237826], rtol=1e-9)


def test_robust_tests_of_ordered_answers_agree_with_lavaan():
    # lavaan 0.7 (snapshot of August 2026), lavTestScore(): equal loadings and thresholds, WLSMV
    found = fitted_ordered("datcat_mg_equal_wlsmv").score_tests()
    plain = [0.0373859632288551, 0.918298062877081, 0.192803477638839, 0.566418630692023]
    np.testing.assert_allclose(found["x2"][:4], plain, rtol=2e-5)
    np.testing.assert_allclose(
        found["x2_robust"][:4], [0.0283867607925634, 0.861763402842669, 0.134814760152358, 0.529231724981603], rtol=2e-5
    )


@pytest.mark.parametrize("estimator", ["ULSMV", "DWLS", "WLSMV"])
def test_robust_least_squares_have_the_robust_form(estimator):
    found = sme.fit(MODEL, pupils(), group="school", group_equal="loadings", estimator=estimator).score_tests()
    assert ("x2_robust" in found) == (estimator != "DWLS")


def test_effect_coding_is_no_equality_to_test():
    with pytest.raises(sme.SpecificationError, match="the model holds no parameters equal"):
        sme.fit(MODEL, pupils(), effect_coding=True).score_tests()


def test_an_equality_that_only_gives_a_scale_has_no_degrees_of_freedom():
    text = MODEL.replace("x1", "NA*x1 + m*x1")
    found = sme.fit(f"{text}\n m == 1", pupils()).score_tests().iloc[0]
    assert (found["df"], found["x2"]) == (0, 0.0)
    assert np.isnan(found["epc"])


def test_without_equalities_there_is_nothing_to_test():
    with pytest.raises(sme.SpecificationError) as caught:
        fitted("whole").score_tests()
    assert str(caught.value) == (
        "the model holds no parameters equal, so there is nothing to test: neither by a label shared, nor by '==' or "
        "group_equal=."
    )


def test_an_equality_with_a_path_that_reaches_no_answer_has_no_degrees_of_freedom():
    # a phantom variable repeats a path, so that its total effect is a specific one
    text = "y ~ c*x + b*m; m ~ a*x; p =~ 0*y; p ~ a*x; p ~~ 0*p"
    fit = sme.fit(text, sme.simulate("m ~ 0.5*x; y ~ 0.4*m + 0.2*x", 200, seed=2))
    found = fit.score_tests()
    assert list(found["x2"]) == [0, 0]
    assert list(found["df"]) == [0, 0]
