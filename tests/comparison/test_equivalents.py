"""Equivalent models: the textbook's, and that each one listed fits exactly as well."""

import re

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.tables import Words

POPULATION = """
    ind =~ 1*a1 + .8*a2 + .9*a3
    dem =~ 1*b1 + .8*b2 + 1.1*b3
    use =~ 1*c1 + .7*c2 + .9*c3
    dem ~ .5*ind
    use ~ .6*dem
"""
NAMES = ["x", "m", "y"]


def three_variables():
    S = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
    return {"cov": pd.DataFrame(S, index=NAMES, columns=NAMES), "n": 200}


def test_a_chain_can_be_turned_round_from_its_beginning():
    """x -> m -> y says x and y are independent given m, as x <- m -> y does."""
    found = sme.equivalents(sme.fit("m ~ x; y ~ m", **three_variables(), fixed_x=False)).table["change"].tolist()
    assert "x ← m in place of m ← x" in found
    assert "m ← y in place of y ← m" not in found  # a collider says something else


def test_a_saturated_model_may_be_changed_anywhere_it_makes_no_loop():
    fit = sme.fit("m ~ x; y ~ m + x", **three_variables(), fixed_x=False)
    found = sme.equivalents(fit)
    assert len(found.table) == found.tried


def test_every_model_listed_fits_exactly_as_well_when_fitted_for_itself():
    frame = sme.simulate(POPULATION, 300, seed=632)
    fit = sme.fit(re.sub(r"[\d.]+\*", "", POPULATION), frame)
    found = sme.equivalents(fit)
    assert found.table["change"].tolist() == ["ind ← dem in place of dem ← ind", "dem ↔ ind in place of dem ← ind"]
    for specification in found.models:
        other = sme.fit(specification, frame).measures()
        assert other["df"] == fit.measures()["df"]
        assert other["chisq"] == pytest.approx(fit.measures()["chisq"], abs=1e-8)
    assert (found.table["discrepancy"] < 1e-8).all()


@pytest.mark.parametrize(("estimator", "missing"), [("MLR", "listwise"), ("MLR", "fiml"), ("MLMV", "listwise")])
def test_the_chi_square_of_equivalents_is_of_the_kind_reported(estimator, missing):
    answers = sme.simulate("f =~ x1 + x2 + x3; g =~ y1 + y2 + y3; g ~ 0.5*f + 0.3*z; w ~ 0.4*g", 300, seed=1)
    options = {"estimator": estimator, "missing": missing, "fixed_x": False}
    fit = sme.fit("f =~ x1 + x2 + x3; g =~ y1 + y2 + y3; g ~ f + z; w ~ g", np.exp(answers / 2), **options)
    found = sme.equivalents(fit)
    assert len(found.models) and set(found.table["chisq"]) == {fit.measures()["chisq_scaled"]}
    for model in found.models[:2]:
        other = sme.fit(model, np.exp(answers / 2), **options)
        assert other.measures()["chisq_scaled"] == pytest.approx(found.table["chisq"][0], rel=1e-6)
    assert found.tables()[0].notes[1].en == "χ² is corrected, as that of the model reported is."


def test_changes_are_named_by_labels_in_both_languages():
    found = sme.equivalents(sme.fit("m ~ x; y ~ m", **three_variables(), fixed_x=False))
    (table,) = found.labelled({"x": "Price", "m": Words("Trust", "信任")})
    assert str(table.rows[0][0]) == "Price ← Trust in place of Trust ← Price"
    assert table.rows[0][0].zh == "以“Price ← 信任”代替“信任 ← Price”"
    assert str(found.tables()[0].rows[0][0]) == found.table["change"][0]


def test_given_variables_may_be_pointed_at():
    frame = sme.simulate("m ~ .5*x\ny ~ .4*m + .2*x", 200, seed=1)
    fit = sme.fit("m ~ x\ny ~ m", frame)
    found = sme.equivalents(fit)
    assert "x ← m in place of m ← x" in found.table["change"].tolist()
    assert found.table["chisq"].to_numpy() == pytest.approx(fit.measures()["chisq"], abs=1e-8)


def test_a_model_without_structure_has_none_and_says_so():
    frame = sme.simulate("f =~ 1*a + .8*b + .7*c + .9*d", 200, seed=1)
    found = sme.equivalents(sme.fit("f =~ a + b + c + d", frame))
    assert found.tried == 0 and found.table.empty
    assert "没有仅改动一条关系的等价模型" in str(found.tables()[0].notes[0].zh)


def test_an_unconverged_model_is_refused():
    frame = sme.simulate(POPULATION, 300, seed=632)
    stopped = sme.fit(re.sub(r"[\d.]+\*", "", POPULATION), frame, max_iterations=1, on_failure="return")
    with pytest.raises(sme.ConvergenceError, match="it has no equivalents"):
        sme.equivalents(stopped)
