"""Residuals in four units: lavaan's, and what must hold of them."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, pupils
from sem.reading_off import CASES, cases_with, fitted
from sme_sem.sem import residuals


def by_group(found):
    return list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else [found]


# before 0.7 lavaan leaves out what groups with equal parameters owe to each other: see test_srmr_tests.py
KINDS = [(case, kind) for case in cases_with("residuals") for kind in ("normalized", "standardized")]
KINDS.remove(("schools", "standardized"))


@pytest.mark.parametrize(("case", "kind"), KINDS)
def test_residuals_in_their_errors_agree_with_lavaan(case, kind):
    theirs = CASES[case]["residuals"]
    # lavaan's optimum is good to four digits under equal loadings, with gaps and covariates; the others are polished
    tolerance = 2e-4 if case in ("schools", "gaps", "gaps_mlr", "covariates") else 1e-6
    for found, values in zip(by_group(fitted(case).residuals(kind)), by_group(theirs[kind]), strict=True):
        expected = np.array(values, dtype=float)
        compared = np.abs(expected) > 1e-3  # lavaan leaves residuals below 1e-5 as they are
        assert compared.sum() > 60 or case == "covariates"
        ours = found.loc[theirs["names"], theirs["names"]].to_numpy()
        np.testing.assert_allclose(ours[compared], expected[compared], rtol=tolerance, atol=tolerance)


def test_raw_residuals_are_sample_less_implied():
    fit = fitted("whole")
    own = pupils()[list(fit.observed)].cov(ddof=0)
    pd.testing.assert_frame_equal(fit.residuals("raw"), own - fit.implied(), atol=1e-10)
    pd.testing.assert_frame_equal(fit.residuals("cor"), fit.residuals())


def test_standardized_residuals_of_a_true_model_scatter_as_a_standard_normal():
    model = "f =~ 0.8*a + 0.7*b + 0.6*c; h =~ 0.8*d + 0.6*e + 0.7*k; f ~~ 0.4*h"
    draws = []
    for seed in range(60):
        fit = sme.fit("f =~ a + b + c; h =~ d + e + k", sme.simulate(model, 400, seed=seed))
        draws.append((fit.residuals("standardized").loc["a", "d"], fit.residuals("normalized").loc["a", "d"]))
    standardized, normalized = np.std(draws, axis=0)
    assert 0.8 < standardized < 1.2
    assert normalized < 0.75 * standardized  # as if nothing had been fitted


def test_what_is_reproduced_exactly_has_a_residual_of_zero():
    found = fitted("whole").residuals("standardized")
    assert (np.diagonal(found) == 0).all()
    just = sme.fit("visual =~ x1 + x2 + x3", pupils())
    assert (just.residuals("standardized") == 0).all(axis=None)


def test_units_do_not_matter():
    data = pupils()
    data["x4"] *= 1e4
    np.testing.assert_allclose(
        sme.fit(MODEL, data).residuals("standardized"), fitted("whole").residuals("standardized"), atol=1e-4
    )


def test_moments_implied_come_by_group_or_for_one_of_them():
    fit = fitted("schools")
    both, one = fit.implied(), fit.implied("Grant-White")
    assert list(both) == ["Pasteur", "Grant-White"]
    pd.testing.assert_frame_equal(both["Grant-White"], one)
    means = fit.implied_means()["Pasteur"]
    assert list(means.index) == list(fit.observed)
    pd.testing.assert_series_equal(fit.implied_means("Pasteur"), means)
    free = sme.fit(MODEL, pupils(), group="school")
    own = pupils().groupby("school")[list(free.observed)].mean()
    for school, implied in free.implied_means().items():
        np.testing.assert_allclose(implied, own.loc[school], atol=1e-8)


def test_without_modelled_means_they_are_the_sample_s():
    fit = fitted("whole")
    np.testing.assert_allclose(fit.implied_means(), pupils()[list(fit.observed)].mean(), rtol=1e-12)
    bare = sme.fit("visual =~ x1 + x2 + x3", cov=pupils()[["x1", "x2", "x3"]].cov(), n=301)
    with pytest.raises(sme.SpecificationError, match="the model has no means"):
        bare.implied_means()


def test_what_is_not_there_is_refused():
    with pytest.raises(sme.SpecificationError) as caught:
        fitted("schools").implied("Pastuer")
    assert str(caught.value) == "group 'Pastuer' is not among 'Pasteur', 'Grant-White'."
    with pytest.raises(sme.SpecificationError) as caught:
        fitted("whole").implied("Pasteur")
    assert str(caught.value) == "group 'Pasteur' was not asked for by group=."
    with pytest.raises(sme.SpecificationError, match="type='studentized' is not available"):
        fitted("whole").residuals("studentized")


@pytest.mark.parametrize("standardized", [True, False])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"estimator": "MLR"},
        {"estimator": "MLM", "meanstructure": True},
        {"information": "observed", "group": "school", "group_equal": ["loadings", "intercepts"]},
        {"estimator": "MLR", "group": "school", "group_equal": "loadings"},
        {"likelihood": "wishart"},
    ],
    ids=str,
)
def test_variances_of_residuals_are_the_diagonal_of_their_covariances_which_are_not_formed(
    options, standardized, monkeypatch
):
    fit = sme.fit(MODEL, pupils(), **options)
    expected = np.linalg.diagonal(residuals.covariances(fit, standardized=standardized))
    monkeypatch.setattr(residuals, "covariances", None)
    monkeypatch.setattr(residuals.kernel, "ROWS", 70)
    found = residuals._variances(fit, standardized=standardized)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * expected.max())
