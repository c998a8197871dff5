import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_sem.errors import SpecificationError
from sme_sem.instrument import Hypothesis
from sme_sem.sem.diagnosis import Diagnostic
from sme_sem.sem.fit import fit
from sme_sem.sem.hypotheses import test_hypotheses as judge
from sme_sem.simulation import simulate
from sme_sem.words import Words


def expected(id, path, sign="+", model=None):
    return Hypothesis(id=id, path=path, sign=sign, text={"en": "It does.", "zh": "如此。"}, model=model)


@pytest.fixture(scope="module")
def answers():
    return simulate("y ~ 0.5*a + -0.4*b + 0*c", 400, seed=5)


@pytest.fixture(scope="module")
def fitted(answers):
    return fit("y ~ a + b + c", answers)


def test_supported_means_expected_sign_and_small_p(fitted):
    tests = judge(
        [
            expected("H1", "y ~ a"),
            expected("H2", "y ~ a", "-"),
            expected("H3", "y ~ b", "-"),
            expected("H4", "y ~ b"),
            expected("H5", "y ~ c"),
        ],
        fitted,
    )
    assert [t.supported for t in tests.tests] == [True, False, True, False, False]
    opposite = "不成立（显著，但方向相反）"
    assert [t.verdict.zh for t in tests.tests] == ["成立", opposite, "成立", opposite, "不成立"]
    assert tests.supported == ("H1", "H3")


def test_a_verdict_on_a_solution_with_a_warning_says_so_itself(fitted):
    warning = Diagnostic("warning", "negative_variance", Words("a variance is negative.", "存在负的方差。"))
    verdicts = [judge([expected("H1", "y ~ a")], own).tests[0].verdict for own in (fitted, fitted._noting([warning]))]
    assert [verdict.en for verdict in verdicts] == ["Supported", "Supported (see the caution)"]
    assert verdicts[1].zh == "成立（见警告）"


def test_the_numbers_are_those_of_the_path(fitted):
    test = judge([expected("H1", "y ~ b", "-")], fitted).tests[0]
    row = fitted.estimates().query("op == '~' and rhs == 'b'").iloc[0]
    assert (test.est, test.se, test.beta, test.z, test.pvalue) == (
        row["est"],
        row["se"],
        row["std_all"],
        row["z"],
        row["pvalue"],
    )


@given(alpha=st.floats(1e-6, 0.5), sign=st.sampled_from("+-"), cause=st.sampled_from("abc"))
def test_a_test_supports_only_what_its_rule_says(fitted, alpha, sign, cause):
    test = judge([expected("H1", f"y ~ {cause}", sign)], fitted, alpha).tests[0]
    assert test.supported == (test.pvalue < alpha and (test.est > 0) == (sign == "+"))


def test_a_path_that_the_model_does_not_hold_is_not_tested(fitted):
    test = judge([expected("H1", "a ~ y")], fitted).tests[0]
    assert test.supported is None and test.verdict.en == "not in this model" and math.isnan(test.est)


def test_a_fixed_path_is_not_tested(answers):
    test = judge([expected("H1", "y ~ a")], fit("y ~ 0.5*a + b", answers)).tests[0]
    assert test.supported is None and test.verdict.en == "fixed in this model"


def test_without_a_fit_there_is_no_verdict(answers):
    lost = fit("f =~ a + b + c + y", answers, max_iterations=0, on_failure="return")
    assert not lost.converged
    for found in (None, lost):
        test = judge([expected("H1", "y ~ a")], found).tests[0]
        assert test.supported is None and test.verdict.en == "model not fitted"


def test_a_hypothesis_may_be_tested_on_another_model(fitted, answers):
    other = fit("a ~ y", answers)
    asked = [expected("H1", "y ~ a", model="other"), expected("H2", "y ~ a", model="failed"), expected("H3", "y ~ a")]
    tests = judge(asked, fitted, others={"other": other, "failed": None})
    assert [t.verdict.en for t in tests.tests] == ["not in this model", "model not fitted", "Supported"]


