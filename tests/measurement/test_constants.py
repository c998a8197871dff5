"""What everybody answered alike is noticed whatever its code: 0.1 has no exact mean, 3 has."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme

CODES = [3, 0.1, 0.3, 1e-7 / 3, 1234.1]


def answers(code, n=300):
    rng = np.random.default_rng(5)
    general = rng.standard_normal((n, 1))
    frame = pd.DataFrame(general + rng.standard_normal((n, 3)), columns=["b", "c", "d"])
    return frame.assign(a=code)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("options", [{}, {"missing": "fiml"}, {"estimator": "GLS"}])
def test_a_constant_cause_is_refused(code, options):
    with pytest.raises(sme.DataProblem, match="no variation in 'a': every respondent gave the same answer"):
        sme.fit("b ~ a + c", answers(code), **options)


@pytest.mark.parametrize("code", CODES)
def test_omega_of_a_scale_with_a_constant_item_is_unknown(code):
    found = sme.reliability(answers(code), {"s": ["a", "b", "c", "d"]}).scales.iloc[0]
    assert np.isnan(found["omega"])
    assert found["alpha"] == pytest.approx(
        sme.reliability(answers(3), {"s": ["a", "b", "c", "d"]}).scales.iloc[0]["alpha"], rel=1e-12
    )


@pytest.mark.parametrize("code", CODES)
def test_a_constant_has_no_correlations_and_gives_raters_nothing_to_agree_on(code):
    with pytest.raises(sme.DataProblem, match="everybody has the same score on a"):
        sme.correlations(answers(code))
    with pytest.raises(sme.DataProblem, match="nothing to agree on"):
        sme.rater_agreement(pd.DataFrame(np.full((3, 4), code)))


@pytest.mark.parametrize("code", CODES)
def test_a_constant_is_no_test_of_nonresponse(code):
    found = sme.nonresponse(answers(code).assign(day=range(300)), "day").table.set_index("variable")
    assert np.isnan(found.loc["a", "pvalue"])
    three = found.drop(index="a")
    assert (three["pvalue_corrected"] <= 3 * three["pvalue"] + 1e-12).all()


@pytest.mark.parametrize(("usual", "other"), [(3, 4), (3, 3.1), (0.1, 0.3)])
def test_draws_without_the_only_other_answer_are_the_same_whatever_the_codes(usual, other):
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(
        np.round(3 + rng.standard_normal((40, 1)) + rng.standard_normal((40, 6))), columns=list("abcdef")
    )
    frame["a"] = np.where(np.arange(40) == 7, other, usual)
    # an answer is left out of a draw of 40 with probability (39 / 40)^40 = .363
    rows = np.random.default_rng(1).integers(40, size=(400, 40))
    expected = int((rows != 7).all(axis=1).sum())
    assert sme.heterotrait(frame, {"u": ["a", "b", "c"], "v": ["d", "e", "f"]}, draws=400, seed=1).failed == expected
    assert sme.loading_intervals(frame, 2, draws=400, seed=1).failed == expected
