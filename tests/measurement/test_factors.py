"""Exploratory factor analysis: psych's values, planted factors, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sme_sem.errors import ConvergenceError, DataProblem, SpecificationError

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "efa.json").read_text("utf-8"))
TWO = "a =~ .8*a1 + .7*a2 + .8*a3 + .7*a4; b =~ .8*b1 + .7*b2 + .8*b3 + .7*b4; a ~~ .3*b"
TWO += "".join(f"; {name}{i} ~~ {0.51 if i % 2 == 0 else 0.36}*{name}{i}" for name in "ab" for i in range(1, 5))


def distance(loadings, theirs):
    """The largest difference, columns matched up to sign and order."""
    ours, theirs = loadings.to_numpy(), np.array(theirs)
    return max(
        min(abs(ours[:, k] - s * theirs[:, j]).max() for s in (1, -1) for k in range(ours.shape[1]))
        for j in range(theirs.shape[1])
    )


def test_unrotated_minimum_residuals_agree_with_psych(pupils):
    found = sme.factors(pupils, 3, "none")
    assert distance(found.loadings, REFERENCE["minres"]["unrotated"]) < 2e-5  # where psych's search stops


@pytest.mark.parametrize("method", ["minres", "ml"])
def test_oblique_factors_and_their_fit_agree_with_psych(pupils, method):
    own = REFERENCE[method]
    found = sme.factors(pupils, 3, method=method)
    assert distance(found.loadings, own["oblimin"]) < 2e-5
    assert found.chisq == pytest.approx(own["chisq"], rel=1e-5 if method == "minres" else 1e-8)
    assert found.rmsr == pytest.approx(own["rmsr"], rel=1e-5)
    assert found.df == 12


@pytest.mark.parametrize("rotation", ["quartimax", "equamax", "geomin"])
def test_rotations_agree_with_those_of_gparotation(pupils, rotation):
    found = sme.factors(pupils, 3, rotation, method="ml")
    assert distance(found.loadings, REFERENCE["rotations"][rotation]) < 3e-6  # where its search stops
    assert (found.correlations.to_numpy() == np.eye(3)).all() == (rotation != "geomin")


def test_promax_of_factors_is_that_of_directions_as_psych_and_spss_have_it(pupils):
    found = sme.factors(pupils, 3, "promax", method="ml")
    assert distance(found.loadings, REFERENCE["promax_of_directions"]) < 3e-6  # where psych's search stops
    shares = (found.loadings @ found.correlations * found.loadings).sum(axis=1)
    np.testing.assert_allclose(shares, found.communalities, rtol=1e-10)  # a rotation moves no communality
    assert "Promax (power 4) with Kaiser normalization" in str(found.tables()[0].notes)


def test_principal_axis_factoring_ends_where_communalities_stand_still(pupils):
    found = sme.factors(pupils, 3, "none", method="paf")
    reduced = pupils.corr().to_numpy(copy=True)
    np.fill_diagonal(reduced, found.communalities)
    values, vectors = np.linalg.eigh(reduced)
    axes = vectors[:, -3:] * np.sqrt(values[-3:])
    np.testing.assert_allclose((axes**2).sum(axis=1), found.communalities, rtol=1e-7)
    assert distance(found.loadings, axes) < 1e-7
    assert "Principal axis factoring" in str(found.tables()[0].notes)


def test_correlations_of_factors_agree_with_psych(pupils):
    theirs = np.sort(np.array(REFERENCE["ml"]["correlations"])[np.tril_indices(3, -1)])
    found = sme.factors(pupils, 3, method="ml").correlations.to_numpy()
    np.testing.assert_allclose(np.sort(found[np.tril_indices(3, -1)]), theirs, atol=2e-5)


def test_maximum_likelihood_is_the_saturated_fit_of_a_confirmatory_model(pupils):
    # three factors, each set apart by one item: the exploratory model in another rotation
    everything = " + ".join(f"x{i}" for i in range(1, 10))
    model = f"a =~ NA*x1 + {everything} + 0*x4 + 0*x7; b =~ NA*x4 + {everything} + 0*x1 + 0*x7"
    model += f"; c =~ NA*x7 + {everything} + 0*x1 + 0*x4"
    confirmed = sme.fit(model, pupils, std_lv=True)
    found = sme.factors(pupils, 3, method="ml", rotation="none")
    explained = 1 - confirmed.r_squared()
    np.testing.assert_allclose(explained[found.uniquenesses.index], found.uniquenesses, atol=1e-6)
    bartlett = 300 - (2 * 9 + 5) / 6 - 2 * 3 / 3
    assert found.chisq / bartlett == pytest.approx(confirmed.measures()["chisq"] / 301, rel=1e-8)


@pytest.mark.parametrize("correlation", ["pearson", "polychoric"])
def test_factors_of_coarse_answers_are_recovered_from_the_responses_behind_them(correlation):
    answers = sme.simulate(TWO, 3000, seed=3).apply(lambda column: (column > 0.6).astype(int))
    loadings = sme.factors(answers, 2, correlation=correlation).loadings.to_numpy()
    truth = np.kron(np.eye(2), np.array([[0.8, 0.7, 0.8, 0.7]]).T)
    error = abs(loadings - truth).max() if loadings[0, 0] > 0.3 else abs(loadings[:, ::-1] - truth).max()
    assert error < 0.05 if correlation == "polychoric" else error > 0.12


def test_a_covariance_matrix_gives_the_factors_of_the_answers(pupils):
    by_answers, by_matrix = sme.factors(pupils, 2), sme.factors(cov=pupils.cov(), n=301, n_factors=2)
    pd.testing.assert_frame_equal(by_answers.loadings, by_matrix.loadings, atol=1e-10)
    assert by_answers.chisq == pytest.approx(by_matrix.chisq)
    assert np.isnan(sme.factors(cov=pupils.cov(), n_factors=2).chisq)


def test_scores_correlate_with_items_as_the_factors_do(pupils):
    found = sme.factors(pupils, 3)
    scores = found.scores()
    seen = np.array([[np.corrcoef(pupils[i], scores[f])[0, 1] for f in scores] for i in pupils])
    validity = scores.std().to_numpy()  # a regression score correlates this much with its factor
    np.testing.assert_allclose(seen * validity, found.structure, atol=1e-9)


def test_factors_stand_in_the_order_of_what_they_explain(survey):
    found = sme.factors(survey.iloc[:, :24], 6)
    assert found.variance["sum_of_squares"].is_monotonic_decreasing
    assert found.variance["cumulative"].iloc[-1] == pytest.approx(100 * found.communalities.mean())
    assert (found.loadings.sum() > 0).all()


def test_tables_name_the_method_in_both_languages(pupils):
    tables = sme.factors(pupils, 3).tables()
    assert [t.name for t in tables] == [
        *["rotated_factors", "factor_variance", "factor_fit", "structure_matrix", "factor_correlations"]
    ]
    assert "提取方法：最小残差法。" in [note.zh for note in tables[0].notes if not isinstance(note, str)]
    assert [t.name for t in sme.factors(pupils, 3, "varimax").tables()][-1] == "factor_fit"


@pytest.mark.parametrize("number", [None, 0, 6, 2.0, True])
def test_a_number_of_factors_that_cannot_be_is_refused(pupils, number):
    with pytest.raises(
        SpecificationError, match=r"^n_factors=.*: give a whole number from 1 to 5 for 9 items; sme.retention"
    ):
        sme.factors(pupils, number)


def test_a_heywood_case_names_the_item_and_advises(pupils):
    with pytest.raises(ConvergenceError) as problem:
        sme.factors(pupils, 4, method="ml")
    assert str(problem.value).startswith("no proper solution with 4 factors: the unique variance of x")
    assert "Take 3 factors, or leave out an item" in str(problem.value)


def test_polychoric_correlations_have_no_scores_and_need_answers(survey, pupils):
    found = sme.factors(survey.iloc[:, :8], 2, correlation="polychoric")
    assert np.isnan(found.chisq)
    with pytest.raises(DataProblem, match="scores need the answers"):
        found.scores()
    with pytest.raises(SpecificationError, match=r"correlation='polychoric' needs the answers \(frame\), not cov="):
        sme.factors(cov=pupils.cov(), n_factors=2, correlation="polychoric")


def test_unknown_methods_are_refused(pupils):
    with pytest.raises(SpecificationError, match="method='alpha' is not available; it can be 'minres', 'paf', 'ml'"):
        sme.factors(pupils, 2, method="alpha")


def binary(n=200, seed=1):
    """Four items answered yes or no, of which the second repeats the first."""
    rng = np.random.default_rng(seed)
    response = 0.6 * rng.normal(size=(n, 4)) + 0.8 * rng.normal(size=(n, 1))
    return pd.DataFrame((response > 0).astype(int), columns=list("abcd")).assign(b=lambda own: own["a"])


def test_a_perfect_polychoric_correlation_is_noted_beneath_the_factors_it_made():
    notes = [str(note) for note in sme.factors(binary(), 1, correlation="polychoric").notes]
    assert "a and b: the answers fit a perfect correlation best; the value shown is the bound of the search." in notes


def test_polychoric_correlations_too_need_more_respondents_than_items():
    with pytest.raises(sme.DataProblem, match=r"4 complete respondents \(of 4\) for 4 items: at least 5 are needed"):
        sme.factors(binary().iloc[[0, 1, 2, 5]], 1, correlation="polychoric")