def test_the_table_states_the_rule_and_the_frame_keeps_precision(fitted):
    tests = judge([expected("H1", "y ~ a")], fitted, 0.01, labels={"y": "Yield"})
    table = tests.tables()[0]
    assert str(table.notes[0]) == "Supported: the path has the expected sign and its two-sided p is below .01."
    assert table.records("zh")[0]["path"] == "Yield ← a"
    assert tests.frame.loc[0, "est"] == fitted.estimates().query("rhs == 'a' and op == '~'")["est"].iloc[0]
    assert tests.frame.loc[0, ["id", "verdict", "text"]].tolist() == ["H1", "Supported", "It does."]


def test_what_stands_against_the_fit_stands_under_the_table():
    names = list("xyzw")
    correlations = [[1, 0.9, 0.3, 0.2], [0.9, 1, 0.2, 0.1], [0.3, 0.2, 1, 0.1], [0.2, 0.1, 0.1, 1]]
    frame = pd.DataFrame(correlations, index=names, columns=names)
    found = fit("f =~ x + y + z\nw ~ f", cov=frame, n=200)
    tests = judge([expected("H1", "w ~ f"), expected("H2", "w ~ f")], found)
    assert [str(note).startswith("Caution (warning): Heywood case") for note in tests.tables()[0].notes] == [
        False,
        True,
    ]


@pytest.mark.parametrize("alpha", [0, 1, -0.1, math.nan])
def test_an_impossible_level_is_refused(fitted, alpha):
    with pytest.raises(SpecificationError, match=": give a share between 0 and 1"):
        judge([expected("H1", "y ~ a")], fitted, alpha)


@pytest.fixture(scope="module")
def borderline():
    """b has p = .032: supported alone, not among three."""
    names = ["y", "a", "b", "c"]
    S = pd.DataFrame([[1, 0.5, 0.13, 0], [0.5, 1, 0, 0], [0.13, 0, 1, 0], [0, 0, 0, 1]], names, names)
    found = fit("y ~ a + b + c", cov=S, n=200)
    p_value = found.estimates().query("rhs == 'b'")["pvalue"].iloc[0]
    assert 0.05 / 2 < p_value < 0.05
    return found


def test_a_correction_may_take_support_away(borderline):
    asked = [expected("H1", "y ~ a"), expected("H2", "y ~ b"), expected("H3", "y ~ c"), expected("H4", "y ~ d")]
    plain, holm = judge(asked, borderline), judge(asked, borderline, correction="holm")
    assert plain.supported == ("H1", "H2") and holm.supported == ("H1",)
    assert [t.pvalue for t in holm.tests[:3]] == [t.pvalue for t in plain.tests[:3]]
    assert holm.tests[1].pvalue_adjusted == pytest.approx(2 * holm.tests[1].pvalue)  # three tested, not four
    assert holm.tests[3].supported is None and math.isnan(holm.tests[3].pvalue_adjusted)


def test_the_table_names_the_correction_and_shows_the_corrected_p(borderline):
    table = judge([expected("H1", "y ~ a"), expected("H2", "y ~ b")], borderline, correction="holm").tables()[0]
    assert [c.name for c in table.columns][-2:] == ["pvalue_adjusted", "verdict"]
    assert "corrected for 2 tests (Holm, 1979), is below .05" in str(table.notes[0])
    assert "经2次检验校正（Holm，1979）" in table.notes[0].zh
    assert "pvalue_adjusted" not in [c.name for c in judge([expected("H1", "y ~ a")], borderline).tables()[0].columns]


def test_an_unknown_correction_is_refused(borderline):
    with pytest.raises(SpecificationError) as refusal:
        judge([expected("H1", "y ~ a")], borderline, correction="holms")
    assert str(refusal.value) == (
        "correction='holms' is not available; it can be 'none', 'holm', 'benjamini-hochberg'. Did you mean 'holm'?"
    )


def test_a_fit_of_several_groups_is_refused_as_no_group_is_named(answers):
    by_half = fit("y ~ a + b + c", answers.assign(half=[*"AB"] * (len(answers) // 2)), group="half")
    for hypothesized, others in ((by_half, {}), (None, {"other": by_half})):
        with pytest.raises(SpecificationError, match="one group"):
            judge([expected("H1", "y ~ a")], hypothesized, others=others)
