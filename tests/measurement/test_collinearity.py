"""Variance inflation: against the inverse correlation matrix, and on awkward predictors."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import DataProblem, SpecificationError
from sme_sem.measurement.collinearity import collinearity, variance_inflation

PREDICTORS = ["x1", "x2", "x3"]


def test_the_factors_are_the_diagonal_of_the_inverse_correlation_matrix(pupils):
    found = variance_inflation(pupils, {"x9": PREDICTORS}).vif
    expected = np.diag(np.linalg.inv(pupils[PREDICTORS].corr()))
    np.testing.assert_allclose(found["vif"], expected, rtol=1e-10)
    np.testing.assert_allclose(found["tolerance"], 1 / expected, rtol=1e-10)
    assert found["predictor"].tolist() == PREDICTORS
    assert set(found["n"]) == {301}


def test_unrelated_predictors_do_not_inflate(pupils):
    white = np.linalg.qr(pupils[PREDICTORS] - pupils[PREDICTORS].mean())[0]
    found = variance_inflation(pd.DataFrame(white, columns=PREDICTORS), {"y": PREDICTORS}).vif
    np.testing.assert_allclose(found["vif"], 1, rtol=1e-10)


def test_far_away_means_and_tiny_units_do_not_matter(pupils):
    plain = variance_inflation(pupils, {"y": PREDICTORS}).vif["vif"]
    moved = variance_inflation(pupils[PREDICTORS] * [1e-6, 1, 1e5] + [0, 1e5, 0], {"y": PREDICTORS}).vif["vif"]
    np.testing.assert_allclose(moved, plain, rtol=1e-6)


def test_constructs_are_scored_by_the_mean_of_their_items(pupils):
    scales = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"]}
    result = variance_inflation(pupils, {"speed": ["visual", "textual", "x9"]}, scales)
    scores = pd.DataFrame({name: pupils[items].mean(axis=1) for name, items in scales.items()})
    expected = np.diag(np.linalg.inv(scores.assign(x9=pupils["x9"]).corr()))
    np.testing.assert_allclose(result.vif["vif"], expected, rtol=1e-10)
    assert result.notes[0].en == "The score of a scale is the mean of its items."


def test_the_predictors_of_a_fit_are_found_in_it_even_through_two_levels(pupils):
    model = """
        visual =~ x1 + x2
        textual =~ x4 + x5
        ability =~ visual + textual + x3
        speed =~ x7 + x8
        speed ~ ability + x9
        x6 ~ speed
    """
    result = collinearity(sme.fit(model, pupils, on_failure="return"), pupils)
    assert result.vif[["outcome", "predictor"]].to_numpy().tolist() == [
        ["speed", "ability"],
        ["speed", "x9"],
        ["x6", "speed"],
    ]
    r = pupils[["x1", "x2", "x4", "x5", "x3"]].mean(axis=1).corr(pupils["x9"])
    assert result.vif["vif"].tolist() == pytest.approx([1 / (1 - r**2), 1 / (1 - r**2), 1.0])


def test_rows_with_a_gap_are_left_out_of_the_outcomes_they_concern(pupils):
    pupils.loc[:9, "x1"] = np.nan
    found = variance_inflation(pupils, {"a": ["x1", "x2"], "b": ["x2", "x3"]}).vif
    assert found["n"].tolist() == [291, 291, 301, 301]


def test_a_copied_predictor_is_named(pupils):
    with pytest.raises(DataProblem, match=r"^predictors of 'y': the correlation matrix is singular: x1, copy"):
        variance_inflation(pupils.assign(copy=pupils["x1"]), {"y": ["x1", "copy", "x2"]})


def test_an_unknown_predictor_is_named(pupils):
    with pytest.raises(SpecificationError, match="no column 'x11'"):
        variance_inflation(pupils, {"y": ["x1", "x11"]})


def test_a_model_without_paths_is_refused(pupils):
    fit = sme.fit("visual =~ x1 + x2 + x3", pupils)
    with pytest.raises(SpecificationError, match=r"the model has no path \(no '~' line\)"):
        collinearity(fit, pupils)


def test_the_table_speaks_both_languages(pupils):
    (table,) = variance_inflation(pupils, {"x9": PREDICTORS}).tables()
    assert table.title.zh == "多重共线性"
    assert [column.name for column in table.columns] == ["outcome", "predictor", "n", "vif", "tolerance"]
    assert len(table.rows) == 3


def test_a_composite_is_scored_by_its_weights(pupils):
    fit = sme.fit("C <~ x1 + x2 + x3; T =~ x4 + x5 + x6; x7 ~ C + T; x8 ~ C", pupils)
    found = collinearity(fit, pupils)
    score = pupils[["x1", "x2", "x3"]] @ fit.composites()["weight"].to_numpy()
    r = score.corr(pupils[["x4", "x5", "x6"]].mean(axis=1))
    assert found.vif["vif"].tolist() == pytest.approx([1 / (1 - r**2)] * 2 + [1.0])
    assert [str(note) for note in found.notes][1:] == ["C: made of items, and scored by their weights."]
